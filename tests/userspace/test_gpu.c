// SPDX-License-Identifier: GPL-2.0
/*
 * The auction of a GPU, scenario by scenario: who is next, at what price, and turns on the survival
 * share. What happens to a lease is in test_gpu_lease.c, what holds over any run in
 * test_gpu_random.c.
 */
#include "gpu_scene.h"

static void idle_gpu_is_given_at_once(void)
{
	start();
	step_at(T0);
	CHECK(step.next_ns == U64_MAX, "nothing is to come");
	ask(0, 500, 15, T0);
	CHECK(step.granted == &claim[0], "granted in the same step");
	check_holder(0, RESERVE, T0 + 15 * MS);
	CHECK_EQ(step.next_ns, T0 + 15 * MS);
}

static void dearest_bid_is_next_and_pays_the_second_price(void)
{
	start();
	ask(0, 500, 20, T0);
	ask(1, 100, 20, T0 + 1);
	ask(2, 300, 20, T0 + 2);
	ask(3, 200, 20, T0 + 3);
	check_holder(0, RESERVE, T0 + 20 * MS);
	CHECK_EQ(end(0, T0 + 20 * MS), 20 * MS * RESERVE);
	check_holder(2, 200, T0 + 40 * MS);
	CHECK_EQ(end(2, T0 + 30 * MS), 10 * MS * 200);
	check_holder(3, 100, T0 + 50 * MS);
	CHECK_EQ(end(3, T0 + 50 * MS), 20 * MS * 100);
	check_holder(1, RESERVE, T0 + 70 * MS);
	CHECK_EQ(end(1, T0 + 50 * MS + 7), 7 * RESERVE);
	CHECK(!gpu.holder, "nobody is left");
	CHECK_EQ(gpu.auctions, 4);
	CHECK_EQ(gpu.leased_ns, 50 * MS + 7);
	CHECK_EQ(gpu.charged_nanocents, 20 * MS * RESERVE + 10 * MS * 200 + 20 * MS * 100 +
		 7ULL * RESERVE);
}

static void same_bid_is_first_come_first_served(void)
{
	int i;

	start();
	for (i = 0; i < 4; i++)
		ask(i, 100, 20, T0 + (u64)i);
	for (i = 0; i < 4; i++) {
		/* Nobody waited when the first one came, and nobody does at the last. */
		check_holder(i, i == 0 || i == 3 ? RESERVE : 100, gpu.until_ns);
		end(i, T0 + (u64)(i + 1) * 20 * MS);
	}
}

static void own_bids_are_no_rivals(void)
{
	start();
	ask(0, 500, 20, T0);
	mx_gpuplane_ask(&gpu, &claim[1], 400, 7, 20 * MS, T0);
	mx_gpuplane_ask(&gpu, &claim[2], 300, 7, 20 * MS, T0);
	mx_gpuplane_ask(&gpu, &claim[3], 50, 8, 20 * MS, T0);
	end(0, T0 + 20 * MS);
	check_holder(1, 50, T0 + 40 * MS);
}

static void changed_request_keeps_its_place_in_time(void)
{
	start();
	ask(0, 500, 20, T0);
	ask(1, 100, 20, T0 + 1);
	ask(2, 200, 20, T0 + 2);
	ask(1, 300, 10, T0 + 5 * MS);
	CHECK_EQ(claim[1].node.since_ns, T0 + 1);
	end(0, T0 + 20 * MS);
	check_holder(1, 200, T0 + 30 * MS);
}

static void withdrawn_request_is_gone(void)
{
	start();
	ask(0, 500, 20, T0);
	ask(1, 300, 20, T0 + 1);
	CHECK_EQ(end(1, T0 + 2), 0);
	CHECK_EQ(gpu.rq.nr_queued, 0);
	CHECK_EQ(end(1, T0 + 3), 0);
	CHECK_EQ(end(0, T0 + 20 * MS), 20 * MS * RESERVE);
	CHECK(!gpu.holder && step.next_ns == U64_MAX, "nobody wants it");
}

static void parked_request_gets_its_turn(void)
{
	start();
	ask(0, RESERVE - 5, 20, T0);
	CHECK_EQ(claim[0].state, MX_CLAIM_WAITING);
	/* A share of 5 % makes a slice of 20 ms in 400 ms. */
	CHECK_EQ(step.next_ns, T0 + 400 * MS);
	step_at(T0 + 400 * MS - 1);
	CHECK(!step.granted, "not yet");
	step_at(T0 + 400 * MS);
	check_holder(0, RESERVE - 5, T0 + 420 * MS);
}

static void nobody_is_owed_a_turn_for_a_wait_that_was_not(void)
{
	start();
	ask(0, 500, 20, T0);
	end(0, T0 + 20 * MS);
	/* Long idle; then the cheap one waits first, but the dear one is the next. */
	ask(0, 500, 20, T0 + 60000 * MS);
	ask(1, 20, 20, T0 + 60001 * MS);
	ask(2, 300, 20, T0 + 60002 * MS);
	end(0, T0 + 60020 * MS);
	check_holder(2, 20, T0 + 60040 * MS);
}

