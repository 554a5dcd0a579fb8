// SPDX-License-Identifier: GPL-2.0
/*
 * The lists of the order book: the circle of a bucket and that of an arrival slot are queues,
 * whatever order three nodes come and go in.
 */
#include "proof.h"
#include "runqueue.c"
#include "runqueue_search.c"

#define NODES 3
#define STEPS 5

static struct mx_node n0, n1, n2;
static struct mx_node *tail;
/* The model: who is in, in order. */
static const struct mx_node *order[NODES];
static u32 nr;

static bool leave_model(const struct mx_node *node)
{
	u32 i, to = 0;

	for (i = 0; i < NODES; i++)
		if (i < nr && order[i] != node)
			order[to++] = order[i];
	if (to == nr)
		return false;
	nr = to;
	return true;
}

static void bucket_step(struct mx_node *node)
{
	if (leave_model(node)) {
		CLAIM(bucket_del(&tail, node) == !nr, "it says whether the list is empty");
	} else {
		order[nr++] = node;
		bucket_add(&tail, node);
	}
}

static void slot_step(struct mx_node *node)
{
	if (leave_model(node)) {
		CLAIM(slot_del(&tail, node) == !nr, "it says whether the list is empty");
	} else {
		order[nr++] = node;
		slot_add(&tail, node);
	}
}

/* With the node a constant in each branch: see prove_book.c. */
#define ANY_STEP(step)			\
	do {				\
		if (nondet_bool())	\
			step(&n0);	\
		else if (nondet_bool())	\
			step(&n1);	\
		else			\
			step(&n2);	\
	} while (0)

/*
 * After any five joins and leaves the list of a bucket is the model's queue, in both directions.
 *
 * class: short
 * cbmc: --unwind 6
 */
PROOF(bucket_is_a_queue)
{
	const struct mx_node *node, *prev = NULL;
	u32 i;

	for (i = 0; i < STEPS; i++)
		ANY_STEP(bucket_step);
	node = tail;
	CLAIM(!tail == !nr, "empty if nobody is in");
	for (i = 0; i < NODES; i++) {
		if (i >= nr)
			break;
		node = node->next;
		CLAIM(node == order[i], "in the order in which they came");
		CLAIM(node->prev == prev, "and back");
		prev = node;
	}
	CLAIM(node == tail, "and nobody else");
	REACHABLE(nr == NODES, "all are in");
}

/*
 * The same for the list of an arrival slot.
 *
 * class: short
 * cbmc: --unwind 6
 */
PROOF(slot_is_a_queue)
{
	const struct mx_node *node, *prev = NULL;
	u32 i;

	for (i = 0; i < STEPS; i++)
		ANY_STEP(slot_step);
	node = tail;
	CLAIM(!tail == !nr, "empty if nobody is in");
	for (i = 0; i < NODES; i++) {
		if (i >= nr)
			break;
		node = node->slot_next;
		CLAIM(node == order[i], "in the order in which they came");
		CLAIM(node->slot_prev == prev, "and back");
		prev = node;
	}
	CLAIM(node == tail, "and nobody else");
	REACHABLE(nr == NODES, "all are in");
}
