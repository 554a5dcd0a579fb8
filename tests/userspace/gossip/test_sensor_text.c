// SPDX-License-Identifier: GPL-2.0
/*
 * The parsers of the sensors: lines of key=value, and what tools for IPMI print, among it what they
 * printed on real machines (data/sensors). They have to take anything.
 */
#include <errno.h>
#include <math.h>

#include "sensor_internal.h"
#include "sensor_tree.h"

#define FIXTURES "data/sensors/ipmi/"

static struct sensor_value values[SENSOR_VALUES_MAX];

static bool near(double got, double want)
{
	return fabs(got - want) < 0.000000001 || (isnan(got) && isnan(want));
}

static const struct sensor_value *get(size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(values[i].name, name))
			return &values[i];
	}
	CHECK(false, "there is no '%s' among %zu", name, nr);
	return NULL;
}

/* From memory that ends where the text does. */
static size_t parse(const char *text, size_t *bad)
{
	char *copy = strdup(text);
	size_t nr = sensor_parse_text(copy, "t", values, SENSOR_VALUES_MAX, bad);

	free(copy);
	return nr;
}

static size_t parse_ipmi(const char *text)
{
	char *copy = strdup(text);
	size_t nr = sensor_parse_ipmi(copy, "ipmi", values, SENSOR_VALUES_MAX);

	free(copy);
	return nr;
}

static void keys_have_their_units(void)
{
	static const struct {
		const char *line;
		const char *name;
		enum sensor_kind kind;
		enum sensor_place place;
		double value;
		double limit;
	} keys[] = {
		{ "temp_c=71.5", "t/temp", SENSOR_TEMP, SENSOR_CPU, 71.5, NAN },
		{ "temp_mc=71500", "t/temp", SENSOR_TEMP, SENSOR_CPU, 71.5, NAN },
		{ "limit_c=98", "t/temp", SENSOR_TEMP, SENSOR_CPU, NAN, 98 },
		{ "limit_mc=98500", "t/temp", SENSOR_TEMP, SENSOR_CPU, NAN, 98.5 },
		{ "margin_c=-2", "t/margin", SENSOR_MARGIN, SENSOR_CPU, -2, NAN },
		{ "board_temp_c=40", "t/board_temp", SENSOR_TEMP, SENSOR_BOARD, 40, NAN },
		{ "board_limit_c=60", "t/board_temp", SENSOR_TEMP, SENSOR_BOARD, NAN, 60 },
		{ "inlet_c=24", "t/inlet", SENSOR_INLET, SENSOR_BOARD, 24, NAN },
		{ "gpu_temp_c=60", "t/gpu_temp", SENSOR_TEMP, SENSOR_GPU, 60, NAN },
		{ "gpu_limit_c=87", "t/gpu_temp", SENSOR_TEMP, SENSOR_GPU, NAN, 87 },
		{ "gpu_margin_c=27", "t/gpu_margin", SENSOR_MARGIN, SENSOR_GPU, 27, NAN },
		{ "power_w=240", "t/power", SENSOR_NODE_POWER, SENSOR_BOARD, 240, NAN },
		{ "power_mw=240500", "t/power", SENSOR_NODE_POWER, SENSOR_BOARD, 240.5, NAN },
		{ "power_kw=1.25", "t/power", SENSOR_NODE_POWER, SENSOR_BOARD, 1250, NAN },
		{ "power_max_w=800", "t/power", SENSOR_NODE_POWER, SENSOR_BOARD, NAN, 800 },
		{ "part_power_w.a=80", "t/part_power.a", SENSOR_POWER, SENSOR_CPU, 80, NAN },
		{ "part_power_max_w=9", "t/part_power", SENSOR_POWER, SENSOR_CPU, NAN, 9 },
		{ "gpu_power_w=300", "t/gpu_power", SENSOR_POWER, SENSOR_GPU, 300, NAN },
		{ "gpu_power_max_w=400", "t/gpu_power", SENSOR_POWER, SENSOR_GPU, NAN, 400 },
		{ "fan=0.3", "t/fan", SENSOR_FAN, SENSOR_BOARD, 0.3, NAN },
		{ "fan_pct=30", "t/fan", SENSOR_FAN, SENSOR_BOARD, 0.3, NAN },
		{ "fan_rpm=4000", "t/fan_rpm", SENSOR_RPM, SENSOR_BOARD, 4000, NAN },
	};
	size_t i, bad;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		CHECK_EQ(parse(keys[i].line, &bad), 1);
		CHECK_EQ(bad, 0);
		CHECK(!strcmp(values[0].name, keys[i].name), "%s is called %s", keys[i].line,
		      values[0].name);
		CHECK(values[0].kind == keys[i].kind && values[0].place == keys[i].place &&
		      near(values[0].value, keys[i].value) && near(values[0].limit, keys[i].limit),
		      "%s is %g of %g", keys[i].line, values[0].value, values[0].limit);
	}
}

