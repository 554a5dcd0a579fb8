/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A clock fine enough for one operation: the time stamp counter on x86, CLOCK_MONOTONIC elsewhere.
 */
#ifndef MAXWELL_BENCH_CLOCK_H
#define MAXWELL_BENCH_CLOCK_H

#include "pure.h"

#include <time.h>

static inline u64 clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000ULL + (u64)ts.tv_nsec;
}

#ifdef __x86_64__

#include <x86intrin.h>

#define BENCH_CLOCK "tsc"

/* Fences on both sides: nothing from outside the timed region slips in, and nothing out of it. */
static inline u64 ticks_begin(void)
{
	u64 now;

	_mm_lfence();
	now = __rdtsc();
	_mm_lfence();
	return now;
}

static inline u64 ticks_end(void)
{
	unsigned int cpu;
	u64 now = __rdtscp(&cpu);

	_mm_lfence();
	return now;
}

#else

#define BENCH_CLOCK "clock_gettime"

static inline u64 ticks_begin(void)
{
	return clock_ns();
}

static inline u64 ticks_end(void)
{
	return clock_ns();
}

#endif

/* Nanoseconds a tick, measured over 50 ms. */
static inline double ticks_to_ns(void)
{
	u64 start_ns = clock_ns(), start = ticks_begin(), now_ns;

	do {
		now_ns = clock_ns();
	} while (now_ns - start_ns < 50000000);
	return (double)(now_ns - start_ns) / (double)(ticks_end() - start);
}

#endif /* MAXWELL_BENCH_CLOCK_H */
