// SPDX-License-Identifier: GPL-2.0
/*
 * What the nodes believe, looked at twice a second: what must hold at all times, and, when all is
 * healed, that all believe the same and the truth.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* After healing, until all that live are seen to: the dead are spoken to by then. */
#define ALIVE_BOUND_NS (45 * SIM_S)
/* After healing, until who was silent has been heard again, and then stays so. */
#define QUIET_NS (45 * SIM_S)
/* Until a node's turn to be probed comes again, by one who is slow himself. */
#define PROBED_AGAIN_NS (60 * SIM_S)
/* All has to stay as it is for so long. */
#define STABLE_NS (10 * SIM_S)
/* A link that is clogged holds things up for so long, and each hop of a record may be one. */
#define CLOG_NS (5 * SIM_S)
#define HOPS 4
/* Beyond three intervals: the loop, and a datagram that is still under way. */
#define SILENCE_SLACK_NS (300 * SIM_MS)
#define LEASE_NS (1500 * SIM_MS)
#define IDLE_FROM_NS (25 * SIM_S)

/**
 * sim_patience_ns() - for how long a node may not answer and yet may not be taken for dead
 * @w: world
 *
 * Return: nanoseconds.
 */
uint64_t sim_patience_ns(const struct sim_world *w)
{
	uint64_t least = w->opt.suspicion_mult * SIM_S * 85 / 100;

	return !least || least > 30 * SIM_S ? 30 * SIM_S : least;
}

/**
 * sim_death_bound_ns() - how long it may take until all take a dead node for dead
 * @w: world
 *
 * Lifeguard's longest suspicion: the logarithm to the base of 10 of 128 is 2.11. Twice that, and
 * until it is probed again, where an attacker plays what was said before: who has just started may
 * take it for a word of a node that is gone, in the midst of a suspicion, which then begins anew.
 *
 * Return: nanoseconds.
 */
uint64_t sim_death_bound_ns(const struct sim_world *w)
{
	const struct gossip_config *c = &w->nodes[0].config;
	double log10 = w->opt.nodes <= 10 ? 1.0 : 2.11;
	uint64_t longest;

	longest = (uint64_t)(c->suspicion_mult * c->suspicion_max_mult * log10 *
			     (double)(c->probe_interval_ms * SIM_MS));
	if (w->opt.attacker)
		longest += longest + PROBED_AGAIN_NS;
	return longest + 30 * SIM_S;
}

/* --- at all times --- */

static void check_member(struct sim_node *n, const struct gossip_member *m)
{
	struct sim_world *w = n->world;
	struct sim_node *of = sim_node_by_id(w, &m->id);
	struct sim_seen *seen;
	bool made_up;

	if (!of || of == n)
		return;
	seen = &n->seen[of->index];
	/* What an insider has made up, and nobody ever was at, has to go when the node is heard. */
	made_up = w->opt.insider && seen->incarnation > of->highest_incarnation;
	if (m->incarnation < seen->incarnation && !made_up)
		sim_broken(w, SIM_RULE_INCARNATION, n, "has node %u at incarnation %llu after %llu",
			   of->index, (unsigned long long)m->incarnation,
			   (unsigned long long)seen->incarnation);
	if (m->incarnation > of->highest_incarnation && !w->opt.insider)
		sim_broken(w, SIM_RULE_INCARNATION, n, "has node %u at incarnation %llu, which never was",
			   of->index, (unsigned long long)m->incarnation);
	/* With it goes the beacon, and who had lost his incarnation begins to count anew. */
	if (m->beacon.incarnation == seen->beacon_incarnation && m->beacon.seq < seen->seq &&
	    !(made_up && m->incarnation < seen->incarnation))
		sim_broken(w, SIM_RULE_SEQUENCE, n, "has beacon %llu of node %u after %llu",
			   (unsigned long long)m->beacon.seq, of->index,
			   (unsigned long long)seen->seq);
	seen->itself |= m->addr.len || m->ib_addr.len;
	seen->incarnation = m->incarnation;
	seen->beacon_incarnation = m->beacon.incarnation;
	seen->seq = m->beacon.seq;
}

/*
 * Who has stopped is noticed after three of the intervals that he had promised. Not so in a zone in
 * which somebody with the key says what he likes of others, nor of who never spoke to this one.
 */
