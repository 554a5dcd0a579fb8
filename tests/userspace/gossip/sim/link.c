// SPDX-License-Identifier: GPL-2.0
/*
 * The second network of some worlds, InfiniBand: quick, and hardly lossy, but some nodes have none,
 * ports go down and up, a port swallows what it is to send or to deliver, the subnet manager takes
 * the group from all, or everything is swallowed without anybody being told.
 *
 * All that is drawn here is drawn from a state of its own: worlds without it run as they did.
 */
#include <string.h>

#include "sim.h"

/* A port, or a rail, comes up so long after the daemon has started. */
#define START_MIN_NS (50 * SIM_MS)
#define START_MAX_NS (3 * SIM_S)
/* Until the daemon hears of its port. */
#define TELL_NS (30 * SIM_MS)
#define DELAY_MIN_NS (5 * SIM_US)
#define DELAY_MAX_NS (60 * SIM_US)
/* What is urgent goes by two rails. */
#define RAILS_GAP_NS (20 * SIM_US)
/* Who has just started, or gone on, may have missed what was said. */
#define AWAKE_NS (6 * SIM_S)
#define FAULT_MAX_NS (25 * SIM_S)

enum { ONE_DOWN, ONE_MUTE, ONE_DEAF, MANAGER, SWALLOW, KINDS };

static void tell_later(struct sim_node *n)
{
	struct sim_world *w = n->world;

	sim_at(w, w->now_ns + 1 + sim_below(&w->ib_rng, TELL_NS), SIM_EV_IB_TELL, n->index,
	       n->started_ns);
}

/**
 * sim_link_plan() - draw who has InfiniBand, and when it breaks for the first time
 * @w: world
 */
void sim_link_plan(struct sim_world *w)
{
	uint32_t i;

	if (!w->opt.ib)
		return;
	w->stats.ib_worlds = 1;
	for (i = 0; i < w->opt.nodes; i++) {
		w->nodes[i].ib = !sim_chance(&w->ib_rng, w->opt.ib_without);
		w->nodes[i].ib_port = w->nodes[i].ib;
	}
	sim_at(w, 8 * SIM_S + sim_exponential(&w->ib_rng, w->opt.ib_every_ns), SIM_EV_IB_FAULT, 0,
	       0);
}

/**
 * sim_link_start() - the daemon of a node has started
 * @n: node
 */
void sim_link_start(struct sim_node *n)
{
	struct sim_world *w = n->world;

	n->ib_up = false;
	if (n->ib)
		sim_at(w, w->now_ns + sim_range(&w->ib_rng, START_MIN_NS, START_MAX_NS),
		       SIM_EV_IB_TELL, n->index, n->started_ns);
}

/* --- faults --- */

static void tell(struct sim_world *w, struct sim_node *n, uint64_t started_ns)
{
	if (!n->running || n->started_ns != started_ns || n->ib_up == n->ib_port)
		return;
	if (n->paused) {
		tell_later(n);
		return;
	}
	sim_log(w, n, "InfiniBand is %s", n->ib_port ? "up" : "down");
	sim_node_link(n, n->ib_port);
}

static void set_port(struct sim_node *n, bool up)
{
	if (!n->ib || n->ib_port == up)
		return;
	n->ib_port = up;
	if (n->running)
		tell_later(n);
}

static void break_one(struct sim_world *w)
{
	struct sim_node *n = &w->nodes[sim_below(&w->ib_rng, w->opt.nodes)];
	uint64_t kind = sim_below(&w->ib_rng, KINDS);
	uint64_t length = SIM_S / 10 + sim_exponential(&w->ib_rng, w->opt.ib_mean_ns);
	uint32_t i;

	if (length > FAULT_MAX_NS)
		length = FAULT_MAX_NS;
	sim_log(w, n, "InfiniBand breaks, kind %u, for %.3f s", (uint32_t)kind,
		(double)length / SIM_S);
	w->stats.faults[SIM_IB_DOWN + kind]++;
	switch (kind) {
	case ONE_DOWN:
		set_port(n, false);
		break;
	case ONE_MUTE:
		n->ib_mute = true;
		break;
	case ONE_DEAF:
		n->ib_deaf = true;
		break;
	case MANAGER:
		for (i = 0; i < w->opt.nodes; i++)
			set_port(&w->nodes[i], false);
		break;
	default:
		w->ib_dead = true;
		break;
	}
	sim_at(w, w->now_ns + length, SIM_EV_IB_MENDED, 0, 0);
}

static void mend(struct sim_world *w)
{
	uint32_t i;

	w->ib_dead = false;
	for (i = 0; i < w->opt.nodes; i++) {
		w->nodes[i].ib_mute = false;
		w->nodes[i].ib_deaf = false;
		set_port(&w->nodes[i], true);
	}
}

/**
 * sim_link_heal() - all is well with it for good
 * @w: world
 */
void sim_link_heal(struct sim_world *w)
{
	if (w->opt.ib)
		mend(w);
}

