// SPDX-License-Identifier: GPL-2.0
/*
 * Spins until it has been kept off its CPU for MS milliseconds. Then, back on it, it moves process
 * PID to CPU 0, makes FILE and spins on.
 *
 *	shove PID MS FILE
 */
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	uint64_t now, last = now_ms();
	cpu_set_t first;

	if (argc != 4) {
		fprintf(stderr, "usage: shove PID MS FILE\n");
		return 1;
	}
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	for (;; last = now) {
		now = now_ms();
		if (now - last >= strtoull(argv[2], NULL, 10))
			break;
	}
	if (sched_setaffinity(atoi(argv[1]), sizeof(first), &first) ||
	    open(argv[3], O_CREAT | O_WRONLY, 0600) < 0) {
		perror("shove");
		return 1;
	}
	for (;;)
		;
}
