// SPDX-License-Identifier: GPL-2.0
/*
 * Zones: who speaks for one, what others hear of it, what headroom it has; and advice where to go.
 */
#include "coupling.h"
#include "net.h"

static bool speaks(const struct net *net, uint32_t i)
{
	struct gossip_self self;

	gossip_get_self(net->node[i].g, &self);
	return self.speaker;
}

static uint32_t speakers(const struct net *net)
{
	uint32_t i, nr = 0;

	for (i = 0; i < net->nr; i++)
		nr += net->node[i].g && speaks(net, i);
	return nr;
}

static void one_speaks_and_goes_on(void)
{
	struct net *net = net_new(8);
	struct gossip_zone z;

	/* The lowest name comes late: it does not take the word. */
	for (uint32_t i = 1; i < 8; i++)
		net_start(net, i);
	net_live(net, 8, 50);
	CHECK_EQ(speakers(net), 1);
	CHECK(speaks(net, 1), "not the lowest");
	CHECK_EQ(net->node[1].events[GOSSIP_EV_SPEAKER], 1);
	net_start(net, 0);
	net_live(net, 8, 50);
	CHECK_EQ(speakers(net), 1);
	CHECK(speaks(net, 1), "it was taken over");
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(!memcmp(&z.speaker, &net->node[1].config.self, 16), "node 0 hears somebody else");
	net_kill(net, 1);
	net_live(net, 10, 50);
	CHECK_EQ(speakers(net), 1);
	CHECK(speaks(net, 0), "not the lowest");
	net_free(net);
}

static void two_speakers_become_one(void)
{
	struct net *net = net_new(8);
	uint32_t i;

	for (i = 4; i < 8; i++)
		net->node[i].group = 1;
	net_start_all(net);
	net_live(net, 8, 50);
	CHECK_EQ(speakers(net), 2);
	for (i = 4; i < 8; i++)
		net->node[i].group = 0;
	net_live(net, 4, 50);
	CHECK_EQ(speakers(net), 1);
	CHECK(speaks(net, 0), "not the lowest");
	net_free(net);
}

/* The last one has no probe that is answered, and is not slow for that. */
static void who_is_left_alone_speaks(void)
{
	struct net *net = net_new(3);
	struct gossip_self self;
	uint32_t i, silent = 0;

	for (i = 0; i < 3; i++)
		net->node[i].config.suspicion_mult = 6;
	net_start_all(net);
	net_live(net, 6, 50);
	CHECK(speaks(net, 0), "not the lowest");
	net_kill(net, 0);
	net_kill(net, 1);
	for (i = 0; i < 60; i++) {
		net_live(net, 1, 50);
		silent += !speaks(net, 2);
	}
	gossip_get_self(net->node[2].g, &self);
	CHECK(self.health >= 4, "health %u", self.health);
	CHECK(silent < 10, "nobody spoke for %u s", silent);
	net_free(net);
}

/* The lowest name is there and slow: it stops, and the next one does not wait for it. */
static void the_slow_are_not_waited_for(void)
{
	struct net *net = net_new(5);
	struct gossip_self self;
	uint32_t i;

	net_start_all(net);
	net_live(net, 6, 50);
	CHECK(speaks(net, 0), "not the lowest");
	for (i = 0; i < 30; i++) {
		net->node[0].paused_until_ns = net->now_ns + 1500 * NET_MS;
		net_run(net, 2 * NET_S);
	}
	gossip_get_self(net->node[0].g, &self);
	CHECK(self.health >= 4, "health %u", self.health);
	CHECK(!speaks(net, 0), "slow, and speaks");
	CHECK_EQ(speakers(net), 1);
	net_free(net);
}

/* Zones of 4 nodes; one node of each zone knows the address of one node of the next. */
static struct net *zones(uint32_t nr)
{
	struct net *net = net_new(4 * nr);
	struct gossip_addr addr;
	size_t i;

