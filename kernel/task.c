// SPDX-License-Identifier: GPL-2.0
/*
 * Task records: a pool, the way from a task to its record, and bids that outlive a detach.
 *
 * A task enters the class under its rq lock, where nothing may be allocated, so records come from a
 * pool that a worker keeps filled. The record's number stands in p->scx.dsq_vtime, a field that the
 * kernel leaves to the scheduler and clears on fork and on leaving the class; what it names is
 * checked against the task before use. Chunks of records are freed only with the module.
 *
 * A task that leaves the class with a bid of its own (detach, ejection, a change of policy)
 * leaves a dormant record, found again by its struct pid when it comes back. The worker drops the
 * dormant records of tasks that are gone.
 *
 * Locks: pool_lock (raw, leaf) for the lists; mx_cpu::lock of mx_task::cpu for a record in use.
 */
#include <linux/hash.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "maxwell.h"

/* The worker keeps this many records free; it is called when half of them are used up. */
#define FREE_TARGET 4096U
#define DORMANT_BITS 10
#define DORMANT_CHAIN_MAX 16

static_assert(FREE_TARGET % MX_CHUNK_TASKS == 0, "the pool is filled by chunks");

struct mx_task *mx_chunks[MX_CHUNKS_MAX];
u32 mx_nr_chunks;
static DEFINE_RAW_SPINLOCK(pool_lock);
static struct mx_task *free_list;
static u32 nr_free;
static struct mx_task *dormant[1 << DORMANT_BITS];
static atomic_t nr_enabled = ATOMIC_INIT(0);

static void refill_fn(struct work_struct *work);
static DECLARE_WORK(refill_work, refill_fn);

/* queue_work() wakes a worker, which is not allowed under an rq lock: go through an interrupt. */
static void refill_irq_fn(struct irq_work *work)
{
	queue_work(system_highpri_wq, &refill_work);
}

static struct irq_work refill_irq = IRQ_WORK_INIT_HARD(refill_irq_fn);

/**
 * mx_task_count() - how many tasks are under the class
 */
u32 mx_task_count(void)
{
	return atomic_read(&nr_enabled);
}

/**
 * mx_task_requeue() - put into force what a bid counts for now
 * @t: record in use, locked by mx_task_lock()
 */
void mx_task_requeue(struct mx_task *t)
{
	struct mx_cpu *mx = mx_cpu(t->cpu);

	lockdep_assert_held(&mx->lock);

	if (t->state == MX_QUEUED) {
		mx_book_del(mx, t);
		mx_book_add(mx, t, mx_now_ns());
	}
	if (mx->curr == t)
		mx_reprice_curr(mx);
}

/**
 * mx_task_rebid() - change a bid, wherever the task stands
 * @t: record in use, locked by mx_task_lock()
 * @source: MAXWELL_BID_SOURCE_DEFAULT or _EXPLICIT
 * @bid: cents per CPU-second, for an explicit bid
 * @book: enum mx_book_id
 * @for_ns: CPU time after which an explicit bid lapses; 0 for never
 *
 * A waiting task keeps its place in time and goes to the tail of its new bucket.
 */
void mx_task_rebid(struct mx_task *t, u8 source, u32 bid, u8 book, u64 for_ns)
{
	/* What the old bid has bought is paid by the old bid. */
	mx_charge(mx_cpu(t->cpu), t);
	t->source = source;
	t->bid = bid;
	t->bid_end_ns = for_ns ? t->runtime_ns + for_ns : U64_MAX;
	t->book = book;
	mx_task_requeue(t);
}

static u32 dormant_hash(const struct pid *pid)
{
	return hash_ptr(pid, DORMANT_BITS);
}

/* Take the dormant record of @pid out of its chain; pool_lock held. */
static struct mx_task *dormant_take(const struct pid *pid)
{
	struct mx_task **link = &dormant[dormant_hash(pid)];

	for (; *link; link = &(*link)->link) {
		struct mx_task *t = *link;

		if (t->pid == pid) {
			*link = t->link;
			return t;
		}
	}
	return NULL;
}

