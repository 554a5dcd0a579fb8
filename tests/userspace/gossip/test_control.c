// SPDX-License-Identifier: GPL-2.0
/*
 * The controller by its contract: whatever comes in, prices stay within their ranges and their
 * slew; what is not known is never cheaper than what is; causes add up. How it does in a closed
 * loop is in test_control_loop.c.
 */
#include <math.h>
#include <stdlib.h>

#include "control.h"
#include "harness.h"
#include "shed.h"

#define MS 1000000ULL
#define SECOND (1000 * MS)
#define NEIGHBOURS 70

static double number(void)
{
	static const double odd[] = {
		NAN, INFINITY, -INFINITY, 0, -0.0, 1e308, -1e308, (1 / 1e308), -1, 1, 273, 85, 1e9,
	};

	if (!test_random_below(3))
		return odd[test_random_below(sizeof(odd) / sizeof(odd[0]))];
	return ((double)test_random_below(2000001) - 1e6) / 1e4;
}

static struct control *new_control(const struct control_params *params)
{
	struct control *c = malloc(control_size());

	CHECK(c, "no memory");
	control_init(c, params, 0);
	return c;
}

static struct control_input calm(void)
{
	return (struct control_input) {
		.now_ns = SECOND, .temp_c = 50, .limit_c = 85, .quantum_c = 0.1, .age_s = 0,
		.power_w = 60, .power_max_w = 200, .inlet_c = 25, .gpu_margin_c = NAN,
		.cooling_headroom = 0.9, .supply_headroom = 0.9, .seen = 16, .expected = 16,
		.base_price = 10, .actuation_delay_s = 1, .cpus = 8,
	};
}

/* Steps until prices rest. */
static void settle(struct control *c, struct control_input *in, struct control_output *out,
		   unsigned int seconds)
{
	unsigned int i;

	for (i = 0; i < seconds * 10; i++) {
		in->now_ns += 100 * MS;
		control_step(c, in, out);
	}
}

static void check_price(const struct control_price *p, double max, const char *name)
{
	CHECK(p->multiplier >= CONTROL_ONE && p->multiplier <= max * CONTROL_ONE + 1,
	      "%s is %u", name, p->multiplier);
	CHECK(fabs((double)p->slope) <= max * CONTROL_ONE, "%s: slope %d", name, p->slope);
	CHECK(p->multiplier > CONTROL_ONE || p->slope >= 0, "%s falls below 1", name);
}

static void check_output(const struct control_output *out, double max)
{
	unsigned int i;

	check_price(&out->local, max, "local");
	check_price(&out->external, max, "external");
	check_price(&out->gpu, max, "gpu");
	CHECK(out->total >= 1 && out->total <= max * max, "total %g", out->total);
	for (i = 0; i < CONTROL_CAUSES; i++)
		CHECK(out->component[i] >= 1 - (1 / 1e12) && out->component[i] <= max,
		      "component %u: %g", i, out->component[i]);
	CHECK(out->power_cap_w >= 0, "cap %g", out->power_cap_w);
	CHECK(out->oscillation >= 0 && out->oscillation <= 1, "oscillation %g", out->oscillation);
	CHECK(isnan(out->trend_c_per_s) == isnan(out->predicted_c), "trend without temperature");
	CHECK(!isinf(out->trend_c_per_s) && !isinf(out->predicted_c), "infinite temperature");
}

static void any_numbers_give_a_price(void)
{
	struct control_neighbour neighbours[NEIGHBOURS];
	struct control_demand steps[300];
	struct control_params p = control_defaults;
	struct control *c = new_control(&p);
	struct control_output out;
	uint64_t now_ns = 0;
	int round, i;

	for (round = 0; round < 20000; round++) {
		struct control_input in = {
			.temp_c = number(), .limit_c = number(), .quantum_c = number(),
			.age_s = number(), .suspect = test_random_below(2), .power_w = number(),
			.power_max_w = number(), .inlet_c = number(), .gpu_margin_c = number(),
			.neighbours = neighbours,
			.nr_neighbours = test_random_below(NEIGHBOURS + 1),
			.cooling_headroom = number(), .supply_headroom = number(),
			.seen = (uint32_t)test_random_log(UINT32_MAX),
			.expected = (uint32_t)test_random_log(UINT32_MAX),
			.degraded = test_random_below(2), .demand = steps,
			.nr_demand = test_random_below(300), .cpus = number(),
			.base_price = (uint32_t)test_random_log(UINT32_MAX),
			.actuation_delay_s = number(),
		};

		for (i = 0; i < NEIGHBOURS; i++)
			neighbours[i] = (struct control_neighbour) {
				number(), number(), number(), number(), test_random_below(2),
			};
		for (i = 0; i < 300; i++)
			steps[i] = (struct control_demand) { 10 * i, 300 - i };
		if (!test_random_below(2))
			steps[test_random_below(300)].cpus = number();
		if (!test_random_below(100))
			now_ns = test_random();
		else if (!test_random_below(20))
			now_ns -= test_random_log(now_ns);
		else
			now_ns += test_random_log(100 * SECOND);
		in.now_ns = now_ns;
		control_step(c, &in, &out);
		check_output(&out, p.max_multiplier);
	}
	free(c);
}

