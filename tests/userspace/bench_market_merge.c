// SPDX-License-Identifier: GPL-2.0
/*
 * Figures that other benches have measured and that belong into market.json as well: the auction of
 * a GPU (gpu.json), and what the auction of a CPU costs in instructions (switch.json, of
 * "make bench-guest"). Where one is missing, it says why and leaves the figure out.
 */
#include "bench_market.h"
#include "bench_report.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The guest counts 4 ns for an instruction, so that a quantum of 1 ms is so many of them. */
#define QUANTUM_INSTRUCTIONS 250000

const char *market_path(const char *directory, const char *name)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

/* The array of figures in a file, or NULL with the reason said. */
static json_t *load(const char *directory, const char *name, const char *metric, const char *how)
{
	const char *path = market_path(directory, name);
	json_error_t error;
	json_t *rows = json_load_file(path, 0, &error);

	if (json_is_array(rows))
		return rows;
	printf("%s is missing: %s: %s; make it by %s\n", metric, path,
	       rows ? "not a list of figures" : error.text, how);
	json_decref(rows);
	return NULL;
}

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

/**
 * merge_gpu() - take over gpu_auction_p99_ns
 * @directory: where gpu.json is
 */
void merge_gpu(const char *directory)
{
	json_t *rows = load(directory, "gpu.json", "gpu_auction_p99_ns", "make bench-gpu");
	bool found = false;
	json_t *row;
	size_t i;

	if (!rows)
		return;
	json_array_foreach(rows, i, row) {
		double value = json_number_value(json_object_get(row, "value"));

		if (strcmp(text_of(row, "metric"), "gpu_auction_p99_ns"))
			continue;
		report_point("gpu_auction_p99_ns", "ns", NULL, NULL, 0, NULL, &value, 1);
		printf("gpu_auction_p99_ns: %.1f\n", value);
		found = true;
		break;
	}
	if (!found)
		printf("gpu_auction_p99_ns is missing: there is none in gpu.json\n");
	json_decref(rows);
}

/* The row of a class that was measured as @like was, or NULL. */
static json_t *same_but_class(const json_t *rows, const json_t *like, const char *class)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (!strcmp(text_of(row, "metric"), "instructions_per_switch") &&
		    !strcmp(text_of(row, "class"), class) &&
		    !strcmp(text_of(row, "workload"), text_of(like, "workload")) &&
		    json_equal(json_object_get(row, "cpus"), json_object_get(like, "cpus")))
			return row;
	}
	return NULL;
}

/**
 * merge_auction_overhead() - auction_overhead_percent: what the auction adds to a quantum
 * @directory: where switch.json is
 *
 * Instructions of a switch under Maxwell beyond those under a class of the same build that holds no
 * auction ("empty"), of those in a quantum of 1 ms. The dearest of the workloads counts.
 */
void merge_auction_overhead(const char *directory)
{
	static const char metric[] = "auction_overhead_percent";
	json_t *rows = load(directory, "switch.json", metric, "make bench-guest");
	double worst = 0;
	json_t *row, *empty;
	int nr = 0;
	size_t i;

	if (!rows)
		return;
	json_array_foreach(rows, i, row) {
		double percent;

		empty = same_but_class(rows, row, "empty");
		if (!empty || strcmp(text_of(row, "class"), "maxwell") ||
		    strcmp(text_of(row, "metric"), "instructions_per_switch"))
			continue;
		percent = 100 * (json_number_value(json_object_get(row, "value")) -
				 json_number_value(json_object_get(empty, "value"))) /
			  QUANTUM_INSTRUCTIONS;
		printf("%s: %.2f (%s, %d CPUs)\n", metric, percent, text_of(row, "workload"),
		       (int)json_integer_value(json_object_get(row, "cpus")));
		worst = nr++ ? max(worst, percent) : percent;
	}
	if (nr)
		report_point(metric, "percent", NULL, NULL, 0, NULL, &worst, 1);
	else
		printf("%s is missing: switch.json has no figures of the class 'empty'\n", metric);
	json_decref(rows);
}
