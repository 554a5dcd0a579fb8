// SPDX-License-Identifier: GPL-2.0
/*
 * What a price asks of all nodes, kept up as things change and not looked for at each price: who
 * are the dearest neighbours, and how many nodes are there, silent, or in a crisis. Prices are set
 * some hundred times a second; of a node something changes a few times.
 */
#include <math.h>

#include "internal.h"

/* What a margin counts as that is not known. */
#define MARGIN_UNKNOWN_C 20

/* Of who raises no price: behind all others. */
#define DEARNESS_NONE (-1.0)

/* The hotter, the closer and the more believed. */
static double dearness(const struct member *m)
{
	double margin = isnan(m->margin_c) ? MARGIN_UNKNOWN_C : m->margin_c;

	if (!(m->coupling > 0) || m->state == GOSSIP_DEAD || m->state == GOSSIP_LEFT)
		return DEARNESS_NONE;
	return m->coupling * trust_weight(&m->trust) / (margin > 1 ? margin : 1);
}

static struct control_neighbour describe(const struct member *m)
{
	double trend = m->has_beacon && m->beacon.trend_cc_per_s != GW_S16_UNKNOWN ?
		       0.01 * m->beacon.trend_cc_per_s : NAN;

	return (struct control_neighbour){
		.coupling = m->coupling,
		.weight = trust_weight(&m->trust),
		.margin_c = m->margin_c,
		.trend_c_per_s = trend,
		.silent = m->silent,
	};
}

/* Of two that are as dear, in the order of the table. */
static bool before(const struct gossip *g, const struct near *a, const struct near *b)
{
	if (a->dearness != b->dearness)
		return a->dearness > b->dearness;
	return g->members.place[a->slot] < g->members.place[b->slot];
}

static void move(struct gossip *g, uint32_t to, uint32_t from)
{
	g->near[to] = g->near[from];
	g->neighbours[to] = g->neighbours[from];
	g->members.slot[g->near[to].slot].near_at = to;
}

/**
 * near_settle() - put a node where it belongs among the neighbours, as it is now
 * @g: node
 * @m: node of which coupling, weight, margin, trend, state, silence or place in the table may have
 *	changed
 *
 * It mostly moves past a few others, if any.
 */
void near_settle(struct gossip *g, struct member *m)
{
	struct near n = { .dearness = dearness(m), .slot = members_slot(&g->members, m) };
	uint32_t at = m->near_at;

	for (; at && before(g, &n, &g->near[at - 1]); at--)
		move(g, at, at - 1);
	for (; at + 1 < g->nr_near && before(g, &g->near[at + 1], &n); at++)
		move(g, at, at + 1);
	g->near[at] = n;
	g->neighbours[at] = describe(m);
	m->near_at = at;
}

/**
 * near_nr() - how many neighbours raise the price
 * @g: node
 *
 * Return: so many of the first of them, %NEIGHBOURS_MAX at most.
 */
size_t near_nr(const struct gossip *g)
{
	size_t nr = g->nr_near < NEIGHBOURS_MAX ? g->nr_near : NEIGHBOURS_MAX;

	while (nr && g->near[nr - 1].dearness == DEARNESS_NONE)
		nr--;
	return nr;
}

/**
 * near_add() - a node has come into the table
 * @g: node
 * @m: the last one of its order
 */
void near_add(struct gossip *g, struct member *m)
{
	m->near_at = g->nr_near++;
	near_settle(g, m);
	near_count(g, m);
}

/* --- how many --- */

static uint8_t counts_as(const struct gossip *g, const struct member *m)
{
	uint8_t as = 0;

	if (m->zone != g->config.zone || m->state == GOSSIP_DEAD || m->state == GOSSIP_LEFT ||
	    !core_proven(g, m))
		return 0;
	as |= m->silent ? NEAR_SILENT : 0;
	if (m->unseen)
		return as;
	as |= NEAR_SEEN;
	as |= m->crisis && !m->silent ? NEAR_CRISIS : 0;
	as |= m->has_beacon && (m->beacon.flags & GW_DEGRADED) ? NEAR_SAYS_DEGRADED : 0;
	return as;
}

static void add(struct tally *t, uint8_t as, uint32_t nr)
{
	t->seen += as & NEAR_SEEN ? nr : 0;
	t->silent += as & NEAR_SILENT ? nr : 0;
	t->crises += as & NEAR_CRISIS ? nr : 0;
	t->say_degraded += as & NEAR_SAYS_DEGRADED ? nr : 0;
}

/**
 * near_count() - count a node as what it is now
 * @g: node
 * @m: node of which state, zone, silence, crisis, beacon or proof may have changed
 */
void near_count(struct gossip *g, struct member *m)
{
	uint8_t as = counts_as(g, m);

	if (as == m->counted_as)
		return;
	add(&g->tally, m->counted_as, UINT32_MAX);
	add(&g->tally, as, 1);
	m->counted_as = as;
}

/**
 * near_remove() - a node is on its way out of the table
 * @g: node
 * @m: node that is in it still
 */
void near_remove(struct gossip *g, struct member *m)
{
	uint32_t at;

	add(&g->tally, m->counted_as, UINT32_MAX);
	m->counted_as = 0;
	g->nr_near--;
	for (at = m->near_at; at < g->nr_near; at++)
		move(g, at, at + 1);
}
