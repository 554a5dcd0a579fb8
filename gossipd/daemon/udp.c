// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets, and datagrams through them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "addr.h"
#include "group.h"
#include "log.h"
#include "udp.h"

#define UDP_GROUPS_MAX 2
/* One that listens on all addresses of IPv6 comes with one for IPv4. */
#define UDP_SOCKETS_MAX (2 * CONFIG_LISTEN_MAX + UDP_GROUPS_MAX)
#define UDP_BATCH 16
/* Batches in one go, so that timers and other sockets get their turn in a flood. */
#define UDP_BATCHES 8
/* A byte more than any of ours, so that a longer one shows. */
#define UDP_ROOM (GW_DATAGRAM_MAX + 1)
/* A zone's beacons of a second. */
#define UDP_BUFFER_BYTES (1 << 20)

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

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct udp_socket *sock = poll->data;
	int batches = UDP_BATCHES;

	(void)status;
	(void)events;
	while (batches-- && receive_batch(sock) >= 0)
		;
	sock->udp->user.drained(sock->udp->user.ctx);
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

/* As much as the system grants, and more if we may ask for that. */
static void set_buffer(int fd)
{
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, UDP_BUFFER_BYTES))
		set_int(fd, SOL_SOCKET, SO_RCVBUF, UDP_BUFFER_BYTES);
}

static int set_options4(const struct udp *udp, int fd, const struct config_multicast *multicast)
{
	struct ip_mreqn out = { .imr_ifindex = 0 };
	int err;

	/* Don't fragment, and take no stranger's word for how much a path carries. */
	err = set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	if (!err)
		err = set_int(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	if (!err)
		err = set_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, multicast->ttl);
	if (err || !udp->interface[0])
		return err;
	out.imr_ifindex = if_nametoindex(udp->interface);
	/* One that is not there yet is set when it comes. */
	if (out.imr_ifindex && setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)))
		err = -errno;
	return err;
}

static int set_options6(const struct udp *udp, int fd, const struct config_multicast *multicast)
{
	int index;
	int err;

	err = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, multicast->ttl);
	if (err || !udp->interface[0])
		return err;
	index = if_nametoindex(udp->interface);
	return index ? set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index) : 0;
}

static socklen_t length_of(const union config_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in) : sizeof(addr->in6);
}

static int set_options(const struct udp *udp, int fd, int family,
		       const struct config_multicast *multicast)
{
	return family == AF_INET ? set_options4(udp, fd, multicast) :
				   set_options6(udp, fd, multicast);
}

