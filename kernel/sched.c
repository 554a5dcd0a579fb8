// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduling callbacks: enqueue, dequeue, tick. Dispatch is in auction.c.
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
 * Return: 0 if the task stands in a book; -ENOSPC if it has no record, %MAXWELL_ENQUEUE_BROKEN if
 * the book is broken: the caller then gives it to the global queue, and in the latter case ends
 * the class.
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
	if (unlikely(mx->rq.breach)) {
		t->state = MX_OFF;
		raw_spin_unlock(&mx->lock);
		return MAXWELL_ENQUEUE_BROKEN;
	}
	mx->count.enqueued++;
	preempt = mx->curr && mx_outbids(t->node.bucket, mx->curr_rival.bucket, mx->curr->survival);
	busy = !placed && (mx->curr || mx->rq.nr_queued > 1);
	if (preempt && mx->cpu == smp_processor_id())
		mx->count.preempted++;
	/* A task put off the CPU for want of money: its next turn has to be timed. */
	if (last && mx->cpu == smp_processor_id())
		mx_arm_idle(mx, now_ns);
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
