// SPDX-License-Identifier: GPL-2.0
/*
 * What is around a node: each cause has its price, causes add up, and what got better is believed
 * little by little.
 */
#include "control_scene.h"

#define NEIGHBOURS 70

/* Total and its causes. */
static void check_causes(const struct control_output *out, double total, double tolerance)
{
	double product = 1;
	unsigned int i;

	for (i = 0; i < CONTROL_CAUSES; i++)
		product *= out->component[i];
	CHECK(fabs(out->total / product - 1) < tolerance, "%g, by its causes %g",
	      out->total, product);
	CHECK(fabs(out->total / total - 1) < tolerance, "%g, not %g", out->total, total);
	CHECK(fabs((double)out->local.multiplier / CONTROL_ONE * out->external.multiplier /
		   CONTROL_ONE / out->total - 1) < 0.0001, "local and external are not the total");
}

static double settled(struct control_input in)
{
	struct control *c = new_control(NULL);
	struct control_output out;

	settle(c, &in, &out, 300);
	check_causes(&out, out.total, 0.001);
	free(c);
	return out.total;
}

static double beside(double coupling, double weight, double margin_c, double shrinks_c_per_s)
{
	const struct control_neighbour n = { coupling, weight, margin_c, shrinks_c_per_s, false };
	struct control_input in = calm();

	in.neighbours = &n;
	in.nr_neighbours = 1;
	return settled(in);
}

static void each_cause_has_its_price(void)
{
	static const struct control_neighbour silent = { 1, 1, 50, 0, true };
	struct control_input in = calm();

	/* 1 + coupling x (span / margin - 1) */
	CHECK(fabs(beside(0.8, 1, 5, 0) - (1 + 0.8 * (20.0 / 5 - 1))) < 0.001,
	      "a neighbour of 5 K");
	CHECK(fabs(beside(0.8, 0.5, 5, 0) - (1 + 0.4 * 3)) < 0.001, "believed half");
	CHECK(fabs(beside(1, 1, -3, 0) - 8) < 0.001, "more than one neighbour can raise it by");
	CHECK(fabs(beside(1, 1, 20, 2) - 20.0 / 14) < 0.001,
	      "a margin of 20 K that shrinks by 2 K/s");
	CHECK(fabs(beside(1, 1, 20, -2) - 1) < 0.001, "a margin that grows");
	in.neighbours = &silent;
	in.nr_neighbours = 1;
	CHECK(fabs(settled(in) - 1.5) < 0.001, "a silent one");
	CHECK(fabs(beside(0.5, 1, NAN, 0) - 1.125) < 0.001, "one that does not say");
	in.nr_neighbours = 0;
	in.degraded = true;
	CHECK(fabs(settled(in) - 1.1) < 0.001, "degraded");
	in.degraded = false;
	in.cooling_headroom = 0.1;
	CHECK(fabs(settled(in) - 3) < 0.001, "a third of the headroom at which it starts");
	in.cooling_headroom = 0;
	CHECK(fabs(settled(in) - 8) < 0.001, "no cooling left");
	in.cooling_headroom = NAN;
	in.supply_headroom = 0.1;
	CHECK(fabs(settled(in) - 2) < 0.001, "half of the supply's");
	in.supply_headroom = NAN;
	in.seen = 8;
	CHECK(fabs(settled(in) - 1.48) < 0.001, "half of the nodes");
	in.expected = 0;
	CHECK(fabs(settled(in) - 1) < 0.001, "nobody knows how many there should be");
}

/* In the same step, whatever came right before it; all the way within two actuation delays. */
static void a_crisis_next_door_shows_at_once(void)
{
	static struct control_neighbour n;
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	n = (struct control_neighbour) { .coupling = 1, .weight = 1, .margin_c = 30 };
	in.neighbours = &n;
	in.nr_neighbours = 1;
	settle(c, &in, &out, 10);
	CHECK_EQ(out.external.multiplier, CONTROL_ONE);
	control_step(c, &in, &out);
	n.margin_c = 2;
	control_step(c, &in, &out);
	CHECK(out.external.multiplier > 2 * CONTROL_ONE, "in the same step it goes to %u",
	      out.external.multiplier);
	CHECK(out.external.slope > 0, "and no further");
	settle(c, &in, &out, 3);
	CHECK(fabs(out.total - 8) < 0.001, "after 3 s it costs %g", out.total);
	/* It ends more slowly than it began. */
	n.margin_c = 30;
	in.now_ns += 10 * MS;
	control_step(c, &in, &out);
	CHECK(out.total > 7.9 && out.external.slope < 0, "at once it costs %g", out.total);
	settle(c, &in, &out, 60);
	CHECK(out.total < 1.001, "after a minute it still costs %g", out.total);
	free(c);
}

