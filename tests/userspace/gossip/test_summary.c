// SPDX-License-Identifier: GPL-2.0
/*
 * Summaries of zones: what they say, which of them counts, whom they go to, and how many of them.
 * Node 0 is looked at, and speaks for zone 1; all others say what the test wants.
 */
#include "insider.h"
#include "tap.h"

/* As many other zones as a node keeps. */
#define ZONES 64

static struct net *scene(uint32_t nr, bool multicast)
{
	struct net *net = net_new(nr);

	tap_on(net, 0);
	net->node[0].config.multicast = multicast;
	/* Nothing is held back. */
	net->node[0].config.burst_bytes = 1 << 20;
	net_start(net, 0);
	/* Alone: it begins to speak. */
	net_live(net, 4, 50);
	return net;
}

/* Somebody of a zone of his own. */
static struct insider of_zone(struct net *net, uint32_t i, uint16_t zone)
{
	net->node[i].config.zone = zone;
	return insider(net, i, zone);
}

static struct gw_record summary(uint32_t by, uint16_t zone, uint64_t seq)
{
	struct gw_record r = { .type = GW_ZONE };

	r.zone = (struct gw_zone){
		.flags = GW_SPEAKER, .aggregator = net_id(by), .incarnation = 1, .seq = seq,
		.zone = zone, .temp_max_dc = 500, .margin_min_dc = 450, .margin_median_dc = 450,
	};
	return r;
}

/* --- what they say --- */

static void read_zone_for_4_s(struct net *net, double temp_c, double limit_c, double power_w)
{
	struct gossip_sample s = net_reading(temp_c);
	int i;

	s.limit_c = limit_c;
	s.power_w = power_w;
	for (i = 0; i < 4; i++) {
		gossip_sample(net->node[0].g, net->now_ns, &s);
		net_run(net, NET_S);
	}
}

static void figures_beyond_the_wire_stop_at_its_ends(void)
{
	struct net *net = scene(3, true);
	struct insider s = of_zone(net, 1, 2), other = of_zone(net, 2, 2);
	const struct gw_zone *z;

	read_zone_for_4_s(net, 5000, 0, 5e9);
	insider_hello(&s, 0);
	z = &tap_last(GW_ZONE)->record.zone;
	CHECK_EQ(z->temp_max_dc, 32760);
	CHECK_EQ(z->margin_min_dc, -32760);
	CHECK_EQ(z->margin_median_dc, -32760);
	CHECK_EQ(z->power_w, UINT32_MAX);
	read_zone_for_4_s(net, -5000, 0, 100);
	insider_hello(&other, 0);
	z = &tap_last(GW_ZONE)->record.zone;
	CHECK_EQ(z->temp_max_dc, -32760);
	CHECK_EQ(z->margin_min_dc, 32760);
	CHECK_EQ(z->power_w, 100);
	net_free(net);
}

/* What a summary does not know is not known to whoever looks at it either. */
static void what_is_not_known_is_not_made_up(void)
{
	struct net *net = scene(2, true);
	struct insider s = of_zone(net, 1, 2);
	struct gw_record r = summary(1, 2, 1);
	struct gossip_zone z;

	r.zone.temp_max_dc = GW_S16_UNKNOWN;
	r.zone.margin_min_dc = GW_S16_UNKNOWN;
	r.zone.cooling_pct = GW_PCT_UNKNOWN;
	r.zone.supply_pct = 25;
	insider_say(&s, 0, &r);
	gossip_get_zone(net->node[0].g, 1, &z);
	CHECK_EQ(z.number, 2);
	CHECK(isnan(z.temp_max_c) && isnan(z.margin_min_c), "%g, %g", z.temp_max_c, z.margin_min_c);
	CHECK(isnan(z.cooling_headroom) && fabs(z.supply_headroom - 0.25) < 0.001, "%g, %g",
	      z.cooling_headroom, z.supply_headroom);
	net_free(net);
}

/* --- who speaks --- */

/* A lower name than this node's that says it speaks, for some seconds. */
static void claim_the_word(struct insider *s, uint8_t flags, uint32_t ms, uint64_t *seq)
{
	struct gw_record r = insider_beacon(&s->n->config.self, 1);

	for (; ms >= 250; ms -= 250) {
		r.beacon.flags = GW_SPEAKER | flags;
		r.beacon.seq = ++*seq;
		insider_say(s, 1, &r);
		net_run(s->net, 250 * NET_MS);
	}
}