	for (i = 0; i < net->nr; i++)
		net->node[i].config.zone = (uint16_t)(1 + i / 4);
	net_start_all(net);
	for (i = 0; i < nr; i++) {
		addr = net_addr((uint32_t)(4 * ((i + 1) % nr) + 2));
		gossip_contact(net->node[4 * i].g, net->now_ns, &addr);
		gossip_contact(net->node[4 * i + 3].g, net->now_ns, &addr);
	}
	return net;
}

static bool zone_of(const struct net *net, uint32_t i, uint16_t number, struct gossip_zone *z)
{
	size_t k;

	for (k = 0; k < gossip_nr_zones(net->node[i].g); k++) {
		gossip_get_zone(net->node[i].g, k, z);
		if (z->number == number)
			return true;
	}
	return false;
}

static void zones_hear_of_each_other(void)
{
	struct net *net = zones(2);
	struct gossip_zone z;
	uint32_t i;

	net_live(net, 6, 50);
	net_heat(net, 5, 80);
	net_live(net, 3, 50);
	for (i = 0; i < 4; i++) {
		CHECK(zone_of(net, i, 2, &z), "node %u has not heard", i);
		CHECK_EQ(z.seen, 4);
		CHECK_EQ(z.expected, 4);
		CHECK(fabs(z.power_w - 800) < 1, "%g", z.power_w);
		CHECK(!z.degraded && !z.partitioned, "node %u", i);
		CHECK(net->now_ns - z.heard_ns < 4 * NET_S, "old");
		CHECK(isnan(z.cooling_headroom) && isnan(z.temp_median_c), "made up");
		CHECK_EQ(z.speaker.byte[15], 4);
	}
	/* Nodes of other zones are no members of this one. */
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK_EQ(z.seen, 4);
	CHECK_EQ(z.expected, 4);
	CHECK_EQ(net_count(net, GOSSIP_SUSPICIONS), 0);
	net_free(net);
}

static void a_crisis_is_heard_in_the_next_zone(void)
{
	struct net *net = zones(2);
	struct gossip_zone z;
	uint32_t i;

	net_live(net, 8, 50);
	net_heat(net, 6, 96);
	net_run(net, 30 * NET_MS);
	for (i = 0; i < 4; i++) {
		CHECK(zone_of(net, i, 2, &z), "node %u has not heard", i);
		CHECK(z.margin_min_c < 0, "node %u: %g", i, z.margin_min_c);
		CHECK(z.temp_max_c > 95, "node %u: %g", i, z.temp_max_c);
	}
	net_free(net);
}

static void zones_are_forgotten(void)
{
	struct net *net = zones(2);
	struct gossip_zone z;
	uint32_t i;

	net_live(net, 6, 50);
	for (i = 4; i < 8; i++)
		net_kill(net, i);
	net_live(net, 100, 50);
	CHECK(zone_of(net, 1, 2, &z), "forgotten too early");
	CHECK(net->now_ns - z.heard_ns > 90 * NET_S, "made up");
	net_live(net, 220, 50);
	CHECK(!zone_of(net, 1, 2, &z), "still there");
	CHECK_EQ(gossip_nr_members(net->node[0].g), 3);
	net_free(net);
}

/* --- a site --- */

struct place {
	struct site site;
	struct site_node node[8];
	struct site_zone zone;
	struct site_supply supply[2];
};

static void build(struct place *p, struct net *net)
{
	uint32_t i;

	memset(p, 0, sizeof(*p));
	p->zone = (struct site_zone){ .number = 1, .cooling_w = 3200 };
	p->supply[0] = (struct site_supply){ .limit_w = 1000, .parent = 1 };
	p->supply[1] = (struct site_supply){ .limit_w = 16000, .parent = SITE_NONE };
	for (i = 0; i < 8; i++) {
		p->node[i] = (struct site_node){
			.id = net->node[i].config.self, .chassis = SITE_NONE, .rack = i / 4,
			.row = 0, .supply = i < 4 ? 0 : 1, .power_max_w = 400,
		};
	}
	p->site = (struct site){
		.nodes = p->node, .nr_nodes = 8, .zones = &p->zone, .nr_zones = 1,
		.supplies = p->supply, .nr_supplies = 2,
	};
	for (i = 0; i < net->nr; i++)
		net->node[i].config.site = &p->site;
}

