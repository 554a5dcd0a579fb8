// SPDX-License-Identifier: GPL-2.0
/*
 * What all files of the core need: random numbers, timers, events, and nodes that come and go.
 */
#include <math.h>
#include <string.h>

#include "internal.h"

/* Logical time of others that is ahead by more than this is not believed. */
#define LAMPORT_LEAP (1ULL << 40)

const char *const gossip_state_names[GOSSIP_STATES] = {
	[GOSSIP_ALIVE] = "alive",
	[GOSSIP_SUSPECT] = "suspect",
	[GOSSIP_DEAD] = "dead",
	[GOSSIP_LEFT] = "left",
};

const char *const gossip_event_names[GOSSIP_EVENTS] = {
	[GOSSIP_EV_MEMBER] = "member",	     [GOSSIP_EV_SILENT] = "silent",
	[GOSSIP_EV_CRISIS] = "crisis",	     [GOSSIP_EV_SPEAKER] = "speaker",
	[GOSSIP_EV_PARTITION] = "partition", [GOSSIP_EV_SUSPECT] = "suspect",
	[GOSSIP_EV_MIGRATE] = "migrate",     [GOSSIP_EV_STALL] = "stall",
	[GOSSIP_EV_KEY] = "key",	     [GOSSIP_EV_REFUTE] = "refute",
};

const char *const gossip_counter_names[GOSSIP_COUNTERS] = {
	[GOSSIP_RX_DATAGRAMS] = "rx_datagrams",	  [GOSSIP_RX_BYTES] = "rx_bytes",
	[GOSSIP_RX_RECORDS] = "rx_records",	  [GOSSIP_TX_DATAGRAMS] = "tx_datagrams",
	[GOSSIP_TX_BYTES] = "tx_bytes",		  [GOSSIP_TX_RECORDS] = "tx_records",
	[GOSSIP_DROP_DECODE] = "drop_decode",	  [GOSSIP_DROP_KEY] = "drop_key",
	[GOSSIP_DROP_MAC] = "drop_mac",		  [GOSSIP_DROP_REPLAY] = "drop_replay",
	[GOSSIP_DROP_COPY] = "drop_copy",
	[GOSSIP_DROP_RATE] = "drop_rate",	  [GOSSIP_DROP_SELF] = "drop_self",
	[GOSSIP_DROP_STALE] = "drop_stale",	  [GOSSIP_DROP_SIGNATURE] = "drop_signature",
	[GOSSIP_DROP_ZONE] = "drop_zone",	  [GOSSIP_DROP_FULL] = "drop_full",
	[GOSSIP_DROP_BUDGET] = "drop_budget",	  [GOSSIP_FLAPS] = "flaps",
	[GOSSIP_REFUTED] = "refuted",		  [GOSSIP_SUSPICIONS] = "suspicions",
	[GOSSIP_DEATHS] = "deaths",		  [GOSSIP_PROBES] = "probes",
	[GOSSIP_PROBES_FAILED] = "probes_failed", [GOSSIP_PULLS] = "pulls",
	[GOSSIP_STALLS] = "stalls",
};

/**
 * id_equal() - whether two names are the same
 * @a: one
 * @b: the other
 *
 * Return: whether they are.
 */
