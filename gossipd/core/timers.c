// SPDX-License-Identifier: GPL-2.0
/*
 * Deadlines of the core; see timers.h.
 */
#include <stdlib.h>

#include "timers.h"

/**
 * timers_create() - take the memory
 * @t: written
 * @capacity: timers are numbered from 0 to below that
 *
 * Return: whether there was enough.
 */
bool timers_create(struct timers *t, uint32_t capacity)
{
	t->when = calloc(capacity, sizeof(*t->when));
	t->place = calloc(capacity, sizeof(*t->place));
	t->heap = calloc(capacity, sizeof(*t->heap));
	t->nr = 0;
	return t->when && t->place && t->heap;
}

/**
 * timers_destroy() - give the memory back
 * @t: created, or all zeros
 */
void timers_destroy(struct timers *t)
{
	free(t->when);
	free(t->place);
	free(t->heap);
}

static bool before(const struct timers *t, uint32_t a, uint32_t b)
{
	return t->when[a] == t->when[b] ? a < b : t->when[a] < t->when[b];
}

static void put(struct timers *t, uint32_t at, uint32_t timer)
{
	t->heap[at] = timer;
	t->place[timer] = at + 1;
}

/* Towards the root, then towards the leaves: at most one of them moves anything. */
static void settle(struct timers *t, uint32_t at)
{
	uint32_t timer = t->heap[at], child;

	while (at && before(t, timer, t->heap[(at - 1) / 2])) {
		put(t, at, t->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (;;) {
		child = 2 * at + 1;
		if (child >= t->nr)
			break;
		if (child + 1 < t->nr && before(t, t->heap[child + 1], t->heap[child]))
			child++;
		if (!before(t, t->heap[child], timer))
			break;
		put(t, at, t->heap[child]);
		at = child;
	}
	put(t, at, timer);
}

/**
 * timers_set() - set or move a timer
 * @t: timers
 * @timer: which
 * @when_ns: when it is due
 */
void timers_set(struct timers *t, uint32_t timer, uint64_t when_ns)
{
	t->when[timer] = when_ns;
	if (!t->place[timer])
		put(t, t->nr++, timer);
	settle(t, t->place[timer] - 1);
}

/**
 * timers_cancel() - take a timer out
 * @t: timers
 * @timer: which; it need not be set
 */
void timers_cancel(struct timers *t, uint32_t timer)
{
	uint32_t at = t->place[timer], last;

	if (!at)
		return;
	t->place[timer] = 0;
	last = t->heap[--t->nr];
	if (last == timer)
		return;
	put(t, at - 1, last);
	settle(t, at - 1);
}

/**
 * timers_is_set() - whether a timer is to be due at some time
 * @t: timers
 * @timer: which
 *
 * Return: whether it is.
 */
bool timers_is_set(const struct timers *t, uint32_t timer)
{
	return t->place[timer] != 0;
}

/**
 * timers_first() - when the first one is due
 * @t: timers
 *
 * Return: time, or UINT64_MAX if none is set.
 */
uint64_t timers_first(const struct timers *t)
{
	return t->nr ? t->when[t->heap[0]] : UINT64_MAX;
}

/**
 * timers_pop() - take the first one out if it is due
 * @t: timers
 * @now_ns: time
 * @timer: written: which
 *
 * Return: whether one was due.
 */
bool timers_pop(struct timers *t, uint64_t now_ns, uint32_t *timer)
{
	if (timers_first(t) > now_ns)
		return false;
	*timer = t->heap[0];
	timers_cancel(t, *timer);
	return true;
}
