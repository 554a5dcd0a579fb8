// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody without a key can do with datagrams that others have sent: nothing, whenever he
 * plays them.
 */
#include "insider.h"

static uint64_t refuted(const struct net *net, uint32_t i)
{
	return gossip_counters(net->node[i].g)[GOSSIP_REFUTED];
}

static uint64_t incarnation(const struct net *net, uint32_t i)
{
	struct gossip_self self;

	gossip_get_self(net->node[i].g, &self);
	return self.incarnation;
}

/* Of a former life of a node that is well and heard. */
static void an_old_life_makes_nobody_refute(void)
{
	struct net *net = net_new(3);
	int i;

	spy_on(net, 1);
	net_start_all(net);
	net_live(net, 4, 50);
	net_kill(net, 1);
	net_live(net, 2, 50);
	net->node[1].config.incarnation = 2;
	net->node[1].env.send = net_send;
	net_start(net, 1);
	net_live(net, 5, 50);
	CHECK_EQ(incarnation(net, 1), 2);
	for (i = 0; i < 10; i++) {
		spy_replay(net, 0, 1);
		net_live(net, 1, 50);
	}
	CHECK_EQ(incarnation(net, 1), 2);
	CHECK_EQ(refuted(net, 1), 0);
	net_free(net);
}

/* Nodes 0, 2 and 3 run all the time; node 1 has left hot, and is forgotten. */
static struct net *one_forgotten(void)
{
	struct net *net = net_new(4);
	struct gossip_member m;

	spy_on(net, 1);
	net_start_all(net);
	/* Hot from the first reading on, so that nothing is held against it. */
	net_live(net, 10, 94);
	CHECK(spy.nr > 100, "%zu", spy.nr);
	CHECK(net_member(net, 0, 1, &m) && m.weight == 1, "weight %g", m.weight);
	gossip_leave(net->node[1].g, net->now_ns);
	net_kill(net, 1);
	net_live(net, 70, 50);
	CHECK(!net_member(net, 0, 1, &m), "not forgotten");
	net->node[1].env.send = net_send;
	return net;
}

static void who_was_forgotten_is_not_brought_back(void)
{
	struct net *net = one_forgotten();
	struct gossip_member m;
	uint64_t dropped = gossip_counters(net->node[0].g)[GOSSIP_DROP_REPLAY];
	size_t i;

	for (i = 0; i < spy.nr; i++) {
		spy_replay(net, 0, i);
		net_run(net, 10 * NET_MS);
		CHECK(!net_member(net, 0, 1, &m), "back by datagram %zu, state %d", i, m.state);
	}
	CHECK_EQ(gossip_counters(net->node[0].g)[GOSSIP_DROP_REPLAY], dropped + spy.nr);
	net_free(net);
}

/* Nor by what somebody still says of it, and the replay on top of that. */
static void hearsay_opens_no_window(void)
{
	struct net *net = one_forgotten();
	struct insider s = insider(net, 2, 1);
	struct gw_record r = insider_beacon(&net->node[1].config.self, 1);
	struct gossip_member m;
	uint64_t dropped;
	int twice;
	size_t i;

	s.sender.node = net_id(50);
	for (twice = 0; twice < 2; twice++) {
		r.beacon.seq = 1000;
		insider_say(&s, 0, &r);
		CHECK(net_member(net, 0, 1, &m) && !m.addr.len, "not known by hearsay");
		dropped = gossip_counters(net->node[0].g)[GOSSIP_DROP_REPLAY];
		for (i = 0; i < spy.nr; i++)
			spy_replay(net, 0, i);
		CHECK_EQ(gossip_counters(net->node[0].g)[GOSSIP_DROP_REPLAY], dropped + spy.nr);
		CHECK(net_member(net, 0, 1, &m) && !m.addr.len, "taken for the node itself");
		/* Forgotten again, with its window. */
		net_live(net, 70, 50);
		CHECK(!net_member(net, 0, 1, &m), "not forgotten");
		spy_replay(net, 0, spy.nr - 1);
		CHECK(!net_member(net, 0, 1, &m), "back");
	}
	net_free(net);
}

