// SPDX-License-Identifier: GPL-2.0
/*
 * The suites of the policy files' unit tests, in the order in which they run.
 */
#include "harness.h"

const struct test_suite *const test_suites[] = {
	&bucket_suite,	 &runqueue_suite, &walk_suite,	&policy_suite,
	&survival_suite, &price_suite,	  &tunables_suite,
	&books_suite,	 &wallet_suite,	  &evaporation_suite, &pacing_suite,
	&market_suite,	 &rival_suite,	  &gpu_suite,
	&gpu_lease_suite, &gpu_random_suite, &coupling_suite, &ring_suite,
	&page_suite,	 &ring_race_suite, &selfcheck_suite,
};
const size_t test_nr_suites = ARRAY_SIZE(test_suites);
