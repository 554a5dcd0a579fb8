// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": requests that set or get one thing, and notifications. The
 * dumps are in netlink_dump.c; policies and tables in netlink_gen.c are generated from
 * Documentation/netlink/specs/maxwell.yaml.
 *
 * May sleep; takes mx_price_mutex, mx_class_mutex and mx_cpu::lock through the functions it calls.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "maxwell.h"
#include "netlink.h"
#include "netlink_gen.h"

static_assert((int)MX_MULTIPLIER_IDLE == (int)MAXWELL_PRICE_STATE_IDLE);
static_assert((int)MX_MULTIPLIER_HELD == (int)MAXWELL_PRICE_STATE_HELD);
static_assert((int)MX_MULTIPLIER_RAMPING == (int)MAXWELL_PRICE_STATE_RAMPING);
static_assert((int)MX_MULTIPLIER_SAFE == (int)MAXWELL_PRICE_STATE_SAFE);
static_assert((int)MX_BOOK_FEEDER == (int)MAXWELL_BOOK_FEEDER);
static_assert(MX_ONE == MAXWELL_MULTIPLIER_ONE);
static_assert(MX_MULTIPLIER_MIN == MAXWELL_MULTIPLIER_MIN);
static_assert(MX_PRICE_KINDS == (int)MAXWELL_PRICE_KIND_GPU + 1);

#define NOT_UNDER "thread %d is not under the class: "

static bool registered;

/**
 * mx_nl_init_net() - refuse callers from other network namespaces
 * @net: the caller's
 * @extack: told why
 *
 * There is one market, and pids are those of the caller's pid namespace.
 */
int mx_nl_init_net(struct net *net, struct netlink_ext_ack *extack)
{
	if (net_eq(net, &init_net))
		return 0;
	NL_SET_ERR_MSG(extack, "the market is reachable from the initial network namespace only");
	return -EOPNOTSUPP;
}

/**
 * mx_nl_cpus() - CPUs that a request names
 * @attr: CPU list, or NULL
 * @all: what NULL stands for
 * @cpus: written
 * @extack: told why not
 *
 * Return: 0 or a negative errno.
 */
int mx_nl_cpus(struct nlattr *attr, const struct cpumask *all, struct cpumask *cpus,
	       struct netlink_ext_ack *extack)
{
	if (!attr) {
		cpumask_copy(cpus, all);
		return 0;
	}
	if (cpulist_parse(nla_data(attr), cpus)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "not a CPU list below %u, such as 0-3,8",
					nr_cpu_ids);
		return -EINVAL;
	}
	if (cpumask_empty(cpus)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the CPU list is empty");
		return -EINVAL;
	}
	if (!cpumask_subset(cpus, cpu_possible_mask)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the CPU list names CPUs that cannot exist here");
		return -EINVAL;
	}
	return 0;
}

int maxwell_nl_price_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 kind, value, lease_ms = 0;
	cpumask_var_t cpus;
	s32 slope = 0;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	if (!netlink_capable(skb, CAP_SYS_NICE)) {
		NL_SET_ERR_MSG(info->extack, "setting a price needs CAP_SYS_NICE");
		return -EPERM;
	}
	if (GENL_REQ_ATTR_CHECK(info, MAXWELL_A_PRICE_KIND)) {
		NL_SET_ERR_MSG(info->extack, "kind is missing: local, external or gpu");
		return -EINVAL;
	}
	if (GENL_REQ_ATTR_CHECK(info, MAXWELL_A_PRICE_MULTIPLIER)) {
		NL_SET_ERR_MSG(info->extack, "multiplier is missing");
		return -EINVAL;
	}
	kind = nla_get_u32(info->attrs[MAXWELL_A_PRICE_KIND]);
	value = nla_get_u32(info->attrs[MAXWELL_A_PRICE_MULTIPLIER]);
	if (info->attrs[MAXWELL_A_PRICE_SLOPE])
		slope = nla_get_s32(info->attrs[MAXWELL_A_PRICE_SLOPE]);
	if (info->attrs[MAXWELL_A_PRICE_LEASE_MS])
		lease_ms = nla_get_u32(info->attrs[MAXWELL_A_PRICE_LEASE_MS]);

	if (!alloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	ret = mx_nl_cpus(info->attrs[MAXWELL_A_PRICE_CPUS], cpu_possible_mask, cpus, info->extack);
	if (!ret)
		mx_price_set(cpus, kind, value, slope, lease_ms);
	free_cpumask_var(cpus);
	return ret;
}

