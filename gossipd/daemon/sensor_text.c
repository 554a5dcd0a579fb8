// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of key=value, as a plug-in prints them and a file has them; and the file itself.
 * Documentation/gossip-sensors.md has the format.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_internal.h"

#define BLANKS " \t\r"

/* What a key means. @most: it is the limit of the sensor of that kind, not its value. */
static const struct {
	const char *key;
	enum sensor_kind kind;
	enum sensor_place place;
	double scale;
	bool most;
} keys[] = {
	{ "temp_c", SENSOR_TEMP, SENSOR_CPU, 1, false },
	{ "temp_mc", SENSOR_TEMP, SENSOR_CPU, 0.001, false },
	{ "limit_c", SENSOR_TEMP, SENSOR_CPU, 1, true },
	{ "limit_mc", SENSOR_TEMP, SENSOR_CPU, 0.001, true },
	{ "margin_c", SENSOR_MARGIN, SENSOR_CPU, 1, false },
	{ "board_temp_c", SENSOR_TEMP, SENSOR_BOARD, 1, false },
	{ "board_limit_c", SENSOR_TEMP, SENSOR_BOARD, 1, true },
	{ "inlet_c", SENSOR_INLET, SENSOR_BOARD, 1, false },
	{ "gpu_temp_c", SENSOR_TEMP, SENSOR_GPU, 1, false },
	{ "gpu_limit_c", SENSOR_TEMP, SENSOR_GPU, 1, true },
	{ "gpu_margin_c", SENSOR_MARGIN, SENSOR_GPU, 1, false },
	{ "power_w", SENSOR_NODE_POWER, SENSOR_BOARD, 1, false },
	{ "power_mw", SENSOR_NODE_POWER, SENSOR_BOARD, 0.001, false },
	{ "power_kw", SENSOR_NODE_POWER, SENSOR_BOARD, 1000, false },
	{ "power_max_w", SENSOR_NODE_POWER, SENSOR_BOARD, 1, true },
	{ "part_power_w", SENSOR_POWER, SENSOR_CPU, 1, false },
	{ "part_power_max_w", SENSOR_POWER, SENSOR_CPU, 1, true },
	{ "gpu_power_w", SENSOR_POWER, SENSOR_GPU, 1, false },
	{ "gpu_power_max_w", SENSOR_POWER, SENSOR_GPU, 1, true },
	{ "fan", SENSOR_FAN, SENSOR_BOARD, 1, false },
	{ "fan_pct", SENSOR_FAN, SENSOR_BOARD, 0.01, false },
	{ "fan_rpm", SENSOR_RPM, SENSOR_BOARD, 1, false },
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))

/* What a sensor is called, by what it is. */
static const char *const short_names[SENSOR_PLACES][SENSOR_KINDS] = {
	[SENSOR_CPU] = {
		[SENSOR_TEMP] = "temp", [SENSOR_MARGIN] = "margin", [SENSOR_POWER] = "part_power",
	},
	[SENSOR_GPU] = {
		[SENSOR_TEMP] = "gpu_temp", [SENSOR_MARGIN] = "gpu_margin",
		[SENSOR_POWER] = "gpu_power",
	},
	[SENSOR_BOARD] = {
		[SENSOR_TEMP] = "board_temp", [SENSOR_INLET] = "inlet",
		[SENSOR_NODE_POWER] = "power", [SENSOR_FAN] = "fan", [SENSOR_RPM] = "fan_rpm",
	},
};

static char *strip(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len && strchr(BLANKS, text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* A number and nothing else; a reading that is not there is NAN and no mistake. */
static bool number_of(const char *text, double *number)
{
	char *end;

	if (!*text || !strcasecmp(text, "nan") || !strcasecmp(text, "na") ||
	    !strcasecmp(text, "n/a") || !strcasecmp(text, "none")) {
		*number = NAN;
		return true;
	}
	*number = strtod(text, &end);
	return end != text && !*end && isfinite(*number);
}

static struct sensor_value *value_of(struct sensor_value *values, size_t *nr, size_t max,
				     const char *prefix, size_t key, const char *label)
{
	char name[SENSORS_NAME_MAX];
	size_t i;

	snprintf(name, sizeof(name), "%.40s/%s%s%.32s", prefix,
		 short_names[keys[key].place][keys[key].kind], *label ? "." : "", label);
	for (i = 0; i < *nr; i++) {
		if (!strcmp(values[i].name, name))
			return &values[i];
	}
	if (*nr == max)
		return NULL;
	values[i] = (struct sensor_value){
		.kind = keys[key].kind, .place = keys[key].place, .value = NAN, .limit = NAN,
	};
	memcpy(values[i].name, name, sizeof(name));
	++*nr;
	return &values[i];
}

static bool parse_line(char *line, const char *prefix, struct sensor_value *values, size_t *nr,
		       size_t max)
{
	char *equals = strchr(line, '='), *label;
	struct sensor_value *value;
	double number;
	size_t key;

	if (!equals)
		return false;
	*equals = '\0';
	line = strip(line);
	label = line + strcspn(line, ".");
	if (*label)
		*label++ = '\0';
	for (key = 0; key < NR_KEYS && strcmp(keys[key].key, line); key++)
		;
	if (key == NR_KEYS || !number_of(strip(equals + 1), &number))
		return false;
	sensor_clean(label);
	value = value_of(values, nr, max, prefix, key, label);
	if (!value)
		return false;
	*(keys[key].most ? &value->limit : &value->value) = number * keys[key].scale;
	return true;
}

/**
 * sensor_parse_text() - lines of key=value
 * @text: any string; changed
 * @prefix: what the sensors' names begin with
 * @values: written
 * @max: room for values
 * @bad: written: lines that were not understood, and those that there was no room for
 *
 * Return: how many values there are.
 */
size_t sensor_parse_text(char *text, const char *prefix, struct sensor_value *values, size_t max,
			 size_t *bad)
{
	size_t nr = 0;
	char *line;

	*bad = 0;
	while ((line = strsep(&text, "\n"))) {
		line = strip(line);
		if (*line && *line != '#' && !parse_line(line, prefix, values, &nr, max))
			++*bad;
	}
	return nr;
}

static int read_file(struct sensor_probe *probe)
{
	char *text = malloc(SENSOR_TEXT_MAX);
	size_t bad;
	int ret;

	if (!text)
		return -ENOMEM;
	ret = sensor_read_text(probe->path, text, SENSOR_TEXT_MAX);
	if (ret >= 0) {
		probe->nr = sensor_parse_text(text, probe->name, probe->values, probe->max, &bad);
		/* Half a file is worse than none: it is to be replaced, not written to. */
		ret = bad ? -EINVAL : 0;
		if (bad)
			probe->nr = 0;
	}
	free(text);
	return ret;
}

const struct sensor_driver sensor_file = {
	.name = "file",
	.values = SENSOR_VALUES_MAX,
	.read = read_file,
};
