// SPDX-License-Identifier: GPL-2.0
/*
 * One loop over what is due, from the start of the world to its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "real.h"

#define SCAN_NS (500 * SIM_MS)
#define DEMAND_EVERY 10

/**
 * sim_at() - something will be due
 * @w: world
 * @at: when
 * @kind: what
 * @node: to whom
 * @arg: by kind
 */
void sim_at(struct sim_world *w, uint64_t at, enum sim_event_kind kind, uint32_t node,
	    uint64_t arg)
{
	struct sim_event e = { .at = at, .kind = (uint16_t)kind, .node = node, .arg = arg };

	sim_queue_push(&w->queue, &e);
}

/**
 * sim_hash() - one word more in the trace of the world
 * @w: world
 * @word: any
 */
void sim_hash(struct sim_world *w, uint64_t word)
{
	w->hash = sim_mix(w->hash ^ word) + w->now_ns;
}

/**
 * sim_hash_bytes() - the same with bytes
 * @w: world
 * @bytes: any
 * @len: how many
 */
void sim_hash_bytes(struct sim_world *w, const uint8_t *bytes, size_t len)
{
	w->hash = sim_hash_run(w->hash, bytes, len);
}

/**
 * sim_log() - a line for who replays a seed
 * @w: world
 * @n: whom it is about, or NULL
 * @format: as for printf()
 */
