// SPDX-License-Identifier: GPL-2.0
/*
 * Edges of a crisis: who hears of one by a datagram of his own, which of others count, and how many
 * wait to be passed on. Node 0 is looked at.
 */
#include "insider.h"
#include "tap.h"

/* As many as are told by a datagram of their own, and as many as wait to be passed on. */
#define DIRECT 16
#define RELAYS 32

static struct gw_record crisis_of(const struct insider *s, uint64_t incarnation, uint64_t seq)
{
	struct gw_record r = { .type = GW_CRISIS };

	r.crisis.beacon = insider_beacon(&s->n->config.self, incarnation).beacon;
	r.crisis.beacon.seq = seq;
	r.crisis.beacon.zone = s->sender.zone;
	r.crisis.beacon.flags = GW_IN_CRISIS;
	CHECK(seal_sign(&s->n->crypto, &r), "not signed");
	return r;
}

/* --- the own one --- */

/* A rack of nodes from 1 to @racked, all others in the row; the last node says nothing itself. */
static void told_directly(uint32_t racked, uint32_t others, bool multicast)
{
	uint32_t nr = 1 + racked + others, i, near = 0, far = 0;
	struct net *net = net_new(nr + 1);
	struct site_zone zone = { .number = 1 };
	struct site_node place[NET_NODES];
	struct site site = { .nr_nodes = nr + 1, .zones = &zone, .nr_zones = 1 };
	struct insider s;
	struct gw_record r;

	for (i = 0; i <= nr; i++) {
		place[i] = (struct site_node){
			.id = net_id(i), .chassis = SITE_NONE, .rack = i > racked && i < nr,
			.supply = SITE_NONE,
		};
	}
	site.nodes = place;
	net->node[0].config.site = &site;
	net->node[0].config.multicast = multicast;
	net->node[0].config.burst_bytes = 1 << 20;
	tap_on(net, 0);
	net_start(net, 0);
	net_live(net, 3, 50);
	/* Those of the row come first: they have to make room. */
	for (i = nr - 1; i; i--) {
		s = insider(net, i, 1);
		r = insider_beacon(&s.n->config.self, 1);
		insider_say(&s, 0, &r);
	}
	/* In the rack, and nobody knows where. */
	r = insider_beacon(&net->node[nr].config.self, 1);
	insider_say(&s, 0, &r);
	CHECK_EQ(gossip_nr_members(net->node[0].g), nr);
	tap_clear();
	net_heat(net, 0, 94);
	for (i = 1; i < nr; i++) {
		near += i <= racked && tap_count_to(GW_CRISIS, i) == 1;
		far += i > racked && tap_count_to(GW_CRISIS, i) == 1;
	}
	CHECK_EQ(near, racked < DIRECT ? racked : DIRECT);
	CHECK_EQ(far, racked + others > DIRECT ? DIRECT - near : others);
	CHECK_EQ(tap_count(GW_CRISIS, GOSSIP_UNICAST), near + far);
	CHECK_EQ(tap_count(GW_CRISIS, GOSSIP_MULTICAST), multicast);
	CHECK(tap_last(GW_CRISIS)->route.urgent, "can wait");
	net_free(net);
}

static void the_closest_hear_of_it_first(void)
{
	told_directly(4, 8, true);
	told_directly(10, 20, true);
	told_directly(20, 10, true);
	told_directly(10, 20, false);
}

/* Who has left is told nothing, though he is there still. */
static void who_has_left_is_not_told(void)
{
	struct net *net = net_new(3);
	struct insider s[2] = { insider(net, 1, 1), insider(net, 2, 1) };
	uint32_t i;

	net->node[0].config.multicast = false;
	tap_on(net, 0);
	net_start(net, 0);
	net_live(net, 3, 50);
	for (i = 0; i < 2; i++)
		insider_hello(&s[i], 0);
	insider_claim(&s[1], 0, &s[1].n->config.self, GW_LEFT, 1);
	tap_clear();
	net_heat(net, 0, 94);
	CHECK_EQ(tap_count_to(GW_CRISIS, 1), 1);
	CHECK_EQ(tap_count_to(GW_CRISIS, 2), 0);
	net_free(net);
}

/* --- those of others --- */

/* What is not taken is not even verified. */
static bool taken(struct insider *s, const struct gw_record *r)
{
	uint64_t stale = counter(s->net, GOSSIP_DROP_STALE), verified = s->net->verified;
	struct gossip_member m;

	insider_say(s, 0, r);
	CHECK(net_member(s->net, 0, s->n->index, &m), "not known");
	CHECK_EQ(counter(s->net, GOSSIP_DROP_STALE) > stale,
		 m.beacon.seq != r->crisis.beacon.seq ||
		 m.beacon.incarnation != r->crisis.beacon.incarnation);
	CHECK_EQ(counter(s->net, GOSSIP_DROP_STALE) == stale, s->net->verified > verified);
	return s->net->verified > verified;
}

static void the_last_edge_counts(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gw_record first, second, reborn;

	net_start(net, 0);
	net_live(net, 3, 50);
	insider_hello(&s, 0);
	first = crisis_of(&s, 1, 5);
	second = crisis_of(&s, 1, 6);
	reborn = crisis_of(&s, 2, 1);
	CHECK(taken(&s, &first) && taken(&s, &second), "not taken");
	CHECK(!taken(&s, &first), "an earlier one");
	CHECK(taken(&s, &reborn), "of a new life");
	CHECK(!taken(&s, &second), "of an earlier life");
	net_free(net);
}