static void tunables_have_their_ranges(void)
{
	struct control_params p;
	size_t i;

	CHECK(!control_params_check(&control_defaults), "%s",
	      control_params_check(&control_defaults));
	for (i = 0; i < control_nr_tunables; i++) {
		const struct control_tunable *t = &control_tunables[i];
		double *value = (void *)((char *)&p + t->offset);

		p = control_defaults;
		CHECK(*value == t->def, "%s: default %g, %g in the table", t->name, *value, t->def);
		CHECK(t->min < t->def || t->min == t->def, "%s", t->name);
		*value = NAN;
		CHECK(control_params_check(&p) == t->name, "%s may be no number", t->name);
		*value = t->max * 1.01 + 0.01;
		CHECK(control_params_check(&p) == t->name, "%s has no highest value", t->name);
		*value = t->min - 0.01;
		CHECK(control_params_check(&p) == t->name, "%s has no lowest value", t->name);
	}
	p = control_defaults;
	p.neighbour_floor_c = 10;
	p.neighbour_span_c = 5;
	CHECK(control_params_check(&p), "a floor above the span passes");
}

static void a_calm_node_costs_nothing_extra(void)
{
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	settle(c, &in, &out, 60);
	CHECK_EQ(out.local.multiplier, CONTROL_ONE);
	CHECK_EQ(out.external.multiplier, CONTROL_ONE);
	CHECK_EQ(out.gpu.multiplier, CONTROL_ONE);
	CHECK(!out.barrier && out.oscillation == 0, "it does something");
	free(c);
}

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

/* Three times the CPUs, all waiting for them, on a node that a job has made warm: who cares. */
static void a_crowd_on_a_cool_node_costs_nothing(void)
{
	static const struct control_demand steps[] = { { 10, 24 }, { 50, 20 }, { 100, 12 } };
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	in.demand = steps;
	in.nr_demand = 3;
	in.power_w = 200;
	in.temp_c = 30;
	settle(c, &in, &out, 10);
	for (; in.temp_c < 60; in.temp_c += 0.1) {
		settle(c, &in, &out, 1);
		CHECK(out.total == 1, "at %g °C it costs %g", in.temp_c, out.total);
	}
	/* Near the target those go who bid too little to run, and only those. */
	in.temp_c = 76;
	settle(c, &in, &out, 120);
	CHECK(out.total > 5 && out.total <= 12, "at 76 °C it costs %g", out.total);
	free(c);
}

/*
 * A neighbour's crisis sheds the load here, but only in ten seconds. Until then it is as hot as
 * before, at a power that nobody measures: no reason to think that the sink has got hotter.
 */
static void a_price_is_not_taken_for_its_effect(void)
{
	static const struct control_demand steps[] = { { 10, 8 }, { 20, 4 } };
	struct control_neighbour hot = { .coupling = 1, .weight = 1, .margin_c = 1,
					 .trend_c_per_s = NAN };
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	in.demand = steps;
	in.nr_demand = 2;
	in.power_w = NAN;
	in.actuation_delay_s = 10;
	in.temp_c = 76;
	settle(c, &in, &out, 60);
	CHECK(out.total == 1, "the scene is too hot");
	in.neighbours = &hot;
	in.nr_neighbours = 1;
	settle(c, &in, &out, 9);
	CHECK(out.total > 4, "the crisis is not felt: %g", out.total);
	CHECK(isinf(out.power_cap_w), "no more than %g W may be drawn", out.power_cap_w);
	CHECK(out.local.multiplier == CONTROL_ONE, "its own heat costs %u", out.local.multiplier);
	free(c);
}

/*
 * At the edge of being too hot the cheapest load is not let in at once, to be shed the moment
 * after: a temperature that goes by the price as a load of one piece does.
 */
