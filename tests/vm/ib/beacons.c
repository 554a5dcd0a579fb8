// SPDX-License-Identifier: GPL-2.0
/*
 * How long a beacon takes to all members of a zone, and what it costs, by different transports:
 * for tests/vm/ib/bench.py, in the guest.
 *
 * Each member is a process in a network namespace of its own (n1, n2, ... as fabric.py makes them).
 * The first sends a number every INTERVAL_US, the others write down when it came.
 *
 * With "cpu" it is about processor time instead, that of the whole guest, as most of a software
 * RoCE device's work is done by kernel threads and interrupts: a process that runs when nobody else
 * wants to notices how much time it does not get. That takes a guest with one processor, and would
 * be in the way of the latencies.
 *
 * Usage: beacons TRANSPORT MEMBERS BEACONS INTERVAL_US [cpu]
 * Out: for each beacon that came to all the latency in ns to the first and to the last member, for
 * any other "lost" and how many it did not come to. With "cpu": us for each beacon of the guest, of
 * the sender, of one receiver.
 */
#include "beacons.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BEACONS_MAX 20000
/* For what is on its way when the last was sent. */
#define LINGER_MS 500
#define SETTLE_MS 1000
/* Somebody else had the processor, if this passes between two looks at the clock. */
#define GAP_NS 2500
#define NS_PER_S 1000000000ull

/**
 * struct shared - what the processes tell each other
 * @ready: members that are
 * @go: the measurement has begun
 * @done: and is over
 * @begin_ns: when the first beacon was due
 * @end_ns: when the last was sent
 * @spinning: the process that takes what is left of the processor is there
 * @left_ns: what that was
 * @cpu_ns: processor time of each member meanwhile
 * @sent_ns: when each beacon was sent
 * @heard_ns: when it came to each member; 0 is never
 */
struct shared {
	atomic_int ready;
	atomic_bool go;
	atomic_bool done;
	uint64_t begin_ns;
	uint64_t end_ns;
	atomic_bool spinning;
	uint64_t left_ns;
	uint64_t cpu_ns[MEMBERS_MAX];
	uint64_t sent_ns[BEACONS_MAX];
	uint64_t heard_ns[MEMBERS_MAX][BEACONS_MAX];
};

static const struct transport *const transports[] = {
	&none_transport, &udp_multicast, &udp_unicast, &ib_multicast,
};

static const struct transport *transport;
static struct shared *shared;
static int members, beacons;
static uint64_t interval_ns;

noreturn void give_up(const char *what)
{
	fprintf(stderr, "beacons: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* As fabric.py has them; rail -1 is the bridge of UDP. */
void address_of(char out[ADDRESS_LEN], int rail, int member)
{
	snprintf(out, ADDRESS_LEN, "10.%d.0.%d", rail < 0 ? 77 : 88 + rail, member + 1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec until = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* A member's network, and the /sys that shows its devices. */
static void enter(int me)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/n%d", me + 1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		give_up(path);
	close(fd);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    umount2("/sys", MNT_DETACH) || mount("sysfs", "/sys", "sysfs", 0, NULL))
		give_up("/sys");
}

static void run_sender(void)
{
	struct beacon beacon = { 0 };
	uint64_t next_ns;

	sleep_until(clock_ns(CLOCK_MONOTONIC) + SETTLE_MS * 1000000ull);
	/* The first that are sent to a group may get lost: they count no more than in mckey. */
	beacon.number = UINT64_MAX;
	for (int i = 0; i < 20; i++) {
		transport->send(&beacon);
		sleep_until(clock_ns(CLOCK_MONOTONIC) + 10000000);
	}
	next_ns = clock_ns(CLOCK_MONOTONIC);
	shared->begin_ns = next_ns;
	shared->go = true;
	for (int i = 0; i < beacons; i++) {
		next_ns += interval_ns;
		sleep_until(next_ns);
		beacon.number = i;
		shared->sent_ns[i] = clock_ns(CLOCK_MONOTONIC);
		transport->send(&beacon);
	}
	shared->end_ns = clock_ns(CLOCK_MONOTONIC);
	shared->done = true;
}

static void run_receiver(int me, int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct beacon beacon;
	uint64_t over_ns = 0;

	while (!over_ns || clock_ns(CLOCK_MONOTONIC) < over_ns) {
		if (fd < 0)
			usleep(LINGER_MS * 1000 / 2);
		else
			poll(&wait, 1, LINGER_MS);
		while (transport->receive(&beacon) == sizeof(beacon)) {
			if (beacon.number < beacons)
				shared->heard_ns[me][beacon.number] = clock_ns(CLOCK_MONOTONIC);
		}
		if (shared->done && !over_ns)
			over_ns = clock_ns(CLOCK_MONOTONIC) + LINGER_MS * 1000000ull;
	}
}

static noreturn void run_member(int me)
{
	uint64_t cpu_ns;
	int fd;

	/* With one of them missing there is nothing to measure. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter(me);
	fd = transport->open(me, members);
	shared->ready++;
	while (shared->ready < members)
		usleep(10000);
	cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	if (!me)
		run_sender();
	else
		run_receiver(me, fd);
	shared->cpu_ns[me] = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
	/* What they hold the kernel takes back. */
	_exit(0);
}

/* Takes the time that nobody else wants. */
static noreturn void run_spinner(void)
{
	const struct sched_param param = { 0 };
	uint64_t last_ns, now_ns, left_ns = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_IDLE, &param))
		give_up("SCHED_IDLE");
	shared->spinning = true;
	while (!shared->go)
		usleep(1000);
	for (last_ns = clock_ns(CLOCK_MONOTONIC); !shared->done; last_ns = now_ns) {
		now_ns = clock_ns(CLOCK_MONOTONIC);
		if (now_ns - last_ns < GAP_NS)
			left_ns += now_ns - last_ns;
	}
	shared->left_ns = left_ns;
	_exit(0);
}

