// SPDX-License-Identifier: GPL-2.0
/*
 * Beacons over unreliable datagrams of InfiniBand, to a multicast group, with nothing but librdmacm
 * and libibverbs: what it costs without gossipd, and a peer that shares no code with it.
 */
#include "beacons.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <infiniband/verbs.h>
#include <rdma/rdma_cma.h>
#include <string.h>

#define GROUP "239.77.1.2"
#define GRH_BYTES 40
#define BUFFERS 512
#define SENDS 64
#define RESOLVE_MS 2000

struct buffer {
	uint8_t grh[GRH_BYTES];
	struct beacon beacon;
};

static struct buffer buffers[BUFFERS];
static struct beacon outgoing[SENDS];
static struct rdma_event_channel *events;
static struct rdma_cm_id *id;
static struct ibv_comp_channel *completions;
static struct ibv_cq *received, *sent;
static struct ibv_mr *in_memory, *out_memory;
static struct ibv_ah *ah;
static struct rdma_ud_param group;
static unsigned int next_out, unfinished;

static struct rdma_cm_event *await(enum rdma_cm_event_type wanted)
{
	struct rdma_cm_event *event;

	if (rdma_get_cm_event(events, &event))
		give_up("rdma_get_cm_event");
	if (event->event != wanted || event->status) {
		errno = event->status < 0 ? -event->status : EPROTO;
		give_up(rdma_event_str(event->event));
	}
	return event;
}

static void post_buffer(uint64_t number)
{
	struct ibv_sge sge = {
		.addr = (uintptr_t)&buffers[number],
		.length = sizeof(buffers[number]),
		.lkey = in_memory->lkey,
	};
	struct ibv_recv_wr wr = { .wr_id = number, .sg_list = &sge, .num_sge = 1 }, *bad;

	errno = ibv_post_recv(id->qp, &wr, &bad);
	if (errno)
		give_up("ibv_post_recv");
}

static void make_queues(void)
{
	struct ibv_qp_init_attr attr = {
		.cap = {
			.max_send_wr = SENDS, .max_recv_wr = BUFFERS,
			.max_send_sge = 1, .max_recv_sge = 1,
		},
		.qp_type = IBV_QPT_UD,
	};
	struct ibv_pd *pd = ibv_alloc_pd(id->verbs);

	completions = ibv_create_comp_channel(id->verbs);
	if (!pd || !completions)
		give_up("protection domain");
	received = ibv_create_cq(id->verbs, BUFFERS, NULL, completions, 0);
	sent = ibv_create_cq(id->verbs, SENDS, NULL, NULL, 0);
	if (!received || !sent || ibv_req_notify_cq(received, 0))
		give_up("completion queue");
	attr.recv_cq = received;
	attr.send_cq = sent;
	if (rdma_create_qp(id, pd, &attr))
		give_up("rdma_create_qp");
	in_memory = ibv_reg_mr(pd, buffers, sizeof(buffers), IBV_ACCESS_LOCAL_WRITE);
	out_memory = ibv_reg_mr(pd, outgoing, sizeof(outgoing), IBV_ACCESS_LOCAL_WRITE);
	if (!in_memory || !out_memory)
		give_up("ibv_reg_mr");
	for (int i = 0; i < BUFFERS; i++)
		post_buffer(i);
}

static int open_ib(int me, int members)
{
	struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET };
	struct rdma_cm_event *event;
	char text[ADDRESS_LEN];

	(void)members;
	address_of(text, 0, me);
	inet_pton(AF_INET, text, &from.sin_addr);
	inet_pton(AF_INET, GROUP, &to.sin_addr);
	events = rdma_create_event_channel();
	if (!events || rdma_create_id(events, &id, NULL, RDMA_PS_UDP))
		give_up("rdma_create_id");
	if (rdma_resolve_addr(id, (struct sockaddr *)&from, (struct sockaddr *)&to, RESOLVE_MS))
		give_up("rdma_resolve_addr");
	rdma_ack_cm_event(await(RDMA_CM_EVENT_ADDR_RESOLVED));
	make_queues();
	if (rdma_join_multicast(id, (struct sockaddr *)&to, NULL))
		give_up("rdma_join_multicast");
	event = await(RDMA_CM_EVENT_MULTICAST_JOIN);
	group = event->param.ud;
	ah = ibv_create_ah(id->qp->pd, &group.ah_attr);
	if (!ah)
		give_up("ibv_create_ah");
	rdma_ack_cm_event(event);
	fcntl(completions->fd, F_SETFL, fcntl(completions->fd, F_GETFL) | O_NONBLOCK);
	return completions->fd;
}

static void send_ib(const struct beacon *beacon)
{
	struct ibv_sge sge = { .length = sizeof(*beacon), .lkey = out_memory->lkey };
	struct ibv_send_wr wr = {
		.sg_list = &sge, .num_sge = 1, .opcode = IBV_WR_SEND,
		.send_flags = IBV_SEND_SIGNALED,
		.wr.ud = { .ah = ah, .remote_qpn = group.qp_num, .remote_qkey = group.qkey },
	}, *bad;
	struct ibv_wc done[16];
	int nr;

	do {
		nr = ibv_poll_cq(sent, 16, done);
		unfinished -= nr > 0 ? nr : 0;
	} while (nr > 0);
	if (unfinished == SENDS)
		return;
	outgoing[next_out] = *beacon;
	sge.addr = (uintptr_t)&outgoing[next_out];
	next_out = (next_out + 1) % SENDS;
	errno = ibv_post_send(id->qp, &wr, &bad);
	if (errno)
		give_up("ibv_post_send");
	unfinished++;
}

/* The notification is asked for before the last look, so that nothing can come between. */
static size_t receive_ib(struct beacon *beacon)
{
	struct ibv_cq *cq;
	struct ibv_wc done;
	void *context;

	if (!ibv_poll_cq(received, 1, &done)) {
		while (!ibv_get_cq_event(completions, &cq, &context))
			ibv_ack_cq_events(cq, 1);
		ibv_req_notify_cq(received, 0);
		if (!ibv_poll_cq(received, 1, &done))
			return 0;
	}
	if (done.status != IBV_WC_SUCCESS) {
		errno = EIO;
		give_up(ibv_wc_status_str(done.status));
	}
	*beacon = buffers[done.wr_id].beacon;
	post_buffer(done.wr_id);
	return done.byte_len - GRH_BYTES;
}

const struct transport ib_multicast = { "ib-multicast", open_ib, send_ib, receive_ib };
