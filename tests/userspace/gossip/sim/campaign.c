// SPDX-License-Identifier: GPL-2.0
/*
 * Many worlds, one after the other, each in a process of its own, so that one that crashes or does
 * not end is a finding like any other; then the bugs on purpose, which have to be found.
 *
 * campaign [--small] [--ib] [--first N] [--seeds N] [--seed N] [--until S] [--repeat N] [--hashes]
 *	[--json FILE] [--canary NAME]
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "real.h"

/* CPU time after which a world does not end: that the machine is busy is no finding. */
#define WORLD_S 120
#define CANARY_SEEDS 300

static struct {
	bool small, hashes, sodium, ib;
	uint64_t first, seeds, one, repeat, until_s;
	bool replay;
	const char *json, *canary;
} args = { .first = 1, .seeds = 100, .repeat = 16 };

static double wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run_world(uint64_t seed, enum sim_canary canary, int verbose, struct sim_result *r)
{
	struct sim_options opt;
	struct sim_world *w;

	sim_options_draw(&opt, seed, args.small, args.sodium, args.ib);
	sim_canary = canary;
	w = sim_world_create(seed, &opt, canary, verbose);
	if (!w)
		abort();
	w->until_ns = args.until_s * SIM_S;
	sim_world_run(w);
	r->seed = seed;
	r->nodes = opt.nodes;
	r->hash = w->hash;
	r->broken = w->broken;
	r->broken_ns = w->broken_ns;
	r->broken_node = w->broken_node;
	memcpy(r->text, w->broken_text, sizeof(r->text));
	r->stats = w->stats;
	sim_world_destroy(w);
}