static void report_cpu(uint64_t busy_ns)
{
	double receivers_ns = 0;

	for (int i = 1; i < members; i++)
		receivers_ns += shared->cpu_ns[i];
	printf("%.3f %.3f %.3f\n", busy_ns / 1e3 / beacons, shared->cpu_ns[0] / 1e3 / beacons,
	       receivers_ns / 1e3 / beacons / (members - 1));
}

static void report_latency(void)
{
	for (int i = 0; i < beacons; i++) {
		uint64_t last_ns = 0, first_ns = UINT64_MAX, ns;
		int lost = 0;

		for (int member = 1; member < members; member++) {
			ns = shared->heard_ns[member][i];
			lost += !ns;
			if (ns > last_ns)
				last_ns = ns;
			if (ns < first_ns)
				first_ns = ns;
		}
		if (lost)
			printf("lost %d\n", lost);
		else
			printf("%" PRIu64 " %" PRIu64 "\n", first_ns - shared->sent_ns[i],
			       last_ns - shared->sent_ns[i]);
	}
}

static void read_arguments(char **argv)
{
	for (size_t i = 0; i < sizeof(transports) / sizeof(*transports); i++) {
		if (!strcmp(transports[i]->name, argv[1]))
			transport = transports[i];
	}
	members = atoi(argv[2]);
	beacons = atoi(argv[3]);
	interval_ns = strtoull(argv[4], NULL, 10) * 1000;
	if (!transport || members < 2 || members > MEMBERS_MAX || beacons < 1 ||
	    beacons > BEACONS_MAX || !interval_ns) {
		errno = EINVAL;
		give_up("arguments");
	}
}

static void start_processes(bool cpu)
{
	for (int me = 0; me < members; me++) {
		if (!fork())
			run_member(me);
	}
	if (!cpu)
		return;
	if (sysconf(_SC_NPROCESSORS_ONLN) != 1) {
		errno = EINVAL;
		give_up("processor time is measured with one processor");
	}
	if (!fork())
		run_spinner();
	while (!shared->spinning)
		usleep(1000);
}

int main(int argc, char **argv)
{
	bool cpu = argc == 6 && !strcmp(argv[5], "cpu");
	int status;

	if (argc != 5 && !cpu) {
		fputs("usage: beacons TRANSPORT MEMBERS BEACONS INTERVAL_US [cpu]\n", stderr);
		return 1;
	}
	read_arguments(argv);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		give_up("mmap");
	start_processes(cpu);
	while (wait(&status) > 0) {
		if (status) {
			fputs("beacons: a process failed\n", stderr);
			return 1;
		}
	}
	if (cpu)
		report_cpu(shared->end_ns - shared->begin_ns - shared->left_ns);
	else
		report_latency();
	return 0;
}
