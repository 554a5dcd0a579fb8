// SPDX-License-Identifier: GPL-2.0
/*
 * What breaks and when: partitions, pauses, crashes, power cycles, suspends, fans, liars, and keys
 * that are exchanged meanwhile. All of it stops at the time of healing.
 */
#include <string.h>

#include "sim.h"

/* Between two partitions, so that what was cut off has been heard in between. */
#define WHOLE_NS (6 * SIM_S)
/* Between two pauses of a starved process. */
#define AWAKE_MIN_NS (300 * SIM_MS)
#define AWAKE_MEAN_NS (1500 * SIM_MS)

static struct sim_node *any_node(struct sim_world *w)
{
	return &w->nodes[sim_below(&w->rng, w->opt.nodes)];
}

/* --- plans --- */

static void plan_starved(struct sim_world *w)
{
	uint32_t i, nr = w->opt.nodes * w->opt.starved / 1000;

	for (i = 0; i < nr; i++) {
		struct sim_node *n = any_node(w);

		if (n->starved)
			continue;
		n->starved = true;
		sim_at(w, 2 * SIM_S + sim_below(&w->rng, 5 * SIM_S), SIM_EV_PAUSE, n->index, 0);
	}
}

static void plan_once(struct sim_world *w, bool wanted, enum sim_event_kind kind, uint32_t node)
{
	uint64_t safety = w->opt.safety_ns;

	if (wanted)
		sim_at(w, sim_range(&w->rng, 5 * SIM_S, safety - 10 * SIM_S), kind, node, 0);
}

/**
 * sim_faults_plan() - draw when what will break
 * @w: world
 */
void sim_faults_plan(struct sim_world *w)
{
	const struct sim_options *o = &w->opt;

	plan_starved(w);
	sim_sensor_plan(w);
	if (o->insider && o->nodes > 7) {
		w->insider = o->nodes - 1;
		w->nodes[w->insider].insider = true;
		sim_at(w, 4 * SIM_S, SIM_EV_INSIDER, w->insider, 0);
	}
	if (o->partition != SIM_WHOLE)
		sim_at(w, 3 * SIM_S + sim_exponential(&w->rng, o->partition_every_ns),
		       SIM_EV_PARTITION, 0, 0);
	if (o->crash_every_ns)
		sim_at(w, 3 * SIM_S + sim_exponential(&w->rng, o->crash_every_ns),
		       SIM_EV_RANDOM_CRASH, 0, 0);
	if (o->fan_every_ns)
		sim_at(w, 2 * SIM_S + sim_exponential(&w->rng, o->fan_every_ns), SIM_EV_FAN, 0, 0);
	if (o->attacker)
		sim_at(w, SIM_S, SIM_EV_ATTACK, 0, 0);
	plan_once(w, o->power_cycle, SIM_EV_POWER_CYCLE, (uint32_t)sim_below(&w->rng, o->nodes));
	plan_once(w, o->leaves, SIM_EV_CRASH, (uint32_t)sim_below(&w->rng, o->nodes));
	plan_once(w, o->jumps, SIM_EV_JUMP, (uint32_t)sim_below(&w->rng, o->nodes));
	plan_once(w, o->suspends, SIM_EV_SUSPEND, (uint32_t)sim_below(&w->rng, o->nodes));
	plan_once(w, o->group_empty, SIM_EV_GROUP, 0);
	plan_once(w, o->rotation, SIM_EV_ROTATE, 0);
	if (o->reloads)
		sim_at(w, 4 * SIM_S, SIM_EV_RELOAD, 0, 0);
	sim_at(w, o->safety_ns, SIM_EV_HEAL, 0, 0);
	w->end_ns = o->safety_ns;
}

/* --- partitions --- */

static void join(struct sim_world *w)
{
	uint32_t i;

	if (!w->split)
		return;
	w->split = false;
	w->split_ended_ns = w->now_ns;
	for (i = 0; i < w->opt.nodes; i++)
		sim_watch_dark(&w->nodes[i], false);
	sim_log(w, NULL, "the network is whole again");
}

static void partition(struct sim_world *w)
{
	const struct sim_options *o = &w->opt;
	uint32_t i, one = (uint32_t)sim_below(&w->rng, o->nodes);
	uint64_t length = o->partition_mean_ns / 2 + sim_exponential(&w->rng, o->partition_mean_ns);
	uint64_t most = (o->long_partition ? 80 : 12) * SIM_S;

	if (length > most)
		length = most;
	/* Shorter than what the failure detector has to wait through. */
	if (!o->long_partition && o->suspicion_mult && length > o->suspicion_mult * SIM_S / 3)
		length = o->suspicion_mult * SIM_S / 3;
	for (i = 0; i < o->nodes; i++)
		w->side[i] = o->partition == SIM_ISOLATED ? i == one : sim_below(&w->rng, 2);
	w->one_way_now = o->one_way;
	w->split = true;
	w->split_since_ns = w->now_ns;
	w->stats.faults[o->partition == SIM_ISOLATED ? SIM_ISOLATE : SIM_PARTITION]++;
	if (o->one_way)
		w->stats.faults[SIM_PARTITION_ONE_WAY]++;
	for (i = 0; i < o->nodes; i++)
		sim_watch_dark(&w->nodes[i], true);
	sim_log(w, NULL, "the network is cut for %.3f s", (double)length / SIM_S);
	sim_at(w, w->now_ns + length, SIM_EV_JOIN, 0, 0);
	sim_at(w, w->now_ns + length + WHOLE_NS + sim_exponential(&w->rng, o->partition_every_ns),
	       SIM_EV_PARTITION, 0, 0);
}