bool id_equal(const struct gw_id *a, const struct gw_id *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/**
 * id_compare() - order of two names
 * @a: one
 * @b: the other
 *
 * Return: as memcmp().
 */
int id_compare(const struct gw_id *a, const struct gw_id *b)
{
	return memcmp(a, b, sizeof(*a));
}

/**
 * id_zero() - whether a name is nobody's
 * @id: it
 *
 * Return: whether it is all zeros.
 */
bool id_zero(const struct gw_id *id)
{
	static const struct gw_id zero;

	return id_equal(id, &zero);
}

/**
 * core_random() - random bits
 * @g: this node
 *
 * Return: 64 of them.
 */
uint64_t core_random(struct gossip *g)
{
	return g->env.random(g->env.ctx);
}

/**
 * core_random_below() - a random number
 * @g: this node
 * @below: bound; 0 gives 0
 *
 * The slight bias of the remainder does not matter to anything here.
 *
 * Return: 0 to @below less 1.
 */
uint64_t core_random_below(struct gossip *g, uint64_t below)
{
	return below ? core_random(g) % below : 0;
}

/**
 * core_random_unit() - a random share
 * @g: this node
 *
 * Return: from 0 to below 1.
 */
double core_random_unit(struct gossip *g)
{
	return (double)(core_random(g) >> 11) / 9007199254740992.0;
}

/**
 * core_jitter() - a time that is not in step with other nodes
 * @g: this node
 * @ns: the time
 *
 * So that what is announced is kept, never later.
 *
 * Return: up to a fifth less.
 */
uint64_t core_jitter(struct gossip *g, uint64_t ns)
{
	return ns - core_random_below(g, ns / 5 + 1);
}

/**
 * core_event() - tell the daemon that something happened
 * @g: this node
 * @kind: what
 * @node: to whom
 * @on: it began; else it ended
 * @value: as struct gossip_event has it
 */
void core_event(struct gossip *g, enum gossip_event_kind kind, const struct gw_id *node, bool on,
		double value)
{
	const struct member *m = members_find(&g->members, node);
	struct gossip_event event = {
		.kind = kind, .node = *node, .state = m ? m->state : GOSSIP_ALIVE, .on = on,
		.value = value,
	};

	if (g->env.event)
		g->env.event(g->env.ctx, &event);
}

/**
 * core_timer_in() - set a timer
 * @g: this node
 * @timer: which
 * @in_ns: how long from now
 *
 * It is never due in the call that sets it, so that a step ends.
 */
void core_timer_in(struct gossip *g, uint32_t timer, uint64_t in_ns)
{
	timers_set(&g->timers, timer, g->now_ns + (in_ns ? in_ns : 1));
}

/**
 * core_timer_sooner() - set a timer, if it is not set to an earlier time
 * @g: this node
 * @timer: which
 * @in_ns: how long from now at most
 */
void core_timer_sooner(struct gossip *g, uint32_t timer, uint64_t in_ns)
{
	if (!timers_is_set(&g->timers, timer) ||
	    g->timers.when[timer] > g->now_ns + (in_ns ? in_ns : 1))
		core_timer_in(g, timer, in_ns);
}

/**
 * core_timer_of() - a timer of a node
 * @g: this node
 * @m: the node
 * @kind: which
 *
 * Return: its number.
 */
uint32_t core_timer_of(const struct gossip *g, const struct member *m, enum member_timer kind)
{
	return TIMER_MEMBERS + MEMBER_TIMERS * members_slot(&g->members, m) + kind;
}

/**
 * core_hear_lamport() - somebody's logical time
 * @g: this node
 * @lamport: it; one that is far ahead is not believed
 */
void core_hear_lamport(struct gossip *g, uint64_t lamport)
{
	if (lamport > g->lamport && lamport - g->lamport < LAMPORT_LEAP)
		g->lamport = lamport;
	g->lamport++;
}

/**
 * core_peer() - whether a node is one of the zone that can be talked to
 * @g: this node
 * @m: the node
 *
 * Return: whether it is of the own zone, can be sent to, and is not known to be gone.
 */
bool core_peer(const struct gossip *g, const struct member *m)
{
	return core_reach(g, m) && m->zone == g->config.zone &&
	       (m->state == GOSSIP_ALIVE || m->state == GOSSIP_SUSPECT);
}

/**
 * core_leaps() - whether an incarnation is above a known one by more than others can raise it
 * @known: that was heard
 * @incarnation: that is said
 *
 * Return: whether it is.
 */
bool core_leaps(uint64_t known, uint64_t incarnation)
{
	return incarnation > known && incarnation - known > INCARNATION_LEAP;
}

/**
 * core_authority() - whether somebody says which key, and which zone, is a node's
 * @g: this node
 *
 * Return: whether there is an authority.
 */
bool core_authority(const struct gossip *g)
{
	static const struct gw_key none;

	return memcmp(&g->config.authority, &none, sizeof(none));
}

/**
 * core_proven() - whether a node counts as one that there is
 * @g: this node
 * @m: the node
 *
 * With an authority nobody is made up: who has not shown its word does not count.
 *
 * Return: whether it does.
 */
bool core_proven(const struct gossip *g, const struct member *m)
{
	return m->has_hello || !core_authority(g);
}

/* Whether a node makes room before another one. */
static bool goes_first(const struct gossip *g, const struct member *m, const struct member *other)
{
	if (core_proven(g, m) != core_proven(g, other))
		return !core_proven(g, m);
	return m->state_ns < other->state_ns;
}

/*
 * Who is not proven, or else is dead, and has been it for longest makes room: those who are made up
 * keep nobody out. But for who is known by @hearsay only the dead do, and nobody does whose
 * datagram is just being read.
 */
static bool make_room(struct gossip *g, bool hearsay)
{
	struct member *m, *oldest = NULL;
	uint32_t i;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (m->direct_ns == g->now_ns ||
		    ((hearsay || core_proven(g, m)) && m->state != GOSSIP_DEAD &&
		     m->state != GOSSIP_LEFT))
			continue;
		if (!oldest || goes_first(g, m, oldest))
			oldest = m;
	}
	if (oldest)
		core_remove(g, oldest);
	return oldest;
}

