// SPDX-License-Identifier: GPL-2.0
/*
 * A heap that is put in order only when it has to be; a structure of the bench, see bench_book.h.
 *
 * What arrives is appended behind the heap unsorted, and what leaves is marked only. A probable
 * winner is known between auctions. It is worked out afresh when it leaves, when LAZY_QUANTA
 * auctions have passed, and when a bid arrives that beats it by more than an eighth: that one takes
 * its place at once. Those that wait unsorted are sifted into the heap when one of them may beat
 * its top by as much. So a winner's bid is at least 8/9 of the best, as with the buckets, and of
 * bids that close the order is any.
 *
 * Each arrival is sifted once and taken out once: insert and remove are O(1), extract is O(log n)
 * amortised. The array holds two slots for each item; when it is full, O(n), those that left go.
 */
#include "bench_book.h"

#define LAZY_QUANTA 64

/**
 * struct lazy - the structure
 * @slot: the heap, then those that are pending
 * @waits: the arrival under which each item waits; 0 for who does not
 * @winner: the probable winner; unknown if it does not wait any more
 * @heap_nr: slots in the heap
 * @nr: slots in use, in the heap and pending
 * @room: slots in all
 * @pending_max: no pending bid is above
 * @quanta: auctions since the pending were last looked at
 * @reserve: price in force
 * @seq: number of arrivals
 */
struct lazy {
	struct bench_slot *slot;
	u64 *waits;
	struct bench_slot winner;
	u32 heap_nr;
	u32 nr;
	u32 room;
	u32 pending_max;
	u32 quanta;
	u32 reserve;
	u64 seq;
};

static void destroy(void *book)
{
	struct lazy *l = book;

	free(l->slot);
	free(l->waits);
	free(l);
}

static void *create(u32 n)
{
	struct lazy *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->room = 2 * n;
	l->slot = bench_alloc(l->room, sizeof(*l->slot));
	l->waits = bench_alloc(n, sizeof(*l->waits));
	/* Of nobody's arrival. */
	l->winner.seq = U64_MAX;
	if (l->slot && l->waits)
		return l;
	destroy(l);
	return NULL;
}

static bool waits(const struct lazy *l, const struct bench_slot *slot)
{
	return l->waits[slot->item] == slot->seq;
}

/* Above @bid by more than the threshold. */
static bool far_above(u32 challenger, u32 bid)
{
	return challenger > (u64)bid + bid / 8;
}

static void sift_up(struct lazy *l, u32 at, struct bench_slot slot)
{
	while (at && bench_slot_beats(&slot, &l->slot[(at - 1) / 2])) {
		l->slot[at] = l->slot[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	l->slot[at] = slot;
}

static void sift_down(struct lazy *l, u32 at, struct bench_slot slot)
{
	u32 child;

	while ((child = 2 * at + 1) < l->heap_nr) {
		if (child + 1 < l->heap_nr &&
		    bench_slot_beats(&l->slot[child + 1], &l->slot[child]))
			child++;
		if (!bench_slot_beats(&l->slot[child], &slot))
			break;
		l->slot[at] = l->slot[child];
		at = child;
	}
	l->slot[at] = slot;
}

/* Take the top off the heap. The last pending slot fills the gap before them. */
static void pop(struct lazy *l)
{
	struct bench_slot last = l->slot[--l->heap_nr];

	l->slot[l->heap_nr] = l->slot[--l->nr];
	if (l->heap_nr)
		sift_down(l, 0, last);
}

static void flush(struct lazy *l)
{
	u32 i;

	for (i = l->heap_nr; i < l->nr; i++) {
		if (waits(l, &l->slot[i]))
			sift_up(l, l->heap_nr++, l->slot[i]);
	}
	l->nr = l->heap_nr;
	l->pending_max = 0;
	l->quanta = 0;
}

/* Drop all that left, and put the rest in order. */
static void compact(struct lazy *l)
{
	u32 i, kept = 0;

	for (i = 0; i < l->nr; i++) {
		if (waits(l, &l->slot[i]))
			l->slot[kept++] = l->slot[i];
	}
	l->nr = kept;
	l->heap_nr = kept;
	l->pending_max = 0;
	l->quanta = 0;
	for (i = kept / 2; i > 0; i--)
		sift_down(l, i - 1, l->slot[i - 1]);
}

static void drop_stale_top(struct lazy *l)
{
	while (l->heap_nr && !waits(l, &l->slot[0]))
		pop(l);
}

/* The probable winner; NULL if nothing waits. */
static const struct bench_slot *winner(struct lazy *l)
{
	if (++l->quanta < LAZY_QUANTA && waits(l, &l->winner))
		return &l->winner;
	drop_stale_top(l);
	if (l->quanta >= LAZY_QUANTA || !l->heap_nr || far_above(l->pending_max, l->slot[0].bid)) {
		flush(l);
		drop_stale_top(l);
	}
	if (!l->heap_nr)
		return NULL;
	l->winner = l->slot[0];
	return &l->winner;
}

static void insert(void *book, u32 i, u32 bid, u64 now_ns)
{
	struct lazy *l = book;
	struct bench_slot slot = { .seq = ++l->seq, .bid = bid, .item = i };

	(void)now_ns;
	if (l->nr == l->room)
		compact(l);
	l->waits[i] = slot.seq;
	l->slot[l->nr++] = slot;
	l->pending_max = max(l->pending_max, bid);
	if (far_above(bid, l->winner.bid))
		l->winner = slot;
}

static void remove_item(void *book, u32 i)
{
	struct lazy *l = book;

	l->waits[i] = 0;
}

static u32 extract(void *book)
{
	struct lazy *l = book;
	u32 item = winner(l)->item;

	l->waits[item] = 0;
	return item;
}

static u32 price(void *book, u32 reserve)
{
	struct lazy *l = book;
	const struct bench_slot *best = winner(l);

	WRITE_ONCE(l->reserve, reserve);
	return best && best->bid >= READ_ONCE(l->reserve) ? best->item : BENCH_NONE;
}

const struct bench_book bench_lazy = {
	.name = "lazy",
	.item_bytes = 2 * sizeof(struct bench_slot) + sizeof(u64),
	.fixed_bytes = sizeof(struct lazy),
	.create = create,
	.destroy = destroy,
	.insert = insert,
	.remove = remove_item,
	.extract = extract,
	.price = price,
};
