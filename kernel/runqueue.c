// SPDX-License-Identifier: GPL-2.0
/*
 * The order book: who joins it, who leaves it, and who has waited longest. See runqueue.h for the
 * shape; runqueue_search.c looks for bids. Every function here takes a fixed number of steps,
 * whatever waits.
 */
#include "runqueue.h"

/**
 * mx_rq_init() - make an empty runqueue whose reserves are 0
 * @rq: runqueue
 */
void mx_rq_init(struct mx_runqueue *rq)
{
	memset(rq, 0, sizeof(*rq));
}

/**
 * mx_rq_close() - close a runqueue whose parts contradict each other
 * @rq: runqueue
 * @why: what was seen
 *
 * Nobody follows its lists any more. The marks go, so that every search finds it empty.
 */
void mx_rq_close(struct mx_runqueue *rq, enum mx_breach why)
{
	int i;

	for (i = 0; i < MX_BOOKS; i++) {
		memset(rq->book[i].bitmap, 0, sizeof(rq->book[i].bitmap));
		rq->book[i].summary = 0;
	}
	memset(rq->slot_map, 0, sizeof(rq->slot_map));
	rq->nr_queued = 0;
	rq->walk = NULL;
	rq->breach = why;
}

/**
 * mx_rq_reopen() - make a closed runqueue an empty one
 * @rq: runqueue; the reserves stay as they are
 */
void mx_rq_reopen(struct mx_runqueue *rq)
{
	int i;

	for (i = 0; i < MX_BOOKS; i++) {
		memset(rq->book[i].tail, 0, sizeof(rq->book[i].tail));
		memset(rq->book[i].nr, 0, sizeof(rq->book[i].nr));
	}
	memset(rq->slot, 0, sizeof(rq->slot));
	rq->pace_ns = 0;
	rq->paced_nr = 0;
	rq->breach = MX_SOUND;
}

/*
 * A FIFO is a circle reached through its last node, and the first node's @prev is NULL. So adding
 * touches no other node than the last: with many waiting, each node touched is a cache miss.
 */
static inline void bucket_add(struct mx_node **tail, struct mx_node *node)
{
	struct mx_node *last = *tail;

	if (last) {
		node->next = last->next;
		last->next = node;
	} else {
		node->next = node;
	}
	node->prev = last;
	*tail = node;
}

/*
 * Remember who of another tag was last to join the bucket. Once the first of the FIFO is younger
 * than that, all in it have the tag of the last: see foreign().
 */
static inline void tag_add(struct mx_runqueue *rq, struct mx_node *node)
{
	const struct mx_node *last = node->prev;

	node->seq = rq->seq++;
	if (!last)
		node->other = node->seq - 1;
	else if (last->tag != node->tag)
		node->other = last->seq;
	else
		node->other = node->seq - min(node->seq - last->other, 1U << 30);
}

/* Remove @node; returns true if the FIFO is empty now. */
static inline bool bucket_del(struct mx_node **tail, struct mx_node *node)
{
	struct mx_node *prev = node->prev ? node->prev : *tail;

	prev->next = node->next;
	if (*tail == node) {
		*tail = node->prev;
		return !node->prev;
	}
	node->next->prev = node->prev;
	return false;
}

static inline void slot_add(struct mx_node **tail, struct mx_node *node)
{
	struct mx_node *last = *tail;

	if (last) {
		node->slot_next = last->slot_next;
		last->slot_next = node;
	} else {
		node->slot_next = node;
	}
	node->slot_prev = last;
	*tail = node;
}

static inline bool slot_del(struct mx_node **tail, struct mx_node *node)
{
	struct mx_node *prev = node->slot_prev ? node->slot_prev : *tail;

	prev->slot_next = node->slot_next;
	if (*tail == node) {
		*tail = node->slot_prev;
		return !node->slot_prev;
	}
	node->slot_next->slot_prev = node->slot_prev;
	return false;
}

/* How far the first occupied slot is from the slot @base; some slot must be occupied. */
static inline unsigned int slot_distance(const struct mx_runqueue *rq, u64 base)
{
	unsigned int start = base % MX_SLOTS;
	unsigned int w = start / 64;
	u64 bits = rq->slot_map[w] & (~0ULL << (start % 64));
	unsigned int found;

	if (!bits) {
		w ^= 1;
		bits = rq->slot_map[w];
	}
	if (!bits) {
		w ^= 1;
		bits = rq->slot_map[w];
	}
	/* Only if the count is wrong; mx_rq_oldest() sees it. */
	if (unlikely(!bits))
		return 0;
	found = w * 64 + (unsigned int)__ffs64(bits);
	return (found - start) % MX_SLOTS;
}

/*
 * Where a walk that is at @node goes on: behind the last one it starts over. Those that joined the
 * slot meanwhile are left for the next round. They may be the very ones that the walk has just
 * visited, queued again under another bid, and it would never leave the slot.
 */
static struct mx_node *walk_after(struct mx_runqueue *rq, const struct mx_node *node)
{
	unsigned int slot;

	if (node != rq->slot[node->slot] && (s32)(node->slot_next->seq - rq->walk_seq) < 0)
		return node->slot_next;
	slot = (node->slot + 1U) % MX_SLOTS;
	slot = (slot + slot_distance(rq, slot)) % MX_SLOTS;
	rq->walk_seq = rq->seq;
	return likely(rq->slot[slot]) ? rq->slot[slot]->slot_next : NULL;
}

