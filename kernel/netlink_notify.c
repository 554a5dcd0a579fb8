// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": opening and closing it, and what it tells its groups without
 * being asked.
 *
 * May sleep; takes mx_class_mutex, mx_account::lock and mx_cpu::lock for copies of what it tells.
 */
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_gen.h"

static bool registered;

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

/**
 * mx_nl_fill_class() - put a class-get reply or a class-ntf into a message
 * @msg: message
 * @info: request or notification
 * @event: enum maxwell_class_event; -1 in a reply
 *
 * Return: 0 or -EMSGSIZE.
 */
int mx_nl_fill_class(struct sk_buff *msg, const struct genl_info *info, int event)
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

/**
 * mx_nl_notification() - begin to tell something without being asked
 * @group: to whom, MAXWELL_NLGRP_*
 *
 * Return: a message, or NULL if nobody listens or there is no memory.
 */
struct sk_buff *mx_nl_notification(unsigned int group)
{
	if (!READ_ONCE(registered) || !genl_has_listeners(&maxwell_nl_family, &init_net, group))
		return NULL;
	return genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
}

/**
 * mx_nl_notify() - send what mx_nl_notification() began
 * @msg: message
 * @group: to whom
 * @filled: not 0 if something failed and the message is to be dropped
 */
void mx_nl_notify(struct sk_buff *msg, unsigned int group, int filled)
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
	struct sk_buff *msg = mx_nl_notification(MAXWELL_NLGRP_CLASS);
	struct genl_info info;

	if (!msg)
		return;
	genl_info_init_ntf(&info, &maxwell_nl_family, MAXWELL_CMD_CLASS_NTF);
	mx_nl_notify(msg, MAXWELL_NLGRP_CLASS, mx_nl_fill_class(msg, &info, event));
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
	struct sk_buff *msg = mx_nl_notification(MAXWELL_NLGRP_PRICE);

	if (msg)
		mx_nl_notify(msg, MAXWELL_NLGRP_PRICE, fill_price_event(msg, cpus, kind, event, m));
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
		msg = mx_nl_notification(MAXWELL_NLGRP_AUCTION);
		if (!msg)
			return;
		mx_nl_notify(msg, MAXWELL_NLGRP_AUCTION, mx_nl_fill_cpu(msg, &info, cpu));
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
