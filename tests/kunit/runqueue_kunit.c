// SPDX-License-Identifier: GPL-2.0
/*
 * The order book: order of price and time, reserves, the calendar of arrivals, and that bitmaps,
 * lists and counts agree whatever comes and goes.
 */
#include "suites.h"

static void buckets_keep_the_order_of_bids(struct kunit *test)
{
	u64 bid;

	for (bid = 1; bid <= U32_MAX; bid += 1 + bid / 97) {
		int b = mx_bucket(bid);

		KUNIT_ASSERT_LE(test, mx_bucket(bid - 1), b);
		KUNIT_ASSERT_LE(test, b, MX_BUCKET_BID_MAX);
		KUNIT_ASSERT_LE(test, (u64)mx_bucket_floor(b), bid);
		if (b < MX_BUCKET_BID_MAX)
			KUNIT_ASSERT_GT(test, (u64)mx_bucket_floor(b + 1), bid);
	}
}

static void buckets_end_where_bids_do(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_bucket(0), 0);
	KUNIT_EXPECT_EQ(test, mx_bucket_floor(0), 0);
	KUNIT_EXPECT_EQ(test, mx_bucket(U32_MAX), MX_BUCKET_BID_MAX);
	KUNIT_EXPECT_EQ(test, mx_bucket_floor(MX_BUCKET_BID_MAX + 1), U32_MAX);
	KUNIT_EXPECT_GT(test, MX_BUCKET_KTHREAD, MX_BUCKET_BID_MAX);
	KUNIT_EXPECT_LT(test, MX_BUCKET_KTHREAD, MX_BUCKETS);
}

static void buckets_are_an_eighth_wide_at_most(struct kunit *test)
{
	int b;

	for (b = 0; b < MX_BUCKET_BID_MAX; b++) {
		u32 width = mx_bucket_floor(b + 1) - mx_bucket_floor(b);

		KUNIT_ASSERT_GE(test, width, 1);
		KUNIT_ASSERT_LE(test, width, max(mx_bucket_floor(b) / 8, 1U));
	}
}

static void the_dearest_is_first(struct kunit *test)
{
	static const u32 bids[] = { 100, 7, 5000, 0, U32_MAX, 300 };
	static const int order[] = { 4, 2, 5, 0, 1, 3 };
	struct scene *s = scene_new(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(bids); i++)
		scene_bid(s, i, bids[i], i);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		KUNIT_ASSERT_PTR_EQ(test, mx_rq_best(&s->rq), &s->node[order[i]]);
		mx_rq_dequeue(&s->rq, &s->node[order[i]]);
	}
	KUNIT_EXPECT_NULL(test, mx_rq_best(&s->rq));
}

static void first_come_is_first_served_in_a_bucket(struct kunit *test)
{
	u32 floor = mx_bucket_floor(mx_bucket(1000000));
	struct scene *s = scene_new(test);
	struct mx_node *node;
	int i;

	/* Within a bucket a higher bid gains nothing. */
	KUNIT_ASSERT_EQ(test, mx_bucket(floor + 23), mx_bucket(floor));
	for (i = 0; i < 24; i++)
		scene_bid(s, i, floor + i, 100 - i);
	for (i = 0, node = mx_rq_best(&s->rq); node; node = mx_rq_next(&s->rq, node))
		KUNIT_ASSERT_PTR_EQ(test, node, &s->node[i++]);
	KUNIT_EXPECT_EQ(test, i, 24);
}

static void below_the_reserve_nobody_wins(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct mx_node *cheap = scene_bid(s, 0, 99, 0);

	s->rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(100) + 1;
	KUNIT_EXPECT_NULL(test, mx_rq_best(&s->rq));
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_top(&s->rq), cheap);
	KUNIT_EXPECT_EQ(test, mx_rq_parked(&s->rq), 1);

	KUNIT_EXPECT_FALSE(test, mx_clears(&s->rq, MX_BOOK_GENERAL, cheap->bucket));

	s->rq.book[MX_BOOK_GENERAL].reserve = cheap->bucket;
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_best(&s->rq), cheap);
	KUNIT_EXPECT_TRUE(test, mx_clears(&s->rq, MX_BOOK_GENERAL, cheap->bucket));
	KUNIT_EXPECT_EQ(test, mx_rq_parked(&s->rq), 0);
}

