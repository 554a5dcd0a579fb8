// SPDX-License-Identifier: GPL-2.0
/*
 * The auction's arithmetic: terms, turns on the survival share, quotes.
 */
#include "proof.h"
#include "policy.c"

/*
 * Slices are in order for all tunables in tunables.h: the shortest is no longer than the slice,
 * that no longer than an eighth of the window, and none is 0.
 *
 * class: short
 */
PROOF(terms_are_in_order)
{
	struct mx_terms terms;

	mx_terms_set(&terms, any_u32(100, 100000), any_u32(50, 20000), any_u32(20, 4000),
		     any_u32(1, 500));
	CLAIM(terms.slice_min_ns > 0, "a slice is not 0");
	CLAIM(terms.slice_min_ns <= terms.slice_ns, "the shortest is the shorter");
	CLAIM(terms.slice_ns <= terms.window_ns / 8, "the window has room for eight");
	CLAIM(terms.window_ns < 4000 * (u64)NSEC_PER_MSEC, "the window is below max_wait_ms");
	REACHABLE(terms.slice_min_ns == terms.slice_ns, "both are the same");
}

/* Terms of which holds what terms_are_in_order proves. */
static struct mx_terms any_terms(void)
{
	struct mx_terms terms;

	terms.window_ns = any_u64(8, 4000 * (u64)NSEC_PER_MSEC);
	terms.slice_ns = any_u64(1, terms.window_ns >> 3);
	terms.slice_min_ns = any_u64(1, terms.slice_ns);
	terms.survival_permille = any_u32(1, 500);
	return terms;
}

/*
 * A turn is no shorter than the shortest slice and no longer than a slice, at any pace, whatever
 * its share comes to; and no product overflows.
 *
 * class: short
 * nondet: div_u64
 */
PROOF(turns_are_slices)
{
	struct mx_terms terms = any_terms();
	u64 run_ns = turn_ns(&terms, any_u64(0, terms.window_ns));

	CLAIM(run_ns >= terms.slice_min_ns, "no shorter than the shortest");
	CLAIM(run_ns <= terms.slice_ns, "no longer than a slice");
	REACHABLE(run_ns > terms.slice_min_ns && run_ns < terms.slice_ns, "in between");
}

/*
 * The turn after the next begins no later than the pace wants it, which is what bounds every wait;
 * and one that was late by no more than a slice does not put it off.
 *
 * class: short
 * nondet: div_u64
 */
PROOF(turns_keep_the_pace)
{
	u64 now_ns = any_u64(0, 1ULL << 62), survival_ns = any_u64(0, 1ULL << 62), next_ns;
	struct mx_terms terms = any_terms();
	u64 pace_ns = any_u64(0, terms.window_ns);

	next_ns = next_turn_ns(&terms, survival_ns, now_ns, pace_ns, any_u64(1, terms.slice_ns));
	CLAIM(next_ns <= now_ns + pace_ns, "no later than the pace");
	CLAIM(next_ns + terms.slice_ns > now_ns, "not long ago");
	CLAIM(survival_ns > now_ns || survival_ns + terms.slice_ns <= now_ns ||
	      next_ns <= survival_ns + pace_ns, "counted from when it was due");
	REACHABLE(next_ns == now_ns + pace_ns && pace_ns, "at the pace");
}

/*
 * A quote of any four bids tells every tag the best bid of another one.
 *
 * class: short
 * cbmc: --unwind 5
 */
PROOF(quote_knows_the_best_of_others)
{
	u16 tag, mine = (u16)any_u32(1, 0xffff);
	struct mx_quote quote = {};
	u32 bid, best = 0, i;

	for (i = 0; i < 4; i++) {
		bid = nondet_u32();
		tag = nondet_u16();
		mx_quote_add(&quote, bid, tag);
		if (tag != mine)
			best = max(best, bid);
	}
	CLAIM(mx_quote_for(&quote, mine) == best, "the best of the others");
	CLAIM(quote.bid[0] >= quote.bid[1], "the first is not below the second");
	REACHABLE(best == quote.bid[1] && best < quote.bid[0], "the second");
}
