// SPDX-License-Identifier: GPL-2.0
/*
 * What a bid by ring and a look at the price page cost whoever bids and looks, while somebody else
 * is at the other end: a second thread runs the kernel's own consumer of the ring (ring.c) or
 * writer of the page (page.h).
 *
 * ring_bid_p99_ns and price_read_p99_ns are of single operations, the median of an empty region
 * taken off. That clock moves in steps of several ns, too coarse for a median: ring_bid_p50_ns and
 * price_read_p50_ns are of batches of BATCH, divided. The other end is at work every few
 * microseconds, a thousand times as often as the kernel's tick; ..._storm_... is with one that
 * never pauses.
 *
 * The sum of all bids and the members of each price are checked: a lost bid or a torn price fails
 * the bench.
 */
#include "bench_market.h"
#include "bench_clock.h"
#include "bench_report.h"
#include "maxwell_market.h"
#include "page.h"
#include "ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 100000
#define BATCH 16
/* Entries that the kernel takes from a ring at once. */
#define TAKE_MAX 64
#define PAUSES 50
#define PAGE_BYTES 4096
/* Where the kernel puts it too: on a cache line of its own. */
#define ENTRY_OFFSET 64

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
	{ "batch", BATCH, false, "p50" },
	{ "storm", 1, true, "" },
};

