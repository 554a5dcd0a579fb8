// SPDX-License-Identifier: GPL-2.0
/*
 * One auction, work that cannot wait: who does not win this slice has nothing of it. The second
 * price is the whole story, and what is left to gain is what buckets give away.
 */
#include "exp.h"
#include "policy.h"

#include <math.h>
#include <stdio.h>

#define SEEDS 30
#define ROUNDS 5000
#define AGENTS_MAX 8
#define RESERVE 10
#define NOW_NS 1000000000ULL

/* How many agents there are, and how far apart their values. */
struct crowd {
	const char *experiment;
	const char *title;
	u32 agents;
	u32 lo;
	u32 hi;
};

enum edge {
	EDGE_NONE,
	EDGE_FLOOR,
	EDGE_TOP,
	EDGE_NEXT_FLOOR,
};

/* What agent 0 bids: a multiple of its value, then moved to an edge of a bucket. */
struct strategy {
	double factor;
	enum edge edge;
	const char *name;
};

static const struct strategy edges[] = {
	{ 1, EDGE_FLOOR, "floor of the value's bucket" },
	{ 1, EDGE_TOP, "top of the value's bucket" },
	{ 1, EDGE_NEXT_FLOOR, "floor of the next bucket" },
};

static u32 bid_of(u32 value, const struct strategy *s)
{
	u32 bid = (u32)lround(value * s->factor);
	u16 bucket = mx_bucket(bid);

	switch (s->edge) {
	case EDGE_FLOOR:
		return mx_bucket_floor(bucket);
	case EDGE_TOP:
		return mx_bucket_floor(bucket + 1) - 1;
	case EDGE_NEXT_FLOOR:
		return mx_bucket_floor(bucket + 1);
	default:
		return bid;
	}
}

/* What agent 0 makes of one auction, cents per CPU-second: its value less its price, if it wins. */
static double utility(struct mx_runqueue *rq, const u32 *value, const u32 *order, u32 agents,
		      const struct strategy *s)
{
	struct mx_node node[AGENTS_MAX] = {};
	u64 survival_ns = U64_MAX;
	struct mx_terms terms;
	struct mx_pick pick;
	double won = 0;
	u32 i;

	mx_terms_set(&terms, 4000, 500, 1000, 50);
	for (i = 0; i < agents; i++) {
		struct mx_node *n = &node[order[i]];

		n->bid = order[i] ? value[order[i]] : bid_of(value[0], s);
		n->bucket = mx_bucket(n->bid);
		n->since_ns = NOW_NS + i;
		mx_rq_enqueue(rq, n);
	}
	/* No turn on the survival share is near. */
	rq->paced_nr = rq->nr_queued;
	mx_pick(rq, NULL, &terms, &survival_ns, NOW_NS + agents, &pick);
	if (pick.node == &node[0]) {
		mx_rq_dequeue(rq, &node[0]);
		won = (double)value[0] - mx_price(rq, node[0].bid, RESERVE, 0);
	}
	for (i = 0; i < agents; i++)
		if (node[i].queued)
			mx_rq_dequeue(rq, &node[i]);
	return won;
}

static double play(const struct crowd *c, const struct strategy *s, u64 seed, u32 nr)
{
	u64 rng = exp_rng(seed, nr, 1);
	struct mx_runqueue rq;
	double sum = 0;
	u32 round, i;

	mx_rq_init(&rq);
	rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(RESERVE);
	for (round = 0; round < ROUNDS; round++) {
		u32 value[AGENTS_MAX] = {}, order[AGENTS_MAX] = {};

		for (i = 0; i < c->agents; i++) {
			u32 k = (u32)(rng_next(&rng) % (i + 1));

			value[i] = exp_value(&rng, c->lo, c->hi);
			if (k < i)
				order[i] = order[k];
			order[k] = i;
		}
		sum += utility(&rq, value, order, c->agents, s);
	}
	return sum / ROUNDS;
}

static void play_crowd(const struct crowd *c, u64 seed)
{
	static const struct exp_column column = {
		"utility_gain_percent", "%", "gain over the truth, % of its utility",
	};
	static const struct strategy truth = { 1, EDGE_NONE, "" };
	double base[SEEDS], got[SEEDS];
	u32 i, nr;

	exp_table(c->experiment, c->title, "bid", &column, 1);
	for (nr = 0; nr < SEEDS; nr++)
		base[nr] = play(c, &truth, seed, nr);
	for (i = 0; i < exp_nr_shades + ARRAY_SIZE(edges); i++) {
		struct strategy s = truth;
		struct exp_stat stat;

		if (i < exp_nr_shades) {
			s.factor = exp_shades[i].factor;
			s.name = exp_shades[i].name;
		} else {
			s = edges[i - exp_nr_shades];
		}
		for (nr = 0; nr < SEEDS; nr++)
			got[nr] = play(c, &s, seed, nr);
		stat = exp_gain(base, got, SEEDS);
		exp_row(s.name, &stat);
	}
}

void exp_oneshot(u64 seed)
{
	static const struct crowd crowds[] = {
		{ "oneshot_wide",
		  "One slice, work that cannot wait, 4 agents whose values are wide apart (100 to "
		  "10000): truth against other bids, and bids at the edge of a bucket",
		  4, 100, 10000 },
		{ "oneshot_dense",
		  "The same with 8 agents whose values are close together (1000 to 1250), one in a "
		  "bucket on average",
		  8, 1000, 1250 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(crowds); i++)
		play_crowd(&crowds[i], seed);
}
