// SPDX-License-Identifier: GPL-2.0
/*
 * Times of the operations for the comparison of structures; see bench_matrix.h.
 *
 * As many items wait all the time. In a round a random item leaves (expire) and comes back with a
 * new bid (insert), then the winner is taken out (extract) and comes back with a new bid. So who
 * arrives is in the cache, as a task is that was just woken up; who leaves and who wins comes from
 * anywhere. Price updates are timed in rounds of their own, after all that. Repetitions of the
 * structures alternate, so that a noisy moment of the machine meets all of them.
 */
#include "bench_matrix.h"
#include "bench_clock.h"

#include <stdio.h>

#define SAMPLES_MIN 1000
#define LIMIT_NS 60000000
#define WARMUP 2000

static u32 ticks[OPS][MATRIX_SAMPLES];

/**
 * struct contestant - a structure filled with items
 * @book: the structure
 * @self: its instance
 * @bid: of each item
 * @n: number of items
 * @source: bids
 * @rng: random numbers for all else
 * @now_ns: a clock for arrivals, so that the mean wait is 0.2 s
 * @figure: of each operation
 * @longest_ns: longest sample of each operation, in the repetition where it is the shortest
 */
struct contestant {
	const struct bench_book *book;
	void *self;
	u32 *bid;
	u32 n;
	struct bid_source source;
	u64 rng;
	u64 now_ns;
	struct bench_figure figure[OPS];
	double longest_ns[OPS];
};

static void insert(struct contestant *c, u32 i)
{
	c->book->insert(c->self, i, c->bid[i], c->now_ns);
}

/* A new bid for item @i, which does not wait. */
static void bid_again(struct contestant *c, u32 i)
{
	c->bid[i] = next_bid(&c->source);
	c->now_ns += 200000000 / c->n;
}

static void round_timed(struct contestant *c, u32 at)
{
	u32 i = random_below(&c->rng, c->n);
	u64 start = ticks_begin();

	c->book->remove(c->self, i);
	ticks[OP_EXPIRE][at] = (u32)(ticks_end() - start);

	bid_again(c, i);
	start = ticks_begin();
	insert(c, i);
	ticks[OP_INSERT][at] = (u32)(ticks_end() - start);

	start = ticks_begin();
	i = c->book->extract(c->self);
	ticks[OP_EXTRACT][at] = (u32)(ticks_end() - start);
	bid_again(c, i);
	insert(c, i);
}

static void round_untimed(struct contestant *c)
{
	u32 i = random_below(&c->rng, c->n);

	c->book->remove(c->self, i);
	bid_again(c, i);
	insert(c, i);
	i = c->book->extract(c->self);
	bid_again(c, i);
	insert(c, i);
}

/* The new reserve is a bid that waits, or now and then twice that, which few or none will clear. */
static void round_price(struct contestant *c, u32 at)
{
	u32 reserve;
	u64 start;

	round_untimed(c);
	reserve = c->bid[random_below(&c->rng, c->n)] << !random_below(&c->rng, 8);
	start = ticks_begin();
	c->book->price(c->self, reserve);
	ticks[OP_PRICE][at] = (u32)(ticks_end() - start);
	c->book->price(c->self, 0);
}

/* Rounds until there are enough samples or time is up; returns how many. */
static u32 sample(struct contestant *c, void (*round)(struct contestant *c, u32 at))
{
	u64 start_ns = clock_ns();
	u32 i;

	for (i = 0; i < MATRIX_SAMPLES; i++) {
		if (i >= SAMPLES_MIN && i % 64 == 0 && clock_ns() - start_ns > LIMIT_NS)
			break;
		round(c, i);
	}
	return i;
}

/* Rounds that do not count: at least @rounds if time allows. */
static void settle(struct contestant *c, u32 rounds)
{
	u64 start_ns = clock_ns();
	u32 i;

	for (i = 0; i < rounds; i++) {
		round_untimed(c);
		if (i % 64 == 0 && clock_ns() - start_ns > 10ULL * LIMIT_NS)
			break;
	}
}

