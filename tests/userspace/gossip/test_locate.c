// SPDX-License-Identifier: GPL-2.0
/*
 * How nodes that are only spoken of are asked after, so that they are found without a group.
 */
#include "insider.h"

/* Records that node 0 sends for a datagram. */
static uint64_t sends(struct net *net, struct insider *s, const struct gw_record *r, size_t nr)
{
	uint64_t before = gossip_counters(net->node[0].g)[GOSSIP_TX_RECORDS];

	insider_say_many(s, 0, r, nr);
	return gossip_counters(net->node[0].g)[GOSSIP_TX_RECORDS] - before;
}

#define SPOKEN_OF 16

/*
 * Those who are not known come many in a datagram, and once in a while: all of them are asked
 * after, and who is asked answers, but neither without end.
 */
static void where_many_are_is_asked_at_once(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gw_record r[SPOKEN_OF];
	uint32_t i, seq;

	net->node[0].config.multicast = false;
	net->node[0].config.probe_interval_ms = 60000;
	net_start(net, 0);
	for (i = 0; i < SPOKEN_OF; i++)
		r[i] = insider_beacon(&(struct gw_id){ .byte = { (uint8_t)(i + 1) } }, 1);
	for (seq = 1; seq <= 3; seq++) {
		uint64_t sent;

		for (i = 0; i < SPOKEN_OF; i++)
			r[i].beacon.seq = seq;
		sent = sends(net, &s, r, SPOKEN_OF);
		if (seq == 1)
			CHECK_EQ(sent, 0);
		else if (seq == 2)
			CHECK_EQ(sent, SPOKEN_OF);
		else
			CHECK(sent >= 10 && sent < SPOKEN_OF, "%llu", (unsigned long long)sent);
		net_live(net, 1, 50);
		net_run(net, 10 * NET_MS);
	}
	for (i = 0; i < SPOKEN_OF; i++) {
		r[i] = (struct gw_record){ .type = GW_PULL };
		r[i].pull = (struct gw_pull){ .limit = 1, .zone = 1, .node = net_id(0) };
	}
	CHECK_EQ(sends(net, &s, r, SPOKEN_OF), SPOKEN_OF);
	CHECK_EQ(sends(net, &s, r, SPOKEN_OF), 0);
	net_free(net);
}

/* Of node 2 one word is said, and no more: before it would be silent, who is there is asked. */
static void who_is_not_spoken_of_any_more_is_sought(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 1, 1);
	struct gw_record r = insider_beacon(&net->node[2].config.self, 1);
	struct gw_record where = { .type = GW_ADDRESS };
	struct gossip_addr addr = net_addr(2);
	struct gossip_member m;

	net->node[0].config.multicast = false;
	net->node[2].config.multicast = false;
	net->node[0].config.probe_interval_ms = 60000;
	net_start(net, 0);
	net_start(net, 2);
	where.address = (struct gw_address){
		.node = net->node[2].config.self, .link = addr.link, .len = addr.len,
	};
	memcpy(where.address.byte, addr.byte, sizeof(where.address.byte));
	insider_say(&s, 0, &r);
	/* Not asked for yet. */
	insider_say(&s, 0, &where);
	net_run(net, 2200 * NET_MS);
	CHECK(net_member(net, 0, 2, &m) && !m.addr.len, "found by itself");
	net_run(net, 200 * NET_MS);
	insider_say(&s, 0, &where);
	net_run(net, 200 * NET_MS);
	CHECK(net_member(net, 0, 2, &m) && m.addr.len, "not sought");
	net_free(net);
}

static const struct test_case cases[] = {
	{ "who_is_not_spoken_of_any_more_is_sought", who_is_not_spoken_of_any_more_is_sought },
	{ "where_many_are_is_asked_at_once", where_many_are_is_asked_at_once },
	{ NULL, NULL },
};

const struct test_suite locate_suite = { "locate", cases };
