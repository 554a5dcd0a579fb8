// SPDX-License-Identifier: GPL-2.0
/*
 * Who speaks for a zone, and what zones tell each other. The speaker is whoever of the live nodes
 * has the lowest name and begins, but who speaks goes on as long as he lives: a node that comes
 * back does not take the word. Nobody has to agree on it: two speakers for a while cost some
 * datagrams, none costs the other zones a few seconds of news.
 */
#include <math.h>
#include <string.h>

#include "internal.h"

#define TICK_NS (500 * MS_NS)
/* A candidate waits so long for somebody better, for each of those there are. */
#define HOLD_NS (2 * SEC_NS)
#define SUMMARY_NS (2 * SEC_NS)
#define URGENT_GAP_NS (20 * MS_NS)
#define FRESH_NS (3 * SUMMARY_NS)
#define FORGET_NS (300 * SEC_NS)
/* Summaries that are passed on in a second: of one zone, some at once, and of all. */
#define PASSES_PER_S 50
#define PASSES_BURST 5
#define PASSES_ALL_PER_S 200
/* To a node that is slow itself all others are better. */
#define HEALTH_LIMIT 4

static int16_t to_s16(double value)
{
	if (isnan(value))
		return GW_S16_UNKNOWN;
	value = value < -3276 ? -3276 : value > 3276 ? 3276 : value;
	return (int16_t)(10 * value);
}

static uint8_t to_pct(double value)
{
	return isnan(value) ? GW_PCT_UNKNOWN : (uint8_t)(100 * value);
}

static void fill(struct gossip *g, struct gw_record *record)
{
	const struct aggregate *z = &g->zone;
	double power = isnan(z->power_w) ? 0 : z->power_w;

	memset(record, 0, sizeof(*record));
	record->type = GW_ZONE;
	record->zone = (struct gw_zone){
		.flags = (z->crises ? GW_IN_CRISIS : 0) | (z->silent ? GW_DEGRADED : 0) |
			 (g->partitioned ? GW_PARTITIONED : 0) | (g->speaker ? GW_SPEAKER : 0),
		.ttl = g->config.ttl,
		.aggregator = g->config.self,
		.incarnation = g->incarnation,
		.seq = ++g->zone_seq,
		.lamport = ++g->lamport,
		.power_w = power < 4e9 ? (uint32_t)power : UINT32_MAX,
		.temp_max_dc = to_s16(z->temp_max_c),
		.margin_min_dc = to_s16(z->margin_min_c),
		.margin_median_dc = to_s16(z->margin_median_c),
		.zone = g->config.zone,
		.nodes = (uint16_t)z->seen,
		.expected = (uint16_t)z->expected,
		.multiplier_max = (uint16_t)(z->multiplier_max < 655 ? 100 * z->multiplier_max :
					     65535),
		.cooling_pct = to_pct(z->cooling),
		.supply_pct = to_pct(z->supply),
	};
}

/* --- election --- */

static bool stands(const struct gossip *g, const struct member *m)
{
	return m->zone == g->config.zone && m->state == GOSSIP_ALIVE && m->has_beacon &&
	       core_reach(g, m) && !m->unseen && !(m->beacon.flags & GW_LEAVING);
}

/* Who speaks, of all that say so; and how long this node leaves it to others to begin. */
static const struct gw_id *look_around(const struct gossip *g, uint64_t *hold_ns)
{
	const struct gw_id *self = &g->config.self, *speaks = g->speaker ? self : NULL;
	uint32_t i, others = 0, lower = 0;
	const struct member *m;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (!stands(g, m))
			continue;
		others++;
		lower += id_compare(&m->id, self) < 0;
		if ((m->beacon.flags & GW_SPEAKER) && (!speaks || id_compare(&m->id, speaks) < 0))
			speaks = &m->id;
	}
	*hold_ns = HOLD_NS * (1 + (g->health < HEALTH_LIMIT ? lower : others));
	return speaks;
}

static void elect(struct gossip *g)
{
	const struct gw_id *self = &g->config.self, *speaks;
	bool slow = g->health >= HEALTH_LIMIT, was = g->speaker;
	uint64_t hold_ns;

	speaks = look_around(g, &hold_ns);
	/* Once: if nobody else begins, a slow one is better than none. */
	if (speaks == self && slow && !g->was_slow)
		speaks = NULL;
	g->was_slow = slow;
	if (speaks) {
		g->candidate_ns = 0;
	} else if (!g->candidate_ns) {
		g->candidate_ns = g->now_ns;
	} else if (g->now_ns - g->candidate_ns >= hold_ns) {
		g->candidate_ns = 0;
		speaks = self;
	}
	g->speaker = speaks == self;
	memset(&g->speaks, 0, sizeof(g->speaks));
	if (speaks)
		g->speaks = *speaks;
	if (g->speaker == was)
		return;
	core_event(g, GOSSIP_EV_SPEAKER, self, g->speaker, 0);
	core_timer_sooner(g, TIMER_BEACON, core_random_below(g, 10 * MS_NS));
}

/* --- between zones --- */

static struct foreign *find(struct gossip *g, uint16_t zone)
{
	uint32_t i;

	for (i = 0; i < g->nr_foreign; i++) {
		if (g->foreign[i].record.zone == zone)
			return &g->foreign[i];
	}
	return NULL;
}

/* Whom of a zone to tell: who speaks for it, else anybody. */
static struct member *correspondent(struct gossip *g, const struct foreign *f, uint16_t zone)
{
	struct member *m = f ? members_find(&g->members, &f->record.aggregator) : NULL;
	uint32_t i;

