// SPDX-License-Identifier: GPL-2.0
/*
 * Many worlds, one after the other, each in a process of its own, so that one that crashes or does
 * not end is a finding like any other; then the bugs on purpose, which have to be found.
 *
 * campaign [--small] [--ib] [--first N] [--seeds N] [--seed N [--minimise]] [--until S]
 *	[--repeat N] [--hashes] [--json FILE] [--canary NAME]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "minimise.h"
#include "report.h"
#include "real.h"
#include "runner.h"

/* CPU time after which a world does not end: that the machine is busy is no finding. */
#define WORLD_S 120
#define CANARY_SEEDS 300

static struct runner_args args = { .first = 1, .seeds = 100, .repeat = 16 };

static struct {
	bool small, hashes, sodium, ib, minimise;
	uint64_t until_s;
} own;

static void run_world(uint64_t seed, const struct sim_options *opt, enum sim_canary canary,
		      int verbose, struct sim_result *r)
{
	struct sim_world *w;

	sim_canary = canary;
	w = sim_world_create(seed, opt, canary, verbose);
	if (!w)
		abort();
	w->until_ns = own.until_s * SIM_S;
	sim_world_run(w);
	r->seed = seed;
	r->nodes = opt->nodes;
	r->hash = w->hash;
	r->broken = w->broken;
	r->broken_ns = w->broken_ns;
	r->broken_node = w->broken_node;
	memcpy(r->text, w->broken_text, sizeof(r->text));
	r->stats = w->stats;
	sim_world_destroy(w);
}

/* What a process of its own is to do. */
struct world {
	uint64_t seed;
	struct sim_options opt;
	enum sim_canary canary;
	struct sim_result *result;
};

static void run_one(void *context)
{
	const struct world *world = context;

	run_world(world->seed, &world->opt, world->canary, 0, world->result);
}

static void run_like(struct world *world)
{
	struct sim_result *r = world->result;

	memset(r, 0, sizeof(*r));
	if (runner_apart(run_one, world, WORLD_S, r->text, sizeof(r->text)))
		return;
	r->seed = world->seed;
	r->broken = SIM_RULE_CRASHED;
	r->broken_node = UINT32_MAX;
}

static void run_apart(uint64_t seed, enum sim_canary canary, struct sim_result *r)
{
	struct world world = { .seed = seed, .canary = canary, .result = r };

	sim_options_draw(&world.opt, seed, own.small, own.sodium, own.ib);
	run_like(&world);
}

static void tell(const struct sim_result *r)
{
	struct sim_options opt;

	sim_options_draw(&opt, r->seed, own.small, own.sodium, own.ib);
	printf("seed %llu: %s at %.6f s", (unsigned long long)r->seed, sim_rule_names[r->broken],
	       (double)r->broken_ns / SIM_S);
	if (r->broken_node != UINT32_MAX)
		printf(", node %u", r->broken_node);
	printf(": %s\n  ", r->text);
	sim_options_print(&opt);
	if (own.ib)
		printf("  replay: build/campaign/campaign%s --ib --seed %llu\n",
		       own.small ? " --small" : "", (unsigned long long)r->seed);
	else
		printf("  replay: SEED=%llu make campaign%s\n", (unsigned long long)r->seed,
		       own.small ? "-short" : "");
}

static void check_repeat(struct sim_result *first)
{
	struct sim_result *again = runner_shared(sizeof(*again));

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
	bool all = true, small = own.small;
	int canary;

	/* Small worlds find them as well, and sooner. */
	own.small = true;
	for (canary = 1; canary < SIM_CANARIES; canary++) {
		if (!runner_wants_canary(&args, sim_canary_names[canary]))
			continue;
		report->sought[canary] = true;
		report->canary[canary] = run_canary(canary, r);
		runner_tell_canary(sim_canary_names[canary], report->canary[canary], CANARY_SEEDS,
				   canary == SIM_CANARY_DICE ? "the hash differs" :
				   sim_rule_names[r->broken]);
		all = all && report->canary[canary];
	}
	own.small = small;
	return all;
}

static int run_campaign(struct sim_result *r)
{
	static struct sim_report report;
	double began = runner_wall_s();
	uint64_t i;
	bool caught = true;

	for (i = 0; i < args.seeds; i++) {
		run_apart(args.first + i, SIM_CANARY_NONE, r);
		if (own.hashes)
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
	report.wall_s = runner_wall_s() - began;
	if (own.hashes)
		return report.violations ? 1 : 0;
	sim_report_print(&report);
	if (args.json && !sim_report_write(&report, args.json)) {
		perror(args.json);
		return 2;
	}
	return report.violations || !caught ? 1 : 0;
}

/* That of one world: the bug that was asked for, or none. */
static enum sim_canary canary_of_one(void)
{
	int canary;

	for (canary = 1; args.canary && canary < SIM_CANARIES; canary++)
		if (!strcmp(args.canary, sim_canary_names[canary]))
			return canary;
	return SIM_CANARY_NONE;
}

/* The rule that is to break again. */
static struct sim_result *minimised;

static bool breaks(const struct sim_options *opt)
{
	struct world world = { .seed = args.one, .opt = *opt, .canary = canary_of_one() };
	bool same;

	world.result = runner_shared(sizeof(*world.result));
	run_like(&world);
	same = world.result->broken == minimised->broken;
	if (same)
		*minimised = *world.result;
	munmap(world.result, sizeof(*world.result));
	return same;
}

static int fewer_troubles(struct sim_result *r)
{
	struct sim_options opt;

	sim_options_draw(&opt, args.one, own.small, own.sodium, own.ib);
	run_apart(args.one, canary_of_one(), r);
	if (!r->broken) {
		printf("seed %llu breaks no rule\n", (unsigned long long)args.one);
		return 0;
	}
	minimised = r;
	printf("%u kinds of trouble left out; with these it is\n  ", minimise(&opt, breaks));
	sim_options_print(&opt);
	printf("%s at %.6f s: %s\n", sim_rule_names[r->broken], (double)r->broken_ns / SIM_S,
	       r->text);
	return 1;
}

static int replay(struct sim_result *r)
{
	struct sim_options opt;

	sim_options_draw(&opt, args.one, own.small, own.sodium, own.ib);
	sim_options_print(&opt);
	run_world(args.one, &opt, canary_of_one(), 1, r);
	printf("hash %016llx\n", (unsigned long long)r->hash);
	if (r->broken)
		tell(r);
	return r->broken ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct runner_option options[] = {
		{ "small", &own.small, NULL }, { "ib", &own.ib, NULL },
		{ "hashes", &own.hashes, NULL }, { "minimise", &own.minimise, NULL },
		{ "until", NULL, &own.until_s }, { },
	};
	struct sim_result *r = runner_shared(sizeof(*r));

	if (!runner_parse(&args, options, argc, argv)) {
		fprintf(stderr, "usage: campaign [--small] [--ib] [--first N] [--seeds N] [--seed N [--minimise]] [--until S] [--repeat N] [--hashes] [--json FILE] [--canary NAME|all]\n");
		return 2;
	}
	own.sodium = sim_sodium_start();
	if (own.minimise && !args.replay) {
		fprintf(stderr, "campaign: --minimise is for one world: --seed N\n");
		return 2;
	}
	if (own.minimise)
		return fewer_troubles(r);
	return args.replay ? replay(r) : run_campaign(r);
}
