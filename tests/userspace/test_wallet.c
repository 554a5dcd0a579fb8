// SPDX-License-Identifier: GPL-2.0
/*
 * Wallets against exact arithmetic: integers of 128 bits for the books, long doubles for what
 * evaporates. The books have to balance to the nanocent; evaporation may be off by what is written
 * at tolerance().
 */
#include "harness.h"
#include "wallet.h"

#include <math.h>

#define MS 1000000ULL
#define SECOND (1000 * MS)
#define YEAR (31556952ULL * SECOND)
#define OPERATIONS 1000000

static struct mx_wallet_terms random_terms(void)
{
	struct mx_wallet_terms terms = {
		.income = (u32)test_random_log(MX_WALLET_INCOME_MAX),
		.half_life_ms = test_random_below(4) ? (u32)test_random_log(U32_MAX) : 0,
		.cap_nanocents = test_random_log(MX_WALLET_CAP_MAX),
	};

	if (!test_random_below(8))
		terms = (struct mx_wallet_terms){ .unlimited = true };
	else if (!test_random_below(8))
		terms.cap_nanocents = MX_WALLET_CAP_MAX;
	return terms;
}

static u64 random_elapsed_ns(void)
{
	switch (test_random_below(4)) {
	case 0:
		return test_random_below(2 * MS);
	case 1:
		return test_random_below(2 * SECOND);
	default:
		return 1 + test_random_log(5 * YEAR);
	}
}

/* What a wallet should hold after it has been settled, and how far it may be off. */
struct expectation {
	long double balance;
	long double tolerance;
};

static long double half_lives(const struct mx_wallet *w, u64 elapsed_ns)
{
	return (long double)elapsed_ns / ((long double)w->terms.half_life_ms * MS);
}

/*
 * Of idle money a quarter of a millionth, the error of mx_half_q32(). Of what has just come four
 * millionths, which is that error where it weighs most, and five steps of Q32 in the time that it
 * took, which show where that is a tiny part of a half-life. And the rounding of both.
 */
static long double tolerance(long double idle, long double fresh, long double lives)
{
	return idle * 0.00000025L + fresh * (0.000004L + min(5 / (lives * 0x1p32L), 1.0L)) + 4;
}

static struct expectation settled(const struct mx_wallet *w, u64 now_ns)
{
	long double balance = w->balance_nanocents, idle = max(balance, 0.0L), fresh, lives, income;
	struct expectation e = { balance, 0 };
	u64 evaporating_ns;

	if (w->terms.unlimited || now_ns < w->settled_ns + MS)
		return e;
	income = min((long double)w->terms.income * (now_ns - w->settled_ns),
		     (long double)MX_WALLET_DEBT_MAX);
	fresh = income + min(balance, 0.0L);
	e.balance = balance + income;
	evaporating_ns = now_ns - w->evaporated_ns;
	if (w->terms.half_life_ms && evaporating_ns >= w->terms.half_life_ms * MS / 1024 &&
	    fresh >= 0) {
		e.balance = idle * exp2l(-half_lives(w, evaporating_ns));
		if (fresh > 0) {
			lives = half_lives(w, 1) * fresh / w->terms.income;
			e.balance += fresh * -expm1l(-lives * M_LN2l) / (lives * M_LN2l);
			e.tolerance = tolerance(idle, fresh, lives);
		} else {
			e.tolerance = tolerance(idle, 0, 1);
		}
	}
	e.balance = min(e.balance, max((long double)w->terms.cap_nanocents, idle));
	return e;
}

static void check_state(const struct mx_wallet *w)
{
	CHECK(mx_wallet_balanced(w), "the books are off");
	CHECK(w->balance_nanocents >= -(s64)MX_WALLET_DEBT_MAX, "a debt of %lld",
	      (long long)-w->balance_nanocents);
	CHECK(w->factor <= MX_FACTOR_ONE, "factor %u", w->factor);
	if (w->terms.unlimited) {
		CHECK_EQ(w->balance_nanocents, 0);
		CHECK_EQ(w->factor, MX_FACTOR_ONE);
		CHECK_EQ(w->tag, 0);
		return;
	}
	CHECK(w->balance_nanocents <= (s64)w->terms.cap_nanocents, "more than the cap");
	CHECK_EQ(w->tag, 7);
	CHECK((w->balance_nanocents < 0) == (w->factor == 0) ||
	      (!w->balance_nanocents && !w->horizon_nanocents), "factor %u with %lld", w->factor,
	      (long long)w->balance_nanocents);
}

static void check_balance(const struct mx_wallet *w, struct expectation e)
{
	long double off = fabsl((long double)w->balance_nanocents - e.balance);

	CHECK(off <= e.tolerance, "%lld, not %.0Lf: off by %.0Lf, at most %.0Lf is allowed",
	      (long long)w->balance_nanocents, e.balance, off, e.tolerance);
}

