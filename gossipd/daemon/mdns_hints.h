/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What mDNS says about nodes, without mDNS: whether an announcement is of use, a bounded queue from
 * the thread that hears it to the loop, and a bounded table of what is left of it. Anybody on the
 * link can announce anything. So all of this is only where to say hello; the seal of the answer
 * decides who is there.
 */
#ifndef GOSSIPD_MDNS_HINTS_H
#define GOSSIPD_MDNS_HINTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "gossip.h"

/* Of DNS-SD: a label is 63 bytes, a string of a TXT record 255. */
#define MDNS_NAME_LEN 64
#define MDNS_TXT_BYTES_MAX 255
/* Strings of a record that are looked at. */
#define MDNS_TXT_MAX 16
#define MDNS_HINTS_MAX 64
#define MDNS_QUEUE_MAX 64
#define MDNS_WHY_LEN 96

/* What became of announcements. */
enum mdns_counter {
	MDNS_FOUND,		/* of use */
	MDNS_GONE,		/* taken back */
	MDNS_OWN,		/* of this node */
	MDNS_FOREIGN,		/* of another zone */
	MDNS_RUBBISH,		/* not as gossip-protocol.md has it, or an address of no host */
	MDNS_DROPPED,		/* no room in the queue, or too many at once */
	MDNS_DISPLACED,		/* hints that had to make room for others */
	MDNS_COUNTERS,
};

extern const char *const mdns_counter_names[MDNS_COUNTERS];

/**
 * struct mdns_string - a string of a TXT record; not terminated, may have any bytes
 * @bytes: it
 * @len: how many
 */
struct mdns_string {
	const uint8_t *bytes;
	size_t len;
};

/**
 * struct mdns_service - an announcement, as far as it tells one from others
 * @name: of the service
 * @interface: where it was heard
 * @protocol: by which; as Avahi counts them
 */
struct mdns_service {
	char name[MDNS_NAME_LEN];
	int interface;
	int protocol;
};

enum mdns_counter mdns_judge(const struct gw_id *self, uint16_t zone,
			     const struct mdns_string *txt, size_t nr,
			     const union config_addr *addr);

/**
 * struct mdns_change - what the thread tells the loop
 * @gone: it was taken back
 * @service: which
 * @addr: where it is, if it is not gone
 */
struct mdns_change {
	bool gone;
	struct mdns_service service;
	struct gossip_addr addr;
};

/**
 * struct mdns_queue - between the thread and the loop; each call may come from either
 * @lock: for all of it
 * @change: a circle
 * @first: the oldest
 * @nr: how many wait
 * @counters: of the thread
 * @up: it is announced, and heard
 * @why: name that it is announced by if it is up, or the reason why not
 * @news: how often @up or @why changed
 */
struct mdns_queue {
	pthread_mutex_t lock;
	struct mdns_change change[MDNS_QUEUE_MAX];
	size_t first;
	size_t nr;
	uint64_t counters[MDNS_COUNTERS];
	bool up;
	char why[MDNS_WHY_LEN];
	uint64_t news;
};

/**
 * struct mdns_state - how it goes, for people
 * @up: as in the queue
 * @why: likewise
 * @news: likewise
 */
struct mdns_state {
	bool up;
	char why[MDNS_WHY_LEN];
	uint64_t news;
};

void mdns_queue_init(struct mdns_queue *queue);
void mdns_queue_destroy(struct mdns_queue *queue);
bool mdns_queue_put(struct mdns_queue *queue, const struct mdns_change *change);
bool mdns_queue_take(struct mdns_queue *queue, struct mdns_change *change);
void mdns_queue_count(struct mdns_queue *queue, enum mdns_counter counter);
void mdns_queue_counters(struct mdns_queue *queue, uint64_t counters[MDNS_COUNTERS]);
void mdns_queue_tell(struct mdns_queue *queue, bool up, const char *why);
void mdns_queue_state(struct mdns_queue *queue, struct mdns_state *out);

/**
 * struct mdns_hints - where to say hello; all zeros is nowhere
 * @hint: each
 * @nr: how many
 * @next: of those, to be asked next
 */
struct mdns_hints {
	struct mdns_change hint[MDNS_HINTS_MAX];
	size_t nr;
	size_t next;
};

bool mdns_hints_apply(struct mdns_hints *hints, const struct mdns_change *change, uint64_t dice,
		      bool *displaced);
const struct gossip_addr *mdns_hints_next(struct mdns_hints *hints);

#endif /* GOSSIPD_MDNS_HINTS_H */
