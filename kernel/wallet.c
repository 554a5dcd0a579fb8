// SPDX-License-Identifier: GPL-2.0
/*
 * The money of one wallet. It is settled when it is touched: income for the time that has passed,
 * then evaporation, then the cap, all in integers, so that the books balance to the nanocent:
 *
 *	income + grants = balance + charges + evaporation
 *
 * Pacing. A bidder whose budget binds does best to bid a fraction of its value such that it spends
 * what it earns, and finds it by lowering the (log) fraction by what it overspends, as ad exchanges
 * do (Balseiro and Gur 2019, "Learning in repeated auctions with budgets"; Balseiro, Lu and
 * Mirrokni 2020 for the multiplicative form). What was overspent so far is what the balance is
 * short of, so the balance is the state of that controller and the fraction a function of it.
 */
#include "wallet.h"

/* 2^(-i/16) in Q32, for i from 0 to 15. */
static const u32 sixteenths_q32[16] = {
	0xffffffffU, 0xf5257d15U, 0xeac0c6e8U, 0xe0ccdeecU,
	0xd744fccbU, 0xce248c15U, 0xc5672a11U, 0xbd08a39fU,
	0xb504f334U, 0xad583eeaU, 0xa5fed6aaU, 0x9ef53261U,
	0x9837f052U, 0x91c3d374U, 0x8b95c1e4U, 0x85aac368U,
};

#define LN2_Q32 2977044472ULL

static u64 half_life_ns(const struct mx_wallet *w)
{
	return (u64)w->terms.half_life_ms * NSEC_PER_MSEC;
}

/* @elapsed_ns in half-lives, Q32, saturating. */
static u64 half_lives_q32(u64 elapsed_ns, u32 half_life_ms)
{
	u64 half_ns = (u64)half_life_ms * NSEC_PER_MSEC;
	u64 whole = div64_u64(elapsed_ns, half_ns);
	u64 rest = elapsed_ns - whole * half_ns;
	int shift = max(fls64(half_ns) - 31, 0);

	if (whole >= U32_MAX)
		return U64_MAX;
	return (whole << 32) + div64_u64((rest >> shift) << 32, half_ns >> shift);
}

/**
 * mx_half_q32() - what is left of 1 after some time
 * @elapsed_ns: the time
 * @half_life_ms: not 0
 *
 * 2^(-elapsed/half-life). The power is made of a whole number of halvings, one of 16 table entries
 * and three terms of the series of exp(-z) for the rest, z < ln(2) / 16, whose error is below 2e-7.
 *
 * Return: Q32; U32_MAX for as good as all.
 */
u32 mx_half_q32(u64 elapsed_ns, u32 half_life_ms)
{
	u64 lives_q32 = half_lives_q32(elapsed_ns, half_life_ms);
	u64 whole = lives_q32 >> 32;
	u64 z, z2, z3, series;

	if (whole >= 32)
		return 0;
	z = ((lives_q32 & ((1ULL << 28) - 1)) * LN2_Q32) >> 32;
	z2 = (z * z) >> 32;
	z3 = (z2 * z) >> 32;
	series = (1ULL << 32) - z + z2 / 2 - z3 / 6;
	series = (series * sixteenths_q32[(lives_q32 >> 28) & 15]) >> 32;
	return (u32)min(series >> whole, (u64)U32_MAX);
}

/*
 * How much of an income that came evenly over @elapsed_ns is left at the end of it, Q32: (1 - e^-x)
 * / x, where x is the time in units of half-life / ln 2.
 */
static u32 income_left_q32(u64 elapsed_ns, u32 half_life_ms)
{
	u32 left_q32 = mx_half_q32(elapsed_ns, half_life_ms);
	u64 lives_q32 = half_lives_q32(elapsed_ns, half_life_ms);
	/* Room for product and dividend: less than a half-life leaves more than half. */
	int shift = max(fls64(lives_q32) - 32, 0);
	u64 x = ((lives_q32 >> shift) * LN2_Q32) >> 32;

	if (!x)
		return U32_MAX;
	x = div64_u64(((1ULL << 32) - left_q32) << (32 - shift), x);
	return x > U32_MAX ? U32_MAX : (u32)x;
}

/*
 * What is left of @fresh, which came evenly up to now. After 32 half-lives nothing is left, and to
 * leave out what came before that keeps the fraction well above the steps of Q32.
 */
