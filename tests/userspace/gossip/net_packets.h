/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the network of the tests is made of, and how packets get through it; see net.h.
 *
 * The cryptography is a fake that is no more than a keyed sum: who does not know the key fails, and
 * that is all that the core needs to see.
 */
#ifndef GOSSIP_TEST_NET_PACKETS_H
#define GOSSIP_TEST_NET_PACKETS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gossip.h"
#include "harness.h"

#define NET_NODES 128
#define NET_MS 1000000ULL
#define NET_S 1000000000ULL

struct net;

struct net_packet {
	uint64_t at_ns;
	uint64_t number;
	uint32_t to;
	uint32_t from;
	uint8_t link;
	bool group;
	uint32_t len;
	uint8_t bytes[GW_DATAGRAM_MAX];
};

struct net_node {
	struct net *net;
	uint32_t index;
	struct gossip *g;
	struct gossip_config config;
	struct gossip_crypto crypto;
	struct gossip_env env;
	uint64_t next_ns;
	uint64_t paused_until_ns;
	uint64_t random;
	uint64_t persisted;
	uint32_t group;
	/* Its InfiniBand is up; what it sends by that is lost; it hears nothing by that. */
	bool ib, ib_mute, ib_deaf;
	struct control_output price;
	uint64_t price_ns;
	uint64_t prices;
	uint64_t crisis_heard_ns;
	void *last_sent;
	uint64_t events[GOSSIP_EVENTS];
	struct gossip_event last[GOSSIP_EVENTS];
};

struct net {
	struct net_node node[NET_NODES];
	uint32_t nr;
	uint64_t now_ns;
	uint64_t random;
	double loss;
	double twice;
	uint64_t delay_min_ns, delay_max_ns;
	/* Of this one nothing reaches that one; NET_NODES is nobody. */
	uint32_t cut_from, cut_to;
	/* The group takes everything and gives nothing. */
	bool group_empty;
	/* All that goes by UDP, or by InfiniBand, is lost. */
	bool udp_dead, ib_dead;
	struct net_packet **heap;
	size_t in_flight, room;
	uint64_t number;
	uint64_t hash;
	uint64_t sent[NET_NODES];
	uint64_t groups[NET_NODES][GOSSIP_LINKS];
	uint64_t urgent[NET_NODES];
	uint64_t received[NET_NODES];
	uint64_t verified;
	uint64_t largest;
};

static inline uint64_t net_hash(uint64_t h, const void *bytes, size_t len)
{
	const uint8_t *byte = bytes;

	while (len--)
		h = (h ^ *byte++) * 0x100000001b3ULL;
	return h;
}

static inline double net_unit(struct net *net)
{
	return (double)(rng_next(&net->random) >> 11) / 9007199254740992.0;
}

/* --- fake cryptography --- */

static inline uint64_t net_tag(const uint8_t *key, const uint8_t *nonce, const uint8_t *ad,
			       size_t ad_len, const uint8_t *bytes, size_t len)
{
	uint64_t h = net_hash(0xcbf29ce484222325ULL, key, SEAL_KEY_BYTES);

	h = net_hash(h, nonce, SEAL_NONCE_BYTES);
	h = net_hash(h, ad, ad_len);
	return net_hash(h, bytes, len);
}

static inline void net_seal(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *ad,
			    size_t ad_len, uint8_t *bytes, size_t len)
{
	uint64_t tag = net_tag(key, nonce, ad, ad_len, bytes, len);

	(void)ctx;
	memset(bytes + len, 0, GW_TAG_BYTES);
	memcpy(bytes + len, &tag, sizeof(tag));
}

static inline bool net_open(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *ad,
			    size_t ad_len, uint8_t *bytes, size_t len)
{
	uint64_t tag = net_tag(key, nonce, ad, ad_len, bytes, len);

	(void)ctx;
	return !memcmp(bytes + len, &tag, sizeof(tag));
}

static inline void net_signature(const struct gw_key *key, const uint8_t *bytes, size_t len,
				 struct gw_sig *sig)
{
	uint64_t h = net_hash(net_hash(0xcbf29ce484222325ULL, key, sizeof(*key)), bytes, len);
	size_t i;

	for (i = 0; i < sizeof(sig->byte); i++)
		sig->byte[i] = (uint8_t)(h >> 8 * (i % 8));
}

static inline void net_sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *sig)
{
	struct net_node *n = ctx;

	net_signature(&n->config.public_key, bytes, len, sig);
}

static inline bool net_verify(void *ctx, const struct gw_key *key, const uint8_t *bytes, size_t len,
			      const struct gw_sig *sig)
{
	struct net_node *n = ctx;
	struct gw_sig right;

	n->net->verified++;
	net_signature(key, bytes, len, &right);
	return !memcmp(&right, sig, sizeof(right));
}

/* --- packets, the earliest first --- */

static inline bool net_before(const struct net_packet *a, const struct net_packet *b)
{
	return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->number < b->number);
}

static inline void net_put(struct net *net, struct net_packet *p)
{
	size_t at = net->in_flight++;
	struct net_packet **more;

	if (net->in_flight > net->room) {
		net->room = 2 * net->room + 64;
		more = realloc(net->heap, net->room * sizeof(*net->heap));
		CHECK(more, "no memory");
		net->heap = more;
	}
	while (at && net_before(p, net->heap[(at - 1) / 2])) {
		net->heap[at] = net->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	net->heap[at] = p;
}

static inline struct net_packet *net_take(struct net *net)
{
	struct net_packet *first = net->heap[0], *p = net->heap[--net->in_flight];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < net->in_flight) {
		if (child + 1 < net->in_flight &&
		    net_before(net->heap[child + 1], net->heap[child]))
			child++;
		if (!net_before(net->heap[child], p))
			break;
		net->heap[at] = net->heap[child];
		at = child;
	}
	net->heap[at] = p;
	return first;
}

/* Whether nothing gets through from one to the other by a transport. */
static inline bool net_blocked(const struct net *net, uint32_t from, uint32_t to, uint8_t link)
{
	const struct net_node *a = &net->node[from], *b = &net->node[to];

	if (link == GOSSIP_LINK_IB)
		return net->ib_dead || !a->ib || !b->ib || a->ib_mute || b->ib_deaf;
	return net->udp_dead || a->group != b->group ||
	       (from == net->cut_from && to == net->cut_to);
}

static inline void net_post(struct net *net, uint32_t from, uint32_t to, uint8_t link, bool group,
			    const uint8_t *bytes, size_t len)
{
	uint64_t spread = net->delay_max_ns - net->delay_min_ns;
	struct net_packet *p;
	int copies;

	/* InfiniBand is quick. */
	if (link == GOSSIP_LINK_IB && spread > NET_MS)
		spread = NET_MS;
	/* Those who have no InfiniBand do not draw for it. */
	if (link == GOSSIP_LINK_IB && net_blocked(net, from, to, link))
		return;
	copies = 1 + (net_unit(net) < net->twice);
	if (net_blocked(net, from, to, link))
		return;
	while (copies--) {
		if (net_unit(net) < net->loss)
			continue;
		p = malloc(sizeof(*p));
		CHECK(p, "no memory");
		p->at_ns = net->now_ns + net->delay_min_ns +
			   (uint64_t)(net_unit(net) * (double)spread);
		p->number = net->number++;
		p->from = from;
		p->to = to;
		p->link = link;
		p->group = group;
		p->len = (uint32_t)len;
		memcpy(p->bytes, bytes, len);
		net_put(net, p);
	}
}

#endif /* GOSSIP_TEST_NET_PACKETS_H */
