// SPDX-License-Identifier: GPL-2.0
/*
 * Grows to COUNT processes as fast as it can, each making two more, and shrinks again once all of
 * them have run. Prints how many there were.
 *
 *	forkbomb COUNT
 */
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORK_US 200

static struct {
	_Atomic long started;
	_Atomic long ran;
	/* 1 when all have run, or fork has failed: everybody may go. */
	_Atomic uint32_t over;
} *shared;

static long count;

static void end(void)
{
	atomic_store(&shared->over, 1);
	syscall(SYS_futex, &shared->over, FUTEX_WAKE, INT_MAX, NULL);
}

static void work(void)
{
	struct timespec ts;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	while (!ts.tv_sec && ts.tv_nsec < WORK_US * 1000L);
	if (atomic_fetch_add(&shared->ran, 1) + 1 == count)
		end();
}

/* One process of the tree. Leaves when everybody has run, so that all are alive at once. */
/* NOLINTNEXTLINE(misc-no-recursion): not one process more calls it so than there shall be */
static void grow(void)
{
	int children;

	for (children = 0; children < 2; children++) {
		pid_t pid;

		if (atomic_fetch_add(&shared->started, 1) >= count)
			break;
		pid = fork();
		if (pid < 0)
			end();
		if (!pid) {
			grow();
			exit(0);
		}
	}
	work();
	while (!atomic_load(&shared->over))
		syscall(SYS_futex, &shared->over, FUTEX_WAIT, 0, NULL);
	while (wait(NULL) > 0)
		;
}

int main(int argc, char **argv)
{
	count = argc == 2 ? atol(argv[1]) : 0;
	if (count < 1) {
		fprintf(stderr, "usage: forkbomb COUNT\n");
		return 1;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED) {
		perror("forkbomb: mmap");
		return 1;
	}
	atomic_store(&shared->started, 1);
	grow();
	printf("%ld\n", atomic_load(&shared->ran));
	return atomic_load(&shared->ran) == count ? 0 : 1;
}
