/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The consumer's end of a bid ring (uapi/linux/maxwell_dev.h).
 *
 * The producer is not trusted: it may write anything to the shared memory at any moment. What the
 * consumer goes by is its own: where it has got to, and the counters, are only ever written to the
 * shared memory; the head is read once a batch, and an entry is copied once before it is looked at.
 * Whatever the head says, a batch ends after the number of entries that the caller allows.
 *
 * Pure: see pure.h. The caller serialises access to a struct mx_ring.
 */
#ifndef MAXWELL_RING_H
#define MAXWELL_RING_H

#include <uapi/linux/maxwell_dev.h>

#include "bid.h"

/**
 * struct mx_ring - the consumer's side of a ring
 * @header: first page of the shared memory
 * @entries: second page
 * @tail: entries taken up, modulo 2^32
 * @taken: see struct maxwell_ring, as the next three
 * @refused: see there
 * @invalid: see there
 * @overrun: see there
 */
struct mx_ring {
	struct maxwell_ring *header;
	const struct maxwell_ring_bid *entries;
	u32 tail;
	u64 taken;
	u64 refused;
	u64 invalid;
	u64 overrun;
};

/**
 * struct mx_ring_order - what an entry asks for
 * @tid: thread id in the opener's pid namespace, 0 for the opener
 * @change: what is to become of its bid
 */
struct mx_ring_order {
	u32 tid;
	struct mx_bid_change change;
};

void mx_ring_init(struct mx_ring *r, void *shared);
u32 mx_ring_begin(struct mx_ring *r, u32 max);
bool mx_ring_take(struct mx_ring *r, struct mx_ring_order *order);
void mx_ring_end(struct mx_ring *r);

#endif /* MAXWELL_RING_H */
