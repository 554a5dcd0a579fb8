// SPDX-License-Identifier: GPL-2.0
/*
 * Transports as one node sees them: what counts as a copy, when nothing can be sent by one, and who
 * keeps a node from being promoted. Node 0 is looked at.
 */
#include "insider.h"
#include "tap.h"

static struct gossip_self self_of(const struct net *net)
{
	struct gossip_self self;

	gossip_get_self(net->node[0].g, &self);
	return self;
}

static struct gossip_addr ib_addr(uint32_t i, bool group)
{
	struct gossip_addr addr = {
		.link = GOSSIP_LINK_IB, .len = 24, .byte = { 0, (uint8_t)i }, .group = group,
	};

	return addr;
}

/* A record, or none, as a datagram of that counter, by that way. */
static void say_by(struct insider *s, const struct gossip_addr *from, uint64_t counted,
		   const struct gw_record *r)
{
	uint8_t bytes[GW_DATAGRAM_MAX];
	int size = r ? gw_put(r, bytes + GW_HEADER_BYTES, GW_RECORDS_MAX) : 0;

	s->sender.counter = counted - 1;
	size = seal_datagram(&s->n->crypto, &s->n->config.keys, &s->sender, bytes, size);
	CHECK(size > 0, "%d", size);
	gossip_receive(s->net->node[0].g, s->net->now_ns, from, bytes, size);
}

/* --- copies --- */

static void what_is_too_old_or_of_another_life_is_no_copy(void)
{
	struct gossip_addr udp = net_addr(1), ib = ib_addr(1, false);
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);

	net_start(net, 0);
	say_by(&s, &udp, 5, NULL);
	say_by(&s, &ib, 5, NULL);
	CHECK_EQ(counter(net, GOSSIP_DROP_COPY), 1);
	/* By several rails it comes once more by the same transport. */
	say_by(&s, &ib, 5, NULL);
	CHECK_EQ(counter(net, GOSSIP_DROP_COPY), 2);
	say_by(&s, &udp, 5, NULL);
	CHECK_EQ(counter(net, GOSSIP_DROP_REPLAY), 1);
	say_by(&s, &udp, 6 + SEAL_WINDOW, NULL);
	say_by(&s, &ib, 6, NULL);
	CHECK_EQ(counter(net, GOSSIP_DROP_REPLAY), 2);
	s.sender.salt++;
	say_by(&s, &ib, 6 + SEAL_WINDOW, NULL);
	CHECK_EQ(counter(net, GOSSIP_DROP_REPLAY), 3);
	s.sender.salt--;
	s.sender.incarnation--;
	say_by(&s, &ib, 6 + SEAL_WINDOW, NULL);
	CHECK_EQ(counter(net, GOSSIP_DROP_REPLAY), 4);
	s.sender.incarnation++;
	say_by(&s, &ib, 6 + SEAL_WINDOW, NULL);
	CHECK_EQ(counter(net, GOSSIP_DROP_COPY), 3);
	net_free(net);
}

/* What was overtaken moves nobody to another address, of the same length or not. */
static void an_old_datagram_moves_nobody(void)
{
	struct gossip_addr here = net_addr(1), longer = net_addr(1), other = net_addr(77);
	struct gossip_addr ib = ib_addr(1, false);
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gossip_member m;

	longer.len = GW_ADDRESS_IPV6;
	net_start(net, 0);
	say_by(&s, &here, 5, NULL);
	say_by(&s, &ib, 8, NULL);
	say_by(&s, &longer, 6, NULL);
	say_by(&s, &other, 7, NULL);
	CHECK(net_member(net, 0, 1, &m) && m.addr.len == here.len &&
	      !memcmp(m.addr.byte, here.byte, here.len), "moved");
	CHECK_EQ(counter(net, GOSSIP_DROP_REPLAY), 0);
	say_by(&s, &longer, 9, NULL);
	CHECK(net_member(net, 0, 1, &m) && m.addr.len == longer.len, "not moved");
	net_free(net);
}

/* --- transports that are down --- */

/* By which transports the last beacon went to all. */
static uint8_t links_to_all(void)
{
	size_t k = tap.nr;

	while (k && (tap.sent[k - 1].record.type != GW_BEACON ||
		     tap.sent[k - 1].route.dest != GOSSIP_MULTICAST))
		k--;
	CHECK(k, "no beacon went to all");
	return tap.sent[k - 1].route.links;
}

static void what_is_up_is_used_and_else_udp(void)
{
	static const uint8_t udp = 1 << GOSSIP_LINK_UDP, ib = 1 << GOSSIP_LINK_IB;
	struct gossip_addr by_ib = ib_addr(1, false), by_udp = net_addr(1);
	struct gw_record ping = { .type = GW_PROBE };
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	uint32_t step;

	ping.probe = (struct gw_probe){
		.kind = GW_PING, .number = 5, .target = net_id(0), .origin = net_id(1),
	};
	tap_on(net, 0);
	net_start(net, 0);
	net_ib(net, 0, true);
	say_by(&s, &by_ib, 1, NULL);
	for (step = 0; step < 4; step++) {
		/* Both, InfiniBand alone, none, both. */
		gossip_link(net->node[0].g, net->now_ns, GOSSIP_LINK_UDP, step == 0 || step == 3);
		net_ib(net, 0, step != 2);
		CHECK_EQ(self_of(net).links, step == 0 || step == 3 ? 3 : step == 1 ? ib : 0);
		tap_clear();
		net_live(net, 2, 50);
		CHECK_EQ(links_to_all(), step == 1 ? ib : step == 2 ? udp : udp | ib);
		tap_clear();
		say_by(&s, &by_udp, 10 + step, &ping);
		CHECK_EQ(tap_last(GW_PROBE)->route.dest, GOSSIP_UNICAST);
		CHECK_EQ(tap_last(GW_PROBE)->route.links, step == 1 ? ib : udp);
	}
	net_free(net);
}

