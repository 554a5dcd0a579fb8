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

/**
 * site_power_w() - what a node counts as drawing
 * @site: site, or NULL
 * @node: index into site.nodes, or %SITE_NONE
 * @says_w: what it says; NAN, infinite or below 0 is as good as nothing
 *
 * Return: what it says, but no more than it can draw; if it says nothing, that; NAN if that is not
 * known either.
 */
double site_power_w(const struct site *site, uint32_t node, double says_w)
{
	uint32_t max_w = site && node < site->nr_nodes ? site->nodes[node].power_max_w : 0;

	if (!isfinite(says_w) || says_w < 0)
		return max_w ? max_w : NAN;
	return max_w && says_w > max_w ? max_w : says_w;
}

/**
 * site_load_add() - one node more
 * @load: of all
 * @power_w: as site_power_w() has it
 */
void site_load_add(struct site_load *load, double power_w)
{
	if (isnan(power_w)) {
		load->unknown++;
		return;
	}
	load->known++;
	load->sum_w += power_w;
}

/**
 * site_load_w() - what all of them draw
 * @load: of all
 *
 * Return: the sum, those of whom it is not known counted as the mean of the others; NAN if it is
 * not known of any.
 */
double site_load_w(const struct site_load *load)
{
	if (!load->known)
		return NAN;
	return load->sum_w + load->sum_w / load->known * load->unknown;
}

/**
 * site_headroom() - what is left of a limit
 * @load: what there is of it
 * @limit_w: of a zone's cooling, or of a supply; 0 if that is not known
 *
 * Return: 0 to 1; NAN if the limit is not known, or nobody's power is.
 */
double site_headroom(const struct site_load *load, uint64_t limit_w)
{
	double used_w = site_load_w(load);

	if (!limit_w || !load->known)
		return NAN;
	/* Not "<": too large a sum is none. */
	if (!(used_w < (double)limit_w))
		return 0;
	return 1 - used_w / (double)limit_w;
}
