// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's thermal events (generic netlink family "thermal"): a trip point that is crossed is
 * no reading, but a reason to read now. Without the family there is polling.
 */
#include <linux/genetlink.h>
#include <linux/thermal.h>
#include <stdlib.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "sensor_internal.h"

struct sensor_events {
	struct nl_sock *socket;
	uv_poll_t poll;
	void (*event)(void *ctx, bool search);
	void *ctx;
};

/**
 * sensor_events_kind() - what a message of the family asks for
 * @message: from its struct nlmsghdr on
 * @len: bytes that there are
 *
 * Return: what; to search if zones or their limits are others now.
 */
enum sensor_event sensor_events_kind(const void *message, size_t len)
{
	const struct nlmsghdr *header = message;
	const struct genlmsghdr *genl;

	if (len < NLMSG_LENGTH(GENL_HDRLEN) || header->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN) ||
	    header->nlmsg_len > len || header->nlmsg_type < NLMSG_MIN_TYPE)
		return SENSOR_EVENT_NONE;
	genl = NLMSG_DATA(header);
	switch (genl->cmd) {
	case THERMAL_GENL_EVENT_UNSPEC:	/* the same number as a sample has */
	case THERMAL_GENL_EVENT_TZ_TRIP_UP:
	case THERMAL_GENL_EVENT_TZ_TRIP_DOWN:
		return SENSOR_EVENT_READ;
	case THERMAL_GENL_EVENT_TZ_CREATE:
	case THERMAL_GENL_EVENT_TZ_DELETE:
	case THERMAL_GENL_EVENT_TZ_ENABLE:
	case THERMAL_GENL_EVENT_TZ_DISABLE:
	case THERMAL_GENL_EVENT_TZ_TRIP_CHANGE:
	case THERMAL_GENL_EVENT_TZ_TRIP_ADD:
	case THERMAL_GENL_EVENT_TZ_TRIP_DELETE:
		return SENSOR_EVENT_SEARCH;
	default:
		return SENSOR_EVENT_NONE;
	}
}

static int received(struct nl_msg *msg, void *ctx)
{
	struct sensor_events *events = ctx;
	const struct nlmsghdr *header = nlmsg_hdr(msg);
	enum sensor_event kind = sensor_events_kind(header, header->nlmsg_len);

	if (kind != SENSOR_EVENT_NONE)
		events->event(events->ctx, kind == SENSOR_EVENT_SEARCH);
	return NL_OK;
}

static void readable(uv_poll_t *poll, int status, int which)
{
	struct sensor_events *events = poll->data;

	(void)which;
	/* Messages that were lost are no loss: sensors are read all the same. */
	nl_recvmsgs_default(events->socket);
	/* It is an error of the socket, though, and has made libuv stop. */
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, readable);
}

static bool join(struct nl_sock *socket, const char *group)
{
	int number = genl_ctrl_resolve_grp(socket, THERMAL_GENL_FAMILY_NAME, group);

	return number >= 0 && !nl_socket_add_membership(socket, number);
}

/**
 * sensor_events_start() - listen
 * @loop: where
 * @event: called with whether to search as well as to read
 * @ctx: given to @event
 * @why: written if there is nothing to listen to
 *
 * Return: NULL then.
 */
struct sensor_events *sensor_events_start(uv_loop_t *loop, void (*event)(void *ctx, bool search),
					  void *ctx, const char **why)
{
	struct sensor_events *events = calloc(1, sizeof(*events));
	struct nl_sock *socket = nl_socket_alloc();

	*why = "no memory";
	if (!events || !socket)
		goto fail;
	*why = "no generic netlink";
	nl_socket_disable_seq_check(socket);
	if (genl_connect(socket))
		goto fail;
	*why = "the kernel has no thermal events";
	/* Samples are a bonus. */
	if (!join(socket, THERMAL_GENL_EVENT_GROUP_NAME))
		goto fail;
	join(socket, THERMAL_GENL_SAMPLING_GROUP_NAME);
	*why = "the socket cannot be polled";
	events->socket = socket;
	events->event = event;
	events->ctx = ctx;
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, received, events);
	if (nl_socket_set_nonblocking(socket) ||
	    uv_poll_init(loop, &events->poll, nl_socket_get_fd(socket)))
		goto fail;
	events->poll.data = events;
	uv_poll_start(&events->poll, UV_READABLE, readable);
	*why = NULL;
	return events;

fail:
	nl_socket_free(socket);
	free(events);
	return NULL;
}

static void closed(uv_handle_t *handle)
{
	struct sensor_events *events = handle->data;

	nl_socket_free(events->socket);
	free(events);
}

/**
 * sensor_events_stop() - listen no longer
 * @events: frees itself as the loop goes on; NULL: nothing is done
 */
void sensor_events_stop(struct sensor_events *events)
{
	if (events)
		uv_close((uv_handle_t *)&events->poll, closed);
}
