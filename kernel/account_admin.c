// SPDX-License-Identifier: GPL-2.0
/*
 * Making, changing, funding, granting and deleting wallets, on request of root.
 *
 * Takes mx_wallet_mutex; inside it map_lock, mx_account::lock, or mx_cpu::lock, one at a time. May
 * sleep.
 */
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/netlink.h>

#include "account_table.h"

/* Records that are on their way into or out of the class are waited for so often. */
#define DELETE_TRIES 100

static DEFINE_MUTEX(mx_wallet_mutex);

/**
 * mx_account_terms_default() - terms from the tunables for default wallets
 * @terms: written
 */
void mx_account_terms_default(struct mx_wallet_terms *terms)
{
	terms->income = mx_tune(default_income_cents);
	terms->half_life_ms = mx_tune(wallet_half_life_ms);
	terms->cap_nanocents = mx_wallet_cap(terms->income, mx_tune(wallet_cap_ms));
	terms->unlimited = false;
}

/* Turn the looking after limited wallets on or off. */
static void update_limited(void)
{
	bool limited = mx_tune(default_income_cents);
	u32 i;

	for (i = 0; i < mx_table.nr && !limited; i++)
		limited = READ_ONCE(mx_table.account[i].used) &&
			  READ_ONCE(mx_table.account[i].w.tag);
	if (limited)
		static_branch_enable(&mx_wallets_limited);
	else
		static_branch_disable(&mx_wallets_limited);
}

/* Put @terms into force; mx_wallet_mutex held. */
static void change(struct mx_account *a, const struct mx_wallet_terms *terms)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&a->lock, flags);
	mx_wallet_change(&a->w, a->id, terms, mx_pacing_ns(), mx_now_ns());
	mx_account_look_for_debt(a);
	raw_spin_unlock_irqrestore(&a->lock, flags);
}

/* Whether @owner may have another @more cents a second, besides those of @but. */
static int check_owner(kuid_t owner, u32 more, const struct mx_account *but,
		       struct netlink_ext_ack *extack)
{
	u32 max = mx_tune(user_income_max_cents), i;
	u64 sum = 0;

	if (!max)
		return 0;
	for (i = 0; i < mx_table.nr; i++) {
		const struct mx_account *a = &mx_table.account[i];

		if (READ_ONCE(a->used) && a != but && uid_eq(a->owner, owner) &&
		    !a->w.terms.unlimited)
			sum += a->w.terms.income;
	}
	if (sum + more <= max)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "the owner would earn %llu cents/s; user_income_max_cents is %u",
			   sum + more, max);
	return -EDQUOT;
}

static struct mx_account *lookup(u32 id, struct netlink_ext_ack *extack)
{
	struct mx_account *a = mx_account_by_id(id);

	if (!a)
		NL_SET_ERR_MSG_FMT(extack, "no wallet has the number %u", id);
	return a;
}

/**
 * mx_account_new() - make a wallet
 * @name: valid, up to MAXWELL_WALLET_NAME_LEN bytes
 * @owner: valid
 * @terms: within their limits
 * @id: written: its number
 * @extack: told why not
 *
 * Return: 0, -EEXIST, -ENOSPC, or -EDQUOT.
 */
int mx_account_new(const char *name, kuid_t owner, const struct mx_wallet_terms *terms, u32 *id,
		   struct netlink_ext_ack *extack)
{
	struct mx_account *a;
	unsigned long flags;
	int ret;

	mutex_lock(&mx_wallet_mutex);
	ret = terms->unlimited ? 0 : check_owner(owner, terms->income, NULL, extack);
	if (ret)
		goto out;
	if (mx_account_find(name)) {
		NL_SET_ERR_MSG_FMT(extack, "there is a wallet named '%s' already", name);
		ret = -EEXIST;
		goto out;
	}
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	a = mx_account_take(MAXWELL_WALLET_KIND_NAMED, owner, name, terms);
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	if (!a) {
		NL_SET_ERR_MSG_FMT(extack,
				   "all %u wallets are in use: see the module parameter 'wallets'",
				   mx_table.nr);
		ret = -ENOSPC;
		goto out;
	}
	*id = a->id;
	update_limited();
	mx_notify_wallet(a->id, MAXWELL_WALLET_EVENT_MADE);
out:
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}

