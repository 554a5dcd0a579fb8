// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl list: bids and accounts of all tasks under the class.
 */
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

/* Numbers that rank tasks stand largest first, names and places smallest first. */
struct sort_key {
	const char *name;
	uint64_t (*value)(const struct mxw_bid *bid);
	bool falling;
};

static uint64_t value_pid(const struct mxw_bid *bid)
{
	return bid->pid;
}

static uint64_t value_bid(const struct mxw_bid *bid)
{
	return bid->bid;
}

static uint64_t value_state(const struct mxw_bid *bid)
{
	return bid->state;
}

static uint64_t value_cpu(const struct mxw_bid *bid)
{
	return bid->cpu;
}

static uint64_t value_runtime(const struct mxw_bid *bid)
{
	return bid->runtime_ns;
}

static uint64_t value_charged(const struct mxw_bid *bid)
{
	return bid->charged_nanocents;
}

static uint64_t value_wait(const struct mxw_bid *bid)
{
	return bid->wait_ns;
}

static uint64_t value_wait_max(const struct mxw_bid *bid)
{
	return bid->wait_max_ns;
}

static uint64_t value_wallet(const struct mxw_bid *bid)
{
	return bid->wallet;
}

static const struct sort_key sort_keys[] = {
	{ "pid", value_pid, false },	     { "bid", value_bid, true },
	{ "state", value_state, true },	     { "cpu", value_cpu, false },
	{ "runtime", value_runtime, true },  { "charged", value_charged, true },
	{ "wait", value_wait, true },	     { "wait-max", value_wait_max, true },
	{ "wallet", value_wallet, false },   { "comm", NULL, false },
};

static const struct sort_key *sort_key = &sort_keys[0];

static int compare(const void *a, const void *b)
{
	const struct mxw_bid *x = a;
	const struct mxw_bid *y = b;
	int order;

	if (sort_key->value) {
		uint64_t left = sort_key->value(x);
		uint64_t right = sort_key->value(y);

		order = (left > right) - (left < right);
	} else {
		order = strcmp(x->comm, y->comm);
	}
	if (sort_key->falling)
		order = -order;
	return order ? order : (x->pid > y->pid) - (x->pid < y->pid);
}

static int find_sort_key(const char *name)
{
	char names[128] = "";
	size_t used = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sort_keys); i++) {
		if (!strcmp(sort_keys[i].name, name)) {
			sort_key = &sort_keys[i];
			return MC_OK;
		}
		used += snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
				 sort_keys[i].name);
	}
	return mc_error(MC_USAGE, "cannot sort by '%s', but by: %s", name, names);
}

static void print_tasks(const void *items, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "PID", true },	 { "COMM", false },	  { "BID", true },
		{ "COUNTS", true },	 { "WALLET", true },	  { "SOURCE", false },
		{ "BOOK", false },	 { "STATE", false },	  { "CPU", true },
		{ "RUNTIME", true },	 { "CHARGED/ct", true },  { "WAIT", true },
		{ "WAIT-MAX", true },	 { "SURVIVAL", true },
	};
	const struct mxw_bid *bids = items;
	char text[MC_TEXT_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		const struct mxw_bid *bid = &bids[i];

		mc_cell(&table, "%u", bid->pid);
		mc_cell(&table, "%s", bid->comm);
		mc_cell(&table, "%u", bid->bid);
		mc_cell_if(&table, MXW_HAS(bid, MAXWELL_A_BID_EFFECTIVE_BID), "%u",
			   bid->effective_bid);
		mc_cell_if(&table, MXW_HAS(bid, MAXWELL_A_BID_WALLET), "%u", bid->wallet);
		mc_cell(&table, "%s", mxw_name(mxw_bid_sources, bid->source));
		mc_cell(&table, "%s", mxw_name(mxw_books, bid->book));
		mc_cell(&table, "%s", mxw_name(mxw_task_states, bid->state));
		mc_cell(&table, "%u", bid->cpu);
		mc_cell(&table, "%s", mc_format_time(text, bid->runtime_ns));
		mc_cell(&table, "%s", mc_format_cents(text, bid->charged_nanocents));
		mc_cell_if(&table, MXW_HAS(bid, MAXWELL_A_BID_WAIT_NS), "%s",
			   mc_format_time(text, bid->wait_ns));
		mc_cell(&table, "%s", mc_format_time(text, bid->wait_max_ns));
		mc_cell(&table, "%llu", (unsigned long long)bid->nr_survival);
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

static int parse_options(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "sort", required_argument, NULL, 's' },
		{ 0 },
	};
	int option;

	while ((option = mc_option(argc, argv, "s:", longs)) != -1)
		if (option != 's' || find_sort_key(optarg))
			return MC_USAGE;
	if (optind < argc)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind]);
	return MC_OK;
}

int cmd_list(int argc, char **argv)
{
	static const struct mc_listing listing = {
		"bid-get", "tasks", &mxw_bid_object, print_tasks,
	};
	struct mxw_bid *bids = NULL;
	size_t nr = 0;
	int err;

	err = parse_options(argc, argv);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	err = mxw_bid_list(mc.link, &bids, &nr);
	if (!err && mxw_inconsistent(mc.link) && mc.verbose)
		mc_note("Tasks came and went while the list was read.");
	if (nr)
		qsort(bids, nr, sizeof(*bids), compare);
	return mc_show_list(&listing, err, bids, nr);
}
