// SPDX-License-Identifier: GPL-2.0
/*
 * The order book: looking for bids, by price. See runqueue.h for the shape. Every function here but
 * mx_rq_parked() takes a fixed number of steps, whatever waits.
 */
#include "runqueue.h"

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
			mx_rq_close(rq, MX_BREACH_MARK);
		else if (!first(&rq->book[i], top))
			mx_rq_close(rq, MX_BREACH_PLACE);
	}
	if (!rq->breach && marked != !!rq->nr_queued)
		mx_rq_close(rq, MX_BREACH_COUNT);
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
