// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the module from privileged and unprivileged processes at the same time, with tasks in the
 * class: netlink by the grammar of the family's spec, the tunables in sysfs, and /dev/maxwell.
 *
 *	fuzz SECONDS			all workers; SEED in the environment, or a random one
 *	fuzz replay WORKER FROM COUNT	one worker, by its number, alone; SEED as it was printed
 *	fuzz limits			see limits.c
 *
 * MAXWELL_PATIENCE: how many times longer than usual things may take. The class is to be attached.
 * Ends with 1, and the last operations of each worker, as soon as something is not as it must be.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

/* As long as an operation may take, on a stock kernel. */
#define BLOCKED_NS 30000000000ULL
#define STATE_EVERY_NS 8000000000ULL

enum kind { NETLINK, SYSFS, DEVICE };

static const struct {
	const char *name;
	enum kind kind;
	uid_t uid;
	int nice;
} team[] = {
	{ "netlink root", NETLINK, 0, 0 },	{ "netlink root", NETLINK, 0, 0 },
	{ "netlink nobody", NETLINK, NOBODY, 0 }, { "netlink nobody", NETLINK, NOBODY, 0 },
	{ "sysfs root", SYSFS, 0, 12 },		{ "sysfs nobody", SYSFS, NOBODY, 14 },
	{ "device root", DEVICE, 0, 8 },	{ "device nobody", DEVICE, NOBODY, 8 },
};

static int wires[2]; /* between the two workers of the device */
static uint64_t patience = 1;
static uint64_t replay_from, replay_count;

static void run_worker(unsigned int i)
{
	struct worker *w = &shared->worker[i];
	struct ctx c = { .w = w, .n = replay_from };

	if (replay_count)
		c.end = replay_from + replay_count;
	cgroups_limit_me();
	if (setpriority(PRIO_PROCESS, 0, team[i].nice))
		perror("fuzz: setpriority");
	become(team[i].uid);
	switch (team[i].kind) {
	case NETLINK:
		netlink_worker(&c);
		break;
	case SYSFS:
		sysfs_worker(&c);
		break;
	case DEVICE:
		device_worker(&c, wires[!team[i].uid]);
		break;
	}
	atomic_store(&w->busy_since_ns, 0);
	atomic_store(&w->done, true);
	_exit(0);
}

static void start_worker(unsigned int i)
{
	struct worker *w = &shared->worker[i];
	pid_t pid;

	snprintf(w->name, sizeof(w->name), "%s", team[i].name);
	w->privileged = !team[i].uid;
	pid = fork();
	if (pid < 0) {
		perror("fuzz: fork");
		exit(1);
	}
	if (!pid)
		run_worker(i);
	w->pid = pid;
}

/* Whether the kernel reported something since the last call; the harness has the report itself. */
static bool kernel_complains(int kmsg)
{
	static const char *const signs[] = {
		"WARNING:", "BUG:", "Oops", "KASAN", "UBSAN", "general protection fault",
		"runtime error", "refcount_t:", "possible recursive", "possible circular",
		"suspicious RCU", "ODEBUG", "sleeping function", "list_add corruption",
		"list_del corruption", "blocked for more than", "detected stall",
	};
	bool found = false;
	char line[2048];
	unsigned int i;
	ssize_t len;

	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 || (len < 0 && errno == EPIPE)) {
		line[len > 0 ? len : 0] = '\0';
		for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
			found |= !!strstr(line, signs[i]);
	}
	return found;
}

static bool class_attached(void)
{
	char text[32] = "";
	int fd = open("/sys/kernel/sched_ext/state", O_RDONLY | O_CLOEXEC);
	bool yes = read(fd, text, sizeof(text) - 1) > 0 && !strncmp(text, "enabled", 7);

	close(fd);
	return yes;
}

