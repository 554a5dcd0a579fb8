// SPDX-License-Identifier: GPL-2.0
/*
 * From others to others: rounds of epidemic push, which repair what the one hop of a beacon has
 * lost, and pull when a threshold is crossed. Peers are drawn by coupling, urgency and how long ago
 * they were last chosen.
 */
#include <math.h>
#include <string.h>

#include "internal.h"

/* Beacons in a datagram: what fits. */
#define BATCH 17
/* Who is not coupled is chosen too, or the graph of who talks to whom may fall apart. */
#define COUPLING_FLOOR 0.05
#define RECENT_NS (10 * SEC_NS)
#define PULL_GAP_NS (100 * MS_NS)
#define STORM_ROUND_NS (20 * MS_NS)
/* Where a node is that others speak of: asked when it has not come itself, and now and then. */
#define LOCATE_AFTER_NS SEC_NS
#define LOCATE_EACH_NS SEC_NS
/* A datagram that comes once a second may speak of as many as it holds. */
#define LOCATE_PER_S 10
#define LOCATE_BURST (BATCH - 1)
/* But who is so close that a crisis goes to him directly: at once, and besides those. */
#define LOCATE_COUPLING 0.5

static double urgency(const struct gossip *g, double margin_c)
{
	if (isnan(margin_c) || margin_c >= g->config.margin_normal_c)
		return 0.01;
	if (margin_c >= g->config.margin_warning_c)
		return 0.1;
	return margin_c >= g->config.margin_critical_c ? 0.5 : 1;
}

static double peer_weight(const struct gossip *g, const struct member *m, bool alive)
{
	uint64_t since = m->sent_ns ? g->now_ns - m->sent_ns : RECENT_NS;
	double recency = since < RECENT_NS ? (double)since / (double)RECENT_NS : 1;

	if (!core_peer(g, m) || (alive && m->state != GOSSIP_ALIVE))
		return 0;
	return (COUPLING_FLOOR + m->coupling) * (0.1 + urgency(g, m->margin_c)) * (0.01 + recency);
}

static bool among(struct member **peers, uint32_t nr, const struct member *m)
{
	while (nr--) {
		if (peers[nr] == m)
			return true;
	}
	return false;
}

/**
 * spread_choose() - draw different peers, each with a probability in proportion to its weight
 * @g: this node
 * @peers: written
 * @nr: how many at most
 * @alive: only those that nobody suspects, as they are to do something
 *
 * Return: how many there are.
 */
uint32_t spread_choose(struct gossip *g, struct member **peers, uint32_t nr, bool alive)
{
	double sum, at;
	uint32_t chosen, i;
	struct member *m;

	for (chosen = 0; chosen < nr; chosen++) {
		sum = 0;
		for (i = 0; i < g->members.nr; i++) {
			m = members_at(&g->members, i);
			if (!among(peers, chosen, m))
				sum += peer_weight(g, m, alive);
		}
		if (!(sum > 0))
			break;
		at = core_random_unit(g) * sum;
		peers[chosen] = NULL;
		for (i = 0; i < g->members.nr; i++) {
			m = members_at(&g->members, i);
			if (among(peers, chosen, m) || !(peer_weight(g, m, alive) > 0))
				continue;
			/* Rounding may leave a rest: that is the last one's. */
			peers[chosen] = m;
			at -= peer_weight(g, m, alive);
			if (at < 0)
				break;
		}
	}
	for (i = 0; i < chosen; i++)
		if (peers[i])
			peers[i]->sent_ns = g->now_ns;
	return chosen;
}

/* Whether a beacon is to be told before another one: a crisis first, then the newest. */
static bool sooner(const struct member *a, const struct member *b)
{
	if (a->crisis != b->crisis)
		return a->crisis;
	return a->heard_ns > b->heard_ns;
}

/*
 * Of who is silent nothing is told any more, but that there was a crisis: with a beacon each 10 ms
 * the third that is lost makes it silent, and others may have heard nothing of the crisis at all.
 */
static bool to_be_told(const struct gossip *g, const struct member *m)
{
	if (!m->has_beacon || !m->beacon.ttl || m->zone != g->config.zone ||
	    m->state == GOSSIP_DEAD || m->state == GOSSIP_LEFT)
		return false;
	return !m->silent || (m->crisis && !m->unseen);
}

