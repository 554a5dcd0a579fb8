// SPDX-License-Identifier: GPL-2.0
/*
 * Taking up the bids of all rings, once a tick.
 *
 * One timer goes through the rings while there are any and the class is attached. It runs in hard
 * interrupt context on every kernel, so that a task of whatever priority that hogs a CPU cannot put
 * bids off, and so inside it there are raw spinlocks only, and an amount of work that nobody can
 * raise: TICK_UNITS entries or looks at an empty ring, in the order of a microsecond for three. On
 * PREEMPT_RT, where that is latency for everybody, it is a quarter of it.
 *
 * Who floods his rings gets no more of a tick than others: rings take turns, and a turn takes up
 * TURN_ENTRIES, divided by the number of rings that the user has. Who does not want to wait flushes
 * his ring himself, in his own time.
 *
 * Locks: see device.h.
 */
#include <linux/cred.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "maxwell.h"
#include "device.h"
#include "ring.h"

/* Who has CAP_SYS_NICE is above both. */
#define RINGS_PER_USER 64
#define RINGS_MAX 1024

#define TICK_UNITS (IS_ENABLED(CONFIG_PREEMPT_RT) ? 64U : 256U)
#define TURN_ENTRIES 16U
#define FLUSH_ENTRIES 32U
#define RING_LEN PAGE_ALIGN((size_t)MAXWELL_RING_BYTES)

/**
 * struct ring_user - a user with rings
 * @link: in users
 * @uid: who
 * @nr: how many
 */
struct ring_user {
	struct list_head link;
	kuid_t uid;
	u32 nr;
};

/**
 * struct mx_bid_ring - a ring and whose it is
 * @r: the consumer's end
 * @lock: for @r
 * @link: in rings
 * @user: who made it
 * @opener: whom it may bid for; outlives the ring
 * @shared: the memory, RING_LEN
 */
struct mx_bid_ring {
	struct mx_ring r;
	raw_spinlock_t lock;
	struct list_head link;
	struct ring_user *user;
	const struct mx_opener *opener;
	void *shared;
};

static DEFINE_MUTEX(poll_mutex);
static LIST_HEAD(users);
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

static enum hrtimer_restart poll_fn(struct hrtimer *timer)
{
	u32 left = TICK_UNITS, quiet = 0;

	raw_spin_lock(&rings_lock);
	/* The first in the list is whose turn it is, in this tick and in the next one. */
	while (left && quiet < nr_rings) {
		struct mx_bid_ring *ring = list_first_entry(&rings, struct mx_bid_ring, link);
		u32 turn = min(max(TURN_ENTRIES / ring->user->nr, 1U), left);
		u32 nr = 0;

		list_rotate_left(&rings);
		/* If not, its owner is draining it at this moment. */
		if (raw_spin_trylock(&ring->lock)) {
			nr = drain(ring, turn);
			raw_spin_unlock(&ring->lock);
		}
		quiet = nr == turn ? 0 : quiet + 1;
		left -= max(nr, 1U);
	}
	raw_spin_unlock(&rings_lock);

	hrtimer_forward_now(timer, ns_to_ktime(TICK_NSEC));
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

/* The record of a user who is to get one more ring; poll_mutex held. */
static struct ring_user *user_get(const struct mx_opener *opener)
{
	struct ring_user *u;

	if (nr_rings >= RINGS_MAX && !opener->nice)
		return ERR_PTR(-ENFILE);
	list_for_each_entry(u, &users, link) {
		if (!uid_eq(u->uid, opener->euid))
			continue;
		if (u->nr >= RINGS_PER_USER && !opener->nice)
			return ERR_PTR(-EMFILE);
		u->nr++;
		return u;
	}
	u = kzalloc_obj(*u, GFP_KERNEL_ACCOUNT);
	if (!u)
		return ERR_PTR(-ENOMEM);
	u->uid = opener->euid;
	u->nr = 1;
	list_add(&u->link, &users);
	return u;
}

static void user_put(struct ring_user *u)
{
	if (--u->nr)
		return;
	list_del(&u->link);
	kfree(u);
}

/**
 * mx_bid_ring_new() - make a ring
 * @opener: whom it may bid for; to outlive the ring
 *
 * Return: the ring, or ERR_PTR: -EMFILE if the user has as many as allowed, -ENFILE if all users
 * together have, or -ENOMEM.
 */
struct mx_bid_ring *mx_bid_ring_new(const struct mx_opener *opener)
{
	struct mx_bid_ring *ring = kzalloc_obj(*ring, GFP_KERNEL_ACCOUNT);
	struct ring_user *user;

	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->shared = alloc_pages_exact(RING_LEN, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!ring->shared) {
		kfree(ring);
		return ERR_PTR(-ENOMEM);
	}
	raw_spin_lock_init(&ring->lock);
	mx_ring_init(&ring->r, ring->shared);
	ring->opener = opener;

	mutex_lock(&poll_mutex);
	user = user_get(opener);
	if (!IS_ERR(user)) {
		ring->user = user;
		raw_spin_lock_irq(&rings_lock);
		list_add_tail(&ring->link, &rings);
		nr_rings++;
		raw_spin_unlock_irq(&rings_lock);
		poll_update();
	}
	mutex_unlock(&poll_mutex);
	if (!IS_ERR(user))
		return ring;
	free_pages_exact(ring->shared, RING_LEN);
	kfree(ring);
	return ERR_CAST(user);
}

/**
 * mx_bid_ring_free() - free a ring
 * @ring: ring that nobody flushes or has mapped any more
 */
void mx_bid_ring_free(struct mx_bid_ring *ring)
{
	mutex_lock(&poll_mutex);
	/* The timer holds this lock while it drains, so afterwards the ring is ours alone. */
	raw_spin_lock_irq(&rings_lock);
	list_del(&ring->link);
	nr_rings--;
	raw_spin_unlock_irq(&rings_lock);
	user_put(ring->user);
	poll_update();
	mutex_unlock(&poll_mutex);
	free_pages_exact(ring->shared, RING_LEN);
	kfree(ring);
}

/**
 * mx_bid_ring_map() - map a ring for its producer
 * @ring: ring
 * @vma: mapping to be
 *
 * Return: 0 or a negative errno.
 */
int mx_bid_ring_map(struct mx_bid_ring *ring, struct vm_area_struct *vma)
{
	size_t at;
	int ret;

	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	for (at = 0; at < RING_LEN; at += PAGE_SIZE) {
		ret = vm_insert_page(vma, vma->vm_start + at,
				     virt_to_page((char *)ring->shared + at));
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * mx_ring_poll_init() - before the first ring
 */
void mx_ring_poll_init(void)
{
	hrtimer_setup(&poll_timer, poll_fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
}
