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
 * @mean_theirs: of the changes of the neighbour's temperature that still work on, °C
 * @mean_ours: of the changes of the inlet here, °C
 * @mean_room: of the changes of the room, °C
 * @var_theirs: variance of the first, °C², as those that follow
 * @var_ours: of the second
 * @var_room: of the third
 * @covar: covariance of the neighbour and the inlet here
 * @covar_theirs_room: of the neighbour and the room
 * @covar_ours_room: of the inlet here and the room
 * @last_theirs_c: temperature at the end of the last step
 * @last_ours_c: inlet then
 * @last_room_c: room then
 * @wave_c: what of the neighbour's changes up to then still works on
 * @last_ns: when that was
 * @samples: steps that have counted, up to what is remembered
 * @known: there is a last step
 *
 * A correlation of changes: of the neighbour's temperature, and of the inlet here a while later,
 * less what both owe to the room. All zeros is a fresh one.
 */
struct coupling_learned {
	double mean_theirs, mean_ours, mean_room;
	double var_theirs, var_ours, var_room;
	double covar, covar_theirs_room, covar_ours_room;
	double last_theirs_c, last_ours_c, last_room_c;
	double wave_c;
	uint64_t last_ns;
	uint32_t samples;
	bool known;
};

double coupling_prior(const struct site *site, uint32_t from, uint32_t to);
void coupling_learn(struct coupling_learned *l, uint64_t now_ns, double theirs_c, double ours_c,
		    double room_c);
double coupling_estimate(const struct coupling_learned *l, double prior);

#endif /* GOSSIP_COUPLING_H */
