// SPDX-License-Identifier: GPL-2.0
/*
 * Who is judged, and when: what keeps a suspicion from becoming a death, what is no accusation at
 * all, and for how long those are kept who are gone. Node 0 is looked at.
 */
#include "insider.h"
#include "internal.h"

static enum gossip_state state_of(const struct net *net, uint32_t i)
{
	struct gossip_member m;

	CHECK(net_member(net, 0, i, &m), "node %u is not known", i);
	return m.state;
}

static uint64_t incarnation(const struct net *net)
{
	struct gossip_self self;

	gossip_get_self(net->node[0].g, &self);
	return self.incarnation;
}

static struct gw_record hello_of(const struct net *net, uint32_t i)
{
	const struct net_node *n = &net->node[i];
	struct gw_record r = { .type = GW_HELLO };

	r.hello = (struct gw_hello){
		.node = n->config.self, .incarnation = 1, .zone = 1,
		.public_key = n->config.public_key,
	};
	CHECK(seal_sign(&n->crypto, &r), "not signed");
	return r;
}

/* --- a suspicion that goes on --- */

/* All but node 2 speak twice a second, and the first of them has heard of that, if @spoken_of. */
static void live(struct insider *s, uint32_t nr, bool spoken_of, uint32_t ms)
{
	static uint64_t seq;
	struct gw_record r[2];
	uint32_t i;

	for (; ms >= 500; ms -= 500) {
		seq++;
		for (i = 1; i < nr; i++) {
			if (i == 2)
				continue;
			r[0] = insider_beacon(&s[i].n->config.self, 1);
			r[0].beacon.seq = seq;
			r[1] = insider_beacon(&s[2].n->config.self, 1);
			r[1].beacon.seq = seq;
			insider_say_many(&s[i], 0, r, i == 1 && spoken_of ? 2 : 1);
		}
		net_run(s->net, 500 * NET_MS);
	}
}

static struct net *scene(uint32_t nr, struct insider *s)
{
	struct net *net = net_new(nr);
	struct gossip_config *c = &net->node[0].config;
	uint32_t i;

	/* Ten seconds at the longest. */
	c->suspicion_mult = 1;
	c->suspicion_max_mult = 1;
	c->probe_interval_ms = 10000;
	net_start(net, 0);
	for (i = 0; i < nr; i++)
		s[i] = insider(net, i, 1);
	for (i = 1; i < nr; i++) {
		if (i != 2)
			insider_hello(&s[i], 0);
	}
	return net;
}

static void who_is_heard_of_is_not_dead_for_one_accuser(void)
{
	struct insider s[7];
	struct net *net = scene(7, s);

	insider_hello(&s[2], 0);
	insider_claim(&s[1], 0, &net->node[2].config.self, GW_SUSPECT, 1);
	live(s, 7, true, 40000);
	CHECK_EQ(state_of(net, 2), GOSSIP_SUSPECT);
	CHECK_EQ(counter(net, GOSSIP_DEATHS), 0);
	/* Five intervals from the last word on it does not count as heard of: that is the end. */
	live(s, 7, false, 4000);
	CHECK_EQ(state_of(net, 2), GOSSIP_SUSPECT);
	live(s, 7, false, 12000);
	CHECK_EQ(state_of(net, 2), GOSSIP_DEAD);
	net_free(net);
}

/*
 * Who is only spoken of, and whose key is known: more have to say so than for a silent one. Without
 * them it is forgotten, half a minute after the last word, as it has promised none before that.
 */
