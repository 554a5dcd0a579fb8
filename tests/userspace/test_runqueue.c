// SPDX-License-Identifier: GPL-2.0
/*
 * Properties of the order book over random sequences of operations, against a sorted list.
 */
#include "harness.h"
#include "rq_model.h"

#define SLOT_NS BIT_ULL(MX_SLOT_SHIFT)

static struct rq_model model;

/* How a random walk picks bids: few buckets make long FIFOs, many make sparse bitmaps. */
enum bid_mix {
	FEW_BUCKETS,
	ALL_BUCKETS,
};

static u8 random_bucket(enum bid_mix mix)
{
	if (mix == FEW_BUCKETS)
		return (u8)(60 + test_random_below(8));
	if (!test_random_below(20))
		return MX_BUCKET_KTHREAD;
	return mx_bucket(test_random_u32_log());
}

static struct mx_node *random_node(bool queued)
{
	u32 start = (u32)test_random_below(MODEL_NODES), i;

	for (i = 0; i < MODEL_NODES; i++) {
		struct mx_node *node = &model.node[(start + i) % MODEL_NODES];

		if (node->queued == queued)
			return node;
	}
	return NULL;
}

static void enqueue_random(enum bid_mix mix, u64 since_ns)
{
	struct mx_node *node = random_node(false);

	if (!node)
		return;
	node->bucket = random_bucket(mix);
	node->bid = mx_bucket_floor(node->bucket);
	node->book = (u8)test_random_below(MX_BOOKS);
	node->since_ns = since_ns;
	model_enqueue(&model, node);
}

/* A wait that goes on under another bid keeps its arrival. */
static void requeue_random(enum bid_mix mix)
{
	struct mx_node *node = random_node(true);

	if (!node)
		return;
	model_dequeue(&model, node);
	node->bucket = random_bucket(mix);
	model_enqueue(&model, node);
}

static void dequeue_node(struct mx_node *node)
{
	if (node)
		model_dequeue(&model, node);
}

static void random_step(enum bid_mix mix, u64 now_ns, unsigned int in_per_100)
{
	unsigned int dice = (unsigned int)test_random_below(100);

	if (dice < in_per_100)
		enqueue_random(mix, now_ns);
	else if (dice < 70)
		dequeue_node(mx_rq_best(&model.rq));
	else if (dice < 80)
		dequeue_node(mx_rq_oldest(&model.rq));
	else if (dice < 90)
		dequeue_node(random_node(true));
	else if (dice < 95)
		requeue_random(mix);
	else
		model.rq.book[test_random_below(MX_BOOKS)].reserve = random_bucket(mix);
}

static void random_walk(enum bid_mix mix)
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
		dequeue_node(random_node(true));
		model_check(&model);
	}
}

static void agrees_with_a_sorted_list_few_buckets(void)
{
	random_walk(FEW_BUCKETS);
}

static void agrees_with_a_sorted_list_all_buckets(void)
{
	random_walk(ALL_BUCKETS);
}

static void drains_by_bid_then_by_arrival(void)
{
	u32 last_bucket = MX_BUCKETS, nr = MODEL_NODES, i;
	u64 last_since_ns = 0;

	model_init(&model);
	for (i = 0; i < nr; i++)
		enqueue_random(FEW_BUCKETS, 1000 + i);
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

/* Arrivals in order of time: the oldest is exact to the nanosecond, whatever leaves between. */
static void oldest_is_exact_for_arrivals_in_order(void)
{
	u64 now_ns = test_random_below(1ULL << 50);
	int i;

	model_init(&model);
	for (i = 0; i < 50000; i++) {
		struct mx_node *oldest;

		now_ns += test_random_below(20000000);
		if (test_random_below(100) < 52)
			enqueue_random(ALL_BUCKETS, now_ns);
		else
			dequeue_node(test_random_below(2) ? mx_rq_oldest(&model.rq) :
							    random_node(true));
		/* Beyond the calendar's span only progress is promised: tested below. */
		while (model.nr && now_ns - model_oldest_since_ns(&model) >= 120 * SLOT_NS)
			dequeue_node(mx_rq_oldest(&model.rq));
		oldest = mx_rq_oldest(&model.rq);
		if (oldest)
			CHECK_EQ(oldest->since_ns, model_oldest_since_ns(&model));
	}
}

/* Tasks that come from elsewhere bring an arrival in the past. */
static void oldest_is_exact_to_a_slot_for_late_comers(void)
{
	u64 now_ns = (1ULL << 40) + test_random_below(1ULL << 50);
	int i;

	model_init(&model);
	for (i = 0; i < 50000; i++) {
		struct mx_node *oldest;

		now_ns += test_random_below(20000000);
		if (test_random_below(100) < 52)
			enqueue_random(ALL_BUCKETS, now_ns - test_random_below(60 * SLOT_NS));
		else
			dequeue_node(test_random_below(2) ? mx_rq_oldest(&model.rq) :
							    random_node(true));
		while (model.nr && now_ns - model_oldest_since_ns(&model) >= 120 * SLOT_NS)
			dequeue_node(mx_rq_oldest(&model.rq));
		oldest = mx_rq_oldest(&model.rq);
		if (oldest)
			CHECK_EQ(oldest->since_ns >> MX_SLOT_SHIFT,
				 model_oldest_since_ns(&model) >> MX_SLOT_SHIFT);
	}
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
			enqueue_random(ALL_BUCKETS, now_ns - test_random_below(300 * SLOT_NS));
		}
		model_check(&model);
		while (model.nr) {
			dequeue_node(mx_rq_oldest(&model.rq));
			nr++;
		}
		CHECK_EQ(nr, 100);
	}
}

