// SPDX-License-Identifier: GPL-2.0
/*
 * Price arithmetic against exact references in 128 bits and long double.
 */
#include "harness.h"
#include "price.h"

#define SEC 1000000000ULL

static u64 saturated(__uint128_t value, u64 limit)
{
	return value > limit ? limit : (u64)value;
}

static u32 random_multiplier(void)
{
	u32 multiplier = test_random_u32_log();

	return max(multiplier, MX_MULTIPLIER_MIN);
}

static s32 random_slope(void)
{
	s32 slope = (s32)test_random_u32_log();

	return test_random_below(2) ? slope : ~slope;
}

static struct mx_ramp random_ramp(void)
{
	return (struct mx_ramp){
		.horizon_ns = test_random_below(60001) * NSEC_PER_MSEC,
		.ramp_ns = test_random_below(60001) * NSEC_PER_MSEC,
		.safe = mx_safe_q16((u32)test_random_range(1000, 1000000)),
	};
}

static void product_is_exact_and_saturates(void)
{
	int i;

	CHECK_EQ(mx_mul_q16(U32_MAX, U32_MAX), U32_MAX);
	CHECK_EQ(mx_mul_q16(U32_MAX, MX_ONE), U32_MAX);
	CHECK_EQ(mx_mul_q16(U32_MAX, MX_ONE + 1), U32_MAX);
	CHECK_EQ(mx_mul_q16(1, MX_ONE - 1), 0);
	for (i = 0; i < 1000000; i++) {
		u32 a = test_random_u32_log();
		u32 b = test_random_u32_log();

		CHECK_EQ(mx_mul_q16(a, b), saturated((__uint128_t)a * b >> 16, U32_MAX));
	}
}

static void charge_is_exact_and_saturates(void)
{
	int i;

	CHECK_EQ(mx_cost(3, 7), 21);
	CHECK(mx_cost(U32_MAX, U64_MAX) == U64_MAX, "saturates");
	CHECK(mx_cost(2, 1ULL << 63) == U64_MAX, "saturates at the first overflow");
	for (i = 0; i < 1000000; i++) {
		u32 price = test_random_u32_log();
		u64 runtime_ns = test_random() >> test_random_below(64);

		CHECK_EQ(mx_cost(price, runtime_ns),
			 saturated((__uint128_t)price * runtime_ns, U64_MAX));
	}
}

static void never_set_is_one_for_ever(void)
{
	struct mx_ramp ramp = random_ramp();
	struct mx_multiplier m;

	mx_multiplier_init(&m);
	CHECK_EQ(mx_multiplier_value(&m, &ramp, 0), MX_ONE);
	CHECK_EQ(mx_multiplier_value(&m, &ramp, U64_MAX), MX_ONE);
	CHECK(!mx_multiplier_step(&m, &ramp, U64_MAX), "no lease, no step");
	CHECK(!mx_multiplier_moving(&m, &ramp, SEC), "rests");
	mx_multiplier_set(&m, MX_ONE, 0, 0, SEC);
	CHECK_EQ(m.state, MX_MULTIPLIER_IDLE);
	mx_multiplier_set(&m, MX_ONE, 0, 1, SEC);
	CHECK_EQ(m.state, MX_MULTIPLIER_HELD);
}

static void value_is_held_without_slope(void)
{
	int i;

	for (i = 0; i < 10000; i++) {
		struct mx_ramp ramp = random_ramp();
		u32 value = random_multiplier();
		u64 now_ns = test_random() >> 2;
		struct mx_multiplier m;

		mx_multiplier_set(&m, value, 0, 0, now_ns);
		CHECK_EQ(mx_multiplier_value(&m, &ramp, now_ns - 1), value);
		CHECK_EQ(mx_multiplier_value(&m, &ramp, now_ns + (test_random() >> 2)), value);
		CHECK(!mx_multiplier_step(&m, &ramp, U64_MAX), "no lease");
	}
}

/* The reference: base + slope x time, time capped at the horizon, value kept in range. */
static void slope_is_extrapolated_to_the_horizon(void)
{
	int i;

	for (i = 0; i < 500000; i++) {
		long double want;
		struct mx_ramp ramp = random_ramp();
		u32 value = random_multiplier();
		s32 slope = random_slope();
		u64 elapsed_ns = test_random_below(61 * SEC);
		u64 moved_ns = min(elapsed_ns, ramp.horizon_ns);
		struct mx_multiplier m;
		u32 got;

		want = value + (long double)slope * moved_ns / 1e9L;
		mx_multiplier_set(&m, value, slope, 0, SEC);
		got = mx_multiplier_value(&m, &ramp, SEC + elapsed_ns);
		want = clamp(want, (long double)MX_MULTIPLIER_MIN, (long double)U32_MAX);
		/* The time is cut to a microsecond, and the product to one step of Q16. */
		CHECK(got > want - 1.001L - (moved_ns % 1000 ? 2148 : 0) &&
		      got < want + 1.001L + (moved_ns % 1000 ? 2148 : 0),
		      "%u + %d x %llu ns is %u, not %Lf", value, slope,
		      (unsigned long long)moved_ns, got, want);
	}
}

