/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the load that is to stay to the price at which it does.
 */
#ifndef GOSSIP_SHED_H
#define GOSSIP_SHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"

/* Steps of a demand curve that are looked at; the scheduler has 256 prices. */
#define SHED_STEPS_MAX 256U

/* Prices at which a demand is remembered. */
#define SHED_MEMORY_STEPS 64U

/**
 * struct shed_memory - the demand of the last while, at its highest; all zeros is none
 * @cpus: that want to run: the first at multiplier 1, the n-th up to the highest to the power of n
 *	/ 64
 * @max: highest multiplier
 * @root: its 64th root
 */
struct shed_memory {
	double cpus[SHED_MEMORY_STEPS];
	double max;
	double root;
};

bool shed_curve_usable(const struct control_demand *steps, size_t nr);
double shed_load(const struct control_demand *steps, size_t nr, double price);
double shed_price(const struct control_demand *steps, size_t nr, double cpus);
double shed_assumed(double share, double max);
void shed_remember(struct shed_memory *m, const struct control_input *in, double max, double share);
double shed_remembered(const struct shed_memory *m, double cpus);

#endif /* GOSSIP_SHED_H */
