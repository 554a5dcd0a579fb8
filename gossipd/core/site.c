// SPDX-License-Identifier: GPL-2.0
/*
 * Who is where, and what is left of cooling and of power when so much is drawn.
 *
 * Powers are what nodes say of themselves. With power_max_w in the site a node cannot say more than
 * that, so that a liar moves a sum by no more than his own; without it he can use up all headroom.
 */
#include "site.h"

#include <math.h>
#include <string.h>

/**
 * site_find() - look for a node
 * @site: site
 * @id: its name
 *
 * One after the other: who asks for each datagram keeps what it found.
 *
 * Return: index into site.nodes, or %SITE_NONE.
 */
uint32_t site_find(const struct site *site, const struct gw_id *id)
{
	size_t i;

	for (i = 0; i < site->nr_nodes; i++)
		if (!memcmp(&site->nodes[i].id, id, sizeof(*id)))
			return (uint32_t)i;
	return SITE_NONE;
}

/**
 * site_find_zone() - look for a zone
 * @site: site
 * @number: its name
 *
 * Return: index into site.zones, or %SITE_NONE.
 */
uint32_t site_find_zone(const struct site *site, uint16_t number)
{
	size_t i;

	for (i = 0; i < site->nr_zones; i++)
		if (site->zones[i].number == number)
			return (uint32_t)i;
	return SITE_NONE;
}

static bool says_w(double power_w)
{
	return isfinite(power_w) && power_w >= 0;
}

/* What it says, but no more than it can draw; if it says nothing, that, or what others draw. */
static double node_power_w(const struct site_node *node, double power_w, double others_w)
{
	if (!says_w(power_w))
		return node->power_max_w ? node->power_max_w : others_w;
	if (node->power_max_w && power_w > node->power_max_w)
		return node->power_max_w;
	return power_w;
}

/* Mean of what those draw who say so, in the zone or everywhere. */
static double mean_w(const struct site *site, uint32_t zone, const double *power_w)
{
	double sum = 0;
	size_t nr = 0, i;

	for (i = 0; i < site->nr_nodes; i++) {
		if (zone != SITE_NONE && site->nodes[i].zone != zone)
			continue;
		if (!says_w(power_w[i]))
			continue;
		sum += node_power_w(&site->nodes[i], power_w[i], 0);
		nr++;
	}
	return nr ? sum / (double)nr : 0;
}

static double headroom(double used_w, double limit_w)
{
	/* Not "<": too large a sum is none. */
	if (!(used_w < limit_w))
		return 0;
	return 1 - used_w / limit_w;
}

/**
 * site_cooling_headroom() - what is left of a zone's cooling
 * @site: site
 * @zone: index into site.zones
 * @power_w: drawn, by index into site.nodes; NAN if that is not known: then the most that the node
 *	can draw counts, or if that is not known either, the mean of the zone's others
 *
 * Return: 0 to 1; NAN if the cooling is not known, or nobody's power is.
 */
double site_cooling_headroom(const struct site *site, uint32_t zone, const double *power_w)
{
	double others_w, sum = 0;
	bool any = false;
	size_t i;

	if (zone >= site->nr_zones || !site->zones[zone].cooling_w)
		return NAN;
	others_w = mean_w(site, zone, power_w);
	for (i = 0; i < site->nr_nodes; i++) {
		if (site->nodes[i].zone != zone)
			continue;
		any = any || says_w(power_w[i]);
		sum += node_power_w(&site->nodes[i], power_w[i], others_w);
	}
	return any ? headroom(sum, (double)site->zones[zone].cooling_w) : NAN;
}

/**
 * site_loads() - what each supply delivers
 * @site: site that site_check() found right
 * @power_w: drawn, as for site_cooling_headroom(), but the mean is of all; of nodes that are known
 *	only by their zone's summary, their share of that
 * @load_w: written, by index into site.supplies
 */
void site_loads(const struct site *site, const double *power_w, double *load_w)
{
	double others_w = mean_w(site, SITE_NONE, power_w);
	size_t i;

	for (i = 0; i < site->nr_supplies; i++)
		load_w[i] = 0;
	for (i = 0; i < site->nr_nodes; i++) {
		double w = node_power_w(&site->nodes[i], power_w[i], others_w);
		uint32_t at = site->nodes[i].supply;

		for (; at < site->nr_supplies; at = site->supplies[at].parent)
			load_w[at] += w;
	}
}

/**
 * site_supply_headroom() - what is left of the tightest limit on a node's way to the grid
 * @site: site that site_check() found right
 * @node: index into site.nodes
 * @load_w: as site_loads() wrote it
 *
 * Return: 0 to 1; NAN if it is not known what feeds the node.
 */
double site_supply_headroom(const struct site *site, uint32_t node, const double *load_w)
{
	double least = NAN;
	uint32_t at;

	if (node >= site->nr_nodes)
		return NAN;
	at = site->nodes[node].supply;
	while (at < site->nr_supplies) {
		double left = headroom(load_w[at], (double)site->supplies[at].limit_w);

		if (!(left >= least))
			least = left;
		at = site->supplies[at].parent;
	}
	return least;
}
