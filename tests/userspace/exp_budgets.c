// SPDX-License-Identifier: GPL-2.0
/*
 * Wallets whose income binds, and that want all the CPU time they can get: does it pay to bid more
 * or less than the others, when pacing scales everybody's bids anyway?
 */
#include "exp.h"
#include "market.h"

#include <math.h>

#define SEEDS 25
#define WALLETS 4
#define TASKS 2
#define RESERVE 10
#define BID 20000
#define SECOND 1000000000ULL

static double play(double factor, u64 seed, u32 nr)
{
	u64 rng = exp_rng(seed, nr, 3), warm_ns;
	static struct market m;
	u32 i, k;

	market_init(&m, 1, RESERVE);
	for (i = 0; i < WALLETS; i++) {
		struct mx_wallet *w = market_wallet(&m, exp_value(&rng, 100, 1000), 60000);

		for (k = 0; k < TASKS; k++)
			market_task(&m, w, i ? BID : (u32)lround(BID * factor));
	}
	market_run(&m, 20 * SECOND);
	warm_ns = market_ran_ns(&m, &m.wallet[0]);
	market_run(&m, 60 * SECOND);
	return (double)(market_ran_ns(&m, &m.wallet[0]) - warm_ns) / 60e9 * 100;
}

void exp_budgets(u64 seed)
{
	static const struct exp_column columns[] = {
		{ "cpu_time_gain_percent", "%", "gain in CPU time, %" },
		{ "cpu_share_percent", "%", "share of the CPU, %" },
	};
	static const struct exp_shade far[] = {
		{ 0.02, "0.02 x the others' bid" }, { 0.1, "0.1 x the others' bid" },
		{ 0.5, "0.5 x the others' bid" },   { 0.8, "0.8 x the others' bid" },
		{ 0.95, "0.95 x the others' bid" }, { 1.05, "1.05 x the others' bid" },
		{ 1.5, "1.5 x the others' bid" },   { 3, "3 x the others' bid" },
		{ 100, "100 x the others' bid" },
	};
	static double base[SEEDS], got[SEEDS];
	struct exp_stat stats[2];
	u32 i, nr;

	exp_table("budgets",
		  "Four wallets with random incomes that always want more, after 20 s for a minute: "
		  "one bids another level than the rest (20000)", "bid", columns, 2);
	for (nr = 0; nr < SEEDS; nr++)
		base[nr] = play(1, seed, nr);
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		for (nr = 0; nr < SEEDS; nr++)
			got[nr] = play(far[i].factor, seed, nr);
		stats[0] = exp_gain(base, got, SEEDS);
		stats[1] = exp_mean(got, SEEDS);
		exp_row(far[i].name, stats);
	}
}