static void who_is_about_to_leave_does_not_speak(void)
{
	struct net *net = net_new(2);
	struct insider lower = insider(net, 0, 1);
	struct gossip_self self;
	uint64_t seq = 0;

	net_start(net, 1);
	claim_the_word(&lower, 0, 8000, &seq);
	gossip_get_self(net->node[1].g, &self);
	CHECK(!self.speaker, "speaks, and somebody else does");
	/* It counts no more, not even as one to wait for: 2 s, and not 4. */
	claim_the_word(&lower, GW_LEAVING, 3250, &seq);
	gossip_get_self(net->node[1].g, &self);
	CHECK(self.speaker, "waits for who is about to leave");
	net_free(net);
}

/* --- which one counts --- */

static void the_newest_of_an_aggregator_counts(void)
{
	static const struct {
		uint32_t by;
		uint64_t incarnation, seq;
		uint8_t flags;
		bool taken;
	} said[] = {
		{ 1, 3, 5, 0, true },
		{ 1, 3, 5, 0, false },
		{ 1, 3, 4, 0, false },
		{ 1, 3, 6, 0, true },
		{ 1, 2, 9, 0, false },
		{ 1, 4, 1, 0, true },
		/* Another one only if he speaks, and the one that there is does not. */
		{ 2, 9, 9, 0, false },
		{ 2, 1, 1, GW_SPEAKER, true },
		{ 1, 4, 2, GW_SPEAKER, false },
		{ 1, 4, 3, 0, false },
	};
	struct net *net = scene(3, true);
	struct insider s[3] = { of_zone(net, 0, 1), of_zone(net, 1, 2), of_zone(net, 2, 2) };
	struct gossip_zone z;
	struct gw_record r;
	uint64_t stale;
	uint32_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		r = summary(said[i].by, 2, said[i].seq);
		r.zone.incarnation = said[i].incarnation;
		r.zone.flags = said[i].flags;
		r.zone.power_w = 1000 + i;
		stale = counter(net, GOSSIP_DROP_STALE);
		insider_say(&s[said[i].by], 0, &r);
		gossip_get_zone(net->node[0].g, 1, &z);
		CHECK((z.power_w == 1000 + i) == said[i].taken, "%u: %g W", i, z.power_w);
		CHECK_EQ(counter(net, GOSSIP_DROP_STALE), stale + !said[i].taken);
	}
	/* When the one that speaks has not been heard for three times as long as it may take. */
	net_run(net, 6100 * NET_MS);
	r.zone.seq = 4;
	insider_say(&s[1], 0, &r);
	gossip_get_zone(net->node[0].g, 1, &z);
	CHECK_EQ(z.power_w, 1000 + i - 1);
	CHECK_EQ(z.speaker.byte[15], 1);
	net_free(net);
}

/* --- to whom --- */

/* Somebody passes on who node @of of zone 2 is: where it is nobody knows. */
static void tell_of(struct insider *s, uint32_t of)
{
	struct gw_record r[2] = { { .type = GW_HELLO }, summary(of, 2, 1) };
	struct net_node *n = &s->net->node[of];

	r[0].hello = (struct gw_hello){
		.ttl = 2, .node = net_id(of), .incarnation = 1, .zone = 2,
		.public_key = n->config.public_key,
	};
	CHECK(seal_sign(&n->crypto, &r[0]), "not signed");
	insider_say_many(s, 0, r, 2);
}

static void a_summary_goes_to_one_that_can_be_reached(void)
{
	struct net *net = scene(5, true);
	struct insider far[2] = { of_zone(net, 3, 2), of_zone(net, 4, 2) };
	struct insider near = insider(net, 1, 1);
	size_t nr;

	insider_hello(&near, 0);
	tell_of(&near, 2);
	tap_clear();
	net_live(net, 5, 50);
	CHECK_EQ(gossip_nr_zones(net->node[0].g), 2);
	CHECK_EQ(tap_count(GW_ZONE, GOSSIP_UNICAST), 0);
	insider_hello(&far[0], 0);
	insider_hello(&far[1], 0);
	tap_clear();
	net_live(net, 10, 50);
	/* Each 2 to 2.5 s to one of them, and not to who is said to aggregate. */
	nr = tap_count_to(GW_ZONE, 3) + tap_count_to(GW_ZONE, 4);
	CHECK(nr >= 3 && nr <= 6, "%zu", nr);
	CHECK_EQ(tap_count(GW_ZONE, GOSSIP_UNICAST), nr);
	CHECK(!tap_count_to(GW_ZONE, 3) || !tap_count_to(GW_ZONE, 4), "to two of a zone");
	net_free(net);
}

