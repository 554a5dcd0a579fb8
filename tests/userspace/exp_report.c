// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics, tables and JSON of the experiments; see exp.h.
 */
#include "exp.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *objects;
static FILE *markdown;
static const char *experiment;
static const struct exp_column *columns;
static u32 nr_columns;
static u64 first_seed;

const struct exp_shade exp_shades[] = {
	{ 0.5, "0.5 x value" },	  { 0.7, "0.7 x value" }, { 0.8, "0.8 x value" },
	{ 0.9, "0.9 x value" },	  { 0.95, "0.95 x value" }, { 1.05, "1.05 x value" },
	{ 1.2, "1.2 x value" },	  { 1.5, "1.5 x value" }, { 2, "2 x value" },
	{ 3, "3 x value" },
};

const u32 exp_nr_shades = ARRAY_SIZE(exp_shades);

void exp_open(const char *markdown_path, u64 seed)
{
	markdown = fopen(markdown_path, "w");
	if (!markdown) {
		fprintf(stderr, "exp_incentives: cannot write %s: %s\n", markdown_path,
			strerror(errno));
		exit(1);
	}
	objects = json_array();
	first_seed = seed;
}

void exp_table(const char *name, const char *title, const char *first_head,
	       const struct exp_column *first_column, u32 nr)
{
	u32 i;

	experiment = name;
	columns = first_column;
	nr_columns = nr;
	fprintf(markdown, "\n**%s**\n\n| %s |", title, first_head);
	printf("\n%s\n%-44s", title, first_head);
	for (i = 0; i < nr; i++) {
		fprintf(markdown, " %s |", columns[i].head);
		printf(" %22s", columns[i].head);
	}
	fprintf(markdown, "\n|---|");
	for (i = 0; i < nr; i++)
		fprintf(markdown, "---|");
	fprintf(markdown, "\n");
	printf("\n");
}

/* As many digits as the size of a figure is worth. */
static int digits(double value)
{
	return fabs(value) >= 100 ? 0 : fabs(value) >= 10 ? 1 : 2;
}

void exp_row(const char *strategy, const struct exp_stat *stats)
{
	u32 i;

	fprintf(markdown, "| %s |", strategy);
	printf("%-44s", strategy);
	for (i = 0; i < nr_columns; i++) {
		const struct exp_stat *s = &stats[i];
		json_t *object = json_pack("{s:s, s:f, s:s, s:s, s:s, s:s, s:s, s:f, s:i, s:I}",
					   "metric", columns[i].metric, "value", s->mean,
					   "unit", columns[i].unit, "machine", "simulated",
					   "clock", "simulated", "experiment", experiment,
					   "strategy", strategy, "ci95", s->ci95,
					   "seeds", (int)s->seeds, "seed", (json_int_t)first_seed);
		int d = digits(s->mean);

		json_array_append_new(objects, object);
		fprintf(markdown, " %.*f ± %.*f |", d, s->mean, d, s->ci95);
		printf(" %12.*f +- %6.*f", d, s->mean, d, s->ci95);
	}
	fprintf(markdown, "\n");
	printf("\n");
	fflush(stdout);
}

int exp_close(const char *json_path)
{
	int rc = json_dump_file(objects, json_path, JSON_INDENT(1) | JSON_REAL_PRECISION(6));

	if (rc)
		fprintf(stderr, "exp_incentives: cannot write %s\n", json_path);
	else
		printf("\nwritten to %s\n", json_path);
	json_decref(objects);
	if (fclose(markdown)) {
		fprintf(stderr, "exp_incentives: cannot write the tables: %s\n", strerror(errno));
		return 1;
	}
	return rc ? 1 : 0;
}

struct exp_stat exp_mean(const double *value, u32 seeds)
{
	double sum = 0, square = 0;
	struct exp_stat s = { .seeds = seeds };
	u32 i;

	for (i = 0; i < seeds; i++)
		sum += value[i];
	s.mean = sum / seeds;
	for (i = 0; i < seeds; i++)
		square += (value[i] - s.mean) * (value[i] - s.mean);
	s.ci95 = 1.96 * sqrt(square / (seeds - 1) / seeds);
	return s;
}

/*
 * By how many percent @got is more than @base, in the mean. Both come from the same random numbers,
 * so it is the spread of their differences that counts.
 */
struct exp_stat exp_gain(const double *base, const double *got, u32 seeds)
{
	double difference[EXP_SEEDS_MAX] = {}, mean = exp_mean(base, seeds).mean;
	u32 i;

	for (i = 0; i < seeds; i++)
		difference[i] = 100 * (got[i] - base[i]) / mean;
	return exp_mean(difference, seeds);
}

double exp_uniform(u64 *rng)
{
	return ((double)(rng_next(rng) >> 11) + 0.5) / 0x1p53;
}

/* A private value: log-uniform from @lo to @hi. */
u32 exp_value(u64 *rng, u32 lo, u32 hi)
{
	return (u32)lround(lo * pow((double)hi / lo, exp_uniform(rng)));
}
