/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/maxwell.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: make regen */

#ifndef _LINUX_MAXWELL_GEN_H
#define _LINUX_MAXWELL_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/maxwell.h>

int maxwell_nl_class_get_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_price_set_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_price_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int maxwell_nl_bid_set_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_bid_get_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_bid_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int maxwell_nl_cpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int maxwell_nl_demand_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int maxwell_nl_wallet_new_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_wallet_set_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_wallet_del_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_wallet_fund_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_wallet_grant_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_wallet_revoke_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_wallet_get_doit(struct sk_buff *skb, struct genl_info *info);
int maxwell_nl_wallet_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int maxwell_nl_grant_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int maxwell_nl_gpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

enum {
	MAXWELL_NLGRP_CLASS,
	MAXWELL_NLGRP_PRICE,
	MAXWELL_NLGRP_AUCTION,
	MAXWELL_NLGRP_WALLET,
};

extern struct genl_family maxwell_nl_family;

#endif /* _LINUX_MAXWELL_GEN_H */
