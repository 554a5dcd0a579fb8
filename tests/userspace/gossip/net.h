/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A network in one process for the tests of the core: nodes, packets that are late, lost and
 * doubled, cuts between groups of nodes, and nodes that do not run for a while. Everything
 * follows from the test's random numbers; what is sent goes into a hash.
 */
#ifndef GOSSIP_TEST_NET_H
#define GOSSIP_TEST_NET_H

#include "net_packets.h"

/* --- what nodes do --- */

static inline uint64_t net_random(void *ctx)
{
	return rng_next(&((struct net_node *)ctx)->random);
}

static inline struct gossip_addr net_addr(uint32_t index)
{
	struct gossip_addr addr = {
		.len = GW_ADDRESS_IPV4,
		.byte = { (uint8_t)(index >> 8), (uint8_t)index, 1, 1, 1, 1 },
	};

	return addr;
}

static inline void net_send_to(struct net_node *n, uint8_t link, const struct gossip_addr *to,
			       const uint8_t *bytes, size_t len)
{
	uint32_t i = (uint32_t)to->byte[0] << 8 | to->byte[1];

	CHECK(to->link == link && to->len, "an address of link %u, %u bytes", to->link, to->len);
	if (i < n->net->nr)
		net_post(n->net, n->index, i, link, false, bytes, len);
}

static inline void net_send_all(struct net_node *n, uint8_t link, const uint8_t *bytes, size_t len)
{
	struct net *net = n->net;
	uint32_t i;

	net->groups[n->index][link]++;
	for (i = 0; i < net->nr; i++) {
		/* A group gives its own sender a copy. */
		if (net->node[i].config.zone == n->config.zone)
			net_post(net, n->index, i, link, true, bytes, len);
	}
}

static inline void net_send(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
			    size_t len)
{
	struct net_node *n = ctx;
	struct net *net = n->net;
	int link;

	CHECK(len <= GW_DATAGRAM_MAX, "%zu bytes", len);
	net->hash = net_hash(net->hash, &net->now_ns, sizeof(net->now_ns));
	net->hash = net_hash(net->hash, &n->index, sizeof(n->index));
	net->hash = net_hash(net->hash, bytes, len);
	net->sent[n->index] += len;
	if (len > net->largest)
		net->largest = len;
	CHECK(route->links && !(route->links >> GOSSIP_LINKS), "links %x", route->links);
	net->urgent[n->index] += route->urgent;
	for (link = 0; link < GOSSIP_LINKS; link++) {
		if (!(route->links & 1 << link))
			continue;
		CHECK(link == GOSSIP_LINK_UDP || n->ib, "sends by what is not up");
		if (route->dest == GOSSIP_UNICAST)
			net_send_to(n, link, &route->to[link], bytes, len);
		else if (link != GOSSIP_LINK_UDP || !net->group_empty)
			net_send_all(n, link, bytes, len);
	}
}

static inline void net_price(void *ctx, const struct control_output *price)
{
	struct net_node *n = ctx;

	n->price = *price;
	n->price_ns = n->net->now_ns;
	n->prices++;
}

static inline void net_event(void *ctx, const struct gossip_event *event)
{
	struct net_node *n = ctx;

	if (event->kind == GOSSIP_EV_CRISIS && event->on && !n->crisis_heard_ns)
		n->crisis_heard_ns = n->net->now_ns;
	n->events[event->kind]++;
	n->last[event->kind] = *event;
}

static inline void net_persist(void *ctx, uint64_t incarnation)
{
	((struct net_node *)ctx)->persisted = incarnation;
}

/* --- life --- */

static inline struct gw_id net_id(uint32_t index)
{
	struct gw_id id = { { 0 } };

	id.byte[0] = 0xa0;
	id.byte[14] = (uint8_t)(index >> 8);
	id.byte[15] = (uint8_t)index;
	return id;
}

static inline struct net *net_new(uint32_t nr)
{
	struct net *net = calloc(1, sizeof(*net));
	struct net_node *n;
	uint32_t i;

	CHECK(net, "no memory");
	CHECK(nr <= NET_NODES, "%u nodes", nr);
	net->nr = nr;
	net->cut_from = NET_NODES;
	net->now_ns = NET_S;
	net->random = test_random();
	net->hash = 0xcbf29ce484222325ULL;
	net->delay_min_ns = NET_MS / 10;
	net->delay_max_ns = NET_MS;
	for (i = 0; i < nr; i++) {
		n = &net->node[i];
		n->net = net;
		n->index = i;
		n->random = test_random();
		gossip_defaults(&n->config);
		n->config.self = net_id(i);
		memcpy(n->config.public_key.byte, n->config.self.byte, sizeof(n->config.self));
		n->config.public_key.byte[31] = 1;
		n->config.zone = 1;
		n->config.incarnation = 1;
		n->config.members_max = NET_NODES;
		n->config.keys.present[SEAL_CURRENT] = true;
		n->config.keys.id[SEAL_CURRENT] = 7;
		n->config.keys.key[SEAL_CURRENT][0] = 1;
		n->crypto = (struct gossip_crypto){
			.ctx = n, .seal = net_seal, .open = net_open, .sign = net_sign,
			.verify = net_verify,
		};
		n->env = (struct gossip_env){
			.ctx = n, .random = net_random, .send = net_send, .price = net_price,
			.event = net_event, .persist = net_persist, .crypto = &n->crypto,
		};
	}
	return net;
}

