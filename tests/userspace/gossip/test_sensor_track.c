// SPDX-License-Identifier: GPL-2.0
/*
 * What is thought of one sensor by what it says, and what all of them say together.
 */
#include <errno.h>
#include <math.h>

#include "harness.h"
#include "sensor_internal.h"

#define STUCK_S 60.0
#define START_NS (1000 * NS_PER_S)

static bool near(double got, double want)
{
	return fabs(got - want) < 0.000000001 || (isnan(got) && isnan(want));
}

/* --- one sensor --- */

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

/* --- all together --- */

#define NOW_NS START_NS

static const struct sensor_fusion how = {
	.limit_c = 90, .power_max_w = NAN, .stale_s = 5, .stuck_s = STUCK_S,
};

static struct sensor make(const char *source, enum sensor_kind kind, enum sensor_place place,
			  double value, double limit, double age_s)
{
	struct sensor sensor = {
		.value = { .kind = kind, .place = place, .value = value, .limit = limit },
		.source = source, .interval_ms = 100,
	};

	sensor_track_init(&sensor.track);
	sensor_track_value(&sensor.track, kind, value, NOW_NS - (uint64_t)(age_s * NS_PER_S), NAN,
			   STUCK_S);
	return sensor;
}

static void the_node_is_as_hot_as_its_nearest_sensor(void)
{
	int round;

	for (round = 0; round < 3000; round++) {
		struct sensor sensors[12];
		struct gossip_sample sample;
		size_t nr = test_random_range(1, 12), i, nr_chosen = 0;
		double least = INFINITY;

		for (i = 0; i < nr; i++) {
			double temp = (double)test_random_below(100);
			bool known = test_random_below(4);
			double limit = known ? (double)test_random_range(60, 110) : NAN;
			double age_s = test_random_below(3) ? 1 : 9;
			double margin = (isnan(limit) ? how.limit_c : limit) - temp;

			/* What is old does not count; the first is not. */
			if (!i)
				age_s = 1;
			sensors[i] = make("thermal", SENSOR_TEMP, SENSOR_CPU, temp, limit, age_s);
			if (age_s > 5)
				continue;
			least = margin < least ? margin : least;
		}
		sensor_fuse(sensors, nr, &how, NOW_NS, &sample);
		CHECK(near(sample.limit_c - sample.temp_c, least), "margin %g of %g",
		      sample.limit_c - sample.temp_c, least);
		CHECK(near(sample.age_s, 1), "it is %g s old", sample.age_s);
		for (i = 0; i < nr; i++)
			nr_chosen += sensors[i].chosen && sensors[i].counted;
		CHECK_EQ(nr_chosen, 1);
	}
}

static void the_last_temperature_stays_and_grows_old(void)
{
	struct sensor sensors[] = {
		make("thermal", SENSOR_TEMP, SENSOR_CPU, 80, 100, 7),
		make("thermal", SENSOR_TEMP, SENSOR_CPU, 60, 100, 6),
		make("thermal", SENSOR_POWER, SENSOR_CPU, 60, 100, 6),
		make("file", SENSOR_INLET, SENSOR_BOARD, 20, NAN, 6),
	};
	struct gossip_sample sample;

	sensor_fuse(sensors, 4, &how, NOW_NS, &sample);
	CHECK(near(sample.temp_c, 80) && near(sample.age_s, 7), "%g of %g s", sample.temp_c,
	      sample.age_s);
	CHECK(isnan(sample.power_w) && isnan(sample.inlet_c), "what is old and no temperature");
	/* A slow one may be older. */
	sensors[0].interval_ms = 10000;
	sensor_fuse(sensors, 4, &how, NOW_NS + 20 * NS_PER_S, &sample);
	CHECK(sensors[0].counted && !sensors[1].counted, "27 s of 30 are not too old");
	sensor_fuse(sensors, 4, &how, NOW_NS + 24 * NS_PER_S, &sample);
	CHECK(near(sample.temp_c, 80) && near(sample.age_s, 31), "%g of %g s", sample.temp_c,
	      sample.age_s);
	/* Before the reading, by clocks of two threads: it is new. */
	sensor_fuse(sensors, 1, &how, NOW_NS - 8 * NS_PER_S, &sample);
	CHECK(near(sample.age_s, 0), "it is %g s old", sample.age_s);
}

