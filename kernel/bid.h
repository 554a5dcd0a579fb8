/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a change of a bid consists of, whichever way it came: netlink or a bid ring. Pure: see
 * pure.h.
 */
#ifndef MAXWELL_BID_H
#define MAXWELL_BID_H

#include "runqueue.h"

/* In mx_bid_change::book: the task stays in its book. */
#define MX_BOOK_SAME MX_BOOKS

enum mx_bid_kind {
	MX_BID_SAME,		/* the bid stays; only the book changes */
	MX_BID_EXPLICIT,	/* a bid of the task's own */
	MX_BID_DEFAULT,		/* the default bid again */
};

/**
 * struct mx_bid_change - change of a bid
 * @for_ns: CPU time that an explicit bid is good for, 0 for no limit
 * @bid: cents per CPU-second, for an explicit bid
 * @kind: enum mx_bid_kind
 * @book: enum mx_book_id or MX_BOOK_SAME
 */
struct mx_bid_change {
	u64 for_ns;
	u32 bid;
	u8 kind;
	u8 book;
};

struct task_struct;

int mx_bid_put(struct task_struct *p, const struct mx_bid_change *c);

#endif /* MAXWELL_BID_H */
