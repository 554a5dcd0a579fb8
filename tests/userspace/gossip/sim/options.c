// SPDX-License-Identifier: GPL-2.0
/*
 * What a world is like, from its seed: swarm testing (Groce et al. 2012). Most kinds of trouble
 * are absent from most worlds, so that what one kind hides another world shows.
 */
#include <stdio.h>

#include "sim.h"

static void draw_network(struct sim_options *o, uint64_t *rng)
{
	o->delay_min_ns = sim_range(rng, 5, 300) * SIM_US;
	o->delay_mean_ns = sim_chance(rng, 250) ? sim_range(rng, 1, 20) * SIM_MS :
		sim_range(rng, 20, 1000) * SIM_US;
	if (sim_chance(rng, 600))
		o->loss = sim_range(rng, 1, 300);
	if (sim_chance(rng, 300))
		o->multicast_loss = sim_range(rng, 1, 300);
	if (sim_chance(rng, 400))
		o->duplicate = sim_range(rng, 1, 200);
	if (sim_chance(rng, 300))
		o->corrupt = sim_range(rng, 1, 50);
	if (sim_chance(rng, 300))
		o->truncate = sim_range(rng, 1, 50);
	if (sim_chance(rng, 300))
		o->clog = sim_range(rng, 1, 5);
	if (sim_chance(rng, 200)) {
		o->lossy_nodes = sim_range(rng, 10, 250);
		o->lossy_egress = 500;
	}
	if (sim_chance(rng, 200)) {
		o->mtu_links = sim_range(rng, 10, 200);
		o->mtu = sim_range(rng, 548, 1231);
	}
	o->self_loop = sim_chance(rng, 500);
	o->group_empty = sim_chance(rng, 200);
}

static void draw_process(struct sim_options *o, uint64_t *rng)
{
	o->drift_ppm = sim_range(rng, 0, 200);
	o->jumps = sim_chance(rng, 200);
	o->suspends = sim_chance(rng, 150);
	if (sim_chance(rng, 350)) {
		o->starved = sim_chance(rng, 500) ? 250 : sim_range(rng, 10, 250);
		o->pause_max_ns = sim_chance(rng, 500) ? 30 * SIM_S :
			sim_range(rng, 20, 5000) * SIM_MS;
	}
	if (sim_chance(rng, 400)) {
		o->crash_every_ns = sim_range(rng, 2, 40) * SIM_S;
		o->restart_mean_ns = sim_range(rng, 200, 20000) * SIM_MS;
		o->lose_state = sim_chance(rng, 300) ? sim_range(rng, 0, 1000) : 0;
	}
	/* A quicker detector shows more in the same time; pauses are shorter with it. */
	if (sim_chance(rng, 600)) {
		o->suspicion_mult = sim_range(rng, 5, 15);
		if (o->pause_max_ns > o->suspicion_mult * SIM_S * 8 / 10)
			o->pause_max_ns = o->suspicion_mult * SIM_S * 8 / 10;
	}
	o->power_cycle = sim_chance(rng, 150);
	o->leaves = sim_chance(rng, 100);
}

/*
 * A node that does not answer for more than 30 s may be taken for dead. Partitions that are
 * meant to be survived are therefore so short that with a pause they stay below that.
 */
static void draw_partition(struct sim_options *o, uint64_t *rng)
{
	if (!sim_chance(rng, 350))
		return;
	o->partition = sim_chance(rng, 500) ? SIM_SPLIT : SIM_ISOLATED;
	o->one_way = sim_chance(rng, 350);
	o->long_partition = sim_chance(rng, 300);
	o->partition_every_ns = sim_range(rng, 5, 30) * SIM_S;
	o->partition_mean_ns = o->long_partition ? 40 * SIM_S : sim_range(rng, 1, 8) * SIM_S;
	if (o->pause_max_ns > (o->suspicion_mult ? o->suspicion_mult * SIM_S / 3 : 10 * SIM_S))
		o->pause_max_ns = o->suspicion_mult ? o->suspicion_mult * SIM_S / 3 : 10 * SIM_S;
}

