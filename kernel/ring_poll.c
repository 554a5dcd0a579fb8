// SPDX-License-Identifier: GPL-2.0
/*
 * Taking up the bids of all rings, once a tick.
 *
 * One timer goes through the rings while there are any and the class is attached. It runs in hard
 * interrupt context on every kernel, so that a task of whatever priority that hogs a CPU cannot put
 * bids off, and so inside it there are raw spinlocks only, and an amount of work that nobody can
 * raise: TICK_COST, where a look at a ring costs 1 and an entry ENTRY_COST. An entry takes about
 * 1200 instructions if it changes the bid of a task that waits, 100 to 250 if it is refused;
 * Documentation/testing has the figures. On PREEMPT_RT, where that is latency for everybody, it
 * is a quarter of it.
 *
 * Who floods his rings gets no more of a tick than others: rings take turns, and a turn takes up
 * TURN_ENTRIES, divided by the number of rings that the user has. While fewer than a hundred rings
 * are flooded each of them has its turn in every tick. Who does not want to wait flushes his ring
 * himself, in his own time.
 *
 * Locks: see maxwell.h.
 */
#include <linux/cred.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>

#include "maxwell.h"
#include "device.h"
#include "ring_poll.h"

/* A tick is enough for a look at all rings that users may have, or for some 130 entries. */
#define TICK_COST (IS_ENABLED(CONFIG_PREEMPT_RT) ? 256U : 1024U)
#define ENTRY_COST 8U
#define TURN_ENTRIES 16U
#define FLUSH_ENTRIES 32U

static DEFINE_MUTEX(poll_mutex);
static bool attached;
static bool polling;

/* With both locks for writing, with either for reading. */
static DEFINE_RAW_SPINLOCK(rings_lock);
static LIST_HEAD(rings);
static u32 nr_rings;

static struct hrtimer poll_timer;

/* Whether the ring's opener may bid for @p: as for netlink, one's own tasks or CAP_SYS_NICE. */
static bool may_bid_for(const struct mx_opener *opener, struct task_struct *p)
{
	const struct cred *cred = __task_cred(p);

	return opener->nice || task_tgid(p) == opener->group ||
	       uid_eq(opener->euid, cred->euid) || uid_eq(opener->euid, cred->uid);
}

static bool put(const struct mx_opener *opener, const struct mx_ring_order *order)
{
	struct task_struct *p;
	struct pid *pid;
	bool ok;

	rcu_read_lock();
	pid = opener->thread;
	if (order->tid)
		pid = order->tid <= PID_MAX_LIMIT ? find_pid_ns(order->tid, opener->pid_ns) : NULL;
	p = pid_task(pid, PIDTYPE_PID);
	ok = p && may_bid_for(opener, p) && !mx_bid_put(p, &order->change);
	rcu_read_unlock();
	return ok;
}

/* Take up to @max entries of @ring; its lock held. Returns how many there were. */
static u32 drain(struct mx_bid_ring *ring, u32 max)
{
	struct mx_ring_order order;
	struct mx_ring *r = &ring->r;
	u32 i, nr;

	lockdep_assert_held(&ring->lock);

	nr = mx_ring_begin(r, max);
	for (i = 0; i < nr; i++) {
		if (!mx_ring_take(r, &order))
			continue;
		if (put(ring->opener, &order))
			r->taken++;
		else
			r->refused++;
	}
	if (nr)
		mx_ring_end(r);
	return nr;
}

/*
 * From the start of a run that took @took_ns to the start of the next one. The bound on the work is
 * one on instructions: a machine so slow that they take a good part of a tick is left three
 * quarters of its time. A run may also have been long because a hypervisor was busy elsewhere,
 * hence the limit.
 */
static u64 pause_ns(u64 took_ns)
{
	return clamp_t(u64, 4 * took_ns, TICK_NSEC, 8 * TICK_NSEC);
}

static enum hrtimer_restart poll_fn(struct hrtimer *timer)
{
	u32 left = TICK_COST, quiet = 0;
	u64 began_ns = mx_now_ns();

	raw_spin_lock(&rings_lock);
	/* The first in the list is whose turn it is, in this tick and in the next one. */
	while (left && quiet < nr_rings) {
		struct mx_bid_ring *ring = list_first_entry(&rings, struct mx_bid_ring, link);
		u32 turn = max(TURN_ENTRIES / READ_ONCE(ring->user->nr), 1U);
		u32 nr = 0;

		list_rotate_left(&rings);
		/* If not, its owner is draining it at this moment. */
		if (raw_spin_trylock(&ring->lock)) {
			nr = drain(ring, turn);
			raw_spin_unlock(&ring->lock);
		}
		quiet = nr == turn ? 0 : quiet + 1;
		left -= min(1 + nr * ENTRY_COST, left);
	}
	raw_spin_unlock(&rings_lock);

	hrtimer_forward_now(timer, ns_to_ktime(pause_ns(mx_now_ns() - began_ns)));
	return HRTIMER_RESTART;
}

/* Start or stop the timer; poll_mutex held. */
static void poll_update(void)
{
	bool wanted = attached && nr_rings;

	if (wanted == polling)
		return;
	polling = wanted;
	if (wanted)
		hrtimer_start(&poll_timer, ns_to_ktime(TICK_NSEC), HRTIMER_MODE_REL_HARD);
	else
		hrtimer_cancel(&poll_timer);
}

/**
 * mx_ring_poll_class() - the class was attached or detached
 * @now_attached: which
 *
 * Context: process context. While it is detached rings are left as they are.
 */
void mx_ring_poll_class(bool now_attached)
{
	mutex_lock(&poll_mutex);
	attached = now_attached;
	poll_update();
	mutex_unlock(&poll_mutex);
}

/**
 * mx_ring_poll_add() - take up what comes in a ring from now on
 * @ring: ring that has a user
 */
void mx_ring_poll_add(struct mx_bid_ring *ring)
{
	mutex_lock(&poll_mutex);
	raw_spin_lock_irq(&rings_lock);
	list_add_tail(&ring->link, &rings);
	nr_rings++;
	raw_spin_unlock_irq(&rings_lock);
	poll_update();
	mutex_unlock(&poll_mutex);
}

/**
 * mx_ring_poll_del() - leave a ring alone
 * @ring: ring that nobody flushes any more; nobody uses it afterwards
 */
void mx_ring_poll_del(struct mx_bid_ring *ring)
{
	mutex_lock(&poll_mutex);
	/* The timer holds this while it drains, so afterwards the ring is the caller's alone. */
	raw_spin_lock_irq(&rings_lock);
	list_del(&ring->link);
	nr_rings--;
	raw_spin_unlock_irq(&rings_lock);
	poll_update();
	mutex_unlock(&poll_mutex);
}

/**
 * mx_bid_ring_flush() - take up what is in a ring now
 * @ring: ring
 *
 * Context: process context. Bounded, whatever the producer does meanwhile.
 */
void mx_bid_ring_flush(struct mx_bid_ring *ring)
{
	unsigned long flags;
	u32 i, nr;

	for (i = 0; i < MAXWELL_RING_ENTRIES / FLUSH_ENTRIES; i++) {
		raw_spin_lock_irqsave(&ring->lock, flags);
		nr = drain(ring, FLUSH_ENTRIES);
		raw_spin_unlock_irqrestore(&ring->lock, flags);
		if (nr < FLUSH_ENTRIES)
			break;
		cond_resched();
	}
}

/**
 * mx_ring_poll_init() - before the first ring
 */
void mx_ring_poll_init(void)
{
	hrtimer_setup(&poll_timer, poll_fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
}
