// SPDX-License-Identifier: GPL-2.0
/*
 * librdmacm, made up: see fake_verbs.h.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake_verbs.h"

#define EVENTS 32

int fake_getifaddrs(struct ifaddrs **list);
void fake_freeifaddrs(struct ifaddrs *list);

static struct {
	struct rdma_cm_event event[EVENTS];
	int nr;
} queue;

static struct rdma_event_channel *only_channel;

/* --- what a test does --- */

static void tell(struct fake_port *port, const struct rdma_cm_event *event)
{
	queue.event[queue.nr] = *event;
	queue.event[queue.nr++].id = port->id;
	fake_ring(only_channel->fd);
}

/* The answer to a join; a status that is not 0 is an error. */
void fake_joined(struct fake_port *port, int status)
{
	struct rdma_cm_event event = {
		.event = status ? RDMA_CM_EVENT_MULTICAST_ERROR : RDMA_CM_EVENT_MULTICAST_JOIN,
		.status = status,
		.param.ud = {
			.private_data = port->joined,
			.ah_attr = { .is_global = 1, .port_num = 1 },
			.qp_num = 0xffffff,
			.qkey = FAKE_QKEY,
		},
	};

	tell(port, &event);
}

void fake_cm_event(struct fake_port *port, enum rdma_cm_event_type what, int status)
{
	struct rdma_cm_event event = {
		.event = what, .status = status, .param.ud.private_data = port->joined,
	};

	tell(port, &event);
}

/* --- addresses --- */

int fake_getifaddrs(struct ifaddrs **list)
{
	size_t i;

	*list = NULL;
	for (i = FAKE_PORTS; i--;) {
		struct ifaddrs *one;

		if (!fake.port[i].address.sin_family)
			continue;
		one = calloc(1, sizeof(*one));
		if (!one)
			abort();
		one->ifa_addr = (struct sockaddr *)&fake.port[i].address;
		one->ifa_flags = IFF_UP;
		one->ifa_next = *list;
		*list = one;
	}
	return 0;
}

void fake_freeifaddrs(struct ifaddrs *list)
{
	struct ifaddrs *next;

	for (; list; list = next) {
		next = list->ifa_next;
		free(list);
	}
}

/* --- the library --- */

struct rdma_event_channel *rdma_create_event_channel(void)
{
	if (fake_fails())
		return NULL;
	fake_new(FAKE_CHANNEL);
	only_channel = calloc(1, sizeof(*only_channel));
	only_channel->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	queue.nr = 0;
	return only_channel;
}

void rdma_destroy_event_channel(struct rdma_event_channel *channel)
{
	close(channel->fd);
	free(channel);
	fake_gone(FAKE_CHANNEL);
}

int rdma_create_id(struct rdma_event_channel *channel, struct rdma_cm_id **id, void *context,
		   enum rdma_port_space ps)
{
	if (fake_fails())
		return -1;
	fake_new(FAKE_ID);
	*id = calloc(1, sizeof(**id));
	if (!*id)
		abort();
	(*id)->channel = channel;
	(*id)->context = context;
	(*id)->ps = ps;
	return 0;
}

/* What it would still tell of it is gone. */
int rdma_destroy_id(struct rdma_cm_id *id)
{
	int i, nr = 0;

	for (i = 0; i < queue.nr; i++) {
		if (queue.event[i].id != id)
			queue.event[nr++] = queue.event[i];
	}
	queue.nr = nr;
	/* The channel has to outlive it. */
	(void)*(volatile int *)&id->channel->fd;
	free(id);
	fake_gone(FAKE_ID);
	return 0;
}

int rdma_bind_addr(struct rdma_cm_id *id, struct sockaddr *addr)
{
	size_t i;

	if (fake_fails())
		return -1;
	for (i = 0; i < FAKE_PORTS; i++) {
		if (addr != (struct sockaddr *)&fake.port[i].address || !fake.port[i].there)
			continue;
		id->verbs = &fake.port[i].context;
		id->port_num = 1;
	}
	return 0;
}

int rdma_create_qp(struct rdma_cm_id *id, struct ibv_pd *pd, struct ibv_qp_init_attr *attr)
{
	struct fake_port *port = fake_port_of(id->verbs);

	if (fake_fails())
		return -1;
	fake_new(FAKE_QP);
	id->qp = calloc(1, sizeof(*id->qp));
	id->qp->context = id->verbs;
	id->qp->pd = pd;
	id->qp->recv_cq = attr->recv_cq;
	id->qp->send_cq = attr->send_cq;
	id->qp->qp_num = 0x11 + (uint32_t)(port - fake.port);
	port->qp = id->qp;
	port->id = id;
	port->first = port->last;
	port->received_first = port->received_last;
	port->sends_first = port->sends_last;
	return 0;
}

void rdma_destroy_qp(struct rdma_cm_id *id)
{
	fake_port_of(id->verbs)->qp = NULL;
	free(id->qp);
	id->qp = NULL;
	fake_gone(FAKE_QP);
}

int rdma_join_multicast_ex(struct rdma_cm_id *id, struct rdma_cm_join_mc_attr_ex *mc_join_attr,
			   void *context)
{
	struct fake_port *port = fake_port_of(id->verbs);

	(void)mc_join_attr;
	if (fake_fails())
		return -1;
	fake_new(FAKE_JOIN);
	port->joined = context;
	if (!port->refuse)
		fake_joined(port, 0);
	return 0;
}

int rdma_leave_multicast(struct rdma_cm_id *id, struct sockaddr *addr)
{
	(void)addr;
	fake_port_of(id->verbs)->joined = NULL;
	fake_gone(FAKE_JOIN);
	return 0;
}

int rdma_get_cm_event(struct rdma_event_channel *channel, struct rdma_cm_event **event)
{
	fake_heard(channel->fd);
	if (!queue.nr) {
		errno = EAGAIN;
		return -1;
	}
	*event = malloc(sizeof(**event));
	if (!*event)
		abort();
	**event = queue.event[0];
	memmove(&queue.event[0], &queue.event[1], --queue.nr * sizeof(queue.event[0]));
	return 0;
}

int rdma_ack_cm_event(struct rdma_cm_event *event)
{
	free(event);
	return 0;
}
