// SPDX-License-Identifier: GPL-2.0
/*
 * libibverbs, made up: see fake_verbs.h. What data takes is in fake_data.c, and
 * what librdmacm holds open in fake_hold.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake_verbs.h"

#undef ibv_get_device_list
#undef ibv_query_port
#undef ibv_reg_mr

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the library's are short */

struct fake fake;

static struct fake_comp *comps;

/* --- what all share --- */

bool fake_fails(enum fake_call call)
{
	if (++fake.calls != fake.fail && !(fake.fate && fake.fate(call)))
		return false;
	errno = EIO;
	return true;
}

void fake_wrong(const char *what)
{
	if (!fake.wrong)
		fake.wrong = what;
}

void fake_new(enum fake_kind kind)
{
	fake.made[kind]++;
	if (++fake.live[kind] > fake.most[kind])
		fake.most[kind] = fake.live[kind];
}

void fake_gone(enum fake_kind kind)
{
	fake.live[kind]--;
}

void fake_ring(int fd)
{
	eventfd_write(fd, 1);
}

bool fake_heard(int fd)
{
	eventfd_t value;

	return !eventfd_read(fd, &value);
}

static struct fake_context *context_of(const struct ibv_context *context)
{
	return (struct fake_context *)context;
}

bool fake_dead(const struct ibv_context *context)
{
	const struct fake_context *one = context_of(context);

	return one->generation != one->port->generation;
}

static struct fake_port *port_of(const struct ibv_context *context, uint8_t number)
{
	size_t i;

	for (i = 0; i < FAKE_PORTS; i++) {
		if (fake.port[i].of == context_of(context)->port &&
		    fake.port[i].number == number)
			return &fake.port[i];
	}
	fake_wrong("there is no such port");
	return context_of(context)->port;
}

union ibv_gid fake_gid(uint32_t host)
{
	union ibv_gid gid = { .raw = { [10] = 0xff, [11] = 0xff } };

	host = htonl(host);
	memcpy(gid.raw + 12, &host, sizeof(host));
	return gid;
}

/* --- what a test does --- */

static void make_port(struct fake_port *port)
{
	uint32_t i = (uint32_t)(port - fake.port);

	port->of = port;
	port->number = 1;
	port->ethernet = true;
	port->address.sin_family = AF_INET;
	port->address.sin_addr.s_addr = htonl(0x0a580001 + (i << 16));
	port->device.node_type = IBV_NODE_CA;
	port->device.name[0] = 'm';
	port->device.name[1] = (char)('0' + i);
}

/* Put a device in: another one than before, if there was one. */
void fake_plug(struct fake_port *port)
{
	if (port->of)
		port->of->generation++;
	else
		make_port(port);
	port->of->there = true;
	port->active = true;
}

void fake_reset(size_t ports)
{
	size_t i;

	fake_hold_reset();
	memset(&fake, 0, sizeof(fake));
	comps = NULL;
	sem_init(&fake.go, 0, 0);
	for (i = 0; i < ports; i++)
		fake_plug(&fake.port[i]);
}

/* It is on the device of the one before. */
void fake_second_port(size_t port)
{
	fake.port[port].of = &fake.port[port - 1];
	fake.port[port].number = 2;
}

int fake_live(void)
{
	int i, nr = 0;

	for (i = 0; i < FAKE_KINDS; i++)
		nr += fake.live[i];
	return nr;
}

void fake_async(struct fake_port *port, enum ibv_event_type event)
{
	struct fake_context *one;

	for (one = fake.contexts; one; one = one->next) {
		/* The last thing that a dead one hears is that it is. */
		if (one->port != port->of || one->nr_events == FAKE_EVENTS ||
		    (fake_dead(&one->context) && event != IBV_EVENT_DEVICE_FATAL))
			continue;
		one->event[one->nr_events++] = (struct ibv_async_event){
			.element.port_num = port->number, .event_type = event,
		};
		fake_ring(one->context.async_fd);
	}
}

/* For a loop that is made up: 1 to be read, -1 in error, 0 neither. */
int fake_ready(int fd)
{
	const struct fake_context *one;
	const struct fake_comp *comp;

	for (one = fake.contexts; one; one = one->next) {
		if (one->context.async_fd == fd)
			return one->nr_events ? 1 : fake_dead(&one->context) ? -1 : 0;
	}
	for (comp = comps; comp; comp = comp->next) {
		if (comp->channel.fd == fd)
			return comp->events ? 1 : fake_dead(comp->channel.context) ? -1 : 0;
	}
	return fake_cm_ready(fd);
}

/* --- the library: devices --- */

