// SPDX-License-Identifier: GPL-2.0
/*
 * Who makes room for others, what is kept of who was forgotten, and what he is told when he is
 * there after all. Node 0 is looked at.
 */
#include "insider.h"
#include "tap.h"

static bool known(const struct net *net, uint32_t i)
{
	struct gossip_member m;

	return net_member(net, 0, i, &m);
}

/* --- who makes room --- */

static void endorse(struct net_node *n)
{
	struct gossip_config *c = &n->config;
	uint8_t message[SEAL_ENDORSED_BYTES];

	c->authority.byte[0] = 0x55;
	seal_endorsed_bytes(&c->self, &c->public_key, c->zone, message);
	net_signature(&c->authority, message, sizeof(message), &c->endorsement);
}

static void say_beacon(struct insider *s)
{
	struct gw_record r = insider_beacon(&s->n->config.self, 1);

	insider_say(s, 0, &r);
}

/* Three that fill the table: one has left, one lives, and one has no word of the authority. */
static void fill_table(struct net *net, const uint32_t order[3])
{
	struct insider s;
	uint32_t i;

	for (i = 0; i < net->nr; i++)
		endorse(&net->node[i]);
	net->node[0].config.members_max = 4;
	net_start(net, 0);
	for (i = 0; i < 3; i++) {
		s = insider(net, order[i], 1);
		if (order[i] == 2)
			say_beacon(&s);
		else
			insider_hello(&s, 0);
		net->now_ns += NET_MS;
		if (order[i] == 1)
			insider_claim(&s, 0, &s.n->config.self, GW_LEFT, 1);
		net->now_ns += NET_MS;
	}
	CHECK_EQ(gossip_nr_members(net->node[0].g), 3);
}

/* Before those who are gone, and whichever of them came first. */
static void who_is_not_proven_makes_room_first(void)
{
	static const uint32_t order[2][3] = { { 1, 2, 3 }, { 2, 1, 3 } };
	struct insider s;
	int i;

	for (i = 0; i < 2; i++) {
		struct net *net = net_new(7);

		fill_table(net, order[i]);
		s = insider(net, 4, 1);
		insider_hello(&s, 0);
		CHECK(!known(net, 2) && known(net, 1) && known(net, 3) && known(net, 4),
		      "another one has made room");
		net->now_ns += NET_MS;
		s = insider(net, 5, 1);
		insider_hello(&s, 0);
		CHECK(!known(net, 1) && known(net, 3) && known(net, 4) && known(net, 5),
		      "another one has made room");
		net->now_ns += NET_MS;
		s = insider(net, 6, 1);
		insider_hello(&s, 0);
		CHECK(!known(net, 6) && known(net, 3) && known(net, 4) && known(net, 5),
		      "somebody who lives has made room");
		CHECK_EQ(counter(net, GOSSIP_DROP_FULL), 1);
		net_free(net);
	}
}

/* Who is only spoken of takes the place of who is gone, and of nobody else, proven or not. */
static void hearsay_takes_the_place_of_who_is_gone(void)
{
	static const uint32_t order[3] = { 2, 1, 3 };
	struct net *net = net_new(7);
	struct gw_id spoken_of = net_id(60);
	struct gw_record r = insider_beacon(&spoken_of, 1);
	struct insider s = insider(net, 3, 1);

	fill_table(net, order);
	s.sender.counter = 10;
	insider_say(&s, 0, &r);
	CHECK(!known(net, 1) && known(net, 2) && known(net, 60), "another one has made room");
	spoken_of = net_id(61);
	r = insider_beacon(&spoken_of, 1);
	insider_say(&s, 0, &r);
	CHECK(!known(net, 61) && known(net, 2) && known(net, 60), "somebody has made room");
	CHECK_EQ(counter(net, GOSSIP_DROP_FULL), 1);
	net_free(net);
}

/* --- what is kept --- */

/* Somebody of another zone, who was in the table and is forgotten. */
static struct insider forgotten(struct net *net, uint32_t i, uint64_t incarnation,
				uint64_t hello)
{
	struct gw_record r = { .type = GW_HELLO };
	struct insider s;

	net->node[i].config.zone = 2;
	s = insider(net, i, 2);
	s.sender.incarnation = incarnation;
	r.hello = (struct gw_hello){
		.node = net_id(i), .incarnation = hello, .zone = 2,
		.public_key = s.n->config.public_key,
	};
	CHECK(seal_sign(&s.n->crypto, &r), "not signed");
	insider_say(&s, 0, &r);
	r = insider_beacon(&s.n->config.self, incarnation);
	r.beacon.zone = 2;
	insider_say(&s, 0, &r);
	CHECK(known(net, i), "not known");
	return s;
}

static void wait_until_forgotten(struct net *net, uint32_t i)
{
	uint32_t s;

	for (s = 0; s < 100 && known(net, i); s++)
		net_run(net, NET_S);
	CHECK(!known(net, i), "never");
}

