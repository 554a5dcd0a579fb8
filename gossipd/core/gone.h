/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which datagrams of nodes that are not in the table any more were there before. Who has kept them
 * could bring a node back otherwise, and its crisis with it, as soon as it is forgotten.
 *
 * As many places as the table has, eight of them for one hash: the one that was forgotten first
 * makes room. So a search is bounded, and so is the memory.
 */
#ifndef GOSSIP_GONE_H
#define GOSSIP_GONE_H

#include <stdbool.h>
#include <stdint.h>

#include "member.h"

/**
 * struct gone - a node that was forgotten
 * @id: name; zeros are an empty place
 * @incarnation: the highest of its datagrams
 * @salt: of that incarnation
 * @highest: counter
 * @number: when it came here, counted by those who have
 * @told_ns: when it was last told that it is not taken; 0 is never
 */
struct gone {
	struct gw_id id;
	uint64_t incarnation;
	uint64_t salt;
	uint64_t highest;
	uint64_t number;
	uint64_t told_ns;
};

/**
 * struct gone_table - those of them that are kept
 * @place: in sets of eight
 * @nr_sets: how many sets
 * @key: of the hash
 * @number: of the last one that came
 */
struct gone_table {
	struct gone *place;
	uint32_t nr_sets;
	uint64_t key;
	uint64_t number;
};

bool gone_create(struct gone_table *t, uint32_t capacity, uint64_t key);
void gone_destroy(struct gone_table *t);
struct gone *gone_find(const struct gone_table *t, const struct gw_id *id);
void gone_add(struct gone_table *t, const struct gw_id *id, const struct seal_window *window);
void gone_remove(struct gone *gone);
void gone_window(const struct gone *gone, struct seal_window *window);

#endif /* GOSSIP_GONE_H */
