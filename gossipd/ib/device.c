// SPDX-License-Identifier: GPL-2.0
/*
 * Devices and their ports: which there are, which of them are rails, and whether they are well.
 * Each is open here beside what the rails open, as a rail that is closed hears nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ib.h"

/* What is being removed is in the list for some time yet. */
#define AGAIN_NS UINT64_C(3000000000)

/* A port that may become a rail. */
struct found {
	struct ib_device *device;
	uint8_t port;
	int rank;
	bool active;
};

/**
 * ib_device_tell() - something happened to a device
 * @device: which
 * @port: of it; 0: all of it
 * @input: what
 * @why: in words, for people; NULL: nothing is wrong
 */
void ib_device_tell(struct ib_device *device, uint8_t port, enum rail_input input,
		    const char *why)
{
	const char *name = ibv_get_device_name(device->context->device);
	size_t i;

	for (i = 0; i < RAILS_MAX; i++) {
		struct ib_rail *rail = &device->link->rail[i];

		if (strcmp(rail->device, name) || (port && rail->port != port))
			continue;
		if (why)
			ib_why(rail, why, 0);
		ib_tell(device->link, i, input, 0);
	}
}

/**
 * ib_device_gone() - look at a device no more; its rails are closed next
 * @device: which
 * @why: in words, for people; NULL: they have been told
 */
void ib_device_gone(struct ib_device *device, const char *why)
{
	ib_device_tell(device, 0, RAIL_IN_REMOVED, why);
	ib_watch_stop(device->watch);
	ibv_close_device(device->context);
	device->watch = NULL;
	device->context = NULL;
	device->removed = false;
}

/**
 * ib_device_removed() - a device is being removed, and waits for all to let it go
 * @link: whose
 * @name: of the device
 *
 * Its rails are closed next; then ib_devices_let_go() does the rest.
 */
void ib_device_removed(struct link *link, const char *name)
{
	size_t i;

	for (i = 0; i < IB_DEVICES_MAX; i++) {
		struct ib_device *device = &link->device[i];

		if (!device->context || strcmp(device->name, name))
			continue;
		device->removed = true;
		device->again_ns = uv_hrtime() + AGAIN_NS;
		ib_device_tell(device, 0, RAIL_IN_REMOVED, "the device is being removed");
	}
}

/**
 * ib_devices_let_go() - close devices that are being removed
 * @link: whose; the rails of those devices are closed
 */
void ib_devices_let_go(struct link *link)
{
	size_t i;

	for (i = 0; i < IB_DEVICES_MAX; i++) {
		struct ib_device *device = &link->device[i];

		if (!device->context || !device->removed)
			continue;
		ib_device_gone(device, NULL);
		ib_held_let_go(link, device->name);
	}
	ib_held_check(link);
}

/* One that is known; else in a free place, opened. */
static struct ib_device *take(struct link *link, struct ibv_device *from)
{
	const char *name = ibv_get_device_name(from);
	struct ib_device *device, *place = NULL;
	uint64_t now_ns = uv_hrtime();
	size_t i;

	for (i = 0; i < IB_DEVICES_MAX; i++) {
		device = &link->device[i];
		if (!strcmp(device->name, name) && now_ns < device->again_ns)
			return NULL;
		if (device->context && !strcmp(device->name, name))
			return device;
		if (!device->context && now_ns >= device->again_ns && !place)
			place = device;
	}
	if (!place)
		return NULL;
	place->link = link;
	strncpy(place->name, name, sizeof(place->name) - 1);
	place->name[sizeof(place->name) - 1] = '\0';
	place->context = ibv_open_device(from);
	if (!place->context)
		return NULL;
	place->watch = ib_watch_start(link, place->context->async_fd, ib_device_events, place);
	if (place->watch)
		return place;
	ibv_close_device(place->context);
	place->context = NULL;
	return NULL;
}

static struct ibv_device *find(struct ibv_device **list, const char *name)
{
	for (; list && *list; list++) {
		if ((*list)->node_type == IBV_NODE_CA && !strcmp(ibv_get_device_name(*list), name))
			return *list;
	}
	return NULL;
}

static bool is_rail(const struct ib_rail *rail, const char *name, uint8_t port)
{
	return !strcmp(rail->device, name) && rail->port == port;
}

/*
 * The rail that is that port; else a free place for it, or the last one of those that are gone, as
 * a device may come back under another name; NULL: there is none.
 */
static struct ib_rail *rail_of(struct link *link, const char *name, uint8_t port)
{
	struct ib_rail *place = NULL, *old = NULL;
	size_t i;

