// SPDX-License-Identifier: GPL-2.0
/*
 * COUNT threads that sleep and wake up once in a while; prints "ready" when all of them stand, and
 * after that, whenever a line comes in, how many have woken up since the last line "new".
 *
 *	threads COUNT PERIOD_MS
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct timespec period;
/* Who woke up in this round, and in the one before or after: nobody is that late. */
static atomic_uint round_nr, woken[2];

static void *sleeper(void *unused)
{
	unsigned int seen = 0;

	(void)unused;
	for (;;) {
		nanosleep(&period, NULL);
		if (seen == atomic_load(&round_nr))
			continue;
		seen = atomic_load(&round_nr);
		atomic_fetch_add(&woken[seen % 2], 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[1]) : 0, ms = argc == 3 ? atoi(argv[2]) : 0, i, ret;
	unsigned int round = 0;
	pthread_attr_t attr;
	char line[16];

	if (count < 1 || ms < 1) {
		fputs("usage: threads COUNT PERIOD_MS\n", stderr);
		return 2;
	}
	period.tv_sec = ms / 1000;
	period.tv_nsec = ms % 1000 * 1000000L;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32768);
	for (i = 0; i < count; i++) {
		pthread_t thread;

		ret = pthread_create(&thread, &attr, sleeper, NULL);
		if (ret)
			errx(1, "thread %d: %s", i, strerror(ret));
	}
	setlinebuf(stdout);
	puts("ready");
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "new\n")) {
			round++;
			atomic_store(&woken[round % 2], 0);
			atomic_store(&round_nr, round);
		}
		printf("%u\n", atomic_load(&woken[round % 2]));
	}
	return 0;
}