/* It comes back by itself, and what it has said in its former life is as old as ever. */
static void who_was_forgotten_comes_back_himself(void)
{
	struct net *net = one_forgotten();
	struct gossip_member m;
	size_t i;

	net->node[1].config.incarnation = 2;
	net_start(net, 1);
	net_live(net, 3, 50);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE && !m.silent, "not back");
	CHECK_EQ(incarnation(net, 1), 2);
	for (i = 0; i < spy.nr; i++)
		spy_replay(net, 0, i);
	CHECK(net_member(net, 0, 1, &m) && !(m.beacon.flags & GW_IN_CRISIS),
	      "in a crisis of old");
	net_free(net);
}

/* Likewise if it has lost its incarnation: it is told what to go above. */
static void who_was_forgotten_and_forgot_gets_in(void)
{
	struct net *net = one_forgotten();
	struct gossip_member m;

	net_start(net, 1);
	net_live(net, 5, 50);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE && !m.silent, "not back");
	CHECK_EQ(incarnation(net, 1), 2);
	CHECK_EQ(refuted(net, 1), 1);
	net_free(net);
}

/* And if it has been there all the time, cut off: its next datagram is newer than all before. */
static void who_was_cut_off_goes_on_as_he_was(void)
{
	struct net *net = net_new(4);
	struct gossip_member m;
	uint32_t i;

	for (i = 0; i < 4; i++) {
		net->node[i].config.suspicion_mult = 3;
		net->node[i].config.confirmations = 2;
	}
	net_start_all(net);
	net_live(net, 10, 50);
	net->node[1].group = 1;
	net_live(net, 660, 50);
	CHECK(!net_member(net, 0, 1, &m), "not forgotten");
	net->node[1].group = 0;
	net_live(net, 5, 50);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE && !m.silent, "not back");
	net_free(net);
}

/* Who tells them who is forgotten does so once a second, whatever is played to him. */
static void the_forgotten_are_told_once_a_second(void)
{
	struct net *net = one_forgotten();
	uint64_t sent = net->sent[0];
	size_t i;

	for (i = 0; i < spy.nr; i++)
		spy_replay(net, 0, i);
	CHECK(net->sent[0] - sent < GW_DATAGRAM_MAX, "%llu bytes",
	      (unsigned long long)(net->sent[0] - sent));
	net_free(net);
}

/* Somebody else's late datagram, or one that was caught on the way, moves nobody. */
static void an_old_datagram_moves_nobody(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gw_record r = { .type = GW_PULL };
	struct gossip_addr from = net_addr(77), right = net_addr(2);
	uint8_t caught[GW_DATAGRAM_MAX];
	struct gossip_member m;
	int size;

	net_start(net, 0);
	net_live(net, 4, 50);
	size = gw_put(&r, caught + GW_HEADER_BYTES, GW_RECORDS_MAX);
	size = seal_datagram(&s.n->crypto, &s.n->config.keys, &s.sender, caught, size);
	CHECK(size > 0, "%d", size);
	insider_hello(&s, 0);
	gossip_receive(net->node[0].g, net->now_ns, &from, caught, size);
	CHECK(net_member(net, 0, 2, &m), "not known");
	CHECK(!memcmp(&m.addr, &right, sizeof(right)), "moved to where the outsider is");
	net_free(net);
}

static const struct test_case cases[] = {
	{ "an_old_life_makes_nobody_refute", an_old_life_makes_nobody_refute },
	{ "who_was_forgotten_is_not_brought_back", who_was_forgotten_is_not_brought_back },
	{ "hearsay_opens_no_window", hearsay_opens_no_window },
	{ "who_was_forgotten_comes_back_himself", who_was_forgotten_comes_back_himself },
	{ "who_was_forgotten_and_forgot_gets_in", who_was_forgotten_and_forgot_gets_in },
	{ "who_was_cut_off_goes_on_as_he_was", who_was_cut_off_goes_on_as_he_was },
	{ "the_forgotten_are_told_once_a_second", the_forgotten_are_told_once_a_second },
	{ "an_old_datagram_moves_nobody", an_old_datagram_moves_nobody },
	{ NULL, NULL },
};

const struct test_suite replay_suite = { "replay", cases };
