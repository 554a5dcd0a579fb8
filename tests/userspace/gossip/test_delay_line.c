// SPDX-License-Identifier: GPL-2.0
/*
 * What takes effect later: against a list of all that was ever set.
 */
#include <math.h>

#include "chance.h"
#include "delay_line.h"
#include "harness.h"

#define STEPS 4000

/* Never less than what was in force, and never more than what was so within two periods of it. */
static void it_remembers_for_as_long_as_the_delay(void)
{
	static double at_s[STEPS], value[STEPS];
	struct delay_line d;
	double now_s, delay_s;
	int round, i, j;

	for (round = 0; round < 20; round++) {
		delay_s = uniform(0.05, 20);
		delay_line_begin(&d, 5);
		now_s = 0;
		for (i = 0; i < STEPS; i++) {
			double dt_s = uniform(0.001, 0.2), got, lo = -1, hi = 5, ago_s;

			now_s += dt_s;
			delay_line_pass(&d, dt_s, delay_s, 0.0125);
			ago_s = uniform(0, delay_s);
			got = delay_line_at(&d, ago_s);
			for (j = 0; j < i; j++) {
				double until_s = j + 1 < i ? at_s[j + 1] : now_s;

				if (at_s[j] <= now_s - ago_s && until_s > now_s - ago_s)
					lo = value[j];
				if (until_s >= now_s - ago_s - 2 * d.period_s - 0.5 &&
				    at_s[j] <= now_s - ago_s + 2 * d.period_s + 0.5)
					hi = fmax(hi, value[j]);
			}
			if (now_s > 2 * delay_s + 1)
				CHECK(got >= lo && got <= hi, "round %d: %g s ago %g to %g: %g",
				      round, ago_s, lo, hi, got);
			at_s[i] = now_s;
			value[i] = uniform(6, 100);
			delay_line_enter(&d, value[i]);
		}
	}
}

static void after_a_stall_the_last_one_was_in_force(void)
{
	struct delay_line d;
	int i;

	delay_line_begin(&d, HUGE_VAL);
	delay_line_pass(&d, 1, 2, 0.1);
	CHECK(delay_line_at(&d, 2) == HUGE_VAL, "what was before it began");
	for (i = 0; i < 100; i++) {
		delay_line_enter(&d, 50);
		delay_line_pass(&d, 0.1, 2, 0.1);
	}
	delay_line_pass(&d, 100, 2, 0.1);
	delay_line_enter(&d, 90);
	CHECK(delay_line_at(&d, 1) == 50, "a second before it was %g", delay_line_at(&d, 1));
	CHECK(delay_line_at(&d, 0) == 90, "and now %g", delay_line_at(&d, 0));
	/* Another delay: nobody knows which of them was when, so the highest counts. */
	delay_line_pass(&d, 0, 20, 0.1);
	CHECK(delay_line_at(&d, 20) == 90, "of another delay %g", delay_line_at(&d, 20));
}

const struct test_suite delay_line_suite = {
	.name = "delay_line",
	.cases = (const struct test_case[]) {
		{ "it_remembers_for_as_long_as_the_delay", it_remembers_for_as_long_as_the_delay },
		{ "after_a_stall_the_last_one_was_in_force",
		  after_a_stall_the_last_one_was_in_force },
		{ }
	},
};
