// SPDX-License-Identifier: GPL-2.0
/*
 * Table and JSON of the bench; see bench_report.h.
 */
#include "bench_report.h"
#include "bench_clock.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const quantile_name[QUANTILES] = { "p50", "p99", "p999" };
static const double quantile_rank[QUANTILES] = { 0.5, 0.99, 0.999 };

static json_t *objects;
static struct bench_clock bench_clock;
static u32 nr_samples;

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts @ticks. */
void quantiles(u32 *ticks, u32 nr, double ns_per_tick, struct bench_figure *figure,
	       int repetition)
{
	u32 kept = (u32)(quantile_rank[1] * nr), i;
	double sum = 0;
	int q;

	qsort(ticks, nr, sizeof(*ticks), compare_u32);
	for (i = 0; i < kept; i++)
		sum += ticks[i];
	figure->mean_ns[repetition] = sum / kept * ns_per_tick;
	for (q = 0; q < QUANTILES; q++)
		figure->ns[q][repetition] = ticks[(u32)(quantile_rank[q] * nr)] * ns_per_tick;
}

static json_t *new_object(const char *metric, const char *unit, double value)
{
	return json_pack("{s:s, s:f, s:s, s:s, s:s}", "metric", metric, "value", value,
			 "unit", unit, "machine", bench_machine(), "clock", BENCH_CLOCK);
}

void report_open(const struct bench_clock *clock, u32 samples)
{
	bench_clock = *clock;
	nr_samples = samples;
	objects = json_array();
}

void report_start(const struct bench_clock *clock, u32 samples)
{
	report_open(clock, samples);
	printf("machine: %s\n", bench_machine());
	printf("clock: %s; an empty region takes %.1f ns (median; mean %.1f), steps of %.2f ns\n",
	       BENCH_CLOCK, clock->median_ns, clock->mean_ns, clock->step_ns);
	printf("p50, p99, p999: median of %d repetitions of %u samples, clock included\n",
	       REPETITIONS, samples);
	printf("net: without it; mean: of samples up to p99; range: over repetitions\n\n");
	printf("%-8s %-15s %7s %7s %7s %7s %9s %9s  %s\n", "book", "operation", "waiting", "p50 ns",
	       "p99 ns", "p999 ns", "mean net", "p99 net", "p99 range");
}

/* Sorts @values, the results of the repetitions, and adds an object with their median. */
static double add_object(const struct bench_figure *figure, const char *metric, double *values,
			 double clock_ns)
{
	u32 samples = figure->samples ? figure->samples : nr_samples;
	json_t *object;
	double median;

	qsort(values, REPETITIONS, sizeof(*values), compare_double);
	median = values[REPETITIONS / 2];
	object = new_object(metric, "ns", median);
	json_object_set_new(object, "structure", json_string(figure->structure));
	json_object_set_new(object, "op", json_string(figure->op));
	json_object_set_new(object, "n", json_integer(figure->n));
	if (figure->bids)
		json_object_set_new(object, "bids", json_string(figure->bids));
	json_object_set_new(object, "net", json_real(median - clock_ns));
	json_object_set_new(object, "clock_overhead", json_real(clock_ns));
	json_object_set_new(object, "min", json_real(values[0]));
	json_object_set_new(object, "max", json_real(values[REPETITIONS - 1]));
	json_object_set_new(object, "repetitions", json_integer(REPETITIONS));
	json_object_set_new(object, "samples", json_integer(samples));
	json_array_append_new(objects, object);
	return median;
}

/*
 * Sorts the results of the repetitions, adds their objects, and writes the median of each quantile
 * and of the mean.
 */
void report_add(struct bench_figure *figure, double *median_ns, double *mean_ns)
{
	int q;

	for (q = 0; q < QUANTILES; q++)
		median_ns[q] = add_object(figure, quantile_name[q], figure->ns[q],
					  bench_clock.median_ns);
	*mean_ns = add_object(figure, "mean", figure->mean_ns, bench_clock.mean_ns);
}

/* As report_add(), and prints a row of the table. */
void report_figure(struct bench_figure *figure)
{
	double ns[QUANTILES], mean_ns;

	report_add(figure, ns, &mean_ns);
	printf("%-8s %-15s %7u %7.1f %7.1f %7.1f %9.1f %9.1f  %.1f-%.1f\n", figure->structure,
	       figure->op, figure->n, ns[0], ns[1], ns[2], mean_ns - bench_clock.mean_ns,
	       ns[1] - bench_clock.median_ns, figure->ns[1][0], figure->ns[1][REPETITIONS - 1]);
	fflush(stdout);
}

/* A figure of a structure that does not depend on the number of items. */
void report_value(const char *metric, const char *unit, const char *structure, double value)
{
	json_t *object = new_object(metric, unit, value);

	json_object_set_new(object, "structure", json_string(structure));
	json_array_append_new(objects, object);
	printf("%-8s %-24s %6.0f %s\n", structure, metric, value, unit);
}

/*
 * The median of @values, and their range if there is more than one; sorts them. @structure, @bids,
 * @op (NULL) and @n (0) may be left out.
 */
void report_point(const char *metric, const char *unit, const char *structure, const char *bids,
		  u32 n, const char *op, double *values, int nr)
{
	json_t *object;

	qsort(values, nr, sizeof(*values), compare_double);
	object = new_object(metric, unit, values[nr / 2]);
	if (structure)
		json_object_set_new(object, "structure", json_string(structure));
	if (bids)
		json_object_set_new(object, "bids", json_string(bids));
	if (n)
		json_object_set_new(object, "n", json_integer(n));
	if (op)
		json_object_set_new(object, "op", json_string(op));
	if (nr > 1) {
		json_object_set_new(object, "min", json_real(values[0]));
		json_object_set_new(object, "max", json_real(values[nr - 1]));
		json_object_set_new(object, "repetitions", json_integer(nr));
	}
	json_array_append_new(objects, object);
}

int report_write(const char *program, const char *path)
{
	int rc = json_dump_file(objects, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6));

	if (rc)
		fprintf(stderr, "%s: cannot write %s\n", program, path);
	else
		printf("\nwritten to %s\n", path);
	json_decref(objects);
	return rc;
}
