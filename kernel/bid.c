// SPDX-License-Identifier: GPL-2.0
/*
 * Putting a bid into force, for netlink and for the bid rings.
 *
 * Takes mx_cpu::lock; sends interrupts after it.
 */
#include "maxwell.h"
#include "bid.h"

/* Whether @c would leave everything as it is; mx_cpu::lock held. */
static bool changes_nothing(const struct mx_task *t, const struct mx_bid_change *c)
{
	if (c->book != MX_BOOK_SAME && c->book != t->book)
		return false;
	switch (c->kind) {
	case MX_BID_EXPLICIT:
		/* A limit begins to count anew. */
		return mx_task_explicit(t) && t->bid == c->bid && !mx_task_bid_left_ns(t) &&
		       !c->for_ns;
	case MX_BID_DEFAULT:
		return t->source == MAXWELL_BID_SOURCE_DEFAULT;
	default:
		return true;
	}
}

/* Change the record as @c says; mx_cpu::lock held. */
static void change(struct mx_task *t, const struct mx_bid_change *c)
{
	u8 book = c->book == MX_BOOK_SAME ? t->book : c->book;

	switch (c->kind) {
	case MX_BID_EXPLICIT:
		mx_task_rebid(t, MAXWELL_BID_SOURCE_EXPLICIT, c->bid, book, c->for_ns);
		break;
	case MX_BID_DEFAULT:
		mx_task_rebid(t, MAXWELL_BID_SOURCE_DEFAULT, t->bid, book, 0);
		break;
	default:
		/* A bid that has lapsed is not to come back to life. */
		mx_task_rebid(t, mx_task_explicit(t) ? MAXWELL_BID_SOURCE_EXPLICIT :
						       MAXWELL_BID_SOURCE_DEFAULT,
			      t->bid, book, mx_task_bid_left_ns(t));
	}
}

/**
 * mx_bid_put() - put a bid into force, wherever the task stands
 * @p: task that the caller keeps from going away
 * @c: the change
 *
 * A change that changes nothing costs no interrupt anywhere, and the task keeps its place.
 *
 * Context: any but under an rq lock or mx_cpu::lock.
 *
 * Return: 0, or -ESRCH if the task is not under the class.
 */
int mx_bid_put(struct task_struct *p, const struct mx_bid_change *c)
{
	struct mx_task *t = mx_task_of(p);
	unsigned long flags;
	struct mx_cpu *mx;
	int cpu, idle = -1;

	if (!t)
		return -ESRCH;
	local_irq_save(flags);
	mx = mx_task_lock(t);
	if (!mx_task_owned(mx, t, p)) {
		raw_spin_unlock_irqrestore(&mx->lock, flags);
		return -ESRCH;
	}
	if (changes_nothing(t, c)) {
		raw_spin_unlock_irqrestore(&mx->lock, flags);
		return 0;
	}
	change(t, c);
	if (t->state == MX_QUEUED)
		idle = mx_idle_for(p, t, mx->cpu);
	cpu = mx->cpu;
	raw_spin_unlock_irqrestore(&mx->lock, flags);

	/* Whoever runs there may have to make room now, or another CPU take a task that can pay. */
	mx_kick(cpu);
	if (idle >= 0)
		mx_kick(idle);
	return 0;
}
