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
};

extern const struct bench_book bench_buckets;
extern const struct bench_book bench_heap;
extern const struct bench_book bench_rbtree;

#endif /* MAXWELL_BENCH_BOOK_H */
