// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl price: multipliers and reserve prices.
 */
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

/* CPUs that show the same cells share a line. */
struct line {
	char cpus[MXW_CPUS_LEN];
	uint32_t last_cpu;
	uint32_t run_start;
	const struct mxw_price *price;
};

static bool same_line(const struct mxw_price *a, const struct mxw_price *b)
{
	/* What is left of a lease and what a slope has added move between two entries. */
	return a->kind == b->kind && a->multiplier == b->multiplier && a->slope == b->slope &&
	       a->lease_ms == b->lease_ms && a->state == b->state &&
	       (a->value == b->value || a->slope || a->state == MAXWELL_PRICE_STATE_RAMPING);
}

/* Rewrites the last item of the list: "3" becomes "3-4". */
static void add_cpu(struct line *line, uint32_t cpu)
{
	size_t used = strlen(line->cpus);

	if (used && cpu == line->last_cpu + 1) {
		char *item = strrchr(line->cpus, ',');

		item = item ? item + 1 : line->cpus;
		snprintf(item, sizeof(line->cpus) - (item - line->cpus), "%u-%u", line->run_start,
			 cpu);
	} else {
		snprintf(line->cpus + used, sizeof(line->cpus) - used, "%s%u", used ? "," : "",
			 cpu);
		line->run_start = cpu;
	}
	line->last_cpu = cpu;
}

static size_t group_lines(const struct mxw_price *prices, size_t nr, struct line *lines)
{
	size_t nr_lines = 0;
	size_t i, j;

	for (i = 0; i < nr; i++) {
		for (j = 0; j < nr_lines; j++)
			if (same_line(lines[j].price, &prices[i]))
				break;
		if (j == nr_lines)
			lines[nr_lines++].price = &prices[i];
		add_cpu(&lines[j], prices[i].cpu);
	}
	return nr_lines;
}

static void add_row(struct mc_table *table, const struct line *line)
{
	const struct mxw_price *price = line->price;
	char text[MC_TEXT_LEN];

	mc_cell(table, "%s", line->cpus);
	mc_cell(table, "%s", mxw_name(mxw_price_kinds, price->kind));
	mc_cell(table, "%s", mc_format_q16(text, price->multiplier));
	mc_cell(table, "%s", mc_format_q16(text, price->slope));
	mc_cell_if(table, price->lease_ms, "%s",
		   mc_format_time(text, price->lease_ms * MC_NS_PER_MS));
	mc_cell_if(table, MXW_HAS(price, MAXWELL_A_PRICE_LEASE_LEFT_MS), "%s",
		   mc_format_time(text, price->lease_left_ms * MC_NS_PER_MS));
	mc_cell(table, "%s", mc_format_q16(text, price->value));
	mc_cell(table, "%s", mxw_name(mxw_price_states, price->state));
}

static void print_multipliers(const struct mxw_price *prices, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "CPUS", false }, { "KIND", false }, { "MULTIPLIER", true }, { "SLOPE/s", true },
		{ "LEASE", true }, { "LEFT", true },  { "VALUE", true },      { "STATE", false },
	};
	struct line *lines = calloc(nr + 1, sizeof(*lines));
	struct mc_table table;
	size_t nr_lines, i;

	if (!lines)
		abort();
	nr_lines = group_lines(prices, nr, lines);
	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr_lines; i++)
		add_row(&table, &lines[i]);
	mc_table_print(&table, 0);
	mc_table_free(&table);
	free(lines);
}

static bool is_listed(uint32_t cpu, const struct mxw_price *prices, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (prices[i].cpu == cpu)
			return true;
	return false;
}

/* Keeps the CPUs that the multipliers are about. */
static size_t select_cpus(struct mxw_cpu *cpus, size_t nr_cpus, const struct mxw_price *prices,
			  size_t nr)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < nr_cpus; i++)
		if (is_listed(cpus[i].cpu, prices, nr))
			cpus[kept++] = cpus[i];
	return kept;
}

static void print_reserves(const struct mxw_cpu *cpus, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "CPU", true }, { "RESERVE-GENERAL", true }, { "RESERVE-FEEDER", true },
	};
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		mc_cell(&table, "%u", cpus[i].cpu);
		mc_cell(&table, "%u", cpus[i].reserve_general);
		mc_cell(&table, "%u", cpus[i].reserve_feeder);
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

static json_t *json_reserves(const struct mxw_cpu *cpus, size_t nr)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < nr; i++)
		json_array_append_new(array, json_pack("{s:I, s:I, s:I}", "cpu",
						       (json_int_t)cpus[i].cpu,
						       "reserve_general_cents_per_s",
						       (json_int_t)cpus[i].reserve_general,
						       "reserve_feeder_cents_per_s",
						       (json_int_t)cpus[i].reserve_feeder));
	return array;
}

int cmd_price_show(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "cpu", required_argument, NULL, 'c' },
		{ 0 },
	};
	const char *list = NULL;
	struct mxw_price *prices;
	size_t nr, nr_cpus;
	struct mxw_cpu *cpus;
	json_t *root;
	int option, err;

	while ((option = mc_option(argc, argv, "c:", longs)) != -1) {
		if (option != 'c')
			return MC_USAGE;
		list = optarg;
	}
	if (optind < argc)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind]);
	err = mc_ready();
	if (err)
		return err;
	if (mxw_price_list(mc.link, list, &prices, &nr))
		return mc_kernel_error(mc.link, "price-get");
	if (mxw_cpu_list(mc.link, &cpus, &nr_cpus)) {
		free(prices);
		return mc_kernel_error(mc.link, "cpu-get");
	}
	nr_cpus = select_cpus(cpus, nr_cpus, prices, nr);

	if (mc.json) {
		root = mc_json_new();
		json_object_set_new(root, "multipliers",
				    mc_json_array(&mxw_price_object, prices, nr));
		json_object_set_new(root, "reserves", json_reserves(cpus, nr_cpus));
		mc_json_print(root);
	} else {
		print_multipliers(prices, nr);
		putchar('\n');
		print_reserves(cpus, nr_cpus);
	}
	free(prices);
	free(cpus);
	return MC_OK;
}
