// SPDX-License-Identifier: GPL-2.0
/*
 * Wants a share of a CPU and no more: works in bursts, sleeps between them, until it is killed.
 *
 *	duty PERCENT
 *
 * Work is measured in CPU time, so a burst that had to wait takes longer; what could not be done in
 * its period is not made up for.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PERIOD_NS 100000000ULL
#define NSEC_PER_SEC 1000000000ULL

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void work(uint64_t burst_ns)
{
	uint64_t end_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID) + burst_ns;
	volatile uint64_t turns = 0;

	while (now_ns(CLOCK_PROCESS_CPUTIME_ID) < end_ns)
		for (int i = 0; i < 10000; i++)
			turns++;
}

int main(int argc, char **argv)
{
	unsigned long percent = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	uint64_t next_ns;

	if (percent < 1 || percent > 100) {
		fprintf(stderr, "usage: duty PERCENT, from 1 to 100\n");
		return 1;
	}
	for (;;) {
		next_ns = now_ns(CLOCK_MONOTONIC) / PERIOD_NS * PERIOD_NS + PERIOD_NS;
		work(percent * PERIOD_NS / 100);
		if (next_ns > now_ns(CLOCK_MONOTONIC)) {
			struct timespec until = {
				.tv_sec = next_ns / NSEC_PER_SEC,
				.tv_nsec = next_ns % NSEC_PER_SEC,
			};

			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		}
	}
}
