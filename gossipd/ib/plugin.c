// SPDX-License-Identifier: GPL-2.0
/*
 * InfiniBand for gossipd: unreliable datagrams to the zone's group, and to nodes that were heard
 * there. What the daemon sees of the plug-in is here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ib.h"

static void ib_close(struct link *link)
{
	size_t i;

	link->closing = true;
	for (i = 0; i < RAILS_MAX; i++) {
		if (link->rail[i].link)
			ib_rail_close(&link->rail[i]);
	}
	ib_devices_close(link);
	ib_watch_stop(link->cm);
	ib_drive_stop(link);
}

/* That there is no device is worth a warning only to who has asked for it. */
static void wait_for_ports(struct link *link, int err)
{
	bool asked = link->config.enable == CONFIG_INFINIBAND_YES;

	link->waiting = true;
	if (err && err != -ENODEV)
		ib_log(link, asked ? LINK_LOG_WARNING : LINK_LOG_INFO,
		       "InfiniBand is waited for: %s", strerror(-err));
	else
		ib_log(link, asked ? LINK_LOG_WARNING : LINK_LOG_INFO,
		       "InfiniBand is waited for: there is no device yet");
}

static int ib_open(struct link **out, uv_loop_t *loop, const struct config_infiniband *config,
		   const struct link_user *user)
{
	struct link *link;
	int err;

	link = calloc(1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	/* It was looked at when the settings were. */
	hca_list_parse(config->hca ? config->hca : "", &link->wanted);
	link->loop = loop;
	link->config = *config;
	link->config.hca = NULL;
	link->config.plugin = NULL;
	link->user = *user;
	link->group = config->group4.sa.sa_family ? config->group4 : config->group6;
	ib_drive_start(link);
	err = ib_look(link);
	if (!*link->rail[0].device)
		wait_for_ports(link, err);
	*out = link;
	return 0;
}

static const char *host(const union config_addr *addr, char text[LINK_ADDR_LEN])
{
	const void *from = addr->sa.sa_family == AF_INET ? (const void *)&addr->in.sin_addr :
							   &addr->in6.sin6_addr;

	text[0] = '\0';
	if (addr->sa.sa_family != AF_UNSPEC)
		inet_ntop(addr->sa.sa_family, from, text, LINK_ADDR_LEN);
	return text;
}

static void get_rail(const struct link *link, const struct ib_rail *rail, struct link_rail *out)
{
	static const uint8_t states[RAIL_STATES] = {
		[RAIL_GONE] = LINK_RAIL_GONE,	    [RAIL_DOWN] = LINK_RAIL_DOWN,
		[RAIL_OPENING] = LINK_RAIL_OPENING, [RAIL_JOINING] = LINK_RAIL_JOINING,
		[RAIL_UP] = LINK_RAIL_UP,	    [RAIL_BACKOFF] = LINK_RAIL_BACKOFF,
	};
	const struct rail *state = &link->rails.rail[rail->index];

	memset(out, 0, sizeof(*out));
	ib_name(rail, out->name);
	host(&rail->address, out->address);
	strncpy(out->why, state->state == RAIL_UP ? "" : rail->why, sizeof(out->why) - 1);
	out->state = states[state->state];
	out->active = link->rails.active == rail->index;
	out->deaf = state->deaf;
	out->ethernet = rail->ethernet;
	if (rail->id && rail->id->qp) {
		out->mtu_bytes = rail->mtu_bytes;
		out->buffers = rail->nr_buffers;
		out->memory_bytes = rail->bytes_len;
		out->qp = rail->id->qp->qp_num;
		out->mlid = rail->group ? rail->mlid : 0;
	}
	memcpy(out->counters, rail->counters, sizeof(out->counters));
}

static void ib_get_state(const struct link *link, struct link_state *state)
{
	size_t i;

	state->up = link->up;
	host(&link->group, state->group);
	state->failovers = link->rails.failovers;
	state->no_rail = link->no_rail;
	state->nr_rails = 0;
	for (i = 0; i < RAILS_MAX; i++) {
		if (*link->rail[i].device)
			get_rail(link, &link->rail[i], &state->rail[state->nr_rails++]);
	}
}

extern __attribute__((visibility("default"))) const struct link_ops gossipd_link;
const struct link_ops gossipd_link = {
	.abi = LINK_ABI,
	.name = "infiniband",
	.number = GOSSIP_LINK_IB,
	.open = ib_open,
	.close = ib_close,
	.send = ib_send,
	.get_state = ib_get_state,
};
