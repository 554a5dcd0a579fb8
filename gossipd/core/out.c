// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that go out: records are put together, claims that are on their way go along while
 * there is room, and a token bucket has the last word. What is urgent may use all of it; the rest
 * leaves a quarter for that.
 */
#include <string.h>

#include "internal.h"

/* Digits of the number of nodes: ceil(log10(N + 1)), as in memberlist. */
static uint32_t digits(uint32_t nr)
{
	uint32_t n = 1;

	while (nr >= 10) {
		nr /= 10;
		n++;
	}
	return n;
}

/**
 * out_begin() - begin a datagram
 * @g: this node
 */
void out_begin(struct gossip *g)
{
	g->packet.len = 0;
	g->packet.nr = 0;
	g->packet.must = false;
}

/* Beacons come again; what these say may be said once. */
static bool has_to_arrive(uint8_t type)
{
	return type == GW_HELLO || type == GW_CLAIM || type == GW_CRISIS || type == GW_ZONE;
}

/**
 * out_add() - put a record into the datagram
 * @g: this node
 * @record: it
 *
 * Return: false if there is no room for it.
 */
bool out_add(struct gossip *g, const struct gw_record *record)
{
	struct packet *p = &g->packet;
	int size = gw_put(record, p->bytes + GW_HEADER_BYTES + p->len, GW_RECORDS_MAX - p->len);

	if (size < 0)
		return false;
	p->len += size;
	p->nr++;
	p->must |= has_to_arrive(record->type);
	return true;
}

/* Accusers are independent of each other, so all have to be heard. */
static bool makes_obsolete(const struct gw_claim *claim, const struct gw_claim *old)
{
	return id_equal(&old->subject, &claim->subject) &&
	       (id_equal(&old->claimant, &claim->claimant) ||
		claim->incarnation > old->incarnation);
}

/**
 * out_queue() - have a claim go along with what is sent from now on
 * @g: this node
 * @record: it
 *
 * It takes the place of what it makes obsolete, else a free one, else that of the one that has gone
 * most often.
 */
void out_queue(struct gossip *g, const struct gw_record *record)
{
	struct queued *q, *best = &g->queue[0];
	uint32_t i;

	for (i = 0; i < QUEUE_MAX; i++) {
		q = &g->queue[i];
		if (q->left && makes_obsolete(&record->claim, &q->record.claim)) {
			best = q;
			break;
		}
		if (!q->left ? best->left : (best->left && q->sent > best->sent))
			best = q;
	}
	best->record = *record;
	best->left = 4 * digits(g->zone.seen);
	best->sent = 0;
}

/**
 * out_piggyback() - fill the datagram with claims that are to go along
 * @g: this node
 *
 * Those that have gone least often first, each once.
 */
void out_piggyback(struct gossip *g)
{
	struct queued *q, *best;
	uint64_t done = 0;
	uint32_t i;

	for (;;) {
		best = NULL;
		for (i = 0; i < QUEUE_MAX; i++) {
			q = &g->queue[i];
			if (q->left && !(done >> i & 1) && (!best || q->sent < best->sent))
				best = q;
		}
		if (!best || !out_add(g, &best->record))
			return;
		best->left--;
		best->sent++;
		done |= 1ULL << (best - g->queue);
	}
}

/* No nonce may come twice under a key: a counter that is used up takes a new life. */
static int seal(struct gossip *g)
{
	int len;

	g->sender.incarnation = g->incarnation;
	memcpy(g->wire, g->packet.bytes, GW_HEADER_BYTES + g->packet.len);
	len = seal_datagram(g->env.crypto, &g->config.keys, &g->sender, g->wire, g->packet.len);
	if (len != SEAL_EXHAUSTED)
		return len;
	g->sender.incarnation = ++g->incarnation;
	g->env.persist(g->env.ctx, g->incarnation);
	g->sender.salt = core_random(g);
	g->sender.counter = 0;
	return seal_datagram(g->env.crypto, &g->config.keys, &g->sender, g->wire, g->packet.len);
}

static bool send_by(struct gossip *g, const struct gossip_route *route, bool urgent)
{
	double burst = g->config.burst_bytes;
	size_t size = GW_HEADER_BYTES + g->packet.len + GW_TAG_BYTES;
	int len;

	if (!g->packet.nr)
		return false;
	if (!bucket_take(&g->budget, g->now_ns, g->config.budget_bytes_per_s, burst, (double)size,
			 urgent ? 0 : burst / 4)) {
		g->counters[GOSSIP_DROP_BUDGET]++;
		return false;
	}
	len = seal(g);
	if (len < 0)
		return false;
	g->env.send(g->env.ctx, route, g->wire, len);
	g->counters[GOSSIP_TX_DATAGRAMS]++;
	g->counters[GOSSIP_TX_BYTES] += len;
	g->counters[GOSSIP_TX_RECORDS] += g->packet.nr;
	return true;
}

/**
 * out_group() - send the datagram to all of the zone
 * @g: this node
 * @urgent: it may have the last quarter of the token bucket, and goes by all rails
 *
 * Return: false if it was not sent.
 */
bool out_group(struct gossip *g, bool urgent)
{
	struct gossip_route route = { .urgent = urgent };

	links_route_all(g, g->packet.must, &route);
	return send_by(g, &route, urgent);
}

/**
 * out_at() - send the datagram to an address, whoever is there
 * @g: this node
 * @to: it
 * @urgent: as of out_group()
 *
 * Return: false if it was not sent.
 */
bool out_at(struct gossip *g, const struct gossip_addr *to, bool urgent)
{
	struct gossip_route route = { .dest = GOSSIP_UNICAST, .urgent = urgent };

	if (!to->len || to->link >= GOSSIP_LINKS)
		return false;
	route.links = 1 << to->link;
	route.to[to->link] = *to;
	return send_by(g, &route, urgent);
}

/**
 * out_to() - send the datagram to a node
 * @g: this node
 * @m: it
 * @urgent: as of out_group()
 *
 * Return: false if it was not sent, or nobody knows where to.
 */
bool out_to(struct gossip *g, struct member *m, bool urgent)
{
	struct gossip_route route = { .urgent = urgent };

	return links_route_to(g, m, g->packet.must, &route) && send_by(g, &route, urgent);
}

/**
 * out_one() - send a record to a node, with what goes along
 * @g: this node
 * @m: it
 * @record: the record
 * @urgent: as of out_group()
 *
 * Return: as out_to().
 */
bool out_one(struct gossip *g, struct member *m, const struct gw_record *record, bool urgent)
{
	out_begin(g);
	out_add(g, record);
	out_piggyback(g);
	return out_to(g, m, urgent);
}
