// SPDX-License-Identifier: GPL-2.0
/*
 * Many worlds of the plug-in, each in a process of its own, then the bugs on purpose.
 *
 * campaign [--first N] [--seeds N] [--seed N [--hash]] [--repeat N] [--json FILE]
 *	[--canary NAME|all]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sim/runner.h"
#include "world.h"

/* CPU time after which a world does not end. */
#define WORLD_S 60
#define CANARY_SEEDS 100

static struct runner_args args = { .first = 1, .seeds = 300, .repeat = 8 };
static bool only_hash;

static struct {
	uint64_t seeds, violations, repeated;
	uint64_t faults[IBSIM_FAULTS], by_rule[IBSIM_RULES], canary[IBSIM_CANARIES];
	uint64_t calls, sent, received, ups;
	double simulated_s, wall_s;
} sum;

/* What has to find each bug. */
static const enum ibsim_rule canary_rule[IBSIM_CANARIES] = {
	[IBSIM_CANARY_LEAK] = IBSIM_LEAK, [IBSIM_CANARY_HANDLES] = IBSIM_LIBRARY,
	[IBSIM_CANARY_BUFFER] = IBSIM_BUFFERS,
	[IBSIM_CANARY_ONE_RAIL] = IBSIM_URGENT, [IBSIM_CANARY_ALL_RAILS] = IBSIM_SENDS,
	[IBSIM_CANARY_SPIN] = IBSIM_BUSY, [IBSIM_CANARY_MUM] = IBSIM_TROUBLE,
	[IBSIM_CANARY_STUCK] = IBSIM_HEALING, [IBSIM_CANARY_DEAF] = IBSIM_BUFFERS,
	[IBSIM_CANARY_HOLD] = IBSIM_HELD, [IBSIM_CANARY_DICE] = IBSIM_REPEAT,
};

/* What a process of its own is to do. */
struct apart {
	uint64_t seed;
	enum ibsim_canary canary;
	struct ibsim_result *result;
};

static void run_one(void *context)
{
	const struct apart *apart = context;

	/* What a bug on purpose breaks besides is not worth the words. */
	if (apart->canary && !freopen("/dev/null", "w", stderr))
		_exit(2);
	ibsim_canary = apart->canary;
	ibsim_run(apart->seed, false, apart->result);
}

static void run_apart(uint64_t seed, enum ibsim_canary canary, struct ibsim_result *r)
{
	struct apart apart = { seed, canary, r };

	memset(r, 0, sizeof(*r));
	if (runner_apart(run_one, &apart, WORLD_S, r->text, sizeof(r->text)))
		return;
	r->seed = seed;
	r->broken = IBSIM_CRASHED;
}

static void add(const struct ibsim_result *r)
{
	int i;

	sum.seeds++;
	sum.violations += r->broken != IBSIM_HOLDS;
	sum.by_rule[r->broken]++;
	for (i = 0; i < IBSIM_FAULTS; i++)
		sum.faults[i] += r->faults[i];
	sum.calls += r->calls;
	sum.sent += r->sent;
	sum.received += r->received;
	sum.ups += r->ups;
	sum.simulated_s += (double)r->ns / IBSIM_S;
}

static void tell(const struct ibsim_result *r)
{
	printf("seed %llu: %s at %.6f s: %s\n  replay: SEED=%llu make campaign-ib\n",
	       (unsigned long long)r->seed, ibsim_rule_names[r->broken],
	       (double)r->ns / IBSIM_S, r->text, (unsigned long long)r->seed);
}

/* The hash of a world by this program started anew, where all is elsewhere in memory. */
static uint64_t hash_anew(uint64_t seed)
{
	char number[32], said[32] = "";
	int ends[2], status;
	ssize_t len;
	pid_t pid;

	snprintf(number, sizeof(number), "%llu", (unsigned long long)seed);
	fflush(stdout);
	if (pipe(ends))
		return 0;
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		execl("/proc/self/exe", "campaign", "--hash", "--seed", number, NULL);
		_exit(2);
	}
	close(ends[1]);
	len = read(ends[0], said, sizeof(said) - 1);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || len <= 0)
		return 0;
	return strtoull(said, NULL, 16);
}

/* The same seed has to have the same course. */
static void run_again(struct ibsim_result *first)
{
	uint64_t again = hash_anew(first->seed);

	sum.repeated++;
	if (again == first->hash || first->broken)
		return;
	first->broken = IBSIM_REPEAT;
	snprintf(first->text, sizeof(first->text), "hash %016llx, then %016llx",
		 (unsigned long long)first->hash, (unsigned long long)again);
}

