// SPDX-License-Identifier: GPL-2.0
/*
 * The table of sensors: what is gone, whose errors they are, and its end.
 */
#include <errno.h>

#include "sensor_near.h"

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
	{ "what_is_gone_is_forgotten_in_the_end", what_is_gone_is_forgotten_in_the_end },
	{ "errors_are_the_probes_or_the_sources", errors_are_the_probes_or_the_sources },
	{ "the_table_has_an_end", the_table_has_an_end },
	{ "processors_are_held_against_their_own_power",
	  processors_are_held_against_their_own_power },
	{ 0 },
};

const struct test_suite sensor_table_suite = { .name = "sensor_table", .cases = cases };