/* Keep @t for the return of the task @pid unless the chain is full; pool_lock held. */
static bool dormant_put(struct mx_task *t, struct pid *pid)
{
	struct mx_task **head = &dormant[dormant_hash(pid)];
	struct mx_task *other;
	int len = 0;

	for (other = *head; other; other = other->link)
		if (++len >= DORMANT_CHAIN_MAX)
			return false;
	/* What follows from user or cgroup may be another wallet when it comes back. */
	if (t->wallet_source != MAXWELL_WALLET_SOURCE_TASK)
		mx_account_drop(t);
	t->pid = get_pid(pid);
	t->link = *head;
	*head = t;
	return true;
}

/* Return @t to the pool; pool_lock held. */
static void pool_put(struct mx_task *t)
{
	mx_account_drop(t);
	t->link = free_list;
	free_list = t;
	nr_free++;
}

static struct mx_task *pool_get(void)
{
	struct mx_task *t = free_list;

	if (t) {
		free_list = t->link;
		nr_free--;
	}
	if (nr_free < FREE_TARGET / 2)
		irq_work_queue(&refill_irq);
	return t;
}

/*
 * A newborn takes over the explicit bid of its maker, as it does nice and policy, but for one that
 * holds for a while only.
 */
static void inherit(struct mx_task *t)
{
	struct mx_task *parent = mx_task_of(current);

	if (!parent || READ_ONCE(parent->source) != MAXWELL_BID_SOURCE_EXPLICIT ||
	    READ_ONCE(parent->bid_end_ns) != U64_MAX || current->sched_reset_on_fork)
		return;
	t->bid = READ_ONCE(parent->bid);
	t->book = READ_ONCE(parent->book);
	t->source = MAXWELL_BID_SOURCE_EXPLICIT;
}

/* Empty @t but for its place in the table. */
static void record_clear(struct mx_task *t)
{
	u32 index = t->index;

	memset(t, 0, sizeof(*t));
	t->index = index;
	t->bid_end_ns = U64_MAX;
}

/**
 * mx_task_enable() - give a task a record
 * @p: task that enters the class, or has no record yet
 *
 * Context: @p's rq lock held.
 *
 * Return: the record; NULL if the pool is empty. The task then runs outside the market until a
 * later enqueue finds one.
 */
struct mx_task *mx_task_enable(struct task_struct *p)
{
	bool newborn = READ_ONCE(p->__state) == TASK_NEW;
	struct mx_task *t = NULL;
	unsigned long flags;
	bool woken;

	raw_spin_lock_irqsave(&pool_lock, flags);
	if (!newborn)
		t = dormant_take(task_pid(p));
	woken = t;
	if (!t)
		t = pool_get();
	raw_spin_unlock_irqrestore(&pool_lock, flags);
	if (!t)
		return NULL;

	if (woken) {
		/* Never the last reference: the task that is coming back holds one. */
		put_pid(t->pid);
		t->pid = NULL;
	} else {
		record_clear(t);
	}
	t->cpu = task_cpu(p);
	t->state = MX_OFF;
	t->weight = p->scx.weight ?: 100;
	t->wait_since_ns = 0;
	t->exec_start_ns = p->se.sum_exec_runtime;
	if (newborn)
		inherit(t);
	mx_account_enter(t, p, newborn ? mx_task_of(current) : NULL);
	p->scx.dsq_vtime = t->index + 1;
	/* From here on mx_task_of() finds it. */
	smp_store_release(&t->task, p);
	atomic_inc(&nr_enabled);
	return t;
}

/**
 * mx_task_disable() - take a task's record away
 * @p: task that leaves the class or dies
 *
 * Context: @p's rq lock held. Queued or not, afterwards no book knows of the task.
 */
void mx_task_disable(struct task_struct *p)
{
	struct mx_task *t = mx_task_of(p);
	struct mx_cpu *mx;
	bool keep;

	if (!t)
		return;
	mx = mx_task_lock(t);
	if (t->state == MX_QUEUED)
		mx_book_del(mx, t);
	if (mx->curr == t)
		mx_end_run(mx);
	else
		mx_charge(mx, t);
	t->state = MX_OFF;
	WRITE_ONCE(t->task, NULL);
	p->scx.dsq_vtime = 0;
	raw_spin_unlock(&mx->lock);

	keep = (t->source == MAXWELL_BID_SOURCE_EXPLICIT ||
		t->wallet_source == MAXWELL_WALLET_SOURCE_TASK) && !(p->flags & PF_EXITING);
	mx_account_leave(t);
	raw_spin_lock(&pool_lock);
	if (!keep || !dormant_put(t, task_pid(p)))
		pool_put(t);
	raw_spin_unlock(&pool_lock);
	atomic_dec(&nr_enabled);
}

