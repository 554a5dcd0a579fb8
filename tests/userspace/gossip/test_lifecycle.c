// SPDX-License-Identifier: GPL-2.0
/*
 * A node from its start to its end: memory that is not there, settings and figures that come in,
 * what it is told after it has left, and what it does when nothing is random.
 */
#include "insider.h"
#include "internal.h"
#include "scarce.h"
#include "tap.h"

/* --- memory --- */

static void without_memory_there_is_no_node(void)
{
	struct net *net = net_new(1);
	struct net_node *n = &net->node[0];
	struct gossip *g = NULL;
	uint32_t good;
	int64_t kept;

	for (good = 0; good < 100 && !g; good++) {
		scarce_begin(good);
		g = gossip_create(&n->config, &n->env, net->now_ns);
		kept = scarce_end();
		CHECK(g || !kept, "%lld blocks were kept of %u", (long long)kept, good);
		CHECK(!g == !n->persisted, "an incarnation is used up");
	}
	CHECK(good > 10, "%u blocks", good - 1);
	CHECK_EQ(kept, good - 1);
	gossip_destroy(g);
	net_free(net);
}

static void to_end_no_node_is_nothing(void)
{
	struct net *net = net_new(1);

	net->node[0].config.members_max = 1;
	CHECK(!gossip_create(&net->node[0].config, &net->node[0].env, net->now_ns), "created");
	gossip_destroy(NULL);
	CHECK_EQ(net->node[0].persisted, 0);
	net_free(net);
}

/* --- what comes in --- */

/* The price of too much heat, after a while. */
static double dearest(struct net *net)
{
	net_live(net, 20, 100);
	return (double)net->node[0].price.local.multiplier / CONTROL_ONE;
}

static void the_controller_goes_by_its_settings(void)
{
	struct control_params low = control_defaults;
	struct net *net = net_new(1);
	struct gossip_config config;
	double price;

	low.max_multiplier = 2;
	net->node[0].config.control = &low;
	net_start(net, 0);
	price = dearest(net);
	CHECK(fabs(price - 2) < 0.001, "%g", price);
	config = net->node[0].config;
	config.control = NULL;
	CHECK(!gossip_reconfigure(net->node[0].g, &config, net->now_ns), "refused");
	price = dearest(net);
	CHECK(price > 3, "%g", price);
	config.control = &low;
	CHECK(!gossip_reconfigure(net->node[0].g, &config, net->now_ns), "refused");
	price = dearest(net);
	CHECK(price < 2.001, "%g", price);
	net_free(net);
}

static void no_node_makes_power(void)
{
	struct gossip_sample s = net_reading(50);
	struct net *net = net_new(1);
	struct gossip_self self;
	struct gossip_zone z;

	net_start(net, 0);
	s.power_w = -1;
	gossip_sample(net->node[0].g, net->now_ns, &s);
	gossip_get_self(net->node[0].g, &self);
	CHECK(isnan(self.sample.power_w), "%g", self.sample.power_w);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(isnan(z.power_w), "%g", z.power_w);
	net_free(net);
}

/* Of a curve that is too long the dearest steps are kept, and none waits for CPUs. */
static void the_dearest_of_a_curve_count(void)
{
	struct control_demand steps[70];
	struct net *net = net_new(1);
	const struct gossip *g;
	uint32_t i;

	net_start(net, 0);
	g = net->node[0].g;
	for (i = 0; i < 70; i++)
		steps[i] = (struct control_demand){ .price = 10 + i, .cpus = 70 - i };
	gossip_demand(net->node[0].g, net->now_ns, steps, 70, 5);
	CHECK_EQ(g->nr_demand, 64);
	CHECK_EQ(g->base_price, 5);
	for (i = 0; i < 64; i++)
		CHECK(g->demand[i].price == 16 + i && g->demand[i].cpus == 64 - i, "step %u", i);
	gossip_cpus(net->node[0].g, net->now_ns, 8);
	gossip_demand(net->node[0].g, net->now_ns, steps, 70, 5);
	for (i = 0; i < 64; i++)
		CHECK(g->demand[i].cpus == (i < 56 ? 8 : 64 - i), "step %u", i);
	gossip_demand(net->node[0].g, net->now_ns, NULL, 0, 7);
	CHECK_EQ(g->nr_demand, 0);
	CHECK_EQ(g->base_price, 7);
	net_free(net);
}

/* --- events that nobody wants --- */

static void nobody_has_to_want_to_know(void)
{
	struct net *net = net_new(3);
	struct gossip_member m;
	struct gossip_self self;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		net->node[i].config.suspicion_mult = 4;
		net->node[i].env.event = NULL;
	}
	net_start_all(net);
	net_live(net, 4, 50);
	net_heat(net, 0, 94);
	net_kill(net, 2);
	net_run(net, 30 * NET_S);
	gossip_get_self(net->node[0].g, &self);
	CHECK(self.crisis, "no crisis");
	CHECK(net_member(net, 1, 0, &m) && m.beacon.flags & GW_IN_CRISIS, "not heard of");
	CHECK(net_member(net, 0, 2, &m) && m.state == GOSSIP_DEAD, "state %d", m.state);
	net_free(net);
}

/* --- time that nobody listened in --- */

