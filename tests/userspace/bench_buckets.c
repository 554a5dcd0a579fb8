// SPDX-License-Identifier: GPL-2.0
/*
 * The order book of the kernel module as a structure of the bench; see bench_book.h.
 */
#include "bench_book.h"
#include "policy.h"

struct buckets {
	struct mx_runqueue rq;
	struct mx_terms terms;
	u64 survival_ns;
	struct mx_node *node;
};

static void *create(u32 n)
{
	struct buckets *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	mx_rq_init(&b->rq);
	mx_terms_set(&b->terms, 4000, 500, 1000, 50);
	b->node = bench_alloc(n, sizeof(*b->node));
	if (b->node)
		return b;
	free(b);
	return NULL;
}

static void destroy(void *book)
{
	struct buckets *b = book;

	free(b->node);
	free(b);
}

static void insert(void *book, u32 i, u32 bid, u64 now_ns)
{
	struct buckets *b = book;
	struct mx_node *node = &b->node[i];

	node->bid = bid;
	node->bucket = mx_bucket(bid);
	node->since_ns = now_ns;
	mx_rq_enqueue(&b->rq, node);
}

static void remove_item(void *book, u32 i)
{
	struct buckets *b = book;

	mx_rq_dequeue(&b->rq, &b->node[i]);
}

static u32 extract(void *book)
{
	struct buckets *b = book;
	struct mx_node *node = mx_rq_best(&b->rq);

	mx_rq_dequeue(&b->rq, node);
	return (u32)(node - b->node);
}

static u32 auction(void *book, u64 now_ns)
{
	struct buckets *b = book;
	struct mx_pick pick;

	mx_pick(&b->rq, NULL, &b->terms, &b->survival_ns, now_ns, &pick);
	mx_rq_dequeue(&b->rq, pick.node);
	return (u32)(pick.node - b->node);
}

/* The kernel's way: one store, see reserve_set() in pricing.c. Rounded down to a bucket. */
static u32 price(void *book, u32 reserve)
{
	struct buckets *b = book;
	struct mx_node *node;

	WRITE_ONCE(b->rq.book[MX_BOOK_GENERAL].reserve, mx_bucket(reserve));
	node = mx_rq_best(&b->rq);
	return node ? (u32)(node - b->node) : BENCH_NONE;
}

const struct bench_book bench_buckets = {
	.name = "buckets",
	.item_bytes = sizeof(struct mx_node),
	.fixed_bytes = sizeof(struct mx_runqueue),
	.create = create,
	.destroy = destroy,
	.insert = insert,
	.remove = remove_item,
	.extract = extract,
	.auction = auction,
	.price = price,
};
