// SPDX-License-Identifier: GPL-2.0
/*
 * How news of a crisis gets around, and what does not: forged, replayed, too much, of others.
 */
#include "insider.h"

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Crises at one node after the other; milliseconds until each of the others knows. */
static size_t latencies(struct net *net, uint32_t crises, double *ms)
{
	uint64_t start;
	size_t nr = 0;
	uint32_t i, who;

	for (; crises--; net_live(net, 4, 50)) {
		who = (uint32_t)(rng_next(&net->random) % net->nr);
		for (i = 0; i < net->nr; i++)
			net->node[i].crisis_heard_ns = 0;
		start = net->now_ns;
		net_heat(net, who, 92);
		net_run(net, NET_S);
		for (i = 0; i < net->nr; i++) {
			if (i == who)
				continue;
			ms[nr++] = net->node[i].crisis_heard_ns ?
				   (double)(net->node[i].crisis_heard_ns - start) / 1e6 : 1e9;
		}
	}
	qsort(ms, nr, sizeof(*ms), by_size);
	return nr;
}

static void crises_arrive_at_once(void)
{
	struct net *net = net_new(32);
	double ms[31 * 20];
	size_t nr;

	net_start_all(net);
	net_live(net, 4, 50);
	nr = latencies(net, 20, ms);
	printf("    # no loss: median %.2f, p99 %.2f, worst %.2f ms\n", ms[nr / 2],
	       ms[nr * 99 / 100], ms[nr - 1]);
	CHECK(ms[nr - 1] <= 1.01, "%g ms", ms[nr - 1]);
	net_free(net);
}

static void crises_arrive_in_spite_of_loss(void)
{
	struct net *net = net_new(64);
	double ms[63 * 20];
	size_t nr;

	net->loss = 0.3;
	net_start_all(net);
	net_live(net, 10, 50);
	nr = latencies(net, 20, ms);
	printf("    # 30 %% loss: median %.2f, p99 %.2f, worst %.2f ms\n", ms[nr / 2],
	       ms[nr * 99 / 100], ms[nr - 1]);
	CHECK(ms[nr * 99 / 100] < 30, "p99 %g ms", ms[nr * 99 / 100]);
	CHECK(ms[nr - 1] < 100, "%g ms", ms[nr - 1]);
	net_free(net);
}

/* What comes in a crisis of a neighbour has changed the price before the call returns. */
static void a_crisis_next_door_is_priced_in_the_same_call(void)
{
	struct net *net = net_new(2);
	struct gossip_addr from = net_addr(0);
	uint32_t before;
	struct net_packet *p;

	net_start_all(net);
	net_live(net, 6, 50);
	before = net->node[1].price.external.multiplier;
	net_heat(net, 0, 96);
	net->node[1].crisis_heard_ns = 0;
	while (!net->node[1].crisis_heard_ns) {
		CHECK(net->in_flight, "nothing was sent");
		p = net_take(net);
		net->now_ns = p->at_ns;
		if (p->to == 1)
			gossip_receive(net->node[1].g, net->now_ns, &from, p->bytes, p->len);
		free(p);
	}
	CHECK_EQ(net->node[1].price_ns, net->now_ns);
	CHECK(net->node[1].price.external.multiplier > before ||
	      net->node[1].price.external.slope > 0, "%u is no more than %u",
	      net->node[1].price.external.multiplier, before);
	net_free(net);
}

/* All at once: relays give way to batches, and nobody goes beyond the budget. */
static void a_storm_stays_within_the_budget(void)
{
	struct net *net = net_new(48);
	uint32_t i, k, known = 0, all = net->nr * (net->nr - 1);
	struct gossip_member m;

	for (i = 0; i < net->nr; i++)
		net->node[i].config.budget_bytes_per_s = 100000;
	net->loss = 0.3;
	net_start_all(net);
	net_live(net, 6, 50);
	memset(net->sent, 0, sizeof(net->sent));
	net_heat_all(net, 93);
	net_run(net, NET_S);
	for (i = 0; i < net->nr; i++) {
		CHECK(net->sent[i] <= 100000 + net->node[i].config.burst_bytes, "%llu bytes",
		      (unsigned long long)net->sent[i]);
		for (k = 0; k < net->nr; k++)
			known += k != i && net_member(net, i, k, &m) &&
				 (m.beacon.flags & GW_IN_CRISIS);
	}
	printf("    # %u of %u crises known, node 0 sent %llu bytes in the second\n", known,
	       all, (unsigned long long)net->sent[0]);
	CHECK(known >= all * 99 / 100, "%u", known);
	CHECK(net_count(net, GOSSIP_TX_BYTES), "nothing");
	net_free(net);
}

