// SPDX-License-Identifier: GPL-2.0
/*
 * Beacons over UDP: one datagram to the group, or one to each member; and none at all, which costs
 * what the measurement itself does.
 */
#include "beacons.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define PORT 7465
#define GROUP "239.77.1.1"

static struct sockaddr_in to[MEMBERS_MAX];
static int sock, nr_to;

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in out = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	inet_pton(AF_INET, text, &out.sin_addr);
	return out;
}

static int open_socket(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&any, sizeof(any)))
		give_up("UDP socket");
	return sock;
}

static int open_multicast(int me, int members)
{
	struct ip_mreqn req = { .imr_ifindex = if_nametoindex("eth0") };

	(void)me;
	(void)members;
	to[0] = address(GROUP);
	nr_to = 1;
	req.imr_multiaddr = to[0].sin_addr;
	open_socket();
	if (setsockopt(sock, IPPROTO_IP, IP_ADD_MEMBERSHIP, &req, sizeof(req)) ||
	    setsockopt(sock, IPPROTO_IP, IP_MULTICAST_IF, &req, sizeof(req)))
		give_up("multicast");
	return sock;
}

static int open_unicast(int me, int members)
{
	char text[ADDRESS_LEN];

	(void)me;
	for (nr_to = 0; nr_to < members - 1; nr_to++) {
		address_of(text, -1, nr_to + 1);
		to[nr_to] = address(text);
	}
	return open_socket();
}

static void send_udp(const struct beacon *beacon)
{
	for (int i = 0; i < nr_to; i++)
		sendto(sock, beacon, sizeof(*beacon), 0, (struct sockaddr *)&to[i], sizeof(to[i]));
}

static size_t receive_udp(struct beacon *beacon)
{
	ssize_t len = recv(sock, beacon, sizeof(*beacon), 0);

	return len < 0 ? 0 : len;
}

static int open_none(int me, int members)
{
	(void)me;
	(void)members;
	return -1;
}

static void send_none(const struct beacon *beacon)
{
	(void)beacon;
}

static size_t receive_none(struct beacon *beacon)
{
	(void)beacon;
	return 0;
}

const struct transport udp_multicast = { "udp-multicast", open_multicast, send_udp, receive_udp };
const struct transport udp_unicast = { "udp-unicast", open_unicast, send_udp, receive_udp };
const struct transport none_transport = { "none", open_none, send_none, receive_none };