/**
 * mx_account_set() - change the terms of a wallet
 * @id: its number
 * @terms: within their limits
 * @extack: told why not
 *
 * Return: 0, -ENOENT, -EPERM for the common wallet, or -EDQUOT.
 */
int mx_account_set(u32 id, const struct mx_wallet_terms *terms, struct netlink_ext_ack *extack)
{
	struct mx_account *a;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	a = lookup(id, extack);
	if (!a) {
		ret = -ENOENT;
	} else if (a->kind == MAXWELL_WALLET_KIND_COMMON) {
		NL_SET_ERR_MSG(extack, "the common wallet pays for the kernel and stays unlimited");
		ret = -EPERM;
	} else if (!terms->unlimited) {
		ret = check_owner(a->owner, terms->income, a, extack);
	}
	if (!ret) {
		a->own_terms = true;
		change(a, terms);
		update_limited();
		mx_tasks_reprice(a);
		mx_notify_wallet(id, MAXWELL_WALLET_EVENT_CHANGED);
	}
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}

/* Everybody who draws on @a draws on something else; false if some still do. */
static bool drained(struct mx_account *a)
{
	int tries;

	for (tries = 0; tries < DELETE_TRIES; tries++) {
		mx_tasks_redraw(a);
		if (!atomic_read(&a->nr_tasks))
			return true;
		msleep(20);
	}
	return false;
}

/* A user goes back to the own wallet, if there is one yet; map_lock held. */
static void ungrant(struct mx_mapping *m)
{
	struct mx_account *own = m->cgroup ? NULL : mx_account_default(m->uid);

	m->account = own;
	m->granted = false;
	if (!own)
		mx_mapping_del(m);
}

static void forget_grants(struct mx_account *a)
{
	unsigned long flags;
	u32 i;

	for (i = 0; i < mx_table.nr; i++) {
		struct mx_mapping *m = &mx_table.mapping[i];

		raw_spin_lock_irqsave(&mx_table.map_lock, flags);
		if (m->account == a)
			ungrant(m);
		raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	}
}

/**
 * mx_account_del() - delete a named wallet
 * @id: its number
 * @extack: told why not
 *
 * Its tasks draw on what their cgroup or user says. What was in it is gone.
 *
 * Return: 0, -ENOENT, -EPERM if it is not a named one, or -EBUSY.
 */
int mx_account_del(u32 id, struct netlink_ext_ack *extack)
{
	struct mx_account *a;
	unsigned long flags;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	a = lookup(id, extack);
	if (!a) {
		ret = -ENOENT;
	} else if (a->kind != MAXWELL_WALLET_KIND_NAMED) {
		NL_SET_ERR_MSG_FMT(extack, "'%s' was not made by wallet-new and cannot be deleted",
				   a->name);
		ret = -EPERM;
	}
	if (ret)
		goto out;

	mx_notify_wallet(id, MAXWELL_WALLET_EVENT_DELETED);
	forget_grants(a);
	/* From here on nobody comes to draw on it. */
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	WRITE_ONCE(a->used, false);
	mx_table.epoch++;
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	if (drained(a)) {
		raw_spin_lock_irqsave(&mx_table.map_lock, flags);
		mx_account_put(a);
		raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
		update_limited();
	} else {
		WRITE_ONCE(a->used, true);
		NL_SET_ERR_MSG(extack, "tasks still draw on the wallet: its grants are gone, try again");
		ret = -EBUSY;
	}
out:
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}

/**
 * mx_account_fund() - put money into a wallet
 * @id: its number
 * @amount_nanocents: how much
 * @extack: told why not
 *
 * Return: 0, -ENOENT, -EINVAL if it is unlimited, or -EDQUOT if the cap would be exceeded.
 */
int mx_account_fund(u32 id, u64 amount_nanocents, struct netlink_ext_ack *extack)
{
	struct mx_account *a;
	unsigned long flags;
	u64 room = 0;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	a = lookup(id, extack);
	if (!a) {
		ret = -ENOENT;
	} else if (a->w.terms.unlimited) {
		NL_SET_ERR_MSG(extack, "the wallet is unlimited: there is nothing to put money into");
		ret = -EINVAL;
	} else {
		raw_spin_lock_irqsave(&a->lock, flags);
		if (!mx_wallet_fund(&a->w, amount_nanocents, mx_now_ns())) {
			room = mx_wallet_room(&a->w);
			ret = -EDQUOT;
		}
		mx_account_look_for_debt(a);
		raw_spin_unlock_irqrestore(&a->lock, flags);
		if (ret)
			NL_SET_ERR_MSG_FMT(extack, "more than the cap leaves room for, %llu nanocents",
					   room);
	}
	if (!ret) {
		mx_tasks_reprice(a);
		mx_notify_wallet(id, MAXWELL_WALLET_EVENT_FUNDED);
	}
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}

