// SPDX-License-Identifier: GPL-2.0
/*
 * A skip list (Pugh 1990) as a baseline of the bench; see bench_book.h. A quarter of the nodes of a
 * level stands in the next one as well. An item keeps the height that was drawn for it when the
 * list was made, so that inserting allocates nothing; heights do not depend on bids.
 */
#include "bench_book.h"
#include "common.h"

#define MAX_HEIGHT 12

struct skip_node {
	u64 seq;
	u32 bid;
	u32 height : 4;
	u32 item : 28;
	struct skip_node *next[];
};

struct skip_list {
	struct skip_node **node;	/* of an item; in the kernel the item would hold it */
	void *memory;
	u64 seq;
	u32 reserve;
	struct skip_node *head[MAX_HEIGHT];
};

static u32 draw_height(u64 *rng)
{
	u64 bits = rng_next(rng);
	u32 height = 1;

	while (height < MAX_HEIGHT && !(bits & 3)) {
		bits >>= 2;
		height++;
	}
	return height;
}

static size_t node_bytes(u32 height)
{
	return sizeof(struct skip_node) + height * sizeof(struct skip_node *);
}

/*
 * Lay the nodes of @n items out in @memory. Without a list, tell only how much they need: the
 * heights are the same every time.
 */
static size_t place_nodes(struct skip_list *l, char *memory, u32 n)
{
	u64 rng = 1990;
	size_t at = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		u32 height = draw_height(&rng);

		if (l) {
			l->node[i] = (struct skip_node *)(memory + at);
			l->node[i]->height = height;
			l->node[i]->item = i;
		}
		at += node_bytes(height);
	}
	return at;
}

static void destroy(void *book)
{
	struct skip_list *l = book;

	free(l->node);
	free(l->memory);
	free(l);
}

static void *create(u32 n)
{
	struct skip_list *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->node = bench_alloc(n, sizeof(struct skip_node *));
	l->memory = bench_alloc(place_nodes(NULL, NULL, n), 1);
	if (l->node && l->memory) {
		place_nodes(l, l->memory, n);
		return l;
	}
	destroy(l);
	return NULL;
}

static bool beats(const struct skip_node *a, const struct skip_node *b)
{
	return bench_beats(a->bid, a->seq, b->bid, b->seq);
}

/* Where the links to (or past) @node are, one for each of its levels. */
static void find(struct skip_list *l, const struct skip_node *node, struct skip_node ***link)
{
	struct skip_node **next = l->head;
	int level;

	for (level = MAX_HEIGHT - 1; level >= 0; level--) {
		while (next[level] && beats(next[level], node))
			next = next[level]->next;
		link[level] = &next[level];
	}
}

static void insert(void *book, u32 i, u32 bid, u64 now_ns)
{
	struct skip_list *l = book;
	struct skip_node *node = l->node[i];
	struct skip_node **link[MAX_HEIGHT];
	u32 level;

	(void)now_ns;
	node->bid = bid;
	node->seq = l->seq++;
	find(l, node, link);
	for (level = 0; level < node->height; level++) {
		node->next[level] = *link[level];
		*link[level] = node;
	}
}

static void remove_item(void *book, u32 i)
{
	struct skip_list *l = book;
	struct skip_node *node = l->node[i];
	struct skip_node **link[MAX_HEIGHT];
	u32 level;

	find(l, node, link);
	for (level = 0; level < node->height; level++)
		*link[level] = node->next[level];
}

static u32 extract(void *book)
{
	struct skip_list *l = book;
	struct skip_node *node = l->head[0];
	u32 level;

	for (level = 0; level < node->height; level++)
		l->head[level] = node->next[level];
	return node->item;
}

static u32 price(void *book, u32 reserve)
{
	struct skip_list *l = book;
	struct skip_node *first = l->head[0];

	WRITE_ONCE(l->reserve, reserve);
	return first && first->bid >= READ_ONCE(l->reserve) ? first->item : BENCH_NONE;
}

static size_t bytes(u32 n)
{
	return sizeof(struct skip_list) + n * sizeof(struct skip_node *) +
	       place_nodes(NULL, NULL, n);
}

const struct bench_book bench_skiplist = {
	.name = "skiplist",
	.create = create,
	.destroy = destroy,
	.insert = insert,
	.remove = remove_item,
	.extract = extract,
	.price = price,
	.bytes = bytes,
};
