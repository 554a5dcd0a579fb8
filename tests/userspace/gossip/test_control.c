// SPDX-License-Identifier: GPL-2.0
/*
 * The controller by its contract: whatever comes in, prices stay within their ranges and their
 * slew, and more heat is never cheaper. What is around the node is in test_control_around.c,
 * sensors that are not what they should be in test_control_sensors.c, and how it does in a closed
 * loop in test_control_loop.c.
 */
#include "control_scene.h"

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
		{ "a_crowd_on_a_cool_node_costs_nothing", a_crowd_on_a_cool_node_costs_nothing },
		{ "a_price_is_not_taken_for_its_effect", a_price_is_not_taken_for_its_effect },
		{ "the_first_price_is_let_go_slowly", the_first_price_is_let_go_slowly },
		{ "prices_are_slow", prices_are_slow },
		{ "hotter_is_dearer", hotter_is_dearer },
		{ "tunables_change_without_a_bump", tunables_change_without_a_bump },
		{ "the_safety_filter_has_the_last_word", the_safety_filter_has_the_last_word },
		{ "a_clock_may_go_back", a_clock_may_go_back },
		{ }
	},
};
