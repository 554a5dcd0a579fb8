/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deadlines of the core: a binary heap with a place for each timer, so that setting, moving and
 * cancelling one takes O(log n), and looking at the first O(1). Which of two that are due at the
 * same time comes first does not depend on the order in which they were set.
 */
#ifndef GOSSIP_TIMERS_H
#define GOSSIP_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct timers - deadlines by number
 * @when: by timer, only meaningful while it is in the heap
 * @place: by timer, index in @heap plus one; 0 is not set
 * @heap: timers
 * @nr: in the heap
 */
struct timers {
	uint64_t *when;
	uint32_t *place;
	uint32_t *heap;
	uint32_t nr;
};

bool timers_create(struct timers *t, uint32_t capacity);
void timers_destroy(struct timers *t);
void timers_set(struct timers *t, uint32_t timer, uint64_t when_ns);
void timers_cancel(struct timers *t, uint32_t timer);
bool timers_is_set(const struct timers *t, uint32_t timer);
uint64_t timers_first(const struct timers *t);
bool timers_pop(struct timers *t, uint64_t now_ns, uint32_t *timer);

#endif /* GOSSIP_TIMERS_H */
