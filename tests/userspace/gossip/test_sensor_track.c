// SPDX-License-Identifier: GPL-2.0
/*
 * What is thought of one sensor by what it says.
 */
#include "sensor_near.h"

struct scene {
	struct sensor_track track;
	uint64_t now_ns;
};

static void begin(struct scene *scene)
{
	sensor_track_init(&scene->track);
	scene->now_ns = START_NS;
}

/* A second later. */
static void say(struct scene *scene, enum sensor_kind kind, double value, double power_w)
{
	scene->now_ns += NS_PER_S;
	sensor_track_value(&scene->track, kind, value, scene->now_ns, power_w, STUCK_S);
}

static double suspicion(const struct scene *scene)
{
	return sensor_track_suspicion(&scene->track, STUCK_S);
}

static void what_cannot_be_is_no_value(void)
{
	static const struct {
		enum sensor_kind kind;
		double good;
		double bad;
	} ranges[] = {
		{ SENSOR_TEMP, -40, -40.1 },	   { SENSOR_TEMP, 126, 127 },
		{ SENSOR_TEMP, 0, 255 },	   { SENSOR_TEMP, 50, -INFINITY },
		{ SENSOR_INLET, 99, 101 },	   { SENSOR_MARGIN, -59, -61 },
		{ SENSOR_MARGIN, 199, 201 },	   { SENSOR_POWER, 0, -0.1 },
		{ SENSOR_POWER, 20000, 20001 },	   { SENSOR_NODE_POWER, 1e5, 1.1e5 },
		{ SENSOR_FAN, 0.5, 2.1 },	   { SENSOR_RPM, 2e5, 3e5 },
		{ SENSOR_POWER, 5, INFINITY },
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct scene scene;

		begin(&scene);
		CHECK(isnan(scene.track.value) && !scene.track.value_ns, "a value of nothing");
		say(&scene, ranges[i].kind, ranges[i].good, NAN);
		CHECK_EQ(scene.track.error, 0);
		say(&scene, ranges[i].kind, ranges[i].bad, NAN);
		CHECK_EQ(scene.track.error, -ERANGE);
		say(&scene, ranges[i].kind, NAN, NAN);
		CHECK_EQ(scene.track.error, -ENODATA);
		CHECK(near(scene.track.value, ranges[i].good), "%g is taken", scene.track.value);
		CHECK_EQ(scene.track.value_ns, START_NS + NS_PER_S);
	}
}

static void a_fan_beyond_its_most_is_at_its_most(void)
{
	struct scene scene;

	begin(&scene);
	say(&scene, SENSOR_FAN, 1.3, NAN);
	CHECK(near(scene.track.value, 1), "it is at %g", scene.track.value);
}

static void missing_readings_raise_suspicion_and_good_ones_lower_it(void)
{
	struct scene scene;
	double was;
	int i;

	begin(&scene);
	say(&scene, SENSOR_TEMP, 50, NAN);
	CHECK(near(suspicion(&scene), 0), "it begins with %g", suspicion(&scene));
	for (i = 0, was = 0; i < 30; i++) {
		sensor_track_error(&scene.track, -EIO);
		CHECK(suspicion(&scene) > was && suspicion(&scene) < 1, "after %d: %g", i,
		      suspicion(&scene));
		was = suspicion(&scene);
	}
	CHECK(was > 0.9, "thirty of thirty, and %g", was);
	sensor_track_error(&scene.track, -EAGAIN);
	CHECK(near(suspicion(&scene), was), "nothing was asked of it");
	for (i = 0; i < 30; i++)
		say(&scene, SENSOR_TEMP, 50, NAN);
	CHECK(suspicion(&scene) < 0.1, "it does not recover: %g", suspicion(&scene));
}

static void the_step_is_what_divides_all_steps(void)
{
	static const double quanta[] = { 0.001, 0.125, 0.5, 1, 2, 5 };
	size_t i;
	int round;

	for (i = 0; i < sizeof(quanta) / sizeof(quanta[0]); i++) {
		struct scene scene;

		begin(&scene);
		CHECK(isnan(sensor_track_quantum(&scene.track)), "a step of nothing");
		for (round = 0; round < 200; round++) {
			/* Never by much, or it would be too steep to be believed. */
			say(&scene, SENSOR_TEMP, 40 + quanta[i] * (int)test_random_below(4), NAN);
		}
		CHECK(near(sensor_track_quantum(&scene.track), quanta[i]), "%g is taken for %g",
		      quanta[i], sensor_track_quantum(&scene.track));
	}
}

static void few_steps_say_at_most_that_it_is_coarse(void)
{
	struct scene scene;

	begin(&scene);
	say(&scene, SENSOR_TEMP, 50, NAN);
	say(&scene, SENSOR_TEMP, 56, NAN);
	CHECK(near(sensor_track_quantum(&scene.track), 1), "one step of 6");
	say(&scene, SENSOR_TEMP, 56.25, NAN);
	CHECK(near(sensor_track_quantum(&scene.track), 0.25), "and one of a quarter");
	begin(&scene);
	say(&scene, SENSOR_TEMP, 50, NAN);
	say(&scene, SENSOR_TEMP, 55, NAN);
	say(&scene, SENSOR_TEMP, 50, NAN);
	say(&scene, SENSOR_TEMP, 55, NAN);
	CHECK(near(sensor_track_quantum(&scene.track), 1), "three are few");
	say(&scene, SENSOR_TEMP, 60, NAN);
	CHECK(near(sensor_track_quantum(&scene.track), 5), "four are not");
}

