/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an inexact auction costs: a run with arrivals, winners, and bids that leave unserved.
 */
#ifndef MAXWELL_BENCH_EFFICIENCY_H
#define MAXWELL_BENCH_EFFICIENCY_H

#include "bench_bids.h"
#include "bench_book.h"

/**
 * struct efficiency - outcome of a run
 * @sold: sum of the winners' bids
 * @best_ratio: a winner's bid over the best that waited, mean over all auctions
 * @worst_ratio: the same of the worst auction
 * @auctions: how many
 */
struct efficiency {
	double sold;
	double best_ratio;
	double worst_ratio;
	u32 auctions;
};

bool measure_efficiency(const struct bench_book *book, const struct bid_kind *kind, u32 n,
			u32 seed, struct efficiency *result);

#endif /* MAXWELL_BENCH_EFFICIENCY_H */
