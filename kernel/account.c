// SPDX-License-Identifier: GPL-2.0
/*
 * The wallets of this machine, and how tasks draw on them: the part that the scheduler uses.
 * Making, changing and granting is in account_admin.c.
 *
 * The table is made at load and does not grow, so a pointer to a wallet stays good; a task's record
 * counts in mx_account::nr_tasks, and a wallet is given to somebody else only when nobody does.
 *
 * Locks: map_lock (raw, leaf) for who draws on what; mx_account::lock (raw, leaf) for the money.
 * Neither is taken inside the other.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/moduleparam.h>

#include "account_table.h"

/* How far up a task's cgroup is looked for one that a wallet is granted to. */
#define CGROUP_DEPTH_MAX 32

static unsigned int wallets = 1024;
module_param(wallets, uint, 0444);
MODULE_PARM_DESC(wallets, "wallets that there is room for, 16 to 65535 (1024)");

DEFINE_STATIC_KEY_FALSE(mx_wallets_limited);
struct mx_account_table mx_table = {
	.map_lock = __RAW_SPIN_LOCK_UNLOCKED(mx_table.map_lock),
};

/**
 * mx_account_settle() - credit a wallet what it has earned since it was touched last
 * @a: wallet
 * @now_ns: the time
 *
 * Context: interrupts off.
 */
void mx_account_settle(struct mx_account *a, u64 now_ns)
{
	u64 settled_ns = READ_ONCE(a->w.settled_ns);

	if (!READ_ONCE(a->w.tag) || now_ns < settled_ns + MX_WALLET_STEP_NS)
		return;
	raw_spin_lock(&a->lock);
	mx_wallet_settle(&a->w, now_ns);
	mx_account_look_for_debt(a);
	raw_spin_unlock(&a->lock);
}

/* Take @cost_nanocents from @a; interrupts off. */
static void charge(struct mx_account *a, u64 cost_nanocents, u64 now_ns)
{
	raw_spin_lock(&a->lock);
	mx_wallet_charge(&a->w, cost_nanocents, now_ns);
	mx_account_look_for_debt(a);
	raw_spin_unlock(&a->lock);
}

/* The wallet that is granted to @cgrp or to one above it; map_lock held. */
static struct mx_account *cgroup_wallet(struct cgroup *cgrp)
{
	int depth;

	for (depth = 0; cgrp && depth < CGROUP_DEPTH_MAX; depth++, cgrp = cgroup_parent(cgrp)) {
		struct mx_mapping *m = mx_mapping_of_cgroup(cgroup_id(cgrp));

		if (m)
			return m->account;
	}
	return NULL;
}

/* The wallet of @uid, made if it has none; a shared one if there is no room. map_lock held. */
static struct mx_account *user_wallet(kuid_t uid)
{
	struct mx_mapping *m = mx_mapping_of_user(uid);
	struct mx_account *a = m ? m->account : mx_account_make_default(uid);

	if (unlikely(mx_table.nr_free < mx_table.nr / 8))
		mx_accounts_scarce();
	if (a)
		return a;
	mx_table.overflowed++;
	return &mx_table.account[MX_ACCOUNT_OVERFLOW];
}

/**
 * mx_account_resolve() - what a task draws on unless a wallet was given to itself
 * @p: task
 * @cgrp: its cgroup; RCU read lock held
 * @source: written: enum maxwell_wallet_source
 *
 * Context: map_lock held.
 */
struct mx_account *mx_account_resolve(struct task_struct *p, struct cgroup *cgrp, u8 *source)
{
	struct mx_account *a = NULL;

	*source = MAXWELL_WALLET_SOURCE_USER;
	/* Nobody owns the kernel's work. */
	if (p->flags & PF_KTHREAD)
		return &mx_table.account[MX_ACCOUNT_COMMON];
	if (mx_table.nr_cgroups)
		a = cgroup_wallet(cgrp);
	if (!a)
		return user_wallet(task_uid(p));
	*source = MAXWELL_WALLET_SOURCE_CGROUP;
	return a;
}

/* Let @t draw on @a; map_lock held, so that @a is not deleted meanwhile. */
static void draw_on(struct mx_task *t, struct mx_account *a, u8 source)
{
	atomic_inc(&a->nr_tasks);
	t->wallet = a;
	t->wallet_source = source;
}

/* Whom @p belongs to, as far as its wallet depends on it. */
static void note_owner(struct mx_task *t, struct task_struct *p, struct cgroup *cgrp)
{
	t->wallet_uid = task_uid(p);
	t->wallet_cgroup = cgrp;
	t->wallet_epoch = mx_table.epoch;
}

