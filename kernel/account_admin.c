// SPDX-License-Identifier: GPL-2.0
/*
 * Making, changing, funding and deleting wallets, on request of root. Granting is in
 * account_grant.c.
 *
 * Takes mx_wallet_mutex; inside it mx_gpu::lock, map_lock, mx_account::lock, or mx_cpu::lock, one
 * at a time. May sleep.
 */
#include <linux/delay.h>
#include <linux/netlink.h>

#include "account_table.h"
#include "gpu.h"

/* Records that are on their way into or out of the class are waited for so often. */
#define DELETE_TRIES 100

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

/**
 * mx_account_lookup() - wallet by number
 * @id: any number
 * @extack: told if there is none
 *
 * Return: the wallet or NULL.
 */
struct mx_account *mx_account_lookup(u32 id, struct netlink_ext_ack *extack)
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
	mx_accounts_update_limited();
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
 * Return: 0, -ENOENT, -EPERM for a wallet of the module itself, or -EDQUOT.
 */
int mx_account_set(u32 id, const struct mx_wallet_terms *terms, struct netlink_ext_ack *extack)
{
	struct mx_account *a;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	a = mx_account_lookup(id, extack);
	if (!a) {
		ret = -ENOENT;
	} else if (a->kind == MAXWELL_WALLET_KIND_COMMON) {
		if (a == &mx_table.account[MX_ACCOUNT_COMMON])
			NL_SET_ERR_MSG(extack,
				       "the common wallet pays for the kernel and stays unlimited");
		else
			NL_SET_ERR_MSG(extack,
				       "the overflow wallet has the terms that tunables say");
		ret = -EPERM;
	} else if (!terms->unlimited) {
		ret = check_owner(a->owner, terms->income, a, extack);
	}
	if (!ret) {
		a->own_terms = true;
		mx_account_change(a, terms);
		mx_accounts_update_limited();
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
		mx_gpus_redraw(a);
		if (!atomic_read(&a->nr_tasks) && !atomic_read(&a->nr_holds))
			return true;
		msleep(20);
	}
	return false;
}

/**
 * mx_account_del() - delete a named wallet
 * @id: its number
 * @extack: told why not
 *
 * Its tasks and leases draw on what their cgroup or user says. What was in it is gone.
 *
 * Return: 0, -ENOENT, -EPERM if it is not a named one, or -EBUSY.
 */
int mx_account_del(u32 id, struct netlink_ext_ack *extack)
{
	struct mx_account_report report;
	struct mx_account *a;
	unsigned long flags;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	a = mx_account_lookup(id, extack);
	if (!a || mx_account_report(id, &report)) {
		ret = -ENOENT;
	} else if (a->kind != MAXWELL_WALLET_KIND_NAMED) {
		NL_SET_ERR_MSG_FMT(extack, "'%s' was not made by wallet-new and cannot be deleted",
				   a->name);
		ret = -EPERM;
	}
	if (ret)
		goto out;

	mx_account_forget_grants(a);
	/* From here on nobody comes to draw on it. */
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	WRITE_ONCE(a->used, false);
	mx_table.epoch++;
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	if (drained(a)) {
		raw_spin_lock_irqsave(&mx_table.map_lock, flags);
		mx_account_put(a);
		raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
		mx_accounts_update_limited();
		mx_notify_wallet_report(&report, MAXWELL_WALLET_EVENT_DELETED);
	} else {
		WRITE_ONCE(a->used, true);
		NL_SET_ERR_MSG(extack,
			       "tasks or GPU leases still draw on it: its grants are gone, try again");
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
	a = mx_account_lookup(id, extack);
	if (!a) {
		ret = -ENOENT;
	} else if (a->w.terms.unlimited) {
		NL_SET_ERR_MSG(extack,
			       "the wallet is unlimited: there is nothing to put money into");
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
			NL_SET_ERR_MSG_FMT(extack,
					   "more than the cap leaves room for, %llu nanocents",
					   room);
	}
	if (!ret) {
		mx_tasks_reprice(a);
		mx_notify_wallet(id, MAXWELL_WALLET_EVENT_FUNDED);
	}
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}
