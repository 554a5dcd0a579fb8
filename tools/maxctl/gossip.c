// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl gossip: what gossipd knows of this node, the others, and the zones of cooling.
 */
#include <string.h>

#include "gossip.h"

/* What is printed of names: they come from other machines. */
#define NAME_LEN 40
/* Of a sentence. */
#define LINE_LEN 200
/* A century: what is longer is a mistake, and would not fit. */
#define UPTIME_MAX_S 3200000000.0

static double number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	/* Measured values have their age with them. */
	if (json_is_object(value))
		value = json_object_get(value, "value");
	return json_number_value(value);
}

static bool is_known(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_object(value))
		value = json_object_get(value, "value");
	return json_is_number(value);
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static const char *clean_from(char *name, size_t room, const char *text, char lowest)
{
	char *c;

	snprintf(name, room, "%s", text ? text : "-");
	for (c = name; *c; c++)
		if (*c < lowest || *c > '~')
			*c = '?';
	return name;
}

static const char *clean(char name[NAME_LEN], const char *text)
{
	return clean_from(name, NAME_LEN, text, '!');
}

/* The same, of several words. */
static const char *clean_text(char name[NAME_LEN], const char *text)
{
	return clean_from(name, NAME_LEN, text, ' ');
}

/* What people call it, else what it is called on the wire. */
static const char *name_of(char name[NAME_LEN], const json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "name"));

	return clean(name, text ? text : json_string_value(json_object_get(object, "node")));
}

static void cell_number(struct mc_table *table, const json_t *object, const char *key, int digits)
{
	mc_cell_if(table, is_known(object, key), "%.*f", digits, number_of(object, key));
}

static void cell_percent(struct mc_table *table, const json_t *object, const char *key)
{
	mc_cell_if(table, is_known(object, key), "%.0f", 100 * number_of(object, key));
}

static void cell_age(struct mc_table *table, const json_t *object, const char *key)
{
	const json_t *age = json_object_get(json_object_get(object, key), "age_s");

	mc_cell_if(table, json_is_number(age), "%.2f", json_number_value(age));
}

/* --- status --- */

static void print_value(const json_t *object, const char *key, const char *name, const char *unit)
{
	if (is_known(object, key))
		printf("  %s %.1f%s", name, number_of(object, key), unit);
}

static void print_causes(const json_t *causes)
{
	const char *key;
	json_t *value;
	char name[NAME_LEN];

	json_object_foreach((json_t *)causes, key, value)
		if (json_is_number(value))
			printf("  %s %.2f", clean(name, key), json_number_value(value));
}

static void print_rail(const json_t *rail)
{
	const json_t *counters = json_object_get(rail, "counters");
	const char *trouble = json_string_value(json_object_get(rail, "trouble"));
	char name[NAME_LEN], state[NAME_LEN], why[NAME_LEN];

	printf("    rail      %s %s%s%s  received %.0f  sent %.0f",
	       clean(name, json_string_value(json_object_get(rail, "name"))),
	       clean(state, json_string_value(json_object_get(rail, "state"))),
	       is_true(rail, "active") ? ", active" : "", is_true(rail, "deaf") ? ", deaf" : "",
	       number_of(counters, "received"), number_of(counters, "sent"));
	if (trouble)
		printf("  (%s)", clean_text(why, trouble));
	putchar('\n');
}

/* UDP is mostly there, and then says nothing of itself. */
static void print_links(const json_t *links)
{
	size_t i, j;

	for (i = 0; i < json_array_size(links); i++) {
		const json_t *link = json_array_get(links, i);
		const json_t *rails = json_object_get(link, "rails");

		if (!json_is_array(rails)) {
			if (json_is_false(json_object_get(link, "up")))
				puts("  udp         is in no multicast group");
			continue;
		}
		printf("  infiniband  %s%s  failovers %.0f\n", is_true(link, "up") ? "up" : "down",
		       is_true(link, "promoted") ? ", carries the beacons" :
		       is_true(link, "up") ? ", beside UDP" : "", number_of(link, "failovers"));
		for (j = 0; j < json_array_size(rails); j++)
			print_rail(json_array_get(rails, j));
	}
}

static void print_feed(const json_t *state)
{
	const char *trouble = json_string_value(json_object_get(state, "feed_trouble"));
	char why[LINE_LEN];

	if (is_true(state, "feed"))
		puts("  kernel      is told the price");
	else if (trouble)
		printf("  kernel      is not told the price: %s\n",
		       clean_from(why, sizeof(why), trouble, ' '));
	else
		puts("  kernel      is not told the price");
}

