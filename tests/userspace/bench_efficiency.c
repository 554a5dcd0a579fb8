// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation efficiency; see bench_efficiency.h.
 *
 * Time goes in steps. In each some bids arrive, those whose time is over leave, and one auction is
 * held. Bids and the moments at which they leave are the same for every structure, so that the sums
 * they sell can be compared; about n bids wait. A binary heap of the same bids, kept alongside,
 * tells the best that waits.
 */
#include "bench_efficiency.h"

#define AUCTIONS_MIN 20000

/**
 * struct run - one run
 * @source: bids
 * @lives: random numbers for how long bids stay
 * @book: the structure
 * @self: its instance
 * @exact: a heap of the same bids
 * @bid: of each place
 * @next: of those that leave in the same step, the next; places, plus 1
 * @leaving: first that leaves in each step of the ring
 * @waits: whether a place waits
 * @life_max: longest stay, in steps
 * @places: enough that a place is free again before it comes round
 * @arrived: bids so far
 * @waiting: how many wait
 */
struct run {
	struct bid_source source;
	u64 lives;
	const struct bench_book *book;
	void *self;
	void *exact;
	u32 *bid;
	u32 *next;
	u32 *leaving;
	bool *waits;
	u32 life_max;
	u32 places;
	u32 arrived;
	u32 waiting;
};

static void clear(struct run *run)
{
	if (run->self)
		run->book->destroy(run->self);
	if (run->exact)
		bench_heap.destroy(run->exact);
	free(run->bid);
	free(run->next);
	free(run->leaving);
	free(run->waits);
}

static bool prepare(struct run *run, const struct bench_book *book, const struct bid_kind *kind,
		    u32 n, u32 seed)
{
	*run = (struct run){
		.source = { .kind = kind, .rng = seed },
		.lives = ~seed,
		.book = book,
		/* A stay of n / (arrivals - 1) steps in the mean keeps about n waiting. */
		.life_max = max(2 * n / (kind->arrivals - 1), 1U),
	};
	run->places = n + kind->arrivals * (run->life_max + 2);
	run->self = book->create(run->places);
	run->exact = bench_heap.create(run->places);
	run->bid = calloc(run->places, sizeof(*run->bid));
	run->next = calloc(run->places, sizeof(*run->next));
	run->leaving = calloc(run->life_max + 1, sizeof(*run->leaving));
	run->waits = calloc(run->places, sizeof(*run->waits));
	return run->self && run->exact && run->bid && run->next && run->leaving && run->waits;
}

static void arrive(struct run *run, u32 step)
{
	u32 place = run->arrived++ % run->places;
	u32 life = 1 + random_below(&run->lives, run->life_max);
	u32 *leaving = &run->leaving[(step + life) % (run->life_max + 1)];

	run->bid[place] = next_bid(&run->source);
	run->book->insert(run->self, place, run->bid[place], step);
	bench_heap.insert(run->exact, place, run->bid[place], step);
	run->waits[place] = true;
	run->waiting++;
	run->next[place] = *leaving;
	*leaving = place + 1;
}

static void leave(struct run *run, u32 step)
{
	u32 *leaving = &run->leaving[step % (run->life_max + 1)];
	u32 next;

	for (next = *leaving; next; next = run->next[next - 1]) {
		if (!run->waits[next - 1])
			continue;
		run->book->remove(run->self, next - 1);
		bench_heap.remove(run->exact, next - 1);
		run->waits[next - 1] = false;
		run->waiting--;
	}
	*leaving = 0;
}

static void auction(struct run *run, struct efficiency *result)
{
	double best = run->bid[bench_heap.price(run->exact, 0)], ratio;
	u32 winner = run->book->extract(run->self);

	bench_heap.remove(run->exact, winner);
	run->waits[winner] = false;
	run->waiting--;
	ratio = run->bid[winner] / best;
	result->sold += run->bid[winner];
	result->best_ratio += ratio;
	result->worst_ratio = min(result->worst_ratio, ratio);
	result->auctions++;
}

/* About @n bids wait; the same @seed brings the same bids. Returns false without memory. */
bool measure_efficiency(const struct bench_book *book, const struct bid_kind *kind, u32 n,
			u32 seed, struct efficiency *result)
{
	struct run run;
	bool ok = prepare(&run, book, kind, n, seed);
	u32 steps = max(run.life_max, (u32)AUCTIONS_MIN), step, i;

	*result = (struct efficiency){ .worst_ratio = 1 };
	for (i = 0; ok && i < n; i++)
		arrive(&run, 0);
	for (step = 1; ok && step <= steps; step++) {
		leave(&run, step);
		for (i = 0; i < kind->arrivals; i++)
			arrive(&run, step);
		auction(&run, result);
	}
	clear(&run);
	if (ok)
		result->best_ratio /= result->auctions;
	return ok;
}
