/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the sockets share; nobody else includes this.
 */
#ifndef GOSSIPD_UDP_INTERNAL_H
#define GOSSIPD_UDP_INTERNAL_H

#include <net/if.h>
#include <sys/socket.h>

#include "group.h"
#include "udp.h"

#define UDP_GROUPS_MAX 2
/* One that listens on all addresses of IPv6 comes with one for IPv4. */
#define UDP_SOCKETS_MAX (2 * CONFIG_LISTEN_MAX + UDP_GROUPS_MAX)
#define UDP_BATCH 16
/* A byte more than any of ours, so that a longer one shows. */
#define UDP_ROOM (GW_DATAGRAM_MAX + 1)

struct udp_socket {
	struct udp *udp;
	uv_poll_t poll;
	int fd;
	int family;
};

struct udp {
	struct udp_user user;
	struct udp_socket sockets[UDP_SOCKETS_MAX];
	size_t nr_sockets;
	/* The first ones send. */
	size_t nr_senders;
	struct group groups[UDP_GROUPS_MAX];
	size_t nr_groups;
	struct group_watch watch;
	size_t open_handles;
	unsigned int permille;
	uint32_t dice;
	uint64_t counters[UDP_COUNTERS];
	char interface[IF_NAMESIZE];
	struct sockaddr_storage from[UDP_BATCH];
	uint8_t bytes[UDP_BATCH][UDP_ROOM];
};

static inline socklen_t udp_length_of(const union config_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in) : sizeof(addr->in6);
}

int udp_set_int(int fd, int level, int option, int value);
int udp_open_sockets(struct udp *udp, uv_loop_t *loop, const struct daemon_config *config);
void udp_on_readable(uv_poll_t *poll, int status, int events);

#endif /* GOSSIPD_UDP_INTERNAL_H */
