// SPDX-License-Identifier: GPL-2.0
/*
 * A rail opened and closed: a queue pair of unreliable datagrams, two completion queues, and memory
 * that is registered with the device once, before anything is received.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ib.h"

#define CACHE_LINE 64

static uint32_t bytes_of(enum ibv_mtu mtu)
{
	return 1U << (mtu + 7);
}

static int ask_port(struct ib_rail *rail)
{
	struct ibv_port_attr attr;
	int err = ibv_query_port(rail->id->verbs, rail->port, &attr);

	if (err) {
		ib_why(rail, "cannot ask the port", err);
		return -1;
	}
	rail->ethernet = attr.link_layer == IBV_LINK_LAYER_ETHERNET;
	rail->lid = attr.lid;
	rail->mtu_bytes = bytes_of(attr.active_mtu);
	/*
	 * A datagram that is longer than its buffer stops a queue pair. Who sends it need not be
	 * one of ours, so there is room for the longest that the port can ever take.
	 */
	rail->slot_bytes = IB_GRH_BYTES + bytes_of(attr.max_mtu);
	rail->slot_bytes = (rail->slot_bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	return 0;
}

static int make_memory(struct ib_rail *rail)
{
	size_t len = (size_t)rail->nr_buffers * rail->slot_bytes +
		     (size_t)IB_SENDS * GW_DATAGRAM_MAX;
	uint32_t i;

	rail->bytes = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (rail->bytes == MAP_FAILED) {
		rail->bytes = NULL;
		ib_why(rail, "no memory", errno);
		return -1;
	}
	rail->bytes_len = len;
	rail->mr = ibv_reg_mr(rail->pd, rail->bytes, len, IBV_ACCESS_LOCAL_WRITE);
	if (!rail->mr) {
		ib_why(rail, "cannot register memory", errno);
		return -1;
	}
	for (i = 0; i < IB_SENDS; i++)
		rail->free_sends[i] = i;
	rail->nr_free = IB_SENDS;
	rail->waiting = 0;
	return 0;
}

static int make_queues(struct ib_rail *rail)
{
	struct ibv_context *verbs = rail->id->verbs;
	struct ibv_qp_init_attr attr = {
		.cap = {
			.max_send_wr = IB_SENDS,
			.max_recv_wr = rail->nr_buffers,
			.max_send_sge = 1,
			.max_recv_sge = 1,
		},
		.qp_type = IBV_QPT_UD,
		.sq_sig_all = 1,
	};

	rail->channel = ibv_create_comp_channel(verbs);
	if (rail->channel)
		rail->receives = ibv_create_cq(verbs, rail->nr_buffers, rail, rail->channel, 0);
	if (rail->receives)
		rail->sends = ibv_create_cq(verbs, IB_SENDS, rail, NULL, 0);
	if (!rail->sends) {
		ib_why(rail, "cannot make completion queues", errno);
		return -1;
	}
	attr.recv_cq = rail->receives;
	attr.send_cq = rail->sends;
	if (rdma_create_qp(rail->id, rail->pd, &attr)) {
		ib_why(rail, "cannot make a queue pair", errno);
		return -1;
	}
	return 0;
}

static void on_received(void *ctx, bool ended)
{
	struct ib_rail *rail = ctx;

	ib_receive(rail);
	if (!ended)
		return;
	ib_why(rail, "the device is gone", 0);
	ib_tell(rail->link, rail->index, RAIL_IN_FATAL, 0);
}

static int begin_to_receive(struct ib_rail *rail)
{
	uint64_t slots[IB_BATCH];
	uint32_t i = 0, nr;
	int err;

	rail->watch = ib_watch_start(rail->link, rail->channel->fd, on_received, rail);
	err = rail->watch ? ibv_req_notify_cq(rail->receives, 0) : errno;
	if (!rail->watch || err) {
		ib_why(rail, "cannot wait for what comes", err);
		return -1;
	}
	while (i < rail->nr_buffers) {
		for (nr = 0; nr < IB_BATCH && i < rail->nr_buffers; nr++)
			slots[nr] = i++;
		err = ib_post(rail, slots, nr);
		if (err) {
			ib_why(rail, "cannot post buffers", err);
			return -1;
		}
	}
	return 0;
}

/* No more than the device has. */
static uint32_t nr_buffers(const struct ib_rail *rail)
{
	struct ibv_device_attr attr;
	uint32_t nr = rail->link->config.buffers;

	if (!ibv_query_device(rail->id->verbs, &attr)) {
		if (attr.max_qp_wr > 0 && nr > (uint32_t)attr.max_qp_wr)
			nr = attr.max_qp_wr;
		if (attr.max_cqe > 0 && nr > (uint32_t)attr.max_cqe)
			nr = attr.max_cqe;
	}
	return nr;
}

/**
 * ib_rail_open() - make all that a rail needs
 * @rail: closed
 *
 * The kernel and the device answer at once, in a few milliseconds at most.
 *
 * Return: 0; -1 with the reason in the rail, which has to be closed then.
 */
int ib_rail_open(struct ib_rail *rail)
{
	rail->id = ib_bind(rail->link, rail);
	if (!rail->id || ask_port(rail))
		return -1;
	rail->nr_buffers = nr_buffers(rail);
	rail->pd = ibv_alloc_pd(rail->id->verbs);
	if (!rail->pd) {
		ib_why(rail, "cannot make a protection domain", errno);
		return -1;
	}
	if (make_memory(rail) || make_queues(rail) || begin_to_receive(rail))
		return -1;
	return 0;
}

/* What a thread is still busy with it gives back itself. */
static void leave_to_thread(struct ib_rail *rail)
{
	if (!rail->resolver)
		return;
	rail->resolver->rail = NULL;
	rail->resolver->id = rail->id;
	rail->resolver = NULL;
	rail->pd = NULL;
	rail->id = NULL;
}

/**
 * ib_rail_close() - give all back
 * @rail: whatever of it there is
 */
void ib_rail_close(struct ib_rail *rail)
{
	ib_group_leave(rail);
	ib_watch_stop(rail->watch);
	rail->watch = NULL;
	rail->more = false;
	ib_handles_free(rail);
	if (rail->id && rail->id->qp)
		rdma_destroy_qp(rail->id);
	if (rail->sends)
		ibv_destroy_cq(rail->sends);
	if (rail->receives)
		ibv_destroy_cq(rail->receives);
	if (rail->channel)
		ibv_destroy_comp_channel(rail->channel);
	if (rail->mr)
		ibv_dereg_mr(rail->mr);
	if (rail->bytes)
		munmap(rail->bytes, rail->bytes_len);
	rail->sends = NULL;
	rail->receives = NULL;
	rail->channel = NULL;
	rail->mr = NULL;
	rail->bytes = NULL;
	leave_to_thread(rail);
	if (rail->pd)
		ibv_dealloc_pd(rail->pd);
	if (rail->id)
		rdma_destroy_id(rail->id);
	rail->pd = NULL;
	rail->id = NULL;
	rail->address.sa.sa_family = AF_UNSPEC;
}