/* --- promotion --- */

/* Each tenth of a second a beacon by InfiniBand's group, of nodes 1 to @nr. */
static void speak(struct net *net, struct insider *s, uint32_t nr, uint8_t flags, uint32_t ms)
{
	struct gossip_addr from;
	struct gw_record r;
	uint32_t i;

	for (; ms >= 100; ms -= 100) {
		for (i = 1; i <= nr; i++) {
			r = insider_beacon(&s[i].n->config.self, 1);
			r.beacon.seq = s[i].sender.counter + 1;
			r.beacon.flags = flags;
			r.beacon.interval_ms = 100;
			from = ib_addr(i, true);
			say_by(&s[i], &from, s[i].sender.counter + 1, &r);
		}
		net_run(net, 100 * NET_MS);
	}
}

static struct net *promoted(struct insider *s)
{
	struct net *net = net_new(4);
	uint32_t i;

	for (i = 1; i < 4; i++)
		s[i] = insider(net, i, 1);
	tap_on(net, 0);
	net_start(net, 0);
	net_ib(net, 0, true);
	speak(net, s, 2, GW_ON_IB, 2500);
	CHECK(self_of(net).on_ib && !self_of(net).promoted, "too early");
	speak(net, s, 2, GW_ON_IB, 2500);
	CHECK(self_of(net).promoted, "not promoted");
	return net;
}

/* Of the zone, one that has said nothing of itself but its name has said nothing of InfiniBand. */
static void who_has_said_nothing_yet_is_waited_for(void)
{
	struct gossip_addr from = ib_addr(3, true);
	struct insider s[4];
	struct net *net = promoted(s);

	say_by(&s[3], &from, 1, NULL);
	speak(net, s, 2, GW_ON_IB, 1100);
	CHECK(self_of(net).on_ib && !self_of(net).promoted, "without it");
	speak(net, s, 3, GW_ON_IB, 5000);
	CHECK(self_of(net).promoted, "not promoted");
	net_free(net);
}

/* One that belongs to another zone, or is heard of by its beacon alone, does not matter. */
static void those_of_other_zones_are_not_waited_for(void)
{
	struct gossip_addr from = net_addr(3);
	struct insider s[4];
	struct net *net = promoted(s);
	struct gw_record r = insider_beacon(&s[3].n->config.self, 1);

	s[3].sender.zone = 2;
	r.beacon.zone = 2;
	say_by(&s[3], &from, 1, &r);
	speak(net, s, 2, GW_ON_IB, 2000);
	CHECK(self_of(net).promoted, "waits for another zone");
	net_free(net);
}

/* Its beacons are heard, and say that it does not hear: at once. */
static void who_does_not_hear_is_heeded(void)
{
	struct gossip_addr from = ib_addr(1, true);
	struct insider s[4];
	struct net *net = promoted(s);
	struct gw_record r = insider_beacon(&s[1].n->config.self, 1);

	r.beacon.seq = 1000;
	r.beacon.interval_ms = 100;
	say_by(&s[1], &from, s[1].sender.counter + 1, &r);
	net_step(net, &net->node[0]);
	net_run(net, NET_MS);
	CHECK(!self_of(net).promoted, "goes on");
	tap_clear();
	net_run(net, NET_S);
	CHECK(links_to_all() & 1 << GOSSIP_LINK_UDP, "not by UDP");
	net_free(net);
}

/* An interval of 0 stands for that of a cool node. */
static void who_announces_nothing_has_the_longest_interval(void)
{
	struct gossip_addr from = ib_addr(1, true);
	struct insider s[4];
	struct net *net = promoted(s);
	struct gw_record r = insider_beacon(&s[1].n->config.self, 1);

	r.beacon.seq = 1000;
	r.beacon.flags = GW_ON_IB;
	r.beacon.interval_ms = 0;
	say_by(&s[1], &from, s[1].sender.counter + 1, &r);
	/* One and a half of it. Node 2 has to be heard all the time. */
	s[3] = s[1];
	s[1] = s[2];
	speak(net, s, 1, GW_ON_IB, 1400);
	CHECK(self_of(net).promoted, "too early");
	speak(net, s, 1, GW_ON_IB, 300);
	CHECK(!self_of(net).promoted && !self_of(net).on_ib, "too late");
	net_free(net);
}

static const struct test_case cases[] = {
	{ "what_is_too_old_or_of_another_life_is_no_copy",
	  what_is_too_old_or_of_another_life_is_no_copy },
	{ "an_old_datagram_moves_nobody", an_old_datagram_moves_nobody },
	{ "what_is_up_is_used_and_else_udp", what_is_up_is_used_and_else_udp },
	{ "who_has_said_nothing_yet_is_waited_for", who_has_said_nothing_yet_is_waited_for },
	{ "those_of_other_zones_are_not_waited_for", those_of_other_zones_are_not_waited_for },
	{ "who_does_not_hear_is_heeded", who_does_not_hear_is_heeded },
	{ "who_announces_nothing_has_the_longest_interval",
	  who_announces_nothing_has_the_longest_interval },
	{ NULL, NULL },
};

const struct test_suite transports_suite = { "transports", cases };
