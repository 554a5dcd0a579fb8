/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Figures of other benches that belong into market.json.
 */
#ifndef MAXWELL_BENCH_MARKET_H
#define MAXWELL_BENCH_MARKET_H

const char *market_path(const char *directory, const char *name);
void merge_gpu(const char *directory);
void merge_auction_overhead(const char *directory);

#endif /* MAXWELL_BENCH_MARKET_H */
