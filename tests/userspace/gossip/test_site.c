// SPDX-License-Identifier: GPL-2.0
/*
 * Sites: what is refused, and what is left of cooling and power against sums made another way.
 */
#include <math.h>
#include <stdlib.h>

#include "harness.h"
#include "site.h"

#define NODES 24
#define ZONES 3
#define SUPPLIES 7
#define LINKS 4

/* A small site with some of everything. */
struct small {
	struct site site;
	struct site_node nodes[NODES];
	struct site_zone zones[ZONES];
	struct site_supply supplies[SUPPLIES];
	struct site_link links[LINKS];
};

static void build(struct small *s)
{
	uint32_t i;

	*s = (struct small) {
		.site = {
			.nodes = s->nodes, .nr_nodes = NODES,
			.zones = s->zones, .nr_zones = ZONES,
			.supplies = s->supplies, .nr_supplies = SUPPLIES,
			.links = s->links, .nr_links = LINKS,
		},
	};
	for (i = 0; i < NODES; i++) {
		struct site_node *node = &s->nodes[i];

		node->id.byte[15] = (uint8_t)(i + 1);
		snprintf(node->name, sizeof(node->name), "node%u", i);
		node->chassis = i % 4 ? i / 2 : SITE_NONE;
		node->rack = i / 4;
		node->row = i / 8;
		node->zone = i / 8;
		node->supply = 3 + i % 4;
		node->power_max_w = i % 3 ? 1000 : 0;
	}
	s->nodes[5].supply = SITE_NONE;
	for (i = 0; i < ZONES; i++) {
		s->zones[i].number = (uint16_t)(10 * i);
		snprintf(s->zones[i].name, sizeof(s->zones[i].name), "zone%u", i);
		s->zones[i].cooling_w = i ? 5000 : 0;
	}
	/* 0 feeds 1 and 2, those feed two each. */
	for (i = 0; i < SUPPLIES; i++) {
		snprintf(s->supplies[i].name, sizeof(s->supplies[i].name), "pdu%u", i);
		s->supplies[i].limit_w = i ? 6000 : 20000;
		s->supplies[i].parent = i ? (i - 1) / 2 : SITE_NONE;
	}
	for (i = 0; i < LINKS; i++)
		s->links[i] = (struct site_link) { .from = i, .to = i + 1, .coupling = 0.25 * i };
}

static void check_fault(const struct small *s, enum site_part part, uint32_t index, uint32_t other,
			const char *reason)
{
	struct site_fault f = { 0 };

	CHECK(!site_check(&s->site, &f), "no fault, but: %s", reason);
	CHECK(strstr(f.reason, reason), "'%s' is not '%s'", f.reason, reason);
	CHECK_EQ(f.part, part);
	CHECK_EQ(f.index, index);
	CHECK_EQ(f.other, other);
	CHECK(site_part_names[f.part], "a part without a name");
}

static void a_good_site_is_taken(void)
{
	struct site none = { 0 };
	struct site_fault f;
	struct small s;

	build(&s);
	CHECK(site_check(&s.site, &f), "%s %u: %s", site_part_names[f.part], f.index, f.reason);
	CHECK(site_check(&none, &f), "nothing: %s", f.reason);
	/* Who has no name does not share it. */
	s.nodes[1].name[0] = 0;
	s.nodes[2].name[0] = 0;
	s.zones[1].name[0] = 0;
	s.zones[2].name[0] = 0;
	s.supplies[1].name[0] = 0;
	s.supplies[2].name[0] = 0;
	CHECK(site_check(&s.site, &f), "%s %u: %s", site_part_names[f.part], f.index, f.reason);
}

static void what_does_not_exist_is_found(void)
{
	struct small s;

	build(&s);
	s.nodes[4].zone = ZONES;
	check_fault(&s, SITE_NODE, 4, SITE_NONE, "zone does not exist");
	build(&s);
	s.nodes[6].supply = SUPPLIES;
	check_fault(&s, SITE_NODE, 6, SITE_NONE, "supply does not exist");
	build(&s);
	s.supplies[5].parent = SUPPLIES;
	check_fault(&s, SITE_SUPPLY, 5, SITE_NONE, "what feeds it does not exist");
	build(&s);
	s.links[2].from = NODES;
	check_fault(&s, SITE_LINK, 2, SITE_NONE, "node does not exist");
	build(&s);
	s.links[3].to = SITE_NONE;
	check_fault(&s, SITE_LINK, 3, SITE_NONE, "node does not exist");
}

static void circles_are_found(void)
{
	struct small s;

	build(&s);
	s.supplies[0].parent = 4;
	check_fault(&s, SITE_SUPPLY, 0, SITE_NONE, "circle");
	build(&s);
	s.supplies[6].parent = 6;
	check_fault(&s, SITE_SUPPLY, 6, SITE_NONE, "circle");
	/* As long a chain as there can be is none. */
	build(&s);
	for (uint32_t i = 0; i < SUPPLIES; i++)
		s.supplies[i].parent = i ? i - 1 : SITE_NONE;
	CHECK(site_check(&s.site, &(struct site_fault) { 0 }), "a chain is taken for a circle");
}

