// SPDX-License-Identifier: GPL-2.0
/*
 * What nodes may say of others and what not: records by hand, from somebody who has the zone's key.
 * And what may be asked of a node from outside: settings, contacts, views.
 */
#include "net.h"

/* Node 0 listens, node 1 is another one, and node 2 is whoever the test plays. */
struct stage {
	struct net *net;
	struct seal_sender sender;
};

static struct stage stage(void)
{
	struct stage s = { .net = net_new(3) };

	net_start(s.net, 0);
	net_start(s.net, 1);
	net_live(s.net, 4, 50);
	s.sender = (struct seal_sender){
		.node = net_id(2), .zone = 1, .incarnation = 1, .salt = 77,
	};
	return s;
}

static void say(struct stage *s, const struct gw_record *record)
{
	struct net_node *n = &s->net->node[2];
	struct gossip_addr from = net_addr(2);
	uint8_t bytes[GW_DATAGRAM_MAX];
	int len = gw_put(record, bytes + GW_HEADER_BYTES, GW_RECORDS_MAX);

	CHECK(len > 0, "%d", len);
	len = seal_datagram(&n->crypto, &n->config.keys, &s->sender, bytes, len);
	CHECK(len > 0, "%d", len);
	gossip_receive(s->net->node[0].g, s->net->now_ns, &from, bytes, len);
}

static void hello(struct stage *s)
{
	struct gw_record r = { .type = GW_HELLO };

	r.hello = (struct gw_hello){
		.ttl = 3, .node = net_id(2), .incarnation = 1, .lamport = 1, .zone = 1,
		.public_key = s->net->node[2].config.public_key,
	};
	CHECK(seal_sign(&s->net->node[2].crypto, &r), "not signed");
	say(s, &r);
}

static struct gw_record claim(struct stage *s, uint32_t subject, enum gw_verdict verdict,
			      uint64_t incarnation)
{
	struct gw_record r = { .type = GW_CLAIM };

	r.claim = (struct gw_claim){
		.verdict = verdict, .ttl = 3, .subject = net_id(subject),
		.incarnation = incarnation, .claimant = net_id(2), .claimant_incarnation = 1,
	};
	CHECK(seal_sign(&s->net->node[2].crypto, &r), "not signed");
	return r;
}

static uint64_t counted(const struct stage *s, enum gossip_counter c)
{
	return gossip_counters(s->net->node[0].g)[c];
}

static enum gossip_state state(const struct stage *s, uint32_t of)
{
	struct gossip_member m;

	CHECK(net_member(s->net, 0, of, &m), "node %u is not known", of);
	return m.state;
}

static void accusations_need_a_signature(void)
{
	struct stage s = stage();
	struct gw_record r = claim(&s, 1, GW_SUSPECT, 1);
	uint64_t stale;

	/* Before anybody knows the key. */
	say(&s, &r);
	CHECK_EQ(state(&s, 1), GOSSIP_ALIVE);
	CHECK_EQ(counted(&s, GOSSIP_DROP_SIGNATURE), 1);
	hello(&s);
	r.claim.signature.byte[5] ^= 1;
	say(&s, &r);
	CHECK_EQ(state(&s, 1), GOSSIP_ALIVE);
	CHECK_EQ(counted(&s, GOSSIP_DROP_SIGNATURE), 2);
	r.claim.signature.byte[5] ^= 1;
	say(&s, &r);
	CHECK_EQ(state(&s, 1), GOSSIP_SUSPECT);
	/* Twice is no news, and a death is an accusation like any other. */
	stale = counted(&s, GOSSIP_DROP_STALE);
	say(&s, &r);
	CHECK_EQ(counted(&s, GOSSIP_DROP_STALE), stale + 1);
	r = claim(&s, 1, GW_DEAD, 1);
	say(&s, &r);
	CHECK_EQ(state(&s, 1), GOSSIP_SUSPECT);
	net_run(s.net, 3 * NET_S);
	CHECK_EQ(state(&s, 1), GOSSIP_ALIVE);
	/* It has refuted; the old incarnation is no news any more. */
	say(&s, &r);
	CHECK_EQ(state(&s, 1), GOSSIP_ALIVE);
	net_free(s.net);
}

