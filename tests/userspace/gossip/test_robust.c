// SPDX-License-Identifier: GPL-2.0
/*
 * Estimates against liars: exactly as many as are promised, whatever they say, and one more.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "chance.h"
#include "harness.h"
#include "robust.h"

#define VALUES_MAX 300
#define ROUNDS 4000

/* Honest values and lies, mixed; what the honest say alone, by size. */
struct crowd {
	double all[VALUES_MAX];
	double honest[VALUES_MAX];
	size_t nr;
	size_t liars;
	size_t nr_honest;
};

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* @kind is drawn once for all liars, or for each: they may be in league. */
static double lie(int kind, double near)
{
	static const double extreme[] = {
		NAN, INFINITY, -INFINITY, DBL_MAX, -DBL_MAX, 0, -0.0, DBL_MIN, 1e4, -1e4,
	};

	if (kind < (int)(sizeof(extreme) / sizeof(extreme[0])))
		return extreme[kind];
	return kind & 1 ? nextafter(near, INFINITY) : nextafter(near, -INFINITY);
}

static void shuffle(double *values, size_t nr)
{
	size_t i, j;

	for (i = nr; i > 1; i--) {
		double value = values[i - 1];

		j = test_random_below(i);
		values[i - 1] = values[j];
		values[j] = value;
	}
}

static void gather(struct crowd *c, size_t nr, size_t liars)
{
	bool league = test_random_below(2);
	int kind = (int)test_random_below(12);
	double centre = uniform(-20, 120), spread = uniform(0, 30);
	size_t i;

	c->nr = nr;
	c->liars = liars;
	c->nr_honest = nr - liars;
	for (i = 0; i < c->nr_honest; i++) {
		/* In steps, as sensors have them: there are equal ones. */
		c->honest[i] = round(uniform(centre - spread, centre + spread) * 2) / 2;
		c->all[i] = c->honest[i];
	}
	qsort(c->honest, c->nr_honest, sizeof(c->honest[0]), by_size);
	for (i = 0; i < liars; i++) {
		int k = league ? kind : (int)test_random_below(12);

		c->all[c->nr_honest + i] = lie(k, c->honest[k & 1 ? c->nr_honest - 1 : 0]);
	}
	shuffle(c->all, nr);
}

static void check_range(const struct crowd *c, const char *what, double got)
{
	CHECK(got >= c->honest[0] && got <= c->honest[c->nr_honest - 1],
	      "%s of %zu with %zu liars is %g, honest are %g to %g", what, c->nr, c->liars, got,
	      c->honest[0], c->honest[c->nr_honest - 1]);
}

static void liars_are_fewer_than_half(void)
{
	size_t nr;

	CHECK_EQ(robust_liars(0), 0);
	for (nr = 1; nr <= 5000; nr++) {
		CHECK(2 * robust_liars(nr) + 1 <= nr, "%zu of %zu", robust_liars(nr), nr);
		CHECK(2 * (robust_liars(nr) + 1) + 1 > nr, "%zu of %zu", robust_liars(nr), nr);
	}
}

static void so_many_liars_change_nothing(void)
{
	double copy[VALUES_MAX];
	struct crowd c;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		size_t nr = test_random_range(1, test_random_below(2) ? 9 : VALUES_MAX);
		size_t most = robust_liars(nr);
		size_t liars = test_random_below(3) ? most : test_random_below(most + 1);
		size_t dropped = test_random_range(liars, most + 3);
		double max;

		gather(&c, nr, liars);
		memcpy(copy, c.all, sizeof(copy));
		check_range(&c, "median", robust_median(copy, nr));
		memcpy(copy, c.all, sizeof(copy));
		check_range(&c, "trimmed mean", robust_trimmed_mean(copy, nr, dropped));
		memcpy(copy, c.all, sizeof(copy));
		max = robust_max(copy, nr, dropped);
		check_range(&c, "maximum", max);
		if (dropped < c.nr_honest)
			CHECK(max >= c.honest[c.nr_honest - 1 - dropped],
			      "%g, but %zu honest ones are above %g", max, dropped + 1,
			      c.honest[c.nr_honest - 1 - dropped]);
	}
}

/* The bound is no lower than it has to be: one more, all on one side, and it is theirs. */
static void one_more_liar_is_too_many(void)
{
	double copy[VALUES_MAX];
	struct crowd c;
	size_t nr, f, i;

	for (nr = 1; nr <= 70; nr++) {
		for (f = 0; f <= robust_liars(nr); f++) {
			for (i = 0; i < nr; i++)
				c.all[i] = i <= f ? 1000 : 20;
			memcpy(copy, c.all, sizeof(copy));
			CHECK(robust_trimmed_mean(copy, nr, f) > 20, "%zu of %zu", f + 1, nr);
			memcpy(copy, c.all, sizeof(copy));
			CHECK(robust_max(copy, nr, f) > 20, "%zu of %zu", f + 1, nr);
			for (i = 0; i <= f; i++)
				c.all[i] = -1000;
			memcpy(copy, c.all, sizeof(copy));
			CHECK(robust_trimmed_mean(copy, nr, f) < 20, "%zu of %zu", f + 1, nr);
		}
		for (i = 0; i < nr; i++)
			c.all[i] = i <= robust_liars(nr) ? 1000 : 20;
		memcpy(copy, c.all, sizeof(copy));
		CHECK(robust_median(copy, nr) > 20, "median of %zu", nr);
	}
}

