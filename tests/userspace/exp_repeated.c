// SPDX-License-Identifier: GPL-2.0
/*
 * Many auctions in a row, unlimited wallets: agents with private values, and with bursts of work
 * between sleeps, or a job to be done by a deadline. Who can wait has a reason to bid less than the
 * value: a later slice may be cheaper.
 */
#include "exp.h"
#include "market.h"

#include <math.h>

#define SEEDS 200
#define AGENTS 8
#define RESERVE 10
#define MS 1000000ULL
#define DURATION_NS (6000 * MS)
#define STEP_NS (20 * MS)

/* Agent 0 has as much to do as it can get done, in bursts, or a job of this size. */
static double play(double factor, u64 job_ns, u64 seed, u32 nr)
{
	u64 rng = exp_rng(seed, nr, 2), end_ns;
	static struct market m;
	struct market_task *me;
	u32 value = 0, i;

	market_init(&m, 1, RESERVE);
	for (i = 0; i < AGENTS; i++) {
		u32 v = exp_value(&rng, 100, 10000);
		struct market_task *t;

		if (!i)
			value = v;
		t = market_task(&m, market_wallet(&m, 0, 0), i ? v : (u32)lround(v * factor));
		if (i || !job_ns)
			market_task_sleeps(t, 20 * MS, 60 * MS, rng_next(&rng));
	}
	me = &m.task[0];
	end_ns = m.now_ns + DURATION_NS;
	while (m.now_ns < end_ns && (!job_ns || me->ran_ns < job_ns))
		market_run(&m, STEP_NS);
	return ((double)value * me->ran_ns - (double)me->paid) / 1e9;
}

static void play_all(const char *experiment, const char *title, u64 job_ns, u64 seed)
{
	static const struct exp_column column = {
		"utility_gain_percent", "%", "gain over the truth, % of its utility",
	};
	static double base[SEEDS], got[SEEDS];
	u32 i, nr;

	exp_table(experiment, title, "bid", &column, 1);
	for (nr = 0; nr < SEEDS; nr++)
		base[nr] = play(1, job_ns, seed, nr);
	for (i = 0; i < exp_nr_shades; i++) {
		struct exp_stat stat;

		for (nr = 0; nr < SEEDS; nr++)
			got[nr] = play(exp_shades[i].factor, job_ns, seed, nr);
		stat = exp_gain(base, got, SEEDS);
		exp_row(exp_shades[i].name, &stat);
	}
}

void exp_repeated(u64 seed)
{
	play_all("repeated_bursts",
		 "Six seconds of auctions, 8 agents that ask for twice the CPU in bursts of 20 ms, "
		 "unlimited wallets", 0, seed);
	play_all("repeated_job",
		 "The same for an agent with a job of one CPU-second and six seconds to do it in",
		 1000 * MS, seed);
}
