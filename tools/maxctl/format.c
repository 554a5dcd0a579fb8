// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers to text for people.
 */
#include <time.h>

#include "maxctl.h"

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
 * mc_format_balance() - an amount of money that may be owed
 * @text: room for MC_TEXT_LEN bytes
 * @nanocents: the amount; less than 0 in debt
 *
 * Return: @text, as by mc_format_cents(), rounded towards 0.
 */
const char *mc_format_balance(char *text, int64_t nanocents)
{
	char digits[MC_TEXT_LEN];

	if (nanocents >= 0)
		return mc_format_cents(text, nanocents);
	mc_format_cents(digits, -(uint64_t)nanocents);
	snprintf(text, MC_TEXT_LEN, "-%.*s", MC_TEXT_LEN - 2, digits);
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
