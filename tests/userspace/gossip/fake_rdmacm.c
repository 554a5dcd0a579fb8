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

int fake_getifaddrs(struct ifaddrs **list);
void fake_freeifaddrs(struct ifaddrs *list);

static struct {
	struct rdma_cm_event event[FAKE_EVENTS];
	int nr;
	int unacked;
} queue;

static struct rdma_event_channel *only_channel;

/* --- what a test does --- */

/* For a loop that is made up: see fake_ready(). */
int fake_cm_ready(int fd)
{
	return only_channel && only_channel->fd == fd && queue.nr;
}

static void tell(struct fake_port *port, const struct rdma_cm_event *event)
{
	if (!port->id || queue.nr == FAKE_EVENTS)
		return;
	queue.event[queue.nr] = *event;
	queue.event[queue.nr++].id = port->id;
	fake_ring(only_channel->fd);
}

/* The answer to a join with that mark; a status that is not 0 is an error. */
void fake_answer(struct fake_port *port, void *mark, int status)
{
	struct rdma_cm_event event = {
		.event = status ? RDMA_CM_EVENT_MULTICAST_ERROR : RDMA_CM_EVENT_MULTICAST_JOIN,
		.status = status,
		.param.ud = {
			.private_data = mark,
			.ah_attr = { .is_global = 1, .port_num = port->number },
			.qp_num = 0xffffff,
			.qkey = FAKE_QKEY,
		},
	};

	tell(port, &event);
}

void fake_joined(struct fake_port *port, int status)
{
	fake_answer(port, port->joined, status);
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
	if (fake.fate && fake.fate(FAKE_ADDRESSES)) {
		errno = ENOMEM;
		return -1;
	}
	for (i = FAKE_PORTS; i--;) {
		struct ifaddrs *one;

		if (!fake.port[i].of || !fake.port[i].address.sin_family)
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
	size_t i, nr = 0;

	for (i = 0; i < FAKE_PORTS; i++)
		nr += fake.port[i].there;
	/* Without any device the library does not begin. */
	errno = ENODEV;
	if (!nr || fake_fails(FAKE_MAKE_CHANNEL))
		return NULL;
	fake_new(FAKE_CHANNEL);
	only_channel = calloc(1, sizeof(*only_channel));
	if (!only_channel)
		abort();
	only_channel->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	memset(&queue, 0, sizeof(queue));
	return only_channel;
}

void rdma_destroy_event_channel(struct rdma_event_channel *channel)
{
	if (fake.live[FAKE_ID])
		fake_wrong("closes the channel of an id");
	close(channel->fd);
	free(channel);
	only_channel = NULL;
	fake_gone(FAKE_CHANNEL);
}

int rdma_create_id(struct rdma_event_channel *channel, struct rdma_cm_id **id, void *context,
		   enum rdma_port_space ps)
{
	if (fake_fails(FAKE_MAKE_ID))
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

	if (id->qp)
		fake_wrong("gives an id back with its queue pair");
	if (queue.unacked)
		fake_wrong("waits for ever: an event of the connection manager is not acknowledged");
	for (i = 0; i < queue.nr; i++) {
		if (queue.event[i].id != id)
			queue.event[nr++] = queue.event[i];
	}
	queue.nr = nr;
	for (i = 0; i < FAKE_PORTS; i++) {
		if (fake.port[i].id == id)
			fake.port[i].id = NULL;
	}
	/* The channel has to outlive it. */
	(void)*(volatile int *)&id->channel->fd;
	fake_unhold(id->verbs);
	free(id);
	fake_gone(FAKE_ID);
	return 0;
}

int rdma_bind_addr(struct rdma_cm_id *id, struct sockaddr *addr)
{
	size_t i;

	if (fake_fails(FAKE_BIND))
		return -1;
	for (i = 0; i < FAKE_PORTS; i++) {
		const struct fake_port *port = &fake.port[i];

		if (addr != (struct sockaddr *)&port->address || !port->of->there)
			continue;
		id->verbs = fake_hold(port->of);
		if (!id->verbs)
			return -1;
		id->port_num = port->number;
	}
	return 0;
}

static struct fake_port *port_of(const struct rdma_cm_id *id)
{
	size_t i;

	for (i = 0; i < FAKE_PORTS; i++) {
		if (fake.port[i].of == ((const struct fake_context *)id->verbs)->port &&
		    fake.port[i].number == id->port_num)
			return &fake.port[i];
	}
	abort();
}

int rdma_create_qp(struct rdma_cm_id *id, struct ibv_pd *pd, struct ibv_qp_init_attr *attr)
{
	struct fake_port *port = port_of(id);

	if (fake_dead(id->verbs) || fake_fails(FAKE_MAKE_QP))
		return -1;
	if (port->qp)
		fake_wrong("makes a second queue pair on a port");
	fake_new(FAKE_QP);
	id->qp = calloc(1, sizeof(*id->qp));
	if (!id->qp)
		abort();
	id->qp->context = id->verbs;
	id->qp->pd = pd;
	id->qp->recv_cq = attr->recv_cq;
	id->qp->send_cq = attr->send_cq;
	id->qp->qp_num = 0x11 + (uint32_t)(port - fake.port);
	port->qp = id->qp;
	port->id = id;
	fake_qp_setup(port, id->qp);
	return 0;
}

void rdma_destroy_qp(struct rdma_cm_id *id)
{
	struct fake_port *port = port_of(id);

	if (port->joined)
		fake_wrong("gives a queue pair back that is in the group");
	if (fake_is_let_go(id->verbs))
		fake_wrong("has the library let go of a device with a queue pair on it");
	((struct fake_cq *)id->qp->recv_cq)->users--;
	((struct fake_cq *)id->qp->send_cq)->users--;
	((struct fake_pd *)id->qp->pd)->users--;
	port->qp = NULL;
	free(id->qp);
	id->qp = NULL;
	fake_gone(FAKE_QP);
}

int rdma_join_multicast_ex(struct rdma_cm_id *id, struct rdma_cm_join_mc_attr_ex *mc_join_attr,
			   void *context)
{
	struct fake_port *port = port_of(id);

	(void)mc_join_attr;
	if (fake_dead(id->verbs) || fake_fails(FAKE_ASK_JOIN))
		return -1;
	if (port->joined)
		fake_wrong("joins twice");
	fake_new(FAKE_JOIN);
	port->joined = context;
	port->member = false;
	if (fake.join)
		fake.join(port);
	else if (!port->refuse)
		fake_joined(port, 0);
	return 0;
}

int rdma_leave_multicast(struct rdma_cm_id *id, struct sockaddr *addr)
{
	struct fake_port *port = port_of(id);

	(void)addr;
	if (!port->joined)
		fake_wrong("leaves what it is not in");
	port->joined = NULL;
	port->member = false;
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
	if (queue.nr)
		fake_ring(channel->fd);
	queue.unacked++;
	if ((*event)->event == RDMA_CM_EVENT_MULTICAST_JOIN && (*event)->id->qp) {
		struct fake_port *port = port_of((*event)->id);

		port->member |= port->joined &&
				(*event)->param.ud.private_data == port->joined;
	}
	return 0;
}

int rdma_ack_cm_event(struct rdma_cm_event *event)
{
	queue.unacked--;
	free(event);
	return 0;
}
