// SPDX-License-Identifier: GPL-2.0
/*
 * The node's own state: what it says of itself, how often, and to whom.
 *
 * How often follows from how urgent it is: from the margin, less what the trend takes of it in two
 * seconds. Whoever sends to all of a zone has to slow down when all of the zone is in a crisis.
 */
#include <math.h>

#include "internal.h"

/* A trend counts for so long. */
#define HORIZON_S 2.0
/* Nodes in a crisis that the shortest interval is good for. */
#define CROWD 16
/* Without a group: nodes that one beacon goes to. */
#define UNICASTS 16

static double bounded(double value, double lo, double hi)
{
	if (!(value > lo))
		return lo;
	return value < hi ? value : hi;
}

static int16_t to_s16(double value)
{
	if (!isfinite(value))
		return GW_S16_UNKNOWN;
	return (int16_t)bounded(value < 0 ? value - 0.5 : value + 0.5, -32767, 32767);
}

static uint16_t to_u16(double value)
{
	return isfinite(value) ? (uint16_t)bounded(value + 0.5, 0, 65534) : GW_U16_UNKNOWN;
}

static uint8_t to_pct(double share)
{
	return isfinite(share) ? (uint8_t)bounded(100 * share + 0.5, 0, 100) : GW_PCT_UNKNOWN;
}

/* Degrees to where something of the node throttles; NAN if it is not known. */
static double own_margin(const struct gossip *g)
{
	const struct gossip_sample *s = &g->sample;
	double margin = NAN;

	if (!g->sampled)
		return NAN;
	if (isfinite(s->temp_c) && isfinite(s->limit_c))
		margin = s->limit_c - s->temp_c;
	if (isfinite(s->gpu_margin_c) && !(s->gpu_margin_c >= margin))
		margin = s->gpu_margin_c;
	return margin;
}

static uint16_t age_ms(const struct gossip *g)
{
	double age = (double)(g->now_ns - g->sample_ns) / 1e6;

	if (isfinite(g->sample.age_s))
		age += 1e3 * g->sample.age_s;
	return to_u16(age);
}

/* Without a group a beacon reaches each of the peers in some turns, and no earlier. */
static uint32_t turns(const struct gossip *g)
{
	return g->config.multicast ? 1 : 1 + g->members.nr / UNICASTS;
}

/**
 * beacon_fill() - what this node says of itself now
 * @g: this node
 * @b: written; each is a new one, and takes a number
 */
void beacon_fill(struct gossip *g, struct gw_beacon *b)
{
	const struct gossip_sample *s = &g->sample;
	bool known = g->sampled;
	uint64_t interval = (uint64_t)g->interval_ms * turns(g);

	*b = (struct gw_beacon){
		.flags = (g->crisis ? GW_IN_CRISIS : 0) | (g->zone.silent ? GW_DEGRADED : 0) |
			 (g->partitioned ? GW_PARTITIONED : 0) |
			 (known && s->suspicion > 0.5 ? GW_SENSOR_SUSPECT : 0) |
			 (g->speaker ? GW_SPEAKER : 0) | (g->left ? GW_LEAVING : 0) |
			 (g->links.on_ib ? GW_ON_IB : 0),
		.ttl = g->config.ttl,
		.node = g->config.self,
		.incarnation = g->incarnation,
		.seq = ++g->beacon_seq,
		.lamport = ++g->lamport,
		.temp_dc = to_s16(known ? 10 * s->temp_c : NAN),
		.margin_dc = to_s16(10 * own_margin(g)),
		.trend_cc_per_s = to_s16(known ? 100 * g->price.trend_c_per_s : NAN),
		.inlet_dc = to_s16(known ? 10 * s->inlet_c : NAN),
		.power_w = to_u16(known ? s->power_w : NAN),
		.zone = g->config.zone,
		.multiplier = to_u16(g->priced ? 100 * g->price.total : 100),
		.seen = to_u16(g->zone.seen),
		.age_ms = known ? age_ms(g) : 0,
		.interval_ms = interval < 65535 ? (uint16_t)interval : 65535,
		.fan_pct = to_pct(known ? s->fan : NAN),
		.cooling_pct = to_pct(g->zone.cooling),
		.supply_pct = to_pct(g->zone.supply),
		.suspicion_pct = (uint8_t)bounded(known ? 100 * s->suspicion : 0, 0, 100),
	};
}