static void labels_hold_value_and_limit_together(void)
{
	size_t bad, nr = parse("# a comment\n\n limit_c.cpu1 = 98 \r\ntemp_c.cpu0=60\n"
			       "temp_c.cpu1=\t70\nlimit_c.cpu0=95\ntemp_c.cpu0=61\nfan=na", &bad);

	CHECK_EQ(nr, 3);
	CHECK_EQ(bad, 0);
	CHECK(near(get(nr, "t/temp.cpu0")->value, 61), "the last does not win");
	CHECK(near(get(nr, "t/temp.cpu0")->limit, 95), "the limit is another's");
	CHECK(near(get(nr, "t/temp.cpu1")->value, 70), "it is %g", get(nr, "t/temp.cpu1")->value);
	CHECK(near(get(nr, "t/temp.cpu1")->limit, 98), "the limit is another's");
	CHECK(isnan(get(nr, "t/fan")->value), "there is no reading");
}

static void bad_lines_are_counted(void)
{
	static const char *const lines[] = {
		"temp_c", "=5", "temp=5", "TEMP_C=5", "temp_c=5x", "temp_c=5 6", "temp_c=inf",
		"temp_c=1e999", "temp_c=--1", "\"temp_c=5", "temp_c =", "temp_cc=1",
	};
	size_t i, bad, nr;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		nr = parse(lines[i], &bad);
		/* Nothing after the sign is no reading, and no mistake. */
		CHECK_EQ(bad, strcmp(lines[i], "temp_c =") ? 1 : 0);
		CHECK_EQ(nr, 1 - bad);
	}
	CHECK_EQ(parse("temp_c=50\nnonsense\ninlet_c=20", &bad), 2);
	CHECK_EQ(bad, 1);
}

static void there_is_an_end_to_values(void)
{
	static char text[40 * (SENSOR_VALUES_MAX + 10)];
	size_t bad, i, len = 0;

	for (i = 0; i < SENSOR_VALUES_MAX + 5; i++)
		len += sprintf(text + len, "temp_c.%zu=%zu\n", i, i % 100);
	CHECK_EQ(parse(text, &bad), SENSOR_VALUES_MAX);
	CHECK_EQ(bad, 5);
	/* A label is cut, and made fit to be printed. */
	CHECK_EQ(parse("temp_c.\x01\"\xff__aaaaaaaabbbbbbbbbbccccccccccdddddddddd=1", &bad), 1);
	CHECK(!strcmp(values[0].name, "t/temp._____aaaaaaaabbbbbbbbbbccccccccc"), "it is %s",
	      values[0].name);
}

static void whatever_comes_is_taken(void)
{
	static const char *const words[] = {
		"temp_c", "power_w", "=", ".", "\n", "|", "|", " | ok\n", "degrees C", "0x00", "na",
		"70", "-5", "1e9", "no reading", "CPU", "Watts", "\t", "percent", "#", "Margin",
		"\xff", "Fan", "F",
	};
	char text[512], copy[512];
	int round;

	for (round = 0; round < 20000; round++) {
		size_t i, nr, bad, len = 0, max = test_random_below(SENSOR_VALUES_MAX + 1);

		while (len < 400 && test_random_below(40)) {
			const char *word = words[test_random_below(sizeof(words) /
								   sizeof(words[0]))];

			len += sprintf(text + len, "%s", word);
		}
		text[len] = '\0';
		memcpy(copy, text, len + 1);
		nr = sensor_parse_text(copy, "t", values, max, &bad);
		CHECK(nr <= max, "%zu of %zu", nr, max);
		for (i = 0; i < nr; i++)
			CHECK(!isinf(values[i].value) && strlen(values[i].name) < 80, "a value");
		nr = sensor_parse_ipmi(text, "ipmi", values, max);
		CHECK(nr <= max, "%zu of %zu", nr, max);
		for (i = 0; i < nr; i++)
			CHECK(isfinite(values[i].value) && *values[i].name, "no value");
	}
}

/* --- IPMI --- */

/* With its first line, which is none of the tool's. */
static char *fixture(const char *name)
{
	char path[256], *text = malloc(SENSOR_TEXT_MAX);
	FILE *file;
	size_t len;

	CHECK(text, "no memory");
	snprintf(path, sizeof(path), FIXTURES "%s.sdr.txt", name);
	file = fopen(path, "r");
	CHECK(file, "no %s", path);
	len = fread(text, 1, SENSOR_TEXT_MAX - 1, file);
	fclose(file);
	CHECK(len > 0, "%s is empty", path);
	text[len] = '\0';
	return text;
}

