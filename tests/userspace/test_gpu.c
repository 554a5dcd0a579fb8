// SPDX-License-Identifier: GPL-2.0
/*
 * The auction of a GPU, scenario by scenario. What holds over any run is tested in
 * test_gpu_random.c.
 */
#include "gpuplane.h"
#include "harness.h"

#include <stdlib.h>

#define MS 1000000ULL
#define T0 (1000 * MS)
#define RESERVE 10

static struct mx_gpuplane gpu;
static struct mx_claim claim[8];
static struct mx_gpu_step step;

static void start(void)
{
	mx_gpuplane_init(&gpu, T0);
	mx_gpuplane_tune(&gpu, RESERVE, 20, 5, 50);
	memset(claim, 0, sizeof(claim));
}

static void step_at(u64 now_ns)
{
	mx_gpuplane_step(&gpu, now_ns, &step);
}

static void ask(int i, u32 bid, u64 time_ms, u64 now_ns)
{
	mx_gpuplane_ask(&gpu, &claim[i], bid, 0, time_ms * MS, now_ns);
	step_at(now_ns);
}

static u64 end(int i, u64 now_ns)
{
	u64 cost_nanocents = mx_gpuplane_end(&gpu, &claim[i], now_ns);

	step_at(now_ns);
	return cost_nanocents;
}

static void check_holder(int i, u32 price, u64 until_ns)
{
	CHECK(gpu.holder == &claim[i], "held by %td", gpu.holder ? gpu.holder - claim : -1);
	CHECK_EQ(claim[i].state, MX_CLAIM_HELD);
	CHECK_EQ(gpu.price, price);
	CHECK_EQ(gpu.until_ns, until_ns);
}

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
		 7 * RESERVE);
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

static void lease_is_no_longer_than_a_slice(void)
{
	start();
	ask(0, 500, 10000, T0);
	check_holder(0, RESERVE, T0 + 20 * MS);
	CHECK_EQ(claim[0].left_ns, 9980 * MS);
}

static void better_bid_does_not_cut_a_lease_short(void)
{
	start();
	ask(0, 100, 20, T0);
	ask(1, 100000, 20, T0 + MS);
	check_holder(0, RESERVE, T0 + 20 * MS);
	CHECK_EQ(claim[1].state, MX_CLAIM_WAITING);
	CHECK_EQ(step.next_ns, T0 + 20 * MS);
}

static void holder_goes_on_at_a_new_price_if_it_outbids_all(void)
{
	start();
	ask(0, 500, 50, T0);
	ask(1, 200, 20, T0 + MS);
	step_at(T0 + 20 * MS);
	CHECK(step.renewed == &claim[0], "renewed");
	CHECK_EQ(step.cost_nanocents, 20 * MS * RESERVE);
	check_holder(0, 200, T0 + 40 * MS);
	step_at(T0 + 40 * MS);
	CHECK_EQ(step.cost_nanocents, 20 * MS * 200);
	check_holder(0, 200, T0 + 50 * MS);
	step_at(T0 + 50 * MS);
	CHECK(!step.renewed && !step.expired, "the time asked for is over, the grace begins");
	CHECK_EQ(end(0, T0 + 51 * MS), 11 * MS * 200);
	check_holder(1, RESERVE, T0 + 71 * MS);
}

static void holder_yields_to_its_equals(void)
{
	start();
	ask(0, 500, 100, T0);
	ask(1, 500, 100, T0 + MS);
	step_at(T0 + 20 * MS);
	CHECK(!step.renewed, "an equal waits");
	CHECK_EQ(step.next_ns, T0 + 25 * MS);
	end(0, T0 + 21 * MS);
	check_holder(1, RESERVE, T0 + 41 * MS);
}

static void holder_below_the_reserve_leaves(void)
{
	start();
	ask(0, 500, 100, T0);
	mx_gpuplane_tune(&gpu, 600, 20, 5, 50);
	step_at(T0 + 20 * MS);
	CHECK(!step.renewed && gpu.over, "its bid does not clear any more");
}

static void overstayed_lease_is_taken_away_and_charged_in_full(void)
{
	start();
	ask(0, 500, 20, T0);
	ask(1, 300, 20, T0 + MS);
	step_at(T0 + 20 * MS);
	CHECK(!step.expired, "in grace");
	CHECK_EQ(step.next_ns, T0 + 25 * MS);
	step_at(T0 + 25 * MS - 1);
	CHECK(!step.expired, "still in grace");
	step_at(T0 + 25 * MS + 3);
	CHECK(step.expired == &claim[0] && step.granted == &claim[1], "the next one has it");
	CHECK_EQ(step.cost_nanocents, (25 * MS + 3) * RESERVE);
	CHECK_EQ(claim[0].state, MX_CLAIM_EXPIRED);
	CHECK_EQ(gpu.overstayed, 1);
	check_holder(1, RESERVE, T0 + 45 * MS + 3);
	CHECK_EQ(mx_gpuplane_end(&gpu, &claim[0], T0 + 30 * MS), 0);
	CHECK_EQ(claim[0].state, MX_CLAIM_NONE);
}