static void doubles_are_found(void)
{
	struct small s;

	build(&s);
	s.nodes[17].id = s.nodes[3].id;
	check_fault(&s, SITE_NODE, 17, 3, "same id");
	build(&s);
	memcpy(s.nodes[9].name, s.nodes[20].name, sizeof(s.nodes[9].name));
	check_fault(&s, SITE_NODE, 20, 9, "same name");
	build(&s);
	s.zones[0].number = s.zones[2].number;
	check_fault(&s, SITE_ZONE, 2, 0, "same number");
	build(&s);
	memcpy(s.zones[1].name, s.zones[0].name, sizeof(s.zones[1].name));
	check_fault(&s, SITE_ZONE, 1, 0, "same name");
	build(&s);
	memcpy(s.supplies[1].name, s.supplies[6].name, sizeof(s.supplies[1].name));
	check_fault(&s, SITE_SUPPLY, 6, 1, "same name");
	build(&s);
	s.links[3] = s.links[0];
	s.links[3].coupling = 1;
	check_fault(&s, SITE_LINK, 3, 0, "same ends");
	/* The other way round is another one. */
	build(&s);
	s.links[3] = (struct site_link) { .from = 1, .to = 0, .coupling = 1 };
	CHECK(site_check(&s.site, &(struct site_fault) { 0 }), "a link and its reverse");
	s.links[3].from = 0;
	s.links[3].to = 2;
	CHECK(site_check(&s.site, &(struct site_fault) { 0 }), "two links of a node");
}

static void places_hang_together(void)
{
	struct small s;

	build(&s);
	s.nodes[14].rack = 5;
	s.nodes[14].row = 2;
	check_fault(&s, SITE_NODE, 15, 14, "its chassis is in another rack");
	build(&s);
	s.nodes[4].row = 2;
	check_fault(&s, SITE_NODE, 7, 4, "its rack is in another row");
	/* Those without are not together. */
	build(&s);
	s.nodes[4].rack = SITE_NONE;
	s.nodes[4].row = 0;
	s.nodes[8].rack = SITE_NONE;
	CHECK(site_check(&s.site, &(struct site_fault) { 0 }), "nodes without a rack");
}

static void values_have_their_ranges(void)
{
	static const double wrong[] = { -0.01, 1.01, NAN, INFINITY };
	struct small s;
	size_t i;

	build(&s);
	memset(s.nodes[2].id.byte, 0, sizeof(s.nodes[2].id.byte));
	check_fault(&s, SITE_NODE, 2, SITE_NONE, "zeros");
	build(&s);
	memset(s.nodes[2].name, 'x', SITE_NAME_LEN);
	check_fault(&s, SITE_NODE, 2, SITE_NONE, "name is too long");
	build(&s);
	memset(s.zones[2].name, 'x', SITE_NAME_LEN);
	check_fault(&s, SITE_ZONE, 2, SITE_NONE, "name is too long");
	build(&s);
	memset(s.supplies[3].name, 'x', SITE_NAME_LEN);
	check_fault(&s, SITE_SUPPLY, 3, SITE_NONE, "name is too long");
	build(&s);
	s.supplies[3].limit_w = 0;
	check_fault(&s, SITE_SUPPLY, 3, SITE_NONE, "deliver nothing");
	build(&s);
	s.links[1].to = s.links[1].from;
	check_fault(&s, SITE_LINK, 1, SITE_NONE, "itself");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		build(&s);
		s.links[1].coupling = wrong[i];
		check_fault(&s, SITE_LINK, 1, SITE_NONE, "0 to 1");
	}
	build(&s);
	s.site.nr_nodes = SITE_NODES_MAX + 1;
	check_fault(&s, SITE_NODE, SITE_NODES_MAX, SITE_NONE, "too many");
	build(&s);
	s.site.nr_zones = SITE_ZONES_MAX + 1;
	check_fault(&s, SITE_ZONE, SITE_ZONES_MAX, SITE_NONE, "too many");
	build(&s);
	s.site.nr_supplies = SITE_SUPPLIES_MAX + 1;
	check_fault(&s, SITE_SUPPLY, SITE_SUPPLIES_MAX, SITE_NONE, "too many");
	build(&s);
	s.site.nr_links = SITE_LINKS_MAX + 1;
	check_fault(&s, SITE_LINK, SITE_LINKS_MAX, SITE_NONE, "too many");
	/* More zones, supplies or links than nodes are no fault. */
	build(&s);
	s.site.nr_nodes = 2;
	s.site.nr_links = 1;
	CHECK(site_check(&s.site, &(struct site_fault) { 0 }), "few nodes");
	s.site.nr_nodes = 0;
	s.site.nr_links = 0;
	CHECK(site_check(&s.site, &(struct site_fault) { 0 }), "no nodes");
}