struct ibv_device **ibv_get_device_list(int *nr)
{
	struct ibv_device **list;
	size_t i, n = 0;

	if (fake.fate && fake.fate(FAKE_LIST))
		return NULL;
	list = calloc(FAKE_PORTS + 1, sizeof(struct ibv_device *));
	if (!list)
		abort();
	for (i = 0; i < FAKE_PORTS; i++) {
		if (fake.port[i].there && fake.port[i].of == &fake.port[i])
			list[n++] = &fake.port[i].device;
	}
	if (nr)
		*nr = (int)n;
	return list;
}

void ibv_free_device_list(struct ibv_device **list)
{
	free((void *)list);
}

const char *ibv_get_device_name(struct ibv_device *device)
{
	return device->name;
}

struct fake_context *fake_context_new(struct fake_port *of)
{
	struct fake_context *one = calloc(1, sizeof(*one));

	if (!one)
		abort();
	one->port = of;
	one->generation = of->generation;
	one->device = of->device;
	one->context.device = &one->device;
	one->context.cmd_fd = -1;
	one->context.async_fd = -1;
	return one;
}

struct ibv_context *ibv_open_device(struct ibv_device *device)
{
	struct fake_context *one;

	if (fake_fails(FAKE_OPEN_DEVICE))
		return NULL;
	fake_new(FAKE_CONTEXT);
	one = fake_context_new((struct fake_port *)device);
	one->context.async_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	one->next = fake.contexts;
	fake.contexts = one;
	return &one->context;
}

int ibv_close_device(struct ibv_context *context)
{
	struct fake_context **at = &fake.contexts;

	while (*at && *at != context_of(context))
		at = &(*at)->next;
	if (!*at) {
		fake_wrong("closes what is not open");
		return 0;
	}
	*at = context_of(context)->next;
	close(context->async_fd);
	free(context_of(context));
	fake_gone(FAKE_CONTEXT);
	return 0;
}

int ibv_query_device(struct ibv_context *context, struct ibv_device_attr *attr)
{
	(void)context;
	memset(attr, 0, sizeof(*attr));
	attr->max_qp_wr = FAKE_QUEUE;
	attr->max_cqe = FAKE_QUEUE;
	return 0;
}

int ibv_query_port(struct ibv_context *context, uint8_t number, struct _compat_ibv_port_attr *attr)
{
	struct ibv_port_attr *out = (struct ibv_port_attr *)attr;
	const struct fake_port *port = port_of(context, number);

	if (!port->of->there || fake_dead(context) || fake_fails(FAKE_QUERY_PORT))
		return fake_error();
	out->state = port->active ? IBV_PORT_ACTIVE : IBV_PORT_DOWN;
	out->active_mtu = IBV_MTU_2048;
	out->max_mtu = IBV_MTU_4096;
	out->link_layer = port->ethernet ? IBV_LINK_LAYER_ETHERNET : IBV_LINK_LAYER_INFINIBAND;
	return 0;
}

int ibv_query_gid(struct ibv_context *context, uint8_t number, int index, union ibv_gid *gid)
{
	(void)index;
	if (fake_dead(context) || fake_fails(FAKE_QUERY_GID))
		return -1;
	*gid = fake_gid(ntohl(port_of(context, number)->address.sin_addr.s_addr));
	return 0;
}

int ibv_get_async_event(struct ibv_context *context, struct ibv_async_event *event)
{
	struct fake_context *one = context_of(context);

	fake_heard(context->async_fd);
	if (!one->nr_events)
		return -1;
	*event = one->event[0];
	memmove(&one->event[0], &one->event[1], --one->nr_events * sizeof(*event));
	if (one->nr_events)
		fake_ring(context->async_fd);
	return 0;
}

void ibv_ack_async_event(struct ibv_async_event *event)
{
	(void)event;
}

int ibv_fork_init(void)
{
	return 0;
}

const char *ibv_wc_status_str(enum ibv_wc_status status)
{
	return status == IBV_WC_SUCCESS ? "well" : "not well";
}

/* --- the library: what is made --- */

static void *make(const struct ibv_context *context, enum fake_kind kind, enum fake_call call,
		  size_t len)
{
	void *thing;

	if (fake_dead(context) || fake_fails(call))
		return NULL;
	thing = calloc(1, len);
	if (!thing)
		abort();
	fake_new(kind);
	return thing;
}

static int unmake(enum fake_kind kind, void *thing)
{
	fake_gone(kind);
	free(thing);
	return 0;
}

