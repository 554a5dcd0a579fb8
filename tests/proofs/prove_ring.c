// SPDX-License-Identifier: GPL-2.0
/*
 * The consumer's end of a bid ring against a producer that may write anything to the shared memory
 * at any moment: every load of it gives any value at all, another one each time.
 */
#include "proof.h"

static u64 loads;

static u64 hostile(u64 bytes)
{
	u64 value = nondet_u64();

	loads++;
	return bytes == 8 ? value : value & U32_MAX;
}

/* The address is looked at all the same: CBMC checks that it lies inside of the object. */
#undef READ_ONCE
#undef smp_load_acquire
#undef smp_store_release
#define LOOK_AT(x) ((void)*(const volatile __typeof__(x) *)&(x))
#define READ_ONCE(x) (LOOK_AT(x), (__typeof__(x))hostile(sizeof(x)))
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_release(p, v) (*(p) = (v))

#include "ring.c"

#define BATCH 4

static struct {
	struct maxwell_ring header;
	u8 pad[MAXWELL_RING_ENTRIES_OFFSET - sizeof(struct maxwell_ring)];
	struct maxwell_ring_bid entries[MAXWELL_RING_ENTRIES];
} shared;

static struct mx_ring ring;

static void any_ring(void)
{
	mx_ring_init(&ring, &shared);
	ring.tail = nondet_u32();
	ring.taken = nondet_u64();
	ring.refused = nondet_u64();
	ring.invalid = any_u64(0, 1ULL << 63);
	ring.overrun = any_u64(0, 1ULL << 63);
}

/*
 * Whatever the head says, a batch has no more entries than the caller allows and than the ring has;
 * a head that is further ahead drops everything, once, and the loads are one.
 *
 * class: short
 * wraps: mx_ring_begin
 */
PROOF(batch_is_bounded)
{
	u32 max = nondet_u32(), tail, nr;
	u64 overrun;

	any_ring();
	tail = ring.tail;
	overrun = ring.overrun;
	nr = mx_ring_begin(&ring, max);
	CLAIM(nr <= max && nr <= MAXWELL_RING_ENTRIES, "no more than allowed");
	CLAIM(ring.overrun == overrun || nr == 0, "an overrun leaves nothing");
	CLAIM(ring.overrun - overrun <= 1, "it is counted once");
	CLAIM(ring.overrun == overrun + 1 || ring.tail == tail, "else the tail stays");
	CLAIM(shared.header.tail == ring.tail || nr || ring.overrun == overrun,
	      "after an overrun the tail is shown");
	CLAIM(loads == 1, "the head is read once");
	REACHABLE(nr == MAXWELL_RING_ENTRIES, "a full ring");
	REACHABLE(ring.overrun != overrun, "an overrun");
}

/*
 * Entries are taken one by one from inside the ring, whatever the tail is, across its wrap too.
 * What comes of one is an order that means something, or it is counted as invalid.
 *
 * Bound: four entries; the state in which they are taken up is any.
 *
 * class: short
 * cbmc: --unwind 5
 * wraps: mx_ring_take decode orders_are_valid
 */
PROOF(orders_are_valid)
{
	struct mx_ring_order order;
	u32 i, tail;
	u64 invalid;

	any_ring();
	for (i = 0; i < BATCH; i++) {
		tail = ring.tail;
		invalid = ring.invalid;
		loads = 0;
		if (mx_ring_take(&ring, &order)) {
			CLAIM(order.change.kind == MX_BID_EXPLICIT ||
			      order.change.kind == MX_BID_DEFAULT, "a kind that there is");
			CLAIM(order.change.book <= MX_BOOK_SAME, "a book that there is");
			CLAIM(order.change.kind == MX_BID_EXPLICIT ||
			      (!order.change.bid && !order.change.for_ns), "the default has no bid");
			CLAIM(order.change.for_ns <= (u64)U32_MAX * NSEC_PER_USEC, "no wrap");
			CLAIM(ring.invalid == invalid, "not counted");
			REACHABLE(order.change.book == MX_BOOK_FEEDER, "a feeder's");
		} else {
			CLAIM(ring.invalid == invalid + 1, "counted");
		}
		CLAIM(ring.tail - tail == 1, "one entry");
		CLAIM(loads == 3, "each part is read once");
	}
}

/*
 * What the producer is shown are the consumer's own numbers, and of the header nothing but the
 * consumer's part is written.
 *
 * class: short
 */
PROOF(own_numbers_are_shown)
{
	u32 head = nondet_u32(), pad = nondet_u32(), at = any_u32(0, 14);

	any_ring();
	shared.header.head = head;
	shared.header.pad[at] = pad;
	shared.header.pad2 = pad;
	mx_ring_end(&ring);
	CLAIM(shared.header.tail == ring.tail && shared.header.taken == ring.taken &&
	      shared.header.refused == ring.refused && shared.header.invalid == ring.invalid &&
	      shared.header.overrun == ring.overrun, "as they are");
	CLAIM(shared.header.head == head && shared.header.pad[at] == pad &&
	      shared.header.pad2 == pad, "the producer's part stays");
	CLAIM(loads == 0, "nothing is read back");
}
