// SPDX-License-Identifier: GPL-2.0
/*
 * Two who mean harm. One is on the network and has no key: it repeats what it has heard, changes
 * it, or makes datagrams up, under the address of whom it likes. The other is a node with the
 * zone's key and an identity of its own that sends records with any contents.
 */
#include <string.h>

#include "sim.h"

#define ATTACK_MEAN_NS (20 * SIM_MS)
#define INSIDER_MEAN_NS (25 * SIM_MS)
#define COUNTER_AT 37
#define INCARNATION_AT 20

/**
 * sim_hostile_capture() - the attacker hears a datagram, and may keep it
 * @w: world
 * @p: datagram
 */
void sim_hostile_capture(struct sim_world *w, struct sim_packet *p)
{
	struct sim_packet **place;

	if (!w->opt.attacker || w->healed || p->insider || !sim_chance(&w->rng, 60))
		return;
	place = &w->captured[sim_below(&w->rng, SIM_CAPTURES)];
	sim_packet_put(w, *place);
	p->refs++;
	*place = p;
}

static struct sim_packet *change(struct sim_world *w, const struct sim_packet *real)
{
	struct sim_packet *p = sim_packet_get(w, real->bytes, real->len);
	uint32_t i;

	p->from = real->from;
	switch (sim_below(&w->rng, 4)) {
	case 0:		/* later, as if it were new */
		p->bytes[COUNTER_AT + 4] ^= 0x10;
		break;
	case 1:		/* of another life */
		p->bytes[INCARNATION_AT + 6]++;
		break;
	case 2:		/* other records */
		for (i = GW_HEADER_BYTES; i < p->len; i++)
			p->bytes[i] = (uint8_t)sim_random(&w->rng);
		break;
	default:	/* anything at all */
		p->len = (uint32_t)sim_range(&w->rng, 1, GW_DATAGRAM_MAX);
		for (i = 0; i < p->len; i++)
			p->bytes[i] = (uint8_t)sim_random(&w->rng);
		break;
	}
	p->forged = p->len != real->len || memcmp(p->bytes, real->bytes, p->len);
	return p;
}

/**
 * sim_hostile_attack() - the attacker sends something
 * @w: world
 */
void sim_hostile_attack(struct sim_world *w)
{
	struct sim_packet *real = w->captured[sim_below(&w->rng, SIM_CAPTURES)], *p;
	uint32_t to = (uint32_t)sim_below(&w->rng, w->opt.nodes);
	uint32_t as = sim_chance(&w->rng, 700) ? to ^ 1 : 1000 + to;

	sim_at(w, w->now_ns + sim_exponential(&w->rng, ATTACK_MEAN_NS), SIM_EV_ATTACK, 0, 0);
	if (!real)
		return;
	if (sim_chance(&w->rng, 500)) {
		w->stats.faults[SIM_REPLAYED]++;
		sim_net_inject(w, real, to, real->from);
		return;
	}
	w->stats.faults[SIM_FORGED]++;
	p = change(w, real);
	sim_net_inject(w, p, to, as);
	sim_packet_put(w, p);
}

/* --- the insider --- */

static void fill(struct sim_world *w, struct gw_record *r, const struct gw_field *fields, size_t nr)
{
	uint64_t bits;
	size_t i, j;

	for (i = 0; i < nr; i++) {
		uint8_t *member = (uint8_t *)r + fields[i].offset;

		for (j = 0; j < fields[i].size; j += sizeof(bits)) {
			bits = sim_random(&w->rng);
			/* Small numbers are likelier to be believed. */
			if (fields[i].size <= 8 && sim_chance(&w->rng, 500))
				bits &= 0xf;
			memcpy(member + j, &bits, fields[i].size - j < sizeof(bits) ?
			       fields[i].size - j : sizeof(bits));
		}
	}
}

/* Names that mean something, now and then its own. */
static void name(struct sim_world *w, struct sim_node *bad, struct gw_record *r)
{
	struct gw_id some = w->nodes[sim_below(&w->rng, w->opt.nodes)].id;

	switch (r->type) {
	case GW_BEACON:
		r->beacon.node = some;
		break;
	case GW_ZONE:
		r->zone.aggregator = some;
		break;
	case GW_CLAIM:
		r->claim.subject = some;
		r->claim.claimant = bad->id;
		r->claim.verdict = (uint8_t)sim_range(&w->rng, GW_ALIVE, GW_LEFT);
		r->claim.incarnation = sim_below(&w->rng, 8);
		r->claim.claimant_incarnation = bad->highest_incarnation;
		break;
	case GW_CRISIS:
		r->crisis.beacon.node = bad->id;
		r->crisis.beacon.incarnation = bad->highest_incarnation;
		break;
	case GW_HELLO:
		r->hello.node = sim_chance(&w->rng, 500) ? bad->id : some;
		r->hello.public_key = bad->public_key;
		break;
	case GW_PULL:
		r->pull.node = some;
		break;
	case GW_ADDRESS:
		r->address.node = some;
		r->address.link = 0;
		r->address.len = GW_ADDRESS_IPV4;
		break;
	default:
		r->probe.kind = (uint16_t)sim_range(&w->rng, GW_PING, GW_NACK);
		r->probe.target = some;
		r->probe.origin = bad->id;
		break;
	}
}

/**
 * sim_hostile_insider() - the insider sends something
 * @w: world
 */
void sim_hostile_insider(struct sim_world *w)
{
	struct sim_node *bad = &w->nodes[w->insider];
	uint8_t bytes[GW_DATAGRAM_MAX];
	struct seal_sender sender = {
		.node = bad->id, .zone = bad->config.zone, .salt = w->secret ^ w->now_ns,
	};
	struct gossip_route route = { .links = 1 << GOSSIP_LINK_UDP };
	size_t len = 0, nr;
	int i, ret;

	sim_at(w, w->now_ns + sim_exponential(&w->rng, INSIDER_MEAN_NS), SIM_EV_INSIDER, 0, 0);
	if (!bad->running)
		return;
	/* A life of its own beside that of the node: each datagram is the first of another one. */
	sender.incarnation = ++bad->highest_incarnation;
	for (i = (int)sim_range(&w->rng, 1, 6); i; i--) {
		struct gw_record r = {
			.type = (uint8_t)sim_range(&w->rng, GW_BEACON, GW_TYPES - 1),
		};
		const struct gw_field *fields = gw_fields(r.type, &nr);

		fill(w, &r, fields, nr);
		name(w, bad, &r);
		if (sim_chance(&w->rng, 800))
			seal_sign(&bad->crypto, &r);
		ret = gw_put(&r, bytes + GW_HEADER_BYTES + len, GW_RECORDS_MAX - len);
		if (ret > 0)
			len += (size_t)ret;
	}
	w->stats.faults[SIM_INSIDER]++;
	ret = seal_datagram(&bad->crypto, &bad->config.keys, &sender, bytes, len);
	if (ret <= 0)
		return;
	sim_address(&route.to[GOSSIP_LINK_UDP], (uint32_t)sim_below(&w->rng, w->opt.nodes));
	route.dest = sim_chance(&w->rng, 500) ? GOSSIP_MULTICAST : GOSSIP_UNICAST;
	sim_net_send(bad, &route, bytes, (size_t)ret, true);
}
