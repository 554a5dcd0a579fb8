/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a task to its record, and what the record says: the part of task.c that every callback of
 * the scheduler goes through, inline. Included by maxwell.h alone.
 */
#ifndef MAXWELL_TASK_H
#define MAXWELL_TASK_H

#define MX_CHUNK_SHIFT 8
#define MX_CHUNK_TASKS BIT(MX_CHUNK_SHIFT)
#define MX_CHUNKS_MAX 1024U

extern struct mx_task *mx_chunks[MX_CHUNKS_MAX];
extern u32 mx_nr_chunks;

/**
 * mx_task_at() - record by number
 * @index: below mx_task_limit()
 */
static inline struct mx_task *mx_task_at(u32 index)
{
	return &mx_chunks[index >> MX_CHUNK_SHIFT][index & (MX_CHUNK_TASKS - 1)];
}

/**
 * mx_task_limit() - how many records there are, used or not
 */
static inline u32 mx_task_limit(void)
{
	/* Pairs with the release in add_chunk(). */
	return smp_load_acquire(&mx_nr_chunks) << MX_CHUNK_SHIFT;
}

/**
 * mx_task_of() - record of a task
 * @p: task that the caller keeps from going away
 *
 * Return: NULL if it has none.
 */
static inline struct mx_task *mx_task_of(const struct task_struct *p)
{
	u64 index = READ_ONCE(p->scx.dsq_vtime) - 1;
	struct mx_task *t;

	if (index >= mx_task_limit())
		return NULL;
	t = mx_task_at(index);
	return READ_ONCE(t->task) == p ? t : NULL;
}

/**
 * mx_task_lock() - lock the CPU that a record belongs to
 * @t: record in use
 *
 * Context: interrupts off.
 *
 * Return: the CPU, with its lock held.
 */
static inline struct mx_cpu *mx_task_lock(struct mx_task *t)
{
	lockdep_assert_irqs_disabled();

	for (;;) {
		int cpu = READ_ONCE(t->cpu);
		struct mx_cpu *mx = mx_cpu(cpu);

		raw_spin_lock(&mx->lock);
		/* As in task_rq_lock(): the record may have moved before we got the lock. */
		if (likely(t->cpu == cpu))
			return mx;
		raw_spin_unlock(&mx->lock);
	}
}

/**
 * mx_task_owned() - whether a record is in use, for callers that hold no rq lock
 * @mx: what mx_task_lock() returned
 * @t: record
 * @p: task that it has to belong to; NULL for any
 *
 * A free record is given away without its lock and may have got another CPU since. Who sees the
 * task sees that CPU.
 */
static inline bool mx_task_owned(const struct mx_cpu *mx, const struct mx_task *t,
				 const struct task_struct *p)
{
	/* Pairs with the release in mx_task_enable(). */
	const struct task_struct *owner = smp_load_acquire(&t->task);

	return owner && (!p || owner == p) && READ_ONCE(t->cpu) == mx->cpu;
}

/**
 * mx_task_on_cpu() - whether a task is on a CPU at this moment
 * @t: record in use
 */
static inline bool mx_task_on_cpu(const struct mx_task *t)
{
	return t->state == MX_RUNNING && READ_ONCE(t->task->on_cpu);
}

/**
 * mx_task_explicit() - whether a task has a bid of its own, that has not lapsed
 * @t: record in use
 */
static inline bool mx_task_explicit(const struct mx_task *t)
{
	return t->source == MAXWELL_BID_SOURCE_EXPLICIT && t->runtime_ns < t->bid_end_ns;
}

/**
 * mx_task_bid_left_ns() - for how much CPU time an explicit bid holds
 * @t: record in use
 *
 * Return: 0 for no limit, or if it has lapsed.
 */
static inline u64 mx_task_bid_left_ns(const struct mx_task *t)
{
	if (t->bid_end_ns == U64_MAX || t->runtime_ns >= t->bid_end_ns)
		return 0;
	return t->bid_end_ns - t->runtime_ns;
}

/**
 * mx_task_source() - where the bid of a task comes from
 * @t: record in use
 *
 * Return: enum maxwell_bid_source.
 */
static inline u8 mx_task_source(const struct mx_task *t)
{
	const struct task_struct *p = t->task;

	if (mx_task_explicit(t))
		return t->source;
	if ((p->flags & PF_KTHREAD) && p->nr_cpus_allowed == 1)
		return MAXWELL_BID_SOURCE_KTHREAD;
	return MAXWELL_BID_SOURCE_DEFAULT;
}

/**
 * mx_task_bid() - what a task bids
 * @t: record in use
 *
 * Return: cents per CPU-second; for a kernel thread bound to a CPU the default bid, which is what
 * it pays at most, not how it ranks.
 */
static inline u32 mx_task_bid(const struct mx_task *t)
{
	u64 bid;

	if (mx_task_explicit(t))
		return t->bid;
	bid = div_u64((u64)mx_tune(default_bid_cents) * t->weight, 100);
	return min_t(u64, bid, U32_MAX);
}

/**
 * mx_task_effective_bid() - what that counts for, given the wallet behind it
 * @t: record in use
 *
 * Return: cents per CPU-second, at most mx_task_bid().
 */
static inline u32 mx_task_effective_bid(const struct mx_task *t)
{
	return mx_wallet_bid(READ_ONCE(t->wallet->w.factor), mx_task_bid(t));
}

/**
 * mx_task_bucket() - price bucket that a task stands in
 * @t: record in use
 * @bid: what it bids, from mx_task_effective_bid()
 */
static inline u16 mx_task_bucket(const struct mx_task *t, u32 bid)
{
	if (mx_task_source(t) == MAXWELL_BID_SOURCE_KTHREAD)
		return MX_BUCKET_KTHREAD;
	return mx_bucket(bid);
}

/**
 * mx_task_stand() - how a task stands in an auction: bid, bucket, book, tag
 * @t: record in use, not queued
 */
static inline void mx_task_stand(struct mx_task *t)
{
	t->node.bid = mx_task_effective_bid(t);
	t->node.bucket = mx_task_bucket(t, t->node.bid);
	t->node.book = t->book;
	t->node.tag = READ_ONCE(t->wallet->w.tag);
	t->node.bound = t->task->nr_cpus_allowed == 1;
}

#endif /* MAXWELL_TASK_H */
