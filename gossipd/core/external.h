/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The price of what is around a node: its neighbours, the zone's cooling and supply, who is silent,
 * who is missing.
 */
#ifndef GOSSIP_EXTERNAL_H
#define GOSSIP_EXTERNAL_H

#include "control.h"

/* Neighbours beyond these are not looked at. */
#define EXTERNAL_NEIGHBOURS_MAX 64U

/**
 * struct external - what is kept from step to step
 * @cooling: last headroom that was known, growing slowly; 1 before
 * @supply: likewise
 * @missing: share of the nodes that are missing, relaxing
 * @silence: factor, relaxing; 1 before
 * @begun: the above are set
 */
struct external {
	double cooling;
	double supply;
	double missing;
	double silence;
	bool begun;
};

void external_step(struct external *x, const struct control_params *p,
		   const struct control_input *in, double dt_s, double *component);

#endif /* GOSSIP_EXTERNAL_H */
