// SPDX-License-Identifier: GPL-2.0
/*
 * What nodes say of others: who is asked what is known and answers it, where a node is that only
 * others speak of, and which of what was said of a node counts when it speaks itself. Node 0 is
 * looked at.
 */
#include "insider.h"
#include "tap.h"

static struct net *scene(uint32_t nr, struct insider *s)
{
	struct net *net = net_new(nr);
	uint32_t i;

	tap_on(net, 0);
	for (i = 0; i < nr; i++)
		s[i] = insider(net, i, 1);
	net_start(net, 0);
	insider_hello(&s[1], 0);
	return net;
}

static void say_of(struct insider *by, uint32_t of, uint64_t incarnation, uint64_t seq)
{
	struct gw_id id = net_id(of);
	struct gw_record r = insider_beacon(&id, incarnation);

	r.beacon.seq = seq;
	insider_say(by, 0, &r);
}

static struct gossip_member member(const struct net *net, uint32_t i)
{
	struct gossip_member m;

	CHECK(net_member(net, 0, i, &m), "node %u is not known", i);
	return m;
}

/* --- what is asked for --- */

static void ask_for(struct insider *s, const struct gw_id *node, uint16_t zone)
{
	struct gw_record r = { .type = GW_PULL };

	r.pull = (struct gw_pull){ .limit = 17, .zone = zone, .node = *node };
	s->net->now_ns += 101 * NET_MS;
	tap_clear();
	insider_say(s, 0, &r);
}

static bool told_of(uint32_t i)
{
	size_t k;

	for (k = 0; k < tap.nr; k++) {
		if (tap.sent[k].record.type == GW_BEACON &&
		    tap.sent[k].record.beacon.node.byte[15] == i && tap_went_to(&tap.sent[k], 1))
			return true;
	}
	return false;
}

static void what_is_known_is_answered(void)
{
	struct insider s[5];
	struct net *net = scene(5, s);
	struct gw_id id;

	insider_hello(&s[2], 0);
	insider_hello(&s[3], 0);
	say_of(&s[3], 3, 1, 1);
	say_of(&s[1], 4, 1, 1);
	id = net_id(0);
	ask_for(&s[1], &id, 1);
	CHECK(told_of(0) && !tap_count_to(GW_ADDRESS, 1), "not of itself");
	id = net_id(3);
	ask_for(&s[1], &id, 1);
	CHECK(told_of(3) && tap_count_to(GW_ADDRESS, 1) == 1, "not of node 3");
	CHECK_EQ(tap_last(GW_ADDRESS)->record.address.byte[1], 3);
	/* Where it is nobody knows; it has said nothing; and there is none. */
	id = net_id(4);
	ask_for(&s[1], &id, 1);
	CHECK(told_of(4) && !tap_count_to(GW_ADDRESS, 1), "not of node 4");
	id = net_id(2);
	ask_for(&s[1], &id, 1);
	CHECK_EQ(tap.datagrams, 0);
	id = net_id(60);
	ask_for(&s[1], &id, 1);
	CHECK_EQ(tap.datagrams, 0);
	net_free(net);
}

static void the_gone_are_not_told_of(void)
{
	static const struct gw_id all;
	struct insider s[5];
	struct net *net = net_new(5);
	uint32_t i;

	tap_on(net, 0);
	/* Whoever accuses first is right, after two seconds. */
	net->node[0].config.confirmations = 0;
	net->node[0].config.suspicion_mult = 2;
	net_start(net, 0);
	for (i = 1; i < 5; i++) {
		s[i] = insider(net, i, 1);
		insider_hello(&s[i], 0);
		say_of(&s[i], i, 1, 1);
	}
	ask_for(&s[1], &all, 1);
	CHECK(told_of(0) && told_of(2) && told_of(3) && told_of(4), "not of all");
	insider_claim(&s[1], 0, &net->node[2].config.self, GW_DEAD, 1);
	insider_claim(&s[3], 0, &net->node[3].config.self, GW_LEFT, 1);
	for (i = 2; i < 8; i++) {
		net_run(net, 500 * NET_MS);
		/* Others go on to speak of it. */
		say_of(&s[1], 2, 1, i);
		say_of(&s[4], 4, 1, i);
	}
	CHECK_EQ(member(net, 2).state, GOSSIP_DEAD);
	CHECK(!member(net, 4).silent, "node 4 is silent");
	ask_for(&s[1], &all, 1);
	CHECK(told_of(0) && told_of(4), "not of those who live");
	CHECK(!told_of(2) && !told_of(3), "of the gone");
	ask_for(&s[1], &all, 2);
	CHECK_EQ(tap.datagrams, 0);
	CHECK_EQ(counter(net, GOSSIP_DROP_ZONE), 1);
	net_free(net);
}

