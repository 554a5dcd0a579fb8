// SPDX-License-Identifier: GPL-2.0
/*
 * Who nodes are: each tells its public key when it starts, when somebody new is heard, and now
 * and then. The first key that is heard of a node stays pinned; with an authority, it has to
 * endorse it.
 */
#include <string.h>

#include "internal.h"

#define PERIOD_NS (30 * SEC_NS)
/* At the start a few soon after each other, as they may get lost. */
#define HELLOS_SOON 3
#define GAP_NS (2 * SEC_NS)

/**
 * hello_fill() - this node's hello, signed
 * @g: this node
 * @record: written
 */
void hello_fill(struct gossip *g, struct gw_record *record)
{
	memset(record, 0, sizeof(*record));
	record->type = GW_HELLO;
	record->hello = (struct gw_hello){
		.ttl = g->config.ttl,
		.node = g->config.self,
		.incarnation = g->incarnation,
		.lamport = ++g->lamport,
		.public_key = g->config.public_key,
		.zone = g->config.zone,
		.endorsement = g->config.endorsement,
	};
	seal_sign(g->env.crypto, record);
}

static void say(struct gossip *g, struct member *to)
{
	struct gw_record record;

	hello_fill(g, &record);
	out_begin(g);
	out_add(g, &record);
	beacon_fill(g, &record.beacon);
	record.type = GW_BEACON;
	out_add(g, &record);
	out_piggyback(g);
	if (to)
		out_to(g, to, false);
	else
		out_group(g, false);
}

/**
 * hello_try() - say hello at an address that a node may have
 * @g: this node
 * @addr: it
 *
 * It is known when the node has answered from there itself.
 */
void hello_try(struct gossip *g, const struct gossip_addr *addr)
{
	struct member stub = { .addr = *addr };

	say(g, &stub);
}

/**
 * hello_due() - the next hello is due
 * @g: this node
 */
void hello_due(struct gossip *g)
{
	struct member *m;
	uint32_t i;

	if (links_group(g))
		say(g, NULL);
	if (!g->config.multicast) {
		for (i = 0; i < g->members.nr; i++) {
			m = members_at(&g->members, i);
			if (core_peer(g, m))
				say(g, m);
		}
	}
	g->hello_ns = g->now_ns;
	core_timer_in(g, TIMER_HELLO,
		      core_jitter(g, ++g->hellos < HELLOS_SOON ? GAP_NS : PERIOD_NS));
}

/* Somebody new: say who this is, to all at once if many have come. */
static void introduce(struct gossip *g, struct member *to)
{
	if (to->zone == g->config.zone && g->config.multicast) {
		core_timer_sooner(g, TIMER_HELLO, g->now_ns - g->hello_ns < GAP_NS ?
				  GAP_NS : core_random_below(g, 200 * MS_NS));
		return;
	}
	say(g, to);
	if (to->zone != g->config.zone)
		speaker_introduce(g, to);
}

static bool same_key(const struct gw_key *a, const struct gw_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/*
 * Whether somebody's key is to be believed, now that it is known that the hello is signed with it.
 */
static bool believable(struct gossip *g, const struct member *m, const struct gw_hello *h)
{
	static const struct gw_key none;
	bool pinned = m && m->has_hello && !same_key(&h->public_key, &m->hello.public_key);

	/* Without an authority the first key is as good as any later one, and it was first. */
	if (same_key(&g->config.authority, &none))
		return !pinned;
	if (pinned && h->incarnation <= m->hello.incarnation)
		return false;
	return seal_endorsed(g->env.crypto, h, &g->config.authority);
}

static bool is_news(const struct member *m, const struct gw_hello *h)
{
	if (!m || !m->has_hello)
		return true;
	return h->incarnation > m->hello.incarnation ||
	       (h->incarnation == m->hello.incarnation &&
		!same_key(&h->public_key, &m->hello.public_key));
}

/**
 * hello_receive() - somebody says who a node is
 * @g: this node
 * @from: who sent it
 * @h: what it says; nothing of it is checked yet
 */
void hello_receive(struct gossip *g, struct member *from, const struct gw_hello *h)
{
	struct member *m = members_find(&g->members, &h->node);
	struct gw_record record;

	core_hear_lamport(g, h->lamport);
	if (id_equal(&h->node, &g->config.self) || h->incarnation > INCARNATION_MAX)
		return;
	/*
	 * Who is known under his key and says nothing new about it is not worth a verification, nor
	 * is what somebody else has made up of one who was heard himself.
	 */
	if (!is_news(m, h) ||
	    (m && m != from && m->direct_ns && core_leaps(m->incarnation, h->incarnation))) {
		g->counters[GOSSIP_DROP_STALE]++;
		return;
	}
	if (!claim_work(g, from))
		return;
	memset(&record, 0, sizeof(record));
	record.type = GW_HELLO;
	record.hello = *h;
	if (!seal_verify(g->env.crypto, &record, &h->public_key) || !believable(g, m, h)) {
		g->counters[GOSSIP_DROP_SIGNATURE]++;
		return;
	}
	m = core_meet(g, &h->node, h->zone, false);
	if (!m)
		return;
	m->hello = *h;
	m->has_hello = true;
	near_count(g, m);
	life_alive(g, m, h->incarnation);
	if (m == from)
		introduce(g, m);
}

/* --- addresses that somebody gave --- */

/* Both by UDP. */
static bool same_addr(const struct gossip_addr *a, const struct gossip_addr *b)
{
	return a->len == b->len && !memcmp(a->byte, b->byte, a->len);
}

static bool answered(const struct gossip *g, const struct gossip_addr *addr)
{
	const struct member *m;
	uint32_t i;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (same_addr(&m->addr, addr) && !m->unseen)
			return true;
	}
	return false;
}

/**
 * hello_contacts() - try those contacts again that nobody has answered from, a few at a time
 * @g: this node
 */
void hello_contacts(struct gossip *g)
{
	uint32_t i, tried = 0;

	for (i = 0; i < g->nr_contacts && tried < 4; i++) {
		g->next_contact = (g->next_contact + 1) % g->nr_contacts;
		if (answered(g, &g->contacts[g->next_contact].addr))
			continue;
		hello_try(g, &g->contacts[g->next_contact].addr);
		tried++;
	}
	core_timer_in(g, TIMER_CONTACT, core_jitter(g, 5 * SEC_NS));
}

/**
 * gossip_contact() - try an address: there may be a node
 * @g: node
 * @now_ns: time
 * @addr: address, by UDP
 *
 * It is said hello to, at once and again until somebody answers from there. The first 128 addresses
 * are kept.
 */
void gossip_contact(struct gossip *g, uint64_t now_ns, const struct gossip_addr *addr)
{
	uint32_t i;

	if (g->left || !addr->len || addr->len > GOSSIP_ADDR_BYTES || addr->link)
		return;
	core_enter(g, now_ns);
	for (i = 0; i < g->nr_contacts; i++) {
		if (same_addr(&g->contacts[i].addr, addr))
			return;
	}
	if (i == CONTACTS_MAX) {
		g->counters[GOSSIP_DROP_FULL]++;
		return;
	}
	g->contacts[g->nr_contacts++].addr = *addr;
	hello_try(g, addr);
}
