// SPDX-License-Identifier: GPL-2.0
/*
 * The auction. The market part is price-time priority above the reserve. The survival part bounds
 * every wait: once in a while the task that has waited longest runs for a short slice, whatever it
 * bids. The pause between two such turns is at least so long that together they stay within the
 * survival share, unless so many wait that the bound needs more: it never exceeds the pace, below.
 */
#include "policy.h"

/**
 * mx_terms_set() - derive the terms of the auction from the tunables
 * @terms: written
 * @slice_us: tunable of that name, as the next ones
 * @slice_min_us: a value above the slice counts as the slice
 * @max_wait_ms: bound of a wait
 * @survival_permille: tunable survival_share_permille
 *
 * Who comes during a slice is first seen at its end, so a slice is at most an eighth of the window.
 */
void mx_terms_set(struct mx_terms *terms, u32 slice_us, u32 slice_min_us, u32 max_wait_ms,
		  u32 survival_permille)
{
	terms->window_ns = (u64)max_wait_ms * NSEC_PER_MSEC / 8 * 7;
	terms->slice_ns = min((u64)slice_us * NSEC_PER_USEC, terms->window_ns / 8);
	terms->slice_min_ns = min((u64)slice_min_us * NSEC_PER_USEC, terms->slice_ns);
	terms->survival_permille = survival_permille;
}

/*
 * Bring the pace up to date: turns that follow each other at this distance, oldest wait first, keep
 * everybody within the window. Each of n that arrive asks for a distance of window / n, and it is
 * kept while they are served and the queue drains. A longer one is safe again as soon as even the
 * whole queue fits into what is left to the oldest.
 */
static u64 update_pace(struct mx_runqueue *rq, const struct mx_terms *terms,
		       const struct mx_node *oldest, u64 now_ns)
{
	u64 age_ns = now_ns > oldest->since_ns ? now_ns - oldest->since_ns : 0;
	u64 left_ns = terms->window_ns - min(age_ns, terms->window_ns);

	rq->paced_nr = rq->nr_queued;
	rq->pace_ns = clamp(rq->pace_ns, div_u64(left_ns, rq->nr_queued),
			    div_u64(terms->window_ns, rq->nr_queued));
	return rq->pace_ns;
}

/* Length of a turn: turns at this pace shall add up to the survival share. */
static u64 turn_ns(const struct mx_terms *terms, u64 pace_ns)
{
	return clamp(div_u64(pace_ns * terms->survival_permille, 1000), terms->slice_min_ns,
		     terms->slice_ns);
}

/*
 * The start of the turn after one of @run_ns that begins now. A turn that began a little late,
 * because a slice has a shortest length, does not delay those after it.
 */
static u64 next_turn_ns(const struct mx_terms *terms, u64 survival_ns, u64 now_ns, u64 pace_ns,
			u64 run_ns)
{
	u64 share_ns = div_u64(run_ns * 1000, terms->survival_permille);
	bool on_time = now_ns >= survival_ns && now_ns - survival_ns < terms->slice_ns;

	return (on_time ? survival_ns : now_ns) + min(share_ns, pace_ns);
}

static bool overdue(const struct mx_node *node, const struct mx_terms *terms, u64 now_ns)
{
	/* None where mx_rq_oldest() has just closed the runqueue. */
	return node && now_ns > node->since_ns && now_ns - node->since_ns >= terms->window_ns;
}

/**
 * mx_survival_due() - whether the longest waiting task should run now
 * @rq: runqueue
 * @terms: terms of the auction
 * @survival_ns: start of the next turn
 * @now_ns: the time
 */
bool mx_survival_due(struct mx_runqueue *rq, const struct mx_terms *terms, u64 survival_ns,
		     u64 now_ns)
{
	if (!rq->nr_queued)
		return false;
	return now_ns >= survival_ns || overdue(mx_rq_oldest(rq), terms, now_ns);
}

/**
 * mx_price() - what a winner pays
 * @rq: runqueue, the winner not queued in it
 * @bid: the winner's bid
 * @reserve: reserve price of its book
 * @tag: of the winner
 *
 * The price of what it displaces: the larger of the reserve and the best other bid on the CPU that
 * clears its own reserve, but never more than its own bid (Vickrey 1961, with a reserve). Bids with
 * the winner's own tag do not count: nobody displaces himself.
 *
 * Return: cents per CPU-second.
 */
u32 mx_price(const struct mx_runqueue *rq, u32 bid, u32 reserve, u16 tag)
{
	const struct mx_node *second = NULL;
	u32 price = reserve;

	if (rq->nr_queued)
		second = tag ? mx_rq_rival(rq, tag) : mx_rq_best(rq);
	if (second && second->bucket != MX_BUCKET_KTHREAD)
		price = max(price, second->bid);
	return min(price, bid);
}

/**
 * mx_quote_add() - add a bid to a quote, if it is one of the two best of different tags
 * @sum: quote
 * @bid: cents per CPU-second, 0 for none
 * @tag: its tag; 0 competes with itself too
 */
void mx_quote_add(struct mx_quote *sum, u32 bid, u16 tag)
{
	bool same = tag && tag == sum->tag[0];

	if (bid > sum->bid[0]) {
		if (!same) {
			sum->bid[1] = sum->bid[0];
			sum->tag[1] = sum->tag[0];
		}
		sum->bid[0] = bid;
		sum->tag[0] = tag;
	} else if (bid > sum->bid[1] && !same) {
		sum->bid[1] = bid;
		sum->tag[1] = tag;
	}
}

