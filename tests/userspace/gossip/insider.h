/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Those who mean no good, for tests of the core: one on the wire without a key, who keeps what goes
 * by and plays it again; and one with the zone's key and an identity of his own, who is played in
 * the place of a node that does not run.
 */
#ifndef GOSSIP_TEST_INSIDER_H
#define GOSSIP_TEST_INSIDER_H

#include "net.h"

#define SPIED_MAX 2000

/* Of node 0, which is the one that they are tried on. */
static inline uint64_t counter(const struct net *net, enum gossip_counter which)
{
	return gossip_counters(net->node[0].g)[which];
}

/* --- without a key --- */

struct spied {
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t len;
};

struct spy {
	struct spied spied[SPIED_MAX];
	size_t nr;
};

static struct spy spy;

static inline void spy_send(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
			    size_t len)
{
	if (spy.nr < SPIED_MAX) {
		memcpy(spy.spied[spy.nr].bytes, bytes, len);
		spy.spied[spy.nr++].len = len;
	}
	net_send(ctx, route, bytes, len);
}

static inline void spy_on(struct net *net, uint32_t i)
{
	spy.nr = 0;
	net->node[i].env.send = spy_send;
}

static inline void spy_replay(struct net *net, uint32_t to, size_t which)
{
	struct gossip_addr from = net_addr(99);
	uint8_t bytes[GW_DATAGRAM_MAX];

	CHECK(which < spy.nr, "%zu of %zu", which, spy.nr);
	memcpy(bytes, spy.spied[which].bytes, spy.spied[which].len);
	gossip_receive(net->node[to].g, net->now_ns, &from, bytes, spy.spied[which].len);
}

/* --- with the zone's key --- */

struct insider {
	struct net *net;
	struct net_node *n;
	struct seal_sender sender;
};

static inline struct insider insider(struct net *net, uint32_t index, uint16_t zone)
{
	return (struct insider){
		.net = net, .n = &net->node[index],
		.sender = { .node = net_id(index), .zone = zone, .incarnation = 1, .salt = 77 },
	};
}

/* All of them in one datagram. */
static inline void insider_say_many(struct insider *s, uint32_t to, const struct gw_record *r,
				    size_t nr)
{
	struct gossip_addr from = net_addr(s->n->index);
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t len = 0, i;
	int size;

	for (i = 0; i < nr; i++) {
		size = gw_put(&r[i], bytes + GW_HEADER_BYTES + len, GW_RECORDS_MAX - len);
		CHECK(size > 0, "%d", size);
		len += size;
	}
	size = seal_datagram(&s->n->crypto, &s->n->config.keys, &s->sender, bytes, len);
	CHECK(size > 0, "%d", size);
	gossip_receive(s->net->node[to].g, s->net->now_ns, &from, bytes, size);
}

static inline void insider_say(struct insider *s, uint32_t to, const struct gw_record *r)
{
	insider_say_many(s, to, r, 1);
}

static inline void insider_hello(struct insider *s, uint32_t to)
{
	struct gw_record r = { .type = GW_HELLO };

	r.hello = (struct gw_hello){
		.ttl = 3, .node = s->n->config.self, .incarnation = s->sender.incarnation,
		.lamport = 1, .zone = s->sender.zone, .public_key = s->n->config.public_key,
		.endorsement = s->n->config.endorsement,
	};
	CHECK(seal_sign(&s->n->crypto, &r), "not signed");
	insider_say(s, to, &r);
}

/*
 * Nodes that have run for a while, but for the last one, in whose place is the insider; @knows has
 * heard of him.
 */
static inline struct net *insider_zone(struct insider *s, uint32_t nr, uint64_t seconds,
				       uint32_t knows)
{
	struct net *net = net_new(nr);
	uint32_t i;

	*s = insider(net, nr - 1, 1);
	for (i = 0; i + 1 < nr; i++)
		net_start(net, i);
	net_live(net, seconds, 50);
	insider_hello(s, knows);
	return net;
}

static inline void insider_claim(struct insider *s, uint32_t to, const struct gw_id *subject,
				 enum gw_verdict verdict, uint64_t incarnation)
{
	struct gw_record r = { .type = GW_CLAIM };

	r.claim = (struct gw_claim){
		.verdict = verdict, .ttl = 3, .subject = *subject, .incarnation = incarnation,
		.claimant = s->n->config.self, .claimant_incarnation = 1,
	};
	CHECK(seal_sign(&s->n->crypto, &r), "not signed");
	insider_say(s, to, &r);
}

/* A beacon that somebody is said to have sent. */
static inline struct gw_record insider_beacon(const struct gw_id *node, uint64_t incarnation)
{
	struct gw_record r = { .type = GW_BEACON };

	r.beacon = (struct gw_beacon){
		.ttl = 3, .node = *node, .incarnation = incarnation, .seq = 1, .zone = 1,
		.interval_ms = 1000, .temp_dc = 500, .margin_dc = 450,
	};
	return r;
}

#endif /* GOSSIP_TEST_INSIDER_H */
