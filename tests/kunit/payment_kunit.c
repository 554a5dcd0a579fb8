// SPDX-License-Identifier: GPL-2.0
/*
 * The auction: who wins, what the winner pays, for how long it runs, and what a turn on the
 * survival share costs.
 */
#include "suites.h"

#define NOW (1000 * SECOND)

/* Slices of 4 ms, nobody waits for more than 1 s, 5 % for who waits longest. */
static struct mx_terms usual_terms(void)
{
	struct mx_terms terms;

	mx_terms_set(&terms, 4000, 1000, 1000, 50);
	return terms;
}

static void the_winner_pays_the_second_price(struct kunit *test)
{
	struct scene *s = scene_new(test);

	scene_bid(s, 0, 700, 0);
	scene_bid(s, 1, 300, 0);
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 5000, 100, 0), 700);
}

static void without_a_rival_it_pays_the_reserve(struct kunit *test)
{
	struct scene *s = scene_new(test);

	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 5000, 100, 0), 100);
	s->rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(100);
	scene_bid(s, 0, 50, 0);
	/* Who can't pay the reserve sets no price. */
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 5000, 100, 0), 100);
}

static void nobody_pays_more_than_he_bid(struct kunit *test)
{
	struct scene *s = scene_new(test);

	/* In the same bucket, but less: first come was first served. */
	scene_bid(s, 0, 1001, 0);
	KUNIT_ASSERT_EQ(test, mx_bucket(1001), mx_bucket(1000));
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 1000, 100, 0), 1000);
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 60, 100, 0), 60);
}

static void nobody_displaces_himself(struct kunit *test)
{
	struct scene *s = scene_new(test);

	scene_bid_as(s, 0, 900, MX_BOOK_GENERAL, 7);
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 5000, 100, 7), 100);
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 5000, 100, 8), 900);
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 5000, 100, 0), 900);
}

static void kernel_threads_set_no_price(struct kunit *test)
{
	struct scene *s = scene_new(test);

	s->node[0].bid = 4000;
	s->node[0].bucket = MX_BUCKET_KTHREAD;
	mx_rq_enqueue(&s->rq, &s->node[0]);
	KUNIT_EXPECT_EQ(test, mx_price(&s->rq, 5000, 100, 0), 100);
}

static void a_turn_costs_the_second_best_bid(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct mx_quote others = {};

	mx_quote_add(&others, 20, 9);
	KUNIT_EXPECT_EQ(test, mx_turn_price(&s->rq, &others, 10), 10);
	scene_bid_as(s, 0, 600, MX_BOOK_GENERAL, 7);
	KUNIT_EXPECT_EQ(test, mx_turn_price(&s->rq, &others, 10), 20);
	scene_bid_as(s, 1, 400, MX_BOOK_GENERAL, 8);
	KUNIT_EXPECT_EQ(test, mx_turn_price(&s->rq, &others, 10), 400);
	KUNIT_EXPECT_EQ(test, mx_turn_price(&s->rq, &others, 450), 450);
}

static void a_quote_holds_two_that_compete(struct kunit *test)
{
	struct mx_quote q = {};

	mx_quote_add(&q, 100, 7);
	mx_quote_add(&q, 90, 7);
	KUNIT_EXPECT_EQ(test, q.bid[1], 0);
	mx_quote_add(&q, 80, 8);
	KUNIT_EXPECT_EQ(test, mx_quote_for(&q, 7), 80);
	KUNIT_EXPECT_EQ(test, mx_quote_for(&q, 8), 100);
	mx_quote_add(&q, 120, 7);
	KUNIT_EXPECT_EQ(test, mx_quote_for(&q, 7), 80);
	mx_quote_add(&q, 200, 9);
	KUNIT_EXPECT_EQ(test, mx_quote_for(&q, 7), 200);
	KUNIT_EXPECT_EQ(test, mx_quote_for(&q, 9), 120);
}

static void bound_tasks_are_quoted_at_home_only(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct mx_quote q, none = {};

	s->node[0].bound = true;
	scene_bid_as(s, 0, 600, MX_BOOK_GENERAL, 7);
	scene_bid_as(s, 1, 400, MX_BOOK_GENERAL, 8);
	mx_quote_make(&s->rq, &q);
	KUNIT_EXPECT_EQ(test, q.bid[0], 400);
	KUNIT_EXPECT_EQ(test, q.bid[1], 0);
	KUNIT_EXPECT_EQ(test, mx_turn_price(&s->rq, &none, 10), 400);
}

static void the_best_bid_wins_the_auction(struct kunit *test)
{
	struct mx_terms terms = usual_terms();
	struct scene *s = scene_new(test);
	u64 survival_ns = NOW + SECOND;
	struct mx_pick pick;

	mx_pick(&s->rq, NULL, &terms, &survival_ns, NOW, &pick);
	KUNIT_EXPECT_EQ(test, pick.verdict, MX_IDLE);
	scene_bid(s, 0, 10, NOW);
	scene_bid(s, 1, 800, NOW);
	survival_ns = NOW + SECOND;
	mx_pick(&s->rq, NULL, &terms, &survival_ns, NOW, &pick);
	KUNIT_EXPECT_EQ(test, pick.verdict, MX_MARKET);
	KUNIT_EXPECT_PTR_EQ(test, pick.node, &s->node[1]);
	KUNIT_EXPECT_EQ(test, pick.slice_ns, terms.slice_ns);
}

