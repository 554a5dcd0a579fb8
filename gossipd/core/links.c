// SPDX-License-Identifier: GPL-2.0
/*
 * Which transport what goes by. All nodes start by UDP. A node whose InfiniBand is up sends by
 * both, until all of its zone say that they hear by InfiniBand, and it hears all of them by that
 * itself: then it is promoted, and its beacons go by InfiniBand alone, but for one now and then, so
 * that whoever comes and has no InfiniBand is heard of and hears. As soon as anything of that does
 * not hold any more it is back to both: what one cannot hear by InfiniBand, another one tells it by
 * the flag in its beacon. What has to arrive goes by all transports in any case.
 *
 * The same datagram by two transports has the same counter: the second one is dropped. That it came
 * is noted all the same, or nobody would know that the other transport works.
 */
#include <string.h>

#include "internal.h"

#define UDP_BIT (1 << GOSSIP_LINK_UDP)
#define IB_BIT (1 << GOSSIP_LINK_IB)
/* All has to be well for so long before a node is promoted. */
#define HOLD_NS (3 * SEC_NS)
/* Between what a promoted node sends to all by UDP. */
#define KEEP_NS (2 * SEC_NS)
/* A node from which nothing came by UDP for so long may not be reached by it. */
#define QUIET_NS (3 * KEEP_NS)
/* Beyond one and a half intervals: the loop of a daemon. */
#define SLACK_NS (5 * MS_NS)
#define LOOK_NS SEC_NS

/* --- what comes --- */

static bool same_addr(const struct gossip_addr *a, const struct gossip_addr *b)
{
	return a->len == b->len && !memcmp(a->byte, b->byte, a->len);
}

/*
 * The newest by its transport says where its sender is, and the newest by InfiniBand's group that
 * it is heard there. But what was @known in any way, as it came by another transport before or was
 * overtaken, anybody may have caught and sent from elsewhere: that counts from where the sender is,
 * and moves it only if it is nowhere, or nothing has come from there for a while. Returns whether
 * it was of any use.
 */
static bool note(struct gossip *g, struct member *m, const struct gw_header *h,
		 const struct gossip_addr *from, bool known)
{
	bool group = from->link == GOSSIP_LINK_IB && from->group && h->counter > m->group_counter;
	bool newest = h->counter > m->counter[from->link];
	struct gossip_addr *addr = from->link == GOSSIP_LINK_IB ? &m->ib_addr : &m->addr;

	if (known && addr->len && !same_addr(addr, from) &&
	    g->now_ns - m->link_ns[from->link] <= QUIET_NS)
		return false;
	if (group) {
		m->group_counter = h->counter;
		m->group_ns = g->now_ns;
	}
	if (newest) {
		m->counter[from->link] = h->counter;
		m->link_ns[from->link] = g->now_ns;
		*addr = *from;
		addr->group = false;
	}
	return group || newest;
}

/**
 * links_heard() - a datagram has come that is taken
 * @g: this node
 * @m: whose
 * @h: its header
 * @from: where it came from
 */
void links_heard(struct gossip *g, struct member *m, const struct gw_header *h,
		 const struct gossip_addr *from)
{
	uint64_t before = m->window.highest > h->counter ? m->window.highest : 0;
	int link;

	/* Counters begin again, or go on where they were when the node was forgotten. */
	if (m->counted != h->incarnation) {
		m->counted = h->incarnation;
		for (link = 0; link < GOSSIP_LINKS; link++)
			m->counter[link] = before;
		m->group_counter = before;
	}
	note(g, m, h, from, h->counter != m->window.highest);
}

/**
 * links_copy() - whether a datagram that is not fresh has come by another transport before
 * @g: this node
 * @m: whose
 * @h: its header
 * @from: where it came from
 *
 * It says where its sender is all the same. One that is played again by somebody is not newer than
 * what came that way before, unless it was lost there.
 *
 * Return: whether it has.
 */
bool links_copy(struct gossip *g, struct member *m, const struct gw_header *h,
		const struct gossip_addr *from)
{
	if (h->incarnation != m->window.incarnation || h->incarnation != m->counted ||
	    h->salt != m->window.salt || m->window.highest - h->counter >= SEAL_WINDOW)
		return false;
	if (note(g, m, h, from, true))
		return true;
	/* Several rails. */
	return from->link == GOSSIP_LINK_IB && h->counter == m->counter[from->link];
}

/**
 * links_said() - a beacon has come of somebody who may not be on InfiniBand
 * @g: this node
 * @m: whose
 *
 * That has to be known of at once where beacons go by InfiniBand alone.
 */
void links_said(struct gossip *g, const struct member *m)
{
	if (g->links.promoted && m->zone == g->config.zone && m->has_beacon &&
	    !(m->beacon.flags & GW_ON_IB))
		core_timer_sooner(g, TIMER_LINK, 1);
}

/* --- whether to be promoted --- */

/*
 * When it is too long ago that a node's beacons came by InfiniBand; 0 if they never did. Others
 * take a node for silent after three intervals: whoever hears that nothing comes says so, and by
 * then has been heard himself, and the node has sent by UDP.
 */
static uint64_t heard_until(const struct gossip *g, const struct member *m)
{
	uint64_t interval = m->has_beacon && m->beacon.interval_ms ?
		m->beacon.interval_ms : g->config.interval_cool_ms;

	return m->group_ns ? m->group_ns + interval * MS_NS * 3 / 2 + SLACK_NS : 0;
}