/* The beacons that are worth most, as many as fit behind the own one. */
static uint32_t select(struct gossip *g, uint32_t room, struct member **best)
{
	struct member *m;
	uint32_t nr = 0, i, k;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (!to_be_told(g, m))
			continue;
		if (nr == room && !sooner(m, best[nr - 1]))
			continue;
		if (nr < room)
			nr++;
		for (k = nr - 1; k && sooner(m, best[k - 1]); k--)
			best[k] = best[k - 1];
		best[k] = m;
	}
	return nr;
}

static void batch(struct gossip *g, uint32_t limit)
{
	struct gw_record record = { .type = GW_BEACON };
	struct member *best[BATCH];
	uint32_t nr, i;

	out_begin(g);
	if (!limit)
		return;
	beacon_fill(g, &record.beacon);
	out_add(g, &record);
	out_piggyback(g);
	nr = limit > 1 ? select(g, limit < BATCH ? limit - 1 : BATCH - 1, best) : 0;
	for (i = 0; i < nr; i++) {
		beacon_of(g, best[i], &record.beacon);
		if (!out_add(g, &record))
			break;
	}
}

/* Three times the own interval, and in a storm as often as pays for single relays. */
static uint64_t round_ns(const struct gossip *g)
{
	uint64_t ns = 3 * (uint64_t)g->interval_ms * MS_NS;

	if (g->now_ns < g->storm_until_ns && ns > STORM_ROUND_NS)
		ns = STORM_ROUND_NS;
	return ns > STORM_ROUND_NS ? ns : STORM_ROUND_NS;
}

/**
 * spread_round() - a round of repair is due
 * @g: this node
 */
void spread_round(struct gossip *g)
{
	struct member *peers[PEERS_MAX];
	uint32_t nr = spread_choose(g, peers, g->config.fanout, false), i;

	if (nr) {
		batch(g, BATCH);
		for (i = 0; i < nr; i++)
			out_to(g, peers[i], false);
	}
	core_timer_in(g, TIMER_ROUND, core_jitter(g, round_ns(g)));
}

/**
 * spread_pull() - it has become hotter here: ask those who are coupled for what they know
 * @g: this node
 */
void spread_pull(struct gossip *g)
{
	struct gw_record record = { .type = GW_PULL };
	struct member *peers[PEERS_MAX];
	uint32_t nr = spread_choose(g, peers, g->config.fanout, false), i;

	record.pull = (struct gw_pull){ .limit = BATCH, .zone = g->config.zone };
	for (i = 0; i < nr; i++) {
		g->counters[GOSSIP_PULLS]++;
		out_one(g, peers[i], &record, true);
	}
}

/**
 * spread_ask() - ask a node for its beacon
 * @g: this node
 * @m: it
 *
 * Nothing has come of it for a while, and that may just have got lost.
 */
void spread_ask(struct gossip *g, struct member *m)
{
	struct gw_record record = { .type = GW_PULL };

	record.pull = (struct gw_pull){ .limit = 1, .zone = g->config.zone, .node = m->id };
	g->counters[GOSSIP_PULLS]++;
	out_one(g, m, &record, false);
}

/* Others of the link, or with an interface of this host, mean nothing elsewhere. */
static void add_address(struct gossip *g, const struct member *m)
{
	struct gw_record record = { .type = GW_ADDRESS };

	record.address = (struct gw_address){
		.node = m->id, .link = m->addr.link, .len = m->addr.len,
	};
	memcpy(record.address.byte, m->addr.byte, sizeof(record.address.byte));
	out_add(g, &record);
}

/* Of all of the zone less often than of one: that answer is as long as a datagram can be. */
static bool may_pull(struct gossip *g, struct member *from, const struct gw_pull *pull)
{
	if (!id_zero(&pull->node))
		return bucket_take(&from->pulls, g->now_ns, LOCATE_PER_S, LOCATE_BURST, 1, 0);
	if (from->pulled_ns && g->now_ns - from->pulled_ns < PULL_GAP_NS)
		return false;
	from->pulled_ns = g->now_ns;
	return true;
}

/**
 * spread_answer() - somebody asks for what this node knows
 * @g: this node
 * @from: who
 * @pull: what for
 */
