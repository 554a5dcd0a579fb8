// SPDX-License-Identifier: GPL-2.0
/*
 * Settings read again while the daemon runs: everything that can fail is done first, aside; then
 * all of it is put in place, or nothing.
 */
#include <string.h>

#include "daemon.h"
#include "log.h"

#define CHANGES_MAX 64

/* Says what changed, and what of it has to wait. */
static void tell_changes(const struct daemon_config *was, const struct daemon_config *is)
{
	struct config_change changes[CHANGES_MAX];
	size_t nr = config_diff(was, is, changes, CHANGES_MAX);
	size_t i;

	for (i = 0; i < nr && i < CHANGES_MAX; i++) {
		if (changes[i].restart)
			log_warning("%s.%s has changed, but takes effect only after a restart",
				    changes[i].section, changes[i].name);
		else
			log_info("%s.%s has changed", changes[i].section, changes[i].name);
	}
	if (!nr)
		log_info("no setting has changed");
}

/* Everything that has to stay as it is until a restart, as far as the core goes by it. */
static void keep_fixed(const struct daemon *d, struct daemon_config *config)
{
	config->gossip.self = d->config->gossip.self;
	config->gossip.zone = d->config->gossip.zone;
	config->gossip.members_max = d->config->gossip.members_max;
	config->gossip.multicast = d->config->gossip.multicast;
}

static void put_in_place(struct daemon *d, struct daemon_config *config, struct site_file *site)
{
	struct daemon_config *old_config = d->config;
	struct site_file *old_site = d->site;

	d->config = config;
	d->site = site;
	log_setup(config->log.level, config->log.target, config->log.burst_per_s);
	if (d->feed)
		feed_configure(d->feed, &config->feed);
	if (d->http)
		http_configure(d->http, &config->http);
	daemon_contacts_start(d);
	daemon_rediscover(d, &old_config->mdns);
	daemon_step(d);
	config_free(old_config);
	site_file_free(old_site);
}

/**
 * daemon_reload() - read settings, site and keys of the zone again
 * @d: which runs
 *
 * If anything is wrong with them the log says so, and everything stays as it is.
 */
void daemon_reload(struct daemon *d)
{
	struct gossip_config core_config;
	struct daemon_config *config;
	struct keys keys;
	struct site_file *site;
	const char *why = NULL;

	notify_reloading(uv_hrtime());
	if (daemon_load(d->options, &config, &site)) {
		log_error("the settings stay as they were");
		notify_ready();
		return;
	}
	if (daemon_load_keys(config, &keys)) {
		why = "keys cannot be read";
	} else {
		tell_changes(d->config, config);
		keep_fixed(d, config);
		daemon_core_config(d, config, site, &keys.ring, &core_config);
		why = gossip_reconfigure(d->core, &core_config, uv_hrtime());
		crypto_sodium_wipe(&core_config.keys, sizeof(core_config.keys));
		if (!why)
			daemon_note_keys(d, &keys.ring);
	}
	keys_wipe(&keys);
	if (why) {
		log_error("the settings stay as they were: %s", why);
		config_free(config);
		site_file_free(site);
	} else {
		put_in_place(d, config, site);
		log_info("settings from %s are in force", d->options->config);
	}
	notify_ready();
}
