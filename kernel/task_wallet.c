// SPDX-License-Identifier: GPL-2.0
/*
 * Walks over all task records on behalf of wallets: to collect what tasks owe, to put changed bids
 * into force, to find other wallets. Process context; takes mx_cpu::lock of one CPU at a time, and
 * sends kicks after it.
 */
#include "maxwell.h"

/* What to do with a record in use, its mx_cpu::lock held. */
typedef void (*record_fn)(struct mx_task *t);

/* Whether to look at @t at all; without a lock, so only as a hint. */
typedef bool (*wanted_fn)(const struct mx_task *t, const struct mx_account *a);

/* Call @fn for @t if it is in use. */
static void visit(struct mx_task *t, record_fn fn)
{
	unsigned long flags;
	struct mx_cpu *mx;

	rcu_read_lock();
	local_irq_save(flags);
	mx = mx_task_lock(t);
	if (mx_task_owned(mx, t, NULL))
		fn(t);
	raw_spin_unlock_irqrestore(&mx->lock, flags);
	rcu_read_unlock();
}

static void visit_all(const struct mx_account *a, wanted_fn wanted, record_fn fn)
{
	u32 i;

	for (i = 0; i < mx_task_limit(); i++) {
		struct mx_task *t = mx_task_at(i);

		if (READ_ONCE(t->task) && wanted(t, a))
			visit(t, fn);
		if (!(i % MX_CHUNK_TASKS))
			cond_resched();
	}
}

static void kick_all(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		mx_kick(cpu);
}

static bool owes(const struct mx_task *t, const struct mx_account *a)
{
	return (!a || READ_ONCE(t->wallet) == a) && READ_ONCE(t->owed_nanocents);
}

static void pay(struct mx_task *t)
{
	mx_account_pay(t, mx_now_ns());
}

/**
 * mx_tasks_pay() - take from a wallet what its tasks owe
 * @a: wallet; NULL for all
 */
void mx_tasks_pay(const struct mx_account *a)
{
	visit_all(a, owes, pay);
}

static bool draws_on(const struct mx_task *t, const struct mx_account *a)
{
	return !a || READ_ONCE(t->wallet) == a;
}

/* Who waits keeps its place if it can. */
static void reprice(struct mx_task *t)
{
	if (t->state == MX_QUEUED && t->node.tag == READ_ONCE(t->wallet->w.tag))
		mx_book_fresh(mx_cpu(t->cpu), t, mx_now_ns());
	else
		mx_task_requeue(t);
}

/**
 * mx_tasks_reprice() - the bids of a wallet's tasks count for more or less
 * @a: wallet; NULL for all
 */
void mx_tasks_reprice(const struct mx_account *a)
{
	visit_all(a, draws_on, reprice);
	kick_all();
}

static bool follows_grants(const struct mx_task *t, const struct mx_account *a)
{
	return READ_ONCE(t->wallet_source) != MAXWELL_WALLET_SOURCE_TASK;
}

static void redraw(struct mx_task *t)
{
	mx_account_move(t, NULL);
	mx_task_requeue(t);
}

/**
 * mx_tasks_redraw() - tasks look for their wallets anew
 * @a: those that draw on this wallet, for whatever reason; NULL for all that grants apply to
 */
void mx_tasks_redraw(const struct mx_account *a)
{
	visit_all(a, a ? draws_on : follows_grants, redraw);
	if (a)
		mx_tasks_forget(a);
	kick_all();
}

/**
 * mx_task_redraw() - let one task draw on a wallet
 * @p: task, kept from going away by the caller
 * @a: wallet that cannot be deleted meanwhile; NULL for what its cgroup or user says
 *
 * Return: false if the task is not under the class.
 */
bool mx_task_redraw(struct task_struct *p, struct mx_account *a)
{
	struct mx_task *t = mx_task_of(p);
	unsigned long flags;
	struct mx_cpu *mx;
	bool owned;

	if (!t)
		return false;
	local_irq_save(flags);
	mx = mx_task_lock(t);
	owned = mx_task_owned(mx, t, p);
	if (owned) {
		mx_account_move(t, a);
		mx_task_requeue(t);
	}
	raw_spin_unlock_irqrestore(&mx->lock, flags);
	if (owned)
		mx_kick(mx->cpu);
	return owned;
}
