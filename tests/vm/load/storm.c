// SPDX-License-Identifier: GPL-2.0
/*
 * Changes tasks and prices at random as fast as it can for a while: bids, books, nice, affinity and
 * policies of the threads given, multipliers of the CPUs. In the end the threads are under the
 * class again, free to move, at a bid of 500 and a multiplier of 1.0.
 *
 *	storm SECONDS SEED PID...
 */
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "genl.h"

#define SCHED_EXT_POLICY 7

static struct genl genl;
static unsigned long done[6];

/* A thread that is out of the class just now cannot bid; anything else is a failure. */
static void must(int err, const char *what)
{
	if (!err || err == -ESRCH)
		return;
	fprintf(stderr, "storm: %s: %s: %s\n", what, strerror(-err), genl.text);
	exit(1);
}

static void set_policy(pid_t pid, int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(pid, policy, &param))
		genl_fatal("storm: sched_setscheduler");
}

static void set_affinity(pid_t pid, unsigned long mask)
{
	cpu_set_t set;
	int cpu;

	CPU_ZERO(&set);
	for (cpu = 0; cpu < get_nprocs(); cpu++)
		if (mask >> cpu & 1)
			CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		genl_fatal("storm: sched_setaffinity");
}

static void set_price(int cpu, uint32_t kind, uint32_t multiplier, uint32_t lease_ms)
{
	struct genl_msg m;
	char cpus[16];
	int len = snprintf(cpus, sizeof(cpus), "%d", cpu);

	genl_begin(&genl, &m, genl.family, MAXWELL_CMD_PRICE_SET, NLM_F_ACK);
	genl_put_u32(&m, MAXWELL_A_PRICE_KIND, kind);
	genl_put_u32(&m, MAXWELL_A_PRICE_MULTIPLIER, multiplier);
	genl_put_u32(&m, MAXWELL_A_PRICE_LEASE_MS, lease_ms);
	if (cpu >= 0)
		genl_put(&m, MAXWELL_A_PRICE_CPUS, cpus, len + 1);
	must(genl_request(&genl, &m, NULL), "price-set");
}

static void change(pid_t pid)
{
	int which = rand() % 6;

	done[which]++;
	switch (which) {
	case 0:
	case 1:
		must(genl_bid_set(&genl, pid, rand() % 2000, rand() % 2), "bid-set");
		break;
	case 2:
		if (setpriority(PRIO_PROCESS, pid, rand() % 40 - 20))
			genl_fatal("storm: setpriority");
		break;
	case 3:
		set_affinity(pid, 1 + rand() % ((1UL << get_nprocs()) - 1));
		break;
	case 4:
		if (rand() % 2)
			set_policy(pid, SCHED_EXT_POLICY, 0);
		else
			set_policy(pid, rand() % 2 ? SCHED_OTHER : SCHED_BATCH, 0);
		break;
	default:
		set_price(rand() % get_nprocs(), rand() % 3,
			  MAXWELL_MULTIPLIER_ONE / 4 * (1 + rand() % 200), rand() % 3 * 20);
	}
}

int main(int argc, char **argv)
{
	time_t end;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: storm SECONDS SEED PID...\n");
		return 1;
	}
	srand(strtoul(argv[2], NULL, 10));
	genl_open(&genl);
	for (end = time(NULL) + atoi(argv[1]); time(NULL) < end;)
		change(atoi(argv[3 + rand() % (argc - 3)]));
	for (i = 0; i < 3; i++)
		set_price(-1, i, MAXWELL_MULTIPLIER_ONE, 0);
	for (i = 3; i < argc; i++) {
		set_policy(atoi(argv[i]), SCHED_EXT_POLICY, 0);
		set_affinity(atoi(argv[i]), -1UL);
		errno = -genl_bid_set(&genl, atoi(argv[i]), 500, MAXWELL_BOOK_GENERAL);
		if (errno)
			genl_fatal("storm: last bid");
	}
	printf("%lu bids, %lu nices, %lu affinities, %lu policies, %lu prices\n",
	       done[0] + done[1], done[2], done[3], done[4], done[5]);
	return 0;
}
