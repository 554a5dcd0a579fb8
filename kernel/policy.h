/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who runs next, for how long, and at what price: the auction over one runqueue.
 *
 * Pure: see pure.h. The caller serialises access to the runqueue.
 */
#ifndef MAXWELL_POLICY_H
#define MAXWELL_POLICY_H

#include "runqueue.h"

/**
 * struct mx_terms - the terms of the auction, made from the tunables by mx_terms_set()
 * @slice_ns: time that a winner runs; at most an eighth of @window_ns
 * @slice_min_ns: shortest slice on the survival share
 * @window_ns: within this time everybody waiting has had a turn; 7/8 of max_wait_ms, which leaves
 *	room for a tick's delay
 * @survival_permille: share of the CPU that serves the longest waiting
 */
struct mx_terms {
	u64 slice_ns;
	u64 slice_min_ns;
	u64 window_ns;
	u32 survival_permille;
};

/**
 * struct mx_rival - a task that is running and wants to go on
 * @bid: cents per CPU-second
 * @bucket: its price bucket
 * @book: enum mx_book_id
 */
struct mx_rival {
	u32 bid;
	u16 bucket;
	u8 book;
};

enum mx_verdict {
	MX_IDLE,	/* nobody may run */
	MX_KEEP,	/* the running task goes on */
	MX_MARKET,	/* @node won the auction */
	MX_SURVIVAL,	/* @node has waited longest and runs on the survival share */
};

/**
 * struct mx_pick - outcome of an auction
 * @node: the winner, still queued; NULL for MX_IDLE and MX_KEEP
 * @slice_ns: how long it may run
 * @price: what it pays, cents per CPU-second
 * @verdict: enum mx_verdict
 */
struct mx_pick {
	struct mx_node *node;
	u64 slice_ns;
	u32 price;
	u8 verdict;
};

/**
 * struct mx_quote - what waits on a CPU, told to others: two bids that compete
 * @bid: cents per CPU-second, 0 for none; the first is not below the second
 * @tag: see struct mx_node
 */
struct mx_quote {
	u32 bid[2];
	u16 tag[2];
};

void mx_quote_make(const struct mx_runqueue *rq, struct mx_quote *quote);
void mx_quote_add(struct mx_quote *sum, u32 bid, u16 tag);
void mx_terms_set(struct mx_terms *terms, u32 slice_us, u32 slice_min_us, u32 max_wait_ms,
		  u32 survival_permille);
bool mx_survival_due(struct mx_runqueue *rq, const struct mx_terms *terms, u64 survival_ns,
		     u64 now_ns);
void mx_pick(struct mx_runqueue *rq, const struct mx_rival *rival, const struct mx_terms *terms,
	     u64 *survival_ns, u64 now_ns, struct mx_pick *pick);
u32 mx_turn_price(const struct mx_runqueue *rq, const struct mx_quote *others, u32 reserve);
u32 mx_price(const struct mx_runqueue *rq, u32 bid, u32 reserve, u16 tag);

/**
 * mx_quote_for() - the best bid of a quote that competes with a tag
 * @quote: quote
 * @tag: not 0
 *
 * Return: cents per CPU-second, 0 for none.
 */
static inline u32 mx_quote_for(const struct mx_quote *quote, u16 tag)
{
	return quote->bid[quote->tag[0] == tag];
}

/**
 * mx_outbids() - whether a bid is worth a preemption
 * @bucket: bucket of the bid that arrives
 * @curr_bucket: bucket of the task that runs
 * @curr_survival: whether that task runs on the survival share
 *
 * A better bucket preempts a worse one; the short slice of the survival share is left in peace by
 * all but kernel threads.
 */
static inline bool mx_outbids(u16 bucket, u16 curr_bucket, bool curr_survival)
{
	if (curr_survival)
		return bucket == MX_BUCKET_KTHREAD && curr_bucket != MX_BUCKET_KTHREAD;
	return bucket > curr_bucket;
}

#endif /* MAXWELL_POLICY_H */
