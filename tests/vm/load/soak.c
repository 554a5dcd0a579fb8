// SPDX-License-Identifier: GPL-2.0
/*
 * The load of the soak test: tasks of many kinds that check what they do, until told to stop.
 *
 *	soak FILE BOUND_MS MARGIN_MS SEED
 *
 * FILE is made anew and is mapped by all: its first word stops the load, the second is the
 * driver's (see soak.h). Prints a line of JSON each second, the first with the pids. At the end
 * every process has to come back by itself within a minute; who does not is lost. Ends with 0 only
 * if none was, and none died before.
 *
 *	soak child CODE		what the worker that execs becomes: ends with CODE
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "soak_work.h"

#define LATE_NS (2 * NSEC_PER_MSEC)
#define REPORT_NS NSEC_PER_SEC

static const char *const kind_names[NR_KINDS] = {
	"burn", "nap", "pipe", "futex", "fork", "exec", "thread", "sleep", "mover"
};

static const char *const counter_names[NR_COUNTERS] = {
	"forks", "reaped", "orphans", "execs", "threads", "joined", "pipe_turns", "futex_turns",
	"naps", "sleeps", "affinities", "wrong"
};

static unsigned int seed;
static int nr_left;
static int nr_died;
static pid_t beating;

static void fatal(const char *what)
{
	fprintf(stderr, "soak: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void real_time(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		fatal("sched_setscheduler");
}

/* A real-time task on one CPU: what it comes late was not the class's to give. */
static void *beat(void *arg)
{
	int cpu = (intptr_t)arg;
	uint64_t next_ns = now_ns();

	real_time(50);
	for (;;) {
		struct timespec until;
		uint64_t late_ns;

		/* Offline it is moved away. */
		if (sched_getcpu() != cpu)
			pin(cpu);
		next_ns += BEAT_NS;
		until.tv_sec = next_ns / NSEC_PER_SEC;
		until.tv_nsec = next_ns % NSEC_PER_SEC;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		late_ns = now_ns() - next_ns;
		if (late_ns < LATE_NS)
			continue;
		atomic_fetch_add(&shared->late_ns[cpu], late_ns);
		raise_to(&shared->late_max_ns, late_ns);
		next_ns += late_ns;
	}
	return NULL;
}

static pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fatal("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		srand(seed ^ shared->nr_slots);
	}
	return pid;
}

static void start_beats(void)
{
	intptr_t cpu;
	pthread_t unused;

	beating = child();
	if (beating)
		return;
	for (cpu = 1; cpu < nr_cpus; cpu++)
		if (pthread_create(&unused, NULL, beat, (void *)cpu))
			fatal("pthread_create");
	beat((void *)0);
}

static struct slot *new_slot(enum kind kind, int cpu)
{
	struct slot *slot = &shared->slots[shared->nr_slots++];

	slot->kind = kind;
	slot->cpu = cpu;
	slot->last_ns = now_ns();
	nr_left++;
	return slot;
}

static void start(enum kind kind, int cpu, void (*work)(struct slot *slot))
{
	struct slot *slot = new_slot(kind, cpu);
	pid_t pid = child();

	if (!pid) {
		work(slot);
		exit(0);
	}
	slot->pid = pid;
}

static void start_pipe_pair(int cpu)
{
	int there[2], back[2], side;

	if (pipe(there) || pipe(back))
		fatal("pipe");
	for (side = 0; side < 2; side++) {
		int *in = side ? there : back, *out = side ? back : there;
		struct slot *slot = new_slot(KIND_PIPE, cpu);
		pid_t pid = child();

		if (!pid) {
			signal(SIGPIPE, SIG_IGN);
			close(in[1]);
			close(out[0]);
			play_pipe(slot, in[0], out[1]);
			exit(0);
		}
		slot->pid = pid;
	}
	if (write(there[1], "", 1) != 1)
		fatal("write");
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
}

static void start_all(void)
{
	int i;

	start_beats();
	for (i = 0; i < nr_cpus; i++)
		start(KIND_BURN, i, probe_burn);
	/* A wakeup that was lost shows only where nobody comes to move the task. */
	for (i = 0; i < 2; i++) {
		int cpu = i ? CPU_ANY : CPU_MOVABLE;

		start(KIND_BURN, cpu, probe_burn);
		start(KIND_NAP, cpu, probe_nap);
		start_pipe_pair(cpu);
		start(KIND_FUTEX, cpu, futex_pair);
		start(KIND_FORK, cpu, work_fork);
		start(KIND_SLEEP, cpu, work_sleep);
	}
	start(KIND_EXEC, CPU_MOVABLE, work_exec);
	start(KIND_THREAD, CPU_MOVABLE, work_thread);
	start(KIND_MOVER, CPU_MOVABLE, work_mover);
}