/* Who aggregates comes before the others, as long as it is heard. */
static void a_summary_goes_to_who_aggregates(void)
{
	struct net *net = scene(4, true);
	struct insider s[2] = { of_zone(net, 2, 2), of_zone(net, 3, 2) };
	struct gw_record r = summary(3, 2, 1);

	insider_hello(&s[0], 0);
	insider_hello(&s[1], 0);
	insider_say(&s[1], 0, &r);
	tap_clear();
	net_run(net, 5 * NET_S);
	CHECK(tap_count_to(GW_ZONE, 3) >= 2 && !tap_count_to(GW_ZONE, 2), "to another one");
	/* Nothing has come of it for six seconds: now the first one of the table. */
	net_run(net, 2 * NET_S);
	tap_clear();
	net_run(net, 5 * NET_S);
	CHECK(tap_count_to(GW_ZONE, 2) >= 2 && !tap_count_to(GW_ZONE, 3), "to who is not heard");
	net_free(net);
}

static void zones_beyond_the_room_are_counted_and_not_kept(void)
{
	struct net *net = scene(ZONES + 4, true);
	bool told[ZONES + 4] = { false };
	uint32_t i, nr = 0;
	struct insider s;
	struct gw_record r;

	for (i = 1; i < net->nr; i++) {
		s = of_zone(net, i, (uint16_t)(100 + i));
		r = summary(i, (uint16_t)(100 + i), 1);
		insider_hello(&s, 0);
		insider_say(&s, 0, &r);
	}
	CHECK_EQ(gossip_nr_zones(net->node[0].g), 1 + ZONES);
	CHECK_EQ(counter(net, GOSSIP_DROP_FULL), net->nr - 1 - ZONES);
	tap_clear();
	net_run(net, 5 * NET_S);
	for (i = 1; i < net->nr; i++) {
		told[i] = tap_count_to(GW_ZONE, i);
		nr += told[i];
	}
	CHECK_EQ(nr, ZONES);
	net_free(net);
}

/* --- passed on to the own zone --- */

static void those_passed_on_are_bounded(void)
{
	struct net *net = scene(ZONES + 1, true);
	struct insider s[ZONES + 1];
	struct gw_record r;
	uint32_t i, seq;

	for (i = 1; i <= ZONES; i++) {
		s[i] = of_zone(net, i, (uint16_t)(100 + i));
		insider_hello(&s[i], 0);
	}
	net_run(net, NET_S);
	tap_clear();
	for (seq = 1; seq <= 8; seq++) {
		for (i = 1; i <= ZONES; i++) {
			r = summary(i, (uint16_t)(100 + i), seq);
			/* Those of the first have no hops left. */
			r.zone.ttl = i > 1;
			insider_say(&s[i], 0, &r);
		}
	}
	/* 5 of each at once would be 315. */
	CHECK_EQ(tap_count(GW_ZONE, GOSSIP_MULTICAST), 200);
	for (i = 0; i < tap.nr; i++)
		CHECK(tap.sent[i].record.type != GW_ZONE ||
		      tap.sent[i].route.dest != GOSSIP_MULTICAST ||
		      (tap.sent[i].record.zone.zone != 101 && !tap.sent[i].record.zone.ttl),
		      "record %u goes on and on", i);
	net_free(net);
}

static void without_a_group_there_is_nobody_to_pass_on_to(void)
{
	struct net *net = scene(2, false);
	struct insider s = of_zone(net, 1, 2);
	struct gw_record r = summary(1, 2, 1);
	struct gossip_zone z;

	insider_hello(&s, 0);
	r.zone.ttl = 3;
	r.zone.power_w = 77;
	tap_clear();
	insider_say(&s, 0, &r);
	gossip_get_zone(net->node[0].g, 1, &z);
	CHECK_EQ(z.power_w, 77);
	CHECK_EQ(tap.datagrams, 0);
	net_free(net);
}

/* --- crises --- */

