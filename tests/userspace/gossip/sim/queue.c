// SPDX-License-Identifier: GPL-2.0
/*
 * What is due, in order of time, and of those at one time in the order in which they were asked
 * for: a heap of four children each, which is half as deep as a binary one, and four of its entries
 * are a line of the cache. The events themselves stay where they are.
 */
#include <stdlib.h>

#include "sim.h"

#define CHILDREN 4
#define ROOM_FIRST 4096

static bool before(const struct sim_due *a, const struct sim_due *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void *longer(void *array, size_t bytes)
{
	void *new = realloc(array, bytes);

	if (!new)
		abort();
	return new;
}

static void grow(struct sim_queue *q)
{
	uint32_t i;

	q->room = q->room ? 2 * q->room : ROOM_FIRST;
	q->due = longer(q->due, q->room * sizeof(*q->due));
	q->events = longer(q->events, q->room * sizeof(*q->events));
	for (i = q->nr; i < q->room; i++)
		q->due[i].event = i;
}

/**
 * sim_queue_push() - something will be due
 * @q: queue
 * @event: with its time
 */
void sim_queue_push(struct sim_queue *q, const struct sim_event *event)
{
	struct sim_due new = { .at = event->at, .order = q->order++ };
	uint32_t i = q->nr;

	/* No world has as many: those at one time would be mixed up. */
	if (!q->order)
		abort();
	if (q->nr == q->room)
		grow(q);
	new.event = q->due[q->nr++].event;
	q->events[new.event] = *event;
	while (i && before(&new, &q->due[(i - 1) / CHILDREN])) {
		q->due[i] = q->due[(i - 1) / CHILDREN];
		i = (i - 1) / CHILDREN;
	}
	q->due[i] = new;
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
	uint32_t i = 0, child, next, end, free;
	struct sim_due last;

	if (!q->nr)
		return false;
	free = q->due[0].event;
	*event = q->events[free];
	last = q->due[--q->nr];
	q->due[q->nr].event = free;
	for (next = 1; next < q->nr; next = CHILDREN * i + 1) {
		end = next + CHILDREN < q->nr ? next + CHILDREN : q->nr;
		for (child = next++; next < end; next++)
			if (before(&q->due[next], &q->due[child]))
				child = next;
		if (!before(&q->due[child], &last))
			break;
		q->due[i] = q->due[child];
		i = child;
	}
	if (q->nr)
		q->due[i] = last;
	return true;
}

/**
 * sim_queue_free() - give its memory back
 * @q: queue; packets in it are the caller's business
 */
void sim_queue_free(struct sim_queue *q)
{
	free(q->due);
	free(q->events);
	*q = (struct sim_queue){ 0 };
}
