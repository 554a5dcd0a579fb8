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

static const struct test_case cases[] = {
	{ "a_made_up_hello_raises_nobody", a_made_up_hello_raises_nobody },
	{ "a_made_up_hello_is_refuted", a_made_up_hello_is_refuted },
	{ NULL, NULL },
};

const struct test_suite hearsay_suite = { "hearsay", cases };