static struct mxw_agent agent;
static char ring_bytes[MAXWELL_RING_BYTES] __attribute__((aligned(PAGE_BYTES)));
static char page_bytes[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static u32 ticks[SAMPLES];
static struct bench_clock bench_clock;

/* Each has cache lines of its own: what both look at, and what either thread counts. */
#define OWN_LINES __attribute__((aligned(64)))

static struct OWN_LINES {
	bool stop;
	bool storm;
} shared;
static struct OWN_LINES {
	u32 bids_written;
	u32 prices_torn;
	u32 prices_missed;
} ours;
static struct OWN_LINES {
	struct mx_ring ring;
	u32 bids_seen;
	u32 bids_lost;
} theirs;

static void rest(void)
{
	int i;

	for (i = 0; !shared.storm && i < PAUSES; i++)
		mxw_pause();
}

/* Every bid is one more than the one before. */
static void *consume(void *unused)
{
	struct mx_ring_order order;

	(void)unused;
	while (!READ_ONCE(shared.stop) || READ_ONCE(theirs.ring.header->head) != theirs.ring.tail) {
		u32 nr = mx_ring_begin(&theirs.ring, TAKE_MAX);
		bool any = nr;

		for (; nr; nr--) {
			if (!mx_ring_take(&theirs.ring, &order) ||
			    order.change.bid != theirs.bids_seen)
				theirs.bids_lost++;
			theirs.bids_seen = order.change.bid + 1;
			theirs.ring.taken++;
		}
		if (any)
			mx_ring_end(&theirs.ring);
		rest();
	}
	return NULL;
}

/* All members of an entry are the same number. */
static void *publish(void *unused)
{
	struct maxwell_cpu_prices *at = (void *)(page_bytes + ENTRY_OFFSET);
	u32 seq = at->seq, n = 0;

	(void)unused;
	while (!READ_ONCE(shared.stop)) {
		struct maxwell_cpu_prices entry = {
			.flags = n, .reserve_general = n, .reserve_feeder = n, .price = n,
			.best_bid = n, .queued = n, .load_q8 = n, .local = n, .external = n,
			.gpu = n, .time_ns = n, .reserved2 = n,
		};

		mx_entry_write(at, &seq, &entry);
		n++;
		rest();
	}
	return NULL;
}

/* Not timed: there is to be room, as there is in a ring that is used as it should be. */
static void wait_for_room(u32 bids)
{
	while (agent.head - READ_ONCE(agent.ring->tail) > MAXWELL_RING_ENTRIES - bids)
		mxw_pause();
}

/* Times @nr bids. */
static u32 time_bids(u32 nr)
{
	u64 start;
	u32 i, t;

	wait_for_room(nr);
	start = ticks_begin();
	for (i = 0; i < nr; i++)
		if (mxw_ring_bid(&agent, 0, MAXWELL_BID_GENERAL, ours.bids_written, 0) == 0)
			ours.bids_written++;
	t = (u32)(ticks_end() - start);
	return t;
}

static void check_price(const struct maxwell_cpu_prices *p, int err)
{
	if (err == -EAGAIN)
		ours.prices_missed++;
	else if (err || p->flags != p->reserve_general || p->flags != p->price ||
		 p->flags != p->queued || p->flags != p->gpu || p->flags != p->time_ns ||
		 p->flags != p->reserved2)
		ours.prices_torn++;
}

/* Times @nr looks, at most BATCH. */
static u32 time_prices(u32 nr)
{
	struct maxwell_cpu_prices prices[BATCH];
	int err[BATCH];
	u64 start;
	u32 i, t;

	start = ticks_begin();
	for (i = 0; i < nr; i++)
		err[i] = mxw_price_read(&agent, 0, &prices[i]);
	t = (u32)(ticks_end() - start);
	for (i = 0; i < nr; i++)
		check_price(&prices[i], err[i]);
	return t;
}

/**
 * struct op - something to time
 * @name: what its metrics begin with
 * @other_end: what the second thread does
 * @time: times so many of it
 */
struct op {
	const char *name;
	void *(*other_end)(void *unused);
	u32 (*time)(u32 nr);
};

static const struct op ops[] = {
	{ "ring_bid", consume, time_bids },
	{ "price_read", publish, time_prices },
};

static pthread_t start_other_end(const struct op *op, const cpu_set_t *elsewhere)
{
	pthread_t thread;

	shared.stop = false;
	if (pthread_create(&thread, NULL, op->other_end, NULL)) {
		fprintf(stderr, "bench_market: cannot start a thread\n");
		exit(1);
	}
	if (CPU_COUNT(elsewhere))
		pthread_setaffinity_np(thread, sizeof(*elsewhere), elsewhere);
	return thread;
}

/* @values of the repetitions; sorts them. */
static void report(const struct op *op, const struct variant *variant, const char *quantile,
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
static void measure(const struct op *op, const struct variant *variant, const cpu_set_t *elsewhere)
{
	static const char *const quantile[QUANTILES] = { "p50", "p99", "p999" };
	struct bench_figure figure = {};
	double ns[QUANTILES][REPETITIONS];
	pthread_t thread;
	u32 i;
	int q, r;

	shared.storm = variant->storm;
	thread = start_other_end(op, elsewhere);
	for (r = 0; r < REPETITIONS; r++) {
		for (i = 0; i < SAMPLES; i++)
			ticks[i] = op->time(variant->nr);
		quantiles(ticks, SAMPLES, bench_clock.ns_per_tick, &figure, r);
		for (q = 0; q < QUANTILES; q++)
			ns[q][r] = max(figure.ns[q][r] - bench_clock.median_ns, 0.0) / variant->nr;
	}
	shared.stop = true;
	pthread_join(thread, NULL);
	printf("%-12s %-8s", op->name, variant->name);
	for (q = 0; q < QUANTILES; q++)
		report(op, variant, quantile[q], ns[q]);
	printf("  %.2f-%.2f\n", ns[1][0], ns[1][REPETITIONS - 1]);
	fflush(stdout);
}

static void make_market(void)
{
	struct maxwell_prices *header = (void *)page_bytes;

	*header = (struct maxwell_prices){
		.magic = MAXWELL_PRICES_MAGIC,
		.version = MAXWELL_PRICES_VERSION,
		.total_bytes = PAGE_BYTES,
		.nr_cpus = 1,
		.cpus_offset = ENTRY_OFFSET,
		.entry_bytes = sizeof(struct maxwell_cpu_prices),
	};
	mx_ring_init(&theirs.ring, ring_bytes);
	if (mxw_agent_init(&agent, ring_bytes, page_bytes, sizeof(page_bytes))) {
		fprintf(stderr, "bench_market: the library does not like its own page\n");
		exit(1);
	}
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
	       REPETITIONS, SAMPLES, BATCH);
	printf("%-12s %-8s %8s  %8s  %8s   %s\n", "operation", "", "p50 ns", "p99 ns", "p999 ns",
	       "p99 range");
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		for (v = 0; v < sizeof(variants) / sizeof(variants[0]); v++)
			measure(&ops[i], &variants[v], elsewhere);
	printf("\nbids %u, lost %u; prices torn %u, given up %u\n\n", ours.bids_written,
	       theirs.bids_lost, ours.prices_torn, ours.prices_missed);
}

int main(int argc, char **argv)
{
	cpu_set_t elsewhere;
	bool bad;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_market DIRECTORY\n");
		return 1;
	}
	make_market();
	place(&elsewhere);
	bench_clock = bench_measure_clock(ticks, SAMPLES);
	report_open(&bench_clock, SAMPLES);
	measure_all(&elsewhere);
	merge_gpu(argv[1]);
	merge_auction_overhead(argv[1]);
	bad = theirs.bids_lost || theirs.bids_seen != ours.bids_written || ours.prices_torn;
	if (bad)
		fprintf(stderr, "bench_market: bids were lost or prices torn, see above\n");
	return report_write("bench_market", market_path(argv[1], "market.json")) || bad;
}
