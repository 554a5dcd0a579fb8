// SPDX-License-Identifier: GPL-2.0
/*
 * The walk through the order book, by which bids follow their wallets: nobody is left out, whatever
 * comes and goes meanwhile.
 */
#include "harness.h"
#include "rq_model.h"

#define SLOT_NS BIT_ULL(MX_SLOT_SHIFT)

static struct rq_model model;

/* Everybody who stays is visited in each round but the first, whatever comes and goes. */
static void walk_visits_everybody(void)
{
	u64 now_ns = test_random_below(1ULL << 50);
	static u32 last[MODEL_NODES];
	u32 round, i;

	model_init(&model);
	memset(last, 0, sizeof(last));
	CHECK(!mx_rq_walk(&model.rq), "nobody waits");
	for (i = 0; i < 100; i++) {
		now_ns += test_random_below(SLOT_NS);
		model_enqueue_random(&model, MODEL_ALL_BUCKETS, now_ns);
	}
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
		model_enqueue_random(&model, MODEL_ALL_BUCKETS, SLOT_NS * (i / 25));
	for (i = 0; i < 4000; i++) {
		struct mx_node *node = mx_rq_walk(&model.rq);

		CHECK(node->queued, "step %u", i);
		visits[node - model.node]++;
		model_dequeue(&model, node);
		node->bucket = model_random_bucket(MODEL_ALL_BUCKETS);
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
			model_enqueue_random(&model, MODEL_ALL_BUCKETS, SLOT_NS / 8 * (u64)i);
		else
			model_dequeue_any(&model, test_random_below(2) ?
				model.rq.walk : model_random_node(&model, true));
		node = mx_rq_walk(&model.rq);
		CHECK(!!node == (model.nr > 0), "%u queued", model.nr);
		CHECK(!node || node->queued, "step %d: one that has left", i);
		CHECK(!model.rq.walk || model.rq.walk->queued, "step %d: one that has left", i);
	}
}

static const struct test_case cases[] = {
	{ "walk_visits_everybody", walk_visits_everybody },
	{ "walk_is_not_held_up_by_those_who_move", walk_is_not_held_up_by_those_who_move },
	{ "walk_survives_removals", walk_survives_removals },
	{}
};

const struct test_suite walk_suite = { "walk", cases };
