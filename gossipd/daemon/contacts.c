// SPDX-License-Identifier: GPL-2.0
/*
 * Whom to ask for the others: the peers of the settings, a few of those that the site file has
 * addresses of, and a few that mDNS has found. Asked at the start, and again as long as they are
 * not heard of, more and more rarely: that is also how two halves of a zone find each other when
 * the network is whole again.
 */
#include <string.h>

#include "addr.h"
#include "daemon.h"

#define FIRST_MS 500
#define LAST_MS 30000
/* Of the site file, at a time. */
#define PICKED 4
/* Of what mDNS has found, at a time. */
#define HINTS 8

static bool is_heard(const struct daemon *d, const struct gossip_addr *addr)
{
	struct gossip_member member;
	size_t i;

	for (i = 0; i < gossip_nr_members(d->core); i++) {
		gossip_get_member(d->core, i, &member);
		if (member.state == GOSSIP_ALIVE && member.heard_ns &&
		    !memcmp(&member.addr, addr, sizeof(*addr)))
			return true;
	}
	return false;
}

static bool ask_addr(struct daemon *d, const struct gossip_addr *addr)
{
	if (is_heard(d, addr))
		return false;
	gossip_contact(d->core, uv_hrtime(), addr);
	return true;
}

static bool ask(struct daemon *d, const union config_addr *sock)
{
	struct gossip_addr addr;

	return addr_from_sock(&sock->sa, &addr) && ask_addr(d, &addr);
}

/* By chance, so that over time all of them are. */
static bool ask_site(struct daemon *d)
{
	const struct site *site = &d->site->site;
	size_t tries = PICKED, picked;
	bool asked = false;

	while (site->nr_nodes && tries--) {
		picked = crypto_sodium_random(NULL) % site->nr_nodes;
		if (memcmp(&site->nodes[picked].id, &d->config->gossip.self, sizeof(struct gw_id)))
			asked |= ask(d, &d->site->addr[picked]);
	}
	return asked;
}

/* By turns, and few, whoever announces how many. */
static bool ask_hints(struct daemon *d)
{
	const struct gossip_addr *addr;
	bool asked = false;
	size_t i;

	for (i = 0; i < HINTS; i++) {
		addr = mdns_next(d->mdns);
		if (addr)
			asked |= ask_addr(d, addr);
	}
	return asked;
}

static void look(uv_timer_t *timer)
{
	struct daemon *d = timer->data;
	const struct config_addrs *peers = &d->config->peers;
	bool asked = false;
	size_t i;

	for (i = 0; i < peers->nr; i++)
		asked |= ask(d, &peers->addr[i]);
	if (d->site && d->site->addr)
		asked |= ask_site(d);
	if (d->mdns)
		asked |= ask_hints(d);
	if (asked)
		daemon_step(d);
	/* A rack that was just turned on does not ask in step for long. */
	d->contacts_ms = d->contacts_ms < LAST_MS / 2 ? d->contacts_ms * 2 : LAST_MS;
	uv_timer_start(timer, look,
		       d->contacts_ms + crypto_sodium_random(NULL) % (d->contacts_ms / 2), 0);
}

/**
 * daemon_contacts_start() - ask now, and from now on
 * @d: with a core and sockets; may be called again, when there are other peers
 */
void daemon_contacts_start(struct daemon *d)
{
	d->contacts_ms = FIRST_MS;
	d->contacts.data = d;
	uv_timer_start(&d->contacts, look, 0, 0);
}

/**
 * daemon_contacts_soon() - there is somebody new to be asked
 * @d: that asks
 * @delay_ms: how soon; if it asks before that by itself, that is as well
 */
void daemon_contacts_soon(struct daemon *d, uint64_t delay_ms)
{
	if (uv_timer_get_due_in(&d->contacts) > delay_ms)
		uv_timer_start(&d->contacts, look, delay_ms, 0);
}
