// SPDX-License-Identifier: GPL-2.0
/*
 * Wallets: income, cap, evaporation, debt, pacing, and that the books balance to the nanocent
 * whatever happens to a wallet.
 */
#include "suites.h"
#include "wallet.h"

#define NOW (1000 * SECOND)
#define HORIZON SECOND
#define CENT 1000000000ULL
#define TAG 7

static const struct mx_wallet_terms plain = {
	.income = 100,
	.cap_nanocents = 1000 * CENT,
};

static const struct mx_wallet_terms fading = {
	.income = 0,
	.half_life_ms = 2000,
	.cap_nanocents = 1000 * CENT,
};

static const struct mx_wallet_terms unlimited = { .unlimited = true };

static struct mx_wallet opened(const struct mx_wallet_terms *terms)
{
	struct mx_wallet w;

	mx_wallet_init(&w, TAG, terms, HORIZON, NOW);
	return w;
}

static void a_new_wallet_is_empty(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);

	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 0);
	KUNIT_EXPECT_EQ(test, w.tag, TAG);
	KUNIT_EXPECT_LT(test, w.factor, MX_FACTOR_ONE);
	KUNIT_EXPECT_EQ(test, mx_wallet_room(&w), plain.cap_nanocents);
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
}

static void income_comes_with_time(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);

	mx_wallet_settle(&w, NOW + 3 * SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 300 * (s64)CENT);
	KUNIT_EXPECT_EQ(test, w.income_nanocents, 300 * CENT);
	/* Less than a step of a millisecond is left for later, not lost. */
	mx_wallet_settle(&w, NOW + 3 * SECOND + MX_WALLET_STEP_NS - 1);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 300 * (s64)CENT);
	mx_wallet_settle(&w, NOW + 4 * SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 400 * (s64)CENT);
}

static void what_exceeds_the_cap_is_not_earned(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);

	mx_wallet_settle(&w, NOW + 100 * SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, (s64)plain.cap_nanocents);
	KUNIT_EXPECT_EQ(test, w.income_nanocents, plain.cap_nanocents);
	KUNIT_EXPECT_EQ(test, mx_wallet_room(&w), 0);
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
}

static void a_clock_that_goes_back_pays_nothing(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);

	mx_wallet_settle(&w, NOW + SECOND);
	mx_wallet_settle(&w, NOW);
	mx_wallet_settle(&w, NOW + SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 100 * (s64)CENT);
}

static void idle_money_halves(struct kunit *test)
{
	struct mx_wallet w = opened(&fading);

	KUNIT_ASSERT_TRUE(test, mx_wallet_fund(&w, 800 * CENT, NOW));
	mx_wallet_settle(&w, NOW + 2 * SECOND);
	KUNIT_EXPECT_LE(test, abs(w.balance_nanocents - 400 * (s64)CENT), (s64)CENT / 1000);
	mx_wallet_settle(&w, NOW + 6 * SECOND);
	KUNIT_EXPECT_LE(test, abs(w.balance_nanocents - 100 * (s64)CENT), (s64)CENT / 1000);
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
	mx_wallet_settle(&w, NOW + 3600 * SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 0);
	KUNIT_EXPECT_EQ(test, w.evaporated_nanocents, 800 * CENT);
}

static void halving_goes_by_powers_of_two(struct kunit *test)
{
	u32 last = U32_MAX;
	int i;

	KUNIT_EXPECT_EQ(test, mx_half_q32(0, 1000), U32_MAX);
	for (i = 0; i < 31; i++) {
		u32 left = mx_half_q32(i * SECOND, 1000);

		KUNIT_EXPECT_LE(test, abs((s64)left - (s64)((1ULL << 32) >> i)), 2);
	}
	for (i = 0; i < 4000; i++) {
		u32 left = mx_half_q32(i * 10 * MS, 1000);

		KUNIT_ASSERT_LE(test, left, last);
		last = left;
	}
	KUNIT_EXPECT_EQ(test, mx_half_q32(U64_MAX, 1), 0);
	KUNIT_EXPECT_GT(test, mx_half_q32(SECOND, U32_MAX), U32_MAX - 2000);
}