static u64 fresh_left(const struct mx_wallet *w, u64 fresh)
{
	u64 fresh_ns = div_u64(fresh, w->terms.income);
	u64 gone_ns = 32 * half_life_ns(w);

	if (fresh_ns > gone_ns) {
		fresh_ns = gone_ns;
		fresh = w->terms.income * gone_ns;
	}
	return mul_u64_u32_shr(fresh, income_left_q32(fresh_ns, w->terms.half_life_ms), 32);
}

/*
 * Take what evaporates of @idle, which lay in the wallet since the last time, and of @fresh, which
 * has just come. Not worth a step before a thousandth of the half-life is over; what came meanwhile
 * then counts as idle.
 */
static void evaporate(struct mx_wallet *w, u64 idle, u64 fresh, u64 now_ns)
{
	u64 elapsed_ns = now_ns - w->evaporated_ns;
	u64 left;

	if (!w->terms.half_life_ms) {
		w->evaporated_ns = now_ns;
		return;
	}
	if (elapsed_ns < half_life_ns(w) / 1024)
		return;
	w->evaporated_ns = now_ns;
	left = mul_u64_u32_shr(idle, mx_half_q32(elapsed_ns, w->terms.half_life_ms), 32);
	if (fresh)
		left += fresh_left(w, fresh);
	w->balance_nanocents -= (s64)(idle + fresh - left);
	w->evaporated_nanocents += idle + fresh - left;
}

/* Income of @elapsed_ns; no more than a debt and a cap of the largest size could take. */
static u64 earned(const struct mx_wallet *w, u64 elapsed_ns)
{
	u64 income;

	if (__builtin_mul_overflow((u64)w->terms.income, elapsed_ns, &income))
		return MX_WALLET_DEBT_MAX;
	return min(income, MX_WALLET_DEBT_MAX);
}

static void credit(struct mx_wallet *w, u64 now_ns)
{
	u64 income = earned(w, now_ns - w->settled_ns), idle, debt;
	s64 limit, excess;

	w->settled_ns = now_ns;
	idle = w->balance_nanocents > 0 ? (u64)w->balance_nanocents : 0;
	debt = w->balance_nanocents < 0 ? (u64)-w->balance_nanocents : 0;
	w->balance_nanocents += (s64)income;
	w->income_nanocents += income;

	/* What pays a debt back does not lie idle. */
	if (!debt || income > debt)
		evaporate(w, idle, income - debt, now_ns);
	else
		w->evaporated_ns = now_ns;

	/* What does not fit was never paid out; what was there before may stay. */
	limit = (s64)max(idle, w->terms.cap_nanocents);
	excess = w->balance_nanocents - limit;
	if (excess > 0) {
		w->balance_nanocents = limit;
		w->income_nanocents -= (u64)excess;
	}
}

/*
 * The fraction of bids that count: an octave less for each sixteenth that the balance is short of
 * the horizon, linear inside an octave, so continuous and rising from 2^-16 to 1.
 */
static u32 pace(const struct mx_wallet *w)
{
	u64 part_q12;
	u32 octave, rest_q8;

	if (w->terms.unlimited)
		return MX_FACTOR_ONE;
	if (w->balance_nanocents < 0)
		return 0;
	if ((u64)w->balance_nanocents >= w->horizon_nanocents)
		return w->balance_nanocents ? MX_FACTOR_ONE : 0;
	part_q12 = div64_u64((u64)w->balance_nanocents, (w->horizon_nanocents >> 12) + 1);
	octave = (u32)(part_q12 >> 8);
	rest_q8 = (u32)(part_q12 & 255);
	return (1U << octave) + ((rest_q8 << octave) >> 8);
}

static void set_terms(struct mx_wallet *w, u16 tag, const struct mx_wallet_terms *terms,
		      u64 horizon_ns)
{
	w->terms = *terms;
	WRITE_ONCE(w->tag, terms->unlimited ? 0 : tag);
	w->horizon_nanocents = min(earned(w, horizon_ns), terms->cap_nanocents);
	WRITE_ONCE(w->factor, pace(w));
}

