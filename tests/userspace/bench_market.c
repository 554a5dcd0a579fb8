// SPDX-License-Identifier: GPL-2.0
/*
 * What a bid by ring and a look at the price page cost whoever bids and looks, while somebody else
 * is at the other end, see bench_market_ends.c.
 *
 * ring_bid_p99_ns and price_read_p99_ns are of single operations, the median of an empty region
 * taken off. That clock moves in steps of several ns, too coarse for a median: ring_bid_p50_ns and
 * price_read_p50_ns are of batches of MARKET_BATCH, divided. The other end is at work every few
 * microseconds, a thousand times as often as the kernel's tick; ..._storm_... is with one that
 * never pauses.
 *
 * The sum of all bids and the members of each price are checked: a lost bid or a torn price fails
 * the bench.
 */
#include "bench_market.h"
#include "bench_clock.h"
#include "bench_report.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 100000

/**
 * struct variant - a way to time something
 * @name: of it
 * @nr: how much is timed at once
 * @storm: the other end never pauses
 * @plain: the quantile that goes by the operation's name alone
 */
struct variant {
	const char *name;
	u32 nr;
	bool storm;
	const char *plain;
};

static const struct variant variants[] = {
	{ "single", 1, false, "p99" },
	{ "batch", MARKET_BATCH, false, "p50" },
	{ "storm", 1, true, "" },
};

static u32 ticks[SAMPLES];
static struct bench_clock bench_clock;

static pthread_t start_other_end(const struct market_op *op, const cpu_set_t *elsewhere)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, op->other_end, NULL)) {
		fprintf(stderr, "bench_market: cannot start a thread\n");
		exit(1);
	}
	if (CPU_COUNT(elsewhere))
		pthread_setaffinity_np(thread, sizeof(*elsewhere), elsewhere);
	return thread;
}

/* @values of the repetitions; sorts them. */
static void report(const struct market_op *op, const struct variant *variant, const char *quantile,
		   double *values)
{
	bool plain = !strcmp(quantile, variant->plain);
	char metric[64];

	snprintf(metric, sizeof(metric), "%s%s%s_%s_ns", op->name, plain ? "" : "_",
		 plain ? "" : variant->name, quantile);
	report_point(metric, "ns", NULL, NULL, 0, NULL, values, REPETITIONS);
	printf(" %8.2f%c", values[REPETITIONS / 2], plain ? '*' : ' ');
}

/* Quantiles of one operation, the clock's own share taken off. */
static void measure(const struct market_op *op, const struct variant *variant,
		    const cpu_set_t *elsewhere)
{
	static const char *const quantile[QUANTILES] = { "p50", "p99", "p999" };
	struct bench_figure figure = {};
	double ns[QUANTILES][REPETITIONS];
	pthread_t thread;
	u32 i;
	int q, r;

	market_start(variant->storm);
	thread = start_other_end(op, elsewhere);
	for (r = 0; r < REPETITIONS; r++) {
		for (i = 0; i < SAMPLES; i++)
			ticks[i] = op->time(variant->nr);
		quantiles(ticks, SAMPLES, bench_clock.ns_per_tick, &figure, r);
		for (q = 0; q < QUANTILES; q++)
			ns[q][r] = max(figure.ns[q][r] - bench_clock.median_ns, 0.0) / variant->nr;
	}
	market_stop();
	pthread_join(thread, NULL);
	printf("%-12s %-8s", op->name, variant->name);
	for (q = 0; q < QUANTILES; q++)
		report(op, variant, quantile[q], ns[q]);
	printf("  %.2f-%.2f\n", ns[1][0], ns[1][REPETITIONS - 1]);
	fflush(stdout);
}

/* We stay where we are, the other end goes anywhere else. */
static void place(cpu_set_t *elsewhere)
{
	sched_getaffinity(0, sizeof(*elsewhere), elsewhere);
	bench_pin("bench_market");
	CPU_CLR(sched_getcpu(), elsewhere);
	if (!CPU_COUNT(elsewhere))
		printf("There is but one CPU: both ends take turns on it.\n");
}

static void measure_all(const cpu_set_t *elsewhere)
{
	size_t i, v;

	printf("machine: %s, load %.1f\n", bench_machine(), bench_load_average());
	printf("clock: %s; an empty region takes %.1f ns, which are taken off; steps of %.2f ns\n",
	       BENCH_CLOCK, bench_clock.median_ns, bench_clock.step_ns);
	printf("median of %d repetitions of %d samples; batch: of %d, divided; storm: single, the "
	       "other end never pauses; *: the figure to go by\n\n",
	       REPETITIONS, SAMPLES, MARKET_BATCH);
	printf("%-12s %-8s %8s  %8s  %8s   %s\n", "operation", "", "p50 ns", "p99 ns", "p999 ns",
	       "p99 range");
	for (i = 0; i < MARKET_OPS; i++)
		for (v = 0; v < sizeof(variants) / sizeof(variants[0]); v++)
			measure(&market_ops[i], &variants[v], elsewhere);
}

int main(int argc, char **argv)
{
	cpu_set_t elsewhere;
	bool bad;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_market DIRECTORY\n");
		return 1;
	}
	if (!market_open()) {
		fprintf(stderr, "bench_market: the library does not like its own page\n");
		return 1;
	}
	place(&elsewhere);
	bench_clock = bench_measure_clock(ticks, SAMPLES);
	report_open(&bench_clock, SAMPLES);
	measure_all(&elsewhere);
	bad = !market_was_right();
	merge_gpu(argv[1]);
	merge_auction_overhead(argv[1]);
	if (bad)
		fprintf(stderr, "bench_market: bids were lost or prices torn, see above\n");
	return report_write("bench_market", market_path(argv[1], "market.json")) || bad;
}