static void margins_are_temperatures_below_the_limit(void)
{
	struct sensor sensors[] = {
		make("file", SENSOR_MARGIN, SENSOR_CPU, 12, NAN, 0),
		make("file", SENSOR_TEMP, SENSOR_CPU, 70, 95, 0),
	};
	struct sensor_fusion none = how;
	struct gossip_sample sample;

	sensor_fuse(sensors, 2, &how, NOW_NS, &sample);
	CHECK(near(sample.temp_c, 78) && near(sample.limit_c, 90), "%g of %g", sample.temp_c,
	      sample.limit_c);
	none.limit_c = NAN;
	sensor_fuse(sensors, 2, &none, NOW_NS, &sample);
	CHECK(near(sample.temp_c, 88) && near(sample.limit_c, 100), "%g of %g", sample.temp_c,
	      sample.limit_c);
	/* Without any margin the hottest, and any margin before none. */
	sensors[0] = make("file", SENSOR_TEMP, SENSOR_CPU, 80, NAN, 0);
	sensors[1] = make("file", SENSOR_TEMP, SENSOR_CPU, 85, NAN, 0);
	sensor_fuse(sensors, 2, &none, NOW_NS, &sample);
	CHECK(near(sample.temp_c, 85) && isnan(sample.limit_c), "%g of %g", sample.temp_c,
	      sample.limit_c);
	sensors[0] = make("file", SENSOR_TEMP, SENSOR_CPU, 40, 90, 0);
	sensor_fuse(sensors, 2, &none, NOW_NS, &sample);
	CHECK(near(sample.temp_c, 40), "it is %g", sample.temp_c);
	/* A limit that cannot be is none. */
	sensors[0] = make("file", SENSOR_TEMP, SENSOR_CPU, 40, 900, 0);
	sensor_fuse(sensors, 1, &how, NOW_NS, &sample);
	CHECK(near(sample.limit_c, 90), "the limit is %g", sample.limit_c);
}

static void controllers_count_where_there_is_nothing_else(void)
{
	struct sensor sensors[] = {
		make("ipmi", SENSOR_TEMP, SENSOR_CPU, 80, 95, 0),
		make("thermal", SENSOR_TEMP, SENSOR_CPU, 60, 100, 0),
		make("ipmi", SENSOR_TEMP, SENSOR_BOARD, 70, 105, 0),
		make("ipmi", SENSOR_TEMP, SENSOR_BOARD, 99, NAN, 0),
		make("hwmon", SENSOR_TEMP, SENSOR_OTHER, 99, 100, 0),
	};
	struct gossip_sample sample;

	sensor_fuse(sensors, 5, &how, NOW_NS, &sample);
	CHECK(sensors[2].chosen && !sensors[0].counted && !sensors[3].counted &&
	      !sensors[4].counted, "%g of %g", sample.temp_c, sample.limit_c);
	sensors[1].track.value_ns -= 6 * NS_PER_S;
	sensor_fuse(sensors, 5, &how, NOW_NS, &sample);
	CHECK(sensors[0].chosen, "%g of %g", sample.temp_c, sample.limit_c);
}

static void gpus_have_a_margin_of_their_own(void)
{
	struct sensor sensors[] = {
		make("nvml", SENSOR_TEMP, SENSOR_GPU, 80, 87, 0),
		make("nvml", SENSOR_MARGIN, SENSOR_GPU, 5, NAN, 0),
		make("nvml", SENSOR_TEMP, SENSOR_GPU, 99, NAN, 0),
		make("nvml", SENSOR_MARGIN, SENSOR_GPU, 1, NAN, 6),
	};
	struct gossip_sample sample;

	sensor_fuse(sensors, 4, &how, NOW_NS, &sample);
	CHECK(near(sample.gpu_margin_c, 5), "it is %g", sample.gpu_margin_c);
	CHECK(isnan(sample.temp_c) && isnan(sample.suspicion), "a GPU is no processor");
	CHECK(sensors[0].counted && sensors[1].counted && !sensors[2].counted &&
	      !sensors[3].counted, "what counts");
}