/* Everybody who stays is visited in each round but the first, whatever comes and goes. */
static void walk_visits_everybody(void)
{
	u64 now_ns = test_random_below(1ULL << 50);
	static u32 last[MODEL_NODES];
	u32 round, i;

	model_init(&model);
	memset(last, 0, sizeof(last));
	CHECK(!mx_rq_walk(&model.rq), "nobody waits");
	for (i = 0; i < 100; i++)
		enqueue_random(ALL_BUCKETS, now_ns += test_random_below(SLOT_NS));
	for (round = 1; round < 100; round++) {
		for (i = 0; i < 2 * model.nr; i++)
			last[mx_rq_walk(&model.rq) - model.node] = round;
		for (i = 0; i < model.nr; i++)
			CHECK(last[model.order[i] - model.node] == round, "round %u", round);
	}
}

/*
 * Each that is visited is queued again under another bid, at the end of its slot, others come and
 * go. Those of the last slot must not be forgotten over those of the first.
 */
static void walk_is_not_held_up_by_those_who_move(void)
{
	static u32 visits[MODEL_NODES];
	u32 i;

	model_init(&model);
	memset(visits, 0, sizeof(visits));
	for (i = 0; i < 100; i++)
		enqueue_random(ALL_BUCKETS, SLOT_NS * (i / 25));
	for (i = 0; i < 4000; i++) {
		struct mx_node *node = mx_rq_walk(&model.rq);

		CHECK(node->queued, "step %u", i);
		visits[node - model.node]++;
		model_dequeue(&model, node);
		node->bucket = random_bucket(ALL_BUCKETS);
		model_enqueue(&model, node);
		/* The next one leaves for a moment: it may be missed, the others not. */
		if (i % 200 == 7 && model.rq.walk) {
			node = model.rq.walk;
			model_dequeue(&model, node);
			model_enqueue(&model, node);
		}
	}
	for (i = 0; i < model.nr; i++)
		CHECK(visits[model.order[i] - model.node] >= 15, "%u visits of 40",
		      visits[model.order[i] - model.node]);
	CHECK_EQ(model.nr, 100);
}

static void walk_survives_removals(void)
{
	int i;

	model_init(&model);
	for (i = 0; i < 50000; i++) {
		struct mx_node *node;

		if (test_random_below(100) < (i / 1000 % 2 ? 40 : 60))
			enqueue_random(ALL_BUCKETS, SLOT_NS / 8 * (u64)i);
		else
			dequeue_node(test_random_below(2) ? model.rq.walk : random_node(true));
		node = mx_rq_walk(&model.rq);
		CHECK(!!node == (model.nr > 0), "%u queued", model.nr);
		CHECK(!node || node->queued, "step %d: one that has left", i);
		CHECK(!model.rq.walk || model.rq.walk->queued, "step %d: one that has left", i);
	}
}

static void fits_its_memory_budget(void)
{
	CHECK(sizeof(struct mx_node) <= 64, "%zu bytes", sizeof(struct mx_node));
	CHECK(sizeof(struct mx_runqueue) <= 8192, "%zu bytes", sizeof(struct mx_runqueue));
}

static const struct test_case cases[] = {
	{ "agrees_with_a_sorted_list_few_buckets", agrees_with_a_sorted_list_few_buckets },
	{ "agrees_with_a_sorted_list_all_buckets", agrees_with_a_sorted_list_all_buckets },
	{ "drains_by_bid_then_by_arrival", drains_by_bid_then_by_arrival },
	{ "each_book_has_its_own_reserve", each_book_has_its_own_reserve },
	{ "oldest_is_exact_for_arrivals_in_order", oldest_is_exact_for_arrivals_in_order },
	{ "oldest_is_exact_to_a_slot_for_late_comers", oldest_is_exact_to_a_slot_for_late_comers },
	{ "oldest_forgets_nobody_beyond_the_span", oldest_forgets_nobody_beyond_the_span },
	{ "walk_visits_everybody", walk_visits_everybody },
	{ "walk_is_not_held_up_by_those_who_move", walk_is_not_held_up_by_those_who_move },
	{ "walk_survives_removals", walk_survives_removals },
	{ "fits_its_memory_budget", fits_its_memory_budget },
	{}
};

const struct test_suite runqueue_suite = { "runqueue", cases };
