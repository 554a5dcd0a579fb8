/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What account.c and account_admin.c share: the table of wallets, and the map of users and cgroups
 * to them.
 */
#ifndef MAXWELL_ACCOUNT_TABLE_H
#define MAXWELL_ACCOUNT_TABLE_H

#include <linux/mutex.h>

#include "maxwell.h"

#define MX_MAP_BITS 8

/* In mx_account_table::account: who pays for the kernel, and for users when the table is full. */
#define MX_ACCOUNT_COMMON 0
#define MX_ACCOUNT_OVERFLOW 1

/**
 * struct mx_mapping - a user or a cgroup, and what it draws on
 * @account: the wallet; NULL if this mapping is free
 * @cgroup: id of the cgroup, 0 for a user
 * @uid: the user
 * @granted: by wallet-grant, not made by itself
 * @link: in the free list or a hash chain
 */
struct mx_mapping {
	struct mx_account *account;
	u64 cgroup;
	kuid_t uid;
	bool granted;
	struct mx_mapping *link;
};

/**
 * struct mx_account_table - all wallets; the first two are there from the start
 * @map_lock: raw leaf: everything here but the money
 * @account: the wallets
 * @mapping: as many
 * @nr: how many
 * @nr_cgroups: mappings of cgroups
 * @epoch: counts changes of grants
 * @nr_free: wallets
 * @overflowed: tasks that got the overflow wallet because there was no other
 * @free_account: list
 * @free_mapping: list
 * @map: hash chains of mappings in use
 */
struct mx_account_table {
	raw_spinlock_t map_lock;
	struct mx_account *account;
	struct mx_mapping *mapping;
	u32 nr;
	u32 nr_cgroups;
	u32 epoch;
	u32 nr_free;
	u64 overflowed;
	struct mx_account *free_account;
	struct mx_mapping *free_mapping;
	struct mx_mapping *map[1 << MX_MAP_BITS];
};

extern struct mx_account_table mx_table;

/* Held where wallets and grants are made and changed. */
extern struct mutex mx_wallet_mutex;

int mx_account_table_init(u32 nr);
void mx_account_table_exit(void);
struct mx_mapping *mx_mapping_of_cgroup(u64 cgroup);
struct mx_mapping *mx_mapping_of_user(kuid_t uid);
struct mx_account *mx_account_make_default(kuid_t uid);
struct mx_account *mx_account_default(kuid_t uid);
bool mx_mapping_add(struct mx_account *a, u64 cgroup, kuid_t uid, bool granted);
void mx_mapping_del(struct mx_mapping *m);
struct mx_account *mx_account_take(u8 kind, kuid_t owner, const char *name,
				   const struct mx_wallet_terms *terms);
void mx_account_put(struct mx_account *a);
void mx_accounts_scarce(void);
void mx_account_work_exit(void);
void mx_account_look_for_debt(struct mx_account *a);
struct mx_account *mx_account_lookup(u32 id, struct netlink_ext_ack *extack);
void mx_accounts_update_limited(void);
void mx_account_change(struct mx_account *a, const struct mx_wallet_terms *terms);
void mx_account_forget_grants(struct mx_account *a);
struct mx_account *mx_account_resolve(struct task_struct *p, struct cgroup *cgrp, u8 *source);

static inline u64 mx_pacing_ns(void)
{
	return (u64)mx_tune(pacing_ms) * NSEC_PER_MSEC;
}

#endif /* MAXWELL_ACCOUNT_TABLE_H */