/* --- where somebody is --- */

static void say_where(struct insider *by, uint32_t of, uint32_t where)
{
	struct gw_record r = { .type = GW_ADDRESS };
	struct gossip_addr addr = net_addr(where);

	r.address.node = net_id(of);
	r.address.len = addr.len;
	memcpy(r.address.byte, addr.byte, addr.len);
	insider_say(by, 0, &r);
}

/* Who was asked, while the question is on, and once: nobody can be sent to anywhere by others. */
static void only_who_was_asked_says_where(void)
{
	struct insider s[4];
	struct net *net = scene(4, s);

	insider_hello(&s[3], 0);
	say_where(&s[1], 60, 77);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 1);
	say_of(&s[1], 2, 1, 1);
	say_where(&s[1], 2, 77);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 2);
	/* It has not come itself for a second. */
	net_run(net, 1100 * NET_MS);
	tap_clear();
	say_of(&s[1], 2, 1, 2);
	CHECK(tap_went_to(tap_last(GW_PULL), 1) &&
	      tap_last(GW_PULL)->record.pull.node.byte[15] == 2, "not asked");
	say_where(&s[3], 2, 77);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 3);
	CHECK_EQ(tap_count_to(GW_HELLO, 77), 0);
	say_where(&s[1], 2, 77);
	CHECK_EQ(tap_count_to(GW_HELLO, 77), 1);
	say_where(&s[1], 2, 78);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 4);
	CHECK_EQ(tap_count_to(GW_HELLO, 78), 0);
	/* An answer that comes too late, and one of who has come himself meanwhile. */
	net_run(net, 1100 * NET_MS);
	say_of(&s[1], 2, 1, 3);
	net->now_ns += NET_S + 1;
	say_where(&s[1], 2, 79);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 5);
	say_of(&s[1], 2, 1, 4);
	say_of(&s[2], 2, 1, 5);
	say_where(&s[1], 2, 80);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 6);
	CHECK_EQ(tap_count_to(GW_HELLO, 79) + tap_count_to(GW_HELLO, 80), 0);
	net_free(net);
}

/* --- what counts --- */

/* Who has left stays away in that life, whatever others still say, and is back in the next one. */
static void who_has_left_comes_back_in_a_new_life(void)
{
	struct insider s[3];
	struct net *net = scene(3, s);

	insider_hello(&s[2], 0);
	say_of(&s[2], 2, 1, 1);
	insider_claim(&s[2], 0, &net->node[2].config.self, GW_LEFT, 1);
	say_of(&s[1], 2, 1, 2);
	CHECK_EQ(member(net, 2).state, GOSSIP_LEFT);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 1);
	say_of(&s[1], 2, 2, 1);
	CHECK_EQ(member(net, 2).state, GOSSIP_ALIVE);
	CHECK_EQ(member(net, 2).incarnation, 2);
	net_free(net);
}

/* What others had said of a node it may well have come to, or nobody comes to by living. */
static void a_step_is_believed_and_no_leap(void)
{
	struct insider s[4];
	struct net *net = scene(4, s);

	say_of(&s[1], 2, 5, 1);
	say_of(&s[1], 3, 1ULL << 50, 1);
	say_of(&s[2], 2, 1, 9);
	say_of(&s[3], 3, 1, 9);
	CHECK_EQ(member(net, 2).incarnation, 5);
	CHECK_EQ(member(net, 2).beacon.seq, 1);
	CHECK_EQ(member(net, 3).incarnation, 1);
	CHECK_EQ(member(net, 3).beacon.seq, 9);
	net_free(net);
}

