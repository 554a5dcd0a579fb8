// SPDX-License-Identifier: GPL-2.0
/*
 * Probes: what answers one, what is asked on behalf of others and how much of that, and who is
 * asked at all. Node 0 is looked at; all others say what the test wants.
 */
#include "insider.h"
#include "tap.h"

/* Questions of others at a time. */
#define ASKED 32

static struct net *scene(uint32_t nr, struct insider *s)
{
	struct net *net = net_new(nr);
	uint32_t i;

	tap_on(net, 0);
	net->node[0].config.indirect = 1;
	net_start(net, 0);
	for (i = 1; i < nr; i++) {
		s[i] = insider(net, i, 1);
		insider_hello(&s[i], 0);
	}
	tap_clear();
	return net;
}

static void say_probe(struct insider *s, enum gw_probe_kind kind, uint32_t number, uint32_t target,
		      uint32_t origin)
{
	struct gw_record r = { .type = GW_PROBE };

	r.probe = (struct gw_probe){
		.kind = kind, .number = number, .target = net_id(target),
		.origin = net_id(origin), .incarnation = 1,
	};
	insider_say(s, 0, &r);
}

/* Probes of a kind that went to a node. */
static uint32_t sent(enum gw_probe_kind kind, uint32_t to)
{
	uint32_t nr = 0;
	size_t i;

	for (i = 0; i < tap.nr; i++)
		nr += tap.sent[i].record.type == GW_PROBE &&
		      tap.sent[i].record.probe.kind == kind && tap_went_to(&tap.sent[i], to);
	return nr;
}

/* --- for others --- */

static void one_is_asked_for_another(void)
{
	struct insider s[4];
	struct net *net = scene(4, s);
	const struct gw_probe *p;

	say_probe(&s[1], GW_PING_FOR_ME, 77, 2, 1);
	p = &tap_last(GW_PROBE)->record.probe;
	CHECK(sent(GW_PING, 2) == 1 && p->number == 77 && p->origin.byte[15] == 1, "not asked");
	say_probe(&s[2], GW_ACK, 77, 2, 1);
	p = &tap_last(GW_PROBE)->record.probe;
	CHECK(sent(GW_ACK, 1) == 1 && p->number == 77 && p->target.byte[15] == 2, "not told");
	/* Once. */
	say_probe(&s[2], GW_ACK, 77, 2, 1);
	net_run(net, NET_S);
	CHECK_EQ(sent(GW_ACK, 1), 1);
	CHECK_EQ(sent(GW_NACK, 1), 0);
	net_free(net);
}

static void who_has_no_answer_says_so(void)
{
	struct insider s[4];
	struct net *net = scene(4, s);

	say_probe(&s[1], GW_PING_FOR_ME, 77, 2, 1);
	net_run(net, 390 * NET_MS);
	CHECK_EQ(sent(GW_NACK, 1), 0);
	net_run(net, 20 * NET_MS);
	CHECK_EQ(sent(GW_NACK, 1), 1);
	CHECK_EQ(tap_last(GW_PROBE)->record.probe.number, 77);
	/* Of whom nothing is known, at once. */
	say_probe(&s[1], GW_PING_FOR_ME, 78, 60, 1);
	CHECK_EQ(sent(GW_NACK, 1), 2);
	CHECK_EQ(tap_last(GW_PROBE)->record.probe.number, 78);
	net_free(net);
}

/* In the name of somebody else nobody is asked, and nobody answers. */
static void nobody_asks_or_answers_for_another(void)
{
	struct insider s[4];
	struct net *net = scene(4, s);

	say_probe(&s[3], GW_PING_FOR_ME, 76, 2, 1);
	CHECK_EQ(tap.datagrams, 0);
	say_probe(&s[1], GW_PING_FOR_ME, 77, 2, 1);
	say_probe(&s[3], GW_ACK, 77, 2, 1);
	say_probe(&s[2], GW_ACK, 76, 2, 1);
	say_probe(&s[2], GW_ACK, 77, 2, 3);
	say_probe(&s[2], GW_ACK, 77, 3, 1);
	CHECK_EQ(sent(GW_ACK, 1) + sent(GW_ACK, 3), 0);
	/* A question to somebody else is not for this node. */
	say_probe(&s[1], GW_PING, 79, 2, 1);
	CHECK_EQ(sent(GW_ACK, 1), 0);
	say_probe(&s[1], GW_PING, 79, 0, 1);
	CHECK_EQ(sent(GW_ACK, 1), 1);
	net_free(net);
}

static void questions_of_others_are_bounded(void)
{
	struct insider s[4];
	struct net *net = scene(4, s);
	uint32_t i;

	for (i = 0; i < ASKED + 3; i++)
		say_probe(&s[1], GW_PING_FOR_ME, 100 + i, 2, 1);
	CHECK_EQ(sent(GW_PING, 2), ASKED);
	CHECK_EQ(counter(net, GOSSIP_DROP_RATE), 3);
	/* All that were asked are told. */
	net_run(net, 410 * NET_MS);
	CHECK_EQ(sent(GW_NACK, 1), ASKED);
	say_probe(&s[1], GW_PING_FOR_ME, 200, 2, 1);
	CHECK_EQ(tap_last(GW_PROBE)->record.probe.number, 200);
	CHECK_EQ(counter(net, GOSSIP_DROP_RATE), 3);
	net_free(net);
}