static void print_status(const json_t *state)
{
	const json_t *measured = json_object_get(state, "measured");
	const json_t *price = json_object_get(state, "price");
	const json_t *age = json_object_get(json_object_get(measured, "temperature_c"), "age_s");
	char name[NAME_LEN], version[NAME_LEN], text[MC_TEXT_LEN];
	double uptime_s = number_of(state, "uptime_s");

	printf("gossipd %s  %s  zone %lld",
	       clean(version, json_string_value(json_object_get(state, "version"))),
	       name_of(name, state),
	       (long long)json_integer_value(json_object_get(state, "zone")));
	if (uptime_s > 0 && uptime_s < UPTIME_MAX_S)
		printf("  uptime %s", mc_format_time(text, (uint64_t)uptime_s * MC_NS_PER_S));
	printf("\n  state       %s%s  health %lld  a beacon each %lld ms\n",
	       is_true(state, "crisis") ? "crisis" : "normal",
	       is_true(state, "speaker") ? ", speaks for its zone" : "",
	       (long long)json_integer_value(json_object_get(state, "health")),
	       (long long)json_integer_value(json_object_get(state, "interval_ms")));
	fputs("  heat      ", stdout);
	if (!is_known(measured, "temperature_c"))
		fputs("  no sensor says how hot it is", stdout);
	print_value(measured, "temperature_c", "at", " °C");
	print_value(measured, "limit_c", "limit", " °C");
	print_value(measured, "margin_c", "margin", " °C");
	print_value(measured, "inlet_c", "inlet", " °C");
	print_value(measured, "gpu_margin_c", "GPU margin", " °C");
	if (json_is_number(age))
		printf("  age %.2f s", json_number_value(age));
	fputs("\n  power     ", stdout);
	if (!is_known(measured, "power_w"))
		fputs("  nobody measures it", stdout);
	print_value(measured, "power_w", "at", " W");
	print_value(measured, "power_max_w", "most", " W");
	if (is_known(measured, "fan"))
		printf("  fan %.0f %%", 100 * number_of(measured, "fan"));
	printf("\n  price       total %.2f  local %.2f  external %.2f  gpu %.2f%s\n",
	       number_of(price, "multiplier"), number_of(price, "local"),
	       number_of(price, "external"), number_of(price, "gpu"),
	       is_true(price, "barrier") ? "  (barrier)" : "");
	fputs("  causes    ", stdout);
	print_causes(json_object_get(price, "causes"));
	putchar('\n');
	print_links(json_object_get(state, "links"));
	print_feed(state);
}

/* --- peers --- */

static void print_peers(const json_t *document)
{
	static const struct mc_column columns[] = {
		{ "NODE", false },     { "STATE", false },  { "ZONE", true },
		{ "COUPLING", true },  { "WEIGHT", true },  { "TEMP/C", true },
		{ "MARGIN/C", true },  { "POWER/W", true }, { "MULTIPLIER", true },
		{ "AGE/s", true },     { "RTT/ms", true },  { "NOTES", false },
	};
	const json_t *list = json_object_get(document, "neighbors");
	char name[NAME_LEN], state[NAME_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *peer = json_array_get(list, i);
		bool silent = is_true(peer, "silent"), suspect = is_true(peer, "suspect");

		mc_cell(&table, "%s", name_of(name, peer));
		mc_cell(&table, "%s",
			clean(state, json_string_value(json_object_get(peer, "state"))));
		cell_number(&table, peer, "zone", 0);
		cell_number(&table, peer, "coupling", 2);
		cell_number(&table, peer, "weight", 2);
		cell_number(&table, peer, "temperature_c", 1);
		cell_number(&table, peer, "margin_c", 1);
		cell_number(&table, peer, "power_w", 0);
		cell_number(&table, peer, "multiplier", 2);
		cell_age(&table, peer, "margin_c");
		mc_cell_if(&table, is_known(peer, "rtt_s"), "%.2f",
			   1000 * number_of(peer, "rtt_s"));
		mc_cell_if(&table, silent || suspect, "%s%s%s", silent ? "silent" : "",
			   silent && suspect ? "," : "", suspect ? "sensors-suspect" : "");
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

/* --- zones --- */

static void print_zones(const json_t *document)
{
	static const struct mc_column columns[] = {
		{ "ZONE", true },	{ "SEEN", true },      { "EXPECTED", true },
		{ "MAX/C", true },	{ "MEDIAN/C", true },  { "MARGIN/C", true },
		{ "INLET/C", true },	{ "POWER/W", true },   { "COOLING/%", true },
		{ "SUPPLY/%", true },	{ "MULTIPLIER", true }, { "AGE/s", true },
		{ "SPEAKER", false },	{ "NOTES", false },
	};
	const json_t *list = json_object_get(document, "zones");
	struct mc_table table;
	char name[NAME_LEN];
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *zone = json_array_get(list, i);
		bool degraded = is_true(zone, "degraded"), parted = is_true(zone, "partitioned");

		cell_number(&table, zone, "zone", 0);
		cell_number(&table, zone, "seen", 0);
		cell_number(&table, zone, "expected", 0);
		cell_number(&table, zone, "temperature_max_c", 1);
		cell_number(&table, zone, "temperature_median_c", 1);
		cell_number(&table, zone, "margin_min_c", 1);
		cell_number(&table, zone, "inlet_c", 1);
		cell_number(&table, zone, "power_w", 0);
		cell_percent(&table, zone, "cooling_headroom");
		cell_percent(&table, zone, "supply_headroom");
		cell_number(&table, zone, "multiplier_max", 2);
		cell_age(&table, zone, "margin_min_c");
		mc_cell(&table, "%s",
			clean(name, json_string_value(json_object_get(zone, "speaker"))));
		mc_cell_if(&table, degraded || parted, "%s%s%s", degraded ? "degraded" : "",
			   degraded && parted ? "," : "", parted ? "partitioned" : "");
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

/* --- all of them --- */

static int show(int argc, char **argv, const char *what, void (*print)(const json_t *document))
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ 0 },
	};
	const char *path = GOSSIP_SOCKET;
	json_t *document, *root;
	int option, err;

	while ((option = mc_option(argc, argv, "s:", longs)) != -1) {
		if (option != 's')
			return MC_USAGE;
		path = optarg;
	}
	if (optind < argc)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind]);
	err = gossip_get(path, what, &document);
	if (err)
		return err;
	if (mc.json) {
		root = mc_json_new();
		json_object_set_new(root, "gossip", document);
		return mc_json_print(root);
	}
	print(document);
	json_decref(document);
	return MC_OK;
}

int cmd_gossip_status(int argc, char **argv)
{
	return show(argc, argv, "/thermal/state", print_status);
}

int cmd_gossip_peers(int argc, char **argv)
{
	return show(argc, argv, "/thermal/neighbors", print_peers);
}

int cmd_gossip_zone(int argc, char **argv)
{
	return show(argc, argv, "/thermal/zones", print_zones);
}
