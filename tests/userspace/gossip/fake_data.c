// SPDX-License-Identifier: GPL-2.0
/*
 * Queue pairs, made up: what is given to them, sent by them and received, see fake_verbs.h.
 */
#include <errno.h>
#include <string.h>

#include "fake_verbs.h"

#define FAILED EIO

/* The library returns errnos as they are, where errno itself may be of anything before. */
int fake_error(void)
{
	errno = ENOENT;
	return FAILED;
}

/* --- what comes to an end --- */

static void ring(struct fake_port *port)
{
	struct fake_cq *cq = (struct fake_cq *)port->qp->recv_cq;
	struct fake_comp *comp = (struct fake_comp *)cq->cq.channel;

	if (!cq->armed)
		return;
	cq->armed = false;
	comp->events++;
	fake_ring(comp->channel.fd);
}

static void complete_receive(struct fake_port *port, const struct ibv_wc *wc)
{
	port->received[port->received_last++ % FAKE_QUEUE] = *wc;
	ring(port);
}

static void flush(struct fake_port *port)
{
	uint32_t i;

	while (port->first != port->last) {
		const struct ibv_wc wc = {
			.wr_id = port->posted_id[port->first++ % FAKE_QUEUE],
			.status = IBV_WC_WR_FLUSH_ERR,
		};

		complete_receive(port, &wc);
	}
	for (i = port->sends_first; i != port->sends_last; i++)
		port->sends[i % FAKE_QUEUE].status = IBV_WC_WR_FLUSH_ERR;
}

/* The queue pair goes into its error state. */
void fake_break(struct fake_port *port)
{
	if (!port->qp)
		return;
	port->broken = true;
	flush(port);
}

bool fake_receive(struct fake_port *port, const struct fake_datagram *datagram)
{
	const struct ibv_sge *sge = &port->posted[port->first % FAKE_QUEUE];
	uint8_t *to = (uint8_t *)(uintptr_t)sge->addr;
	struct ibv_wc wc = {
		.status = datagram->status, .byte_len = (uint32_t)(FAKE_GRH + datagram->len),
		.src_qp = datagram->qpn, .wc_flags = datagram->flags,
	};

	if (!port->qp || port->broken || fake_dead(port->qp->context))
		return false;
	if (port->first == port->last) {
		port->nr_dropped++;
		return false;
	}
	if (FAKE_GRH + datagram->len > sge->length)
		return false;
	memcpy(to, datagram->grh, FAKE_GRH);
	if (datagram->len)
		memcpy(to + FAKE_GRH, datagram->bytes, datagram->len);
	wc.wr_id = port->posted_id[port->first++ % FAKE_QUEUE];
	complete_receive(port, &wc);
	return true;
}

/* As RoCE has it with IPv4: the header in the last half of the room. */
bool fake_deliver(struct fake_port *port, uint32_t host, uint32_t qpn, bool group,
		  const uint8_t *bytes, size_t len)
{
	struct fake_datagram datagram = { .bytes = bytes, .len = len, .qpn = qpn };
	uint32_t from = htonl(host);

	datagram.grh[20] = 0x45;
	memcpy(datagram.grh + 32, &from, sizeof(from));
	datagram.grh[36] = group ? 239 : 10;
	return fake_receive(port, &datagram);
}

/* All that was sent has gone, well or not. */
void fake_complete(struct fake_port *port, enum ibv_wc_status status)
{
	uint32_t i;

	for (i = port->sends_first; i != port->sends_last; i++)
		port->sends[i % FAKE_QUEUE].status = status;
	port->mute = false;
}

/* --- the library --- */

static int notify(struct ibv_cq *cq, int solicited)
{
	(void)solicited;
	if (fake_fails(FAKE_NOTIFY))
		return fake_error();
	((struct fake_cq *)cq)->armed = true;
	return 0;
}