/**
 * core_meet() - the node of a name, new if need be
 * @g: this node
 * @id: name
 * @zone: that it is said to be of, if it is new
 * @hearsay: others speak of it; else it was heard itself
 *
 * The table has one place for this node itself, which is not in it.
 *
 * Return: the node; NULL if it is this one or nobody, or there is no room, which is counted.
 */
struct member *core_meet(struct gossip *g, const struct gw_id *id, uint16_t zone,
			 bool hearsay)
{
	struct member *m = members_find(&g->members, id);
	struct gone *gone;

	if (m || id_zero(id) || id_equal(id, &g->config.self))
		return m;
	if (g->members.nr + 1 < g->config.members_max || make_room(g, hearsay))
		m = members_add(&g->members, id);
	if (!m) {
		g->counters[GOSSIP_DROP_FULL]++;
		return NULL;
	}
	gone = gone_find(&g->gone, id);
	if (gone) {
		gone_window(gone, &m->window);
		m->incarnation = gone->incarnation;
		gone_remove(gone);
	}
	m->zone = zone;
	m->born_ns = g->now_ns;
	m->state_ns = g->now_ns;
	m->state_deaf_ns = g->deaf_ns;
	m->margin_c = NAN;
	near_add(g, m);
	zone_place(g, m);
	detect_heard(g, m, 0);
	core_event(g, GOSSIP_EV_MEMBER, id, true, 0);
	return m;
}

/*
 * Only windows that the node can have come to by living: with one that somebody has made up in its
 * name it would be shut out for as long as that is kept.
 */
static void keep_window(struct gossip *g, const struct member *m)
{
	bool lived = m->has_hello && m->window.incarnation < INCARNATION_MAX &&
		     (m->window.incarnation <= m->hello.incarnation ||
		      m->window.incarnation - m->hello.incarnation <= INCARNATION_LEAP);

	/* Or if nothing has come of itself since it was here the last time. */
	if (m->window.highest && (lived || !m->direct_ns))
		gone_add(&g->gone, &m->id, &m->window);
}

/**
 * core_remove() - forget a node
 * @g: this node
 * @m: it; not there any more after that
 */
void core_remove(struct gossip *g, struct member *m)
{
	uint32_t place;

	keep_window(g, m);
	timers_cancel(&g->timers, core_timer_of(g, m, MEMBER_HEAR));
	timers_cancel(&g->timers, core_timer_of(g, m, MEMBER_LIFE));
	core_event(g, GOSSIP_EV_MEMBER, &m->id, false, 0);
	near_remove(g, m);
	place = g->members.place[members_slot(&g->members, m)];
	members_remove(&g->members, m);
	/* Somebody stands in its place now. */
	if (place < g->members.nr)
		near_settle(g, members_at(&g->members, place));
}