static void nobody_speaks_for_others(void)
{
	struct stage s = stage();
	struct gw_record r;

	hello(&s);
	r = claim(&s, 1, GW_LEFT, 1);
	say(&s, &r);
	r = claim(&s, 1, GW_ALIVE, 9);
	say(&s, &r);
	r = claim(&s, 2, GW_DEAD, 1);
	say(&s, &r);
	CHECK_EQ(counted(&s, GOSSIP_DROP_SIGNATURE), 3);
	CHECK_EQ(state(&s, 1), GOSSIP_ALIVE);
	CHECK_EQ(state(&s, 2), GOSSIP_ALIVE);
	/* An incarnation that nobody could refute. */
	r = claim(&s, 1, GW_DEAD, UINT64_MAX);
	say(&s, &r);
	CHECK_EQ(state(&s, 1), GOSSIP_ALIVE);
	r = claim(&s, 2, GW_LEFT, 1);
	say(&s, &r);
	CHECK_EQ(state(&s, 2), GOSSIP_LEFT);
	r = claim(&s, 2, GW_ALIVE, 2);
	say(&s, &r);
	CHECK_EQ(state(&s, 2), GOSSIP_ALIVE);
	net_free(s.net);
}

static void the_accused_goes_above(void)
{
	struct stage s = stage();
	struct gw_record r;

	hello(&s);
	r = claim(&s, 0, GW_SUSPECT, 41);
	say(&s, &r);
	CHECK_EQ(s.net->node[0].persisted, 42);
	CHECK_EQ(counted(&s, GOSSIP_REFUTED), 1);
	r = claim(&s, 0, GW_DEAD, 41);
	say(&s, &r);
	CHECK_EQ(counted(&s, GOSSIP_REFUTED), 1);
	net_free(s.net);
}

/* memberlist#345: of whom nobody here knows anything, somebody else may. */
/* Somebody tells node 0 of what node 0 has never said. */
static void who_is_made_up_goes_above(void)
{
	struct stage s = stage();
	struct gw_record r = { .type = GW_BEACON };
	struct gossip_self self;
	uint64_t was;

	gossip_get_self(s.net->node[0].g, &self);
	was = self.incarnation;
	r.beacon = (struct gw_beacon){
		.ttl = 3, .node = net_id(0), .incarnation = was, .seq = 1ULL << 60, .zone = 1,
		.interval_ms = 60000,
	};
	say(&s, &r);
	gossip_get_self(s.net->node[0].g, &self);
	CHECK_EQ(self.incarnation, was + 1);
	CHECK_EQ(counted(&s, GOSSIP_REFUTED), 1);
	/* Once a second, not above what nobody reaches by living, and not for old news. */
	r.beacon.incarnation = was + 5;
	say(&s, &r);
	gossip_get_self(s.net->node[0].g, &self);
	CHECK_EQ(self.incarnation, was + 1);
	net_live(s.net, 2, 50);
	r.beacon.incarnation = was + (1ULL << 41);
	say(&s, &r);
	r.beacon.incarnation = was;
	say(&s, &r);
	gossip_get_self(s.net->node[0].g, &self);
	CHECK_EQ(self.incarnation, was + 1);
	r.beacon.incarnation = was + 5;
	say(&s, &r);
	gossip_get_self(s.net->node[0].g, &self);
	CHECK_EQ(self.incarnation, was + 6);
	net_free(s.net);
}

/* Node 0 hears a beacon of node 1 that is far ahead of its own ones, and believes it. */
static struct gw_record put_ahead(struct stage *s, uint32_t interval_ms)
{
	struct gw_record r = { .type = GW_BEACON };
	struct gossip_member m;

