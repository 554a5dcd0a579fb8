// SPDX-License-Identifier: GPL-2.0
/*
 * All sequences of what can happen to rails, up to some length, with what has to hold after each.
 */
#include "rails_lab.h"

#define DEPTH_ONE 5
#define DEPTH_TWO 3

/* From here on all goes well: every rail comes up, in bounded time and steps. */
static void all_is_well(struct lab lab)
{
	uint64_t end = lab.now_ns + 60 * S;
	int i, steps;
	bool all;

	for (i = 0; i < lab.r.nr; i++)
		tell(&lab, i, RAIL_IN_PORT_UP);
	for (steps = 0; steps < 60; steps++) {
		all = true;
		for (i = 0; i < lab.r.nr; i++) {
			if (state(&lab, i) == RAIL_OPENING)
				tell(&lab, i, RAIL_IN_OPENED);
			if (state(&lab, i) == RAIL_JOINING)
				tell(&lab, i, RAIL_IN_JOINED);
			all &= state(&lab, i) == RAIL_UP && !lab.r.rail[i].sick &&
			       lab.r.rail[i].rejoin_ns == RAILS_NEVER && !lab.r.active;
			if (lab.r.rail[i].deaf)
				tell(&lab, i, RAIL_IN_HEARD);
		}
		if (all)
			return;
		CHECK(rails_deadline(&lab.r) <= end, "nothing is due");
		tick(&lab, rails_deadline(&lab.r) - lab.now_ns);
	}
	for (i = 0; i < lab.r.nr; i++)
		CHECK(state(&lab, i) == RAIL_UP && !lab.r.active, "rail %d stays %s, %d is active",
		      i, rail_state_names[state(&lab, i)], lab.r.active);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than it is told */
static uint64_t explore(const struct lab *from, int depth)
{
	static const uint64_t waits[] = { 1, 20 * MS, 0, 11 * S };
	uint64_t seen = 1, wait;
	struct lab lab;
	int i, input;
	size_t k;

	all_is_well(*from);
	if (!depth)
		return seen;
	for (i = 0; i < from->r.nr; i++) {
		for (input = 0; input < RAIL_INPUTS; input++) {
			lab = *from;
			tell(&lab, i, input);
			seen += explore(&lab, depth - 1);
		}
	}
	for (k = 0; k < ARRAY_SIZE(waits); k++) {
		lab = *from;
		wait = waits[k];
		if (!wait && rails_deadline(&lab.r) != RAILS_NEVER)
			wait = rails_deadline(&lab.r) - lab.now_ns;
		tick(&lab, wait);
		seen += explore(&lab, depth - 1);
	}
	return seen;
}

static void all_sequences_keep_what_has_to_hold(void)
{
	struct lab lab = lab_new(1);
	uint64_t seen;

	/* From nothing, and from where all is well. */
	seen = explore(&lab, DEPTH_ONE - 1);
	bring_up(&lab, 0);
	seen += explore(&lab, DEPTH_ONE - 1);
	lab = lab_new(2);
	seen += explore(&lab, DEPTH_TWO);
	bring_up(&lab, 0);
	bring_up(&lab, 1);
	seen += explore(&lab, DEPTH_TWO);
	CHECK(seen > 200000, "only %llu", (unsigned long long)seen);
}

static void long_sequences_keep_it_as_well(void)
{
	struct lab lab = lab_new(4);
	uint32_t i;

	for (i = 0; i < 200000; i++) {
		if (test_random_below(3))
			tell(&lab, (uint8_t)test_random_below(4),
			     (enum rail_input)test_random_below(RAIL_INPUTS));
		else
			tick(&lab, test_random_log(20 * S));
		if (!(i % 1000))
			all_is_well(lab);
	}
}

static const struct test_case cases[] = {
	{ "all_sequences_keep_what_has_to_hold", all_sequences_keep_what_has_to_hold },
	{ "long_sequences_keep_it_as_well", long_sequences_keep_it_as_well },
	{ 0 },
};

const struct test_suite rails_all_suite = { .name = "rails_all", .cases = cases };