static void draw_room(struct sim_options *o, uint64_t *rng)
{
	o->load = sim_between(rng, 0.3, 1.0);
	o->cooling = sim_between(rng, 0.7, 1.3);
	o->actuation_ns = sim_range(rng, 0, 10) * SIM_TICK_NS;
	o->migration_ns = sim_range(rng, 50, 10000) * SIM_MS;
	if (sim_chance(rng, 600))
		o->fan_every_ns = sim_range(rng, 3, 30) * SIM_S;
	if (sim_chance(rng, 300))
		o->liars = sim_range(rng, 1, 3);
}

/* For the figures: at rest, and crises without and with loss. */
static void draw_calm(struct sim_options *o, uint64_t *rng)
{
	uint64_t kind = sim_below(rng, 3);

	o->delay_min_ns = 50 * SIM_US;
	o->delay_mean_ns = 100 * SIM_US;
	o->multicast = true;
	o->liars = 0;
	if (!kind) {
		o->load = 0.3;
		o->cooling = 1.3;
		o->fan_every_ns = 0;
		return;
	}
	o->calm = false;
	o->load = 0.9;
	o->fan_every_ns = 4 * SIM_S;
	if (kind == 2)
		o->loss = sim_range(rng, 10, 300);
}

/*
 * One world in five has a second network. Half of them have no other trouble than that of
 * InfiniBand, so that nobody may count as silent who lives.
 */
static void draw_links(struct sim_options *o, uint64_t seed, bool wanted)
{
	uint64_t state = sim_mix(seed ^ 0x7365636f6e64ULL), *rng = &state;

	o->ib = sim_chance(rng, 200) || wanted;
	if (!o->ib)
		return;
	o->ib_clean = sim_chance(rng, 500);
	o->ib_cut = sim_chance(rng, 500);
	o->ib_without = sim_chance(rng, 400) ? sim_range(rng, 50, 500) : 0;
	o->ib_loss = sim_chance(rng, 300) ? sim_range(rng, 1, 100) : 0;
	o->ib_every_ns = sim_range(rng, 2, 15) * SIM_S;
	o->ib_mean_ns = sim_range(rng, 100, 6000) * SIM_MS;
	if (!o->ib_clean)
		return;
	o->multicast = true;
	o->delay_mean_ns = sim_range(rng, 20, 1000) * SIM_US;
	o->loss = 0;
	o->multicast_loss = 0;
	o->corrupt = 0;
	o->truncate = 0;
	o->clog = 0;
	o->lossy_nodes = 0;
	o->mtu_links = 0;
	o->group_empty = false;
	o->partition = SIM_WHOLE;
	o->starved = 0;
	o->jumps = false;
	o->suspends = false;
	o->crash_every_ns = 0;
	o->power_cycle = false;
	o->leaves = false;
	o->rotation = false;
	o->attacker = false;
	o->insider = false;
}

/* From a stream of their own, like the second network. */
static void draw_sensors(struct sim_options *o, uint64_t seed)
{
	uint64_t state = sim_mix(seed ^ 0x736e7372ULL), *rng = &state;

	o->subtle = sim_chance(rng, 500) && o->liars;
	o->coarse = sim_chance(rng, 150) ? sim_range(rng, 50, 1000) : 0;
	o->reloads = sim_chance(rng, 150);
}

/**
 * sim_options_draw() - draw a world
 * @o: written
 * @seed: of the world
 * @small: few nodes and a shorter time, for tests that run often
 * @sodium: real cryptography is there; one world in 32 has it
 * @ib: all worlds have a second network, but those for figures
 */