static int poll_cq(struct ibv_cq *cq, int nr, struct ibv_wc *wc)
{
	struct fake_port *port = ((struct fake_cq *)cq)->port;
	int i;

	if (fake.fate && fake.fate(FAKE_POLL))
		return -1;
	for (i = 0; i < nr; i++) {
		if (cq->channel && port->received_first != port->received_last) {
			wc[i] = port->received[port->received_first++ % FAKE_QUEUE];
			port->nr_polled++;
		} else if (!cq->channel && !port->mute && !port->hung &&
			   port->sends_first != port->sends_last) {
			wc[i] = port->sends[port->sends_first++ % FAKE_QUEUE];
		} else {
			break;
		}
	}
	return i;
}

/* The device has it already: given to it, or received into and not looked at yet. */
static bool has(const struct fake_port *port, uint64_t wr_id)
{
	uint32_t i;

	for (i = port->first; i != port->last; i++) {
		if (port->posted_id[i % FAKE_QUEUE] == wr_id)
			return true;
	}
	for (i = port->received_first; i != port->received_last; i++) {
		if (port->received[i % FAKE_QUEUE].wr_id == wr_id)
			return true;
	}
	return false;
}

static int post_recv(struct ibv_qp *qp, struct ibv_recv_wr *wr, struct ibv_recv_wr **bad)
{
	struct fake_port *port = qp->qp_context;

	for (; wr; wr = wr->next) {
		*bad = wr;
		if (fake_dead(qp->context) || (wr->wr_id % 16 == 0 && fake_fails(FAKE_POST_RECV)))
			return fake_error();
		if (has(port, wr->wr_id))
			fake_wrong("gives a buffer twice");
		port->posted[port->last % FAKE_QUEUE] = wr->sg_list[0];
		port->posted_id[port->last++ % FAKE_QUEUE] = wr->wr_id;
	}
	if (port->broken)
		flush(port);
	return 0;
}

static void check_send(const struct fake_port *port, const struct ibv_send_wr *wr)
{
	uint32_t i;

	if (wr->wr.ud.ah->pd != port->qp->pd)
		fake_wrong("sends by an address handle of elsewhere");
	if (!port->member)
		fake_wrong("sends where the group is not joined");
	if (wr->wr.ud.remote_qkey != FAKE_QKEY)
		fake_wrong("sends with another key");
	for (i = port->sends_first; i != port->sends_last; i++) {
		if (port->sends[i % FAKE_QUEUE].wr_id == wr->wr_id)
			fake_wrong("sends from a buffer that is on its way");
	}
	if (port->sends_last - port->sends_first >= port->qp->send_cq->cqe)
		fake_wrong("sends more than there is room for");
}

static int post_send(struct ibv_qp *qp, struct ibv_send_wr *wr, struct ibv_send_wr **bad)
{
	struct fake_port *port = qp->qp_context;

	*bad = wr;
	if (fake_dead(qp->context) || fake_fails(FAKE_POST_SEND)) {
		port->nr_refused++;
		return fake_error();
	}
	check_send(port, wr);
	port->nr_sent++;
	port->sent_len = wr->sg_list[0].length;
	port->sent_bytes += port->sent_len;
	port->sent_qpn = wr->wr.ud.remote_qpn;
	port->sent_qkey = wr->wr.ud.remote_qkey;
	memcpy(port->sent, (void *)(uintptr_t)wr->sg_list[0].addr, port->sent_len);
	port->sends[port->sends_last++ % FAKE_QUEUE] = (struct ibv_wc){
		.wr_id = wr->wr_id,
		.status = port->broken ? IBV_WC_WR_FLUSH_ERR : IBV_WC_SUCCESS,
	};
	return 0;
}

/* A new one. */
void fake_qp_setup(struct fake_port *port, struct ibv_qp *qp)
{
	qp->context->ops.poll_cq = poll_cq;
	qp->context->ops.req_notify_cq = notify;
	qp->context->ops.post_recv = post_recv;
	qp->context->ops.post_send = post_send;
	qp->qp_context = port;
	((struct fake_cq *)qp->recv_cq)->port = port;
	((struct fake_cq *)qp->recv_cq)->users++;
	((struct fake_cq *)qp->send_cq)->port = port;
	((struct fake_cq *)qp->send_cq)->users++;
	((struct fake_pd *)qp->pd)->users++;
	port->serial++;
	port->hung = false;
	port->broken = false;
	port->first = port->last;
	port->received_first = port->received_last;
	port->sends_first = port->sends_last;
}