static uint32_t age_of(struct net *net, struct insider *s, uint64_t after_ns)
{
	struct gw_record r = insider_beacon(&s->n->config.self, 1);
	struct gossip_member m;

	net->now_ns += after_ns;
	r.beacon.seq = s->sender.counter + 1;
	insider_say(s, 0, &r);
	CHECK(net_member(net, 0, 1, &m), "not known");
	return m.beacon.age_ms;
}

/* What is read late may have waited for as long, until what has come meanwhile is read. */
static void what_has_waited_is_as_old(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);

	net_start(net, 0);
	net_run(net, 3 * NET_S);
	CHECK_EQ(age_of(net, &s, 0), 0);
	CHECK(net->node[0].next_ns - net->now_ns <= 100 * NET_MS, "nothing is due");
	net->now_ns = net->node[0].next_ns;
	CHECK_EQ(age_of(net, &s, 300 * NET_MS), 300);
	CHECK_EQ(age_of(net, &s, 4 * NET_MS), 300);
	/* A little late again: the first ones need not have been read. */
	CHECK_EQ(age_of(net, &s, 20 * NET_MS), 300);
	CHECK_EQ(age_of(net, &s, 2 * NET_S), 2000);
	net_step(net, &net->node[0]);
	net_run(net, 3 * NET_S);
	CHECK_EQ(age_of(net, &s, 0), 0);
	net_free(net);
}

/* --- nothing is random --- */

static uint64_t always_zero(void *ctx)
{
	(void)ctx;
	return 0;
}

/*
 * Whatever is to be done in a random time is to be done now, and is done in the next step, not in
 * the one that is on (net_step() looks at that); and beacons come at their interval.
 */
static void a_step_ends_whatever_is_drawn(void)
{
	struct net *net = net_new(4);
	uint64_t before;
	uint32_t i;

	for (i = 0; i < 4; i++)
		net->node[i].env.random = always_zero;
	tap_on(net, 1);
	net_start_all(net);
	net_live(net, 6, 50);
	tap_clear();
	net_run(net, 10 * NET_S);
	CHECK_EQ(tap_count(GW_BEACON, GOSSIP_MULTICAST), 10);
	net_run(net, 300 * NET_MS);
	tap_clear();
	before = net->now_ns;
	/* Worse, but no crisis: a beacon is due at once. */
	net_heat(net, 1, 82);
	net_run(net, NET_MS);
	CHECK_EQ(tap_count(GW_BEACON, GOSSIP_MULTICAST), 1);
	CHECK_EQ(tap_last(GW_BEACON)->at_ns, before + 1);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), 12);
	net_free(net);
}

/* --- after the end --- */

static void who_has_left_does_nothing(void)
{
	struct gossip_addr from = net_addr(1);
	struct gossip_sample s = net_reading(94);
	uint8_t bytes[GW_DATAGRAM_MAX] = { GW_MAGIC };
	struct net *net = net_new(2);
	struct gossip_self self;
	struct gossip *g;
	uint64_t prices, came;

	tap_on(net, 0);
	net_start(net, 0);
	net_live(net, 4, 50);
	g = net->node[0].g;
	gossip_leave(g, net->now_ns);
	CHECK(tap_last(GW_BEACON)->record.beacon.flags & GW_LEAVING, "does not say so");
	CHECK_EQ(tap_last(GW_CLAIM)->record.claim.verdict, GW_LEFT);
	tap_clear();
	prices = net->node[0].prices;
	came = gossip_counters(g)[GOSSIP_RX_DATAGRAMS];
	gossip_leave(g, net->now_ns);
	gossip_sample(g, net->now_ns + NET_S, &s);
	gossip_receive(g, net->now_ns + NET_S, &from, bytes, sizeof(bytes));
	gossip_link(g, net->now_ns + NET_S, GOSSIP_LINK_IB, true);
	CHECK(gossip_step(g, net->now_ns + NET_S) == GOSSIP_NEVER, "something is due");
	CHECK_EQ(tap.datagrams, 0);
	CHECK_EQ(net->node[0].prices, prices);
	gossip_get_self(g, &self);
	CHECK(!self.crisis && self.sample.temp_c == 50, "takes a reading");
	CHECK_EQ(self.links, 1);
	CHECK_EQ(gossip_counters(g)[GOSSIP_RX_DATAGRAMS], came);
	net->node[0].next_ns = GOSSIP_NEVER;
	net_free(net);
}

static const struct test_case cases[] = {
	{ "without_memory_there_is_no_node", without_memory_there_is_no_node },
	{ "to_end_no_node_is_nothing", to_end_no_node_is_nothing },
	{ "the_controller_goes_by_its_settings", the_controller_goes_by_its_settings },
	{ "no_node_makes_power", no_node_makes_power },
	{ "the_dearest_of_a_curve_count", the_dearest_of_a_curve_count },
	{ "nobody_has_to_want_to_know", nobody_has_to_want_to_know },
	{ "what_has_waited_is_as_old", what_has_waited_is_as_old },
	{ "a_step_ends_whatever_is_drawn", a_step_ends_whatever_is_drawn },
	{ "who_has_left_does_nothing", who_has_left_does_nothing },
	{ NULL, NULL },
};

const struct test_suite lifecycle_suite = { "lifecycle", cases };
