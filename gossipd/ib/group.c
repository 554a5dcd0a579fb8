// SPDX-License-Identifier: GPL-2.0
/*
 * The zone's group, joined and left, and what the connection manager tells.
 */
#include <errno.h>
#include <string.h>

#include "ib.h"

/**
 * ib_group_join() - ask to be in the group
 * @rail: an open one
 *
 * Return: 0 if there will be an answer; -1 with the reason in the rail.
 */
int ib_group_join(struct ib_rail *rail)
{
	struct link *link = rail->link;
	/* What stays of an earlier join does not count as an answer to this one. */
	void *mark = (void *)(uintptr_t)rail->join_serial;
	struct rdma_cm_join_mc_attr_ex attr = {
		.comp_mask = RDMA_CM_JOIN_MC_ATTR_ADDRESS | RDMA_CM_JOIN_MC_ATTR_JOIN_FLAGS,
		.join_flags = link->config.send_only ? RDMA_MC_JOIN_FLAG_SENDONLY_FULLMEMBER :
						       RDMA_MC_JOIN_FLAG_FULLMEMBER,
		.addr = &link->group.sa,
	};

	if (!rail->id || rdma_join_multicast_ex(rail->id, &attr, mark)) {
		if (rail->id && rail->ethernet && link->group.sa.sa_family == AF_INET6)
			ib_why(rail, "RoCE has IPv4 groups only", 0);
		else
			ib_why(rail, "cannot ask for the group", rail->id ? errno : ENODEV);
		return -1;
	}
	rail->joining = true;
	return 0;
}

/**
 * ib_group_leave() - no longer be in the group, nor on the way into it
 * @rail: any
 */
void ib_group_leave(struct ib_rail *rail)
{
	if (rail->group)
		ibv_destroy_ah(rail->group);
	rail->group = NULL;
	if (rail->joining && rail->id)
		rdma_leave_multicast(rail->id, &rail->link->group.sa);
	rail->joining = false;
}

static void joined(struct ib_rail *rail, const struct rdma_ud_param *ud)
{
	struct ibv_ah_attr attr = ud->ah_attr;

	/* Once more: it is in the group as it was. */
	if (rail->group)
		return;
	rail->group = ibv_create_ah(rail->pd, &attr);
	if (!rail->group ||
	    ibv_query_gid(rail->id->verbs, rail->port, attr.grh.sgid_index, &rail->gid)) {
		ib_why(rail, "no address handle of the group", errno);
		rail->counters[LINK_REFUSED]++;
		ib_tell(rail->link, rail->index, RAIL_IN_JOIN_FAILED, rail->join_serial);
		return;
	}
	rail->group_qpn = ud->qp_num;
	rail->qkey = ud->qkey;
	rail->gid_index = attr.grh.sgid_index;
	rail->mlid = rail->ethernet ? 0 : attr.dlid;
	rail->sl = attr.sl;
	rail->counters[LINK_JOINS]++;
	ib_tell(rail->link, rail->index, RAIL_IN_JOINED, rail->join_serial);
}

static void on_event(struct link *link, const struct rdma_cm_event *event)
{
	struct ib_rail *rail = event->id->context;
	const struct rdma_ud_param *ud = &event->param.ud;
	bool current = rail->joining &&
		       ud->private_data == (void *)(uintptr_t)rail->join_serial;

	switch (event->event) {
	case RDMA_CM_EVENT_MULTICAST_JOIN:
		if (current)
			joined(rail, ud);
		break;
	case RDMA_CM_EVENT_MULTICAST_ERROR:
		if (!current)
			break;
		ib_why(rail, "the group was refused or lost", -event->status);
		rail->counters[LINK_REFUSED] += !rail->group;
		ib_tell(link, rail->index, rail->group ? RAIL_IN_MULTICAST_ERROR :
			RAIL_IN_JOIN_FAILED, rail->join_serial);
		break;
	case RDMA_CM_EVENT_ADDR_CHANGE:
		ib_why(rail, "its address is another one", 0);
		ib_tell(link, rail->index, RAIL_IN_ADDR_CHANGE, 0);
		break;
	case RDMA_CM_EVENT_DEVICE_REMOVAL:
		ib_device_removed(link, rail->device);
		break;
	default:
		break;
	}
}

static void on_readable(void *ctx, bool ended)
{
	struct link *link = ctx;
	struct rdma_cm_event *event, copy;
	struct ib_rail *rail;

	while (!rdma_get_cm_event(link->channel, &event)) {
		copy = *event;
		rail = copy.id->context;
		/* Leaving would wait for events that are not acknowledged. */
		rdma_ack_cm_event(event);
		/* Of an id that a thread still has, or that is on trial. */
		if (rail && rail->id == copy.id)
			on_event(link, &copy);
	}
	if (ended)
		ib_log(link, LINK_LOG_WARNING, "the connection manager does not answer any more");
}

/**
 * ib_group_listen() - hear what the connection manager tells
 * @link: without its channel
 *
 * Return: 0, or a negative errno.
 */
int ib_group_listen(struct link *link)
{
	link->channel = rdma_create_event_channel();
	if (!link->channel)
		return errno ? -errno : -ENODEV;
	link->cm = ib_watch_start(link, link->channel->fd, on_readable, link);
	if (link->cm)
		return 0;
	rdma_destroy_event_channel(link->channel);
	link->channel = NULL;
	return -ENOMEM;
}
