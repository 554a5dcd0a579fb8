// SPDX-License-Identifier: GPL-2.0
/*
 * The structures that the benches compare, each beside a plain list that is searched from end to
 * end: whatever a comparison says, it compares structures that work.
 */
#include "bench_book.h"
#include "harness.h"
#include "runqueue.h"

#define ITEMS_MAX 300
#define ROUNDS 20000

/**
 * struct reference - who waits, in order of arrival
 * @book: structure under test
 * @self: its instance
 * @n: items that there are
 * @bid: of each
 * @waits: whether each waits
 * @order: items that wait, the first to arrive first
 * @nr: of @order
 */
struct reference {
	const struct bench_book *book;
	void *self;
	u32 n;
	u32 bid[ITEMS_MAX];
	bool waits[ITEMS_MAX];
	u32 order[ITEMS_MAX];
	u32 nr;
};

static void insert(struct reference *r, u32 item, u32 bid)
{
	r->bid[item] = bid;
	r->waits[item] = true;
	r->order[r->nr++] = item;
	r->book->insert(r->self, item, bid, r->nr);
}

static void forget(struct reference *r, u32 item)
{
	u32 i;

	for (i = 0; r->order[i] != item; i++)
		;
	memmove(&r->order[i], &r->order[i + 1], (r->nr - i - 1) * sizeof(r->order[0]));
	r->nr--;
	r->waits[item] = false;
}

/* The dearest that waits, of equals the first to arrive; @rank maps a bid to what counts. */
static u32 dearest(const struct reference *r, u32 (*rank)(u32 bid))
{
	u32 best = r->order[0], i;

	for (i = 1; i < r->nr; i++) {
		if (rank(r->bid[r->order[i]]) > rank(r->bid[best]))
			best = r->order[i];
	}
	return best;
}

static u32 rank_exact(u32 bid)
{
	return bid;
}

static u32 rank_bucket(u32 bid)
{
	return mx_bucket(bid);
}

static void winner_is_exact(const struct reference *r, u32 winner)
{
	CHECK_EQ(winner, dearest(r, rank_exact));
}

static void winner_is_first_of_bucket(const struct reference *r, u32 winner)
{
	CHECK_EQ(winner, dearest(r, rank_bucket));
}

/* No more than an eighth below the best. */
static void winner_is_close(const struct reference *r, u32 winner)
{
	u64 best = r->bid[dearest(r, rank_exact)];

	CHECK(winner < r->n && r->waits[winner], "%u does not wait", winner);
	CHECK(best <= (u64)r->bid[winner] + r->bid[winner] / 8, "bid %u, best %llu",
	      r->bid[winner], (unsigned long long)best);
}

static void winner_waits(const struct reference *r, u32 winner)
{
	CHECK(winner < r->n && r->waits[winner], "%u does not wait", winner);
}

/* Few different bids, so that many are equal, or bids of all magnitudes. */
static u32 any_bid(bool few)
{
	return few ? 1 + (u32)test_random_below(8) * 13 : test_random_u32_log() >> 1;
}

static u32 any_waiting(const struct reference *r)
{
	return r->order[test_random_below(r->nr)];
}

typedef void check_winner(const struct reference *r, u32 winner);

static void check_price(struct reference *r, check_winner *check)
{
	u32 reserve = test_random_below(2) ? any_bid(false) : r->nr ? r->bid[any_waiting(r)] : 1;
	u32 found = r->book->price(r->self, reserve);
	/* Two of them are exact to an eighth only, and the probabilistic one may find nobody. */
	u64 slack = check == winner_is_exact ? 0 : reserve / 8;
	u32 i;

	if (found != BENCH_NONE) {
		check(r, found);
		CHECK(r->bid[found] + slack >= reserve, "bid %u, reserve %u", r->bid[found],
		      reserve);
	} else if (check != winner_waits) {
		for (i = 0; i < r->nr; i++)
			CHECK(r->bid[r->order[i]] < (u64)reserve + max(slack, (u64)1),
			      "bid %u, reserve %u", r->bid[r->order[i]], reserve);
	}
	/* The reserve is off again, so everybody clears it. */
	found = r->book->price(r->self, 0);
	CHECK_EQ(found == BENCH_NONE, !r->nr);
}