static void a_round_repairs_what_was_lost(void)
{
	struct net *net = net_new(3);
	struct gossip_member m;

	net_start_all(net);
	net_live(net, 4, 50);
	net->cut_from = 2;
	net->cut_to = 0;
	net_live(net, 3, 50);
	net_heat(net, 2, 60);
	net_run(net, 8 * NET_S);
	CHECK(net_member(net, 0, 2, &m), "not known");
	CHECK_EQ(m.beacon.temp_dc, 600);
	/* Others say that it lives: one link is no death. */
	net_run(net, 100 * NET_S);
	CHECK_EQ(net_count(net, GOSSIP_DEATHS), 0);
	net_free(net);
}

/* Records in the answer of node 0 to who asks for all that it knows. */
static uint64_t told(struct net *net, struct insider *asker)
{
	struct gw_record pull = { .type = GW_PULL, .pull = { .limit = 17, .zone = 1 } };
	uint64_t before = gossip_counters(net->node[0].g)[GOSSIP_TX_RECORDS];

	insider_say(asker, 0, &pull);
	return gossip_counters(net->node[0].g)[GOSSIP_TX_RECORDS] - before;
}

/* Three beacons of ten milliseconds are soon lost, and the news of its crisis is news to others. */
static void a_crisis_is_told_when_its_node_is_silent(void)
{
	struct net *net = net_new(3);
	struct insider hot = insider(net, 1, 1), asker = insider(net, 2, 1);
	struct gw_record r = insider_beacon(&net->node[1].config.self, 1);
	struct gossip_member m;

	/* Nobody is accused meanwhile, which would go along. */
	net->node[0].config.probe_interval_ms = 60000;
	net_start(net, 0);
	net_live(net, 4, 50);
	r.beacon.interval_ms = 10;
	insider_say(&hot, 0, &r);
	CHECK_EQ(told(net, &asker), 2);
	net_run(net, 200 * NET_MS);
	CHECK(net_member(net, 0, 1, &m) && m.silent, "not silent");
	CHECK_EQ(told(net, &asker), 1);
	r.beacon.flags = GW_IN_CRISIS;
	r.beacon.seq++;
	insider_say(&hot, 0, &r);
	net_run(net, 200 * NET_MS);
	CHECK(net_member(net, 0, 1, &m) && m.silent, "not silent");
	CHECK_EQ(told(net, &asker), 2);
	/* Until nothing that it was counts any more. */
	net_live(net, 4, 50);
	CHECK_EQ(told(net, &asker), 1);
	net_free(net);
}

/* --- what is not let in --- */

struct caught {
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t len;
};

static void catch_one(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
		      size_t len)
{
	struct caught *c = (struct caught *)((struct net_node *)ctx)->last_sent;

	(void)route;
	memcpy(c->bytes, bytes, len);
	c->len = len;
}

static uint64_t give(struct net *net, const struct caught *c, size_t len,
		     enum gossip_counter counter)
{
	struct gossip_addr from = net_addr(0);
	uint8_t bytes[GW_DATAGRAM_MAX];
	uint64_t before = gossip_counters(net->node[1].g)[counter];

	memcpy(bytes, c->bytes, len);
	gossip_receive(net->node[1].g, net->now_ns, &from, bytes, len);
	return gossip_counters(net->node[1].g)[counter] - before;
}

static void what_is_not_ours_is_dropped_and_counted(void)
{
	struct net *net = net_new(2);
	struct caught c = { .len = 0 }, bad;

	net->node[0].env.send = catch_one;
	net->node[0].last_sent = &c;
	net_start_all(net);
	net_run(net, 500 * NET_MS);
	CHECK(c.len > GW_HEADER_BYTES, "nothing caught");
	CHECK_EQ(gossip_nr_members(net->node[1].g), 0);
	bad = c;
	bad.bytes[0] ^= 1;
	CHECK_EQ(give(net, &bad, c.len, GOSSIP_DROP_DECODE), 1);
	CHECK_EQ(give(net, &c, GW_HEADER_BYTES - 1, GOSSIP_DROP_DECODE), 1);
	CHECK_EQ(give(net, &c, GW_HEADER_BYTES + 3, GOSSIP_DROP_DECODE), 1);
	bad = c;
	bad.bytes[36] ^= 1;
	CHECK_EQ(give(net, &bad, c.len, GOSSIP_DROP_KEY), 1);
	CHECK_EQ(net->node[1].events[GOSSIP_EV_KEY], 1);
	bad = c;
	bad.bytes[GW_HEADER_BYTES + 5] ^= 1;
	CHECK_EQ(give(net, &bad, c.len, GOSSIP_DROP_MAC), 1);
	bad = c;
	bad.bytes[20] = 0x80;
	bad.bytes[21] = 1;
	CHECK_EQ(give(net, &bad, c.len, GOSSIP_DROP_DECODE), 1);
	bad = c;
	memcpy(bad.bytes + 4, net->node[1].config.self.byte, 16);
	CHECK_EQ(give(net, &bad, c.len, GOSSIP_DROP_SELF), 1);
	CHECK_EQ(gossip_nr_members(net->node[1].g), 0);
	CHECK_EQ(give(net, &c, c.len, GOSSIP_DROP_REPLAY), 0);
	CHECK_EQ(gossip_nr_members(net->node[1].g), 1);
	CHECK_EQ(give(net, &c, c.len, GOSSIP_DROP_REPLAY), 1);
	net_free(net);
}

