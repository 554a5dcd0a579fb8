/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes of the zone that are found by mDNS, through the Avahi daemon of the machine; and this node,
 * announced to the others. Avahi's library waits for answers of its daemon for up to half a minute,
 * so it has a thread of its own, and the loop gets what it finds by a bounded queue.
 *
 * The library is loaded when this is turned on. Without it, without the daemon, or when that goes
 * away, the node goes on without mDNS, says so once, and tries again.
 */
#ifndef GOSSIPD_MDNS_H
#define GOSSIPD_MDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "gossip.h"
#include "mdns_hints.h"

#define MDNS_LIBRARY "libavahi-client.so.3"

/**
 * struct mdns_settings - what to announce, and what to look for
 * @library: name of Avahi's library; NULL: %MDNS_LIBRARY
 * @type: of the service, such as _name._udp
 * @interface: where; NULL: everywhere
 * @name: of this node's service, at most 63 bytes
 * @self: this node
 * @zone: its zone
 * @port: that it listens at
 */
struct mdns_settings {
	const char *library;
	const char *type;
	const char *interface;
	const char *name;
	struct gw_id self;
	uint16_t zone;
	uint16_t port;
};

/**
 * struct mdns_user - who wants to know
 * @ctx: given to it
 * @hint: there is one more place to say hello at
 */
struct mdns_user {
	void *ctx;
	void (*hint)(void *ctx);
};

/**
 * struct mdns_status - how it goes
 * @state: whether it is announced
 * @hints: places to say hello at
 * @counters: of announcements
 */
struct mdns_status {
	struct mdns_state state;
	size_t hints;
	uint64_t counters[MDNS_COUNTERS];
};

struct mdns;

int mdns_open(struct mdns **out, uv_loop_t *loop, const struct mdns_settings *settings,
	      const struct mdns_user *user);
void mdns_close(struct mdns *mdns, unsigned int wait_ms);
const struct gossip_addr *mdns_next(struct mdns *mdns);
void mdns_get_status(struct mdns *mdns, struct mdns_status *out);

#endif /* GOSSIPD_MDNS_H */
