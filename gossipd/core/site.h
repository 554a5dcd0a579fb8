/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the site is made of: nodes and where they stand, zones and their cooling, and what feeds
 * them with power. Plain data; the daemon reads it from a file (daemon/site_file.h), tests and the
 * simulator make it up.
 */
#ifndef GOSSIP_SITE_H
#define GOSSIP_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define SITE_NAME_LEN 64
#define SITE_NODES_MAX 16384
#define SITE_ZONES_MAX 1024
#define SITE_SUPPLIES_MAX 4096
#define SITE_LINKS_MAX 65536
/* Index of none. */
#define SITE_NONE UINT32_MAX

/**
 * struct site_node - a node and where it stands
 * @id: its name in the gossip
 * @name: its name for people
 * @chassis: index of its chassis, in no order; %SITE_NONE if it has one of its own
 * @rack: index of its rack, likewise
 * @row: index of its row, likewise
 * @zone: index into site.zones
 * @supply: index into site.supplies of what feeds it; %SITE_NONE if that is not known
 * @power_max_w: most that it can draw; 0 if that is not known
 */
struct site_node {
	struct gw_id id;
	char name[SITE_NAME_LEN];
	uint32_t chassis;
	uint32_t rack;
	uint32_t row;
	uint32_t zone;
	uint32_t supply;
	uint32_t power_max_w;
};

/**
 * struct site_zone - a zone of cooling
 * @number: its name in the gossip
 * @name: its name for people
 * @cooling_w: heat that its air conditioning can take away; 0 if that is not known
 * @water: index of its loop of chilled water; zones with one loop are weakly coupled
 */
struct site_zone {
	uint16_t number;
	char name[SITE_NAME_LEN];
	uint64_t cooling_w;
	uint32_t water;
};

/**
 * struct site_supply - a rack's or a row's PDU, or a transformer
 * @name: its name for people
 * @limit_w: most that it can deliver
 * @parent: index of what feeds it; %SITE_NONE for the last one
 */
struct site_supply {
	char name[SITE_NAME_LEN];
	uint64_t limit_w;
	uint32_t parent;
};

/**
 * struct site_link - a coupling that somebody knows better than it follows from the places
 * @from: index of the node that heats
 * @to: index of the node that is heated
 * @coupling: 0 to 1
 */
struct site_link {
	uint32_t from;
	uint32_t to;
	double coupling;
};

/**
 * struct site - all of it
 * @nodes: by no order
 * @nr_nodes: how many
 * @zones: by number
 * @nr_zones: how many
 * @supplies: parents anywhere, but never in a circle
 * @nr_supplies: how many
 * @links: by no order
 * @nr_links: how many
 */
struct site {
	struct site_node *nodes;
	size_t nr_nodes;
	struct site_zone *zones;
	size_t nr_zones;
	struct site_supply *supplies;
	size_t nr_supplies;
	struct site_link *links;
	size_t nr_links;
};

/* What a fault is in. */
enum site_part {
	SITE_NODE,
	SITE_ZONE,
	SITE_SUPPLY,
	SITE_LINK,
	SITE_PARTS,
};

extern const char *const site_part_names[SITE_PARTS];

/**
 * struct site_fault - why a site is none
 * @part: what it is in
 * @index: which of them
 * @other: a second one that it takes to see it, such as the same name; %SITE_NONE if there is none
 * @reason: what is wrong, for people
 */
struct site_fault {
	enum site_part part;
	uint32_t index;
	uint32_t other;
	const char *reason;
};

bool site_check(const struct site *site, struct site_fault *fault);
uint32_t site_find(const struct site *site, const struct gw_id *id);
uint32_t site_find_zone(const struct site *site, uint16_t number);

/**
 * struct site_load - what several nodes draw; all zeros is none
 * @sum_w: of those of whom it is known
 * @known: how many those are
 * @unknown: the others
 */
struct site_load {
	double sum_w;
	uint32_t known;
	uint32_t unknown;
};

double site_power_w(const struct site *site, uint32_t node, double says_w);
void site_load_add(struct site_load *load, double power_w);
double site_load_w(const struct site_load *load);
double site_headroom(const struct site_load *load, uint64_t limit_w);

#endif /* GOSSIP_SITE_H */
