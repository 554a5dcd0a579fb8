// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody with the zone's key and an identity of his own cannot bring about: nodes that do
 * not exist, and a node that drowns in what it passes on.
 */
#include "insider.h"

/* Somebody's hello in the name of a node that has not come itself: that it is somewhere else. */
static void say_elsewhere(struct insider *s, uint32_t to, uint32_t of)
{
	struct gw_record r = { .type = GW_HELLO };

	r.hello = (struct gw_hello){
		.ttl = 3, .node = net_id(of), .incarnation = 1, .lamport = 1, .zone = 77,
		.public_key = s->n->config.public_key,
	};
	CHECK(seal_sign(&s->n->crypto, &r), "not signed");
	insider_say(s, to, &r);
}

/* Without a group who is taken for one of another zone would never be asked for. */
static void a_wrong_zone_hides_nobody(void)
{
	struct net *net = net_new(4);
	struct insider s = insider(net, 3, 1);
	struct gossip_addr between = net_addr(1);
	struct gossip_member m;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		net->node[i].config.multicast = false;
		net_start(net, i);
	}
	say_elsewhere(&s, 0, 2);
	say_elsewhere(&s, 2, 0);
	gossip_contact(net->node[0].g, net->now_ns, &between);
	gossip_contact(net->node[2].g, net->now_ns, &between);
	net_live(net, 20, 50);
	for (i = 0; i <= 2; i += 2)
		CHECK(net_member(net, i, 2 - i, &m) && m.addr.len && !m.silent,
		      "node %u does not hear node %u itself", i, 2 - i);
	net_free(net);
}

static void endorse(struct net *net)
{
	uint8_t message[SEAL_ENDORSED_BYTES];
	struct gossip_config *c;
	uint32_t i;

	for (i = 0; i < net->nr; i++) {
		c = &net->node[i].config;
		c->authority.byte[0] = 0x55;
		seal_endorsed_bytes(&c->self, &c->public_key, c->zone, message);
		net_signature(&c->authority, message, sizeof(message), &c->endorsement);
	}
}

static void make_up(struct insider *s, uint32_t to, uint32_t nr)
{
	struct gw_record r;
	struct gw_id id;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		id = net_id(1000 + i);
		r = insider_beacon(&id, 1);
		insider_say(s, to, &r);
	}
}

/* gossip-wire.md: who has the zone's key cannot, with an authority, make up nodes. */
static void with_an_authority_nobody_is_made_up(void)
{
	struct net *net = net_new(9);
	struct insider s = insider(net, 8, 1);
	struct gossip_zone z;
	uint32_t i;

	endorse(net);
	for (i = 0; i < 8; i++)
		net_start(net, i);
	net_live(net, 5, 50);
	insider_hello(&s, 0);
	make_up(&s, 0, 60);
	net_run(net, NET_S);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(z.seen == 8 || z.seen == 9, "%u seen", z.seen);
	CHECK(z.expected <= 9, "%u expected", z.expected);
	CHECK(fabs(z.power_w - 1600) <= 200.1, "%g W", z.power_w);
	/* When all of them are gone. */
	net_live(net, 100, 50);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(z.expected <= 9 && !z.partitioned, "%u expected", z.expected);
	net_free(net);
}

/* Nor do they keep those out that there are. */
static void those_made_up_make_room(void)
{
	struct net *net = net_new(9);
	struct insider s = insider(net, 8, 1);
	struct gossip_member m;
	uint32_t i;

	endorse(net);
	for (i = 0; i < 9; i++)
		net->node[i].config.members_max = 12;
	for (i = 0; i < 4; i++)
		net_start(net, i);
	net_live(net, 5, 50);
	insider_hello(&s, 0);
	for (i = 4; i < 8; i++)
		net_start(net, i);
	for (i = 0; i < 60; i++) {
		make_up(&s, 0, 60);
		net_run(net, 100 * NET_MS);
		net_heat_all(net, 50);
	}
	for (i = 1; i < 8; i++)
		CHECK(net_member(net, 0, i, &m) && m.state == GOSSIP_ALIVE, "node %u", i);
	net_free(net);
}

/* --- too much --- */

/* Who talks much to a node, in his own name and zone, does not have it drowned by its own zone. */
static void summaries_silence_nobody(void)
{
	struct net *net = net_new(3);
	struct insider s = insider(net, 2, 2);
	struct gw_record r[17];
	struct gossip_member m;
	struct gossip_self self;
	uint32_t i, ms, silent = 0;
	uint64_t seq = 0;

	net->node[2].config.zone = 2;
	net_start(net, 0);
	net_start(net, 1);
	net_live(net, 4, 50);
	insider_hello(&s, 0);
	for (ms = 0; ms < 10000; ms++) {
		for (i = 0; i < 17; i++) {
			r[i] = (struct gw_record){ .type = GW_ZONE };
			r[i].zone = (struct gw_zone){
				.flags = GW_IN_CRISIS, .ttl = 3, .aggregator = net_id(2),
				.incarnation = 1, .seq = ++seq, .zone = 2,
			};
		}
		insider_say_many(&s, 0, r, 17);
		net_run(net, NET_MS);
		silent += net_member(net, 1, 0, &m) && m.silent;
	}
	gossip_get_self(net->node[0].g, &self);
	CHECK(silent < 100, "silent for %u of 10000 ms", silent);
	CHECK(self.budget_bytes > 65536 / 4.0 - 4000, "%g left", self.budget_bytes);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "a_wrong_zone_hides_nobody", a_wrong_zone_hides_nobody },
	{ "with_an_authority_nobody_is_made_up", with_an_authority_nobody_is_made_up },
	{ "those_made_up_make_room", those_made_up_make_room },
	{ "summaries_silence_nobody", summaries_silence_nobody },
	{ NULL, NULL },
};

const struct test_suite made_up_suite = { "made_up", cases };
