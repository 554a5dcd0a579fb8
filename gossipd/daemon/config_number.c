// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers with units as text, there and back.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"

#define CELSIUS "\302\260C"

/* What may follow a number whose value is kept in @unit, the largest last; some are only read. */
static const struct {
	const char *unit;
	const char *suffix;
	double factor;
	bool read_only;
} suffixes[] = {
	{ "ms", "ms", 1, false },
	{ "ms", "s", 1e3, false },
	{ "ms", "min", 60e3, false },
	{ "ms", "h", 3600e3, false },
	{ "s", "ms", 0.001, false },
	{ "s", "s", 1, false },
	{ "s", "min", 60, false },
	{ "s", "h", 3600, false },
	{ "B", "B", 1, false },
	{ "B", "kB", 1e3, false },
	{ "B", "KiB", 1024, true },
	{ "B", "MB", 1e6, false },
	{ "B", "MiB", 1048576, true },
	{ "B/s", "B/s", 1, false },
	{ "B/s", "kB/s", 1e3, false },
	{ "B/s", "MB/s", 1e6, false },
	{ "1/s", "", 1, false },
	{ "1/s", "/s", 1, false },
	{ CELSIUS, "C", 1, false },
	{ CELSIUS, CELSIUS, 1, true },
	{ "W", "W", 1, false },
	{ "W", "kW", 1e3, false },
	{ "1", "", 1, false },
	{ "1", "%", 0.01, false },
};

#define NR_SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* The factor of @suffix, NAN if it is none of @unit. Nothing can be in doubt but a time. */
static double factor_of(const char *unit, const char *suffix, double number)
{
	bool known = false;
	size_t i;

	for (i = 0; i < NR_SUFFIXES; i++) {
		if (strcmp(suffixes[i].unit, unit))
			continue;
		known = true;
		if (!strcmp(suffixes[i].suffix, suffix))
			return suffixes[i].factor;
	}
	if (*suffix)
		return !known && !strcmp(suffix, unit) ? 1 : NAN;
	if (number && (!strcmp(unit, "ms") || !strcmp(unit, "s")))
		return NAN;
	return 1;
}

/**
 * config_parse_number - a number with a unit
 * @text: such as "2.5", "10ms", "20 kB/s", "30%"
 * @unit: in which it is wanted
 * @value: it goes here, in @unit
 *
 * Return: false if it is none, or not of that unit, or a time without a unit
 */
bool config_parse_number(const char *text, const char *unit, double *value)
{
	size_t len = strspn(text, "0123456789.");
	double number, factor;
	char *end;

	if (*text == '-')
		len = 1 + strspn(text + 1, "0123456789.");
	/* strtod() would take hexadecimal, infinities and white space as well. */
	if (!len || !isdigit((unsigned char)text[len - 1]) || strpbrk(text, "xX"))
		return false;
	number = strtod(text, &end);
	/* An exponent is taken, if it is one. */
	if (end < text + len)
		return false;
	while (*end == ' ')
		end++;
	factor = factor_of(unit, end, number);
	*value = number * factor;
	return isfinite(*value);
}

/**
 * config_format_number - a number with the largest unit in which it is whole
 * @value: in @unit
 * @unit: of it
 * @out: text that config_parse_number() makes the same number of
 * @room: at least 48 bytes
 */
void config_format_number(double value, const char *unit, char *out, size_t room)
{
	const char *suffix = "";
	double factor = 1, again;
	size_t i;

	for (i = 0; i < NR_SUFFIXES; i++) {
		if (strcmp(suffixes[i].unit, unit) || suffixes[i].read_only)
			continue;
		if (!*suffix || (value && value == rint(value / suffixes[i].factor) *
				 suffixes[i].factor)) {
			suffix = suffixes[i].suffix;
			factor = suffixes[i].factor;
		}
	}
	snprintf(out, room, "%.15g%s", value / factor, suffix);
	if (config_parse_number(out, unit, &again) && again == value)
		return;
	/* Rather all digits, in the unit itself. */
	suffix = factor_of(unit, unit, value) == 1 ? unit : "";
	snprintf(out, room, "%.17g%s", value, suffix);
}