static void each_book_has_its_own_reserve(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct mx_node *general = scene_bid_as(s, 0, 500, MX_BOOK_GENERAL, 0);
	struct mx_node *feeder = scene_bid_as(s, 1, 400, MX_BOOK_FEEDER, 0);

	KUNIT_EXPECT_PTR_EQ(test, mx_rq_best(&s->rq), general);
	s->rq.book[MX_BOOK_GENERAL].reserve = MX_BUCKET_BID_MAX;
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_best(&s->rq), feeder);
	s->rq.book[MX_BOOK_FEEDER].reserve = MX_BUCKET_BID_MAX;
	KUNIT_EXPECT_NULL(test, mx_rq_best(&s->rq));
}

static void between_books_the_longer_wait_breaks_a_tie(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct mx_node *general = scene_bid_as(s, 1, 500, MX_BOOK_GENERAL, 0);
	struct mx_node *feeder = scene_bid_as(s, 0, 500, MX_BOOK_FEEDER, 0);

	KUNIT_EXPECT_PTR_EQ(test, mx_rq_best(&s->rq), feeder);
	mx_rq_dequeue(&s->rq, feeder);
	feeder = scene_bid_as(s, 2, 500, MX_BOOK_FEEDER, 0);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_best(&s->rq), general);
}

static void a_kernel_thread_outranks_every_bid(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct mx_node *kthread = &s->node[1];

	scene_bid(s, 0, U32_MAX, 0);
	kthread->bucket = MX_BUCKET_KTHREAD;
	mx_rq_enqueue(&s->rq, kthread);
	s->rq.book[MX_BOOK_GENERAL].reserve = MX_BUCKET_BID_MAX + 1;
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_best(&s->rq), kthread);
}

static void the_oldest_is_who_waits_longest(struct kunit *test)
{
	struct scene *s = scene_new(test);
	int i;

	/* Whatever they bid, a slot of the calendar (34 ms) apart and not in order. */
	for (i = 0; i < 16; i++)
		scene_bid(s, i, 1U << i, (i * 7 % 16) * 40 * MS);
	for (i = 0; i < 16; i++) {
		struct mx_node *oldest = mx_rq_oldest(&s->rq);

		KUNIT_ASSERT_NOT_NULL(test, oldest);
		KUNIT_ASSERT_EQ(test, oldest->since_ns, (u64)i * 40 * MS);
		mx_rq_dequeue(&s->rq, oldest);
	}
	KUNIT_EXPECT_NULL(test, mx_rq_oldest(&s->rq));
}

static void leaving_from_the_middle_breaks_no_list(struct kunit *test)
{
	static const int leaving[] = { 3, 2, 4, 5, 1, 7, 0, 6 };
	struct scene *s = scene_new(test);
	int i, first = 0;

	for (i = 0; i < ARRAY_SIZE(leaving); i++)
		scene_bid(s, i, 100, i);
	for (i = 0; i < ARRAY_SIZE(leaving); i++) {
		KUNIT_ASSERT_PTR_EQ(test, mx_rq_best(&s->rq), &s->node[first]);
		KUNIT_ASSERT_PTR_EQ(test, mx_rq_oldest(&s->rq), &s->node[first]);
		mx_rq_dequeue(&s->rq, &s->node[leaving[i]]);
		while (first < ARRAY_SIZE(leaving) - 1 && !s->node[first].queued)
			first++;
	}
	KUNIT_EXPECT_NULL(test, mx_rq_best(&s->rq));
	KUNIT_EXPECT_NULL(test, mx_rq_oldest(&s->rq));
}