/* @node, where the walk would go on, is about to leave. */
static void walk_past(struct mx_runqueue *rq, const struct mx_node *node)
{
	struct mx_node *after = walk_after(rq, node);

	rq->walk = after == node ? NULL : after;
}

/*
 * The slot for a wait that began at @since_ns. The calendar spans MX_SLOTS slots from its base,
 * which follows the oldest wait, back in time as well for a task that comes from elsewhere. Outside
 * the span, possible only while a task has waited 4.3 s, a wait joins the nearest slot. Nobody is
 * forgotten then, only the order inside that slot is by insertion.
 */
static inline u8 slot_of(struct mx_runqueue *rq, u64 since_ns)
{
	u64 number = since_ns >> MX_SLOT_SHIFT;

	if (!rq->nr_queued) {
		rq->slot_base = number;
		rq->slot_last = number;
	} else if (number < rq->slot_base) {
		if (rq->slot_last - number >= MX_SLOTS)
			number = rq->slot_last - (MX_SLOTS - 1);
		rq->slot_base = number;
	} else if (number > rq->slot_last) {
		if (number - rq->slot_base >= MX_SLOTS)
			rq->slot_base += slot_distance(rq, rq->slot_base);
		number = min(number, rq->slot_base + MX_SLOTS - 1);
		rq->slot_last = number;
	}
	return (u8)(number % MX_SLOTS);
}

/**
 * mx_rq_enqueue() - put a node at the tail of its bucket
 * @rq: runqueue
 * @node: not queued; @since_ns, @bid, @bucket, @book and @tag are set by the caller
 *
 * A closed runqueue does not take it: @node is not queued afterwards either.
 */
void mx_rq_enqueue(struct mx_runqueue *rq, struct mx_node *node)
{
	struct mx_book *book = &rq->book[node->book];
	u16 b = node->bucket;

	if (!rq->nr_queued) {
		if (unlikely(rq->book[MX_BOOK_GENERAL].summary | rq->book[MX_BOOK_FEEDER].summary))
			mx_rq_close(rq, MX_BREACH_COUNT);
		if (unlikely(rq->breach))
			return;
	}

	bucket_add(&book->tail[b], node);
	tag_add(rq, node);
	book->bitmap[b / 64] |= BIT_ULL(b % 64);
	book->summary |= 1U << (b / 64);
	book->nr[b]++;

	node->slot = slot_of(rq, node->since_ns);
	slot_add(&rq->slot[node->slot], node);
	rq->slot_map[node->slot / 64] |= BIT_ULL(node->slot % 64);

	node->queued = true;
	rq->nr_queued++;
}

/**
 * mx_rq_dequeue() - take a node out
 * @rq: runqueue
 * @node: queued in @rq
 *
 * @node is not queued afterwards, whatever state @rq is in.
 */
void mx_rq_dequeue(struct mx_runqueue *rq, struct mx_node *node)
{
	struct mx_book *book = &rq->book[node->book];
	u16 b = node->bucket;

	/* A closed runqueue counts nobody. */
	if (unlikely(!rq->nr_queued || !node->queued ||
		     !(book->bitmap[b / 64] & BIT_ULL(b % 64)) || !book->tail[b] ||
		     !rq->slot[node->slot])) {
		node->queued = false;
		if (!rq->breach)
			mx_rq_close(rq, MX_BREACH_ASTRAY);
		return;
	}
	if (bucket_del(&book->tail[b], node)) {
		book->bitmap[b / 64] &= ~BIT_ULL(b % 64);
		if (!book->bitmap[b / 64])
			book->summary &= ~(1U << (b / 64));
	}
	book->nr[b]--;
	if (unlikely(!book->nr[b] != !book->tail[b])) {
		node->queued = false;
		mx_rq_close(rq, MX_BREACH_COUNT);
		return;
	}

	if (unlikely(rq->walk == node))
		walk_past(rq, node);
	if (slot_del(&rq->slot[node->slot], node))
		rq->slot_map[node->slot / 64] &= ~BIT_ULL(node->slot % 64);

	node->queued = false;
	rq->nr_queued--;
}

/**
 * mx_rq_oldest() - the node that has waited longest
 * @rq: runqueue
 *
 * Exact to one slot of the calendar (34 ms) for nodes that were queued again with an older arrival,
 * and to the nanosecond otherwise.
 *
 * Return: NULL if nothing waits.
 */
struct mx_node *mx_rq_oldest(struct mx_runqueue *rq)
{
	struct mx_node *tail;

	if (!rq->nr_queued)
		return NULL;
	rq->slot_base += slot_distance(rq, rq->slot_base);
	tail = rq->slot[rq->slot_base % MX_SLOTS];
	if (unlikely(!tail || !tail->slot_next || !tail->slot_next->queued)) {
		mx_rq_close(rq, MX_BREACH_SLOT);
		return NULL;
	}
	return tail->slot_next;
}

/**
 * mx_rq_walk() - the next in an endless walk over all nodes, by the time of their arrival
 * @rq: runqueue
 *
 * Each call returns one and goes on behind it, after the last one with the first. What is queued or
 * taken out between two calls does no harm. Who stays is visited once a round.
 *
 * Return: a node; NULL if nothing waits.
 */
struct mx_node *mx_rq_walk(struct mx_runqueue *rq)
{
	struct mx_node *node = rq->walk;

	if (!node) {
		node = mx_rq_oldest(rq);
		rq->walk_seq = rq->seq;
	}
	if (node)
		rq->walk = walk_after(rq, node);
	return node;
}
