// SPDX-License-Identifier: GPL-2.0
/*
 * Settings read again while the daemon runs: everything that can fail is done first, aside; then
 * all of it is put in place, or nothing.
 */
#include "daemon.h"
#include "log.h"

#define CHANGES_MAX 64

/* What differs between two settings. */
struct changes {
	struct config_change change[CHANGES_MAX];
	size_t nr;
};

static void tell_changes(const struct changes *changes)
{
	size_t i;

	for (i = 0; i < changes->nr && i < CHANGES_MAX; i++) {
		const struct config_change *change = &changes->change[i];

		if (change->restart)
			log_warning("%s.%s has changed, but takes effect only after a restart",
				    change->section, change->name);
		else
			log_info("%s.%s has changed", change->section, change->name);
	}
	if (changes->nr > CHANGES_MAX)
		log_info("and %zu more have changed", changes->nr - CHANGES_MAX);
	if (!changes->nr)
		log_info("no setting has changed");
}

static void put_in_place(struct daemon *d, struct daemon_config *config, struct site_file *site)
{
	struct daemon_config *old_config = d->config;
	struct site_file *old_site = d->site;

	d->config = config;
	d->site = site;
	log_setup(config->log.level, config->log.target, 0);
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

/* NULL, or why the settings cannot be taken. Nothing of them is in force then. */
static const char *take_over(struct daemon *d, struct daemon_config *config,
			     const struct site_file *site)
{
	struct gossip_config core_config;
	const char *why = "keys cannot be read";
	struct keys keys;

	if (!daemon_load_keys(config, &keys)) {
		daemon_core_config(d, config, site, &keys.ring, &core_config);
		why = gossip_reconfigure(d->core, &core_config, uv_hrtime());
		crypto_sodium_wipe(&core_config.keys, sizeof(core_config.keys));
		if (!why)
			daemon_note_keys(d, &keys.ring);
	}
	keys_wipe(&keys);
	return why;
}

static bool read_again(struct daemon *d)
{
	struct daemon_config *config;
	struct changes changes;
	struct site_file *site;
	const char *why;

	if (daemon_load(d->options, &config, &site)) {
		log_error("the settings stay as they were");
		return false;
	}
	changes.nr = config_diff(d->config, config, changes.change, CHANGES_MAX);
	config_keep_fixed(d->config, config);
	why = take_over(d, config, site);
	if (why) {
		log_error("the settings stay as they were: %s", why);
		config_keep_fixed(d->config, config);
		config_free(config);
		site_file_free(site);
		return false;
	}
	tell_changes(&changes);
	put_in_place(d, config, site);
	log_info("settings from %s are in force", d->options->config);
	return true;
}

/**
 * daemon_reload() - read settings, site and keys of the zone again
 * @d: which runs
 *
 * If anything is wrong with them the log says so, past its limit, and everything stays as it is. So
 * does the status, as the service manager's reload succeeds either way.
 */
void daemon_reload(struct daemon *d)
{
	const struct config_log *log = &d->config->log;

	notify_reloading(uv_hrtime());
	log_setup(log->level, log->target, 0);
	d->refused = !read_again(d);
	log = &d->config->log;
	log_setup(log->level, log->target, log->burst_per_s);
	daemon_status(d);
	notify_ready();
}
