// SPDX-License-Identifier: GPL-2.0
/*
 * A lease of a GPU, scenario by scenario: how long it is, how it goes on, how it ends, and what it
 * costs.
 */
#include "gpu_scene.h"

#include <stdlib.h>

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

static void busy_average_follows_the_leases(void)
{
	u64 now_ns;
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

static void who_pays_may_change_during_a_lease(void)
{
	start();
	ask(0, 500, 20, T0);
	CHECK_EQ(mx_gpuplane_settle(&gpu, T0 + 8 * MS), 8 * MS * RESERVE);
	CHECK_EQ(mx_gpuplane_settle(&gpu, T0 + 8 * MS), 0);
	CHECK_EQ(end(0, T0 + 20 * MS), 12 * MS * RESERVE);
	CHECK_EQ(gpu.leased_ns, 20 * MS);
	CHECK_EQ(gpu.charged_nanocents, 20 * MS * RESERVE);
}

/* Clocks of two CPUs may be a little apart. */
static void no_time_is_charged_twice_if_the_clock_goes_back(void)
{
	start();
	ask(0, 500, 20, T0);
	CHECK_EQ(mx_gpuplane_settle(&gpu, T0 + 10 * MS), 10 * MS * RESERVE);
	step_at(T0 + 5 * MS);
	check_holder(0, RESERVE, T0 + 20 * MS);
	CHECK_EQ(mx_gpuplane_settle(&gpu, T0 + 5 * MS), 0);
	CHECK_EQ(mx_gpuplane_settle(&gpu, T0 - 5 * MS), 0);
	CHECK_EQ(end(0, T0 + 20 * MS), 10 * MS * RESERVE);
	ask(1, 500, 20, T0 + 20 * MS);
	CHECK_EQ(end(1, T0 + 19 * MS), 0);
	CHECK_EQ(gpu.leased_ns, 20 * MS);
}

static void tunables_leave_a_lease_alone(void)
{
	start();
	ask(0, 500, 100, T0);
	mx_gpuplane_tune(&gpu, 300, 10, 5, 50);
	step_at(T0 + 15 * MS);
	check_holder(0, RESERVE, T0 + 20 * MS);
	step_at(T0 + 20 * MS);
	CHECK_EQ(step.cost_nanocents, 20 * MS * RESERVE);
	check_holder(0, 300, T0 + 30 * MS);
}

static void shorter_grace_counts_at_once(void)
{
	start();
	mx_gpuplane_tune(&gpu, RESERVE, 20, 1000, 50);
	ask(0, 500, 20, T0);
	step_at(T0 + 20 * MS);
	CHECK_EQ(step.next_ns, T0 + 1020 * MS);
	mx_gpuplane_tune(&gpu, RESERVE, 20, 5, 50);
	step_at(T0 + 30 * MS);
	CHECK(step.expired == &claim[0], "its time was over");
}

static const struct test_case cases[] = {
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
	{ "busy_average_follows_the_leases", busy_average_follows_the_leases },
	{ "who_pays_may_change_during_a_lease", who_pays_may_change_during_a_lease },
	{ "no_time_is_charged_twice_if_the_clock_goes_back",
	  no_time_is_charged_twice_if_the_clock_goes_back },
	{ "tunables_leave_a_lease_alone", tunables_leave_a_lease_alone },
	{ "shorter_grace_counts_at_once", shorter_grace_counts_at_once },
	{}
};

const struct test_suite gpu_lease_suite = { "gpu_lease", cases };
