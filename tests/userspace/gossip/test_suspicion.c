// SPDX-License-Identifier: GPL-2.0
/*
 * Who is suspected: that ends when he is heard, or refutes it, and others pass that on.
 */
#include "insider.h"

/* A claim that comes when silence is due, before the timer for it, does not put that off. */
static void suspicion_does_not_put_silence_off(void)
{
	struct insider s;
	struct net *net = insider_zone(&s, 5, 6, 0);
	const struct gw_id id = net_id(2);
	struct gossip_member m;
	int i;

	net_step(net, &net->node[0]);
	for (i = 1; i < 4; i++)
		net->node[i].paused_until_ns = net->now_ns + 60 * NET_S;
	do {
		net_run(net, NET_MS);
		CHECK(net_member(net, 0, 2, &m) && !m.silent, "too early");
	} while (net->now_ns + NET_MS < m.heard_ns + 3ULL * m.beacon.interval_ms * NET_MS);
	/* The loop is late, by less than counts as time in which nobody listened. */
	net->node[0].paused_until_ns = net->now_ns + 4 * NET_MS;
	net_run(net, 3 * NET_MS);
	insider_claim(&s, 0, &id, GW_SUSPECT, m.incarnation);
	net_run(net, 20 * NET_MS);
	CHECK(net_member(net, 0, 2, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	CHECK(m.silent, "heard %llu ms ago",
	      (unsigned long long)((net->now_ns - m.heard_ns) / NET_MS));
	net_free(net);
}

static void the_accused_refute(void)
{
	struct net *net = net_new(8);
	struct gossip_self self;

	net_start_all(net);
	net_live(net, 4, 50);
	net->node[5].paused_until_ns = net->now_ns + 6 * NET_S;
	net_run(net, 6 * NET_S);
	CHECK(net_think(net, GOSSIP_SUSPECT) > 0, "nobody has noticed");
	net_live(net, 3, 50);
	CHECK_EQ(net_think(net, GOSSIP_SUSPECT), 0);
	gossip_get_self(net->node[5].g, &self);
	CHECK(self.incarnation > 1, "it has not refuted");
	CHECK_EQ(net->node[5].persisted, self.incarnation);
	CHECK(net->node[5].events[GOSSIP_EV_REFUTE], "not told");
	CHECK(gossip_counters(net->node[5].g)[GOSSIP_REFUTED] > 0, "not counted");
	net_free(net);
}

/* Datagrams that were spied in which that node refutes. */
static uint32_t refutations_of(uint32_t node)
{
	const struct gw_id id = net_id(node);
	struct gw_record r;
	uint32_t nr = 0;
	size_t i, at;
	int size;

	for (i = 0; i < spy.nr; i++) {
		const struct spied *d = &spy.spied[i];

		for (at = GW_HEADER_BYTES; at < d->len - GW_TAG_BYTES; at += (size_t)size) {
			size = gw_get(d->bytes + at, d->len - GW_TAG_BYTES - at, &r);
			CHECK(size > 0, "%d", size);
			nr += r.type == GW_CLAIM && r.claim.verdict == GW_ALIVE &&
			      !memcmp(&r.claim.subject, &id, sizeof(id));
		}
	}
	return nr;
}

/*
 * The datagram that a refutation comes in has the higher incarnation itself, so that it is no news;
 * but it is to those who do not hear the node, and the accusation has gone to all of them.
 */
static void a_refutation_is_passed_on(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	const struct gw_id id = net_id(2);
	struct gossip_member m;
	uint32_t nr;

	net_start(net, 1);
	spy_on(net, 0);
	net_start(net, 0);
	net_live(net, 4, 50);
	insider_hello(&s, 0);
	CHECK_EQ(refutations_of(2), 0);
	s.sender.incarnation = 2;
	insider_claim(&s, 0, &id, GW_ALIVE, 2);
	net_step(net, &net->node[0]);
	net_live(net, 10, 50);
	nr = refutations_of(2);
	CHECK(nr, "not passed on");
	CHECK(net_member(net, 0, 2, &m), "not known");
	CHECK_EQ(m.incarnation, 2);
	/* Once only. */
	insider_claim(&s, 0, &id, GW_ALIVE, 2);
	net_step(net, &net->node[0]);
	net_live(net, 10, 50);
	CHECK_EQ(refutations_of(2), nr);
	net_free(net);
}

/* A group that is silently empty: what refutes goes to some at once by themselves. */
static void a_refutation_needs_no_group(void)
{
	struct insider s;
	struct net *net = insider_zone(&s, 12, 5, 5);
	struct gossip_member m;
	uint32_t i, nr = 0;

	net->group_empty = true;
	insider_claim(&s, 5, &net->node[5].config.self, GW_SUSPECT, 1);
	net_run(net, 100 * NET_MS);
	for (i = 0; i < 11; i++)
		nr += i != 5 && net_member(net, i, 5, &m) && m.incarnation == 2;
	CHECK(nr >= 2, "%u of 10 know", nr);
	net_free(net);
}

/* What nobody but this node has said, for hearing nothing, is over when it hears. */
static void the_own_suspicion_ends_by_hearing(void)
{
	struct net *net = net_new(2);
	struct gossip_member m;

	net_start_all(net);
	net_live(net, 4, 50);
	/* So that it can neither be asked nor told. */
	net->cut_from = 0;
	net->cut_to = 1;
	net->node[1].paused_until_ns = net->now_ns + 6 * NET_S;
	net_run(net, 6 * NET_S - NET_MS);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_SUSPECT, "state %d", m.state);
	net_run(net, 20 * NET_MS);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE, "state %d", m.state);
	CHECK_EQ(m.incarnation, 1);
	net_free(net);
}

/* Who is suspected, has not heard of it, and is heard here hears of it from here. */
static void a_suspect_that_is_heard_is_told(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 1);
	struct gw_record r = { .type = GW_CLAIM };
	struct gossip_member m;

	net->node[0].config.probe_interval_ms = 600000;
	net_start(net, 0);
	net_start(net, 1);
	net_live(net, 4, 50);
	insider_hello(&s, 0);
	/* Not to be passed on. */
	r.claim = (struct gw_claim){
		.verdict = GW_SUSPECT, .subject = net_id(1), .incarnation = 1,
		.claimant = net_id(2),
	};
	CHECK(seal_sign(&s.n->crypto, &r), "not signed");
	insider_say(&s, 0, &r);
	CHECK(net_member(net, 0, 1, &m), "not known");
	CHECK_EQ(m.state, GOSSIP_SUSPECT);
	net_live(net, 2, 50);
	CHECK(net_member(net, 0, 1, &m) && m.state == GOSSIP_ALIVE, "state %d", m.state);
	CHECK_EQ(m.incarnation, 2);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "suspicion_does_not_put_silence_off", suspicion_does_not_put_silence_off },
	{ "the_accused_refute", the_accused_refute },
	{ "a_refutation_is_passed_on", a_refutation_is_passed_on },
	{ "a_refutation_needs_no_group", a_refutation_needs_no_group },
	{ "the_own_suspicion_ends_by_hearing", the_own_suspicion_ends_by_hearing },
	{ "a_suspect_that_is_heard_is_told", a_suspect_that_is_heard_is_told },
	{ 0 },
};

const struct test_suite suspicion_suite = { .name = "suspicion", .cases = cases };