static void grace_may_be_nothing(void)
{
	start();
	mx_gpuplane_tune(&gpu, RESERVE, 20, 0, 50);
	ask(0, 500, 20, T0);
	step_at(T0 + 20 * MS);
	CHECK(step.expired == &claim[0], "at the end of the lease");
}

static void release_in_grace_is_no_offence(void)
{
	start();
	ask(0, 500, 20, T0);
	step_at(T0 + 20 * MS);
	CHECK_EQ(end(0, T0 + 24 * MS), 24 * MS * RESERVE);
	CHECK_EQ(gpu.overstayed, 0);
	CHECK_EQ(claim[0].state, MX_CLAIM_NONE);
}

static void more_time_can_be_asked_for(void)
{
	start();
	ask(0, 500, 20, T0);
	ask(1, 300, 20, T0 + MS);
	ask(0, 800, 30, T0 + 10 * MS);
	check_holder(0, RESERVE, T0 + 20 * MS);
	step_at(T0 + 20 * MS);
	CHECK(step.renewed == &claim[0], "renewed");
	check_holder(0, 300, T0 + 40 * MS);
	CHECK_EQ(claim[0].left_ns, 10 * MS);
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

static void busy_average_follows_the_leases(void)
{
	u64 now_ns = T0;
	int i;

	start();
	CHECK_EQ(mx_gpuplane_busy_q16(&gpu, T0 + 1000 * MS), 0);
	ask(0, 500, 10000, T0 + 1000 * MS);
	/* Half of the way in a half-life. */
	CHECK(abs((int)mx_gpuplane_busy_q16(&gpu, T0 + 1500 * MS) - 32768) < 16, "%u",
	      mx_gpuplane_busy_q16(&gpu, T0 + 1500 * MS));
	CHECK(mx_gpuplane_busy_q16(&gpu, T0 + 60000 * MS) >= 65535, "full");
	end(0, T0 + 60000 * MS);
	CHECK(abs((int)mx_gpuplane_busy_q16(&gpu, T0 + 60500 * MS) - 32768) < 16, "back");
	CHECK_EQ(mx_gpuplane_busy_q16(&gpu, T0 + 120000 * MS), 0);
	/* One in four, in pieces so short that rounding would eat them. */
	now_ns = T0 + 120000 * MS;
	for (i = 0; i < 200000; i++) {
		ask(0, 500, 1, now_ns);
		end(0, now_ns + 10000);
		now_ns += 40000;
	}
	CHECK(abs((int)mx_gpuplane_busy_q16(&gpu, now_ns) - 16384) < 64, "%u",
	      mx_gpuplane_busy_q16(&gpu, now_ns));
}

static const struct test_case cases[] = {
	{ "idle_gpu_is_given_at_once", idle_gpu_is_given_at_once },
	{ "dearest_bid_is_next_and_pays_the_second_price",
	  dearest_bid_is_next_and_pays_the_second_price },
	{ "same_bid_is_first_come_first_served", same_bid_is_first_come_first_served },
	{ "own_bids_are_no_rivals", own_bids_are_no_rivals },
	{ "lease_is_no_longer_than_a_slice", lease_is_no_longer_than_a_slice },
	{ "better_bid_does_not_cut_a_lease_short", better_bid_does_not_cut_a_lease_short },
	{ "holder_goes_on_at_a_new_price_if_it_outbids_all",
	  holder_goes_on_at_a_new_price_if_it_outbids_all },
	{ "holder_yields_to_its_equals", holder_yields_to_its_equals },
	{ "holder_below_the_reserve_leaves", holder_below_the_reserve_leaves },
	{ "overstayed_lease_is_taken_away_and_charged_in_full",
	  overstayed_lease_is_taken_away_and_charged_in_full },
	{ "grace_may_be_nothing", grace_may_be_nothing },
	{ "release_in_grace_is_no_offence", release_in_grace_is_no_offence },
	{ "more_time_can_be_asked_for", more_time_can_be_asked_for },
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
	{ "busy_average_follows_the_leases", busy_average_follows_the_leases },
	{}
};

const struct test_suite gpu_suite = { "gpu", cases };