/*
 * The task that a request names, or the calling thread. Returns a reference or an ERR_PTR, with the
 * reason told.
 */
static struct task_struct *request_task(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MAXWELL_A_BID_PID];
	struct task_struct *p = current;

	rcu_read_lock();
	if (attr)
		p = pid_task(find_vpid(nla_get_u32(attr)), PIDTYPE_PID);
	if (p)
		get_task_struct(p);
	rcu_read_unlock();
	if (p)
		return p;
	NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "no thread has the id %u", nla_get_u32(attr));
	return ERR_PTR(-ESRCH);
}

/*
 * The rule of sched_setscheduler(2): one's own tasks, or CAP_SYS_NICE. As netlink_capable() does,
 * it asks who opened the socket as well: a set-id program may have been handed it.
 */
static bool may_bid_for(struct sk_buff *skb, const struct task_struct *p)
{
	const struct cred *opener = NETLINK_CB(skb).sk->sk_socket->file->f_cred;
	const struct cred *cred = current_cred();
	bool own;

	rcu_read_lock();
	own = uid_eq(cred->euid, __task_cred(p)->euid) || uid_eq(cred->euid, __task_cred(p)->uid);
	rcu_read_unlock();
	own = own && uid_eq(opener->euid, cred->euid);
	return own || netlink_capable(skb, CAP_SYS_NICE);
}

/* Change the bid of @p as the request says. */
static int rebid(struct task_struct *p, struct genl_info *info)
{
	struct nlattr *bid = info->attrs[MAXWELL_A_BID_BID];
	struct nlattr *book = info->attrs[MAXWELL_A_BID_BOOK];
	struct mx_task *t = mx_task_of(p);
	unsigned long flags;
	struct mx_cpu *mx;
	int ret = -ESRCH;
	int cpu, idle = -1;

	if (t) {
		local_irq_save(flags);
		mx = mx_task_lock(t);
		cpu = mx->cpu;
		if (mx_task_owned(mx, t, p)) {
			u8 source = t->source;

			if (bid)
				source = MAXWELL_BID_SOURCE_EXPLICIT;
			else if (info->attrs[MAXWELL_A_BID_USE_DEFAULT])
				source = MAXWELL_BID_SOURCE_DEFAULT;
			mx_task_rebid(t, source, bid ? nla_get_u32(bid) : t->bid,
				      book ? nla_get_u32(book) : t->book);
			if (t->state == MX_QUEUED)
				idle = mx_idle_for(p, t, cpu);
			ret = 0;
		}
		raw_spin_unlock_irqrestore(&mx->lock, flags);
	}
	if (ret) {
		NL_SET_ERR_MSG_FMT(info->extack, NOT_UNDER "policy not SCHED_EXT, or detached",
				   task_pid_vnr(p));
		return ret;
	}
	/* Whoever runs there may have to make room now, or another CPU take a task that can pay. */
	mx_kick(cpu);
	if (idle >= 0)
		mx_kick(idle);
	return 0;
}

