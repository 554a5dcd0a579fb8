/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers that are no whole ones, from the harness's dice.
 */
#ifndef GOSSIP_TEST_CHANCE_H
#define GOSSIP_TEST_CHANCE_H

#include "harness.h"

/* From @lo up to @hi, which is never reached. */
static inline double uniform(double lo, double hi)
{
	return lo + (hi - lo) * (double)(test_random() >> 11) / 9007199254740992.0;
}

/* About normal, with a standard deviation of 1; never beyond 6. */
static inline double normal(void)
{
	double sum = -6;
	int i;

	for (i = 0; i < 12; i++)
		sum += uniform(0, 1);
	return sum;
}

#endif /* GOSSIP_TEST_CHANCE_H */
