// SPDX-License-Identifier: GPL-2.0
/*
 * What is kept up for the price against the same looked for anew: after nodes have come, gone, been
 * silent, suspected, hot and forgotten, and said what is wrong.
 */
#include "insider.h"
#include "internal.h"

#define NODES 12
/* Fewer than there are names, so that the table is full now and then. */
#define ROOM 10
#define STEPS 400

static void check_counts(const struct gossip *g)
{
	struct tally t = { 0 };
	const struct member *m;
	uint32_t i;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (m->zone != g->config.zone || m->state == GOSSIP_DEAD ||
		    m->state == GOSSIP_LEFT || !core_proven(g, m))
			continue;
		t.silent += m->silent;
		t.seen += !m->unseen;
		t.crises += !m->unseen && m->crisis && !m->silent;
		t.say_degraded += !m->unseen && m->has_beacon &&
				  (m->beacon.flags & GW_DEGRADED);
	}
	CHECK_EQ(g->tally.seen, t.seen);
	CHECK_EQ(g->tally.silent, t.silent);
	CHECK_EQ(g->tally.crises, t.crises);
	CHECK_EQ(g->tally.say_degraded, t.say_degraded);
}

static double dear(const struct member *m)
{
	double margin = isnan(m->margin_c) ? 20 : m->margin_c;

	if (!(m->coupling > 0) || m->state == GOSSIP_DEAD || m->state == GOSSIP_LEFT)
		return -1;
	return m->coupling * trust_weight(&m->trust) / (margin > 1 ? margin : 1);
}

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static void check_neighbours(const struct gossip *g)
{
	double last = INFINITY, now, trend;
	uint32_t i, place = 0, raise = 0;
	const struct member *m;

	CHECK_EQ(g->nr_near, g->members.nr);
	for (i = 0; i < g->nr_near; i++) {
		const struct control_neighbour *n = &g->neighbours[i];

		m = &g->members.slot[g->near[i].slot];
		now = dear(m);
		CHECK(m->used && m->near_at == i, "the entry at %u is of nobody", i);
		CHECK(now < last || (now == last && g->members.place[g->near[i].slot] > place),
		      "%g behind %g", now, last);
		trend = m->has_beacon && m->beacon.trend_cc_per_s != GW_S16_UNKNOWN ?
			0.01 * m->beacon.trend_cc_per_s : NAN;
		CHECK(n->coupling == m->coupling && n->weight == trust_weight(&m->trust) &&
		      same(n->margin_c, m->margin_c) && same(n->trend_c_per_s, trend) &&
		      n->silent == m->silent, "neighbour %u is another one by now", i);
		last = now;
		place = g->members.place[g->near[i].slot];
		raise += now >= 0;
	}
	CHECK_EQ(near_nr(g), raise);
}

static void check_all(const struct net *net)
{
	uint32_t i;

	for (i = 0; i < net->nr; i++) {
		if (!net->node[i].g)
			continue;
		check_counts(net->node[i].g);
		check_neighbours(net->node[i].g);
	}
}

static void stir(struct net *net, struct insider *s)
{
	uint32_t i = (uint32_t)test_random_below(NODES - 1);
	struct gw_id made_up = net_id(100 + (uint32_t)test_random_below(20));
	struct gw_record r = insider_beacon(&made_up, 1 + test_random_below(3));

	switch (test_random_below(6)) {
	case 0:
		if (net->node[i].g)
			net_kill(net, i);
		break;
	case 1:
		net->node[i].config.incarnation++;
		if (!net->node[i].g)
			net_start(net, i);
		break;
	case 2:
		if (net->node[i].g)
			insider_say(s, i, &r);
		break;
	case 3:
		if (net->node[i].g)
			insider_claim(s, i, &net->node[(i + 1) % (NODES - 1)].config.self,
				      GW_SUSPECT, 1 + test_random_below(4));
		break;
	case 4:
		net->loss = net_unit(net) / 2;
		break;
	default:
		if (net->node[i].g)
			net_heat(net, i, 40 + 55 * net_unit(net));
	}
}

static void what_is_kept_up_is_what_there_is(void)
{
	struct net *net = net_new(NODES);
	struct insider s = insider(net, NODES - 1, 1);
	uint32_t i;

	for (i = 0; i < NODES - 1; i++) {
		net->node[i].config.members_max = ROOM;
		net->node[i].config.suspicion_mult = 2;
		net->node[i].config.suspicion_max_mult = 2;
		net_start(net, i);
	}
	for (i = 0; i < STEPS; i++) {
		stir(net, &s);
		s.sender.incarnation = 1 + i / 50;
		net_run(net, NET_S / 4);
		check_all(net);
	}
	net_free(net);
}

const struct test_suite near_suite = {
	.name = "near",
	.cases = (const struct test_case[]) {
		{ "what_is_kept_up_is_what_there_is", what_is_kept_up_is_what_there_is },
		{ NULL, NULL },
	},
};
