// SPDX-License-Identifier: GPL-2.0
/*
 * The order book. See runqueue.h for the shape; every function here takes a fixed number of steps,
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

/*
 * Close a runqueue whose parts contradict each other: nobody follows its lists any more. The marks
 * go, so that every search finds it empty.
 */
static void close_rq(struct mx_runqueue *rq, enum mx_breach why)
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
			close_rq(rq, MX_BREACH_COUNT);
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
			close_rq(rq, MX_BREACH_ASTRAY);
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
		close_rq(rq, MX_BREACH_COUNT);
		return;
	}

	if (unlikely(rq->walk == node))
		walk_past(rq, node);
	if (slot_del(&rq->slot[node->slot], node))
		rq->slot_map[node->slot / 64] &= ~BIT_ULL(node->slot % 64);

	node->queued = false;
	rq->nr_queued--;
}

/* The dearest occupied bucket, or -1. */
static inline int book_top(const struct mx_book *book)
{
	int w;

	if (!book->summary)
		return -1;
	w = fls(book->summary) - 1;
	return w * 64 + fls64(book->bitmap[w]) - 1;
}

/* The dearest occupied bucket below @bucket, or -1. */
static inline int book_below(const struct mx_book *book, unsigned int bucket)
{
	unsigned int w = bucket / 64;
	u64 bits = book->bitmap[w] & (BIT_ULL(bucket % 64) - 1);
	u16 words;

	if (bits)
		return (int)(w * 64) + fls64(bits) - 1;
	words = book->summary & ((1U << w) - 1);
	if (!words)
		return -1;
	w = (unsigned int)fls(words) - 1;
	return (int)(w * 64) + fls64(book->bitmap[w]) - 1;
}

/*
 * The first of a marked bucket. NULL if nobody stands in it or the first one does not belong there:
 * who can change the runqueue has mx_rq_verify() look at it then.
 */
static inline struct mx_node *first(const struct mx_book *book, int bucket)
{
	struct mx_node *tail = book->tail[bucket];

	if (unlikely(!tail || !tail->next || tail->next->bucket != bucket))
		return NULL;
	return tail->next;
}

/* The better of the buckets @general and @feeder (-1: none); at a tie the longer wait wins. */
static struct mx_node *better(const struct mx_runqueue *rq, int general, int feeder)
{
	struct mx_node *g, *f;

	if (general > feeder)
		return first(&rq->book[MX_BOOK_GENERAL], general);
	if (feeder < 0)
		return NULL;
	f = first(&rq->book[MX_BOOK_FEEDER], feeder);
	if (feeder > general)
		return f;
	g = first(&rq->book[MX_BOOK_GENERAL], general);
	if (unlikely(!f || !g))
		return NULL;
	return f->since_ns < g->since_ns ? f : g;
}

/**
 * mx_rq_best() - the winner of the auction
 * @rq: runqueue
 *
 * Return: the dearest node that clears its own book's reserve, first come first served inside a
 * bucket; NULL if none clears.
 */
struct mx_node *mx_rq_best(const struct mx_runqueue *rq)
{
	int general = book_top(&rq->book[MX_BOOK_GENERAL]);
	int feeder = book_top(&rq->book[MX_BOOK_FEEDER]);

	if (general < (int)READ_ONCE(rq->book[MX_BOOK_GENERAL].reserve))
		general = -1;
	if (feeder < (int)READ_ONCE(rq->book[MX_BOOK_FEEDER].reserve))
		feeder = -1;
	return better(rq, general, feeder);
}

/**
 * mx_rq_top() - the dearest node, whether it clears its reserve or not
 * @rq: runqueue
 *
 * Return: NULL if nothing waits.
 */
struct mx_node *mx_rq_top(const struct mx_runqueue *rq)
{
	return better(rq, book_top(&rq->book[MX_BOOK_GENERAL]),
		      book_top(&rq->book[MX_BOOK_FEEDER]));
}

/**
 * mx_rq_verify() - look whether a runqueue in which nobody was found is sound
 * @rq: runqueue
 *
 * A fixed number of steps, too: the dearest bucket of each book, and the count. If they contradict
 * each other the runqueue is closed, and @rq->breach says why.
 *
 * Return: whether it is sound.
 */