/* Who has asked is gone before there is an answer, or none. */
static void nobody_is_left_to_be_told(void)
{
	int acked;

	for (acked = 0; acked < 2; acked++) {
		struct net *net = net_new(5);
		struct insider s[5];
		uint32_t i;

		for (i = 1; i < 5; i++)
			s[i] = insider(net, i, 1);
		tap_on(net, 0);
		net->node[0].config.members_max = 4;
		net_start(net, 0);
		for (i = 1; i < 4; i++)
			insider_hello(&s[i], 0);
		say_probe(&s[1], GW_PING_FOR_ME, 77, 2, 1);
		insider_claim(&s[1], 0, &s[1].n->config.self, GW_LEFT, 1);
		net->now_ns += NET_MS;
		/* Takes its place. */
		insider_hello(&s[4], 0);
		CHECK_EQ(gossip_nr_members(net->node[0].g), 3);
		tap_clear();
		if (acked)
			say_probe(&s[2], GW_ACK, 77, 2, 1);
		net_run(net, 410 * NET_MS);
		for (i = 0; i < 5; i++)
			CHECK(!sent(GW_NACK, i) && !sent(GW_ACK, i), "node %u is told", i);
		net_free(net);
	}
}

/* --- the own ones --- */

/* The one who is asked, and which question that is; the other one of 1 and 2 could help. */
struct question {
	uint32_t target;
	uint32_t helper;
	uint32_t number;
};

static struct question wait_for_question(struct net *net)
{
	struct question q = { 0 };
	uint32_t ms;

	for (ms = 0; ms < 2000 && !q.target; ms++) {
		tap_clear();
		net_run(net, NET_MS);
		q.target = sent(GW_PING, 1) ? 1 : sent(GW_PING, 2) ? 2 : 0;
	}
	CHECK(q.target, "nobody is asked");
	q.helper = 3 - q.target;
	q.number = tap_last(GW_PROBE)->record.probe.number;
	return q;
}

static uint32_t health(const struct net *net)
{
	struct gossip_self self;

	gossip_get_self(net->node[0].g, &self);
	return self.health;
}

