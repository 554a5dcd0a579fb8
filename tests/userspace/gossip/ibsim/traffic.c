// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon, and the other nodes: what is sent, what comes in, and what has to become of it.
 */
#include <string.h>

#include "world.h"

extern const struct link_ops gossipd_link;

#define PEERS 100
#define PEER 0x0ac80001
#define QPN 0x123400

/* --- what comes --- */

static void header(struct fake_datagram *d, bool ethernet, uint32_t host, bool group)
{
	const union ibv_gid gid = fake_gid(host);

	host = htonl(host);
	if (ethernet) {
		d->grh[20] = 0x45;
		memcpy(d->grh + 32, &host, sizeof(host));
		d->grh[36] = group ? 239 : 10;
		return;
	}
	d->flags = IBV_WC_GRH;
	d->grh[0] = 0x60;
	memcpy(d->grh + 8, gid.raw, sizeof(gid.raw));
	d->grh[24] = group ? 0xff : 0xfe;
}

static size_t odd_length(void)
{
	if (ibsim_chance(500)) {
		ibsim_fault(IBSIM_SHORT);
		return 0;
	}
	ibsim_fault(IBSIM_LONG);
	return GW_DATAGRAM_MAX + 1 + ibsim_below(4096 - GW_DATAGRAM_MAX - 1);
}

/* A datagram at a port: as a rule a peer's, to all. */
void ibsim_deliver(uint32_t which)
{
	static uint8_t bytes[4096];
	struct fake_port *port = &fake.port[which];
	uint32_t peer = (uint32_t)ibsim_below(PEERS), i;
	struct fake_datagram d = { .bytes = bytes, .qpn = QPN + peer };
	uint64_t dropped = port->nr_dropped;

	/* Nobody knows of a queue pair before it has asked for the group. */
	if (!port->qp || !port->joined || !port->of->there || !port->active)
		return;
	bytes[0] = (uint8_t)peer;
	/* Who is not in the group gets what is for it alone. */
	header(&d, port->ethernet, PEER + peer,
	       port->member && (!ibsim->storm || ibsim_chance(900)));
	d.len = 1 + ibsim_below(GW_DATAGRAM_MAX);
	if (ibsim->storm && ibsim_chance(40)) {
		d.len = odd_length();
	} else if (ibsim->storm && ibsim_chance(30)) {
		ibsim_fault(IBSIM_FORGED);
		for (i = 0; i < FAKE_GRH; i++)
			d.grh[i] = (uint8_t)ibsim_draw();
		d.qpn = (uint32_t)ibsim_draw();
	} else if (ibsim->storm && port->member && ibsim_chance(50)) {
		ibsim_fault(IBSIM_OWN);
		memset(d.grh, 0, sizeof(d.grh));
		header(&d, port->ethernet, ntohl(port->address.sin_addr.s_addr), true);
		d.qpn = port->qp->qp_num;
	}
	fake_receive(port, &d);
	if (port->nr_dropped == dropped)
		return;
	ibsim->result->faults[IBSIM_NO_BUFFER]++;
	ibsim->starved[which] = port->serial;
}

static void on_receive(void *ctx, const struct gossip_addr *from, uint8_t *bytes, size_t len)
{
	uint8_t rail = from->byte[IB_ADDR_RAIL];
	size_t i;

	(void)ctx;
	if (ibsim->closed) {
		ibsim_break(IBSIM_AFTER_CLOSE, "a datagram is given to who has closed it");
		return;
	}
	if (!len || len > GW_DATAGRAM_MAX || from->link != GOSSIP_LINK_IB ||
	    from->len != IB_ADDR_BYTES || rail >= RAILS_MAX) {
		ibsim_break(IBSIM_LIBRARY, "a datagram of %zu bytes from %u bytes at rail %u", len,
			    from->len, rail);
		return;
	}
	/* It is there to be changed. */
	for (i = 0; i < len; i++)
		bytes[i]++;
	ibsim->received[rail]++;
	ibsim->received_bytes[rail] += len;
	ibsim->result->received++;
	ibsim_trace('r', (uint64_t)rail << 32 | len);
	if (ibsim_chance(100)) {
		i = ibsim->nr_known++ % 16;
		ibsim->known[i] = *from;
		ibsim->known[i].group = false;
	}
	if (ibsim->inside || !ibsim_chance(50))
		return;
	ibsim_fault(IBSIM_REENTRY);
	ibsim_send(true);
}

static void on_drained(void *ctx)
{
	(void)ctx;
	if (ibsim->closed)
		ibsim_break(IBSIM_AFTER_CLOSE, "tells who has closed it that all has come");
}

static void on_changed(void *ctx, bool up)
{
	(void)ctx;
	ibsim_trace('u', up);
	ibsim_say("the link is %s", up ? "up" : "down");
	if (ibsim->closed)
		ibsim_break(IBSIM_AFTER_CLOSE, "tells who has closed it that it changes");
	if (ibsim->up == up)
		ibsim_break(IBSIM_TOLD, "tells that it is %s, once more", up ? "up" : "down");
	ibsim->up = up;
	if (ibsim->link && ibsim_chance(300))
		ibsim_send(true);
}