static void the_site_is_heeded(void)
{
	struct net *net = net_new(8);
	struct gossip_member m;
	struct gossip_zone z;
	struct place p;

	build(&p, net);
	for (uint32_t i = 0; i < 6; i++)
		net_start(net, i);
	net_live(net, 6, 50);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK_EQ(z.seen, 6);
	CHECK_EQ(z.expected, 8);
	/* Two of eight are missing: no partition yet. */
	CHECK(!z.partitioned, "too early");
	net_start(net, 6);
	net_start(net, 7);
	net_live(net, 4, 50);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(fabs(z.cooling_headroom - 0.5) < 0.01, "%g", z.cooling_headroom);
	/* 4 x 200 W of 1000 W, and 8 x 200 W of 16 kW. */
	CHECK(fabs(z.supply_headroom - 0.2) < 0.01, "%g", z.supply_headroom);
	gossip_get_zone(net->node[5].g, 0, &z);
	CHECK(fabs(z.supply_headroom - 0.9) < 0.01, "%g", z.supply_headroom);
	CHECK(net_member(net, 0, 3, &m), "not known");
	CHECK(fabs(m.coupling - COUPLING_RACK) < 0.01, "%g", m.coupling);
	CHECK(net_member(net, 0, 5, &m), "not known");
	CHECK(fabs(m.coupling - COUPLING_ROW) < 0.01, "%g", m.coupling);
	net_free(net);
}

/* --- advice --- */

static uint64_t advice(struct net *net)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < net->nr; i++)
		sum += net->node[i].events[GOSSIP_EV_MIGRATE];
	return sum;
}

static void work_goes_where_it_is_cheaper(void)
{
	struct net *net = net_new(8);
	const struct gossip_event *e;
	int i;

	net_start_all(net);
	net_live(net, 20, 50);
	CHECK_EQ(advice(net), 0);
	for (i = 0; i < 60; i++) {
		net_heat_all(net, 50);
		net_heat(net, 3, 100);
		net_run(net, NET_S);
	}
	e = &net->node[3].last[GOSSIP_EV_MIGRATE];
	CHECK(net->node[3].events[GOSSIP_EV_MIGRATE] >= 3, "%llu times",
	      (unsigned long long)net->node[3].events[GOSSIP_EV_MIGRATE]);
	/* 60 s, and at most once in 5. */
	CHECK(net->node[3].events[GOSSIP_EV_MIGRATE] <= 13, "%llu times",
	      (unsigned long long)net->node[3].events[GOSSIP_EV_MIGRATE]);
	CHECK(e->value >= 1.25, "%g", e->value);
	for (i = 0; i < 8; i++)
		CHECK(!net->node[i].events[GOSSIP_EV_MIGRATE] ||
		      net->node[i].last[GOSSIP_EV_MIGRATE].node.byte[15] != 3,
		      "node %d is sent to where it is hot", i);
	net_free(net);
}

static void nobody_goes_where_it_is_as_dear(void)
{
	struct net *net = net_new(6);

	net_start_all(net);
	net_live(net, 40, 98);
	CHECK(net->node[0].price.total > 1.5, "%g", net->node[0].price.total);
	CHECK_EQ(advice(net), 0);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "one_speaks_and_goes_on", one_speaks_and_goes_on },
	{ "who_is_left_alone_speaks", who_is_left_alone_speaks },
	{ "the_slow_are_not_waited_for", the_slow_are_not_waited_for },
	{ "two_speakers_become_one", two_speakers_become_one },
	{ "zones_hear_of_each_other", zones_hear_of_each_other },
	{ "a_crisis_is_heard_in_the_next_zone", a_crisis_is_heard_in_the_next_zone },
	{ "zones_are_forgotten", zones_are_forgotten },
	{ "the_site_is_heeded", the_site_is_heeded },
	{ "work_goes_where_it_is_cheaper", work_goes_where_it_is_cheaper },
	{ "nobody_goes_where_it_is_as_dear", nobody_goes_where_it_is_as_dear },
	{ NULL, NULL },
};

const struct test_suite speaker_suite = { "speaker", cases };
