// SPDX-License-Identifier: GPL-2.0
/*
 * What the daemon measures of itself.
 */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "measure.h"

#define MS 1000000ULL

static uint64_t nr_of(const struct histogram *histogram)
{
	uint64_t nr = 0;
	size_t i;

	for (i = 0; i <= HISTOGRAM_BOUNDS; i++)
		nr += histogram->count[i];
	return nr;
}

static void test_times_go_where_they_belong(void)
{
	struct histogram h = { .sum_s = 0 };
	size_t i;

	for (i = 0; i + 1 < HISTOGRAM_BOUNDS; i++)
		CHECK(histogram_bounds_s[i] < histogram_bounds_s[i + 1], "bound %zu", i);
	histogram_add(&h, 0);
	histogram_add(&h, histogram_bounds_s[0]);
	CHECK_EQ(h.count[0], 2);
	/* A bound is the last of its own bucket. */
	for (i = 1; i < HISTOGRAM_BOUNDS; i++) {
		histogram_add(&h, histogram_bounds_s[i]);
		histogram_add(&h, nextafter(histogram_bounds_s[i - 1], 1));
		CHECK_EQ(h.count[i], 2);
	}
	histogram_add(&h, 0.6);
	histogram_add(&h, 1e9);
	CHECK_EQ(h.count[HISTOGRAM_BOUNDS], 2);
	CHECK_EQ(nr_of(&h), 2 * (HISTOGRAM_BOUNDS + 1));
	CHECK(h.sum_s > 1e9, "%g", h.sum_s);
}

static void test_a_crisis_is_timed_to_its_price(void)
{
	struct measure m = { .room = 0 };

	/* A price without a crisis is none's. */
	measure_price(&m, 50 * MS, 70000);
	CHECK_EQ(nr_of(&m.crisis), 0);
	m.received_ns = 100 * MS;
	measure_crisis(&m, 103 * MS, 70000);
	m.received_ns = 0;
	/* The same, or less: that is not it yet. */
	measure_price(&m, 103 * MS, 70000);
	measure_price(&m, 104 * MS, 60000);
	CHECK_EQ(nr_of(&m.crisis), 0);
	measure_price(&m, 106 * MS, 70001);
	CHECK_EQ(nr_of(&m.crisis), 1);
	CHECK(fabs(m.crisis.sum_s - 0.006) < 0.000001, "%g", m.crisis.sum_s);
	/* Once for each. */
	measure_price(&m, 107 * MS, 80000);
	CHECK_EQ(nr_of(&m.crisis), 1);
	/* Not of a datagram: by the time that it was known. */
	measure_crisis(&m, 200 * MS, 80000);
	measure_price(&m, 201 * MS, 90000);
	CHECK_EQ(nr_of(&m.crisis), 2);
	CHECK(fabs(m.crisis.sum_s - 0.007) < 0.000001, "%g", m.crisis.sum_s);
}

static void test_what_rises_later_rises_for_something_else(void)
{
	struct measure m = { .room = 0 };

	measure_crisis(&m, 100 * MS, 70000);
	measure_price(&m, 1101 * MS, 90000);
	measure_price(&m, 1102 * MS, 95000);
	CHECK_EQ(nr_of(&m.crisis), 0);
	measure_crisis(&m, 2000 * MS, 70000);
	measure_price(&m, 3000 * MS, 90000);
	CHECK_EQ(nr_of(&m.crisis), 1);
}

static const struct test_case cases[] = {
	{ "times_go_where_they_belong", test_times_go_where_they_belong },
	{ "a_crisis_is_timed_to_its_price", test_a_crisis_is_timed_to_its_price },
	{ "what_rises_later_rises_for_something_else",
	  test_what_rises_later_rises_for_something_else },
	{ 0 },
};

const struct test_suite measure_suite = { .name = "measure", .cases = cases };
