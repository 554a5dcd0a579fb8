// SPDX-License-Identifier: GPL-2.0
/*
 * Steps on the book of one CPU. All of them run with mx_cpu::lock held and take no other lock.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>

#include "maxwell.h"
#include "fault.h"

/* Waiting tasks whose bids are looked at in one go, and how often. */
#define REFRESH_TASKS 16U
#define REFRESH_NS NSEC_PER_MSEC
/* Other CPUs whose quotes count here. */
#define QUOTE_CPUS 8

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
	mx_task_stand(t);
	t->state = MX_QUEUED;
	if (mx_fault_loses(t))
		return;
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
	t->owed_nanocents += cost;
	t->owed_ns += ran_ns;
	t->exec_start_ns += ran_ns;
	t->runtime_ns += ran_ns;
	t->charged_nanocents += cost;
	mx->count.runtime_ns += ran_ns;
	mx->count.charged_nanocents += cost;
	if (unlikely(t->owed_ns >= MX_PAY_NS))
		mx_account_pay(t, mx_now_ns());
}

/*
 * What @t pays for @mx at a bid of @bid. Who pays from a limited wallet keeps the CPU from tasks
 * that wait elsewhere as well.
 */
static u32 price_of(const struct mx_cpu *mx, const struct mx_task *t, u32 bid)
{
	u16 tag = t->node.tag;
	u32 price = mx_price(&mx->rq, bid, READ_ONCE(mx->reserve[t->node.book]), tag);

	if (likely(!tag))
		return price;
	return min(bid, max(price, mx_quote_for(&mx->outside, tag)));
}

/*
 * The bid of the task that is put off the CPU for @t: it is on its way back into the book, and
 * waits there as the others do.
 */
static u32 displaced_bid(const struct mx_cpu *mx, const struct mx_task *t)
{
	const struct mx_task *curr = mx->curr;

	if (!curr || curr == t || curr->task != current ||
	    !(current->scx.flags & SCX_TASK_QUEUED) || mx->curr_rival.bucket == MX_BUCKET_KTHREAD ||
	    (t->node.tag && t->node.tag == curr->node.tag) ||
	    !mx_clears(&mx->rq, mx->curr_rival.book, mx->curr_rival.bucket))
		return 0;
	return mx->curr_rival.bid;
}

/*
 * What a turn on the survival share costs @t, which draws on a limited wallet: the price that the
 * CPU goes for, if need be above the fraction of its bid that pacing leaves. In debt it bids, and
 * pays, nothing.
 */
static u32 turn_price(const struct mx_cpu *mx, const struct mx_task *t, u32 displaced, u16 tag)
{
	struct mx_quote others = mx->outside;

	if (!READ_ONCE(t->wallet->w.factor))
		return 0;
	mx_quote_add(&others, t->node.bid, t->node.tag);
	mx_quote_add(&others, displaced, tag);
	return min(mx_task_bid(t),
		   mx_turn_price(&mx->rq, &others, READ_ONCE(mx->reserve[t->node.book])));
}

/**
 * mx_begin_run() - give the CPU to a task
 * @mx: the local CPU, which the record belongs to
 * @t: record, not queued, with bid and bucket in its node
 * @now_ns: the time
 */
void mx_begin_run(struct mx_cpu *mx, struct mx_task *t, u64 now_ns)
{
	u32 displaced = displaced_bid(mx, t);
	u16 tag = displaced ? mx->curr->node.tag : 0;
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
	if (t->survival && t->node.tag)
		t->price = turn_price(mx, t, displaced, tag);
	else
		t->price = min(t->node.bid, max(price_of(mx, t, t->node.bid), displaced));

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
	mx_task_stand(t);
	mx->curr_rival.bid = t->node.bid;
	mx->curr_rival.bucket = t->node.bucket;
	mx->curr_rival.book = t->node.book;
	t->price = price_of(mx, t, t->node.bid);
	WRITE_ONCE(mx->running, t->node.bucket);
}

/**
 * mx_book_fresh() - bring the bid of a waiting task up to date with its wallet
 * @mx: CPU that the record belongs to
 * @t: record, queued
 * @now_ns: the time
 *
 * It keeps its place among those of the same bucket.
 *
 * Return: false if it stands in another bucket now.
 */
bool mx_book_fresh(struct mx_cpu *mx, struct mx_task *t, u64 now_ns)
{
	u32 bid;

	lockdep_assert_held(&mx->lock);

	mx_account_settle(t->wallet, now_ns);
	bid = mx_task_effective_bid(t);
	if (mx_task_bucket(t, bid) == t->node.bucket) {
		t->node.bid = bid;
		return true;
	}
	mx_book_del(mx, t);
	mx_book_add(mx, t, now_ns);
	return false;
}

static void put_quote(struct mx_cpu *mx, const struct mx_quote *quote)
{
	WRITE_ONCE(mx->quote.bid[0], quote->bid[0]);
	WRITE_ONCE(mx->quote.tag[0], quote->tag[0]);
	WRITE_ONCE(mx->quote.bid[1], quote->bid[1]);
	WRITE_ONCE(mx->quote.tag[1], quote->tag[1]);
}

/* Take down what waits elsewhere, from a bounded number of CPUs. */
static void gather_quotes(struct mx_cpu *mx)
{
	struct mx_quote sum = {};
	int cpu, left = QUOTE_CPUS;

	for_each_cpu_wrap(cpu, cpu_online_mask, mx->cpu + 1) {
		const struct mx_quote *q = &mx_cpu(cpu)->quote;

		if (cpu == mx->cpu || !left--)
			break;
		/* Not a consistent copy; a price that is off for a tick does no harm. */
		mx_quote_add(&sum, READ_ONCE(q->bid[0]), READ_ONCE(q->tag[0]));
		mx_quote_add(&sum, READ_ONCE(q->bid[1]), READ_ONCE(q->tag[1]));
	}
	mx->outside = sum;
}

/**
 * mx_book_refresh() - keep up with wallets: some of the bids that wait, and prices elsewhere
 * @mx: the local CPU
 * @now_ns: the time
 *
 * Wallets fill and empty while tasks wait. A few of these are looked at each time, going round, and
 * whoever comes up to win is looked at again.
 */
void mx_book_refresh(struct mx_cpu *mx, u64 now_ns)
{
	u32 left = min(mx->rq.nr_queued, REFRESH_TASKS);
	struct mx_quote quote = {};

	lockdep_assert_held(&mx->lock);

	if (!mx->rq.nr_queued && mx->quote.bid[0])
		put_quote(mx, &quote);
	if (now_ns < mx->refresh_ns)
		return;
	mx->refresh_ns = now_ns + REFRESH_NS;
	while (left--)
		mx_book_fresh(mx, container_of(mx_rq_walk(&mx->rq), struct mx_task, node), now_ns);
	mx_quote_make(&mx->rq, &quote);
	put_quote(mx, &quote);
	gather_quotes(mx);
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