static struct slot *find_slot(pid_t pid)
{
	int i;

	for (i = 0; i < shared->nr_slots; i++)
		if (shared->slots[i].pid == pid)
			return &shared->slots[i];
	return NULL;
}

static void reap_all(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct slot *slot = find_slot(pid);
		bool clean = WIFEXITED(status) && !WEXITSTATUS(status);

		if (slot) {
			slot->pid = 0;
			nr_left--;
			nr_died += !clean || !stopped();
		} else {
			count(COUNT_ORPHANS);
			count(COUNT_REAPED);
			if (!clean)
				count(COUNT_WRONG);
		}
	}
}

static void print_pids(void)
{
	int i;

	printf("{\"pids\":[");
	for (i = 0; i < shared->nr_slots; i++)
		printf("%s{\"pid\":%d,\"kind\":\"%s\",\"cpu\":%d}", i ? "," : "",
		       shared->slots[i].pid, kind_names[shared->slots[i].kind],
		       shared->slots[i].cpu);
	puts("]}");
	fflush(stdout);
}

/* Who has gone longest without getting anything done is the one to look at. */
static void report(bool final)
{
	uint64_t now = now_ns(), oldest_ns = 0;
	const struct slot *oldest = NULL;
	int i;

	for (i = 0; i < shared->nr_slots; i++) {
		const struct slot *slot = &shared->slots[i];

		if (slot->pid && now - slot->last_ns > oldest_ns && now > slot->last_ns) {
			oldest_ns = now - slot->last_ns;
			oldest = slot;
		}
	}
	printf("{\"final\":%s,\"left\":%d,\"died\":%d,", final ? "true" : "false", nr_left,
	       nr_died);
	printf("\"wait_max_ms\":%.1f,\"wait_across_ms\":%.1f,", shared->wait_max_ns / 1e6,
	       shared->wait_across_ns / 1e6);
	printf("\"waits_over\":%llu,\"over_max_ms\":%.1f,\"late_max_ms\":%.1f,\"idle_ms\":%.1f,",
	       (unsigned long long)shared->waits_over, shared->over_max_ns / 1e6,
	       shared->late_max_ns / 1e6, oldest_ns / 1e6);
	printf("\"idle_pid\":%d,\"idle_kind\":\"%s\"", oldest ? oldest->pid : 0,
	       oldest ? kind_names[oldest->kind] : "");
	for (i = 0; i < NR_COUNTERS; i++)
		printf(",\"%s\":%llu", counter_names[i], (unsigned long long)shared->counters[i]);
	puts("}");
	fflush(stdout);
}

static void map_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(*shared)))
		fatal(path);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		fatal("mmap");
}

/* Without the real-time beats nobody would be late, so they end last. */
static int finish(uint64_t patience_ns)
{
	uint64_t end_ns = now_ns() + patience_ns;
	int i;

	while (nr_left && now_ns() < end_ns) {
		reap_all();
		usleep(20000);
	}
	/* An orphan may outlive who waits for it by a moment. */
	for (i = 0; i < 100 && atomic_load(&shared->counters[COUNT_REAPED]) <
	     atomic_load(&shared->counters[COUNT_FORKS]); i++) {
		usleep(20000);
		reap_all();
	}
	report(true);
	for (i = 0; i < shared->nr_slots; i++)
		if (shared->slots[i].pid)
			kill(shared->slots[i].pid, SIGKILL);
	kill(beating, SIGKILL);
	return nr_left || nr_died;
}

int main(int argc, char **argv)
{
	uint64_t next_ns;

	if (argc == 3 && !strcmp(argv[1], "child"))
		return atoi(argv[2]);
	if (argc != 5) {
		fprintf(stderr, "usage: soak FILE BOUND_MS MARGIN_MS SEED\n");
		return 1;
	}
	bound_ns = atoi(argv[2]) * NSEC_PER_MSEC;
	margin_ns = atoi(argv[3]) * NSEC_PER_MSEC;
	seed = strtoul(argv[4], NULL, 10);
	nr_cpus = sysconf(_SC_NPROCESSORS_CONF);
	if (nr_cpus < 1 || nr_cpus > CPUS_MAX) {
		fprintf(stderr, "soak: %d CPUs, 1 to %d are allowed\n", nr_cpus, CPUS_MAX);
		return 1;
	}
	map_file(argv[1]);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	start_all();
	print_pids();
	/* To see how the others fare whatever happens to them. */
	real_time(10);
	for (next_ns = now_ns(); !stopped(); next_ns += REPORT_NS) {
		report(false);
		while (!stopped() && now_ns() < next_ns + REPORT_NS) {
			usleep(50000);
			reap_all();
		}
	}
	return finish(60 * NSEC_PER_SEC + 60 * margin_ns);
}