	if (m && core_reach(g, m) && g->now_ns - m->direct_ns < FRESH_NS)
		return m;
	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (m->zone == zone && core_reach(g, m))
			return m;
	}
	return NULL;
}

/* The own zone's summary to each zone that is known: those of which somebody has spoken. */
static void tell_others(struct gossip *g, bool urgent)
{
	uint16_t done[FOREIGN_MAX], zone;
	struct gw_record record;
	struct member *to;
	uint32_t i, k, nr = 0;

	fill(g, &record);
	for (i = 0; i < g->members.nr && nr < FOREIGN_MAX; i++) {
		zone = members_at(&g->members, i)->zone;
		if (zone == g->config.zone)
			continue;
		for (k = 0; k < nr && done[k] != zone; k++)
			;
		if (k < nr)
			continue;
		done[nr++] = zone;
		to = correspondent(g, find(g, zone), zone);
		if (to)
			out_one(g, to, &record, urgent);
	}
}

static void tell_own(struct gossip *g)
{
	struct gw_record record;

	fill(g, &record);
	out_begin(g);
	out_add(g, &record);
	out_group(g, true);
}

/**
 * speaker_urgent() - there is a crisis in the zone
 * @g: this node
 *
 * Others should know, and in a storm the own zone as well.
 */
void speaker_urgent(struct gossip *g)
{
	if (!g->speaker || g->now_ns - g->summary_ns < URGENT_GAP_NS)
		return;
	g->summary_ns = g->now_ns;
	zone_aggregate(g);
	tell_others(g, true);
	if (g->now_ns < g->storm_until_ns && links_group(g))
		tell_own(g);
}

/* Zones that have not been heard of for long. */
static void forget_zones(struct gossip *g)
{
	uint32_t i = 0;

	while (i < g->nr_foreign) {
		if (g->now_ns - g->foreign[i].heard_ns > FORGET_NS)
			g->foreign[i] = g->foreign[--g->nr_foreign];
		else
			i++;
	}
}

/**
 * speaker_due() - see who speaks for the zone, and if it is this node, do so
 * @g: this node
 */
void speaker_due(struct gossip *g)
{
	elect(g);
	forget_zones(g);
	if (g->speaker && g->now_ns - g->summary_ns >= SUMMARY_NS) {
		g->summary_ns = g->now_ns;
		tell_others(g, false);
	}
	core_timer_in(g, TIMER_SPEAKER, core_jitter(g, TICK_NS));
}

/**
 * speaker_introduce() - somebody of another zone has come: tell it how this one is
 * @g: this node
 * @to: it
 */
void speaker_introduce(struct gossip *g, struct member *to)
{
	struct gw_record record;

	fill(g, &record);
	out_one(g, to, &record, false);
}

/* Whether a summary is to replace the one that there is. */
static bool better(const struct gossip *g, const struct foreign *f, const struct gw_zone *z)
{
	const struct gw_zone *old = &f->record;

	if (id_equal(&old->aggregator, &z->aggregator))
		return z->incarnation > old->incarnation ||
		       (z->incarnation == old->incarnation && z->seq > old->seq);
	if (g->now_ns - f->heard_ns > FRESH_NS)
		return true;
	return (z->flags & GW_SPEAKER) && !(old->flags & GW_SPEAKER);
}

/* By one who has it from the zone itself, to all of his own. */
static void pass_on(struct gossip *g, const struct gw_zone *z)
{
	struct gw_record record;

	memset(&record, 0, sizeof(record));
	record.type = GW_ZONE;
	record.zone = *z;
	record.zone.ttl = 0;
	out_begin(g);
	out_add(g, &record);
	if (links_group(g))
		out_group(g, z->flags & GW_IN_CRISIS);
}

/**
 * speaker_receive() - somebody says how a zone is
 * @g: this node
 * @from: who sent it
 * @z: what it says
 */
void speaker_receive(struct gossip *g, struct member *from, const struct gw_zone *z)
{
	struct foreign *f;

	core_hear_lamport(g, z->lamport);
	if (z->zone == g->config.zone) {
		/* Of the own zone nobody knows more than this node, but for a crisis. */
		if ((z->flags & GW_IN_CRISIS) && !g->zone.crises)
			core_timer_sooner(g, TIMER_ROUND, core_random_below(g, 20 * MS_NS));
		return;
	}
	f = find(g, z->zone);
	if (!f) {
		if (g->nr_foreign == FOREIGN_MAX) {
			g->counters[GOSSIP_DROP_FULL]++;
			return;
		}
		f = &g->foreign[g->nr_foreign++];
		memset(f, 0, sizeof(*f));
	} else if (!better(g, f, z)) {
		g->counters[GOSSIP_DROP_STALE]++;
		return;
	}
	f->record = *z;
	f->heard_ns = g->now_ns;
	if (from->zone != z->zone)
		return;
	if (z->ttl && bucket_take(&f->passes, g->now_ns, PASSES_PER_S, PASSES_BURST, 1, 0) &&
	    bucket_take(&g->passes, g->now_ns, PASSES_ALL_PER_S, PASSES_ALL_PER_S, 1, 0))
		pass_on(g, z);
	if (!g->speaker && g->now_ns - f->answered_ns >= SEC_NS) {
		f->answered_ns = g->now_ns;
		speaker_introduce(g, from);
	}
}
