// SPDX-License-Identifier: GPL-2.0
/*
 * Which transport what goes by: from UDP to InfiniBand, back as soon as something is wrong with
 * that, and nobody who has none of it is left out. What comes twice is in test_links_copies.c.
 */
#include "links_scene.h"

static void a_zone_is_promoted_when_all_hear_all(void)
{
	struct net *net = zone_of(NODES, NODES - 1);
	uint64_t udp, ib;

	CHECK_EQ(self_of(net, 0).links, 3);
	CHECK_EQ(self_of(net, NODES - 1).links, 1);
	net_live(net, 30, 50);
	CHECK_EQ(promoted(net), 0);
	CHECK(self_of(net, 0).on_ib && !self_of(net, NODES - 1).on_ib, "who hears by InfiniBand");
	net_ib(net, NODES - 1, true);
	net_live(net, 10, 50);
	CHECK_EQ(promoted(net), NODES);
	udp = net->groups[0][GOSSIP_LINK_UDP];
	ib = net->groups[0][GOSSIP_LINK_IB];
	net_live(net, 20, 50);
	udp = net->groups[0][GOSSIP_LINK_UDP] - udp;
	ib = net->groups[0][GOSSIP_LINK_IB] - ib;
	CHECK(ib >= 20 && udp >= 6 && udp <= 13, "%llu by UDP, %llu by InfiniBand",
	      (unsigned long long)udp, (unsigned long long)ib);
	CHECK_EQ(silences(net), 0);
	net_free(net);
}

static void without_infiniband_nothing_goes_by_it(void)
{
	struct net *net = zone_of(NODES, 0);

	net_live(net, 10, 50);
	CHECK_EQ(net->groups[0][GOSSIP_LINK_IB], 0);
	CHECK_EQ(promoted(net), 0);
	/* What is no link is none. */
	gossip_link(net->node[0].g, net->now_ns, GOSSIP_LINKS, true);
	CHECK_EQ(self_of(net, 0).links, 1);
	net_free(net);
}

/* Who comes without InfiniBand hears all at once, and is heard. */
static void who_has_only_udp_hears_and_is_heard(void)
{
	struct net *net = promoted_zone();
	struct gossip_member m;
	uint32_t i;

	net_kill(net, 0);
	net_live(net, 5, 50);
	net->node[0].config.incarnation = 2;
	net->node[0].ib = false;
	net_start(net, 0);
	net_run(net, 3 * NET_S);
	CHECK_EQ(promoted(net), 0);
	for (i = 1; i < NODES; i++) {
		CHECK(net_member(net, 0, i, &m) && !m.silent && m.state == GOSSIP_ALIVE,
		      "node %u is not heard", i);
		CHECK(net_member(net, i, 0, &m) && !m.silent && m.state == GOSSIP_ALIVE,
		      "node %u does not hear it", i);
	}
	net->node[0].events[GOSSIP_EV_SILENT] = 0;
	net_live(net, 60, 50);
	CHECK_EQ(promoted(net), 0);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_SILENT], 0);
	net_free(net);
}

enum { ALL, ONE_DOWN, MUTE, DEAF, WAYS };

static void lose(struct net *net, uint32_t way, bool lost)
{
	if (way == ALL)
		net->ib_dead = lost;
	else if (way == ONE_DOWN)
		net_ib(net, 2, !lost);
	else if (way == MUTE)
		net->node[2].ib_mute = lost;
	else
		net->node[2].ib_deaf = lost;
}

static void lose_and_find(uint32_t way, uint32_t temp, uint64_t delay_ns)
{
	struct net *net = promoted_zone();
	uint64_t before;

	/* Another interval, and promoted with that; then UDP is slower. */
	net_live(net, 10, temp);
	net->delay_max_ns = delay_ns;
	net_live(net, 5, temp);
	CHECK_EQ(promoted(net), NODES);
	net_run(net, test_random_below(NET_S));
	before = silences(net);
	lose(net, way, true);
	CHECK(self_of(net, 2).promoted == (way != ONE_DOWN) &&
	      self_of(net, 2).on_ib == (way != ONE_DOWN), "node 2 does not know of its port");
	net_run(net, temp > 80 ? 400 * NET_MS : 4 * NET_S);
	CHECK_EQ(promoted(net), 0);
	CHECK(silences(net) == before, "%llu silences, way %u at %u degrees",
	      (unsigned long long)(silences(net) - before), way, temp);
	net->delay_max_ns = NET_MS;
	net_live(net, 1, temp);
	before = silences(net);
	net_live(net, 30, temp);
	CHECK_EQ(promoted(net), 0);
	CHECK_EQ(silences(net), before);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), NODES * (NODES - 1));
	/* And back, but not at the first word. */
	lose(net, way, false);
	net_live(net, 2, temp);
	CHECK_EQ(promoted(net), 0);
	net_live(net, 8, temp);
	CHECK_EQ(promoted(net), NODES);
	net_free(net);
}

