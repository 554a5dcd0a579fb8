/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far the heat of one node is that of another: first what follows from where they stand, then
 * what their temperatures have shown.
 */
#ifndef GOSSIP_COUPLING_H
#define GOSSIP_COUPLING_H

#include <stdbool.h>
#include <stdint.h>

#include "site.h"

/* By place: what the site's file says nothing better about. */
#define COUPLING_CHASSIS 1.0
#define COUPLING_RACK 0.8
#define COUPLING_ROW 0.5
#define COUPLING_ZONE 0.2

/**
 * struct coupling_learned - what the temperatures of a neighbour have shown about the coupling
 *
 * A correlation of changes: of the neighbour's temperature, and of the inlet here a while later.
 * Its members are the owner's business; all zeros is a fresh one.
 */
struct coupling_learned {
	double mean_theirs, mean_ours;
	double var_theirs, var_ours, covar;
	double last_theirs_c, last_ours_c;
	uint64_t last_ns;
	uint32_t samples;
};

double coupling_prior(const struct site *site, uint32_t from, uint32_t to);
void coupling_learn(struct coupling_learned *l, uint64_t now_ns, double theirs_c, double ours_c);
double coupling_estimate(const struct coupling_learned *l, double prior);

#endif /* GOSSIP_COUPLING_H */
