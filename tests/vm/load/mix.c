// SPDX-License-Identifier: GPL-2.0
/*
 * Many tasks of four kinds for a while: pairs that play ping-pong over pipes, pairs that do over
 * futexes, sleepers, and CPU hogs. Prints, as JSON and by kind, what they did and the longest time
 * that one of them, by the clock, did nothing.
 *
 *	mix TASKS SECONDS
 *
 * They take the policy and the bid of who started mix. The tasks of a kind are processes but for
 * the futex players, who are threads.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TASKS_MAX 1024
#define NSEC_PER_SEC 1000000000ULL

enum kind { PIPE, FUTEX, SLEEP, CPU, KINDS };

static const char *const kind_names[] = { "pipe", "futex", "sleep", "cpu" };

struct task {
	enum kind kind;
	_Atomic uint64_t ops;
	_Atomic uint64_t last_ns;
	_Atomic uint64_t gap_ns;
};

static struct task *tasks;
static int nr_tasks;
static pid_t children[TASKS_MAX];
static int nr_children;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void progress(struct task *task)
{
	uint64_t now = now_ns();
	uint64_t last = atomic_load(&task->last_ns);

	if (last && now - last > atomic_load(&task->gap_ns))
		atomic_store(&task->gap_ns, now - last);
	atomic_store(&task->last_ns, now);
	atomic_fetch_add(&task->ops, 1);
}

static void play_pipe(struct task *task, int in, int out)
{
	char ball;

	while (read(in, &ball, 1) == 1) {
		progress(task);
		if (write(out, &ball, 1) != 1)
			break;
	}
	exit(1);
}

/* Each waits until the word is his number, and sets it to the other's. */
struct court {
	struct task *task[2];
	_Atomic uint32_t turn;
};

struct player {
	struct court *court;
	uint32_t side;
};

static void *play_futex(void *arg)
{
	struct player *player = arg;
	struct court *court = player->court;

	for (;;) {
		uint32_t turn = atomic_load(&court->turn);

		if (turn != player->side) {
			syscall(SYS_futex, &court->turn, FUTEX_WAIT_PRIVATE, turn, NULL);
			continue;
		}
		progress(court->task[player->side]);
		atomic_store(&court->turn, !player->side);
		syscall(SYS_futex, &court->turn, FUTEX_WAKE_PRIVATE, 1);
	}
	return NULL;
}

static void futex_pair(struct task *first, struct task *second)
{
	struct court court = { .task = { first, second } };
	struct player players[2] = { { &court, 0 }, { &court, 1 } };
	pthread_t other;

	if (pthread_create(&other, NULL, play_futex, &players[1])) {
		perror("mix: pthread_create");
		exit(1);
	}
	play_futex(&players[0]);
}

static void doze(struct task *task)
{
	for (;;) {
		usleep(1000 + rand() % 9000);
		progress(task);
	}
}

static void burn(struct task *task)
{
	for (;;) {
		volatile int i;

		for (i = 0; i < 10000; i++)
			;
		progress(task);
	}
}

/* A child; returns 0 there. */
static pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("mix: fork");
		exit(1);
	}
	if (pid)
		children[nr_children++] = pid;
	else
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void start_pipe_pair(struct task *first, struct task *second)
{
	int there[2], back[2];

	if (pipe(there) || pipe(back)) {
		perror("mix: pipe");
		exit(1);
	}
	if (!child())
		play_pipe(first, back[0], there[1]);
	if (!child())
		play_pipe(second, there[0], back[1]);
	/* The ball. */
	if (write(there[1], "", 1) != 1)
		exit(1);
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
}

static struct task *new_task(enum kind kind)
{
	struct task *task = &tasks[nr_tasks++];

	task->kind = kind;
	return task;
}

static void start_pair(enum kind kind)
{
	struct task *first = new_task(kind);
	struct task *second = new_task(kind);

	if (kind == PIPE)
		start_pipe_pair(first, second);
	else if (kind == FUTEX && !child())
		futex_pair(first, second);
	else if (kind == SLEEP && !child())
		doze(first);
	else if (kind == CPU && !child())
		burn(first);
	if (kind == SLEEP && !child())
		doze(second);
	if (kind == CPU && !child())
		burn(second);
}

static void print_kind(enum kind kind, uint64_t end_ns)
{
	uint64_t ops = 0, least = UINT64_MAX, longest_ns = 0;
	int i, count = 0;

	for (i = 0; i < nr_tasks; i++) {
		uint64_t gap_ns = atomic_load(&tasks[i].gap_ns);
		uint64_t last_ns = atomic_load(&tasks[i].last_ns);

		if (tasks[i].kind != kind)
			continue;
		if (end_ns > last_ns && end_ns - last_ns > gap_ns)
			gap_ns = end_ns - last_ns;
		if (gap_ns > longest_ns)
			longest_ns = gap_ns;
		if (tasks[i].ops < least)
			least = tasks[i].ops;
		ops += tasks[i].ops;
		count++;
	}
	printf("{\"kind\":\"%s\",\"tasks\":%d,\"ops\":%llu,\"least\":%llu,\"gap_ms\":%.1f}%s\n",
	       kind_names[kind], count, (unsigned long long)ops, (unsigned long long)least,
	       longest_ns / 1e6, kind == KINDS - 1 ? "" : ",");
}

int main(int argc, char **argv)
{
	int wanted = argc == 3 ? atoi(argv[1]) : 0;
	uint64_t end_ns;
	int i;

	if (wanted < 2 * KINDS || wanted > TASKS_MAX) {
		fprintf(stderr, "usage: mix TASKS SECONDS, with %d to %d tasks\n", 2 * KINDS,
			TASKS_MAX);
		return 1;
	}
	tasks = mmap(NULL, (TASKS_MAX + 1) * sizeof(*tasks), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tasks == MAP_FAILED) {
		perror("mix: mmap");
		return 1;
	}
	for (i = 0; nr_tasks < wanted; i++)
		start_pair(i % KINDS);
	sleep(atoi(argv[2]));
	end_ns = now_ns();
	puts("[");
	for (i = 0; i < KINDS; i++)
		print_kind(i, end_ns);
	puts("]");
	for (i = 0; i < nr_children; i++)
		kill(children[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