static void check_silence(struct sim_node *n, const struct gossip_member *m)
{
	struct sim_world *w = n->world;
	struct sim_node *of = sim_node_by_id(w, &m->id);
	uint64_t bound = 3ULL * m->beacon.interval_ms * SIM_MS + SILENCE_SLACK_NS, gone, since;

	if (!of || of->zone != n->zone || w->opt.insider || !m->heard_ns || !m->addr.len)
		return;
	if (m->state != GOSSIP_ALIVE && m->state != GOSSIP_SUSPECT)
		return;
	if (of->running && !of->paused)
		return;
	since = of->running ? of->paused_ns : of->stopped_ns;
	if (of->held_ns > since)
		since = of->held_ns;
	bound += 12 * w->opt.delay_mean_ns + (w->opt.clog ? HOPS * CLOG_NS : 0);
	gone = w->now_ns - since;
	/* A node that stood still takes up to a second more to read what has come. */
	if (gone <= bound || w->now_ns - n->resumed_ns <= bound + SIM_S)
		return;
	/* By its clock it stood still. */
	if (n->jumped_ns && w->now_ns - n->jumped_ns <= bound + SIM_S)
		return;
	if (!m->silent)
		sim_broken(w, SIM_RULE_SILENCE, n, "does not notice that node %u is silent since %.3f s (interval %u ms)",
			   of->index, (double)gone / SIM_S, m->beacon.interval_ms);
	else if (gone > bound + SIM_S && n->price.component[CONTROL_SILENCE] <= 1.0 &&
		 sim_coupling(w, of->index, n->index) > 0 &&
		 w->now_ns - n->resumed_ns > bound + SIM_S)
		sim_broken(w, SIM_RULE_SILENCE_PRICE, n, "does not price the silence of node %u",
			   of->index);
}

static void check_node(struct sim_node *n)
{
	struct sim_world *w = n->world;
	struct gossip_member m;
	struct gossip_self self;
	size_t i, nr = gossip_nr_members(n->core);

	if (nr > n->config.members_max)
		sim_broken(w, SIM_RULE_TABLES, n, "has %zu members", nr);
	if (gossip_nr_zones(n->core) > 128)
		sim_broken(w, SIM_RULE_TABLES, n, "has %zu zones", gossip_nr_zones(n->core));
	gossip_get_self(n->core, &self);
	if (self.incarnation < n->config.incarnation)
		sim_broken(w, SIM_RULE_INCARNATION, n, "is %llu after %llu",
			   (unsigned long long)self.incarnation,
			   (unsigned long long)n->config.incarnation);
	n->config.incarnation = self.incarnation;
	if (w->now_ns - n->priced_ns > LEASE_NS && w->now_ns - n->resumed_ns > LEASE_NS)
		sim_broken(w, SIM_RULE_PRICE_LEASE, n, "has set no price for %.3f s",
			   (double)(w->now_ns - n->priced_ns) / SIM_S);
	for (i = 0; i < nr; i++) {
		gossip_get_member(n->core, i, &m);
		check_member(n, &m);
		check_silence(n, &m);
	}
}

/* --- when all is healed --- */

__attribute__((format(printf, 2, 3)))
static void apart(struct sim_world *w, const char *format, ...)
{
	va_list args;

	if (w->apart[0])
		return;
	va_start(args, format);
	vsnprintf(w->apart, sizeof(w->apart), format, args);
	va_end(args);
}

/* Nothing is lost any more, so nobody who lives may count as silent, which costs money. */
static void check_false_silence(struct sim_node *n, const struct sim_node *of,
				const struct gossip_member *m)
{
	struct sim_world *w = n->world;

	/* An interval that the delays of the network come near to says nothing. */
	if (2ULL * m->beacon.interval_ms * SIM_MS < 14 * w->opt.delay_mean_ns)
		return;
	if (m->silent && of->running && w->now_ns > w->opt.safety_ns + QUIET_NS)
		sim_broken(w, SIM_RULE_FALSE_SILENCE, n, "takes node %u for silent, which is not (interval %u ms, coupling %.1f)",
			   of->index, m->beacon.interval_ms, sim_coupling(w, of->index, n->index));
}

