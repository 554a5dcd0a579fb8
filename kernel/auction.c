// SPDX-License-Identifier: GPL-2.0
/*
 * The auction of a CPU: the callback ops.dispatch, and the check of what it took from elsewhere.
 *
 * Under the rq lock, interrupts off. Takes mx_cpu::lock of one CPU at a time, and nothing
 * inside it.
 */
#include "maxwell.h"

/* Winners that are sent back because their wallets have emptied, in one auction. */
#define STALE_BIDS_MAX 4
/* How often an idle CPU looks whether those who wait can pay by now. */
#define IDLE_REFRESH_NS (10ULL * NSEC_PER_MSEC)

/**
 * mx_arm_idle() - a CPU goes idle: have it look again when a turn is due, or somebody can pay
 * @mx: the local CPU, locked
 * @now_ns: the time
 */
void mx_arm_idle(struct mx_cpu *mx, u64 now_ns)
{
	u64 delay_ns = mx->survival_ns > now_ns ? mx->survival_ns - now_ns : 0;

	/* No tick comes while it is idle, and income may lift a bid above the reserve. */
	if (static_branch_unlikely(&mx_wallets_limited))
		delay_ns = min(delay_ns, IDLE_REFRESH_NS);
	mx_timer_arm(mx, NULL, mx_rq_best(&mx->rq) ? 0 : delay_ns);
}

/* The running task, if it takes part in the auction; mx_cpu::lock held. */
static const struct mx_rival *rival_of(struct mx_cpu *mx)
{
	if (!mx->curr)
		return NULL;
	if (mx->curr->task == current && (current->scx.flags & SCX_TASK_QUEUED))
		return &mx->curr_rival;
	/* It has gone to sleep, now or while a higher class had the CPU. */
	mx_end_run(mx);
	return NULL;
}

/*
 * Whether the bid of a winner still counts for what it did when it was queued, as it does if that
 * was just now; mx_cpu::lock held. If not, the winner stands elsewhere in the book by then.
 */
static bool backed(struct mx_cpu *mx, struct mx_node *node, u64 now_ns)
{
	return now_ns - node->since_ns < MX_WALLET_STEP_NS ||
	       mx_book_fresh(mx, container_of(node, struct mx_task, node), now_ns);
}

/*
 * The auction, with wallets that may have emptied since their tasks were queued; mx_cpu::lock held.
 * A winner whose bid counts for less by now goes back to where it belongs.
 */
static void pick_backed(struct mx_cpu *mx, u64 now_ns, struct mx_pick *pick)
{
	const struct mx_rival *rival = rival_of(mx);
	int tries = STALE_BIDS_MAX;

	/* Its wallet has paid for the time since its bid was looked at. */
	if (rival) {
		mx->curr_rival.bid = mx_task_effective_bid(mx->curr);
		if (mx_task_bucket(mx->curr, rival->bid) != rival->bucket)
			mx_reprice_curr(mx);
	}
	mx_book_refresh(mx, now_ns);
	do {
		mx_pick(&mx->rq, rival, &mx_terms, &mx->survival_ns, now_ns, pick);
	} while (pick->verdict == MX_MARKET && tries-- && !backed(mx, pick->node, now_ns));
}

/* Carry out @pick; mx_cpu::lock held. NULL as well if the book turns out to be broken. */
static struct task_struct *settle(struct mx_cpu *mx, const struct mx_pick *pick, u64 now_ns)
{
	struct mx_task *t;

	switch (pick->verdict) {
	case MX_KEEP:
		/* A slice, and nothing inserted: the core lets the running task go on. */
		mx_reprice_curr(mx);
		mx->curr->task->scx.slice = pick->slice_ns;
		mx->curr->survival = false;
		if (pick->slice_ns < TICK_NSEC)
			mx_timer_arm(mx, mx->curr, pick->slice_ns);
		return NULL;
	case MX_MARKET:
	case MX_SURVIVAL:
		t = container_of(pick->node, struct mx_task, node);
		mx_book_del(mx, t);
		if (unlikely(mx->rq.breach))
			return NULL;
		t->state = MX_POPPED;
		t->survival = pick->verdict == MX_SURVIVAL;
		/* Its wallet may have emptied since; a winner was looked at just now. */
		if (t->survival && static_branch_unlikely(&mx_wallets_limited))
			mx_task_stand(t);
		return t->task;
	default:
		if (mx->rq.nr_queued)
			mx_arm_idle(mx, now_ns);
		return NULL;
	}
}

