// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the machine's addresses is that of a port: InfiniBand is addressed through IPoIB, RoCE
 * through the port's Ethernet interface. The connection manager knows when it is bound to one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#include "ib.h"

/* Link-local ones are good as well, but only if there is no other. */
static int rank(const struct ifaddrs *one, const struct link *link)
{
	const struct sockaddr *addr = one->ifa_addr;

	if (!addr || addr->sa_family != link->group.sa.sa_family || !(one->ifa_flags & IFF_UP) ||
	    one->ifa_flags & IFF_LOOPBACK)
		return -1;
	return addr->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)addr)->sin6_addr);
}

/* An id that is bound to an address, if that is of any port. */
static struct rdma_cm_id *try_bind(struct link *link, struct ib_rail *rail, struct sockaddr *addr)
{
	struct rdma_cm_id *id;

	if (rdma_create_id(link->channel, &id, rail, RDMA_PS_UDP))
		return NULL;
	if (!rdma_bind_addr(id, addr) && id->verbs) {
		ib_held_note(link, id->verbs);
		return id;
	}
	rdma_destroy_id(id);
	return NULL;
}

static bool is_of(const struct rdma_cm_id *id, const char *device, uint8_t port)
{
	return id->port_num == port && !strcmp(ibv_get_device_name(id->verbs->device), device);
}

/**
 * ib_ports() - ports that this machine, or this network namespace of it, has an address of
 * @link: whose
 * @ports: set
 *
 * In a namespace all devices can be seen, but not all be used.
 *
 * Return: how many.
 */
size_t ib_ports(struct link *link, struct ib_port ports[IB_PORTS_MAX])
{
	struct ifaddrs *list, *one;
	struct rdma_cm_id *id;
	size_t nr = 0;

	if (getifaddrs(&list))
		return 0;
	for (one = list; one && nr < IB_PORTS_MAX; one = one->ifa_next) {
		id = rank(one, link) < 0 ? NULL : try_bind(link, NULL, one->ifa_addr);
		if (!id)
			continue;
		memset(&ports[nr], 0, sizeof(ports[nr]));
		strncpy(ports[nr].device, ibv_get_device_name(id->verbs->device),
			sizeof(ports[nr].device) - 1);
		ports[nr++].port = id->port_num;
		rdma_destroy_id(id);
	}
	freeifaddrs(list);
	return nr;
}

/**
 * ib_bind() - an id of the connection manager for a port
 * @link: whose
 * @rail: the port; gets the address, or why there is no id
 *
 * Return: the id, NULL if none of the addresses is the port's.
 */
struct rdma_cm_id *ib_bind(struct link *link, struct ib_rail *rail)
{
	struct rdma_cm_id *id = NULL;
	struct ifaddrs *list, *one;
	int want;

	if (getifaddrs(&list)) {
		ib_why(rail, "no addresses", errno);
		return NULL;
	}
	for (want = 0; want < 2 && !id; want++) {
		for (one = list; one && !id; one = one->ifa_next) {
			if (rank(one, link) != want)
				continue;
			id = try_bind(link, rail, one->ifa_addr);
			if (id && !is_of(id, rail->device, rail->port)) {
				rdma_destroy_id(id);
				id = NULL;
			}
			if (id)
				memcpy(&rail->address, one->ifa_addr,
				       one->ifa_addr->sa_family == AF_INET ?
				       sizeof(rail->address.in) : sizeof(rail->address.in6));
		}
	}
	freeifaddrs(list);
	if (!id)
		ib_why(rail, link->group.sa.sa_family == AF_INET ?
		       "its interface has no IPv4 address" :
		       "its interface has no IPv6 address", 0);
	return id;
}
