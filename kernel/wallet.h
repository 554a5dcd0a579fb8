/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wallets: what backs the bids.
 *
 * A wallet earns an income up to a cap, what lies idle in it evaporates with a half-life, and what
 * its tasks are charged comes out of it. Pacing makes its tasks bid a fraction of their bids that
 * follows the balance, so that spending follows income.
 *
 * Pure: see pure.h. The caller serialises access to a wallet; @factor and @tag may be read without.
 */
#ifndef MAXWELL_WALLET_H
#define MAXWELL_WALLET_H

#include "runqueue.h"

#define MX_FACTOR_ONE 65536U
#define MX_WALLET_INCOME_MAX 1000000000U
#define MX_WALLET_CAP_MAX 1000000000000000000ULL
/* A debt does not grow beyond this; what exceeds it is not charged. */
#define MX_WALLET_DEBT_MAX (4 * MX_WALLET_CAP_MAX)
/* Income is credited no more often than this. */
#define MX_WALLET_STEP_NS NSEC_PER_MSEC
/* Pacing spans this many octaves of the bid between an empty wallet and a full horizon. */
#define MX_PACING_OCTAVES 16

/**
 * struct mx_wallet_terms - what root decides about a wallet
 * @income: cents per second, at most MX_WALLET_INCOME_MAX
 * @half_life_ms: of idle money; 0 for no evaporation
 * @cap_nanocents: at most MX_WALLET_CAP_MAX
 * @unlimited: nothing of this applies, every charge is covered
 */
struct mx_wallet_terms {
	u32 income;
	u32 half_life_ms;
	u64 cap_nanocents;
	bool unlimited;
};

/**
 * struct mx_wallet - an account
 * @factor: fraction of their bids that tasks bid, Q16: 0 in debt, 1.0 with enough in hand
 * @tag: bids of one tag do not compete with each other; 0 if unlimited: each is on its own
 * @terms: what it earns and keeps
 * @balance_nanocents: what is in it; less than 0 in debt, 0 if unlimited
 * @settled_ns: up to when income has been credited
 * @evaporated_ns: up to when evaporation has been taken
 * @horizon_nanocents: with this much in hand bids count in full; follows from the terms
 * @income_nanocents: all income; of an unlimited wallet, as much as the charges. The sums count
 *	modulo 2^64: income + grants = balance + charges + evaporation
 * @grants_nanocents: all grants
 * @charged_nanocents: all charges
 * @evaporated_nanocents: all that evaporated
 */
struct mx_wallet {
	u32 factor;
	u16 tag;
	struct mx_wallet_terms terms;
	s64 balance_nanocents;
	u64 settled_ns;
	u64 evaporated_ns;
	u64 horizon_nanocents;
	u64 income_nanocents;
	u64 grants_nanocents;
	u64 charged_nanocents;
	u64 evaporated_nanocents;
};

void mx_wallet_init(struct mx_wallet *w, u16 tag, const struct mx_wallet_terms *terms,
		    u64 horizon_ns, u64 now_ns);
void mx_wallet_change(struct mx_wallet *w, u16 tag, const struct mx_wallet_terms *terms,
		      u64 horizon_ns, u64 now_ns);
void mx_wallet_settle(struct mx_wallet *w, u64 now_ns);
void mx_wallet_charge(struct mx_wallet *w, u64 cost_nanocents, u64 now_ns);
u64 mx_wallet_room(const struct mx_wallet *w);
bool mx_wallet_fund(struct mx_wallet *w, u64 amount_nanocents, u64 now_ns);
u32 mx_half_q32(u64 elapsed_ns, u32 half_life_ms);

/**
 * mx_wallet_cap() - cap that is worth an income of some time
 * @income: cents per second, at most MX_WALLET_INCOME_MAX
 * @cap_ms: the time
 *
 * Return: nanocents, at most MX_WALLET_CAP_MAX.
 */
static inline u64 mx_wallet_cap(u32 income, u32 cap_ms)
{
	/* 1e9 cents times 2^32 ms is below 2^62; a cent for a millisecond is 1e6 nanocents. */
	u64 cap = (u64)income * cap_ms;

	return cap > MX_WALLET_CAP_MAX / NSEC_PER_MSEC ? MX_WALLET_CAP_MAX : cap * NSEC_PER_MSEC;
}

/**
 * mx_wallet_balanced() - whether the books of a wallet balance
 * @w: wallet
 */
static inline bool mx_wallet_balanced(const struct mx_wallet *w)
{
	return w->income_nanocents + w->grants_nanocents ==
	       (u64)w->balance_nanocents + w->charged_nanocents + w->evaporated_nanocents;
}

/**
 * mx_wallet_bid() - what a bid counts for, given the wallet behind it
 * @factor: of the wallet
 * @bid: cents per CPU-second
 *
 * Return: cents per CPU-second, at most @bid.
 */
static inline u32 mx_wallet_bid(u32 factor, u32 bid)
{
	return (u32)(((u64)bid * factor) >> 16);
}

#endif /* MAXWELL_WALLET_H */
