// SPDX-License-Identifier: GPL-2.0
/*
 * A red-black tree with a pointer to its first node, as the fair class keeps one, as a baseline of
 * the bench; see bench_book.h. The algorithm is that of Cormen et al., with a sentinel for leaves.
 */
#include "bench_book.h"

struct rb_node {
	struct rb_node *child[2];	/* dearer, cheaper */
	struct rb_node *parent;
	u64 seq;
	u32 bid;
	bool red;
};

struct rb_tree {
	struct rb_node leaf;
	struct rb_node *root;
	struct rb_node *first;
	struct rb_node *node;
	u64 seq;
	u32 reserve;
};

static void *create(u32 n)
{
	struct rb_tree *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->node = bench_alloc(n, sizeof(*t->node));
	t->root = &t->leaf;
	t->first = &t->leaf;
	if (t->node)
		return t;
	free(t);
	return NULL;
}

static void destroy(void *book)
{
	struct rb_tree *t = book;

	free(t->node);
	free(t);
}

static bool beats(const struct rb_node *a, const struct rb_node *b)
{
	return bench_beats(a->bid, a->seq, b->bid, b->seq);
}

/* Put @with where @node hangs. */
static void replace(struct rb_tree *t, const struct rb_node *node, struct rb_node *with)
{
	if (node->parent == &t->leaf)
		t->root = with;
	else
		node->parent->child[node->parent->child[1] == node] = with;
	with->parent = node->parent;
}

/* Rotate so that @node moves down to side @side. */
static void rotate(struct rb_tree *t, struct rb_node *node, int side)
{
	struct rb_node *up = node->child[!side];

	node->child[!side] = up->child[side];
	if (up->child[side] != &t->leaf)
		up->child[side]->parent = node;
	replace(t, node, up);
	up->child[side] = node;
	node->parent = up;
}

static void balance_insert(struct rb_tree *t, struct rb_node *node)
{
	while (node->parent->red) {
		struct rb_node *parent = node->parent, *grand = parent->parent;
		int side = grand->child[1] == parent;
		struct rb_node *uncle = grand->child[!side];

		if (uncle->red) {
			parent->red = false;
			uncle->red = false;
			grand->red = true;
			node = grand;
			continue;
		}
		if (parent->child[!side] == node) {
			node = parent;
			rotate(t, node, side);
			parent = node->parent;
		}
		parent->red = false;
		grand->red = true;
		rotate(t, grand, !side);
	}
	t->root->red = false;
}

static void insert(void *book, u32 i, u32 bid, u64 now_ns)
{
	struct rb_tree *t = book;
	struct rb_node *node = &t->node[i], *parent = &t->leaf, *at = t->root;
	bool first = true;
	int side = 0;

	(void)now_ns;
	node->bid = bid;
	node->seq = t->seq++;
	while (at != &t->leaf) {
		parent = at;
		side = !beats(node, at);
		first &= !side;
		at = at->child[side];
	}
	node->parent = parent;
	node->child[0] = &t->leaf;
	node->child[1] = &t->leaf;
	node->red = true;
	if (parent == &t->leaf)
		t->root = node;
	else
		parent->child[side] = node;
	if (first)
		t->first = node;
	balance_insert(t, node);
}

static void balance_remove(struct rb_tree *t, struct rb_node *node)
{
	while (node != t->root && !node->red) {
		struct rb_node *parent = node->parent;
		int side = parent->child[1] == node;
		struct rb_node *sibling = parent->child[!side];

		if (sibling->red) {
			sibling->red = false;
			parent->red = true;
			rotate(t, parent, side);
			sibling = parent->child[!side];
		}
		if (!sibling->child[0]->red && !sibling->child[1]->red) {
			sibling->red = true;
			node = parent;
			continue;
		}
		if (!sibling->child[!side]->red) {
			sibling->child[side]->red = false;
			sibling->red = true;
			rotate(t, sibling, !side);
			sibling = parent->child[!side];
		}
		sibling->red = parent->red;
		parent->red = false;
		sibling->child[!side]->red = false;
		rotate(t, parent, side);
		node = t->root;
	}
	node->red = false;
}

/* The outermost node below @node on side @side. */
static struct rb_node *outermost(struct rb_tree *t, struct rb_node *node, int side)
{
	while (node->child[side] != &t->leaf)
		node = node->child[side];
	return node;
}

static void remove_node(struct rb_tree *t, struct rb_node *node)
{
	struct rb_node *fix, *heir;
	bool was_red = node->red;

	/* The first node has no dearer child. */
	if (node == t->first)
		t->first = node->child[1] != &t->leaf ? outermost(t, node->child[1], 0) :
							node->parent;
	if (node->child[0] == &t->leaf || node->child[1] == &t->leaf) {
		fix = node->child[node->child[0] == &t->leaf];
		replace(t, node, fix);
	} else {
		heir = outermost(t, node->child[1], 0);
		was_red = heir->red;
		fix = heir->child[1];
		if (heir->parent == node) {
			fix->parent = heir;
		} else {
			replace(t, heir, fix);
			heir->child[1] = node->child[1];
			heir->child[1]->parent = heir;
		}
		replace(t, node, heir);
		heir->child[0] = node->child[0];
		heir->child[0]->parent = heir;
		heir->red = node->red;
	}
	if (!was_red)
		balance_remove(t, fix);
}

static void remove_item(void *book, u32 i)
{
	struct rb_tree *t = book;

	remove_node(t, &t->node[i]);
}

static u32 extract(void *book)
{
	struct rb_tree *t = book;
	struct rb_node *node = t->first;

	remove_node(t, node);
	return (u32)(node - t->node);
}

static u32 price(void *book, u32 reserve)
{
	struct rb_tree *t = book;

	WRITE_ONCE(t->reserve, reserve);
	return t->first != &t->leaf && t->first->bid >= READ_ONCE(t->reserve) ?
		       (u32)(t->first - t->node) : BENCH_NONE;
}

const struct bench_book bench_rbtree = {
	.name = "rbtree",
	.item_bytes = sizeof(struct rb_node),
	.fixed_bytes = sizeof(struct rb_tree),
	.create = create,
	.destroy = destroy,
	.insert = insert,
	.remove = remove_item,
	.extract = extract,
	.price = price,
};
