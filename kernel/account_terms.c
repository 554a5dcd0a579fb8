// SPDX-License-Identifier: GPL-2.0
/*
 * What wallets earn and keep: terms that follow from the tunables, and default wallets that come
 * and go with their users.
 *
 * Takes mx_wallet_mutex; inside it map_lock or mx_account::lock. May sleep.
 */
#include "account_table.h"

/* Wallets and grants are made and changed, by one at a time. */
DEFINE_MUTEX(mx_wallet_mutex);

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

/**
 * mx_accounts_update_limited() - turn the looking after limited wallets on or off
 *
 * Context: mx_wallet_mutex held.
 */
void mx_accounts_update_limited(void)
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

/**
 * mx_account_change() - put terms into force
 * @a: wallet
 * @terms: within their limits
 *
 * Context: mx_wallet_mutex held.
 */
void mx_account_change(struct mx_account *a, const struct mx_wallet_terms *terms)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&a->lock, flags);
	mx_wallet_change(&a->w, a->id, terms, mx_pacing_ns(), mx_now_ns());
	mx_account_look_for_debt(a);
	raw_spin_unlock_irqrestore(&a->lock, flags);
}

/* Whether @a follows the tunables for default wallets. */
static bool has_default_terms(const struct mx_account *a)
{
	if (a == &mx_table.account[MX_ACCOUNT_OVERFLOW])
		return true;
	return a->kind == MAXWELL_WALLET_KIND_DEFAULT && !uid_eq(a->owner, GLOBAL_ROOT_UID);
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
		bool limit = has_default_terms(a) && terms.income;

		/* Pairs with the release in mx_account_take(). */
		if (smp_load_acquire(&a->used))
			mx_account_change(a, a->own_terms ? &a->w.terms :
					     limit ? &terms : &unlimited);
	}
	mx_accounts_update_limited();
	mx_tasks_reprice(NULL);
	mutex_unlock(&mx_wallet_mutex);
}

/* Whether a user's own wallet can go: nobody draws on it, and no debt would go with it. */
static bool reclaimable(const struct mx_account *a)
{
	return a->used && a->kind == MAXWELL_WALLET_KIND_DEFAULT &&
	       !a->own_terms && !a->granted &&
	       !atomic_read(&a->nr_tasks) && !atomic_read(&a->nr_holds) &&
	       READ_ONCE(a->w.balance_nanocents) >= 0;
}

/**
 * mx_accounts_reclaim() - free the default wallets of users who have no tasks
 *
 * What was saved in them is lost; a user who comes back gets a new one. Tasks that share the
 * overflow wallet look for their own again.
 *
 * Context: process context.
 */
void mx_accounts_reclaim(void)
{
	bool any = false;
	u32 i;

	mutex_lock(&mx_wallet_mutex);
	for (i = 0; i < mx_table.nr; i++) {
		struct mx_account *a = &mx_table.account[i];
		struct mx_mapping *m;
		unsigned long flags;

		/*
		 * One that is free may be opened at this moment, under map_lock alone. One in use
		 * stays so while we hold the mutex. Pairs with the release in mx_account_take().
		 */
		if (!smp_load_acquire(&a->used))
			continue;
		local_irq_save(flags);
		mx_account_settle(a, mx_now_ns());
		raw_spin_lock(&mx_table.map_lock);
		if (reclaimable(a)) {
			m = mx_mapping_of_user(a->owner);
			if (m && m->account == a)
				mx_mapping_del(m);
			mx_account_put(a);
			mx_table.epoch++;
			any = true;
		}
		raw_spin_unlock(&mx_table.map_lock);
		local_irq_restore(flags);
	}
	if (any)
		mx_accounts_update_limited();
	mutex_unlock(&mx_wallet_mutex);
}