/* @share: others may be bound to the port as well, as those who receive from a group want. */
static int add_socket(struct udp *udp, uv_loop_t *loop, const union config_addr *addr,
		      const struct config_multicast *multicast, bool share)
{
	struct udp_socket *sock = &udp->sockets[udp->nr_sockets];
	int err;

	sock->udp = udp;
	sock->family = addr->sa.sa_family;
	sock->fd = socket(sock->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock->fd < 0)
		return -errno;
	err = set_options(udp, sock->fd, sock->family, multicast);
	if (!err && share)
		err = set_int(sock->fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_buffer(sock->fd);
	if (!err && bind(sock->fd, &addr->sa, length_of(addr)))
		err = -errno;
	if (!err)
		err = uv_poll_init(loop, &sock->poll, sock->fd);
	if (err) {
		close(sock->fd);
		return err;
	}
	sock->poll.data = sock;
	udp->nr_sockets++;
	return uv_poll_start(&sock->poll, UV_READABLE, on_readable);
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
			set_int(udp->sockets[i].fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
	}
}

static int add_group(struct udp *udp, uv_loop_t *loop, const union config_addr *addr,
		     const struct config_multicast *multicast)
{
	struct group *group = &udp->groups[udp->nr_groups];
	char text[ADDR_TEXT_LEN];
	int err;

	err = add_socket(udp, loop, addr, multicast, true);
	if (err) {
		log_error("cannot receive from multicast group %s: %s", addr_sock_text(addr, text),
			  strerror(-err));
		return err;
	}
	group->fd = udp->sockets[udp->nr_sockets - 1].fd;
	group->addr = *addr;
	group->interface = udp->interface[0] ? udp->interface : NULL;
	udp->nr_groups++;
	return 0;
}

static bool same_port(const union config_addr *addr, const struct config_multicast *multicast)
{
	return multicast->enabled &&
	       (addr->in.sin_port == multicast->group4.in.sin_port ||
		addr->in.sin_port == multicast->group6.in.sin_port);
}

static int listen_on(struct udp *udp, uv_loop_t *loop, const union config_addr *addr,
		     const struct config_multicast *multicast)
{
	return add_socket(udp, loop, addr, multicast, same_port(addr, multicast));
}

/*
 * All addresses of IPv6: those of IPv4 as well, by a socket of their own, so that an address looks
 * the same whoever says it. A machine may have one of the two only.
 */
static int listen_on_all(struct udp *udp, uv_loop_t *loop, const union config_addr *any,
			 const struct config_multicast *multicast)
{
	union config_addr any4 = { .in = {
		.sin_family = AF_INET,
		.sin_port = any->in6.sin6_port,
	} };
	int err4, err6;

	err6 = listen_on(udp, loop, any, multicast);
	err4 = listen_on(udp, loop, &any4, multicast);
	/* The address may be in the list by itself. */
	if (err4 == -EAFNOSUPPORT || err4 == -EADDRINUSE)
		return err6;
	return err6 == -EAFNOSUPPORT ? err4 : err6 ? err6 : err4;
}

static int open_groups(struct udp *udp, uv_loop_t *loop, const struct config_multicast *multicast)
{
	int err = 0;

	if (multicast->group4.sa.sa_family == AF_INET)
		err = add_group(udp, loop, &multicast->group4, multicast);
	if (!err && multicast->group6.sa.sa_family == AF_INET6)
		err = add_group(udp, loop, &multicast->group6, multicast);
	/* The other family does. */
	return udp->nr_groups && err == -EAFNOSUPPORT ? 0 : err;
}

static int open_sockets(struct udp *udp, uv_loop_t *loop, const struct daemon_config *config)
{
	const struct config_multicast *multicast = &config->multicast;
	const struct config_addrs *listen = &config->node.listen;
	char text[ADDR_TEXT_LEN];
	size_t i;
	int err;

	for (i = 0; i < listen->nr && i < CONFIG_LISTEN_MAX; i++) {
		const union config_addr *addr = &listen->addr[i];

		if (addr->sa.sa_family == AF_INET6 &&
		    IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr))
			err = listen_on_all(udp, loop, addr, multicast);
		else
			err = listen_on(udp, loop, addr, multicast);
		if (err) {
			log_error("cannot listen on %s: %s", addr_sock_text(addr, text),
				  strerror(-err));
			return err;
		}
	}
	udp->nr_senders = udp->nr_sockets;
	return multicast->enabled ? open_groups(udp, loop, multicast) : 0;
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
	err = open_sockets(udp, loop, config);
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
		if (sendto(sock->fd, bytes, len, MSG_DONTWAIT, &to->sa, length_of(to)) < 0)
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
	size_t i;

	if (dest == GOSSIP_UNICAST) {
		if (addr_to_sock(to, &sock))
			send_to(udp, &sock, bytes, len);
		else
			udp->counters[UDP_FAILED]++;
		return;
	}
	for (i = 0; i < udp->nr_groups; i++) {
		if (udp->groups[i].joined && send_to(udp, &udp->groups[i].addr, bytes, len))
			return;
	}
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
 * Return: true if every group is joined, or there is none.
 */
bool udp_joined(const struct udp *udp)
{
	size_t i;

	for (i = 0; i < udp->nr_groups; i++) {
		if (!udp->groups[i].joined)
			return false;
	}
	return true;
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
