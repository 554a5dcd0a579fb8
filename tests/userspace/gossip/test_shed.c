// SPDX-License-Identifier: GPL-2.0
/*
 * The price that sheds just enough: never too little, at most one step too much, without jumps.
 */
#include <math.h>

#include "chance.h"
#include "harness.h"
#include "shed.h"

#define STEPS 40

static size_t random_curve(struct control_demand *steps)
{
	size_t nr = 1 + test_random_below(STEPS), i;
	double cpus = 0;

	for (i = nr; i-- > 0;) {
		cpus += test_random_below(4) ? uniform(0, 3) : 0;
		steps[i].cpus = cpus;
	}
	for (i = 0; i < nr; i++)
		steps[i].price = (i ? steps[i - 1].price : 0) + 1 + test_random_below(50);
	return nr;
}

static void it_sheds_just_enough(void)
{
	struct control_demand steps[STEPS];
	int round;

	for (round = 0; round < 5000; round++) {
		size_t nr = random_curve(steps), i;
		double stays = uniform(-1, steps[0].cpus + 1);
		double price = shed_price(steps, nr, stays);

		CHECK(shed_curve_usable(steps, nr), "a right curve is refused");
		CHECK(price >= 0 && price <= steps[nr - 1].price * 1.125 + 1, "price %g", price);
		/* Any price above, however little, sheds enough. */
		CHECK(shed_load(steps, nr, price + 0.000001) <= fmax(stays, 0) + (1 / 1e9),
		      "at %g stay %g, not %g", price, shed_load(steps, nr, price + 0.000001),
		      stays);
		/* The step below the price would not do. */
		for (i = 0; i < nr && steps[i].price < price; i++)
			CHECK(shed_load(steps, nr, steps[i].price) > stays,
			      "%g is too dear: %u would do", price, steps[i].price);
	}
}

static void it_has_no_jumps(void)
{
	struct control_demand steps[STEPS];
	double last = HUGE_VAL, stays, price;
	int i, hundredth;

	for (i = 0; i < STEPS; i++)
		steps[i] = (struct control_demand) { .price = 10 + 2 * i, .cpus = STEPS - i };
	for (hundredth = 0; hundredth < 100 * STEPS; hundredth++) {
		stays = hundredth / 100.0;
		price = shed_price(steps, STEPS, stays);
		CHECK(price <= last, "more may stay, and it gets dearer");
		CHECK(stays == 0 || last - price < 0.15, "a jump from %g to %g", last, price);
		last = price;
	}
	CHECK_EQ(shed_price(steps, STEPS, STEPS), 0);
}

/* Of a price that is there twice both are shed, or none. */
static void a_price_may_be_there_twice(void)
{
	static const struct control_demand steps[] = { { 10, 8 }, { 12, 6 }, { 12, 4 }, { 15, 2 } };

	CHECK(shed_curve_usable(steps, 4), "a price twice is refused");
	CHECK(shed_price(steps, 4, 5) > 12, "at %g nothing goes", shed_price(steps, 4, 5));
	CHECK(shed_load(steps, 4, shed_price(steps, 4, 5)) <= 5, "too much stays");
	CHECK(shed_load(steps, 4, shed_price(steps, 4, 3)) <= 3, "too much stays");
}

static void nonsense_is_no_curve(void)
{
	struct control_demand steps[SHED_STEPS_MAX + 1];
	unsigned int i;

	for (i = 0; i <= SHED_STEPS_MAX; i++)
		steps[i] = (struct control_demand) { .price = i, .cpus = 1000 - i };
	CHECK(shed_curve_usable(steps, SHED_STEPS_MAX), "a right one is refused");
	CHECK(!shed_curve_usable(steps, SHED_STEPS_MAX + 1), "too long");
	CHECK(!shed_curve_usable(steps, 0) && !shed_curve_usable(NULL, 3), "none");
	steps[7].cpus = NAN;
	CHECK(!shed_curve_usable(steps, 9), "no number");
	steps[7].cpus = -1;
	CHECK(!shed_curve_usable(steps, 8), "negative");
	steps[7].cpus = 994.5;
	CHECK(!shed_curve_usable(steps, 8), "load that rises");
	steps[7] = (struct control_demand) { .price = 5, .cpus = 5 };
	CHECK(!shed_curve_usable(steps, 8), "a price that falls");
	CHECK(shed_curve_usable(steps, 7), "what was right before it");
}

