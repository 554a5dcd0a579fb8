// SPDX-License-Identifier: GPL-2.0
/*
 * Distributions of bids; see bench_bids.h.
 */
#include "bench_bids.h"

/* Bounds of one price bucket, of those that are widest against their floors. */
#define EDGE_LOW (1U << 20)
#define EDGE_HIGH (((MX_BUCKET_STEPS + 1) << (20 - MX_BUCKET_SHIFT)) - 1)

#define ZIPF_RANKS 16384
#define BURST 64
#define BURST_EVERY 4096

static u32 draw_uniform(struct bid_source *source)
{
	return 1 + random_below(&source->rng, 1000000);
}

/* The bid of a rank that is drawn evenly, in inverse proportion to the rank. */
static u32 draw_skewed(struct bid_source *source)
{
	return ZIPF_RANKS * 1000 / (1 + random_below(&source->rng, ZIPF_RANKS));
}

static u32 draw_rising(struct bid_source *source)
{
	return (1U << 20) + source->nr;
}

static u32 draw_falling(struct bid_source *source)
{
	return (1U << 23) - source->nr;
}

static u32 draw_edges(struct bid_source *source)
{
	return random_below(&source->rng, 2) ? EDGE_HIGH : EDGE_LOW;
}

static u32 draw_flood(struct bid_source *source)
{
	return random_below(&source->rng, 8) ? EDGE_LOW : EDGE_HIGH;
}

static u32 draw_bursts(struct bid_source *source)
{
	if (source->nr % BURST_EVERY < BURST)
		return 1U << 20;
	return 1 + random_below(&source->rng, 16);
}

const struct bid_kind bid_kinds[BID_KINDS] = {
	{ "uniform", "evenly from 1 to 1,000,000", 2, true, draw_uniform },
	{ "skewed", "Zipf: 16,384,000 over a rank drawn evenly from 1 to 16,384", 2, true,
	  draw_skewed },
	{ "rising", "each a cent above the last: an arrival always wins", 2, true, draw_rising },
	{ "falling", "each a cent below the last: an arrival is always last", 2, true,
	  draw_falling },
	{ "edges", "the lowest or the highest bid of one bucket, one as often as the other", 2,
	  true, draw_edges },
	{ "bursts", "64 bids of 1,048,576 in a row, then 4,032 from 1 to 16; 33 arrive for each winner",
	  33, true, draw_bursts },
	{ "flood", "as edges, with 7 low bids for a high one; 9 arrive for each winner", 9,
	  false, draw_flood },
};
