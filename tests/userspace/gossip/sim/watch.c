// SPDX-License-Identifier: GPL-2.0
/*
 * What must not happen, seen at each action of a core. Each bound with its reason is in
 * Documentation/testing/campaign.md.
 */
#include <math.h>
#include <string.h>

#include "sim.h"

/* A price is a multiplier that the wire can carry: 655.35. */
#define MULTIPLIER_MAX (656U * CONTROL_ONE)
#define CRISIS_DUE_NS (2 * SIM_S)
/* Without a group nodes know each other when they have all been said hello to. */
#define MEETING_NS (5 * SIM_S)
/* What somebody said while it was true may go round for so long. */
#define ECHO_NS (20 * SIM_S)
#define TURN 1.25
#define HUNTING_FROM_NS (20 * SIM_S)
#define HUNTING_IN_NS (40 * SIM_S)

/* --- what it sends --- */

/**
 * sim_watch_send() - the token bucket, kept a second time
 * @n: sender
 * @len: bytes of payload
 */
void sim_watch_send(struct sim_node *n, size_t len)
{
	struct sim_world *w = n->world;
	uint64_t local = sim_local(n, w->now_ns);
	double burst = n->config.burst_bytes;

	if (len > GW_DATAGRAM_MAX)
		sim_broken(w, SIM_RULE_SIZE, n, "sends %zu bytes at once", len);
	if (local > n->bucket_ns)
		n->bucket += (double)(local - n->bucket_ns) / 1e9 * n->config.budget_bytes_per_s;
	n->bucket_ns = local;
	if (n->bucket > burst)
		n->bucket = burst;
	n->bucket -= (double)len;
	/* Rounding, and a datagram more. */
	if (n->bucket < -(double)GW_DATAGRAM_MAX) {
		sim_broken(w, SIM_RULE_BUDGET, n, "%.0f bytes beyond its budget", -n->bucket);
		n->bucket = 0;
	}
}

/* --- prices --- */

static double total(const struct control_output *price)
{
	return (double)price->local.multiplier / CONTROL_ONE *
		((double)price->external.multiplier / CONTROL_ONE);
}

static void watch_range(struct sim_node *n, const char *name, const struct control_price *p)
{
	if (p->multiplier < CONTROL_ONE || p->multiplier > MULTIPLIER_MAX)
		sim_broken(n->world, SIM_RULE_PRICE_RANGE, n, "%s multiplier is %.4f", name,
			   (double)p->multiplier / CONTROL_ONE);
}

/* A part of the price as the core told it: whole units of the wire, so one more by rounding. */
static void watch_part(struct sim_node *n, const char *name, const struct control_price *before,
		       const struct control_price *now, double most)
{
	double rise = ((double)now->multiplier - before->multiplier - 1) / CONTROL_ONE;

	if (rise > most)
		sim_broken(n->world, SIM_RULE_PRICE_SLEW, n, "%s multiplier up by %.3f, at most %.3f",
			   name, rise, most);
}

static double delay_s(const struct control_params *p, const struct control_output *price)
{
	return isnan(price->actuation_delay_s) ? p->actuation_delay_s : price->actuation_delay_s;
}

/*
 * No price goes up faster than the whole range within the slew, or twice the delay of what the
 * price does; a little of that may be saved up. But for the first price of a life, and for what the
 * safety filter asks of the node's own.
 */
static void watch_slew(struct sim_node *n, const struct control_output *price)
{
	const struct control_params *p = sim_canary_control() ?: &control_defaults;
	uint64_t now = sim_local(n, n->world->now_ns);
	double past_s = (double)(now - n->slewed_ns) / SIM_S + p->slew_burst_s;
	double rise_s = fmax(p->slew_s, 2 * fmin(delay_s(p, &n->price), delay_s(p, price)));
	double most = (p->max_multiplier - 1) / (rise_s + p->slew_burst_s) * past_s;

	if (n->slewed_ns) {
		if (!price->barrier)
			watch_part(n, "local", &n->price.local, &price->local, most);
		watch_part(n, "external", &n->price.external, &price->external, most);
		watch_part(n, "GPU", &n->price.gpu, &price->gpu, most);
	}
	n->slewed_ns = now;
}