/**
 * mx_wallet_init() - open a wallet
 * @w: written
 * @tag: what tells it from other wallets, not 0
 * @terms: what it earns and keeps
 * @horizon_ns: tunable pacing_ms, see pace()
 * @now_ns: the time
 *
 * It begins with the means that let it bid as if it had always been there: nothing.
 */
void mx_wallet_init(struct mx_wallet *w, u16 tag, const struct mx_wallet_terms *terms,
		    u64 horizon_ns, u64 now_ns)
{
	memset(w, 0, sizeof(*w));
	w->settled_ns = now_ns;
	w->evaporated_ns = now_ns;
	set_terms(w, tag, terms, horizon_ns);
}

/**
 * mx_wallet_change() - put other terms into force
 * @w: wallet
 * @tag: as for mx_wallet_init()
 * @terms: the new ones
 * @horizon_ns: as for mx_wallet_init()
 * @now_ns: the time
 *
 * What exceeds a smaller cap evaporates. Who becomes unlimited has a debt forgiven, as income, and
 * gives back what is left, as negative income: an unlimited wallet holds nothing.
 */
void mx_wallet_change(struct mx_wallet *w, u16 tag, const struct mx_wallet_terms *terms,
		      u64 horizon_ns, u64 now_ns)
{
	mx_wallet_settle(w, now_ns);
	if (terms->unlimited) {
		w->income_nanocents -= (u64)w->balance_nanocents;
		w->balance_nanocents = 0;
	} else if (w->balance_nanocents > (s64)terms->cap_nanocents) {
		w->evaporated_nanocents += (u64)w->balance_nanocents - terms->cap_nanocents;
		w->balance_nanocents = (s64)terms->cap_nanocents;
	}
	/* A clock that went back must not pay the same time twice. */
	w->settled_ns = max(w->settled_ns, now_ns);
	w->evaporated_ns = w->settled_ns;
	set_terms(w, tag, terms, horizon_ns);
}

/**
 * mx_wallet_settle() - bring a wallet up to date
 * @w: wallet
 * @now_ns: the time; one that lies before the last settlement changes nothing
 */
void mx_wallet_settle(struct mx_wallet *w, u64 now_ns)
{
	if (w->terms.unlimited || now_ns <= w->settled_ns ||
	    now_ns - w->settled_ns < MX_WALLET_STEP_NS)
		return;
	credit(w, now_ns);
	WRITE_ONCE(w->factor, pace(w));
}

/**
 * mx_wallet_charge() - pay
 * @w: wallet
 * @cost_nanocents: what for
 * @now_ns: the time
 *
 * An unlimited wallet is given what it pays. What would take a debt beyond MX_WALLET_DEBT_MAX is
 * not charged.
 */
void mx_wallet_charge(struct mx_wallet *w, u64 cost_nanocents, u64 now_ns)
{
	if (w->terms.unlimited) {
		w->income_nanocents += cost_nanocents;
		w->charged_nanocents += cost_nanocents;
		return;
	}
	mx_wallet_settle(w, now_ns);
	cost_nanocents = min(cost_nanocents, (u64)w->balance_nanocents + MX_WALLET_DEBT_MAX);
	w->balance_nanocents -= (s64)cost_nanocents;
	w->charged_nanocents += cost_nanocents;
	WRITE_ONCE(w->factor, pace(w));
}

/**
 * mx_wallet_room() - how much fits below the cap
 * @w: wallet, settled
 *
 * Return: nanocents; 0 for an unlimited wallet, which takes nothing.
 */
u64 mx_wallet_room(const struct mx_wallet *w)
{
	if (w->terms.unlimited || w->balance_nanocents >= (s64)w->terms.cap_nanocents)
		return 0;
	return (u64)((s64)w->terms.cap_nanocents - w->balance_nanocents);
}

/**
 * mx_wallet_fund() - put money in
 * @w: wallet
 * @amount_nanocents: how much
 * @now_ns: the time
 *
 * Return: false if it does not fit below the cap, see mx_wallet_room(); nothing is put in then.
 */
bool mx_wallet_fund(struct mx_wallet *w, u64 amount_nanocents, u64 now_ns)
{
	mx_wallet_settle(w, now_ns);
	if (amount_nanocents > mx_wallet_room(w))
		return false;
	w->balance_nanocents += (s64)amount_nanocents;
	w->grants_nanocents += amount_nanocents;
	WRITE_ONCE(w->factor, pace(w));
	return true;
}