static void on_log(void *ctx, enum link_log level, const char *text)
{
	(void)ctx;
	(void)level;
	ibsim_say("says: %s", text);
	if (ibsim->closed)
		ibsim_break(IBSIM_AFTER_CLOSE, "says something to who has closed it");
	if (!*text || text[strlen(text) - 1] == ' ')
		ibsim_break(IBSIM_TROUBLE, "says nothing");
}

static uint64_t on_random(void *ctx)
{
	(void)ctx;
	return ibsim_draw();
}

struct link_user ibsim_user(void)
{
	return (struct link_user){
		.receive = on_receive, .drained = on_drained, .changed = on_changed,
		.log = on_log, .random = on_random,
	};
}

/* --- what goes --- */

/* As it was before a send. */
struct before {
	struct link_state state;
	uint32_t sent[RAILS_MAX], refused[RAILS_MAX];
	bool full[RAILS_MAX];
};

static void remember(struct before *b)
{
	size_t i;

	gossipd_link.get_state(ibsim->link, &b->state);
	for (i = 0; i < b->state.nr_rails; i++) {
		const struct fake_port *port = ibsim_port_of(&ibsim->link->rail[i]);

		b->sent[i] = port->nr_sent;
		b->refused[i] = port->nr_refused;
		b->full[i] = port->sends_last - port->sends_first == IB_SENDS;
	}
}

/* A datagram to all goes out once on each rail that it has to, and on no other. */
static void check_group(const struct before *b, bool urgent, size_t len)
{
	struct link_state now;
	bool some = false;
	size_t i;

	gossipd_link.get_state(ibsim->link, &now);
	for (i = 0; i < b->state.nr_rails; i++) {
		const struct link_rail *rail = &b->state.rail[i];
		const struct fake_port *port = ibsim_port_of(&ibsim->link->rail[i]);
		uint32_t sent = port->nr_sent - b->sent[i];
		bool must = rail->state == LINK_RAIL_UP && (urgent || rail->active);

		some = some || rail->state == LINK_RAIL_UP;
		if (!must && sent)
			ibsim_break(IBSIM_SENDS, "%s is %d, active %d, and sent on", rail->name,
				    rail->state, rail->active);
		if (!must || sent == 1 || len > GW_DATAGRAM_MAX || len > rail->mtu_bytes)
			continue;
		if (sent > 1 || (port->nr_refused == b->refused[i] && !b->full[i]))
			ibsim_break(urgent ? IBSIM_URGENT : IBSIM_SENDS,
				    "%s is up, and was sent on %u times", rail->name, sent);
	}
	if (now.no_rail - b->state.no_rail != !some)
		ibsim_break(IBSIM_COUNTERS, "no rail: %llu, and one is up: %d",
			    (unsigned long long)(now.no_rail - b->state.no_rail), some);
}

static struct gossip_addr forged(void)
{
	struct gossip_addr to = { .link = GOSSIP_LINK_IB, .len = IB_ADDR_BYTES };
	size_t i;

	for (i = 0; i < IB_ADDR_BYTES; i++)
		to.byte[i] = (uint8_t)ibsim_draw();
	if (ibsim_chance(700))
		to.byte[IB_ADDR_RAIL] = (uint8_t)ibsim_below(RAILS_MAX);
	if (ibsim_chance(100))
		to.len = (uint8_t)ibsim_below(GOSSIP_ADDR_BYTES);
	return to;
}

static void send_node(const uint8_t *bytes, size_t len, const struct before *b)
{
	struct gossip_addr to = ibsim->nr_known && ibsim_chance(800) ?
		ibsim->known[ibsim_below(ibsim->nr_known < 16 ? ibsim->nr_known : 16)] : forged();
	uint8_t rail = to.byte[IB_ADDR_RAIL];
	size_t i;

	gossipd_link.send(ibsim->link, GOSSIP_UNICAST, &to, false, bytes, len);
	for (i = 0; i < b->state.nr_rails; i++) {
		if (ibsim_port_of(&ibsim->link->rail[i])->nr_sent != b->sent[i] &&
		    (i != rail || b->state.rail[i].state != LINK_RAIL_UP))
			ibsim_break(IBSIM_SENDS, "%s is not what it is for, and sent on",
				    b->state.rail[i].name);
	}
}

/* What the daemon sends; @reentry: in the middle of what it is told. */
void ibsim_send(bool reentry)
{
	static uint8_t bytes[GW_DATAGRAM_MAX + 200];
	size_t len = 1 + ibsim_below(GW_DATAGRAM_MAX);
	bool urgent = ibsim_chance(400);
	struct before b;

	if (!ibsim->link || ibsim->closed)
		return;
	if (ibsim->storm && ibsim_chance(20))
		len = sizeof(bytes);
	ibsim->inside += reentry;
	memset(bytes, (int)ibsim_below(256), sizeof(bytes));
	remember(&b);
	if (ibsim_chance(300)) {
		send_node(bytes, len, &b);
	} else {
		gossipd_link.send(ibsim->link, GOSSIP_MULTICAST, NULL, urgent, bytes, len);
		check_group(&b, urgent, len);
	}
	ibsim->result->sent++;
	ibsim->inside -= reentry;
}

void ibsim_traffic(void)
{
	uint32_t i, first = (uint32_t)ibsim_below(ibsim->opt.ports);

	ibsim_send(false);
	for (i = 0; i < ibsim->opt.ports; i++)
		ibsim_deliver((first + i) % ibsim->opt.ports);
}
