/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wallets of this machine: the table, who draws on which, and how tasks pay. Included by maxwell.h
 * alone.
 *
 * Locks: mx_wallet_mutex for making, changing, granting and deleting, outside everything but
 * mx_price_mutex; mx_account::lock (raw, leaf), inside mx_cpu::lock, for the money of one wallet;
 * map_lock (raw, leaf) in account.c for who draws on what.
 */
#ifndef MAXWELL_ACCOUNT_H
#define MAXWELL_ACCOUNT_H

#include <linux/jump_label.h>
#include <linux/uidgid.h>

#include "wallet.h"

/**
 * struct mx_account - a wallet and whose it is
 * @w: the money; @lock, but for what is read on the way to a bid
 * @lock: raw leaf
 * @nr_tasks: records that draw on it, dormant ones included
 * @nr_holds: requests and leases of GPUs that draw on it
 * @id: its number, its place in the table + 1
 * @kind: enum maxwell_wallet_kind
 * @used: in use; mx_wallet_mutex or map_lock
 * @in_debt: the balance is below 0; @lock
 * @told_debt: what was last told of that
 * @granted: was granted to somebody once, and is kept
 * @own_terms: set by wallet-set or wallet-new: the tunables for default wallets do not apply
 * @owner: see the netlink spec
 * @name: unique
 * @link: in the free list or a hash chain; map_lock
 */
struct mx_account {
	struct mx_wallet w;
	raw_spinlock_t lock;
	atomic_t nr_tasks;
	atomic_t nr_holds;
	u32 id;
	u8 kind;
	bool used;
	bool in_debt;
	bool told_debt;
	bool own_terms;
	bool granted;
	kuid_t owner;
	char name[MAXWELL_WALLET_NAME_LEN + 1];
	struct mx_account *link;
};

/**
 * struct mx_account_report - a wallet as it was at one moment
 * @w: what it holds, and on which terms
 * @id: its number
 * @kind: enum maxwell_wallet_kind
 * @nr_tasks: how many tasks draw on it
 * @owner: who made it, or whose it is
 * @name: of a named one; otherwise empty
 */
struct mx_account_report {
	struct mx_wallet w;
	u32 id;
	u32 kind;
	u32 nr_tasks;
	kuid_t owner;
	char name[MAXWELL_WALLET_NAME_LEN + 1];
};

/**
 * struct mx_grant - who draws on a wallet
 * @to_cgroup: id of a cgroup; 0 if it is granted to @to_uid
 * @to_uid: user
 */
struct mx_grant {
	u64 to_cgroup;
	kuid_t to_uid;
};

/* What a task owes is taken from its wallet when it has run for so long, not at each switch. */
#define MX_PAY_NS NSEC_PER_MSEC

struct mx_task;
struct netlink_ext_ack;

/* On while some wallet is limited; otherwise bids count in full and nobody has to look. */
DECLARE_STATIC_KEY_FALSE(mx_wallets_limited);

int mx_accounts_init(void);
void mx_accounts_exit(void);
void mx_accounts_refresh(void);
void mx_accounts_reclaim(void);

/* For the scheduler: with mx_cpu::lock of the record held, or the record not yet in use. */
void mx_account_enter(struct mx_task *t, struct task_struct *p, const struct mx_task *parent);
void mx_account_leave(struct mx_task *t);
void mx_account_drop(struct mx_task *t);
void mx_account_move(struct mx_task *t, struct mx_account *a);
void mx_account_settle(struct mx_account *a, u64 now_ns);
void mx_account_pay(struct mx_task *t, u64 now_ns);

/* For netlink and the device: process context. */
struct mx_account *mx_account_by_id(u32 id);
int mx_account_copy(u32 id, struct mx_account_report *report);
int mx_account_report(u32 id, struct mx_account_report *report);
u32 mx_account_limit(void);
u32 mx_account_find(const char *name);
u32 mx_account_of(struct task_struct *p);
int mx_account_new(const char *name, kuid_t owner, const struct mx_wallet_terms *terms, u32 *id,
		   struct netlink_ext_ack *extack);
int mx_account_set(u32 id, const struct mx_wallet_terms *terms, struct netlink_ext_ack *extack);
int mx_account_del(u32 id, struct netlink_ext_ack *extack);
int mx_account_fund(u32 id, u64 amount_nanocents, struct netlink_ext_ack *extack);
int mx_account_grant(u32 id, const struct mx_grant *to, struct netlink_ext_ack *extack);
int mx_account_revoke(const struct mx_grant *to, struct netlink_ext_ack *extack);
int mx_account_give(u32 id, struct task_struct *p, struct netlink_ext_ack *extack);
bool mx_grant_at(u32 index, struct mx_grant *grant, u32 *id);
u32 mx_grant_limit(void);
void mx_account_terms_default(struct mx_wallet_terms *terms);
struct mx_account *mx_account_hold(struct task_struct *p);
void mx_account_unhold(struct mx_account *a);
void mx_account_charge(struct mx_account *a, u64 cost_nanocents);

#endif /* MAXWELL_ACCOUNT_H */
