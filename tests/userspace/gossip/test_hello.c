// SPDX-License-Identifier: GPL-2.0
/*
 * Who nodes say they are: which key is believed, what is not worth a verification, how many there
 * may be; and addresses that somebody gave. Node 0 is looked at.
 */
#include "insider.h"
#include "tap.h"

static struct gw_record hello_of(const struct insider *s, uint64_t incarnation)
{
	struct gw_record r = { .type = GW_HELLO };

	r.hello = (struct gw_hello){
		.ttl = 3, .node = s->n->config.self, .incarnation = incarnation, .lamport = 1,
		.zone = s->sender.zone, .public_key = s->n->config.public_key,
		.endorsement = s->n->config.endorsement,
	};
	return r;
}

/* Signed with the key that is in it, as what was verified last says. */
static void say_signed(struct insider *s, struct gw_record *r)
{
	CHECK(seal_sign(&s->n->crypto, r), "not signed");
	insider_say(s, 0, r);
}

/* --- which key is believed --- */

static void set_key(struct net_node *n, uint8_t key, bool endorsed)
{
	struct gossip_config *c = &n->config;
	uint8_t message[SEAL_ENDORSED_BYTES];

	c->public_key.byte[30] = key;
	seal_endorsed_bytes(&c->self, &c->public_key, c->zone, message);
	net_signature(&c->authority, message, sizeof(message), &c->endorsement);
	c->endorsement.byte[0] ^= !endorsed;
}

/* Whether a claim is believed that this key has signed: each is of another node. */
static bool believed(struct insider *s, uint32_t of)
{
	struct gw_id id = net_id(of);
	uint64_t before = counter(s->net, GOSSIP_DROP_SIGNATURE);

	insider_claim(s, 0, &id, GW_SUSPECT, 1);
	return counter(s->net, GOSSIP_DROP_SIGNATURE) == before;
}

static void say_key(struct insider *s, uint8_t key, bool endorsed, uint64_t incarnation)
{
	struct gw_record r;

	set_key(s->n, key, endorsed);
	r = hello_of(s, incarnation);
	say_signed(s, &r);
}

/* With an authority a node that has lost its key gets another one, when it comes up again. */
static void an_endorsed_key_takes_the_place_of_another_one(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	uint32_t i;

	for (i = 0; i < 2; i++) {
		net->node[i].config.authority.byte[0] = 0x55;
		set_key(&net->node[i], 0, true);
	}
	net_start(net, 0);
	say_key(&s, 1, false, 3);
	CHECK(!believed(&s, 50), "not endorsed, and believed");
	say_key(&s, 1, true, 3);
	CHECK(believed(&s, 51), "the first key is not believed");
	/* In the same life: it has one key. */
	say_key(&s, 2, true, 3);
	CHECK(!believed(&s, 52), "two keys in a life");
	say_key(&s, 2, false, 4);
	CHECK(!believed(&s, 53), "nobody endorses it");
	say_key(&s, 2, true, 4);
	CHECK(believed(&s, 54), "the new key is not believed");
	/* What is older is played by somebody. */
	say_key(&s, 1, true, 3);
	CHECK(!believed(&s, 55), "the old key is believed again");
	net_free(net);
}

static void without_an_authority_the_first_key_stays(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);

	net_start(net, 0);
	say_key(&s, 1, true, 3);
	CHECK(believed(&s, 50), "the first key is not believed");
	say_key(&s, 2, true, 4);
	CHECK(!believed(&s, 51), "the second one is");
	say_key(&s, 1, true, 4);
	CHECK(believed(&s, 52), "the first one is not any more");
	net_free(net);
}

static void who_signs_wrongly_is_nobody(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 1, 1), other = insider(net, 2, 1);
	struct gw_record r = hello_of(&other, 1);
	struct gossip_member m;

	net_start(net, 0);
	CHECK(seal_sign(&other.n->crypto, &r), "not signed");
	r.hello.signature.byte[7] ^= 1;
	insider_say(&s, 0, &r);
	CHECK_EQ(counter(net, GOSSIP_DROP_SIGNATURE), 1);
	CHECK(!net_member(net, 0, 2, &m), "known");
	r.hello.signature.byte[7] ^= 1;
	insider_say(&s, 0, &r);
	CHECK(net_member(net, 0, 2, &m), "not known");
	net_free(net);
}

/* --- what is not looked at --- */

static void what_is_no_news_is_not_verified(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gw_record r = hello_of(&s, 5);
	uint64_t verified;

	net_start(net, 0);
	say_signed(&s, &r);
	verified = net->verified;
	CHECK_EQ(verified, 1);
	say_signed(&s, &r);
	r = hello_of(&s, 4);
	say_signed(&s, &r);
	/* Another key, in an earlier life. */
	r.hello.public_key.byte[3] ^= 1;
	say_signed(&s, &r);
	CHECK_EQ(net->verified, verified);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 3);
	r = hello_of(&s, 6);
	say_signed(&s, &r);
	CHECK_EQ(net->verified, verified + 1);
	net_free(net);
}

