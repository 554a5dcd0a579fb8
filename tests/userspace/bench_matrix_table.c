// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of the comparison, in Markdown; they stand in Documentation/matrix.md.
 */
#include "bench_matrix.h"

static FILE *out;

static void row_start(const char *first)
{
	fprintf(out, "| %s |", first);
}

/* Ends the head of a table with @columns columns beside the first. */
static void head_end(int columns)
{
	fprintf(out, "\n|---|");
	while (columns--)
		fprintf(out, "---|");
	fprintf(out, "\n");
}

static void cell_ns(const struct matrix *m, int kind, int size, int book, int op)
{
	const double *ns = m->ns[kind][size][book][op];

	fprintf(out, " %.0f / %.0f / %.0f%s |", ns[0], ns[1], ns[2],
		m->samples[kind][size][book][op] < MATRIX_SAMPLES ? "*" : "");
}

static void head_sizes(const char *first)
{
	int k;

	row_start(first);
	for (k = 0; k < MATRIX_SIZES; k++)
		fprintf(out, " %u |", matrix_sizes[k]);
	head_end(MATRIX_SIZES);
}

/* One operation at all sizes. */
static void times_by_size(const struct matrix *m, int kind, int op)
{
	int b, k;

	head_sizes(matrix_ops[op]);
	for (b = 0; b < MATRIX_BOOKS; b++) {
		row_start(matrix_books[b]->name);
		for (k = 0; k < MATRIX_SIZES; k++)
			cell_ns(m, kind, k, b, op);
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
}

static int head_bids(const char *first, bool timed)
{
	int kind, columns = 0;

	row_start(first);
	for (kind = 0; kind < BID_KINDS; kind++) {
		if (timed && !bid_kinds[kind].timed)
			continue;
		fprintf(out, " %s |", bid_kinds[kind].name);
		columns++;
	}
	head_end(columns);
	return columns;
}

/* One operation with all bids. */
static void times_by_bids(const struct matrix *m, int size, int op)
{
	int b, kind;

	head_bids(matrix_ops[op], true);
	for (b = 0; b < MATRIX_BOOKS; b++) {
		row_start(matrix_books[b]->name);
		for (kind = 0; kind < BID_KINDS; kind++) {
			if (bid_kinds[kind].timed)
				cell_ns(m, kind, size, b, op);
		}
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
}

/* Means, which resolve more than a step of the clock, and the longest samples. */
static void means(const struct matrix *m, int size)
{
	int b, op;

	row_start("mean");
	for (op = 0; op < OPS; op++)
		fprintf(out, " %s |", matrix_ops[op]);
	fprintf(out, " insert + extract | longest insert, µs | longest extract, µs |");
	head_end(OPS + 3);
	for (b = 0; b < MATRIX_BOOKS; b++) {
		const double *mean = m->mean_ns[0][size][b], *longest = m->longest_ns[0][size][b];

		row_start(matrix_books[b]->name);
		for (op = 0; op < OPS; op++)
			fprintf(out, " %.1f |", mean[op]);
		fprintf(out, " %.1f | %.1f | %.1f |\n", mean[OP_INSERT] + mean[OP_EXTRACT],
			longest[OP_INSERT] / 1000, longest[OP_EXTRACT] / 1000);
	}
	fprintf(out, "\n");
}

static void memory(void)
{
	int b, k;

	fprintf(out, "### Memory\n\n"
		"Bytes for each that waits, the structure's own memory included.\n\n");
	head_sizes("structure");
	for (b = 0; b < MATRIX_BOOKS; b++) {
		row_start(matrix_books[b]->name);
		for (k = 0; k < MATRIX_SIZES; k++)
			fprintf(out, " %.0f |",
				(double)bench_bytes(matrix_books[b], matrix_sizes[k]) /
					matrix_sizes[k]);
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
}

static void misses(const struct matrix *m)
{
	int b, k, c;

	fprintf(out, "### Cache misses\n\n");
	for (c = 0; c < MISS_COUNTERS; c++) {
		if (m->counter[c].fd < 0) {
			fprintf(out, "`%s`: left out.\n%s.\n\n", m->counter[c].metric,
				m->counter[c].reason);
			continue;
		}
		fprintf(out, "`%s` in a round of expire, insert, extract, insert; %s bids.\n\n",
			m->counter[c].metric, bid_kinds[0].name);
		head_sizes("structure");
		for (b = 0; b < MATRIX_BOOKS; b++) {
			row_start(matrix_books[b]->name);
			for (k = 0; k < MATRIX_SIZES; k++)
				fprintf(out, " %.2f |", m->misses[0][k][b][c]);
			fprintf(out, "\n");
		}
		fprintf(out, "\n");
	}
}

/* Whether a structure always sold to the best that waited. */
static bool always_best(const struct matrix *m, int book)
{
	int kind, k;

	for (kind = 0; kind < BID_KINDS; kind++) {
		for (k = 0; k < MATRIX_SIZES; k++) {
			if (m->worst_ratio[kind][k][book] < 1)
				return false;
		}
	}
	return true;
}

static void cell_efficiency(const struct matrix *m, int kind, int size, int book)
{
	fprintf(out, " %.2f (%.1f) |", 100 * m->efficiency[kind][size][book],
		100 * m->worst_ratio[kind][size][book]);
}

static void verdict(const struct matrix *m, int book)
{
	int kind, k, missed = 0, runs = 0;
	double sum = 0, lowest = 1;

	for (kind = 0; kind < BID_KINDS; kind++) {
		for (k = 0; k < MATRIX_SIZES; k++) {
			double efficiency = m->efficiency[kind][k][book];

			sum += efficiency;
			lowest = min(lowest, efficiency);
			missed += efficiency < EFFICIENCY_TARGET;
			runs++;
		}
	}
	fprintf(out, "- %s: below %.0f %% in %d of %d cells; mean %.2f %%, lowest %.2f %%\n",
		matrix_books[book]->name, 100 * EFFICIENCY_TARGET, missed, runs, 100 * sum / runs,
		100 * lowest);
}

static void efficiency(const struct matrix *m)
{
	char first[64];
	int b, k, kind, listed = 0;

	fprintf(out, "### Allocation efficiency\n\n"
		"Sum of the winners' bids in per cent of what an exact auction sells of the same "
		"arrivals; in\nbrackets the worst single auction: the winner's bid in per cent of "
		"the best that waited, over\nall runs. More than 100 is possible: which of equal bids wins decides "
		"which of them leave\nunserved. Always exact: ");
	for (b = 0; b < MATRIX_BOOKS; b++) {
		if (always_best(m, b))
			fprintf(out, "%s%s", listed++ ? ", " : "", matrix_books[b]->name);
	}
	fprintf(out, ".\n\n");
	head_bids("structure, waiting", false);
	for (b = 0; b < MATRIX_BOOKS; b++) {
		for (k = 0; !always_best(m, b) && k < MATRIX_SIZES; k++) {
			snprintf(first, sizeof(first), "%s, %u", matrix_books[b]->name,
				 matrix_sizes[k]);
			row_start(first);
			for (kind = 0; kind < BID_KINDS; kind++)
				cell_efficiency(m, kind, k, b);
			fprintf(out, "\n");
		}
	}
	fprintf(out, "\n");
	for (b = 0; b < MATRIX_BOOKS; b++) {
		if (!always_best(m, b))
			verdict(m, b);
	}
}

static void preamble(const struct matrix *m)
{
	int kind;

	fprintf(out, "Machine: %s. Load average %.2f before, %.2f after.\n", bench_machine(),
		m->load_start, m->load_end);
	fprintf(out, "An empty region takes %.0f ns on the clock, in steps of %.0f ns; it is part of "
		"every figure.\n\nBids:\n\n", m->clock.median_ns, m->clock.step_ns);
	for (kind = 0; kind < BID_KINDS; kind++)
		fprintf(out, "- %s: %s\n", bid_kinds[kind].name, bid_kinds[kind].text);
	fprintf(out, "\n");
}

static void times(const struct matrix *m)
{
	static const int sizes[] = { 2, 3, 4 };
	size_t k;
	int op;

	fprintf(out, "### Time of an operation, by how many wait\n\n"
		"p50 / p99 / p999 in ns, median of %d repetitions of %u samples (*: fewer, for "
		"the time they\ntake), %s bids.\n\n", REPETITIONS, MATRIX_SAMPLES,
		bid_kinds[0].name);
	for (op = 0; op < OPS; op++)
		times_by_size(m, 0, op);
	for (k = 0; k < ARRAY_SIZE(sizes); k++) {
		fprintf(out, "%u waiting: mean of the samples up to p99 without the clock's own "
			"time, ns; and the longest\nsample, from the repetition in which it is the "
			"shortest, so that what else the machine did\nhardly shows.\n\n",
			matrix_sizes[sizes[k]]);
		means(m, sizes[k]);
	}
	/* The middle one adds nothing here. */
	for (k = 0; k < ARRAY_SIZE(sizes); k += 2) {
		fprintf(out, "### Time of an operation, by bids, %u waiting\n\n",
			matrix_sizes[sizes[k]]);
		for (op = 0; op < OPS; op++)
			times_by_bids(m, sizes[k], op);
	}
}

/* Writes all tables; returns 0 on success. */
int matrix_write(const struct matrix *m, const char *path)
{
	out = fopen(path, "w");
	if (!out) {
		fprintf(stderr, "bench_matrix: cannot write %s: %m\n", path);
		return -1;
	}
	preamble(m);
	times(m);
	memory();
	misses(m);
	efficiency(m);
	if (fclose(out)) {
		fprintf(stderr, "bench_matrix: cannot write %s: %m\n", path);
		return -1;
	}
	printf("written to %s\n", path);
	return 0;
}
