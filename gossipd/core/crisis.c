// SPDX-License-Identifier: GPL-2.0
/*
 * Edges of a crisis: signed, sent to all of the zone and once more to each of the most coupled at
 * once, repeated a few times in the next tens of milliseconds, and passed on by whoever hears of
 * it for the first time. When many come together, single relays give way to batches of beacons,
 * and the speaker's summary.
 */
#include <string.h>

#include "internal.h"

/* Most coupled nodes that hear of it by a datagram of their own. */
#define DIRECT_MAX 16
#define DIRECT_COUPLING 0.5
#define REPEATS 4
/* A relay waits up to that, so that those who relay do not all do it at once. */
#define RELAY_NS (4 * MS_NS)
#define STORM_COUNT 8
#define STORM_WINDOW_NS (100 * MS_NS)
#define STORM_NS (300 * MS_NS)

/* After the first: 3, 8, 20 and 45 ms. */
static const uint64_t repeat_ns[REPEATS] = { 3 * MS_NS, 5 * MS_NS, 12 * MS_NS, 25 * MS_NS };

/* The coupled ones, most coupled first, as many as there is room for. */
static uint32_t most_coupled(struct gossip *g, struct member **best, uint32_t room)
{
	double least = g->config.multicast ? DIRECT_COUPLING : 0.000000001;
	struct member *m;
	uint32_t nr = 0, i, k;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (!core_reach(g, m) || m->state == GOSSIP_LEFT || m->coupling < least)
			continue;
		if (nr == room && m->coupling <= best[nr - 1]->coupling)
			continue;
		if (nr < room)
			nr++;
		for (k = nr - 1; k && m->coupling > best[k - 1]->coupling; k--)
			best[k] = best[k - 1];
		best[k] = m;
	}
	return nr;
}

static void send_edge(struct gossip *g)
{
	struct member *best[DIRECT_MAX];
	struct gw_record record;
	uint32_t i, nr = most_coupled(g, best, DIRECT_MAX);

	memset(&record, 0, sizeof(record));
	record.type = GW_CRISIS;
	record.crisis = g->edge;
	out_begin(g);
	out_add(g, &record);
	if (links_group(g))
		out_group(g, true);
	for (i = 0; i < nr; i++)
		out_to(g, best[i], true);
}

/**
 * crisis_edge() - a crisis has begun here, or ended
 * @g: this node
 */
void crisis_edge(struct gossip *g)
{
	struct gw_record record;

	memset(&record, 0, sizeof(record));
	record.type = GW_CRISIS;
	beacon_fill(g, &record.crisis.beacon);
	seal_sign(g->env.crypto, &record);
	g->edge = record.crisis;
	g->edge_left = REPEATS;
	send_edge(g);
	core_timer_in(g, TIMER_CRISIS, repeat_ns[0]);
	speaker_urgent(g);
}

/**
 * crisis_repeat() - the last edge of a crisis is due once more
 * @g: this node
 */
void crisis_repeat(struct gossip *g)
{
	send_edge(g);
	if (--g->edge_left)
		core_timer_in(g, TIMER_CRISIS, repeat_ns[REPEATS - g->edge_left]);
}

/* --- of others --- */

static bool storm(struct gossip *g)
{
	if (g->now_ns - g->storm_since_ns > STORM_WINDOW_NS) {
		g->storm_since_ns = g->now_ns;
		g->storm_count = 0;
	}
	if (++g->storm_count > STORM_COUNT)
		g->storm_until_ns = g->now_ns + STORM_NS;
	return g->now_ns < g->storm_until_ns;
}

static void relay_later(struct gossip *g, const struct gw_crisis *c)
{
	struct relay *r = NULL;
	uint32_t i;

	if (!c->beacon.ttl)
		return;
	if (storm(g)) {
		core_timer_sooner(g, TIMER_ROUND, core_random_below(g, 4 * RELAY_NS));
		return;
	}
	for (i = 0; i < RELAYS_MAX && !r; i++) {
		if (!g->relays[i].due_ns)
			r = &g->relays[i];
	}
	if (!r) {
		g->counters[GOSSIP_DROP_FULL]++;
		return;
	}
	r->crisis = *c;
	r->crisis.beacon.ttl--;
	r->due_ns = g->now_ns + 1 + core_random_below(g, RELAY_NS);
	core_timer_sooner(g, TIMER_RELAY, r->due_ns - g->now_ns);
}

/**
 * crisis_relay() - crises of others are due to be passed on
 * @g: this node
 *
 * All that wait go together.
 */
void crisis_relay(struct gossip *g)
{
	struct member *peers[PEERS_MAX];
	struct gw_record record;
	uint32_t i, nr;

	out_begin(g);
	memset(&record, 0, sizeof(record));
	record.type = GW_CRISIS;
	for (i = 0; i < RELAYS_MAX; i++) {
		if (!g->relays[i].due_ns)
			continue;
		record.crisis = g->relays[i].crisis;
		if (!out_add(g, &record)) {
			core_timer_in(g, TIMER_RELAY, MS_NS);
			break;
		}
		g->relays[i].due_ns = 0;
	}
	nr = spread_choose(g, peers, g->config.fanout, false);
	for (i = 0; i < nr; i++)
		out_to(g, peers[i], true);
}

/**
 * crisis_receive() - somebody says that a crisis has begun or ended
 * @g: this node
 * @from: who sent it
 * @c: what it says; nothing of it is checked yet
 */
void crisis_receive(struct gossip *g, struct member *from, const struct gw_crisis *c)
{
	struct member *m = members_find(&g->members, &c->beacon.node);
	struct gw_record record;

	if (m && (c->beacon.incarnation < m->edge_incarnation ||
		  (c->beacon.incarnation == m->edge_incarnation &&
		   c->beacon.seq <= m->edge_seq))) {
		g->counters[GOSSIP_DROP_STALE]++;
		return;
	}
	if (m && m->has_hello) {
		if (!claim_work(g, from))
			return;
		memset(&record, 0, sizeof(record));
		record.type = GW_CRISIS;
		record.crisis = *c;
		if (!seal_verify(g->env.crypto, &record, &m->hello.public_key)) {
			g->counters[GOSSIP_DROP_SIGNATURE]++;
			return;
		}
	} else if (!m || m != from) {
		/* Whose key is not known is believed no more than by a beacon, and only himself. */
		g->counters[GOSSIP_DROP_SIGNATURE]++;
		return;
	}
	/* What is not signed must not shut out what is: it is only a beacon, which has its own. */
	if (m->has_hello) {
		m->edge_incarnation = c->beacon.incarnation;
		m->edge_seq = c->beacon.seq;
	}
	spread_beacon(g, from, &c->beacon);
	if (m->has_hello)
		relay_later(g, c);
	if (m->zone == g->config.zone)
		speaker_urgent(g);
}
