// SPDX-License-Identifier: GPL-2.0
/*
 * A binary heap as a baseline of the bench; see bench_book.h. Keys stand in the heap itself, so
 * that a comparison does not have to visit the item.
 */
#include "bench_book.h"

struct heap {
	struct bench_slot *slot;
	u32 *place;	/* of an item in the heap */
	u32 nr;
	u32 reserve;
	u64 seq;
};

static void destroy(void *book)
{
	struct heap *h = book;

	free(h->slot);
	free(h->place);
	free(h);
}

static void *create(u32 n)
{
	struct heap *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->slot = bench_alloc(n, sizeof(*h->slot));
	h->place = bench_alloc(n, sizeof(*h->place));
	if (h->slot && h->place)
		return h;
	destroy(h);
	return NULL;
}

static void put(struct heap *h, u32 at, struct bench_slot slot)
{
	h->slot[at] = slot;
	h->place[slot.item] = at;
}

static void sift_up(struct heap *h, u32 at, struct bench_slot slot)
{
	while (at && bench_slot_beats(&slot, &h->slot[(at - 1) / 2])) {
		put(h, at, h->slot[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(h, at, slot);
}

static void sift_down(struct heap *h, u32 at, struct bench_slot slot)
{
	u32 child;

	while ((child = 2 * at + 1) < h->nr) {
		if (child + 1 < h->nr && bench_slot_beats(&h->slot[child + 1], &h->slot[child]))
			child++;
		if (!bench_slot_beats(&h->slot[child], &slot))
			break;
		put(h, at, h->slot[child]);
		at = child;
	}
	put(h, at, slot);
}

static void insert(void *book, u32 i, u32 bid, u64 now_ns)
{
	struct heap *h = book;

	(void)now_ns;
	sift_up(h, h->nr++, (struct bench_slot){ .seq = h->seq++, .bid = bid, .item = i });
}

static void remove_item(void *book, u32 i)
{
	struct heap *h = book;
	u32 at = h->place[i];
	struct bench_slot last = h->slot[--h->nr];

	if (at == h->nr)
		return;
	if (at && bench_slot_beats(&last, &h->slot[(at - 1) / 2]))
		sift_up(h, at, last);
	else
		sift_down(h, at, last);
}

static u32 extract(void *book)
{
	struct heap *h = book;
	u32 item = h->slot[0].item;

	remove_item(book, item);
	return item;
}

static u32 price(void *book, u32 reserve)
{
	struct heap *h = book;

	WRITE_ONCE(h->reserve, reserve);
	return h->nr && h->slot[0].bid >= READ_ONCE(h->reserve) ? h->slot[0].item : BENCH_NONE;
}

const struct bench_book bench_heap = {
	.name = "heap",
	.item_bytes = sizeof(struct bench_slot) + sizeof(u32),
	.fixed_bytes = sizeof(struct heap),
	.create = create,
	.destroy = destroy,
	.insert = insert,
	.remove = remove_item,
	.extract = extract,
	.price = price,
};
