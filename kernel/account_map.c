// SPDX-License-Identifier: GPL-2.0
/*
 * The map of users and cgroups to the wallets that they draw on.
 *
 * Locks: the caller holds map_lock, but for mx_grant_at(), which takes it.
 */
#include <linux/hash.h>

#include "account_table.h"

static struct mx_mapping **chain_of(u64 cgroup, kuid_t uid)
{
	return &mx_table.map[hash_64(cgroup ? cgroup : ~(u64)__kuid_val(uid), MX_MAP_BITS)];
}

/**
 * mx_mapping_of_cgroup() - what is granted to a cgroup itself
 * @cgroup: its id
 *
 * Context: map_lock held.
 */
struct mx_mapping *mx_mapping_of_cgroup(u64 cgroup)
{
	struct mx_mapping *m = *chain_of(cgroup, KUIDT_INIT(0));

	while (m && m->cgroup != cgroup)
		m = m->link;
	return m;
}

/**
 * mx_mapping_of_user() - what a user draws on
 * @uid: user
 *
 * Context: map_lock held.
 */
struct mx_mapping *mx_mapping_of_user(kuid_t uid)
{
	struct mx_mapping *m = *chain_of(0, uid);

	while (m && (m->cgroup || !uid_eq(m->uid, uid)))
		m = m->link;
	return m;
}

/**
 * mx_mapping_add() - let a user or a cgroup draw on a wallet
 * @a: wallet
 * @cgroup: id of a cgroup, 0 for a user
 * @uid: user
 * @granted: by request
 *
 * Context: map_lock held; there is no such mapping yet.
 *
 * Return: false if there is no room.
 */
bool mx_mapping_add(struct mx_account *a, u64 cgroup, kuid_t uid, bool granted)
{
	struct mx_mapping *m = mx_table.free_mapping, **chain = chain_of(cgroup, uid);

	if (!m)
		return false;
	mx_table.free_mapping = m->link;
	m->account = a;
	m->cgroup = cgroup;
	m->uid = uid;
	m->granted = granted;
	m->link = *chain;
	*chain = m;
	mx_table.nr_cgroups += !!cgroup;
	return true;
}

/**
 * mx_mapping_del() - undo mx_mapping_add()
 * @m: mapping in use
 *
 * Context: map_lock held.
 */
void mx_mapping_del(struct mx_mapping *m)
{
	struct mx_mapping **link = chain_of(m->cgroup, m->uid);

	while (*link != m)
		link = &(*link)->link;
	*link = m->link;
	mx_table.nr_cgroups -= !!m->cgroup;
	m->account = NULL;
	m->link = mx_table.free_mapping;
	mx_table.free_mapping = m;
}

/**
 * mx_grant_limit() - there are no more grants than this
 */
u32 mx_grant_limit(void)
{
	return mx_table.nr;
}

/**
 * mx_grant_at() - one grant, for a dump
 * @index: below mx_grant_limit()
 * @grant: written
 * @id: written: number of the wallet
 *
 * Return: false if there is none at @index.
 */
bool mx_grant_at(u32 index, struct mx_grant *grant, u32 *id)
{
	const struct mx_mapping *m = &mx_table.mapping[index];
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	found = m->account && m->granted;
	if (found) {
		grant->to_cgroup = m->cgroup;
		grant->to_uid = m->uid;
		*id = m->account->id;
	}
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	return found;
}
