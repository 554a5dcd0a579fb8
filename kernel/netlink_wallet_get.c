// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": what is told about wallets, on request and to the group
 * "wallet".
 *
 * May sleep; takes mx_account::lock for copies of what it tells.
 */
#include <linux/cred.h>
#include <linux/sched/task.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_gen.h"

/**
 * mx_nl_uid() - the user that a request names
 * @attr: its id, as in the caller's user namespace
 * @uid: written
 * @extack: told why not
 */
int mx_nl_uid(struct nlattr *attr, kuid_t *uid, struct netlink_ext_ack *extack)
{
	*uid = make_kuid(current_user_ns(), nla_get_u32(attr));
	if (uid_valid(*uid))
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "no user has the id %u in this user namespace",
				nla_get_u32(attr));
	return -EINVAL;
}

/**
 * mx_nl_wallet() - the wallet that a request names, by id or name
 * @info: request, whose policy has both
 * @report: how it is
 *
 * Return: 0, or a negative errno with the reason told.
 */
int mx_nl_wallet(struct genl_info *info, struct mx_account_report *report)
{
	struct nlattr *number = info->attrs[MAXWELL_A_WALLET_ID];
	struct nlattr *name = info->attrs[MAXWELL_A_WALLET_NAME];
	u32 id;

	if (!number && !name) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAXWELL_A_WALLET_ID);
		NL_SET_ERR_MSG(info->extack, "which wallet? Give its id or its name");
		return -EINVAL;
	}
	if (number && name) {
		NL_SET_ERR_MSG_ATTR(info->extack, name, "id and name exclude each other");
		return -EINVAL;
	}
	id = number ? nla_get_u32(number) : mx_account_find(nla_data(name));
	if (id && !mx_account_report(id, report))
		return 0;
	if (number)
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, number, "no wallet has the id %u", id);
	else
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, name, "no wallet has the name '%s'",
					(const char *)nla_data(name));
	return -ENOENT;
}

/* The sums that a reply has and a notification has not. */
static int put_sums(struct sk_buff *msg, const struct mx_wallet *w)
{
	return nla_put_uint(msg, MAXWELL_A_WALLET_INCOME_NANOCENTS, w->income_nanocents) ||
	       nla_put_uint(msg, MAXWELL_A_WALLET_GRANTS_NANOCENTS, w->grants_nanocents) ||
	       nla_put_uint(msg, MAXWELL_A_WALLET_CHARGED_NANOCENTS, w->charged_nanocents) ||
	       nla_put_uint(msg, MAXWELL_A_WALLET_EVAPORATED_NANOCENTS, w->evaporated_nanocents);
}

static int put_terms(struct sk_buff *msg, const struct mx_wallet *w)
{
	if (w->terms.unlimited)
		return nla_put_flag(msg, MAXWELL_A_WALLET_UNLIMITED);
	return nla_put_u32(msg, MAXWELL_A_WALLET_INCOME, w->terms.income) ||
	       nla_put_uint(msg, MAXWELL_A_WALLET_CAP_NANOCENTS, w->terms.cap_nanocents) ||
	       nla_put_u32(msg, MAXWELL_A_WALLET_HALF_LIFE_MS, w->terms.half_life_ms) ||
	       nla_put_sint(msg, MAXWELL_A_WALLET_BALANCE_NANOCENTS, w->balance_nanocents);
}

/* A reply if @event is -1, else a notification; users as in @ns. */
static int fill_wallet(struct sk_buff *msg, const struct genl_info *info,
		       struct user_namespace *ns, const struct mx_account_report *report, int event)
{
	void *hdr = genlmsg_iput(msg, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_WALLET_ID, report->id) ||
	    nla_put_string(msg, MAXWELL_A_WALLET_NAME, report->name) ||
	    nla_put_u32(msg, MAXWELL_A_WALLET_KIND, report->kind) ||
	    nla_put_u32(msg, MAXWELL_A_WALLET_UID, from_kuid_munged(ns, report->owner)) ||
	    put_terms(msg, &report->w) || (event < 0 && put_sums(msg, &report->w)) ||
	    nla_put_u32(msg, MAXWELL_A_WALLET_PACE, report->w.factor) ||
	    nla_put_u32(msg, MAXWELL_A_WALLET_NR_TASKS, report->nr_tasks) ||
	    (event >= 0 && nla_put_u32(msg, MAXWELL_A_WALLET_EVENT, event))) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* The wallet that a thread draws on; the calling thread's if @pid is NULL. */
static int report_of_thread(struct nlattr *pid, struct mx_account_report *report,
			    struct netlink_ext_ack *extack)
{
	struct task_struct *p = mx_nl_task(pid, extack);
	int ret;

	if (IS_ERR(p))
		return PTR_ERR(p);
	ret = mx_account_report(mx_account_of(p), report);
	if (ret)
		NL_SET_ERR_MSG_FMT(extack, "thread %d draws on no wallet", task_pid_vnr(p));
	put_task_struct(p);
	return ret;
}

int maxwell_nl_wallet_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *pid = info->attrs[MAXWELL_A_WALLET_TO_PID];
	struct mx_account_report report;
	struct sk_buff *msg;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	if (pid && (info->attrs[MAXWELL_A_WALLET_ID] || info->attrs[MAXWELL_A_WALLET_NAME])) {
		NL_SET_ERR_MSG_ATTR(info->extack, pid, "to-pid excludes id and name");
		return -EINVAL;
	}
	if (info->attrs[MAXWELL_A_WALLET_ID] || info->attrs[MAXWELL_A_WALLET_NAME])
		ret = mx_nl_wallet(info, &report);
	else
		ret = report_of_thread(pid, &report, info->extack);
	if (ret)
		return ret;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ret = fill_wallet(msg, info, current_user_ns(), &report, -1);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	return genlmsg_reply(msg, info);
}

int maxwell_nl_wallet_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct mx_account_report report;
	u32 *next = (u32 *)cb->ctx;
	int ret;

	NL_ASSERT_CTX_FITS(u32);
	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (!ret && !*next)
		mx_tasks_pay(NULL);
	for (; !ret && *next < mx_account_limit(); ++*next) {
		if (!mx_account_copy(*next + 1, &report))
			ret = fill_wallet(skb, info, current_user_ns(), &report, -1);
		if (ret)
			break;
		cond_resched();
	}
	return ret;
}

/**
 * mx_notify_wallet_report() - tell the group "wallet" what happened
 * @report: the wallet, which may be gone by now
 * @event: enum maxwell_wallet_event
 *
 * Context: process context.
 */
void mx_notify_wallet_report(const struct mx_account_report *report, u32 event)
{
	struct sk_buff *msg = mx_nl_notification(MAXWELL_NLGRP_WALLET);
	struct genl_info info;

	if (!msg)
		return;
	genl_info_init_ntf(&info, &maxwell_nl_family, MAXWELL_CMD_WALLET_NTF);
	mx_nl_notify(msg, MAXWELL_NLGRP_WALLET,
		     fill_wallet(msg, &info, &init_user_ns, report, event));
}

/**
 * mx_notify_wallet() - the same of a wallet that is still there
 * @id: its number
 * @event: enum maxwell_wallet_event
 *
 * Context: process context; without mx_account::lock.
 */
void mx_notify_wallet(u32 id, u32 event)
{
	struct mx_account_report report;

	if (!mx_account_report(id, &report))
		mx_notify_wallet_report(&report, event);
}
