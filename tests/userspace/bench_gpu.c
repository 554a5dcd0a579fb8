// SPDX-License-Identifier: GPL-2.0
/*
 * Bench of the auction of a GPU: from the end of a lease to the next one. The holder is charged and
 * leaves, a new request is put into the book, the auction is held, and the winner's price is set.
 *
 * As many requests wait all the time as the column says, of a hundred wallets, with bids spread
 * evenly over the octaves. "market": waits are short, and the dearest bid wins. "overdue": a lease
 * takes 20 ms, so with many waiting each auction finds a wait that is too long and ends it.
 *
 * Usage: bench_gpu FILE		where the JSON goes
 */
#include "bench_book.h"
#include "bench_clock.h"
#include "bench_machine.h"
#include "bench_report.h"
#include "common.h"
#include "gpuplane.h"

#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 50000
#define WARMUP 10000
#define MAX_BID_BITS 24
#define WALLETS 100
#define LEASE_NS 20000000ULL

static const u32 sizes[] = { 10, 100, 1000, 10000 };

static u32 ticks[SAMPLES];
static u64 rng_state = 30;

/**
 * struct setup - a GPU with requests waiting
 * @gpu: the GPU
 * @claim: one for each that waits, one that holds, and one that is about to ask
 * @idle: the latter
 * @now_ns: the time
 * @step_ns: time from one auction to the next
 */
struct setup {
	struct mx_gpuplane gpu;
	struct mx_claim *claim;
	struct mx_claim *idle;
	u64 now_ns;
	u64 step_ns;
};

static u32 random_below(u32 below)
{
	return (u32)((rng_next(&rng_state) >> 32) * below >> 32);
}

static u32 random_bid(void)
{
	u32 bid = (u32)(rng_next(&rng_state) >> (64 - MAX_BID_BITS));

	return 1 + (bid >> random_below(MAX_BID_BITS));
}

static void ask(struct setup *s, struct mx_claim *c, u32 bid, u16 tag)
{
	mx_gpuplane_ask(&s->gpu, c, bid, tag, LEASE_NS, s->now_ns);
}

static void fill(struct setup *s, u32 n, u64 step_ns)
{
	struct mx_gpu_step step;
	u32 i;

	s->claim = bench_alloc(n + 2, sizeof(*s->claim));
	if (!s->claim) {
		perror("bench_gpu: memory");
		exit(1);
	}
	s->now_ns = 1ULL << 40;
	s->step_ns = step_ns;
	s->idle = &s->claim[n + 1];
	mx_gpuplane_init(&s->gpu, s->now_ns);
	mx_gpuplane_tune(&s->gpu, 10, 20, 5, 50);
	for (i = 0; i <= n; i++) {
		ask(s, &s->claim[i], random_bid(), 1 + random_below(WALLETS));
		mx_gpuplane_step(&s->gpu, s->now_ns, &step);
		s->now_ns += step_ns;
	}
}

/* The sum of charges keeps the compiler from leaving them out. */
static u64 sample(struct setup *s, u32 *taken)
{
	struct mx_claim *holder = s->gpu.holder, *asker = s->idle;
	u32 bid = random_bid(), tag = 1 + random_below(WALLETS);
	struct mx_gpu_step step;
	u64 start, cost_nanocents;

	s->now_ns += s->step_ns;
	/* Nobody is left without a turn only because all bids are below the reserve. */
	bid = max(bid, 10);
	start = ticks_begin();
	cost_nanocents = mx_gpuplane_end(&s->gpu, holder, s->now_ns);
	ask(s, asker, bid, (u16)tag);
	mx_gpuplane_step(&s->gpu, s->now_ns, &step);
	*taken = (u32)(ticks_end() - start);
	if (!step.granted) {
		fprintf(stderr, "bench_gpu: an auction without a winner\n");
		exit(1);
	}
	s->idle = holder;
	return cost_nanocents;
}

/* Adds the figures and returns the medians of p50 and p99. */
static void bench(const char *op, u32 n, u64 step_ns, double ns_per_tick, double *p50, double *p99)
{
	struct bench_figure figure = { .structure = "gpu", .op = op, .n = n };
	static struct setup s;
	u64 sum = 0;
	int r, i;

	fill(&s, n, step_ns);
	for (i = 0; i < WARMUP; i++)
		sum += sample(&s, &ticks[i]);
	for (r = 0; r < REPETITIONS; r++) {
		for (i = 0; i < SAMPLES; i++)
			sum += sample(&s, &ticks[i]);
		quantiles(ticks, SAMPLES, ns_per_tick, &figure, r);
	}
	free(s.claim);
	if (!sum)
		fprintf(stderr, "bench_gpu: nobody was charged\n");
	report_figure(&figure);
	/* Sorted by now. */
	*p50 = max(*p50, figure.ns[0][REPETITIONS / 2]);
	*p99 = max(*p99, figure.ns[1][REPETITIONS / 2]);
}

int main(int argc, char **argv)
{
	double p50 = 0, p99 = 0;
	struct bench_clock clock;
	size_t k;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_gpu FILE\n");
		return 1;
	}
	bench_pin("bench_gpu");
	clock = bench_measure_clock(ticks, SAMPLES);
	report_start(&clock, SAMPLES);
	for (k = 0; k < ARRAY_SIZE(sizes); k++)
		bench("market", sizes[k], 200000000 / sizes[k], clock.ns_per_tick, &p50, &p99);
	for (k = 0; k < ARRAY_SIZE(sizes); k++)
		bench("overdue", sizes[k], LEASE_NS, clock.ns_per_tick, &p50, &p99);
	printf("\ndearest row: p50 %.1f ns, p99 %.1f ns\n", p50, p99);
	report_point("gpu_auction_p50_ns", "ns", NULL, NULL, 0, NULL, &p50, 1);
	report_point("gpu_auction_p99_ns", "ns", NULL, NULL, 0, NULL, &p99, 1);
	return report_write("bench_gpu", argv[1]) ? 1 : 0;
}
