// SPDX-License-Identifier: GPL-2.0
/*
 * What is said of a node by others, when the node itself says something else, or nothing any more.
 */
#include "insider.h"

#define MADE_UP (1ULL << 60)

/* A hello in the name of a node whose own has not come yet, with another key. */
static void say_hello_of(struct insider *s, uint32_t to, uint32_t of)
{
	struct gw_record r = { .type = GW_HELLO };

	r.hello = (struct gw_hello){
		.ttl = 3, .node = net_id(of), .incarnation = MADE_UP, .lamport = 1, .zone = 1,
		.public_key = s->n->config.public_key,
	};
	CHECK(seal_sign(&s->n->crypto, &r), "not signed");
	insider_say(s, to, &r);
}

/* As of beacons: who was heard himself is not raised by what he does not reach by living. */
static void a_made_up_hello_raises_nobody(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1), other = insider(net, 1, 1);
	struct gw_record r = insider_beacon(&net->node[1].config.self, 1);
	struct gossip_member m;

	net_start(net, 0);
	net_live(net, 4, 50);
	insider_say(&other, 0, &r);
	say_hello_of(&s, 0, 1);
	CHECK(net_member(net, 0, 1, &m), "not known");
	CHECK_EQ(m.incarnation, 1);
	/* Its own is the first that counts. */
	insider_hello(&other, 0);
	insider_claim(&other, 0, &net->node[2].config.self, GW_SUSPECT, 1);
	CHECK(net_member(net, 0, 2, &m) && m.state == GOSSIP_SUSPECT, "another key is pinned");
	net_free(net);
}

/* Whoever believed it accuses the node by what it says: the node cannot go above that. */
static void a_made_up_hello_is_refuted(void)
{
	struct net *net = net_new(4);
	struct insider s = insider(net, 2, 1), accuser = insider(net, 3, 1);
	struct gossip_member m = { 0 };

	net_start(net, 0);
	net_live(net, 4, 50);
	say_hello_of(&s, 0, 1);
	insider_hello(&accuser, 0);
	insider_claim(&accuser, 0, &net->node[1].config.self, GW_SUSPECT, MADE_UP);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	CHECK_EQ(m.incarnation, MADE_UP);
	net_start(net, 1);
	net_live(net, 3, 50);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE, "state %d", m.state);
	CHECK(m.incarnation < 5, "%llu", (unsigned long long)m.incarnation);
	net_free(net);
}

/* --- who is accused by an earlier incarnation --- */

/*
 * Gone, but not before one node alone had heard a higher incarnation of it: what the others say of
 * the lower one does not count there. It asks itself, and does not wait for the turn of one in 40.
 */
static void the_last_to_hear_a_node_asks(void)
{
	struct net *net = net_new(41);
	struct insider s = insider(net, 40, 1);
	struct gw_record r = insider_beacon(&net->node[40].config.self, 2);
	struct gossip_member m;
	uint32_t i;

	for (i = 0; i < 40; i++)
		net_start(net, i);
	net_live(net, 4, 50);
	for (i = 0; i < 40; i++)
		insider_hello(&s, i);
	s.sender.incarnation = 2;
	insider_hello(&s, 0);
	/* It has a minute to be quiet there. */
	r.beacon.interval_ms = 60000;
	r.beacon.ttl = 0;
	insider_say(&s, 0, &r);
	for (i = 0, m.state = GOSSIP_ALIVE; i < 100 && m.state == GOSSIP_ALIVE; i++) {
		net_live(net, 1, 50);
		CHECK(net_member(net, 1, 40, &m), "not known");
	}
	CHECK(m.state == GOSSIP_SUSPECT && m.incarnation == 1, "state %d", m.state);
	net_live(net, 6, 50);
	CHECK(net_member(net, 0, 40, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	CHECK_EQ(m.incarnation, 2);
	net_free(net);
}

/* 40 nodes say something now and then, and node 1 no more. Nobody speaks of it. */
static void who_is_unseen_is_asked_soon(void)
{
	struct net *net = net_new(41);
	struct gw_record r[41];
	struct insider s[41];
	struct gossip_member m;
	uint32_t i, tenth;

	net_start(net, 0);
	net_live(net, 1, 50);
	for (i = 1; i < 41; i++) {
		s[i] = insider(net, i, 1);
		insider_hello(&s[i], 0);
		r[i] = insider_beacon(&net->node[i].config.self, 1);
	}
	for (tenth = 0; tenth < 300; tenth++) {
		for (i = 1; i < 41; i++) {
			r[i].beacon.seq++;
			if (i > 1 || tenth < 200)
				insider_say(&s[i], 0, &r[i]);
		}
		net_heat_all(net, 50);
		net_run(net, NET_S / 10);
	}
	/* Unseen after five seconds, probed within two turns. */
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	net_free(net);
}

/* Nodes 1 to 5 are accused all the time, and say something now and then. Node 6 is gone. */
static void accusations_take_half_of_the_turns(void)
{
	struct net *net = net_new(8);
	struct insider s[8];
	struct gossip_member m;
	uint32_t i, tenth;

	net_start(net, 0);
	net_live(net, 4, 50);
	for (i = 1; i < 8; i++) {
		s[i] = insider(net, i, 1);
		s[i].sender.incarnation = 5;
		insider_hello(&s[i], 0);
	}
	for (tenth = 0; tenth < 400; tenth++) {
		for (i = 1; i < 6; i++) {
			insider_claim(&s[7], 0, &net->node[i].config.self, GW_SUSPECT, 1);
			if (tenth % 40 == 8 * (i - 1))
				insider_say_many(&s[i], 0, NULL, 0);
		}
		net_heat_all(net, 50);
		net_run(net, NET_S / 10);
	}
	CHECK(net_member(net, 0, 6, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "a_made_up_hello_raises_nobody", a_made_up_hello_raises_nobody },
	{ "a_made_up_hello_is_refuted", a_made_up_hello_is_refuted },
	{ "the_last_to_hear_a_node_asks", the_last_to_hear_a_node_asks },
	{ "who_is_unseen_is_asked_soon", who_is_unseen_is_asked_soon },
	{ "accusations_take_half_of_the_turns", accusations_take_half_of_the_turns },
	{ NULL, NULL },
};

const struct test_suite hearsay_suite = { "hearsay", cases };