static void standing_still_is_suspect_only_if_power_moves(void)
{
	struct scene scene;
	int i;

	begin(&scene);
	for (i = 0; i < 600; i++)
		say(&scene, SENSOR_TEMP, 50, 100);
	CHECK(!scene.track.stuck && near(suspicion(&scene), 0), "at rest");
	/* Less than a coarse sensor has to show. */
	for (i = 0; i < 600; i++)
		say(&scene, SENSOR_TEMP, 50, 129);
	CHECK(!scene.track.stuck && near(suspicion(&scene), 0), "29 W are no reason");
	for (i = 0; i < 600; i++)
		say(&scene, SENSOR_TEMP, 50, NAN);
	CHECK(!scene.track.stuck, "power that is not known is no reason");
	for (i = 0; i < 30; i++)
		say(&scene, SENSOR_TEMP, 50, 131);
	CHECK(!scene.track.stuck && near(suspicion(&scene), 0), "it may be slow: %g",
	      suspicion(&scene));
	for (i = 0; i < 15; i++)
		say(&scene, SENSOR_TEMP, 50, 131);
	CHECK(!scene.track.stuck && near(suspicion(&scene), 0.5), "half way it is %g",
	      suspicion(&scene));
	for (i = 0; i < 15; i++)
		say(&scene, SENSOR_TEMP, 50, 60);
	CHECK(scene.track.stuck && near(suspicion(&scene), 1), "in the end it is %g",
	      suspicion(&scene));
	say(&scene, SENSOR_TEMP, 51, 60);
	CHECK(!scene.track.stuck && near(suspicion(&scene), 0), "it lives");
}

static void coarse_sensors_may_stand_still_for_longer(void)
{
	struct scene scene;
	int i;

	begin(&scene);
	for (i = 0; i < 5; i++)
		say(&scene, SENSOR_TEMP, 45 + 5 * (i % 2), 100);
	/* A step of 5 has to show from 110 W on. */
	for (i = 0; i < 100; i++)
		say(&scene, SENSOR_TEMP, 45, 209);
	CHECK(!scene.track.stuck, "109 W more, and a step of 5 degrees");
	for (i = 0; i < 61; i++)
		say(&scene, SENSOR_TEMP, 45, 211);
	CHECK(scene.track.stuck, "111 W more");
}

static void power_that_comes_late_is_where_it_starts(void)
{
	struct scene scene;
	int i;

	begin(&scene);
	say(&scene, SENSOR_TEMP, 50, NAN);
	for (i = 0; i < 200; i++)
		say(&scene, SENSOR_TEMP, 50, 300);
	CHECK(!scene.track.stuck, "it has not changed since it is known");
}

static void heat_is_believed_at_once_and_cold_at_the_third_time(void)
{
	static const enum sensor_kind kinds[] = { SENSOR_TEMP, SENSOR_MARGIN };
	size_t i;

	for (i = 0; i < 2; i++) {
		double hot = kinds[i] == SENSOR_TEMP ? 90 : 5, cold = 95 - hot;
		struct scene scene;

		begin(&scene);
		say(&scene, kinds[i], cold, NAN);
		say(&scene, kinds[i], hot, NAN);
		CHECK(near(scene.track.value, hot) && near(suspicion(&scene), 0), "heat waits");
		say(&scene, kinds[i], cold, NAN);
		CHECK(near(scene.track.value, hot) && scene.track.error == -ESTALE,
		      "cold is believed");
		CHECK(suspicion(&scene) >= 0.5, "it is %g", suspicion(&scene));
		say(&scene, kinds[i], cold, NAN);
		CHECK(near(scene.track.value, hot), "the second time");
		/* As hot as before: that was nothing. */
		say(&scene, kinds[i], hot, NAN);
		CHECK(suspicion(&scene) < 0.5 && !scene.track.error, "it is not over");
		say(&scene, kinds[i], cold, NAN);
		say(&scene, kinds[i], cold, NAN);
		CHECK(near(scene.track.value, hot), "the second time, again");
		say(&scene, kinds[i], cold, NAN);
		CHECK(near(scene.track.value, cold) && !scene.track.error, "the third time");
		/* By as much as can be, and after a pause, at once. */
		say(&scene, kinds[i], hot, NAN);
		say(&scene, kinds[i], kinds[i] == SENSOR_TEMP ? hot - 20 : hot + 20, NAN);
		CHECK(!scene.track.error, "20 degrees can be");
		say(&scene, kinds[i], hot, NAN);
		scene.now_ns += 10 * NS_PER_S;
		say(&scene, kinds[i], cold, NAN);
		CHECK(near(scene.track.value, cold), "after a pause");
	}
}

static const struct test_case cases[] = {
	{ "what_cannot_be_is_no_value", what_cannot_be_is_no_value },
	{ "a_fan_beyond_its_most_is_at_its_most", a_fan_beyond_its_most_is_at_its_most },
	{ "missing_readings_raise_suspicion_and_good_ones_lower_it",
	  missing_readings_raise_suspicion_and_good_ones_lower_it },
	{ "the_step_is_what_divides_all_steps", the_step_is_what_divides_all_steps },
	{ "few_steps_say_at_most_that_it_is_coarse", few_steps_say_at_most_that_it_is_coarse },
	{ "standing_still_is_suspect_only_if_power_moves",
	  standing_still_is_suspect_only_if_power_moves },
	{ "coarse_sensors_may_stand_still_for_longer", coarse_sensors_may_stand_still_for_longer },
	{ "power_that_comes_late_is_where_it_starts", power_that_comes_late_is_where_it_starts },
	{ "heat_is_believed_at_once_and_cold_at_the_third_time",
	  heat_is_believed_at_once_and_cold_at_the_third_time },
	{ 0 },
};

const struct test_suite sensor_track_suite = { .name = "sensor_track", .cases = cases };