	CHECK(net_member(s->net, 0, 1, &m), "not known");
	r.beacon = (struct gw_beacon){
		.ttl = 0, .node = net_id(1), .incarnation = m.incarnation, .seq = 1ULL << 60,
		.zone = 1, .interval_ms = interval_ms,
	};
	say(s, &r);
	CHECK(net_member(s->net, 0, 1, &m) && m.beacon.seq == 1ULL << 60, "not believed");
	return r;
}

/* What is made up of node 1 for node 0 does not stay. */
static void who_is_shut_out_comes_back(void)
{
	struct stage s = stage();
	struct gw_record r = put_ahead(&s, 100);
	struct gossip_member m;

	/* Nobody lives for so long. */
	r.beacon.incarnation += 1ULL << 41;
	say(&s, &r);
	CHECK(net_member(s.net, 0, 1, &m), "not known");
	CHECK(m.incarnation < 1ULL << 41, "%llu", (unsigned long long)m.incarnation);
	net_live(s.net, 6, 50);
	CHECK(net_member(s.net, 0, 1, &m), "not known");
	CHECK(!m.silent && m.beacon.seq < 1ULL << 60, "shut out");
	net_free(s.net);
}

/* Who answers in his own zone is not heard here: nobody here says that he is dead. */
static void the_lives_of_other_zones_are_not_judged(void)
{
	struct stage s = stage();
	struct net_node *n = &s.net->node[2];
	struct seal_sender other = {
		.node = net_id(60), .zone = 2, .incarnation = 1, .salt = 78,
	};
	struct gossip_addr from = net_addr(60);
	uint8_t bytes[GW_DATAGRAM_MAX];
	struct gw_record r;
	uint64_t dropped;
	int len;

	hello(&s);
	len = seal_datagram(&n->crypto, &n->config.keys, &other, bytes, 0);
	gossip_receive(s.net->node[0].g, s.net->now_ns, &from, bytes, len);
	CHECK_EQ(state(&s, 60), GOSSIP_ALIVE);
	dropped = counted(&s, GOSSIP_DROP_ZONE);
	r = claim(&s, 60, GW_DEAD, 1);
	say(&s, &r);
	CHECK_EQ(state(&s, 60), GOSSIP_ALIVE);
	CHECK_EQ(counted(&s, GOSSIP_DROP_ZONE), dropped + 1);
	net_live(s.net, 30, 50);
	CHECK_EQ(state(&s, 60), GOSSIP_ALIVE);
	net_free(s.net);
}

static void claims_about_strangers_are_passed_on(void)
{
	struct stage s = stage();
	struct gw_record r;
	uint64_t before;

	hello(&s);
	before = s.net->verified;
	r = claim(&s, 50, GW_DEAD, 5);
	say(&s, &r);
	CHECK_EQ(s.net->verified - before, 1);
	say(&s, &r);
	CHECK_EQ(s.net->verified - before, 1);
	before = gossip_counters(s.net->node[0].g)[GOSSIP_TX_RECORDS];
	net_run(s.net, NET_S);
	CHECK(gossip_counters(s.net->node[0].g)[GOSSIP_TX_RECORDS] > before + 4, "not passed on");
	net_free(s.net);
}

static void verifications_are_rationed(void)
{
	struct stage s = stage();
	struct gw_record r;
	uint64_t before;
	uint32_t i;

	hello(&s);
	before = s.net->verified;
	for (i = 0; i < 300; i++) {
		r = claim(&s, 1, GW_SUSPECT, 5 + i);
		r.claim.signature.byte[0] ^= 1;
		say(&s, &r);
	}
	CHECK(s.net->verified - before <= 100, "%llu",
	      (unsigned long long)(s.net->verified - before));
	CHECK(counted(&s, GOSSIP_DROP_RATE) >= 200, "not counted");
	net_free(s.net);
}

