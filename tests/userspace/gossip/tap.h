/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a node sends, record by record, for tests that ask what went to whom. The fake cryptography
 * of net.h leaves records as they are.
 */
#ifndef GOSSIP_TEST_TAP_H
#define GOSSIP_TEST_TAP_H

#include "net.h"

#define TAP_MAX 4000

/**
 * struct tapped - a record that was sent
 * @record: the record
 * @route: which way
 * @at_ns: when
 * @datagram: which one it was in, counted from 0
 * @counter: of that
 * @incarnation: of that
 */
struct tapped {
	struct gw_record record;
	struct gossip_route route;
	uint64_t at_ns;
	size_t datagram;
	uint64_t counter;
	uint64_t incarnation;
};

static struct {
	struct tapped sent[TAP_MAX];
	size_t nr;
	size_t datagrams;
} tap;

static inline void tap_clear(void)
{
	tap.nr = 0;
	tap.datagrams = 0;
}

static inline void tap_send(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
			    size_t len)
{
	const uint8_t *at = bytes + GW_HEADER_BYTES, *end = bytes + len - GW_TAG_BYTES;
	const struct net_node *n = ctx;
	struct gw_header header;
	struct tapped *t;
	int size;

	CHECK_EQ(gw_get_header(bytes, len, &header), GW_HEADER_BYTES);
	for (; at < end; at += size) {
		CHECK(tap.nr < TAP_MAX, "more than %d records", TAP_MAX);
		t = &tap.sent[tap.nr++];
		size = gw_get(at, end - at, &t->record);
		CHECK(size > 0, "%d", size);
		t->route = *route;
		t->at_ns = n->net->now_ns;
		t->datagram = tap.datagrams;
		t->counter = header.counter;
		t->incarnation = header.incarnation;
	}
	tap.datagrams++;
	net_send(ctx, route, bytes, len);
}

/* Before the node is started. */
static inline void tap_on(struct net *net, uint32_t i)
{
	tap_clear();
	net->node[i].env.send = tap_send;
}

/* Whether it went to that node alone, by UDP. */
static inline bool tap_went_to(const struct tapped *t, uint32_t i)
{
	struct gossip_addr addr = net_addr(i);

	return t->route.dest == GOSSIP_UNICAST && t->route.links & 1 << GOSSIP_LINK_UDP &&
	       !memcmp(t->route.to[GOSSIP_LINK_UDP].byte, addr.byte, addr.len);
}

static inline size_t tap_count_to(enum gw_type type, uint32_t i)
{
	size_t k, nr = 0;

	for (k = 0; k < tap.nr; k++)
		nr += tap.sent[k].record.type == type && tap_went_to(&tap.sent[k], i);
	return nr;
}

static inline size_t tap_count(enum gw_type type, enum gossip_dest dest)
{
	size_t k, nr = 0;

	for (k = 0; k < tap.nr; k++)
		nr += tap.sent[k].record.type == type && tap.sent[k].route.dest == dest;
	return nr;
}

/* The last record of a type; there is one. */
static inline const struct tapped *tap_last(enum gw_type type)
{
	size_t k = tap.nr;

	while (k && tap.sent[k - 1].record.type != type)
		k--;
	CHECK(k, "nothing of type %d was sent", type);
	return &tap.sent[k - 1];
}

#endif /* GOSSIP_TEST_TAP_H */
