// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's end of a bid ring, against producers that are honest, careless and hostile.
 */
#include "ring.h"
#include "suites.h"

struct ends {
	struct mx_ring ring;
	/* What the producer sees and may write. */
	struct maxwell_ring *header;
	struct maxwell_ring_bid *entries;
};

static struct ends *ends_new(struct kunit *test)
{
	struct ends *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);
	/* Of its own and of the exact size: a step beyond it is a report of KASAN. */
	char *shared = kunit_kzalloc(test, MAXWELL_RING_BYTES, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, e);
	KUNIT_ASSERT_NOT_NULL(test, shared);
	mx_ring_init(&e->ring, shared);
	e->header = (void *)shared;
	e->entries = (void *)(shared + MAXWELL_RING_ENTRIES_OFFSET);
	return e;
}

static void produce(struct ends *e, u64 agent_id, u32 bid_cents, u32 resource_units)
{
	e->entries[e->header->head % MAXWELL_RING_ENTRIES] = (struct maxwell_ring_bid) {
		.agent_id = agent_id,
		.bid_cents = bid_cents,
		.resource_units = resource_units,
	};
	/* The entry before the head that covers it, as the interface asks for. */
	smp_store_release(&e->header->head, e->header->head + 1);
}

/* Takes up one entry that is there; returns whether it meant anything. */
static bool consume(struct kunit *test, struct ends *e, struct mx_ring_order *order)
{
	bool good;

	memset(order, 0xaa, sizeof(*order));
	KUNIT_ASSERT_EQ(test, mx_ring_begin(&e->ring, 1), 1);
	good = mx_ring_take(&e->ring, order);
	mx_ring_end(&e->ring);
	return good;
}

static void an_empty_ring_has_nothing(struct kunit *test)
{
	struct ends *e = ends_new(test);

	KUNIT_EXPECT_EQ(test, mx_ring_begin(&e->ring, 100), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(e->header, 0, MAXWELL_RING_BYTES));
}

static void a_bid_says_who_what_and_for_how_long(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;

	produce(e, 4711 | MAXWELL_BID_FEEDER, 250, 1500);
	KUNIT_ASSERT_TRUE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, order.tid, 4711);
	KUNIT_EXPECT_EQ(test, order.change.kind, MX_BID_EXPLICIT);
	KUNIT_EXPECT_EQ(test, order.change.bid, 250);
	KUNIT_EXPECT_EQ(test, order.change.for_ns, 1500 * NSEC_PER_USEC);
	KUNIT_EXPECT_EQ(test, order.change.book, MX_BOOK_FEEDER);

	produce(e, MAXWELL_BID_GENERAL, U32_MAX, U32_MAX);
	KUNIT_ASSERT_TRUE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, order.tid, 0);
	KUNIT_EXPECT_EQ(test, order.change.bid, U32_MAX);
	KUNIT_EXPECT_EQ(test, order.change.for_ns, (u64)U32_MAX * NSEC_PER_USEC);
	KUNIT_EXPECT_EQ(test, order.change.book, MX_BOOK_GENERAL);
}

static void without_a_book_it_stays_in_its_own(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;

	produce(e, 1, 5, 0);
	KUNIT_ASSERT_TRUE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, order.change.book, MX_BOOK_SAME);
	KUNIT_EXPECT_EQ(test, order.change.for_ns, 0);
}

static void the_default_takes_no_values(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;

	produce(e, MAXWELL_BID_DEFAULT, 0, 0);
	KUNIT_ASSERT_TRUE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, order.change.kind, MX_BID_DEFAULT);
	produce(e, MAXWELL_BID_DEFAULT, 1, 0);
	KUNIT_EXPECT_FALSE(test, consume(test, e, &order));
	produce(e, MAXWELL_BID_DEFAULT, 0, 1);
	KUNIT_EXPECT_FALSE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, e->header->invalid, 2);
}

static void unknown_bits_are_refused_each(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;
	int bit;

	for (bit = 35; bit < 64; bit++) {
		produce(e, BIT_ULL(bit), 5, 0);
		KUNIT_EXPECT_FALSE(test, consume(test, e, &order));
	}
	produce(e, MAXWELL_BID_GENERAL | MAXWELL_BID_FEEDER, 5, 0);
	KUNIT_EXPECT_FALSE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, e->header->invalid, 64 - 35 + 1);
}

static void a_batch_ends_where_it_was_told_to(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;
	int i;

	for (i = 0; i < 100; i++)
		produce(e, i, i, 0);
	KUNIT_ASSERT_EQ(test, mx_ring_begin(&e->ring, 30), 30);
	for (i = 0; i < 30; i++) {
		KUNIT_ASSERT_TRUE(test, mx_ring_take(&e->ring, &order));
		KUNIT_ASSERT_EQ(test, order.tid, i);
	}
	/* The producer learns of it at the end of the batch, not before. */
	KUNIT_EXPECT_EQ(test, e->header->tail, 0);
	mx_ring_end(&e->ring);
	KUNIT_EXPECT_EQ(test, e->header->tail, 30);
	KUNIT_EXPECT_EQ(test, mx_ring_begin(&e->ring, 1000), 70);
}