/* Add the best bids that wait on @rq, those of bound tasks only if @bound. */
static void quote_rq(struct mx_quote *sum, const struct mx_runqueue *rq, bool bound)
{
	const struct mx_node *best = rq->nr_queued ? mx_rq_best(rq) : NULL;
	const struct mx_node *rival = NULL;

	if (!best || best->bucket == MX_BUCKET_KTHREAD)
		return;
	if (bound || !best->bound)
		mx_quote_add(sum, best->bid, best->tag);
	if (best->tag)
		rival = mx_rq_rival(rq, best->tag);
	if (!rival || (rival->bound && !bound))
		return;
	/* One of the same tag stands for another that is hard to find in the same bucket. */
	mx_quote_add(sum, rival->bid, rival->tag == best->tag ? 0 : rival->tag);
}

/**
 * mx_quote_make() - the best bids that wait here and might run elsewhere
 * @rq: runqueue
 * @quote: written
 */
void mx_quote_make(const struct mx_runqueue *rq, struct mx_quote *quote)
{
	memset(quote, 0, sizeof(*quote));
	quote_rq(quote, rq, false);
}

/**
 * mx_turn_price() - what a turn on the survival share costs who has money for more
 * @rq: runqueue, whoever gets the turn not queued in it
 * @others: bids that count and are not queued in it, the one of whoever gets the turn among them
 * @reserve: reserve price of its book
 *
 * The turn takes the place of a market slice, whose winner would have paid the second best bid.
 * Were it cheaper than that, a crowd of small wallets could live on turns. Of unlimited wallets
 * that wait only the best one counts.
 *
 * Return: cents per CPU-second; the caller limits it to the bid.
 */
u32 mx_turn_price(const struct mx_runqueue *rq, const struct mx_quote *others, u32 reserve)
{
	struct mx_quote all = *others;

	quote_rq(&all, rq, true);
	return max(reserve, all.bid[1]);
}

/* Cut a market slice short where the next turn on the survival share begins inside it. */
static u64 market_slice_ns(const struct mx_terms *terms, u64 survival_ns, u64 now_ns)
{
	u64 left_ns = survival_ns > now_ns ? survival_ns - now_ns : 0;

	return clamp(left_ns, terms->slice_min_ns, terms->slice_ns);
}

static bool outbid_by(const struct mx_rival *rival, const struct mx_node *node)
{
	return rival && rival->bucket > node->bucket;
}

/* The market part: @best of those who wait against @rival, either may be NULL. */
static void pick_market(struct mx_node *best, const struct mx_rival *rival, struct mx_pick *pick)
{
	if (best && !outbid_by(rival, best)) {
		pick->node = best;
		pick->verdict = MX_MARKET;
	} else {
		pick->verdict = rival ? MX_KEEP : MX_IDLE;
	}
}

/**
 * mx_pick() - hold the auction
 * @rq: runqueue
 * @rival: the running task if it wants to go on, else NULL
 * @terms: terms of the auction
 * @survival_ns: start of the next turn on the survival share; moved on when one is given
 * @now_ns: the time
 * @pick: written; @price is left 0 and is the caller's to fill from mx_price()
 *
 * The rival keeps the CPU only if it outbids everybody: at the same bucket it goes to the tail.
 */
void mx_pick(struct mx_runqueue *rq, const struct mx_rival *rival, const struct mx_terms *terms,
	     u64 *survival_ns, u64 now_ns, struct mx_pick *pick)
{
	struct mx_node *best, *oldest;
	u64 pace_ns;
	bool late;

	pick->node = NULL;
	pick->price = 0;
	pick->slice_ns = terms->slice_ns;

	if (rival && !mx_clears(rq, rival->book, rival->bucket))
		rival = NULL;
	best = rq->nr_queued ? mx_rq_best(rq) : NULL;
	if (!rq->nr_queued || (!best && !mx_rq_verify(rq))) {
		pick_market(NULL, rival, pick);
		return;
	}

	/*
	 * Nobody is owed a turn before this slice is over, and as many wait as when that was
	 * worked out: the common case. Whoever has waited too long is found at the next turn,
	 * within the pace.
	 */
	if (rq->nr_queued == rq->paced_nr && now_ns + terms->slice_ns < *survival_ns) {
		pick_market(best, rival, pick);
		return;
	}

	oldest = mx_rq_oldest(rq);
	if (unlikely(!oldest)) {
		pick_market(NULL, rival, pick);
		return;
	}
	/* As higher classes left too little of the CPU: then slices are short, for many. */
	late = overdue(oldest, terms, now_ns);
	pace_ns = update_pace(rq, terms, oldest, now_ns);
	*survival_ns = min(*survival_ns, now_ns + pace_ns);
	if (best && best == oldest && !outbid_by(rival, best)) {
		/* First come is first served here: the market gives the turn that is due. */
		*survival_ns = next_turn_ns(terms, *survival_ns, now_ns, pace_ns, terms->slice_ns);
	} else if (overdue(oldest, terms, now_ns) ||
		   (now_ns >= *survival_ns && (!best || best->bucket != MX_BUCKET_KTHREAD))) {
		/* Kernel threads of this CPU go first, but not for ever. */
		pick->node = oldest;
		pick->slice_ns = turn_ns(terms, pace_ns);
		if (late)
			pick->slice_ns = terms->slice_min_ns;
		pick->verdict = MX_SURVIVAL;
		*survival_ns = next_turn_ns(terms, *survival_ns, now_ns, pace_ns, pick->slice_ns);
		return;
	}

	pick_market(best, rival, pick);
	pick->slice_ns = market_slice_ns(terms, *survival_ns, now_ns);
	if (late)
		pick->slice_ns = terms->slice_min_ns;
}
