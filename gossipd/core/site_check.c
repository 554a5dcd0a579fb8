// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a site can be: before anything else looks at it, so that nothing else has to.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "site.h"

const char *const site_part_names[SITE_PARTS] = {
	[SITE_NODE] = "node",
	[SITE_ZONE] = "zone",
	[SITE_SUPPLY] = "supply",
	[SITE_LINK] = "link",
};

/* Things of one kind, to be put in order and then looked at in pairs. */
struct check {
	enum site_part part;
	const void *base;
	size_t size;
	size_t nr;
	int (*order)(const void *a, const void *b);
	const char *(*wrong)(const void *a, const void *b);
};

static bool fault(struct site_fault *f, enum site_part part, size_t index, size_t other,
		  const char *reason)
{
	f->part = part;
	f->index = (uint32_t)index;
	f->other = (uint32_t)other;
	f->reason = reason;
	return false;
}

/* --- each by itself --- */

static bool name_right(const char *name)
{
	return memchr(name, 0, SITE_NAME_LEN);
}

static const char *node_wrong(const struct site *site, const struct site_node *node)
{
	static const struct gw_id none;

	if (!memcmp(&node->id, &none, sizeof(none)))
		return "its id is all zeros, which stands for no node";
	if (!name_right(node->name))
		return "its name is too long";
	if (node->zone >= site->nr_zones)
		return "its zone does not exist";
	if (node->supply != SITE_NONE && node->supply >= site->nr_supplies)
		return "its supply does not exist";
	return NULL;
}

static const char *supply_wrong(const struct site *site, uint32_t index)
{
	uint32_t at = index;
	size_t steps = 0;

	if (!name_right(site->supplies[index].name))
		return "its name is too long";
	if (!site->supplies[index].limit_w)
		return "it can deliver nothing";
	for (; at != SITE_NONE; at = site->supplies[at].parent) {
		if (at >= site->nr_supplies)
			return "what feeds it does not exist";
		if (++steps > site->nr_supplies)
			return "it is fed by a circle of supplies";
	}
	return NULL;
}

static const char *link_wrong(const struct site *site, const struct site_link *link)
{
	if (link->from >= site->nr_nodes || link->to >= site->nr_nodes)
		return "its node does not exist";
	if (link->from == link->to)
		return "it goes from a node to itself";
	if (!(link->coupling >= 0 && link->coupling <= 1))
		return "its coupling is not from 0 to 1";
	return NULL;
}

static bool each_right(const struct site *site, struct site_fault *f)
{
	const char *reason;
	uint32_t i;

	for (i = 0; i < site->nr_zones; i++)
		if (!name_right(site->zones[i].name))
			return fault(f, SITE_ZONE, i, SITE_NONE, "its name is too long");
	for (i = 0; i < site->nr_supplies; i++) {
		reason = supply_wrong(site, i);
		if (reason)
			return fault(f, SITE_SUPPLY, i, SITE_NONE, reason);
	}
	for (i = 0; i < site->nr_nodes; i++) {
		reason = node_wrong(site, &site->nodes[i]);
		if (reason)
			return fault(f, SITE_NODE, i, SITE_NONE, reason);
	}
	for (i = 0; i < site->nr_links; i++) {
		reason = link_wrong(site, &site->links[i]);
		if (reason)
			return fault(f, SITE_LINK, i, SITE_NONE, reason);
	}
	return true;
}

/* --- in pairs; what qsort() gets are pointers to pointers --- */

static int by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_id(const void *a, const void *b)
{
	const struct site_node *const *x = a, *const *y = b;

	return memcmp(&(*x)->id, &(*y)->id, sizeof((*x)->id));
}

static int by_chassis(const void *a, const void *b)
{
	const struct site_node *const *x = a, *const *y = b;
	int order = by_number((*x)->chassis, (*y)->chassis);

	return order ? order : by_number((*x)->rack, (*y)->rack);
}

static int by_rack(const void *a, const void *b)
{
	const struct site_node *const *x = a, *const *y = b;
	int order = by_number((*x)->rack, (*y)->rack);

	return order ? order : by_number((*x)->row, (*y)->row);
}

