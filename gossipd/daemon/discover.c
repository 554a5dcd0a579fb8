// SPDX-License-Identifier: GPL-2.0
/*
 * mDNS turned on and off, and what it finds.
 */
#include <arpa/inet.h>
#include <string.h>

#include "daemon.h"
#include "log.h"

/* What came in this time is asked together, and a flood of announcements is no flood of hellos. */
#define SOON_MS 500

static void on_hint(void *ctx)
{
	daemon_contacts_soon(ctx, SOON_MS);
}

/**
 * daemon_discover() - turn mDNS on, if the settings say so; a node that cannot have it does without
 * @d: with sockets
 */
void daemon_discover(struct daemon *d)
{
	const struct config_mdns *config = &d->config->mdns;
	const struct mdns_user user = { .ctx = d, .hint = on_hint };
	char name[DAEMON_NAME_LEN];
	struct mdns_settings settings;

	/* Another may be in the settings by now, but the sockets stay. */
	if (!d->port)
		d->port = ntohs(d->config->node.listen.addr[0].in.sin_port);
	if (!config->enabled)
		return;
	daemon_own_name(d, name);
	settings = (struct mdns_settings){
		.type = config->type, .interface = config->interface, .name = name,
		.self = d->config->gossip.self, .zone = d->config->gossip.zone, .port = d->port,
	};
	mdns_open(&d->mdns, &d->loop, &settings, &user);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/**
 * daemon_rediscover() - go on with other settings
 * @d: which has them already
 * @was: those before
 */
void daemon_rediscover(struct daemon *d, const struct config_mdns *was)
{
	const struct config_mdns *is = &d->config->mdns;

	if (was->enabled == is->enabled && same_text(was->type, is->type) &&
	    same_text(was->interface, is->interface))
		return;
	mdns_close(d->mdns, 0);
	d->mdns = NULL;
	if (was->enabled && !is->enabled)
		log_info("mDNS is off");
	daemon_discover(d);
}
