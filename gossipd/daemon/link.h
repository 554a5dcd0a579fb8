/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transports beside UDP: plug-ins, loaded when the daemon starts if the settings want them and the
 * machine has them. What one needs of libraries is its own affair, so the daemon starts without.
 *
 * A plug-in exports one symbol, %LINK_SYMBOL, a struct link_ops. All calls come from the thread of
 * the loop, and so do the calls of struct link_user; none of them waits.
 */
#ifndef GOSSIPD_LINK_H
#define GOSSIPD_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "config.h"
#include "gossip.h"

/* One more with each change of what is below. */
#define LINK_ABI 1
#define LINK_SYMBOL "gossipd_link"

#define LINK_RAILS_MAX 8
#define LINK_NAME_LEN 72
#define LINK_ADDR_LEN 48
#define LINK_WHY_LEN 96

/* What became of datagrams on one rail, and of the rail itself. */
enum link_counter {
	LINK_RECEIVED,		/* given to the core */
	LINK_RECEIVED_BYTES,
	LINK_SENT,		/* taken by the hardware */
	LINK_SENT_BYTES,
	LINK_OWN,		/* received: own multicast, come back */
	LINK_TOO_SHORT,		/* received: not even a header */
	LINK_TOO_LONG,		/* received: longer than any of ours */
	LINK_EMPTY,		/* received: times that no buffer was left to the hardware */
	LINK_BAD,		/* received: completions with an error */
	LINK_MTU,		/* not sent: longer than the port takes */
	LINK_BUSY,		/* not sent: all buffers are on their way */
	LINK_NO_HANDLE,		/* not sent: the address is not resolved (yet) */
	LINK_FAILED,		/* not sent: by an error of the hardware or the library */
	LINK_HANDLES,		/* address handles made for nodes */
	LINK_JOINS,		/* the group was joined */
	LINK_LOSSES,		/* the rail was up, and no longer is */
	LINK_REFUSED,		/* it could not be opened, or the group not be joined */
	LINK_COUNTERS,
};

/* Of a rail, for people; how it gets from one to the next: rails.h. */
enum link_rail_state {
	LINK_RAIL_GONE,		/* there is no such device */
	LINK_RAIL_DOWN,		/* the port is not active */
	LINK_RAIL_OPENING,
	LINK_RAIL_JOINING,
	LINK_RAIL_UP,
	LINK_RAIL_BACKOFF,	/* something went wrong, it will be tried again */
	LINK_RAIL_STATES,
};

extern const char *const link_counter_names[LINK_COUNTERS];
extern const char *const link_rail_state_names[LINK_RAIL_STATES];

/**
 * struct link_rail - a rail: one port of one device
 * @name: device and port, as in mlx5_0:1
 * @address: own, from which the rail was opened; empty: none
 * @why: what was wrong last; empty if it is up
 * @state: enum link_rail_state
 * @active: what is not urgent goes here
 * @deaf: others hear something, this one does not
 * @ethernet: RoCE; else InfiniBand
 * @mtu_bytes: of a datagram of ours, at most; 0: not known
 * @buffers: that receive
 * @memory_bytes: registered with the device
 * @qp: number of the queue pair; 0: there is none
 * @mlid: of the group; 0 for RoCE
 * @counters: by enum link_counter
 */
struct link_rail {
	char name[LINK_NAME_LEN];
	char address[LINK_ADDR_LEN];
	char why[LINK_WHY_LEN];
	uint8_t state;
	bool active;
	bool deaf;
	bool ethernet;
	uint32_t mtu_bytes;
	uint32_t buffers;
	uint64_t memory_bytes;
	uint32_t qp;
	uint16_t mlid;
	uint64_t counters[LINK_COUNTERS];
};

/**
 * struct link_state - a transport as it is now
 * @up: at least one rail is
 * @group: address of the group for people
 * @failovers: times that another rail became the active one because that one was lost
 * @no_rail: datagrams that no rail was up for
 * @nr_rails: in @rail, among them those that are down
 * @rail: by their order of preference
 */
struct link_state {
	bool up;
	char group[LINK_ADDR_LEN];
	uint64_t failovers;
	uint64_t no_rail;
	size_t nr_rails;
	struct link_rail rail[LINK_RAILS_MAX];
};

/* How bad a line for the log is. */
enum link_log {
	LINK_LOG_WARNING,
	LINK_LOG_INFO,
	LINK_LOG_DEBUG,
};

/**
 * struct link_user - who wants the datagrams
 * @ctx: given to each
 * @receive: a datagram came; its bytes may be changed until the call ends, and are gone then
 * @drained: some came, and no more are there for now, or enough for one go
 * @changed: the transport came up or went
 * @log: a line for people
 * @random: 64 random bits
 */
struct link_user {
	void *ctx;
	void (*receive)(void *ctx, const struct gossip_addr *from, uint8_t *bytes, size_t len);
	void (*drained)(void *ctx);
	void (*changed)(void *ctx, bool up);
	void (*log)(void *ctx, enum link_log level, const char *text);
	uint64_t (*random)(void *ctx);
};

struct link;

/**
 * struct link_ops - a plug-in
 * @abi: %LINK_ABI
 * @name: of the transport
 * @number: that it has in struct gossip_addr
 * @open: begin to use what there is, and what comes later; 0, or a negative errno if that cannot
 *	be. That there is no port is no failure. The settings are copied: a reload gives them back.
 * @close: end it; the memory is given back when the loop has run again
 * @send: send a datagram now, or lose it; to the group on the active rail, if @urgent on all
 * @get_state: what there is, and the counters
 */
struct link_ops {
	uint32_t abi;
	const char *name;
	uint8_t number;
	int (*open)(struct link **out, uv_loop_t *loop, const struct config_infiniband *config,
		    const struct link_user *user);
	void (*close)(struct link *link);
	void (*send)(struct link *link, enum gossip_dest dest, const struct gossip_addr *to,
		     bool urgent, const uint8_t *bytes, size_t len);
	void (*get_state)(const struct link *link, struct link_state *state);
};

#endif /* GOSSIPD_LINK_H */