/* In each way that InfiniBand can be lost, UDP takes over before anybody is taken for silent. */
static void nobody_is_silent_when_infiniband_is_lost(void)
{
	uint32_t way;

	for (way = 0; way < WAYS; way++) {
		/* Intervals of 1 s and of 50 ms. */
		lose_and_find(way, 50, NET_MS);
		lose_and_find(way, 87, NET_MS);
	}
}

/* The first beacons by UDP do not wait for their time. */
static void udp_takes_over_at_once(void)
{
	uint64_t by_udp[NODES];
	uint32_t round, i;

	for (round = 0; round < 5; round++) {
		struct net *net = promoted_zone();

		net_run(net, test_random_below(NET_S));
		for (i = 0; i < NODES; i++)
			by_udp[i] = net->groups[i][GOSSIP_LINK_UDP];
		net->ib_dead = true;
		net_run(net, 1520 * NET_MS);
		for (i = 0; i < NODES; i++)
			CHECK(net->groups[i][GOSSIP_LINK_UDP] > by_udp[i],
			      "node %u has sent nothing by UDP", i);
		/* Where nothing is heard, all rails are to be tried. */
		by_udp[0] = net->urgent[0];
		net_live(net, 3, 50);
		CHECK(net->urgent[0] - by_udp[0] >= 3, "%llu by all rails",
		      (unsigned long long)(net->urgent[0] - by_udp[0]));
		net_free(net);
	}
}

static uint32_t must_seen[GW_TYPES];

/* The fake cryptography leaves records as they are. */
static void look_at_routes(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
			   size_t len)
{
	const uint8_t *at = bytes + GW_HEADER_BYTES, *end = bytes + len - GW_TAG_BYTES;
	const struct net_node *n = ctx;
	struct gw_record r;
	int size;

	for (; n->ib && route->dest == GOSSIP_MULTICAST && at < end; at += size) {
		size = gw_get(at, end - at, &r);
		CHECK(size > 0, "%d", size);
		if (r.type != GW_HELLO && r.type != GW_CLAIM && r.type != GW_CRISIS &&
		    r.type != GW_ZONE)
			continue;
		must_seen[r.type]++;
		CHECK_EQ(route->links, 3);
	}
	net_send(ctx, route, bytes, len);
}

static void what_has_to_arrive_never_goes_by_one_alone(void)
{
	struct net *net = net_new(2 * NODES);
	struct gossip_addr addr = net_addr(NODES);
	uint32_t i;

	memset(must_seen, 0, sizeof(must_seen));
	for (i = 0; i < net->nr; i++) {
		net->node[i].env.send = look_at_routes;
		net->node[i].config.zone = i < NODES ? 1 : 2;
	}
	net_start_all(net);
	gossip_contact(net->node[0].g, net->now_ns, &addr);
	for (i = 0; i < net->nr; i++)
		net_ib(net, i, true);
	net_live(net, 15, 50);
	CHECK_EQ(promoted(net), 2 * NODES);
	net_heat(net, 1, 92);
	net_run(net, NET_S);
	net_kill(net, 5);
	net_live(net, 60, 50);
	CHECK(must_seen[GW_HELLO] && must_seen[GW_CLAIM] && must_seen[GW_CRISIS] &&
	      must_seen[GW_ZONE], "%u hellos, %u claims, %u crises, %u zones",
	      must_seen[GW_HELLO], must_seen[GW_CLAIM], must_seen[GW_CRISIS],
	      must_seen[GW_ZONE]);
	net_free(net);
}

