// SPDX-License-Identifier: GPL-2.0
/*
 * Evaporation: the power of two that it is made of, and what becomes of a wallet in the long run.
 */
#include "harness.h"
#include "wallet.h"

#include <math.h>

#define MS 1000000ULL
#define SECOND (1000 * MS)
#define YEAR (31556952ULL * SECOND)
#define OPERATIONS 1000000

static void half_q32_is_two_to_the_minus_half_lives(void)
{
	u32 half_ms = 0;
	int i;

	for (i = 0; i < OPERATIONS; i++) {
		u64 elapsed_ns = test_random_log(U64_MAX);
		long double want;

		half_ms = 1 + (u32)test_random_log(U32_MAX - 1);
		if (test_random_below(2))
			elapsed_ns = (u64)(half_ms * MS * (test_random_below(1 << 20) / 16384.0));
		want = exp2l(-(long double)elapsed_ns / ((long double)half_ms * MS));
		CHECK(fabsl(mx_half_q32(elapsed_ns, half_ms) / 0x1p32L - want) <
			      want * 0.0000002L + 1 / 0x1p30L,
		      "%.9Lf of a half-life: %u", (long double)elapsed_ns / half_ms / MS,
		      mx_half_q32(elapsed_ns, half_ms));
	}
	for (i = 0; i < 40; i++) {
		u32 got = mx_half_q32((u64)i * half_ms * MS, half_ms);
		u32 want = i < 32 ? U32_MAX >> i : 0;

		CHECK(got == want, "%d half-lives: %u", i, got);
	}
}

/* Later leaves less, but for the error of the series, which ends at each sixteenth. */
static void half_q32_falls(void)
{
	u32 half_ms = 1 + (u32)test_random_log(U32_MAX - 1), last = U32_MAX, now;
	u64 step_ns = half_ms * MS / 10000, i;

	for (i = 0; i < 100000; i++) {
		now = mx_half_q32(i * step_ns, half_ms);
		CHECK(now <= last, "step %llu: %u after %u", (unsigned long long)i, now, last);
		last = now;
	}
}

/* Whether a wallet is looked at each millisecond or once: within a thousandth. */
static void small_steps_agree_with_a_big_one(void)
{
	int round;

	for (round = 0; round < 200; round++) {
		struct mx_wallet_terms terms = {
			.income = 1 + (u32)test_random_log(1000000),
			.half_life_ms = 1 + (u32)test_random_log(1 << 17),
			.cap_nanocents = MX_WALLET_CAP_MAX,
		};
		u64 first = test_random_log(100ULL * terms.income * SECOND), now_ns = YEAR;
		u64 end_ns = YEAR + test_random_range(SECOND, 20 * SECOND);
		struct mx_wallet often, once;
		double a, b;

		mx_wallet_init(&often, 7, &terms, 4 * SECOND, YEAR);
		CHECK(mx_wallet_fund(&often, first, YEAR), "%llu", (unsigned long long)first);
		once = often;
		while (often.settled_ns < end_ns) {
			now_ns += test_random_range(MS / 4, 4 * MS);
			mx_wallet_settle(&often, now_ns);
		}
		mx_wallet_settle(&once, often.settled_ns);
		a = (double)often.balance_nanocents;
		b = (double)once.balance_nanocents;
		CHECK(fabs(a - b) <= b / 1000 + 2000, "%.0f often, %.0f once: income %u, half-life %u",
		      a, b, terms.income, terms.half_life_ms);
	}
}

/* Left alone for as long as one likes, it holds what flows in during a half-life over ln 2. */
static void idle_wallet_finds_its_level(void)
{
	int i;

	for (i = 0; i < 10000; i++) {
		struct mx_wallet_terms terms = {
			.income = 1 + (u32)test_random_log(1000000),
			.half_life_ms = 1 + (u32)test_random_log(100000),
			.cap_nanocents = MX_WALLET_CAP_MAX,
		};
		long double want = terms.income / M_LN2l * terms.half_life_ms * MS;
		u64 left_alone_ns = 60ULL * terms.half_life_ms * MS + test_random_log(100 * YEAR);
		struct mx_wallet w;

		mx_wallet_init(&w, 7, &terms, 4 * SECOND, YEAR);
		mx_wallet_settle(&w, YEAR + left_alone_ns);
		CHECK(fabsl(w.balance_nanocents - want) < want * 0.000002L + 2, "%lld, not %.0Lf",
		      (long long)w.balance_nanocents, want);
	}
}

static const struct test_case cases[] = {
	{ "half_q32_is_two_to_the_minus_half_lives", half_q32_is_two_to_the_minus_half_lives },
	{ "half_q32_falls", half_q32_falls },
	{ "small_steps_agree_with_a_big_one", small_steps_agree_with_a_big_one },
	{ "idle_wallet_finds_its_level", idle_wallet_finds_its_level },
	{}
};

const struct test_suite evaporation_suite = { "evaporation", cases };
