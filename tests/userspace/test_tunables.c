// SPDX-License-Identifier: GPL-2.0
/*
 * The list of tunables is consistent in itself.
 */
#include "harness.h"
#include "pure.h"
#include "tunables.h"

#include <ctype.h>

struct tunable {
	const char *name;
	u64 value, min, max;
	const char *unit;
	const char *doc;
};

#define ENTRY(name, value, min, max, unit, doc) { #name, value, min, max, unit, doc },

static const struct tunable tunables[] = { MAXWELL_TUNABLES(ENTRY) };

static void defaults_are_within_ranges(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tunables); i++) {
		const struct tunable *t = &tunables[i];

		CHECK(t->min < t->max && t->max <= U32_MAX, "%s", t->name);
		CHECK(t->value >= t->min && t->value <= t->max, "%s", t->name);
	}
}

static void names_are_unique(void)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(tunables); i++)
		for (k = 0; k < i; k++)
			CHECK(strcmp(tunables[i].name, tunables[k].name), "%s", tunables[i].name);
}

/* The last word of a name is its unit, unless the value has none or the name is a count. */
static void names_end_in_their_unit(void)
{
	static const struct {
		const char *unit, *suffix;
	} units[] = {
		{ "us", "_us" },	       { "ms", "_ms" },
		{ "permille", "_permille" },   { "permille of a CPU", "_permille" },
		{ "cents per CPU-second", "_cents" },
		{ "permille per waiting task", "_permille" },
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(tunables); i++) {
		const char *name = tunables[i].name;

		for (k = 0; k < ARRAY_SIZE(units); k++) {
			size_t len = strlen(units[k].suffix);

			if (strcmp(tunables[i].unit, units[k].unit))
				continue;
			CHECK(strlen(name) > len &&
			      !strcmp(name + strlen(name) - len, units[k].suffix), "%s", name);
		}
	}
}

static void docs_are_sentences(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tunables); i++) {
		const char *doc = tunables[i].doc;

		CHECK(isupper((unsigned char)doc[0]) && doc[strlen(doc) - 1] == '.', "%s",
		      tunables[i].name);
	}
}

static const struct test_case cases[] = {
	{ "defaults_are_within_ranges", defaults_are_within_ranges },
	{ "names_are_unique", names_are_unique },
	{ "names_end_in_their_unit", names_end_in_their_unit },
	{ "docs_are_sentences", docs_are_sentences },
	{}
};

const struct test_suite tunables_suite = { "tunables", cases };
