/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A controller, a calm node, and time that goes by.
 */
#ifndef GOSSIP_TEST_CONTROL_SCENE_H
#define GOSSIP_TEST_CONTROL_SCENE_H

#include <math.h>
#include <stdlib.h>

#include "control.h"
#include "harness.h"

#define MS 1000000ULL
#define SECOND (1000 * MS)

static inline struct control *new_control(const struct control_params *params)
{
	struct control *c = malloc(control_size());

	CHECK(c, "no memory");
	control_init(c, params, 0);
	return c;
}

static inline struct control_input calm(void)
{
	return (struct control_input) {
		.now_ns = SECOND, .temp_c = 50, .limit_c = 85, .quantum_c = 0.1, .age_s = 0,
		.power_w = 60, .power_max_w = 200, .inlet_c = 25, .gpu_margin_c = NAN,
		.cooling_headroom = 0.9, .supply_headroom = 0.9, .seen = 16, .expected = 16,
		.base_price = 10, .actuation_delay_s = 1, .cpus = 8,
	};
}

/* Steps until prices rest. */
static inline void settle(struct control *c, struct control_input *in, struct control_output *out,
			  unsigned int seconds)
{
	unsigned int i;

	for (i = 0; i < seconds * 10; i++) {
		in->now_ns += 100 * MS;
		control_step(c, in, out);
	}
}

#endif /* GOSSIP_TEST_CONTROL_SCENE_H */
