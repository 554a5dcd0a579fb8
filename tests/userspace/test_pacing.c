// SPDX-License-Identifier: GPL-2.0
/*
 * Wallets, scenario by scenario: what their bids count for, debt, cap, and odd clocks. The sums are
 * tested in test_wallet.c.
 */
#include "harness.h"
#include "wallet.h"

#include <stdlib.h>

#define MS 1000000ULL
#define SECOND (1000 * MS)
#define YEAR (31556952ULL * SECOND)

static const struct mx_wallet_terms plain = {
	.income = 1000, .half_life_ms = 60000, .cap_nanocents = 10000 * SECOND,
};

/* With a cap that must not count. */
static const struct mx_wallet_terms unlimited = { .cap_nanocents = SECOND, .unlimited = true };

/* Set the balance, which the terms must allow, and have the factor follow. */
static u32 factor_at(struct mx_wallet *w, s64 balance)
{
	w->income_nanocents += (u64)balance - (u64)w->balance_nanocents;
	w->balance_nanocents = balance;
	mx_wallet_charge(w, 0, w->settled_ns);
	return w->factor;
}

static void factor_rises_smoothly_with_the_balance(void)
{
	int round, i;

	for (round = 0; round < 100; round++) {
		struct mx_wallet_terms terms = plain;
		u32 last = 1, factor;
		struct mx_wallet w;
		s64 horizon;

		terms.income = 1 + (u32)test_random_log(MX_WALLET_INCOME_MAX - 1);
		terms.cap_nanocents = MX_WALLET_CAP_MAX;
		mx_wallet_init(&w, 7, &terms, MS * test_random_range(100, 60000), YEAR);
		horizon = (s64)w.horizon_nanocents;
		CHECK_EQ(w.factor, 1);
		CHECK_EQ(factor_at(&w, -1), 0);
		for (i = 0; i <= 10000; i++) {
			factor = factor_at(&w, (s64)((__int128)horizon * i / 10000));
			CHECK(factor >= last, "%d: %u after %u", i, factor, last);
			CHECK(factor - last <= last / 200 + 1, "%d: %u after %u", i, factor, last);
			last = factor;
		}
		CHECK_EQ(last, MX_FACTOR_ONE);
		CHECK(factor_at(&w, horizon - 1) < MX_FACTOR_ONE, "not before");
		/* Half of the horizon is eight octaves short. */
		CHECK(abs((int)factor_at(&w, horizon / 2) - 256) <= 2, "%u", w.factor);
	}
}

static void without_pacing_a_balance_bids_in_full(void)
{
	struct mx_wallet w;

	mx_wallet_init(&w, 7, &plain, 0, YEAR);
	CHECK_EQ(w.factor, 0);
	CHECK_EQ(factor_at(&w, 1), MX_FACTOR_ONE);
	CHECK_EQ(factor_at(&w, -1), 0);
}

/* Also if it holds less than what the horizon asks for. */
static void full_wallet_bids_in_full(void)
{
	struct mx_wallet_terms terms = plain;
	struct mx_wallet w;

	terms.cap_nanocents = terms.income * SECOND;
	mx_wallet_init(&w, 7, &terms, 4 * SECOND, YEAR);
	CHECK(factor_at(&w, (s64)terms.cap_nanocents - 1) < MX_FACTOR_ONE, "not yet full");
	CHECK_EQ(factor_at(&w, (s64)terms.cap_nanocents), MX_FACTOR_ONE);
}

static void debt_bids_nothing_until_income_lifts_it(void)
{
	int i;

	for (i = 0; i < 10000; i++) {
		struct mx_wallet_terms terms = plain;
		u64 debt, due_ns;
		struct mx_wallet w;

		terms.income = 1 + (u32)test_random_log(MX_WALLET_INCOME_MAX - 1);
		debt = terms.income * MS + test_random_log(MX_WALLET_CAP_MAX);
		mx_wallet_init(&w, 7, &terms, 4 * SECOND, YEAR);
		mx_wallet_charge(&w, debt, YEAR);
		CHECK_EQ(w.balance_nanocents, -(s64)debt);
		due_ns = (debt + terms.income - 1) / terms.income;
		mx_wallet_settle(&w, YEAR + due_ns - 1);
		CHECK_EQ(w.factor, 0);
		CHECK(mx_wallet_bid(w.factor, U32_MAX) == 0, "a bid in debt");
		mx_wallet_settle(&w, YEAR + due_ns + MS);
		CHECK(w.factor > 0, "after %llu ns", (unsigned long long)due_ns);
		CHECK(mx_wallet_balanced(&w), "books");
	}
}

static void debt_is_bounded(void)
{
	struct mx_wallet w;
	int i;

	mx_wallet_init(&w, 7, &plain, 4 * SECOND, YEAR);
	for (i = 0; i < 3; i++) {
		mx_wallet_charge(&w, U64_MAX, YEAR);
		CHECK_EQ(w.balance_nanocents, -(s64)MX_WALLET_DEBT_MAX);
		CHECK_EQ(w.charged_nanocents, MX_WALLET_DEBT_MAX);
		CHECK(mx_wallet_balanced(&w), "books");
	}
	CHECK_EQ(mx_wallet_room(&w), MX_WALLET_DEBT_MAX + plain.cap_nanocents);
	CHECK(mx_wallet_fund(&w, MX_WALLET_DEBT_MAX + 1, YEAR), "a grant pays a debt");
	CHECK_EQ(w.balance_nanocents, 1);
}

