// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": who draws on which wallet, by grants to users, threads and
 * cgroups.
 *
 * A request is checked completely before anything is applied, under mx_nl_wallet_mutex, see
 * netlink_wallet.c.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/sched/task.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_gen.h"

/**
 * struct target - to whom a grant goes, or from whom it is taken
 * @p: a thread, referenced; NULL if it is one of
 * @grant: a user or a cgroup
 */
struct target {
	struct task_struct *p;
	struct mx_grant grant;
};

static int get_target(struct genl_info *info, struct target *to)
{
	struct nlattr *uid = info->attrs[MAXWELL_A_WALLET_TO_UID];
	struct nlattr *pid = info->attrs[MAXWELL_A_WALLET_TO_PID];
	struct nlattr *cgroup = info->attrs[MAXWELL_A_WALLET_TO_CGROUP];

	*to = (struct target) { .grant.to_uid = INVALID_UID };
	if (!!uid + !!pid + !!cgroup != 1) {
		NL_SET_ERR_MSG(info->extack, "give exactly one of to-uid, to-pid and to-cgroup");
		return -EINVAL;
	}
	if (uid)
		return mx_nl_uid(uid, &to->grant.to_uid, info->extack);
	if (cgroup) {
		to->grant.to_cgroup = nla_get_uint(cgroup);
		return 0;
	}
	to->p = mx_nl_task(pid, info->extack);
	return PTR_ERR_OR_ZERO(to->p);
}

static void put_target(struct target *to)
{
	if (!IS_ERR_OR_NULL(to->p))
		put_task_struct(to->p);
}

/*
 * Without CAP_SYS_NICE one may take threads of one's own off wallets of one's own: nobody could be
 * held to a wallet if he might leave it for another.
 */
static bool may_move(struct sk_buff *skb, const struct target *to)
{
	struct mx_account_report old;

	return to->p && mx_nl_owns(skb, to->p) &&
	       !mx_account_report(mx_account_of(to->p), &old) && uid_eq(old.owner, current_euid());
}

/* Nobody could come to draw on a wallet by a cgroup that is not there. */
static int check_cgroup(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MAXWELL_A_WALLET_TO_CGROUP];
	struct cgroup *cgroup;

	if (!attr)
		return 0;
	cgroup = cgroup_get_from_id(nla_get_uint(attr));
	if (IS_ERR(cgroup)) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "no cgroup (v2) has the id %llu",
					nla_get_uint(attr));
		return PTR_ERR(cgroup);
	}
	cgroup_put(cgroup);
	return 0;
}

int maxwell_nl_wallet_grant_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mx_account_report report;
	struct target to;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	mutex_lock(&mx_nl_wallet_mutex);
	ret = get_target(info, &to);
	if (!ret)
		ret = check_cgroup(info);
	if (!ret)
		ret = mx_nl_wallet(info, &report);
	if (ret)
		goto out;
	if (!netlink_capable(skb, CAP_SYS_NICE) &&
	    !(may_move(skb, &to) && uid_eq(report.owner, current_euid()))) {
		NL_SET_ERR_MSG(info->extack,
			       "needs CAP_SYS_NICE: not one's own thread between one's own wallets");
		ret = -EPERM;
	} else if (to.p) {
		ret = mx_account_give(report.id, to.p, info->extack);
	} else {
		ret = mx_account_grant(report.id, &to.grant, info->extack);
	}
out:
	put_target(&to);
	mutex_unlock(&mx_nl_wallet_mutex);
	return ret;
}

int maxwell_nl_wallet_revoke_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct target to;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	mutex_lock(&mx_nl_wallet_mutex);
	ret = get_target(info, &to);
	if (ret)
		goto out;
	if (!netlink_capable(skb, CAP_SYS_NICE) && !may_move(skb, &to)) {
		NL_SET_ERR_MSG(info->extack,
			       "needs CAP_SYS_NICE: not one's own thread on one's own wallet");
		ret = -EPERM;
	} else if (to.p) {
		ret = mx_account_give(0, to.p, info->extack);
	} else {
		ret = mx_account_revoke(&to.grant, info->extack);
	}
out:
	put_target(&to);
	mutex_unlock(&mx_nl_wallet_mutex);
	return ret;
}

static int fill_grant(struct sk_buff *msg, const struct genl_info *info,
		      const struct mx_grant *grant, const struct mx_account_report *report)
{
	void *hdr = genlmsg_iput(msg, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_WALLET_ID, report->id) ||
	    nla_put_string(msg, MAXWELL_A_WALLET_NAME, report->name) ||
	    (grant->to_cgroup ?
	     nla_put_uint(msg, MAXWELL_A_WALLET_TO_CGROUP, grant->to_cgroup) :
	     nla_put_u32(msg, MAXWELL_A_WALLET_TO_UID,
			 from_kuid_munged(current_user_ns(), grant->to_uid)))) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int maxwell_nl_grant_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct mx_account_report report;
	u32 *next = (u32 *)cb->ctx, id;
	struct mx_grant grant;
	int ret;

	NL_ASSERT_CTX_FITS(u32);
	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	for (; !ret && *next < mx_grant_limit(); ++*next) {
		/* A wallet that goes away meanwhile takes its grants with it. */
		if (mx_grant_at(*next, &grant, &id) && !mx_account_copy(id, &report))
			ret = fill_grant(skb, info, &grant, &report);
		if (ret)
			break;
		cond_resched();
	}
	return ret;
}