/* A crisis, what is signed, and what zones tell each other goes by all. */
static void what_has_to_arrive_goes_by_both(void)
{
	struct net *net = promoted_zone();
	uint64_t udp, urgent;

	net_run(net, 100 * NET_MS);
	udp = net->groups[1][GOSSIP_LINK_UDP];
	urgent = net->urgent[1];
	net_heat(net, 1, 92);
	net_run(net, 100 * NET_MS);
	CHECK(net->groups[1][GOSSIP_LINK_UDP] - udp >= 12, "%llu by UDP in a crisis",
	      (unsigned long long)(net->groups[1][GOSSIP_LINK_UDP] - udp));
	CHECK(net->urgent[1] - urgent >= 12, "not by all rails");
	/* With one of them everybody hears of it, whichever. */
	net_free(net);
	net = promoted_zone();
	net->udp_dead = true;
	net_heat(net, 1, 92);
	net_run(net, 20 * NET_MS);
	CHECK(net->node[0].crisis_heard_ns && net->node[5].crisis_heard_ns, "not by InfiniBand");
	net_free(net);
	net = promoted_zone();
	net->ib_dead = true;
	net_heat(net, 1, 92);
	net_run(net, 20 * NET_MS);
	CHECK(net->node[0].crisis_heard_ns && net->node[5].crisis_heard_ns, "not by UDP");
	net_free(net);
}

/* Where UDP is gone InfiniBand carries all of it, probes and pulls as well. */
static void infiniband_is_enough(void)
{
	struct net *net = promoted_zone();
	struct gossip_member m;
	uint64_t failed;

	net->udp_dead = true;
	/* What is asked until that is noticed has to be answered by a beacon. */
	net_live(net, 10, 50);
	failed = net_count(net, GOSSIP_PROBES_FAILED);
	net_live(net, 60, 50);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), NODES * (NODES - 1));
	CHECK_EQ(net_count(net, GOSSIP_PROBES_FAILED), failed);
	CHECK_EQ(silences(net), 0);
	/* A death is told and agreed on without UDP. */
	net_kill(net, 5);
	net_live(net, 150, 50);
	CHECK(net_member(net, 0, 5, &m) ? m.state == GOSSIP_DEAD : true, "is not dead");
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), (NODES - 1) * (NODES - 2));
	net_free(net);
}

static void who_has_no_udp_at_all_is_reached(void)
{
	struct net *net = net_new(NODES);
	uint32_t i;

	net->udp_dead = true;
	net_start_all(net);
	for (i = 0; i < NODES; i++)
		net_ib(net, i, true);
	net_live(net, 60, 50);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), NODES * (NODES - 1));
	CHECK_EQ(net_count(net, GOSSIP_PROBES_FAILED), 0);
	net_free(net);
}

/* Without a group of UDP that of InfiniBand serves as well, and nobody is left to it alone. */
static void without_a_group_of_udp_it_is_used_and_not_relied_on(void)
{
	struct net *net = net_new(NODES);
	struct gossip_addr addr;
	uint32_t i;

	for (i = 0; i < NODES; i++)
		net->node[i].config.multicast = false;
	net_start_all(net);
	for (i = 0; i < NODES; i++) {
		addr = net_addr((i + 1) % NODES);
		gossip_contact(net->node[i].g, net->now_ns, &addr);
		net_ib(net, i, true);
	}
	net_live(net, 20, 50);
	CHECK(self_of(net, 0).on_ib && !promoted(net), "%u promoted", promoted(net));
	CHECK(net->groups[0][GOSSIP_LINK_IB] > 15 && !net->groups[0][GOSSIP_LINK_UDP],
	      "not by the group");
	CHECK_EQ(silences(net), 0);
	net->ib_dead = true;
	net_live(net, 60, 50);
	CHECK_EQ(silences(net), 0);
	net_free(net);
}