static void the_first_price_is_let_go_slowly(void)
{
	static const struct control_demand steps[] = {
		{ 15, 8 }, { 20, 6 }, { 30, 4 }, { 60, 2 },
	};
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;
	double before, highest = 0;
	unsigned int turns = 0, i;
	int way = 0;

	in.demand = steps;
	in.nr_demand = 4;
	in.temp_c = 79;
	in.power_w = 150;
	settle(c, &in, &out, 60);
	CHECK(out.total > 1.3, "the scene is too cool: %g", out.total);
	in.temp_c = 70;
	settle(c, &in, &out, 1);
	before = out.total;
	/* Well below, and the integral at its end. */
	settle(c, &in, &out, 200);
	CHECK(out.total < 1.001, "after 200 s it costs %g", out.total);
	CHECK(before > 1.3, "a second after it costs %g", before);
	/* A degree too hot while it is cheap, a few too cool when not. */
	before = out.total;
	for (i = 0; i < 600; i++) {
		in.temp_c += ((out.total < 1.5 ? 80 : 74) - in.temp_c) * 0.1;
		in.now_ns += 100 * MS;
		control_step(c, &in, &out);
		highest = fmax(highest, out.total);
		if (way >= 0 && out.total < before / 1.25) {
			turns += way > 0;
			way = -1;
			before = out.total;
		} else if (way <= 0 && out.total > before * 1.25) {
			turns += way < 0;
			way = 1;
			before = out.total;
		} else if ((way > 0 && out.total > before) || (way < 0 && out.total < before)) {
			before = out.total;
		}
	}
	CHECK(highest > 1.25, "it never sheds: %g", highest);
	CHECK(turns <= 12, "it turns %u times in a minute", turns);
	free(c);
}

/* The same node twice, the sensors of one of them good: it never pays more. */
static void bad_sensors_are_never_cheaper(void)
{
	int round, i;

	for (round = 0; round < 40; round++) {
		struct control *good = new_control(NULL), *bad = new_control(NULL);
		struct control_input in = calm(), worse;
		struct control_output a, b;
		double temp_c = 60, goal_c = 60;

		for (i = 0; i < 600; i++) {
			if (i < 300 && !test_random_below(50))
				goal_c = 50 + (double)test_random_below(35);
			temp_c += (goal_c - temp_c) * 0.05;
			in.now_ns += 100 * MS;
			in.temp_c = temp_c;
			worse = in;
			worse.suspect = round & 1;
			worse.age_s = round & 2 ? 4 + i / 60.0 : 0;
			/* It comes to rest, and then this one sees nothing more. */
			if (i >= 300)
				goal_c = temp_c;
			if (i > 400 && round & 4)
				worse.temp_c = NAN;
			control_step(good, &in, &a);
			control_step(bad, &worse, &b);
			CHECK(b.local.multiplier >= a.local.multiplier,
			      "round %d, step %d: bad ones cost %u, good ones %u", round, i,
			      b.local.multiplier, a.local.multiplier);
		}
		free(good);
		free(bad);
	}
}

/* Two nodes get hot, then less so, and stay as they are; one loses its sensor after @lost steps. */
static void lose_a_sensor(double hot_c, double rest_c, int lost)
{
	struct control *good = new_control(NULL), *bad = new_control(NULL);
	struct control_input in = calm(), gone;
	struct control_output a, b;
	int i;

	in.temp_c = 60;
	for (i = 0; i < lost + 200; i++) {
		/* What is not read must not change: nobody could know. */
		if (i < lost - 1)
			in.temp_c += ((i < 200 ? hot_c : rest_c) - in.temp_c) * 0.05;
		in.now_ns += 100 * MS;
		gone = in;
		if (i >= lost)
			gone.temp_c = NAN;
		control_step(good, &in, &a);
		control_step(bad, &gone, &b);
		CHECK(b.local.multiplier >= a.local.multiplier,
		      "%g, then %g °C, lost for %d steps: it costs %u, not %u", hot_c, rest_c,
		      i - lost, b.local.multiplier, a.local.multiplier);
	}
	free(good);
	free(bad);
}

/*
 * That it sheds more of itself is no reason for the safety filter to ask for less, nor is the age
 * of what is lost that of a loop that is slow.
 */
static void a_lost_sensor_is_never_cheaper(void)
{
	int hot_c, rest_c, lost;

	for (hot_c = 78; hot_c <= 84; hot_c++)
		for (rest_c = 64; rest_c <= hot_c; rest_c += 2)
			for (lost = 300; lost <= 600; lost += 100)
				lose_a_sensor(hot_c, rest_c, lost);
}

