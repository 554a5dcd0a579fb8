/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of nodes that this one knows: found by name in a bounded number of looks, gone
 * through in an order that depends on nothing but what happened. It never grows: who has no room
 * is counted.
 */
#ifndef GOSSIP_MEMBER_H
#define GOSSIP_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "coupling.h"
#include "gossip.h"
#include "seal.h"
#include "trust.h"
#include "wire.h"

/* Independent accusers of a suspect that are kept apart. */
#define ACCUSERS_MAX 8

/**
 * struct bucket - a token bucket
 * @tokens: in it
 * @last_ns: when they were counted; 0 is never: it is full
 */
struct bucket {
	double tokens;
	uint64_t last_ns;
};

/**
 * struct member - a node
 * @id: name
 * @used: there is one in this slot
 * @has_beacon: @beacon is one
 * @has_hello: @hello is one, and its key is pinned
 * @silent: three intervals are over
 * @unseen: it does not count as heard of
 * @crisis: it is in one
 * @excused: it has left, and is not expected any more
 * @passed_on: its last beacon came by others
 * @doubted: it was accused by a lower incarnation, or is unseen, and has not been heard itself or
 *	probed since
 * @counted_as: what it counts as, near.c
 * @zone: of cooling
 * @state: enum gossip_state
 * @site: index there
 * @supplies: bits of this node's chain of supplies that feed it as well
 * @near_at: where it is among the neighbours, near.c
 * @coupling: by place, and by what was learned
 * @margin_c: as it counts here
 * @beacon: its last
 * @trust: what is held against it
 * @window: of its datagrams
 * @rate: of its datagrams
 * @incarnation: the highest that is known
 * @refuted: that of its last refutation that was passed on
 * @heard_ns: when its last beacon came
 * @deaf_ns: time in which nobody listened, up to then
 * @direct_ns: when its last own datagram came
 * @addr: where its own datagrams come from by UDP
 * @ib_addr: likewise by InfiniBand
 * @counted: incarnation that @counter is of
 * @counter: by transport: highest of its datagrams that came by that
 * @link_ns: likewise: when
 * @group_counter: of the last that came by InfiniBand's group
 * @group_ns: when one came by InfiniBand's group; 0 if never
 * @learned: coupling that the temperatures have shown
 * @prior: coupling by place
 * @asks: how often it was asked for a beacon since the last one
 * @asked: who was last asked where it is
 * @asked_ns: when
 * @work: of signatures that are verified for it
 * @born_ns: when it came into the table
 * @state_ns: since when it is in its state
 * @edge_incarnation: of its last signed crisis
 * @edge_seq: the same
 * @hello: its identity
 * @accusers: who says that it is dead
 * @nr_accusers: how many
 * @last_asks: how often it was asked itself, since it is suspect
 * @state_deaf_ns: time in which nobody listened, up to @state_ns
 * @answered_ns: when it was last told what it is accused of
 * @pulled_ns: when its last pull of all was answered
 * @pulls: of its pulls of one node that are answered
 * @sent_ns: when it was last chosen as a peer
 * @rtt_ns: of the last probe
 */
struct member {
	/* What is looked at of all of them, again and again, side by side. */
	struct gw_id id;
	bool used;
	bool has_beacon;
	bool has_hello;
	bool silent;
	bool unseen;
	bool crisis;
	bool excused;
	bool passed_on;
	bool doubted;
	uint8_t counted_as;
	uint16_t zone;
	enum gossip_state state;
	uint32_t site;
	uint32_t supplies;
	uint32_t near_at;
	double coupling;
	double margin_c;
	struct gw_beacon beacon;
	struct trust_node trust;
	/* What a datagram of it changes. */
	struct seal_window window;
	struct bucket rate;
	uint64_t incarnation;
	uint64_t refuted;
	uint64_t heard_ns;
	uint64_t deaf_ns;
	uint64_t direct_ns;
	struct gossip_addr addr;
	struct gossip_addr ib_addr;
	uint64_t counted;
	uint64_t counter[GOSSIP_LINKS];
	uint64_t link_ns[GOSSIP_LINKS];
	uint64_t group_counter;
	uint64_t group_ns;
	struct coupling_learned learned;
	double prior;
	uint32_t asks;
	struct gw_id asked;
	uint64_t asked_ns;
	struct bucket work;
	uint64_t born_ns;
	uint64_t state_ns;
	uint64_t edge_incarnation;
	uint64_t edge_seq;
	struct gw_hello hello;
	struct gw_id accusers[ACCUSERS_MAX];
	uint32_t nr_accusers;
	uint32_t last_asks;
	uint64_t state_deaf_ns;
	uint64_t answered_ns;
	uint64_t pulled_ns;
	struct bucket pulls;
	uint64_t sent_ns;
	uint64_t rtt_ns;
};

/**
 * struct members - the table
 * @slot: nodes, anywhere
 * @capacity: of them
 * @order: slots that are used
 * @place: by slot: where it is in @order
 * @nr: of them
 * @hash: by hash of the name: slot plus one, 0 is empty
 * @mask: length of @hash less one
 * @key: of the hash
 */
struct members {
	struct member *slot;
	uint32_t capacity;
	uint32_t *order;
	uint32_t *place;
	uint32_t nr;
	uint32_t *hash;
	uint32_t mask;
	uint64_t key;
};

uint64_t id_hash(const struct gw_id *id, uint64_t key);
bool members_create(struct members *t, uint32_t capacity, uint64_t key);
void members_destroy(struct members *t);
struct member *members_find(const struct members *t, const struct gw_id *id);
struct member *members_add(struct members *t, const struct gw_id *id);
void members_remove(struct members *t, struct member *m);

bool bucket_take(struct bucket *b, uint64_t now_ns, double rate_per_s, double burst, double amount,
		 double reserve);

/* The node at a place of the order; places change only when one is removed. */
static inline struct member *members_at(const struct members *t, uint32_t index)
{
	return &t->slot[t->order[index]];
}

static inline uint32_t members_slot(const struct members *t, const struct member *m)
{
	return (uint32_t)(m - t->slot);
}

#endif /* GOSSIP_MEMBER_H */
