// SPDX-License-Identifier: GPL-2.0
/*
 * The own zone in figures: what is drawn of the cooling and of the supplies, by nodes that say so
 * and by those that do not or are not heard, and how old a figure may be.
 */
#include "insider.h"
#include "site.h"

#define NODES 6
#define WATTS 200.0

/* All in one zone; nodes 0 to 3 on a PDU of their own; of node 1 it is known what it can draw. */
struct room {
	struct site site;
	struct site_node nodes[NODES];
	struct site_zone zone;
	struct site_supply supplies[2];
};

static struct net *furnish(struct room *r)
{
	struct net *net = net_new(NODES);
	uint32_t i;

	memset(r, 0, sizeof(*r));
	r->site = (struct site){
		.nodes = r->nodes, .nr_nodes = NODES, .zones = &r->zone, .nr_zones = 1,
		.supplies = r->supplies, .nr_supplies = 2,
	};
	for (i = 0; i < NODES; i++) {
		r->nodes[i] = (struct site_node){
			.id = net_id(i), .chassis = SITE_NONE, .rack = SITE_NONE, .row = SITE_NONE,
			.supply = i < 4 ? 1 : 0, .power_max_w = i == 1 ? 350 : 0,
		};
		net->node[i].config.site = &r->site;
	}
	r->zone = (struct site_zone){ .number = 1, .cooling_w = 2000 };
	r->supplies[0] = (struct site_supply){ .limit_w = 4000, .parent = SITE_NONE };
	r->supplies[1] = (struct site_supply){ .limit_w = 1000, .parent = 0 };
	CHECK(site_check(&r->site, &(struct site_fault){ 0 }), "no site");
	return net;
}

static void draw(struct net *net, uint32_t i, double power_w)
{
	struct gossip_sample s = net_reading(50);

	s.power_w = power_w;
	gossip_sample(net->node[i].g, net->now_ns, &s);
	net_step(net, &net->node[i]);
}

/* Each second all draw so much, but for one of them. */
static void draw_for(struct net *net, uint64_t seconds, uint32_t other, double power_w)
{
	uint32_t i;

	while (seconds--) {
		for (i = 0; i < NODES; i++)
			draw(net, i, i == other ? power_w : WATTS);
		net_run(net, NET_S);
	}
}

static struct gossip_zone zone_of(const struct net *net, uint32_t i)
{
	struct gossip_zone z;

	gossip_get_zone(net->node[i].g, 0, &z);
	return z;
}

static void check_left(const struct net *net, uint32_t i, double zone_w, double pdu_w, double all_w)
{
	struct gossip_zone z = zone_of(net, i);
	double pdu = 1 - pdu_w / 1000, all = 1 - all_w / 4000;

	CHECK(fabs(z.power_w - zone_w) < 0.01, "%g W", z.power_w);
	CHECK(fabs(z.cooling_headroom - fmax(1 - zone_w / 2000, 0)) < 0.0001, "cooling %g",
	      z.cooling_headroom);
	CHECK(fabs(z.supply_headroom - (i < 4 ? fmin(pdu, all) : all)) < 0.0001, "supply %g",
	      z.supply_headroom);
}

static void headroom_is_of_what_is_drawn(void)
{
	struct room r;
	struct net *net = furnish(&r);

	net_start_all(net);
	draw_for(net, 8, 2, 260);
	check_left(net, 0, 1260, 860, 1260);
	check_left(net, 5, 1260, 860, 1260);
	/* Who says nothing draws what he can, or else what the others do. */
	draw_for(net, 4, 1, NAN);
	check_left(net, 0, 1350, 950, 1350);
	check_left(net, 1, 1350, 950, 1350);
	draw_for(net, 4, 2, NAN);
	check_left(net, 0, 1200, 800, 1200);
	/* No more than it can; of the others nobody knows how much that is. */
	draw_for(net, 4, 1, 60000);
	check_left(net, 0, 1350, 950, 1350);
	draw_for(net, 4, 5, 60000);
	CHECK(zone_of(net, 0).cooling_headroom == 0, "%g is left",
	      zone_of(net, 0).cooling_headroom);
	net_free(net);
}

/* More headroom as half of the zone cannot be heard: that would be cheaper for a cut cable. */
static void what_a_cut_hides_still_draws(void)
{
	struct room r;
	struct net *net = furnish(&r);
	uint32_t i;

	for (i = 0; i < NODES; i++) {
		net->node[i].config.suspicion_mult = 10;
		net->node[i].config.confirmations = 2;
	}
	net_start_all(net);
	draw_for(net, 8, NODES, 0);
	for (i = 3; i < NODES; i++)
		net->node[i].group = 1;
	draw_for(net, 8, NODES, 0);
	CHECK_EQ(zone_of(net, 0).seen, 3);
	check_left(net, 0, 1200, 800, 1200);
	/* The dead draw nothing. */
	draw_for(net, 40, NODES, 0);
	CHECK_EQ(net_think(net, GOSSIP_DEAD), 18);
	check_left(net, 0, 600, 600, 600);
	net_free(net);
}

/* Until the figures of a node have just been put together; it draws so much from now on. */
static void renew(struct net *net, uint32_t i, double power_w)
{
	uint64_t began = net->now_ns;
	double before = zone_of(net, i).power_w;

	do {
		net_run(net, NET_MS);
		draw(net, i, power_w);
		CHECK(net->now_ns - began <= 51 * NET_MS, "%g W", zone_of(net, i).power_w);
	} while (zone_of(net, i).power_w == before);
}

