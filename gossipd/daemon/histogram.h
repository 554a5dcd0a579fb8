/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long something took, counted by how long: from a tenth of a millisecond to half a second.
 */
#ifndef GOSSIPD_HISTOGRAM_H
#define GOSSIPD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS 12

/**
 * struct histogram - times; all zeros is none
 * @count: of those up to each of histogram_bounds_s and above the one before; the last: above all
 * @sum_s: of all
 */
struct histogram {
	uint64_t count[HISTOGRAM_BOUNDS + 1];
	double sum_s;
};

extern const double histogram_bounds_s[HISTOGRAM_BOUNDS];

void histogram_add(struct histogram *histogram, double time_s);

#endif /* GOSSIPD_HISTOGRAM_H */