/* --- processes and hosts --- */

static void pause_starved(struct sim_world *w, struct sim_node *n)
{
	uint64_t length = sim_below(&w->rng, w->opt.pause_max_ns);

	w->stats.faults[SIM_PAUSE]++;
	sim_node_pause(n);
	sim_at(w, w->now_ns + length, SIM_EV_RESUME, n->index, 0);
}

static void resume(struct sim_world *w, struct sim_node *n)
{
	sim_node_resume(n);
	if (n->starved && !w->healed)
		sim_at(w, w->now_ns + AWAKE_MIN_NS + sim_exponential(&w->rng, AWAKE_MEAN_NS),
		       SIM_EV_PAUSE, n->index, 0);
}

static void crash(struct sim_world *w, struct sim_node *n, uint64_t away_ns)
{
	if (!n->running || n->insider)
		return;
	w->stats.faults[SIM_CRASH]++;
	sim_node_stop(n);
	/* Some never come back, so that death is seen as well. */
	if (sim_chance(&w->rng, 150))
		n->gone = true;
	else
		sim_at(w, w->now_ns + away_ns, SIM_EV_START, n->index,
		       sim_chance(&w->rng, w->opt.lose_state));
}

static void random_crash(struct sim_world *w)
{
	/* Compilers differ in which argument they take first. */
	struct sim_node *n = any_node(w);

	crash(w, n, sim_exponential(&w->rng, w->opt.restart_mean_ns));
	sim_at(w, w->now_ns + sim_exponential(&w->rng, w->opt.crash_every_ns),
	       SIM_EV_RANDOM_CRASH, 0, 0);
}

/* A rack loses its power, and all of it starts at once, with clocks that begin at zero. */
static void power_cycle(struct sim_world *w, uint32_t node)
{
	uint32_t rack = w->site.nodes[node].rack, i;
	uint64_t away = sim_range(&w->rng, 1, 8) * SIM_S;

	w->stats.faults[SIM_POWER_CYCLE]++;
	sim_log(w, NULL, "rack %u loses its power", rack);
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (w->site.nodes[i].rack != rack || !n->running || n->insider)
			continue;
		sim_node_stop(n);
		n->boot_ns = w->now_ns;
		n->clock_base_ns = SIM_S;
		sim_at(w, w->now_ns + away + sim_below(&w->rng, SIM_S / 5), SIM_EV_START, i, 0);
	}
}

static void start(struct sim_world *w, struct sim_node *n, bool lost)
{
	if (n->running || n->gone)
		return;
	if (n->highest_incarnation)
		w->stats.faults[lost ? SIM_RESTART_LOST : SIM_RESTART]++;
	sim_node_start(n, lost);
}

static void leave(struct sim_world *w, struct sim_node *n)
{
	if (!n->running || n->paused || n->insider)
		return;
	w->stats.faults[SIM_LEAVE]++;
	sim_log(w, n, "leaves");
	n->leaving = true;
	gossip_leave(n->core, sim_local(n, w->now_ns));
	n->gone = true;
	sim_node_stop(n);
}

static void suspend(struct sim_world *w, struct sim_node *n)
{
	uint64_t length = sim_below(&w->rng, w->opt.pause_max_ns ? w->opt.pause_max_ns :
				    2 * SIM_S);

	if (n->paused || n->starved)
		return;
	w->stats.faults[SIM_SUSPEND]++;
	sim_node_pause(n);
	/* A clock that stands still as well: CLOCK_MONOTONIC. */
	if (sim_chance(&w->rng, 500))
		n->clock_base_ns -= length < n->clock_base_ns ? length : 0;
	sim_at(w, w->now_ns + length, SIM_EV_RESUME, n->index, 0);
}

static void jump(struct sim_world *w, struct sim_node *n)
{
	w->stats.faults[SIM_JUMP]++;
	n->clock_base_ns += sim_range(&w->rng, 1, 20000) * SIM_MS;
	n->bucket_ns = 0;
	n->jumped_ns = w->now_ns;
	if (n->running && !n->paused)
		sim_node_after(n);
	sim_log(w, n, "its clock jumps");
}

/* --- the room, and keys --- */

static void fan(struct sim_world *w)
{
	struct sim_node *n = any_node(w);

	w->stats.faults[SIM_FAN_FAILURE]++;
	n->heat.fan_broken = true;
	sim_log(w, n, "fan breaks");
	sim_at(w, w->now_ns + sim_range(&w->rng, 5, 40) * SIM_S, SIM_EV_FAN_MENDED, n->index, 0);
	sim_at(w, w->now_ns + sim_exponential(&w->rng, w->opt.fan_every_ns), SIM_EV_FAN, 0, 0);
}