int maxwell_nl_bid_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct task_struct *p;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	if (!attrs[MAXWELL_A_BID_BID] && !attrs[MAXWELL_A_BID_USE_DEFAULT] &&
	    !attrs[MAXWELL_A_BID_BOOK]) {
		NL_SET_ERR_MSG(info->extack, "nothing to set: give bid, use-default or book");
		return -EINVAL;
	}
	if (attrs[MAXWELL_A_BID_BID] && attrs[MAXWELL_A_BID_USE_DEFAULT]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[MAXWELL_A_BID_USE_DEFAULT],
				    "bid and use-default exclude each other");
		return -EINVAL;
	}
	p = request_task(info);
	if (IS_ERR(p))
		return PTR_ERR(p);
	if (may_bid_for(skb, p)) {
		ret = rebid(p, info);
	} else {
		NL_SET_ERR_MSG(info->extack, "bidding for another user's task needs CAP_SYS_NICE");
		ret = -EPERM;
	}
	put_task_struct(p);
	return ret;
}

int maxwell_nl_bid_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mx_task_report report;
	struct task_struct *p;
	struct sk_buff *msg;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	p = request_task(info);
	if (IS_ERR(p))
		return PTR_ERR(p);
	ret = mx_task_report(mx_task_of(p), p, &report);
	if (ret)
		NL_SET_ERR_MSG_FMT(info->extack, NOT_UNDER "nothing is known of it",
				   task_pid_vnr(p));
	put_task_struct(p);
	if (ret)
		return ret;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ret = mx_nl_fill_task(msg, info, &report);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	return genlmsg_reply(msg, info);
}

/* Sums over the CPUs for class-get. */
static void sum_counters(struct mx_counters *sum, u64 *queued)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	*queued = 0;
	for_each_possible_cpu(cpu) {
		struct mx_cpu *mx = mx_cpu(cpu);
		unsigned long flags;

		raw_spin_lock_irqsave(&mx->lock, flags);
		sum->enqueued += mx->count.enqueued;
		sum->dispatched += mx->count.dispatched;
		sum->dequeued += mx->count.dequeued;
		sum->overflowed += mx->count.overflowed;
		sum->charged_nanocents += mx->count.charged_nanocents;
		*queued += mx->rq.nr_queued;
		raw_spin_unlock_irqrestore(&mx->lock, flags);
	}
}

/* The reply of class-get, and the body of class-ntf (@event is -1 in the former). */
static int fill_class(struct sk_buff *msg, const struct genl_info *info, int event)
{
	struct mx_counters sum;
	struct mx_class class;
	void *hdr;
	u64 queued;

	mx_class_get(&class);
	sum_counters(&sum, &queued);
	hdr = genlmsg_iput(msg, info);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_CLASS_MODE, class.mode) ||
	    nla_put_string(msg, MAXWELL_A_CLASS_VERSION, MAXWELL_VERSION) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_ATTACH_COUNT, class.attach_count) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_NR_TASKS, mx_task_count()) ||
	    nla_put_u32(msg, MAXWELL_A_CLASS_NR_CPUS, num_online_cpus()) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_ENQUEUED, sum.enqueued) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_DISPATCHED, sum.dispatched) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_DEQUEUED, sum.dequeued) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_QUEUED, queued) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_OVERFLOWED, sum.overflowed) ||
	    nla_put_uint(msg, MAXWELL_A_CLASS_CHARGED_NANOCENTS, sum.charged_nanocents))
		goto cancel;
	if (class.mode != MAXWELL_CLASS_MODE_DETACHED &&
	    nla_put_uint(msg, MAXWELL_A_CLASS_UPTIME_NS, mx_now_ns() - class.attach_ns))
		goto cancel;
	if (class.has_exit &&
	    (nla_put_u32(msg, MAXWELL_A_CLASS_EXIT_KIND, class.exit.kind) ||
	     nla_put_sint(msg, MAXWELL_A_CLASS_EXIT_CODE, class.exit.code) ||
	     nla_put_string(msg, MAXWELL_A_CLASS_EXIT_REASON, class.exit.reason) ||
	     nla_put_string(msg, MAXWELL_A_CLASS_EXIT_MSG, class.exit.msg)))
		goto cancel;
	if (event >= 0 && nla_put_u32(msg, MAXWELL_A_CLASS_EVENT, event))
		goto cancel;
	genlmsg_end(msg, hdr);
	return 0;
