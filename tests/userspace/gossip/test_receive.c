// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams as they come in: what is passed over, what ends them, whose are counted and dropped;
 * and the two ways in which nothing can go out. Node 0 is looked at.
 */
#include "insider.h"
#include "internal.h"
#include "tap.h"

static void say_bytes(struct insider *s, const struct gossip_addr *from, const uint8_t *records,
		      size_t len)
{
	uint8_t bytes[GW_DATAGRAM_MAX];
	int size;

	memcpy(bytes + GW_HEADER_BYTES, records, len);
	size = seal_datagram(&s->n->crypto, &s->n->config.keys, &s->sender, bytes, len);
	CHECK(size > 0, "%d", size);
	gossip_receive(s->net->node[0].g, s->net->now_ns, from, bytes, size);
}

/* A beacon, some bytes, and another beacon; returns which of them was taken. */
static uint64_t with_between(struct insider *s, const uint8_t *between, size_t len)
{
	struct gw_record r = insider_beacon(&s->n->config.self, 1);
	struct gossip_addr from = net_addr(s->n->index);
	static uint64_t seq;
	struct gossip_member m;
	uint8_t records[400];
	int size;

	r.beacon.seq = ++seq;
	size = gw_put(&r, records, sizeof(records));
	CHECK(size > 0, "%d", size);
	memcpy(records + size, between, len);
	r.beacon.seq = ++seq;
	size += len;
	len = gw_put(&r, records + size, sizeof(records) - size);
	say_bytes(s, &from, records, size + len);
	CHECK(net_member(s->net, 0, s->n->index, &m), "not known");
	return 2 + m.beacon.seq - seq;
}

static void records_of_later_versions_are_passed_over(void)
{
	static const uint8_t later[] = { 200, 2, 0, 0, 1, 2, 3, 4 }, wrong[] = { 200, 0, 0, 0 };
	static const uint8_t cut[] = { GW_BEACON, 1, 0, 0 };
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);

	net_start(net, 0);
	CHECK_EQ(with_between(&s, later, sizeof(later)), 2);
	CHECK_EQ(counter(net, GOSSIP_RX_RECORDS), 3);
	CHECK_EQ(counter(net, GOSSIP_DROP_DECODE), 0);
	/* What has no size, or too small a one, ends the datagram; what was before it counts. */
	CHECK_EQ(with_between(&s, wrong, sizeof(wrong)), 1);
	CHECK_EQ(counter(net, GOSSIP_RX_RECORDS), 4);
	CHECK_EQ(counter(net, GOSSIP_DROP_DECODE), 1);
	CHECK_EQ(with_between(&s, cut, sizeof(cut)), 1);
	CHECK_EQ(counter(net, GOSSIP_DROP_DECODE), 2);
	net_free(net);
}

static void what_comes_by_no_link_is_nothing(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gossip_addr from = net_addr(1);
	static const uint8_t none[1];

	net_start(net, 0);
	from.link = GOSSIP_LINKS;
	say_bytes(&s, &from, none, 0);
	CHECK_EQ(counter(net, GOSSIP_RX_DATAGRAMS), 0);
	from.link = GOSSIP_LINK_UDP;
	say_bytes(&s, &from, none, 0);
	CHECK_EQ(counter(net, GOSSIP_RX_DATAGRAMS), 1);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 1);
	net_free(net);
}

/* Nobody has that name: no node of it is met, whoever says so. */
static void who_has_no_name_is_nobody(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 1, 1);
	struct gw_record r[2] = { { .type = GW_HELLO } };
	struct gw_id none = { { 0 } };

	net_start(net, 0);
	r[0].hello = (struct gw_hello){
		.node = none, .incarnation = 1, .zone = 1,
		.public_key = s.n->config.public_key,
	};
	CHECK(seal_sign(&s.n->crypto, &r[0]), "not signed");
	r[1] = insider_beacon(&none, 1);
	insider_say_many(&s, 0, r, 2);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 1);
	CHECK_EQ(counter(net, GOSSIP_DROP_DECODE), 0);
	s.sender.node = none;
	insider_say_many(&s, 0, r, 2);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 1);
	CHECK_EQ(counter(net, GOSSIP_DROP_DECODE), 1);
	net_free(net);
}