/* Whether what has come before, or is of an earlier life, counts again. */
static bool comes_again(struct insider *s, uint64_t incarnation)
{
	struct gw_record r = insider_beacon(&s->n->config.self, incarnation);
	uint64_t replays = counter(s->net, GOSSIP_DROP_REPLAY);

	s->sender.incarnation = incarnation;
	s->sender.counter = 0;
	r.beacon.zone = 2;
	insider_say(s, 0, &r);
	CHECK_EQ(known(s->net, s->n->index), counter(s->net, GOSSIP_DROP_REPLAY) == replays);
	return known(s->net, s->n->index);
}

static void what_was_heard_does_not_come_again(void)
{
	struct net *net = net_new(3);
	struct insider same, later;

	net_start(net, 0);
	same = forgotten(net, 1, 3, 3);
	/* The hello of this life has not come. */
	later = forgotten(net, 2, 5, 3);
	wait_until_forgotten(net, 1);
	wait_until_forgotten(net, 2);
	CHECK(!comes_again(&same, 3), "played again");
	CHECK(!comes_again(&same, 2), "of an earlier life");
	CHECK(!comes_again(&later, 5), "played again");
	CHECK(!comes_again(&later, 4), "of an earlier life");
	CHECK(comes_again(&same, 4), "not in a new life");
	net_free(net);
}

/* It may be made up in his name: he would be shut out for as long as it is kept. */
static void what_nobody_comes_to_by_living_is_not_kept(void)
{
	struct net *net = net_new(4);
	struct insider leap, last, nearly;

	net_start(net, 0);
	leap = forgotten(net, 1, (1ULL << 40) + 4, 3);
	last = forgotten(net, 2, UINT64_MAX / 2, UINT64_MAX / 2);
	nearly = forgotten(net, 3, (1ULL << 40) + 3, 3);
	wait_until_forgotten(net, 1);
	wait_until_forgotten(net, 2);
	wait_until_forgotten(net, 3);
	CHECK(comes_again(&leap, 4), "shut out");
	CHECK(comes_again(&last, 4), "shut out");
	CHECK(!comes_again(&nearly, 4), "played again");
	net_free(net);
}

/* --- what he is told --- */

#define MANY 30

static void say_again(struct insider *s, const struct gossip_addr *from)
{
	struct gw_record r = insider_beacon(&s->n->config.self, 1);
	uint8_t bytes[GW_DATAGRAM_MAX];
	int size = gw_put(&r, bytes + GW_HEADER_BYTES, GW_RECORDS_MAX);

	s->sender.counter = 0;
	size = seal_datagram(&s->n->crypto, &s->n->config.keys, &s->sender, bytes, size);
	CHECK(size > 0, "%d", size);
	gossip_receive(s->net->node[0].g, s->net->now_ns, from, bytes, size);
}

/* He is to take a higher incarnation: from nowhere, nowhere; and not as often as anybody likes. */
static void who_is_behind_is_told_so_a_few_times(void)
{
	struct gossip_addr nowhere = { .len = 0 }, elsewhere = net_addr(77);
	struct net *net = net_new(MANY + 1);
	struct insider s[MANY + 1];
	const struct gw_claim *c;
	uint32_t i;

	tap_on(net, 0);
	net->node[0].config.burst_bytes = 1 << 20;
	net_start(net, 0);
	for (i = 1; i <= MANY; i++)
		s[i] = forgotten(net, i, 3, 3);
	for (i = 1; i <= MANY; i++)
		wait_until_forgotten(net, i);
	net_run(net, NET_S);
	tap_clear();
	say_again(&s[1], &nowhere);
	CHECK_EQ(tap.datagrams, 0);
	net->now_ns += NET_S;
	say_again(&s[1], &elsewhere);
	CHECK_EQ(tap.datagrams, 1);
	CHECK_EQ(tap_count_to(GW_HELLO, 77), 1);
	CHECK_EQ(tap_count_to(GW_CLAIM, 77), 1);
	c = &tap_last(GW_CLAIM)->record.claim;
	CHECK(c->verdict == GW_SUSPECT && c->incarnation == 3 && c->subject.byte[15] == 1,
	      "verdict %u of incarnation %llu", c->verdict, (unsigned long long)c->incarnation);
	/* One each second of one, and 20 of all. */
	net->now_ns += NET_S - 1;
	say_again(&s[1], &elsewhere);
	CHECK_EQ(tap.datagrams, 1);
	net->now_ns += NET_S;
	tap_clear();
	for (i = 1; i <= MANY; i++)
		say_again(&s[i], &elsewhere);
	CHECK_EQ(tap.datagrams, 20);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 0);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "who_is_not_proven_makes_room_first", who_is_not_proven_makes_room_first },
	{ "hearsay_takes_the_place_of_who_is_gone", hearsay_takes_the_place_of_who_is_gone },
	{ "what_was_heard_does_not_come_again", what_was_heard_does_not_come_again },
	{ "what_nobody_comes_to_by_living_is_not_kept",
	  what_nobody_comes_to_by_living_is_not_kept },
	{ "who_is_behind_is_told_so_a_few_times", who_is_behind_is_told_so_a_few_times },
	{ NULL, NULL },
};

const struct test_suite forgotten_suite = { "forgotten", cases };
