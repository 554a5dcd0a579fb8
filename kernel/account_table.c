// SPDX-License-Identifier: GPL-2.0
/*
 * The table of wallets and the map of users and cgroups to them: places, lists, hash chains, and
 * copies for those who ask.
 *
 * Locks: what the header says; mx_account_report() takes mx_cpu::lock as well, one at a time.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>

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
 * mx_account_take() - take a wallet from the free ones
 * @kind: enum maxwell_wallet_kind
 * @owner: whose it is
 * @name: unique
 * @terms: what it earns and keeps
 *
 * Context: map_lock held.
 *
 * Return: NULL if all are in use.
 */
struct mx_account *mx_account_take(u8 kind, kuid_t owner, const char *name,
				   const struct mx_wallet_terms *terms)
{
	struct mx_account *a = mx_table.free_account;

	if (!a)
		return NULL;
	mx_table.free_account = a->link;
	a->kind = kind;
	a->owner = owner;
	a->in_debt = false;
	a->told_debt = false;
	a->own_terms = kind == MAXWELL_WALLET_KIND_NAMED;
	strscpy(a->name, name);
	mx_wallet_init(&a->w, a->id, terms, mx_pacing_ns(), mx_now_ns());
	WRITE_ONCE(a->used, true);
	return a;
}

/**
 * mx_account_put() - undo mx_account_take()
 * @a: wallet that nobody draws on any more
 *
 * Context: map_lock held.
 */
void mx_account_put(struct mx_account *a)
{
	WRITE_ONCE(a->used, false);
	a->link = mx_table.free_account;
	mx_table.free_account = a;
}

/**
 * mx_account_make_default() - make a user's own wallet
 * @uid: user who has none and draws on nothing else
 *
 * Context: map_lock held; any.
 *
 * Return: NULL if there is no room.
 */
struct mx_account *mx_account_make_default(kuid_t uid)
{
	char name[MAXWELL_WALLET_NAME_LEN + 1];
	struct mx_wallet_terms terms;
	struct mx_account *a;

	mx_account_terms_default(&terms);
	if (uid_eq(uid, GLOBAL_ROOT_UID) || !mx_tune(default_income_cents))
		terms.unlimited = true;
	snprintf(name, sizeof(name), "uid:%u", __kuid_val(uid));
	a = mx_account_take(MAXWELL_WALLET_KIND_DEFAULT, uid, name, &terms);
	if (a && !mx_mapping_add(a, 0, uid, false)) {
		mx_account_put(a);
		a = NULL;
	}
	return a;
}

/**
 * mx_account_default() - a user's own wallet
 * @uid: user
 *
 * Context: map_lock held.
 *
 * Return: NULL if it was never made.
 */
struct mx_account *mx_account_default(kuid_t uid)
{
	u32 i;

	for (i = 0; i < mx_table.nr; i++) {
		struct mx_account *a = &mx_table.account[i];

		if (a->used && a->kind == MAXWELL_WALLET_KIND_DEFAULT && uid_eq(a->owner, uid))
			return a;
	}
	return NULL;
}

/**
 * mx_account_by_id() - wallet by number
 * @id: any number
 *
 * Return: NULL if there is none. What it returns may be deleted at any time, but stays readable.
 */
struct mx_account *mx_account_by_id(u32 id)
{
	struct mx_account *a;

	if (!id || id > mx_table.nr)
		return NULL;
	a = &mx_table.account[id - 1];
	return READ_ONCE(a->used) ? a : NULL;
}

/**
 * mx_account_limit() - numbers of wallets go up to this
 */
u32 mx_account_limit(void)
{
	return mx_table.nr;
}

/**
 * mx_account_find() - number of a wallet by name
 * @name: its name
 *
 * Context: process context.
 *
 * Return: 0 if there is none.
 */
u32 mx_account_find(const char *name)
{
	unsigned long flags;
	u32 i, id = 0;

	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	for (i = 0; i < mx_table.nr && !id; i++)
		if (mx_table.account[i].used && !strcmp(mx_table.account[i].name, name))
			id = i + 1;
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	return id;
}

/**
 * mx_account_report() - copy a wallet, settled and with all paid that its tasks owe
 * @id: its number
 * @report: written
 *
 * Context: process context.
 *
 * Return: 0, or -ENOENT if there is no such wallet.
 */
int mx_account_report(u32 id, struct mx_account_report *report)
{
	struct mx_account *a = mx_account_by_id(id);
	unsigned long flags;

	if (!a)
		return -ENOENT;
	mx_tasks_pay(a);
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	report->id = id;
	report->kind = a->kind;
	report->owner = a->owner;
	strscpy(report->name, a->name);
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);

	report->nr_tasks = atomic_read(&a->nr_tasks);
	local_irq_save(flags);
	mx_account_settle(a, mx_now_ns());
	raw_spin_lock(&a->lock);
	report->w = a->w;
	raw_spin_unlock_irqrestore(&a->lock, flags);
	return READ_ONCE(a->used) ? 0 : -ENOENT;
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

/**
 * mx_account_table_init() - make the table, and the common wallet
 * @nr: how many wallets
 *
 * Return: 0 or -ENOMEM; nothing is left behind then.
 */
int mx_account_table_init(u32 nr)
{
	static const struct mx_wallet_terms unlimited = { .unlimited = true };
	unsigned long flags;
	u32 i;

	mx_table.account = kvcalloc(nr, sizeof(*mx_table.account), GFP_KERNEL);
	mx_table.mapping = kvcalloc(nr, sizeof(*mx_table.mapping), GFP_KERNEL);
	if (!mx_table.account || !mx_table.mapping) {
		mx_account_table_exit();
		return -ENOMEM;
	}
	mx_table.nr = nr;
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	for (i = nr; i-- > 0;) {
		struct mx_account *a = &mx_table.account[i];

		raw_spin_lock_init(&a->lock);
		a->id = i + 1;
		mx_account_put(a);
		mx_table.mapping[i].link = mx_table.free_mapping;
		mx_table.free_mapping = &mx_table.mapping[i];
	}
	mx_account_take(MAXWELL_WALLET_KIND_COMMON, GLOBAL_ROOT_UID, "common", &unlimited);
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	return 0;
}

/**
 * mx_account_table_exit() - free the table
 */
void mx_account_table_exit(void)
{
	kvfree(mx_table.account);
	kvfree(mx_table.mapping);
}
