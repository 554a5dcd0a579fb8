// SPDX-License-Identifier: GPL-2.0
/*
 * Sensors that are old, suspect or gone: what is not known is never cheaper than what is.
 */
#include "control_scene.h"

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

const struct test_suite control_sensors_suite = {
	.name = "control_sensors",
	.cases = (const struct test_case[]) {
		{ "bad_sensors_are_never_cheaper", bad_sensors_are_never_cheaper },
		{ "a_lost_sensor_is_never_cheaper", a_lost_sensor_is_never_cheaper },
		{ "what_is_shed_is_held_without_a_temperature",
		  what_is_shed_is_held_without_a_temperature },
		{ "a_node_without_a_temperature_is_dear", a_node_without_a_temperature_is_dear },
		{ "a_suspect_reading_counts_as_hotter", a_suspect_reading_counts_as_hotter },
		{ }
	},
};
