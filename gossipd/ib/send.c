// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that go: copied into buffers that the device knows, and lost if there is none.
 */
#include <string.h>

#include "ib.h"

/* Nothing of what was sent has gone for so long: it never will. */
#define STUCK_NS UINT64_C(1000000000)

/* Those that have gone give their buffers back. */
static void reap(struct ib_rail *rail)
{
	struct ibv_wc wc[IB_BATCH];
	int nr, i;

	do {
		nr = ibv_poll_cq(rail->sends, IB_BATCH, wc);
		if (nr > 0)
			rail->sent_ns = uv_hrtime();
		for (i = 0; i < nr; i++) {
			if (rail->nr_free < IB_SENDS)
				rail->free_sends[rail->nr_free++] = wc[i].wr_id;
			if (wc[i].status == IBV_WC_SUCCESS)
				continue;
			rail->counters[LINK_FAILED]++;
			ib_why(rail, ibv_wc_status_str(wc[i].status), 0);
			ib_tell(rail->link, rail->index, RAIL_IN_SEND_ERROR, 0);
		}
	} while (nr == IB_BATCH);
	if (nr < 0) {
		ib_why(rail, "cannot look at what was sent", 0);
		ib_tell(rail->link, rail->index, RAIL_IN_SEND_ERROR, 0);
	}
	if (rail->nr_free == IB_SENDS) {
		rail->sent_ns = uv_hrtime();
	} else if (uv_hrtime() - rail->sent_ns > STUCK_NS) {
		ib_why(rail, "what is sent does not go", 0);
		ib_tell(rail->link, rail->index, RAIL_IN_FATAL, 0);
	}
}

static void send_on(struct ib_rail *rail, struct ibv_ah *ah, uint32_t qpn, const uint8_t *bytes,
		    size_t len)
{
	uint64_t slot;
	uint8_t *at;
	struct ibv_sge sge;
	struct ibv_send_wr wr = { .sg_list = &sge, .num_sge = 1, .opcode = IBV_WR_SEND }, *bad;

	reap(rail);
	if (len > rail->mtu_bytes || len > GW_DATAGRAM_MAX) {
		rail->counters[LINK_MTU]++;
		return;
	}
	if (!rail->nr_free) {
		rail->counters[LINK_BUSY]++;
		return;
	}
	slot = rail->free_sends[--rail->nr_free];
	at = rail->bytes + (size_t)rail->nr_buffers * rail->slot_bytes + slot * GW_DATAGRAM_MAX;
	memcpy(at, bytes, len);
	sge = (struct ibv_sge){ .addr = (uintptr_t)at, .length = len, .lkey = rail->mr->lkey };
	wr.wr_id = slot;
	wr.wr.ud.ah = ah;
	wr.wr.ud.remote_qpn = qpn;
	wr.wr.ud.remote_qkey = rail->qkey;
	if (!ibv_post_send(rail->id->qp, &wr, &bad)) {
		rail->counters[LINK_SENT]++;
		rail->counters[LINK_SENT_BYTES] += len;
		return;
	}
	rail->free_sends[rail->nr_free++] = slot;
	rail->counters[LINK_FAILED]++;
	ib_why(rail, "cannot send", 0);
	ib_tell(rail->link, rail->index, RAIL_IN_SEND_ERROR, 0);
}

/* The rail that the node was heard on; if that is down, none: it will be heard on another. */
static void send_to_node(struct link *link, const struct gossip_addr *to, const uint8_t *bytes,
			 size_t len)
{
	const uint8_t *qpn = to->byte + IB_ADDR_QPN;
	struct ib_rail *rail;
	struct ibv_ah *ah;

	if (to->link != GOSSIP_LINK_IB || to->len != IB_ADDR_BYTES ||
	    to->byte[IB_ADDR_RAIL] >= RAILS_MAX)
		return;
	rail = &link->rail[to->byte[IB_ADDR_RAIL]];
	if (!(rails_select(&link->rails, true) >> rail->index & 1) || !rail->group) {
		link->no_rail++;
		return;
	}
	ah = ib_handle_find(rail, to->byte);
	if (ah)
		send_on(rail, ah, qpn[0] << 16 | qpn[1] << 8 | qpn[2], bytes, len);
	else
		rail->counters[LINK_NO_HANDLE]++;
}

/**
 * ib_send() - send a datagram now, or lose it
 * @link: an open one
 * @dest: to a node, or to the group
 * @to: the node
 * @urgent: on all rails that are up
 * @bytes: what
 * @len: how much of it
 */
void ib_send(struct link *link, enum gossip_dest dest, const struct gossip_addr *to, bool urgent,
	     const uint8_t *bytes, size_t len)
{
	uint32_t rails;
	size_t i;

	if (dest == GOSSIP_UNICAST) {
		send_to_node(link, to, bytes, len);
		return;
	}
	rails = rails_select(&link->rails, urgent);
	if (!rails)
		link->no_rail++;
	for (i = 0; i < RAILS_MAX; i++) {
		struct ib_rail *rail = &link->rail[i];

		/* One that is up may be about to be closed, but is there until then. */
		if (rails >> i & 1 && rail->group)
			send_on(rail, rail->group, rail->group_qpn, bytes, len);
	}
}