static void only_its_answer_answers_a_question(void)
{
	struct insider s[3];
	struct net *net = scene(3, s);
	struct question q = wait_for_question(net);
	struct gossip_member m;

	net_run(net, 100 * NET_MS);
	say_probe(&s[q.helper], GW_ACK, q.number + 1, q.target, 0);
	say_probe(&s[q.helper], GW_ACK, q.number, q.helper, 0);
	net_run(net, 950 * NET_MS);
	CHECK_EQ(counter(net, GOSSIP_PROBES_FAILED), 1);
	CHECK(net_member(net, 0, q.target, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	/* When nothing is asked any more it is no answer. */
	CHECK_EQ(m.rtt_ns, 0);
	net_free(net);
}

/* By way of somebody it is an answer, but says nothing of the time. */
static void an_answer_by_way_of_others_has_no_time(void)
{
	struct insider s[3];
	struct net *net = scene(3, s);
	struct question q = wait_for_question(net);
	struct gossip_member m;

	net_run(net, 100 * NET_MS);
	say_probe(&s[q.helper], GW_ACK, q.number, q.target, 0);
	net_run(net, 450 * NET_MS);
	CHECK_EQ(counter(net, GOSSIP_PROBES_FAILED), 0);
	CHECK_EQ(sent(GW_PING_FOR_ME, q.helper), 0);
	CHECK(net_member(net, 0, q.target, &m) && !m.rtt_ns, "%llu ns",
	      (unsigned long long)m.rtt_ns);
	CHECK(net_member(net, 0, q.helper, &m) && !m.rtt_ns, "%llu ns",
	      (unsigned long long)m.rtt_ns);
	net_free(net);
	net = scene(3, s);
	q = wait_for_question(net);
	net_run(net, 100 * NET_MS);
	say_probe(&s[q.target], GW_ACK, q.number, q.target, 0);
	CHECK(net_member(net, 0, q.target, &m), "not known");
	CHECK(m.rtt_ns >= 100 * NET_MS && m.rtt_ns <= 101 * NET_MS, "%llu ns",
	      (unsigned long long)m.rtt_ns);
	net_free(net);
}

/* If others have no answer either this node is not the slow one: gossipd's health stays good. */
static uint32_t health_after(enum gw_probe_kind kind, uint32_t nr, bool right_number,
			     uint32_t origin)
{
	struct insider s[3];
	struct net *net = scene(3, s);
	struct question q = wait_for_question(net);
	uint32_t i, after;

	/* Too early: nobody has been asked yet. */
	say_probe(&s[q.helper], GW_NACK, q.number, q.target, 0);
	net_run(net, 510 * NET_MS);
	CHECK_EQ(sent(GW_PING_FOR_ME, q.helper), 1);
	for (i = 0; i < nr; i++)
		say_probe(&s[q.helper], kind, q.number + !right_number, q.target, origin);
	net_run(net, 530 * NET_MS);
	CHECK_EQ(counter(net, GOSSIP_PROBES_FAILED), 1);
	after = health(net);
	net_free(net);
	return after;
}

static void who_is_told_that_others_hear_nothing_is_not_slow(void)
{
	CHECK_EQ(health_after(GW_NACK, 0, true, 0), 1);
	CHECK_EQ(health_after(GW_NACK, 1, true, 0), 0);
	CHECK_EQ(health_after(GW_NACK, 5, true, 0), 0);
	CHECK_EQ(health_after(GW_NACK, 1, false, 0), 1);
	CHECK_EQ(health_after(GW_NACK, 1, true, 1), 1);
}

/* --- who is asked --- */

static void who_is_not_there_any_more_is_not_asked(void)
{
	struct net *net = net_new(3);
	struct insider s[3];
	uint32_t i;

	tap_on(net, 0);
	net->node[0].config.probe_interval_ms = 100000;
	net_start(net, 0);
	for (i = 1; i < 3; i++) {
		s[i] = insider(net, i, 1);
		insider_hello(&s[i], 0);
	}
	net_run(net, 101 * NET_S);
	CHECK_EQ(counter(net, GOSSIP_PROBES), 1);
	/* One of them would be the next. After 60 s they are not in the table any more. */
	for (i = 1; i < 3; i++)
		insider_claim(&s[i], 0, &s[i].n->config.self, GW_LEFT, 1);
	net_run(net, 61 * NET_S);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 0);
	tap_clear();
	net_run(net, 100 * NET_S);
	CHECK_EQ(counter(net, GOSSIP_PROBES), 1);
	CHECK_EQ(sent(GW_PING, 1) + sent(GW_PING, 2), 0);
	net_free(net);
}

/* Node 2 is only spoken of, node 1 is there; both are dead to node 0. */
static void the_dead_are_spoken_to_where_they_can_be(void)
{
	struct net *net = net_new(4);
	struct insider s[4];
	struct gw_record r = { .type = GW_HELLO };
	struct gossip_member m = { 0 };
	uint32_t i, pings;

	for (i = 1; i < 4; i++)
		s[i] = insider(net, i, 1);
	tap_on(net, 0);
	/* Whoever accuses first is right, after four seconds. */
	net->node[0].config.suspicion_mult = 4;
	net->node[0].config.suspicion_max_mult = 4;
	net->node[0].config.confirmations = 0;
	net_start(net, 0);
	insider_hello(&s[1], 0);
	insider_hello(&s[3], 0);
	r.hello = (struct gw_hello){
		.node = net_id(2), .incarnation = 1, .zone = 1,
		.public_key = net->node[2].config.public_key,
	};
	CHECK(seal_sign(&net->node[2].crypto, &r), "not signed");
	insider_say(&s[3], 0, &r);
	insider_claim(&s[3], 0, &net->node[1].config.self, GW_DEAD, 1);
	insider_claim(&s[3], 0, &net->node[2].config.self, GW_DEAD, 1);
	net_run(net, 3900 * NET_MS);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	CHECK(net_member(net, 0, 2, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	net_run(net, 200 * NET_MS);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_DEAD, "state %d", m.state);
	CHECK(net_member(net, 0, 2, &m) && m.state == GOSSIP_DEAD, "state %d", m.state);
	/* And so is node 3 by then, which does not answer. */
	net_run(net, 10 * NET_S);
	CHECK(net_member(net, 0, 3, &m) && m.state == GOSSIP_DEAD, "state %d", m.state);
	tap_clear();
	net_run(net, 90 * NET_S);
	pings = sent(GW_PING, 1) + sent(GW_PING, 3);
	CHECK(pings >= 3 && pings <= 4, "%u times", pings);
	CHECK_EQ(sent(GW_PING, 2), 0);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "one_is_asked_for_another", one_is_asked_for_another },
	{ "who_has_no_answer_says_so", who_has_no_answer_says_so },
	{ "nobody_asks_or_answers_for_another", nobody_asks_or_answers_for_another },
	{ "questions_of_others_are_bounded", questions_of_others_are_bounded },
	{ "nobody_is_left_to_be_told", nobody_is_left_to_be_told },
	{ "only_its_answer_answers_a_question", only_its_answer_answers_a_question },
	{ "an_answer_by_way_of_others_has_no_time", an_answer_by_way_of_others_has_no_time },
	{ "who_is_told_that_others_hear_nothing_is_not_slow",
	  who_is_told_that_others_hear_nothing_is_not_slow },
	{ "who_is_not_there_any_more_is_not_asked", who_is_not_there_any_more_is_not_asked },
	{ "the_dead_are_spoken_to_where_they_can_be", the_dead_are_spoken_to_where_they_can_be },
	{ NULL, NULL },
};

const struct test_suite probe_suite = { "probe", cases };
