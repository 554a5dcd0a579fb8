// SPDX-License-Identifier: GPL-2.0
/*
 * A hierarchical tournament as a structure of the bench; see bench_book.h. Items belong to groups
 * of about sqrt(n) by their number. A group knows its winner, and a tree over the groups knows the
 * winner of all. Adding costs O(log n): at most the group's winner changes, and its path to the
 * root. When a group's winner leaves, the group is searched: O(sqrt(n)).
 */
#include "bench_book.h"

/**
 * struct tournament - the structure
 * @key: of each item: bid, then order of arrival, see key_of(); 0 for who does not wait
 * @best_key: of the winner of each group
 * @best: winner of each group, an item
 * @tree: the better group of two; the root is tree[1], group g is at tree[@groups + g]
 * @groups: a power of two
 * @shift: a group has 1 << @shift items
 * @seq: number of arrivals
 * @reserve: price in force
 */
struct tournament {
	u64 *key;
	u64 *best_key;
	u32 *best;
	u32 *tree;
	u32 groups;
	u32 shift;
	u32 seq;
	u32 reserve;
};

/* Groups of sqrt(n) rounded up to a power of two, and as many groups as it takes, likewise. */
static void set_shape(struct tournament *t, u32 n)
{
	u32 groups;

	t->shift = (u32)(fls(n - 1) + 1) / 2;
	groups = ((n - 1) >> t->shift) + 1;
	t->groups = 1U << fls(groups - 1);
}

static void destroy(void *book)
{
	struct tournament *t = book;

	free(t->key);
	free(t->best_key);
	free(t->best);
	free(t->tree);
	free(t);
}

static void *create(u32 n)
{
	struct tournament *t = calloc(1, sizeof(*t));
	size_t i;
	u32 g;

	if (!t)
		return NULL;
	set_shape(t, n);
	t->key = bench_alloc((size_t)t->groups << t->shift, sizeof(*t->key));
	t->best_key = bench_alloc(t->groups, sizeof(*t->best_key));
	t->best = bench_alloc(t->groups, sizeof(*t->best));
	t->tree = bench_alloc(2 * (size_t)t->groups, sizeof(*t->tree));
	if (!t->key || !t->best_key || !t->best || !t->tree) {
		destroy(t);
		return NULL;
	}
	for (g = 0; g < t->groups; g++)
		t->tree[t->groups + g] = g;
	for (i = t->groups - 1; i > 0; i--)
		t->tree[i] = t->tree[2 * i];
	return t;
}

/* Of equal bids the first to arrive is the larger. Good for 2^32 - 1 arrivals. */
static u64 key_of(struct tournament *t, u32 bid)
{
	return (u64)bid << 32 | (U32_MAX - t->seq++);
}

/* The winner of group @g is another: play its matches up to the root again. */
static void replay(struct tournament *t, u32 g)
{
	size_t i;

	for (i = (t->groups + g) / 2; i; i /= 2) {
		u32 left = t->tree[2 * i], right = t->tree[2 * i + 1];

		t->tree[i] = t->best_key[left] >= t->best_key[right] ? left : right;
	}
}

static void search(struct tournament *t, u32 g)
{
	u32 first = g << t->shift, end = first + (1U << t->shift), best = first, i;

	for (i = first + 1; i < end; i++) {
		if (t->key[i] > t->key[best])
			best = i;
	}
	t->best[g] = best;
	t->best_key[g] = t->key[best];
}

static void insert(void *book, u32 i, u32 bid, u64 now_ns)
{
	struct tournament *t = book;
	u32 g = i >> t->shift;

	(void)now_ns;
	t->key[i] = key_of(t, bid);
	if (t->key[i] < t->best_key[g])
		return;
	t->best[g] = i;
	t->best_key[g] = t->key[i];
	replay(t, g);
}

static void remove_item(void *book, u32 i)
{
	struct tournament *t = book;
	u32 g = i >> t->shift;

	t->key[i] = 0;
	if (t->best[g] != i)
		return;
	search(t, g);
	replay(t, g);
}

static u32 extract(void *book)
{
	struct tournament *t = book;
	u32 item = t->best[t->tree[1]];

	remove_item(t, item);
	return item;
}

static u32 price(void *book, u32 reserve)
{
	struct tournament *t = book;
	u32 g = t->tree[1];

	WRITE_ONCE(t->reserve, reserve);
	if (!t->best_key[g] || t->best_key[g] >> 32 < READ_ONCE(t->reserve))
		return BENCH_NONE;
	return t->best[g];
}

static size_t bytes(u32 n)
{
	struct tournament t;

	set_shape(&t, n);
	return sizeof(t) + (sizeof(*t.key) << t.shift) * t.groups +
	       t.groups * (sizeof(*t.best_key) + sizeof(*t.best) + 2 * sizeof(*t.tree));
}

const struct bench_book bench_tournament = {
	.name = "tournament",
	.create = create,
	.destroy = destroy,
	.insert = insert,
	.remove = remove_item,
	.extract = extract,
	.price = price,
	.bytes = bytes,
};
