/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cache misses of this thread, where the machine counts them.
 */
#ifndef MAXWELL_BENCH_MISSES_H
#define MAXWELL_BENCH_MISSES_H

#include "pure.h"

#define MISS_COUNTERS 2

/**
 * struct miss_counter - one hardware counter
 * @metric: for tables
 * @fd: the counter, -1 if there is none
 * @reason: why there is none
 */
struct miss_counter {
	const char *metric;
	int fd;
	char reason[160];
};

void misses_open(struct miss_counter *counter);
void misses_start(const struct miss_counter *counter);
u64 misses_stop(const struct miss_counter *counter);

#endif /* MAXWELL_BENCH_MISSES_H */
