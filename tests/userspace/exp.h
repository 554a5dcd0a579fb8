/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Experiments about incentives: figures over many seeds with their confidence intervals, as tables
 * and as JSON. Everything is simulated, so a seed gives the same figures on every machine.
 */
#ifndef MAXWELL_EXP_H
#define MAXWELL_EXP_H

#include "common.h"

#define EXP_SEEDS_MAX 400
#define EXP_COLUMNS_MAX 4

/**
 * struct exp_stat - a figure over many seeds
 * @mean: mean
 * @ci95: half the width of the interval that holds the true mean 95 times of 100
 * @seeds: how many
 */
struct exp_stat {
	double mean;
	double ci95;
	u32 seeds;
};

/**
 * struct exp_column - a column of a table
 * @metric: its name in the JSON
 * @unit: unit there
 * @head: its name in the table
 */
struct exp_column {
	const char *metric;
	const char *unit;
	const char *head;
};

void exp_open(const char *markdown_path, u64 seed);
void exp_table(const char *name, const char *title, const char *first_head,
	       const struct exp_column *first_column, u32 nr);
void exp_row(const char *strategy, const struct exp_stat *stats);
int exp_close(const char *json_path);

struct exp_stat exp_mean(const double *value, u32 seeds);
struct exp_stat exp_gain(const double *base, const double *got, u32 seeds);

/* A stream of random numbers for each seed and each purpose, whatever the others draw. */
static inline u64 exp_rng(u64 seed, u32 nr, u32 purpose)
{
	u64 state = seed * 1000003 + nr * 1009ULL + purpose;

	return rng_next(&state);
}

double exp_uniform(u64 *rng);
u32 exp_value(u64 *rng, u32 lo, u32 hi);

void exp_oneshot(u64 seed);
void exp_repeated(u64 seed);
void exp_budgets(u64 seed);
void exp_sybil(u64 seed);
void exp_ring(u64 seed);

/* A strategy is what one bids instead of one's value: a multiple of it. */
struct exp_shade {
	double factor;
	const char *name;
};

extern const struct exp_shade exp_shades[];
extern const u32 exp_nr_shades;

#endif /* MAXWELL_EXP_H */