void spread_answer(struct gossip *g, struct member *from, const struct gw_pull *pull)
{
	struct gw_record record = { .type = GW_BEACON };
	const struct member *m;

	if (!may_pull(g, from, pull)) {
		g->counters[GOSSIP_DROP_RATE]++;
		return;
	}
	if (id_zero(&pull->node)) {
		if (pull->zone != g->config.zone) {
			g->counters[GOSSIP_DROP_ZONE]++;
			return;
		}
		batch(g, pull->limit < BATCH ? pull->limit : BATCH);
	} else {
		out_begin(g);
		m = members_find(&g->members, &pull->node);
		if (id_equal(&pull->node, &g->config.self))
			beacon_fill(g, &record.beacon);
		else if (m && m->has_beacon)
			beacon_of(g, m, &record.beacon);
		else
			return;
		out_add(g, &record);
		if (m)
			add_address(g, m);
	}
	out_to(g, from, false);
}

static void ask_where(struct gossip *g, struct member *m, struct member *who)
{
	struct gw_record record = { .type = GW_PULL };

	m->asked_ns = g->now_ns;
	m->asked = who->id;
	record.pull = (struct gw_pull){ .limit = 1, .zone = g->config.zone, .node = m->id };
	out_one(g, who, &record, false);
}

/**
 * spread_seek() - ask somebody, whoever it is, where a node is that nobody speaks of any more
 * @g: this node
 * @m: the node
 */
void spread_seek(struct gossip *g, struct member *m)
{
	struct member *who;

	if (spread_choose(g, &who, 1, true) && who)
		ask_where(g, m, who);
}

/*
 * A node that has only been heard of by way of others: without a group nobody would ever hear it
 * himself. Who has passed it on is asked where it is.
 */
static void locate(struct gossip *g, struct member *m, struct member *from)
{
	bool close = m->coupling >= LOCATE_COUPLING;

	if (m->addr.len || m->zone != g->config.zone ||
	    (m->asked_ns && g->now_ns - m->asked_ns < LOCATE_EACH_NS))
		return;
	if (!close && (g->now_ns - m->born_ns < LOCATE_AFTER_NS ||
		       !bucket_take(&g->locates, g->now_ns, LOCATE_PER_S, LOCATE_BURST, 1, 0)))
		return;
	ask_where(g, m, from);
}

/**
 * spread_address() - somebody says where a node is
 * @g: this node
 * @from: who
 * @a: where
 *
 * He was asked, or nobody can be sent to anywhere by it.
 */
void spread_address(struct gossip *g, struct member *from, const struct gw_address *a)
{
	struct member *m = members_find(&g->members, &a->node);
	struct gossip_addr addr = { .link = a->link, .len = a->len };

	if (!m || m->addr.len || !m->asked_ns || !id_equal(&m->asked, &from->id) ||
	    g->now_ns - m->asked_ns > LOCATE_EACH_NS) {
		g->counters[GOSSIP_DROP_STALE]++;
		return;
	}
	memset(&m->asked, 0, sizeof(m->asked));
	memcpy(addr.byte, a->byte, a->len);
	hello_try(g, &addr);
}

static bool newer(const struct member *m, const struct gw_beacon *b)
{
	if (!m->has_beacon || b->incarnation != m->beacon.incarnation)
		return !m->has_beacon || b->incarnation > m->beacon.incarnation;
	return b->seq > m->beacon.seq;
}

/*
 * A node says @b of itself, which is behind what others have said of it for longer than it takes
 * from one of its own to the next: nothing of it is taken, for as long as they please. It has to
 * know, to go above that.
 */
static void tell_impostor(struct gossip *g, struct member *m, const struct gw_beacon *b)
{
	struct gw_record record = { .type = GW_BEACON };

	if (!m->passed_on || (!m->silent && g->now_ns - m->heard_ns < b->interval_ms * MS_NS) ||
	    (m->answered_ns && g->now_ns - m->answered_ns < SEC_NS))
		return;
	m->answered_ns = g->now_ns;
	out_begin(g);
	beacon_of(g, m, &record.beacon);
	out_add(g, &record);
	out_to(g, m, false);
}

/* For those whom it is passed on to it is as old as it may be: it may have waited to be read. */
static uint16_t age_here(const struct gossip *g, uint64_t age_ms)
{
	if (g->now_ns < g->stale_until_ns)
		age_ms += g->stale_ns / MS_NS;
	return age_ms < 65534 ? (uint16_t)age_ms : 65534;
}

