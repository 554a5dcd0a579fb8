// SPDX-License-Identifier: GPL-2.0
/*
 * The money of a wallet: one step from any state that is sound to one that is sound, so it stays so
 * after any number of them. Money never comes or goes but through the books:
 *
 *	income + grants = balance + charges + evaporation
 *
 * There is no transfer between wallets: each has books of its own.
 *
 * Times are below 2^62 ns, 146 years after boot.
 */
#include "proof.h"
#include "wallet.c"

#define TIME_MAX (1ULL << 62)
#define HORIZON_MAX_MS 60000U

static struct mx_wallet w;
static s64 balance_before;

static struct mx_wallet_terms any_terms(void)
{
	return (struct mx_wallet_terms){
		.income = any_u32(0, MX_WALLET_INCOME_MAX),
		.half_life_ms = nondet_u32(),
		.cap_nanocents = any_u64(0, MX_WALLET_CAP_MAX),
		.unlimited = nondet_bool(),
	};
}

static bool in_range(void)
{
	s64 most = w.terms.unlimited ? 0 : (s64)w.terms.cap_nanocents;
	s64 least = w.terms.unlimited ? 0 : -(s64)MX_WALLET_DEBT_MAX;

	return w.balance_nanocents >= least && w.balance_nanocents <= most;
}

/*
 * The sums count from 0: the code adds to them and never looks at them, so where they began makes
 * no difference to what is added.
 */
static void any_wallet(void)
{
	w.terms = any_terms();
	w.balance_nanocents = nondet_s64();
	w.settled_ns = any_u64(0, TIME_MAX);
	w.evaporated_ns = any_u64(0, w.settled_ns);
	w.horizon_nanocents = any_u64(0, w.terms.cap_nanocents);
	ASSUME(in_range());
	balance_before = w.balance_nanocents;
}

/* What came in is what is there more, or was charged, or has evaporated; modulo 2^64. */
static bool conserved(void)
{
	return w.income_nanocents + w.grants_nanocents + (u64)balance_before ==
	       (u64)w.balance_nanocents + w.charged_nanocents + w.evaporated_nanocents;
}

/*
 * Income without evaporation: conserved, below the cap, and nothing overflows.
 *
 * class: short
 * nondet: pace
 * wraps: conserved
 */
PROOF(income_is_conserved)
{
	any_wallet();
	ASSUME(!w.terms.half_life_ms);
	mx_wallet_settle(&w, any_u64(0, TIME_MAX));
	CLAIM(conserved(), "the books balance");
	CLAIM(in_range(), "the balance is within its range");
	CLAIM(w.balance_nanocents >= balance_before, "income takes nothing away");
	REACHABLE(w.balance_nanocents == (s64)MX_WALLET_CAP_MAX && balance_before < 0, "saturates");
}

/*
 * Evaporation: what it takes is booked, whatever its arithmetic says. It is called in the midst of
 * what income_is_conserved is about, and touches nothing of that but the balance.
 *
 * class: short
 * cbmc: --no-standard-checks
 * nondet: mx_half_q32 fresh_left mul_u64_u32_shr half_life_ns
 */
PROOF(evaporation_is_conserved)
{
	any_wallet();
	evaporate(&w, nondet_u64(), nondet_u64(), any_u64(w.evaporated_ns, TIME_MAX));
	CLAIM(conserved(), "the books balance");
	CLAIM(!w.income_nanocents && !w.grants_nanocents && !w.charged_nanocents, "nothing else");
	REACHABLE(w.evaporated_nanocents, "something has evaporated");
}

/*
 * A charge of any size: no more is taken than it costs, nor than the largest debt allows, and what
 * is taken is booked. The wallet has been settled, as the charge does first; see above.
 *
 * class: short
 * nondet: pace mx_wallet_settle
 * wraps: conserved mx_wallet_charge
 */
PROOF(charges_are_conserved)
{
	u64 cost = nondet_u64();

	any_wallet();
	mx_wallet_charge(&w, cost, any_u64(0, TIME_MAX));
	CLAIM(conserved(), "the books balance");
	CLAIM(in_range(), "the balance is within its range");
	CLAIM(w.charged_nanocents <= cost, "no more than it costs");
	REACHABLE(w.charged_nanocents < cost, "more than the largest debt allows");
}

/*
 * A grant of any size: all of it or nothing, and never beyond the cap.
 *
 * class: short
 * nondet: pace mx_wallet_settle
 * wraps: conserved
 */
PROOF(grants_are_conserved)
{
	u64 amount = nondet_u64();
	bool taken;

	any_wallet();
	taken = mx_wallet_fund(&w, amount, any_u64(0, TIME_MAX));
	CLAIM(conserved(), "the books balance");
	CLAIM(in_range(), "the balance is within its range");
	CLAIM(w.grants_nanocents == (taken ? amount : 0), "all or nothing");
	REACHABLE(taken && w.balance_nanocents == (s64)MX_WALLET_CAP_MAX, "filled to the cap");
}

/*
 * Other terms: what does not fit below a smaller cap has evaporated, and an unlimited wallet holds
 * nothing.
 *
 * class: short
 * nondet: pace mx_wallet_settle earned
 * wraps: conserved mx_wallet_change
 */
PROOF(changes_are_conserved)
{
	struct mx_wallet_terms terms = any_terms();

	any_wallet();
	mx_wallet_change(&w, 7, &terms, any_u32(0, HORIZON_MAX_MS) * (u64)NSEC_PER_MSEC,
			 any_u64(0, TIME_MAX));
	CLAIM(conserved(), "the books balance");
	CLAIM(in_range(), "the balance is within its range");
	REACHABLE(w.evaporated_nanocents, "a smaller cap");
	REACHABLE(w.terms.unlimited && balance_before < 0, "a debt is forgiven");
}

/*
 * The fraction of bids that count is at most 1; it is 0 in debt, and 1 with the horizon in hand.
 *
 * class: short
 */
PROOF(factor_is_a_fraction)
{
	u32 factor;

	any_wallet();
	factor = pace(&w);
	CLAIM(factor <= MX_FACTOR_ONE, "at most 1");
	CLAIM(factor == 0 || w.balance_nanocents >= 0, "none in debt");
	CLAIM(!w.terms.unlimited || factor == MX_FACTOR_ONE, "unlimited ones bid in full");
	REACHABLE(factor > 0 && factor < MX_FACTOR_ONE, "paced");
}

/*
 * A cap that is worth an income of some time is in the range of caps, for every income and time.
 *
 * class: short
 */
PROOF(cap_is_in_range)
{
	u32 income = any_u32(0, MX_WALLET_INCOME_MAX);
	u64 cap = mx_wallet_cap(income, nondet_u32());

	CLAIM(cap <= MX_WALLET_CAP_MAX, "no more than the largest");
	REACHABLE(cap == MX_WALLET_CAP_MAX, "the largest");
}

/*
 * What counts of a bid is never more than the bid.
 */
PROOF(paced_bid_is_no_more)
{
	u32 bid = nondet_u32(), paced = mx_wallet_bid(any_u32(0, MX_FACTOR_ONE), bid);

	CLAIM(paced <= bid, "no more than the bid");
	REACHABLE(paced == U32_MAX, "the largest");
}