/**
 * sim_link_event() - something that was planned here
 * @w: world
 * @e: event
 */
void sim_link_event(struct sim_world *w, const struct sim_event *e)
{
	if (e->kind == SIM_EV_IB_TELL) {
		tell(w, &w->nodes[e->node], e->arg);
	} else if (w->healed) {
		return;
	} else if (e->kind == SIM_EV_IB_FAULT) {
		break_one(w);
	} else {
		mend(w);
		sim_at(w, w->now_ns + SIM_S + sim_exponential(&w->ib_rng, w->opt.ib_every_ns),
		       SIM_EV_IB_FAULT, 0, 0);
	}
}

/* --- datagrams --- */

static bool blocked(const struct sim_world *w, const struct sim_node *from,
		    const struct sim_node *to)
{
	return w->ib_dead || !from->ib_port || !to->ib_port || from->ib_mute || to->ib_deaf ||
	       !to->running || (w->opt.ib_cut && sim_net_cut(w, from->index, to->index));
}

static void carry(struct sim_node *from, struct sim_node *to, const struct gossip_route *route,
		  struct sim_packet *p)
{
	uint16_t how = SIM_BY_IB | (route->dest == GOSSIP_MULTICAST ? SIM_BY_IB_GROUP : 0);
	struct sim_world *w = from->world;
	uint64_t at;

	if (blocked(w, from, to))
		return;
	if (!w->healed && sim_chance(&w->ib_rng, w->opt.ib_loss)) {
		w->stats.faults[SIM_IB_LOSS]++;
		return;
	}
	w->stats.ib_deliveries++;
	at = w->now_ns + sim_range(&w->ib_rng, DELAY_MIN_NS, DELAY_MAX_NS);
	sim_net_later(w, p, to->index, from->index, at, how);
	if (route->urgent)
		sim_net_later(w, p, to->index, from->index,
			      at + sim_below(&w->ib_rng, RAILS_GAP_NS), how);
}

/**
 * sim_link_send() - a node sends by InfiniBand
 * @from: node
 * @route: to whom
 * @p: the datagram, the same as by UDP if it goes by both
 */
void sim_link_send(struct sim_node *from, const struct gossip_route *route, struct sim_packet *p)
{
	struct sim_world *w = from->world;
	uint32_t i;

	if (!from->ib_up)
		sim_broken(w, SIM_RULE_LINK, from, "sends by InfiniBand, which is not up");
	if (route->dest == GOSSIP_UNICAST) {
		i = sim_net_node_at(w, &route->to[GOSSIP_LINK_IB]);
		if (i != UINT32_MAX)
			carry(from, &w->nodes[i], route, p);
		return;
	}
	for (i = 0; i < w->opt.nodes; i++) {
		if (w->nodes[i].zone == from->zone && (&w->nodes[i] != from || w->opt.self_loop))
			carry(from, &w->nodes[i], route, p);
	}
}

/* --- what must hold --- */

static bool awake(const struct sim_node *n)
{
	uint64_t now = n->world->now_ns;

	return n->running && !n->paused && now - n->started_ns > AWAKE_NS &&
	       now - n->resumed_ns > AWAKE_NS;
}

/**
 * sim_link_silent() - a node takes another one for silent
 * @n: node
 * @of: the other one
 *
 * Where only InfiniBand breaks nobody who lives is silent to anybody: whoever has none hears of all
 * by UDP, and when it is lost UDP takes over within three intervals.
 */
void sim_link_silent(struct sim_node *n, const struct sim_node *of)
{
	struct sim_world *w = n->world;

	if (!w->opt.ib_clean || n->zone != of->zone || !awake(n) || !awake(of))
		return;
	sim_broken(w, SIM_RULE_LINK, n, "takes node %u for silent, which only InfiniBand can have lost",
		   of->index);
}

/**
 * sim_link_end() - all has been well for long: who can be promoted is
 * @w: world
 */
void sim_link_end(struct sim_world *w)
{
	uint32_t nr[SIM_ZONES_MAX] = { 0 }, i;
	bool all[SIM_ZONES_MAX];
	struct gossip_self self;

	if (!w->opt.ib || !w->converged_ns)
		return;
	memset(all, w->opt.multicast, sizeof(all));
	for (i = 0; i < w->opt.nodes; i++) {
		if (!w->nodes[i].running)
			continue;
		nr[w->nodes[i].zone]++;
		all[w->nodes[i].zone] &= w->nodes[i].ib;
	}
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (!n->running)
			continue;
		gossip_get_self(n->core, &self);
		w->stats.ib_promoted += self.promoted;
		if (self.promoted != (all[n->zone] && nr[n->zone] > 1))
			sim_broken(w, SIM_RULE_LINK, n, "is %spromoted at the end, %u nodes are there, %s have InfiniBand",
				   self.promoted ? "" : "not ", nr[n->zone],
				   all[n->zone] ? "all" : "not all");
	}
}