static void power_is_the_nodes_or_the_sum_of_its_parts(void)
{
	struct sensor sensors[] = {
		make("rapl", SENSOR_POWER, SENSOR_CPU, 80, 150, 0),
		make("rapl", SENSOR_POWER, SENSOR_BOARD, 20, 40, 0),
		make("hwmon", SENSOR_POWER, SENSOR_CPU, 77, 150, 0),
		make("hwmon", SENSOR_POWER, SENSOR_BOARD, 5, 9, 0),
		make("nvml", SENSOR_POWER, SENSOR_GPU, 200, 300, 0),
		make("ipmi", SENSOR_POWER, SENSOR_OTHER, 90, NAN, 0),
		make("ipmi", SENSOR_NODE_POWER, SENSOR_BOARD, 400, NAN, 0),
		make("exec0", SENSOR_NODE_POWER, SENSOR_BOARD, 410, 900, 0),
	};
	struct sensor_fusion set = how;
	struct gossip_sample sample;

	sensor_fuse(sensors, 6, &how, NOW_NS, &sample);
	CHECK(near(sample.power_w, 300) && near(sample.power_max_w, 490), "%g of %g",
	      sample.power_w, sample.power_max_w);
	CHECK(!sensors[2].counted && !sensors[3].counted && !sensors[5].counted, "twice");
	sensors[6].interval_ms = 1000;
	sensor_fuse(sensors, 8, &how, NOW_NS, &sample);
	CHECK(near(sample.power_w, 410) && near(sample.power_max_w, 900), "%g of %g",
	      sample.power_w, sample.power_max_w);
	CHECK(!sensors[0].counted && !sensors[6].counted && sensors[7].counted, "what counts");
	set.power_max_w = 500;
	sensor_fuse(sensors, 8, &set, NOW_NS, &sample);
	CHECK(near(sample.power_max_w, 500), "what is set is not taken");
	/* Without RAPL the processor's chip counts; one part without a limit is no limit. */
	sensor_fuse(sensors + 2, 4, &how, NOW_NS, &sample);
	CHECK(near(sample.power_w, 277), "it is %g", sample.power_w);
	sensors[4].value.limit = NAN;
	sensor_fuse(sensors, 6, &how, NOW_NS, &sample);
	CHECK(near(sample.power_w, 300) && isnan(sample.power_max_w), "of %g", sample.power_max_w);
	sensor_fuse(sensors + 4, 1, &how, NOW_NS, &sample);
	CHECK(isnan(sample.power_w), "a GPU is not the node: %g", sample.power_w);
}

static void air_is_as_warm_and_fans_as_fast_as_the_most(void)
{
	struct sensor sensors[] = {
		make("ipmi", SENSOR_INLET, SENSOR_BOARD, 22, NAN, 0),
		make("ipmi", SENSOR_INLET, SENSOR_BOARD, 27, NAN, 0),
		make("ipmi", SENSOR_INLET, SENSOR_BOARD, 24, NAN, 0),
		make("ipmi", SENSOR_FAN, SENSOR_BOARD, 0.4, NAN, 0),
		make("nvml", SENSOR_FAN, SENSOR_GPU, 0.7, NAN, 0),
		make("hwmon", SENSOR_FAN, SENSOR_OTHER, 0.9, NAN, 0),
		make("hwmon", SENSOR_RPM, SENSOR_BOARD, 9000, NAN, 0),
	};
	struct gossip_sample sample;

	sensor_fuse(sensors, 7, &how, NOW_NS, &sample);
	CHECK(near(sample.inlet_c, 27) && near(sample.fan, 0.7), "%g, %g", sample.inlet_c,
	      sample.fan);
}

static void suspicion_is_that_of_the_worst_processor(void)
{
	struct sensor sensors[] = {
		make("thermal", SENSOR_TEMP, SENSOR_CPU, 60, 100, 0),
		make("thermal", SENSOR_TEMP, SENSOR_CPU, 40, 100, 0),
		make("thermal", SENSOR_TEMP, SENSOR_BOARD, 27.8, 105, 0),
	};
	struct gossip_sample sample;

	sensors[1].track.still_s = 45;
	sensors[2].track.still_s = 1000;
	sensor_fuse(sensors, 3, &how, NOW_NS, &sample);
	CHECK(near(sample.temp_c, 60) && near(sample.suspicion, 0.5), "%g, by %g", sample.temp_c,
	      sample.suspicion);
	/* A board alone speaks for itself. */
	sensor_fuse(sensors + 2, 1, &how, NOW_NS, &sample);
	CHECK(near(sample.suspicion, 1), "by %g", sample.suspicion);
}

