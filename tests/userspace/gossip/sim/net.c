// SPDX-License-Identifier: GPL-2.0
/*
 * The network between the nodes: what it delays, loses, repeats, distorts and cuts.
 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* A clogged link lets everything through at once when it is free again. */
#define CLOG_MEAN_NS (1500 * SIM_MS)
#define CLOG_MAX_NS (5 * SIM_S)

/**
 * sim_address() - where a node is
 * @addr: written
 * @node: index; those of no node are an attacker's
 */
void sim_address(struct gossip_addr *addr, uint32_t node)
{
	memset(addr, 0, sizeof(*addr));
	addr->len = 6;
	addr->byte[0] = 10;
	addr->byte[1] = (uint8_t)(node >> 16);
	addr->byte[2] = (uint8_t)(node >> 8);
	addr->byte[3] = (uint8_t)node;
	addr->byte[4] = 7;
	addr->byte[5] = 77;
}

/**
 * sim_net_node_at() - who is at an address
 * @w: world
 * @addr: by sim_address(), of any link
 *
 * Return: index; UINT32_MAX: nobody.
 */
uint32_t sim_net_node_at(const struct sim_world *w, const struct gossip_addr *addr)
{
	uint32_t node = (uint32_t)addr->byte[1] << 16 | addr->byte[2] << 8 | addr->byte[3];

	return addr->len >= 6 && node < w->opt.nodes ? node : UINT32_MAX;
}

/**
 * sim_packet_get() - a datagram with one holder
 * @w: world
 * @bytes: of it
 * @len: how many
 *
 * Return: never NULL.
 */
struct sim_packet *sim_packet_get(struct sim_world *w, const uint8_t *bytes, size_t len)
{
	struct sim_packet *p = w->free_packets;

	if (p)
		w->free_packets = p->next;
	else
		p = malloc(sizeof(*p));
	if (!p)
		abort();
	memset(p, 0, offsetof(struct sim_packet, bytes));
	p->refs = 1;
	p->len = (uint32_t)len;
	p->sent_ns = w->now_ns;
	memcpy(p->bytes, bytes, len);
	return p;
}

/**
 * sim_packet_put() - one holder less
 * @w: world
 * @p: packet, may be NULL
 */
void sim_packet_put(struct sim_world *w, struct sim_packet *p)
{
	if (!p || --p->refs)
		return;
	p->next = w->free_packets;
	w->free_packets = p;
}

/**
 * sim_net_cut() - whether a partition is between two nodes
 * @w: world
 * @from: sender
 * @to: receiver
 *
 * Return: true if nothing gets through in this direction.
 */
bool sim_net_cut(const struct sim_world *w, uint32_t from, uint32_t to)
{
	if (!w->split || w->side[from] == w->side[to])
		return false;
	return !w->one_way_now || w->side[from];
}

/* Which links and nodes have a fault of their own is a matter of the seed, not of the order. */
static uint32_t link_draw(const struct sim_world *w, uint32_t from, uint32_t to)
{
	return (uint32_t)(sim_mix(w->seed ^ ((uint64_t)from << 32 | to)) % 1000);
}

static bool lost(struct sim_world *w, uint32_t from, uint32_t to, bool multicast)
{
	const struct sim_options *o = &w->opt;

	if (w->healed)
		return false;
	if (sim_chance(&w->rng, o->loss)) {
		w->stats.faults[SIM_LOSS]++;
		return true;
	}
	if (multicast && sim_chance(&w->rng, o->multicast_loss)) {
		w->stats.faults[SIM_MULTICAST_LOSS]++;
		return true;
	}
	if (link_draw(w, from, from) < o->lossy_nodes && sim_chance(&w->rng, o->lossy_egress)) {
		w->stats.faults[SIM_LOSS]++;
		return true;
	}
	return to == UINT32_MAX;
}

static uint64_t arrival(struct sim_world *w, uint32_t from, uint32_t to)
{
	const struct sim_options *o = &w->opt;
	uint64_t at = w->now_ns + o->delay_min_ns + sim_exponential(&w->rng, o->delay_mean_ns);
	struct sim_way *way = &w->ways[from][to];

	if (!w->healed && way->clog_ns <= w->now_ns && sim_below(&w->rng, 20000) < o->clog) {
		uint64_t mean = sim_exponential(&w->rng, CLOG_MEAN_NS);

		way->clog_ns = w->now_ns + (mean < CLOG_MAX_NS ? mean : CLOG_MAX_NS);
		w->stats.faults[SIM_CLOG]++;
	}
	if (way->clog_ns > at)
		at = way->clog_ns;
	if (at < way->last_ns)
		w->stats.faults[SIM_REORDER]++;
	else
		way->last_ns = at;
	return at;
}

