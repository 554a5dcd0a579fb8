// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams through sockets.
 */
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "log.h"
#include "udp_internal.h"

/* Batches in one go, so that timers and other sockets get their turn in a flood. */
#define UDP_BATCHES 8

const char *const udp_counter_names[UDP_COUNTERS] = {
	[UDP_RECEIVED] = "received",
	[UDP_SENT] = "sent",
	[UDP_TOO_LONG] = "too-long",
	[UDP_OVERRUN] = "overrun",
	[UDP_NO_ROUTE] = "no-route",
	[UDP_MTU] = "mtu",
	[UDP_BUSY] = "busy",
	[UDP_REFUSED] = "refused",
	[UDP_FAILED] = "failed",
	[UDP_DROPPED] = "dropped",
};

/* For a test, so nobody cares how good these are. */
static bool lost(struct udp *udp)
{
	if (!udp->permille)
		return false;
	udp->dice = udp->dice * 1664525 + 1013904223;
	if ((udp->dice >> 8) % 1000 >= udp->permille)
		return false;
	udp->counters[UDP_DROPPED]++;
	return true;
}

/* One batch; how many came, below 0 if there are no more. */
static int receive_batch(struct udp_socket *sock)
{
	struct udp *udp = sock->udp;
	struct mmsghdr msgs[UDP_BATCH] = { 0 };
	struct iovec iov[UDP_BATCH];
	struct gossip_addr from;
	int nr, i;

	for (i = 0; i < UDP_BATCH; i++) {
		iov[i] = (struct iovec){ udp->bytes[i], UDP_ROOM };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
		msgs[i].msg_hdr.msg_name = &udp->from[i];
		msgs[i].msg_hdr.msg_namelen = sizeof(udp->from[i]);
	}
	/* Errors are those of datagrams that were sent: there may be more behind them. */
	nr = recvmmsg(sock->fd, msgs, UDP_BATCH, MSG_DONTWAIT, NULL);
	if (nr < 0)
		return errno == EAGAIN ? -EAGAIN : 0;
	for (i = 0; i < nr; i++) {
		udp->counters[UDP_RECEIVED]++;
		if (msgs[i].msg_len > GW_DATAGRAM_MAX)
			udp->counters[UDP_TOO_LONG]++;
		else if (addr_from_sock((struct sockaddr *)&udp->from[i], &from) && !lost(udp))
			udp->user.receive(udp->user.ctx, &from, udp->bytes[i], msgs[i].msg_len);
	}
	return nr == UDP_BATCH ? nr : -EAGAIN;
}

/**
 * udp_on_readable() - datagrams are there
 * @poll: of which socket
 * @status: below 0 if the socket has an error, upon which libuv has stopped
 * @events: not used
 */
void udp_on_readable(uv_poll_t *poll, int status, int events)
{
	struct udp_socket *sock = poll->data;
	int batches = UDP_BATCHES, err = 0;
	socklen_t len = sizeof(err);

	(void)events;
	if (status < 0) {
		/* Whoever may destroys sockets (sock_diag); ours stay bound, and go on. */
		getsockopt(sock->fd, SOL_SOCKET, SO_ERROR, &err, &len);
		log_warning("a socket had an error: %s", strerror(err));
		uv_poll_start(poll, UV_READABLE, udp_on_readable);
	}
	while (batches-- && receive_batch(sock) >= 0)
		;
	sock->udp->user.drained(sock->udp->user.ctx);
}