static void slope_moves_until_the_horizon(void)
{
	struct mx_ramp ramp = { .horizon_ns = SEC, .ramp_ns = SEC, .safe = 2 * MX_ONE };
	struct mx_multiplier m;

	mx_multiplier_set(&m, MX_ONE, 1000, 0, SEC);
	CHECK(mx_multiplier_moving(&m, &ramp, SEC + 1), "on its way");
	CHECK(!mx_multiplier_moving(&m, &ramp, 2 * SEC + 1), "at the horizon");
	CHECK_EQ(mx_multiplier_value(&m, &ramp, 2 * SEC), MX_ONE + 1000);
	CHECK_EQ(mx_multiplier_value(&m, &ramp, 60 * SEC), MX_ONE + 1000);
	mx_multiplier_set(&m, MX_ONE, 0, 0, SEC);
	CHECK(!mx_multiplier_moving(&m, &ramp, SEC), "no slope");
}

/* Held until the lease's end, then up to the safe value and never down. */
static void check_lease_end(u32 value, s32 slope, u32 lease_ms, const struct mx_ramp *ramp)
{
	u64 end_ns = SEC + lease_ms * NSEC_PER_MSEC, now_ns = end_ns;
	u32 at_end, last;
	struct mx_multiplier m;
	int i;

	mx_multiplier_set(&m, value, slope, lease_ms, SEC);
	CHECK(!mx_multiplier_step(&m, ramp, end_ns - 1), "the lease still runs");
	at_end = mx_multiplier_value(&m, ramp, end_ns);
	CHECK(mx_multiplier_step(&m, ramp, end_ns + test_random_below(SEC)), "the lease is over");
	CHECK_EQ(m.state, MX_MULTIPLIER_RAMPING);
	last = at_end;
	for (i = 0; i <= 50; i++) {
		u32 got = mx_multiplier_value(&m, ramp, now_ns);
		u32 want = max(at_end, ramp->safe);

		if (ramp->ramp_ns && now_ns - end_ns < ramp->ramp_ns && at_end < ramp->safe)
			want = at_end + (u32)((long double)(ramp->safe - at_end) *
					      (now_ns - end_ns) / ramp->ramp_ns);
		CHECK(got >= last && got <= max(at_end, ramp->safe), "the ramp only rises");
		CHECK(got + 2ULL >= want && got <= want + 2ULL, "%u, not %u", got, want);
		last = got;
		now_ns += ramp->ramp_ns / 50;
	}
	CHECK(mx_multiplier_step(&m, ramp, end_ns + ramp->ramp_ns), "the ramp ends");
	CHECK_EQ(m.state, MX_MULTIPLIER_SAFE);
	CHECK_EQ(mx_multiplier_value(&m, ramp, U64_MAX), max(at_end, ramp->safe));
	CHECK(!mx_multiplier_step(&m, ramp, U64_MAX), "safe is the end");
	CHECK(!mx_multiplier_moving(&m, ramp, U64_MAX), "and rests");
}

static void lost_feed_ramps_to_safe_and_is_never_cheaper(void)
{
	int i;

	for (i = 0; i < 20000; i++) {
		struct mx_ramp ramp = random_ramp();
		s32 slope = test_random_below(2) ? 0 : random_slope();

		check_lease_end(random_multiplier(), slope, (u32)test_random_range(1, 600000),
				&ramp);
	}
}

static void ramp_may_be_instant(void)
{
	struct mx_ramp ramp = { .horizon_ns = SEC, .ramp_ns = 0, .safe = 3 * MX_ONE };
	struct mx_multiplier m;

	mx_multiplier_set(&m, MX_ONE, 0, 10, SEC);
	CHECK(mx_multiplier_step(&m, &ramp, 2 * SEC), "the lease is over");
	CHECK_EQ(mx_multiplier_value(&m, &ramp, 2 * SEC), 3 * MX_ONE);
}

/* Whoever asks whether a multiplier moves is told so as long as its value may be another one. */
static void ramp_moves_until_its_end(void)
{
	struct mx_ramp ramp = { .horizon_ns = SEC, .ramp_ns = SEC, .safe = 3 * MX_ONE };
	struct mx_multiplier m;
	u64 now_ns;

	mx_multiplier_set(&m, MX_ONE, 0, 1000, SEC);
	CHECK(!mx_multiplier_moving(&m, &ramp, 2 * SEC - 1), "its end is known");
	CHECK(mx_multiplier_step(&m, &ramp, 2 * SEC), "the lease is over");
	for (now_ns = 2 * SEC; now_ns < 3 * SEC; now_ns += SEC / 8) {
		CHECK(!mx_multiplier_step(&m, &ramp, now_ns), "the ramp goes on");
		CHECK(mx_multiplier_moving(&m, &ramp, now_ns), "it moves");
	}
	CHECK(mx_multiplier_step(&m, &ramp, now_ns), "the ramp is over");
	CHECK(!mx_multiplier_moving(&m, &ramp, now_ns), "and rests");
}

