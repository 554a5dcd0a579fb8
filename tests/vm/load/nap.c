// SPDX-License-Identifier: GPL-2.0
/*
 * Naps and works in turn: COUNT times SLEEP_US asleep, WORK_US of CPU time, then asleep for good,
 * its account there to be read.
 *
 *	nap COUNT SLEEP_US WORK_US
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static uint64_t cpu_time_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	long turns, sleep_us, work_us;

	if (argc != 4) {
		fprintf(stderr, "usage: nap COUNT SLEEP_US WORK_US\n");
		return 1;
	}
	sleep_us = atol(argv[2]);
	work_us = atol(argv[3]);
	for (turns = atol(argv[1]); turns; turns--) {
		uint64_t end_us;

		usleep(sleep_us);
		end_us = cpu_time_us() + work_us;
		while (cpu_time_us() < end_us)
			;
	}
	for (;;)
		pause();
}
