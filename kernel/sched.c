// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduling callbacks: enqueue, dequeue, dispatch, tick.
 *
 * Custody. A task that ops.enqueue leaves with us is in our custody until ops.dequeue is called for
 * it, exactly once: with flags 0 if it was dispatched, with others if the core took it back. So a
 * record goes OFF -> QUEUED (enqueue) -> POPPED (dispatch) -> RUNNING (dequeue, flags 0), or from
 * QUEUED or POPPED back to OFF; and dequeue goes by what the record says, never by what the caller
 * might expect: a task popped here may be dequeued and queued again elsewhere before its insertion
 * takes effect.
 *
 * There are no ops.running and ops.stopping: each would cost a tenth of a context switch. The
 * dequeue of a dispatched task tells that it is about to run; its next enqueue, or the next auction
 * of its CPU, tells that it has stopped.
 *
 * All but the dequeue of a dispatched task run under the task's rq lock, all with interrupts off.
 * Each takes mx_cpu::lock of one CPU at a time, and nothing inside it.
 */
#include <linux/sched/stat.h>

#include "maxwell.h"
#include "device.h"

/* Winners that are sent back because their wallets have emptied, in one auction. */
#define STALE_BIDS_MAX 4
/* How often an idle CPU looks whether those who wait can pay by now. */
#define IDLE_REFRESH_NS (10ULL * NSEC_PER_MSEC)

/* End of custody; mx_cpu::lock held. Returns false if there was none. */
static bool leave_custody(struct mx_cpu *mx, struct mx_task *t, bool dispatched)
{
	if (t->state == MX_QUEUED)
		mx_book_del(mx, t);
	else if (t->state != MX_POPPED)
		return false;
	t->state = MX_OFF;
	if (dispatched)
		mx->count.dispatched++;
	else
		mx->count.dequeued++;
	return true;
}

/* Make @t, out of any book, belong to @cpu. Returns that CPU, locked. */
static struct mx_cpu *move(struct mx_cpu *mx, struct mx_task *t, int cpu)
{
	if (likely(t->cpu == cpu))
		return mx;
	/* It may come from a CPU that never learnt that it had left: bypass mode asks nobody. */
	if (mx->curr == t)
		mx_end_run(mx);
	/* Who holds the task's rq lock, or dispatches it, is alone in moving its record. */
	WRITE_ONCE(t->cpu, cpu);
	raw_spin_unlock(&mx->lock);
	mx = mx_cpu(cpu);
	raw_spin_lock(&mx->lock);
	return mx;
}

/* Whether @p may move; the prologue of a BPF program has counted up the flag of who runs it. */
static bool may_migrate(const struct task_struct *p)
{
	unsigned int own = IS_ENABLED(CONFIG_PREEMPT_RCU) && p == current;

	return p->nr_cpus_allowed > 1 && p->migration_disabled <= own;
}

/* After @t was queued on @mx: make sure that somebody looks at it. */
static void wake_someone(struct mx_cpu *mx, const struct mx_task *t, const struct task_struct *p,
			 bool preempt)
{
	int cpu;

	if (preempt) {
		if (mx->cpu == smp_processor_id())
			mx_resched_here(mx);
		else
			mx_kick(mx->cpu);
		return;
	}
	if (!may_migrate(p))
		return;
	/*
	 * Either this sees a CPU that just went idle, or that one's search sees the task queued:
	 * pairs with the atomic operation in mx_update_idle().
	 */
	smp_mb();
	cpu = mx_idle_for(p, t, mx->cpu);
	if (cpu >= 0)
		mx_kick(cpu);
}

/* The local CPU goes idle: have it look again when a turn is due, at once if somebody can pay. */
static void arm_idle(struct mx_cpu *mx, u64 now_ns)
{
	u64 delay_ns = mx->survival_ns > now_ns ? mx->survival_ns - now_ns : 0;

	/* No tick comes while it is idle, and income may lift a bid above the reserve. */
	if (static_branch_unlikely(&mx_wallets_limited))
		delay_ns = min(delay_ns, IDLE_REFRESH_NS);
	mx_timer_arm(mx, NULL, mx_rq_best(&mx->rq) ? 0 : delay_ns);
}