static void figures_are_good_for_a_while(void)
{
	struct room r;
	struct net *net = furnish(&r);
	uint64_t began;

	net_start_all(net);
	draw_for(net, 8, NODES, 0);
	renew(net, 0, 230);
	check_left(net, 0, 1230, 830, 1230);
	began = net->now_ns;
	while (net->now_ns - began < 48 * NET_MS) {
		net_run(net, NET_MS);
		draw(net, 0, 300);
		CHECK(fabs(zone_of(net, 0).power_w - 1230) < 0.01, "%g W after %llu ms",
		      zone_of(net, 0).power_w, (unsigned long long)(net->now_ns - began) / NET_MS);
	}
	net_run(net, 2 * NET_MS);
	draw(net, 0, 300);
	check_left(net, 0, 1300, 900, 1300);
	net_free(net);
}

/* But a crisis next door is in the figures when the call that brings it returns. */
static void an_edge_is_in_the_figures_at_once(void)
{
	struct room r;
	struct net *net = furnish(&r);

	net_start_all(net);
	draw_for(net, 8, NODES, 0);
	renew(net, 1, 230);
	net->node[1].crisis_heard_ns = 0;
	net_heat(net, 2, 93);
	while (!net->node[1].crisis_heard_ns && net->now_ns < 20 * NET_S)
		net_run(net, NET_MS / 20);
	CHECK(fabs(zone_of(net, 1).temp_max_c - 93) < 0.11, "%g degrees",
	      zone_of(net, 1).temp_max_c);
	CHECK(fabs(zone_of(net, 1).margin_min_c - 2) < 0.11, "%g degrees",
	      zone_of(net, 1).margin_min_c);
	net_free(net);
}

/* A reload with another site, a smaller one, or none: the figures are of the new one at once. */
static void the_site_may_change(void)
{
	struct gossip_config config;
	struct gossip_zone z;
	struct room r, other;
	struct net *net = furnish(&r);

	net_start_all(net);
	draw_for(net, 8, NODES, 0);
	check_left(net, 0, 1200, 800, 1200);
	/* In another order, so that node 5 is what node 1 was, and can draw no more than 50 W. */
	other = r;
	other.site.nodes = other.nodes;
	other.site.supplies = other.supplies;
	other.site.zones = &other.zone;
	other.nodes[1] = r.nodes[5];
	other.nodes[1].power_max_w = 50;
	other.nodes[5] = r.nodes[1];
	config = net->node[0].config;
	config.site = &other.site;
	CHECK(!gossip_reconfigure(net->node[0].g, &config, net->now_ns), "refused");
	check_left(net, 0, 1050, 800, 1050);
	/* Only the first three are left. */
	other.site.nr_nodes = 3;
	CHECK(!gossip_reconfigure(net->node[0].g, &config, net->now_ns), "refused");
	z = zone_of(net, 0);
	CHECK(fabs(z.supply_headroom - 0.6) < 0.0001, "supply %g", z.supply_headroom);
	config.site = NULL;
	CHECK(!gossip_reconfigure(net->node[0].g, &config, net->now_ns), "refused");
	z = zone_of(net, 0);
	CHECK(fabs(z.power_w - 1200) < 0.01, "%g W", z.power_w);
	CHECK(isnan(z.supply_headroom) && isnan(z.cooling_headroom), "made up");
	draw_for(net, 2, NODES, 0);
	net_free(net);
}

/* --- how many there should be --- */

static struct net *halved(void)
{
	struct net *net = net_new(12);
	struct gossip_zone z;
	uint32_t i;

	for (i = 0; i < 8; i++)
		net_start(net, i);
	net_live(net, 5, 50);
	for (i = 4; i < 8; i++)
		net->node[i].group = 1;
	net_live(net, 10, 50);
	z = zone_of(net, 0);
	CHECK(z.seen == 4 && z.expected == 8 && z.partitioned, "%u of %u", z.seen, z.expected);
	return net;
}

/* Nodes of another zone that leave are not this zone's. */
static void who_leaves_another_zone_is_expected_there(void)
{
	struct net *net = halved();
	struct gossip_zone z;
	struct insider s;
	uint32_t i;

	for (i = 8; i < 12; i++) {
		s = insider(net, i, 2);
		insider_hello(&s, 0);
		insider_claim(&s, 0, &net->node[i].config.self, GW_LEFT, 1);
	}
	net_live(net, 2, 50);
	z = zone_of(net, 0);
	CHECK(z.expected == 8 && z.partitioned, "%u of %u", z.seen, z.expected);
	net_free(net);
}

/* Who leaves and comes back is expected again: restarts on one side end no partition. */
static void who_comes_back_is_expected_again(void)
{
	struct net *net = halved();
	struct gossip_zone z;
	uint32_t i;

	for (i = 1; i < 4; i++) {
		gossip_leave(net->node[i].g, net->now_ns);
		net_kill(net, i);
		net_live(net, 2, 50);
		z = zone_of(net, 0);
		CHECK_EQ(z.expected, 7);
		net->node[i].config.incarnation = 10;
		net_start(net, i);
		net_live(net, 4, 50);
	}
	z = zone_of(net, 0);
	CHECK(z.expected == 8 && z.partitioned, "%u of %u", z.seen, z.expected);
	net_free(net);
}

const struct test_suite zone_suite = {
	.name = "zone",
	.cases = (const struct test_case[]) {
		{ "headroom_is_of_what_is_drawn", headroom_is_of_what_is_drawn },
		{ "what_a_cut_hides_still_draws", what_a_cut_hides_still_draws },
		{ "figures_are_good_for_a_while", figures_are_good_for_a_while },
		{ "an_edge_is_in_the_figures_at_once", an_edge_is_in_the_figures_at_once },
		{ "the_site_may_change", the_site_may_change },
		{ "who_leaves_another_zone_is_expected_there",
		  who_leaves_another_zone_is_expected_there },
		{ "who_comes_back_is_expected_again", who_comes_back_is_expected_again },
		{ NULL, NULL },
	},
};
