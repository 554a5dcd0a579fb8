/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The comparison of structures: what was measured, on its way to the tables.
 */
#ifndef MAXWELL_BENCH_MATRIX_H
#define MAXWELL_BENCH_MATRIX_H

#include "bench_bids.h"
#include "bench_book.h"
#include "bench_misses.h"
#include "bench_report.h"

#include <stdio.h>

enum matrix_op {
	OP_INSERT,
	OP_EXTRACT,
	OP_EXPIRE,
	OP_PRICE,
	OPS,
};

#define MATRIX_BOOKS 7
#define MATRIX_SIZES 5
/* In a repetition; fewer of what takes long. */
#define MATRIX_SAMPLES 20000U

/**
 * struct matrix - the results: medians over the repetitions
 * @ns: quantiles of each operation
 * @mean_ns: mean of the samples up to p99, without the clock's own time
 * @longest_ns: longest sample, of the repetition where it is the shortest
 * @samples: fewest that a repetition of the operation has
 * @misses: of each counter, a round of expire, insert, extract and insert
 * @efficiency: sold over what an exact auction sells
 * @best_ratio: winner's bid over the best that waited, mean
 * @worst_ratio: the same of the worst auction
 * @counter: counters, open or not
 * @clock: what the clock costs
 * @load_start: load average before
 * @load_end: and after
 * @raw: where raw data go
 */
struct matrix {
	double ns[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS][OPS][QUANTILES];
	double mean_ns[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS][OPS];
	double longest_ns[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS][OPS];
	u32 samples[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS][OPS];
	double misses[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS][MISS_COUNTERS];
	double efficiency[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS];
	double best_ratio[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS];
	double worst_ratio[BID_KINDS][MATRIX_SIZES][MATRIX_BOOKS];
	struct miss_counter counter[MISS_COUNTERS];
	struct bench_clock clock;
	double load_start;
	double load_end;
	FILE *raw;
};

extern const struct bench_book *const matrix_books[MATRIX_BOOKS];
extern const u32 matrix_sizes[MATRIX_SIZES];
extern const char *const matrix_ops[OPS];

/* What a bid buys: this of the exact auction's sales, or the structure misses the target. */
#define EFFICIENCY_TARGET 0.95

void matrix_time(struct matrix *m, int kind, int size);
int matrix_write(const struct matrix *m, const char *path);

#endif /* MAXWELL_BENCH_MATRIX_H */