static void turn_goes_before_the_dear_and_ends_a_series_of_leases(void)
{
	u64 now_ns = T0;

	start();
	ask(0, 100000, 10000, now_ns);
	ask(1, 1, 20, now_ns);
	while (claim[1].state == MX_CLAIM_WAITING && now_ns < T0 + 5000 * MS) {
		now_ns = step.next_ns;
		/* A polite holder: leaves when it is told to. */
		if (gpu.over && gpu.holder == &claim[0])
			end(0, now_ns);
		else
			step_at(now_ns);
	}
	check_holder(1, 1, now_ns + 20 * MS);
	CHECK(now_ns >= T0 + 400 * MS && now_ns <= T0 + 430 * MS, "after %llu ms",
	      (unsigned long long)((now_ns - T0) / MS));
}

/* One who overstays puts a turn off, and with it the next; that one has an end all the same. */
static void wait_that_is_overdue_ends_when_it_is(void)
{
	start();
	mx_gpuplane_tune(&gpu, 1000, 20, 1000, 1);
	ask(1, 1, 20, T0);
	ask(2, 1, 20, T0 + 1000 * MS);
	ask(0, 5000, 20, T0 + 2740 * MS);
	CHECK(gpu.holder == &claim[0], "the dear one has it");
	end(0, T0 + 3750 * MS);
	CHECK(gpu.holder == &claim[1], "the longest wait is next");
	end(1, T0 + 3770 * MS);
	CHECK(!gpu.holder, "the other is parked");
	CHECK_EQ(step.next_ns, T0 + 4500 * MS);
	step_at(T0 + 4500 * MS);
	CHECK(gpu.holder == &claim[2], "after the window, whatever is planned");
}

static void bid_that_is_not_backed_any_more_falls_back(void)
{
	start();
	ask(0, 500, 20, T0);
	ask(1, 300, 20, T0 + 1);
	ask(2, 200, 20, T0 + 2);
	mx_gpuplane_rebid(&gpu, &claim[1], 0, 0);
	end(0, T0 + 20 * MS);
	check_holder(2, RESERVE, T0 + 40 * MS);
	mx_gpuplane_rebid(&gpu, &claim[2], 5, 0);
	CHECK_EQ(gpu.price, RESERVE);
}

/* Who draws on another wallet from now on competes with the old one, at the same bid. */
static void change_of_the_wallet_is_one_of_the_rival(void)
{
	start();
	ask(0, 500, 20, T0);
	ask(1, 300, 20, T0 + 1);
	ask(2, 300, 20, T0 + 2);
	mx_gpuplane_rebid(&gpu, &claim[1], 300, 7);
	mx_gpuplane_rebid(&gpu, &claim[2], 300, 7);
	end(0, T0 + 20 * MS);
	/* Of the same wallet: no rivals. */
	check_holder(1, RESERVE, T0 + 40 * MS);
	mx_gpuplane_rebid(&gpu, &claim[2], 300, 8);
	ask(0, 300, 20, T0 + 30 * MS);
	mx_gpuplane_rebid(&gpu, &claim[0], 300, 7);
	end(1, T0 + 40 * MS);
	check_holder(2, 300, T0 + 60 * MS);
}

static const struct test_case cases[] = {
	{ "idle_gpu_is_given_at_once", idle_gpu_is_given_at_once },
	{ "dearest_bid_is_next_and_pays_the_second_price",
	  dearest_bid_is_next_and_pays_the_second_price },
	{ "same_bid_is_first_come_first_served", same_bid_is_first_come_first_served },
	{ "own_bids_are_no_rivals", own_bids_are_no_rivals },
	{ "changed_request_keeps_its_place_in_time", changed_request_keeps_its_place_in_time },
	{ "withdrawn_request_is_gone", withdrawn_request_is_gone },
	{ "parked_request_gets_its_turn", parked_request_gets_its_turn },
	{ "nobody_is_owed_a_turn_for_a_wait_that_was_not",
	  nobody_is_owed_a_turn_for_a_wait_that_was_not },
	{ "turn_goes_before_the_dear_and_ends_a_series_of_leases",
	  turn_goes_before_the_dear_and_ends_a_series_of_leases },
	{ "wait_that_is_overdue_ends_when_it_is", wait_that_is_overdue_ends_when_it_is },
	{ "bid_that_is_not_backed_any_more_falls_back",
	  bid_that_is_not_backed_any_more_falls_back },
	{ "change_of_the_wallet_is_one_of_the_rival", change_of_the_wallet_is_one_of_the_rival },
	{}
};

const struct test_suite gpu_suite = { "gpu", cases };