/* In the middle of a rise, of which nobody then knows that it ends. */
static void what_is_shed_is_held_without_a_temperature(void)
{
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;
	double before = 1;
	int i;

	for (in.temp_c = 60; in.temp_c < 79; in.temp_c += 0.1) {
		in.now_ns += 100 * MS;
		control_step(c, &in, &out);
	}
	in.temp_c = NAN;
	for (i = 0; i < 600; i++) {
		in.now_ns += 100 * MS;
		control_step(c, &in, &out);
		CHECK(out.component[CONTROL_LOCAL] >= before, "%g s after it was lost %g, not %g",
		      i / 10.0, out.component[CONTROL_LOCAL], before);
		before = out.component[CONTROL_LOCAL];
		if (i == 0)
			CHECK(before > 1.1 && before < 30, "the scene sheds %g", before);
	}
	free(c);
}

static void a_node_without_a_temperature_is_dear(void)
{
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	in.temp_c = NAN;
	settle(c, &in, &out, 10);
	CHECK(fabs(out.total - 4) < 0.001, "%g", out.total);
	CHECK(isnan(out.predicted_c) && isnan(out.trend_c_per_s), "it has a temperature");
	CHECK(fabs(out.component[CONTROL_SENSOR] - 4) < 0.001, "the cause is another");
	in.temp_c = 50;
	settle(c, &in, &out, 30);
	CHECK(fabs(out.total - 1) < 0.001, "with a cool one it costs %g", out.total);
	free(c);
}

/* The whole range upwards takes two actuation delays, but for the safety filter's part. */
static void prices_are_slow(void)
{
	struct control_neighbour n[8];
	static const double delays_s[] = { 0.1, 1, 5 };
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		struct control *c = new_control(NULL);
		struct control_input in = calm();
		struct control_output out;
		uint64_t start_ns;

		for (j = 0; j < 8; j++)
			n[j] = (struct control_neighbour) { 1, 1, 30, 0, false };
		in.neighbours = n;
		in.nr_neighbours = 8;
		in.cooling_headroom = 0;
		in.gpu_margin_c = 50;
		in.actuation_delay_s = delays_s[i];
		in.cooling_headroom = 1;
		settle(c, &in, &out, 10);
		start_ns = in.now_ns;
		for (j = 0; j < 8; j++)
			n[j].margin_c = 0;
		in.cooling_headroom = 0;
		in.gpu_margin_c = -5;
		while (out.external.multiplier < 64 * CONTROL_ONE) {
			in.now_ns += 5 * MS;
			control_step(c, &in, &out);
			CHECK(in.now_ns - start_ns < 100 * SECOND, "it never gets there");
		}
		CHECK((double)(in.now_ns - start_ns) / 1e9 >= fmax(2 * delays_s[i], 1) - 0.01,
		      "after %g s it is there", (double)(in.now_ns - start_ns) / 1e9);
		CHECK(out.gpu.multiplier > 2 * CONTROL_ONE, "the GPU's does not rise");
		settle(c, &in, &out, 60);
		CHECK_EQ(out.gpu.multiplier, 64 * CONTROL_ONE);
		in.gpu_margin_c = NAN;
		settle(c, &in, &out, 60);
		CHECK_EQ(out.gpu.multiplier, 64 * CONTROL_ONE);
		in.gpu_margin_c = 40;
		settle(c, &in, &out, 60);
		CHECK_EQ(out.gpu.multiplier, CONTROL_ONE);
		free(c);
	}
}

/* More heat never gets cheaper: two nodes, one of them hotter all the time. */
static void hotter_is_dearer(void)
{
	int round, i;

	for (round = 0; round < 30; round++) {
		struct control *cool = new_control(NULL), *hot = new_control(NULL);
		struct control_input in = calm();
		struct control_output a, b;
		double more_c = (double)test_random_below(100) / 10;

		in.temp_c = 55 + (double)test_random_below(25);
		in.power_w = 150;
		for (i = 0; i < 400; i++) {
			in.now_ns += 100 * MS;
			control_step(cool, &in, &a);
			in.temp_c += more_c;
			control_step(hot, &in, &b);
			in.temp_c -= more_c;
			CHECK(b.local.multiplier >= a.local.multiplier, "%g K more cost %u, not %u",
			      more_c, b.local.multiplier, a.local.multiplier);
		}
		free(cool);
		free(hot);
	}
}

static void tunables_change_without_a_bump(void)
{
	struct control_params p = control_defaults;
	struct control *c = new_control(&p);
	struct control_input in = calm();
	struct control_output out;
	double before;

	in.temp_c = 79.5;
	settle(c, &in, &out, 20);
	before = out.total;
	CHECK(before > 1.05 && before < 30, "the scene is too easy: %g", before);
	p.gain_per_c /= 2;
	control_retune(c, &p);
	in.now_ns += MS;
	control_step(c, &in, &out);
	CHECK(fabs(out.total / before - 1) < 0.01, "from %g to %g", before, out.total);
	p.max_multiplier = 1.5;
	control_retune(c, &p);
	in.temp_c = 84;
	settle(c, &in, &out, 100);
	CHECK(fabs(out.total - 1.5) < 0.001, "above the new highest: %g", out.total);
	free(c);
}

