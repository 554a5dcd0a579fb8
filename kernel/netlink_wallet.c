// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": requests that make, change, fund and delete wallets. Grants are
 * in netlink_grant.c, what asks about wallets is in netlink_wallet_get.c.
 *
 * A request is checked completely before anything is applied. mx_nl_wallet_mutex makes the looks
 * and the change that follows from them one step: the wallet that a name or an owner was looked up
 * of cannot turn into another one in between. It is taken outside mx_wallet_mutex.
 */
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/mutex.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_gen.h"

static_assert(MX_WALLET_INCOME_MAX == MAXWELL_WALLET_INCOME_MAX);
static_assert(MX_WALLET_CAP_MAX == MAXWELL_WALLET_CAP_MAX);
static_assert(MX_FACTOR_ONE == MAXWELL_MULTIPLIER_ONE);

/* See above; it protects no data of its own. */
DEFINE_MUTEX(mx_nl_wallet_mutex);

/* What every change needs; @what says in words what the request would do. */
static int may_change(struct sk_buff *skb, struct genl_info *info, const char *what)
{
	int ret = mx_nl_init_net(genl_info_net(info), info->extack);

	if (ret)
		return ret;
	if (netlink_capable(skb, CAP_SYS_NICE))
		return 0;
	NL_SET_ERR_MSG_FMT(info->extack, "%s needs CAP_SYS_NICE", what);
	return -EPERM;
}

/* A name for a new wallet. Those of default wallets have a colon and so cannot be taken. */
static int check_name(struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr), *c;

	if (!*name) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the name is empty");
		return -EINVAL;
	}
	for (c = name; *c; c++) {
		if (isascii(*c) && (isalnum(*c) || strchr("._-", *c)))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a name has letters, digits, '.', '_' and '-' only");
		return -EINVAL;
	}
	return 0;
}

/* What a wallet that gets an income for the first time keeps, unless told otherwise. */
static void first_terms(u32 income, struct mx_wallet_terms *terms)
{
	*terms = (struct mx_wallet_terms) {
		.income = income,
		.half_life_ms = mx_tune(wallet_half_life_ms),
		.cap_nanocents = mx_wallet_cap(income, mx_tune(wallet_cap_ms)),
	};
}

/* The terms of a wallet that has @terms now, or none yet, as @info changes them. */
static int merge_terms(struct genl_info *info, struct mx_wallet_terms *terms)
{
	struct nlattr *unlimited = info->attrs[MAXWELL_A_WALLET_UNLIMITED];
	struct nlattr *income = info->attrs[MAXWELL_A_WALLET_INCOME];
	struct nlattr *cap = info->attrs[MAXWELL_A_WALLET_CAP_NANOCENTS];
	struct nlattr *half_life = info->attrs[MAXWELL_A_WALLET_HALF_LIFE_MS];

	if (unlimited) {
		if (income || cap || half_life) {
			NL_SET_ERR_MSG_ATTR(info->extack, unlimited,
					    "unlimited excludes income, cap-nanocents and half-life-ms");
			return -EINVAL;
		}
		*terms = (struct mx_wallet_terms) { .unlimited = true };
		return 0;
	}
	if (terms->unlimited) {
		if (!income) {
			NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAXWELL_A_WALLET_INCOME);
			NL_SET_ERR_MSG(info->extack,
				       "income is missing: a wallet has an income or is unlimited");
			return -EINVAL;
		}
		first_terms(nla_get_u32(income), terms);
	} else if (income) {
		terms->income = nla_get_u32(income);
	}
	if (cap)
		terms->cap_nanocents = nla_get_uint(cap);
	if (half_life)
		terms->half_life_ms = nla_get_u32(half_life);
	return 0;
}

/* Answer wallet-new. */
static int reply_id(struct genl_info *info, u32 id)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_iput(msg, info);
	if (!hdr || nla_put_u32(msg, MAXWELL_A_WALLET_ID, id)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

int maxwell_nl_wallet_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[MAXWELL_A_WALLET_NAME];
	struct nlattr *uid = info->attrs[MAXWELL_A_WALLET_UID];
	struct mx_wallet_terms terms = { .unlimited = true };
	kuid_t owner = current_euid();
	u32 id;
	int ret;

	ret = may_change(skb, info, "making a wallet");
	if (ret)
		return ret;
	if (GENL_REQ_ATTR_CHECK(info, MAXWELL_A_WALLET_NAME)) {
		NL_SET_ERR_MSG(info->extack, "name is missing");
		return -EINVAL;
	}
	ret = check_name(name, info->extack);
	if (ret)
		return ret;
	if (uid) {
		ret = mx_nl_uid(uid, &owner, info->extack);
		if (ret)
			return ret;
	}
	ret = merge_terms(info, &terms);
	if (ret)
		return ret;
	mutex_lock(&mx_nl_wallet_mutex);
	ret = mx_account_new(nla_data(name), owner, &terms, &id, info->extack);
	mutex_unlock(&mx_nl_wallet_mutex);
	return ret ? ret : reply_id(info, id);
}

int maxwell_nl_wallet_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mx_account_report report;
	int ret;

	ret = may_change(skb, info, "changing a wallet");
	if (ret)
		return ret;
	mutex_lock(&mx_nl_wallet_mutex);
	ret = mx_nl_wallet(info, &report);
	if (ret)
		goto out;
	if (!info->attrs[MAXWELL_A_WALLET_UNLIMITED] && !info->attrs[MAXWELL_A_WALLET_INCOME] &&
	    !info->attrs[MAXWELL_A_WALLET_CAP_NANOCENTS] &&
	    !info->attrs[MAXWELL_A_WALLET_HALF_LIFE_MS]) {
		NL_SET_ERR_MSG(info->extack,
			       "nothing to set: unlimited, income, cap-nanocents, half-life-ms");
		ret = -EINVAL;
		goto out;
	}
	ret = merge_terms(info, &report.w.terms);
	if (!ret)
		ret = mx_account_set(report.id, &report.w.terms, info->extack);
out:
	mutex_unlock(&mx_nl_wallet_mutex);
	return ret;
}

int maxwell_nl_wallet_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mx_account_report report;
	int ret;

	ret = may_change(skb, info, "deleting a wallet");
	if (ret)
		return ret;
	mutex_lock(&mx_nl_wallet_mutex);
	ret = mx_nl_wallet(info, &report);
	if (!ret)
		ret = mx_account_del(report.id, info->extack);
	mutex_unlock(&mx_nl_wallet_mutex);
	return ret;
}

int maxwell_nl_wallet_fund_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mx_account_report report;
	int ret;

	ret = may_change(skb, info, "funding a wallet");
	if (ret)
		return ret;
	if (GENL_REQ_ATTR_CHECK(info, MAXWELL_A_WALLET_AMOUNT_NANOCENTS)) {
		NL_SET_ERR_MSG(info->extack, "amount-nanocents is missing");
		return -EINVAL;
	}
	mutex_lock(&mx_nl_wallet_mutex);
	ret = mx_nl_wallet(info, &report);
	if (!ret)
		ret = mx_account_fund(report.id,
				      nla_get_uint(info->attrs[MAXWELL_A_WALLET_AMOUNT_NANOCENTS]),
				      info->extack);
	mutex_unlock(&mx_nl_wallet_mutex);
	return ret;
}
