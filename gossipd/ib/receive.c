// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that come: their buffers were given to the device beforehand, and are given back as
 * soon as the daemon has looked at them.
 */
#include <string.h>

#include "ib.h"

/**
 * ib_post() - give buffers to the device
 * @rail: an open one
 * @slots: their numbers
 * @nr: how many, %IB_BATCH at most
 *
 * Return: 0, or an errno.
 */
int ib_post(struct ib_rail *rail, const uint64_t *slots, uint32_t nr)
{
	struct ibv_recv_wr wr[IB_BATCH], *bad;
	struct ibv_sge sge[IB_BATCH];
	uint32_t i;

	for (i = 0; i < nr; i++) {
		sge[i] = (struct ibv_sge){
			.addr = (uintptr_t)(rail->bytes + slots[i] * rail->slot_bytes),
			.length = rail->slot_bytes,
			.lkey = rail->mr->lkey,
		};
		wr[i] = (struct ibv_recv_wr){
			.wr_id = slots[i],
			.next = i + 1 < nr ? &wr[i + 1] : NULL,
			.sg_list = &sge[i],
			.num_sge = 1,
		};
	}
	return nr ? ibv_post_recv(rail->id->qp, wr, &bad) : 0;
}

/* From one of our own rails: the group has them all, and the hardware cannot leave us out. */
static bool is_own(const struct link *link, const struct gossip_addr *from, uint32_t qpn)
{
	size_t i;

	for (i = 0; i < RAILS_MAX; i++) {
		const struct ib_rail *rail = &link->rail[i];

		if (rail->group && rail->id->qp->qp_num == qpn &&
		    !memcmp(from->byte, &rail->gid, sizeof(rail->gid)))
			return true;
	}
	return false;
}

static void one(struct ib_rail *rail, const struct ibv_wc *wc)
{
	struct link *link = rail->link;
	uint8_t *slot = rail->bytes + wc->wr_id * rail->slot_bytes;
	struct gossip_addr from;
	size_t len;

	if (wc->status != IBV_WC_SUCCESS) {
		rail->counters[LINK_BAD]++;
		/* The rest of what is flushed follows from something that is already known. */
		if (wc->status != IBV_WC_WR_FLUSH_ERR)
			ib_why(rail, ibv_wc_status_str(wc->status), 0);
		else if (link->rails.rail[rail->index].opened)
			ib_why(rail, "its queue pair has failed", 0);
		ib_tell(link, rail->index, RAIL_IN_FATAL, 0);
		return;
	}
	if (wc->byte_len <= IB_GRH_BYTES || !ib_source(slot, wc, rail->ethernet, &from)) {
		rail->counters[LINK_TOO_SHORT]++;
		return;
	}
	len = wc->byte_len - IB_GRH_BYTES;
	if (len > GW_DATAGRAM_MAX) {
		rail->counters[LINK_TOO_LONG]++;
		return;
	}
	if (is_own(link, &from, wc->src_qp)) {
		rail->counters[LINK_OWN]++;
		return;
	}
	from.byte[IB_ADDR_RAIL] = rail->index;
	rail->counters[LINK_RECEIVED]++;
	rail->counters[LINK_RECEIVED_BYTES] += len;
	if (from.group)
		ib_tell(link, rail->index, RAIL_IN_HEARD, 0);
	link->user.receive(link->user.ctx, &from, slot + IB_GRH_BYTES, len);
}

/* Whether there may be more of them. */
static bool go(struct ib_rail *rail)
{
	struct ibv_wc wc[IB_BATCH];
	uint64_t slots[IB_BATCH];
	int done, nr = 0, i;

	for (done = 0; done < IB_GO; done += nr) {
		nr = ibv_poll_cq(rail->receives, IB_BATCH, wc);
		if (nr <= 0)
			break;
		for (i = 0; i < nr; i++) {
			one(rail, &wc[i]);
			slots[i] = wc[i].wr_id;
		}
		if (ib_post(rail, slots, nr)) {
			ib_why(rail, "cannot give buffers back", 0);
			ib_tell(rail->link, rail->index, RAIL_IN_FATAL, 0);
			return false;
		}
	}
	if (nr < 0) {
		ib_why(rail, "cannot look at completions", 0);
		ib_tell(rail->link, rail->index, RAIL_IN_FATAL, 0);
	}
	/* So many were waiting that some found no buffer, or might have. */
	rail->waiting += done;
	if (rail->waiting >= rail->nr_buffers) {
		rail->counters[LINK_EMPTY]++;
		rail->waiting = 0;
	}
	if (nr <= 0)
		rail->waiting = 0;
	return nr > 0;
}

static void receive_go(struct ib_rail *rail)
{
	struct link *link = rail->link;

	rail->more = go(rail);
	if (rail->more)
		uv_idle_start(&link->more, ib_receive_more);
	link->user.drained(link->user.ctx);
}

/**
 * ib_receive() - the device says that something has come
 * @rail: to which
 */
void ib_receive(struct ib_rail *rail)
{
	struct ibv_cq *cq;
	void *ctx;

	while (!ibv_get_cq_event(rail->channel, &cq, &ctx))
		ibv_ack_cq_events(cq, 1);
	/* First of all: what comes from here on says so again. */
	if (ibv_req_notify_cq(rail->receives, 0)) {
		ib_why(rail, "cannot wait for what comes", 0);
		ib_tell(rail->link, rail->index, RAIL_IN_FATAL, 0);
		return;
	}
	receive_go(rail);
}

/**
 * ib_receive_more() - go on with what was left for others to have their turn
 * @idle: of the link
 */
void ib_receive_more(uv_idle_t *idle)
{
	struct link *link = idle->data;
	bool more = false;
	size_t i;

	for (i = 0; i < RAILS_MAX; i++) {
		if (link->rail[i].more)
			receive_go(&link->rail[i]);
		more = more || link->rail[i].more;
	}
	if (!more)
		uv_idle_stop(idle);
}