/* So many turns in so short a time are hunting. */
static void turn(struct sim_node *n)
{
	uint64_t now = n->world->now_ns;

	n->turn_ns[n->turns++ % SIM_TURNS] = now;
	if (n->turns >= SIM_TURNS && now - n->turn_ns[n->turns % SIM_TURNS] <= HUNTING_IN_NS)
		n->hunts = true;
}

/* Who hunts turns again and again, each time by a quarter and more. */
static void watch_turns(struct sim_node *n, double now)
{
	const struct sim_world *w = n->world;

	if (!w->healed || w->now_ns < w->opt.safety_ns + HUNTING_FROM_NS) {
		n->turn_from = now;
		n->turn_sign = 0;
		n->turns = 0;
	} else if (n->turn_sign >= 0 && now < n->turn_from / TURN) {
		if (n->turn_sign > 0)
			turn(n);
		n->turn_sign = -1;
		n->turn_from = now;
	} else if (n->turn_sign <= 0 && now > n->turn_from * TURN) {
		if (n->turn_sign < 0)
			turn(n);
		n->turn_sign = 1;
		n->turn_from = now;
	} else if ((n->turn_sign > 0 && now > n->turn_from) ||
		   (n->turn_sign < 0 && now < n->turn_from)) {
		n->turn_from = now;
	}
}

static uint32_t bucket_of(uint64_t latency_ns)
{
	uint64_t us = latency_ns / SIM_US + 1;
	uint32_t octave = 63 - (uint32_t)__builtin_clzll(us), part;

	part = (uint32_t)((double)(us - (1ULL << octave)) / (double)(1ULL << octave) *
			  SIM_HIST_PER_OCTAVE);
	octave = octave * SIM_HIST_PER_OCTAVE + part;
	return octave < SIM_HIST ? octave : SIM_HIST - 1;
}

/* For the figures count worlds in which nothing but loss is in the way. */
static bool measured(const struct sim_world *w, bool loss)
{
	const struct sim_options *o = &w->opt;

	return o->delay_mean_ns <= SIM_MS && !o->clog && !o->lossy_nodes && !o->mtu_links &&
	       !o->starved && !o->partition && !o->group_empty && !o->insider && !o->suspends &&
	       (loss || (!o->loss && !o->multicast_loss && !o->corrupt && !o->truncate));
}

/* Whether it was there by that time, and the others knew. */
static bool known_at(const struct sim_node *n, uint64_t at)
{
	return n->started_ns + (n->config.multicast ? 0 : MEETING_NS) < at;
}

/* Whether the causes ask for more than the price was: it may still be high from the last crisis. */
static bool rise_due(const struct sim_node *n, const struct control_output *price)
{
	double wanted = 1.0;
	int i;

	for (i = CONTROL_NEIGHBOURS; i <= CONTROL_PARTITION; i++)
		wanted *= price->component[i];
	return wanted * CONTROL_ONE > (double)n->price.external.multiplier + 1.0;
}

/* The first rise of the price after the news of a crisis next door, where one is due. */
static void watch_reserve(struct sim_node *n, const struct control_output *price)
{
	bool risen = price->external.multiplier > n->price.external.multiplier;
	struct sim_world *w = n->world;
	uint64_t bit = 1ULL << n->index % 64;
	uint32_t i, at = n->index / 64;

	if (!risen && rise_due(n, price))
		return;
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_crisis *c = &w->nodes[i].crisis;

		if (!c->on || !(c->heard[at] & bit) || c->priced[at] & bit ||
		    sim_coupling(w, i, n->index) < 0.5)
			continue;
		c->priced[at] |= bit;
		/* Who has started since found the crisis there: what he did first says nothing. */
		if (!measured(w, false) || !known_at(n, c->began_ns) ||
		    !known_at(&w->nodes[i], c->began_ns))
			continue;
		if (risen)
			w->stats.reserve[bucket_of(w->now_ns - c->began_ns)]++;
		else
			w->stats.dear_already++;
	}
}

/**
 * sim_watch_price() - a price is set
 * @n: by
 * @price: which
 */