static inline void net_start(struct net *net, uint32_t i)
{
	struct net_node *n = &net->node[i];

	n->g = gossip_create(&n->config, &n->env, net->now_ns);
	CHECK(n->g, "%s", gossip_config_check(&n->config));
	n->next_ns = net->now_ns;
	n->paused_until_ns = 0;
}

static inline void net_step(struct net *net, struct net_node *n)
{
	n->next_ns = gossip_step(n->g, net->now_ns);
	CHECK(n->next_ns > net->now_ns, "due %lld ns ago",
	      (long long)(net->now_ns - n->next_ns));
}

static inline void net_ib(struct net *net, uint32_t i, bool up)
{
	struct net_node *n = &net->node[i];

	n->ib = up;
	gossip_link(n->g, net->now_ns, GOSSIP_LINK_IB, up);
	net_step(net, n);
}

/* Nodes start within some ten milliseconds. */
static inline void net_start_all(struct net *net)
{
	uint32_t i;

	for (i = 0; i < net->nr; i++)
		net_start(net, i);
}

static inline void net_kill(struct net *net, uint32_t i)
{
	gossip_destroy(net->node[i].g);
	net->node[i].g = NULL;
}

static inline void net_free(struct net *net)
{
	uint32_t i;

	for (i = 0; i < net->nr; i++)
		gossip_destroy(net->node[i].g);
	while (net->in_flight)
		free(net_take(net));
	free(net->heap);
	free(net);
}

static inline uint64_t net_due(const struct net_node *n)
{
	if (!n->g)
		return UINT64_MAX;
	return n->next_ns > n->paused_until_ns ? n->next_ns : n->paused_until_ns;
}

/* A node that does not run keeps what comes until it does. */
static inline void net_deliver(struct net *net, struct net_packet *p)
{
	struct net_node *n = &net->node[p->to];
	struct gossip_addr from = net_addr(p->from);

	if (p->link == GOSSIP_LINK_IB) {
		from.link = GOSSIP_LINK_IB;
		from.len = 24;
		from.group = p->group;
	}
	if (n->g && n->paused_until_ns > net->now_ns) {
		p->at_ns = n->paused_until_ns;
		net_put(net, p);
		return;
	}
	if (n->g) {
		net->received[p->to] += p->len;
		gossip_receive(n->g, net->now_ns, &from, p->bytes, p->len);
		net_step(net, n);
	}
	free(p);
}

static inline void net_run(struct net *net, uint64_t for_ns)
{
	uint64_t until = net->now_ns + for_ns, at;
	struct net_node *n, *first;
	uint32_t i;

	for (;;) {
		first = &net->node[0];
		for (i = 0; i < net->nr; i++) {
			n = &net->node[i];
			if (net_due(n) < net_due(first))
				first = n;
		}
		at = net_due(first);
		if (net->in_flight && net->heap[0]->at_ns <= at) {
			if (net->heap[0]->at_ns > until)
				break;
			net->now_ns = net->heap[0]->at_ns;
			net_deliver(net, net_take(net));
			continue;
		}
		if (at > until)
			break;
		if (at > net->now_ns)
			net->now_ns = at;
		net_step(net, first);
	}
	net->now_ns = until;
}

/* --- what sensors say --- */

static inline struct gossip_sample net_reading(double temp_c)
{
	return (struct gossip_sample){
		.temp_c = temp_c, .limit_c = 95, .quantum_c = 0.1, .age_s = 0.01, .suspicion = 0,
		.inlet_c = 25, .power_w = 200, .power_max_w = 400, .fan = 0.5,
		.gpu_margin_c = NAN,
	};
}

static inline void net_heat(struct net *net, uint32_t i, double temp_c)
{
	struct gossip_sample s = net_reading(temp_c);

	gossip_sample(net->node[i].g, net->now_ns, &s);
	net_step(net, &net->node[i]);
}

static inline void net_heat_all(struct net *net, double temp_c)
{
	uint32_t i;

	for (i = 0; i < net->nr; i++) {
		if (net->node[i].g)
			net_heat(net, i, temp_c);
	}
}

/* Time goes by, with a reading of all nodes each second. */
static inline void net_live(struct net *net, uint64_t seconds, double temp_c)
{
	while (seconds--) {
		net_heat_all(net, temp_c);
		net_run(net, NET_S);
	}
}

/* --- what nodes think --- */

static inline bool net_member(const struct net *net, uint32_t viewer, uint32_t of,
			      struct gossip_member *m)
{
	const struct gossip *g = net->node[viewer].g;
	struct gw_id id = net_id(of);
	size_t i;

	for (i = 0; i < gossip_nr_members(g); i++) {
		gossip_get_member(g, i, m);
		if (!memcmp(&m->id, &id, sizeof(id)))
			return true;
	}
	return false;
}

static inline uint64_t net_count(const struct net *net, enum gossip_counter counter)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < net->nr; i++) {
		if (net->node[i].g)
			sum += gossip_counters(net->node[i].g)[counter];
	}
	return sum;
}

/* Pairs of live nodes of which one thinks that of the other. */
static inline uint32_t net_think(const struct net *net, enum gossip_state state)
{
	struct gossip_member m;
	uint32_t i, k, nr = 0;

	for (i = 0; i < net->nr; i++) {
		for (k = 0; k < net->nr; k++) {
			if (i != k && net->node[i].g && net->node[k].g &&
			    net_member(net, i, k, &m) && m.state == state)
				nr++;
		}
	}
	return nr;
}

#endif /* GOSSIP_TEST_NET_H */