static int overflow(int cpu)
{
	struct mx_cpu *mx = mx_cpu(cpu);

	raw_spin_lock(&mx->lock);
	mx->count.overflowed++;
	raw_spin_unlock(&mx->lock);
	return -ENOSPC;
}

/*
 * When the wait of @p begins. Who is put off the CPU by an auction, rather than by a higher class,
 * has somebody else in its place: that saves reading the clock again.
 */
static u64 wait_start_ns(const struct task_struct *p, const struct mx_task *t, bool last)
{
	const struct mx_cpu *here = mx_cpu(smp_processor_id());
	const struct mx_task *curr = READ_ONCE(here->curr);

	if (p == current && (last || (curr && curr != t)))
		return here->auction_ns;
	return mx_now_ns();
}

/**
 * mx_enqueue() - ops.enqueue
 * @p: task that wants a CPU; its rq lock is held
 * @last: the CPU has nothing else to run and goes idle unless told otherwise
 *
 * Return: 0 if the task stands in a book, or -ENOSPC if it has no record: the caller then gives
 * it to the global queue.
 */
int mx_enqueue(struct task_struct *p, bool last)
{
	struct mx_task *t = mx_task_of(p);
	bool preempt, busy, placed;
	struct mx_cpu *mx;
	u64 now_ns;

	if (unlikely(!t)) {
		t = mx_task_enable(p);
		if (!t)
			return overflow(task_cpu(p));
	}

	now_ns = wait_start_ns(p, t, last);
	mx = mx_task_lock(t);
	leave_custody(mx, t, false);
	if (mx->curr == t)
		mx_end_run(mx);
	/* What it ran past us, in bypass mode say, has ended the wait before. */
	if (p->se.sum_exec_runtime != t->exec_start_ns) {
		t->wait_since_ns = 0;
		mx_charge(mx, t);
	}
	mx = move(mx, t, task_cpu(p));
	placed = t->placed;
	t->placed = false;
	mx_book_add(mx, t, now_ns);
	mx->count.enqueued++;
	preempt = mx->curr && mx_outbids(t->node.bucket, mx->curr_rival.bucket, mx->curr->survival);
	busy = !placed && (mx->curr || mx->rq.nr_queued > 1);
	if (preempt && mx->cpu == smp_processor_id())
		mx->count.preempted++;
	/* A task put off the CPU for want of money: its next turn has to be timed. */
	if (last && mx->cpu == smp_processor_id())
		arm_idle(mx, now_ns);
	raw_spin_unlock(&mx->lock);

	if (preempt || busy)
		wake_someone(mx, t, p, preempt);
	return 0;
}

/**
 * mx_dequeue() - ops.dequeue
 * @p: task that leaves our custody
 * @dispatched: it reached a queue of sched_ext; else the core took it back
 * @sleep: it goes to sleep
 *
 * The task's rq lock is held unless @dispatched.
 */
