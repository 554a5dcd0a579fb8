// SPDX-License-Identifier: GPL-2.0
/*
 * The consumer of a bid ring, one step at a time. Producers that run at the same moment are in
 * test_ring_race.c.
 */
#include "harness.h"
#include "ring.h"

#define ENTRIES MAXWELL_RING_ENTRIES

static union {
	struct maxwell_ring header;
	char room[MAXWELL_RING_BYTES];
	struct maxwell_ring_bid pages[2][ENTRIES];
} shared;

static struct maxwell_ring_bid *const entries = shared.pages[1];
static struct mx_ring ring;

/* An empty ring that has taken up @tail entries before. */
static void start(u32 tail)
{
	memset(&shared, 0, sizeof(shared));
	mx_ring_init(&ring, &shared);
	ring.tail = tail;
	shared.header.head = tail;
	shared.header.tail = tail;
}

static void push(u64 agent_id, u32 bid_cents, u32 resource_units)
{
	entries[shared.header.head % ENTRIES] = (struct maxwell_ring_bid){
		.agent_id = agent_id,
		.bid_cents = bid_cents,
		.resource_units = resource_units,
	};
	/* As a producer has to: the entry first. */
	smp_store_release(&shared.header.head, shared.header.head + 1);
}

/* Takes the one entry that is there. */
static bool take_one(struct mx_ring_order *order)
{
	bool valid;

	CHECK_EQ(mx_ring_begin(&ring, 8), 1);
	valid = mx_ring_take(&ring, order);
	mx_ring_end(&ring);
	return valid;
}

static void check_counters(u64 invalid, u64 overrun)
{
	CHECK_EQ(ring.invalid, invalid);
	CHECK_EQ(ring.overrun, overrun);
	CHECK_EQ(shared.header.invalid, invalid);
	CHECK_EQ(shared.header.overrun, overrun);
}

static void every_line_of_an_entry_is_understood(void)
{
	struct mx_ring_order order;

	start(0);
	push(1234, 500, 0);
	CHECK(take_one(&order), "a plain bid");
	CHECK_EQ(order.tid, 1234);
	CHECK_EQ(order.change.kind, MX_BID_EXPLICIT);
	CHECK_EQ(order.change.bid, 500);
	CHECK_EQ(order.change.book, MX_BOOK_SAME);
	CHECK_EQ(order.change.for_ns, 0);

	push(MAXWELL_BID_GENERAL, U32_MAX, U32_MAX);
	CHECK(take_one(&order), "the greatest values");
	CHECK_EQ(order.tid, 0);
	CHECK_EQ(order.change.bid, U32_MAX);
	CHECK_EQ(order.change.book, MX_BOOK_GENERAL);
	CHECK_EQ(order.change.for_ns, U32_MAX * 1000ULL);

	push(MAXWELL_BID_FEEDER | U32_MAX, 0, 1);
	CHECK(take_one(&order), "a bid of nothing");
	CHECK_EQ(order.tid, U32_MAX);
	CHECK_EQ(order.change.kind, MX_BID_EXPLICIT);
	CHECK_EQ(order.change.bid, 0);
	CHECK_EQ(order.change.book, MX_BOOK_FEEDER);

	push(MAXWELL_BID_DEFAULT | MAXWELL_BID_FEEDER | 7, 0, 0);
	CHECK(take_one(&order), "the default in the other book");
	CHECK_EQ(order.tid, 7);
	CHECK_EQ(order.change.kind, MX_BID_DEFAULT);
	CHECK_EQ(order.change.book, MX_BOOK_FEEDER);
	check_counters(0, 0);
}

static void what_means_nothing_is_counted(void)
{
	struct mx_ring_order order;
	u64 invalid = 0;
	int bit;

	start(0);
	for (bit = 35; bit < 64; bit++) {
		push(BIT_ULL(bit) | 1, 500, 0);
		CHECK(!take_one(&order), "bit %d was taken", bit);
		check_counters(++invalid, 0);
	}
	push(MAXWELL_BID_GENERAL | MAXWELL_BID_FEEDER, 500, 0);
	CHECK(!take_one(&order), "two books");
	push(MAXWELL_BID_DEFAULT, 1, 0);
	CHECK(!take_one(&order), "the default with a bid");
	push(MAXWELL_BID_DEFAULT, 0, 1);
	CHECK(!take_one(&order), "the default with a limit");
	check_counters(invalid + 3, 0);
	/* They are gone all the same. */
	CHECK_EQ(mx_ring_begin(&ring, 8), 0);
	CHECK_EQ(shared.header.tail, shared.header.head);
}