void sim_log(struct sim_world *w, const struct sim_node *n, const char *format, ...)
{
	va_list args;

	if (!w->verbose)
		return;
	printf("%10.6f ", (double)w->now_ns / SIM_S);
	if (n)
		printf("node %u: ", n->index);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/**
 * sim_broken() - something happened that must not; the first time is kept
 * @w: world
 * @rule: which
 * @n: to whom, or NULL
 * @format: as for printf()
 */
void sim_broken(struct sim_world *w, enum sim_rule rule, const struct sim_node *n,
		const char *format, ...)
{
	char text[SIM_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sim_log(w, n, "VIOLATION %s: %s", sim_rule_names[rule], text);
	if (w->broken)
		return;
	w->broken = rule;
	w->broken_ns = w->now_ns;
	w->broken_node = n ? n->index : UINT32_MAX;
	memcpy(w->broken_text, text, sizeof(text));
}

/**
 * sim_node_by_id() - find a node
 * @w: world
 * @id: its name
 *
 * Return: NULL if there is none.
 */
struct sim_node *sim_node_by_id(struct sim_world *w, const struct gw_id *id)
{
	/* The name has the number in it. */
	uint32_t i = id->byte[14] << 8 | id->byte[15];

	if (i >= w->opt.nodes || memcmp(&w->nodes[i].id, id, sizeof(*id)))
		return NULL;
	return &w->nodes[i];
}

static void name_node(struct sim_world *w, uint32_t index)
{
	struct sim_node *n = &w->nodes[index];
	uint64_t words[2] = { sim_random(&w->rng), sim_random(&w->rng) };

	n->world = w;
	n->index = index;
	memcpy(n->id.byte, words, sizeof(words));
	n->id.byte[14] = (uint8_t)(index >> 8);
	n->id.byte[15] = (uint8_t)index;
	n->rng = sim_random(&w->rng);
	n->ppm = (int64_t)sim_below(&w->rng, 2 * w->opt.drift_ppm + 1) - w->opt.drift_ppm;
	if (n->ppm)
		w->stats.faults[SIM_DRIFT]++;
	n->clock_base_ns = sim_range(&w->rng, 1, 1000000) * SIM_MS;
	sim_crypto_init(n);
}

static void make_authority(struct sim_world *w)
{
	uint64_t seed[4];
	size_t i;

	for (i = 0; i < 4; i++)
		seed[i] = sim_random(&w->rng);
	memcpy(w->authority.byte, seed, sizeof(w->authority.byte));
	if (w->opt.sodium)
		sim_sodium_keys((const uint8_t *)seed, w->authority_secret, &w->authority);
}

/**
 * sim_world_create() - make a world
 * @seed: that says all
 * @opt: what it is like
 * @canary: bug on purpose
 * @verbose: tell what happens
 *
 * Return: NULL without memory.
 */
struct sim_world *sim_world_create(uint64_t seed, const struct sim_options *opt,
				   enum sim_canary canary, int verbose)
{
	struct sim_world *w = calloc(1, sizeof(*w));
	uint32_t i;

	if (!w)
		return NULL;
	w->seed = seed;
	w->rng = sim_mix(seed ^ 0x776f726c64ULL);
	w->opt = *opt;
	w->canary = canary;
	w->verbose = verbose;
	w->insider = UINT32_MAX;
	w->secret = sim_random(&w->rng);
	w->ib_rng = sim_mix(seed ^ 0x6c696e6b73ULL);
	make_authority(w);
	for (i = 0; i < opt->nodes; i++)
		name_node(w, i);
	if (!sim_site_create(w)) {
		sim_world_destroy(w);
		return NULL;
	}
	for (i = 0; i < opt->nodes; i++) {
		w->nodes[i].seen = calloc(opt->nodes, sizeof(struct sim_seen));
		if (!w->nodes[i].seen)
			abort();
	}
	sim_heat_init(w);
	for (i = 0; i < opt->nodes; i++)
		sim_at(w, sim_below(&w->rng, SIM_S), SIM_EV_START, i, 0);
	sim_at(w, SIM_TICK_NS, SIM_EV_TICK, 0, 0);
	sim_at(w, SCAN_NS, SIM_EV_SCAN, 0, 0);
	sim_faults_plan(w);
	sim_link_plan(w);
	return w;
}

static void sample(struct sim_world *w, const struct sim_event *e)
{
	struct control_demand steps[SIM_DEMAND_STEPS];
	struct sim_node *n = &w->nodes[e->node];

	if (!n->running || n->started_ns != e->arg)
		return;
	sim_at(w, w->now_ns + SIM_TICK_NS, SIM_EV_SAMPLE, e->node, e->arg);
	if (n->paused)
		return;
	sim_node_sample(n);
	if (w->now_ns / SIM_TICK_NS % DEMAND_EVERY == e->node % DEMAND_EVERY) {
		sim_heat_demand(n, steps);
		gossip_cpus(n->core, sim_local(n, w->now_ns), SIM_CPUS);
		gossip_demand(n->core, sim_local(n, w->now_ns), steps, SIM_DEMAND_STEPS, 100);
	}
	sim_node_after(n);
}

static void dispatch(struct sim_world *w, const struct sim_event *e)
{
	switch (e->kind) {
	case SIM_EV_DELIVER:
		sim_net_deliver(w, e);
		break;
	case SIM_EV_TIMER:
		sim_node_timer(&w->nodes[e->node], e->at);
		break;
	case SIM_EV_SAMPLE:
		sample(w, e);
		break;
	case SIM_EV_TICK:
		sim_heat_tick(w);
		sim_at(w, w->now_ns + SIM_TICK_NS, SIM_EV_TICK, 0, 0);
		break;
	case SIM_EV_SCAN:
		sim_agree_scan(w);
		sim_at(w, w->now_ns + SCAN_NS, SIM_EV_SCAN, 0, 0);
		break;
	case SIM_EV_CRISIS_DUE:
		sim_watch_crisis_due(w, e->node, e->arg);
		break;
	case SIM_EV_IB_TELL:
	case SIM_EV_IB_FAULT:
	case SIM_EV_IB_MENDED:
		sim_link_event(w, e);
		break;
	case SIM_EV_MOVE:
		sim_heat_move(w, e->node, (uint32_t)e->arg);
		break;
	default:
		sim_faults_event(w, e);
		break;
	}
}

/**
 * sim_world_run() - let a world run to its end, or to the first thing that must not be
 * @w: world
 */
void sim_world_run(struct sim_world *w)
{
	struct sim_event e;

	while (sim_queue_pop(&w->queue, &e)) {
		if (e.at > w->end_ns || w->broken || (w->until_ns && e.at > w->until_ns)) {
			sim_packet_put(w, e.packet);
			break;
		}
		w->now_ns = e.at;
		w->stats.events++;
		dispatch(w, &e);
	}
	w->stats.sim_ns = w->now_ns;
	if (!w->broken && w->now_ns > w->opt.safety_ns)
		sim_agree_end(w);
}

/**
 * sim_world_destroy() - the end
 * @w: world
 */
void sim_world_destroy(struct sim_world *w)
{
	struct sim_packet *p;
	struct sim_event e;
	uint32_t i;

	while (sim_queue_pop(&w->queue, &e))
		sim_packet_put(w, e.packet);
	sim_queue_free(&w->queue);
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		while (n->nr_waiting)
			sim_packet_put(w, n->waiting[--n->nr_waiting].packet);
		if (n->core)
			gossip_destroy(n->core);
		free(n->seen);
	}
	for (i = 0; i < SIM_CAPTURES; i++)
		sim_packet_put(w, w->captured[i]);
	while ((p = w->free_packets)) {
		w->free_packets = p->next;
		free(p);
	}
	sim_site_destroy(w);
	free(w);
}
