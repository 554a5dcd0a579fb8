// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody with the zone's key and an identity of his own cannot bring about: incarnations
 * that nobody can go above, a crisis or a silence of others, lives and deaths by his word alone.
 */
#include "insider.h"

/* More than a clock that counts ms has counted by now. */
#define BY_CLOCK 2000000000000ULL

/* One accusation must not take all incarnations that there are. */
static void an_accusation_leaves_room_for_a_restart(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gossip_config config;
	struct gossip_member m;

	net_start(net, 0);
	net_start(net, 1);
	net_live(net, 4, 50);
	insider_hello(&s, 0);
	insider_claim(&s, 0, &net->node[0].config.self, GW_SUSPECT, UINT64_MAX / 2 - 1);
	config = net->node[0].config;
	config.incarnation = net->node[0].persisted + 1;
	CHECK(!gossip_config_check(&config), "%s", gossip_config_check(&config));
	CHECK_EQ(gossip_counters(net->node[0].g)[GOSSIP_REFUTED], 0);
	/* Of others it counts in the incarnation that is known: that they can contradict. */
	insider_claim(&s, 0, &net->node[1].config.self, GW_SUSPECT, UINT64_MAX / 2 - 1);
	CHECK(net_member(net, 0, 1, &m), "not known");
	CHECK_EQ(m.incarnation, 1);
	net_live(net, 3, 50);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE, "state %d", m.state);
	CHECK(m.incarnation < 5, "%llu", (unsigned long long)m.incarnation);
	net_free(net);
}

/* Large steps are for who has lost his incarnation: he takes one, and not one after the other. */
static void incarnations_leap_once_a_second(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gossip_self self;
	uint64_t at = 1;
	uint32_t i;

	net_start(net, 0);
	net_live(net, 4, 50);
	insider_hello(&s, 0);
	for (i = 0; i < 20; i++)
		insider_claim(&s, 0, &net->node[0].config.self, GW_SUSPECT, at += 1ULL << 39);
	gossip_get_self(net->node[0].g, &self);
	CHECK_EQ(self.incarnation, 2 + (1ULL << 39));
	net_run(net, NET_S);
	insider_claim(&s, 0, &net->node[0].config.self, GW_SUSPECT, at = 1 + (1ULL << 40));
	gossip_get_self(net->node[0].g, &self);
	CHECK_EQ(self.incarnation, at + 1);
	/* Small ones at any time. */
	for (i = 0; i < 20; i++)
		insider_claim(&s, 0, &net->node[0].config.self, GW_SUSPECT, at += 1 + i);
	gossip_get_self(net->node[0].g, &self);
	CHECK_EQ(self.incarnation, at + 1);
	net_free(net);
}

/* Its state is lost, and its clock is back in 1970. */
static void who_has_lost_all_gets_in(void)
{
	struct net *net = net_new(3);
	struct gossip_member m;

	net->node[1].config.incarnation = BY_CLOCK;
	net_start_all(net);
	net_live(net, 4, 50);
	net_kill(net, 1);
	net->node[1].config.incarnation = 5000;
	net_start(net, 1);
	net_live(net, 5, 50);
	CHECK_EQ(net->node[1].persisted, BY_CLOCK + 1);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE && !m.silent, "shut out");
	net_free(net);
}

/* What was made up of a node before it was heard itself does not count once it is. */
static void the_own_word_counts_more(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gw_record r = insider_beacon(&net->node[1].config.self, 1ULL << 62);
	struct gossip_member m;

	net_start(net, 0);
	net_live(net, 4, 50);
	insider_say(&s, 0, &r);
	net_start(net, 1);
	net_live(net, 10, 50);
	CHECK(net_member(net, 0, 1, &m), "not known");
	CHECK(!m.silent && m.incarnation < 100, "silent, state %d", m.state);
	net_free(net);
}

