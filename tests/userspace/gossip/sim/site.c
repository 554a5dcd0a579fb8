// SPDX-License-Identifier: GPL-2.0
/*
 * Where the nodes of a world stand: chassis, racks of some nodes, rows of four racks, zones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

#define RACKS_PER_ROW 4
#define NODE_MAX_W 400

static void place(struct sim_world *w, struct sim_node *n)
{
	const struct sim_options *o = &w->opt;
	struct site_node *s = &w->site.nodes[n->index];
	/* Zones get their nodes in blocks, so that neighbours by number are so by place. */
	uint32_t per_zone = (o->nodes + o->zones - 1) / o->zones, in_zone;

	n->zone = n->index / per_zone;
	in_zone = n->index % per_zone;
	s->id = n->id;
	snprintf(s->name, sizeof(s->name), "node%u", n->index);
	s->chassis = o->chassis_nodes > 1 ? n->zone * 1000 + in_zone / o->chassis_nodes : SITE_NONE;
	s->rack = n->zone * 1000 + in_zone / o->rack_nodes;
	s->row = n->zone * 1000 + in_zone / o->rack_nodes / RACKS_PER_ROW;
	s->zone = n->zone;
	s->supply = n->zone;
	s->power_max_w = NODE_MAX_W;
}

/**
 * sim_site_create() - build the site of a world, and give each node its place in it
 * @w: world, whose nodes have names
 *
 * Return: false without memory.
 */
bool sim_site_create(struct sim_world *w)
{
	const struct sim_options *o = &w->opt;
	struct site *s = &w->site;
	uint32_t i, per_zone = (o->nodes + o->zones - 1) / o->zones;

	s->nodes = calloc(o->nodes, sizeof(*s->nodes));
	s->zones = calloc(o->zones, sizeof(*s->zones));
	s->supplies = calloc(o->zones, sizeof(*s->supplies));
	if (!s->nodes || !s->zones || !s->supplies)
		return false;
	s->nr_nodes = o->nodes;
	s->nr_zones = o->zones;
	s->nr_supplies = o->zones;
	for (i = 0; i < o->zones; i++) {
		s->zones[i].number = (uint16_t)(7 + 3 * i);
		snprintf(s->zones[i].name, sizeof(s->zones[i].name), "zone%u", i);
		s->zones[i].cooling_w = (uint64_t)(o->cooling * per_zone * NODE_MAX_W);
		w->cooling_w[i] = (double)s->zones[i].cooling_w;
		snprintf(s->supplies[i].name, sizeof(s->supplies[i].name), "pdu%u", i);
		s->supplies[i].limit_w = (uint64_t)per_zone * NODE_MAX_W;
		s->supplies[i].parent = SITE_NONE;
	}
	for (i = 0; i < o->nodes; i++)
		place(w, &w->nodes[i]);
	return true;
}

/**
 * sim_site_destroy() - give its memory back
 * @w: world
 */
void sim_site_destroy(struct sim_world *w)
{
	free(w->site.nodes);
	free(w->site.zones);
	free(w->site.supplies);
	w->site = (struct site){ 0 };
}

/**
 * sim_coupling() - by place, as the specification has it
 * @w: world
 * @from: node that heats
 * @to: node that is heated
 *
 * Said once more here, so that a mistake in the core's idea of it shows.
 *
 * Return: 0 to 1.
 */
double sim_coupling(const struct sim_world *w, uint32_t from, uint32_t to)
{
	const struct site_node *a = &w->site.nodes[from], *b = &w->site.nodes[to];

	if (a->zone != b->zone)
		return 0.0;
	if (a->chassis != SITE_NONE && a->chassis == b->chassis)
		return 1.0;
	if (a->rack == b->rack)
		return 0.8;
	return a->row == b->row ? 0.5 : 0.2;
}
