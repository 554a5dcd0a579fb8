// SPDX-License-Identifier: GPL-2.0
/*
 * Price arithmetic: reserves, costs, what demand and GPUs do to a price. Against 128-bit integers
 * where something could overflow.
 */
#include "price.h"
#include "suites.h"

static void products_saturate(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_mul_q16(12345, MX_ONE), 12345);
	KUNIT_EXPECT_EQ(test, mx_mul_q16(1000, MX_ONE + MX_ONE / 2), 1500);
	KUNIT_EXPECT_EQ(test, mx_mul_q16(U32_MAX, MX_ONE), U32_MAX);
	KUNIT_EXPECT_EQ(test, mx_mul_q16(U32_MAX, MX_ONE + 1), U32_MAX);
	KUNIT_EXPECT_EQ(test, mx_mul_q16(U32_MAX, U32_MAX), U32_MAX);
}

static void a_reserve_is_the_base_price_times_all(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_reserve(100, MX_ONE, MX_ONE, MX_ONE, MX_ONE), 100);
	KUNIT_EXPECT_EQ(test, mx_reserve(100, 2 * MX_ONE, 3 * MX_ONE, 5 * MX_ONE, 7 * MX_ONE),
			21000);
	KUNIT_EXPECT_EQ(test, mx_reserve(100, MX_ONE / 2, MX_ONE, MX_ONE, MX_ONE), 50);
}

static void a_bid_of_nothing_never_clears(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_reserve(0, MX_ONE, MX_ONE, MX_ONE, MX_ONE), 1);
	KUNIT_EXPECT_EQ(test, mx_reserve(1, MX_MULTIPLIER_MIN, MX_MULTIPLIER_MIN, MX_ONE, MX_ONE),
			1);
}

static void small_multipliers_do_not_swallow_large_ones(struct kunit *test)
{
	/* 1 cent / 16 x 16: through whole cents that would be 0 x 16. */
	KUNIT_EXPECT_EQ(test, mx_reserve(1, MX_MULTIPLIER_MIN, 320 * MX_ONE, MX_ONE, MX_ONE), 20);
}

static void a_reserve_saturates(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_reserve(U32_MAX, U32_MAX, U32_MAX, U32_MAX, U32_MAX), U32_MAX);
	KUNIT_EXPECT_EQ(test, mx_reserve(1U << 31, 2 * MX_ONE, MX_ONE, MX_ONE, MX_ONE), U32_MAX);
}

static void reserves_follow_exact_arithmetic(struct kunit *test)
{
	struct rnd_state rnd;
	int i, j;

	suite_random(test, &rnd);
	for (i = 0; i < 10000; i++) {
		unsigned __int128 exact;
		u32 base, m[4], got;

		base = prandom_u32_state(&rnd) >> (prandom_u32_state(&rnd) % 32);
		exact = (unsigned __int128)base << 16;
		for (j = 0; j < 4; j++) {
			m[j] = max(prandom_u32_state(&rnd) >> (prandom_u32_state(&rnd) % 20),
				   MX_MULTIPLIER_MIN);
		}
		got = mx_reserve(base, m[0], m[1], m[2], m[3]);
		/* Demand comes first; each product is cut to Q16. */
		for (j = 0; j < 4; j++)
			exact = min((exact * m[(j + 3) % 4]) >> 16,
				    (unsigned __int128)U32_MAX << 16);
		KUNIT_ASSERT_EQ(test, got, max((u32)(exact >> 16), 1U));
	}
}

static void cost_is_exact_to_the_nanocent(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_cost(1, 1), 1);
	KUNIT_EXPECT_EQ(test, mx_cost(100, SECOND), 100 * SECOND);
	KUNIT_EXPECT_EQ(test, mx_cost(U32_MAX, U32_MAX), (u64)U32_MAX * U32_MAX);
	KUNIT_EXPECT_EQ(test, mx_cost(0, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, mx_cost(1, U64_MAX), U64_MAX);
	KUNIT_EXPECT_EQ(test, mx_cost(U32_MAX, U64_MAX), U64_MAX);
}

static void demand_only_makes_dearer(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_demand_q16(0, U32_MAX), MX_ONE);
	KUNIT_EXPECT_EQ(test, mx_demand_q16(10000, 0), MX_ONE);
	/* Two waiting at a gain of a half: twice the price. */
	KUNIT_EXPECT_EQ(test, mx_demand_q16(500, 2 << 8), 2 * MX_ONE);
	KUNIT_EXPECT_EQ(test, mx_demand_q16(10000, U32_MAX), U32_MAX);
}

