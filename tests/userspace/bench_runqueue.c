// SPDX-License-Identifier: GPL-2.0
/*
 * Bench of the order book's operations, beside a binary heap and a red-black tree.
 *
 * The number of waiting items stays the same, and so does the distribution of their bids: before
 * each sample a random item leaves and gets a new random bid; it is inserted (timed), then the
 * winner is extracted (timed) and waits again, behind its equals. So the inserted item is in the
 * cache, as a task is that was just woken up, while winners and neighbours come from anywhere.
 *
 * Usage: bench_runqueue FILE		where the JSON goes
 */
#include "bench_book.h"
#include "bench_clock.h"
#include "bench_machine.h"
#include "bench_report.h"
#include "common.h"
#include "runqueue.h"

#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 100000
#define WARMUP 10000
#define MAX_BID_BITS 24

static const struct bench_book *const books[] = { &bench_buckets, &bench_heap, &bench_rbtree };
static const u32 sizes[] = { 10, 100, 1000, 10000, 100000 };

static u32 ticks_a[SAMPLES], ticks_b[SAMPLES];
static u64 rng_state = 20;
static double ns_per_tick;

/**
 * struct setup - a structure filled with items
 * @book: the structure
 * @self: its instance
 * @bid: of each item
 * @n: number of items
 * @now_ns: a clock for arrivals, so that the mean wait is 0.2 s
 */
struct setup {
	const struct bench_book *book;
	void *self;
	u32 *bid;
	u32 n;
	u64 now_ns;
};

static u32 random_below(u32 below)
{
	return (u32)((rng_next(&rng_state) >> 32) * below >> 32);
}

