// SPDX-License-Identifier: GPL-2.0
/*
 * Steps on the book of one CPU. All of them run with mx_cpu::lock held and take no other lock.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>

#include "maxwell.h"

/* Publish the dearest waiting bucket for those who look in from outside. */
static void update_top(struct mx_cpu *mx)
{
	const struct mx_node *top = mx->rq.nr_queued ? mx_rq_top(&mx->rq) : NULL;

	WRITE_ONCE(mx->top, top ? top->bucket : -1);
}

/**
 * mx_book_add() - queue a record at its present bid
 * @mx: CPU that the record belongs to
 * @t: record, not queued
 * @now_ns: the time
 */
void mx_book_add(struct mx_cpu *mx, struct mx_task *t, u64 now_ns)
{
	lockdep_assert_held(&mx->lock);

	if (!t->wait_since_ns)
		t->wait_since_ns = now_ns;
	t->node.since_ns = t->wait_since_ns;
	t->node.bid = mx_task_bid(t);
	t->node.bucket = mx_task_bucket(t, t->node.bid);
	t->node.book = t->book;
	t->state = MX_QUEUED;
	mx_rq_enqueue(&mx->rq, &t->node);
	if (t->node.bucket > mx->top)
		WRITE_ONCE(mx->top, t->node.bucket);
}

/**
 * mx_book_del() - take a record out of the book
 * @mx: CPU that the record belongs to
 * @t: record, queued
 */
void mx_book_del(struct mx_cpu *mx, struct mx_task *t)
{
	lockdep_assert_held(&mx->lock);

	mx_rq_dequeue(&mx->rq, &t->node);
	t->state = MX_OFF;
	if (t->node.bucket == mx->top && !mx->rq.book[t->node.book].nr[t->node.bucket])
		update_top(mx);
}

/**
 * mx_charge() - charge a task for its CPU time since the last charge
 * @mx: CPU that the record belongs to
 * @t: record
 *
 * It goes by the task's own clock, so that whatever way the task came to run, it pays.
 */
void mx_charge(struct mx_cpu *mx, struct mx_task *t)
{
	u64 ran_ns = t->task->se.sum_exec_runtime - t->exec_start_ns;
	u64 cost;

	lockdep_assert_held(&mx->lock);

	if (!ran_ns)
		return;
	cost = mx_cost(t->price, ran_ns);
	t->exec_start_ns += ran_ns;
	t->runtime_ns += ran_ns;
	t->charged_nanocents += cost;
	mx->count.runtime_ns += ran_ns;
	mx->count.charged_nanocents += cost;
}

/**
 * mx_begin_run() - give the CPU to a task
 * @mx: the local CPU, which the record belongs to
 * @t: record, not queued, with bid and bucket in its node
 * @now_ns: the time
 */
void mx_begin_run(struct mx_cpu *mx, struct mx_task *t, u64 now_ns)
{
	u64 wait_ns;

	lockdep_assert_held(&mx->lock);

	mx_end_run(mx);
	mx_charge(mx, t);
	mx->curr = t;
	mx->curr_rival.bid = t->node.bid;
	mx->curr_rival.bucket = t->node.bucket;
	mx->curr_rival.book = t->node.book;
	WRITE_ONCE(mx->running, t->node.bucket);
	t->state = MX_RUNNING;
	t->price = mx_price(&mx->rq, t->node.bid, READ_ONCE(mx->reserve[t->node.book]));

	if (t->wait_since_ns) {
		wait_ns = now_ns > t->wait_since_ns ? now_ns - t->wait_since_ns : 0;
		t->wait_since_ns = 0;
		t->wait_total_ns += wait_ns;
		t->wait_max_ns = max(t->wait_max_ns, wait_ns);
	}
	t->nr_runs++;
	if (t->survival) {
		t->nr_survival++;
		mx->count.survival_runs++;
	}
	/* The tick is too coarse for a slice shorter than itself, and for the survival share. */
	if (t->survival || t->task->scx.slice < TICK_NSEC)
		mx_timer_arm(mx, t, t->task->scx.slice);
}

/**
 * mx_end_run() - the task that had the CPU has left it, or is about to
 * @mx: CPU, with such a task or without
 */
void mx_end_run(struct mx_cpu *mx)
{
	struct mx_task *t = mx->curr;

	lockdep_assert_held(&mx->lock);

	if (!t)
		return;
	mx_charge(mx, t);
	t->state = MX_OFF;
	t->survival = false;
	mx->curr = NULL;
	WRITE_ONCE(mx->timer_task, NULL);
	WRITE_ONCE(mx->running, -1);
}

/**
 * mx_reprice_curr() - take the present bid and price for the task that has the CPU
 * @mx: CPU with such a task
 */
void mx_reprice_curr(struct mx_cpu *mx)
{
	struct mx_task *t = mx->curr;

	lockdep_assert_held(&mx->lock);

	mx_charge(mx, t);
	mx->curr_rival.bid = mx_task_bid(t);
	mx->curr_rival.bucket = mx_task_bucket(t, mx->curr_rival.bid);
	mx->curr_rival.book = t->book;
	t->price = mx_price(&mx->rq, mx->curr_rival.bid, READ_ONCE(mx->reserve[t->book]));
	WRITE_ONCE(mx->running, mx->curr_rival.bucket);
}

/**
 * mx_curr_must_yield() - whether the running task should make room before its slice ends
 * @mx: CPU with a running task of ours
 * @now_ns: the time
 *
 * It must if it no longer clears the reserve, if a better bid waits, or if the survival share owes
 * somebody a turn. A turn on the survival share itself is short and left in peace.
 */
bool mx_curr_must_yield(struct mx_cpu *mx, u64 now_ns)
{
	const struct mx_rival *rival = &mx->curr_rival;
	const struct mx_node *best;

	lockdep_assert_held(&mx->lock);

	best = mx_rq_best(&mx->rq);
	if (best && mx_outbids(best->bucket, rival->bucket, mx->curr->survival))
		return true;
	if (mx->curr->survival)
		return false;
	if (!mx_clears(&mx->rq, rival->book, rival->bucket))
		return true;
	return rival->bucket != MX_BUCKET_KTHREAD &&
	       mx_survival_due(&mx->rq, &mx_terms, mx->survival_ns, now_ns);
}
