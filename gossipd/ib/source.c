// SPDX-License-Identifier: GPL-2.0
/*
 * Where a datagram came from, by the header in front of it: the library's own function asks the
 * kernel about all addresses of the port each time.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <string.h>

#include "ib.h"

/* RoCE has the IPv4 header in the last half of the room, and nothing sure in the first. */
#define IPV4_AT 20

static bool has_ipv4(const uint8_t *grh)
{
	uint32_t sum = 0;
	int i;

	if (grh[IPV4_AT] != 0x45)
		return false;
	if (grh[0] >> 4 != 6)
		return true;
	/* An IPv6 source may look like it: the checksum tells. */
	for (i = IPV4_AT; i < IB_GRH_BYTES; i += 2)
		sum += grh[i] << 8 | grh[i + 1];
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return (sum & 0xffff) == 0xffff;
}

/**
 * ib_source() - where a datagram came from
 * @grh: first %IB_GRH_BYTES of its buffer
 * @wc: its completion
 * @ethernet: by RoCE, where there is always a header
 * @from: set, but for the rail: link, whether it came by a group, and the address
 *
 * Return: false if the header makes no sense.
 */
bool ib_source(const uint8_t *grh, const struct ibv_wc *wc, bool ethernet, struct gossip_addr *from)
{
	uint8_t *byte = from->byte;

	memset(from, 0, sizeof(*from));
	from->link = GOSSIP_LINK_IB;
	from->len = IB_ADDR_BYTES;
	if (ethernet && has_ipv4(grh)) {
		byte[10] = 0xff;
		byte[11] = 0xff;
		memcpy(byte + 12, grh + IPV4_AT + offsetof(struct iphdr, saddr), 4);
		from->group = grh[IPV4_AT + offsetof(struct iphdr, daddr)] >> 4 == 0xe;
	} else if (ethernet || wc->wc_flags & IBV_WC_GRH) {
		if (grh[0] >> 4 != 6)
			return false;
		memcpy(byte, grh + offsetof(struct ibv_grh, sgid), sizeof(union ibv_gid));
		from->group = grh[offsetof(struct ibv_grh, dgid)] == 0xff;
	}
	byte[IB_ADDR_QPN] = wc->src_qp >> 16;
	byte[IB_ADDR_QPN + 1] = wc->src_qp >> 8;
	byte[IB_ADDR_QPN + 2] = wc->src_qp;
	if (!ethernet) {
		byte[IB_ADDR_LID] = wc->slid >> 8;
		byte[IB_ADDR_LID + 1] = wc->slid;
	}
	return true;
}