void sim_watch_price(struct sim_node *n, const struct control_output *price)
{
	uint32_t i;

	watch_range(n, "local", &price->local);
	watch_range(n, "external", &price->external);
	watch_range(n, "GPU", &price->gpu);
	if (!isfinite(price->total) || price->total < 1.0)
		sim_broken(n->world, SIM_RULE_PRICE_RANGE, n, "total is %g", price->total);
	for (i = 0; i < CONTROL_CAUSES; i++)
		if (!isfinite(price->component[i]) || price->component[i] < 1.0)
			sim_broken(n->world, SIM_RULE_PRICE_RANGE, n, "component %u is %g", i,
				   price->component[i]);
	watch_slew(n, price);
	watch_turns(n, total(price));
	watch_reserve(n, price);
}

/* --- crises --- */

static void crisis_of_self(struct sim_node *n, bool on)
{
	struct sim_world *w = n->world;
	struct sim_crisis *c = &n->crisis;

	sim_log(w, n, "crisis %s at %.1f degrees", on ? "begins" : "ends", n->heat.die_c);
	c->on = on;
	if (!on)
		return;
	c->number++;
	c->began_ns = n->sampled_ns;
	/* Who has not heard of the end of the last one knows of this one. */
	memcpy(c->heard, c->believed, sizeof(c->heard));
	memcpy(c->priced, c->believed, sizeof(c->priced));
	w->stats.crises++;
	sim_at(w, w->now_ns + CRISIS_DUE_NS, SIM_EV_CRISIS_DUE, n->index, c->number);
}

static void crisis_of_other(struct sim_node *n, struct sim_node *of, bool on)
{
	struct sim_world *w = n->world;
	struct sim_crisis *c = &of->crisis;
	uint64_t bit = 1ULL << n->index % 64, latency = w->now_ns - c->began_ns;
	uint32_t at = n->index / 64;

	if (!on) {
		c->believed[at] &= ~bit;
		return;
	}
	c->believed[at] |= bit;
	if (!c->on || c->heard[at] & bit)
		return;
	c->heard[at] |= bit;
	if (!known_at(n, c->began_ns) || !known_at(of, c->began_ns) || of->paused ||
	    of->zone != n->zone)
		return;
	if (measured(w, false) && sim_coupling(w, of->index, n->index) >= 0.5)
		w->stats.near[bucket_of(latency)]++;
	if (measured(w, true))
		w->stats.whole[bucket_of(latency)]++;
}

/* Whether it could have heard all that was said since, and was known to the others by then. */
static bool awake_since(const struct sim_node *n, uint64_t since)
{
	return n->running && !n->paused && known_at(n, since) && n->resumed_ns < since;
}

/**
 * sim_watch_crisis_due() - by now all coupled neighbours have to know
 * @w: world
 * @node: whose crisis
 * @number: which of its crises
 */
void sim_watch_crisis_due(struct sim_world *w, uint32_t node, uint64_t number)
{
	struct sim_node *of = &w->nodes[node];
	const struct sim_crisis *c = &of->crisis;
	uint32_t i;

	if (!c->on || c->number != number || !awake_since(of, c->began_ns) || of->insider ||
	    w->split || w->split_ended_ns > c->began_ns)
		return;
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (i == node || n->insider || !awake_since(n, c->began_ns) ||
		    sim_coupling(w, node, i) < 0.5)
			continue;
		if (!(c->heard[i / 64] & 1ULL << i % 64))
			sim_broken(w, SIM_RULE_CRISIS, n, "has not heard of the crisis of node %u after %.1f s",
				   node, (double)(w->now_ns - c->began_ns) / SIM_S);
	}
}

/* --- life and death --- */

/**
 * sim_watch_dark() - a node cannot be reached now, or can be again
 * @n: node
 * @dark: it stands still, or the network is cut
 */
void sim_watch_dark(struct sim_node *n, bool dark)
{
	struct sim_world *w = n->world;

	if (dark || n->paused || w->split) {
		if (!n->dark_since_ns)
			n->dark_since_ns = w->now_ns;
		return;
	}
	if (n->dark_since_ns && w->now_ns - n->dark_since_ns > sim_patience_ns(w))
		n->dark_until_ns = w->now_ns + ECHO_NS;
	n->dark_since_ns = 0;
}