static void batches_are_bounded_and_in_order(void)
{
	struct mx_ring_order order;
	u32 i, nr, left = ENTRIES;

	start(ENTRIES - 3);
	for (i = 0; i < ENTRIES; i++)
		push(i, i, 0);
	for (i = 0; left; left -= nr) {
		u32 max = (u32)test_random_range(1, 40), end;

		nr = mx_ring_begin(&ring, max);
		CHECK_EQ(nr, min(max, left));
		for (end = i + nr; i < end; i++) {
			CHECK(mx_ring_take(&ring, &order), "entry %u", i);
			CHECK_EQ(order.tid, i);
			CHECK_EQ(order.change.bid, i);
		}
		mx_ring_end(&ring);
		CHECK_EQ(shared.header.head - shared.header.tail, left - nr);
	}
	check_counters(0, 0);
}

static void indexes_wrap(void)
{
	struct mx_ring_order order;
	u32 i, nr, sent = 0, seen = 0;

	start(U32_MAX - 1000);
	while (seen < 3000) {
		for (i = (u32)test_random_below(ENTRIES + 1); i; i--)
			if (shared.header.head - ring.tail < ENTRIES)
				push(sent++, 1, 0);
		nr = mx_ring_begin(&ring, (u32)test_random_range(1, ENTRIES));
		for (i = 0; i < nr; i++) {
			CHECK(mx_ring_take(&ring, &order), "entry %u", seen);
			CHECK_EQ(order.tid, seen++);
		}
		if (nr)
			mx_ring_end(&ring);
		CHECK_EQ(shared.header.tail, U32_MAX - 1000 + seen);
	}
	check_counters(0, 0);
}

static void overrun_drops_all(void)
{
	static const u32 jumps[] = { ENTRIES + 1, 2 * ENTRIES, 1U << 31, U32_MAX, 0U - ENTRIES };
	struct mx_ring_order order;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(jumps); i++) {
		start(U32_MAX - 10);
		push(1, 1, 0);
		shared.header.head += jumps[i] - 1;
		CHECK_EQ(mx_ring_begin(&ring, 8), 0);
		check_counters(0, 1);
		CHECK_EQ(shared.header.tail, shared.header.head);
		/* From there on it goes on as usual. */
		push(2, 2, 0);
		CHECK(take_one(&order), "after a jump of %u", jumps[i]);
		CHECK_EQ(order.tid, 2);
		check_counters(0, 1);
	}
	/* A full ring is none. */
	start(5);
	for (i = 0; i < ENTRIES; i++)
		push(i, 1, 0);
	CHECK_EQ(mx_ring_begin(&ring, U32_MAX), ENTRIES);
	CHECK_EQ(ring.overrun, 0);
	CHECK_EQ(shared.header.overrun, 0);
}

static void an_empty_batch_writes_nothing(void)
{
	start(7);
	CHECK_EQ(mx_ring_begin(&ring, 8), 0);
	push(1, 1, 0);
	CHECK_EQ(mx_ring_begin(&ring, 0), 0);
	CHECK_EQ(shared.header.tail, 7);
	CHECK_EQ(ring.tail, 7);
}

static void the_counters_are_shown_at_the_end_of_a_batch(void)
{
	struct mx_ring_order order;

	start(0);
	push(1, 1, 0);
	CHECK_EQ(mx_ring_begin(&ring, 8), 1);
	CHECK(mx_ring_take(&ring, &order), "a plain bid");
	ring.taken = 1ULL << 40;
	ring.refused = 3ULL << 33;
	/* Not before: whoever sees the tail move finds them counted. */
	CHECK_EQ(shared.header.tail, 0);
	CHECK_EQ(shared.header.taken, 0);
	mx_ring_end(&ring);
	CHECK_EQ(shared.header.tail, 1);
	CHECK_EQ(shared.header.taken, 1LL << 40);
	CHECK_EQ(shared.header.refused, 3LL << 33);
	check_counters(0, 0);
}

static void the_consumer_never_reads_its_own_words_back(void)
{
	struct mx_ring_order order;
	u32 i;

	start(0);
	for (i = 0; i < 1000; i++) {
		push(i, 1, 0);
		shared.header.tail = test_random_u32_log();
		shared.header.taken = test_random();
		shared.header.invalid = test_random();
		shared.header.overrun = test_random();
		CHECK(take_one(&order), "entry %u", i);
		CHECK_EQ(order.tid, i);
		CHECK_EQ(shared.header.tail, i + 1);
		CHECK_EQ(shared.header.taken, 0);
		check_counters(0, 0);
	}
}

static const struct test_case cases[] = {
	{ "every_line_of_an_entry_is_understood", every_line_of_an_entry_is_understood },
	{ "what_means_nothing_is_counted", what_means_nothing_is_counted },
	{ "batches_are_bounded_and_in_order", batches_are_bounded_and_in_order },
	{ "indexes_wrap", indexes_wrap },
	{ "overrun_drops_all", overrun_drops_all },
	{ "an_empty_batch_writes_nothing", an_empty_batch_writes_nothing },
	{ "the_counters_are_shown_at_the_end_of_a_batch",
	  the_counters_are_shown_at_the_end_of_a_batch },
	{ "the_consumer_never_reads_its_own_words_back",
	  the_consumer_never_reads_its_own_words_back },
	{ }
};

const struct test_suite ring_suite = { "ring", cases };