	for (i = 0; i < RAILS_MAX; i++) {
		struct ib_rail *rail = &link->rail[i];

		if (!*rail->device)
			place = place ? place : rail;
		else if (is_rail(rail, name, port))
			return rail;
		else if (link->rails.rail[i].state == RAIL_GONE && !rail->id)
			old = rail;
	}
	return place ? place : old;
}

/*
 * A port that there is, if it is one of those that are wanted. A device whose ports have no place
 * is not opened: one that is a rail may need the room.
 */
static bool look(struct link *link, struct ibv_device **list, const struct ib_port *port,
		 struct found *found)
{
	struct ibv_device *from = find(list, port->device);
	struct ibv_port_attr attr;

	found->rank = hca_list_rank(&link->wanted, port->device, port->port, NULL);
	if (!from || found->rank < 0 || !rail_of(link, port->device, port->port))
		return false;
	found->device = take(link, from);
	if (!found->device || ibv_query_port(found->device->context, port->port, &attr))
		return false;
	found->device->seen = true;
	found->port = port->port;
	found->active = attr.state == IBV_PORT_ACTIVE;
	return true;
}

static int by_rank(const void *a, const void *b)
{
	const struct found *one = a, *other = b;
	int diff;

	if (one->rank != other->rank)
		return one->rank - other->rank;
	diff = strcmp(ibv_get_device_name(one->device->context->device),
		      ibv_get_device_name(other->device->context->device));
	return diff ? diff : one->port - other->port;
}

static void use(struct link *link, const struct found *found)
{
	const char *name = ibv_get_device_name(found->device->context->device);
	struct ib_rail *rail = rail_of(link, name, found->port);

	if (!rail)
		return;
	if (!is_rail(rail, name, found->port)) {
		memset(rail, 0, sizeof(*rail));
		rail->link = link;
		rail->index = rail - link->rail;
		rail->port = found->port;
		strncpy(rail->device, name, sizeof(rail->device) - 1);
		ib_why(rail, "nothing yet", 0);
	}
	if (!found->active)
		ib_why(rail, "the port is down", 0);
	if (link->rails.rail[rail->index].port != found->active ||
	    link->rails.rail[rail->index].state == RAIL_GONE)
		ib_tell(link, rail->index, found->active ? RAIL_IN_PORT_UP : RAIL_IN_PORT_DOWN, 0);
}

/* Those that have an address now, and those that are rails already. */
static size_t candidates(struct link *link, struct ib_port ports[IB_PORTS_MAX + RAILS_MAX])
{
	size_t nr = ib_ports(link, ports), i;

	for (i = 0; i < RAILS_MAX; i++) {
		const struct ib_rail *rail = &link->rail[i];

		if (!*rail->device)
			continue;
		memcpy(ports[nr].device, rail->device, sizeof(ports[nr].device));
		ports[nr++].port = rail->port;
	}
	return nr;
}

/**
 * ib_devices_scan() - look which devices there are
 * @link: whose
 *
 * A rail keeps its place as long as we run, so one that comes later is behind the others.
 *
 * Return: how many ports there are that are wanted.
 */
size_t ib_devices_scan(struct link *link)
{
	struct ib_port ports[IB_PORTS_MAX + RAILS_MAX];
	struct found found[IB_PORTS_MAX + RAILS_MAX];
	size_t nr_ports = candidates(link, ports), nr = 0, i;
	struct ibv_device **list = ibv_get_device_list(NULL);
	char name[LINK_NAME_LEN];

	for (i = 0; i < IB_DEVICES_MAX; i++)
		link->device[i].seen = false;
	for (i = 0; i < nr_ports; i++)
		nr += look(link, list, &ports[i], &found[nr]);
	if (list)
		ibv_free_device_list(list);
	qsort(found, nr, sizeof(found[0]), by_rank);
	for (i = 0; i < nr; i++)
		use(link, &found[i]);
	if (nr && link->waiting)
		ib_log(link, LINK_LOG_INFO, "InfiniBand is there now: %s",
		       ib_name(&link->rail[0], name));
	link->waiting = link->waiting && !nr;
	for (i = 0; i < IB_DEVICES_MAX; i++) {
		if (link->device[i].context && !link->device[i].seen)
			ib_device_gone(&link->device[i], "the device is gone");
	}
	ib_held_check(link);
	return nr;
}

/**
 * ib_devices_close() - look at no device any more
 * @link: which ends, with all rails closed
 */
void ib_devices_close(struct link *link)
{
	size_t i;

	for (i = 0; i < IB_DEVICES_MAX; i++) {
		struct ib_device *device = &link->device[i];

		if (!device->context)
			continue;
		ib_watch_stop(device->watch);
		ibv_close_device(device->context);
		device->context = NULL;
	}
}
