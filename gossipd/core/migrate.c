// SPDX-License-Identifier: GPL-2.0
/*
 * Where work might go: advice, and nothing else. All who see the same cheap node must not go
 * there at once: each looks at one random peer, drawn by coupling, and accepts it with a
 * probability of one less the ratio of the prices, as in selfish load balancing (Berenbrink et
 * al., "Distributed Selfish Load Balancing", SODA 2006, section 2); the release is at a random
 * time, and rare.
 */
#include "internal.h"

/* Looks at a peer, advice at most, and how long that waits. */
#define LOOK_NS SEC_NS
#define GAP_NS (5 * SEC_NS)
#define RELEASE_NS SEC_NS

static double price_of(const struct member *m)
{
	return m->beacon.multiplier > 100 ? 0.01 * m->beacon.multiplier : 1;
}

/* A peer that can be believed to be as cheap as it says: who hides his heat keeps his weight. */
static bool eligible(const struct gossip *g, const struct member *m)
{
	return core_peer(g, m) && m->state == GOSSIP_ALIVE && m->has_beacon && !m->silent &&
	       !m->crisis && m->coupling > 0 && !m->trust.suspect &&
	       trust_weight(&m->trust) > 0.5;
}

static bool pays(const struct gossip *g, const struct member *m)
{
	return g->price.total >= g->config.migrate_price &&
	       g->price.total >= g->config.migrate_ratio * price_of(m);
}

static struct member *draw(struct gossip *g)
{
	struct member *m, *last = NULL;
	double sum = 0, at;
	uint32_t i;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (eligible(g, m))
			sum += m->coupling;
	}
	at = core_random_unit(g) * sum;
	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (!eligible(g, m))
			continue;
		last = m;
		at -= m->coupling;
		if (at < 0)
			break;
	}
	return last;
}

/**
 * migrate_consider() - whether work had better go elsewhere
 * @g: this node
 *
 * At each price: whether to look at a peer, and whether to accept it.
 */
void migrate_consider(struct gossip *g)
{
	struct member *m;

	if (g->price.total < g->config.migrate_price || timers_is_set(&g->timers, TIMER_MIGRATE) ||
	    g->now_ns - g->looked_ns < LOOK_NS ||
	    (g->advised_ns && g->now_ns - g->advised_ns < GAP_NS))
		return;
	g->looked_ns = g->now_ns;
	m = draw(g);
	if (!m || !pays(g, m) || core_random_unit(g) >= 1 - price_of(m) / g->price.total)
		return;
	g->advice = m->id;
	core_timer_in(g, TIMER_MIGRATE, core_random_below(g, RELEASE_NS));
}

/**
 * migrate_release() - the advice is due, if it is still good
 * @g: this node
 */
void migrate_release(struct gossip *g)
{
	const struct member *m = members_find(&g->members, &g->advice);

	if (!m || !eligible(g, m) || !pays(g, m))
		return;
	g->advised_ns = g->now_ns;
	core_event(g, GOSSIP_EV_MIGRATE, &m->id, true, g->price.total / price_of(m));
}
