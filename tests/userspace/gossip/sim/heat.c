// SPDX-License-Identifier: GPL-2.0
/*
 * The room: each node a ladder of die (1 s), sink (30 s) and chassis air, which share a rack's hot
 * air and a zone's cooling of finite power; fans that follow with a lag, leakage that grows with
 * heat, a clock that is halved at the limit; and work that runs if it bids the price, which it gets
 * to know with a delay. Steps of 100 ms by Euler, far below the shortest time constant: only sums
 * and products, the same on every machine.
 */
#include "sim.h"

#define DT_S 0.1
#define SUPPLY_AIR_C 22.0
#define LIMIT_C 95.0
/* A price that has not been renewed goes to this; as the kernel does when a lease runs out. */
#define LEASE_NS (2 * SIM_S)
#define SAFE_MULTIPLIER 16.0
/* For the rule about temperatures: delay of work that obeys, time to find the price. */
#define OBEDIENT_NS (500 * SIM_MS)
#define SETTLED_NS (10 * SIM_S)
#define BASE_PRICE 100

static void init_node(struct sim_world *w, struct sim_node *n)
{
	struct sim_heat *h = &n->heat;
	double power;
	uint32_t i;

	*h = (struct sim_heat){
		.idle_w = 100.0, .max_w = 400.0, .fan = 0.5, .limit_c = LIMIT_C, .peak_c = -273.0,
		.r_air = 0.02, .c_die = 20.0, .c_sink = 300.0, .c_air = 2000.0,
	};
	h->r_die = sim_between(&w->rng, 0.04, 0.06);
	h->r_sink = sim_between(&w->rng, 0.08, 0.12);
	h->demand = w->opt.load * sim_between(&w->rng, 0.7, 1.3);
	if (h->demand > 1.0)
		h->demand = 1.0;
	h->allowed = 1.0;
	/* What is bid: from the base price to 50 times that, most of it near the base. */
	for (i = 0; i < SIM_DEMAND_STEPS; i++)
		h->bids[i] = 1.0 + sim_unit(&w->rng) * (1 << i) * 0.4;
	for (i = 0; i < SIM_DELAY_TICKS; i++)
		h->multiplier[i] = 1.0;
	power = h->idle_w + h->demand * (h->max_w - h->idle_w);
	h->power_w = power;
	h->inlet_c = SUPPLY_AIR_C;
	h->air_c = h->inlet_c + power * h->r_air;
	h->sink_c = h->air_c + power * h->r_sink;
	h->die_c = h->sink_c + power * h->r_die;
}

/**
 * sim_heat_init() - a room that has come to rest with its load
 * @w: world
 */
void sim_heat_init(struct sim_world *w)
{
	uint32_t i;

	for (i = 0; i < w->opt.zones; i++)
		w->row_c[i] = SUPPLY_AIR_C;
	for (i = 0; i < w->opt.nodes; i++)
		init_node(w, &w->nodes[i]);
}

/* What the scheduler makes of the price, now: by the lease if nothing new has come. */
static double price_now(const struct sim_node *n)
{
	double total = (double)n->price.local.multiplier / CONTROL_ONE *
		((double)n->price.external.multiplier / CONTROL_ONE);

	if (n->world->now_ns - n->priced_ns > LEASE_NS && total < SAFE_MULTIPLIER)
		return SAFE_MULTIPLIER;
	return total < 1.0 ? 1.0 : total;
}

/* Share of the load that bids @multiplier times the base price, or more. */
static double paying(const struct sim_heat *h, double multiplier)
{
	double share = 0.0;
	uint32_t i;

	for (i = 0; i < SIM_DEMAND_STEPS; i++)
		if (h->bids[i] >= multiplier)
			share += 1.0 / SIM_DEMAND_STEPS;
	/* The survival share runs whatever the price. */
	return share < 0.05 ? 0.05 : share;
}

static void step_power(struct sim_node *n, uint64_t tick)
{
	struct sim_world *w = n->world;
	struct sim_heat *h = &n->heat;
	uint64_t delay = w->opt.actuation_ns / SIM_TICK_NS;
	double load;

	h->multiplier[tick % SIM_DELAY_TICKS] = price_now(n);
	h->allowed = paying(h, h->multiplier[(tick - delay) % SIM_DELAY_TICKS]);
	load = (h->demand + h->moved_in) * h->allowed;
	load = load < 0.0 ? 0.0 : load > 1.0 ? 1.0 : load;
	h->moved_in -= h->moved_in * DT_S / 20.0;
	if (h->throttled)
		load *= 0.5;
	h->power_w = h->idle_w + load * (h->max_w - h->idle_w);
	/* Leakage. */
	if (h->die_c > 60.0)
		h->power_w += 0.3 * (h->die_c - 60.0);
}

