// SPDX-License-Identifier: GPL-2.0
/*
 * What draws on a wallet and is no task: requests and leases of GPUs. Who holds a wallet may charge
 * it; it is not deleted, nor its number given to another, before all have let go. mx_account_del()
 * asks them to, see mx_gpus_redraw().
 *
 * Locks: map_lock, alone or inside mx_cpu::lock; mx_account::lock.
 */
#include <linux/cgroup.h>

#include "account_table.h"

/* Hold what @t draws on, unless that is being deleted; its mx_cpu::lock held. */
static struct mx_account *hold_of_record(const struct mx_task *t)
{
	struct mx_account *a = t->wallet;

	raw_spin_lock(&mx_table.map_lock);
	if (a->used)
		atomic_inc(&a->nr_holds);
	else
		a = NULL;
	raw_spin_unlock(&mx_table.map_lock);
	return a;
}

/**
 * mx_account_hold() - hold the wallet that a task draws on, or would
 * @p: task, kept from going away by the caller
 *
 * Context: process context.
 *
 * Return: the wallet; mx_account_unhold() has to follow.
 */
struct mx_account *mx_account_hold(struct task_struct *p)
{
	struct mx_task *t = mx_task_of(p);
	struct mx_account *a = NULL;
	unsigned long flags;
	struct mx_cpu *mx;
	u8 source;

	rcu_read_lock();
	local_irq_save(flags);
	if (t) {
		mx = mx_task_lock(t);
		if (mx_task_owned(mx, t, p))
			a = hold_of_record(t);
		raw_spin_unlock(&mx->lock);
	}
	if (!a) {
		raw_spin_lock(&mx_table.map_lock);
		a = mx_account_resolve(p, task_dfl_cgroup(p), &source);
		atomic_inc(&a->nr_holds);
		raw_spin_unlock(&mx_table.map_lock);
	}
	local_irq_restore(flags);
	rcu_read_unlock();
	return a;
}

/**
 * mx_account_unhold() - let go of a wallet
 * @a: wallet that is held
 */
void mx_account_unhold(struct mx_account *a)
{
	atomic_dec(&a->nr_holds);
}

/**
 * mx_account_of() - number of the wallet that a task draws on, or would
 * @p: task, kept from going away by the caller
 *
 * Context: process context.
 */
u32 mx_account_of(struct task_struct *p)
{
	struct mx_account *a = mx_account_hold(p);
	u32 id = a->id;

	mx_account_unhold(a);
	return id;
}

/**
 * mx_account_charge() - charge a wallet for something else than a CPU
 * @a: wallet that is held
 * @cost_nanocents: how much
 *
 * Context: process context.
 */
void mx_account_charge(struct mx_account *a, u64 cost_nanocents)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&a->lock, flags);
	mx_wallet_charge(&a->w, cost_nanocents, mx_now_ns());
	mx_account_look_for_debt(a);
	raw_spin_unlock_irqrestore(&a->lock, flags);
}
