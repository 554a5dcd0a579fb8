/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Figures of the bench: quantiles, their spread over repetitions, a table, and a JSON file.
 */
#ifndef MAXWELL_BENCH_REPORT_H
#define MAXWELL_BENCH_REPORT_H

#include "bench_machine.h"

#define REPETITIONS 7
#define QUANTILES 3

/**
 * struct bench_figure - one operation of one structure at one size
 * @structure: see struct bench_book
 * @op: operation
 * @n: waiting items
 * @bids: distribution of the bids; NULL if the bench has but one
 * @samples: in a repetition, if not as many as report_open() was told
 * @ns: quantiles (p50, p99, p999) of each repetition, the clock's own time included
 * @mean_ns: mean of the samples up to p99, which resolves more than one tick of the clock
 */
struct bench_figure {
	const char *structure;
	const char *op;
	u32 n;
	const char *bids;
	u32 samples;
	double ns[QUANTILES][REPETITIONS];
	double mean_ns[REPETITIONS];
};

void quantiles(u32 *ticks, u32 nr, double ns_per_tick, struct bench_figure *figure,
	       int repetition);
void report_open(const struct bench_clock *clock, u32 samples);
void report_start(const struct bench_clock *clock, u32 samples);
void report_add(struct bench_figure *figure, double *median_ns, double *mean_ns);
void report_figure(struct bench_figure *figure);
void report_value(const char *metric, const char *unit, const char *structure, double value);
void report_point(const char *metric, const char *unit, const char *structure, const char *bids,
		  u32 n, const char *op, double *values, int nr);
int report_write(const char *program, const char *path);

#endif /* MAXWELL_BENCH_REPORT_H */