bool mx_rq_verify(struct mx_runqueue *rq)
{
	bool marked = false;
	int i, top;

	for (i = 0; i < MX_BOOKS && !rq->breach; i++) {
		top = book_top(&rq->book[i]);
		if (!rq->book[i].summary)
			continue;
		marked = true;
		if (top < 0 || !rq->book[i].tail[top])
			close_rq(rq, MX_BREACH_MARK);
		else if (!first(&rq->book[i], top))
			close_rq(rq, MX_BREACH_PLACE);
	}
	if (!rq->breach && marked != !!rq->nr_queued)
		close_rq(rq, MX_BREACH_COUNT);
	return !rq->breach;
}

/**
 * mx_rq_next() - the node after one, in order of its book
 * @rq: runqueue
 * @node: queued in @rq
 *
 * Return: the next of the bucket, else the first of the next cheaper bucket of the same book; NULL
 * at the end.
 */
struct mx_node *mx_rq_next(const struct mx_runqueue *rq, const struct mx_node *node)
{
	const struct mx_book *book = &rq->book[node->book];
	int below;

	if (node != book->tail[node->bucket])
		return node->next;
	below = book_below(book, node->bucket);
	return below < 0 ? NULL : first(book, below);
}

/* The first node of @bucket with another tag than @tag, or NULL; a few are looked at. */
static struct mx_node *foreign(const struct mx_book *book, int bucket, u16 tag)
{
	struct mx_node *tail = book->tail[bucket], *node;
	int i;

	if (unlikely(!tail))
		return NULL;
	node = tail->next;
	if ((s32)(tail->other - node->seq) < 0)
		return tail->tag == tag ? NULL : node;
	for (i = 0; i < MX_RIVAL_NODES; i++, node = node->next) {
		if (node->tag != tag)
			return node;
		if (node == tail)
			return NULL;
	}
	/* Somebody else is in there, or was while these waited: any bid will do for a price. */
	return node;
}

/*
 * The dearest such node of a book that clears its reserve. Who fills more buckets than are looked
 * at pays his own price for it: he must not hide the others behind his own bids.
 */
static struct mx_node *book_rival(const struct mx_book *book, u16 tag)
{
	int reserve = READ_ONCE(book->reserve), bucket = book_top(book), i;
	struct mx_node *node;

	/* No bucket at all is -1, below every reserve. */
	for (i = 0; bucket >= reserve; i++) {
		if (i == MX_RIVAL_BUCKETS)
			return first(book, bucket);
		node = foreign(book, bucket, tag);
		if (node)
			return node;
		bucket = book_below(book, (unsigned int)bucket);
	}
	return NULL;
}

/**
 * mx_rq_rival() - the best bid that competes with those of a tag
 * @rq: runqueue
 * @tag: tag of a wallet, not 0
 *
 * Buckets that hold this tag alone are skipped whole, and no more than %MX_RIVAL_BUCKETS of each
 * book, so it takes a bounded number of steps however many tasks the wallet has.
 *
 * Return: the dearest node with another tag that clears its own book's reserve, or a dearer one,
 * perhaps of the same tag, where that takes too long to find; NULL if there is none.
 */
struct mx_node *mx_rq_rival(const struct mx_runqueue *rq, u16 tag)
{
	struct mx_node *general = book_rival(&rq->book[MX_BOOK_GENERAL], tag);
	struct mx_node *feeder = book_rival(&rq->book[MX_BOOK_FEEDER], tag);

	if (!general || !feeder)
		return general ? general : feeder;
	return feeder->bid > general->bid ? feeder : general;
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
		close_rq(rq, MX_BREACH_SLOT);
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

/**
 * mx_rq_parked() - how many nodes wait below the reserve
 * @rq: runqueue
 *
 * For reports only: it walks the buckets below the reserves.
 */
u32 mx_rq_parked(const struct mx_runqueue *rq)
{
	u32 parked = 0;
	int i, b;

	for (i = 0; i < MX_BOOKS; i++) {
		const struct mx_book *book = &rq->book[i];

		for (b = book_below(book, book->reserve); b >= 0; b = book_below(book, b))
			parked += book->nr[b];
	}
	return parked;
}