static void who_cannot_be_asked_is_not_dead_by_time_alone(void)
{
	struct insider s[7];
	struct net *net = scene(7, s);
	struct gw_record r[2] = { hello_of(net, 2), insider_beacon(&net->node[2].config.self, 1) };
	struct gossip_member m;

	r[1].beacon.interval_ms = 65535;
	insider_say_many(&s[1], 0, r, 2);
	insider_claim(&s[1], 0, &net->node[2].config.self, GW_SUSPECT, 1);
	live(s, 7, false, 29500);
	CHECK_EQ(state_of(net, 2), GOSSIP_SUSPECT);
	live(s, 7, false, 1000);
	CHECK(!net_member(net, 0, 2, &m), "not forgotten, in state %d", m.state);
	insider_say_many(&s[1], 0, r, 2);
	insider_claim(&s[1], 0, &net->node[2].config.self, GW_SUSPECT, 1);
	insider_claim(&s[3], 0, &net->node[2].config.self, GW_SUSPECT, 1);
	insider_claim(&s[4], 0, &net->node[2].config.self, GW_SUSPECT, 1);
	live(s, 7, false, 12000);
	CHECK_EQ(state_of(net, 2), GOSSIP_DEAD);
	net_free(net);
}

/* Eight are told apart; one more says nothing new. */
static void accusers_are_bounded(void)
{
	struct insider s[ACCUSERS_MAX + 5];
	struct net *net = scene(ACCUSERS_MAX + 5, s);
	const struct member *m;
	uint32_t i;

	net->node[0].g->config.confirmations = ACCUSERS_MAX;
	insider_hello(&s[2], 0);
	m = members_find(&net->node[0].g->members, &net->node[2].config.self);
	for (i = 3; i < 3 + ACCUSERS_MAX; i++) {
		insider_claim(&s[i], 0, &m->id, GW_SUSPECT, 1);
		CHECK_EQ(m->nr_accusers, i - 2);
	}
	for (; i < ACCUSERS_MAX + 5; i++)
		insider_claim(&s[i], 0, &m->id, GW_SUSPECT, 1);
	CHECK_EQ(m->nr_accusers, ACCUSERS_MAX);
	CHECK(!memcmp(&m->accusers[ACCUSERS_MAX - 1], &s[2 + ACCUSERS_MAX].n->config.self, 16),
	      "the last one has made room");
	CHECK_EQ(m->state, GOSSIP_SUSPECT);
	net_free(net);
}

/* --- what is no accusation --- */

/* By a clock of milliseconds. */
#define BY_CLOCK ((1ULL << 42) + 1000)

static void what_is_beyond_all_clocks_is_not_answered(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	const struct gw_id *self = &net->node[0].config.self;

	net->node[0].config.incarnation = BY_CLOCK;
	net_start(net, 0);
	insider_hello(&s, 0);
	insider_claim(&s, 0, self, GW_SUSPECT, BY_CLOCK - 1);
	CHECK_EQ(incarnation(net), BY_CLOCK);
	insider_claim(&s, 0, self, GW_DEAD, BY_CLOCK);
	CHECK_EQ(incarnation(net), BY_CLOCK + 1);
	insider_claim(&s, 0, self, GW_SUSPECT, BY_CLOCK + 1 + (1ULL << 40));
	CHECK_EQ(incarnation(net), BY_CLOCK + 2 + (1ULL << 40));
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 0);
	net_run(net, 2 * NET_S);
	insider_claim(&s, 0, self, GW_SUSPECT, BY_CLOCK + 3 + (2ULL << 40));
	CHECK_EQ(incarnation(net), BY_CLOCK + 2 + (1ULL << 40));
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), 1);
	net_free(net);
}

/* Somebody has made up a beacon of this node that leaves no incarnation above it. */
static void the_last_incarnation_is_not_gone_above(void)
{
	struct net *net = net_new(2);
	struct insider s = insider(net, 1, 1);
	const struct gw_id *self = &net->node[0].config.self;
	uint64_t last = UINT64_MAX / 2;
	struct gw_record r;

	net->node[0].config.incarnation = last - 5;
	net_start(net, 0);
	r = insider_beacon(self, last);
	insider_say(&s, 0, &r);
	CHECK_EQ(incarnation(net), last - 5);
	r = insider_beacon(self, last - 1);
	insider_say(&s, 0, &r);
	CHECK_EQ(incarnation(net), last);
	CHECK_EQ(counter(net, GOSSIP_REFUTED), 1);
	net_free(net);
}