static void rejoin(void *ctx, bool changed)
{
	struct udp *udp = ctx;
	struct ip_mreqn out = { .imr_ifindex = 0 };
	int index = udp->interface[0] ? if_nametoindex(udp->interface) : 0;
	size_t i;

	for (i = 0; i < udp->nr_groups; i++)
		group_join(&udp->groups[i], changed);
	/* What is sent to the group goes out where the interface is now. */
	out.imr_ifindex = index;
	for (i = 0; index && changed && i < udp->nr_senders; i++) {
		if (udp->sockets[i].family == AF_INET)
			setsockopt(udp->sockets[i].fd, IPPROTO_IP, IP_MULTICAST_IF, &out,
				   sizeof(out));
		else
			udp_set_int(udp->sockets[i].fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
	}
}

/**
 * udp_open() - open all sockets, or none
 * @out: set
 * @loop: the loop
 * @config: [Node] listen, [Multicast]
 * @user: who wants the datagrams; copied
 *
 * A group that cannot be joined is no failure: that is tried again.
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int udp_open(struct udp **out, uv_loop_t *loop, const struct daemon_config *config,
	     const struct udp_user *user)
{
	struct udp *udp = calloc(1, sizeof(*udp));
	int err;

	if (!udp)
		return -ENOMEM;
	udp->user = *user;
	if (config->multicast.interface)
		strncpy(udp->interface, config->multicast.interface, sizeof(udp->interface) - 1);
	err = group_watch_start(&udp->watch, loop, rejoin, udp);
	if (err)
		log_warning("cannot watch the interfaces: %s", strerror(-err));
	err = udp_open_sockets(udp, loop, config);
	if (err) {
		udp_close(udp);
		return err;
	}
	rejoin(udp, true);
	*out = udp;
	return 0;
}

static void closed(uv_handle_t *handle)
{
	struct udp *udp = handle->data;

	if (!--udp->open_handles)
		free(udp);
}

/**
 * udp_close() - close all sockets
 * @udp: an open one; its memory is given back when the loop has run again
 */
void udp_close(struct udp *udp)
{
	size_t i;

	udp->open_handles = udp->nr_sockets + group_watch_handles(&udp->watch);
	for (i = 0; i < udp->nr_sockets; i++) {
		struct udp_socket *sock = &udp->sockets[i];

		uv_poll_stop(&sock->poll);
		sock->poll.data = udp;
		uv_close((uv_handle_t *)&sock->poll, closed);
		close(sock->fd);
	}
	group_watch_stop(&udp->watch, closed);
}

static void count_send(struct udp *udp, int err)
{
	switch (err) {
	case 0:
		udp->counters[UDP_SENT]++;
		break;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
	case ENODEV:
		udp->counters[UDP_NO_ROUTE]++;
		break;
	case EMSGSIZE:
		udp->counters[UDP_MTU]++;
		break;
	case EAGAIN:
	case ENOBUFS:
		udp->counters[UDP_BUSY]++;
		break;
	case EPERM:
	case EACCES:
	case ECONNREFUSED:
		udp->counters[UDP_REFUSED]++;
		break;
	default:
		udp->counters[UDP_FAILED]++;
		break;
	}
	if (err)
		log_debug("cannot send: %s", strerror(err));
}

/* By the first socket of the family; an error that an earlier datagram caused is taken once. */
static bool send_to(struct udp *udp, const union config_addr *to, const uint8_t *bytes, size_t len)
{
	int err = ENETUNREACH;
	size_t i;

	for (i = 0; i < udp->nr_senders; i++) {
		struct udp_socket *sock = &udp->sockets[i];

		if (sock->family != to->sa.sa_family)
			continue;
		err = 0;
		if (sendto(sock->fd, bytes, len, MSG_DONTWAIT, &to->sa, udp_length_of(to)) < 0)
			err = errno;
		break;
	}
	count_send(udp, err);
	return !err;
}

/**
 * udp_send() - send a datagram now, or lose it
 * @udp: an open one
 * @dest: to an address, or to the group: the first that was joined and takes it, so that nothing is
 *	sent twice where there is one for each family
 * @to: the address
 * @bytes: what
 * @len: how much of it
 */
void udp_send(struct udp *udp, enum gossip_dest dest, const struct gossip_addr *to,
	      const uint8_t *bytes, size_t len)
{
	union config_addr sock;
	bool joined = false;
	size_t i;

	if (dest == GOSSIP_UNICAST) {
		if (addr_to_sock(to, &sock))
			send_to(udp, &sock, bytes, len);
		else
			udp->counters[UDP_FAILED]++;
		return;
	}
	for (i = 0; i < udp->nr_groups; i++) {
		if (!udp->groups[i].joined)
			continue;
		if (send_to(udp, &udp->groups[i].addr, bytes, len))
			return;
		joined = true;
	}
	if (!joined)
		count_send(udp, ENETUNREACH);
}

/**
 * udp_lose() - throw received datagrams away, for a test
 * @udp: an open one
 * @permille: how many of a thousand
 */
void udp_lose(struct udp *udp, unsigned int permille)
{
	udp->permille = permille;
	udp->dice = getpid();
}

/**
 * udp_joined() - whether the group is one that we hear
 * @udp: an open one
 *
 * Return: true if one of the groups is joined, or there is none: a machine may have IPv4 or IPv6
 *	alone.
 */
bool udp_joined(const struct udp *udp)
{
	size_t i;

	for (i = 0; i < udp->nr_groups; i++) {
		if (udp->groups[i].joined)
			return true;
	}
	return !udp->nr_groups;
}

/**
 * udp_get_counters() - what became of datagrams
 * @udp: an open one
 * @counters: set, by enum udp_counter
 */
void udp_get_counters(struct udp *udp, uint64_t counters[UDP_COUNTERS])
{
	size_t i;

	memcpy(counters, udp->counters, sizeof(udp->counters));
	for (i = 0; i < udp->nr_sockets; i++) {
		uint32_t info[SK_MEMINFO_VARS] = { 0 };
		socklen_t len = sizeof(info);

		if (!getsockopt(udp->sockets[i].fd, SOL_SOCKET, SO_MEMINFO, info, &len))
			counters[UDP_OVERRUN] += info[SK_MEMINFO_DROPS];
	}
}
