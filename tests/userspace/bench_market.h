/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the market's bench share: the operations that are timed, with both of their
 * ends, and the figures of other benches that belong into market.json.
 */
#ifndef MAXWELL_BENCH_MARKET_H
#define MAXWELL_BENCH_MARKET_H

#include "pure.h"

/* So many operations are timed at once, at most. */
#define MARKET_BATCH 16
#define MARKET_OPS 2

/**
 * struct market_op - something to time
 * @name: what its metrics begin with
 * @other_end: what the second thread does, from market_start() to market_stop()
 * @time: times so many of it
 */
struct market_op {
	const char *name;
	void *(*other_end)(void *unused);
	u32 (*time)(u32 nr);
};

extern const struct market_op market_ops[MARKET_OPS];

bool market_open(void);
void market_start(bool storm);
void market_stop(void);
bool market_was_right(void);

const char *market_path(const char *directory, const char *name);
void merge_gpu(const char *directory);
void merge_auction_overhead(const char *directory);

#endif /* MAXWELL_BENCH_MARKET_H */