/**
 * mx_account_enter() - find the wallet of a task that enters the class
 * @t: its record, not yet to be found; a dormant one has its wallet still
 * @p: the task
 * @parent: record of the one that forked it just now, or NULL
 *
 * Context: interrupts off.
 */
void mx_account_enter(struct mx_task *t, struct task_struct *p, const struct mx_task *parent)
{
	struct mx_account *a = NULL;
	struct cgroup *cgrp;
	u8 source;

	rcu_read_lock();
	cgrp = task_dfl_cgroup(p);
	raw_spin_lock(&mx_table.map_lock);
	note_owner(t, p, cgrp);
	if (!t->wallet) {
		if (parent && READ_ONCE(parent->wallet_source) == MAXWELL_WALLET_SOURCE_TASK)
			a = READ_ONCE(parent->wallet);
		source = MAXWELL_WALLET_SOURCE_TASK;
		if (!a || !a->used)
			a = mx_account_resolve(p, cgrp, &source);
		draw_on(t, a, source);
	}
	raw_spin_unlock(&mx_table.map_lock);
	rcu_read_unlock();
}

/* Take what @t owes from its wallet; mx_cpu::lock held, or the record no longer to be found. */
static void pay(struct mx_task *t, u64 now_ns)
{
	if (t->owed_nanocents)
		charge(t->wallet, t->owed_nanocents, now_ns);
	t->owed_nanocents = 0;
	t->owed_ns = 0;
}

/**
 * mx_account_leave() - a task leaves the class: it pays what it owes
 * @t: record, no longer to be found
 *
 * Context: interrupts off.
 */
void mx_account_leave(struct mx_task *t)
{
	pay(t, mx_now_ns());
}

/* One task less draws on @a; the last one may make room for those who share a wallet. */
static void leave(struct mx_account *a)
{
	const struct mx_account *shared = &mx_table.account[MX_ACCOUNT_OVERFLOW];

	if (atomic_dec_and_test(&a->nr_tasks) && unlikely(atomic_read(&shared->nr_tasks)))
		mx_accounts_scarce();
}

/**
 * mx_account_drop() - a record is done with its wallet
 * @t: record that nobody uses, has paid, and may have none
 */
void mx_account_drop(struct mx_task *t)
{
	if (t->wallet)
		leave(t->wallet);
	t->wallet = NULL;
}

/**
 * mx_account_move() - let a task draw on another wallet
 * @t: record in use, its mx_cpu::lock held
 * @a: a wallet that cannot be deleted meanwhile, or NULL for what its cgroup or user says
 *
 * It pays its wallet so far first. Its bid is for the caller to bring up to date.
 */
void mx_account_move(struct mx_task *t, struct mx_account *a)
{
	u8 source = MAXWELL_WALLET_SOURCE_TASK;
	struct task_struct *p = t->task;
	struct mx_account *old = t->wallet;
	struct cgroup *cgrp;

	pay(t, mx_now_ns());
	rcu_read_lock();
	cgrp = task_dfl_cgroup(p);
	raw_spin_lock(&mx_table.map_lock);
	note_owner(t, p, cgrp);
	if (!a)
		a = mx_account_resolve(p, cgrp, &source);
	draw_on(t, a, source);
	raw_spin_unlock(&mx_table.map_lock);
	rcu_read_unlock();
	leave(old);
}

/* Whether @t has changed its user or cgroup, or grants have changed. */
static bool outdated(const struct mx_task *t)
{
	bool moved;

	if (t->wallet_source == MAXWELL_WALLET_SOURCE_TASK)
		return false;
	rcu_read_lock();
	moved = t->wallet_cgroup != task_dfl_cgroup(t->task);
	rcu_read_unlock();
	return moved || t->wallet_epoch != READ_ONCE(mx_table.epoch) ||
	       !uid_eq(t->wallet_uid, task_uid(t->task));
}

/**
 * mx_account_pay() - take from the wallet what a task owes
 * @t: record in use, its mx_cpu::lock held
 * @now_ns: the time
 *
 * Called for every MX_PAY_NS of run time, and before anybody is shown a wallet. It notices as well
 * that the task has moved to another user or cgroup.
 */
void mx_account_pay(struct mx_task *t, u64 now_ns)
{
	pay(t, now_ns);
	if (unlikely(outdated(t)))
		mx_account_move(t, NULL);
}

/**
 * mx_accounts_init() - make the table, and the wallets of the module itself
 *
 * Return: 0 or -ENOMEM.
 */
int mx_accounts_init(void)
{
	wallets = clamp(wallets, 16U, 65535U);
	return mx_account_table_init(wallets);
}

/**
 * mx_accounts_exit() - free the table
 *
 * Context: no record is in use, nobody can ask any more.
 */
void mx_accounts_exit(void)
{
	mx_account_work_exit();
	mx_account_table_exit();
}
