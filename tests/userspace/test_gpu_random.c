// SPDX-License-Identifier: GPL-2.0
/*
 * The auction of a GPU over random runs, against a model: that all is by the rules, that the money
 * adds up, that nobody waits for ever.
 */
#include "gpu_world.h"

static u32 random_bid(void)
{
	return min(test_random_u32_log(), 100000000U);
}

/* Whatever root likes; a lease that runs is not to notice. */
static void random_tunables(void)
{
	mx_gpuplane_tune(&w.gpu, (u32)test_random_range(1, 1000), (u32)test_random_range(10, 100),
			 (u32)test_random_below(50), (u32)test_random_range(1, 500));
	world_step();
}

static void random_op(void)
{
	struct peer *p = &w.peer[test_random_below(w.nr)];

	switch (test_random_below(32)) {
	case 0 ... 10:
		world_ask(p, random_bid(), test_random_range(1, 200) * MS);
		break;
	case 11 ... 14:
		world_end(p);
		break;
	case 15 ... 18:
		w.now_ns += test_random_below(20 * MS);
		world_step();
		break;
	case 19 ... 21:
		if (w.holder)
			world_end(w.holder);
		break;
	case 22 ... 23:
		if (world_pending(p))
			world_rebid(p, test_random_below(2) ? random_bid() : 0);
		break;
	case 24:
		world_new_payer();
		break;
	case 25:
		if (!test_random_below(16))
			random_tunables();
		break;
	default:
		if (w.next_ns != U64_MAX)
			w.now_ns = w.next_ns + (test_random_below(4) ? 0 : test_random_below(MS));
		world_step();
	}
}

static void any_run_is_by_the_rules(void)
{
	int run, i;

	for (run = 0; run < 200; run++) {
		world_start((u32)test_random_range(1, CLAIMS), (u32)test_random_range(1, 1000),
			    (u32)test_random_range(10, 100), (u32)test_random_below(50),
			    (u32)test_random_range(1, 500));
		for (i = 0; i < 5000; i++)
			random_op();
		for (i = 0; i < w.nr; i++)
			world_end(&w.peer[i]);
		CHECK(!w.gpu.holder && !w.gpu.rq.nr_queued, "somebody is left");
		CHECK_EQ(w.gpu.leased_ns, w.leases_ns);
		CHECK_EQ(w.gpu.auctions, w.grants);
	}
}

/*
 * Peers that ask again, after a pause, whenever they have had the GPU; peer 0 is rich and never
 * leaves by itself. Some overstay.
 */
static void busy_life(u64 duration_ns, u64 pause_ns, bool rude)
{
	u64 end_ns = w.now_ns + duration_ns;
	u32 i;

	world_ask(&w.peer[0], 10000000, 10000 * MS);
	while (w.now_ns < end_ns) {
		struct peer *holder;
		bool stays;

		for (i = 1; i < w.nr; i++) {
			struct peer *p = &w.peer[i];

			if (p->c.state == MX_CLAIM_WAITING || p->c.state == MX_CLAIM_HELD ||
			    w.now_ns < p->asks_ns)
				continue;
			world_ask(p, 1 + random_bid() % 100000, test_random_range(1, 100) * MS);
		}
		w.now_ns = w.next_ns;
		holder = w.holder;
		stays = rude && test_random_below(2);
		world_step();
		if (w.gpu.over && !stays && w.holder && w.holder == holder)
			world_end(holder);
		if (holder && holder != w.holder)
			holder->asks_ns = w.now_ns + test_random_below(pause_ns + 1);
		if (w.peer[0].c.state == MX_CLAIM_HELD ? w.peer[0].c.left_ns < 1000 * MS :
							 w.peer[0].c.state != MX_CLAIM_WAITING)
			world_ask(&w.peer[0], 10000000, 10000 * MS);
	}
}

