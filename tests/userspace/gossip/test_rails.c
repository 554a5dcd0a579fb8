// SPDX-License-Identifier: GPL-2.0
/*
 * Rails of a link: each way from one state to another. All sequences of them are in
 * test_rails_all.c.
 */
#include "rails_lab.h"

static void a_rail_comes_up_and_goes(void)
{
	struct lab lab = lab_new(1);
	struct done *d = &lab.done[0];

	CHECK_EQ(rails_deadline(&lab.r), RAILS_NEVER);
	CHECK(!rails_up(&lab.r), "up from nothing");
	tell(&lab, 0, RAIL_IN_PORT_DOWN);
	CHECK_EQ(state(&lab, 0), RAIL_DOWN);
	bring_up(&lab, 0);
	CHECK(rails_up(&lab.r) && rails_select(&lab.r, false) == 1, "not up");
	tick(&lab, 20 * S);
	CHECK_EQ(state(&lab, 0), RAIL_UP);
	tell(&lab, 0, RAIL_IN_PORT_DOWN);
	CHECK_EQ(state(&lab, 0), RAIL_DOWN);
	CHECK(!rails_up(&lab.r) && !rails_select(&lab.r, true), "sends on a port that is down");
	CHECK(d->opens == 1 && d->joins == 1 && d->leaves == 1 && d->closes == 1, "not tidied up");
	tell(&lab, 0, RAIL_IN_REMOVED);
	CHECK_EQ(state(&lab, 0), RAIL_GONE);
	/* It was up for long: there is no reason to wait for more than the least. */
	tell(&lab, 0, RAIL_IN_PORT_UP);
	tick(&lab, 101 * MS);
	CHECK_EQ(state(&lab, 0), RAIL_OPENING);
}