/* Random steps; the number that wait drifts up and down between none and all. */
static void step(struct reference *r, check_winner *check, bool few, bool filling)
{
	u32 item = (u32)test_random_below(r->n);
	u32 winner;

	switch (test_random_below(filling ? 8 : 5)) {
	case 0:
		if (!r->nr)
			return;
		item = any_waiting(r);
		r->book->remove(r->self, item);
		forget(r, item);
		return;
	case 1:
	case 2:
		if (!r->nr)
			return;
		winner = r->book->extract(r->self);
		check(r, winner);
		forget(r, winner);
		return;
	case 3:
		check_price(r, check);
		return;
	default:
		if (!r->waits[item])
			insert(r, item, any_bid(few));
	}
}

static void run(const struct bench_book *book, check_winner *check, u32 n, bool few)
{
	struct reference r = { .book = book, .self = book->create(n), .n = n };
	int i;

	CHECK(r.self, "no memory");
	for (i = 0; i < ROUNDS; i++)
		step(&r, check, few, i / 2000 % 2 == 0);
	while (r.nr) {
		u32 winner = book->extract(r.self);

		check(&r, winner);
		forget(&r, winner);
	}
	CHECK_EQ(book->price(r.self, 0), BENCH_NONE);
	book->destroy(r.self);
}

static void run_all(const struct bench_book *book, check_winner *check)
{
	static const u32 sizes[] = { 1, 2, 10, 100, ITEMS_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		run(book, check, sizes[i], false);
		run(book, check, sizes[i], true);
	}
}

static void buckets_are_first_come_in_the_dearest(void)
{
	run_all(&bench_buckets, winner_is_first_of_bucket);
}

static void heap_is_exact(void)
{
	run_all(&bench_heap, winner_is_exact);
}

static void rbtree_is_exact(void)
{
	run_all(&bench_rbtree, winner_is_exact);
}

static void skiplist_is_exact(void)
{
	run_all(&bench_skiplist, winner_is_exact);
}

static void tournament_is_exact(void)
{
	run_all(&bench_tournament, winner_is_exact);
}

static void lazy_is_within_an_eighth(void)
{
	run_all(&bench_lazy, winner_is_close);
}

static void prob_returns_one_that_waits(void)
{
	run_all(&bench_prob, winner_waits);
}

static u32 dearer_than(const struct reference *r, u32 bid)
{
	u32 dearer = 0, i;

	for (i = 0; i < r->nr; i++)
		dearer += r->bid[r->order[i]] > bid;
	return dearer;
}

/*
 * The bound: a winner outside the dearest quarter once in a hundred auctions at most. All arrive
 * before the first auction, so that the champions are soon used up and the sample has to do. Of
 * 30,000 auctions 300 would be that; 420 are seven standard deviations away.
 */
static void prob_keeps_its_bound(void)
{
	struct reference r = { .book = &bench_prob, .n = ITEMS_MAX };
	u32 outside = 0, round, i;

	r.self = r.book->create(r.n);
	CHECK(r.self, "no memory");
	for (round = 0; round < 100; round++) {
		for (i = 0; i < r.n; i++)
			insert(&r, i, any_bid(false));
		while (r.nr) {
			u32 winner = r.book->extract(r.self);

			outside += dearer_than(&r, r.bid[winner]) * 4 > r.nr;
			forget(&r, winner);
		}
	}
	r.book->destroy(r.self);
	CHECK(outside < 420, "%u of 30000", outside);
}

static const struct test_case cases[] = {
	{ "buckets_are_first_come_in_the_dearest", buckets_are_first_come_in_the_dearest },
	{ "heap_is_exact", heap_is_exact },
	{ "rbtree_is_exact", rbtree_is_exact },
	{ "skiplist_is_exact", skiplist_is_exact },
	{ "tournament_is_exact", tournament_is_exact },
	{ "lazy_is_within_an_eighth", lazy_is_within_an_eighth },
	{ "prob_returns_one_that_waits", prob_returns_one_that_waits },
	{ "prob_keeps_its_bound", prob_keeps_its_bound },
	{}
};

const struct test_suite books_suite = { "books", cases };