/* Returns when to look again at the latest. */
static uint64_t look(struct gossip *g)
{
	struct links *l = &g->links;
	uint64_t next = g->now_ns + LOOK_NS, until;
	bool some = false, right = true, all = g->config.multicast, says;
	const struct member *m;
	uint32_t i;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (m->zone != g->config.zone ||
		    (m->state != GOSSIP_ALIVE && m->state != GOSSIP_SUSPECT))
			continue;
		until = heard_until(g, m);
		says = m->has_beacon && (m->beacon.flags & GW_ON_IB);
		if (until > g->now_ns) {
			some = true;
			next = until < next ? until : next;
		} else if (says) {
			/* It sends, and believes that it is heard. */
			right = false;
		}
		if (until <= g->now_ns || !says || m->silent)
			all = false;
	}
	l->on_ib = some && right;
	if (!l->on_ib || !all) {
		l->good_ns = 0;
		l->promoted = false;
	} else if (!l->good_ns) {
		l->good_ns = g->now_ns;
	} else if (g->now_ns - l->good_ns >= HOLD_NS) {
		l->promoted = true;
	}
	return next;
}

/**
 * links_look() - see which transports will do, before a beacon says so
 * @g: this node
 */
void links_look(struct gossip *g)
{
	if (g->links.up & IB_BIT)
		look(g);
}

/**
 * links_due() - it is time to look at the transports again
 * @g: this node
 */
void links_due(struct gossip *g)
{
	bool on_ib = g->links.on_ib, promoted = g->links.promoted;
	uint64_t next = look(g);

	core_timer_in(g, TIMER_LINK, next - g->now_ns);
	/* Nobody is to wait for it: those who do not hear this node have to, and it has to tell. */
	if (on_ib > g->links.on_ib || promoted > g->links.promoted)
		core_timer_sooner(g, TIMER_BEACON, core_random_below(g, MS_NS));
}

/**
 * gossip_link() - a transport has come up, or gone
 * @g: node
 * @now_ns: time
 * @link: which; UDP is up from the start, and no other is
 * @up: what is sent by it may arrive: of InfiniBand, a rail has joined the zone's group
 *
 * Without any all goes by UDP.
 */
void gossip_link(struct gossip *g, uint64_t now_ns, enum gossip_link_id link, bool up)
{
	struct links *l = &g->links;

	if (g->left || link >= GOSSIP_LINKS || up == !!(l->up & 1 << link))
		return;
	core_enter(g, now_ns);
	l->up ^= 1 << link;
	if (l->up & IB_BIT) {
		/* Those who are there have to know where this one is. */
		core_timer_sooner(g, TIMER_HELLO, core_random_below(g, 200 * MS_NS));
		core_timer_in(g, TIMER_LINK, 1);
		return;
	}
	timers_cancel(&g->timers, TIMER_LINK);
	if (l->promoted || l->on_ib)
		core_timer_sooner(g, TIMER_BEACON, core_random_below(g, MS_NS));
	l->good_ns = 0;
	l->on_ib = false;
	l->promoted = false;
}

/* --- what goes --- */

/**
 * links_group() - whether there is a group to send to
 * @g: this node
 *
 * Return: whether there is.
 */
bool links_group(const struct gossip *g)
{
	return g->config.multicast || (g->links.up & IB_BIT);
}

/**
 * links_route_all() - by which transports something goes to all of the zone
 * @g: this node
 * @must: it has to arrive
 * @route: written; @urgent has to be set
 */
void links_route_all(struct gossip *g, bool must, struct gossip_route *route)
{
	struct links *l = &g->links;

	route->dest = GOSSIP_MULTICAST;
	route->links = l->up & IB_BIT;
	if (!route->links) {
		route->links = UDP_BIT;
		return;
	}
	if (g->config.multicast && (l->up & UDP_BIT) &&
	    (must || route->urgent || !l->promoted || g->now_ns - l->udp_ns >= KEEP_NS)) {
		route->links |= UDP_BIT;
		l->udp_ns = g->now_ns;
	}
	/* Where nothing comes by one rail another one may do. */
	if (!l->on_ib)
		route->urgent = true;
}

/**
 * links_route_to() - by which transports something goes to one node
 * @g: this node
 * @m: it
 * @must: it has to arrive
 * @route: written; @urgent has to be set
 *
 * Return: false if nobody knows where it is.
 */
bool links_route_to(const struct gossip *g, const struct member *m, bool must,
		    struct gossip_route *route)
{
	bool udp = m->addr.len, ib = m->ib_addr.len && (g->links.up & IB_BIT), fresh, quiet;

	route->dest = GOSSIP_UNICAST;
	route->links = udp ? UDP_BIT : 0;
	route->to[GOSSIP_LINK_UDP] = m->addr;
	if (!ib)
		return udp;
	fresh = g->now_ns < heard_until(g, m);
	quiet = g->now_ns - m->link_ns[GOSSIP_LINK_UDP] > QUIET_NS;
	if (udp && !(g->links.up & UDP_BIT))
		route->links = 0;
	if (!route->links || route->urgent || (fresh && (must || quiet))) {
		route->links |= IB_BIT;
		route->to[GOSSIP_LINK_IB] = m->ib_addr;
	}
	return true;
}