static void each_failure_is_tried_again(void)
{
	static const struct {
		enum rail_input input;
		enum rail_state from, to;
		bool open;
	} way[] = {
		{ RAIL_IN_OPEN_FAILED, RAIL_OPENING, RAIL_BACKOFF, false },
		{ RAIL_IN_ADDR_CHANGE, RAIL_OPENING, RAIL_BACKOFF, false },
		{ RAIL_IN_FATAL, RAIL_OPENING, RAIL_BACKOFF, false },
		{ RAIL_IN_JOIN_FAILED, RAIL_JOINING, RAIL_BACKOFF, true },
		{ RAIL_IN_MULTICAST_ERROR, RAIL_JOINING, RAIL_BACKOFF, true },
		{ RAIL_IN_FATAL, RAIL_JOINING, RAIL_BACKOFF, false },
		{ RAIL_IN_MULTICAST_ERROR, RAIL_UP, RAIL_BACKOFF, true },
		{ RAIL_IN_ADDR_CHANGE, RAIL_UP, RAIL_BACKOFF, false },
		{ RAIL_IN_FATAL, RAIL_UP, RAIL_BACKOFF, false },
		{ RAIL_IN_PORT_DOWN, RAIL_OPENING, RAIL_DOWN, false },
		{ RAIL_IN_PORT_DOWN, RAIL_JOINING, RAIL_DOWN, false },
		{ RAIL_IN_REMOVED, RAIL_JOINING, RAIL_GONE, false },
		{ RAIL_IN_REMOVED, RAIL_UP, RAIL_GONE, false },
		/* What does not concern a state. */
		{ RAIL_IN_JOINED, RAIL_OPENING, RAIL_OPENING, true },
		{ RAIL_IN_JOIN_FAILED, RAIL_OPENING, RAIL_OPENING, true },
		{ RAIL_IN_MULTICAST_ERROR, RAIL_OPENING, RAIL_OPENING, true },
		{ RAIL_IN_SEND_ERROR, RAIL_JOINING, RAIL_JOINING, true },
		{ RAIL_IN_OPEN_FAILED, RAIL_JOINING, RAIL_JOINING, true },
		{ RAIL_IN_SM_CHANGE, RAIL_JOINING, RAIL_JOINING, true },
		{ RAIL_IN_JOIN_FAILED, RAIL_UP, RAIL_UP, true },
		{ RAIL_IN_PORT_UP, RAIL_UP, RAIL_UP, true },
		{ RAIL_IN_HEARD, RAIL_UP, RAIL_UP, true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(way); i++) {
		struct lab lab = lab_new(1);

		tell(&lab, 0, RAIL_IN_PORT_UP);
		if (way[i].from != RAIL_OPENING)
			tell(&lab, 0, RAIL_IN_OPENED);
		if (way[i].from == RAIL_UP)
			tell(&lab, 0, RAIL_IN_JOINED);
		CHECK_EQ(state(&lab, 0), way[i].from);
		tell(&lab, 0, way[i].input);
		CHECK(state(&lab, 0) == way[i].to && lab.done[0].open == way[i].open,
		      "way %zu: %s, %s", i, rail_state_names[state(&lab, 0)],
		      lab.done[0].open ? "open" : "closed");
		if (way[i].to != RAIL_BACKOFF)
			continue;
		tick(&lab, 101 * MS);
		CHECK_EQ(state(&lab, 0), way[i].open ? RAIL_JOINING : RAIL_OPENING);
	}
}

static void who_does_not_answer_has_failed(void)
{
	struct lab lab = lab_new(1);

	tell(&lab, 0, RAIL_IN_PORT_UP);
	CHECK_EQ(rails_deadline(&lab.r), lab.now_ns + 5 * S);
	tick(&lab, 5 * S - 1);
	CHECK_EQ(state(&lab, 0), RAIL_OPENING);
	tick(&lab, 1);
	CHECK_EQ(state(&lab, 0), RAIL_BACKOFF);
	CHECK_EQ(lab.done[0].closes, 1);
	tick(&lab, 200 * MS);
	tell(&lab, 0, RAIL_IN_OPENED);
	tick(&lab, 10 * S);
	CHECK_EQ(state(&lab, 0), RAIL_BACKOFF);
	CHECK_EQ(lab.done[0].leaves, 1);
}

/* An answer to what was given up meanwhile is none to what was asked for after that. */
static void late_answers_are_not_looked_at(void)
{
	struct lab lab = lab_new(1);
	struct rail_event late = { .input = RAIL_IN_JOINED };

	tell(&lab, 0, RAIL_IN_PORT_UP);
	tell(&lab, 0, RAIL_IN_OPENED);
	late.serial = lab.done[0].serial;
	tick(&lab, 10 * S);
	tick(&lab, 200 * MS);
	CHECK_EQ(state(&lab, 0), RAIL_JOINING);
	rails_input(&lab.r, lab.now_ns, &late, 0);
	CHECK_EQ(state(&lab, 0), RAIL_JOINING);
	tell(&lab, 0, RAIL_IN_JOINED);
	CHECK_EQ(state(&lab, 0), RAIL_UP);
	/* Nor is one to what has not been begun. */
	tell(&lab, 0, RAIL_IN_FATAL);
	lab.now_ns += S;
	rails_tick(&lab.r, lab.now_ns, 0);
	late = (struct rail_event){ .input = RAIL_IN_OPENED, .serial = lab.r.rail[0].serial };
	rails_input(&lab.r, lab.now_ns, &late, 0);
	CHECK_EQ(state(&lab, 0), RAIL_OPENING);
	/* What was asked for and is not wanted any more before it was begun never is. */
	late.input = RAIL_IN_PORT_DOWN;
	rails_input(&lab.r, lab.now_ns, &late, 0);
	obey(&lab);
	CHECK_EQ(lab.done[0].opens, 1);
	CHECK_EQ(lab.done[0].closes, 1);
	sane(&lab);
}

static void waits_grow_are_drawn_and_bounded(void)
{
	uint64_t wait, most = 100 * MS, shortest = UINT64_MAX, longest = 0, k;
	struct lab lab = lab_new(1);
	uint32_t i;

	tell(&lab, 0, RAIL_IN_PORT_UP);
	for (i = 0; i < 40; i++) {
		tell(&lab, 0, RAIL_IN_OPEN_FAILED);
		CHECK_EQ(state(&lab, 0), RAIL_BACKOFF);
		wait = rails_deadline(&lab.r) - lab.now_ns;
		CHECK(wait >= most / 2 && wait <= most, "wait %u is %.3f s of %.3f", i,
		      (double)wait / 1e9, (double)most / 1e9);
		tick(&lab, wait);
		CHECK_EQ(state(&lab, 0), RAIL_OPENING);
		most = 2 * most < 30 * S ? 2 * most : 30 * S;
	}
	/* Of many that fail at the same time no two wait for as long. */
	for (k = 0; k < 200; k++) {
		struct lab other = lab;

		other.random = test_random();
		tell(&other, 0, RAIL_IN_OPEN_FAILED);
		wait = rails_deadline(&other.r) - other.now_ns;
		shortest = wait < shortest ? wait : shortest;
		longest = wait > longest ? wait : longest;
	}
	CHECK(longest - shortest > 12 * S, "all within %.3f s", (double)(longest - shortest) / 1e9);
	/* Up for long: forgotten. For a moment: not. */
	tell(&lab, 0, RAIL_IN_OPENED);
	tell(&lab, 0, RAIL_IN_JOINED);
	tick(&lab, 9 * S);
	tell(&lab, 0, RAIL_IN_FATAL);
	CHECK(rails_deadline(&lab.r) - lab.now_ns >= 15 * S, "forgotten too soon");
	tick(&lab, 31 * S);
	tell(&lab, 0, RAIL_IN_OPENED);
	tell(&lab, 0, RAIL_IN_JOINED);
	tick(&lab, 10 * S);
	tell(&lab, 0, RAIL_IN_FATAL);
	CHECK(rails_deadline(&lab.r) - lab.now_ns <= 100 * MS, "never forgotten");
}

static void a_port_that_flaps_costs_few_joins(void)
{
	struct lab lab = lab_new(1);
	uint32_t i, k;

	for (i = 0; i < 1000; i++) {
		tell(&lab, 0, RAIL_IN_PORT_UP);
		for (k = 0; k < 3; k++) {
			tell(&lab, 0, RAIL_IN_OPENED);
			tell(&lab, 0, RAIL_IN_JOINED);
			tick(&lab, 10 * MS);
		}
		tell(&lab, 0, RAIL_IN_PORT_DOWN);
		tick(&lab, 30 * MS);
	}
	/* In 60 s: waits of 0.1 to 25.6 s, and a port that is down at the end of every second. */
	CHECK(lab.done[0].joins >= 4 && lab.done[0].joins <= 12, "%u joins in %.0f s",
	      lab.done[0].joins, (double)(lab.now_ns - S) / 1e9);
}

static void after_some_joins_that_fail_it_is_opened_anew(void)
{
	struct lab lab = lab_new(1);
	uint32_t i;

	tell(&lab, 0, RAIL_IN_PORT_UP);
	tell(&lab, 0, RAIL_IN_OPENED);
	for (i = 0; i < 4; i++) {
		CHECK_EQ(lab.done[0].opens, 1);
		tell(&lab, 0, RAIL_IN_JOIN_FAILED);
		tick(&lab, 31 * S);
	}
	CHECK_EQ(state(&lab, 0), RAIL_OPENING);
	CHECK_EQ(lab.done[0].opens, 2);
}

static void a_new_subnet_manager_is_joined_again(void)
{
	uint64_t shortest = UINT64_MAX, longest = 0, wait;
	uint32_t i;

	for (i = 0; i < 100; i++) {
		struct lab lab = lab_new(1);

		bring_up(&lab, 0);
		tick(&lab, S);
		tell(&lab, 0, i & 1 ? RAIL_IN_SM_CHANGE : RAIL_IN_REREGISTER);
		CHECK(rails_up(&lab.r), "gone before it has to");
		wait = rails_deadline(&lab.r) - lab.now_ns;
		CHECK(wait <= S, "in %llu ns", (unsigned long long)wait);
		shortest = wait < shortest ? wait : shortest;
		longest = wait > longest ? wait : longest;
		/* Told once more, it is not put off. */
		tick(&lab, wait / 2);
		tell(&lab, 0, RAIL_IN_REREGISTER);
		CHECK(rails_deadline(&lab.r) <= lab.now_ns + wait - wait / 2, "put off");
		tick(&lab, wait - wait / 2);
		CHECK_EQ(state(&lab, 0), RAIL_JOINING);
		CHECK(lab.done[0].leaves == 1 && lab.done[0].joins == 2, "%u leaves, %u joins",
		      lab.done[0].leaves, lab.done[0].joins);
		tell(&lab, 0, RAIL_IN_JOINED);
		CHECK_EQ(rails_deadline(&lab.r), RAILS_NEVER);
	}
	CHECK(longest - shortest > S / 2, "all within %.3f s", (double)(longest - shortest) / 1e9);
}

static void the_next_rail_takes_over_at_once(void)
{
	static const enum rail_input end[] = {
		RAIL_IN_PORT_DOWN, RAIL_IN_REMOVED, RAIL_IN_FATAL, RAIL_IN_MULTICAST_ERROR,
		RAIL_IN_ADDR_CHANGE, RAIL_IN_SEND_ERROR,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(end); i++) {
		struct lab lab = lab_new(3);

		bring_up(&lab, 1);
		bring_up(&lab, 2);
		CHECK_EQ(rails_select(&lab.r, false), 2);
		CHECK_EQ(rails_select(&lab.r, true), 6);
		/* A better one has to prove itself first. */
		bring_up(&lab, 0);
		CHECK_EQ(rails_select(&lab.r, false), 2);
		CHECK_EQ(rails_select(&lab.r, true), 7);
		CHECK_EQ(rails_deadline(&lab.r), lab.now_ns + 5 * S);
		tick(&lab, 5 * S - 1);
		CHECK_EQ(rails_select(&lab.r, false), 2);
		tick(&lab, 1);
		CHECK_EQ(rails_select(&lab.r, false), 1);
		CHECK_EQ(lab.r.failovers, 0);
		tell(&lab, 0, end[i]);
		CHECK_EQ(rails_select(&lab.r, false), 2);
		CHECK_EQ(lab.r.failovers, 1);
	}
}

static void sends_that_fail_make_it_sick_and_then_end_it(void)
{
	struct lab lab = lab_new(2);

	bring_up(&lab, 0);
	bring_up(&lab, 1);
	tell(&lab, 0, RAIL_IN_SEND_ERROR);
	CHECK_EQ(rails_select(&lab.r, false), 2);
	/* Urgent is what has to arrive: it may work. */
	CHECK_EQ(rails_select(&lab.r, true), 3);
	tick(&lab, S);
	CHECK(!lab.r.rail[0].sick, "for ever");
	tick(&lab, 5 * S);
	CHECK_EQ(rails_select(&lab.r, false), 1);
	tell(&lab, 0, RAIL_IN_SEND_ERROR);
	tell(&lab, 0, RAIL_IN_SEND_ERROR);
	CHECK_EQ(state(&lab, 0), RAIL_UP);
	tell(&lab, 0, RAIL_IN_SEND_ERROR);
	CHECK_EQ(state(&lab, 0), RAIL_BACKOFF);
	CHECK(!lab.done[0].open, "still open");
	/* One that is alone and sick is better than none. */
	tell(&lab, 1, RAIL_IN_SEND_ERROR);
	CHECK_EQ(rails_select(&lab.r, false), 2);
}

static void where_none_is_well_it_stays_with_one(void)
{
	struct lab lab = lab_new(2);

	bring_up(&lab, 1);
	bring_up(&lab, 0);
	tell(&lab, 0, RAIL_IN_SEND_ERROR);
	tell(&lab, 1, RAIL_IN_SEND_ERROR);
	CHECK_EQ(rails_select(&lab.r, false), 2);
	CHECK_EQ(lab.r.failovers, 0);
	/* The first that is well again. */
	tick(&lab, S / 2);
	tell(&lab, 1, RAIL_IN_SEND_ERROR);
	tick(&lab, S / 2);
	CHECK_EQ(rails_select(&lab.r, false), 1);
	CHECK_EQ(lab.r.failovers, 1);
}

static void who_hears_nothing_of_what_others_hear_is_deaf(void)
{
	struct lab lab = lab_new(2);
	uint32_t i;

	bring_up(&lab, 0);
	bring_up(&lab, 1);
	for (i = 0; i < 50; i++) {
		tell(&lab, 0, RAIL_IN_HEARD);
		tell(&lab, 1, RAIL_IN_HEARD);
		tick(&lab, 10 * MS);
	}
	CHECK_EQ(rails_select(&lab.r, false), 1);
	/* Three may get lost. */
	for (i = 0; i < 3; i++) {
		tell(&lab, 1, RAIL_IN_HEARD);
		tick(&lab, 10 * MS);
	}
	CHECK_EQ(rails_select(&lab.r, false), 1);
	tell(&lab, 1, RAIL_IN_HEARD);
	CHECK(lab.r.rail[0].deaf, "not deaf");
	CHECK_EQ(rails_select(&lab.r, false), 2);
	CHECK_EQ(rails_select(&lab.r, true), 3);
	tell(&lab, 0, RAIL_IN_HEARD);
	CHECK(!lab.r.rail[0].deaf, "deaf for ever");
	CHECK_EQ(rails_select(&lab.r, false), 2);
	for (i = 0; i < 500; i++) {
		tell(&lab, 0, RAIL_IN_HEARD);
		tell(&lab, 1, RAIL_IN_HEARD);
		tick(&lab, 10 * MS);
	}
	CHECK_EQ(rails_select(&lab.r, false), 1);
	/* Where nobody hears anything nobody is deaf. */
	tick(&lab, 100 * S);
	CHECK_EQ(rails_select(&lab.r, false), 1);
	/* A burst that comes on one rail first is no proof. */
	tick(&lab, S);
	tell(&lab, 0, RAIL_IN_HEARD);
	for (i = 0; i < 100; i++)
		tell(&lab, 1, RAIL_IN_HEARD);
	CHECK(!lab.r.rail[0].deaf, "deaf by a burst");
}

/* They are looked at one after the other, now this one last and now that one. */
static void who_is_looked_at_last_is_not_deaf(void)
{
	static const uint8_t bursts[] = { 1, 10 };
	struct lab lab = lab_new(RAILS_MAX);
	uint32_t round, i, k, n;

	for (i = 0; i < RAILS_MAX; i++)
		bring_up(&lab, (uint8_t)i);
	for (round = 0; round < 200; round++) {
		tick(&lab, 50 * MS);
		for (k = 0; k < RAILS_MAX; k++) {
			i = round % 2 ? k : RAILS_MAX - 1 - k;
			for (n = 0; n < bursts[round / 100]; n++)
				tell(&lab, (uint8_t)i, RAIL_IN_HEARD);
			CHECK(!lab.r.rail[0].deaf && !lab.r.rail[RAILS_MAX - 1].deaf,
			      "deaf in round %u", round);
		}
	}
	CHECK_EQ(lab.r.failovers, 0);
	CHECK_EQ(lab.r.active, 0);
}

static void what_cannot_be_is_not_looked_at(void)
{
	struct rail_event odd = { .input = RAIL_INPUTS, .rail = 0 };
	struct lab lab = lab_new(200), was;

	CHECK_EQ(lab.r.nr, RAILS_MAX);
	bring_up(&lab, 7);
	was = lab;
	rails_input(&lab.r, lab.now_ns, &odd, 1);
	odd = (struct rail_event){ .input = RAIL_IN_REMOVED, .rail = RAILS_MAX };
	rails_input(&lab.r, lab.now_ns, &odd, 1);
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): one is a copy of the other */
	CHECK(!memcmp(&lab.r, &was.r, sizeof(was.r)), "changed");
	/* Time that goes back does not count. */
	odd = (struct rail_event){ .input = RAIL_IN_FATAL, .rail = 7 };
	rails_input(&lab.r, 0, &odd, 1);
	CHECK(rails_deadline(&lab.r) > lab.now_ns, "a deadline in the past");
}