static void take_settings(struct sim_node *n)
{
	uint64_t incarnation = n->config.incarnation;
	const char *why;

	if (!n->running)
		return;
	sim_node_configure(n);
	/* That of this life, which may be below one that was lost with its file. */
	n->config.incarnation = incarnation;
	why = gossip_reconfigure(n->core, &n->config, sim_local(n, n->world->now_ns));
	if (why)
		sim_broken(n->world, SIM_RULE_CRASHED, n, "settings refused: %s", why);
}

/* Somebody changes the settings of a node, or takes that back. */
static void reload(struct sim_world *w)
{
	struct sim_node *n = &w->nodes[sim_below(&w->sensor_rng, w->opt.nodes)];

	if (n->running && !n->paused && !n->insider) {
		w->stats.faults[SIM_RELOAD]++;
		n->reloaded = !n->reloaded;
		take_settings(n);
	}
	sim_at(w, w->now_ns + sim_range(&w->sensor_rng, 200, 8000) * SIM_MS, SIM_EV_RELOAD, 0, 0);
}

/* Each node gets its new settings when it does, but none is two steps ahead of another. */
static void rotate(struct sim_world *w)
{
	uint32_t i, least = 3, behind = 0;

	for (i = 0; i < w->opt.nodes; i++)
		if (w->nodes[i].key_step < least)
			least = w->nodes[i].key_step;
	if (least == 3)
		return;
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (n->key_step > least || n->paused ||
		    (!w->healed && sim_chance(&w->rng, 300))) {
			behind += n->key_step == least;
			continue;
		}
		n->key_step++;
		w->stats.faults[SIM_KEY_ROTATION]++;
		take_settings(n);
	}
	sim_log(w, NULL, "keys: step %u, %u nodes behind", least + 1, behind);
	sim_at(w, w->now_ns + sim_range(&w->rng, 200, 5000) * SIM_MS, SIM_EV_ROTATE, 0, 0);
}

/**
 * sim_faults_heal() - all is well again; who was to stay dead does
 * @w: world
 */
void sim_faults_heal(struct sim_world *w)
{
	uint32_t i;

	uint64_t slow = sim_death_bound_ns(w) + 15 * SIM_S;

	w->healed = true;
	/* Sooner if all agree. */
	w->end_ns = w->now_ns + (slow > 60 * SIM_S ? slow : 60 * SIM_S);
	w->group_empty = false;
	join(w);
	sim_link_heal(w);
	sim_log(w, NULL, "all is healed");
	for (i = 0; i < SIM_NODES_MAX * SIM_NODES_MAX; i++)
		w->ways[i / SIM_NODES_MAX][i % SIM_NODES_MAX].clog_ns = 0;
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (n->insider) {
			/* Found out and switched off. */
			n->gone = true;
			sim_node_stop(n);
		}
		n->starved = false;
		n->lying = false;
		n->heat.fan_broken = false;
		sim_node_resume(n);
		start(w, n, false);
	}
	if (w->opt.rotation)
		sim_at(w, w->now_ns, SIM_EV_ROTATE, 0, 0);
}

/**
 * sim_faults_event() - something that was planned
 * @w: world
 * @e: event
 */
void sim_faults_event(struct sim_world *w, const struct sim_event *e)
{
	struct sim_node *n = &w->nodes[e->node];

	if (e->kind == SIM_EV_START)
		return start(w, n, e->arg);
	if (e->kind == SIM_EV_ROTATE)
		return rotate(w);
	if (w->healed)
		return;
	switch (e->kind) {
	case SIM_EV_PAUSE:
		return pause_starved(w, n);
	case SIM_EV_RESUME:
		return resume(w, n);
	case SIM_EV_CRASH:
		return leave(w, n);
	case SIM_EV_RANDOM_CRASH:
		return random_crash(w);
	case SIM_EV_POWER_CYCLE:
		return power_cycle(w, e->node);
	case SIM_EV_PARTITION:
		return partition(w);
	case SIM_EV_JOIN:
		return join(w);
	case SIM_EV_JUMP:
		return jump(w, n);
	case SIM_EV_SUSPEND:
		return suspend(w, n);
	case SIM_EV_GROUP:
		w->group_empty = !w->group_empty;
		sim_at(w, w->now_ns + 8 * SIM_S, SIM_EV_GROUP, 0, 0);
		return;
	case SIM_EV_FAN:
		return fan(w);
	case SIM_EV_FAN_MENDED:
		n->heat.fan_broken = false;
		return;
	case SIM_EV_RELOAD:
		return reload(w);
	case SIM_EV_ATTACK:
		return sim_hostile_attack(w);
	case SIM_EV_INSIDER:
		return sim_hostile_insider(w);
	case SIM_EV_HEAL:
		return sim_faults_heal(w);
	default:
		return;
	}
}