void mx_dequeue(struct task_struct *p, bool dispatched, bool sleep)
{
	struct mx_task *t = mx_task_of(p);
	struct mx_cpu *mx;
	bool run;

	if (!t)
		return;
	mx = mx_task_lock(t);
	run = leave_custody(mx, t, dispatched) && dispatched;
	if (sleep)
		t->wait_since_ns = 0;
	if (run) {
		/* Tasks are dispatched to the local CPU only. */
		mx = move(mx, t, smp_processor_id());
		mx_begin_run(mx, t, mx->auction_ns);
	}
	raw_spin_unlock(&mx->lock);
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
 * The auction, with wallets that may have emptied since their tasks were queued; mx_cpu::lock held.
 * A winner whose bid counts for less by now goes back to where it belongs.
 */
static void pick_backed(struct mx_cpu *mx, u64 now_ns, struct mx_pick *pick)
{
	const struct mx_rival *rival = rival_of(mx);
	int tries = STALE_BIDS_MAX;

	if (rival) {
		mx->curr_rival.bid = mx_task_effective_bid(mx->curr);
		if (mx_task_bucket(mx->curr, rival->bid) != rival->bucket)
			mx_reprice_curr(mx);
	}
	mx_book_refresh(mx, now_ns);
	do {
		mx_pick(&mx->rq, rival, &mx_terms, &mx->survival_ns, now_ns, pick);
	} while (pick->verdict == MX_MARKET && tries-- &&
		 !mx_book_fresh(mx, container_of(pick->node, struct mx_task, node), now_ns));
}

/* Carry out @pick; mx_cpu::lock held. */
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
		t->state = MX_POPPED;
		t->survival = pick->verdict == MX_SURVIVAL;
		/* Its wallet may have emptied since; a winner was looked at just now. */
		if (t->survival && static_branch_unlikely(&mx_wallets_limited))
			mx_task_stand(t);
		return t->task;
	default:
		if (mx->rq.nr_queued)
			arm_idle(mx, now_ns);
		return NULL;
	}
}

/*
 * Nobody can pay on a CPU that higher classes keep busy; mx_cpu::lock held. The deadline server
 * that gets sched_ext its share of such a CPU stops for good if it is given nobody, and the CPU
 * would not cool anyway: who has waited longest has the turn.
 */
static void pick_contended(struct mx_cpu *mx, struct mx_pick *pick)
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
 * @contended: tasks of other classes are runnable here
 * @slice_ns: written if a task is returned
 *
 * Return: the winner, to be inserted on the CPU's local queue and then confirmed with mx_commit();
 * NULL if the running task goes on or the CPU goes idle.
 */
struct task_struct *mx_dispatch(int cpu, bool contended, u64 *slice_ns)
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
	if (pick.verdict == MX_IDLE && contended)
		pick_contended(mx, &pick);
	p = settle(mx, &pick, now_ns);
	raw_spin_unlock(&mx->lock);

	if (pick.verdict == MX_IDLE && !contended) {
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

/**
 * mx_tick() - ops.tick
 * @p: task that runs on the local CPU; its rq lock is held
 */
void mx_tick(struct task_struct *p)
{
	struct mx_task *t = mx_task_of(p);
	struct mx_cpu *mx;
	u64 now_ns;

	/*
	 * On a CPU that comes or goes the core asks us for nothing, and with ENQ_LAST it would go
	 * idle over the one task whose slice is over, the hotplug thread as a rule, for good.
	 */
	if (unlikely(!cpu_active(smp_processor_id())) && single_task_running()) {
		p->scx.slice = SCX_SLICE_DFL;
		return;
	}
	if (!t)
		return;
	now_ns = mx_now_ns();
	mx = mx_task_lock(t);
	leave_custody(mx, t, true);
	mx = move(mx, t, smp_processor_id());
	/* A task that came to run past us, while sched_ext was in bypass mode, say. */
	if (mx->curr != t) {
		mx_task_stand(t);
		mx_begin_run(mx, t, now_ns);
	}
	mx_charge(mx, t);
	if (static_branch_unlikely(&mx_wallets_limited))
		mx_book_refresh(mx, now_ns);
	if (mx_curr_must_yield(mx, now_ns)) {
		mx->count.preempted++;
		p->scx.slice = 0;
	}
	mx_page_tick(mx, now_ns);
	raw_spin_unlock(&mx->lock);
}

/**
 * mx_set_weight() - ops.set_weight
 * @p: task whose nice changed; its rq lock is held
 * @weight: 100 at nice 0
 */
void mx_set_weight(struct task_struct *p, u32 weight)
{
	struct mx_task *t = mx_task_of(p);
	struct mx_cpu *mx;

	if (!t)
		return;
	mx = mx_task_lock(t);
	t->weight = weight;
	mx_task_requeue(t);
	raw_spin_unlock(&mx->lock);
}
