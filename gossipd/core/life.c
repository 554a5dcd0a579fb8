// SPDX-License-Identifier: GPL-2.0
/*
 * Lives and deaths of nodes as this one judges them: suspicion as in SWIM (Das, Gupta, Motivala,
 * DSN 2002, section 4.2), with the timeout of Lifeguard (Dadgar, Phillips, Currey, arXiv
 * 1707.00788, section IV.B).
 *
 * Differences, all towards fewer false deaths: a death takes independent accusers as long as there
 * are enough nodes to be some; what others have concluded is an accusation like any other; and who
 * was heard since cannot be dead.
 */
#include "internal.h"

#define REAP_DEAD_NS (600 * SEC_NS)
#define REAP_LEFT_NS (60 * SEC_NS)
/* Of whom something is held against: as long as it takes to make up for it. */
#define REAP_BLAMED_NS (3600 * SEC_NS)

/*
 * log2(n + 1). The ratio of two of them is that of two logarithms to any base, and libm's own need
 * not be the same everywhere.
 */
static const double log2_of_next[ACCUSERS_MAX + 1] = {
	0, 1, 1.584962500721156, 2, 2.321928094887362, 2.584962500721156, 2.807354922057604, 3,
	3.169925001442312,
};

/* log10(N), linear within a decade: at most 0.2 less than the true one, and the same everywhere. */
static double decades(uint32_t nr)
{
	double n = nr, whole = 0;

	while (n >= 10) {
		n /= 10;
		whole++;
	}
	return whole + (n > 1 ? (n - 1) / 9 : 0);
}

static uint64_t reap_after(const struct member *m)
{
	if (m->trust.suspect || trust_weight(&m->trust) < 1)
		return REAP_BLAMED_NS;
	return m->state == GOSSIP_DEAD ? REAP_DEAD_NS : REAP_LEFT_NS;
}

static void set_state(struct gossip *g, struct member *m, enum gossip_state state)
{
	uint32_t timer = core_timer_of(g, m, MEMBER_LIFE);

	if (state == GOSSIP_ALIVE)
		g->counters[GOSSIP_FLAPS]++;
	m->state = state;
	m->state_ns = g->now_ns;
	m->state_deaf_ns = g->deaf_ns;
	m->nr_accusers = 0;
	m->last_asks = 0;
	if (state == GOSSIP_DEAD || state == GOSSIP_LEFT) {
		m->crisis = false;
		core_timer_in(g, timer, reap_after(m));
	} else {
		timers_cancel(&g->timers, timer);
		detect_watch(g, m);
	}
	near_count(g, m);
	near_settle(g, m);
	core_event(g, GOSSIP_EV_MEMBER, &m->id, true, 0);
	price_soon(g, false);
}

/* Live nodes of the zone that could confirm an accusation, besides this one. */
static uint32_t witnesses(const struct gossip *g, const struct member *suspect)
{
	const struct member *m;
	uint32_t i, nr = 0;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (m != suspect && core_peer(g, m) && m->state == GOSSIP_ALIVE && !m->unseen)
			nr++;
	}
	return nr;
}

/* Accusers that a death takes, this node among them if it is one. */
static uint32_t accusers_needed(const struct gossip *g, const struct member *m)
{
	uint32_t possible = 1 + witnesses(g, m);

	return g->config.confirmations < possible ? g->config.confirmations : possible;
}

static double shortest_ns(const struct gossip *g)
{
	double n = decades(g->members.nr + 1);

	return (double)g->config.suspicion_mult * (n > 1 ? n : 1) *
	       (double)(g->config.probe_interval_ms * MS_NS);
}

/**
 * life_longest() - the longest that a suspicion lasts
 * @g: this node
 *
 * Return: ns.
 */
uint64_t life_longest(const struct gossip *g)
{
	return (uint64_t)(shortest_ns(g) * g->config.suspicion_max_mult);
}

/**
 * life_timeout() - how long a suspicion lasts with as many accusers as there are
 * @g: this node
 * @m: suspect
 *
 * Lifeguard: max - (max - min) * log(n + 1) / log(k + 1), n of k having confirmed.
 *
 * Return: ns from its beginning.
 */
uint64_t life_timeout(const struct gossip *g, const struct member *m)
{
	double min_ns = shortest_ns(g), max_ns = min_ns * g->config.suspicion_max_mult, part;
	uint32_t k = g->config.confirmations, confirmed = m->nr_accusers ? m->nr_accusers - 1 : 0;

	if (!k)
		return (uint64_t)min_ns;
	part = log2_of_next[confirmed < k ? confirmed : k] / log2_of_next[k];
	return (uint64_t)(max_ns - (max_ns - min_ns) * part);
}