/* In a process of its own; what is left of one that ended badly is told in the result. */
static void run_apart(uint64_t seed, enum sim_canary canary, struct sim_result *r)
{
	const struct itimerval limit = { .it_value.tv_sec = WORLD_S };
	int status;
	pid_t pid;

	memset(r, 0, sizeof(*r));
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!pid) {
		setitimer(ITIMER_PROF, &limit, NULL);
		run_world(seed, canary, 0, r);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	r->seed = seed;
	r->broken = SIM_RULE_CRASHED;
	r->broken_node = UINT32_MAX;
	if (WIFSIGNALED(status))
		snprintf(r->text, sizeof(r->text), "the core ends by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(r->text, sizeof(r->text), "exit status %d", WEXITSTATUS(status));
}

static void tell(const struct sim_result *r)
{
	struct sim_options opt;

	sim_options_draw(&opt, r->seed, args.small, args.sodium, args.ib);
	printf("seed %llu: %s at %.6f s", (unsigned long long)r->seed, sim_rule_names[r->broken],
	       (double)r->broken_ns / SIM_S);
	if (r->broken_node != UINT32_MAX)
		printf(", node %u", r->broken_node);
	printf(": %s\n  ", r->text);
	sim_options_print(&opt);
	if (args.ib)
		printf("  replay: build/campaign/campaign%s --ib --seed %llu\n",
		       args.small ? " --small" : "", (unsigned long long)r->seed);
	else
		printf("  replay: SEED=%llu make campaign%s\n", (unsigned long long)r->seed,
		       args.small ? "-short" : "");
}

static void check_repeat(struct sim_result *first)
{
	struct sim_result *again = mmap(NULL, sizeof(*again), PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (again == MAP_FAILED)
		abort();
	run_apart(first->seed, SIM_CANARY_NONE, again);
	if (again->hash != first->hash && !first->broken) {
		first->broken = SIM_RULE_REPEAT;
		first->broken_node = UINT32_MAX;
		snprintf(first->text, sizeof(first->text), "hash %016llx, then %016llx",
			 (unsigned long long)first->hash, (unsigned long long)again->hash);
	}
	munmap(again, sizeof(*again));
}

/* A bug is found if the rule says so that it breaks; no other one counts. */
static const enum sim_rule canary_rule[SIM_CANARIES] = {
	[SIM_CANARY_REPLAY] = SIM_RULE_REPLAYED,
	[SIM_CANARY_TAG] = SIM_RULE_FORGED,
	[SIM_CANARY_REFUTE] = SIM_RULE_FALSE_DEATH,
	[SIM_CANARY_COLD] = SIM_RULE_TEMPERATURE,
	[SIM_CANARY_LINK] = SIM_RULE_LINK,
	[SIM_CANARY_HUNT] = SIM_RULE_HUNTING,
};

/* Returns the number of the world that found the bug, from 1; 0 if none did. */
static uint64_t run_canary(enum sim_canary canary, struct sim_result *r)
{
	struct sim_result again;
	uint64_t i;

	for (i = 0; i < CANARY_SEEDS; i++) {
		run_apart(args.first + i, canary, r);
		if (r->broken && r->broken == canary_rule[canary])
			return i + 1;
		if (canary != SIM_CANARY_DICE)
			continue;
		again = *r;
		run_apart(args.first + i, canary, r);
		if (r->hash != again.hash)
			return i + 1;
	}
	return 0;
}

static bool run_canaries(struct sim_report *report, struct sim_result *r)
{
	bool all = true, small = args.small;
	int canary;

	/* Small worlds find them as well, and sooner. */
	args.small = true;
	for (canary = 1; canary < SIM_CANARIES; canary++) {
		if (args.canary && strcmp(args.canary, "all") &&
		    strcmp(args.canary, sim_canary_names[canary]))
			continue;
		report->canary[canary] = run_canary(canary, r);
		if (report->canary[canary]) {
			printf("canary %s caught after %llu seeds: %s\n", sim_canary_names[canary],
			       (unsigned long long)report->canary[canary],
			       canary == SIM_CANARY_DICE ? "the hash differs" :
			       sim_rule_names[r->broken]);
		} else {
			printf("canary %s NOT caught in %d seeds\n", sim_canary_names[canary],
			       CANARY_SEEDS);
			all = false;
		}
	}
	args.small = small;
	return all;
}

static int run_campaign(struct sim_result *r)
{
	static struct sim_report report;
	double began = wall_s();
	uint64_t i;
	bool caught = true;

	for (i = 0; i < args.seeds; i++) {
		run_apart(args.first + i, SIM_CANARY_NONE, r);
		if (args.hashes)
			printf("%llu %016llx\n", (unsigned long long)r->seed,
			       (unsigned long long)r->hash);
		if (args.repeat && i % args.repeat == 0)
			check_repeat(r);
		if (r->broken)
			tell(r);
		sim_report_add(&report, r);
	}
	if (args.canary)
		caught = run_canaries(&report, r);
	report.wall_s = wall_s() - began;
	if (args.hashes)
		return report.violations ? 1 : 0;
	sim_report_print(&report);
	if (args.json && !sim_report_write(&report, args.json)) {
		perror(args.json);
		return 2;
	}
	return report.violations || !caught ? 1 : 0;
}

static int replay(struct sim_result *r)
{
	struct sim_options opt;

	sim_options_draw(&opt, args.one, args.small, args.sodium, args.ib);
	sim_options_print(&opt);
	run_world(args.one, SIM_CANARY_NONE, 1, r);
	printf("hash %016llx\n", (unsigned long long)r->hash);
	if (r->broken)
		tell(r);
	return r->broken ? 1 : 0;
}

static bool parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "small", no_argument, NULL, 's' },
		{ "ib", no_argument, NULL, 'i' },
		{ "hashes", no_argument, NULL, 'h' },
		{ "first", required_argument, NULL, 'f' },
		{ "seeds", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 'o' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "until", required_argument, NULL, 'u' },
		{ "json", required_argument, NULL, 'j' },
		{ "canary", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (c) {
		case 's':
			args.small = true;
			break;
		case 'i':
			args.ib = true;
			break;
		case 'h':
			args.hashes = true;
			break;
		case 'f':
			args.first = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			args.seeds = strtoull(optarg, NULL, 0);
			break;
		case 'o':
			args.one = strtoull(optarg, NULL, 0);
			args.replay = true;
			break;
		case 'r':
			args.repeat = strtoull(optarg, NULL, 0);
			break;
		case 'u':
			args.until_s = strtoull(optarg, NULL, 0);
			break;
		case 'j':
			args.json = optarg;
			break;
		case 'c':
			args.canary = optarg;
			break;
		default:
			return false;
		}
	}
	return optind == argc;
}

int main(int argc, char **argv)
{
	struct sim_result *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (r == MAP_FAILED || !parse(argc, argv)) {
		fprintf(stderr, "usage: campaign [--small] [--ib] [--first N] [--seeds N] [--seed N] [--until S] [--repeat N] [--hashes] [--json FILE] [--canary NAME|all]\n");
		return 2;
	}
	args.sodium = sim_sodium_start();
	return args.replay ? replay(r) : run_campaign(r);
}