cancel:
	genlmsg_cancel(msg, hdr);
	return -EMSGSIZE;
}

int maxwell_nl_class_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ret = fill_class(msg, info, -1);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	return genlmsg_reply(msg, info);
}

/* A message for @group, or NULL if nobody listens or there is no memory. */
static struct sk_buff *notification(unsigned int group)
{
	if (!READ_ONCE(registered) || !genl_has_listeners(&maxwell_nl_family, &init_net, group))
		return NULL;
	return genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
}

static void notify(struct sk_buff *msg, unsigned int group, int filled)
{
	if (filled)
		nlmsg_free(msg);
	else
		genlmsg_multicast(&maxwell_nl_family, msg, 0, group, GFP_KERNEL);
}

/**
 * mx_notify_class() - tell the group "class" what happened
 * @event: enum maxwell_class_event
 */
void mx_notify_class(u32 event)
{
	struct sk_buff *msg = notification(MAXWELL_NLGRP_CLASS);
	struct genl_info info;

	if (!msg)
		return;
	genl_info_init_ntf(&info, &maxwell_nl_family, MAXWELL_CMD_CLASS_NTF);
	notify(msg, MAXWELL_NLGRP_CLASS, fill_class(msg, &info, event));
}

static int fill_price_event(struct sk_buff *msg, const struct cpumask *cpus, u32 kind, u32 event,
			    const struct mx_multiplier *m)
{
	char list[128];
	void *hdr;

	/* A list too long to print is cut; price-get has the whole. */
	scnprintf(list, sizeof(list), "%*pbl", cpumask_pr_args(cpus));
	hdr = genlmsg_put(msg, 0, 0, &maxwell_nl_family, 0, MAXWELL_CMD_PRICE_NTF);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(msg, MAXWELL_A_PRICE_CPUS, list) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_KIND, kind) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_MULTIPLIER, m->base) ||
	    nla_put_s32(msg, MAXWELL_A_PRICE_SLOPE, m->slope) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_LEASE_MS, m->lease_ms) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_EVENT, event)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/**
 * mx_notify_price() - tell the group "price" what happened to a multiplier
 * @cpus: on which CPUs
 * @kind: enum maxwell_price_kind
 * @event: enum maxwell_price_event
 * @m: the multiplier, as on one of the CPUs
 */
void mx_notify_price(const struct cpumask *cpus, u32 kind, u32 event,
		     const struct mx_multiplier *m)
{
	struct sk_buff *msg = notification(MAXWELL_NLGRP_PRICE);

	if (msg)
		notify(msg, MAXWELL_NLGRP_PRICE, fill_price_event(msg, cpus, kind, event, m));
}

/**
 * mx_samples_wanted() - whether somebody listens to the group "auction"
 */
bool mx_samples_wanted(void)
{
	return READ_ONCE(registered) &&
	       genl_has_listeners(&maxwell_nl_family, &init_net, MAXWELL_NLGRP_AUCTION);
}

/**
 * mx_notify_samples() - send a sample of each online CPU to the group "auction"
 */
void mx_notify_samples(void)
{
	struct genl_info info;
	struct sk_buff *msg;
	int cpu;

	genl_info_init_ntf(&info, &maxwell_nl_family, MAXWELL_CMD_CPU_NTF);
	for_each_online_cpu(cpu) {
		msg = notification(MAXWELL_NLGRP_AUCTION);
		if (!msg)
			return;
		notify(msg, MAXWELL_NLGRP_AUCTION, mx_nl_fill_cpu(msg, &info, cpu));
	}
}

/**
 * mx_netlink_register() - open the family
 */
int mx_netlink_register(void)
{
	int ret = genl_register_family(&maxwell_nl_family);

	WRITE_ONCE(registered, !ret);
	return ret;
}

/**
 * mx_netlink_unregister() - close the family; waits for requests under way
 */
void mx_netlink_unregister(void)
{
	WRITE_ONCE(registered, false);
	genl_unregister_family(&maxwell_nl_family);
}
