// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers to text for people, and text from people to numbers.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "maxctl.h"

/* Digits after the point that are read; Q16.16 needs 16 to be exact. */
#define FRACTION_DIGITS 18

/**
 * mc_format_time() - a span of time
 * @text: room for MC_TEXT_LEN bytes
 * @ns: the span
 *
 * Return: @text, as "17us", "4.250ms", "12.345s" or "3h12m05s".
 */
const char *mc_format_time(char *text, uint64_t ns)
{
	uint64_t s = ns / MC_NS_PER_S;

	if (ns < MC_NS_PER_MS)
		snprintf(text, MC_TEXT_LEN, "%lluus", (unsigned long long)ns / 1000);
	else if (ns < MC_NS_PER_S)
		snprintf(text, MC_TEXT_LEN, "%llu.%03llums",
			 (unsigned long long)(ns / MC_NS_PER_MS),
			 (unsigned long long)(ns / 1000 % 1000));
	else if (s < 60)
		snprintf(text, MC_TEXT_LEN, "%llu.%03llus", (unsigned long long)s,
			 (unsigned long long)(ns / MC_NS_PER_MS % 1000));
	else if (s < 3600)
		snprintf(text, MC_TEXT_LEN, "%llum%02llus", (unsigned long long)s / 60,
			 (unsigned long long)s % 60);
	else
		snprintf(text, MC_TEXT_LEN, "%lluh%02llum%02llus", (unsigned long long)s / 3600,
			 (unsigned long long)s / 60 % 60, (unsigned long long)s % 60);
	return text;
}

/**
 * mc_format_q16() - a multiplier or slope
 * @text: room for MC_TEXT_LEN bytes
 * @value: Q16.16
 *
 * Return: @text, as "1.0" or "2.3125", four digits after the point at most.
 */
const char *mc_format_q16(char *text, int64_t value)
{
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	uint64_t tenths_m = (magnitude * 10000 + MAXWELL_MULTIPLIER_ONE / 2) /
			    MAXWELL_MULTIPLIER_ONE;
	size_t len;

	len = snprintf(text, MC_TEXT_LEN, "%s%llu.%04llu", value < 0 ? "-" : "",
		       (unsigned long long)tenths_m / 10000,
		       (unsigned long long)tenths_m % 10000);
	while (text[len - 1] == '0' && text[len - 2] != '.')
		text[--len] = '\0';
	return text;
}

/**
 * mc_format_cents() - an amount of money
 * @text: room for MC_TEXT_LEN bytes
 * @nanocents: the amount
 *
 * Return: @text, in cents with three digits after the point.
 */
const char *mc_format_cents(char *text, uint64_t nanocents)
{
	snprintf(text, MC_TEXT_LEN, "%llu.%03llu", (unsigned long long)(nanocents / MC_NANO),
		 (unsigned long long)(nanocents / (MC_NANO / 1000) % 1000));
	return text;
}

/**
 * mc_format_clock() - the time of day
 * @text: room for it
 * @size: of it
 * @date: as RFC 3339 in UTC, instead of local "HH:MM:SS.us"
 *
 * Return: @text.
 */
const char *mc_format_clock(char *text, size_t size, bool date)
{
	char day[32];
	struct timespec now;
	struct tm parts;

	clock_gettime(CLOCK_REALTIME, &now);
	if (date) {
		gmtime_r(&now.tv_sec, &parts);
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts);
		snprintf(text, size, "%s.%09ldZ", day, now.tv_nsec);
	} else {
		localtime_r(&now.tv_sec, &parts);
		strftime(day, sizeof(day), "%H:%M:%S", &parts);
		snprintf(text, size, "%s.%06ld", day, now.tv_nsec / 1000);
	}
	return text;
}

/**
 * mc_parse_u32() - a whole number
 * @text: decimal digits
 * @what: what it is, for the error
 * @out: the number
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_parse_u32(const char *text, const char *what, uint32_t *out)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || value > UINT32_MAX)
		return mc_error(MC_USAGE, "%s '%s' is not a whole number from 0 to %u", what, text,
				UINT32_MAX);
	*out = value;
	return MC_OK;
}

/* The digits after the point, as a multiple of 1/2^16, rounded to nearest. */
static bool parse_fraction(const char *digits, uint64_t *out)
{
	unsigned __int128 fraction = 0;
	uint64_t scale = 1;
	size_t i;

	for (i = 0; digits[i]; i++) {
		if (!isdigit((unsigned char)digits[i]) || i >= FRACTION_DIGITS)
			return false;
		fraction = fraction * 10 + (digits[i] - '0');
		scale *= 10;
	}
	*out = (fraction * MAXWELL_MULTIPLIER_ONE + scale / 2) / scale;
	return i > 0;
}

/**
 * mc_parse_q16() - a decimal number, as Q16.16
 * @text: such as "2", "2.5" or "-0.125"
 * @what: what it is, for the error
 * @out: nearest Q16.16; its magnitude is below 2^32
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_parse_q16(const char *text, const char *what, int64_t *out)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	unsigned long long whole = 0;
	uint64_t fraction = 0;
	char *end = NULL;

	errno = 0;
	if (isdigit((unsigned char)digits[0]))
		whole = strtoull(digits, &end, 10);
	if (!end || errno || (*end && (*end != '.' || !parse_fraction(end + 1, &fraction))))
		return mc_error(MC_USAGE, "%s '%s' is not a decimal number such as 2.5", what,
				text);
	/* A fraction may round up to a whole one. */
	if (whole > UINT16_MAX || whole * MAXWELL_MULTIPLIER_ONE + fraction > UINT32_MAX)
		return mc_error(MC_USAGE, "%s '%s' is too large: it must be below 65536", what,
				text);
	*out = whole * MAXWELL_MULTIPLIER_ONE + fraction;
	if (digits != text)
		*out = -*out;
	return MC_OK;
}

/**
 * mc_parse_time() - a span of time
 * @text: such as "30", "0.5s", "1500ms" or "5m"; seconds without a unit
 * @what: what it is, for the error
 * @ns: the span
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_parse_time(const char *text, const char *what, uint64_t *ns)
{
	double unit_ns = MC_NS_PER_S;
	double value;
	char *end = NULL;

	errno = 0;
	value = isdigit((unsigned char)text[0]) ? strtod(text, &end) : -1;
	if (end && !strcmp(end, "ms"))
		unit_ns = MC_NS_PER_MS;
	else if (end && !strcmp(end, "m"))
		unit_ns = 60.0 * MC_NS_PER_S;
	else if (!end || (*end && strcmp(end, "s")))
		value = -1;
	if (errno || value < 0 || value * unit_ns >= (double)INT64_MAX)
		return mc_error(MC_USAGE,
				"%s '%s' is not a time such as 30, 0.5s, 1500ms or 5m", what, text);
	*ns = value * unit_ns + 0.5;
	return MC_OK;
}
