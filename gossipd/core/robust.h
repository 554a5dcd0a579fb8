/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Estimates over what several nodes say, of whom a few may be wrong by any amount. Of a node's own
 * temperature never: to average a hot node away is the unsafe error.
 *
 * What is guaranteed, and why this bound and no other, is in Documentation/gossip-trust.md.
 */
#ifndef GOSSIP_ROBUST_H
#define GOSSIP_ROBUST_H

#include <stddef.h>

size_t robust_liars(size_t nr);
double robust_median(double *values, size_t nr);
double robust_median_near(double *values, size_t nr, double guess);
double robust_trimmed_mean(double *values, size_t nr, size_t liars);
double robust_max(double *values, size_t nr, size_t liars);

#endif /* GOSSIP_ROBUST_H */