static void nodes_and_zones_are_found(void)
{
	struct gw_id id = { .byte = { 9 } };
	struct small s;
	uint32_t i;

	build(&s);
	for (i = 0; i < NODES; i++)
		CHECK_EQ(site_find(&s.site, &s.nodes[i].id), i);
	CHECK_EQ(site_find(&s.site, &id), SITE_NONE);
	for (i = 0; i < ZONES; i++)
		CHECK_EQ(site_find_zone(&s.site, s.zones[i].number), i);
	CHECK_EQ(site_find_zone(&s.site, 11), SITE_NONE);
}

/* --- headroom --- */

static void check_near(const char *what, double got, double want)
{
	CHECK((isnan(got) && isnan(want)) || fabs(got - want) < 0.000001, "%s is %g, not %g", what,
	      got, want);
}

/* Nodes 0 to @nr of the small site say @w. */
static struct site_load sum_of(const struct small *s, const double *w, uint32_t nr)
{
	struct site_load load = { 0 };
	uint32_t i;

	for (i = 0; i < nr; i++)
		site_load_add(&load, site_power_w(&s->site, i, w[i]));
	return load;
}

static void sums_are_right(void)
{
	double w[NODES] = { 0 }, sum;
	struct site_load load;
	uint32_t i, nr, known;
	struct small s;
	int round;

	for (round = 0; round < 500; round++) {
		build(&s);
		nr = (uint32_t)test_random_range(1, NODES);
		for (i = 0, sum = 0, known = 0; i < nr; i++) {
			uint32_t max_w = s.nodes[i].power_max_w;
			bool says = test_random_below(5);

			w[i] = says ? (double)test_random_below(1300) :
			       test_random_below(2) ? NAN : -1;
			if (!says && !max_w)
				continue;
			known++;
			sum += !says || (max_w && w[i] > max_w) ? max_w : w[i];
		}
		load = sum_of(&s, w, nr);
		CHECK_EQ(load.known, known);
		CHECK_EQ(load.unknown, nr - known);
		/* Of whom nothing is known: as the mean of the others. */
		sum = known ? sum * nr / known : NAN;
		check_near("load", site_load_w(&load), sum);
		check_near("headroom", site_headroom(&load, 5000),
			   known ? fmax(0, 1 - sum / 5000) : NAN);
	}
}

static void what_is_not_known_is_not_made_up(void)
{
	struct site_load load = { 0 };
	struct small s;
	int i;

	build(&s);
	CHECK(isnan(site_load_w(&load)), "a load of nobody");
	CHECK(isnan(site_headroom(&load, 100)), "nobody says what he draws");
	CHECK(isnan(site_power_w(NULL, 3, NAN)), "no site");
	CHECK(isnan(site_power_w(&s.site, SITE_NONE, NAN)), "not in the site");
	CHECK(isnan(site_power_w(&s.site, NODES, INFINITY)), "a node that is not there");
	CHECK(site_power_w(&s.site, SITE_NONE, 70) == 70, "not in the site");
	site_load_add(&load, 100);
	CHECK(isnan(site_headroom(&load, 0)), "a limit that nobody knows");
	CHECK(site_headroom(&load, 100) == 0, "all is used");
	/* What cannot be drawn leaves nothing. */
	for (i = 0; i < NODES; i++)
		site_load_add(&load, 1e308);
	CHECK(site_headroom(&load, 100) == 0, "an infinite sum");
	site_load_add(&load, NAN);
	CHECK(site_headroom(&load, 100) == 0, "an infinite sum, and one more");
}

/* A node whose most is known moves a sum by that at most; one more watt of it would show. */
static void a_liar_moves_a_sum_by_his_own(void)
{
	struct site_load honest, got;
	double w[NODES] = { 0 }, after;
	struct small s;
	uint32_t i, liar;

	for (liar = 0; liar < 8; liar++) {
		build(&s);
		for (i = 0; i < NODES; i++)
			w[i] = 300;
		w[liar] = 0;
		honest = sum_of(&s, w, 8);
		w[liar] = 65535;
		got = sum_of(&s, w, 8);
		after = site_headroom(&got, 5000);
		if (s.nodes[liar].power_max_w)
			check_near("moved", site_headroom(&honest, 5000) - after,
				   s.nodes[liar].power_max_w / 5000.0);
		else
			CHECK(after == 0, "%g of the headroom is left", after);
	}
}

const struct test_suite site_suite = {
	.name = "site",
	.cases = (const struct test_case[]) {
		{ "a_good_site_is_taken", a_good_site_is_taken },
		{ "what_does_not_exist_is_found", what_does_not_exist_is_found },
		{ "circles_are_found", circles_are_found },
		{ "doubles_are_found", doubles_are_found },
		{ "places_hang_together", places_hang_together },
		{ "values_have_their_ranges", values_have_their_ranges },
		{ "nodes_and_zones_are_found", nodes_and_zones_are_found },
		{ "sums_are_right", sums_are_right },
		{ "what_is_not_known_is_not_made_up", what_is_not_known_is_not_made_up },
		{ "a_liar_moves_a_sum_by_his_own", a_liar_moves_a_sum_by_his_own },
		{ }
	},
};
