// SPDX-License-Identifier: GPL-2.0
/*
 * The searches of the order book, in every state of its bitmaps: the dearest bucket, the next
 * cheaper one, and the calendar of arrival slots.
 */
#include "proof.h"
#include "runqueue.c"
#include "runqueue_search.c"

static struct mx_book book;
static struct mx_runqueue rq;

/* Any bitmap; a summary that goes with it. */
static void any_book(void)
{
	int w;

	book.summary = 0;
	for (w = 0; w < MX_BUCKET_WORDS; w++) {
		book.bitmap[w] = nondet_u64();
		if (book.bitmap[w])
			book.summary |= (u16)(1U << w);
	}
}

static bool occupied(u32 bucket)
{
	return book.bitmap[bucket / 64] >> (bucket % 64) & 1;
}

/*
 * The dearest bucket is the dearest, whichever of the 960 are occupied.
 *
 * class: short
 * cbmc: --unwind 16
 */
PROOF(top_is_the_dearest)
{
	u32 other = any_u32(0, MX_BUCKETS - 1);
	int top;

	any_book();
	top = book_top(&book);
	CLAIM(top >= -1 && top < MX_BUCKETS, "a bucket of the book or none");
	CLAIM(top < 0 || occupied((u32)top), "it is occupied");
	CLAIM((int)other <= top || !occupied(other), "no dearer one is");
	REACHABLE(top == -1, "none");
	REACHABLE(top == MX_BUCKETS - 1, "the last one");
}

/*
 * The bucket below another one is the next cheaper one, whichever are occupied.
 *
 * class: short
 * cbmc: --unwind 16
 */
PROOF(below_is_the_next_cheaper)
{
	u32 bucket = any_u32(0, MX_BUCKETS - 1), other = any_u32(0, MX_BUCKETS - 1);
	int below;

	any_book();
	below = book_below(&book, bucket);
	CLAIM(below >= -1 && below < (int)bucket, "cheaper");
	CLAIM(below < 0 || occupied((u32)below), "occupied");
	CLAIM((int)other <= below || other >= bucket || !occupied(other), "none in between is");
	REACHABLE(below == -1 && book.summary, "none below, some above");
}

static bool slot_taken(u64 number)
{
	return rq.slot_map[number % MX_SLOTS / 64] >> (number % 64) & 1;
}

/* Slots from @slot_base to @slot_last are occupied or not, at least one is; others are not. */
static void any_calendar(void)
{
	u32 d, span = any_u32(0, MX_SLOTS - 1);

	rq.slot_base = any_u64(0, U64_MAX >> MX_SLOT_SHIFT);
	rq.slot_last = rq.slot_base + span;
	rq.slot_map[0] = nondet_u64();
	rq.slot_map[1] = nondet_u64();
	ASSUME(rq.slot_map[0] | rq.slot_map[1]);
	for (d = 0; d < MX_SLOTS; d++)
		ASSUME(d <= span || !slot_taken(rq.slot_base + d));
	rq.nr_queued = any_u32(1, U32_MAX);
}

/*
 * The first occupied slot is found from wherever the calendar begins, whichever are occupied.
 *
 * cbmc: --unwind 129
 * wraps: slot_distance
 */
PROOF(distance_is_to_the_first_slot)
{
	u32 nearer = any_u32(0, MX_SLOTS - 1), distance;

	any_calendar();
	distance = slot_distance(&rq, rq.slot_base);
	CLAIM(distance < MX_SLOTS, "within the calendar");
	CLAIM(slot_taken(rq.slot_base + distance), "it is occupied");
	CLAIM(nearer >= distance || !slot_taken(rq.slot_base + nearer), "no nearer one is");
	REACHABLE(distance == MX_SLOTS - 1, "the last one");
	REACHABLE(distance == 0, "the first one");
}

/*
 * Wherever in time a wait began: the calendar still spans at most 128 slots, those who are in it
 * keep their numbers, and the newcomer has one of these slots, its own one if that is in the span.
 *
 * This is the step of an induction: what is assumed of the calendar is what is proven of it after
 * the step, so it holds after any number of them.
 *
 * class: short
 * cbmc: --unwind 129
 * wraps: slot_distance
 */
PROOF(calendar_takes_any_arrival)
{
	u64 since_ns = nondet_u64(), number = since_ns >> MX_SLOT_SHIFT, base, last, old;
	u8 slot;

	any_calendar();
	base = rq.slot_base;
	last = rq.slot_last;
	old = base + any_u32(0, MX_SLOTS - 1);
	ASSUME(old <= last && slot_taken(old));

	slot = slot_of(&rq, since_ns);
	CLAIM(slot < MX_SLOTS, "a slot of the calendar");
	CLAIM(rq.slot_last >= rq.slot_base && rq.slot_last - rq.slot_base < MX_SLOTS, "the span");
	CLAIM(old >= rq.slot_base && old <= rq.slot_last, "who is in it keeps his number");
	CLAIM((slot + MX_SLOTS - rq.slot_base % MX_SLOTS) % MX_SLOTS <= rq.slot_last - rq.slot_base,
	      "the newcomer is in the span");
	if (number >= rq.slot_base && number <= rq.slot_last)
		CLAIM(slot == number % MX_SLOTS, "in its own slot");
	else
		CLAIM(last - base >= MX_SLOTS - 1 || number < base || number > last, "or the nearest");
	REACHABLE(number < rq.slot_base, "too old for the span");
	REACHABLE(number > rq.slot_last, "too new for the span");
	REACHABLE(number < base && number >= rq.slot_base, "the calendar went back");
	REACHABLE(rq.slot_base > base, "the calendar went on");
}

/*
 * A calendar in which nobody waits begins anew with whoever comes, as the base of that induction.
 *
 * class: short
 */
PROOF(empty_calendar_takes_any_arrival)
{
	u64 since_ns = nondet_u64();
	u8 slot;

	rq.slot_base = nondet_u64();
	rq.slot_last = nondet_u64();
	slot = slot_of(&rq, since_ns);
	CLAIM(rq.slot_base == since_ns >> MX_SLOT_SHIFT && rq.slot_last == rq.slot_base, "anew");
	CLAIM(slot == rq.slot_base % MX_SLOTS, "in its own slot");
}
