// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes by the names that people know them by.
 */
#include <stdio.h>

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