struct ibv_pd *ibv_alloc_pd(struct ibv_context *context)
{
	struct fake_pd *pd = make(context, FAKE_PD, FAKE_ALLOC_PD, sizeof(*pd));

	if (!pd)
		return NULL;
	pd->pd.context = context;
	return &pd->pd;
}

int ibv_dealloc_pd(struct ibv_pd *pd)
{
	if (((struct fake_pd *)pd)->users)
		fake_wrong("gives a protection domain back that is in use");
	return unmake(FAKE_PD, pd);
}

struct ibv_mr *ibv_reg_mr(struct ibv_pd *pd, void *addr, size_t length, int access)
{
	struct ibv_mr *mr = make(pd->context, FAKE_MR, FAKE_REG_MR, sizeof(*mr));

	(void)access;
	if (!mr)
		return NULL;
	((struct fake_pd *)pd)->users++;
	mr->pd = pd;
	mr->addr = addr;
	mr->length = length;
	mr->lkey = (uint32_t)fake.made[FAKE_MR];
	return mr;
}

struct ibv_mr *ibv_reg_mr_iova2(struct ibv_pd *pd, void *addr, size_t length, uint64_t iova,
				unsigned int access)
{
	(void)iova;
	return ibv_reg_mr(pd, addr, length, (int)access);
}

int ibv_dereg_mr(struct ibv_mr *mr)
{
	((struct fake_pd *)mr->pd)->users--;
	return unmake(FAKE_MR, mr);
}

struct ibv_comp_channel *ibv_create_comp_channel(struct ibv_context *context)
{
	struct fake_comp *comp = make(context, FAKE_COMP, FAKE_MAKE_COMP, sizeof(*comp));

	if (!comp)
		return NULL;
	comp->channel.context = context;
	comp->channel.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	comp->next = comps;
	comps = comp;
	return &comp->channel;
}

int ibv_destroy_comp_channel(struct ibv_comp_channel *channel)
{
	struct fake_comp **at = &comps;

	while (*at != (struct fake_comp *)channel)
		at = &(*at)->next;
	*at = (*at)->next;
	if (channel->refcnt)
		fake_wrong("gives a channel back that is in use");
	close(channel->fd);
	return unmake(FAKE_COMP, channel);
}

struct ibv_cq *ibv_create_cq(struct ibv_context *context, int cqe, void *ctx,
			     struct ibv_comp_channel *channel, int vector)
{
	struct fake_cq *cq = make(context, FAKE_CQ, FAKE_MAKE_CQ, sizeof(*cq));

	(void)vector;
	if (!cq)
		return NULL;
	cq->cq.context = context;
	cq->cq.channel = channel;
	cq->cq.cq_context = ctx;
	cq->cq.cqe = cqe;
	if (channel) {
		channel->refcnt++;
		((struct fake_comp *)channel)->cq = cq;
	}
	return &cq->cq;
}

int ibv_destroy_cq(struct ibv_cq *cq)
{
	struct fake_cq *one = (struct fake_cq *)cq;

	if (one->users)
		fake_wrong("gives a completion queue back that is in use");
	if (one->unacked)
		fake_wrong("waits for ever: an event of a completion queue is not acknowledged");
	if (cq->channel)
		cq->channel->refcnt--;
	return unmake(FAKE_CQ, one);
}

int ibv_get_cq_event(struct ibv_comp_channel *channel, struct ibv_cq **cq, void **ctx)
{
	struct fake_comp *comp = (struct fake_comp *)channel;

	fake_heard(channel->fd);
	if (!comp->events)
		return -1;
	if (--comp->events)
		fake_ring(channel->fd);
	comp->cq->unacked++;
	*cq = &comp->cq->cq;
	*ctx = (*cq)->cq_context;
	return 0;
}

void ibv_ack_cq_events(struct ibv_cq *cq, unsigned int nr)
{
	((struct fake_cq *)cq)->unacked -= (int)nr;
}

/* In a thread: what is counted is told by the loop's next steps alone. */
struct ibv_ah *ibv_create_ah(struct ibv_pd *pd, struct ibv_ah_attr *attr)
{
	struct ibv_ah *ah;

	(void)attr;
	if (fake.slow)
		sem_wait(&fake.go);
	ah = make(pd->context, FAKE_AH, FAKE_MAKE_AH, sizeof(*ah));
	if (!ah)
		return NULL;
	((struct fake_pd *)pd)->users++;
	ah->context = pd->context;
	ah->pd = pd;
	return ah;
}

int ibv_destroy_ah(struct ibv_ah *ah)
{
	((struct fake_pd *)ah->pd)->users--;
	return unmake(FAKE_AH, ah);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