/* Workers that wait too long, or died. */
static void check_workers(void)
{
	unsigned int i;
	int status;

	for (i = 0; i < shared->nr_workers; i++) {
		struct worker *w = &shared->worker[i];
		uint64_t since = atomic_load(&w->busy_since_ns), now = now_ns();

		if (since && now > since && now - since > BLOCKED_NS * patience)
			violation("%s has been at operation %llu for %llu s", w->name,
				  (unsigned long long)atomic_load(&w->n),
				  (unsigned long long)((now - since) / 1000000000));
		if (w->pid && waitpid(w->pid, &status, WNOHANG) == w->pid) {
			if (status)
				violation("%s died of status %#x at operation %llu", w->name,
					  status, (unsigned long long)atomic_load(&w->n));
			w->pid = 0;
		}
	}
}

static unsigned int alive(void)
{
	unsigned int i, nr = 0;

	for (i = 0; i < shared->nr_workers; i++)
		nr += !!shared->worker[i].pid;
	return nr;
}

static void watch(uint64_t length_ns)
{
	uint64_t start = now_ns(), state_ns = start + STATE_EVERY_NS, said_ns = start;
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct rng r;

	rng_seed(&r, shared->seed, WORKERS_MAX, 0);
	lseek(kmsg, 0, SEEK_END);
	while (now_ns() - start < length_ns && alive() && !atomic_load(&shared->violations)) {
		usleep(50000);
		load_shuffle(&r);
		check_workers();
		if (kernel_complains(kmsg))
			violation("the kernel complains");
		if (!class_attached())
			violation("the class is no longer attached");
		if (now_ns() > said_ns) {
			report_positions((now_ns() - start) / 1e9);
			said_ns += 10000000000ULL;
		}
		if (now_ns() > state_ns && !replay_count) {
			state_check();
			state_ns = now_ns() + STATE_EVERY_NS;
		}
	}
	if (atomic_load(&shared->violations))
		report_rings("stopped");
	close(kmsg);
}

/* All workers end by themselves, as nothing blocks for ever. */
static void stop(void)
{
	uint64_t since = now_ns();

	atomic_store(&shared->stop, true);
	while (alive() && now_ns() - since < BLOCKED_NS * patience) {
		usleep(20000);
		check_workers();
	}
	if (alive()) {
		violation("%u workers do not stop", alive());
		report_rings("not stopped");
	}
}

static void fuzz(uint64_t seconds, int only)
{
	unsigned int i;

	state_open();
	cgroups_make();
	load_start();
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, wires))
		perror("fuzz: socketpair");
	shared->nr_workers = sizeof(team) / sizeof(team[0]);
	for (i = 0; i < shared->nr_workers; i++)
		if (only < 0 || only == (int)i)
			start_worker(i);
	close(wires[0]);
	close(wires[1]);
	watch(seconds * 1000000000);
	stop();
	load_stop();
	state_restore();
	cgroups_remove();
	report_sums();
	/* Once more at the end, where it is looked for. */
	if (atomic_load(&shared->violations))
		printf("FAIL  %s (SEED=%llu)\n", shared->violation,
		       (unsigned long long)shared->seed);
}

int main(int argc, char **argv)
{
	const char *seed = getenv("SEED"), *more = getenv("MAXWELL_PATIENCE");
	int only = -1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "nothing"))
		return 0;
	if (argc == 2 && !strcmp(argv[1], "limits"))
		return limits_main();
	if (argc != 2 && (argc != 5 || strcmp(argv[1], "replay"))) {
		fprintf(stderr, "usage: fuzz SECONDS | replay WORKER FROM COUNT | limits\n");
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED) {
		perror("fuzz: mmap");
		return 1;
	}
	if (seed)
		shared->seed = strtoull(seed, NULL, 0);
	else if (getrandom(&shared->seed, 4, 0) != 4)
		return 1;
	if (more)
		patience = strtoull(more, NULL, 0);
	if (argc == 5) {
		only = atoi(argv[2]);
		replay_from = strtoull(argv[3], NULL, 0);
		replay_count = strtoull(argv[4], NULL, 0);
	}
	printf("seed %llu\n", (unsigned long long)shared->seed);
	fuzz(argc == 5 ? UINT32_MAX : strtoull(argv[1], NULL, 0), only);
	return atomic_load(&shared->violations) ? 1 : 0;
}
