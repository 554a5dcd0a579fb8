// SPDX-License-Identifier: GPL-2.0
/*
 * A world that breaks a rule, with as few kinds of trouble as it takes: each is left out by itself,
 * and stays out if the rule breaks without it. A world without one has another course, so what is
 * left need not be the cause; but it is less to look at.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "minimise.h"

#define TROUBLE(field) { #field, offsetof(struct sim_options, field), \
			 sizeof(((struct sim_options *)NULL)->field) }

static const struct {
	const char *name;
	size_t at, size;
} troubles[] = {
	TROUBLE(loss), TROUBLE(multicast_loss), TROUBLE(duplicate), TROUBLE(corrupt),
	TROUBLE(truncate), TROUBLE(clog), TROUBLE(lossy_nodes), TROUBLE(mtu_links),
	TROUBLE(self_loop), TROUBLE(group_empty), TROUBLE(partition), TROUBLE(one_way),
	TROUBLE(long_partition), TROUBLE(drift_ppm), TROUBLE(jumps), TROUBLE(suspends),
	TROUBLE(starved), TROUBLE(crash_every_ns), TROUBLE(lose_state), TROUBLE(power_cycle),
	TROUBLE(leaves), TROUBLE(rotation), TROUBLE(reloads), TROUBLE(attacker), TROUBLE(insider),
	TROUBLE(liars), TROUBLE(subtle), TROUBLE(coarse), TROUBLE(fan_every_ns), TROUBLE(ib),
};

#define NR_TROUBLES (sizeof(troubles) / sizeof(troubles[0]))

/* Whether the rule breaks without one more; if not, it is back. */
static bool leave_out(struct sim_options *opt, size_t i, bool (*breaks)(const struct sim_options *))
{
	static const struct sim_options none;
	struct sim_options less = *opt;
	char *there = (char *)&less + troubles[i].at;

	if (!memcmp(there, (const char *)&none + troubles[i].at, troubles[i].size))
		return false;
	memset(there, 0, troubles[i].size);
	if (!breaks(&less))
		return false;
	*opt = less;
	printf("without %s\n", troubles[i].name);
	fflush(stdout);
	return true;
}

/**
 * minimise() - leave out of a world what it takes not to break its rule
 * @opt: of a world that breaks it; what is not needed is gone
 * @breaks: whether a world like that breaks the rule
 *
 * Return: how many kinds of trouble are left out
 */
unsigned int minimise(struct sim_options *opt, bool (*breaks)(const struct sim_options *))
{
	unsigned int before, gone = 0;
	size_t i;

	do {
		before = gone;
		for (i = 0; i < NR_TROUBLES; i++)
			gone += leave_out(opt, i, breaks);
	} while (gone != before);
	return gone;
}
