// SPDX-License-Identifier: GPL-2.0
/*
 * libibverbs, made up: see fake_verbs.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake_verbs.h"

#undef ibv_get_device_list
#undef ibv_query_port
#undef ibv_reg_mr

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the library's are short */

#define EVENTS 16
#define GRH_BYTES 40
/* The library returns errnos as they are. */
#define FAILED EIO

struct fake fake;

static struct {
	struct ibv_async_event event[EVENTS];
	int nr;
} async[FAKE_PORTS];

/* --- what all share --- */

bool fake_fails(void)
{
	if (++fake.calls != fake.fail)
		return false;
	errno = EIO;
	return true;
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

struct fake_port *fake_port_of(const struct ibv_context *context)
{
	return (struct fake_port *)((char *)context - offsetof(struct fake_port, context));
}

union ibv_gid fake_gid(uint32_t host)
{
	union ibv_gid gid = { .raw = { [10] = 0xff, [11] = 0xff } };

	host = htonl(host);
	memcpy(gid.raw + 12, &host, sizeof(host));
	return gid;
}

/* --- what a test does --- */

static int poll_cq(struct ibv_cq *cq, int nr, struct ibv_wc *wc);

static int no_notify(struct ibv_cq *cq, int solicited)
{
	(void)cq;
	(void)solicited;
	return fake_fails() ? FAILED : 0;
}

static int post_recv(struct ibv_qp *qp, struct ibv_recv_wr *wr, struct ibv_recv_wr **bad)
{
	struct fake_port *port = fake_port_of(qp->context);

	*bad = wr;
	if (fake_fails())
		return FAILED;
	for (; wr; wr = wr->next) {
		port->posted[port->last % FAKE_QUEUE] = wr->sg_list[0];
		port->posted_id[port->last++ % FAKE_QUEUE] = wr->wr_id;
	}
	return 0;
}

static int post_send(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad)
{
	struct fake_port *port = fake_port_of(qp->context);

	*bad = wr;
	if (fake_fails())
		return FAILED;
	port->nr_sent++;
	port->sent_len = wr->sg_list[0].length;
	port->sent_qpn = wr->wr.ud.remote_qpn;
	port->sent_qkey = wr->wr.ud.remote_qkey;
	memcpy(port->sent, (void *)(uintptr_t)wr->sg_list[0].addr, port->sent_len);
	port->sends[port->sends_last++ % FAKE_QUEUE] = (struct ibv_wc){ .wr_id = wr->wr_id };
	return 0;
}

void fake_reset(size_t ports)
{
	size_t i;

	for (i = 0; i < FAKE_PORTS; i++) {
		if (fake.port[i].context.async_fd > 0)
			close(fake.port[i].context.async_fd);
	}
	memset(&fake, 0, sizeof(fake));
	memset(async, 0, sizeof(async));
	sem_init(&fake.go, 0, 0);
	for (i = 0; i < ports; i++) {
		struct fake_port *port = &fake.port[i];

		port->there = true;
		port->active = true;
		port->ethernet = true;
		port->address.sin_family = AF_INET;
		port->address.sin_addr.s_addr = htonl(0x0a580001 + ((uint32_t)i << 16));
		port->device.node_type = IBV_NODE_CA;
		port->device.name[0] = 'm';
		port->device.name[1] = (char)('0' + i);
		port->context.device = &port->device;
		port->context.async_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		port->context.ops.poll_cq = poll_cq;
		port->context.ops.req_notify_cq = no_notify;
		port->context.ops.post_recv = post_recv;
		port->context.ops.post_send = post_send;
	}
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
	size_t i = port - fake.port;

	async[i].event[async[i].nr++] = (struct ibv_async_event){
		.element.port_num = 1, .event_type = event,
	};
	fake_ring(port->context.async_fd);
}

/* As RoCE has it with IPv4: the header in the last half of the room. */
bool fake_deliver(struct fake_port *port, uint32_t host, uint32_t qpn, bool group,
		  const uint8_t *bytes, size_t len)
{
	struct ibv_sge *sge = &port->posted[port->first % FAKE_QUEUE];
	uint8_t *to = (uint8_t *)(uintptr_t)sge->addr;
	uint32_t from = htonl(host);

	if (!port->qp || port->first == port->last || GRH_BYTES + len > sge->length)
		return false;
	memset(to, 0, GRH_BYTES);
	to[20] = 0x45;
	memcpy(to + 32, &from, sizeof(from));
	to[36] = group ? 239 : 10;
	memcpy(to + GRH_BYTES, bytes, len);
	port->received[port->received_last++ % FAKE_QUEUE] = (struct ibv_wc){
		.wr_id = port->posted_id[port->first++ % FAKE_QUEUE],
		.byte_len = (uint32_t)(GRH_BYTES + len), .src_qp = qpn,
	};
	fake_ring(port->qp->recv_cq->channel->fd);
	return true;
}

/* All that was sent has gone, well or not. */
void fake_complete(struct fake_port *port, enum ibv_wc_status status)
{
	uint32_t i;

	for (i = port->sends_first; i != port->sends_last; i++)
		port->sends[i % FAKE_QUEUE].status = status;
	port->mute = false;
}

static int poll_cq(struct ibv_cq *cq, int nr, struct ibv_wc *wc)
{
	struct fake_port *port = fake_port_of(cq->context);
	int i;

	for (i = 0; i < nr; i++) {
		if (cq->channel && port->received_first != port->received_last)
			wc[i] = port->received[port->received_first++ % FAKE_QUEUE];
		else if (!cq->channel && !port->mute && port->sends_first != port->sends_last)
			wc[i] = port->sends[port->sends_first++ % FAKE_QUEUE];
		else
			break;
	}
	return i;
}

/* --- the library --- */

struct ibv_device **ibv_get_device_list(int *nr)
{
	struct ibv_device **list = calloc(FAKE_PORTS + 1, sizeof(*list));
	size_t i, n = 0;

	for (i = 0; i < FAKE_PORTS; i++) {
		if (fake.port[i].there)
			list[n++] = &fake.port[i].device;
	}
	if (nr)
		*nr = (int)n;
	return list;
}

void ibv_free_device_list(struct ibv_device **list)
{
	free(list);
}

const char *ibv_get_device_name(struct ibv_device *device)
{
	return device->name;
}

struct ibv_context *ibv_open_device(struct ibv_device *device)
{
	if (fake_fails())
		return NULL;
	fake_new(FAKE_CONTEXT);
	return &((struct fake_port *)device)->context;
}

int ibv_close_device(struct ibv_context *context)
{
	(void)context;
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
	const struct fake_port *port = fake_port_of(context);

	(void)number;
	if (!port->there || fake_fails())
		return FAILED;
	out->state = port->active ? IBV_PORT_ACTIVE : IBV_PORT_DOWN;
	out->active_mtu = IBV_MTU_2048;
	out->max_mtu = IBV_MTU_4096;
	out->link_layer = port->ethernet ? IBV_LINK_LAYER_ETHERNET : IBV_LINK_LAYER_INFINIBAND;
	return 0;
}

int ibv_query_gid(struct ibv_context *context, uint8_t number, int index, union ibv_gid *gid)
{
	(void)number;
	(void)index;
	if (fake_fails())
		return -1;
	*gid = fake_gid(ntohl(fake_port_of(context)->address.sin_addr.s_addr));
	return 0;
}

static void *make(enum fake_kind kind, size_t len)
{
	if (fake_fails())
		return NULL;
	fake_new(kind);
	return calloc(1, len);
}

static int unmake(enum fake_kind kind, void *thing)
{
	fake_gone(kind);
	free(thing);
	return 0;
}

struct ibv_pd *ibv_alloc_pd(struct ibv_context *context)
{
	struct ibv_pd *pd = make(FAKE_PD, sizeof(*pd));

	if (pd)
		pd->context = context;
	return pd;
}

int ibv_dealloc_pd(struct ibv_pd *pd)
{
	return unmake(FAKE_PD, pd);
}

struct ibv_mr *ibv_reg_mr(struct ibv_pd *pd, void *addr, size_t length, int access)
{
	struct ibv_mr *mr = make(FAKE_MR, sizeof(*mr));

	(void)pd;
	(void)addr;
	(void)length;
	(void)access;
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
	return unmake(FAKE_MR, mr);
}

struct ibv_comp_channel *ibv_create_comp_channel(struct ibv_context *context)
{
	struct ibv_comp_channel *channel = make(FAKE_COMP, sizeof(*channel));

	if (channel) {
		channel->context = context;
		channel->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	}
	return channel;
}

int ibv_destroy_comp_channel(struct ibv_comp_channel *channel)
{
	close(channel->fd);
	return unmake(FAKE_COMP, channel);
}

struct ibv_cq *ibv_create_cq(struct ibv_context *context, int cqe, void *ctx,
			     struct ibv_comp_channel *channel, int vector)
{
	struct ibv_cq *cq = make(FAKE_CQ, sizeof(*cq));

	(void)cqe;
	(void)vector;
	if (cq) {
		cq->context = context;
		cq->channel = channel;
		cq->cq_context = ctx;
	}
	return cq;
}

int ibv_destroy_cq(struct ibv_cq *cq)
{
	return unmake(FAKE_CQ, cq);
}

int ibv_get_cq_event(struct ibv_comp_channel *channel, struct ibv_cq **cq, void **ctx)
{
	struct fake_port *port = fake_port_of(channel->context);

	if (!fake_heard(channel->fd))
		return -1;
	*cq = port->qp->recv_cq;
	*ctx = (*cq)->cq_context;
	return 0;
}

void ibv_ack_cq_events(struct ibv_cq *cq, unsigned int nr)
{
	(void)cq;
	(void)nr;
}

/* In a thread: what is counted is told by the loop's next steps alone. */
struct ibv_ah *ibv_create_ah(struct ibv_pd *pd, struct ibv_ah_attr *attr)
{
	struct ibv_ah *ah;

	(void)attr;
	if (fake.slow)
		sem_wait(&fake.go);
	ah = make(FAKE_AH, sizeof(*ah));
	if (ah)
		ah->pd = pd;
	return ah;
}

int ibv_destroy_ah(struct ibv_ah *ah)
{
	return unmake(FAKE_AH, ah);
}

int ibv_get_async_event(struct ibv_context *context, struct ibv_async_event *event)
{
	size_t i = fake_port_of(context) - fake.port;

	fake_heard(context->async_fd);
	if (!async[i].nr)
		return -1;
	*event = async[i].event[0];
	memmove(&async[i].event[0], &async[i].event[1], --async[i].nr * sizeof(*event));
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

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
