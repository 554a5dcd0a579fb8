/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Datagrams over UDP, IPv4 and IPv6: a socket for each address that the daemon listens on, from
 * which everything is sent, so that whoever hears us can answer; and a socket for each multicast
 * group, which only receives.
 *
 * Nothing waits: what the network does not take now is lost, and counted. Nothing is fragmented.
 */
#ifndef GOSSIPD_UDP_H
#define GOSSIPD_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "config.h"
#include "gossip.h"

/* What became of datagrams below the core. */
enum udp_counter {
	UDP_RECEIVED,
	UDP_SENT,
	UDP_TOO_LONG,		/* received: longer than any of ours */
	UDP_OVERRUN,		/* received: the kernel had no room, as we were too slow */
	UDP_NO_ROUTE,		/* sent: ENETUNREACH, EHOSTUNREACH, ENETDOWN, no address or group */
	UDP_MTU,		/* sent: EMSGSIZE, longer than the interface takes */
	UDP_BUSY,		/* sent: EAGAIN, ENOBUFS */
	UDP_REFUSED,		/* sent: by a firewall, or nobody listens there */
	UDP_FAILED,		/* sent: anything else */
	UDP_DROPPED,		/* both: by the daemon itself, for a test */
	UDP_COUNTERS,
};

extern const char *const udp_counter_names[UDP_COUNTERS];

/**
 * struct udp_user - who wants the datagrams
 * @ctx: given to each
 * @receive: a datagram came; its bytes may be changed
 * @drained: some came, and no more are there for now, or enough for one go
 */
struct udp_user {
	void *ctx;
	void (*receive)(void *ctx, const struct gossip_addr *from, uint8_t *bytes, size_t len);
	void (*drained)(void *ctx);
};

struct udp;

int udp_open(struct udp **out, uv_loop_t *loop, const struct daemon_config *config,
	     const struct udp_user *user);
void udp_close(struct udp *udp);
void udp_send(struct udp *udp, enum gossip_dest dest, const struct gossip_addr *to,
	      const uint8_t *bytes, size_t len);
void udp_lose(struct udp *udp, unsigned int permille);
void udp_get_counters(struct udp *udp, uint64_t counters[UDP_COUNTERS]);
bool udp_joined(const struct udp *udp);

#endif /* GOSSIPD_UDP_H */
