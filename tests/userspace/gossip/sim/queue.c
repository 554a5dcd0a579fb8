// SPDX-License-Identifier: GPL-2.0
/*
 * What is due, in order of time, and of those at one time in the order in which they were asked
 * for: a binary heap.
 */
#include <stdlib.h>

#include "sim.h"

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

/**
 * sim_queue_push() - something will be due
 * @q: queue
 * @event: with its time; its order is given here
 */
void sim_queue_push(struct sim_queue *q, const struct sim_event *event)
{
	struct sim_event e = *event, *more;
	size_t i = q->nr;

	if (q->nr == q->room) {
		q->room = q->room ? 2 * q->room : 4096;
		more = realloc(q->heap, q->room * sizeof(*q->heap));
		if (!more)
			abort();
		q->heap = more;
	}
	e.order = q->order++;
	q->nr++;
	while (i && before(&e, &q->heap[(i - 1) / 2])) {
		q->heap[i] = q->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	q->heap[i] = e;
}

/**
 * sim_queue_pop() - what is due next
 * @q: queue
 * @event: written
 *
 * Return: false if nothing is.
 */
bool sim_queue_pop(struct sim_queue *q, struct sim_event *event)
{
	struct sim_event last;
	size_t i = 0, child;

	if (!q->nr)
		return false;
	*event = q->heap[0];
	last = q->heap[--q->nr];
	for (child = 1; child < q->nr; child = 2 * i + 1) {
		if (child + 1 < q->nr && before(&q->heap[child + 1], &q->heap[child]))
			child++;
		if (!before(&q->heap[child], &last))
			break;
		q->heap[i] = q->heap[child];
		i = child;
	}
	q->heap[i] = last;
	return true;
}

/**
 * sim_queue_free() - give its memory back
 * @q: queue; packets in it are the caller's business
 */
void sim_queue_free(struct sim_queue *q)
{
	free(q->heap);
	*q = (struct sim_queue){ 0 };
}
