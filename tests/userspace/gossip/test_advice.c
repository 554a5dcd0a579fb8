// SPDX-License-Identifier: GPL-2.0
/*
 * Advice where work might go: to whom not, and what becomes of it when that one is gone. Node 0 is
 * looked at, which is hot and dear; node 1 says that it is cheap.
 */
#include "insider.h"
#include "internal.h"

enum trouble { CHEAP, IN_CRISIS, CONTRADICTS, SILENT, FAR, WAYS };

/* When the node here is hot, in halves of a second. */
#define HOT 240

static void say_beacon(struct insider *s, enum trouble way, uint32_t k)
{
	struct gw_record r = insider_beacon(&s->n->config.self, 1);

	if (way == SILENT && k >= HOT - 10) {
		/* It is there, and says nothing of how it is. */
		r = (struct gw_record){ .type = GW_PROBE };
		r.probe = (struct gw_probe){
			.kind = GW_PING, .number = k, .target = net_id(0), .origin = net_id(1),
		};
		insider_say(s, 0, &r);
		return;
	}
	r.beacon.seq = k + 1;
	r.beacon.multiplier = 100;
	r.beacon.power_w = 200;
	r.beacon.inlet_dc = 250;
	r.beacon.flags = way == IN_CRISIS ? GW_IN_CRISIS : 0;
	/* As cold as the air, whatever it draws: nobody believes that for long. */
	r.beacon.temp_dc = way == CONTRADICTS && k > 60 ? -200 : 500;
	r.beacon.margin_dc = way == CONTRADICTS && k > 60 ? 1150 : 450;
	insider_say(s, 0, &r);
}

static void live(struct insider *s, enum trouble way, uint32_t from, uint32_t to, double temp_c)
{
	struct gossip_sample own = net_reading(temp_c);

	for (; from < to; from++) {
		say_beacon(s, way, from);
		gossip_sample(s->net->node[0].g, s->net->now_ns, &own);
		net_run(s->net, NET_S / 2);
	}
}

/* Nor to who stands in another zone by the site's file: nothing is known of how that is. */
static void nobody_is_sent_to_who_is_in_trouble(void)
{
	static struct site_zone zone[2] = { { .number = 1 }, { .number = 2 } };
	static struct site_node node[2] = {
		{ .chassis = SITE_NONE, .supply = SITE_NONE },
		{ .chassis = SITE_NONE, .supply = SITE_NONE, .rack = 1, .row = 1, .zone = 1 },
	};
	static struct site site = {
		.nodes = node, .nr_nodes = 2, .zones = zone, .nr_zones = 2,
	};
	enum trouble way;

	node[0].id = net_id(0);
	node[1].id = net_id(1);

	for (way = CHEAP; way < WAYS; way++) {
		struct net *net = net_new(2);
		struct insider s = insider(net, 1, 1);
		struct gossip_member m;

		net->node[0].config.site = way == FAR ? &site : NULL;
		net_start(net, 0);
		live(&s, way, 0, HOT, 50);
		CHECK_EQ(net->node[0].events[GOSSIP_EV_MIGRATE], 0);
		CHECK(net_member(net, 0, 1, &m) && m.suspect == (way == CONTRADICTS),
		      "way %d: it is believed", way);
		CHECK_EQ(m.silent, way == SILENT);
		live(&s, way, HOT, HOT + 80, 100);
		CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE, "state %d", m.state);
		CHECK(net->node[0].price.total > 1.5, "%g", net->node[0].price.total);
		CHECK((net->node[0].events[GOSSIP_EV_MIGRATE] > 0) == (way == CHEAP),
		      "way %d: %llu times", way,
		      (unsigned long long)net->node[0].events[GOSSIP_EV_MIGRATE]);
		net_free(net);
	}
}

/* It waits for a while: meanwhile that node may have gone, or another one stand in its place. */
static void advice_that_has_become_bad_is_kept_back(void)
{
	int replaced;
	uint32_t k;

	for (replaced = 0; replaced < 2; replaced++) {
		struct net *net = net_new(3);
		struct insider s[2] = { insider(net, 1, 1), insider(net, 2, 1) };
		struct gossip *g;

		net->node[0].config.members_max = 2;
		net_start(net, 0);
		g = net->node[0].g;
		insider_hello(&s[0], 0);
		for (k = 0; k < 400 && !timers_is_set(&g->timers, TIMER_MIGRATE); k++)
			live(&s[0], CHEAP, k, k + 1, 100);
		CHECK(timers_is_set(&g->timers, TIMER_MIGRATE), "no advice");
		net->node[0].events[GOSSIP_EV_MIGRATE] = 0;
		insider_claim(&s[0], 0, &s[0].n->config.self, GW_LEFT, 1);
		net->now_ns++;
		if (replaced)
			insider_hello(&s[1], 0);
		net_run(net, 2 * NET_S);
		CHECK(!timers_is_set(&g->timers, TIMER_MIGRATE), "it still waits");
		CHECK_EQ(net->node[0].events[GOSSIP_EV_MIGRATE], 0);
		net_free(net);
	}
}

/* A GPU that gets hot is told at once, though nothing changes for the CPUs. */
static void a_gpu_alone_changes_the_price(void)
{
	struct gossip_sample s = net_reading(40);
	struct net *net = net_new(1);
	uint32_t i, told = 0;
	uint64_t prices;

	net_start(net, 0);
	s.gpu_margin_c = 40;
	for (i = 0; i < 200; i++) {
		gossip_sample(net->node[0].g, net->now_ns, &s);
		net_run(net, NET_S / 10);
	}
	CHECK_EQ(net->node[0].price.gpu.multiplier, CONTROL_ONE);
	s.gpu_margin_c = 7;
	for (i = 0; i < 40; i++) {
		prices = net->node[0].prices;
		gossip_sample(net->node[0].g, net->now_ns, &s);
		told += net->node[0].prices > prices;
		CHECK_EQ(net->node[0].price.local.multiplier, CONTROL_ONE);
		net_run(net, NET_S / 100);
	}
	CHECK(net->node[0].price.gpu.multiplier > CONTROL_ONE, "not dearer");
	CHECK(told > 20, "%u times in 40", told);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "nobody_is_sent_to_who_is_in_trouble", nobody_is_sent_to_who_is_in_trouble },
	{ "advice_that_has_become_bad_is_kept_back", advice_that_has_become_bad_is_kept_back },
	{ "a_gpu_alone_changes_the_price", a_gpu_alone_changes_the_price },
	{ NULL, NULL },
};

const struct test_suite advice_suite = { "advice", cases };
