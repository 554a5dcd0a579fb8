// SPDX-License-Identifier: GPL-2.0
/*
 * Where nodes stand: those that a site does not know, supplies in long chains, and how many nodes
 * are expected. Node 0 is looked at.
 */
#include "coupling.h"
#include "insider.h"

#define CHAIN 24

struct place {
	struct site site;
	struct site_node node[2];
	struct site_zone zone;
	struct site_supply supply[CHAIN];
};

/* Nodes 0 and 1 in one rack, behind all of the supplies, one behind the other. */
static void build(struct place *p)
{
	uint32_t i;

	memset(p, 0, sizeof(*p));
	p->zone = (struct site_zone){ .number = 1, .cooling_w = 3200 };
	for (i = 0; i < CHAIN; i++)
		p->supply[i] = (struct site_supply){
			.limit_w = 4000, .parent = i + 1 < CHAIN ? i + 1 : SITE_NONE,
		};
	for (i = 0; i < 2; i++)
		p->node[i] = (struct site_node){
			.id = net_id(i), .chassis = SITE_NONE, .supply = 0, .power_max_w = 400,
		};
	p->site = (struct site){
		.nodes = p->node, .nr_nodes = 2, .zones = &p->zone, .nr_zones = 1,
		.supplies = p->supply, .nr_supplies = CHAIN,
	};
}

static void say_beacon(struct insider *s, uint64_t seq)
{
	struct gw_record r = insider_beacon(&s->n->config.self, 1);

	r.beacon.seq = seq;
	r.beacon.power_w = 200;
	r.beacon.inlet_dc = 250;
	insider_say(s, 0, &r);
}

static double coupling_of(const struct net *net, uint32_t i)
{
	struct gossip_member m;

	CHECK(net_member(net, 0, i, &m), "node %u is not known", i);
	return m.coupling;
}

/* Whoever is not in the site's file stands somewhere in the zone. */
static void who_is_in_no_site_is_somewhere(void)
{
	static const double want[3][2] = {
		{ COUPLING_RACK, COUPLING_ZONE },
		{ COUPLING_ZONE, COUPLING_ZONE },
		{ COUPLING_ZONE, COUPLING_ZONE },
	};
	struct place p;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		struct net *net = net_new(3);
		struct insider s[2] = { insider(net, 1, 1), insider(net, 2, 1) };

		build(&p);
		/* Then this node itself is not in it, and then there is no file. */
		if (i == 1)
			p.node[0].id = net_id(50);
		net->node[0].config.site = i == 2 ? NULL : &p.site;
		net_start(net, 0);
		say_beacon(&s[0], 1);
		say_beacon(&s[1], 1);
		CHECK(fabs(coupling_of(net, 1) - want[i][0]) < 0.001, "%u: %g", i,
		      coupling_of(net, 1));
		CHECK(fabs(coupling_of(net, 2) - want[i][1]) < 0.001, "%u: %g", i,
		      coupling_of(net, 2));
		net_free(net);
	}
}

/* Sixteen of a chain are looked at, from the node on. */
static void a_long_chain_of_supplies_is_cut(void)
{
	struct gossip_sample s = net_reading(50);
	uint32_t tight;

	for (tight = 14; tight < 18; tight++) {
		struct net *net = net_new(2);
		struct insider other = insider(net, 1, 1);
		struct gossip_zone z;
		struct place p;
		double want;

		build(&p);
		p.supply[tight].limit_w = 500;
		net->node[0].config.site = &p.site;
		net_start(net, 0);
		say_beacon(&other, 1);
		net_run(net, NET_S / 10);
		gossip_sample(net->node[0].g, net->now_ns, &s);
		gossip_get_zone(net->node[0].g, 0, &z);
		/* Both draw 200 W. */
		want = tight < 16 ? 0.2 : 0.9;
		CHECK(fabs(z.supply_headroom - want) < 0.001, "%u: %g", tight, z.supply_headroom);
		net_free(net);
	}
}

static void as_many_are_expected_as_somebody_says(void)
{
	struct net *net = net_new(3);
	struct insider s[2] = { insider(net, 1, 1), insider(net, 2, 1) };
	struct gossip_zone z;
	uint64_t seq;

	net->node[0].config.expected = 8;
	net_start(net, 0);
	for (seq = 1; seq < 6; seq++) {
		say_beacon(&s[0], seq);
		net_run(net, NET_S);
	}
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(z.seen == 2 && z.expected == 8 && z.partitioned, "%u of %u", z.seen, z.expected);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_PARTITION], 1);
	net_free(net);
}

/* Nothing is learned of where a node stands from readings that are not there. */
static void what_is_not_read_teaches_nothing(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 1, 1);
	struct gossip_sample own = net_reading(50);
	uint32_t i;

	net_start(net, 0);
	for (i = 1; i < 600; i++) {
		struct gw_record r = insider_beacon(&s.n->config.self, 1);

		/* Its temperature goes with the inlet here, and one of them is not known. */
		own.inlet_c = i % 2 ? NAN : 20 + (double)(i / 60 % 2) * 10;
		gossip_sample(net->node[0].g, net->now_ns, &own);
		r.beacon.seq = i;
		r.beacon.temp_dc = i % 2 ? (int16_t)(400 + i / 60 % 2 * 200) : GW_S16_UNKNOWN;
		insider_say(&s, 0, &r);
		net_run(net, NET_S);
	}
	CHECK(coupling_of(net, 1) == COUPLING_ZONE, "%g", coupling_of(net, 1));
	net_free(net);
}

static const struct test_case cases[] = {
	{ "who_is_in_no_site_is_somewhere", who_is_in_no_site_is_somewhere },
	{ "a_long_chain_of_supplies_is_cut", a_long_chain_of_supplies_is_cut },
	{ "as_many_are_expected_as_somebody_says", as_many_are_expected_as_somebody_says },
	{ "what_is_not_read_teaches_nothing", what_is_not_read_teaches_nothing },
	{ NULL, NULL },
};

const struct test_suite places_suite = { "places", cases };
