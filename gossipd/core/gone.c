// SPDX-License-Identifier: GPL-2.0
/*
 * What is kept of nodes that were forgotten: see gone.h.
 */
#include "gone.h"

#include <stdlib.h>
#include <string.h>

#define PLACES 8

/**
 * gone_create() - take the memory
 * @t: written
 * @capacity: nodes, at least 1; up to seven more are kept
 * @key: random
 *
 * Return: whether there was enough.
 */
bool gone_create(struct gone_table *t, uint32_t capacity, uint64_t key)
{
	memset(t, 0, sizeof(*t));
	t->key = key;
	t->nr_sets = (capacity + PLACES - 1) / PLACES;
	t->place = calloc((size_t)t->nr_sets * PLACES, sizeof(*t->place));
	return t->place;
}

/**
 * gone_destroy() - give the memory back
 * @t: created, or all zeros
 */
void gone_destroy(struct gone_table *t)
{
	free(t->place);
}

/* The places that a name may be in. */
static struct gone *set_of(const struct gone_table *t, const struct gw_id *id)
{
	return &t->place[(size_t)(id_hash(id, t->key) % t->nr_sets) * PLACES];
}

/**
 * gone_find() - what is kept of a node
 * @t: table
 * @id: its name
 *
 * Return: that; NULL if there is nothing.
 */
struct gone *gone_find(const struct gone_table *t, const struct gw_id *id)
{
	struct gone *set = set_of(t, id);
	uint32_t i;

	for (i = 0; i < PLACES; i++) {
		if (set[i].number && !memcmp(&set[i].id, id, sizeof(*id)))
			return &set[i];
	}
	return NULL;
}

/**
 * gone_add() - keep a node that is forgotten
 * @t: table
 * @id: its name, which is not in the table
 * @window: of its datagrams
 */
void gone_add(struct gone_table *t, const struct gw_id *id, const struct seal_window *window)
{
	struct gone *set = set_of(t, id), *oldest = set;
	uint32_t i;

	for (i = 1; i < PLACES; i++) {
		if (set[i].number < oldest->number)
			oldest = &set[i];
	}
	*oldest = (struct gone){
		.id = *id, .incarnation = window->incarnation, .salt = window->salt,
		.highest = window->highest, .number = ++t->number,
	};
}

/**
 * gone_remove() - it is in the table of nodes again
 * @gone: what gone_find() has found
 */
void gone_remove(struct gone *gone)
{
	memset(gone, 0, sizeof(*gone));
}

/**
 * gone_window() - the replay window as it has to go on
 * @gone: what is kept of a node
 * @window: written: all up to the highest counter have been seen
 */
void gone_window(const struct gone *gone, struct seal_window *window)
{
	window->incarnation = gone->incarnation;
	window->salt = gone->salt;
	window->highest = gone->highest;
	memset(window->seen, 0xff, sizeof(window->seen));
}