/* Against the textbook, on values that are all honest. */
static void it_is_what_it_is_called(void)
{
	double copy[VALUES_MAX], median, mean;
	struct crowd c;
	size_t nr, drop, i;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		nr = test_random_range(1, VALUES_MAX);
		drop = test_random_below(robust_liars(nr) + 1);
		gather(&c, nr, 0);
		median = (c.honest[(nr - 1) / 2] + c.honest[nr / 2]) / 2;
		for (i = drop, mean = 0; i < nr - drop; i++)
			mean += c.honest[i];
		mean /= (double)(nr - 2 * drop);
		memcpy(copy, c.all, sizeof(copy));
		CHECK(robust_median(copy, nr) == median, "not %g", median);
		memcpy(copy, c.all, sizeof(copy));
		CHECK(fabs(robust_trimmed_mean(copy, nr, drop) - mean) < 0.000001, "not %g", mean);
		memcpy(copy, c.all, sizeof(copy));
		CHECK(robust_max(copy, nr, drop) == c.honest[nr - 1 - drop], "not %g",
		      c.honest[nr - 1 - drop]);
	}
}

static void what_is_not_said_does_not_count(void)
{
	double none[] = { NAN, INFINITY, -INFINITY, NAN };
	double one[] = { NAN, INFINITY, 7, -INFINITY };

	CHECK(isnan(robust_median(none, 0)), "of nothing");
	CHECK(isnan(robust_max(none, 0, 0)), "of nothing");
	CHECK(isnan(robust_trimmed_mean(none, 4, 0)), "of no number");
	CHECK(isnan(robust_median(none, 4)), "of no number");
	CHECK(isnan(robust_max(none, 4, 2)), "of no number");
	CHECK(robust_median(one, 4) == 7, "of one number");
	CHECK(robust_trimmed_mean(one, 4, 3) == 7, "of one number");
	CHECK(robust_max(one, 4, 3) == 7, "of one number");
}

/* The mean of equal values is not always that value in doubles, and their sum may be infinite. */
static void rounding_stays_within(void)
{
	double values[VALUES_MAX], value;
	size_t nr, i;

	for (nr = 1; nr <= VALUES_MAX; nr++) {
		value = test_random_below(2) ? uniform(0, 1) :
			test_random_below(2) ? DBL_MAX : DBL_TRUE_MIN;
		for (i = 0; i < nr; i++)
			values[i] = value;
		CHECK(robust_trimmed_mean(values, nr, 0) == value, "%zu times %.17g", nr, value);
		CHECK(robust_median(values, nr) == value, "%zu times %.17g", nr, value);
		for (i = 0; i < nr; i++)
			values[i] = -value;
		CHECK(robust_trimmed_mean(values, nr, 0) == -value, "%zu times %.17g", nr, -value);
	}
}

/* Values that rise to the middle and fall again, and such: selections like them least. */
static void no_order_of_the_values_matters(void)
{
	static double values[4096], sorted[4096];
	size_t nr, i, kind;

	for (nr = 1; nr <= 4096; nr = nr * 3 / 2 + 1) {
		for (kind = 0; kind < 5; kind++) {
			for (i = 0; i < nr; i++) {
				size_t down = nr - 1 - i;

				values[i] = kind == 0 ? fmin(i, down) : kind == 1 ? fmax(i, down) :
					    kind == 2 ? (double)i : kind == 3 ? (double)down : 7;
			}
			memcpy(sorted, values, sizeof(sorted));
			qsort(sorted, nr, sizeof(sorted[0]), by_size);
			CHECK(robust_median(values, nr) ==
			      (sorted[nr / 2] + sorted[(nr - 1) / 2]) / 2, "kind %zu of %zu", kind,
			      nr);
		}
	}
}

/* Whatever is guessed, and near the middle above all. */
static void a_guess_changes_no_median(void)
{
	double values[40] = { 0 }, copy[40], median, guess;
	size_t nr, i;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		nr = test_random_range(1, 40);
		/* Few kinds of them, so that many are the same. */
		for (i = 0; i < nr; i++)
			values[i] = (double)test_random_below(1 + round % 50) / 10;
		memcpy(copy, values, sizeof(copy));
		median = robust_median(copy, nr);
		for (i = 0; i < nr + 3; i++) {
			guess = i < nr ? values[i] : i == nr ? median :
				i == nr + 1 ? median + 0.05 : NAN;
			memcpy(copy, values, sizeof(copy));
			CHECK(robust_median_near(copy, nr, guess) == median,
			      "not %g by %g of %zu", median, guess, nr);
		}
	}
	CHECK(isnan(robust_median_near(values, 0, 1)), "of nothing");
}

const struct test_suite robust_suite = {
	.name = "robust",
	.cases = (const struct test_case[]) {
		{ "liars_are_fewer_than_half", liars_are_fewer_than_half },
		{ "a_guess_changes_no_median", a_guess_changes_no_median },
		{ "so_many_liars_change_nothing", so_many_liars_change_nothing },
		{ "one_more_liar_is_too_many", one_more_liar_is_too_many },
		{ "it_is_what_it_is_called", it_is_what_it_is_called },
		{ "no_order_of_the_values_matters", no_order_of_the_values_matters },
		{ "what_is_not_said_does_not_count", what_is_not_said_does_not_count },
		{ "rounding_stays_within", rounding_stays_within },
		{ }
	},
};