static size_t parse_fixture(const char *name)
{
	char *text = fixture(name);
	size_t nr = sensor_parse_ipmi(text, "ipmi", values, SENSOR_VALUES_MAX);

	free(text);
	return nr;
}

static size_t nr_of(size_t nr, enum sensor_kind kind)
{
	size_t i, of = 0;

	for (i = 0; i < nr; i++)
		of += values[i].kind == kind;
	return of;
}

static void a_running_machine_is_understood(void)
{
	size_t nr = parse_fixture("lichtmandce03");

	CHECK(near(get(nr, "ipmi/CPU 1 Temp")->value, 30), "the first processor");
	CHECK_EQ(get(nr, "ipmi/CPU 1 Temp")->place, SENSOR_CPU);
	CHECK(near(get(nr, "ipmi/CPU 4 Temp")->value, 25), "the fourth processor");
	CHECK_EQ(get(nr, "ipmi/Ambient Temp")->kind, SENSOR_INLET);
	CHECK(near(get(nr, "ipmi/Ambient Temp")->value, 20), "the air");
	CHECK_EQ(get(nr, "ipmi/Exhaust Temp")->kind, SENSOR_TEMP);
	CHECK_EQ(get(nr, "ipmi/Exhaust Temp")->place, SENSOR_BOARD);
	CHECK_EQ(get(nr, "ipmi/Sys Power")->kind, SENSOR_NODE_POWER);
	CHECK(near(get(nr, "ipmi/Sys Power")->value, 270), "the node's power");
	CHECK_EQ(get(nr, "ipmi/PSU1 AC In Pwr")->place, SENSOR_OTHER);
	CHECK(near(get(nr, "ipmi/Fan 6 Tach")->value, 15916), "the sixth fan");
	CHECK_EQ(nr_of(nr, SENSOR_RPM), 6);
	CHECK_EQ(nr_of(nr, SENSOR_NODE_POWER), 1);
}

static void machines_on_standby_say_little(void)
{
	size_t nr = parse_fixture("holygpu8a22101");

	CHECK(near(get(nr, "ipmi/PSU1 FAN_A DUTY")->value, 0.17), "the duty of a fan");
	CHECK_EQ(get(nr, "ipmi/PSU1 FAN_A DUTY")->kind, SENSOR_FAN);
	CHECK(near(get(nr, "ipmi/Sys Power")->value, 10), "its power");
	CHECK_EQ(get(nr, "ipmi/Chassis Power")->kind, SENSOR_POWER);
	nr = parse_fixture("holy7c02103");
	CHECK(near(get(nr, "ipmi/Mid Board Temp")->value, 25), "its board");
	nr = parse_fixture("holygpu8a11101");
	CHECK(near(get(nr, "ipmi/Inlet Water Temp")->value, 24), "its water");
	CHECK_EQ(get(nr, "ipmi/Inlet Water Temp")->kind, SENSOR_TEMP);
	nr = parse_fixture("holygpu2c0923");
	CHECK_EQ(get(nr, "ipmi/Inlet Temp")->kind, SENSOR_INLET);
	/* A poll that nobody answered. */
	CHECK_EQ(parse_fixture("holy2c092901"), 0);
	CHECK(parse_fixture("holy7c0919") > 0, "nothing");
}

/* What really came, with mistakes of transmission: nothing is made of nothing. */
static void broken_tables_are_survived(void)
{
	char *text = fixture("lichtmandce03"), *copy = malloc(SENSOR_TEXT_MAX);
	size_t len = strlen(text);
	int round;

	CHECK(copy, "no memory");
	for (round = 0; round < 300; round++) {
		size_t cut = test_random_below(len + 1), i, nr;

		memcpy(copy, text, len + 1);
		copy[cut] = '\0';
		for (i = 0; i < 20; i++)
			copy[test_random_below(len)] = (char)test_random_range(1, 255);
		nr = sensor_parse_ipmi(copy, "ipmi", values, SENSOR_VALUES_MAX);
		CHECK(nr <= len / 20, "%zu values of %zu bytes", nr, cut);
		for (i = 0; i < nr; i++)
			CHECK(isfinite(values[i].value), "%s is none", values[i].name);
	}
	free(text);
	free(copy);
}