/*
 * Others who could confirm need not know the node: who has just started never met one that is gone,
 * and accusers who know it by a lower incarnation do not count. So the longest time is the end of
 * it, if nothing was heard of the node meanwhile by any way: for so long, whatever interval was
 * announced in its name. Who could not be asked, and was only spoken of, is forgotten instead.
 */
static bool waited_enough(const struct gossip *g, const struct member *m)
{
	uint64_t longest = life_longest(g);

	return core_reach(g, m) && m->zone == g->config.zone &&
	       (m->unseen || detect_unheard(g, m, longest)) &&
	       g->now_ns >= m->state_ns + longest + (g->deaf_ns - m->state_deaf_ns);
}

/*
 * However many accuse a node: if its hello has not come, nobody can tell that a refutation which is
 * passed on is its own, and if nobody knows where it is, it does not come here itself. It is
 * forgotten, if nothing is heard of it, and not dead.
 */
static bool could_refute(const struct gossip *g, const struct member *m)
{
	return m->has_hello || core_reach(g, m);
}

static void watch(struct gossip *g, struct member *m)
{
	core_timer_in(g, core_timer_of(g, m, MEMBER_LIFE), life_timeout(g, m));
	detect_life_due(g, m);
}

/* One more accuser; false if that is no news. */
static bool accuse(struct gossip *g, struct member *m, const struct gw_id *accuser)
{
	uint32_t i;

	if (m->state == GOSSIP_ALIVE)
		set_state(g, m, GOSSIP_SUSPECT);
	for (i = 0; i < m->nr_accusers; i++) {
		if (id_equal(&m->accusers[i], accuser))
			return false;
	}
	if (m->nr_accusers == ACCUSERS_MAX)
		return false;
	m->accusers[m->nr_accusers++] = *accuser;
	return true;
}

/**
 * life_suspect() - this node has found out by itself that nothing comes back
 * @g: this node
 * @m: from whom
 */
void life_suspect(struct gossip *g, struct member *m)
{
	struct gw_record record;

	if (!accuse(g, m, &g->config.self))
		return;
	g->counters[GOSSIP_SUSPICIONS]++;
	claim_make(g, &m->id, m->incarnation, GW_SUSPECT, &record);
	out_queue(g, &record);
	watch(g, m);
}

/**
 * life_accused() - somebody else accuses a node
 * @g: this node
 * @m: suspect
 * @accuser: who
 */
void life_accused(struct gossip *g, struct member *m, const struct gw_id *accuser)
{
	if (accuse(g, m, accuser))
		watch(g, m);
}

/**
 * life_verdict() - the time of a suspicion is over
 * @g: this node
 * @m: suspect
 */
void life_verdict(struct gossip *g, struct member *m)
{
	struct gw_record record;
	uint32_t needed = accusers_needed(g, m);

	if (m->direct_ns > m->state_ns) {
		/* It spoke after it was accused: whoever cannot hear it is to say so again. */
		set_state(g, m, GOSSIP_ALIVE);
		return;
	}
	if (!could_refute(g, m) || (m->nr_accusers < needed && !waited_enough(g, m))) {
		core_timer_in(g, core_timer_of(g, m, MEMBER_LIFE),
			      g->config.probe_interval_ms * MS_NS);
		return;
	}
	g->counters[GOSSIP_DEATHS]++;
	set_state(g, m, GOSSIP_DEAD);
	claim_make(g, &m->id, m->incarnation, GW_DEAD, &record);
	out_queue(g, &record);
}

/**
 * life_heard() - something has come of a node itself
 * @g: this node
 * @m: it
 *
 * If nobody but this node has accused it, for hearing nothing, that is settled; what others say is
 * theirs to take back, and the node's to refute.
 */
void life_heard(struct gossip *g, struct member *m)
{
	if (m->state == GOSSIP_SUSPECT && m->nr_accusers == 1 &&
	    id_equal(&m->accusers[0], &g->config.self))
		set_state(g, m, GOSSIP_ALIVE);
}

/**
 * life_alive() - a node is known to have lived in an incarnation
 * @g: this node
 * @m: it
 * @incarnation: a higher one refutes all of lower ones; another changes nothing
 */
void life_alive(struct gossip *g, struct member *m, uint64_t incarnation)
{
	if (incarnation <= m->incarnation)
		return;
	m->incarnation = incarnation;
	g->expected_max += m->excused;
	m->excused = false;
	if (m->state != GOSSIP_ALIVE)
		set_state(g, m, GOSSIP_ALIVE);
}

/**
 * life_left() - a node has said itself that it leaves
 * @g: this node
 * @m: it
 */
void life_left(struct gossip *g, struct member *m)
{
	set_state(g, m, GOSSIP_LEFT);
	if (m->zone == g->config.zone && g->expected_max > 1) {
		g->expected_max--;
		m->excused = true;
	}
}