/* Nothing that it says itself is newer: it has to know what was made up, once a second. */
static void who_is_outdone_by_what_was_made_up_is_told(void)
{
	struct insider s[3];
	struct net *net = scene(3, s);
	struct gw_record r = insider_beacon(&net->node[2].config.self, 1);
	const struct tapped *t;

	say_of(&s[2], 2, 1, 1);
	r.beacon.seq = 1000;
	r.beacon.interval_ms = 100;
	insider_say(&s[1], 0, &r);
	tap_clear();
	say_of(&s[2], 2, 1, 2);
	/* As long as it is heard by others that may be just what they know. */
	CHECK_EQ(tap_count_to(GW_BEACON, 2), 0);
	net_run(net, 500 * NET_MS);
	CHECK(member(net, 2).silent, "heard, of what is made up");
	tap_clear();
	say_of(&s[2], 2, 1, 3);
	CHECK_EQ(tap_count_to(GW_BEACON, 2), 1);
	t = tap_last(GW_BEACON);
	CHECK(t->record.beacon.node.byte[15] == 2 && t->record.beacon.seq == 1000, "of node %u",
	      t->record.beacon.node.byte[15]);
	net->now_ns += 900 * NET_MS;
	say_of(&s[2], 2, 1, 4);
	CHECK_EQ(tap_count_to(GW_BEACON, 2), 1);
	net->now_ns += 200 * NET_MS;
	say_of(&s[2], 2, 1, 5);
	CHECK_EQ(tap_count_to(GW_BEACON, 2), 2);
	net_free(net);
}

/* Of which zone a node is its own word says, or the authority's; else who passes it on is of it. */
static void nobody_is_moved_to_this_zone_by_others(void)
{
	uint32_t way;

	enum { SAID, HIMSELF, ENDORSED, WAYS };
	for (way = 0; way < WAYS; way++) {
		struct net *net = net_new(3);
		struct insider s[3] = { insider(net, 0, 1), insider(net, 1, 1),
					insider(net, 2, 2) };
		struct gw_record r = { .type = GW_HELLO };
		uint8_t message[SEAL_ENDORSED_BYTES];
		struct gossip_config *c;
		struct gossip_zone z;
		uint32_t i;

		net->node[2].config.zone = 2;
		for (i = 0; i < 3 && way == ENDORSED; i++) {
			c = &net->node[i].config;
			c->authority.byte[0] = 0x55;
			seal_endorsed_bytes(&c->self, &c->public_key, c->zone, message);
			net_signature(&c->authority, message, sizeof(message), &c->endorsement);
		}
		net_start(net, 0);
		insider_hello(&s[1], 0);
		c = &net->node[2].config;
		r.hello = (struct gw_hello){
			.node = c->self, .incarnation = 1, .zone = 2,
			.public_key = c->public_key, .endorsement = c->endorsement,
		};
		CHECK(seal_sign(&net->node[2].crypto, &r), "not signed");
		insider_say(&s[way == HIMSELF ? 2 : 1], 0, &r);
		say_of(&s[1], 2, 1, 1);
		net_run(net, 200 * NET_MS);
		gossip_get_zone(net->node[0].g, 0, &z);
		CHECK(z.seen == (way == SAID ? 3 : 2), "way %u: %u are seen", way, z.seen);
		net_free(net);
	}
}

/* As old as time itself, and before it: that says nothing of now. */
static void what_is_older_than_time_is_no_word_from_now(void)
{
	struct insider s[3];
	struct net *net = net_new(3);
	struct gw_record r = insider_beacon(&net->node[2].config.self, 1);

	net->now_ns = NET_MS;
	s[1] = insider(net, 1, 1);
	s[2] = insider(net, 2, 1);
	net_start(net, 0);
	insider_hello(&s[1], 0);
	say_of(&s[2], 2, 1, 1);
	net->now_ns += 2 * NET_MS;
	r.beacon.seq = 2;
	r.beacon.age_ms = 50;
	insider_say(&s[1], 0, &r);
	CHECK_EQ(member(net, 2).beacon.seq, 2);
	CHECK_EQ(member(net, 2).heard_ns, NET_MS);
	r.beacon.seq = 3;
	r.beacon.age_ms = 1;
	insider_say(&s[1], 0, &r);
	CHECK_EQ(member(net, 2).heard_ns, 2 * NET_MS);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "what_is_known_is_answered", what_is_known_is_answered },
	{ "the_gone_are_not_told_of", the_gone_are_not_told_of },
	{ "only_who_was_asked_says_where", only_who_was_asked_says_where },
	{ "who_has_left_comes_back_in_a_new_life", who_has_left_comes_back_in_a_new_life },
	{ "a_step_is_believed_and_no_leap", a_step_is_believed_and_no_leap },
	{ "who_is_outdone_by_what_was_made_up_is_told",
	  who_is_outdone_by_what_was_made_up_is_told },
	{ "nobody_is_moved_to_this_zone_by_others", nobody_is_moved_to_this_zone_by_others },
	{ "what_is_older_than_time_is_no_word_from_now",
	  what_is_older_than_time_is_no_word_from_now },
	{ NULL, NULL },
};

const struct test_suite said_suite = { "said", cases };