static void who_signs_wrongly_is_in_no_crisis(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gossip_zone z;
	struct gw_record r;

	net_start(net, 0);
	net_live(net, 3, 50);
	insider_hello(&s, 0);
	r = crisis_of(&s, 1, 5);
	r.crisis.signature.byte[9] ^= 1;
	insider_say(&s, 0, &r);
	CHECK_EQ(counter(net, GOSSIP_DROP_SIGNATURE), 1);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_CRISIS], 0);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(isnan(z.margin_min_c) || z.margin_min_c > 40, "%g", z.margin_min_c);
	/* The same with the right one is no repetition. */
	r = crisis_of(&s, 1, 5);
	insider_say(&s, 0, &r);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_CRISIS], 1);
	net_free(net);
}

static void one_source_has_so_many_verified(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gw_record r;
	uint64_t before;
	uint32_t i;

	net_start(net, 0);
	net_live(net, 3, 50);
	insider_hello(&s, 0);
	before = net->verified;
	for (i = 0; i < 120; i++) {
		r = crisis_of(&s, 1, 100 + i);
		insider_say(&s, 0, &r);
	}
	/* And the hello. */
	CHECK_EQ(net->verified - before, 99);
	CHECK_EQ(counter(net, GOSSIP_DROP_RATE), 21);
	net_free(net);
}

/* What happens in another zone is not told to others at once: that zone does it. */
static void a_crisis_elsewhere_is_not_this_speakers(void)
{
	struct net *net = net_new(4);
	struct insider far, other, near = insider(net, 3, 1);
	struct gossip_self self;
	struct gw_record r;

	net->node[1].config.zone = 2;
	net->node[2].config.zone = 3;
	far = insider(net, 1, 2);
	other = insider(net, 2, 3);
	tap_on(net, 0);
	net_start(net, 0);
	net_live(net, 4, 50);
	gossip_get_self(net->node[0].g, &self);
	CHECK(self.speaker, "does not speak");
	insider_hello(&far, 0);
	insider_hello(&other, 0);
	insider_hello(&near, 0);
	net->now_ns += 25 * NET_MS;
	tap_clear();
	r = crisis_of(&far, 1, 2);
	r.crisis.beacon.zone = 2;
	insider_say(&far, 0, &r);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_CRISIS], 1);
	CHECK_EQ(tap_count(GW_ZONE, GOSSIP_UNICAST), 0);
	r = crisis_of(&near, 1, 2);
	insider_say(&near, 0, &r);
	CHECK_EQ(tap_count(GW_ZONE, GOSSIP_UNICAST), 2);
	net_free(net);
}

/* --- passed on --- */

/*
 * All that came before the step, in moments of eight: more would be a storm, and nothing waits in
 * that. They go in as many datagrams as it takes, and those for which there is no room are counted.
 */
static void those_that_wait_are_bounded_and_all_go(void)
{
	uint32_t nr = RELAYS + 8, i, sent = 0;
	struct net *net = net_new(nr + 1);
	bool passed[NET_NODES] = { false };
	struct insider s;
	struct gw_record r;

	tap_on(net, 0);
	net_start(net, 0);
	net_live(net, 3, 50);
	for (i = 1; i <= nr; i++) {
		s = insider(net, i, 1);
		if (i % 8 == 1)
			net->now_ns += 101 * NET_MS;
		insider_hello(&s, 0);
		r = crisis_of(&s, 1, 1);
		/* The last hop of the first one. */
		r.crisis.beacon.ttl = i > 1;
		CHECK_EQ(counter(net, GOSSIP_DROP_FULL), i > RELAYS + 2 ? i - RELAYS - 2 : 0);
		insider_say(&s, 0, &r);
	}
	CHECK_EQ(counter(net, GOSSIP_DROP_FULL), nr - 1 - RELAYS);
	tap_clear();
	net_step(net, &net->node[0]);
	net_run(net, 20 * NET_MS);
	for (i = 0; i < tap.nr; i++) {
		if (tap.sent[i].record.type != GW_CRISIS)
			continue;
		passed[tap.sent[i].record.crisis.beacon.node.byte[15]] = true;
		CHECK_EQ(tap.sent[i].record.crisis.beacon.ttl, 0);
	}
	for (i = 0; i <= nr; i++)
		sent += passed[i];
	CHECK_EQ(sent, RELAYS);
	CHECK(!passed[1], "one that has no hop left");
	net_free(net);
}

static const struct test_case cases[] = {
	{ "the_closest_hear_of_it_first", the_closest_hear_of_it_first },
	{ "who_has_left_is_not_told", who_has_left_is_not_told },
	{ "the_last_edge_counts", the_last_edge_counts },
	{ "who_signs_wrongly_is_in_no_crisis", who_signs_wrongly_is_in_no_crisis },
	{ "one_source_has_so_many_verified", one_source_has_so_many_verified },
	{ "a_crisis_elsewhere_is_not_this_speakers", a_crisis_elsewhere_is_not_this_speakers },
	{ "those_that_wait_are_bounded_and_all_go", those_that_wait_are_bounded_and_all_go },
	{ NULL, NULL },
};

const struct test_suite crisis_suite = { "crisis", cases };
