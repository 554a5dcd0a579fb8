// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes by the names that people know them by.
 */
#include <stdio.h>
#include <unistd.h>

#include "daemon.h"
#include "text.h"

/**
 * daemon_name_of() - name of a node for people
 * @d: the daemon
 * @id: of the node
 *
 * Return: the site's name for it, or "".
 */
const char *daemon_name_of(const struct daemon *d, const struct gw_id *id)
{
	uint32_t index;

	if (!d->site)
		return "";
	index = site_find(&d->site->site, id);
	return index == SITE_NONE ? "" : d->site->site.nodes[index].name;
}

/**
 * daemon_own_name() - whatever people know this node by: the settings' name for it, the site's or
 *	the host's
 * @d: the daemon
 * @name: written to
 */
void daemon_own_name(const struct daemon *d, char name[DAEMON_NAME_LEN])
{
	const char *given = d->config->node.name;

	if (!given)
		given = daemon_name_of(d, &d->config->gossip.self);
	snprintf(name, DAEMON_NAME_LEN, "%s", given);
	if (name[0])
		return;
	/* One that is cut short need not have an end. */
	if (gethostname(name, DAEMON_NAME_LEN - 1))
		name[0] = '\0';
	name[DAEMON_NAME_LEN - 1] = '\0';
	if (!name[0])
		snprintf(name, DAEMON_NAME_LEN, "gossipd");
}

/**
 * daemon_who() - a node as people want to read it: its UUID, with its name in front if it has one
 * @d: the daemon
 * @id: of the node
 * @text: written to
 *
 * Return: @text.
 */
const char *daemon_who(const struct daemon *d, const struct gw_id *id, char text[DAEMON_WHO_LEN])
{
	const char *name = daemon_name_of(d, id);
	char uuid[ID_TEXT_LEN];

	id_text(id, uuid);
	if (name[0])
		snprintf(text, DAEMON_WHO_LEN, "%s (%s)", name, uuid);
	else
		snprintf(text, DAEMON_WHO_LEN, "%s", uuid);
	return text;
}
