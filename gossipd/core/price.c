// SPDX-License-Identifier: GPL-2.0
/*
 * What the controller is told, and when: on each sample, on each edge of a crisis of a coupled node
 * in the very call that brings it, soon after anything else that matters, and at least ten times a
 * second.
 */
#include <math.h>
#include <string.h>

#include "internal.h"

#define PERIOD_NS (100 * MS_NS)
#define SOON_NS (10 * MS_NS)
/* A price that has not changed is told again after that, for its lease. */
#define REPEAT_NS (200 * MS_NS)

static void fill(struct gossip *g, struct control_input *in)
{
	const struct gossip_sample *s = &g->sample;
	bool known = g->sampled;
	double age = (double)(g->now_ns - g->sample_ns) / 1e9;

	*in = (struct control_input){
		.now_ns = g->now_ns,
		.temp_c = known ? s->temp_c : NAN,
		.limit_c = known ? s->limit_c : NAN,
		.quantum_c = known ? s->quantum_c : NAN,
		.age_s = known && isfinite(s->age_s) ? s->age_s + age : NAN,
		.suspect = known && s->suspicion > 0.5,
		.power_w = known ? s->power_w : NAN,
		.power_max_w = known ? s->power_max_w : NAN,
		.inlet_c = known ? s->inlet_c : NAN,
		.gpu_margin_c = known ? s->gpu_margin_c : NAN,
		.neighbours = g->neighbours,
		.nr_neighbours = near_nr(g),
		.cooling_headroom = g->zone.cooling,
		.supply_headroom = g->zone.supply,
		.seen = g->zone.seen,
		.expected = g->zone.expected,
		.degraded = g->zone.silent ||
			    g->zone.say_degraded > robust_liars(g->zone.seen),
		.demand = g->demand,
		.nr_demand = g->nr_demand,
		.cpus = g->cpus > 0 ? g->cpus : NAN,
		.base_price = g->base_price,
		.actuation_delay_s = NAN,
	};
}

static bool same_price(const struct control_price *a, const struct control_price *b)
{
	return a->multiplier == b->multiplier && a->slope == b->slope;
}

/**
 * price_step() - compute the price, and tell it if it has changed or is due to be told again
 * @g: this node
 */
void price_step(struct gossip *g)
{
	struct control_output out;
	struct control_input in;
	bool changed;

	core_timer_in(g, TIMER_CONTROL, PERIOD_NS);
	zone_refresh(g, g->urgent || !g->priced);
	g->urgent = false;
	fill(g, &in);
	memset(&out, 0, sizeof(out));
	control_step(g->control, &in, &out);
	changed = !g->priced || !same_price(&out.local, &g->price.local) ||
		  !same_price(&out.external, &g->price.external) ||
		  !same_price(&out.gpu, &g->price.gpu);
	g->price = out;
	g->priced = true;
	if (changed || g->now_ns - g->priced_ns >= REPEAT_NS) {
		g->priced_ns = g->now_ns;
		g->env.price(g->env.ctx, &g->price);
	}
	migrate_consider(g);
}

/**
 * price_soon() - something has changed that the price depends on
 * @g: this node
 * @now: the call that brings it is to change the price; else that may wait for a moment
 */
void price_soon(struct gossip *g, bool now)
{
	if (now)
		g->urgent = true;
	else
		core_timer_sooner(g, TIMER_CONTROL, SOON_NS);
}