/**
 * beacon_of() - what another node said, to be passed on
 * @g: this node
 * @m: it, with a beacon
 * @b: written: older by the time that it has been here, and a hop further
 */
void beacon_of(const struct gossip *g, const struct member *m, struct gw_beacon *b)
{
	uint64_t age = m->beacon.age_ms + (g->now_ns - m->heard_ns) / MS_NS;

	*b = m->beacon;
	b->age_ms = age < 65534 ? (uint16_t)age : 65534;
	if (b->ttl)
		b->ttl--;
}

/* 0 is cool, 3 is critical. To a less urgent one it takes some degrees more than the limit. */
static int band_of(const struct gossip *g)
{
	const double limit[] = {
		g->config.margin_normal_c, g->config.margin_warning_c, g->config.margin_critical_c,
	};
	double margin = own_margin(g);
	int band = 0;

	if (isnan(margin))
		return 0;
	if (g->price.trend_c_per_s > 0)
		margin -= HORIZON_S * g->price.trend_c_per_s;
	while (band < 3 && margin < limit[band] + (band < g->band ? RELEASE_C : 0))
		band++;
	return band;
}

/**
 * beacon_interval() - how often to speak at this margin
 * @g: this node
 *
 * While many are in a crisis each speaks less often.
 *
 * Return: ms, not above that of a cool node.
 */
uint32_t beacon_interval(const struct gossip *g)
{
	const uint32_t interval[] = {
		g->config.interval_cool_ms, g->config.interval_normal_ms,
		g->config.interval_warning_ms, g->config.interval_critical_ms,
	};
	uint64_t ms = interval[g->band];

	if (g->zone.crises > CROWD)
		ms = ms * g->zone.crises / CROWD;
	return ms < g->config.interval_cool_ms ? (uint32_t)ms : g->config.interval_cool_ms;
}

/**
 * beacon_urgency() - the margin has come to be another one
 * @g: this node
 *
 * That changes how often to speak, and may begin or end a crisis.
 */
void beacon_urgency(struct gossip *g)
{
	double margin = own_margin(g);
	double limit = g->config.margin_critical_c + (g->crisis ? RELEASE_C : 0);
	int band = band_of(g);
	bool crisis = margin < limit, worse = band > g->band;

	g->band = band;
	g->interval_ms = beacon_interval(g);
	if (crisis != g->crisis && !isnan(margin)) {
		g->crisis = crisis;
		core_event(g, GOSSIP_EV_CRISIS, &g->config.self, crisis, margin);
		crisis_edge(g);
	}
	if (!worse)
		return;
	if (band >= 2)
		spread_pull(g);
	core_timer_sooner(g, TIMER_BEACON, core_random_below(g, MS_NS));
	core_timer_sooner(g, TIMER_ROUND, core_jitter(g, g->interval_ms * MS_NS));
}

static void send_in_turn(struct gossip *g)
{
	uint32_t i, nr = g->members.nr, sent = 0;
	struct member *m;

	for (i = 0; i < nr && sent < UNICASTS; i++) {
		m = members_at(&g->members, (g->rotation + i) % nr);
		if (!core_peer(g, m))
			continue;
		/* Nothing is left to send with: the next turn begins with this one. */
		if (!out_to(g, m, g->crisis))
			break;
		sent++;
	}
	g->rotation = nr ? (g->rotation + i) % nr : 0;
}

/**
 * beacon_send() - say how this node is, with what goes along
 * @g: this node
 */
void beacon_send(struct gossip *g)
{
	struct gw_record record = { .type = GW_BEACON };

	links_look(g);
	beacon_fill(g, &record.beacon);
	out_begin(g);
	out_add(g, &record);
	out_piggyback(g);
	if (links_group(g))
		out_group(g, g->crisis);
	if (!g->config.multicast)
		send_in_turn(g);
}

/**
 * beacon_due() - the next beacon is due
 * @g: this node
 */
void beacon_due(struct gossip *g)
{
	g->interval_ms = beacon_interval(g);
	beacon_send(g);
	core_timer_in(g, TIMER_BEACON, core_jitter(g, g->interval_ms * MS_NS));
}