static void safe_multiplier_is_permille_in_q16(void)
{
	CHECK_EQ(mx_safe_q16(1000), MX_ONE);
	CHECK_EQ(mx_safe_q16(2500), MX_ONE * 5 / 2);
	CHECK_EQ(mx_safe_q16(1000000), MX_ONE * 1000);
}

/* The exact product of a base price and four multipliers, where nothing saturates on the way. */
static void reserve_is_the_product(void)
{
	int i;

	for (i = 0; i < 500000; i++) {
		long double want, most;
		u32 base = (u32)test_random_range(1, 1000000);
		u32 factor[4], got;
		int k;

		want = base;
		most = base;
		for (k = 0; k < 4; k++) {
			factor[k] = (u32)test_random_range(MX_MULTIPLIER_MIN, MX_ONE * 8ULL);
			want *= factor[k] / 65536.0L;
			most = max(most, most * factor[k] / 65536.0L);
		}
		if (most > U32_MAX)
			continue;
		got = mx_reserve(base, factor[0], factor[1], factor[2], factor[3]);
		/* Each product cuts off up to 2^-16; those after it may make 8^3 / 2^16 of it. */
		CHECK(got + 1.01L > want && got <= max(want, 1.0L),
		      "%u x %u x %u x %u x %u / 2^64 is %u, not %Lf", base, factor[0], factor[1],
		      factor[2], factor[3], got, want);
	}
}

static void reserve_saturates_and_is_never_zero(void)
{
	u32 least = MX_MULTIPLIER_MIN;

	CHECK_EQ(mx_reserve(1, least, least, least, MX_ONE), 1);
	CHECK_EQ(mx_reserve(1000000, U32_MAX, U32_MAX, U32_MAX, U32_MAX), U32_MAX);
	CHECK_EQ(mx_reserve(10, MX_ONE, MX_ONE, MX_ONE, MX_ONE), 10);
	/* A cool CPU does not hide a hot neighbour or GPU. */
	CHECK_EQ(mx_reserve(1, least, 16 * MX_ONE, MX_ONE, MX_ONE), 1);
	CHECK_EQ(mx_reserve(10, least, 32 * MX_ONE, MX_ONE, MX_ONE), 20);
	CHECK_EQ(mx_reserve(10, least, MX_ONE, 32 * MX_ONE, MX_ONE), 20);
}

static void dearer_multiplier_never_lowers_the_reserve(void)
{
	int i, k;

	for (i = 0; i < 200000; i++) {
		u32 base = (u32)test_random_range(1, 1000000);
		u32 f[4], before;

		for (k = 0; k < 4; k++)
			f[k] = random_multiplier();
		before = mx_reserve(base, f[0], f[1], f[2], f[3]);
		k = (int)test_random_below(4);
		f[k] = (u32)test_random_range(f[k], U32_MAX);
		CHECK(mx_reserve(base, f[0], f[1], f[2], f[3]) >= before, "factor %d", k);
	}
}

static void demand_is_exact_and_saturates(void)
{
	int i;

	CHECK_EQ(mx_demand_q16(0, U32_MAX), MX_ONE);
	CHECK_EQ(mx_demand_q16(1000, 256), 2 * MX_ONE);
	for (i = 0; i < 500000; i++) {
		u32 gain = (u32)test_random_below(10001);
		u32 waiting_q8 = test_random_u32_log();

		CHECK_EQ(mx_demand_q16(gain, waiting_q8),
			 saturated(MX_ONE + (__uint128_t)gain * waiting_q8 * 256 / 1000,
				   U32_MAX));
	}
}

static const struct test_case cases[] = {
	{ "product_is_exact_and_saturates", product_is_exact_and_saturates },
	{ "charge_is_exact_and_saturates", charge_is_exact_and_saturates },
	{ "never_set_is_one_for_ever", never_set_is_one_for_ever },
	{ "value_is_held_without_slope", value_is_held_without_slope },
	{ "slope_is_extrapolated_to_the_horizon", slope_is_extrapolated_to_the_horizon },
	{ "slope_moves_until_the_horizon", slope_moves_until_the_horizon },
	{ "lost_feed_ramps_to_safe_and_is_never_cheaper",
	  lost_feed_ramps_to_safe_and_is_never_cheaper },
	{ "ramp_may_be_instant", ramp_may_be_instant },
	{ "ramp_moves_until_its_end", ramp_moves_until_its_end },
	{ "safe_multiplier_is_permille_in_q16", safe_multiplier_is_permille_in_q16 },
	{ "reserve_is_the_product", reserve_is_the_product },
	{ "reserve_saturates_and_is_never_zero", reserve_saturates_and_is_never_zero },
	{ "dearer_multiplier_never_lowers_the_reserve",
	  dearer_multiplier_never_lowers_the_reserve },
	{ "demand_is_exact_and_saturates", demand_is_exact_and_saturates },
	{}
};

const struct test_suite price_suite = { "price", cases };
