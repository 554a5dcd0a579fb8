// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a hash over all that the controller puts out in a long run around a plant. Compilers and
 * levels of optimisation have to agree on it: "make bits" builds it with several.
 *
 * Not even the plant uses the mathematical library, whose last bits differ.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"

#define STEPS 20000

static uint64_t state = 1;

static double uniform(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (double)(state >> 11) / 9007199254740992.0;
}

static void hash(uint64_t *h, double value)
{
	unsigned char byte[sizeof(value)];
	size_t i;

	/* All that is no number is the same. */
	if (isnan(value))
		value = 12345;
	memcpy(byte, &value, sizeof(value));
	for (i = 0; i < sizeof(value); i++)
		*h = (*h ^ byte[i]) * 1099511628211ULL;
}

static void surprise(struct control_neighbour n[8], struct control_demand steps[16])
{
	int j;

	for (j = 0; j < 8; j++)
		n[j] = (struct control_neighbour) {
			uniform(), uniform(), 40 * uniform(), uniform() - 0.5, uniform() < 0.05,
		};
	for (j = 0; j < 16; j++)
		steps[j] = (struct control_demand) { 10 + 7 * j, 16.0 - j };
}

int main(void)
{
	struct control *c = malloc(control_size());
	struct control_neighbour n[8];
	struct control_demand steps[16];
	struct control_output out = { .total = 1 };
	struct control_input in = {
		.limit_c = 85, .quantum_c = 0.5, .power_max_w = 200, .inlet_c = 30,
		.neighbours = n, .nr_neighbours = 8, .expected = 16, .cpus = 8, .demand = steps,
		.base_price = 10, .actuation_delay_s = 0.7,
	};
	double temp_c = 60, power_w = 100;
	uint64_t h = 14695981039346656037ULL;
	unsigned int i, j;

	if (!c)
		return 1;
	control_init(c, NULL, 0);
	for (i = 0; i < STEPS; i++) {
		surprise(n, steps);
		in.now_ns += (uint64_t)(uniform() * 2e8);
		power_w += 0.1 * (200 / out.total - power_w);
		temp_c += 0.1 * (40 + 0.3 * power_w + 10 * uniform() - temp_c);
		in.temp_c = uniform() < 0.02 ? NAN : temp_c;
		in.age_s = 3 * uniform();
		in.power_w = uniform() < 0.3 ? NAN : power_w;
		in.nr_demand = uniform() < 0.8 ? 16 : 0;
		in.gpu_margin_c = 30 * uniform();
		in.cooling_headroom = uniform();
		in.supply_headroom = uniform();
		in.seen = (uint32_t)(17 * uniform());
		control_step(c, &in, &out);
		hash(&h, out.local.multiplier);
		hash(&h, out.local.slope);
		hash(&h, out.external.multiplier);
		hash(&h, out.external.slope);
		hash(&h, out.gpu.multiplier);
		hash(&h, out.gpu.slope);
		hash(&h, out.total);
		for (j = 0; j < CONTROL_CAUSES; j++)
			hash(&h, out.component[j]);
		hash(&h, out.trend_c_per_s);
		hash(&h, out.predicted_c);
		hash(&h, out.power_cap_w);
		hash(&h, out.oscillation);
	}
	printf("%016" PRIx64 "\n", h);
	free(c);
	return 0;
}
