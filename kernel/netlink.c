// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": requests that set or get one thing. The dumps are in
 * netlink_dump.c, notifications in netlink_notify.c, all that concerns wallets in netlink_wallet.c;
 * policies and tables in netlink_gen.c are generated from Documentation/netlink/specs/maxwell.yaml.
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
#include "bid.h"
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

/**
 * mx_nl_task() - the thread that a request names
 * @attr: its id, or NULL for the calling thread
 * @extack: told why not
 *
 * Return: a reference, or an ERR_PTR.
 */
struct task_struct *mx_nl_task(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct task_struct *p = current;

	rcu_read_lock();
	if (attr)
		p = pid_task(find_vpid(nla_get_u32(attr)), PIDTYPE_PID);
	if (p)
		get_task_struct(p);
	rcu_read_unlock();
	if (p)
		return p;
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "no thread has the id %u", nla_get_u32(attr));
	return ERR_PTR(-ESRCH);
}

/**
 * mx_nl_owns() - whether a thread is the caller's own, by the rule of sched_setscheduler(2)
 * @skb: request
 * @p: thread
 *
 * As netlink_capable() does, it asks who opened the socket as well: a set-id program may have been
 * handed it.
 */
bool mx_nl_owns(struct sk_buff *skb, const struct task_struct *p)
{
	const struct cred *opener = NETLINK_CB(skb).sk->sk_socket->file->f_cred;
	const struct cred *cred = current_cred();
	bool own;

	rcu_read_lock();
	own = uid_eq(cred->euid, __task_cred(p)->euid) || uid_eq(cred->euid, __task_cred(p)->uid);
	rcu_read_unlock();
	return own && uid_eq(opener->euid, cred->euid);
}

/* Change the bid of @p as the request says. */
static int rebid(struct task_struct *p, struct genl_info *info)
{
	struct nlattr *bid = info->attrs[MAXWELL_A_BID_BID];
	struct nlattr *book = info->attrs[MAXWELL_A_BID_BOOK];
	struct mx_bid_change change = {
		.kind = MX_BID_SAME,
		.book = book ? nla_get_u32(book) : MX_BOOK_SAME,
	};
	int ret;

	if (bid) {
		change.kind = MX_BID_EXPLICIT;
		change.bid = nla_get_u32(bid);
	} else if (info->attrs[MAXWELL_A_BID_USE_DEFAULT]) {
		change.kind = MX_BID_DEFAULT;
	}
	ret = mx_bid_put(p, &change);
	if (ret)
		NL_SET_ERR_MSG_FMT(info->extack, NOT_UNDER "policy not SCHED_EXT, or detached",
				   task_pid_vnr(p));
	return ret;
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
	p = mx_nl_task(info->attrs[MAXWELL_A_BID_PID], info->extack);
	if (IS_ERR(p))
		return PTR_ERR(p);
	if (mx_nl_owns(skb, p) || netlink_capable(skb, CAP_SYS_NICE)) {
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
	p = mx_nl_task(info->attrs[MAXWELL_A_BID_PID], info->extack);
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
	ret = mx_nl_fill_class(msg, info, -1);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	return genlmsg_reply(msg, info);
}
