// SPDX-License-Identifier: GPL-2.0
/*
 * Collusion: agents with unlimited wallets agree not to compete. What they pay then, what they win,
 * and what it brings to break the agreement.
 */
#include "exp.h"
#include "market.h"

#include <stdio.h>

#define SEEDS 60
#define AGENTS 6
#define SECOND 1000000000ULL
#define DURATION_NS (6 * SECOND)
#define TURN_NS (SECOND / 5)

enum agreement {
	COMPETE,
	ALL_ZERO,
	ALL_RESERVE,
	ROTATE,
	ONE_BREAKS,
	OUTSIDER,
	AGREEMENTS,
};

static const char *const agreement_name[AGREEMENTS] = {
	[COMPETE] = "everybody bids his value",
	[ALL_ZERO] = "all bid 0",
	[ALL_RESERVE] = "all bid the reserve",
	[ROTATE] = "one bids his value in turn, the others the reserve",
	[ONE_BREAKS] = "all bid the reserve but one, who bids his value",
	[OUTSIDER] = "all bid the reserve, an outsider his value",
};

/* What came of it: as the columns of the table. */
struct outcome {
	double price;
	double used;
	double surplus;
	double first;
};

static struct market m;

static u32 bid_of(enum agreement a, u32 agent, u32 value, u32 reserve, u32 turn)
{
	switch (a) {
	case ALL_ZERO:
		return 0;
	case ALL_RESERVE:
	case OUTSIDER:
		return reserve;
	case ROTATE:
		return agent == turn ? value : reserve;
	case ONE_BREAKS:
		return agent ? reserve : value;
	default:
		return value;
	}
}

static struct outcome play(enum agreement a, u32 reserve, u64 seed, u32 nr)
{
	u64 rng = exp_rng(seed, nr, 5), ran_ns = 0;
	struct outcome o = {};
	u32 value[AGENTS], i, turn;

	market_init(&m, 1, reserve);
	for (i = 0; i < AGENTS; i++) {
		value[i] = exp_value(&rng, 1000, 10000);
		market_task(&m, market_wallet(&m, 0, 0), bid_of(a, i, value[i], reserve, 0));
	}
	if (a == OUTSIDER)
		market_task(&m, market_wallet(&m, 0, 0), exp_value(&rng, 1000, 10000));
	for (turn = 0; turn < DURATION_NS / TURN_NS; turn++) {
		for (i = 0; i < AGENTS; i++)
			m.task[i].bid = bid_of(a, i, value[i], reserve, turn % AGENTS);
		market_run(&m, TURN_NS);
	}
	for (i = 0; i < AGENTS; i++) {
		const struct market_task *t = &m.task[i];
		double utility = (double)value[i] * t->ran_ns - (double)t->paid;

		ran_ns += t->ran_ns;
		o.price += (double)t->paid;
		o.surplus += utility / DURATION_NS;
		if (!i)
			o.first = utility / DURATION_NS;
	}
	o.price /= (double)ran_ns;
	o.used = 100.0 * ran_ns / DURATION_NS;
	return o;
}

static void play_row(enum agreement a, u32 reserve, u64 seed)
{
	static double column[4][SEEDS];
	struct exp_stat stats[4];
	char name[128];
	u32 nr, i;

	for (nr = 0; nr < SEEDS; nr++) {
		struct outcome o = play(a, reserve, seed, nr);

		column[0][nr] = o.price;
		column[1][nr] = o.used;
		column[2][nr] = o.surplus;
		column[3][nr] = o.first;
	}
	for (i = 0; i < ARRAY_SIZE(stats); i++)
		stats[i] = exp_mean(column[i], SEEDS);
	snprintf(name, sizeof(name), "reserve %u: %s", reserve, agreement_name[a]);
	exp_row(name, stats);
}

void exp_ring(u64 seed)
{
	static const struct exp_column columns[] = {
		{ "price", "cents per CPU-second", "price paid" },
		{ "cpu_used_percent", "%", "CPU they get, %" },
		{ "surplus", "cents per second", "surplus of the six" },
		{ "surplus_first", "cents per second", "of the first of them" },
	};
	static const u32 reserves[] = { 10, 500, 2000 };
	u32 r, a;

	exp_table("ring", "Six agents that always want the CPU, values from 1000 to 10000, on one CPU "
		  "(prices in cents per CPU-second, surplus in cents per second)", "agreement",
		  columns, ARRAY_SIZE(columns));
	for (r = 0; r < ARRAY_SIZE(reserves); r++)
		for (a = 0; a < AGREEMENTS; a++)
			play_row(a, reserves[r], seed);
}
