// SPDX-License-Identifier: GPL-2.0
/*
 * Many worlds of the plug-in, each in a process of its own, then the bugs on purpose.
 *
 * campaign [--first N] [--seeds N] [--seed N [--hash]] [--repeat N] [--json FILE]
 *	[--canary NAME|all]
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "world.h"

/* CPU time after which a world does not end. */
#define WORLD_S 60
#define CANARY_SEEDS 100

static struct {
	uint64_t first, seeds, one, repeat;
	bool replay, hash;
	const char *json, *canary;
} args = { .first = 1, .seeds = 300, .repeat = 8 };

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

static double wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct ibsim_result *shared(void)
{
	struct ibsim_result *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (r == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return r;
}

static void run_apart(uint64_t seed, enum ibsim_canary canary, struct ibsim_result *r)
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
		/* What a bug on purpose breaks besides is not worth the words. */
		if (canary && !freopen("/dev/null", "w", stderr))
			_exit(2);
		ibsim_canary = canary;
		ibsim_run(seed, false, r);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	r->seed = seed;
	r->broken = IBSIM_CRASHED;
	snprintf(r->text, sizeof(r->text), WIFSIGNALED(status) ? "signal %d" : "exit status %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
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
		if (strcmp(args.canary, "all") && strcmp(args.canary, ibsim_canary_names[canary]))
			continue;
		sum.canary[canary] = run_canary(canary, r);
		if (sum.canary[canary])
			printf("canary %s caught after %llu seeds: %s\n",
			       ibsim_canary_names[canary], (unsigned long long)sum.canary[canary],
			       r->text);
		else
			printf("canary %s NOT caught in %d seeds\n", ibsim_canary_names[canary],
			       CANARY_SEEDS);
		all = all && sum.canary[canary];
	}
	return all;
}

static void print(void)
{
	int i;

	printf("%llu seeds, %.0f simulated seconds, %.1f s; %llu calls, %llu sends, %llu datagrams received, rails came up %llu times; %llu worlds run twice\n",
	       (unsigned long long)sum.seeds, sum.simulated_s, sum.wall_s,
	       (unsigned long long)sum.calls, (unsigned long long)sum.sent,
	       (unsigned long long)sum.received, (unsigned long long)sum.ups,
	       (unsigned long long)sum.repeated);
	for (i = 0; i < IBSIM_FAULTS; i++)
		printf("%s%s %llu", i ? ", " : "faults: ", ibsim_fault_names[i],
		       (unsigned long long)sum.faults[i]);
	printf("\n%llu violations\n", (unsigned long long)sum.violations);
}

static void write_table(FILE *f, const char *name, const char *const *names, const uint64_t *values,
			int from, int nr)
{
	int i;

	fprintf(f, "  \"%s\": {\n", name);
	for (i = from; i < nr; i++)
		fprintf(f, "    \"%s\": %llu%s\n", names[i], (unsigned long long)values[i],
			i + 1 < nr ? "," : "");
	fprintf(f, "  },\n");
}

static bool write_json(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return false;
	fprintf(f, "{\n  \"seeds\": %llu,\n  \"first\": %llu,\n  \"violations\": %llu,\n",
		(unsigned long long)sum.seeds, (unsigned long long)args.first,
		(unsigned long long)sum.violations);
	write_table(f, "faults", ibsim_fault_names, sum.faults, 0, IBSIM_FAULTS);
	write_table(f, "violations_by_rule", ibsim_rule_names, sum.by_rule, 1, IBSIM_RULES);
	write_table(f, "canary_caught_after_seeds", ibsim_canary_names, sum.canary, 1,
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
	double began_s = wall_s();
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
	sum.wall_s = wall_s() - began_s;
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
	ibsim_run(args.one, !args.hash, r);
	if (args.hash) {
		printf("%016llx\n", (unsigned long long)r->hash);
		return 0;
	}
	printf("hash %016llx\n", (unsigned long long)r->hash);
	if (r->broken)
		tell(r);
	return r->broken != IBSIM_HOLDS;
}

static bool number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && end != text && !*end && *text != '-';
}

static bool parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "first", required_argument, NULL, 'f' },
		{ "seeds", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 'o' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "hash", no_argument, NULL, 'h' },
		{ "json", required_argument, NULL, 'j' },
		{ "canary", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	bool good = true;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (c == 'f')
			good = good && number(optarg, &args.first);
		else if (c == 'n')
			good = good && number(optarg, &args.seeds);
		else if (c == 'o')
			good = good && (args.replay = number(optarg, &args.one));
		else if (c == 'r')
			good = good && number(optarg, &args.repeat);
		else if (c == 'h')
			args.hash = true;
		else if (c == 'j')
			args.json = optarg;
		else if (c == 'c')
			args.canary = optarg;
		else
			good = false;
	}
	return good && optind == argc && args.seeds;
}

int main(int argc, char **argv)
{
	struct ibsim_result *r = shared();

	if (!parse(argc, argv)) {
		fprintf(stderr, "usage: campaign [--first N] [--seeds N] [--seed N] [--hash] [--repeat N] [--json FILE] [--canary NAME|all]\n");
		return 2;
	}
	return args.replay ? replay(r) : campaign(r);
}
