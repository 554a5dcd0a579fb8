/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A made-up server that heats as servers do: dies, heat sink and chassis after its power, each with
 * a lag of its own, seen through a sensor with noise and steps.
 */
#ifndef GOSSIP_TEST_SERVER_H
#define GOSSIP_TEST_SERVER_H

#include <math.h>

#include "chance.h"
#include "harness.h"
#include "trust.h"

#define NS_PER_S 1000000000ULL
#define STAGES 3

struct server {
	double now_s;
	double idle_w, most_w;
	double power_w;
	double change_s;		/* mean time between changes of the load */
	double lag_s[STAGES];
	double c_per_w[STAGES];
	double stage_w[STAGES];
	double inlet_c;
	double noise_sd;
	double quantum_c;
	double limit_c;
};

static inline double server_true_c(const struct server *s)
{
	double c = s->inlet_c;
	int i;

	for (i = 0; i < STAGES; i++)
		c += s->c_per_w[i] * s->stage_w[i];
	return c;
}

/* Of any size: from a small box to eight GPUs. */
static inline struct server server_of_any_kind(void)
{
	double rise_c = uniform(30, 55);
	struct server s = {
		.idle_w = uniform(20, 1500),
		.change_s = uniform(100, 3000),
		.lag_s = { uniform(0.5, 3), uniform(20, 60), uniform(100, 300) },
		.inlet_c = uniform(16, 30),
		.noise_sd = uniform(0.1, 0.7),
		.quantum_c = test_random_below(2),
		.limit_c = uniform(85, 100),
	};
	int i;

	s.most_w = s.idle_w * uniform(2, 6);
	for (i = 0; i < STAGES; i++)
		s.c_per_w[i] = rise_c / s.most_w * (i ? 0.3 : 0.4);
	s.power_w = s.idle_w;
	for (i = 0; i < STAGES; i++)
		s.stage_w[i] = s.power_w;
	return s;
}

static inline void server_step(struct server *s, double dt)
{
	double left = dt;
	int i;

	/* Never 0: a load that is to stay stays. */
	if (uniform(0.000001, 1) < dt / s->change_s)
		s->power_w = uniform(s->idle_w, s->most_w);
	while (left > 0) {
		double step = fmin(left, 1);

		for (i = 0; i < STAGES; i++)
			s->stage_w[i] += (s->power_w - s->stage_w[i]) * step / (s->lag_s[i] + step);
		left -= step;
	}
	s->now_s += dt;
}

/* What it says if it is honest. */
static inline struct trust_evidence server_says(const struct server *s)
{
	double temp_c = server_true_c(s) + s->noise_sd * normal();

	if (s->quantum_c > 0)
		temp_c = round(temp_c / s->quantum_c) * s->quantum_c;
	return (struct trust_evidence) {
		.now_ns = (uint64_t)((s->now_s + 1) * NS_PER_S),
		.temp_c = temp_c,
		.margin_c = s->limit_c - temp_c,
		.inlet_c = s->inlet_c + 0.2 * normal(),
		.power_w = s->power_w + 0.01 * s->power_w * normal(),
		.zone_inlet_c = s->inlet_c,
		.zone_temp_c = NAN,
	};
}

#endif /* GOSSIP_TEST_SERVER_H */