static void a_full_ring_is_whole(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;
	int i;

	for (i = 0; i < MAXWELL_RING_ENTRIES; i++)
		produce(e, i, 1000 + i, 0);
	KUNIT_ASSERT_EQ(test, mx_ring_begin(&e->ring, U32_MAX), MAXWELL_RING_ENTRIES);
	for (i = 0; i < MAXWELL_RING_ENTRIES; i++) {
		KUNIT_ASSERT_TRUE(test, mx_ring_take(&e->ring, &order));
		KUNIT_ASSERT_EQ(test, order.change.bid, 1000 + i);
	}
	mx_ring_end(&e->ring);
	KUNIT_EXPECT_EQ(test, e->header->overrun, 0);
}

static void beyond_its_length_all_is_dropped(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;

	WRITE_ONCE(e->header->head, MAXWELL_RING_ENTRIES + 1);
	KUNIT_EXPECT_EQ(test, mx_ring_begin(&e->ring, 100), 0);
	KUNIT_EXPECT_EQ(test, e->header->overrun, 1);
	KUNIT_EXPECT_EQ(test, e->header->tail, MAXWELL_RING_ENTRIES + 1);
	/* And it goes on from there. */
	produce(e, 3, 33, 0);
	KUNIT_ASSERT_TRUE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, order.change.bid, 33);
}

static void indexes_wrap(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;
	u32 i;

	e->header->head = U32_MAX - 50;
	e->ring.tail = e->header->head;
	for (i = 0; i < 100; i++)
		produce(e, i, i, 0);
	KUNIT_ASSERT_EQ(test, mx_ring_begin(&e->ring, 1000), 100);
	for (i = 0; i < 100; i++) {
		KUNIT_ASSERT_TRUE(test, mx_ring_take(&e->ring, &order));
		KUNIT_ASSERT_EQ(test, order.tid, i);
	}
	mx_ring_end(&e->ring);
	KUNIT_EXPECT_EQ(test, e->header->tail, 49);
	KUNIT_EXPECT_EQ(test, mx_ring_begin(&e->ring, 1000), 0);
}

static void what_the_producer_writes_back_is_not_believed(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct mx_ring_order order;

	produce(e, 1ULL << 63, 0, 0);
	KUNIT_EXPECT_FALSE(test, consume(test, e, &order));
	/* Tail and counters are the consumer's own; only the head is the producer's. */
	memset(&e->header->tail, 0xff, sizeof(*e->header) - offsetof(struct maxwell_ring, tail));
	produce(e, 7, 70, 0);
	KUNIT_ASSERT_TRUE(test, consume(test, e, &order));
	KUNIT_EXPECT_EQ(test, order.tid, 7);
	KUNIT_EXPECT_EQ(test, e->header->tail, 2);
	KUNIT_EXPECT_EQ(test, e->header->taken, 0);
	KUNIT_EXPECT_EQ(test, e->header->invalid, 1);
}

static void any_bytes_at_all_do_no_harm(struct kunit *test)
{
	struct ends *e = ends_new(test);
	u64 seen = 0, good = 0;
	struct rnd_state rnd;
	int i;

	suite_random(test, &rnd);
	for (i = 0; i < 5000; i++) {
		struct mx_ring_order order;
		u32 max = prandom_u32_state(&rnd) % 300, nr;

		prandom_bytes_state(&rnd, e->entries, MAXWELL_RING_BYTES / 2);
		e->header->head = prandom_u32_state(&rnd) % 4 ?
				  e->ring.tail + prandom_u32_state(&rnd) % 300 :
				  prandom_u32_state(&rnd);
		nr = mx_ring_begin(&e->ring, max);
		KUNIT_ASSERT_LE(test, nr, min(max, MAXWELL_RING_ENTRIES));
		for (seen += nr; nr; nr--) {
			if (!mx_ring_take(&e->ring, &order))
				continue;
			good++;
			KUNIT_ASSERT_LE(test, order.change.book, MX_BOOK_SAME);
			KUNIT_ASSERT_LE(test, order.change.kind, MX_BID_DEFAULT);
			KUNIT_ASSERT_NE(test, order.change.kind, MX_BID_SAME);
		}
		mx_ring_end(&e->ring);
	}
	KUNIT_EXPECT_EQ(test, e->header->invalid, seen - good);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_empty_ring_has_nothing),
	KUNIT_CASE(a_bid_says_who_what_and_for_how_long),
	KUNIT_CASE(without_a_book_it_stays_in_its_own),
	KUNIT_CASE(the_default_takes_no_values),
	KUNIT_CASE(unknown_bits_are_refused_each),
	KUNIT_CASE(a_batch_ends_where_it_was_told_to),
	KUNIT_CASE(a_full_ring_is_whole),
	KUNIT_CASE(beyond_its_length_all_is_dropped),
	KUNIT_CASE(indexes_wrap),
	KUNIT_CASE(what_the_producer_writes_back_is_not_believed),
	KUNIT_CASE(any_bytes_at_all_do_no_harm),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_ring",
	.test_cases = cases,
};

kunit_test_suite(suite);
