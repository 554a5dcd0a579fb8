// SPDX-License-Identifier: GPL-2.0
/*
 * Bid rings as an open file has them: whose they are, how many there may be, their memory and its
 * mapping. What is in them is ring_poll.c's.
 *
 * Locks: see maxwell.h.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "device.h"
#include "ring_poll.h"

/* Who has CAP_SYS_NICE is above both. */
#define RINGS_PER_USER 64
#define RINGS_MAX 1024

#define RING_LEN PAGE_ALIGN((size_t)MAXWELL_RING_BYTES)

/* Protects what follows, and mx_ring_user::nr. */
static DEFINE_MUTEX(rings_mutex);
static LIST_HEAD(users);
static u32 nr_rings;

/* The record of a user who is to get one more ring; rings_mutex held. */
static struct mx_ring_user *user_get(const struct mx_opener *opener)
{
	struct mx_ring_user *u;

	if (nr_rings >= RINGS_MAX && !opener->nice)
		return ERR_PTR(-ENFILE);
	list_for_each_entry(u, &users, link) {
		if (!uid_eq(u->uid, opener->euid))
			continue;
		if (u->nr >= RINGS_PER_USER && !opener->nice)
			return ERR_PTR(-EMFILE);
		WRITE_ONCE(u->nr, u->nr + 1);
		nr_rings++;
		return u;
	}
	u = kzalloc_obj(*u, GFP_KERNEL_ACCOUNT);
	if (!u)
		return ERR_PTR(-ENOMEM);
	u->uid = opener->euid;
	u->nr = 1;
	list_add(&u->link, &users);
	nr_rings++;
	return u;
}

/* One ring less; rings_mutex held. */
static void user_put(struct mx_ring_user *u)
{
	nr_rings--;
	WRITE_ONCE(u->nr, u->nr - 1);
	if (u->nr)
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
	struct mx_ring_user *user;

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

	mutex_lock(&rings_mutex);
	user = user_get(opener);
	mutex_unlock(&rings_mutex);
	if (IS_ERR(user)) {
		free_pages_exact(ring->shared, RING_LEN);
		kfree(ring);
		return ERR_CAST(user);
	}
	ring->user = user;
	mx_ring_poll_add(ring);
	return ring;
}

/**
 * mx_bid_ring_free() - free a ring
 * @ring: ring that nobody flushes or has mapped any more
 */
void mx_bid_ring_free(struct mx_bid_ring *ring)
{
	mx_ring_poll_del(ring);
	mutex_lock(&rings_mutex);
	user_put(ring->user);
	mutex_unlock(&rings_mutex);
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