/* The limit comes near all of a sudden: no slew, no patience. */
static void the_safety_filter_has_the_last_word(void)
{
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	settle(c, &in, &out, 10);
	in.temp_c = 84;
	settle(c, &in, &out, 1);
	in.temp_c = 95;
	in.now_ns += 100 * MS;
	control_step(c, &in, &out);
	CHECK(out.barrier && out.power_cap_w < 50, "it lets %g W pass", out.power_cap_w);
	CHECK_EQ(out.local.multiplier, 64 * CONTROL_ONE);
	CHECK(out.component[CONTROL_BARRIER] > 1.5, "the cause is another");
	CHECK(out.local.slope >= 0, "it lets the kernel go down by itself");
	free(c);
}

static void a_suspect_reading_counts_as_hotter(void)
{
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out;

	in.temp_c = 75;
	settle(c, &in, &out, 60);
	CHECK(out.component[CONTROL_LOCAL] == 1, "the scene is too hot");
	in.suspect = true;
	settle(c, &in, &out, 60);
	CHECK(out.component[CONTROL_LOCAL] > 1.1, "75 °C and 5 K cost %g",
	      out.component[CONTROL_LOCAL]);
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

/* A clock that goes back changes nothing; afterwards it goes on. */
static void a_clock_may_go_back(void)
{
	struct control *c = new_control(NULL);
	struct control_input in = calm();
	struct control_output out, before;

	in.temp_c = 79;
	settle(c, &in, &before, 60);
	in.now_ns -= 50 * SECOND;
	control_step(c, &in, &out);
	CHECK_EQ(out.local.multiplier, before.local.multiplier);
	in.temp_c = 83.5;
	settle(c, &in, &out, 5);
	CHECK(out.local.multiplier > before.local.multiplier, "it has stopped");
	/* A jump ahead by a year is no year of heat. */
	in.temp_c = 79;
	settle(c, &in, &before, 60);
	in.now_ns += 365ULL * 86400 * SECOND;
	control_step(c, &in, &out);
	CHECK(fabs(out.total / before.total - 1) < 0.7, "from %g to %g", before.total, out.total);
	free(c);
}

const struct test_suite control_suite = {
	.name = "control",
	.cases = (const struct test_case[]) {
		{ "any_numbers_give_a_price", any_numbers_give_a_price },
		{ "tunables_have_their_ranges", tunables_have_their_ranges },
		{ "a_calm_node_costs_nothing_extra", a_calm_node_costs_nothing_extra },
		{ "each_cause_has_its_price", each_cause_has_its_price },
		{ "a_crisis_next_door_shows_at_once", a_crisis_next_door_shows_at_once },
		{ "a_healed_partition_is_forgiven_slowly", a_healed_partition_is_forgiven_slowly },
		{ "headroom_and_silence_are_let_go_slowly",
		  headroom_and_silence_are_let_go_slowly },
		{ "a_crowd_on_a_cool_node_costs_nothing", a_crowd_on_a_cool_node_costs_nothing },
		{ "a_price_is_not_taken_for_its_effect", a_price_is_not_taken_for_its_effect },
		{ "the_first_price_is_let_go_slowly", the_first_price_is_let_go_slowly },
		{ "bad_sensors_are_never_cheaper", bad_sensors_are_never_cheaper },
		{ "a_lost_sensor_is_never_cheaper", a_lost_sensor_is_never_cheaper },
		{ "what_is_shed_is_held_without_a_temperature",
		  what_is_shed_is_held_without_a_temperature },
		{ "a_node_without_a_temperature_is_dear", a_node_without_a_temperature_is_dear },
		{ "prices_are_slow", prices_are_slow },
		{ "hotter_is_dearer", hotter_is_dearer },
		{ "tunables_change_without_a_bump", tunables_change_without_a_bump },
		{ "the_safety_filter_has_the_last_word", the_safety_filter_has_the_last_word },
		{ "a_suspect_reading_counts_as_hotter", a_suspect_reading_counts_as_hotter },
		{ "no_more_than_64_neighbours_count", no_more_than_64_neighbours_count },
		{ "the_first_64_neighbours_count", the_first_64_neighbours_count },
		{ "a_clock_may_go_back", a_clock_may_go_back },
		{ }
	},
};