static void the_safe_multiplier_is_in_permille(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_safe_q16(1000), MX_ONE);
	KUNIT_EXPECT_EQ(test, mx_safe_q16(2500), 5 * MX_ONE / 2);
	KUNIT_EXPECT_EQ(test, mx_safe_q16(1000000), 1000 * MX_ONE);
}

static void coupling_tables_must_not_fall(struct kunit *test)
{
	u32 permille[MX_COUPLING_POINTS];
	struct mx_coupling c;
	int i;

	for (i = 0; i < MX_COUPLING_POINTS; i++)
		permille[i] = 1000;
	KUNIT_EXPECT_TRUE(test, mx_coupling_set(&c, permille));
	permille[8] = 999;
	KUNIT_EXPECT_FALSE(test, mx_coupling_set(&c, permille));
	permille[8] = 1000;
	permille[0] = MX_COUPLING_MIN - 1;
	KUNIT_EXPECT_FALSE(test, mx_coupling_set(&c, permille));
	permille[0] = MX_COUPLING_MIN;
	permille[MX_COUPLING_POINTS - 1] = MX_COUPLING_MAX + 1;
	KUNIT_EXPECT_FALSE(test, mx_coupling_set(&c, permille));
	permille[MX_COUPLING_POINTS - 1] = MX_COUPLING_MAX;
	KUNIT_EXPECT_TRUE(test, mx_coupling_set(&c, permille));
}

static void coupling_by_the_identity_is_to_the_bit(struct kunit *test)
{
	u32 permille[MX_COUPLING_POINTS], i;
	struct rnd_state rnd;
	struct mx_coupling c;

	for (i = 0; i < MX_COUPLING_POINTS; i++)
		permille[i] = 1000U << i;
	KUNIT_ASSERT_TRUE(test, mx_coupling_set(&c, permille));
	suite_random(test, &rnd);
	for (i = 0; i < 10000; i++) {
		u32 gpu = prandom_u32_state(&rnd) >> (prandom_u32_state(&rnd) % 20);

		gpu = max(gpu, MX_MULTIPLIER_MIN);
		KUNIT_ASSERT_EQ(test, mx_coupling_q16(&c, gpu), gpu);
	}
}

static void a_hotter_gpu_never_makes_a_cpu_cheaper(struct kunit *test)
{
	u32 permille[MX_COUPLING_POINTS], last = 0, i;
	struct mx_coupling c;
	u64 gpu;

	for (i = 0; i < MX_COUPLING_POINTS; i++)
		permille[i] = 500 + 77 * i * i;
	KUNIT_ASSERT_TRUE(test, mx_coupling_set(&c, permille));
	for (gpu = MX_MULTIPLIER_MIN; gpu <= U32_MAX; gpu += 1 + gpu / 61) {
		u32 value = mx_coupling_q16(&c, gpu);

		KUNIT_ASSERT_GE(test, value, max(last, MX_MULTIPLIER_MIN));
		last = value;
	}
}

static void leases_of_gpus_add_heat(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_gpu_load_q16(MX_ONE, 0, MX_ONE), MX_ONE);
	KUNIT_EXPECT_EQ(test, mx_gpu_load_q16(MX_ONE, 1000, MX_ONE / 2), MX_ONE + MX_ONE / 2);
	KUNIT_EXPECT_EQ(test, mx_gpu_load_q16(U32_MAX, 100000, MX_ONE), U32_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(products_saturate),
	KUNIT_CASE(a_reserve_is_the_base_price_times_all),
	KUNIT_CASE(a_bid_of_nothing_never_clears),
	KUNIT_CASE(small_multipliers_do_not_swallow_large_ones),
	KUNIT_CASE(a_reserve_saturates),
	KUNIT_CASE(reserves_follow_exact_arithmetic),
	KUNIT_CASE(cost_is_exact_to_the_nanocent),
	KUNIT_CASE(demand_only_makes_dearer),
	KUNIT_CASE(the_safe_multiplier_is_in_permille),
	KUNIT_CASE(coupling_tables_must_not_fall),
	KUNIT_CASE(coupling_by_the_identity_is_to_the_bit),
	KUNIT_CASE(a_hotter_gpu_never_makes_a_cpu_cheaper),
	KUNIT_CASE(leases_of_gpus_add_heat),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_price",
	.test_cases = cases,
};

kunit_test_suite(suite);