static void a_healed_partition_is_forgiven_slowly(void)
{
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;
	double last;
	int i;

	in.seen = 4;
	settle(c, &in, &out, 20);
	CHECK(fabs(out.total - (1 + 0.75 - 0.02)) < 0.001, "a quarter seen: %g", out.total);
	in.seen = 16;
	last = out.total;
	for (i = 0; i < 100; i++) {
		settle(c, &in, &out, 1);
		CHECK(out.total <= last, "it rises again");
		CHECK(i > 20 || out.total > 1.3, "after %d s it costs %g", i, out.total);
		last = out.total;
	}
	CHECK(last < 1.05, "after 100 s it still costs %g", last);
	/* Another one, in the middle of it: at once. */
	in.seen = 0;
	settle(c, &in, &out, 5);
	CHECK(out.total > 1.9, "nobody seen: %g", out.total);
	free(c);
}

/* What got better is believed little by little, what gets worse at once. */
static void headroom_and_silence_are_let_go_slowly(void)
{
	static struct control_neighbour n = { 1, 1, 50, 0, true };
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	in.cooling_headroom = 0.1;
	settle(c, &in, &out, 20);
	CHECK(fabs(out.total - 3) < 0.001, "a third of the headroom costs %g", out.total);
	in.cooling_headroom = 0.4;
	settle(c, &in, &out, 10);
	CHECK(out.total > 1.4, "10 s after the cooling is back it costs %g", out.total);
	settle(c, &in, &out, 60);
	CHECK(out.total < 1.001, "a minute after it costs %g", out.total);
	in.cooling_headroom = 0.1;
	settle(c, &in, &out, 1);
	CHECK(out.total > 2.9, "a second after it has gone it costs %g", out.total);
	in.cooling_headroom = 1;
	settle(c, &in, &out, 300);

	in.neighbours = &n;
	in.nr_neighbours = 1;
	settle(c, &in, &out, 5);
	CHECK(fabs(out.total - 1.5) < 0.001, "a silent one costs %g", out.total);
	n.silent = false;
	settle(c, &in, &out, 5);
	CHECK(out.total > 1.25, "5 s after it has spoken it costs %g", out.total);
	settle(c, &in, &out, 90);
	CHECK(out.total < 1.001, "after 95 s it costs %g", out.total);
	n.silent = true;
	free(c);
}

static void no_more_than_64_neighbours_count(void)
{
	struct control_neighbour n[NEIGHBOURS];
	struct control_input in = calm();
	unsigned int i;

	for (i = 0; i < NEIGHBOURS; i++)
		n[i] = (struct control_neighbour) { 1, 1, 50, 0, true };
	in.neighbours = n;
	in.nr_neighbours = NEIGHBOURS;
	CHECK(fabs(settled(in) - (1 + 0.5 * 64)) < 0.01, "%g", settled(in));
}

/* Whoever is the 64th counts, whoever comes behind him not, be he as hot as can be. */
static void the_first_64_neighbours_count(void)
{
	struct control_neighbour n[NEIGHBOURS], hot[NEIGHBOURS];
	struct control_input in = calm();
	unsigned int i;

	for (i = 0; i < NEIGHBOURS; i++)
		n[i] = (struct control_neighbour) { 1, 1, i < 64 ? 50 : 1, 0, false };
	in.neighbours = n;
	in.nr_neighbours = NEIGHBOURS;
	CHECK(settled(in) == 1, "one of those behind costs: %g", settled(in));
	in.neighbours = memcpy(hot, n, sizeof(n));
	hot[63].margin_c = 5;
	CHECK(fabs(settled(in) - 4) < 0.001, "the 64th costs %g", settled(in));
}

const struct test_suite control_around_suite = {
	.name = "control_around",
	.cases = (const struct test_case[]) {
		{ "each_cause_has_its_price", each_cause_has_its_price },
		{ "a_crisis_next_door_shows_at_once", a_crisis_next_door_shows_at_once },
		{ "a_healed_partition_is_forgiven_slowly", a_healed_partition_is_forgiven_slowly },
		{ "headroom_and_silence_are_let_go_slowly",
		  headroom_and_silence_are_let_go_slowly },
		{ "no_more_than_64_neighbours_count", no_more_than_64_neighbours_count },
		{ "the_first_64_neighbours_count", the_first_64_neighbours_count },
		{ }
	},
};
