// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of CPUs as text, and what text may be.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"

/* A number below CONFIG_CPUS_MAX at *@text, which moves behind it. */
static bool parse_cpu(const char **text, unsigned int *cpu)
{
	size_t digits = strspn(*text, "0123456789");

	if (!digits || digits > 6)
		return false;
	*cpu = (unsigned int)strtoul(*text, NULL, 10);
	*text += digits;
	return *cpu < CONFIG_CPUS_MAX;
}

/**
 * config_parse_cpus - a set of CPUs
 * @text: such as "0-3,8"
 * @cpus: it goes here
 *
 * Return: false if it is none
 */
bool config_parse_cpus(const char *text, struct config_cpus *cpus)
{
	unsigned int first, last;

	memset(cpus, 0, sizeof(*cpus));
	for (;; text++) {
		if (!parse_cpu(&text, &first))
			return false;
		last = first;
		if (*text == '-') {
			text++;
			if (!parse_cpu(&text, &last) || last < first)
				return false;
		}
		for (; first <= last; first++)
			cpus->bit[first / 64] |= 1ULL << first % 64;
		if (*text != ',')
			return !*text;
	}
}

/**
 * config_cpu - whether a CPU is meant
 * @cpus: all zeros: all are
 * @cpu: which
 *
 * Return: whether it is
 */
bool config_cpu(const struct config_cpus *cpus, unsigned int cpu)
{
	static const struct config_cpus all;

	if (!memcmp(cpus, &all, sizeof(all)))
		return true;
	return cpu < CONFIG_CPUS_MAX && cpus->bit[cpu / 64] >> cpu % 64 & 1;
}

/**
 * config_format_cpus - a set of CPUs as text
 * @cpus: not all zeros
 * @out: where to
 */
void config_format_cpus(const struct config_cpus *cpus, FILE *out)
{
	const char *comma = "";
	unsigned int cpu, last;

	for (cpu = 0; cpu < CONFIG_CPUS_MAX; cpu++) {
		if (!config_cpu(cpus, cpu))
			continue;
		for (last = cpu; last + 1 < CONFIG_CPUS_MAX && config_cpu(cpus, last + 1); )
			last++;
		if (last > cpu)
			fprintf(out, "%s%u-%u", comma, cpu, last);
		else
			fprintf(out, "%s%u", comma, cpu);
		comma = ",";
		cpu = last;
	}
}

/**
 * config_is_utf8 - whether a text can be shown as JSON
 * @text: which
 *
 * Return: whether it is UTF-8 as RFC 3629 has it
 */
bool config_is_utf8(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned int code, more, i;

	while (*p) {
		more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
		if ((*p >= 0x80 && *p < 0xc2) || *p > 0xf4)
			return false;
		code = more ? *p & 0x3f >> more : *p;
		for (i = 0, p++; i < more; i++, p++) {
			if ((*p & 0xc0) != 0x80)
				return false;
			code = code << 6 | (*p & 0x3f);
		}
		if (code >> 11 == 0x1b || code > 0x10ffff || (more == 2 && code < 0x800) ||
		    (more == 3 && code < 0x10000))
			return false;
	}
	return true;
}
