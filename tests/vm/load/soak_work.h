/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The workers of the soak load (soak.c): probes that measure their waits, and tasks that fork,
 * exec, make threads, play ping-pong over pipes and futexes, sleep, and move each other between
 * CPUs. Each checks what comes back, and returns when it is told to stop.
 */
#ifndef MAXWELL_TEST_SOAK_WORK_H
#define MAXWELL_TEST_SOAK_WORK_H

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "soak.h"

#define WORK_NS 100000UL
#define THREADS_MAX 4

static inline void probe_burn(struct slot *slot)
{
	struct moment from, to;

	if (slot->cpu >= 0)
		pin(slot->cpu);
	look(&from);
	while (!stopped()) {
		look(&to);
		judge_wait(&from, &to);
		from = to;
		progress(slot);
	}
}

static inline void probe_nap(struct slot *slot)
{
	while (!stopped()) {
		struct moment from, to;
		struct timespec until;

		look(&from);
		from.ns += 5 * NSEC_PER_MSEC + rand() % (20 * NSEC_PER_MSEC);
		until.tv_sec = from.ns / NSEC_PER_SEC;
		until.tv_nsec = from.ns % NSEC_PER_SEC;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		look(&to);
		judge_wait(&from, &to);
		count(COUNT_NAPS);
		progress(slot);
	}
}

/* Who stops leaves, and his end of the pipe with him: the other one reads the end of it. */
static inline void play_pipe(struct slot *slot, int in, int out)
{
	unsigned char ball, last = 0;
	bool first = true;

	while (!stopped() && read(in, &ball, 1) == 1) {
		/* Each adds one: from one's own to the next it is two. */
		if (!first && (unsigned char)(last + 2) != ball)
			count(COUNT_WRONG);
		last = ball++;
		first = false;
		count(COUNT_PIPE_TURNS);
		progress(slot);
		if (write(out, &ball, 1) != 1)
			break;
	}
}

/* Two threads; each waits until the word is his number, and sets it to the other's. */
struct player {
	_Atomic uint32_t *turn;
	uint32_t side;
	struct slot *slot;
};

static inline void *play_futex(void *arg)
{
	struct player *player = arg;

	for (;;) {
		uint32_t turn = atomic_load(player->turn);
		/* Looked at before the turn is given away: the other one gets it, and looks. */
		bool stop = stopped();

		if (turn != player->side) {
			syscall(SYS_futex, player->turn, FUTEX_WAIT_PRIVATE, turn, NULL);
			continue;
		}
		count(COUNT_FUTEX_TURNS);
		progress(player->slot);
		atomic_store(player->turn, !player->side);
		syscall(SYS_futex, player->turn, FUTEX_WAKE_PRIVATE, 1);
		if (stop)
			return NULL;
	}
}

static inline void futex_pair(struct slot *slot)
{
	_Atomic uint32_t turn = 0;
	struct player players[2] = { { &turn, 0, slot }, { &turn, 1, slot } };
	pthread_t other;

	if (pthread_create(&other, NULL, play_futex, &players[1]))
		exit(1);
	play_futex(&players[0]);
	pthread_join(other, NULL);
}

/* Waits for the child and checks what it ends with. */
static inline void reap(pid_t child, int code)
{
	int status;

	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != code)
		count(COUNT_WRONG);
	count(COUNT_REAPED);
}

/* A child that makes another one and leaves it behind, for the first process of all to reap. */
static inline void leave_orphan(int code)
{
	int pipefd[2];
	pid_t child;
	char byte;

	if (pipe(pipefd))
		exit(1);
	child = fork();
	if (!child) {
		pid_t orphan = fork();

		if (!orphan) {
			spin_ns(WORK_NS);
			_exit(write(pipefd[1], "", 1) != 1);
		}
		_exit(orphan < 0 ? 255 : code);
	}
	close(pipefd[1]);
	count(COUNT_FORKS);
	count(COUNT_FORKS);
	reap(child, code);
	if (read(pipefd[0], &byte, 1) != 1)
		count(COUNT_WRONG);
	close(pipefd[0]);
}

static inline void work_fork(struct slot *slot)
{
	while (!stopped()) {
		int code = rand() & 0x7f;
		pid_t child;

		if (rand() % 8 == 0) {
			leave_orphan(code);
			progress(slot);
			continue;
		}
		child = fork();
		if (child < 0)
			exit(1);
		if (!child) {
			spin_ns(rand() % WORK_NS);
			_exit(code);
		}
		count(COUNT_FORKS);
		reap(child, code);
		progress(slot);
	}
}

static inline void work_exec(struct slot *slot)
{
	while (!stopped()) {
		int code = rand() & 0x7f;
		pid_t child = fork();

		if (child < 0)
			exit(1);
		if (!child) {
			char text[8];

			snprintf(text, sizeof(text), "%d", code);
			execl("/proc/self/exe", "soak", "child", text, NULL);
			_exit(255);
		}
		count(COUNT_FORKS);
		reap(child, code);
		count(COUNT_EXECS);
		progress(slot);
		usleep(rand() % 20000);
	}
}

static inline void *thread(void *arg)
{
	spin_ns(WORK_NS);
	count(COUNT_THREADS);
	return arg;
}

static inline void work_thread(struct slot *slot)
{
	while (!stopped()) {
		pthread_t threads[THREADS_MAX];
		int i, n = 1 + rand() % THREADS_MAX;

		for (i = 0; i < n; i++)
			if (pthread_create(&threads[i], NULL, thread, slot))
				exit(1);
		for (i = 0; i < n; i++) {
			void *result;

			if (pthread_join(threads[i], &result) || result != slot)
				count(COUNT_WRONG);
			count(COUNT_JOINED);
		}
		progress(slot);
		usleep(rand() % 10000);
	}
}

static inline void work_sleep(struct slot *slot)
{
	while (!stopped()) {
		usleep(rand() % 10000);
		spin_ns(rand() % WORK_NS);
		count(COUNT_SLEEPS);
		progress(slot);
	}
}

/* Gives others, and now and then itself, another set of CPUs. */
static inline void work_mover(struct slot *slot)
{
	while (!stopped()) {
		const struct slot *other = &shared->slots[rand() % shared->nr_slots];
		/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): main() wants a CPU */
		int cpu, mask = 1 + rand() % ((1 << nr_cpus) - 1);
		cpu_set_t set;

		CPU_ZERO(&set);
		for (cpu = 0; cpu < nr_cpus; cpu++)
			if (mask >> cpu & 1)
				CPU_SET(cpu, &set);
		if (other->cpu == CPU_MOVABLE &&
		    !sched_setaffinity(other->pid, sizeof(set), &set))
			count(COUNT_AFFINITIES);
		progress(slot);
		usleep(rand() % 5000);
	}
}

#endif