static void nobody_waits_for_ever(void)
{
	u32 i;

	world_start(CLAIMS, 10, 20, 5, 50);
	busy_life(120000 * MS, 50 * MS, true);
	for (i = 0; i < CLAIMS; i++) {
		struct peer *p = &w.peer[i];
		u64 now_wait_ns = p->c.state == MX_CLAIM_WAITING ?
					  w.now_ns - p->c.node.since_ns : 0;

		CHECK(max(p->wait_max_ns, now_wait_ns) <= MX_GPU_MAX_WAIT_MS * MS,
		      "%u waited %llu ms", i, (unsigned long long)(p->wait_max_ns / MS));
	}
}

static void survival_share_is_kept(void)
{
	u64 begin_ns = T0;

	/* Two poor ones: their turns fit into the share, and the bound asks for no more. */
	world_start(3, 1000000, 20, 5, 50);
	busy_life(60000 * MS, 0, false);
	CHECK(w.turns_ns * 1000 <= (w.now_ns - begin_ns) * 55 &&
	      w.turns_ns * 1000 >= (w.now_ns - begin_ns) * 40, "%llu of %llu ms",
	      (unsigned long long)(w.turns_ns / MS),
	      (unsigned long long)((w.now_ns - begin_ns) / MS));
}

/* A crowd that bids nothing, and one who pays: peer 0, for all that is left of the time. */
static u64 left_by_crowd_permille(u32 crowd)
{
	u64 paid_ns = 0;
	u32 i;

	world_start(crowd + 1, 10, 20, 5, 50);
	while (w.now_ns < T0 + 30000 * MS) {
		for (i = 0; i <= crowd; i++) {
			if (!world_pending(&w.peer[i]))
				world_ask(&w.peer[i], i ? 0 : 1000, 10000 * MS);
		}
		if (w.peer[0].c.left_ns < 1000 * MS)
			world_ask(&w.peer[0], 1000, 10000 * MS);
		if (w.holder == &w.peer[0])
			paid_ns += w.next_ns - w.now_ns;
		w.now_ns = w.next_ns;
		world_step();
		if (w.gpu.over)
			world_end(w.holder);
	}
	return paid_ns * 1000 / (w.now_ns - T0);
}

static void turns_leave_the_market_its_time(void)
{
	u64 few = left_by_crowd_permille(5), many = left_by_crowd_permille(CLAIMS - 1);
	u64 crowd = left_by_crowd_permille(CROWD - 1);

	CHECK(few >= 945, "%llu", (unsigned long long)few);
	CHECK(many >= 800, "%llu", (unsigned long long)many);
	CHECK(crowd >= 495 && crowd <= 505, "%llu", (unsigned long long)crowd);
}

static void buckets_cost_little_efficiency(void)
{
	u64 i;

	world_start(CLAIMS, 10, 20, 5, 1);
	for (i = 0; i < 20000; i++) {
		struct peer *p = &w.peer[test_random_below(w.nr)];

		if (p->c.state != MX_CLAIM_WAITING && p->c.state != MX_CLAIM_HELD)
			world_ask(p, 1 + (u32)test_random_below(10000), 20 * MS);
		if (w.holder && test_random_below(2)) {
			w.now_ns = w.gpu.until_ns;
			world_end(w.holder);
		}
	}
	CHECK(w.bids * 100 >= w.best_bids * 95, "%llu of %llu", (unsigned long long)w.bids,
	      (unsigned long long)w.best_bids);
}

static const struct test_case cases[] = {
	{ "any_run_is_by_the_rules", any_run_is_by_the_rules },
	{ "nobody_waits_for_ever", nobody_waits_for_ever },
	{ "survival_share_is_kept", survival_share_is_kept },
	{ "turns_leave_the_market_its_time", turns_leave_the_market_its_time },
	{ "buckets_cost_little_efficiency", buckets_cost_little_efficiency },
	{}
};

const struct test_suite gpu_random_suite = { "gpu_random", cases };