/* --- the table --- */

static struct sensor_table table;

static void table_begin(void)
{
	memset(&table, 0, sizeof(table));
	table.how = how;
	table.cpu_power_w = NAN;
}

static void what_is_gone_is_forgotten_in_the_end(void)
{
	struct sensor_value values[] = {
		{ "a", SENSOR_TEMP, SENSOR_CPU, 80, 100 },
		{ "b", SENSOR_TEMP, SENSOR_CPU, 60, 100 },
		{ "c", SENSOR_INLET, SENSOR_BOARD, 20, NAN },
	};
	struct sensor_probe probe[2] = { 0 };
	struct gossip_sample sample;

	table_begin();
	sensor_table_values(&table, &probe[0], "x", 100, &values[0], 1, NOW_NS);
	sensor_table_values(&table, &probe[1], "y", 100, &values[1], 1, NOW_NS);
	sensor_table_values(&table, NULL, "exec0", 10000, &values[2], 1, NOW_NS);
	sensor_table_forget(&table, &probe[0]);
	sensor_table_sample(&table, NOW_NS + NS_PER_S, &sample);
	CHECK(near(sample.temp_c, 80), "by losing a sensor the node has become cool");
	CHECK_EQ(table.sensors[0].track.error, -ENODEV);
	sensor_table_values(&table, &probe[1], "y", 100, &values[1], 1, NOW_NS + 50 * NS_PER_S);
	sensor_table_sample(&table, NOW_NS + 50 * NS_PER_S, &sample);
	CHECK(near(sample.temp_c, 60) && table.nr == 3, "after 50 s it is %g", sample.temp_c);
	sensor_table_values(&table, &probe[1], "y", 100, &values[1], 1, NOW_NS + 61 * NS_PER_S);
	sensor_table_sample(&table, NOW_NS + 61 * NS_PER_S, &sample);
	CHECK_EQ(table.nr, 2);
	/* A command has ten of its readings. */
	sensor_table_sample(&table, NOW_NS + 100 * NS_PER_S, &sample);
	CHECK_EQ(table.nr, 2);
	sensor_table_sample(&table, NOW_NS + 101 * NS_PER_S, &sample);
	CHECK_EQ(table.nr, 1);
	/* The last temperature that there was stays. */
	sensor_table_forget(&table, &probe[1]);
	sensor_table_sample(&table, NOW_NS + 500 * NS_PER_S, &sample);
	sensor_table_sample(&table, NOW_NS + 500 * NS_PER_S, &sample);
	CHECK(near(sample.temp_c, 60) && near(sample.age_s, 439), "%g, %g s old", sample.temp_c,
	      sample.age_s);
}

static void errors_are_the_probes_or_the_sources(void)
{
	static const char *const source = "exec1";
	struct sensor_value values[] = {
		{ "a", SENSOR_TEMP, SENSOR_CPU, 80, 100 },
		{ "b", SENSOR_TEMP, SENSOR_CPU, 60, 100 },
	};
	struct sensor_probe probe = { 0 };

	table_begin();
	sensor_table_values(&table, &probe, "x", 100, &values[0], 1, NOW_NS);
	sensor_table_values(&table, NULL, source, 100, &values[1], 1, NOW_NS);
	sensor_table_error(&table, &probe, NULL, -EIO);
	CHECK_EQ(table.sensors[0].track.error, -EIO);
	CHECK_EQ(table.sensors[1].track.error, 0);
	sensor_table_error(&table, NULL, source, -ETIMEDOUT);
	CHECK_EQ(table.sensors[0].track.error, -EIO);
	CHECK_EQ(table.sensors[1].track.error, -ETIMEDOUT);
}

