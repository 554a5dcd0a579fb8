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
};

static const struct genl_multicast_group maxwell_nl_mcgrps[] = {
	[MAXWELL_NLGRP_CLASS] = { "class", },
	[MAXWELL_NLGRP_PRICE] = { "price", },
	[MAXWELL_NLGRP_AUCTION] = { "auction", },
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