static uint64_t sent_for(struct stage *s, const struct gw_pull *pull)
{
	struct gw_record r = { .type = GW_PULL, .pull = *pull };
	uint64_t before;

	net_run(s->net, 200 * NET_MS);
	before = counted(s, GOSSIP_TX_RECORDS);
	say(s, &r);
	return counted(s, GOSSIP_TX_RECORDS) - before;
}

static void who_asks_is_answered(void)
{
	struct stage s = stage();

	CHECK_EQ(sent_for(&s, &(struct gw_pull){ .limit = 17, .zone = 1 }), 2);
	CHECK_EQ(sent_for(&s, &(struct gw_pull){ .limit = 1, .zone = 1 }), 1);
	CHECK_EQ(sent_for(&s, &(struct gw_pull){ .limit = 0, .zone = 1 }), 0);
	CHECK_EQ(sent_for(&s, &(struct gw_pull){ .limit = 17, .zone = 2 }), 0);
	CHECK_EQ(counted(&s, GOSSIP_DROP_ZONE), 1);
	/* Of somebody else also where he is. */
	CHECK_EQ(sent_for(&s, &(struct gw_pull){ .limit = 1, .node = net_id(1) }), 2);
	CHECK_EQ(sent_for(&s, &(struct gw_pull){ .limit = 1, .node = net_id(0) }), 1);
	CHECK_EQ(sent_for(&s, &(struct gw_pull){ .limit = 1, .node = net_id(9) }), 0);
	net_free(s.net);
}

static void beacons_of_other_zones_are_refused(void)
{
	struct stage s = stage();
	struct gw_record r = { .type = GW_BEACON };
	struct gossip_member m;
	uint64_t stale;

	r.beacon = (struct gw_beacon){ .node = net_id(60), .incarnation = 1, .seq = 1, .zone = 2 };
	say(&s, &r);
	CHECK_EQ(counted(&s, GOSSIP_DROP_ZONE), 1);
	r.beacon.zone = 1;
	r.beacon.incarnation = UINT64_MAX;
	say(&s, &r);
	CHECK_EQ(gossip_nr_members(s.net->node[0].g), 2);
	r.beacon.incarnation = 1;
	/* As old as somebody who is silent. */
	r.beacon.age_ms = 3000;
	say(&s, &r);
	CHECK_EQ(gossip_nr_members(s.net->node[0].g), 2);
	r.beacon.age_ms = 2900;
	say(&s, &r);
	CHECK_EQ(gossip_nr_members(s.net->node[0].g), 3);
	stale = counted(&s, GOSSIP_DROP_STALE);
	say(&s, &r);
	CHECK_EQ(counted(&s, GOSSIP_DROP_STALE), stale + 1);
	/* It was heard 2.9 s ago, and speaks each second. */
	net_step(s.net, &s.net->node[0]);
	net_run(s.net, 150 * NET_MS);
	CHECK(net_member(s.net, 0, 60, &m) && m.silent, "not silent");
	/* Nobody knows where it is: it is forgotten in time. */
	CHECK(net_member(s.net, 0, 60, &m), "not known");
	net_live(s.net, 80, 50);
	CHECK(!net_member(s.net, 0, 60, &m), "still there");
	net_free(s.net);
}

/* The same by who promises to say nothing for a minute: nobody is silent then. */
static void who_is_put_off_comes_back(void)
{
	struct stage s = stage();
	struct gossip_member m;

	put_ahead(&s, 60000);
	net_live(s.net, 4, 50);
	CHECK(net_member(s.net, 0, 1, &m), "not known");
	CHECK(m.beacon.interval_ms == 1000 && m.beacon.seq < 1ULL << 60, "put off");
	net_free(s.net);
}

/*
 * Node 0 hears nothing of node 1, that somebody accuses, but for two seconds in which nothing is
 * due but a question.
 */
