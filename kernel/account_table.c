// SPDX-License-Identifier: GPL-2.0
/*
 * The table of wallets: places, lists, default wallets, and copies for those who ask.
 *
 * Locks: what the header says; mx_account_report() takes mx_cpu::lock as well, one at a time.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "account_table.h"

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
	mx_table.nr_free--;
	a->kind = kind;
	a->owner = owner;
	a->in_debt = false;
	a->told_debt = false;
	a->granted = false;
	a->own_terms = kind == MAXWELL_WALLET_KIND_NAMED;
	strscpy(a->name, name);
	mx_wallet_init(&a->w, a->id, terms, mx_pacing_ns(), mx_now_ns());
	/* Who sees it in use sees it whole. */
	smp_store_release(&a->used, true);
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
	mx_table.nr_free++;
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
	/* Pairs with the release in mx_account_take(). */
	return smp_load_acquire(&a->used) ? a : NULL;
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
 * mx_account_copy() - copy a wallet, settled
 * @id: its number
 * @report: written
 *
 * Context: process context.
 *
 * Return: 0, or -ENOENT if there is no such wallet.
 */
int mx_account_copy(u32 id, struct mx_account_report *report)
{
	struct mx_account *a = mx_account_by_id(id);
	unsigned long flags;

	if (!a)
		return -ENOENT;
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
 * mx_account_report() - copy a wallet, settled and with all paid that its tasks owe
 * @id: its number
 * @report: written
 *
 * It goes through the records of all tasks: who wants many wallets calls mx_tasks_pay() once, and
 * mx_account_copy() for each.
 *
 * Context: process context.
 *
 * Return: 0, or -ENOENT if there is no such wallet.
 */
int mx_account_report(u32 id, struct mx_account_report *report)
{
	struct mx_account *a = mx_account_by_id(id);

	if (!a)
		return -ENOENT;
	mx_tasks_pay(a);
	return mx_account_copy(id, report);
}

/**
 * mx_account_table_init() - make the table, and the wallets of the module itself
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
	mx_account_take(MAXWELL_WALLET_KIND_COMMON, GLOBAL_ROOT_UID, "overflow", &unlimited);
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
