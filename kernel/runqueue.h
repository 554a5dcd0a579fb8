/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order book: a runqueue in which each step costs a fixed number of instructions.
 *
 * Waiting tasks stand in two lists at once: the FIFO of their price bucket, and the FIFO of their
 * arrival slot. Buckets are log-linear, 32 steps an octave, so whoever wins bids at least 32/33 of
 * the best bid, and are found through a bitmap with a summary word. Arrival slots are a calendar of
 * 128 slots of 2^25 ns (34 ms each, 4.3 s in all), so that a task that is queued again keeps its
 * place in time.
 *
 * Pure: no allocation, no clock, no locks. The caller serialises access to a runqueue and its
 * nodes.
 */
#ifndef MAXWELL_RUNQUEUE_H
#define MAXWELL_RUNQUEUE_H

#include "pure.h"

/* Buckets in an octave. */
#define MX_BUCKET_SHIFT 5
#define MX_BUCKET_STEPS 32U
#define MX_BUCKETS 960
#define MX_BUCKET_WORDS (MX_BUCKETS / 64)
/* The highest bucket that a u32 bid can reach; those above are for tasks that outrank every bid. */
#define MX_BUCKET_BID_MAX 895
/* Kernel threads bound to one CPU: they run ahead of every bid and clear every reserve. */
#define MX_BUCKET_KTHREAD (MX_BUCKETS - 1)

/* How far mx_rq_rival() looks: buckets of each book, and nodes of a bucket with several tags. */
#define MX_RIVAL_BUCKETS 16
#define MX_RIVAL_NODES 8

#define MX_SLOTS 128
#define MX_SLOT_WORDS (MX_SLOTS / 64)
#define MX_SLOT_SHIFT 25

enum mx_book_id {
	MX_BOOK_GENERAL,
	MX_BOOK_FEEDER,
	MX_BOOKS,
};

/*
 * What is wrong with a runqueue. Each step looks at what it has in hand anyway; what it finds can
 * come from a bug or from memory that somebody else wrote to, and no order is left to go by.
 */
enum mx_breach {
	MX_SOUND,
	MX_BREACH_MARK,		/* a bucket is marked as occupied, but is empty */
	MX_BREACH_PLACE,	/* a task stands in a bucket that is not its own */
	MX_BREACH_COUNT,	/* the counts say something else than the lists */
	MX_BREACH_ASTRAY,	/* a task is taken out that does not stand where it was put */
	MX_BREACH_SLOT,		/* nobody stands where the longest wait has to be */
	MX_BREACHES,
};

/**
 * struct mx_node - one waiting task
 * @next: next in the FIFO of the bucket, circular
 * @prev: previous in the FIFO of the bucket; NULL for the first
 * @slot_next: next in the FIFO of the arrival slot, circular
 * @slot_prev: previous in the FIFO of the arrival slot; NULL for the first
 * @since_ns: when the task began to wait
 * @bid: cents per CPU-second
 * @bucket: price bucket, see mx_bucket()
 * @book: enum mx_book_id
 * @slot: arrival slot
 * @queued: true while in a runqueue
 * @bound: may not leave its CPU
 * @tag: bids with the same tag do not compete with each other; 0 competes with everybody
 * @seq: its place among all that were ever queued here
 * @other: @seq of the last one before it in its bucket that had another tag
 */
struct mx_node {
	struct mx_node *next;
	struct mx_node *prev;
	struct mx_node *slot_next;
	struct mx_node *slot_prev;
	u64 since_ns;
	u32 bid;
	u16 bucket;
	u8 book;
	u8 slot;
	bool queued;
	bool bound;
	u16 tag;
	u32 seq;
	u32 other;
};

/**
 * struct mx_book - the bids for one kind of work
 * @bitmap: occupied buckets
 * @summary: bit w is set if @bitmap[w] is not 0
 * @reserve: lowest bucket that may run; the price in force, changed by one store
 * @tail: last node of each bucket; its @next is the first
 * @nr: nodes in each bucket
 */
struct mx_book {
	u64 bitmap[MX_BUCKET_WORDS];
	u16 summary;
	u16 reserve;
	struct mx_node *tail[MX_BUCKETS];
	u32 nr[MX_BUCKETS];
};