/**
 * sim_net_later() - a datagram will be there
 * @w: world
 * @p: datagram
 * @to: receiver
 * @as: source address that it bears
 * @at: when
 * @damage: what happens to it on the way, and by which link it comes
 */
void sim_net_later(struct sim_world *w, struct sim_packet *p, uint32_t to, uint32_t as,
		   uint64_t at, uint16_t damage)
{
	struct sim_event e = {
		.at = at, .packet = p, .kind = SIM_EV_DELIVER, .damage = damage, .node = to,
		.arg = (uint64_t)as << 32 | (sim_random(&w->rng) >> 32),
	};

	p->refs++;
	sim_queue_push(&w->queue, &e);
}

static void carry(struct sim_world *w, struct sim_packet *p, uint32_t to, bool multicast)
{
	const struct sim_options *o = &w->opt;
	uint16_t damage = 0;

	if (sim_net_cut(w, p->from, to) || lost(w, p->from, to, multicast))
		return;
	if (!w->healed && p->len > o->mtu && link_draw(w, p->from, to) < o->mtu_links) {
		w->stats.faults[SIM_MTU]++;
		return;
	}
	if (!w->healed && sim_chance(&w->rng, o->corrupt))
		damage |= SIM_DAMAGE_FLIP;
	if (!w->healed && sim_chance(&w->rng, o->truncate))
		damage |= SIM_DAMAGE_CUT;
	sim_net_later(w, p, to, p->from, arrival(w, p->from, to), damage);
	if (!w->healed && sim_chance(&w->rng, o->duplicate)) {
		w->stats.faults[SIM_DUPLICATE]++;
		sim_net_later(w, p, to, p->from, arrival(w, p->from, to), 0);
	}
}

static void multicast(struct sim_node *from, struct sim_packet *p)
{
	struct sim_world *w = from->world;
	uint32_t i;

	for (i = 0; i < w->opt.nodes; i++) {
		const struct sim_node *n = &w->nodes[i];

		if (n == from) {
			if (!w->opt.self_loop)
				continue;
			w->stats.faults[SIM_SELF_LOOP]++;
		}
		/* A host that is off is no member of the group. */
		if (n->zone != from->zone || !n->running)
			continue;
		if (w->group_empty && n != from) {
			w->stats.faults[SIM_GROUP_EMPTY]++;
			continue;
		}
		carry(w, p, i, true);
	}
}

/**
 * sim_net_send() - a node sends
 * @from: node
 * @route: to whom, and by which links
 * @bytes: the datagram
 * @len: how many
 * @insider: by a node that has gone bad
 */
void sim_net_send(struct sim_node *from, const struct gossip_route *route, const uint8_t *bytes,
		  size_t len, bool insider)
{
	struct sim_world *w = from->world;
	struct sim_packet *p = sim_packet_get(w, bytes, len);
	uint32_t node;

	p->from = from->index;
	p->insider = insider;
	if (!(route->links & 1 << GOSSIP_LINK_UDP)) {
		/* By the other one alone. */
	} else if (route->dest == GOSSIP_MULTICAST) {
		multicast(from, p);
	} else {
		node = sim_net_node_at(w, &route->to[GOSSIP_LINK_UDP]);
		if (node != UINT32_MAX && w->nodes[node].running)
			carry(w, p, node, false);
	}
	if (route->links & 1 << GOSSIP_LINK_IB)
		sim_link_send(from, route, p);
	sim_hostile_capture(w, p);
	sim_packet_put(w, p);
}

/**
 * sim_net_inject() - somebody on the network sends
 * @w: world
 * @p: datagram
 * @to: receiver
 * @as: source address that it bears
 */
void sim_net_inject(struct sim_world *w, struct sim_packet *p, uint32_t to, uint32_t as)
{
	uint64_t at = w->now_ns + w->opt.delay_min_ns +
		sim_exponential(&w->rng, w->opt.delay_mean_ns);

	sim_net_later(w, p, to, as, at, SIM_DAMAGE_SPOOF);
}

/**
 * sim_net_deliver() - a datagram is there
 * @w: world
 * @event: its event; holds the packet
 */
void sim_net_deliver(struct sim_world *w, const struct sim_event *event)
{
	struct sim_node *n = &w->nodes[event->node];
	struct sim_waiting what = {
		.packet = event->packet, .from = (uint32_t)(event->arg >> 32),
		.damage = event->damage, .arg = event->arg & UINT32_MAX,
	};

	w->stats.deliveries++;
	if (!n->running) {
		sim_packet_put(w, event->packet);
	} else if (!n->paused) {
		sim_node_packet(n, &what);
		sim_packet_put(w, event->packet);
		sim_node_after(n);
	} else if (n->nr_waiting < SIM_SOCKET_MAX) {
		n->waiting[n->nr_waiting++] = what;
	} else {
		w->stats.faults[SIM_SOCKET_FULL]++;
		sim_packet_put(w, event->packet);
	}
}
