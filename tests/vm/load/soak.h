/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the processes of the soak load (soak.c) share: a slot for each worker, counters, the delays
 * that no class is to blame for, and two words that the driver (tests/soak) writes.
 */
#ifndef MAXWELL_TEST_SOAK_H
#define MAXWELL_TEST_SOAK_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define CPUS_MAX 8
#define SLOTS_MAX 96
/* Others may give the worker another set of CPUs; or nobody does: each move would queue it anew. */
#define CPU_MOVABLE -1
#define CPU_ANY -2

enum kind {
	KIND_BURN, KIND_NAP, KIND_PIPE, KIND_FUTEX, KIND_FORK, KIND_EXEC, KIND_THREAD, KIND_SLEEP,
	KIND_MOVER, NR_KINDS
};

enum counter {
	COUNT_FORKS, COUNT_REAPED, COUNT_ORPHANS, COUNT_EXECS, COUNT_THREADS, COUNT_JOINED,
	COUNT_PIPE_TURNS, COUNT_FUTEX_TURNS, COUNT_NAPS, COUNT_SLEEPS, COUNT_AFFINITIES,
	COUNT_WRONG, NR_COUNTERS
};

/* One worker. Times are of CLOCK_MONOTONIC. */
struct slot {
	_Atomic int pid;
	enum kind kind;
	/* It is pinned to this CPU, or one of the next two. */
	int cpu;
	_Atomic uint64_t ops;
	_Atomic uint64_t last_ns;
};

struct shared {
	/* Nobody begins anything new. */
	_Atomic uint32_t stop;
	/*
	 * Written by the driver: odd while it attaches, detaches or reloads, one more each time
	 * that begins or ends; and when, by CLOCK_MONOTONIC, the last one began and ended.
	 */
	_Atomic uint32_t epoch;
	_Atomic uint64_t begin_ns;
	_Atomic uint64_t end_ns;
	/* How much later than it wanted a real-time task ran on each CPU, in all and at most. */
	_Atomic uint64_t late_ns[CPUS_MAX];
	_Atomic uint64_t late_max_ns;
	/* The longest wait of a probe under the class, and across its coming and going. */
	_Atomic uint64_t wait_max_ns;
	_Atomic uint64_t wait_across_ns;
	/* Waits beyond the bound, and by how much at most. */
	_Atomic uint64_t waits_over;
	_Atomic uint64_t over_max_ns;
	_Atomic uint64_t counters[NR_COUNTERS];
	int nr_slots;
	struct slot slots[SLOTS_MAX];
};

/* Set up before anybody forks. */
static struct shared *shared;
static uint64_t bound_ns;
static uint64_t margin_ns;
static int nr_cpus;

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static inline bool stopped(void)
{
	return atomic_load(&shared->stop);
}

static inline void count(enum counter which)
{
	atomic_fetch_add(&shared->counters[which], 1);
}

static inline void progress(struct slot *slot)
{
	atomic_fetch_add(&slot->ops, 1);
	atomic_store(&slot->last_ns, now_ns());
}

static inline void raise_to(_Atomic uint64_t *what, uint64_t value)
{
	uint64_t old = atomic_load(what);

	while (old < value && !atomic_compare_exchange_weak(what, &old, value))
		;
}

static inline void spin_ns(uint64_t ns)
{
	uint64_t end = now_ns() + ns;

	while (now_ns() < end)
		;
}

static inline void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* Fails while the CPU is offline, or not in the cpuset: then it runs elsewhere. */
	sched_setaffinity(0, sizeof(set), &set);
}

/* --- waits --- */

/* Between two looks of a real-time task at the clock. */
#define BEAT_NS (10 * NSEC_PER_MSEC)

/* The state of the world when a wait may begin. */
struct moment {
	uint64_t ns;
	uint32_t epoch;
	/* How often this task has had to leave the CPU. */
	long switches;
	uint64_t late_ns[CPUS_MAX];
};

static inline void look(struct moment *moment)
{
	struct rusage usage;
	int cpu;

	getrusage(RUSAGE_THREAD, &usage);
	moment->switches = usage.ru_nvcsw + usage.ru_nivcsw;
	for (cpu = 0; cpu < nr_cpus; cpu++)
		moment->late_ns[cpu] = atomic_load(&shared->late_ns[cpu]);
	moment->epoch = atomic_load(&shared->epoch);
	moment->ns = now_ns();
}

/*
 * A turn can be over before the task gets here, above all where the host gives the guest little:
 * then it has been @waits times, and one of them was at least this long. If it never left the CPU
 * the time went to interrupts or the host.
 */
static inline void judge_part(uint64_t wait_ns, uint64_t late_ns, long waits)
{
	if (waits <= 0)
		return;
	wait_ns -= late_ns < wait_ns ? late_ns : wait_ns;
	wait_ns /= waits;
	raise_to(&shared->wait_max_ns, wait_ns);
	if (wait_ns <= bound_ns + margin_ns)
		return;
	atomic_fetch_add(&shared->waits_over, 1);
	raise_to(&shared->over_max_ns, wait_ns - bound_ns - margin_ns);
	/* To the log, where it stands beside what the driver did. */
	fprintf(stderr, "soak: pid %d waited %llu ms, %ld in a row, beside %llu ms of delays\n",
		getpid(), (unsigned long long)(wait_ns / NSEC_PER_MSEC), waits,
		(unsigned long long)(late_ns / NSEC_PER_MSEC));
}

/* By how much real-time tasks came late since @from, on the CPU where that was most. */
static inline uint64_t late_since(const struct moment *from)
{
	uint64_t late_ns = 0;
	int cpu;

	for (cpu = 0; cpu < nr_cpus; cpu++) {
		uint64_t here_ns = atomic_load(&shared->late_ns[cpu]) - from->late_ns[cpu];

		if (here_ns > late_ns)
			late_ns = here_ns;
	}
	return late_ns;
}

/*
 * Judges the wait from @from, when the task could have run, to @to, when it did. What a real-time
 * task had to wait meanwhile was nobody's to give. While the class comes or goes the bound is not
 * its to keep; the parts before and after that are judged apart.
 */
static inline void judge_wait(const struct moment *from, const struct moment *to)
{
	uint64_t begin_ns = atomic_load(&shared->begin_ns), end_ns = atomic_load(&shared->end_ns);
	long waits = to->switches - from->switches;
	uint64_t late_ns;

	if (to->ns < from->ns || to->ns - from->ns < NSEC_PER_MSEC)
		return;
	/* Where all CPUs stood still, who judges may be quicker than who was late. */
	if (to->ns - from->ns > bound_ns)
		usleep(5 * BEAT_NS / 1000);
	late_ns = late_since(from);
	if (to->epoch == from->epoch && !(from->epoch & 1)) {
		judge_part(to->ns - from->ns, late_ns, waits);
		return;
	}
	raise_to(&shared->wait_across_ns, to->ns - from->ns);
	if (begin_ns > from->ns && begin_ns < to->ns && to->epoch - from->epoch <= 2)
		judge_part(begin_ns - from->ns, late_ns, waits);
	if (end_ns > from->ns && end_ns < to->ns && !(to->epoch & 1))
		judge_part(to->ns - end_ns, late_ns, waits);
}

#endif
