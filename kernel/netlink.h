/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netlink.c and netlink_dump.c share.
 */
#ifndef MAXWELL_NETLINK_H
#define MAXWELL_NETLINK_H

#include "maxwell.h"

struct genl_info;
struct net;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

/**
 * struct mx_task_report - a record as it was at one moment
 * @pid: thread id in the caller's pid namespace
 * @comm: its name
 * @t: copy of the record; its pointers are not valid
 * @bid: cents per CPU-second
 * @source: enum maxwell_bid_source
 * @state: enum maxwell_task_state
 * @wait_ns: present wait, 0 if it does not wait
 */
struct mx_task_report {
	u32 pid;
	char comm[TASK_COMM_LEN];
	struct mx_task t;
	u32 bid;
	u32 source;
	u32 state;
	u64 wait_ns;
};

int mx_nl_init_net(struct net *net, struct netlink_ext_ack *extack);
int mx_nl_cpus(struct nlattr *attr, const struct cpumask *all, struct cpumask *cpus,
	       struct netlink_ext_ack *extack);
int mx_task_report(struct mx_task *t, const struct task_struct *p, struct mx_task_report *report);
int mx_nl_fill_task(struct sk_buff *msg, const struct genl_info *info,
		    const struct mx_task_report *report);
int mx_nl_fill_cpu(struct sk_buff *msg, const struct genl_info *info, int cpu);

#endif /* MAXWELL_NETLINK_H */
