// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that come: what is looked at before anything in them counts, whose they are, and which
 * file their records go to.
 */
#include "internal.h"

/* Datagrams in a second from nodes that are not in the table yet, all together. */
#define STRANGERS_PER_S 2000

static void take_record(struct gossip *g, struct member *from, const struct gw_record *r)
{
	g->counters[GOSSIP_RX_RECORDS]++;
	switch (r->type) {
	case GW_BEACON:
		spread_beacon(g, from, &r->beacon);
		break;
	case GW_ZONE:
		speaker_receive(g, from, &r->zone);
		break;
	case GW_CLAIM:
		claim_receive(g, from, &r->claim);
		break;
	case GW_CRISIS:
		crisis_receive(g, from, &r->crisis);
		break;
	case GW_HELLO:
		hello_receive(g, from, &r->hello);
		break;
	case GW_PULL:
		spread_answer(g, from, &r->pull);
		break;
	case GW_PROBE:
		probe_receive(g, from, &r->probe);
		break;
	case GW_ADDRESS:
		spread_address(g, from, &r->address);
		break;
	default:
		break;
	}
}

/*
 * Whether somebody who is not in the table may come into it: not by what he has said before he was
 * forgotten. If it is himself, and he has lost his incarnation, he has to hear of it.
 */
static bool welcome(struct gossip *g, const struct gw_header *h, const struct gossip_addr *from)
{
	struct gone *gone = gone_find(&g->gone, &h->node);
	struct seal_window window;

	if (!gone)
		return true;
	gone_window(gone, &window);
	if (seal_fresh(&window, h))
		return true;
	g->counters[GOSSIP_DROP_REPLAY]++;
	claim_answer_gone(g, gone, from);
	return false;
}

/* The node that has sent a datagram which is authentic; NULL if it is not to be looked at. */
static struct member *sender(struct gossip *g, const struct gw_header *h,
			     const struct gossip_addr *from)
{
	struct member *m = members_find(&g->members, &h->node);
	double rate = g->config.source_rate_per_s;

	if (!m) {
		if (!bucket_take(&g->strangers, g->now_ns, STRANGERS_PER_S, STRANGERS_PER_S, 1,
				 0)) {
			g->counters[GOSSIP_DROP_RATE]++;
			return NULL;
		}
		m = welcome(g, h, from) ? core_meet(g, &h->node, h->zone, false) : NULL;
		if (!m)
			return NULL;
		m->incarnation = h->incarnation;
	}
	if (!seal_fresh(&m->window, h)) {
		if (links_copy(g, m, h, from)) {
			g->counters[GOSSIP_DROP_COPY]++;
			return NULL;
		}
		g->counters[GOSSIP_DROP_REPLAY]++;
		/* Who has lost his incarnation has to hear of it, or is never heard again. */
		if ((h->incarnation < m->window.incarnation || h->salt != m->window.salt) &&
		    detect_lost(g, m))
			claim_answer(g, m);
		return NULL;
	}
	if (!bucket_take(&m->rate, g->now_ns, rate, rate, 1, 0)) {
		g->counters[GOSSIP_DROP_RATE]++;
		return NULL;
	}
	seal_accept(&m->window, h);
	return m;
}

/* Not of each datagram: anybody can send those. */
static void tell_key(struct gossip *g, const struct gw_header *h)
{
	if (g->key_told_ns && g->now_ns - g->key_told_ns < SEC_NS)
		return;
	g->key_told_ns = g->now_ns;
	core_event(g, GOSSIP_EV_KEY, &h->node, true, h->key_id);
}

static int open_datagram(struct gossip *g, uint8_t *bytes, size_t len, struct gw_header *h)
{
	int ret = gw_get_header(bytes, len, h);

	if (ret < 0) {
		g->counters[GOSSIP_DROP_DECODE]++;
		return ret;
	}
	if (id_equal(&h->node, &g->config.self)) {
		g->counters[GOSSIP_DROP_SELF]++;
		return -1;
	}
	if (id_zero(&h->node) || h->incarnation > INCARNATION_MAX) {
		g->counters[GOSSIP_DROP_DECODE]++;
		return GW_VALUE_WRONG;
	}
	ret = seal_open(g->env.crypto, &g->config.keys, bytes, len, h);
	if (ret == SEAL_NO_KEY) {
		g->counters[GOSSIP_DROP_KEY]++;
		tell_key(g, h);
	} else if (ret == SEAL_FORGED) {
		g->counters[GOSSIP_DROP_MAC]++;
	} else if (ret < 0) {
		g->counters[GOSSIP_DROP_DECODE]++;
	}
	return ret;
}

/**
 * gossip_receive() - take a datagram
 * @g: node
 * @now_ns: time
 * @from: where it came from
 * @bytes: the datagram; deciphered in place
 * @len: its length
 */
void gossip_receive(struct gossip *g, uint64_t now_ns, const struct gossip_addr *from,
		    uint8_t *bytes, size_t len)
{
	struct gw_header header;
	struct gw_record record;
	struct member *m;
	int left, size;

	if (g->left || from->link >= GOSSIP_LINKS)
		return;
	core_enter(g, now_ns);
	g->counters[GOSSIP_RX_DATAGRAMS]++;
	g->counters[GOSSIP_RX_BYTES] += len;
	left = open_datagram(g, bytes, len, &header);
	if (left < 0)
		return;
	m = sender(g, &header, from);
	if (!m)
		return;
	m->direct_ns = g->now_ns;
	m->doubted = false;
	links_heard(g, m, &header, from);
	m->zone = header.zone;
	near_count(g, m);
	life_alive(g, m, header.incarnation);
	life_heard(g, m);
	bytes += GW_HEADER_BYTES;
	/* A record may remove its sender, if the table has no room for another node. */
	while (left > 0 && id_equal(&m->id, &header.node) && m->used) {
		size = gw_get(bytes, left, &record);
		if (size <= 0) {
			g->counters[GOSSIP_DROP_DECODE]++;
			break;
		}
		take_record(g, m, &record);
		bytes += size;
		left -= size;
	}
	links_said(g, m);
	if (g->urgent)
		price_step(g);
}
