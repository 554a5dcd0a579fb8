// SPDX-License-Identifier: GPL-2.0
/*
 * The order book, whole: what is queued, in its bitmaps, counts and lists, after every sequence of
 * a few operations. What single parts do in every state is in prove_search.c and prove_fifo.c.
 *
 * Three nodes whose buckets and books are the same constants all along, as memory reached by an
 * index that is not known costs a model checker too much; so there is a proof for each way in which
 * three places can lie to each other: in a bucket, in a word of the bitmap and in the next, at both
 * ends of the book, in two books. Whoever bids anew is taken out and put in elsewhere: for the
 * lists that is a node that leaves and another one that joins.
 */
#include "proof.h"
#include "runqueue.c"
#include "runqueue_search.c"

#define NODES 3
#define STEPS 4

static struct mx_runqueue rq;
static struct mx_node n0, n1, n2;
/* The model: nodes in the order in which they were queued. */
static struct mx_node *order[NODES];
static u32 nr;

static void remove_from_model(const struct mx_node *node)
{
	u32 i, to = 0;

	for (i = 0; i < NODES; i++)
		if (i < nr && order[i] != node)
			order[to++] = order[i];
	nr--;
}

static void put_in(struct mx_node *node)
{
	mx_rq_enqueue(&rq, node);
	CLAIM(node->queued, "it is in");
	order[nr++] = node;
}

static void take_out(struct mx_node *node)
{
	mx_rq_dequeue(&rq, node);
	CLAIM(!node->queued, "it is out");
	remove_from_model(node);
}

static void put_in_or_take_out(struct mx_node *node)
{
	if (node->queued)
		take_out(node);
	else
		put_in(node);
}

static void step(void)
{
	if (nondet_bool())
		put_in_or_take_out(&n0);
	else if (nondet_bool())
		put_in_or_take_out(&n1);
	else if (nondet_bool())
		put_in_or_take_out(&n2);
}

/* Bitmap, summary, counts and lists of a book say what the model says, of whatever bucket. */
static void check_book(u8 id)
{
	u32 bucket = any_u32(0, MX_BUCKETS - 1), in_bucket = 0, i;
	struct mx_node *first = NULL, *last = NULL;
	const struct mx_book *book = &rq.book[id];

	for (i = 0; i < NODES; i++) {
		if (i >= nr || order[i]->bucket != bucket || order[i]->book != id)
			continue;
		first = first ? first : order[i];
		last = order[i];
		in_bucket++;
	}
	CLAIM(book->nr[bucket] == in_bucket, "the count");
	CLAIM(book->tail[bucket] == last, "the last of the list");
	CLAIM(!last || (last->next == first && !first->prev), "the first of the list");
	CLAIM((book->bitmap[bucket / 64] >> (bucket % 64) & 1) == !!in_bucket, "the bitmap");
	CLAIM((book->summary >> (bucket / 64) & 1) == !!book->bitmap[bucket / 64], "the summary");
	CLAIM(book->summary >> MX_BUCKET_WORDS == 0, "nothing beyond the summary");
}

/* Nodes of one arrival slot stand in it in the order in which they came. */
static void check_slot(void)
{
	const struct mx_node *last = rq.slot[n0.slot], *node = last;
	u32 i;

	CLAIM((rq.slot_map[n0.slot / 64] >> (n0.slot % 64) & 1) == !!nr, "the map of slots");
	CLAIM(!last == !nr, "the slot is empty if nobody waits");
	for (i = 0; i < NODES; i++) {
		if (i >= nr)
			break;
		node = node->slot_next;
		CLAIM(node == order[i], "the order in the slot");
	}
	CLAIM(node == last, "the slot holds no more than was queued");
}

static void place(struct mx_node *node, u16 bucket, u8 book, u64 since_ns)
{
	node->bucket = bucket;
	node->book = book;
	/* All in the first slot of the calendar; see prove_search.c for the others. */
	node->since_ns = since_ns;
}

static void check_sequences(void)
{
	int i;

	for (i = 0; i < STEPS; i++)
		step();
	CLAIM(rq.nr_queued == nr, "the count of all");
	CLAIM(rq.breach == MX_SOUND, "no false alarm");
	check_book(n0.book);
	if (n1.book != n0.book)
		check_book(n1.book);
	check_slot();
	REACHABLE(nr == NODES, "all wait");
	REACHABLE(nr == 0, "nobody waits");
}

/*
 * Marks, counts and lists after up to four operations, in whatever order, each of which puts one of
 * three nodes in or takes it out; all of one bucket.
 *
 * class: short
 * cbmc: --unwind 5
 * wraps: tag_add
 */
PROOF(book_agrees_in_one_bucket)
{
	place(&n0, 70, MX_BOOK_GENERAL, 20);
	place(&n1, 70, MX_BOOK_GENERAL, 10);
	place(&n2, 70, MX_BOOK_GENERAL, 30);
	check_sequences();
}

/*
 * The same in the last two buckets of a word of the bitmap and in the first one of the next.
 *
 * cbmc: --unwind 5
 * wraps: tag_add
 */
PROOF(book_agrees_across_two_words)
{
	place(&n0, 63, MX_BOOK_GENERAL, 20);
	place(&n1, 64, MX_BOOK_GENERAL, 10);
	place(&n2, 62, MX_BOOK_GENERAL, 30);
	check_sequences();
}

/*
 * The same at the ends of the book, and in the middle.
 *
 * cbmc: --unwind 5
 * wraps: tag_add
 */
PROOF(book_agrees_at_its_ends)
{
	place(&n0, 0, MX_BOOK_GENERAL, 20);
	place(&n1, MX_BUCKET_KTHREAD, MX_BOOK_GENERAL, 10);
	place(&n2, MX_BUCKET_BID_MAX, MX_BOOK_GENERAL, 30);
	check_sequences();
}

/*
 * The same with a bucket's number in both books.
 *
 * class: short
 * cbmc: --unwind 5
 * wraps: tag_add
 */
PROOF(book_agrees_in_two_books)
{
	place(&n0, 320, MX_BOOK_GENERAL, 20);
	place(&n1, 320, MX_BOOK_FEEDER, 10);
	place(&n2, 319, MX_BOOK_FEEDER, 30);
	check_sequences();
}

/*
 * Between the dearest buckets of both books the dearer one wins, and at a tie the longer wait,
 * whoever of two has come and whichever of them clears. Which bucket of a book is the dearest is in
 * prove_search.c.
 *
 * class: short
 * cbmc: --unwind 4
 * wraps: tag_add
 */
PROOF(winner_is_the_best_that_clears)
{
	place(&n0, 320, MX_BOOK_GENERAL, 20);
	place(&n1, 320, MX_BOOK_FEEDER, 10);
	place(&n2, 319, MX_BOOK_FEEDER, 5);
	put_in(&n0);
	put_in(&n1);
	put_in(&n2);
	n1.since_ns = any_u64(10, 30);
	CLAIM(!better(&rq, -1, -1), "nobody clears");
	CLAIM(better(&rq, 320, -1) == &n0, "one book alone");
	CLAIM(better(&rq, -1, 320) == &n1, "and the other");
	CLAIM(better(&rq, 320, 319) == &n0, "the dearer bucket");
	CLAIM(better(&rq, 320, 320) == (n1.since_ns < n0.since_ns ? &n1 : &n0), "the longer wait");
	REACHABLE(better(&rq, 320, 320) == &n0, "the general book's");
}