static void the_table_has_an_end(void)
{
	struct sensor_value value = { .kind = SENSOR_TEMP, .place = SENSOR_CPU, .value = 50 };
	unsigned int i;

	table_begin();
	for (i = 0; i < SENSORS_MAX; i++) {
		snprintf(value.name, sizeof(value.name), "%u", i);
		sensor_table_values(&table, NULL, "x", 100, &value, 1, NOW_NS);
	}
	CHECK(table.nr == SENSORS_MAX && !table.full, "%zu", table.nr);
	snprintf(value.name, sizeof(value.name), "more");
	sensor_table_values(&table, NULL, "x", 100, &value, 1, NOW_NS);
	CHECK(table.nr == SENSORS_MAX && table.full, "%zu", table.nr);
	snprintf(value.name, sizeof(value.name), "7");
	value.value = 66;
	sensor_table_values(&table, NULL, "x", 100, &value, 1, NOW_NS + 1);
	CHECK(near(table.sensors[7].track.value, 66), "those that are in it go on");
}

/* Readings of all, a second apart. */
static void run_table(const struct sensor_value *values, size_t nr, unsigned int seconds,
		      uint64_t *now_ns)
{
	struct gossip_sample sample;

	while (seconds--) {
		*now_ns += NS_PER_S;
		sensor_table_values(&table, NULL, "file", 1000, values, nr, *now_ns);
		sensor_table_sample(&table, *now_ns, &sample);
	}
}

static void processors_are_held_against_their_own_power(void)
{
	struct sensor_value values[] = {
		{ "temp", SENSOR_TEMP, SENSOR_CPU, 50, 100 },
		{ "power", SENSOR_NODE_POWER, SENSOR_BOARD, 100, NAN },
		{ "gpu", SENSOR_TEMP, SENSOR_GPU, 40, 90 },
		{ "gpu_power", SENSOR_POWER, SENSOR_GPU, 50, NAN },
		{ "part", SENSOR_POWER, SENSOR_CPU, 60, NAN },
	};
	uint64_t now_ns = NOW_NS;

	/* The node draws more, and it has no GPU. */
	table_begin();
	run_table(values, 2, 20, &now_ns);
	values[1].value = 200;
	run_table(values, 2, 70, &now_ns);
	CHECK(table.sensors[0].track.stuck, "stuck under another load");

	/* It has one: that may be what draws it. The GPU stands still under its own power. */
	table_begin();
	values[1].value = 100;
	run_table(values, 4, 20, &now_ns);
	values[1].value = 500;
	values[3].value = 450;
	run_table(values, 4, 70, &now_ns);
	CHECK(!table.sensors[0].track.stuck, "the processor for the GPU");
	CHECK(table.sensors[2].track.stuck, "the GPU under its own load");

	/* The processor's own says it. */
	table_begin();
	run_table(values, 5, 20, &now_ns);
	values[4].value = 160;
	run_table(values, 5, 70, &now_ns);
	CHECK(table.sensors[0].track.stuck, "stuck under its own load");
	CHECK(near(table.cpu_power_w, 160) || fabs(table.cpu_power_w - 160) < 0.1, "%g W",
	      table.cpu_power_w);
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
	{ "the_node_is_as_hot_as_its_nearest_sensor", the_node_is_as_hot_as_its_nearest_sensor },
	{ "the_last_temperature_stays_and_grows_old", the_last_temperature_stays_and_grows_old },
	{ "margins_are_temperatures_below_the_limit", margins_are_temperatures_below_the_limit },
	{ "controllers_count_where_there_is_nothing_else",
	  controllers_count_where_there_is_nothing_else },
	{ "gpus_have_a_margin_of_their_own", gpus_have_a_margin_of_their_own },
	{ "power_is_the_nodes_or_the_sum_of_its_parts",
	  power_is_the_nodes_or_the_sum_of_its_parts },
	{ "air_is_as_warm_and_fans_as_fast_as_the_most",
	  air_is_as_warm_and_fans_as_fast_as_the_most },
	{ "suspicion_is_that_of_the_worst_processor", suspicion_is_that_of_the_worst_processor },
	{ "what_is_gone_is_forgotten_in_the_end", what_is_gone_is_forgotten_in_the_end },
	{ "errors_are_the_probes_or_the_sources", errors_are_the_probes_or_the_sources },
	{ "the_table_has_an_end", the_table_has_an_end },
	{ "processors_are_held_against_their_own_power",
	  processors_are_held_against_their_own_power },
	{ }
};

const struct test_suite sensor_track_suite = { "sensor_track", cases };