static void thresholds_are_limits(void)
{
	size_t nr;

	/* ipmitool sensor: name, reading, unit, status, lower nr, cr, nc, upper nc, cr, nr */
	nr = parse_ipmi("CPU1 Temp | 61.000 | degrees C | ok | 0.0 | 0.0 | 0.0 | 85.0 | 90.0 | 95.0\n"
			"VRM Temp | 50.000 | degrees C | nc | na | na | na | 95.000 | na | na\n"
			"DIMM Temp | 122.0 | degrees F | ok | na | na | na | na | 185.0 | na\n"
			"PCH Temp | na | degrees C | na | na | na | na | na | na | na\n"
			"Watchdog | 0x0 | discrete | 0x0080| na | na | na | na | na | na\n"
			"P1 Margin | -33.000 | degrees C | ok | na | na | na | na | na | na\n");
	CHECK_EQ(nr, 4);
	CHECK(near(get(nr, "ipmi/CPU1 Temp")->limit, 90), "not the critical one");
	CHECK(near(get(nr, "ipmi/VRM Temp")->limit, 95), "not the one that there is");
	CHECK(near(get(nr, "ipmi/DIMM Temp")->value, 50), "not in Celsius");
	CHECK(near(get(nr, "ipmi/DIMM Temp")->limit, 85), "its limit is not in Celsius");
	CHECK_EQ(get(nr, "ipmi/P1 Margin")->kind, SENSOR_MARGIN);
	CHECK(near(get(nr, "ipmi/P1 Margin")->value, 33), "a margin counts down");
}

static void other_tools_are_understood(void)
{
	size_t nr;

	/* ipmi-sensors, with thresholds and without; ipmitool sdr elist */
	nr = parse_ipmi("ID | Name | Type | Reading | Units | Event\n"
			"4 | CPU1 Temp | Temperature | 43.00 | C | 'OK'\n"
			"5 | Inlet Temp | Temperature | N/A | C | N/A\n"
			"6 | FAN1 | Fan | 5300.00 | RPM | 'OK'\n"
			"7 | Pwr Consumption | Current | 182.00 | W | 'OK'\n");
	CHECK_EQ(nr, 3);
	CHECK(near(get(nr, "ipmi/CPU1 Temp")->value, 43), "the processor");
	CHECK_EQ(get(nr, "ipmi/Pwr Consumption")->kind, SENSOR_NODE_POWER);
	nr = parse_ipmi("4 | CPU1 Temp | Temperature | 43.00 | C | 0 | 0 | 0 | 88 | 93 | 95 | 'OK'\n");
	CHECK_EQ(nr, 1);
	CHECK(near(values[0].limit, 93), "the limit is %g", values[0].limit);
	nr = parse_ipmi("Inlet Temp | 04h | ok | 7.1 | 22 degrees C\n"
			"Exhaust Temp | 01h | ns | 7.1 | Disabled\n");
	CHECK_EQ(nr, 1);
	CHECK(near(values[0].value, 22), "the air has %g", values[0].value);
}

static void of_two_of_a_name_the_hotter_counts(void)
{
	size_t nr = parse_ipmi("Temp | 40 degrees C | ok\nTemp | 70 degrees C | cr\n"
			       "Temp | 50 degrees C | ok\nTherm Margin | -9 degrees C | ok\n"
			       "Therm Margin | -5 degrees C | ok\nTherm Margin | -7 degrees C | ok\n"
			       "Temp | 99 degrees C | ns\n | 99 degrees C | ok\n"
			       "Temp | 99 volts | ok\nUtilization | 99 percent | ok\n");

	CHECK_EQ(nr, 2);
	CHECK(near(get(nr, "ipmi/Temp")->value, 70), "it is %g", get(nr, "ipmi/Temp")->value);
	CHECK(near(get(nr, "ipmi/Therm Margin")->value, 5), "the margin");
}

static const struct test_case cases[] = {
	{ "keys_have_their_units", keys_have_their_units },
	{ "labels_hold_value_and_limit_together", labels_hold_value_and_limit_together },
	{ "bad_lines_are_counted", bad_lines_are_counted },
	{ "there_is_an_end_to_values", there_is_an_end_to_values },
	{ "whatever_comes_is_taken", whatever_comes_is_taken },
	{ "a_running_machine_is_understood", a_running_machine_is_understood },
	{ "machines_on_standby_say_little", machines_on_standby_say_little },
	{ "broken_tables_are_survived", broken_tables_are_survived },
	{ "thresholds_are_limits", thresholds_are_limits },
	{ "other_tools_are_understood", other_tools_are_understood },
	{ "of_two_of_a_name_the_hotter_counts", of_two_of_a_name_the_hotter_counts },
	{ }
};

const struct test_suite sensor_text_suite = { "sensor_text", cases };
