// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl demand and cpus: the demand curve, and the state of each CPU's books.
 */
#include "maxctl.h"

static void print_demand(const void *items, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "BOOK", false },  { "BUCKET", true },	 { "PRICE", true },
		{ "QUEUED", true }, { "RUNNING", true },
	};
	const struct mxw_demand *demand = items;
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		mc_cell(&table, "%s", mxw_name(mxw_books, demand[i].book));
		mc_cell(&table, "%u", demand[i].bucket);
		mc_cell(&table, "%u", demand[i].price);
		mc_cell(&table, "%u", demand[i].queued);
		mc_cell(&table, "%u", demand[i].running);
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

int cmd_demand(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "cpu", required_argument, NULL, 'c' },
		{ 0 },
	};
	static const struct mc_listing listing = {
		"demand-get", "demand", &mxw_demand_object, print_demand,
	};
	const char *cpus = NULL;
	struct mxw_demand *demand = NULL;
	int option, err;
	size_t nr = 0;

	while ((option = mc_option(argc, argv, "c:", longs)) != -1) {
		if (option != 'c')
			return MC_USAGE;
		cpus = optarg;
	}
	if (optind < argc)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind]);
	err = mc_ready();
	if (err)
		return err;
	err = mxw_demand_list(mc.link, cpus, &demand, &nr);
	return mc_show_list(&listing, err, demand, nr);
}

static void print_cpus(const void *items, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "CPU", true },       { "RUNS", true },     { "BID", true },
		{ "QUEUED", true },    { "PARKED", true },   { "GENERAL", true },
		{ "FEEDER", true },    { "STOLEN", true },   { "GIVEN-BACK", true },
		{ "PREEMPTED", true }, { "SURVIVAL", true }, { "RUNTIME", true },
		{ "CHARGED/ct", true },
	};
	const struct mxw_cpu *cpus = items;
	char text[MC_TEXT_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		const struct mxw_cpu *cpu = &cpus[i];
		bool runs = MXW_HAS(cpu, MAXWELL_A_CPU_CURR_PID);

		mc_cell(&table, "%u", cpu->cpu);
		if (runs)
			mc_cell(&table, "%u", cpu->curr_pid);
		else
			mc_cell(&table, "%s", cpu->idle ? "idle" : "other");
		mc_cell_if(&table, runs, "%u", cpu->curr_bid);
		mc_cell(&table, "%u", cpu->queued);
		mc_cell(&table, "%u", cpu->parked);
		mc_cell(&table, "%u", cpu->reserve_general);
		mc_cell(&table, "%u", cpu->reserve_feeder);
		mc_cell(&table, "%llu", (unsigned long long)cpu->stolen);
		mc_cell(&table, "%llu", (unsigned long long)cpu->steal_failed);
		mc_cell(&table, "%llu", (unsigned long long)cpu->preempted);
		mc_cell(&table, "%llu", (unsigned long long)cpu->survival_runs);
		mc_cell(&table, "%s", mc_format_time(text, cpu->runtime_ns));
		mc_cell(&table, "%s", mc_format_cents(text, cpu->charged_nanocents));
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

int cmd_cpus(int argc, char **argv)
{
	static const struct mc_listing listing = { "cpu-get", "cpus", &mxw_cpu_object, print_cpus };
	int err = mc_ready_alone(argc, argv);
	struct mxw_cpu *cpus = NULL;
	size_t nr = 0;

	if (err)
		return err;
	err = mxw_cpu_list(mc.link, &cpus, &nr);
	return mc_show_list(&listing, err, cpus, nr);
}