/**
 * mx_tasks_sweep() - free the dormant records of tasks that are gone
 *
 * Context: process context.
 */
void mx_tasks_sweep(void)
{
	struct mx_task *gone = NULL, *t;
	unsigned long flags;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dormant); i++) {
		struct mx_task **link = &dormant[i];

		raw_spin_lock_irqsave(&pool_lock, flags);
		while (*link) {
			t = *link;
			if (pid_has_task(t->pid, PIDTYPE_PID)) {
				link = &t->link;
				continue;
			}
			*link = t->link;
			t->link = gone;
			gone = t;
		}
		raw_spin_unlock_irqrestore(&pool_lock, flags);
	}
	while (gone) {
		t = gone;
		gone = t->link;
		put_pid(t->pid);
		t->pid = NULL;
		raw_spin_lock_irqsave(&pool_lock, flags);
		pool_put(t);
		raw_spin_unlock_irqrestore(&pool_lock, flags);
	}
}

/**
 * mx_tasks_forget() - dormant records forget a wallet that is deleted
 * @a: wallet
 */
void mx_tasks_forget(const struct mx_account *a)
{
	unsigned long flags;
	struct mx_task *t;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dormant); i++) {
		raw_spin_lock_irqsave(&pool_lock, flags);
		for (t = dormant[i]; t; t = t->link)
			if (t->wallet == a)
				mx_account_drop(t);
		raw_spin_unlock_irqrestore(&pool_lock, flags);
	}
}

/* Add one chunk of free records. */
static int add_chunk(void)
{
	struct mx_task *chunk;
	unsigned long flags;
	u32 i;

	if (mx_nr_chunks == MX_CHUNKS_MAX)
		return -ENOSPC;
	chunk = kvcalloc(MX_CHUNK_TASKS, sizeof(*chunk), GFP_KERNEL);
	if (!chunk)
		return -ENOMEM;
	for (i = 0; i < MX_CHUNK_TASKS; i++)
		chunk[i].index = (mx_nr_chunks << MX_CHUNK_SHIFT) + i;

	mx_chunks[mx_nr_chunks] = chunk;
	/* Readers that see the new limit see the chunk. */
	smp_store_release(&mx_nr_chunks, mx_nr_chunks + 1);
	raw_spin_lock_irqsave(&pool_lock, flags);
	for (i = 0; i < MX_CHUNK_TASKS; i++)
		pool_put(&chunk[i]);
	raw_spin_unlock_irqrestore(&pool_lock, flags);
	return 0;
}

/* The worker, and nobody else but init, adds chunks. */
static void refill_fn(struct work_struct *work)
{
	mx_tasks_sweep();
	while (READ_ONCE(nr_free) < FREE_TARGET)
		if (add_chunk())
			break;
}

/**
 * mx_tasks_init() - fill the pool
 *
 * Return: 0 or -ENOMEM; nothing is left behind then.
 */
int mx_tasks_init(void)
{
	refill_fn(NULL);
	if (nr_free >= FREE_TARGET)
		return 0;
	mx_tasks_exit();
	return -ENOMEM;
}

/**
 * mx_tasks_exit() - free all records
 *
 * Context: the class is detached for good, so that no record is in use.
 */
void mx_tasks_exit(void)
{
	u32 i;

	irq_work_sync(&refill_irq);
	cancel_work_sync(&refill_work);
	for (i = 0; i < ARRAY_SIZE(dormant); i++)
		for (; dormant[i]; dormant[i] = dormant[i]->link)
			put_pid(dormant[i]->pid);
	for (i = 0; i < mx_nr_chunks; i++)
		kvfree(mx_chunks[i]);
	mx_nr_chunks = 0;
	free_list = NULL;
	nr_free = 0;
}
