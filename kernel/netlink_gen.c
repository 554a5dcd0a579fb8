// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/maxwell.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: make regen */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/maxwell.h>

/* Integer value ranges */
static const struct netlink_range_validation maxwell_a_price_lease_ms_range = {
	.max	= 86400000ULL,
};

static const struct netlink_range_validation maxwell_a_wallet_income_range = {
	.max	= MAXWELL_WALLET_INCOME_MAX,
};

static const struct netlink_range_validation maxwell_a_wallet_cap_nanocents_range = {
	.max	= MAXWELL_WALLET_CAP_MAX,
};

static const struct netlink_range_validation maxwell_a_wallet_amount_nanocents_range = {
	.min	= 1ULL,
	.max	= MAXWELL_WALLET_CAP_MAX,
};

/* MAXWELL_CMD_PRICE_SET - do */
static const struct nla_policy maxwell_price_set_nl_policy[MAXWELL_A_PRICE_LEASE_MS + 1] = {
	[MAXWELL_A_PRICE_CPUS] = { .type = NLA_NUL_STRING, .len = MAXWELL_CPULIST_LEN, },
	[MAXWELL_A_PRICE_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[MAXWELL_A_PRICE_MULTIPLIER] = NLA_POLICY_MIN(NLA_U32, MAXWELL_MULTIPLIER_MIN),
	[MAXWELL_A_PRICE_SLOPE] = { .type = NLA_S32, },
	[MAXWELL_A_PRICE_LEASE_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &maxwell_a_price_lease_ms_range),
};

/* MAXWELL_CMD_PRICE_GET - dump */
static const struct nla_policy maxwell_price_get_nl_policy[MAXWELL_A_PRICE_CPUS + 1] = {
	[MAXWELL_A_PRICE_CPUS] = { .type = NLA_NUL_STRING, .len = MAXWELL_CPULIST_LEN, },
};

/* MAXWELL_CMD_BID_SET - do */
static const struct nla_policy maxwell_bid_set_nl_policy[MAXWELL_A_BID_BOOK + 1] = {
	[MAXWELL_A_BID_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_BID_BID] = { .type = NLA_U32, },
	[MAXWELL_A_BID_USE_DEFAULT] = { .type = NLA_FLAG, },
	[MAXWELL_A_BID_BOOK] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* MAXWELL_CMD_BID_GET - do */
static const struct nla_policy maxwell_bid_get_nl_policy[MAXWELL_A_BID_PID + 1] = {
	[MAXWELL_A_BID_PID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* MAXWELL_CMD_DEMAND_GET - dump */
static const struct nla_policy maxwell_demand_get_nl_policy[MAXWELL_A_DEMAND_CPUS + 1] = {
	[MAXWELL_A_DEMAND_CPUS] = { .type = NLA_NUL_STRING, .len = MAXWELL_CPULIST_LEN, },
};

/* MAXWELL_CMD_WALLET_NEW - do */
static const struct nla_policy maxwell_wallet_new_nl_policy[MAXWELL_A_WALLET_HALF_LIFE_MS + 1] = {
	[MAXWELL_A_WALLET_NAME] = { .type = NLA_NUL_STRING, .len = MAXWELL_WALLET_NAME_LEN, },
	[MAXWELL_A_WALLET_UID] = { .type = NLA_U32, },
	[MAXWELL_A_WALLET_UNLIMITED] = { .type = NLA_FLAG, },
	[MAXWELL_A_WALLET_INCOME] = NLA_POLICY_FULL_RANGE(NLA_U32, &maxwell_a_wallet_income_range),
	[MAXWELL_A_WALLET_CAP_NANOCENTS] = NLA_POLICY_FULL_RANGE(NLA_UINT, &maxwell_a_wallet_cap_nanocents_range),
	[MAXWELL_A_WALLET_HALF_LIFE_MS] = { .type = NLA_U32, },
};

/* MAXWELL_CMD_WALLET_SET - do */
static const struct nla_policy maxwell_wallet_set_nl_policy[MAXWELL_A_WALLET_HALF_LIFE_MS + 1] = {
	[MAXWELL_A_WALLET_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_WALLET_NAME] = { .type = NLA_NUL_STRING, .len = MAXWELL_WALLET_NAME_LEN, },
	[MAXWELL_A_WALLET_UNLIMITED] = { .type = NLA_FLAG, },
	[MAXWELL_A_WALLET_INCOME] = NLA_POLICY_FULL_RANGE(NLA_U32, &maxwell_a_wallet_income_range),
	[MAXWELL_A_WALLET_CAP_NANOCENTS] = NLA_POLICY_FULL_RANGE(NLA_UINT, &maxwell_a_wallet_cap_nanocents_range),
	[MAXWELL_A_WALLET_HALF_LIFE_MS] = { .type = NLA_U32, },
};

/* MAXWELL_CMD_WALLET_DEL - do */
static const struct nla_policy maxwell_wallet_del_nl_policy[MAXWELL_A_WALLET_NAME + 1] = {
	[MAXWELL_A_WALLET_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_WALLET_NAME] = { .type = NLA_NUL_STRING, .len = MAXWELL_WALLET_NAME_LEN, },
};

/* MAXWELL_CMD_WALLET_FUND - do */
static const struct nla_policy maxwell_wallet_fund_nl_policy[MAXWELL_A_WALLET_AMOUNT_NANOCENTS + 1] = {
	[MAXWELL_A_WALLET_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_WALLET_NAME] = { .type = NLA_NUL_STRING, .len = MAXWELL_WALLET_NAME_LEN, },
	[MAXWELL_A_WALLET_AMOUNT_NANOCENTS] = NLA_POLICY_FULL_RANGE(NLA_UINT, &maxwell_a_wallet_amount_nanocents_range),
};

/* MAXWELL_CMD_WALLET_GRANT - do */
static const struct nla_policy maxwell_wallet_grant_nl_policy[MAXWELL_A_WALLET_TO_CGROUP + 1] = {
	[MAXWELL_A_WALLET_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_WALLET_NAME] = { .type = NLA_NUL_STRING, .len = MAXWELL_WALLET_NAME_LEN, },
	[MAXWELL_A_WALLET_TO_UID] = { .type = NLA_U32, },
	[MAXWELL_A_WALLET_TO_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_WALLET_TO_CGROUP] = NLA_POLICY_MIN(NLA_UINT, 1),
};

/* MAXWELL_CMD_WALLET_REVOKE - do */
static const struct nla_policy maxwell_wallet_revoke_nl_policy[MAXWELL_A_WALLET_TO_CGROUP + 1] = {
	[MAXWELL_A_WALLET_TO_UID] = { .type = NLA_U32, },
	[MAXWELL_A_WALLET_TO_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_WALLET_TO_CGROUP] = NLA_POLICY_MIN(NLA_UINT, 1),
};

/* MAXWELL_CMD_WALLET_GET - do */
static const struct nla_policy maxwell_wallet_get_nl_policy[MAXWELL_A_WALLET_TO_PID + 1] = {
	[MAXWELL_A_WALLET_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[MAXWELL_A_WALLET_NAME] = { .type = NLA_NUL_STRING, .len = MAXWELL_WALLET_NAME_LEN, },
	[MAXWELL_A_WALLET_TO_PID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Ops table for maxwell */
static const struct genl_split_ops maxwell_nl_ops[] = {
	{
		.cmd	= MAXWELL_CMD_CLASS_GET,
		.doit	= maxwell_nl_class_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_PRICE_SET,
		.doit		= maxwell_nl_price_set_doit,
		.policy		= maxwell_price_set_nl_policy,
		.maxattr	= MAXWELL_A_PRICE_LEASE_MS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_PRICE_GET,
		.dumpit		= maxwell_nl_price_get_dumpit,
		.policy		= maxwell_price_get_nl_policy,
		.maxattr	= MAXWELL_A_PRICE_CPUS,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MAXWELL_CMD_BID_SET,
		.doit		= maxwell_nl_bid_set_doit,
		.policy		= maxwell_bid_set_nl_policy,
		.maxattr	= MAXWELL_A_BID_BOOK,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_BID_GET,
		.doit		= maxwell_nl_bid_get_doit,
		.policy		= maxwell_bid_get_nl_policy,
		.maxattr	= MAXWELL_A_BID_PID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MAXWELL_CMD_BID_GET,
		.dumpit	= maxwell_nl_bid_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= MAXWELL_CMD_CPU_GET,
		.dumpit	= maxwell_nl_cpu_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MAXWELL_CMD_DEMAND_GET,
		.dumpit		= maxwell_nl_demand_get_dumpit,
		.policy		= maxwell_demand_get_nl_policy,
		.maxattr	= MAXWELL_A_DEMAND_CPUS,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MAXWELL_CMD_WALLET_NEW,
		.doit		= maxwell_nl_wallet_new_doit,
		.policy		= maxwell_wallet_new_nl_policy,
		.maxattr	= MAXWELL_A_WALLET_HALF_LIFE_MS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_WALLET_SET,
		.doit		= maxwell_nl_wallet_set_doit,
		.policy		= maxwell_wallet_set_nl_policy,
		.maxattr	= MAXWELL_A_WALLET_HALF_LIFE_MS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_WALLET_DEL,
		.doit		= maxwell_nl_wallet_del_doit,
		.policy		= maxwell_wallet_del_nl_policy,
		.maxattr	= MAXWELL_A_WALLET_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_WALLET_FUND,
		.doit		= maxwell_nl_wallet_fund_doit,
		.policy		= maxwell_wallet_fund_nl_policy,
		.maxattr	= MAXWELL_A_WALLET_AMOUNT_NANOCENTS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_WALLET_GRANT,
		.doit		= maxwell_nl_wallet_grant_doit,
		.policy		= maxwell_wallet_grant_nl_policy,
		.maxattr	= MAXWELL_A_WALLET_TO_CGROUP,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_WALLET_REVOKE,
		.doit		= maxwell_nl_wallet_revoke_doit,
		.policy		= maxwell_wallet_revoke_nl_policy,
		.maxattr	= MAXWELL_A_WALLET_TO_CGROUP,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MAXWELL_CMD_WALLET_GET,
		.doit		= maxwell_nl_wallet_get_doit,
		.policy		= maxwell_wallet_get_nl_policy,
		.maxattr	= MAXWELL_A_WALLET_TO_PID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MAXWELL_CMD_WALLET_GET,
		.dumpit	= maxwell_nl_wallet_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= MAXWELL_CMD_GRANT_GET,
		.dumpit	= maxwell_nl_grant_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= MAXWELL_CMD_GPU_GET,
		.dumpit	= maxwell_nl_gpu_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
};

static const struct genl_multicast_group maxwell_nl_mcgrps[] = {
	[MAXWELL_NLGRP_CLASS] = { "class", },
	[MAXWELL_NLGRP_PRICE] = { "price", },
	[MAXWELL_NLGRP_AUCTION] = { "auction", },
	[MAXWELL_NLGRP_WALLET] = { "wallet", },
};

struct genl_family maxwell_nl_family __ro_after_init = {
	.name		= MAXWELL_FAMILY_NAME,
	.version	= MAXWELL_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= maxwell_nl_ops,
	.n_split_ops	= ARRAY_SIZE(maxwell_nl_ops),
	.mcgrps		= maxwell_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(maxwell_nl_mcgrps),
};
