// SPDX-License-Identifier: GPL-2.0
/*
 * What baseboard management controllers say, as the usual tools print it: `ipmitool sdr` (3
 * columns), `ipmitool sdr elist` (5), `ipmitool sensor` (10, with thresholds), `ipmi-sensors` (6),
 * `ipmi-sensors --output-sensor-thresholds` (12). A line that is none of these is passed over.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_internal.h"

#define COLUMNS_MAX 12
#define BLANKS " \t\r"

/* A sensor, before it is known what for. Thresholds are the upper ones. */
struct row {
	const char *name;
	const char *value;
	const char *unit;
	const char *noncritical;
	const char *critical;
	bool valid;
};

static size_t split(char *line, char *column[COLUMNS_MAX])
{
	size_t nr = 0;

	while (line && nr < COLUMNS_MAX) {
		char *text = strsep(&line, "|");
		size_t len;

		text += strspn(text, BLANKS);
		len = strlen(text);
		while (len && strchr(BLANKS, text[len - 1]))
			text[--len] = '\0';
		column[nr++] = text;
	}
	return line ? 0 : nr;
}

/* The controller says that the reading is one, be it as high as it may. */
static bool is_valid(const char *status)
{
	return !strcmp(status, "ok") || !strcmp(status, "nc") || !strcmp(status, "cr") ||
	       !strcmp(status, "nr");
}

static bool row_of(char *line, struct row *row)
{
	char *column[COLUMNS_MAX];
	size_t nr = split(line, column);

	*row = (struct row){ .name = column[0], .value = "", .unit = "", .valid = true,
			     .noncritical = "", .critical = "" };
	switch (nr) {
	case 3:
		row->value = column[1];
		row->valid = is_valid(column[2]);
		return true;
	case 5:
		row->value = column[4];
		row->valid = is_valid(column[2]);
		return true;
	case 6:
		row->name = column[1];
		row->value = column[3];
		row->unit = column[4];
		return true;
	case 10:
		row->value = column[1];
		row->unit = column[2];
		row->valid = is_valid(column[3]);
		row->noncritical = column[7];
		row->critical = column[8];
		return true;
	case 12:
		row->name = column[1];
		row->value = column[3];
		row->unit = column[4];
		row->noncritical = column[8];
		row->critical = column[9];
		return true;
	default:
		return false;
	}
}

/* Where the value ends; NULL if there is none ("no reading", "na", "N/A", "0x00"). */
static const char *number_of(const char *text, double *number)
{
	char *end;

	*number = strtod(text, &end);
	if (end == text || !isfinite(*number) || strpbrk(text, "xX"))
		return NULL;
	return end + strspn(end, BLANKS);
}

static bool has(const char *text, const char *word)
{
	return strcasestr(text, word);
}

static bool unit_is(const char *unit, const char *a, const char *b)
{
	return !strcasecmp(unit, a) || !strcasecmp(unit, b);
}

/* Of the node as a whole, not of a chassis with several nodes in it. */
static bool is_node_power(const char *name)
{
	static const char *const names[] = {
		"sys power", "system power", "pwr consumption", "power meter", "node power",
		"total_power", "total power",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (has(name, names[i]))
			return true;
	}
	return false;
}

static void temperature_of(const char *name, struct sensor_value *value)
{
	if (has(name, "margin")) {
		/* Intel's controllers count down to 0, which is where throttling begins. */
		value->kind = SENSOR_MARGIN;
		value->place = SENSOR_CPU;
		value->value = fabs(value->value);
		return;
	}
	value->kind = SENSOR_TEMP;
	if (has(name, "cpu") || has(name, "processor"))
		value->place = SENSOR_CPU;
	if ((has(name, "inlet") || has(name, "ambient")) && !has(name, "water"))
		value->kind = SENSOR_INLET;
}

/* Return: false if it is nothing that matters. */
static bool kind_of(const struct row *row, const char *unit, struct sensor_value *value)
{
	value->place = SENSOR_BOARD;
	if (unit_is(unit, "degrees C", "C")) {
		temperature_of(row->name, value);
	} else if (unit_is(unit, "degrees F", "F")) {
		value->value = (value->value - 32) / 1.8;
		temperature_of(row->name, value);
	} else if (unit_is(unit, "Watts", "W")) {
		value->kind = is_node_power(row->name) ? SENSOR_NODE_POWER : SENSOR_POWER;
		if (value->kind == SENSOR_POWER)
			value->place = SENSOR_OTHER;
	} else if (unit_is(unit, "RPM", "RPM")) {
		value->kind = SENSOR_RPM;
	} else if (unit_is(unit, "percent", "%") &&
		   (has(row->name, "fan") || has(row->name, "duty"))) {
		value->kind = SENSOR_FAN;
		value->value /= 100;
	} else {
		return false;
	}
	return true;
}

/* Two of one name: the hotter, faster, stronger; of margins the smaller. */
static void add(struct sensor_value *values, size_t *nr, size_t max,
		const struct sensor_value *value)
{
	size_t i;

	for (i = 0; i < *nr; i++) {
		bool more;

		if (strcmp(values[i].name, value->name))
			continue;
		more = value->kind == SENSOR_MARGIN ? value->value < values[i].value :
		       value->value > values[i].value;
		if (more)
			values[i] = *value;
		return;
	}
	if (*nr < max)
		values[(*nr)++] = *value;
}

/**
 * sensor_parse_ipmi() - what a tool has printed
 * @text: any string; changed
 * @prefix: what the sensors' names begin with
 * @values: written: of readings only, what has none is left out
 * @max: room for values; what is beyond it is left out
 *
 * Return: how many values there are.
 */
size_t sensor_parse_ipmi(char *text, const char *prefix, struct sensor_value *values, size_t max)
{
	size_t nr = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct sensor_value value = { .limit = NAN };
		const char *unit;
		struct row row;
		double limit;

		if (!row_of(line, &row) || !row.valid || !*row.name)
			continue;
		unit = number_of(row.value, &value.value);
		if (!unit)
			continue;
		if (*row.unit)
			unit = row.unit;
		snprintf(value.name, sizeof(value.name), "%.30s/%.60s", prefix, row.name);
		sensor_clean(value.name);
		if (!kind_of(&row, unit, &value))
			continue;
		if (value.kind == SENSOR_TEMP &&
		    (number_of(row.critical, &limit) || number_of(row.noncritical, &limit)))
			value.limit = has(unit, "F") ? (limit - 32) / 1.8 : limit;
		add(values, &nr, max, &value);
	}
	return nr;
}
