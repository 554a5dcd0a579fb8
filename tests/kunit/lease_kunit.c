// SPDX-License-Identifier: GPL-2.0
/*
 * Prediction and lease: a multiplier that is extrapolated while its lease runs and goes to the safe
 * value when nobody renews it.
 */
#include "price.h"
#include "suites.h"

#define NOW (1000 * SECOND)

static const struct mx_ramp ramp = {
	.horizon_ns = 10 * SECOND,
	.ramp_ns = 4 * SECOND,
	.safe = 8 * MX_ONE,
};

static u32 value_at(const struct mx_multiplier *m, u64 now_ns)
{
	return mx_multiplier_value(m, &ramp, now_ns);
}

static void never_set_is_one(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_init(&m);
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_IDLE);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW), MX_ONE);
	KUNIT_EXPECT_FALSE(test, mx_multiplier_step(&m, &ramp, U64_MAX));
	KUNIT_EXPECT_EQ(test, value_at(&m, U64_MAX), MX_ONE);
}

static void set_to_one_is_as_never_set(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_set(&m, 3 * MX_ONE, 0, 0, NOW);
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_HELD);
	mx_multiplier_set(&m, MX_ONE, 0, 0, NOW);
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_IDLE);
	mx_multiplier_set(&m, MX_ONE, 0, 1, NOW);
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_HELD);
}

static void a_value_holds_without_a_slope(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_set(&m, 3 * MX_ONE, 0, 0, NOW);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW), 3 * MX_ONE);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 100000 * SECOND), 3 * MX_ONE);
	KUNIT_EXPECT_FALSE(test, mx_multiplier_moving(&m, &ramp, NOW));
	KUNIT_EXPECT_FALSE(test, mx_multiplier_step(&m, &ramp, U64_MAX));
}

static void a_slope_is_extrapolated(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_set(&m, 2 * MX_ONE, MX_ONE / 2, 0, NOW);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW), 2 * MX_ONE);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + SECOND), 2 * MX_ONE + MX_ONE / 2);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 4 * SECOND), 4 * MX_ONE);
	KUNIT_EXPECT_TRUE(test, mx_multiplier_moving(&m, &ramp, NOW + 4 * SECOND));
	mx_multiplier_set(&m, 4 * MX_ONE, -(s32)MX_ONE / 2, 0, NOW);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 2 * SECOND), 3 * MX_ONE);
}

static void beyond_the_horizon_nothing_is_predicted(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_set(&m, 2 * MX_ONE, MX_ONE, 0, NOW);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 10 * SECOND), 12 * MX_ONE);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 500 * SECOND), 12 * MX_ONE);
	KUNIT_EXPECT_FALSE(test, mx_multiplier_moving(&m, &ramp, NOW + 11 * SECOND));
}

static void a_prediction_stays_in_range(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_set(&m, MX_ONE, S32_MIN, 0, NOW);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 10 * SECOND), MX_MULTIPLIER_MIN);
	mx_multiplier_set(&m, U32_MAX - 5, S32_MAX, 0, NOW);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 10 * SECOND), U32_MAX);
}

static void a_clock_behind_the_setting_predicts_nothing(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_set(&m, 5 * MX_ONE, MX_ONE, 0, NOW);
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW - SECOND), 5 * MX_ONE);
}

static void a_lease_runs_out_into_a_ramp(struct kunit *test)
{
	struct mx_multiplier m;
	u64 end_ns = NOW + 2 * SECOND;

	mx_multiplier_set(&m, 2 * MX_ONE, 0, 2000, NOW);
	KUNIT_EXPECT_FALSE(test, mx_multiplier_step(&m, &ramp, end_ns - 1));
	KUNIT_EXPECT_TRUE(test, mx_multiplier_step(&m, &ramp, end_ns));
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_RAMPING);
	KUNIT_EXPECT_TRUE(test, mx_multiplier_moving(&m, &ramp, end_ns));
	KUNIT_EXPECT_EQ(test, value_at(&m, end_ns), 2 * MX_ONE);
	/* Linear from 2 to 8 in 4 s, to a part in 2^28. */
	KUNIT_EXPECT_EQ(test, value_at(&m, end_ns + 2 * SECOND), 5 * MX_ONE);
	KUNIT_EXPECT_EQ(test, value_at(&m, end_ns + 4 * SECOND), 8 * MX_ONE);
	KUNIT_EXPECT_TRUE(test, mx_multiplier_step(&m, &ramp, end_ns + 4 * SECOND));
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_SAFE);
	KUNIT_EXPECT_EQ(test, value_at(&m, U64_MAX), 8 * MX_ONE);
}

