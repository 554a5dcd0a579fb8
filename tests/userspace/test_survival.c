// SPDX-License-Identifier: GPL-2.0
/*
 * What the survival share promises, over simulated time: nobody waits longer than max_wait, and the
 * share is not exceeded where the bound does not need it.
 */
#include "harness.h"
#include "sim.h"

#define MS 1000000ULL
#define HOG_BID 100000
#define WINDOW_OF(max_wait_ns) ((max_wait_ns) / 8 * 7)

static struct sim sim;
static struct mx_terms terms;
static u64 max_wait_ns;

static void set_terms(u32 slice_us, u32 slice_min_us, u32 max_wait_ms, u32 survival_permille)
{
	max_wait_ns = max_wait_ms * MS;
	mx_terms_set(&terms, slice_us, slice_min_us, max_wait_ms, survival_permille);
}

static void default_terms(void)
{
	set_terms(4000, 500, 1000, 50);
}

/* Terms from all of the tunables' ranges. */
static void random_terms(void)
{
	set_terms((u32)test_random_range(100, 100000), (u32)test_random_range(50, 20000),
		  (u32)test_random_range(20, 4000), (u32)test_random_range(1, 500));
}

/* Most tasks for which the bound is promised under the present terms. */
static u32 most_tasks(void)
{
	u64 most = WINDOW_OF(max_wait_ns) / terms.slice_min_ns - 1;

	return (u32)clamp(most, 1ULL, SIM_TASKS - 1ULL);
}

static void check_bound(u32 nr_broke)
{
	CHECK(sim.wait_max_ns <= max_wait_ns,
	      "%u broke tasks: a wait of %.3f ms, bound %.3f, slices %.3f to %.3f, share %u",
	      nr_broke, sim.wait_max_ns / 1e6, max_wait_ns / 1e6, terms.slice_min_ns / 1e6,
	      terms.slice_ns / 1e6, terms.survival_permille);
}

static void start_with_hog(void)
{
	sim_init(&sim, &terms);
	sim_add(&sim, HOG_BID, SIM_NEVER, SIM_NEVER, 0);
}

/* A rich hog and @nr_broke tasks that never sleep. */
static void run_steady(u32 nr_broke, u64 duration_ns)
{
	u32 i;

	start_with_hog();
	for (i = 0; i < nr_broke; i++)
		sim_add(&sim, 1, SIM_NEVER, SIM_NEVER, test_random_below(max_wait_ns));
	sim_run(&sim, duration_ns);
}

static void hog_and_n_broke_tasks_that_never_sleep(void)
{
	static const u32 counts[] = { 1,  2,  3,   5,	10,  11,  30,  50,   87,
				      88, 89, 100, 300, 875, 999, 1200, 1500 };
	u32 i;

	default_terms();
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		run_steady(counts[i], 5 * max_wait_ns);
		check_bound(counts[i]);
		run_steady((u32)test_random_range(1, 1500), 5 * max_wait_ns);
		check_bound(sim.nr_tasks - 1);
	}
}

/* They come within @spread_ns, run once, and are gone: the queue drains while they wait. */
static void run_burst(u32 nr, u64 least_ns, u64 most_ns, u64 spread_ns)
{
	u32 i;

	start_with_hog();
	sim_run(&sim, test_random_below(300 * MS));
	for (i = 0; i < nr; i++)
		sim_add(&sim, 1, test_random_range(least_ns, most_ns), SIM_NEVER,
			test_random_below(spread_ns));
	sim_run(&sim, 3 * max_wait_ns);
	check_bound(nr);
}

static void hog_and_a_burst_of_tasks_that_run_once(void)
{
	u32 round;

	default_terms();
	run_burst(1500, terms.slice_min_ns, terms.slice_min_ns, MS);
	for (round = 0; round < 60; round++)
		run_burst((u32)test_random_range(1, round % 2 ? 1500 : 150), 1,
			  2 * terms.slice_min_ns, round % 4 ? MS : 200 * MS);
}

static void run_random_load(u32 nr_broke, u32 nr_rich)
{
	u32 i;

	sim_init(&sim, &terms);
	for (i = 0; i < nr_rich; i++)
		sim_add(&sim, HOG_BID + (u32)test_random_below(HOG_BID),
			test_random_range(1, 20 * MS), test_random_below(5 * MS), 0);
	for (i = 0; i < nr_broke; i++)
		sim_add(&sim, (u32)test_random_below(50),
			test_random_range(1, 4 * terms.slice_ns),
			test_random_below(3) ? test_random_below(2 * max_wait_ns) : 0,
			test_random_below(2) ? test_random_below(MS) :
					       test_random_below(3 * max_wait_ns));
	sim_run(&sim, 6 * max_wait_ns);
	check_bound(nr_broke);
}

static void random_sleepers_and_default_terms(void)
{
	int i;

	default_terms();
	for (i = 0; i < 40; i++)
		run_random_load((u32)test_random_range(1, i % 4 ? 100 : 1400),
				1 + (u32)test_random_below(4));
}