/* Bids spread evenly over the octaves, so that all buckets are in use. */
static u32 random_bid(void)
{
	u32 bid = (u32)(rng_next(&rng_state) >> (64 - MAX_BID_BITS));

	return 1 + (bid >> random_below(MAX_BID_BITS));
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void fill(struct setup *s, const struct bench_book *book, u32 n)
{
	u32 *order = calloc(n, sizeof(*order));
	u32 i;

	*s = (struct setup){ .book = book, .n = n, .now_ns = 1ULL << 40 };
	s->self = book->create(n);
	s->bid = calloc(n, sizeof(*s->bid));
	if (!s->self || !s->bid || !order)
		die("bench_runqueue: memory");
	for (i = 0; i < n; i++) {
		u32 k = random_below(i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (i = 0; i < n; i++) {
		s->bid[order[i]] = random_bid();
		s->now_ns += 400000000 / n;
		book->insert(s->self, order[i], s->bid[order[i]], s->now_ns);
	}
	free(order);
}

static void clear(struct setup *s)
{
	s->book->destroy(s->self);
	free(s->bid);
}

/* A random item leaves, to come back with another bid. */
static u32 take_any(struct setup *s)
{
	u32 i = random_below(s->n);

	s->book->remove(s->self, i);
	s->bid[i] = random_bid();
	s->now_ns += 400000000 / s->n;
	return i;
}

static void put_back(struct setup *s, u32 i)
{
	s->book->insert(s->self, i, s->bid[i], s->now_ns);
}

/* One sample of insert and extract, timed apart. */
static void sample_apart(struct setup *s, u32 *insert_ticks, u32 *extract_ticks)
{
	u32 i = take_any(s), bid = s->bid[i];
	u64 start = ticks_begin();

	s->book->insert(s->self, i, bid, s->now_ns);
	*insert_ticks = (u32)(ticks_end() - start);

	start = ticks_begin();
	i = s->book->extract(s->self);
	*extract_ticks = (u32)(ticks_end() - start);
	put_back(s, i);
}

/* One sample of insert and extract, timed together. */
static void sample_together(struct setup *s, u32 *ticks)
{
	u32 i = take_any(s), bid = s->bid[i];
	u64 start = ticks_begin();

	s->book->insert(s->self, i, bid, s->now_ns);
	i = s->book->extract(s->self);
	*ticks = (u32)(ticks_end() - start);
	put_back(s, i);
}

/* One sample of the whole auction. */
static void sample_auction(struct setup *s, u32 *ticks)
{
	u32 i = take_any(s);
	u64 start;

	put_back(s, i);
	start = ticks_begin();
	i = s->book->auction(s->self, s->now_ns);
	*ticks = (u32)(ticks_end() - start);
	put_back(s, i);
}

static void bench(const struct bench_book *book, u32 n)
{
	struct bench_figure insert = { .structure = book->name, .op = "insert", .n = n };
	struct bench_figure extract = { .structure = book->name, .op = "extract", .n = n };
	struct bench_figure both = { .structure = book->name, .op = "insert+extract", .n = n };
	struct bench_figure auction = { .structure = book->name, .op = "auction", .n = n };
	struct setup s;
	int r, i;

	fill(&s, book, n);
	for (i = 0; i < WARMUP; i++)
		sample_apart(&s, &ticks_a[i], &ticks_b[i]);
	for (r = 0; r < REPETITIONS; r++) {
		for (i = 0; i < SAMPLES; i++)
			sample_apart(&s, &ticks_a[i], &ticks_b[i]);
		quantiles(ticks_a, SAMPLES, ns_per_tick, &insert, r);
		quantiles(ticks_b, SAMPLES, ns_per_tick, &extract, r);
		for (i = 0; i < SAMPLES; i++)
			sample_together(&s, &ticks_a[i]);
		quantiles(ticks_a, SAMPLES, ns_per_tick, &both, r);
		for (i = 0; book->auction && i < SAMPLES; i++)
			sample_auction(&s, &ticks_a[i]);
		if (book->auction)
			quantiles(ticks_a, SAMPLES, ns_per_tick, &auction, r);
	}
	clear(&s);
	report_figure(&insert);
	report_figure(&extract);
	report_figure(&both);
	if (book->auction)
		report_figure(&auction);
}

/*
 * Time of one load from an item in random order, as many items as wait: what the memory of this
 * machine asks for touching a single item at that size. It is the floor under the figures above.
 */
static void bench_load(u32 n)
{
	struct bench_figure load = { .structure = "array", .op = "load", .n = n };
	struct mx_node *node = bench_alloc(n, sizeof(*node));
	u32 sum = 0;
	int r, i;

	if (!node)
		die("bench_runqueue: memory");
	for (r = 0; r < REPETITIONS; r++) {
		for (i = 0; i < SAMPLES; i++) {
			u32 at = random_below(n);
			u64 start = ticks_begin();

			sum += READ_ONCE(node[at].bid);
			ticks_a[i] = (u32)(ticks_end() - start);
		}
		quantiles(ticks_a, SAMPLES, ns_per_tick, &load, r);
	}
	free(node);
	if (!sum)
		report_figure(&load);
}

int main(int argc, char **argv)
{
	struct bench_clock clock;
	size_t b, k;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_runqueue FILE\n");
		return 1;
	}
	bench_pin("bench_runqueue");
	clock = bench_measure_clock(ticks_a, SAMPLES);
	ns_per_tick = clock.ns_per_tick;
	report_start(&clock, SAMPLES);
	for (b = 0; b < ARRAY_SIZE(books); b++)
		for (k = 0; k < ARRAY_SIZE(sizes); k++)
			bench(books[b], sizes[k]);
	for (k = 0; k < ARRAY_SIZE(sizes); k++)
		bench_load(sizes[k]);
	printf("\n");
	for (b = 0; b < ARRAY_SIZE(books); b++) {
		report_value("bytes_per_waiting_task", "bytes", books[b]->name,
			     (double)books[b]->item_bytes);
		report_value("bytes_per_cpu", "bytes", books[b]->name,
			     (double)books[b]->fixed_bytes);
	}
	return report_write("bench_runqueue", argv[1]) ? 1 : 0;
}