static void a_lease_noticed_late_loses_no_time(struct kunit *test)
{
	struct mx_multiplier m;
	u64 end_ns = NOW + 2 * SECOND;

	mx_multiplier_set(&m, 2 * MX_ONE, 0, 2000, NOW);
	KUNIT_EXPECT_TRUE(test, mx_multiplier_step(&m, &ramp, end_ns + 2 * SECOND));
	KUNIT_EXPECT_EQ(test, value_at(&m, end_ns + 2 * SECOND), 5 * MX_ONE);
}

static void the_ramp_begins_where_the_prediction_was(struct kunit *test)
{
	struct mx_multiplier m;
	u64 end_ns = NOW + 2 * SECOND;

	mx_multiplier_set(&m, 2 * MX_ONE, MX_ONE, 2000, NOW);
	KUNIT_EXPECT_TRUE(test, mx_multiplier_step(&m, &ramp, end_ns));
	KUNIT_EXPECT_EQ(test, value_at(&m, end_ns), 4 * MX_ONE);
	KUNIT_EXPECT_EQ(test, value_at(&m, end_ns + 2 * SECOND), 6 * MX_ONE);
}

static void losing_the_feed_is_never_cheaper(struct kunit *test)
{
	struct mx_multiplier m;
	u64 end_ns = NOW + SECOND, t;

	mx_multiplier_set(&m, 20 * MX_ONE, 0, 1000, NOW);
	KUNIT_EXPECT_TRUE(test, mx_multiplier_step(&m, &ramp, end_ns));
	for (t = 0; t < 8 * SECOND; t += 100 * MS) {
		mx_multiplier_step(&m, &ramp, end_ns + t);
		KUNIT_ASSERT_EQ(test, value_at(&m, end_ns + t), 20 * MX_ONE);
	}
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_SAFE);
}

static void the_ramp_never_falls(struct kunit *test)
{
	struct rnd_state rnd;
	int i;

	suite_random(test, &rnd);
	for (i = 0; i < 200; i++) {
		struct mx_ramp random = {
			.horizon_ns = SECOND,
			.ramp_ns = (1 + prandom_u32_state(&rnd) % 600000) * (u64)MS,
			.safe = mx_safe_q16(1000 + prandom_u32_state(&rnd) % 999000),
		};
		u32 base = max(prandom_u32_state(&rnd) >> 8, MX_MULTIPLIER_MIN), last = base;
		struct mx_multiplier m;
		u64 t;

		mx_multiplier_set(&m, base, 0, 1, NOW);
		for (t = 0; t <= random.ramp_ns + 2 * MS; t += 1 + random.ramp_ns / 37) {
			u32 value;

			mx_multiplier_step(&m, &random, NOW + MS + t);
			value = mx_multiplier_value(&m, &random, NOW + MS + t);
			KUNIT_ASSERT_GE(test, value, last);
			KUNIT_ASSERT_LE(test, value, max(base, random.safe));
			last = value;
		}
	}
}

static void a_renewal_ends_the_ramp(struct kunit *test)
{
	struct mx_multiplier m;

	mx_multiplier_set(&m, 2 * MX_ONE, 0, 1000, NOW);
	KUNIT_EXPECT_TRUE(test, mx_multiplier_step(&m, &ramp, NOW + 2 * SECOND));
	mx_multiplier_set(&m, 2 * MX_ONE, 0, 1000, NOW + 3 * SECOND);
	KUNIT_EXPECT_EQ(test, m.state, MX_MULTIPLIER_HELD);
	KUNIT_EXPECT_FALSE(test, mx_multiplier_step(&m, &ramp, NOW + 3500 * MS));
	KUNIT_EXPECT_EQ(test, value_at(&m, NOW + 3500 * MS), 2 * MX_ONE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(never_set_is_one),
	KUNIT_CASE(set_to_one_is_as_never_set),
	KUNIT_CASE(a_value_holds_without_a_slope),
	KUNIT_CASE(a_slope_is_extrapolated),
	KUNIT_CASE(beyond_the_horizon_nothing_is_predicted),
	KUNIT_CASE(a_prediction_stays_in_range),
	KUNIT_CASE(a_clock_behind_the_setting_predicts_nothing),
	KUNIT_CASE(a_lease_runs_out_into_a_ramp),
	KUNIT_CASE(a_lease_noticed_late_loses_no_time),
	KUNIT_CASE(the_ramp_begins_where_the_prediction_was),
	KUNIT_CASE(losing_the_feed_is_never_cheaper),
	KUNIT_CASE(the_ramp_never_falls),
	KUNIT_CASE(a_renewal_ends_the_ramp),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_lease",
	.test_cases = cases,
};

kunit_test_suite(suite);