void sim_options_draw(struct sim_options *o, uint64_t seed, bool small, bool sodium, bool ib)
{
	uint64_t state = sim_mix(seed ^ 0x6f7074696f6e73ULL), *rng = &state;

	*o = (struct sim_options){ .zones = 1, .rack_nodes = 8, .chassis_nodes = 1 };
	o->nodes = small ? sim_range(rng, 4, 16) : sim_range(rng, 64, 96);
	if (sim_chance(rng, 250))
		o->zones = sim_range(rng, 2, small ? 2 : SIM_ZONES_MAX);
	o->rack_nodes = sim_range(rng, 2, 16);
	o->chassis_nodes = sim_chance(rng, 300) ? 2 : 1;
	o->multicast = sim_chance(rng, 800);
	o->authority = sim_chance(rng, 700);
	o->safety_ns = small ? 40 * SIM_S : 60 * SIM_S;
	o->sodium = sim_chance(rng, 31) && sodium;
	o->calm = sim_chance(rng, 125);
	draw_room(o, rng);
	if (o->calm) {
		draw_calm(o, rng);
		return;
	}
	draw_network(o, rng);
	draw_process(o, rng);
	draw_partition(o, rng);
	o->rotation = sim_chance(rng, 250);
	o->attacker = sim_chance(rng, 350);
	o->insider = sim_chance(rng, 100);
	draw_sensors(o, seed);
	draw_links(o, seed, ib);
}

/**
 * sim_options_print() - as one line for people
 * @o: options
 */
void sim_options_print(const struct sim_options *o)
{
	static const char *const partitions[] = { "none", "split", "isolate" };

	printf("nodes=%u zones=%u rack=%u chassis=%u multicast=%d sodium=%d authority=%d calm=%d",
	       o->nodes, o->zones, o->rack_nodes, o->chassis_nodes, o->multicast, o->sodium,
	       o->authority, o->calm);
	printf(" delay_us=%llu+%llu loss=%u mloss=%u dup=%u corrupt=%u truncate=%u clog=%u",
	       (unsigned long long)(o->delay_min_ns / SIM_US),
	       (unsigned long long)(o->delay_mean_ns / SIM_US), o->loss, o->multicast_loss,
	       o->duplicate, o->corrupt, o->truncate, o->clog);
	printf(" lossy=%u mtu=%u/%u self_loop=%d group_empty=%d", o->lossy_nodes, o->mtu_links,
	       o->mtu, o->self_loop, o->group_empty);
	printf(" partition=%s one_way=%d long=%d mean_ms=%llu", partitions[o->partition],
	       o->one_way, o->long_partition,
	       (unsigned long long)(o->partition_mean_ns / SIM_MS));
	printf(" drift=%u jumps=%d suspends=%d suspicion=%u starved=%u pause_max_ms=%llu",
	       o->drift_ppm, o->jumps, o->suspends, o->suspicion_mult, o->starved,
	       (unsigned long long)(o->pause_max_ns / SIM_MS));
	printf(" crash_every_ms=%llu restart_ms=%llu lose_state=%u power_cycle=%d leaves=%d",
	       (unsigned long long)(o->crash_every_ns / SIM_MS),
	       (unsigned long long)(o->restart_mean_ns / SIM_MS), o->lose_state, o->power_cycle,
	       o->leaves);
	printf(" rotation=%d attacker=%d insider=%d liars=%u subtle=%d coarse=%u reloads=%d",
	       o->rotation, o->attacker, o->insider, o->liars, o->subtle, o->coarse, o->reloads);
	printf(" load=%.2f cooling=%.2f", o->load, o->cooling);
	if (o->ib)
		printf(" ib: clean=%d cut=%d without=%u loss=%u every_ms=%llu mean_ms=%llu",
		       o->ib_clean, o->ib_cut, o->ib_without, o->ib_loss,
		       (unsigned long long)(o->ib_every_ns / SIM_MS),
		       (unsigned long long)(o->ib_mean_ns / SIM_MS));
	printf(" actuation_ms=%llu migration_ms=%llu fan_every_ms=%llu\n",
	       (unsigned long long)(o->actuation_ns / SIM_MS),
	       (unsigned long long)(o->migration_ns / SIM_MS),
	       (unsigned long long)(o->fan_every_ns / SIM_MS));
}