/* What comes unsigned must not shut out what is signed. */
static void an_unsigned_crisis_shuts_nobody_out(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gw_record r = { .type = GW_CRISIS };
	uint64_t stale;

	net_start(net, 0);
	net_live(net, 4, 50);
	r.crisis.beacon = insider_beacon(&net->node[2].config.self, UINT64_MAX).beacon;
	r.crisis.beacon.flags = GW_IN_CRISIS;
	insider_say(&s, 0, &r);
	insider_hello(&s, 0);
	r.crisis.beacon.incarnation = 1;
	r.crisis.beacon.seq = 5;
	CHECK(seal_sign(&s.n->crypto, &r), "not signed");
	stale = gossip_counters(net->node[0].g)[GOSSIP_DROP_STALE];
	insider_say(&s, 0, &r);
	CHECK_EQ(gossip_counters(net->node[0].g)[GOSSIP_DROP_STALE], stale);
	/* Signed ones shut out those behind them. */
	r.crisis.beacon.seq = 4;
	CHECK(seal_sign(&s.n->crypto, &r), "not signed");
	insider_say(&s, 0, &r);
	CHECK_EQ(gossip_counters(net->node[0].g)[GOSSIP_DROP_STALE], stale + 1);
	net_free(net);
}

/*
 * With an incarnation that the others do not have, and an interval of a minute: one accuser alone,
 * who has been promised a beacon in a while.
 */
static void a_long_interval_keeps_nobody_alive(void)
{
	struct net *net = net_new(5);
	struct insider s = insider(net, 4, 1);
	struct gw_record r = insider_beacon(&net->node[4].config.self, 1ULL << 50);
	struct gossip_member m;
	uint32_t i;

	for (i = 0; i < 5; i++) {
		net->node[i].config.suspicion_mult = 4;
		net->node[i].config.suspicion_max_mult = 3;
	}
	for (i = 0; i < 4; i++)
		net_start(net, i);
	net_live(net, 4, 50);
	for (i = 0; i < 4; i++)
		insider_hello(&s, i);
	r.beacon.interval_ms = 65535;
	/* Not passed on. */
	r.beacon.ttl = 0;
	insider_say(&s, 0, &r);
	/* 12 s is the longest, 4 nodes are probed by then. */
	net_live(net, 20, 50);
	for (i = 0; i < 4; i++)
		CHECK(net_member(net, i, 4, &m) && m.state == GOSSIP_DEAD, "node %u", i);
	net_free(net);
}

/* What others say of a node is worth something for as long as a suspicion takes. */
static void hearsay_alone_keeps_nobody_alive(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gw_id often = net_id(60), rarely = net_id(61), old = net_id(62), other = net_id(63);
	struct gw_record r;
	struct gossip_member m;

	net->node[0].config.suspicion_mult = 4;
	net->node[0].config.suspicion_max_mult = 3;
	net_start(net, 0);
	net_live(net, 4, 50);
	r = insider_beacon(&often, 1);
	insider_say(&s, 0, &r);
	r = insider_beacon(&rarely, 1);
	r.beacon.interval_ms = 65535;
	insider_say(&s, 0, &r);
	/* As if of another zone, which nobody has looked at. */
	r = (struct gw_record){ .type = GW_HELLO };
	r.hello = (struct gw_hello){
		.node = other, .incarnation = 1, .zone = 9,
		.public_key = s.n->config.public_key,
	};
	CHECK(seal_sign(&s.n->crypto, &r), "not signed");
	insider_say(&s, 0, &r);
	r = insider_beacon(&other, 1);
	r.beacon.interval_ms = 65535;
	insider_say(&s, 0, &r);
	/* That stands for all that is older, by any interval. */
	r = insider_beacon(&old, 1);
	r.beacon.interval_ms = 65535;
	r.beacon.age_ms = 65534;
	insider_say(&s, 0, &r);
	CHECK(!net_member(net, 0, 62, &m), "as old as can be, and taken");
	net_live(net, 11, 50);
	CHECK(net_member(net, 0, 60, &m) && m.state == GOSSIP_ALIVE, "forgotten too early");
	net_live(net, 2, 50);
	CHECK(!net_member(net, 0, 60, &m), "not forgotten after the longest suspicion");
	net_live(net, 15, 50);
	CHECK(net_member(net, 0, 61, &m), "forgotten too early");
	net_live(net, 4, 50);
	CHECK(!net_member(net, 0, 61, &m), "not forgotten after 30 s");
	CHECK(!net_member(net, 0, 63, &m), "not forgotten, as of another zone");
	net_free(net);
}

