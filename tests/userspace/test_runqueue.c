// SPDX-License-Identifier: GPL-2.0
/*
 * Properties of the order book over random sequences of operations, against a sorted list.
 */
#include "harness.h"
#include "rq_model.h"

#define SLOT_NS BIT_ULL(MX_SLOT_SHIFT)

static struct rq_model model;

/* A wait that goes on under another bid keeps its arrival. */
static void requeue_random(enum model_bids mix)
{
	struct mx_node *node = model_random_node(&model, true);

	if (!node)
		return;
	model_dequeue(&model, node);
	node->bucket = model_random_bucket(mix);
	model_enqueue(&model, node);
}

static void random_step(enum model_bids mix, u64 now_ns, unsigned int in_per_100)
{
	unsigned int dice = (unsigned int)test_random_below(100);

	if (dice < in_per_100)
		model_enqueue_random(&model, mix, now_ns);
	else if (dice < 70)
		model_dequeue_any(&model, mx_rq_best(&model.rq));
	else if (dice < 80)
		model_dequeue_any(&model, mx_rq_oldest(&model.rq));
	else if (dice < 90)
		model_dequeue_any(&model, model_random_node(&model, true));
	else if (dice < 95)
		requeue_random(mix);
	else
		model.rq.book[test_random_below(MX_BOOKS)].reserve = model_random_bucket(mix);
}

static void random_walk(enum model_bids mix)
{
	u64 now_ns = test_random_below(1ULL << 50);
	int i;

	model_init(&model);
	for (i = 0; i < 10000; i++) {
		/* The queue fills up, drains, and fills up again. */
		random_step(mix, now_ns, i / 1000 % 2 ? 25 : 60);
		now_ns += test_random_below(5000000);
		model_check(&model);
	}
	while (model.nr) {
		model_dequeue_any(&model, model_random_node(&model, true));
		model_check(&model);
	}
}

static void agrees_with_a_sorted_list_few_buckets(void)
{
	random_walk(MODEL_FEW_BUCKETS);
}

static void agrees_with_a_sorted_list_all_buckets(void)
{
	random_walk(MODEL_ALL_BUCKETS);
}

static void drains_by_bid_then_by_arrival(void)
{
	u32 last_bucket = MX_BUCKETS, nr = MODEL_NODES, i;
	u64 last_since_ns = 0;

	model_init(&model);
	for (i = 0; i < nr; i++)
		model_enqueue_random(&model, MODEL_FEW_BUCKETS, 1000 + i);
	for (i = 0; i < nr; i++) {
		struct mx_node *node = mx_rq_best(&model.rq);

		CHECK(node, "%u of %u came out", i, nr);
		CHECK(node->bucket < last_bucket ||
		      (node->bucket == last_bucket && node->since_ns > last_since_ns),
		      "place %u", i);
		last_bucket = node->bucket;
		last_since_ns = node->since_ns;
		model_dequeue(&model, node);
	}
}

static void each_book_has_its_own_reserve(void)
{
	struct mx_node *general = &model.node[0], *feeder = &model.node[1];

	model_init(&model);
	general->bucket = 100;
	general->book = MX_BOOK_GENERAL;
	feeder->bucket = 50;
	feeder->book = MX_BOOK_FEEDER;
	model_enqueue(&model, general);
	model_enqueue(&model, feeder);
	CHECK(mx_rq_best(&model.rq) == general, "the dearer one wins");
	model.rq.book[MX_BOOK_GENERAL].reserve = 101;
	CHECK(mx_rq_best(&model.rq) == feeder, "the general book's price parks it");
	CHECK(mx_rq_top(&model.rq) == general, "top ignores the reserve");
	CHECK_EQ(mx_rq_parked(&model.rq), 1);
	model.rq.book[MX_BOOK_FEEDER].reserve = 51;
	CHECK(!mx_rq_best(&model.rq), "nobody clears");
	CHECK_EQ(mx_rq_parked(&model.rq), 2);
	model.rq.book[MX_BOOK_GENERAL].reserve = 100;
	CHECK(mx_rq_best(&model.rq) == general, "a bid in the reserve's bucket clears it");
}

/*
 * Whatever arrives, with arrivals up to @late_slots in the past, and whatever leaves between: the
 * oldest is the oldest, but for its lowest @shift bits.
 */
static void check_oldest(u32 late_slots, unsigned int shift)
{
	u64 now_ns = (1ULL << 40) + test_random_below(1ULL << 50);
	int i;

	model_init(&model);
	for (i = 0; i < 50000; i++) {
		struct mx_node *node;

		now_ns += test_random_below(20000000);
		if (test_random_below(100) < 52) {
			model_enqueue_random(&model, MODEL_ALL_BUCKETS,
					     now_ns - test_random_below(late_slots * SLOT_NS + 1));
		} else {
			node = test_random_below(2) ? mx_rq_oldest(&model.rq) :
						      model_random_node(&model, true);
			model_dequeue_any(&model, node);
		}
		/* Beyond the calendar's span only progress is promised: tested below. */
		while (model.nr && now_ns - model_oldest_since_ns(&model) >= 120 * SLOT_NS)
			model_dequeue(&model, mx_rq_oldest(&model.rq));
		node = mx_rq_oldest(&model.rq);
		if (node)
			CHECK_EQ(node->since_ns >> shift, model_oldest_since_ns(&model) >> shift);
	}
}

static void oldest_is_exact_for_arrivals_in_order(void)
{
	check_oldest(0, 0);
}

/* Tasks that come from elsewhere bring an arrival in the past. */
static void oldest_is_exact_to_a_slot_for_late_comers(void)
{
	check_oldest(60, MX_SLOT_SHIFT);
}

static void oldest_forgets_nobody_beyond_the_span(void)
{
	u64 now_ns = test_random_below(1ULL << 50);
	int round, i;

	for (round = 0; round < 200; round++) {
		u32 nr = 0;

		model_init(&model);
		for (i = 0; i < 100; i++) {
			now_ns += test_random_below(20 * SLOT_NS);
			model_enqueue_random(&model, MODEL_ALL_BUCKETS,
					     now_ns - test_random_below(300 * SLOT_NS));
		}
		model_check(&model);
		while (model.nr) {
			model_dequeue_any(&model, mx_rq_oldest(&model.rq));
			nr++;
		}
		CHECK_EQ(nr, 100);
	}
}

static void fits_its_memory_budget(void)
{
	CHECK(sizeof(struct mx_node) <= 64, "%zu bytes", sizeof(struct mx_node));
	CHECK(sizeof(struct mx_runqueue) <= 24576, "%zu bytes", sizeof(struct mx_runqueue));
}

static const struct test_case cases[] = {
	{ "agrees_with_a_sorted_list_few_buckets", agrees_with_a_sorted_list_few_buckets },
	{ "agrees_with_a_sorted_list_all_buckets", agrees_with_a_sorted_list_all_buckets },
	{ "drains_by_bid_then_by_arrival", drains_by_bid_then_by_arrival },
	{ "each_book_has_its_own_reserve", each_book_has_its_own_reserve },
	{ "oldest_is_exact_for_arrivals_in_order", oldest_is_exact_for_arrivals_in_order },
	{ "oldest_is_exact_to_a_slot_for_late_comers", oldest_is_exact_to_a_slot_for_late_comers },
	{ "oldest_forgets_nobody_beyond_the_span", oldest_forgets_nobody_beyond_the_span },
	{ "fits_its_memory_budget", fits_its_memory_budget },
	{}
};

const struct test_suite runqueue_suite = { "runqueue", cases };