static void a_wait_beyond_the_calendar_is_not_forgotten(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct mx_node *first = scene_bid(s, 0, 1, SECOND);

	/* The calendar spans 4.3 s. */
	scene_bid(s, 1, 1, 60 * SECOND);
	scene_bid(s, 2, 1, 600 * SECOND);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_oldest(&s->rq), first);
	mx_rq_dequeue(&s->rq, first);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_oldest(&s->rq), &s->node[1]);
	mx_rq_dequeue(&s->rq, &s->node[1]);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_oldest(&s->rq), &s->node[2]);
}

static void a_walk_visits_everybody_once_a_round(struct kunit *test)
{
	struct scene *s = scene_new(test);
	int seen[32] = {}, i;

	for (i = 0; i < 32; i++)
		scene_bid(s, i, i, i / 4 * 40 * MS);
	for (i = 0; i < 3 * 32; i++)
		seen[mx_rq_walk(&s->rq) - s->node]++;
	for (i = 0; i < 32; i++)
		KUNIT_EXPECT_EQ(test, seen[i], 3);
}

static void a_walk_survives_who_leaves(struct kunit *test)
{
	struct scene *s = scene_new(test);
	int i;

	for (i = 0; i < 8; i++)
		scene_bid(s, i, i, i * 40 * MS);
	KUNIT_ASSERT_PTR_EQ(test, mx_rq_walk(&s->rq), &s->node[0]);
	/* The very one that would be next. */
	mx_rq_dequeue(&s->rq, &s->node[1]);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_walk(&s->rq), &s->node[2]);
	for (i = 2; i < 8; i++)
		mx_rq_dequeue(&s->rq, &s->node[i]);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_walk(&s->rq), &s->node[0]);
	mx_rq_dequeue(&s->rq, &s->node[0]);
	KUNIT_EXPECT_NULL(test, mx_rq_walk(&s->rq));
}

static void nobody_is_his_own_rival(struct kunit *test)
{
	struct scene *s = scene_new(test);
	int i;

	for (i = 0; i < 5; i++)
		scene_bid_as(s, i, 900 + i, MX_BOOK_GENERAL, 7);
	KUNIT_EXPECT_NULL(test, mx_rq_rival(&s->rq, 7));
	scene_bid_as(s, 5, 20, MX_BOOK_FEEDER, 8);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_rival(&s->rq, 7), &s->node[5]);
	scene_bid_as(s, 6, 901, MX_BOOK_GENERAL, 9);
	KUNIT_EXPECT_PTR_EQ(test, mx_rq_rival(&s->rq, 7), &s->node[6]);
	KUNIT_EXPECT_EQ(test, mx_rq_rival(&s->rq, 9)->tag, 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(buckets_keep_the_order_of_bids),
	KUNIT_CASE(buckets_end_where_bids_do),
	KUNIT_CASE(buckets_are_an_eighth_wide_at_most),
	KUNIT_CASE(the_dearest_is_first),
	KUNIT_CASE(first_come_is_first_served_in_a_bucket),
	KUNIT_CASE(below_the_reserve_nobody_wins),
	KUNIT_CASE(each_book_has_its_own_reserve),
	KUNIT_CASE(between_books_the_longer_wait_breaks_a_tie),
	KUNIT_CASE(a_kernel_thread_outranks_every_bid),
	KUNIT_CASE(the_oldest_is_who_waits_longest),
	KUNIT_CASE(leaving_from_the_middle_breaks_no_list),
	KUNIT_CASE(a_wait_beyond_the_calendar_is_not_forgotten),
	KUNIT_CASE(a_walk_visits_everybody_once_a_round),
	KUNIT_CASE(a_walk_survives_who_leaves),
	KUNIT_CASE(nobody_is_his_own_rival),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_runqueue",
	.test_cases = cases,
};

kunit_test_suite(suite);
