// SPDX-License-Identifier: GPL-2.0
/*
 * What a node says of itself, from what its sensors say or do not say; and to whom when it may not
 * send as much as there would be to say. Node 0 is looked at.
 */
#include "insider.h"
#include "tap.h"

static const struct gw_beacon *said_after(struct net *net, const struct gossip_sample *s)
{
	uint32_t i;

	/* Each second again, as a beacon goes each second. */
	for (i = 0; i < 2; i++) {
		gossip_sample(net->node[0].g, net->now_ns, s);
		tap_clear();
		net_run(net, NET_S);
	}
	return &tap_last(GW_BEACON)->record.beacon;
}

static struct net *scene(uint32_t nr)
{
	struct net *net = net_new(nr);

	tap_on(net, 0);
	net_start(net, 0);
	net_run(net, 3 * NET_S);
	return net;
}

/* --- what it says --- */

/* Of CPU and GPU whatever is closer to throttling, if it is known. */
static void the_smaller_margin_is_told(void)
{
	static const struct {
		double temp_c, limit_c, gpu_margin_c;
		int margin_dc;
	} given[] = {
		{ 50, 95, NAN, 450 },
		{ 50, 95, 30, 300 },
		{ 50, 95, 60, 450 },
		{ NAN, 95, 60, 600 },
		{ 50, NAN, 60, 600 },
		{ 50, INFINITY, NAN, GW_S16_UNKNOWN },
		{ NAN, NAN, NAN, GW_S16_UNKNOWN },
		{ 50, 95, INFINITY, 450 },
		/* Exact to a tenth, and never beyond what can be said. */
		{ 50.04, 5000, NAN, 32767 },
		{ 50.04, 95, -20.26, -203 },
	};
	struct net *net = scene(1);
	const struct gw_beacon *b;
	uint32_t i;

	for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		struct gossip_sample s = net_reading(given[i].temp_c);

		s.limit_c = given[i].limit_c;
		s.gpu_margin_c = given[i].gpu_margin_c;
		b = said_after(net, &s);
		CHECK(b->margin_dc == given[i].margin_dc, "%u: %d", i, b->margin_dc);
		CHECK(isnan(s.temp_c) ? b->temp_dc == GW_S16_UNKNOWN :
		      b->temp_dc == (int)(10 * s.temp_c + 0.5), "%u: %d", i, b->temp_dc);
	}
	net_free(net);
}

static void how_old_and_how_doubtful_is_told(void)
{
	struct gossip_sample s = net_reading(50);
	struct net *net = scene(1);
	const struct gw_beacon *b;

	b = said_after(net, &s);
	CHECK(!(b->flags & GW_SENSOR_SUSPECT) && !b->suspicion_pct, "%u %%", b->suspicion_pct);
	CHECK(b->age_ms >= 10 && b->age_ms <= 1010, "%u ms", b->age_ms);
	s.suspicion = 0.75;
	s.age_s = 2;
	b = said_after(net, &s);
	CHECK(b->flags & GW_SENSOR_SUSPECT && b->suspicion_pct == 75, "%u %%", b->suspicion_pct);
	CHECK(b->age_ms >= 2000 && b->age_ms <= 3000, "%u ms", b->age_ms);
	/* As old as the reading is here at least. */
	s.suspicion = 0.5;
	s.age_s = NAN;
	b = said_after(net, &s);
	CHECK(!(b->flags & GW_SENSOR_SUSPECT) && b->suspicion_pct == 50, "%u %%",
	      b->suspicion_pct);
	CHECK(b->age_ms <= 1000, "%u ms", b->age_ms);
	s.age_s = 1e6;
	b = said_after(net, &s);
	CHECK_EQ(b->age_ms, 65534);
	net_free(net);
}

static void without_a_sensor_nothing_is_made_up(void)
{
	struct net *net = scene(1);
	const struct gw_beacon *b = &tap_last(GW_BEACON)->record.beacon;

	CHECK(b->temp_dc == GW_S16_UNKNOWN && b->margin_dc == GW_S16_UNKNOWN &&
	      b->inlet_dc == GW_S16_UNKNOWN && b->trend_cc_per_s == GW_S16_UNKNOWN &&
	      b->power_w == GW_U16_UNKNOWN && b->fan_pct == GW_PCT_UNKNOWN, "made up");
	CHECK(b->multiplier >= 100 && !b->suspicion_pct && !b->flags, "flags %x", b->flags);
	net_free(net);
}