static bool excused(const struct sim_node *n)
{
	const struct sim_world *w = n->world;

	if (n->dark_since_ns && w->now_ns - n->dark_since_ns > sim_patience_ns(w))
		return true;
	return w->now_ns < n->dark_until_ns;
}

/*
 * Whether the one that is meant may be the life before this one: by the incarnation, which with an
 * insider anybody may have given him beforehand.
 */
static bool of_last_life(const struct sim_node *of, const struct gossip_member *m)
{
	const struct sim_world *w = of->world;

	return !of->running || m->incarnation < of->life_incarnation ||
	       (w->opt.insider && of->stopped_ns && w->now_ns - of->started_ns < ECHO_NS);
}

/**
 * sim_watch_deaths() - a node has taken others for dead: were they?
 * @n: node, out of whose core the call has returned
 */
void sim_watch_deaths(struct sim_node *n)
{
	struct sim_world *w = n->world;
	struct gossip_member m;
	size_t i, nr = gossip_nr_members(n->core);

	for (i = 0; i < nr; i++) {
		struct sim_node *of;

		gossip_get_member(n->core, i, &m);
		of = sim_node_by_id(w, &m.id);
		if (m.state != GOSSIP_DEAD || !of ||
		    !(n->deaths[of->index / 64] & 1ULL << of->index % 64))
			continue;
		if (of_last_life(of, &m)) {
			w->stats.deaths_true++;
			continue;
		}
		if (excused(of) || excused(n) || of->insider) {
			w->stats.deaths_false_long++;
			continue;
		}
		sim_broken(w, SIM_RULE_FALSE_DEATH, n, "takes node %u for dead (incarnation %llu), which lives%s",
			   of->index, (unsigned long long)m.incarnation,
			   of->paused ? " and stands still" : "");
	}
	memset(n->deaths, 0, sizeof(n->deaths));
	n->nr_deaths = 0;
}

static void member(struct sim_node *n, struct sim_node *of, const struct gossip_event *event)
{
	struct sim_seen *seen = &n->seen[of->index];

	/* Nothing is kept of who was forgotten, if it was only spoken of in this life. */
	if (!event->on && !seen->itself)
		*seen = (struct sim_seen){ 0 };
	sim_log(n->world, n, "node %u is %s", of->index, gossip_state_names[event->state]);
	if (event->state == GOSSIP_SUSPECT)
		n->world->stats.suspicions++;
	if (event->state != GOSSIP_DEAD || n->insider)
		return;
	n->deaths[of->index / 64] |= 1ULL << of->index % 64;
	n->nr_deaths++;
}

/**
 * sim_watch_event() - a core says that something happened
 * @n: which node's
 * @event: what
 */
void sim_watch_event(struct sim_node *n, const struct gossip_event *event)
{
	struct sim_world *w = n->world;
	struct sim_node *of = sim_node_by_id(w, &event->node);

	switch (event->kind) {
	case GOSSIP_EV_MEMBER:
		if (of)
			member(n, of, event);
		break;
	case GOSSIP_EV_CRISIS:
		if (of == n)
			crisis_of_self(n, event->on);
		else if (of)
			crisis_of_other(n, of, event->on);
		break;
	case GOSSIP_EV_SILENT:
		if (of && event->on)
			sim_link_silent(n, of);
		break;
	case GOSSIP_EV_REFUTE:
		w->stats.refuted++;
		sim_log(w, n, "refutes");
		break;
	case GOSSIP_EV_STALL:
		sim_log(w, n, "notices a stall of %.3f s", event->value);
		break;
	case GOSSIP_EV_SPEAKER:
		sim_log(w, n, "%s for its zone", event->on ? "speaks" : "no longer speaks");
		break;
	case GOSSIP_EV_MIGRATE:
		if (of)
			sim_at(w, w->now_ns + w->opt.migration_ns, SIM_EV_MOVE, n->index,
			       of->index);
		break;
	default:
		break;
	}
}