/* Who is not known costs no more than so much, and takes nothing from who is. */
static void strangers_are_bounded(void)
{
	struct net *net = net_new(4);
	struct insider s, known = insider(net, 1, 1);
	struct gw_record r = insider_beacon(&known.n->config.self, 1);
	struct gossip_member m;
	uint32_t i;

	net->node[0].config.members_max = 3;
	net_start(net, 0);
	for (i = 1; i < 3; i++) {
		s = insider(net, i, 1);
		insider_hello(&s, 0);
	}
	known.sender.counter = 5;
	for (i = 0; i < 2100; i++) {
		s = insider(net, 3, 1);
		s.sender.node = net_id(1000 + i);
		insider_say(&s, 0, &r);
	}
	/* The two that are known were strangers as well. */
	CHECK_EQ(counter(net, GOSSIP_DROP_FULL), 1998);
	CHECK_EQ(counter(net, GOSSIP_DROP_RATE), 102);
	r.beacon.seq = 9;
	insider_say(&known, 0, &r);
	CHECK(net_member(net, 0, 1, &m) && m.beacon.seq == 9, "not heard");
	net_free(net);
}

/* People are told of a key that is not known, and not of each datagram. */
static void an_unknown_key_is_told_once_a_second(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gw_record r = insider_beacon(&s.n->config.self, 1);
	const struct gossip_event *e = &net->node[0].last[GOSSIP_EV_KEY];
	int i;

	s.n->config.keys.id[SEAL_CURRENT] = 9;
	net_start(net, 0);
	for (i = 0; i < 30; i++) {
		insider_say(&s, 0, &r);
		net->now_ns += 100 * NET_MS;
	}
	CHECK_EQ(counter(net, GOSSIP_DROP_KEY), 30);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_KEY], 3);
	CHECK(e->value == 9 && e->node.byte[15] == 1, "key %g of %u", e->value, e->node.byte[15]);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 0);
	net_free(net);
}

/* --- what goes out --- */

/* No nonce comes twice: a counter at its end takes a new life, which is kept on disk. */
static void a_counter_at_its_end_takes_a_new_life(void)
{
	struct net *net = net_new(2);
	struct gossip_member m;
	struct gossip_self self;
	uint64_t salt;
	size_t i;

	tap_on(net, 0);
	net_start_all(net);
	net_live(net, 4, 50);
	salt = net->node[0].g->sender.salt;
	net->node[0].g->sender.counter = GW_COUNTER_MAX - 1;
	tap_clear();
	net_live(net, 6, 50);
	gossip_get_self(net->node[0].g, &self);
	CHECK_EQ(self.incarnation, 2);
	CHECK_EQ(net->node[0].persisted, 2);
	CHECK(net->node[0].g->sender.salt != salt, "the same salt");
	CHECK(tap.sent[0].counter == GW_COUNTER_MAX && tap.sent[0].incarnation == 1,
	      "not to the last");
	for (i = 0; tap.sent[i].datagram < 1; i++)
		;
	CHECK(tap.sent[i].counter == 1 && tap.sent[i].incarnation == 2, "counter %llu",
	      (unsigned long long)tap.sent[i].counter);
	CHECK(net_member(net, 1, 0, &m) && !m.silent && m.incarnation == 2, "not heard");
	CHECK_EQ(gossip_counters(net->node[1].g)[GOSSIP_DROP_REPLAY], 0);
	net_free(net);
}

/* Who is heard by InfiniBand alone cannot be answered while that is down here. */
static void who_cannot_be_reached_is_not_answered(void)
{
	struct gossip_addr from = { .link = GOSSIP_LINK_IB, .len = 24 };
	struct gw_record r = { .type = GW_PROBE };
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	uint8_t bytes[100];
	int size;

	tap_on(net, 0);
	net_start(net, 0);
	net_run(net, 3 * NET_S);
	r.probe = (struct gw_probe){
		.kind = GW_PING, .number = 5, .target = net_id(0), .origin = net_id(1),
	};
	size = gw_put(&r, bytes, sizeof(bytes));
	tap_clear();
	say_bytes(&s, &from, bytes, size);
	CHECK_EQ(tap.datagrams, 0);
	net_ib(net, 0, true);
	tap_clear();
	say_bytes(&s, &from, bytes, size);
	CHECK_EQ(tap.datagrams, 1);
	CHECK_EQ(tap_last(GW_PROBE)->record.probe.kind, GW_ACK);
	CHECK_EQ(tap_last(GW_PROBE)->route.links, 1 << GOSSIP_LINK_IB);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "records_of_later_versions_are_passed_over", records_of_later_versions_are_passed_over },
	{ "what_comes_by_no_link_is_nothing", what_comes_by_no_link_is_nothing },
	{ "who_has_no_name_is_nobody", who_has_no_name_is_nobody },
	{ "strangers_are_bounded", strangers_are_bounded },
	{ "an_unknown_key_is_told_once_a_second", an_unknown_key_is_told_once_a_second },
	{ "a_counter_at_its_end_takes_a_new_life", a_counter_at_its_end_takes_a_new_life },
	{ "who_cannot_be_reached_is_not_answered", who_cannot_be_reached_is_not_answered },
	{ NULL, NULL },
};

const struct test_suite receive_suite = { "receive", cases };