static void keys_rotate_without_a_gap(void)
{
	struct net *net = net_new(6);
	struct gossip_config next;
	uint32_t i, slot;

	net_start_all(net);
	net_live(net, 4, 50);
	/* First all learn the next key, then one after the other goes over to it. */
	for (slot = 0; slot < 2; slot++) {
		for (i = 0; i < net->nr; i++) {
			next = net->node[i].config;
			if (!slot) {
				next.keys.present[SEAL_NEXT] = true;
				next.keys.id[SEAL_NEXT] = 8;
				next.keys.key[SEAL_NEXT][0] = 2;
			} else {
				CHECK_EQ(seal_rotate(&next.keys), 0);
			}
			CHECK(!gossip_reconfigure(net->node[i].g, &next, net->now_ns), "refused");
			net->node[i].config = next;
			net_live(net, 1, 50);
		}
	}
	net_live(net, 4, 50);
	CHECK_EQ(net_count(net, GOSSIP_DROP_KEY) + net_count(net, GOSSIP_DROP_MAC), 0);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), 30);
	net_free(net);
}

static void a_source_has_its_rate(void)
{
	struct net *net = net_new(2);

	net->node[1].config.source_rate_per_s = 10;
	net_start_all(net);
	net_live(net, 3, 50);
	net_heat(net, 0, 93);
	net_run(net, NET_S);
	CHECK(gossip_counters(net->node[1].g)[GOSSIP_DROP_RATE] > 20, "%llu",
	      (unsigned long long)gossip_counters(net->node[1].g)[GOSSIP_DROP_RATE]);
	net_free(net);
}

/* The first key stays: a second one under that name gets nowhere. */
static void keys_of_nodes_are_pinned(void)
{
	struct net *net = net_new(4);

	net_start_all(net);
	net_live(net, 4, 50);
	net_kill(net, 3);
	net->node[3].config.public_key.byte[31] = 2;
	net->node[3].config.incarnation = 10;
	net_start(net, 3);
	net_live(net, 4, 50);
	CHECK(gossip_counters(net->node[0].g)[GOSSIP_DROP_SIGNATURE] > 0, "taken");
	net_free(net);
}

static void who_is_not_endorsed_cannot_accuse(void)
{
	struct net *net = net_new(4);
	struct gw_key authority = { { 9 } };
	uint8_t message[50];
	uint32_t i;

	for (i = 0; i < 4; i++) {
		net->node[i].config.authority = authority;
		seal_endorsed_bytes(&net->node[i].config.self, &net->node[i].config.public_key, 1,
				    message);
		net_signature(&authority, message, sizeof(message),
			      &net->node[i].config.endorsement);
	}
	net->node[3].config.endorsement.byte[0] ^= 1;
	net_start_all(net);
	net_live(net, 4, 50);
	for (i = 0; i < 3; i++)
		CHECK(gossip_counters(net->node[i].g)[GOSSIP_DROP_SIGNATURE] > 0, "taken");
	CHECK_EQ(gossip_counters(net->node[3].g)[GOSSIP_DROP_SIGNATURE], 0);
	net_free(net);
}

/* Verifications are the dearest thing that a datagram can ask for. */
static void signatures_are_verified_once(void)
{
	struct net *net = net_new(16);
	uint64_t before;

	net_start_all(net);
	net_live(net, 6, 50);
	before = net->verified;
	net_heat(net, 0, 92);
	net_run(net, NET_S / 2);
	/* The crisis, by each of the others; and nothing for its many copies. */
	CHECK_EQ(net->verified - before, 15);
	net_free(net);
}