/*
 * Before a node was heard itself others can have said of it, in beacons and hellos, what nobody
 * reaches by living. Once it is, that does not count any more.
 */
static void own_word(struct gossip *g, struct member *m)
{
	if (!core_leaps(m->window.incarnation, m->incarnation))
		return;
	m->incarnation = m->window.incarnation;
	if (m->passed_on)
		m->has_beacon = false;
	near_count(g, m);
	near_settle(g, m);
}

/* Of who is not known only what is fresh, and no earlier life: nobody comes back as a ghost. */
static bool is_past(const struct gossip *g, const struct gw_beacon *b)
{
	const struct gone *gone = gone_find(&g->gone, &b->node);

	return detect_old(g, b) || (gone && b->incarnation < gone->incarnation);
}

/*
 * A node of this zone, by one of it. Before it was heard itself anybody can have said, in its name,
 * that it is somewhere else: nobody here would ask where it is. Unless the authority has said so.
 */
static void belongs_here(struct gossip *g, struct member *m)
{
	if (m->zone == g->config.zone || m->direct_ns || (m->has_hello && core_authority(g)))
		return;
	m->zone = g->config.zone;
	zone_place(g, m);
	near_count(g, m);
}

/**
 * spread_beacon() - take over what is new of a beacon
 * @g: this node
 * @from: who sent it
 * @b: it, this node's own or somebody's
 *
 * Return: the node that it is of; NULL if nothing is new, or it is not taken.
 */
struct member *spread_beacon(struct gossip *g, struct member *from, const struct gw_beacon *b)
{
	struct member *m;
	bool edge;

	core_hear_lamport(g, b->lamport);
	if (id_equal(&b->node, &g->config.self)) {
		claim_impostor(g, from, b);
		return NULL;
	}
	if (b->zone != g->config.zone && !id_equal(&b->node, &from->id)) {
		g->counters[GOSSIP_DROP_ZONE]++;
		return NULL;
	}
	if (!id_equal(&b->node, &from->id) && !members_find(&g->members, &b->node) &&
	    is_past(g, b)) {
		g->counters[GOSSIP_DROP_STALE]++;
		return NULL;
	}
	if (b->incarnation > INCARNATION_MAX)
		return NULL;
	m = core_meet(g, &b->node, b->zone, !id_equal(&b->node, &from->id));
	if (!m)
		return NULL;
	if (m != from && m->direct_ns && core_leaps(m->incarnation, b->incarnation)) {
		g->counters[GOSSIP_DROP_STALE]++;
		return NULL;
	}
	if (m == from)
		own_word(g, m);
	/* Who is thought dead, or may be, and speaks himself has to hear of that. */
	if (m == from && b->incarnation <= m->incarnation &&
	    (m->state == GOSSIP_DEAD || m->state == GOSSIP_SUSPECT))
		claim_answer(g, m);
	if (m->state == GOSSIP_DEAD && b->incarnation <= m->incarnation)
		return NULL;
	if (!newer(m, b) || (m->state == GOSSIP_LEFT && b->incarnation <= m->incarnation)) {
		g->counters[GOSSIP_DROP_STALE]++;
		if (m == from && m->state == GOSSIP_ALIVE)
			tell_impostor(g, m, b);
		/* Who is only heard by InfiniBand is to be found when that is lost. */
		if (m != from && m->ib_addr.len)
			locate(g, m, from);
		return NULL;
	}
	if (m != from)
		belongs_here(g, m);
	life_alive(g, m, b->incarnation);
	m->passed_on = m != from;
	edge = m->crisis != !!(b->flags & GW_IN_CRISIS);
	if (!m->has_beacon && m != from)
		m->heard_ns = 0;
	m->beacon = *b;
	m->has_beacon = true;
	m->crisis = b->flags & GW_IN_CRISIS;
	near_count(g, m);
	zone_judge(g, m);
	/* Of the node's own, the age is that of its sensor. */
	detect_heard(g, m, m == from ? 0 : b->age_ms * MS_NS);
	m->beacon.age_ms = age_here(g, m == from ? b->age_ms : 0);
	if (m != from)
		locate(g, m, from);
	if (edge)
		core_event(g, GOSSIP_EV_CRISIS, &m->id, m->crisis, m->margin_c);
	price_soon(g, edge && m->coupling > 0);
	return m;
}
