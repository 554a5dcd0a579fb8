// SPDX-License-Identifier: GPL-2.0
/*
 * What all sensors of a node say together.
 */
#include "sensor_near.h"

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

static const struct test_case cases[] = {
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
	{ 0 },
};

const struct test_suite sensor_fuse_suite = { .name = "sensor_fuse", .cases = cases };