static void nobody_says_who_this_node_is(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 1, 1), other = insider(net, 2, 1);
	struct gw_record r = hello_of(&s, 9);
	struct gossip_self self;

	net_start(net, 0);
	r.hello.node = net_id(0);
	say_signed(&s, &r);
	/* Nor does anybody live for so long. */
	r = hello_of(&other, UINT64_MAX / 2 + 1);
	CHECK(seal_sign(&other.n->crypto, &r), "not signed");
	insider_say(&s, 0, &r);
	CHECK_EQ(net->verified, 0);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 1);
	gossip_get_self(net->node[0].g, &self);
	CHECK_EQ(self.incarnation, 1);
	net_free(net);
}

/* Logical time goes on from what others say, but nobody takes it to its end. */
static void logical_time_takes_no_leap(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	struct gw_record r = hello_of(&s, 1);
	struct gossip_self self;

	net_start(net, 0);
	r.hello.lamport = 1ULL << 39;
	say_signed(&s, &r);
	gossip_get_self(net->node[0].g, &self);
	CHECK(self.lamport > 1ULL << 39, "%llu", (unsigned long long)self.lamport);
	r.hello.lamport = 1ULL << 62;
	say_signed(&s, &r);
	gossip_get_self(net->node[0].g, &self);
	CHECK(self.lamport < 1ULL << 40, "%llu", (unsigned long long)self.lamport);
	net_free(net);
}

/* --- how many --- */

static void one_source_has_so_many_verified(void)
{
	struct net *net = net_new(NET_NODES);
	struct insider s = insider(net, 1, 1), other;
	struct gw_record r;
	uint32_t i;

	net_start(net, 0);
	for (i = 1; i < NET_NODES; i++) {
		other = insider(net, i, 1);
		r = hello_of(&other, 1);
		CHECK(seal_sign(&other.n->crypto, &r), "not signed");
		insider_say(&s, 0, &r);
	}
	CHECK_EQ(net->verified, 100);
	CHECK_EQ(counter(net, GOSSIP_DROP_RATE), NET_NODES - 1 - 100);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 100);
	/* 50 more each second. */
	net->now_ns += NET_S / 10;
	for (i = NET_NODES - 10; i < NET_NODES; i++) {
		other = insider(net, i, 1);
		r = hello_of(&other, 1);
		CHECK(seal_sign(&other.n->crypto, &r), "not signed");
		insider_say(&s, 0, &r);
	}
	CHECK_EQ(net->verified, 105);
	net_free(net);
}

static void a_full_table_takes_nobody_for_the_living(void)
{
	struct net *net = net_new(6);
	struct gossip_member m;
	struct insider s;
	struct gw_record r;
	uint32_t i;

	net->node[0].config.members_max = 4;
	net_start(net, 0);
	for (i = 1; i < 4; i++) {
		s = insider(net, i, 1);
		insider_hello(&s, 0);
		net->now_ns += NET_MS;
	}
	/* One more comes himself, one is passed on. */
	s = insider(net, 4, 1);
	insider_hello(&s, 0);
	CHECK_EQ(counter(net, GOSSIP_DROP_FULL), 1);
	s = insider(net, 5, 1);
	r = hello_of(&s, 1);
	CHECK(seal_sign(&s.n->crypto, &r), "not signed");
	s = insider(net, 3, 1);
	s.sender.counter = 10;
	insider_say(&s, 0, &r);
	CHECK_EQ(counter(net, GOSSIP_DROP_FULL), 2);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 3);
	for (i = 1; i < 4; i++)
		CHECK(net_member(net, 0, i, &m) && m.state == GOSSIP_ALIVE, "node %u", i);
	net_free(net);
}

/* --- addresses that somebody gave --- */

static struct net *alone(void)
{
	struct net *net = net_new(2);

	tap_on(net, 0);
	/* What goes to one went to a contact. */
	net_start(net, 0);
	return net;
}

