// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the suites of a program of unit tests and prints KTAP; see harness.h.
 *
 * Usage: unit [PATTERN]	only the cases whose "suite.case" contains PATTERN
 * SEED=N replays the random numbers of a run; each case starts from the seed afresh, so a pattern
 * does not change what a case sees.
 */
#include "harness.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static jmp_buf failed_case;
static u64 seed;
static u64 rng_state;
static unsigned int nr_passed, nr_failed, nr_skipped;

/* End the case that runs; why was just printed. */
void test_fail(void)
{
	printf("\n");
	longjmp(failed_case, 1);
}

u64 test_random(void)
{
	return rng_next(&rng_state);
}

static u64 seed_from_environment(void)
{
	const char *text = getenv("SEED");
	char *end;
	u64 value;

	if (!text || !*text) {
		if (getrandom(&value, sizeof(value), 0) != sizeof(value)) {
			perror("unit: getrandom");
			exit(2);
		}
		return value >> 32;
	}
	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || *end || *text == '-') {
		fprintf(stderr, "unit: SEED=%s is not a number from 0 to 2^64-1\n", text);
		exit(2);
	}
	return value;
}

static bool selected(const struct test_suite *suite, const struct test_case *c, const char *pattern)
{
	char name[256];

	snprintf(name, sizeof(name), "%s.%s", suite->name, c->name);
	return !pattern || strstr(name, pattern);
}

static bool run_case(const struct test_case *c)
{
	rng_state = seed;
	if (setjmp(failed_case))
		return false;
	c->run();
	return true;
}

static bool run_suite(const struct test_suite *suite, const char *pattern)
{
	unsigned int nr = 0, before = nr_failed;
	const struct test_case *c;

	for (c = suite->cases; c->name; c++)
		nr++;
	printf("    KTAP version 1\n    # Subtest: %s\n    1..%u\n", suite->name, nr);
	nr = 0;
	for (c = suite->cases; c->name; c++) {
		nr++;
		if (!selected(suite, c, pattern)) {
			printf("    ok %u %s # SKIP does not match '%s'\n", nr, c->name, pattern);
			nr_skipped++;
			continue;
		}
		if (run_case(c)) {
			printf("    ok %u %s\n", nr, c->name);
			nr_passed++;
		} else {
			printf("    # replay: SEED=%llu unit %s.%s\n", (unsigned long long)seed,
			       suite->name, c->name);
			printf("    not ok %u %s\n", nr, c->name);
			nr_failed++;
		}
		fflush(stdout);
	}
	return nr_failed == before;
}

int main(int argc, char **argv)
{
	const char *pattern = argc > 1 ? argv[1] : NULL;
	size_t i;

	if (argc > 2) {
		fprintf(stderr, "usage: unit [PATTERN]\n");
		return 2;
	}
	seed = seed_from_environment();
	printf("KTAP version 1\n# SEED=%llu\n1..%zu\n", (unsigned long long)seed,
	       test_nr_suites);
	for (i = 0; i < test_nr_suites; i++) {
		bool ok = run_suite(test_suites[i], pattern);

		printf("%s %zu %s\n", ok ? "ok" : "not ok", i + 1, test_suites[i]->name);
	}
	printf("%u passed, %u failed, %u skipped\n", nr_passed, nr_failed, nr_skipped);
	if (pattern && !nr_passed && !nr_failed) {
		fprintf(stderr, "unit: no case matches '%s'\n", pattern);
		return 2;
	}
	return nr_failed ? 1 : 0;
}