static void debt_stops_bidding_and_income_pays_it_back(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);

	mx_wallet_charge(&w, 250 * CENT, NOW);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, -250 * (s64)CENT);
	KUNIT_EXPECT_EQ(test, w.factor, 0);
	KUNIT_EXPECT_EQ(test, mx_wallet_bid(w.factor, U32_MAX), 0);
	mx_wallet_settle(&w, NOW + 2 * SECOND);
	KUNIT_EXPECT_EQ(test, w.factor, 0);
	mx_wallet_settle(&w, NOW + 3 * SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 50 * (s64)CENT);
	KUNIT_EXPECT_GT(test, w.factor, 0);
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
}

static void a_debt_has_an_end(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);

	mx_wallet_charge(&w, U64_MAX, NOW);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, -(s64)MX_WALLET_DEBT_MAX);
	mx_wallet_charge(&w, U64_MAX, NOW);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, -(s64)MX_WALLET_DEBT_MAX);
	KUNIT_EXPECT_EQ(test, w.charged_nanocents, MX_WALLET_DEBT_MAX);
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
}

static void pacing_falls_an_octave_a_sixteenth(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);
	u32 last = 0;
	int i;

	for (i = 1; i <= 200; i++) {
		mx_wallet_settle(&w, NOW + i * 5 * MS);
		KUNIT_ASSERT_GE(test, w.factor, last);
		last = w.factor;
		if (i == 100) {
			/* Half of the horizon, 8 of 16 octaves. */
			KUNIT_EXPECT_GE(test, w.factor, MX_FACTOR_ONE / 256 - 4);
			KUNIT_EXPECT_LE(test, w.factor, MX_FACTOR_ONE / 256);
		}
	}
	KUNIT_EXPECT_EQ(test, w.factor, MX_FACTOR_ONE);
	KUNIT_EXPECT_EQ(test, mx_wallet_bid(w.factor, U32_MAX), U32_MAX);
	KUNIT_EXPECT_EQ(test, mx_wallet_bid(MX_FACTOR_ONE / 4, 1000), 250);
}

static void an_unlimited_wallet_always_pays(struct kunit *test)
{
	struct mx_wallet w = opened(&unlimited);

	mx_wallet_charge(&w, U64_MAX / 2, NOW);
	mx_wallet_charge(&w, U64_MAX / 2, NOW + SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 0);
	KUNIT_EXPECT_EQ(test, w.factor, MX_FACTOR_ONE);
	KUNIT_EXPECT_EQ(test, w.tag, 0);
	KUNIT_EXPECT_FALSE(test, mx_wallet_fund(&w, 1, NOW));
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
}

static void a_grant_fits_or_is_refused_whole(struct kunit *test)
{
	struct mx_wallet w = opened(&fading);

	KUNIT_EXPECT_FALSE(test, mx_wallet_fund(&w, fading.cap_nanocents + 1, NOW));
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 0);
	KUNIT_EXPECT_TRUE(test, mx_wallet_fund(&w, fading.cap_nanocents, NOW));
	KUNIT_EXPECT_FALSE(test, mx_wallet_fund(&w, 1, NOW));
	KUNIT_EXPECT_FALSE(test, mx_wallet_fund(&w, U64_MAX, NOW));
	KUNIT_EXPECT_EQ(test, w.grants_nanocents, fading.cap_nanocents);
}

