// SPDX-License-Identifier: GPL-2.0
/*
 * Splitting up: one task against many of the same wallet, one wallet against many with the same
 * income in sum, and many tasks where money does not bind.
 */
#include "exp.h"
#include "market.h"

#include <stdio.h>

#define SEEDS 15
#define RESERVE 10
#define SECOND 1000000000ULL

static const u32 parts[] = { 1, 2, 5, 10, 50 };

/* How somebody splits up, against one who does not. */
struct split {
	const char *experiment;
	const char *title;
	const char *what;
	bool limited;
	bool wallets;
	u32 others;		/* the other's income, as a multiple */
	u32 bid_percent;	/* of the other's bid */
};

static struct market m;

/* Share of the CPU that the splitter gets, in percent, over 40 s after 20 s. */
static double play(const struct split *s, u32 nr_parts, u64 seed, u32 nr, double *price)
{
	u64 rng = exp_rng(seed, nr, 4), ran_ns = 0, paid = 0, before_ns = 0, before = 0;
	u32 income = s->limited ? 50 * exp_value(&rng, 4, 40) : 0;
	u32 bid = exp_value(&rng, 20000, 40000), i;
	struct mx_wallet *w = NULL;

	market_init(&m, 1, RESERVE);
	for (i = 0; i < 4; i++) {
		if (!i)
			w = market_wallet(&m, income * s->others, 60000);
		if (!i || s->limited)
			market_task(&m, w, bid);
	}
	for (i = 0; i < nr_parts; i++) {
		if (!i || s->wallets)
			w = market_wallet(&m, s->wallets ? income / nr_parts : income, 60000);
		market_task(&m, w, bid / 100 * s->bid_percent);
	}
	market_run(&m, 20 * SECOND);
	for (i = 1; i < m.nr_wallets; i++) {
		before_ns += market_ran_ns(&m, &m.wallet[i]);
		before += market_paid(&m, &m.wallet[i]);
	}
	market_run(&m, 40 * SECOND);
	for (i = 1; i < m.nr_wallets; i++) {
		ran_ns += market_ran_ns(&m, &m.wallet[i]);
		paid += market_paid(&m, &m.wallet[i]);
	}
	*price = (double)(paid - before) / (double)(ran_ns - before_ns) / bid * 100;
	return (double)(ran_ns - before_ns) / 40e9 * 100;
}

static void play_split(const struct split *s, u64 seed)
{
	static const struct exp_column columns[] = {
		{ "cpu_share_percent", "%", "share of the CPU, %" },
		{ "price_percent", "%", "price paid, % of the other's bid" },
	};
	static double share[SEEDS], price[SEEDS];
	struct exp_stat stats[2];
	char name[64];
	u32 i, nr;

	exp_table(s->experiment, s->title, "split into", columns, 2);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		for (nr = 0; nr < SEEDS; nr++)
			share[nr] = play(s, parts[i], seed, nr, &price[nr]);
		stats[0] = exp_mean(share, SEEDS);
		stats[1] = exp_mean(price, SEEDS);
		snprintf(name, sizeof(name), "%u %s%s", parts[i], s->what, parts[i] > 1 ? "s" : "");
		exp_row(name, stats);
	}
}

void exp_sybil(u64 seed)
{
	static const struct split splits[] = {
		{ "sybil_tasks", "Tasks of one wallet, against a wallet with the same income (a fair "
		  "share is 50 %)", "task", true, false, 1, 100 },
		{ "sybil_wallets_1", "Wallets that share an income, against one wallet with the same "
		  "income (a fair share is 50 %)", "wallet", true, true, 1, 100 },
		{ "sybil_wallets_3", "Wallets that share an income, against one wallet with three times "
		  "as much (a fair share is 25 %)", "wallet", true, true, 3, 100 },
		{ "sybil_unlimited", "Tasks of an unlimited wallet, against one task with the same bid",
		  "task", false, false, 1, 100 },
		{ "sybil_survival", "Tasks of an unlimited wallet that bid nothing, against one that "
		  "outbids them all", "task", false, false, 1, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(splits); i++)
		play_split(&splits[i], seed);
}
