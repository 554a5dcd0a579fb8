// SPDX-License-Identifier: GPL-2.0
/*
 * What the GPUs' heat does to CPU prices: the coupling tables against an exact reference.
 */
#include "coupling.h"
#include "harness.h"

#include <math.h>

#define POINTS MX_COUPLING_POINTS

static const u32 identity[POINTS] = { MX_COUPLING_IDENTITY };
static const u32 none[POINTS] = { MX_COUPLING_NONE };

static struct mx_coupling table_of(const u32 *permille)
{
	struct mx_coupling c;

	CHECK(mx_coupling_set(&c, permille), "a good table is refused");
	return c;
}

/* A random table that rises, now and then steeply, now and then not at all. */
static void random_table(u32 *permille)
{
	u64 value = test_random_range(MX_COUPLING_MIN, 100000);
	int i;

	for (i = 0; i < POINTS; i++) {
		permille[i] = (u32)value;
		if (test_random_below(3))
			value += test_random_u32_log() >> test_random_below(16);
		value = min(value, (u64)MX_COUPLING_MAX);
	}
}

static u32 random_gpu(void)
{
	u32 gpu = test_random_u32_log();

	return max(gpu, MX_MULTIPLIER_MIN);
}

static void default_of_the_general_book_is_the_multiplier_itself(void)
{
	struct mx_coupling c = table_of(identity);
	u32 i;

	for (i = 0; i < 32; i++) {
		u32 gpu = max(1U << i, MX_MULTIPLIER_MIN);

		CHECK_EQ(mx_coupling_q16(&c, gpu), gpu);
		CHECK_EQ(mx_coupling_q16(&c, gpu + 1), gpu + 1);
		CHECK_EQ(mx_coupling_q16(&c, max(gpu - 1, MX_MULTIPLIER_MIN)),
			 max(gpu - 1, MX_MULTIPLIER_MIN));
	}
	CHECK_EQ(mx_coupling_q16(&c, U32_MAX), U32_MAX);
	for (i = 0; i < 1000000; i++) {
		u32 gpu = random_gpu();

		CHECK_EQ(mx_coupling_q16(&c, gpu), gpu);
	}
}

static void default_of_the_feeder_book_is_one(void)
{
	struct mx_coupling c = table_of(none);
	u32 i;

	for (i = 0; i < 100000; i++)
		CHECK_EQ(mx_coupling_q16(&c, random_gpu()), MX_ONE);
}

static void points_are_met(void)
{
	u32 permille[POINTS];
	int run, i;

	for (run = 0; run < 10000; run++) {
		struct mx_coupling c;

		random_table(permille);
		c = table_of(permille);
		for (i = 0; i < POINTS; i++)
			CHECK_EQ(mx_coupling_q16(&c, MX_ONE << i),
				 (u64)permille[i] * MX_ONE / 1000);
	}
}

/* The reference: a straight line between the nearest points, in long double. */
static void in_between_it_is_linear(void)
{
	u32 permille[POINTS];
	int run, i;

	for (run = 0; run < 20000; run++) {
		struct mx_coupling c;

		random_table(permille);
		c = table_of(permille);
		for (i = 0; i < 20; i++) {
			u32 gpu = random_gpu();
			int k = clamp((int)floorl(log2l(gpu / 65536.0L)), 0, POINTS - 2);
			long double x = gpu / 65536.0L / (1 << k) - 1;
			long double want = permille[k] * 65.536L +
					   x * 65.536L * (permille[k + 1] - permille[k]);
			u32 got = mx_coupling_q16(&c, gpu);

			want = clamp(want, (long double)MX_MULTIPLIER_MIN, (long double)U32_MAX);
			/* The points are cut to a step of Q16; outside of them that grows. */
			CHECK(fabsl(got - want) <= 4.01L, "at %u: %u, not %Lf", gpu, got, want);
		}
	}
}

static void hotter_gpu_never_makes_a_cpu_cheaper(void)
{
	u32 permille[POINTS];
	int run, i;

	for (run = 0; run < 20000; run++) {
		struct mx_coupling c;

		random_table(permille);
		c = table_of(permille);
		for (i = 0; i < 20; i++) {
			u32 gpu = random_gpu();
			u32 hotter = (u32)test_random_range(gpu, U32_MAX);

			CHECK(mx_coupling_q16(&c, hotter) >= mx_coupling_q16(&c, gpu),
			      "%u to %u", gpu, hotter);
			CHECK(mx_coupling_q16(&c, gpu) >= MX_MULTIPLIER_MIN, "too cheap");
		}
	}
}