static void new_terms_keep_the_books(struct kunit *test)
{
	struct mx_wallet_terms smaller = plain;
	struct mx_wallet w = opened(&plain);

	smaller.cap_nanocents = 10 * CENT;
	mx_wallet_settle(&w, NOW + SECOND);
	mx_wallet_change(&w, TAG, &smaller, HORIZON, NOW + SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 10 * (s64)CENT);
	KUNIT_EXPECT_EQ(test, w.evaporated_nanocents, 90 * CENT);
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
	mx_wallet_charge(&w, 500 * CENT, NOW + SECOND);
	mx_wallet_change(&w, TAG, &unlimited, HORIZON, NOW + SECOND);
	KUNIT_EXPECT_EQ(test, w.balance_nanocents, 0);
	KUNIT_EXPECT_EQ(test, w.tag, 0);
	KUNIT_EXPECT_TRUE(test, mx_wallet_balanced(&w));
}

static void caps_by_income_saturate(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mx_wallet_cap(100, 1000), 100 * CENT);
	KUNIT_EXPECT_EQ(test, mx_wallet_cap(1, 1), 1000000);
	KUNIT_EXPECT_EQ(test, mx_wallet_cap(MX_WALLET_INCOME_MAX, U32_MAX), MX_WALLET_CAP_MAX);
}

static u64 any_size(struct rnd_state *rnd)
{
	u64 value = (u64)prandom_u32_state(rnd) << 32 | prandom_u32_state(rnd);

	return value >> (prandom_u32_state(rnd) % 64);
}

static struct mx_wallet_terms any_terms(struct rnd_state *rnd)
{
	return (struct mx_wallet_terms) {
		.income = any_size(rnd) % (MX_WALLET_INCOME_MAX + 1ULL),
		.half_life_ms = prandom_u32_state(rnd) % 3 ? (u32)any_size(rnd) : 0,
		.cap_nanocents = any_size(rnd) % (MX_WALLET_CAP_MAX + 1),
		.unlimited = !(prandom_u32_state(rnd) % 8),
	};
}

static void the_books_balance_whatever_happens(struct kunit *test)
{
	struct mx_wallet w = opened(&plain);
	struct mx_wallet_terms terms;
	struct rnd_state rnd;
	u64 now_ns = NOW;
	int i;

	suite_random(test, &rnd);
	for (i = 0; i < 50000; i++) {
		now_ns += any_size(&rnd) >> 16;
		switch (prandom_u32_state(&rnd) % 8) {
		case 0:
			terms = any_terms(&rnd);
			mx_wallet_change(&w, TAG, &terms, any_size(&rnd) >> 20, now_ns);
			break;
		case 1:
		case 2:
			mx_wallet_fund(&w, any_size(&rnd), now_ns);
			break;
		case 3:
			mx_wallet_settle(&w, now_ns);
			break;
		default:
			mx_wallet_charge(&w, any_size(&rnd), now_ns);
		}
		KUNIT_ASSERT_TRUE(test, mx_wallet_balanced(&w));
		KUNIT_ASSERT_GE(test, w.balance_nanocents, -(s64)MX_WALLET_DEBT_MAX);
		KUNIT_ASSERT_LE(test, w.balance_nanocents, (s64)MX_WALLET_CAP_MAX);
		KUNIT_ASSERT_LE(test, w.factor, MX_FACTOR_ONE);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_new_wallet_is_empty),
	KUNIT_CASE(income_comes_with_time),
	KUNIT_CASE(what_exceeds_the_cap_is_not_earned),
	KUNIT_CASE(a_clock_that_goes_back_pays_nothing),
	KUNIT_CASE(idle_money_halves),
	KUNIT_CASE(halving_goes_by_powers_of_two),
	KUNIT_CASE(debt_stops_bidding_and_income_pays_it_back),
	KUNIT_CASE(a_debt_has_an_end),
	KUNIT_CASE(pacing_falls_an_octave_a_sixteenth),
	KUNIT_CASE(an_unlimited_wallet_always_pays),
	KUNIT_CASE(a_grant_fits_or_is_refused_whole),
	KUNIT_CASE(new_terms_keep_the_books),
	KUNIT_CASE(caps_by_income_saturate),
	KUNIT_CASE(the_books_balance_whatever_happens),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_wallet",
	.test_cases = cases,
};

kunit_test_suite(suite);
