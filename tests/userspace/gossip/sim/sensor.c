// SPDX-License-Identifier: GPL-2.0
/*
 * What the sensors of a node say, and how they lie. The kinds of lies that came later, and whole
 * degrees, are drawn from a stream of their own, so that worlds without them are what they were.
 */
#include <math.h>

#include "sim.h"

#define OFFSET_C 30.0
/* A sensor that drifts, at a tick; and how far. */
#define DRIFT_C 0.03
#define DRIFT_MAX_C 25.0
/* One reading in so many is off. */
#define SPIKE_ONE_IN 50
/* Management controllers answer in whole degrees, and not more often than that. */
#define COARSE_C 1.0
#define COARSE_NS SIM_S

/**
 * sim_sensor_plan() - draw who lies, and who has sensors of whole degrees
 * @w: world
 */
void sim_sensor_plan(struct sim_world *w)
{
	static const enum sim_fault old[] = { SIM_LIE_COLD, SIM_LIE_HOT, SIM_STUCK, SIM_NAN };
	static const enum sim_fault more[] = {
		SIM_LIE_POWER, SIM_SENSOR_DRIFT, SIM_SPIKE, SIM_SWAP, SIM_OLD_READINGS,
	};
	uint64_t *rng = &w->sensor_rng;
	uint32_t i;

	w->sensor_rng = sim_mix(w->seed ^ 0x73656e736f72ULL);
	for (i = 0; i < w->opt.liars; i++) {
		struct sim_node *n = &w->nodes[sim_below(&w->rng, w->opt.nodes)];

		n->lying = true;
		n->lie = old[sim_below(&w->rng, 4)];
		if (w->opt.subtle)
			n->lie = more[sim_below(rng, 5)];
		n->stuck_c = n->heat.die_c;
		w->stats.faults[n->lie]++;
	}
	for (i = 0; w->opt.coarse && i < w->opt.nodes; i++) {
		w->nodes[i].coarse = sim_chance(rng, w->opt.coarse);
		w->stats.faults[SIM_COARSE] += w->nodes[i].coarse;
	}
}

/* What was recorded first comes again and again. */
static void play_back(struct sim_node *n, struct gossip_sample *sample)
{
	struct sim_telemetry *t = &n->telemetry;

	if (t->nr < SIM_TELEMETRY) {
		t->temp_c[t->nr] = sample->temp_c;
		t->power_w[t->nr++] = sample->power_w;
		return;
	}
	sample->temp_c = t->temp_c[t->at];
	sample->power_w = t->power_w[t->at];
	t->at = (t->at + 1) % SIM_TELEMETRY;
}

static void lie(struct sim_node *n, struct gossip_sample *sample)
{
	struct sim_world *w = n->world;
	const struct sim_heat *heat = &n->heat;
	uint64_t *rng = &w->sensor_rng;

	switch (n->lie) {
	case SIM_LIE_COLD:
		sample->temp_c -= OFFSET_C;
		break;
	case SIM_LIE_HOT:
		sample->temp_c += OFFSET_C;
		break;
	case SIM_STUCK:
		sample->temp_c = n->stuck_c;
		break;
	case SIM_LIE_POWER:
		/* As if the node did nothing: the two agree with each other. */
		sample->temp_c = heat->inlet_c + (sample->temp_c - heat->inlet_c) / 3;
		sample->power_w = heat->idle_w;
		break;
	case SIM_SENSOR_DRIFT:
		n->drifted_c = fmin(n->drifted_c + DRIFT_C, DRIFT_MAX_C);
		sample->temp_c -= n->drifted_c;
		break;
	case SIM_SPIKE:
		if (!sim_below(rng, SPIKE_ONE_IN))
			sample->temp_c += sim_chance(rng, 500) ? OFFSET_C : -OFFSET_C;
		break;
	case SIM_SWAP:
		if ((n->index ^ 1) < w->opt.nodes)
			sample->temp_c = w->nodes[n->index ^ 1].heat.die_c;
		break;
	case SIM_OLD_READINGS:
		play_back(n, sample);
		break;
	default:
		sample->temp_c = NAN;
	}
}

/* Whole degrees, once a second; it says so. */
static void make_coarse(struct sim_node *n, struct gossip_sample *sample)
{
	uint64_t now = n->world->now_ns;

	if (!n->coarse_ns || now - n->coarse_ns >= COARSE_NS) {
		n->coarse_ns = now;
		n->coarse_c = floor(sample->temp_c);
	}
	sample->temp_c = n->coarse_c;
	sample->quantum_c = COARSE_C;
	sample->age_s += (double)(now - n->coarse_ns) / SIM_S;
}

/**
 * sim_sensor_read() - what the sensors of a node say
 * @n: node
 * @sample: written
 */
void sim_sensor_read(struct sim_node *n, struct gossip_sample *sample)
{
	const struct sim_heat *heat = &n->heat;

	*sample = (struct gossip_sample){
		.temp_c = heat->die_c, .limit_c = heat->limit_c, .quantum_c = 0.1, .age_s = 0.05,
		.suspicion = 0, .inlet_c = heat->inlet_c, .power_w = heat->power_w,
		.power_max_w = heat->max_w, .fan = heat->fan, .gpu_margin_c = NAN,
	};
	if (n->lying)
		lie(n, sample);
	if (isnan(sample->temp_c))
		return;
	if (n->coarse)
		make_coarse(n, sample);
	else
		sample->temp_c = (double)(int)(sample->temp_c * 10.0) / 10.0;
	if (sim_canary == SIM_CANARY_COLD)
		sample->temp_c -= 15.0;
}