static const struct test_case cases[] = {
	{ "a_rail_comes_up_and_goes", a_rail_comes_up_and_goes },
	{ "each_failure_is_tried_again", each_failure_is_tried_again },
	{ "who_does_not_answer_has_failed", who_does_not_answer_has_failed },
	{ "late_answers_are_not_looked_at", late_answers_are_not_looked_at },
	{ "waits_grow_are_drawn_and_bounded", waits_grow_are_drawn_and_bounded },
	{ "a_port_that_flaps_costs_few_joins", a_port_that_flaps_costs_few_joins },
	{ "after_some_joins_that_fail_it_is_opened_anew",
	  after_some_joins_that_fail_it_is_opened_anew },
	{ "a_new_subnet_manager_is_joined_again", a_new_subnet_manager_is_joined_again },
	{ "the_next_rail_takes_over_at_once", the_next_rail_takes_over_at_once },
	{ "sends_that_fail_make_it_sick_and_then_end_it",
	  sends_that_fail_make_it_sick_and_then_end_it },
	{ "where_none_is_well_it_stays_with_one", where_none_is_well_it_stays_with_one },
	{ "who_hears_nothing_of_what_others_hear_is_deaf",
	  who_hears_nothing_of_what_others_hear_is_deaf },
	{ "who_is_looked_at_last_is_not_deaf", who_is_looked_at_last_is_not_deaf },
	{ "what_cannot_be_is_not_looked_at", what_cannot_be_is_not_looked_at },
	{ 0 },
};

const struct test_suite rails_suite = { .name = "rails", .cases = cases };
