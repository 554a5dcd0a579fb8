// SPDX-License-Identifier: GPL-2.0
/*
 * The comparison of the order book with other structures: time of each operation, cache misses
 * where the machine counts them, memory, and allocation efficiency.
 *
 * Usage: bench_matrix DIR	writes matrix.json, matrix.raw and matrix.md there
 *
 * matrix.raw has a line for each repetition: what was measured, then either the samples as pairs of
 * nanoseconds and how often, or the figures of a run for efficiency.
 */
#include "bench_matrix.h"
#include "bench_efficiency.h"

#include <stdio.h>

#define EFFICIENCY_RUNS 3

const struct bench_book *const matrix_books[MATRIX_BOOKS] = {
	&bench_buckets,	   &bench_heap, &bench_rbtree, &bench_skiplist,
	&bench_tournament, &bench_lazy, &bench_prob,
};

const u32 matrix_sizes[MATRIX_SIZES] = { 10, 100, 1000, 10000, 100000 };
const char *const matrix_ops[OPS] = { "insert", "extract", "expire", "price" };

static struct matrix matrix;
static u32 ticks[MATRIX_SAMPLES];

static void die(const char *what)
{
	fprintf(stderr, "bench_matrix: %s: %m\n", what);
	exit(1);
}

static void efficiency(int kind, int size)
{
	double sold[MATRIX_BOOKS][EFFICIENCY_RUNS], best[MATRIX_BOOKS][EFFICIENCY_RUNS];
	double worst[MATRIX_BOOKS][EFFICIENCY_RUNS];
	const char *bids = bid_kinds[kind].name;
	u32 n = matrix_sizes[size];
	int b, r;

	for (r = 0; r < EFFICIENCY_RUNS; r++) {
		struct efficiency exact, e;

		if (!measure_efficiency(&bench_heap, &bid_kinds[kind], n, r, &exact))
			die("memory");
		for (b = 0; b < MATRIX_BOOKS; b++) {
			if (!measure_efficiency(matrix_books[b], &bid_kinds[kind], n, r, &e))
				die("memory");
			sold[b][r] = e.sold / exact.sold;
			best[b][r] = e.best_ratio;
			worst[b][r] = e.worst_ratio;
			fprintf(matrix.raw, "%s efficiency %s %u %d sold:%.0f exact:%.0f auctions:%u "
				"mean:%.6f worst:%.6f\n", matrix_books[b]->name, bids, n, r, e.sold,
				exact.sold, e.auctions, e.best_ratio, e.worst_ratio);
		}
	}
	for (b = 0; b < MATRIX_BOOKS; b++) {
		const char *name = matrix_books[b]->name;

		report_point("efficiency", "ratio", name, bids, n, NULL, sold[b],
			     EFFICIENCY_RUNS);
		report_point("winner_over_best", "ratio", name, bids, n, NULL, best[b],
			     EFFICIENCY_RUNS);
		report_point("winner_over_best_worst", "ratio", name, bids, n, NULL, worst[b],
			     EFFICIENCY_RUNS);
		matrix.efficiency[kind][size][b] = sold[b][EFFICIENCY_RUNS / 2];
		matrix.best_ratio[kind][size][b] = best[b][EFFICIENCY_RUNS / 2];
		matrix.worst_ratio[kind][size][b] = worst[b][0];
	}
}

static void memory(void)
{
	int b, k;

	for (b = 0; b < MATRIX_BOOKS; b++) {
		for (k = 0; k < MATRIX_SIZES; k++) {
			u32 n = matrix_sizes[k];
			double bytes = (double)bench_bytes(matrix_books[b], n) / n;

			report_point("bytes_per_waiting_task", "bytes", matrix_books[b]->name, NULL,
				     n, NULL, &bytes, 1);
		}
	}
}

static const char *in_directory(const char *directory, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void bench_all(void)
{
	int kind, size;

	for (kind = 0; kind < BID_KINDS; kind++) {
		for (size = 0; size < MATRIX_SIZES; size++) {
			if (bid_kinds[kind].timed)
				matrix_time(&matrix, kind, size);
			efficiency(kind, size);
		}
		fprintf(stderr, "bench_matrix: %d of %d distributions done\n", kind + 1, BID_KINDS);
	}
	memory();
}

int main(int argc, char **argv)
{
	int k;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_matrix DIR\n");
		return 1;
	}
	matrix.raw = fopen(in_directory(argv[1], "matrix.raw"), "w");
	if (!matrix.raw)
		die(in_directory(argv[1], "matrix.raw"));
	bench_pin("bench_matrix");
	matrix.load_start = bench_load_average();
	matrix.clock = bench_measure_clock(ticks, MATRIX_SAMPLES);
	report_open(&matrix.clock, MATRIX_SAMPLES);
	misses_open(matrix.counter);
	for (k = 0; k < MISS_COUNTERS; k++) {
		if (matrix.counter[k].fd < 0)
			printf("%s: left out: %s\n", matrix.counter[k].metric,
			       matrix.counter[k].reason);
	}
	bench_all();
	matrix.load_end = bench_load_average();
	report_point("load_average_start", "tasks", NULL, NULL, 0, NULL, &matrix.load_start, 1);
	report_point("load_average_end", "tasks", NULL, NULL, 0, NULL, &matrix.load_end, 1);
	if (fclose(matrix.raw))
		die(in_directory(argv[1], "matrix.raw"));
	if (matrix_write(&matrix, in_directory(argv[1], "matrix.md")))
		return 1;
	return report_write("bench_matrix", in_directory(argv[1], "matrix.json")) ? 1 : 0;
}
