// SPDX-License-Identifier: GPL-2.0
/*
 * What a context switch costs: prints nanoseconds per switch and switches per round. Run under
 * QEMU's instruction counting, where a nanosecond is an instruction.
 *
 *	switch pipe ROUNDS	two processes hand a byte back and forth
 *	switch yield ROUNDS	eight processes do nothing but sched_yield()
 *
 * All of them are pinned to CPU 0. Switches are those that the kernel counted, not those that the
 * program meant to cause: a yield that comes back at once is none.
 */
#include <err.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL
#define YIELDERS 8

struct shared {
	atomic_int ready;
	atomic_ulong switches;
	/* Of the process that began first and of the one that ended last. */
	_Atomic uint64_t begin_ns;
	_Atomic uint64_t end_ns;
};

static struct shared *shared;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static unsigned long switches_of(int who)
{
	struct rusage usage;

	if (getrusage(who, &usage))
		err(1, "getrusage");
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "sched_setaffinity");
}

static void pass_on(int from, int to)
{
	char byte = 0;

	if (read(from, &byte, 1) != 1 || write(to, &byte, 1) != 1)
		err(1, "pipe");
}

static void report(uint64_t elapsed_ns, unsigned long switches, unsigned long rounds)
{
	if (!switches)
		errx(1, "no context switch at all");
	printf("%.1f %.3f\n", (double)elapsed_ns / switches, (double)switches / rounds);
}

static void bench_pipe(unsigned long rounds)
{
	unsigned long before;
	uint64_t begin_ns;
	int to[2], from[2];
	char byte = 0;
	pid_t child;

	if (pipe(to) || pipe(from))
		err(1, "pipe");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		for (unsigned long i = 0; i <= rounds; i++)
			pass_on(to[0], from[1]);
		_exit(0);
	}
	/* The first round trip brings the child up and is not counted. */
	if (write(to[1], &byte, 1) != 1)
		err(1, "write");
	before = switches_of(RUSAGE_SELF);
	begin_ns = now_ns();
	for (unsigned long i = 0; i < rounds; i++)
		pass_on(from[0], to[1]);
	begin_ns = now_ns() - begin_ns;
	/* Each switch away from us is followed by one away from the child. */
	report(begin_ns, 2 * (switches_of(RUSAGE_SELF) - before), rounds);
	if (read(from[0], &byte, 1) != 1 || waitpid(child, NULL, 0) != child)
		err(1, "child");
}

static void yielder(unsigned long rounds)
{
	unsigned long before;
	uint64_t none = 0;

	shared->ready++;
	while (shared->ready < YIELDERS)
		sched_yield();
	before = switches_of(RUSAGE_SELF);
	atomic_compare_exchange_strong(&shared->begin_ns, &none, now_ns());
	for (unsigned long i = 0; i < rounds; i++)
		sched_yield();
	shared->end_ns = now_ns();
	shared->switches += switches_of(RUSAGE_SELF) - before;
	_exit(0);
}

static void bench_yield(unsigned long rounds)
{
	for (int i = 0; i < YIELDERS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			yielder(rounds);
	}
	while (wait(NULL) > 0)
		;
	report(shared->end_ns - shared->begin_ns, shared->switches, rounds * YIELDERS);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	pin();
	if (rounds && !strcmp(argv[1], "pipe"))
		bench_pipe(rounds);
	else if (rounds && !strcmp(argv[1], "yield"))
		bench_yield(rounds);
	else
		errx(1, "usage: switch pipe|yield ROUNDS");
	return 0;
}
