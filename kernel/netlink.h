/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the netlink family share.
 */
#ifndef MAXWELL_NETLINK_H
#define MAXWELL_NETLINK_H

#include "maxwell.h"

/* Makes the looks of a request at wallets and the change that follows from them one step. */
extern struct mutex mx_nl_wallet_mutex;

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
 * @effective_bid: what that counts for, given the wallet
 * @wallet: number of the wallet
 * @source: enum maxwell_bid_source
 * @state: enum maxwell_task_state
 * @wait_ns: present wait, 0 if it does not wait
 */
struct mx_task_report {
	u32 pid;
	char comm[TASK_COMM_LEN];
	struct mx_task t;
	u32 bid;
	u32 effective_bid;
	u32 wallet;
	u32 source;
	u32 state;
	u64 wait_ns;
};

int mx_nl_init_net(struct net *net, struct netlink_ext_ack *extack);
int mx_nl_cpus(struct nlattr *attr, const struct cpumask *all, struct cpumask *cpus,
	       struct netlink_ext_ack *extack);
struct task_struct *mx_nl_task(struct nlattr *attr, struct netlink_ext_ack *extack);
bool mx_nl_owns(struct sk_buff *skb, const struct task_struct *p);
int mx_task_report(struct mx_task *t, const struct task_struct *p, struct mx_task_report *report);
int mx_nl_fill_task(struct sk_buff *msg, const struct genl_info *info,
		    const struct mx_task_report *report);
int mx_nl_fill_class(struct sk_buff *msg, const struct genl_info *info, int event);
struct sk_buff *mx_nl_notification(unsigned int group);
void mx_nl_notify(struct sk_buff *msg, unsigned int group, int filled);
int mx_nl_uid(struct nlattr *attr, kuid_t *uid, struct netlink_ext_ack *extack);
int mx_nl_wallet(struct genl_info *info, struct mx_account_report *report);
int mx_nl_fill_cpu(struct sk_buff *msg, const struct genl_info *info, int cpu);

#endif /* MAXWELL_NETLINK_H */
