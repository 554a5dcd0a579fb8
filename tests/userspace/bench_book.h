/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The structures that the bench compares, behind one interface: a set of waiting items, numbered
 * from 0, each with a bid; the dearest comes out first, and of equals the one that came first.
 */
#ifndef MAXWELL_BENCH_BOOK_H
#define MAXWELL_BENCH_BOOK_H

#include "pure.h"

#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES (2UL << 20)
#define BENCH_NONE U32_MAX

/*
 * Zeroed memory on huge pages if the system gives them: kernel objects stand in the direct map,
 * which is made of those, so small pages would cost TLB misses that the kernel does not have.
 */
static inline void *bench_alloc(size_t nr, size_t size)
{
	size_t bytes = (nr * size + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
	void *memory = aligned_alloc(HUGE_PAGE_BYTES, bytes);

	if (!memory)
		return NULL;
	(void)madvise(memory, bytes, MADV_HUGEPAGE);
	return memset(memory, 0, bytes);
}

/**
 * bench_beats() - whether a bid comes before another
 * @bid: the bid
 * @seq: number of its arrival
 * @other_bid: the other bid
 * @other_seq: number of its arrival
 *
 * Return: true if it is dearer, or as dear and came first.
 */
static inline bool bench_beats(u32 bid, u64 seq, u32 other_bid, u64 other_seq)
{
	return bid > other_bid || (bid == other_bid && seq < other_seq);
}

/* A bid in an array that is kept as a heap. */
struct bench_slot {
	u64 seq;
	u32 bid;
	u32 item;
};

static inline bool bench_slot_beats(const struct bench_slot *a, const struct bench_slot *b)
{
	return bench_beats(a->bid, a->seq, b->bid, b->seq);
}

/**
 * struct bench_book - a structure under test
 * @name: for the table
 * @item_bytes: memory for each waiting item
 * @fixed_bytes: memory for the structure itself
 * @create: room for @n items; NULL without memory
 * @destroy: give it back
 * @insert: item @i begins to wait
 * @remove: item @i stops waiting
 * @extract: take out the winner, return its number
 * @auction: as @extract, but the whole auction with the survival share; NULL if there is none
 * @price: the reserve price, in cents, comes into force for all who wait; return the best item that
 *	clears it, BENCH_NONE if none does. @extract is for a reserve of 0 only.
 * @bytes: memory for @n items in all; NULL if that is @n * @item_bytes + @fixed_bytes
 *
 * What is fair for @price: a factor or a floor that is the same for all does not change the order
 * of the bids, so no structure has to visit those who wait. Each stores the new reserve and holds
 * its best bid against it; what differs is what it takes to know the best. A price that differs
 * from one kind of work to the other is, for each of them, one more instance of the structure.
 */
struct bench_book {
	const char *name;
	size_t item_bytes;
	size_t fixed_bytes;
	void *(*create)(u32 n);
	void (*destroy)(void *book);
	void (*insert)(void *book, u32 i, u32 bid, u64 now_ns);
	void (*remove)(void *book, u32 i);
	u32 (*extract)(void *book);
	u32 (*auction)(void *book, u64 now_ns);
	u32 (*price)(void *book, u32 reserve);
	size_t (*bytes)(u32 n);
};

extern const struct bench_book bench_buckets;
extern const struct bench_book bench_heap;
extern const struct bench_book bench_rbtree;
extern const struct bench_book bench_skiplist;
extern const struct bench_book bench_tournament;
extern const struct bench_book bench_lazy;
extern const struct bench_book bench_prob;

static inline size_t bench_bytes(const struct bench_book *book, u32 n)
{
	return book->bytes ? book->bytes(n) : n * book->item_bytes + book->fixed_bytes;
}

#endif /* MAXWELL_BENCH_BOOK_H */
