// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets, opened and set.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "log.h"
#include "udp_internal.h"

/* A zone's beacons of a second. */
#define UDP_BUFFER_BYTES (1 << 20)

/**
 * udp_set_int() - set an option of a socket
 * @fd: the socket
 * @level: of the option
 * @option: which
 * @value: its
 *
 * Return: 0 or a negative errno.
 */
int udp_set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

/* As much as the system grants, and more if we may ask for that. */
static void set_buffer(int fd)
{
	if (udp_set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, UDP_BUFFER_BYTES))
		udp_set_int(fd, SOL_SOCKET, SO_RCVBUF, UDP_BUFFER_BYTES);
}

static int set_options4(const struct udp *udp, int fd, const struct config_multicast *multicast)
{
	struct ip_mreqn out = { .imr_ifindex = 0 };
	int err;

	/* Don't fragment, and take no stranger's word for how much a path carries. */
	err = udp_set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, multicast->ttl);
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

	err = udp_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
	if (!err)
		err = udp_set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, multicast->ttl);
	if (err || !udp->interface[0])
		return err;
	index = if_nametoindex(udp->interface);
	return index ? udp_set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index) : 0;
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
		err = udp_set_int(sock->fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_buffer(sock->fd);
	if (!err && bind(sock->fd, &addr->sa, udp_length_of(addr)))
		err = -errno;
	if (!err)
		err = uv_poll_init(loop, &sock->poll, sock->fd);
	if (err) {
		close(sock->fd);
		return err;
	}
	sock->poll.data = sock;
	udp->nr_sockets++;
	return uv_poll_start(&sock->poll, UV_READABLE, udp_on_readable);
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

static bool has_addr4(const struct config_addrs *listen, const union config_addr *addr)
{
	size_t i;

	for (i = 0; i < listen->nr && i < CONFIG_LISTEN_MAX; i++) {
		const union config_addr *one = &listen->addr[i];

		if (one->sa.sa_family == AF_INET && one->in.sin_port == addr->in.sin_port &&
		    one->in.sin_addr.s_addr == addr->in.sin_addr.s_addr)
			return true;
	}
	return false;
}

/*
 * All addresses of IPv6: those of IPv4 as well, by a socket of their own, so that an address looks
 * the same whoever says it. A machine may have one of the two only.
 */
static int listen_on_all(struct udp *udp, uv_loop_t *loop, const union config_addr *any,
			 const struct daemon_config *config)
{
	const struct config_multicast *multicast = &config->multicast;
	union config_addr any4 = { .in = {
		.sin_family = AF_INET,
		.sin_port = any->in6.sin6_port,
	} };
	int err4 = -EAFNOSUPPORT, err6;

	err6 = listen_on(udp, loop, any, multicast);
	/* It may be in the list by itself. */
	if (!has_addr4(&config->node.listen, &any4))
		err4 = listen_on(udp, loop, &any4, multicast);
	if (err4 == -EAFNOSUPPORT)
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

/**
 * udp_open_sockets() - open those of addresses and of groups
 * @udp: without any
 * @loop: that is to hear of them
 * @config: [Node] listen, [Multicast]
 *
 * Return: 0, or a negative errno with some of them open; the log has it then.
 */
int udp_open_sockets(struct udp *udp, uv_loop_t *loop, const struct daemon_config *config)
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
			err = listen_on_all(udp, loop, addr, config);
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
