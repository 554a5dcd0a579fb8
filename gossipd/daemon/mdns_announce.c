// SPDX-License-Identifier: GPL-2.0
/*
 * This node, announced: a service with its zone and its id, and a subtype for each zone, by which
 * nodes of other zones are not even looked up.
 */
#include <stdio.h>
#include <string.h>

#include "mdns_internal.h"
#include "text.h"

/* Somebody who takes each name that we try. */
#define RENAMES_MAX 100

static int add_service(struct mdns_agent *agent)
{
	char zone[16], id[ID_TEXT_LEN], id_string[ID_TEXT_LEN + 4];
	int err;

	snprintf(zone, sizeof(zone), "zone=%u", agent->zone);
	snprintf(id_string, sizeof(id_string), "id=%s", id_text(&agent->self, id));
	/* NOLINTBEGIN(clang-analyzer-optin.core.EnumCastOutOfRange): flags, of which none */
	err = agent->lib.entry_group_add_service(agent->group, agent->interface,
						 AVAHI_PROTO_UNSPEC, 0, agent->name, agent->type,
						 NULL, NULL, agent->port, "v=1", zone, id_string,
						 (const char *)NULL);
	if (!err)
		err = agent->lib.entry_group_add_service_subtype(agent->group, agent->interface,
								 AVAHI_PROTO_UNSPEC, 0,
								 agent->name, agent->type, NULL,
								 agent->subtype);
	/* NOLINTEND(clang-analyzer-optin.core.EnumCastOutOfRange) */
	return err;
}

/* Another name, as somebody has this one; false if there is none. */
static bool rename_service(struct mdns_agent *agent)
{
	char *other;

	if (++agent->renames > RENAMES_MAX)
		return false;
	other = agent->lib.alternative_service_name(agent->name);
	if (!other)
		return false;
	memset(agent->name, 0, sizeof(agent->name));
	strncpy(agent->name, other, sizeof(agent->name) - 1);
	agent->lib.free(other);
	return true;
}

/* By the name that the node has, or by one that is free; without a group nothing is done. */
static void announce(struct mdns_agent *agent)
{
	int err;

	if (!agent->group)
		return;
	do {
		agent->lib.entry_group_reset(agent->group);
		err = add_service(agent);
	} while (err == AVAHI_ERR_COLLISION && rename_service(agent));
	if (!err)
		err = agent->lib.entry_group_commit(agent->group);
	if (err)
		mdns_give_up(agent, "the node cannot be announced", err);
}

static void on_group(AvahiEntryGroup *group, AvahiEntryGroupState state, void *arg)
{
	struct mdns_agent *agent = arg;

	agent->group = group;
	switch (state) {
	case AVAHI_ENTRY_GROUP_ESTABLISHED:
		mdns_tell(agent, true, agent->name);
		break;
	case AVAHI_ENTRY_GROUP_COLLISION:
		if (rename_service(agent))
			announce(agent);
		else
			mdns_give_up(agent, "the node cannot be announced", AVAHI_ERR_COLLISION);
		break;
	case AVAHI_ENTRY_GROUP_FAILURE:
		mdns_give_up(agent, "the node cannot be announced",
			     agent->lib.client_errno(agent->client));
		break;
	default:
		break;
	}
}

/**
 * mdns_begin() - look for others, and announce this node
 * @agent: with a client that is connected; may be called again when it is once more
 *
 * Return: 0, or an error of Avahi's.
 */
int mdns_begin(struct mdns_agent *agent)
{
	/* NOLINTBEGIN(clang-analyzer-optin.core.EnumCastOutOfRange): flags, of which none */
	if (!agent->group) {
		agent->group = agent->lib.entry_group_new(agent->client, on_group, agent);
		if (!agent->group ||
		    !agent->lib.service_browser_new(agent->client, agent->interface,
						    AVAHI_PROTO_UNSPEC, agent->subtype, NULL, 0,
						    mdns_on_browsed, agent))
			return agent->lib.client_errno(agent->client);
	}
	/* NOLINTEND(clang-analyzer-optin.core.EnumCastOutOfRange) */
	announce(agent);
	return 0;
}