/* Items arrive in random order, so that neighbours in time are none in memory. */
static void fill(struct contestant *c, const struct bench_book *book, const struct bid_kind *kind,
		 u32 n)
{
	u32 *order = calloc(n, sizeof(*order));
	u32 i;
	int op;

	*c = (struct contestant){ .book = book, .n = n, .now_ns = 1ULL << 40, .rng = n };
	c->source = (struct bid_source){ .kind = kind, .rng = ~n };
	for (op = 0; op < OPS; op++)
		c->figure[op] = (struct bench_figure){ .structure = book->name, .n = n,
						       .op = matrix_ops[op], .bids = kind->name };
	c->self = book->create(n);
	c->bid = calloc(n, sizeof(*c->bid));
	if (!c->self || !c->bid || !order) {
		fprintf(stderr, "bench_matrix: memory: %m\n");
		exit(1);
	}
	for (i = 0; i < n; i++) {
		u32 k = random_below(&c->rng, i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (i = 0; i < n; i++) {
		bid_again(c, order[i]);
		insert(c, order[i]);
	}
	free(order);
	settle(c, 2 * n);
}

/* Takes @nr sorted samples. */
static void keep_raw(const struct matrix *m, const struct contestant *c, int op, int repetition,
		     u32 nr)
{
	double ns_per_tick = m->clock.ns_per_tick;
	u32 i, same;

	fprintf(m->raw, "%s %s %s %u %d", c->book->name, matrix_ops[op], c->source.kind->name,
		c->n, repetition);
	for (i = 0; i < nr; i += same) {
		for (same = 1; i + same < nr && ticks[op][i + same] == ticks[op][i]; same++)
			;
		fprintf(m->raw, " %.0f:%u", ticks[op][i] * ns_per_tick, same);
	}
	fprintf(m->raw, "\n");
}

static void repeat(struct matrix *m, struct contestant *c, int repetition)
{
	u32 nr, nr_price, samples;
	double longest_ns;
	int op;

	settle(c, WARMUP);
	nr = sample(c, round_timed);
	nr_price = sample(c, round_price);
	for (op = 0; op < OPS; op++) {
		struct bench_figure *figure = &c->figure[op];

		samples = op == OP_PRICE ? nr_price : nr;
		figure->samples = repetition ? min(figure->samples, samples) : samples;
		quantiles(ticks[op], samples, m->clock.ns_per_tick, figure, repetition);
		longest_ns = ticks[op][samples - 1] * m->clock.ns_per_tick;
		c->longest_ns[op] = repetition ? min(c->longest_ns[op], longest_ns) : longest_ns;
		keep_raw(m, c, op, repetition, samples);
	}
}

static void count_misses(struct matrix *m, struct contestant *c, double *misses)
{
	u32 i;
	int k;

	for (k = 0; k < MISS_COUNTERS; k++) {
		const struct miss_counter *counter = &m->counter[k];

		if (counter->fd < 0)
			continue;
		settle(c, WARMUP);
		misses_start(counter);
		for (i = 0; i < MATRIX_SAMPLES; i++)
			round_untimed(c);
		misses[k] = (double)misses_stop(counter) / MATRIX_SAMPLES;
		report_point(counter->metric, "misses/round", c->book->name, c->source.kind->name,
			     c->n, NULL, &misses[k], 1);
	}
}

static void report_times(struct matrix *m, struct contestant *c, int kind, int size, int b)
{
	double mean_ns;
	int op;

	for (op = 0; op < OPS; op++) {
		report_add(&c->figure[op], m->ns[kind][size][b][op], &mean_ns);
		report_point("longest", "ns", c->book->name, c->source.kind->name, c->n,
			     matrix_ops[op], &c->longest_ns[op], 1);
		m->mean_ns[kind][size][b][op] = mean_ns - m->clock.mean_ns;
		m->longest_ns[kind][size][b][op] = c->longest_ns[op];
		m->samples[kind][size][b][op] = c->figure[op].samples;
	}
}

/* Times all operations of all structures with one kind of bids, at one size. */
void matrix_time(struct matrix *m, int kind, int size)
{
	struct contestant all[MATRIX_BOOKS];
	int b, r;

	for (b = 0; b < MATRIX_BOOKS; b++)
		fill(&all[b], matrix_books[b], &bid_kinds[kind], matrix_sizes[size]);
	for (r = 0; r < REPETITIONS; r++)
		for (b = 0; b < MATRIX_BOOKS; b++)
			repeat(m, &all[b], r);
	for (b = 0; b < MATRIX_BOOKS; b++) {
		report_times(m, &all[b], kind, size, b);
		count_misses(m, &all[b], m->misses[kind][size][b]);
		all[b].book->destroy(all[b].self);
		free(all[b].bid);
	}
}