static void the_table_is_bounded(void)
{
	struct net *net = net_new(12);

	net->node[0].config.members_max = 6;
	net_start_all(net);
	net_live(net, 6, 50);
	CHECK_EQ(gossip_nr_members(net->node[0].g), 5);
	CHECK(gossip_counters(net->node[0].g)[GOSSIP_DROP_FULL] > 0, "not counted");
	CHECK_EQ(gossip_nr_members(net->node[1].g), 11);
	net_free(net);
}

/* Without a group, from one address that is given to each. */
static void unicast_does_as_well(void)
{
	struct net *net = net_new(10);
	struct gossip_addr first = net_addr(0);
	uint32_t i;

	for (i = 0; i < net->nr; i++)
		net->node[i].config.multicast = false;
	net_start_all(net);
	/* Of the others' addresses they hear from each other. */
	for (i = 1; i < net->nr; i++)
		gossip_contact(net->node[i].g, net->now_ns, &first);
	net_live(net, 40, 50);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), 90);
	CHECK_EQ(net_count(net, GOSSIP_SUSPICIONS), 0);
	for (i = 0; i < net->nr; i++)
		net->node[i].crisis_heard_ns = 0;
	net_heat(net, 4, 92);
	net_run(net, 20 * NET_MS);
	for (i = 0; i < net->nr; i++)
		CHECK(net->node[i].crisis_heard_ns, "node %u has not heard", i);
	net_free(net);
}

static bool has_address(const struct net *net, uint32_t viewer, uint32_t of)
{
	struct gossip_member m;

	return net_member(net, viewer, of, &m) && m.addr.len;
}

/*
 * Without a group a crisis goes to those whose address is known. Two in one rack that hear of each
 * other by way of others do not wait for their turn among all that are to be found.
 */
static void the_close_find_each_other_first(void)
{
	struct gossip_addr first = net_addr(0);
	struct site_node nodes[40];
	struct site_zone zone = { .number = 1 };
	struct site site = { .nr_nodes = 40, .zones = &zone, .nr_zones = 1 };
	struct net *net = net_new(40);
	uint64_t began;
	uint32_t i;

	for (i = 0; i < net->nr; i++) {
		nodes[i] = (struct site_node){
			.id = net_id(i), .chassis = SITE_NONE, .row = SITE_NONE,
			.rack = i == 7 || i == 30 ? 1 : SITE_NONE, .supply = SITE_NONE,
		};
		net->node[i].config.site = &site;
		net->node[i].config.multicast = false;
	}
	site.nodes = nodes;
	net_start_all(net);
	for (i = 1; i < net->nr; i++)
		gossip_contact(net->node[i].g, net->now_ns, &first);
	began = net->now_ns;
	/* The first beacon that comes by way of others brings the question and its answer. */
	while (!has_address(net, 7, 30) || !has_address(net, 30, 7)) {
		CHECK(net->now_ns - began < 60 * NET_S, "not found");
		net_heat_all(net, 50);
		net_run(net, NET_S / 20);
		if (!net_member(net, 7, 30, &(struct gossip_member){ 0 }) ||
		    !net_member(net, 30, 7, &(struct gossip_member){ 0 }))
			began = net->now_ns;
	}
	CHECK(net->now_ns - began <= NET_S / 4, "%llu ms after they heard of each other",
	      (unsigned long long)(net->now_ns - began) / NET_MS);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "crises_arrive_at_once", crises_arrive_at_once },
	{ "crises_arrive_in_spite_of_loss", crises_arrive_in_spite_of_loss },
	{ "a_crisis_next_door_is_priced_in_the_same_call",
	  a_crisis_next_door_is_priced_in_the_same_call },
	{ "a_storm_stays_within_the_budget", a_storm_stays_within_the_budget },
	{ "a_round_repairs_what_was_lost", a_round_repairs_what_was_lost },
	{ "a_crisis_is_told_when_its_node_is_silent", a_crisis_is_told_when_its_node_is_silent },
	{ "what_is_not_ours_is_dropped_and_counted", what_is_not_ours_is_dropped_and_counted },
	{ "keys_rotate_without_a_gap", keys_rotate_without_a_gap },
	{ "a_source_has_its_rate", a_source_has_its_rate },
	{ "keys_of_nodes_are_pinned", keys_of_nodes_are_pinned },
	{ "who_is_not_endorsed_cannot_accuse", who_is_not_endorsed_cannot_accuse },
	{ "signatures_are_verified_once", signatures_are_verified_once },
	{ "the_table_is_bounded", the_table_is_bounded },
	{ "unicast_does_as_well", unicast_does_as_well },
	{ "the_close_find_each_other_first", the_close_find_each_other_first },
	{ NULL, NULL },
};

const struct test_suite spread_suite = { "spread", cases };
