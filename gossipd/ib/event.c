// SPDX-License-Identifier: GPL-2.0
/*
 * What devices tell: of their ports, of the subnet manager, and of themselves.
 */
#include <string.h>

#include "ib.h"

/* Its own place among the port's addresses has another one now. */
static void gid_changed(struct ib_device *device, uint8_t port)
{
	const char *name = ibv_get_device_name(device->context->device);
	union ibv_gid gid;
	size_t i;

	for (i = 0; i < RAILS_MAX; i++) {
		struct ib_rail *rail = &device->link->rail[i];

		if (strcmp(rail->device, name) || rail->port != port || !rail->group)
			continue;
		if (!ibv_query_gid(device->context, port, rail->gid_index, &gid) &&
		    !memcmp(&gid, &rail->gid, sizeof(gid)))
			continue;
		ib_why(rail, "its address is another one", 0);
		ib_tell(device->link, i, RAIL_IN_ADDR_CHANGE, 0);
	}
}

/* False if the device is no more. */
static bool on_event(struct ib_device *device, const struct ibv_async_event *event)
{
	uint8_t port = event->element.port_num;

	switch (event->event_type) {
	case IBV_EVENT_PORT_ACTIVE:
		ib_device_tell(device, port, RAIL_IN_PORT_UP, NULL);
		return true;
	case IBV_EVENT_PORT_ERR:
		ib_device_tell(device, port, RAIL_IN_PORT_DOWN, "the port is down");
		return true;
	case IBV_EVENT_LID_CHANGE:
		ib_device_tell(device, port, RAIL_IN_ADDR_CHANGE, "its LID is another one");
		return true;
	case IBV_EVENT_PKEY_CHANGE:
		ib_device_tell(device, port, RAIL_IN_ADDR_CHANGE, "the partitions are other ones");
		return true;
	case IBV_EVENT_SM_CHANGE:
		ib_device_tell(device, port, RAIL_IN_SM_CHANGE, "another subnet manager");
		return true;
	case IBV_EVENT_CLIENT_REREGISTER:
		ib_device_tell(device, port, RAIL_IN_REREGISTER,
			       "the subnet manager asks to join again");
		return true;
	case IBV_EVENT_GID_CHANGE:
		gid_changed(device, port);
		return true;
	case IBV_EVENT_DEVICE_FATAL:
		ib_device_gone(device, "the device has failed");
		return false;
	default:
		return true;
	}
}

/**
 * ib_device_events() - a device has something to tell
 * @ctx: the device
 * @ended: and for the last time: its descriptor is in an error state
 */
void ib_device_events(void *ctx, bool ended)
{
	struct ib_device *device = ctx;
	struct ibv_async_event event, copy;

	while (device->context && !ibv_get_async_event(device->context, &event)) {
		copy = event;
		ibv_ack_async_event(&event);
		if (!on_event(device, &copy))
			return;
	}
	if (ended)
		ib_device_gone(device, "the device is gone");
}