/* Whoever hears that waits neither for his next beacon nor for the next look at all of them. */
static void who_says_that_he_does_not_hear_is_served_at_once(void)
{
	struct net *net = promoted_zone();
	uint64_t by_udp[NODES];
	uint32_t round, i;

	for (round = 0; round < 5; round++) {
		net_run(net, test_random_below(NET_S));
		for (i = 0; i < NODES; i++)
			by_udp[i] = net->groups[i][GOSSIP_LINK_UDP];
		net_ib(net, 2, false);
		net_run(net, 10 * NET_MS);
		CHECK_EQ(promoted(net), 0);
		for (i = 0; i < NODES; i++)
			CHECK(net->groups[i][GOSSIP_LINK_UDP] > by_udp[i],
			      "node %u has sent nothing by UDP", i);
		net_ib(net, 2, true);
		net_live(net, 10, 50);
		CHECK_EQ(promoted(net), NODES);
	}
	net_free(net);
}

/* The address by each transport is learned whichever copy comes first. */
static void addresses_are_kept_for_each(void)
{
	struct net *net = promoted_zone();
	struct gossip_member m;
	uint32_t i, k;

	for (i = 0; i < NODES; i++) {
		for (k = 0; k < NODES; k++) {
			if (i == k)
				continue;
			CHECK(net_member(net, i, k, &m), "not there");
			CHECK(m.addr.link == GOSSIP_LINK_UDP && m.addr.len == GW_ADDRESS_IPV4,
			      "no address by UDP");
			CHECK(m.ib_addr.link == GOSSIP_LINK_IB && m.ib_addr.len == 24 &&
			      !m.ib_addr.group, "no address by InfiniBand");
			CHECK(m.ib_heard_ns && net->now_ns - m.ib_heard_ns < 2 * NET_S,
			      "not heard");
		}
	}
	net_free(net);
}

static void it_comes_and_goes_and_nothing_breaks(void)
{
	struct net *net = zone_of(NODES, 0);
	uint32_t step, i;

	net->loss = 0.02;
	net->twice = 0.05;
	for (step = 0; step < 200; step++) {
		i = (uint32_t)test_random_below(NODES);
		net_ib(net, i, !net->node[i].ib);
		i = (uint32_t)test_random_below(NODES);
		net->node[i].ib_mute = !test_random_below(4);
		net->node[i].ib_deaf = !test_random_below(4);
		net->ib_dead = !test_random_below(10);
		net_heat_all(net, 40 + (double)test_random_below(40));
		net_run(net, test_random_below(2 * NET_S));
		CHECK_EQ(net_think(net, GOSSIP_DEAD), 0);
	}
	net->loss = 0;
	net->ib_dead = false;
	for (i = 0; i < NODES; i++) {
		net->node[i].ib_mute = false;
		net->node[i].ib_deaf = false;
		net_ib(net, i, true);
	}
	net_live(net, 20, 50);
	CHECK_EQ(promoted(net), NODES);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), NODES * (NODES - 1));
	net_free(net);
}

static const struct test_case cases[] = {
	{ "a_zone_is_promoted_when_all_hear_all", a_zone_is_promoted_when_all_hear_all },
	{ "without_infiniband_nothing_goes_by_it", without_infiniband_nothing_goes_by_it },
	{ "who_has_only_udp_hears_and_is_heard", who_has_only_udp_hears_and_is_heard },
	{ "nobody_is_silent_when_infiniband_is_lost", nobody_is_silent_when_infiniband_is_lost },
	{ "udp_takes_over_at_once", udp_takes_over_at_once },
	{ "what_has_to_arrive_never_goes_by_one_alone",
	  what_has_to_arrive_never_goes_by_one_alone },
	{ "what_has_to_arrive_goes_by_both", what_has_to_arrive_goes_by_both },
	{ "infiniband_is_enough", infiniband_is_enough },
	{ "who_has_no_udp_at_all_is_reached", who_has_no_udp_at_all_is_reached },
	{ "without_a_group_of_udp_it_is_used_and_not_relied_on",
	  without_a_group_of_udp_it_is_used_and_not_relied_on },
	{ "who_says_that_he_does_not_hear_is_served_at_once",
	  who_says_that_he_does_not_hear_is_served_at_once },
	{ "addresses_are_kept_for_each", addresses_are_kept_for_each },
	{ "it_comes_and_goes_and_nothing_breaks", it_comes_and_goes_and_nothing_breaks },
	{ 0 },
};

const struct test_suite links_suite = { .name = "links", .cases = cases };
