/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ring_file.c, which makes bid rings, and ring_poll.c, which takes up what is in them, know of
 * a ring.
 */
#ifndef MAXWELL_RING_POLL_H
#define MAXWELL_RING_POLL_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "ring.h"

struct mx_opener;

/**
 * struct mx_ring_user - a user with rings
 * @link: in the list of users; ring_file.c
 * @uid: who
 * @nr: how many, at least 1; written under rings_mutex, read without it
 */
struct mx_ring_user {
	struct list_head link;
	kuid_t uid;
	u32 nr;
};

/**
 * struct mx_bid_ring - a ring and whose it is
 * @r: the consumer's end
 * @lock: for @r
 * @link: in the list of rings; ring_poll.c
 * @user: who made it
 * @opener: whom it may bid for; outlives the ring
 * @shared: the memory
 */
struct mx_bid_ring {
	struct mx_ring r;
	raw_spinlock_t lock;
	struct list_head link;
	struct mx_ring_user *user;
	const struct mx_opener *opener;
	void *shared;
};

void mx_ring_poll_add(struct mx_bid_ring *ring);
void mx_ring_poll_del(struct mx_bid_ring *ring);

#endif /* MAXWELL_RING_POLL_H */