/* The mapping that @to names; map_lock held. */
static struct mx_mapping *mapping_of(const struct mx_grant *to)
{
	return to->to_cgroup ? mx_mapping_of_cgroup(to->to_cgroup) : mx_mapping_of_user(to->to_uid);
}

/**
 * mx_account_grant() - let a user or a cgroup draw on a wallet
 * @id: its number
 * @to: who
 * @extack: told why not
 *
 * Instead of what it drew on before. A user's default wallet is kept for a later revocation.
 *
 * Return: 0, -ENOENT, or -ENOSPC.
 */
int mx_account_grant(u32 id, const struct mx_grant *to, struct netlink_ext_ack *extack)
{
	struct mx_account *a;
	struct mx_mapping *m;
	unsigned long flags;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	a = lookup(id, extack);
	if (!a) {
		ret = -ENOENT;
		goto out;
	}
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	m = mapping_of(to);
	if (m) {
		m->account = a;
		m->granted = true;
	} else if (!mx_mapping_add(a, to->to_cgroup, to->to_uid, true)) {
		ret = -ENOSPC;
	}
	mx_table.epoch++;
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	if (ret) {
		NL_SET_ERR_MSG_FMT(extack, "there is no room for more than %u grants",
				   mx_table.nr);
		goto out;
	}
	mx_tasks_redraw(NULL);
	mx_notify_wallet(id, MAXWELL_WALLET_EVENT_CHANGED);
out:
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}

/**
 * mx_account_revoke() - take a grant back
 * @to: from whom
 * @extack: told why not
 *
 * Return: 0, or -ENOENT if nothing is granted to it.
 */
int mx_account_revoke(const struct mx_grant *to, struct netlink_ext_ack *extack)
{
	struct mx_mapping *m;
	unsigned long flags;
	u32 id = 0;

	mutex_lock(&mx_wallet_mutex);
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	m = mapping_of(to);
	if (m && m->granted) {
		id = m->account->id;
		ungrant(m);
		mx_table.epoch++;
	}
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	if (id) {
		mx_tasks_redraw(NULL);
		mx_notify_wallet(id, MAXWELL_WALLET_EVENT_CHANGED);
	} else {
		NL_SET_ERR_MSG(extack, "no wallet is granted to it");
	}
	mutex_unlock(&mx_wallet_mutex);
	return id ? 0 : -ENOENT;
}

/**
 * mx_account_give() - let a task draw on a wallet, and those that it forks from then on
 * @id: number of the wallet; 0 for what its cgroup or user says
 * @p: the task, kept from going away by the caller
 * @extack: told why not
 *
 * Return: 0, -ENOENT, or -ESRCH if the task is not under the class.
 */
int mx_account_give(u32 id, struct task_struct *p, struct netlink_ext_ack *extack)
{
	struct mx_account *a = NULL;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	if (id) {
		a = lookup(id, extack);
		if (!a)
			ret = -ENOENT;
	}
	if (!ret && !mx_task_redraw(p, a)) {
		NL_SET_ERR_MSG(extack, "the thread is not under the class");
		ret = -ESRCH;
	}
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}

/**
 * mx_accounts_refresh() - put changed tunables into force
 */
void mx_accounts_refresh(void)
{
	struct mx_wallet_terms terms, unlimited = { .unlimited = true };
	u32 i;

	mutex_lock(&mx_wallet_mutex);
	mx_account_terms_default(&terms);
	for (i = 0; i < mx_table.nr; i++) {
		struct mx_account *a = &mx_table.account[i];
		bool limit = a->kind == MAXWELL_WALLET_KIND_DEFAULT &&
			     !uid_eq(a->owner, GLOBAL_ROOT_UID) && terms.income;

		if (READ_ONCE(a->used))
			change(a, a->own_terms ? &a->w.terms : limit ? &terms : &unlimited);
	}
	update_limited();
	mutex_unlock(&mx_wallet_mutex);
}