static int by_node_name(const void *a, const void *b)
{
	const struct site_node *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int by_zone_number(const void *a, const void *b)
{
	const struct site_zone *const *x = a, *const *y = b;

	return by_number((*x)->number, (*y)->number);
}

static int by_zone_name(const void *a, const void *b)
{
	const struct site_zone *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int by_supply_name(const void *a, const void *b)
{
	const struct site_supply *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int by_ends(const void *a, const void *b)
{
	const struct site_link *const *x = a, *const *y = b;
	int order = by_number((*x)->from, (*y)->from);

	return order ? order : by_number((*x)->to, (*y)->to);
}

static const char *same_id(const void *a, const void *b)
{
	return by_id(a, b) ? NULL : "another one has the same id";
}

static const char *chassis_torn(const void *a, const void *b)
{
	const struct site_node *const *x = a, *const *y = b;

	if ((*x)->chassis == SITE_NONE || (*x)->chassis != (*y)->chassis)
		return NULL;
	return (*x)->rack == (*y)->rack ? NULL : "another one of its chassis is in another rack";
}

static const char *rack_torn(const void *a, const void *b)
{
	const struct site_node *const *x = a, *const *y = b;

	if ((*x)->rack == SITE_NONE || (*x)->rack != (*y)->rack)
		return NULL;
	return (*x)->row == (*y)->row ? NULL : "another one of its rack is in another row";
}

/* No name is nobody's. */
static const char *same_node_name(const void *a, const void *b)
{
	const struct site_node *const *x = a;

	return by_node_name(a, b) || !(*x)->name[0] ? NULL : "another one has the same name";
}

static const char *same_zone_number(const void *a, const void *b)
{
	return by_zone_number(a, b) ? NULL : "another one has the same number";
}

static const char *same_zone_name(const void *a, const void *b)
{
	const struct site_zone *const *x = a;

	return by_zone_name(a, b) || !(*x)->name[0] ? NULL : "another one has the same name";
}

static const char *same_supply_name(const void *a, const void *b)
{
	const struct site_supply *const *x = a;

	return by_supply_name(a, b) || !(*x)->name[0] ? NULL : "another one has the same name";
}

static const char *same_ends(const void *a, const void *b)
{
	return by_ends(a, b) ? NULL : "another one has the same ends";
}

static bool pairs_right(const struct check *c, const void **sorted, struct site_fault *f)
{
	const char *base = c->base;
	const char *reason;
	size_t i;

	for (i = 0; i < c->nr; i++)
		sorted[i] = base + i * c->size;
	qsort(sorted, c->nr, sizeof(*sorted), c->order);
	for (i = 1; i < c->nr; i++) {
		size_t a = ((const char *)sorted[i - 1] - base) / c->size;
		size_t b = ((const char *)sorted[i] - base) / c->size;

		reason = c->wrong(&sorted[i - 1], &sorted[i]);
		if (reason)
			return fault(f, c->part, a > b ? a : b, a > b ? b : a, reason);
	}
	return true;
}

static bool all_pairs_right(const struct site *site, const void **sorted, struct site_fault *f)
{
	const struct site_node *nodes = site->nodes;
	const struct site_zone *zones = site->zones;
	const struct site_supply *supplies = site->supplies;
	const struct site_link *links = site->links;
	const struct check checks[] = {
		{ SITE_ZONE, zones, sizeof(*zones), site->nr_zones, by_zone_number,
		  same_zone_number },
		{ SITE_ZONE, zones, sizeof(*zones), site->nr_zones, by_zone_name, same_zone_name },
		{ SITE_SUPPLY, supplies, sizeof(*supplies), site->nr_supplies, by_supply_name,
		  same_supply_name },
		{ SITE_NODE, nodes, sizeof(*nodes), site->nr_nodes, by_id, same_id },
		{ SITE_NODE, nodes, sizeof(*nodes), site->nr_nodes, by_node_name, same_node_name },
		{ SITE_NODE, nodes, sizeof(*nodes), site->nr_nodes, by_chassis, chassis_torn },
		{ SITE_NODE, nodes, sizeof(*nodes), site->nr_nodes, by_rack, rack_torn },
		{ SITE_LINK, links, sizeof(*links), site->nr_links, by_ends, same_ends },
	};
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!pairs_right(&checks[i], sorted, f))
			return false;
	return true;
}

/**
 * site_check() - whether a site can be
 * @site: site
 * @f: written if it cannot: the first that is wrong
 *
 * Takes memory for as long as it runs, so it is for the start and for reading files.
 *
 * Return: whether everything is in range, nothing is there twice, and no supply feeds itself.
 */
bool site_check(const struct site *site, struct site_fault *f)
{
	size_t most = site->nr_nodes;
	const void **sorted;
	bool right;

	if (site->nr_nodes > SITE_NODES_MAX)
		return fault(f, SITE_NODE, SITE_NODES_MAX, SITE_NONE, "there are too many");
	if (site->nr_zones > SITE_ZONES_MAX)
		return fault(f, SITE_ZONE, SITE_ZONES_MAX, SITE_NONE, "there are too many");
	if (site->nr_supplies > SITE_SUPPLIES_MAX)
		return fault(f, SITE_SUPPLY, SITE_SUPPLIES_MAX, SITE_NONE, "there are too many");
	if (site->nr_links > SITE_LINKS_MAX)
		return fault(f, SITE_LINK, SITE_LINKS_MAX, SITE_NONE, "there are too many");
	if (!each_right(site, f))
		return false;
	if (site->nr_zones > most)
		most = site->nr_zones;
	if (site->nr_supplies > most)
		most = site->nr_supplies;
	if (site->nr_links > most)
		most = site->nr_links;
	sorted = malloc((most + 1) * sizeof(*sorted));
	if (!sorted)
		return fault(f, SITE_NODE, 0, SITE_NONE, "there is no memory to check it");
	right = all_pairs_right(site, sorted, f);
	free(sorted);
	return right;
}