static void bad_tables_are_refused_and_change_nothing(void)
{
	struct mx_coupling c = table_of(identity), before = c;
	u32 permille[POINTS];
	int i;

	for (i = 0; i < POINTS; i++) {
		memcpy(permille, none, sizeof(none));
		permille[i] = MX_COUPLING_MAX + 1;
		CHECK(!mx_coupling_set(&c, permille), "too large at %d", i);
		permille[i] = MX_COUPLING_MIN - 1;
		CHECK(!mx_coupling_set(&c, permille), "too small at %d", i);
		permille[i] = 1001;
		CHECK_EQ(mx_coupling_set(&c, permille), i == POINTS - 1);
		if (i == POINTS - 1)
			c = before;
		permille[i] = 999;
		CHECK_EQ(mx_coupling_set(&c, permille), i == 0);
		if (i == 0)
			c = before;
		CHECK(!memcmp(&c, &before, sizeof(c)), "changed");
	}
	for (i = 0; i < POINTS; i++)
		permille[i] = MX_COUPLING_MAX;
	c = table_of(permille);
	CHECK_EQ(mx_coupling_q16(&c, U32_MAX), 0xffff0000);
	for (i = 0; i < POINTS; i++)
		permille[i] = MX_COUPLING_MIN;
	c = table_of(permille);
	CHECK_EQ(mx_coupling_q16(&c, U32_MAX), 4128);
}

static void leases_add_to_the_multiplier(void)
{
	int i;

	CHECK_EQ(mx_gpu_load_q16(3 * MX_ONE, 0, MX_ONE), 3 * MX_ONE);
	CHECK_EQ(mx_gpu_load_q16(3 * MX_ONE, 2000, 0), 3 * MX_ONE);
	CHECK_EQ(mx_gpu_load_q16(3 * MX_ONE, 2000, MX_ONE), 5 * MX_ONE);
	CHECK_EQ(mx_gpu_load_q16(3 * MX_ONE, 2000, MX_ONE / 2), 4 * MX_ONE);
	CHECK_EQ(mx_gpu_load_q16(U32_MAX, 100000, MX_ONE), U32_MAX);
	for (i = 0; i < 100000; i++) {
		u32 gpu = random_gpu();
		u32 gain = (u32)test_random_below(100001);
		u32 busy = (u32)test_random_below(MX_ONE + 1);
		u64 want = gpu + (u64)gain * busy / 1000;

		CHECK_EQ(mx_gpu_load_q16(gpu, gain, busy), min(want, (u64)U32_MAX));
	}
}

/* With the default tables the reserves are what they are without any. */
static void default_tables_leave_prices_as_they_were(void)
{
	struct mx_coupling general = table_of(identity), feeder = table_of(none);
	int i;

	for (i = 0; i < 200000; i++) {
		u32 base = (u32)test_random_range(1, 1000000);
		u32 local = random_gpu(), external = random_gpu(), gpu = random_gpu();

		CHECK_EQ(mx_reserve(base, local, external, mx_coupling_q16(&general, gpu), MX_ONE),
			 mx_reserve(base, local, external, gpu, MX_ONE));
		CHECK_EQ(mx_reserve(base, local, external, mx_coupling_q16(&feeder, gpu), MX_ONE),
			 mx_reserve(base, local, external, MX_ONE, MX_ONE));
	}
}

static const struct test_case cases[] = {
	{ "default_of_the_general_book_is_the_multiplier_itself",
	  default_of_the_general_book_is_the_multiplier_itself },
	{ "default_of_the_feeder_book_is_one", default_of_the_feeder_book_is_one },
	{ "points_are_met", points_are_met },
	{ "in_between_it_is_linear", in_between_it_is_linear },
	{ "hotter_gpu_never_makes_a_cpu_cheaper", hotter_gpu_never_makes_a_cpu_cheaper },
	{ "bad_tables_are_refused_and_change_nothing", bad_tables_are_refused_and_change_nothing },
	{ "leases_add_to_the_multiplier", leases_add_to_the_multiplier },
	{ "default_tables_leave_prices_as_they_were", default_tables_leave_prices_as_they_were },
	{}
};

const struct test_suite coupling_suite = { "coupling", cases };
