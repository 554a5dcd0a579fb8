/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small test harness: suites of cases, KTAP out, and a seed that replays a run.
 *
 * A case ends at its first failed CHECK(), which says where and with what values.
 */
#ifndef MAXWELL_TEST_HARNESS_H
#define MAXWELL_TEST_HARNESS_H

#include "common.h"

#include <stddef.h>
#include <stdio.h>
#include <stdnoreturn.h>

/**
 * struct test_case - one test
 * @name: what holds if it passes, in snake_case
 * @run: returns normally on success
 */
struct test_case {
	const char *name;
	void (*run)(void);
};

/**
 * struct test_suite - tests of one subject
 * @name: the subject
 * @cases: ends with an empty one
 */
struct test_suite {
	const char *name;
	const struct test_case *cases;
};

/* What a program of tests consists of: each has a list of its own. */
extern const struct test_suite *const test_suites[];
extern const size_t test_nr_suites;

extern const struct test_suite books_suite;
extern const struct test_suite bucket_suite;
extern const struct test_suite coupling_suite;
extern const struct test_suite evaporation_suite;
extern const struct test_suite gpu_lease_suite;
extern const struct test_suite gpu_random_suite;
extern const struct test_suite gpu_suite;
extern const struct test_suite market_suite;
extern const struct test_suite pacing_suite;
extern const struct test_suite page_suite;
extern const struct test_suite policy_suite;
extern const struct test_suite price_suite;
extern const struct test_suite ring_race_suite;
extern const struct test_suite ring_suite;
extern const struct test_suite rival_suite;
extern const struct test_suite runqueue_suite;
extern const struct test_suite selfcheck_suite;
extern const struct test_suite survival_suite;
extern const struct test_suite tunables_suite;
extern const struct test_suite walk_suite;
extern const struct test_suite wallet_suite;

noreturn void test_fail(void);
u64 test_random(void);

/* A random number from 0 to @below - 1; the slight bias of the remainder does not matter here. */
static inline u64 test_random_below(u64 below)
{
	return test_random() % below;
}

/* A random number from @lo to @hi. */
static inline u64 test_random_range(u64 lo, u64 hi)
{
	return lo + test_random_below(hi - lo + 1);
}

/* A random number up to @limit, of a random number of bits: every order of magnitude comes up. */
static inline u64 test_random_log(u64 limit)
{
	u64 number = test_random() >> test_random_below(64);

	return min(number, limit);
}

/*
 * A random u32 with a uniformly random number of bits, and often next to a power of two: most bugs
 * in fixed-point code live there.
 */
static inline u32 test_random_u32_log(void)
{
	u64 bits = test_random_below(33);
	u64 power = 1ULL << bits;

	switch (test_random_below(4)) {
	case 0:
		return (u32)(power - 1);
	case 1:
		return (u32)(bits == 32 ? U32_MAX : power + test_random_below(2));
	default:
		return (u32)test_random_below(power);
	}
}

#define CHECK(cond, ...)								\
	do {										\
		if (!(cond)) {								\
			printf("    # %s:%d: %s: ", __FILE__, __LINE__, #cond);		\
			printf(__VA_ARGS__);						\
			test_fail();							\
		}									\
	} while (0)

#define CHECK_EQ(got, want)								\
	do {										\
		long long got_ = (long long)(got), want_ = (long long)(want);		\
											\
		CHECK(got_ == want_, "%s is %lld, not %lld", #got, got_, want_);	\
	} while (0)

#endif /* MAXWELL_TEST_HARNESS_H */