/* Of whom there was only talk, and who has left: or what he said before would count again. */
static void who_is_gone_stays_gone_for_a_while(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	const struct gw_id gone = net_id(1);
	struct gw_record r[3];
	struct gossip_member m;

	net->node[0].config.suspicion_mult = 4;
	net->node[0].config.suspicion_max_mult = 3;
	net_start(net, 0);
	net_live(net, 4, 50);
	r[0] = insider_beacon(&gone, 1);
	r[1] = (struct gw_record){ .type = GW_HELLO };
	r[1].hello = (struct gw_hello){
		.ttl = 3, .node = gone, .incarnation = 1, .lamport = 1, .zone = 1,
		.public_key = net->node[1].config.public_key,
	};
	CHECK(seal_sign(&net->node[1].crypto, &r[1]), "not signed");
	r[2] = (struct gw_record){ .type = GW_CLAIM };
	r[2].claim = (struct gw_claim){
		.verdict = GW_LEFT, .ttl = 3, .subject = gone, .incarnation = 1,
		.claimant = gone, .claimant_incarnation = 1,
	};
	CHECK(seal_sign(&net->node[1].crypto, &r[2]), "not signed");
	insider_say_many(&s, 0, r, 3);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_LEFT, "it has not left");
	net_live(net, 50, 50);
	insider_say_many(&s, 0, r, 2);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_LEFT, "it lives again");
	net_live(net, 15, 50);
	CHECK(!net_member(net, 0, 1, &m), "not forgotten after 60 s");
	net_free(net);
}

/* What is said of a node that was forgotten begins where it had come to. */
static void who_was_forgotten_is_no_younger(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gossip_addr addr = net_addr(1);
	struct gossip_member m;
	struct gw_record r;

	net->node[1].config.zone = 2;
	net->node[1].config.incarnation = 7;
	net_start(net, 0);
	net_start(net, 1);
	gossip_contact(net->node[0].g, net->now_ns, &addr);
	net_live(net, 4, 50);
	CHECK(net_member(net, 0, 1, &m) && m.incarnation == 7, "not known");
	net_kill(net, 1);
	net_live(net, 80, 50);
	CHECK(!net_member(net, 0, 1, &m), "not forgotten");
	r = insider_beacon(&net->node[1].config.self, 6);
	insider_say(&s, 0, &r);
	CHECK(!net_member(net, 0, 1, &m), "of incarnation %llu",
	      (unsigned long long)m.incarnation);
	insider_claim(&s, 0, &net->node[1].config.self, GW_SUSPECT, 6);
	r = insider_beacon(&net->node[1].config.self, 7);
	insider_say(&s, 0, &r);
	CHECK(net_member(net, 0, 1, &m) && m.incarnation == 7, "not known again");
	net_free(net);
}

