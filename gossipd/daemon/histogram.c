// SPDX-License-Identifier: GPL-2.0
/*
 * Times are counted.
 */
#include <stddef.h>

#include "histogram.h"

const double histogram_bounds_s[HISTOGRAM_BOUNDS] = {
	0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
};

/**
 * histogram_add() - one more
 * @histogram: that counts it
 * @time_s: how long it took; not below 0
 */
void histogram_add(struct histogram *histogram, double time_s)
{
	size_t i;

	for (i = 0; i < HISTOGRAM_BOUNDS && time_s > histogram_bounds_s[i]; i++)
		;
	histogram->count[i]++;
	histogram->sum_s += time_s;
}