static void agree_node(struct sim_node *n, bool *alive, bool *dead)
{
	struct sim_world *w = n->world;
	uint8_t state[SIM_NODES_MAX];
	struct gossip_member m;
	size_t i, nr = gossip_nr_members(n->core);

	memset(state, GOSSIP_STATES, sizeof(state));
	for (i = 0; i < nr; i++) {
		struct sim_node *of;

		gossip_get_member(n->core, i, &m);
		of = sim_node_by_id(w, &m.id);
		if (of)
			state[of->index] = (uint8_t)m.state;
		if (of && of->zone == n->zone)
			check_false_silence(n, of, &m);
	}
	for (i = 0; i < w->opt.nodes; i++) {
		const struct sim_node *of = &w->nodes[i];
		bool lives = state[i] == GOSSIP_ALIVE || state[i] == GOSSIP_SUSPECT;

		if (of == n || of->zone != n->zone)
			continue;
		if (of->running && state[i] != GOSSIP_ALIVE) {
			/* That somebody is still taken for alive is less, and has more time. */
			if (*alive)
				w->apart[0] = 0;
			apart(w, "node %u has node %zu, which lives, as %s", n->index, i,
			      state[i] == GOSSIP_STATES ? "unknown" :
			      gossip_state_names[state[i]]);
			*alive = false;
		} else if (!of->running && lives) {
			apart(w, "node %u takes node %zu, which is gone, for alive", n->index, i);
			*dead = false;
		}
	}
}

static bool agree_speaker(struct sim_world *w, uint32_t zone, bool alive)
{
	struct gossip_self self;
	uint32_t i, speakers = 0, nodes = 0;

	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (!n->running || n->zone != zone)
			continue;
		gossip_get_self(n->core, &self);
		speakers += self.speaker;
		nodes++;
	}
	if (!nodes || speakers == 1)
		return true;
	if (alive)
		w->apart[0] = 0;
	apart(w, "zone %u has %u speakers", zone, speakers);
	return false;
}

static void agree(struct sim_world *w)
{
	uint64_t since = w->now_ns - w->opt.safety_ns;
	bool alive = true, dead = true, speakers = true;
	uint32_t i;

	w->apart[0] = 0;
	for (i = 0; i < w->opt.nodes; i++)
		if (w->nodes[i].running)
			agree_node(&w->nodes[i], &alive, &dead);
	for (i = 0; i < w->opt.zones; i++)
		if (!agree_speaker(w, i, alive))
			speakers = false;
	if (since > ALIVE_BOUND_NS && !alive)
		sim_broken(w, SIM_RULE_MEMBERSHIP, NULL, "%.0f s after healing %s",
			   (double)since / SIM_S, w->apart);
	else if (since > ALIVE_BOUND_NS && !speakers)
		sim_broken(w, SIM_RULE_SPEAKER, NULL, "%.0f s after healing %s",
			   (double)since / SIM_S, w->apart);
	if (!alive || !dead || !speakers) {
		w->converged_ns = 0;
		return;
	}
	if (!w->converged_ns) {
		w->converged_ns = w->now_ns;
		sim_log(w, NULL, "all agree");
	}
}

/* Traffic at rest, from some time after healing on. */
static void idle(struct sim_world *w)
{
	uint32_t i;

	if (!w->opt.calm)
		return;
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (!n->mark_ns && w->now_ns >= w->opt.safety_ns + IDLE_FROM_NS) {
			n->mark_ns = w->now_ns;
			n->mark_bytes = n->bytes;
		}
	}
}

/**
 * sim_agree_scan() - look at what all believe
 * @w: world
 */
void sim_agree_scan(struct sim_world *w)
{
	uint32_t i;

	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (n->running && !n->paused && !n->insider)
			check_node(n);
	}
	if (!w->healed)
		return;
	agree(w);
	idle(w);
	/* Nothing more will come of it. */
	if (w->converged_ns && w->now_ns > w->converged_ns + STABLE_NS &&
	    w->now_ns > w->opt.safety_ns + ALIVE_BOUND_NS)
		w->end_ns = w->now_ns;
}

/**
 * sim_agree_end() - the world has come to its end: did all agree?
 * @w: world
 */
void sim_agree_end(struct sim_world *w)
{
	uint32_t i;

	sim_link_end(w);
	if (!w->converged_ns)
		sim_broken(w, SIM_RULE_MEMBERSHIP, NULL, "at the end %s", w->apart);
	else
		w->stats.converged_ns = w->converged_ns - w->opt.safety_ns;
	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *n = &w->nodes[i];

		if (n->hunts)
			sim_broken(w, SIM_RULE_HUNTING, n, "its price turned %u times in %.0f s",
				   n->turns, (double)(w->now_ns - w->opt.safety_ns) / SIM_S - 20);
		if (n->mark_ns && w->now_ns > n->mark_ns) {
			w->stats.idle_bytes += (double)(n->bytes - n->mark_bytes) /
				((double)(w->now_ns - n->mark_ns) / SIM_S);
			w->stats.idle_nodes++;
		}
	}
}