/* --- a sensor that is lost --- */

/* A crisis ends when it is cooler, and not when nobody can tell any more. */
static void a_lost_sensor_ends_no_crisis(void)
{
	struct gossip_sample s = net_reading(94);
	struct net *net = scene(1);
	struct gossip_self self;

	said_after(net, &s);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_CRISIS], 1);
	s.temp_c = NAN;
	CHECK(said_after(net, &s)->flags & GW_IN_CRISIS, "ended");
	/* Back, and better by less than it takes. */
	s.temp_c = 89;
	CHECK(said_after(net, &s)->flags & GW_IN_CRISIS, "ended");
	CHECK_EQ(net->node[0].events[GOSSIP_EV_CRISIS], 1);
	s.temp_c = 80;
	CHECK(!(said_after(net, &s)->flags & GW_IN_CRISIS), "still on");
	gossip_get_self(net->node[0].g, &self);
	CHECK(!self.crisis && net->node[0].events[GOSSIP_EV_CRISIS] == 2, "still on");
	net_free(net);
}

/* --- not enough to send with --- */

/* Without a group, and with a budget for a few: what goes, goes to all of them in turn. */
static void with_a_small_budget_all_have_their_turn(void)
{
	struct net *net = net_new(41);
	uint64_t bytes = 0;
	struct insider s;
	uint32_t i;

	tap_on(net, 0);
	net->node[0].config.multicast = false;
	net->node[0].config.fanout = 0;
	net->node[0].config.budget_bytes_per_s = GW_DATAGRAM_MAX;
	net->node[0].config.burst_bytes = 4 * GW_DATAGRAM_MAX;
	net_start(net, 0);
	for (i = 1; i <= 40; i++) {
		s = insider(net, i, 1);
		insider_hello(&s, 0);
	}
	/* Four seconds empty the bucket: from then on it is what comes in. */
	net_run(net, 4 * NET_S);
	bytes = net->sent[0];
	tap_clear();
	net_run(net, 60 * NET_S);
	CHECK(gossip_counters(net->node[0].g)[GOSSIP_DROP_BUDGET] > 50, "%llu",
	      (unsigned long long)gossip_counters(net->node[0].g)[GOSSIP_DROP_BUDGET]);
	bytes = net->sent[0] - bytes;
	CHECK(bytes <= 64ULL * GW_DATAGRAM_MAX, "%llu bytes", (unsigned long long)bytes);
	for (i = 1; i <= 40; i++)
		CHECK(tap_count_to(GW_BEACON, i), "node %u hears nothing", i);
	net_free(net);
}

/* What is announced is no sooner than its turn, nor longer than can be said. */
static void the_interval_is_that_of_all_turns(void)
{
	struct net *net = net_new(101);
	struct insider s;
	uint32_t i;

	tap_on(net, 0);
	net->node[0].config.multicast = false;
	net->node[0].config.interval_cool_ms = 10000;
	net_start(net, 0);
	for (i = 1; i <= 100; i++) {
		s = insider(net, i, 1);
		insider_hello(&s, 0);
		/* To each as many as there were by then. */
		CHECK_EQ(tap_last(GW_BEACON)->record.beacon.interval_ms,
			 i < 96 ? 10000 * (1 + i / 16) : 65535);
	}
	net_free(net);
}

static const struct test_case cases[] = {
	{ "the_smaller_margin_is_told", the_smaller_margin_is_told },
	{ "how_old_and_how_doubtful_is_told", how_old_and_how_doubtful_is_told },
	{ "without_a_sensor_nothing_is_made_up", without_a_sensor_nothing_is_made_up },
	{ "a_lost_sensor_ends_no_crisis", a_lost_sensor_ends_no_crisis },
	{ "with_a_small_budget_all_have_their_turn", with_a_small_budget_all_have_their_turn },
	{ "the_interval_is_that_of_all_turns", the_interval_is_that_of_all_turns },
	{ NULL, NULL },
};

const struct test_suite beacon_suite = { "beacon", cases };