/* The source document's 1 / margin up to 4; from there on no wall, and the highest for all. */
static void the_assumed_price_is_smooth(void)
{
	static const double maxima[] = { 1, 1.1, 2, 4, 8, 64, 1024 };
	unsigned int i, j;

	for (i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
		double max = maxima[i], knee = fmin(max, 4);
		double scale = 1 - 1 / knee + log(max / knee) / knee, last = 1, slope = 0;

		CHECK(shed_assumed(0, max) == 1 && shed_assumed(-1, max) == 1, "not from 1 on");
		CHECK(fabs(shed_assumed(1, max) / max - 1) < 0.000001, "for all it costs %g, not %g",
		      shed_assumed(1, max), max);
		CHECK(shed_assumed(NAN, max) == 1, "no number costs");
		for (j = 0; j < 1000; j++) {
			double share = j / 1000.0, price = shed_assumed(share, max);

			if (share * scale < 1 - 1 / knee)
				CHECK(fabs(price * (1 - share * scale) - 1) < (1 / 1e9),
				      "not 1 / margin");
			CHECK(price >= last, "it falls");
			CHECK(j < 2 || price - last < 1.1 * slope + 0.02 * last,
			      "a kink at %g of %g", share, max);
			slope = price - last;
			last = price;
		}
	}
}

static void what_went_is_remembered(void)
{
	struct control_demand steps[STEPS];
	int round, i;

	for (round = 0; round < 500; round++) {
		struct control_input in = { .demand = steps, .base_price = 10 };
		struct shed_memory m = { 0 };
		double stays, price, last = HUGE_VAL;

		in.nr_demand = random_curve(steps);
		shed_remember(&m, &in, 64, 0);
		for (i = 0; i < 50; i++) {
			stays = steps[0].cpus * i / 50;
			price = shed_remembered(&m, stays);
			CHECK(price >= 1 && price <= 64 && price <= last, "price %g", price);
			/* As good as the curve, but for its own steps. */
			CHECK(price > 59 || shed_load(steps, in.nr_demand, 10 * price * 1.000001) <=
			      stays + (1 / 1e9), "at %g too many stay", price);
			CHECK(price == 1 || 10 * price <= 10.7 * 1.07 +
			      1.15 * fmax(shed_price(steps, in.nr_demand, stays), 10),
			      "%g for %g", 10 * price, shed_price(steps, in.nr_demand, stays));
			last = price;
		}
		/* All of them go; the price stays, until they are forgotten. */
		price = shed_remembered(&m, steps[0].cpus / 2);
		in.nr_demand = 1;
		steps[0].cpus = 0;
		shed_remember(&m, &in, 64, 0);
		CHECK(shed_remembered(&m, 0) >= price, "forgotten at once");
		shed_remember(&m, &in, 64, 1);
		CHECK(shed_remembered(&m, 0) == 1, "never forgotten");
	}
}

const struct test_suite shed_suite = {
	.name = "shed",
	.cases = (const struct test_case[]) {
		{ "it_sheds_just_enough", it_sheds_just_enough },
		{ "it_has_no_jumps", it_has_no_jumps },
		{ "a_price_may_be_there_twice", a_price_may_be_there_twice },
		{ "nonsense_is_no_curve", nonsense_is_no_curve },
		{ "the_assumed_price_is_smooth", the_assumed_price_is_smooth },
		{ "what_went_is_remembered", what_went_is_remembered },
		{ }
	},
};