static void cap_bounds_income_and_grants(void)
{
	struct mx_wallet_terms terms = plain;
	struct mx_wallet w;

	mx_wallet_init(&w, 7, &terms, 4 * SECOND, YEAR);
	CHECK(!mx_wallet_fund(&w, plain.cap_nanocents + 1, YEAR), "more than fits");
	CHECK_EQ(w.balance_nanocents, 0);
	CHECK(mx_wallet_fund(&w, plain.cap_nanocents - 1, YEAR), "fits");
	mx_wallet_settle(&w, YEAR + MS);
	CHECK_EQ(w.balance_nanocents, plain.cap_nanocents);
	CHECK_EQ(w.income_nanocents, 1);
	terms.cap_nanocents = 7;
	mx_wallet_change(&w, 7, &terms, 4 * SECOND, YEAR + MS);
	CHECK_EQ(w.balance_nanocents, 7);
	CHECK_EQ(w.evaporated_nanocents, plain.cap_nanocents - 7);
	CHECK(mx_wallet_balanced(&w), "books");
}

static void clock_that_goes_back_pays_nothing(void)
{
	struct mx_wallet w;
	u64 income;

	mx_wallet_init(&w, 7, &plain, 4 * SECOND, YEAR);
	mx_wallet_settle(&w, YEAR + SECOND);
	income = w.income_nanocents;
	mx_wallet_settle(&w, YEAR);
	mx_wallet_charge(&w, 1, YEAR);
	CHECK(mx_wallet_fund(&w, 1, YEAR), "there is room");
	mx_wallet_change(&w, 7, &plain, 4 * SECOND, YEAR);
	CHECK_EQ(w.income_nanocents, income);
	mx_wallet_settle(&w, YEAR + SECOND);
	CHECK_EQ(w.income_nanocents, income);
	mx_wallet_settle(&w, YEAR + 2 * SECOND);
	CHECK_EQ(w.income_nanocents, 2 * income);
}

static void unlimited_wallet_is_given_what_it_pays(void)
{
	struct mx_wallet w;

	mx_wallet_init(&w, 7, &unlimited, 4 * SECOND, YEAR);
	CHECK_EQ(w.tag, 0);
	mx_wallet_charge(&w, 12345, YEAR + YEAR);
	CHECK_EQ(w.income_nanocents, 12345);
	CHECK_EQ(w.charged_nanocents, 12345);
	CHECK_EQ(mx_wallet_room(&w), 0);
	CHECK(!mx_wallet_fund(&w, 1, YEAR), "nowhere to put it");
	mx_wallet_change(&w, 7, &plain, 4 * SECOND, 3 * YEAR);
	mx_wallet_settle(&w, 3 * YEAR + SECOND);
	CHECK_EQ(w.income_nanocents, 12345 + 1000 * SECOND);
	mx_wallet_charge(&w, 3000 * SECOND, 3 * YEAR + SECOND);
	mx_wallet_change(&w, 7, &unlimited, 4 * SECOND, 4 * YEAR);
	CHECK_EQ(w.balance_nanocents, 0);
	CHECK_EQ(w.factor, MX_FACTOR_ONE);
	CHECK(mx_wallet_balanced(&w), "books");
}

static void grant_evaporates_without_income(void)
{
	struct mx_wallet_terms terms = plain;
	struct mx_wallet w;

	terms.income = 0;
	mx_wallet_init(&w, 7, &terms, 4 * SECOND, YEAR);
	CHECK(mx_wallet_fund(&w, 1000 * SECOND, YEAR), "there is room");
	CHECK_EQ(w.factor, MX_FACTOR_ONE);
	mx_wallet_settle(&w, YEAR + 60 * SECOND);
	CHECK(llabs(w.balance_nanocents - 500 * (s64)SECOND) < 1000, "%lld",
	      (long long)w.balance_nanocents);
	CHECK(mx_wallet_balanced(&w), "books");
}

static void bid_shrinks_with_the_factor(void)
{
	int i;

	for (i = 0; i < 1000000; i++) {
		u32 bid = test_random_u32_log(), factor = (u32)test_random_below(MX_FACTOR_ONE);
		u32 paced = mx_wallet_bid(factor, bid);

		CHECK_EQ(paced, ((u64)bid * factor) >> 16);
		CHECK(mx_wallet_bid(factor + 1, bid) >= paced, "%u", paced);
		CHECK_EQ(mx_wallet_bid(MX_FACTOR_ONE, bid), bid);
		CHECK_EQ(mx_wallet_bid(0, bid), 0);
	}
}

static const struct test_case cases[] = {
	{ "factor_rises_smoothly_with_the_balance", factor_rises_smoothly_with_the_balance },
	{ "without_pacing_a_balance_bids_in_full", without_pacing_a_balance_bids_in_full },
	{ "full_wallet_bids_in_full", full_wallet_bids_in_full },
	{ "debt_bids_nothing_until_income_lifts_it", debt_bids_nothing_until_income_lifts_it },
	{ "debt_is_bounded", debt_is_bounded },
	{ "cap_bounds_income_and_grants", cap_bounds_income_and_grants },
	{ "clock_that_goes_back_pays_nothing", clock_that_goes_back_pays_nothing },
	{ "unlimited_wallet_is_given_what_it_pays", unlimited_wallet_is_given_what_it_pays },
	{ "grant_evaporates_without_income", grant_evaporates_without_income },
	{ "bid_shrinks_with_the_factor", bid_shrinks_with_the_factor },
	{}
};

const struct test_suite pacing_suite = { "pacing", cases };
