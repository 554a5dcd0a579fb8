// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks in the class while the fuzzer is on: some that never sleep, some that sleep much, pairs
 * that hand a byte back and forth, and some that fork and exit; of three users. Their policies,
 * CPUs and nice values change all the time. And two sleepers, whose bids nobody may change.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define LOAD_TASKS 14
/* The longest wait that the tunables allow is 4 s, and the class has a part of the CPUs only. */
#define SLOW_NS 10000000000ULL

static pid_t tasks[LOAD_TASKS];
static int wire[2][2];

static void enter_class(pid_t pid)
{
	struct sched_param param = { 0 };

	if (sched_setscheduler(pid, SCHED_EXT_POLICY, &param) && errno != ESRCH)
		violation("a task does not get into the class: %s", strerrorname_np(errno));
}

static void burn(uint64_t ns)
{
	uint64_t end = now_ns() + ns;

	while (now_ns() < end)
		;
}

static void ping_pong(int in, int out)
{
	char byte = 0;

	while (write(out, &byte, 1) == 1 && read(in, &byte, 1) == 1)
		;
}

static void breed(void)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			burn(500000);
			_exit(0);
		}
		if (pid > 0) {
			pool_add(&shared->pids, pid);
			waitpid(pid, NULL, 0);
		}
		usleep(3000);
	}
}

static void live(int which)
{
	prctl(PR_SET_NAME, "fuzzload");
	switch (which % 7) {
	case 0:
	case 1:
		for (;;)
			burn(1000000000);
	case 2:
		ping_pong(wire[0][0], wire[1][1]);
		break;
	case 3:
		ping_pong(wire[1][0], wire[0][1]);
		break;
	case 4:
		breed();
		break;
	default:
		for (;;) {
			burn(1000000 * which);
			usleep(2000 * which);
		}
	}
	_exit(0);
}

static pid_t start(int which, uid_t uid, bool canary)
{
	pid_t pid;

	/* Or the child would print once more what is not written yet. */
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fuzz: fork");
		exit(1);
	}
	if (!pid) {
		enter_class(0);
		become(uid);
		while (canary)
			pause();
		live(which);
	}
	return pid;
}

static void start_task(int which)
{
	static const uid_t uids[] = { 0, NOBODY, SOMEBODY };

	tasks[which] = start(which, uids[which % 3], false);
	pool_add(&shared->pids, tasks[which]);
}

void load_start(void)
{
	int i;

	if (pipe(wire[0]) || pipe(wire[1])) {
		perror("fuzz: pipe");
		exit(1);
	}
	shared->canary[0] = start(0, 0, true);
	shared->canary[1] = start(0, SOMEBODY, true);
	for (i = 0; i < LOAD_TASKS; i++)
		start_task(i);
}

/* A task that was killed has to run once more to end: the market may let it wait, but not long. */
static void reap(pid_t pid)
{
	uint64_t since_ns = now_ns();
	bool told = false;

	while (!waitpid(pid, NULL, WNOHANG)) {
		usleep(1000);
		if (told || now_ns() - since_ns < SLOW_NS)
			continue;
		report_task(pid, "was killed and has not run since");
		told = true;
	}
}

/* One change to one of the tasks; the parent does that now and then. */
void load_shuffle(struct rng *r)
{
	struct sched_param param = { 0 };
	int which = below(r, LOAD_TASKS);
	cpu_set_t cpus;

	switch (below(r, 5)) {
	case 0:
		kill(tasks[which], SIGKILL);
		reap(tasks[which]);
		start_task(which);
		break;
	case 1:
		sched_setscheduler(tasks[which], SCHED_OTHER, &param);
		break;
	case 2:
		setpriority(PRIO_PROCESS, tasks[which], (int)below(r, 40) - 20);
		break;
	case 3:
		CPU_ZERO(&cpus);
		CPU_SET(below(r, 2), &cpus);
		if (one_in(r, 2))
			CPU_SET(below(r, 2), &cpus);
		sched_setaffinity(tasks[which], sizeof(cpus), &cpus);
		break;
	default:
		enter_class(tasks[which]);
	}
}

void load_stop(void)
{
	int i;

	for (i = 0; i < LOAD_TASKS; i++)
		kill(tasks[i], SIGKILL);
	kill(shared->canary[0], SIGKILL);
	kill(shared->canary[1], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}
