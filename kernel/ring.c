// SPDX-License-Identifier: GPL-2.0
/*
 * The consumer's end of a bid ring: batches, checks, counters. See ring.h for whom it trusts.
 */
#include "ring.h"

#define BOOK_BITS (MAXWELL_BID_GENERAL | MAXWELL_BID_FEEDER)
#define KNOWN_BITS (BOOK_BITS | MAXWELL_BID_DEFAULT | U32_MAX)

static_assert(sizeof(struct maxwell_ring_bid) == 16, "four entries to a cache line");
static_assert(sizeof(struct maxwell_ring) <= MAXWELL_RING_ENTRIES_OFFSET, "a page of header");
static_assert(MAXWELL_RING_ENTRIES_OFFSET +
	      MAXWELL_RING_ENTRIES * sizeof(struct maxwell_ring_bid) == MAXWELL_RING_BYTES,
	      "a page of entries");
/* Or the place of an entry would jump when the indexes wrap. */
static_assert((MAXWELL_RING_ENTRIES & (MAXWELL_RING_ENTRIES - 1)) == 0, "a power of two");

/**
 * mx_ring_init() - make a ring in memory full of zeros
 * @r: ring
 * @shared: MAXWELL_RING_BYTES that the producer can write
 */
void mx_ring_init(struct mx_ring *r, void *shared)
{
	memset(r, 0, sizeof(*r));
	r->header = shared;
	r->entries = (const void *)((const char *)shared + MAXWELL_RING_ENTRIES_OFFSET);
}

/**
 * mx_ring_begin() - start a batch
 * @r: ring
 * @max: entries that the batch may have
 *
 * If the producer is further ahead than the ring is long, which entries are whole cannot be known:
 * all are dropped.
 *
 * Return: how often mx_ring_take() may be called now, at most @max; if it is not 0, mx_ring_end()
 * is to follow.
 */
u32 mx_ring_begin(struct mx_ring *r, u32 max)
{
	/* The entries before it after it. */
	u32 head = smp_load_acquire(&r->header->head);
	u32 ahead = head - r->tail;

	if (unlikely(ahead > MAXWELL_RING_ENTRIES)) {
		r->tail = head;
		r->overrun++;
		mx_ring_end(r);
		return 0;
	}
	return min(ahead, max);
}

/* What the private copy @e of an entry asks for. Returns false if it means nothing. */
static bool decode(const struct maxwell_ring_bid *e, struct mx_ring_order *order)
{
	bool to_default = e->agent_id & MAXWELL_BID_DEFAULT;

	if (e->agent_id & ~KNOWN_BITS || (e->agent_id & BOOK_BITS) == BOOK_BITS)
		return false;
	if (to_default && (e->bid_cents || e->resource_units))
		return false;

	order->tid = (u32)e->agent_id;
	order->change.kind = to_default ? MX_BID_DEFAULT : MX_BID_EXPLICIT;
	order->change.bid = e->bid_cents;
	order->change.for_ns = (u64)e->resource_units * NSEC_PER_USEC;
	order->change.book = (e->agent_id & MAXWELL_BID_GENERAL) ? MX_BOOK_GENERAL :
			     (e->agent_id & MAXWELL_BID_FEEDER)	 ? MX_BOOK_FEEDER :
								   MX_BOOK_SAME;
	return true;
}

/**
 * mx_ring_take() - take up the next entry
 * @r: ring
 * @order: written
 *
 * Return: false if the entry means nothing; it has been counted.
 */
bool mx_ring_take(struct mx_ring *r, struct mx_ring_order *order)
{
	const struct maxwell_ring_bid *at = &r->entries[r->tail++ % MAXWELL_RING_ENTRIES];
	struct maxwell_ring_bid copy;

	/* Once each: what is checked has to be what is used. */
	copy.agent_id = READ_ONCE(at->agent_id);
	copy.bid_cents = READ_ONCE(at->bid_cents);
	copy.resource_units = READ_ONCE(at->resource_units);
	if (decode(&copy, order))
		return true;
	r->invalid++;
	return false;
}

/**
 * mx_ring_end() - give the entries taken back to the producer, and show the counters
 * @r: ring
 */
void mx_ring_end(struct mx_ring *r)
{
	WRITE_ONCE(r->header->taken, r->taken);
	WRITE_ONCE(r->header->refused, r->refused);
	WRITE_ONCE(r->header->invalid, r->invalid);
	WRITE_ONCE(r->header->overrun, r->overrun);
	/* What was read and counted comes first: the producer may use the entries again. */
	smp_store_release(&r->header->tail, r->tail);
}