/* Returns the number of the world that found it, from 1; 0: none did. */
static uint64_t run_canary(enum ibsim_canary canary, struct ibsim_result *r)
{
	uint64_t i;

	for (i = 0; i < CANARY_SEEDS; i++) {
		run_apart(args.first + i, canary, r);
		if (canary == IBSIM_CANARY_DICE)
			run_again(r);
		if (r->broken == canary_rule[canary])
			return i + 1;
	}
	return 0;
}

static bool run_canaries(struct ibsim_result *r)
{
	bool all = true;
	int canary;

	for (canary = 1; canary < IBSIM_CANARIES; canary++) {
		if (!runner_wants_canary(&args, ibsim_canary_names[canary]))
			continue;
		sum.canary[canary] = run_canary(canary, r);
		runner_tell_canary(ibsim_canary_names[canary], sum.canary[canary], CANARY_SEEDS,
				   r->text);
		all = all && sum.canary[canary];
	}
	return all;
}

static void print(void)
{
	printf("%llu seeds, %.0f simulated seconds, %.1f s; %llu calls, %llu sends, %llu datagrams received, rails came up %llu times; %llu worlds run twice\n",
	       (unsigned long long)sum.seeds, sum.simulated_s, sum.wall_s,
	       (unsigned long long)sum.calls, (unsigned long long)sum.sent,
	       (unsigned long long)sum.received, (unsigned long long)sum.ups,
	       (unsigned long long)sum.repeated);
	runner_print_faults(ibsim_fault_names, sum.faults, IBSIM_FAULTS);
	printf("%llu violations\n", (unsigned long long)sum.violations);
}

static bool write_json(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return false;
	fprintf(f, "{\n  \"seeds\": %llu,\n  \"first\": %llu,\n  \"violations\": %llu,\n",
		(unsigned long long)sum.seeds, (unsigned long long)args.first,
		(unsigned long long)sum.violations);
	runner_write_table(f, "faults", ibsim_fault_names, sum.faults, 0, IBSIM_FAULTS);
	runner_write_table(f, "violations_by_rule", ibsim_rule_names, sum.by_rule, 1, IBSIM_RULES);
	runner_write_table(f, "canary_caught_after_seeds", ibsim_canary_names, sum.canary, 1,
			   IBSIM_CANARIES);
	fprintf(f, "  \"calls\": %llu,\n  \"sends\": %llu,\n  \"received\": %llu,\n  \"ups\": %llu,\n",
		(unsigned long long)sum.calls, (unsigned long long)sum.sent,
		(unsigned long long)sum.received, (unsigned long long)sum.ups);
	fprintf(f, "  \"repeated\": %llu,\n  \"simulated_s\": %.0f,\n  \"wall_s\": %.1f\n}\n",
		(unsigned long long)sum.repeated, sum.simulated_s, sum.wall_s);
	return !fclose(f);
}

static int campaign(struct ibsim_result *r)
{
	double began_s = runner_wall_s();
	bool caught = true;
	uint64_t i;

	for (i = 0; i < args.seeds; i++) {
		run_apart(args.first + i, IBSIM_NO_CANARY, r);
		if (args.repeat && i % args.repeat == 0)
			run_again(r);
		if (r->broken)
			tell(r);
		add(r);
	}
	sum.wall_s = runner_wall_s() - began_s;
	if (args.canary)
		caught = run_canaries(r);
	print();
	if (args.json && !write_json(args.json)) {
		perror(args.json);
		return 2;
	}
	return sum.violations || !caught;
}

static int replay(struct ibsim_result *r)
{
	ibsim_run(args.one, !only_hash, r);
	if (only_hash) {
		printf("%016llx\n", (unsigned long long)r->hash);
		return 0;
	}
	printf("hash %016llx\n", (unsigned long long)r->hash);
	if (r->broken)
		tell(r);
	return r->broken != IBSIM_HOLDS;
}

int main(int argc, char **argv)
{
	static const struct runner_option options[] = { { "hash", &only_hash, NULL }, { } };
	struct ibsim_result *r = runner_shared(sizeof(*r));

	if (!runner_parse(&args, options, argc, argv) || !args.seeds) {
		fprintf(stderr, "usage: campaign [--first N] [--seeds N] [--seed N] [--hash] [--repeat N] [--json FILE] [--canary NAME|all]\n");
		return 2;
	}
	return args.replay ? replay(r) : campaign(r);
}