static void random_sleepers_and_random_terms(void)
{
	int i;

	for (i = 0; i < 300; i++) {
		u32 most, nr_rich = 1 + (u32)test_random_below(3);

		random_terms();
		most = min(most_tasks(), 400U);
		if (most > nr_rich)
			run_random_load((u32)test_random_range(1, most - nr_rich), nr_rich);
	}
}

static void share_is_not_exceeded_where_the_bound_allows(void)
{
	int i;

	for (i = 0; i < 200; i++) {
		u64 run_ns, allowed_ns, most;
		u32 nr;

		if (i % 2)
			random_terms();
		else
			default_terms();
		/* One shortest slice each within the window has to fit the share. */
		most = WINDOW_OF(max_wait_ns) / 1000 * terms.survival_permille / terms.slice_min_ns;
		if (!most)
			continue;
		nr = (u32)test_random_range(1, min(most, 200ULL));
		run_ns = 20 * max_wait_ns;
		run_steady(nr, run_ns);
		check_bound(nr);
		allowed_ns = run_ns / 1000 * terms.survival_permille + 2 * terms.slice_ns;
		CHECK(sim.survival_ran_ns <= allowed_ns,
		      "%u broke tasks: %.3f ms on the survival share, %.3f allowed, share %u", nr,
		      sim.survival_ran_ns / 1e6, allowed_ns / 1e6, terms.survival_permille);
		/* Nor is it withheld: the hog gets the rest and no more. */
		CHECK(sim.survival_ran_ns + max_wait_ns >= allowed_ns / 2,
		      "%u broke tasks: only %.3f ms on the survival share of %.3f", nr,
		      sim.survival_ran_ns / 1e6, allowed_ns / 1e6);
	}
}

static void share_recovers_after_a_burst(void)
{
	u64 before_ns;
	u32 i;

	default_terms();
	start_with_hog();
	sim_add(&sim, 1, SIM_NEVER, SIM_NEVER, 0);
	for (i = 0; i < 1400; i++)
		sim_add(&sim, 1, 100000, SIM_NEVER, test_random_below(MS));
	sim_run(&sim, 2 * max_wait_ns);
	CHECK_EQ(sim.rq.nr_queued, 1);
	before_ns = sim.survival_ran_ns;
	sim_run(&sim, 10 * max_wait_ns);
	CHECK(sim.survival_ran_ns - before_ns <= max_wait_ns / 2 + 2 * terms.slice_ns,
	      "one task has %.3f ms on a share of %.3f", (sim.survival_ran_ns - before_ns) / 1e6,
	      max_wait_ns / 2e6);
}

/* Everybody is below the price: the CPU idles but for the turns. */
static void parked_tasks_all_run_and_the_cpu_rests(void)
{
	u32 i, nr = 40;

	default_terms();
	sim_init(&sim, &terms);
	sim.rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(1000);
	for (i = 0; i < nr; i++)
		sim_add(&sim, (u32)test_random_below(900), SIM_NEVER, SIM_NEVER,
			test_random_below(MS));
	sim_run(&sim, 10 * max_wait_ns);
	check_bound(nr);
	for (i = 0; i < nr; i++)
		CHECK(sim.task[i].ran_ns, "task %u never ran", i);
	CHECK(sim.idle_ns >= 10 * max_wait_ns / 1000 * 940, "idle for %.3f ms only",
	      sim.idle_ns / 1e6);
}

/* Those who clear the reserve at the same bid share the CPU evenly. */
static void equal_bids_share_evenly(void)
{
	u32 i, nr = 10;

	default_terms();
	sim_init(&sim, &terms);
	for (i = 0; i < nr; i++)
		sim_add(&sim, HOG_BID, SIM_NEVER, SIM_NEVER, 0);
	sim_run(&sim, 4000 * MS);
	for (i = 0; i < nr; i++)
		CHECK(sim.task[i].ran_ns >= 390 * MS && sim.task[i].ran_ns <= 410 * MS,
		      "task %u ran for %.3f ms of 400", i, sim.task[i].ran_ns / 1e6);
	CHECK_EQ(sim.nr_turns, 0);
}

static const struct test_case cases[] = {
	{ "hog_and_n_broke_tasks_that_never_sleep", hog_and_n_broke_tasks_that_never_sleep },
	{ "hog_and_a_burst_of_tasks_that_run_once", hog_and_a_burst_of_tasks_that_run_once },
	{ "random_sleepers_and_default_terms", random_sleepers_and_default_terms },
	{ "random_sleepers_and_random_terms", random_sleepers_and_random_terms },
	{ "share_is_not_exceeded_where_the_bound_allows",
	  share_is_not_exceeded_where_the_bound_allows },
	{ "share_recovers_after_a_burst", share_recovers_after_a_burst },
	{ "parked_tasks_all_run_and_the_cpu_rests", parked_tasks_all_run_and_the_cpu_rests },
	{ "equal_bids_share_evenly", equal_bids_share_evenly },
	{}
};

const struct test_suite survival_suite = { "survival", cases };