/**
 * struct mx_runqueue - everything that waits for one CPU
 * @book: general and feeder book
 * @nr_queued: nodes in both books
 * @slot_map: occupied arrival slots
 * @slot_base: number (since_ns >> MX_SLOT_SHIFT) of the oldest slot that may be occupied
 * @slot_last: number of the newest slot that may be occupied
 * @slot: last node of each arrival slot; its @slot_next is the first
 * @walk: what mx_rq_walk() returns next; NULL for the oldest
 * @walk_seq: @seq when the walk came to the slot it is in
 * @seq: how many were queued so far; it wraps, which is of no concern while nobody waits for 2^30
 *	others to be queued
 * @breach: enum mx_breach; unless MX_SOUND the runqueue is closed: it seems empty, and takes
 *	nobody, until mx_rq_reopen()
 * @pace_ns: distance of turns on the survival share that keeps every wait bounded; policy.c's
 * @paced_nr: how many waited when @pace_ns was worked out; policy.c's
 */
struct mx_runqueue {
	struct mx_book book[MX_BOOKS];
	u32 nr_queued;
	u32 paced_nr;
	u64 slot_map[MX_SLOT_WORDS];
	u64 slot_base;
	u64 slot_last;
	u64 pace_ns;
	struct mx_node *slot[MX_SLOTS];
	struct mx_node *walk;
	u32 walk_seq;
	u32 seq;
	u8 breach;
};

static_assert(MX_BUCKET_STEPS == 1U << MX_BUCKET_SHIFT, "a shift finds the octave");
static_assert(sizeof(struct mx_node) <= 64, "at most 64 bytes a waiting task");
static_assert(sizeof(struct mx_runqueue) <= 24576, "at most 24 KiB a CPU");

/**
 * mx_bucket() - price bucket of a bid
 * @bid: cents per CPU-second
 *
 * Log-linear: bids below 64 have a bucket each; above, an octave has 32 steps. Order preserving:
 * a <= b implies mx_bucket(a) <= mx_bucket(b).
 *
 * Return: 0 to MX_BUCKET_BID_MAX.
 */
static inline u16 mx_bucket(u32 bid)
{
	int octave;

	if (bid < MX_BUCKET_STEPS)
		return (u16)bid;
	octave = fls(bid) - MX_BUCKET_SHIFT;
	return (u16)(octave * MX_BUCKET_STEPS + ((bid >> (octave - 1)) & (MX_BUCKET_STEPS - 1)));
}

/**
 * mx_bucket_floor() - lowest bid that falls into a bucket
 * @bucket: bucket index
 *
 * Return: cents per CPU-second; U32_MAX for buckets that no bid reaches.
 */
static inline u32 mx_bucket_floor(u16 bucket)
{
	if (bucket < MX_BUCKET_STEPS)
		return bucket;
	if (bucket > MX_BUCKET_BID_MAX)
		return U32_MAX;
	return (MX_BUCKET_STEPS + (bucket & (MX_BUCKET_STEPS - 1))) <<
	       (bucket / MX_BUCKET_STEPS - 1);
}

/**
 * mx_clears() - whether a bucket may run at the present price
 * @rq: runqueue
 * @book: enum mx_book_id
 * @bucket: the bidder's bucket
 */
static inline bool mx_clears(const struct mx_runqueue *rq, u8 book, u16 bucket)
{
	return bucket >= READ_ONCE(rq->book[book].reserve);
}

void mx_rq_init(struct mx_runqueue *rq);
void mx_rq_close(struct mx_runqueue *rq, enum mx_breach why);
void mx_rq_reopen(struct mx_runqueue *rq);
bool mx_rq_verify(struct mx_runqueue *rq);
void mx_rq_enqueue(struct mx_runqueue *rq, struct mx_node *node);
void mx_rq_dequeue(struct mx_runqueue *rq, struct mx_node *node);
struct mx_node *mx_rq_best(const struct mx_runqueue *rq);
struct mx_node *mx_rq_top(const struct mx_runqueue *rq);
struct mx_node *mx_rq_next(const struct mx_runqueue *rq, const struct mx_node *node);
struct mx_node *mx_rq_oldest(struct mx_runqueue *rq);
struct mx_node *mx_rq_rival(const struct mx_runqueue *rq, u16 tag);
struct mx_node *mx_rq_walk(struct mx_runqueue *rq);
u32 mx_rq_parked(const struct mx_runqueue *rq);

#endif /* MAXWELL_RUNQUEUE_H */