static void the_running_task_stays_if_it_outbids_all(struct kunit *test)
{
	struct mx_rival rival = { .bid = 900, .bucket = mx_bucket(900) };
	struct mx_terms terms = usual_terms();
	struct scene *s = scene_new(test);
	u64 survival_ns = NOW + SECOND;
	struct mx_pick pick;

	scene_bid(s, 0, 700, NOW);
	mx_pick(&s->rq, &rival, &terms, &survival_ns, NOW, &pick);
	KUNIT_EXPECT_EQ(test, pick.verdict, MX_KEEP);
	/* At the same bucket it goes to the tail. */
	scene_bid(s, 1, 900, NOW);
	mx_pick(&s->rq, &rival, &terms, &survival_ns, NOW, &pick);
	KUNIT_EXPECT_EQ(test, pick.verdict, MX_MARKET);
	KUNIT_EXPECT_PTR_EQ(test, pick.node, &s->node[1]);
}

static void who_does_not_clear_the_reserve_has_to_leave(struct kunit *test)
{
	struct mx_rival rival = { .bid = 90, .bucket = mx_bucket(90) };
	struct mx_terms terms = usual_terms();
	struct scene *s = scene_new(test);
	u64 survival_ns = NOW + SECOND;
	struct mx_pick pick;

	s->rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(100);
	mx_pick(&s->rq, &rival, &terms, &survival_ns, NOW, &pick);
	KUNIT_EXPECT_EQ(test, pick.verdict, MX_IDLE);
}

static void who_waits_longest_gets_a_turn(struct kunit *test)
{
	struct mx_terms terms = usual_terms();
	struct scene *s = scene_new(test);
	u64 survival_ns = NOW;
	struct mx_pick pick;

	scene_bid(s, 0, 1, NOW - SECOND / 2);
	scene_bid(s, 1, 800, NOW);
	mx_pick(&s->rq, NULL, &terms, &survival_ns, NOW, &pick);
	KUNIT_EXPECT_EQ(test, pick.verdict, MX_SURVIVAL);
	KUNIT_EXPECT_PTR_EQ(test, pick.node, &s->node[0]);
	KUNIT_EXPECT_GE(test, pick.slice_ns, terms.slice_min_ns);
	KUNIT_EXPECT_GT(test, survival_ns, NOW);
}

static void nobody_waits_beyond_the_window(struct kunit *test)
{
	struct mx_terms terms = usual_terms();
	struct scene *s = scene_new(test);
	u64 survival_ns = NOW, now_ns = NOW, longest_ns = 0;
	struct mx_pick pick;
	int i;

	/* Forty poor tasks behind a rich one that always wants the CPU. */
	for (i = 0; i < 40; i++)
		scene_bid(s, i, 1 + i % 3, NOW);
	scene_bid(s, 40, 100000, NOW);
	while (now_ns < NOW + 20 * SECOND) {
		u64 since_ns;

		mx_pick(&s->rq, NULL, &terms, &survival_ns, now_ns, &pick);
		KUNIT_ASSERT_NOT_NULL(test, pick.node);
		since_ns = pick.node->since_ns;
		longest_ns = max(longest_ns, now_ns - since_ns);
		mx_rq_dequeue(&s->rq, pick.node);
		now_ns += pick.slice_ns;
		pick.node->since_ns = now_ns;
		mx_rq_enqueue(&s->rq, pick.node);
	}
	/* max_wait_ms; what is short of the window leaves room for a tick. */
	KUNIT_EXPECT_LE(test, longest_ns, SECOND);
	KUNIT_EXPECT_GT(test, longest_ns, SECOND / 4);
}

static void a_turn_is_left_in_peace(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, mx_outbids(10, 9, false));
	KUNIT_EXPECT_FALSE(test, mx_outbids(10, 10, false));
	KUNIT_EXPECT_FALSE(test, mx_outbids(MX_BUCKET_BID_MAX, 0, true));
	KUNIT_EXPECT_TRUE(test, mx_outbids(MX_BUCKET_KTHREAD, 0, true));
	KUNIT_EXPECT_FALSE(test, mx_outbids(MX_BUCKET_KTHREAD, MX_BUCKET_KTHREAD, true));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_winner_pays_the_second_price),
	KUNIT_CASE(without_a_rival_it_pays_the_reserve),
	KUNIT_CASE(nobody_pays_more_than_he_bid),
	KUNIT_CASE(nobody_displaces_himself),
	KUNIT_CASE(kernel_threads_set_no_price),
	KUNIT_CASE(a_turn_costs_the_second_best_bid),
	KUNIT_CASE(a_quote_holds_two_that_compete),
	KUNIT_CASE(bound_tasks_are_quoted_at_home_only),
	KUNIT_CASE(the_best_bid_wins_the_auction),
	KUNIT_CASE(the_running_task_stays_if_it_outbids_all),
	KUNIT_CASE(who_does_not_clear_the_reserve_has_to_leave),
	KUNIT_CASE(who_waits_longest_gets_a_turn),
	KUNIT_CASE(nobody_waits_beyond_the_window),
	KUNIT_CASE(a_turn_is_left_in_peace),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_payment",
	.test_cases = cases,
};

kunit_test_suite(suite);