/* Nobody here could ask it anything: it may well live elsewhere. It is forgotten, not dead. */
static void who_is_only_spoken_of_is_not_judged(void)
{
	struct net *net = net_new(5);
	struct insider s = insider(net, 4, 1);
	struct gw_id elsewhere = net_id(60);
	struct gw_record r = insider_beacon(&elsewhere, 1);
	struct gossip_member m;
	uint32_t i;

	for (i = 0; i < 4; i++) {
		net->node[i].config.suspicion_mult = 4;
		net->node[i].config.suspicion_max_mult = 3;
		net_start(net, i);
	}
	net_live(net, 4, 50);
	insider_hello(&s, 0);
	r.beacon.interval_ms = 65535;
	r.beacon.ttl = 0;
	insider_say(&s, 0, &r);
	insider_claim(&s, 0, &elsewhere, GW_SUSPECT, 1);
	net_live(net, 25, 50);
	CHECK(net_member(net, 0, 60, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	net_live(net, 10, 50);
	CHECK(!net_member(net, 0, 60, &m), "not forgotten");
	net_free(net);
}

/*
 * However many accuse it: nothing that it says to that could be told from what anybody says, nor
 * would it come here by itself.
 */
static void who_could_not_refute_is_not_judged(void)
{
	struct net *net = net_new(6);
	struct gw_id elsewhere = net_id(60);
	struct gw_record r = insider_beacon(&elsewhere, 1);
	struct gossip_member m;
	struct insider s;
	uint32_t i;

	for (i = 0; i < 2; i++) {
		net->node[i].config.suspicion_mult = 4;
		net->node[i].config.suspicion_max_mult = 3;
		net_start(net, i);
	}
	net_live(net, 4, 50);
	for (i = 2; i < 6; i++) {
		s = insider(net, i, 1);
		insider_hello(&s, 0);
		insider_say(&s, 0, &r);
		insider_claim(&s, 0, &elsewhere, GW_SUSPECT, 1);
	}
	CHECK(net_member(net, 0, 60, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	for (i = 0; i < 30; i++) {
		net_live(net, 1, 50);
		CHECK(!net_member(net, 0, 60, &m) || m.state == GOSSIP_SUSPECT,
		      "state %d after %u s", m.state, i);
	}
	CHECK(!net_member(net, 0, 60, &m), "not forgotten");
	net_free(net);
}

/* Who has been told a wrong key for his accuser refutes all the same, if it is him who says so. */
static void a_wrong_key_hinders_no_refutation(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1), accuser = insider(net, 0, 1);
	struct gw_record r = { .type = GW_HELLO };
	struct gossip_self self;

	net_start(net, 1);
	net_live(net, 4, 50);
	r.hello = (struct gw_hello){
		.ttl = 3, .node = net_id(0), .incarnation = 9, .zone = 1,
		.public_key = s.n->config.public_key,
	};
	CHECK(seal_sign(&s.n->crypto, &r), "not signed");
	insider_say(&s, 1, &r);
	r = (struct gw_record){ .type = GW_CLAIM };
	r.claim = (struct gw_claim){
		.verdict = GW_SUSPECT, .subject = net_id(1), .incarnation = 1,
		.claimant = net_id(0),
	};
	CHECK(seal_sign(&accuser.n->crypto, &r), "not signed");
	insider_say(&s, 1, &r);
	gossip_get_self(net->node[1].g, &self);
	CHECK_EQ(self.incarnation, 1);
	insider_say(&accuser, 1, &r);
	gossip_get_self(net->node[1].g, &self);
	CHECK_EQ(self.incarnation, 2);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "an_accusation_leaves_room_for_a_restart", an_accusation_leaves_room_for_a_restart },
	{ "incarnations_leap_once_a_second", incarnations_leap_once_a_second },
	{ "who_has_lost_all_gets_in", who_has_lost_all_gets_in },
	{ "the_own_word_counts_more", the_own_word_counts_more },
	{ "an_unsigned_crisis_shuts_nobody_out", an_unsigned_crisis_shuts_nobody_out },
	{ "a_long_interval_keeps_nobody_alive", a_long_interval_keeps_nobody_alive },
	{ "hearsay_alone_keeps_nobody_alive", hearsay_alone_keeps_nobody_alive },
	{ "who_is_gone_stays_gone_for_a_while", who_is_gone_stays_gone_for_a_while },
	{ "who_was_forgotten_is_no_younger", who_was_forgotten_is_no_younger },
	{ "who_is_only_spoken_of_is_not_judged", who_is_only_spoken_of_is_not_judged },
	{ "who_could_not_refute_is_not_judged", who_could_not_refute_is_not_judged },
	{ "a_wrong_key_hinders_no_refutation", a_wrong_key_hinders_no_refutation },
	{ NULL, NULL },
};

const struct test_suite insider_suite = { "insider", cases };
