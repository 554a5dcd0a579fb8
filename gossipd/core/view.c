// SPDX-License-Identifier: GPL-2.0
/*
 * The core as people and programs may look at it.
 */
#include <math.h>
#include <string.h>

#include "internal.h"

/**
 * gossip_get_self() - the node itself
 * @g: node
 * @self: written
 */
void gossip_get_self(const struct gossip *g, struct gossip_self *self)
{
	*self = (struct gossip_self){
		.incarnation = g->incarnation,
		.lamport = g->lamport,
		.health = g->health,
		.crisis = g->crisis,
		.speaker = g->speaker,
		.sample = g->sample,
		.sample_ns = g->sample_ns,
		.price = g->price,
		.interval_ms = g->interval_ms,
		.budget_bytes = g->budget.last_ns ? g->budget.tokens : g->config.burst_bytes,
		.links = g->links.up,
		.on_ib = g->links.on_ib,
		.promoted = g->links.promoted,
	};
}

/**
 * gossip_nr_members() - how many other nodes are in the table
 * @g: node
 *
 * Return: nodes, this one not among them.
 */
size_t gossip_nr_members(const struct gossip *g)
{
	return g->members.nr;
}

/**
 * gossip_get_member() - another node
 * @g: node
 * @index: below gossip_nr_members(); stays the same until a node is removed
 * @member: written
 */
void gossip_get_member(const struct gossip *g, size_t index, struct gossip_member *member)
{
	const struct member *m = members_at(&g->members, (uint32_t)index);

	*member = (struct gossip_member){
		.id = m->id,
		.addr = m->addr,
		.ib_addr = m->ib_addr,
		.ib_heard_ns = m->group_ns ? m->group_ns - g->offset_ns : 0,
		.state = m->state,
		.silent = m->silent,
		.incarnation = m->incarnation,
		.beacon = m->beacon,
		.heard_ns = m->has_beacon ? m->heard_ns - g->offset_ns : 0,
		.coupling = m->coupling,
		.weight = trust_weight(&m->trust),
		.margin_c = m->margin_c,
		.suspect = m->trust.suspect,
		.rtt_ns = m->rtt_ns,
	};
}

/**
 * gossip_nr_zones() - how many zones are known
 * @g: node
 *
 * Return: zones; 1 or more.
 */
size_t gossip_nr_zones(const struct gossip *g)
{
	return 1 + g->nr_foreign;
}

static void own_zone(const struct gossip *g, struct gossip_zone *zone)
{
	const struct aggregate *z = &g->zone;

	*zone = (struct gossip_zone){
		.number = g->config.zone,
		.speaker = g->speaks,
		.seen = z->seen,
		.expected = z->expected,
		.degraded = z->silent,
		.partitioned = g->partitioned,
		.temp_max_c = z->temp_max_c,
		.temp_median_c = z->temp_median_c,
		.inlet_c = z->inlet_c,
		.margin_min_c = z->margin_min_c,
		.power_w = z->power_w,
		.cooling_headroom = z->cooling,
		.supply_headroom = z->supply,
		.multiplier_max = z->multiplier_max,
		.heard_ns = g->now_ns - g->offset_ns,
	};
}

static double share(uint8_t pct)
{
	return pct == GW_PCT_UNKNOWN ? NAN : 0.01 * pct;
}

/**
 * gossip_get_zone() - a zone
 * @g: node
 * @index: below gossip_nr_zones(); 0 is the own one
 * @zone: written
 */
void gossip_get_zone(const struct gossip *g, size_t index, struct gossip_zone *zone)
{
	const struct gw_zone *z;

	if (!index) {
		own_zone(g, zone);
		return;
	}
	z = &g->foreign[index - 1].record;
	*zone = (struct gossip_zone){
		.number = z->zone,
		.speaker = z->aggregator,
		.seen = z->nodes,
		.expected = z->expected,
		.degraded = z->flags & GW_DEGRADED,
		.partitioned = z->flags & GW_PARTITIONED,
		.temp_max_c = z->temp_max_dc == GW_S16_UNKNOWN ? NAN : 0.1 * z->temp_max_dc,
		.temp_median_c = NAN,
		.inlet_c = NAN,
		.margin_min_c = z->margin_min_dc == GW_S16_UNKNOWN ? NAN : 0.1 * z->margin_min_dc,
		.power_w = z->power_w,
		.cooling_headroom = share(z->cooling_pct),
		.supply_headroom = share(z->supply_pct),
		.multiplier_max = 0.01 * z->multiplier_max,
		.heard_ns = g->foreign[index - 1].heard_ns - g->offset_ns,
	};
}

/**
 * gossip_counters() - what became of what came, and what went
 * @g: node
 *
 * Return: by enum gossip_counter; valid as long as the node.
 */
const uint64_t *gossip_counters(const struct gossip *g)
{
	return g->counters;
}