static void who_judges_asks_himself_before(void)
{
	struct stage s = { .net = net_new(3) };
	struct gossip_config *c = &s.net->node[0].config;
	struct gw_record r;
	uint64_t probes;

	c->probe_interval_ms = 6000;
	c->suspicion_mult = 1;
	c->suspicion_max_mult = 1;
	c->confirmations = 1;
	s.net->node[1].config.interval_cool_ms = 10000;
	s.net->node[1].config.probe_interval_ms = 600000;
	net_start(s.net, 0);
	net_start(s.net, 1);
	s.sender = (struct seal_sender){ .node = net_id(2), .zone = 1, .incarnation = 1 };
	hello(&s);
	net_live(s.net, 12, 50);
	s.net->cut_from = 1;
	s.net->cut_to = 0;
	for (probes = counted(&s, GOSSIP_PROBES); counted(&s, GOSSIP_PROBES) == probes;)
		net_run(s.net, 10 * NET_MS);
	r = claim(&s, 1, GW_SUSPECT, 1);
	say(&s, &r);
	CHECK_EQ(state(&s, 1), GOSSIP_SUSPECT);
	net_run(s.net, 2500 * NET_MS);
	CHECK_EQ(state(&s, 1), GOSSIP_SUSPECT);
	s.net->cut_from = NET_NODES;
	net_run(s.net, 2000 * NET_MS);
	s.net->cut_from = 1;
	CHECK_EQ(state(&s, 1), GOSSIP_ALIVE);
	net_run(s.net, 2000 * NET_MS);
	CHECK_EQ(counted(&s, GOSSIP_DEATHS), 0);
	net_free(s.net);
}

/* --- contacts --- */

static void contacts_are_kept_and_bounded(void)
{
	struct stage s = stage();
	struct gossip *g = s.net->node[0].g;
	struct gossip_addr addr = net_addr(99);
	uint64_t before = counted(&s, GOSSIP_TX_DATAGRAMS);
	uint32_t i;

	gossip_contact(g, s.net->now_ns, &addr);
	CHECK_EQ(counted(&s, GOSSIP_TX_DATAGRAMS), before + 1);
	gossip_contact(g, s.net->now_ns, &addr);
	CHECK_EQ(counted(&s, GOSSIP_TX_DATAGRAMS), before + 1);
	gossip_contact(g, s.net->now_ns, &(struct gossip_addr){ .len = 0 });
	gossip_contact(g, s.net->now_ns, &(struct gossip_addr){ .len = 200 });
	CHECK_EQ(counted(&s, GOSSIP_TX_DATAGRAMS), before + 1);
	for (i = 0; i < 200; i++) {
		addr = net_addr(200 + i);
		gossip_contact(g, s.net->now_ns, &addr);
	}
	CHECK_EQ(counted(&s, GOSSIP_DROP_FULL), 201 - 128);
	net_free(s.net);
}

static const struct test_case cases[] = {
	{ "accusations_need_a_signature", accusations_need_a_signature },
	{ "nobody_speaks_for_others", nobody_speaks_for_others },
	{ "the_accused_goes_above", the_accused_goes_above },
	{ "who_is_made_up_goes_above", who_is_made_up_goes_above },
	{ "who_is_shut_out_comes_back", who_is_shut_out_comes_back },
	{ "the_lives_of_other_zones_are_not_judged", the_lives_of_other_zones_are_not_judged },
	{ "claims_about_strangers_are_passed_on", claims_about_strangers_are_passed_on },
	{ "verifications_are_rationed", verifications_are_rationed },
	{ "who_asks_is_answered", who_asks_is_answered },
	{ "beacons_of_other_zones_are_refused", beacons_of_other_zones_are_refused },
	{ "who_is_put_off_comes_back", who_is_put_off_comes_back },
	{ "who_judges_asks_himself_before", who_judges_asks_himself_before },
	{ "contacts_are_kept_and_bounded", contacts_are_kept_and_bounded },
	{ NULL, NULL },
};

const struct test_suite claim_suite = { "claim", cases };