/*
 * With honest sensors, a process that runs, and work that obeys, the price keeps the node below its
 * limit, where the hardware would throttle.
 */
static void watch(struct sim_node *n)
{
	struct sim_world *w = n->world;
	const struct sim_options *o = &w->opt;

	if (n->lying || n->insider || n->starved || n->paused || !n->running || o->liars ||
	    o->actuation_ns > OBEDIENT_NS || w->now_ns < n->resumed_ns + SETTLED_NS)
		return;
	if (n->heat.die_c >= n->heat.limit_c)
		sim_broken(w, SIM_RULE_TEMPERATURE, n, "%.2f degrees, limit %.0f, price %.2f%s",
			   n->heat.die_c, n->heat.limit_c, price_now(n),
			   n->heat.fan_broken ? ", fan broken" : "");
}

static void step_temperature(struct sim_node *n)
{
	struct sim_heat *h = &n->heat;
	double wanted = (h->die_c - 50.0) / 35.0, sink, up, out, away;

	wanted = wanted < 0.3 ? 0.3 : wanted > 1.0 ? 1.0 : wanted;
	h->fan += (wanted - h->fan) * DT_S / 5.0;
	sink = h->fan_broken ? h->r_sink * 2.0 : h->r_sink * (1.3 - 0.3 * h->fan);
	up = (h->die_c - h->sink_c) / h->r_die;
	out = (h->sink_c - h->air_c) / sink;
	away = (h->air_c - h->inlet_c) / h->r_air;
	h->die_c += DT_S / h->c_die * (h->power_w - up);
	h->sink_c += DT_S / h->c_sink * (up - out);
	h->air_c += DT_S / h->c_air * (out - away);
	if (h->die_c >= h->limit_c)
		h->throttled = true;
	else if (h->die_c < h->limit_c - 3.0)
		h->throttled = false;
	if (h->throttled) {
		n->world->stats.faults[SIM_THROTTLE]++;
		n->world->stats.throttle_ticks++;
	}
	if (h->die_c > h->peak_c)
		h->peak_c = h->die_c;
	watch(n);
}

/**
 * sim_heat_tick() - a tenth of a second of heat
 * @w: world
 */
void sim_heat_tick(struct sim_world *w)
{
	uint64_t tick = w->now_ns / SIM_TICK_NS + SIM_DELAY_TICKS;
	double power[SIM_ZONES_MAX] = { 0 }, rack, over;
	uint32_t i, z, size = w->opt.rack_nodes;

	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		step_power(n, tick);
		power[n->zone] += n->heat.power_w;
	}
	for (z = 0; z < w->opt.zones; z++) {
		/* What the air conditioning cannot take away warms the row's air, 1 MJ/K. */
		over = power[z] - w->cooling_w[z];
		w->row_c[z] += DT_S * (over > 0 ? over / 1e6 * 10.0 :
				       (SUPPLY_AIR_C - w->row_c[z]) / 60.0);
	}
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i], *beside = &w->nodes[i ^ 1];

		/* The hot air of the one beside it in the rack comes round. */
		rack = 0.0;
		if ((i ^ 1) < w->opt.nodes && beside->zone == n->zone && size > 1)
			rack = 0.1 * (beside->heat.air_c - w->row_c[n->zone]);
		n->heat.inlet_c = w->row_c[n->zone] + rack;
		step_temperature(n);
	}
}

/**
 * sim_heat_demand() - the demand curve of a node, for gossip_demand()
 * @n: node
 * @steps: written, %SIM_DEMAND_STEPS of them, by rising price
 */
void sim_heat_demand(const struct sim_node *n, struct control_demand *steps)
{
	const struct sim_heat *h = &n->heat;
	bool used[SIM_DEMAND_STEPS] = { false };
	double demand = h->demand + h->moved_in;
	uint32_t i, j, least;

	demand = demand < 0.0 ? 0.0 : demand;
	for (i = 0; i < SIM_DEMAND_STEPS; i++) {
		least = SIM_DEMAND_STEPS;
		for (j = 0; j < SIM_DEMAND_STEPS; j++)
			if (!used[j] && (least == SIM_DEMAND_STEPS || h->bids[j] < h->bids[least]))
				least = j;
		used[least] = true;
		steps[i].price = (uint32_t)(h->bids[least] * BASE_PRICE);
		steps[i].cpus = demand * SIM_CPUS * (SIM_DEMAND_STEPS - i) / SIM_DEMAND_STEPS;
	}
}

/**
 * sim_heat_move() - work goes to another node
 * @w: world
 * @from: where it was
 * @to: where it goes
 */
void sim_heat_move(struct sim_world *w, uint32_t from, uint32_t to)
{
	double part = 0.1 * w->nodes[from].heat.demand;

	if (from == to)
		return;
	w->nodes[from].heat.moved_in -= part;
	w->nodes[to].heat.moved_in += part;
}
