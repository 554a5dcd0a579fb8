// SPDX-License-Identifier: GPL-2.0
/*
 * The table of nodes: open addressing with linear probing over names, hashed with a key that nobody
 * outside knows, so that nobody can choose names that collide.
 */
#include <stdlib.h>
#include <string.h>

#include "member.h"

/* Looks at most; the hash is at most half full, so that random names stay far below. */
#define LOOKS_MAX 64

/* Finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014, section 3). */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Byte by byte, so that it is the same on every machine. */
static uint64_t word(const uint8_t *byte)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 8 | byte[i];
	return value;
}

/**
 * id_hash() - a number for a name
 * @id: name
 * @key: random; who does not know it cannot choose names that come to the same number
 *
 * Return: any number.
 */
uint64_t id_hash(const struct gw_id *id, uint64_t key)
{
	return mix(mix(key ^ word(id->byte)) ^ word(id->byte + 8));
}

static uint32_t home(const struct members *t, const struct gw_id *id)
{
	return (uint32_t)id_hash(id, t->key) & t->mask;
}

/**
 * members_create() - take the memory
 * @t: written
 * @capacity: nodes, at least 1
 * @key: random
 *
 * Return: whether there was enough.
 */
bool members_create(struct members *t, uint32_t capacity, uint64_t key)
{
	uint32_t length = 16;

	while (length < 2 * capacity)
		length *= 2;
	memset(t, 0, sizeof(*t));
	t->capacity = capacity;
	t->mask = length - 1;
	t->key = key;
	t->slot = calloc(capacity, sizeof(*t->slot));
	t->order = calloc(capacity, sizeof(*t->order));
	t->place = calloc(capacity, sizeof(*t->place));
	t->hash = calloc(length, sizeof(*t->hash));
	if (!t->slot || !t->order || !t->place || !t->hash)
		return false;
	/* Behind the last one that is used, the order lists the slots that are free. */
	for (length = 0; length < capacity; length++)
		t->order[length] = length;
	return true;
}

/**
 * members_destroy() - give the memory back
 * @t: created, or all zeros
 */
void members_destroy(struct members *t)
{
	free(t->slot);
	free(t->order);
	free(t->place);
	free(t->hash);
}

static bool look(const struct members *t, const struct gw_id *id, uint32_t *at)
{
	uint32_t i, looks;

	for (i = home(t, id), looks = 0; looks < LOOKS_MAX; i = (i + 1) & t->mask, looks++) {
		*at = i;
		if (!t->hash[i])
			return false;
		if (!memcmp(&t->slot[t->hash[i] - 1].id, id, sizeof(*id)))
			return true;
	}
	*at = UINT32_MAX;
	return false;
}

/**
 * members_find() - a node by its name
 * @t: table
 * @id: name
 *
 * Return: the node; NULL if it is not known.
 */
struct member *members_find(const struct members *t, const struct gw_id *id)
{
	uint32_t at;

	return look(t, id, &at) ? &t->slot[t->hash[at] - 1] : NULL;
}

/**
 * members_add() - make room for a node
 * @t: table
 * @id: its name, which is not in the table
 *
 * Return: the node, all zeros but its name; NULL if there is no room.
 */
struct member *members_add(struct members *t, const struct gw_id *id)
{
	struct member *m;
	uint32_t at, slot;

	if (t->nr == t->capacity || look(t, id, &at) || at == UINT32_MAX)
		return NULL;
	slot = t->order[t->nr];
	t->place[slot] = t->nr++;
	t->hash[at] = slot + 1;
	m = &t->slot[slot];
	memset(m, 0, sizeof(*m));
	m->id = *id;
	m->used = true;
	return m;
}

/* Close the gap in the hash: whoever stands behind it and could stand in it moves there. */
static void close_gap(struct members *t, uint32_t gap)
{
	uint32_t i = gap, start;

	for (;;) {
		i = (i + 1) & t->mask;
		if (!t->hash[i])
			break;
		start = home(t, &t->slot[t->hash[i] - 1].id);
		if (((i - start) & t->mask) < ((i - gap) & t->mask))
			continue;
		t->hash[gap] = t->hash[i];
		gap = i;
	}
	t->hash[gap] = 0;
}

/**
 * members_remove() - forget a node
 * @t: table
 * @m: node; the last one of the order takes its place there
 */
void members_remove(struct members *t, struct member *m)
{
	uint32_t slot = members_slot(t, m), place = t->place[slot], last, at;

	if (!look(t, &m->id, &at))
		return;
	close_gap(t, at);
	last = t->order[--t->nr];
	t->order[place] = last;
	t->place[last] = place;
	t->order[t->nr] = slot;
	m->used = false;
}

/**
 * bucket_take() - take tokens, if there are enough
 * @b: bucket
 * @now_ns: time
 * @rate_per_s: at which it fills
 * @burst: that it holds
 * @amount: that is taken
 * @reserve: that has to remain
 *
 * Return: whether they were taken.
 */
bool bucket_take(struct bucket *b, uint64_t now_ns, double rate_per_s, double burst, double amount,
		 double reserve)
{
	if (!b->last_ns)
		b->tokens = burst;
	else if (now_ns > b->last_ns)
		b->tokens += rate_per_s * ((double)(now_ns - b->last_ns) / 1e9);
	if (b->tokens > burst)
		b->tokens = burst;
	b->last_ns = now_ns ? now_ns : 1;
	if (b->tokens < amount + reserve)
		return false;
	b->tokens -= amount;
	return true;
}
