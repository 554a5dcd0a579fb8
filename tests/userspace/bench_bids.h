/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bids that the comparison of structures uses: two that are usual, and those that are each
 * chosen to be hard for some structure.
 */
#ifndef MAXWELL_BENCH_BIDS_H
#define MAXWELL_BENCH_BIDS_H

#include "common.h"
#include "runqueue.h"

struct bid_source;

/**
 * struct bid_kind - a distribution of bids
 * @name: for tables
 * @text: what it is
 * @arrivals: for each winner this many bids arrive, the others leave unserved
 * @timed: whether operations are timed with it; otherwise it is for efficiency only
 * @draw: the next bid, in cents
 */
struct bid_kind {
	const char *name;
	const char *text;
	u32 arrivals;
	bool timed;
	u32 (*draw)(struct bid_source *source);
};

/**
 * struct bid_source - a stream of bids; the same seed gives the same stream
 * @kind: distribution
 * @rng: state of the random numbers
 * @nr: bids drawn so far
 */
struct bid_source {
	const struct bid_kind *kind;
	u64 rng;
	u32 nr;
};

#define BID_KINDS 7
extern const struct bid_kind bid_kinds[BID_KINDS];

static inline u32 random_below(u64 *rng, u32 below)
{
	return (u32)((rng_next(rng) >> 32) * below >> 32);
}

static inline u32 next_bid(struct bid_source *source)
{
	u32 bid = source->kind->draw(source);

	source->nr++;
	return bid;
}

#endif /* MAXWELL_BENCH_BIDS_H */
