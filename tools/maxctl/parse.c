// SPDX-License-Identifier: GPL-2.0
/*
 * Text from people to numbers.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

/* Digits after the point that are read; Q16.16 needs 16 to be exact. */
#define FRACTION_DIGITS 18

/**
 * mc_parse_number() - a whole number in a range
 * @text: decimal digits
 * @what: what it is, for the error
 * @min: the least that is allowed
 * @max: the most that is allowed
 * @out: the number
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_parse_number(const char *text, const char *what, uint32_t min, uint32_t max, uint32_t *out)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || value < min || value > max)
		return mc_error(MC_USAGE, "%s '%s' is not a whole number from %u to %u", what,
				text, min, max);
	*out = value;
	return MC_OK;
}

/**
 * mc_parse_u32() - a whole number of 32 bits
 * @text: decimal digits
 * @what: what it is, for the error
 * @out: the number
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_parse_u32(const char *text, const char *what, uint32_t *out)
{
	return mc_parse_number(text, what, 0, UINT32_MAX, out);
}

/**
 * mc_parse_pid() - the id of a process or a thread
 * @text: decimal digits
 * @pid: the id
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_parse_pid(const char *text, uint32_t *pid)
{
	return mc_parse_number(text, "PID", 1, INT_MAX, pid);
}

/* The digits after the point, as a multiple of 1 / @unit, rounded to nearest. */
static bool parse_fraction(const char *digits, uint32_t unit, uint64_t *out)
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
	*out = (fraction * unit + scale / 2) / scale;
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
	bool good;

	errno = 0;
	if (isdigit((unsigned char)digits[0]))
		whole = strtoull(digits, &end, 10);
	good = end && !errno;
	if (good && *end)
		good = *end == '.' && parse_fraction(end + 1, MAXWELL_MULTIPLIER_ONE, &fraction);
	if (!good)
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
	/* NOLINTNEXTLINE(bugprone-incorrect-roundings): a nanosecond; lround() is in libm */
	*ns = value * unit_ns + 0.5;
	return MC_OK;
}

/**
 * mc_parse_cents() - an amount of money
 * @text: cents, such as "5000" or "0.25"
 * @what: what it is, for the error
 * @nanocents: the amount; at most nine digits after the point
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_parse_cents(const char *text, const char *what, uint64_t *nanocents)
{
	unsigned long long whole = 0;
	uint64_t fraction = 0;
	char *end = NULL;

	errno = 0;
	if (isdigit((unsigned char)text[0]))
		whole = strtoull(text, &end, 10);
	if (!end || errno || whole > MAXWELL_WALLET_CAP_MAX / MC_NANO ||
	    (*end && (*end != '.' || strlen(end) > 10 ||
		      !parse_fraction(end + 1, MC_NANO, &fraction))) ||
	    whole * MC_NANO + fraction > MAXWELL_WALLET_CAP_MAX)
		return mc_error(MC_USAGE,
				"%s '%s' is not an amount of cents such as 5000 or 0.25, "
				"up to %llu and with no more than nine decimals", what, text,
				(unsigned long long)(MAXWELL_WALLET_CAP_MAX / MC_NANO));
	*nanocents = whole * MC_NANO + fraction;
	return MC_OK;
}

/**
 * mc_parse_user() - a user
 * @text: name, or user id
 * @uid: the user id
 *
 * Return: MC_OK; or MC_USAGE, or MC_REFUSED if there is no such user, with the error said.
 */
int mc_parse_user(const char *text, uint32_t *uid)
{
	const struct passwd *user = getpwnam(text);

	if (user) {
		*uid = user->pw_uid;
		return MC_OK;
	}
	if (text[0] && !text[strspn(text, "0123456789")]) {
		if (mc_parse_u32(text, "user", uid))
			return MC_USAGE;
		/* (uid_t)-1 is nobody at all. */
		if (*uid != UINT32_MAX)
			return MC_OK;
	}
	return mc_error(MC_REFUSED, "there is no user '%s'", text);
}
