// SPDX-License-Identifier: GPL-2.0
/*
 * A probabilistic auction as a structure of the bench; see bench_book.h: a pool without any order,
 * and a few champions, the dearest that were seen.
 *
 * Who arrives is held against the cheapest champion. An auction draws PROB_SAMPLES of the pool at
 * random, holds them against the champions too, and the best champion wins. Everything is O(1).
 * The sample does not depend on bids, so whatever these are the winner is in the dearest share q of
 * those who wait with a probability of at least 1 - (1 - q)^16: 99 % for the dearest quarter, 81 %
 * for the dearest tenth. Among equals there is no order, and nothing bounds a wait.
 */
#include "bench_book.h"
#include "common.h"

#define PROB_CHAMPIONS 16
#define PROB_SAMPLES 16

struct entry {
	u32 bid;
	u32 item;
};

/**
 * struct prob - the structure
 * @pool: who waits
 * @place: of an item in @pool
 * @nr: of entries in @pool
 * @champions: of entries in @champion
 * @lowest: where the cheapest champion is, if there are PROB_CHAMPIONS
 * @reserve: price in force
 * @rng: state of the random numbers
 */
struct prob {
	struct entry *pool;
	u32 *place;
	u32 nr;
	u32 champions;
	u32 lowest;
	u32 reserve;
	u64 rng;
	struct entry champion[PROB_CHAMPIONS];
};

static void destroy(void *book)
{
	struct prob *p = book;

	free(p->pool);
	free(p->place);
	free(p);
}

static void *create(u32 n)
{
	struct prob *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->pool = bench_alloc(n, sizeof(*p->pool));
	p->place = bench_alloc(n, sizeof(*p->place));
	p->rng = 1;
	if (p->pool && p->place)
		return p;
	destroy(p);
	return NULL;
}

/* Index of @item among the champions; @champions if it is none. */
static u32 champion_of(const struct prob *p, u32 item)
{
	u32 i;

	for (i = 0; i < p->champions; i++) {
		if (p->champion[i].item == item)
			break;
	}
	return i;
}

static void find_lowest(struct prob *p)
{
	u32 i;

	p->lowest = 0;
	for (i = 1; i < p->champions; i++) {
		if (p->champion[i].bid < p->champion[p->lowest].bid)
			p->lowest = i;
	}
}

/* @entry becomes a champion if there is room, or if it beats the cheapest. */
static void challenge(struct prob *p, struct entry entry)
{
	bool full = p->champions == PROB_CHAMPIONS;

	if (full && entry.bid <= p->champion[p->lowest].bid)
		return;
	if (champion_of(p, entry.item) < p->champions)
		return;
	p->champion[full ? p->lowest : p->champions++] = entry;
	if (p->champions == PROB_CHAMPIONS)
		find_lowest(p);
}

static void insert(void *book, u32 i, u32 bid, u64 now_ns)
{
	struct prob *p = book;
	struct entry entry = { .bid = bid, .item = i };

	(void)now_ns;
	p->place[i] = p->nr;
	p->pool[p->nr++] = entry;
	challenge(p, entry);
}

static void remove_item(void *book, u32 i)
{
	struct prob *p = book;
	u32 at = p->place[i], champion;
	u32 bid = p->pool[at].bid;

	p->pool[at] = p->pool[--p->nr];
	p->place[p->pool[at].item] = at;
	if (p->champions == PROB_CHAMPIONS && bid < p->champion[p->lowest].bid)
		return;
	champion = champion_of(p, i);
	if (champion < p->champions)
		p->champion[champion] = p->champion[--p->champions];
}

/* The best of the champions and of a fresh sample; NULL if nothing waits. */
static const struct entry *best(struct prob *p)
{
	u32 samples = min(p->nr, (u32)PROB_SAMPLES), top = 0, i;

	for (i = 0; i < samples; i++) {
		u64 random = rng_next(&p->rng) >> 32;
		/* As few as the sample are all looked at. */
		u32 at = p->nr <= PROB_SAMPLES ? i : (u32)(random * p->nr >> 32);

		challenge(p, p->pool[at]);
	}
	for (i = 1; i < p->champions; i++) {
		if (p->champion[i].bid > p->champion[top].bid)
			top = i;
	}
	return p->nr ? &p->champion[top] : NULL;
}

static u32 extract(void *book)
{
	u32 item = best(book)->item;

	remove_item(book, item);
	return item;
}

static u32 price(void *book, u32 reserve)
{
	struct prob *p = book;
	const struct entry *top = best(p);

	WRITE_ONCE(p->reserve, reserve);
	return top && top->bid >= READ_ONCE(p->reserve) ? top->item : BENCH_NONE;
}

const struct bench_book bench_prob = {
	.name = "prob",
	.item_bytes = sizeof(struct entry) + sizeof(u32),
	.fixed_bytes = sizeof(struct prob),
	.create = create,
	.destroy = destroy,
	.insert = insert,
	.remove = remove_item,
	.extract = extract,
	.price = price,
};