/* Who says that he has left, and speaks on in a later life, or has been dead in this one. */
static void what_is_of_an_earlier_life_is_no_news(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 1, 1), accuser = insider(net, 2, 1);
	uint64_t stale;

	net_start(net, 0);
	s.sender.incarnation = 5;
	insider_hello(&s, 0);
	insider_hello(&accuser, 0);
	stale = counter(net, GOSSIP_DROP_STALE);
	insider_claim(&s, 0, &s.n->config.self, GW_LEFT, 4);
	insider_claim(&accuser, 0, &s.n->config.self, GW_DEAD, 4);
	CHECK_EQ(state_of(net, 1), GOSSIP_ALIVE);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), stale + 2);
	insider_claim(&s, 0, &s.n->config.self, GW_LEFT, 5);
	CHECK_EQ(state_of(net, 1), GOSSIP_LEFT);
	/* Once more, and accused after he has left. */
	insider_claim(&s, 0, &s.n->config.self, GW_LEFT, 5);
	insider_claim(&accuser, 0, &s.n->config.self, GW_SUSPECT, 5);
	insider_claim(&accuser, 0, &s.n->config.self, GW_SUSPECT, 6);
	CHECK_EQ(state_of(net, 1), GOSSIP_LEFT);
	CHECK_EQ(counter(net, GOSSIP_DROP_STALE), stale + 5);
	net_free(net);
}

/* --- for how long --- */

/* Who has lied does not get rid of that by going and coming back. */
static void those_who_are_not_believed_are_kept_for_longer(void)
{
	struct net *net = net_new(4);
	struct insider s[3] = { insider(net, 1, 1), insider(net, 2, 1), insider(net, 3, 1) };
	struct gossip_member m;
	struct gw_record r;
	uint32_t i, k;

	net_start(net, 0);
	for (k = 0; k < 900; k++) {
		for (i = 0; i < 3; i++) {
			r = insider_beacon(&s[i].n->config.self, 1);
			r.beacon.seq = k + 1;
			r.beacon.power_w = 200;
			r.beacon.inlet_dc = 250;
			/* The last one is hotter than all that it draws for a moment. */
			r.beacon.temp_dc = i == 2 && k >= 100 && k < 110 ? 1000 : 500;
			r.beacon.margin_dc = 1050 - r.beacon.temp_dc;
			insider_say(&s[i], 0, &r);
		}
		net_run(net, NET_S);
	}
	/* It contradicts nothing any more, and is not believed as before yet. */
	CHECK(net_member(net, 0, 3, &m) && m.weight < 1 && !m.suspect, "weight %g", m.weight);
	CHECK(net_member(net, 0, 2, &m) && m.weight == 1, "weight %g", m.weight);
	for (i = 1; i < 3; i++) {
		insider_hello(&s[i], 0);
		insider_claim(&s[i], 0, &s[i].n->config.self, GW_LEFT, 1);
	}
	net_run(net, 61 * NET_S);
	CHECK(!net_member(net, 0, 2, &m), "who is believed is kept");
	CHECK_EQ(state_of(net, 3), GOSSIP_LEFT);
	net_run(net, 3500 * NET_S);
	CHECK_EQ(state_of(net, 3), GOSSIP_LEFT);
	net_run(net, 100 * NET_S);
	CHECK(!net_member(net, 0, 3, &m), "kept for ever");
	net_free(net);
}

static const struct test_case cases[] = {
	{ "who_is_heard_of_is_not_dead_for_one_accuser",
	  who_is_heard_of_is_not_dead_for_one_accuser },
	{ "who_cannot_be_asked_is_not_dead_by_time_alone",
	  who_cannot_be_asked_is_not_dead_by_time_alone },
	{ "accusers_are_bounded", accusers_are_bounded },
	{ "what_is_beyond_all_clocks_is_not_answered", what_is_beyond_all_clocks_is_not_answered },
	{ "the_last_incarnation_is_not_gone_above", the_last_incarnation_is_not_gone_above },
	{ "what_is_of_an_earlier_life_is_no_news", what_is_of_an_earlier_life_is_no_news },
	{ "those_who_are_not_believed_are_kept_for_longer",
	  those_who_are_not_believed_are_kept_for_longer },
	{ NULL, NULL },
};

const struct test_suite verdict_suite = { "verdict", cases };
