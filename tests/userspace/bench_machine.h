/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benches need to know of the machine they run on.
 */
#ifndef MAXWELL_BENCH_MACHINE_H
#define MAXWELL_BENCH_MACHINE_H

#include "pure.h"

/**
 * struct bench_clock - what the clock does to the figures
 * @ns_per_tick: for figures in its ticks
 * @median_ns: median time of an empty region
 * @mean_ns: mean of the same, up to p99
 * @step_ns: smallest difference that it shows
 */
struct bench_clock {
	double ns_per_tick;
	double median_ns;
	double mean_ns;
	double step_ns;
};

struct bench_clock bench_measure_clock(u32 *ticks, u32 samples);
const char *bench_machine(void);
double bench_load_average(void);
void bench_pin(const char *program);

#endif /* MAXWELL_BENCH_MACHINE_H */