static void crisis_of(struct insider *s)
{
	struct gw_record r = { .type = GW_CRISIS };

	insider_hello(s, 0);
	r.crisis.beacon = insider_beacon(&s->n->config.self, 1).beacon;
	r.crisis.beacon.flags = GW_IN_CRISIS;
	CHECK(seal_sign(&s->n->crypto, &r), "not signed");
	insider_say(s, 0, &r);
}

/* The speaker tells other zones at once; and its own, if there is a way to all of it. */
static void a_storm_is_told_as_far_as_there_is_a_group(void)
{
	int multicast;
	uint32_t i;

	for (multicast = 0; multicast < 2; multicast++) {
		struct net *net = scene(16, multicast);
		struct insider far = of_zone(net, 1, 2), s;

		insider_hello(&far, 0);
		for (i = 2; i < 15; i++) {
			s = insider(net, i, 1);
			crisis_of(&s);
		}
		/* One more, when the last summary is old enough. */
		net_run(net, 25 * NET_MS);
		tap_clear();
		s = insider(net, 15, 1);
		crisis_of(&s);
		CHECK_EQ(tap_count_to(GW_ZONE, 1), 1);
		CHECK(tap_last(GW_ZONE)->record.zone.flags & GW_IN_CRISIS, "no crisis in it");
		CHECK(tap_last(GW_ZONE)->route.urgent, "can wait");
		CHECK_EQ(tap_count(GW_ZONE, GOSSIP_MULTICAST), multicast);
		net_free(net);
	}
}

/* Until a round has just gone to node 1: the next one is more than two seconds off. */
static void wait_for_a_round(struct net *net)
{
	uint32_t ms;

	for (ms = 0; ms < 4000; ms++) {
		tap_clear();
		net_run(net, NET_MS);
		if (tap_count_to(GW_BEACON, 1))
			return;
	}
	CHECK(false, "no round in %u ms", ms);
}

static size_t rounds_after(struct insider *s, uint8_t flags, uint64_t seq)
{
	struct gw_record r = summary(1, 1, seq);

	wait_for_a_round(s->net);
	r.zone.flags = flags;
	tap_clear();
	insider_say(s, 0, &r);
	net_step(s->net, &s->net->node[0]);
	net_run(s->net, 25 * NET_MS);
	return tap_count_to(GW_BEACON, 1);
}

/* Of the own zone's summary only a crisis is news that this node has not heard of. */
static void a_crisis_nobody_told_of_is_asked_around_for(void)
{
	struct net *net = scene(2, true);
	struct insider s = insider(net, 1, 1);
	struct gw_record r = insider_beacon(&s.n->config.self, 1);

	insider_say(&s, 0, &r);
	CHECK_EQ(rounds_after(&s, 0, 1), 0);
	CHECK(rounds_after(&s, GW_IN_CRISIS, 2) > 0, "no round");
	r.beacon.seq = 2;
	r.beacon.flags = GW_IN_CRISIS;
	insider_say(&s, 0, &r);
	/* It is known: that is not worth a round. */
	CHECK_EQ(rounds_after(&s, GW_IN_CRISIS, 3), 0);
	CHECK_EQ(gossip_nr_zones(net->node[0].g), 1);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "figures_beyond_the_wire_stop_at_its_ends", figures_beyond_the_wire_stop_at_its_ends },
	{ "what_is_not_known_is_not_made_up", what_is_not_known_is_not_made_up },
	{ "who_is_about_to_leave_does_not_speak", who_is_about_to_leave_does_not_speak },
	{ "the_newest_of_an_aggregator_counts", the_newest_of_an_aggregator_counts },
	{ "a_summary_goes_to_one_that_can_be_reached", a_summary_goes_to_one_that_can_be_reached },
	{ "a_summary_goes_to_who_aggregates", a_summary_goes_to_who_aggregates },
	{ "zones_beyond_the_room_are_counted_and_not_kept",
	  zones_beyond_the_room_are_counted_and_not_kept },
	{ "those_passed_on_are_bounded", those_passed_on_are_bounded },
	{ "without_a_group_there_is_nobody_to_pass_on_to",
	  without_a_group_there_is_nobody_to_pass_on_to },
	{ "a_storm_is_told_as_far_as_there_is_a_group",
	  a_storm_is_told_as_far_as_there_is_a_group },
	{ "a_crisis_nobody_told_of_is_asked_around_for",
	  a_crisis_nobody_told_of_is_asked_around_for },
	{ NULL, NULL },
};

const struct test_suite summary_suite = { "summary", cases };