static void random_charge(struct mx_wallet *w, u64 now_ns)
{
	u64 cost = test_random_below(10) ? test_random_log(1ULL << 50) : test_random_log(U64_MAX);
	u64 charged = w->charged_nanocents;
	struct mx_wallet before = *w;
	__int128 most;

	mx_wallet_settle(&before, now_ns);
	most = (__int128)before.balance_nanocents + (s64)MX_WALLET_DEBT_MAX;
	mx_wallet_charge(w, cost, now_ns);
	if (!w->terms.unlimited && cost > most)
		cost = (u64)most;
	CHECK(w->charged_nanocents - charged == cost, "charged %llu, not %llu",
	      (unsigned long long)(w->charged_nanocents - charged), (unsigned long long)cost);
	CHECK_EQ(w->balance_nanocents,
		 w->terms.unlimited ? 0 : (s64)(before.balance_nanocents - (__int128)cost));
}

static void random_fund(struct mx_wallet *w, u64 now_ns)
{
	struct mx_wallet before = *w;
	u64 amount, room;
	bool fits;

	mx_wallet_settle(&before, now_ns);
	room = mx_wallet_room(&before);
	amount = test_random_below(2) ? test_random_log(U64_MAX) : room + test_random_below(3) - 1;
	fits = mx_wallet_fund(w, amount, now_ns);
	CHECK(fits == (amount <= room), "%llu, with room for %llu", (unsigned long long)amount,
	      (unsigned long long)room);
	if (!fits)
		amount = 0;
	CHECK(w->grants_nanocents - before.grants_nanocents == amount, "granted");
	CHECK_EQ(w->balance_nanocents, before.balance_nanocents + (s64)amount);
}

static void random_change(struct mx_wallet *w, u64 now_ns)
{
	struct mx_wallet_terms terms = random_terms();
	struct mx_wallet before = *w;
	s64 want;

	mx_wallet_settle(&before, now_ns);
	mx_wallet_change(w, 7, &terms, test_random_log(60 * SECOND), now_ns);
	want = min(before.balance_nanocents, (s64)terms.cap_nanocents);
	CHECK_EQ(w->balance_nanocents, terms.unlimited ? 0 : want);
	CHECK(w->settled_ns >= before.settled_ns, "time goes back");
}

static void books_balance_over_millions_of_operations(void)
{
	struct mx_wallet_terms terms = random_terms();
	u64 now_ns = YEAR;
	struct mx_wallet w;
	int i;

	mx_wallet_init(&w, 7, &terms, 4 * SECOND, now_ns);
	for (i = 0; i < 3 * OPERATIONS; i++) {
		unsigned int dice = (unsigned int)test_random_below(100);
		struct expectation e;

		now_ns += random_elapsed_ns();
		if (dice < 5)
			now_ns -= test_random_below(SECOND);
		e = settled(&w, now_ns);
		if (dice < 40) {
			mx_wallet_settle(&w, now_ns);
			check_balance(&w, e);
		} else if (dice < 80) {
			random_charge(&w, now_ns);
		} else if (dice < 95) {
			random_fund(&w, now_ns);
		} else {
			random_change(&w, now_ns);
		}
		check_state(&w);
		/* Years pass in each step: not to run out of them. */
		if (now_ns > 400 * YEAR) {
			now_ns = YEAR;
			mx_wallet_init(&w, 7, &terms, 4 * SECOND, now_ns);
		}
	}
}

/* Without evaporation there is nothing to round: income is exact. */
static void income_is_exact_without_evaporation(void)
{
	int i;

	for (i = 0; i < OPERATIONS; i++) {
		struct mx_wallet_terms terms = {
			.income = (u32)test_random_log(MX_WALLET_INCOME_MAX),
			.cap_nanocents = test_random_log(MX_WALLET_CAP_MAX),
		};
		u64 elapsed_ns = MS + test_random_log(YEAR);
		__int128 want = (__int128)terms.income * elapsed_ns;
		struct mx_wallet w;

		want = min(want, (__int128)terms.cap_nanocents);
		mx_wallet_init(&w, 7, &terms, 4 * SECOND, YEAR);
		mx_wallet_settle(&w, YEAR + elapsed_ns);
		CHECK_EQ(w.balance_nanocents, (s64)want);
		CHECK_EQ(w.income_nanocents, (u64)want);
	}
}

static const struct test_case cases[] = {
	{ "books_balance_over_millions_of_operations", books_balance_over_millions_of_operations },
	{ "income_is_exact_without_evaporation", income_is_exact_without_evaporation },
	{}
};

const struct test_suite wallet_suite = { "wallet", cases };
