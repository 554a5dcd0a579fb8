// SPDX-License-Identifier: GPL-2.0
/*
 * The machine that a bench runs on; see bench_machine.h.
 */
#include "bench_machine.h"
#include "bench_clock.h"
#include "bench_report.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Uses @ticks, room for @samples. */
struct bench_clock bench_measure_clock(u32 *ticks, u32 samples)
{
	struct bench_clock clock = { .ns_per_tick = ticks_to_ns() };
	struct bench_figure empty = {};
	u64 step = U64_MAX;
	u32 i;

	for (i = 0; i < samples; i++) {
		u64 start = ticks_begin();

		ticks[i] = (u32)(ticks_end() - start);
		if (i && ticks[i] != ticks[i - 1])
			step = min(step, (u64)abs((int)(ticks[i] - ticks[i - 1])));
	}
	quantiles(ticks, samples, clock.ns_per_tick, &empty, 0);
	clock.median_ns = empty.ns[0][0];
	clock.mean_ns = empty.mean_ns[0];
	clock.step_ns = step == U64_MAX ? 0 : step * clock.ns_per_tick;
	return clock;
}

const char *bench_machine(void)
{
	static char machine[128];
	char line[256];
	FILE *file;

	if (*machine)
		return machine;
	snprintf(machine, sizeof(machine), "unknown");
	file = fopen("/proc/cpuinfo", "r");
	if (!file)
		return machine;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "model name : %127[^\n]", machine) == 1)
			break;
	}
	fclose(file);
	return machine;
}

/* Over the last minute; negative if the system does not tell. */
double bench_load_average(void)
{
	double load;

	return getloadavg(&load, 1) == 1 ? load : -1;
}

void bench_pin(const char *program)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fprintf(stderr, "%s: not pinned to a CPU: %s\n", program, strerror(errno));
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		fprintf(stderr, "%s: memory not locked: %s\n", program, strerror(errno));
}