/*
 * Nobody can pay, and the deadline server asks, which gets sched_ext its share of a CPU that higher
 * classes keep busy; mx_cpu::lock held. If it is given nobody it stops, and starts again only when
 * the runqueue has been empty, so that those who park there may starve: who has waited longest has
 * the turn. That holds as well when the higher classes have just left, for the rest of the server's
 * time: they may be back.
 */
static void pick_for_server(struct mx_cpu *mx, struct mx_pick *pick)
{
	pick->slice_ns = mx_terms.slice_min_ns;
	pick->node = mx_rq_oldest(&mx->rq);
	if (pick->node)
		pick->verdict = MX_SURVIVAL;
	else if (mx->curr)
		pick->verdict = MX_KEEP;
}

/**
 * mx_dispatch() - ops.dispatch: hold the auction of a CPU
 * @cpu: the local CPU; its rq lock is held
 * @server: it may be the CPU's deadline server that asks
 * @slice_ns: written if a task is returned
 *
 * Return: the winner, to be inserted on the CPU's local queue and then confirmed with mx_commit();
 * NULL if the running task goes on or the CPU goes idle. With %MAXWELL_BROKEN in @slice_ns the book
 * is broken, and the caller ends the class.
 */
struct task_struct *mx_dispatch(int cpu, bool server, u64 *slice_ns)
{
	struct mx_cpu *mx = mx_cpu(cpu);
	u64 now_ns = mx_now_ns();
	struct task_struct *p;
	struct mx_pick pick;
	bool owed;
	int above;

	/* A turn that is due here goes first, or a dearer neighbour could put it off for ever. */
	owed = READ_ONCE(mx->rq.nr_queued) && now_ns >= READ_ONCE(mx->survival_ns);
	if (now_ns >= mx->steal_ns && !owed) {
		mx->steal_ns = now_ns + (u64)mx_tune(steal_interval_us) * NSEC_PER_USEC;
		above = max(READ_ONCE(mx->top), READ_ONCE(mx->running));
		p = mx_steal(mx, above);
		if (p) {
			mx->auction_ns = now_ns;
			*slice_ns = mx_terms.slice_ns;
			return p;
		}
	}

	raw_spin_lock(&mx->lock);
	mx->auction_ns = now_ns;
	if (static_branch_unlikely(&mx_wallets_limited))
		pick_backed(mx, now_ns, &pick);
	else
		mx_pick(&mx->rq, rival_of(mx), &mx_terms, &mx->survival_ns, now_ns, &pick);
	if (pick.verdict == MX_IDLE && server)
		pick_for_server(mx, &pick);
	p = settle(mx, &pick, now_ns);
	raw_spin_unlock(&mx->lock);

	/* Such a book seems empty. */
	if (!p && unlikely(READ_ONCE(mx->rq.breach))) {
		*slice_ns = MAXWELL_BROKEN;
		return NULL;
	}
	if (pick.verdict == MX_IDLE && !server) {
		/*
		 * Idle from here on, so that who queues a task elsewhere after the search knows
		 * whom to kick. The core tells of transitions only, and this may be the second
		 * time in a row.
		 */
		mx_update_idle(cpu, true);
		p = mx_steal(mx, -1);
		if (p) {
			mx_update_idle(cpu, false);
			pick.slice_ns = mx_terms.slice_ns;
		}
	}
	*slice_ns = pick.slice_ns;
	return p;
}

/**
 * mx_commit() - check that a dispatched task may run here
 * @p: task that mx_dispatch() returned and that was inserted since
 * @cpu: the local CPU
 *
 * A task of another CPU's book may have changed its affinity or disabled migration before the
 * insertion. What changes after it makes the insertion void, so the order insert, check, cancel
 * has no window.
 *
 * Return: false if the insertion has to be cancelled. The task is back in its book then, unless the
 * core has taken it meanwhile.
 */
bool mx_commit(struct task_struct *p, int cpu)
{
	struct mx_cpu *mx, *here = mx_cpu(cpu);
	struct mx_task *t;

	if (task_cpu(p) == cpu)
		return true;
	if (cpumask_test_cpu(cpu, p->cpus_ptr) && !p->migration_disabled)
		return true;

	t = mx_task_of(p);
	if (t) {
		mx = mx_task_lock(t);
		if (t->state == MX_POPPED)
			mx_book_add(mx, t, mx_now_ns());
		raw_spin_unlock(&mx->lock);
		/* It may have gone idle while the task was not in its book. */
		mx_kick(mx->cpu);
	}
	raw_spin_lock(&here->lock);
	here->count.steal_failed++;
	/* The core does not ask again after a cancellation, though more may wait here. */
	mx_timer_arm(here, NULL, 0);
	raw_spin_unlock(&here->lock);
	return false;
}