static void contacts_are_tried_a_few_at_a_time(void)
{
	struct net *net = alone();
	struct gossip_addr addr;
	uint32_t i, k, nr, most = 0;

	for (i = 0; i < 6; i++) {
		addr = net_addr(100 + i);
		gossip_contact(net->node[0].g, net->now_ns, &addr);
		CHECK_EQ(tap_count_to(GW_HELLO, 100 + i), 1);
		/* That is known. */
		gossip_contact(net->node[0].g, net->now_ns, &addr);
		CHECK_EQ(tap_count_to(GW_HELLO, 100 + i), 1);
	}
	tap_clear();
	net_run(net, 31 * NET_S);
	for (i = 0; i < 6; i++)
		CHECK(tap_count_to(GW_HELLO, 100 + i) >= 2, "%u is not tried again", i);
	for (i = 0; i < tap.nr; i++) {
		for (k = i, nr = 0; k < tap.nr && tap.sent[k].at_ns == tap.sent[i].at_ns; k++)
			nr += tap.sent[k].record.type == GW_HELLO &&
			      tap.sent[k].route.dest == GOSSIP_UNICAST;
		most = nr > most ? nr : most;
	}
	CHECK_EQ(most, 4);
	net_free(net);
}

/* The node that has answered is at that address, and not at one that only begins like it. */
static void who_has_answered_is_not_tried_again(void)
{
	struct gossip_addr addr = net_addr(1), longer = net_addr(1), other = net_addr(1);
	struct net *net = alone();
	struct insider s = insider(net, 1, 1);
	size_t i, nr = 0, nr_other = 0;

	longer.len = GW_ADDRESS_IPV6;
	other.byte[5]++;
	gossip_contact(net->node[0].g, net->now_ns, &addr);
	gossip_contact(net->node[0].g, net->now_ns, &longer);
	gossip_contact(net->node[0].g, net->now_ns, &other);
	CHECK_EQ(tap.datagrams, 3);
	insider_hello(&s, 0);
	for (i = 0; i < 8; i++) {
		struct gw_record r = insider_beacon(&s.n->config.self, 1);

		r.beacon.seq = i + 1;
		insider_say(&s, 0, &r);
		tap_clear();
		net_run(net, NET_S);
	}
	/* At least once in ten seconds; beacons go along with hellos, and are not looked at. */
	tap_clear();
	for (; i < 20; i++) {
		struct gw_record r = insider_beacon(&s.n->config.self, 1);

		r.beacon.seq = i + 1;
		insider_say(&s, 0, &r);
		net_run(net, NET_S);
	}
	for (i = 0; i < tap.nr; i++) {
		const struct gossip_addr *to = &tap.sent[i].route.to[GOSSIP_LINK_UDP];

		if (tap.sent[i].record.type != GW_HELLO ||
		    tap.sent[i].route.dest != GOSSIP_UNICAST)
			continue;
		CHECK(to->len == longer.len || memcmp(to->byte, addr.byte, addr.len),
		      "who has answered is tried");
		nr += to->len == longer.len;
		nr_other += to->len == other.len;
	}
	CHECK(nr >= 2 && nr_other >= 2, "%zu and %zu times", nr, nr_other);
	net_free(net);
}

static void what_is_no_address_is_not_tried(void)
{
	struct gossip_addr none = { .len = 0 }, ib = net_addr(100), endless = net_addr(100);
	struct gossip_addr right = net_addr(100);
	struct net *net = alone();

	ib.link = GOSSIP_LINK_IB;
	endless.len = GOSSIP_ADDR_BYTES + 1;
	gossip_contact(net->node[0].g, net->now_ns, &none);
	gossip_contact(net->node[0].g, net->now_ns, &ib);
	gossip_contact(net->node[0].g, net->now_ns, &endless);
	CHECK_EQ(tap.datagrams, 0);
	gossip_contact(net->node[0].g, net->now_ns, &right);
	CHECK_EQ(tap.datagrams, 1);
	gossip_leave(net->node[0].g, net->now_ns);
	tap_clear();
	right = net_addr(101);
	gossip_contact(net->node[0].g, net->now_ns, &right);
	CHECK_EQ(tap.datagrams, 0);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "an_endorsed_key_takes_the_place_of_another_one",
	  an_endorsed_key_takes_the_place_of_another_one },
	{ "without_an_authority_the_first_key_stays", without_an_authority_the_first_key_stays },
	{ "who_signs_wrongly_is_nobody", who_signs_wrongly_is_nobody },
	{ "what_is_no_news_is_not_verified", what_is_no_news_is_not_verified },
	{ "nobody_says_who_this_node_is", nobody_says_who_this_node_is },
	{ "logical_time_takes_no_leap", logical_time_takes_no_leap },
	{ "one_source_has_so_many_verified", one_source_has_so_many_verified },
	{ "a_full_table_takes_nobody_for_the_living", a_full_table_takes_nobody_for_the_living },
	{ "contacts_are_tried_a_few_at_a_time", contacts_are_tried_a_few_at_a_time },
	{ "who_has_answered_is_not_tried_again", who_has_answered_is_not_tried_again },
	{ "what_is_no_address_is_not_tried", what_is_no_address_is_not_tried },
	{ NULL, NULL },
};

const struct test_suite hello_suite = { "hello", cases };
