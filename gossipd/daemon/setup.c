// SPDX-License-Identifier: GPL-2.0
/*
 * From files to what the parts of the daemon want to have.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"
#include "text.h"

/* Who asks for an id of the machine; made once, at random. */
#define MAXWELL_APP \
	SD_ID128_MAKE(5b, 0e, 91, c7, 2a, 6d, 4f, 38, 8e, d4, 17, a3, f6, 70, 2b, 9c)

static void tell_errors(const struct config_errors *errors)
{
	size_t i;

	for (i = 0; i < errors->nr; i++)
		log_error("%s", errors->text[i]);
	if (errors->dropped)
		log_error("and %zu more errors", errors->dropped);
}

/*
 * The name of a node that was given none: it follows from the machine's id, which itself is not for
 * others to know.
 */
static int name_from_machine(struct gw_id *id, struct config_errors *errors)
{
	static const struct gw_id none;
	sd_id128_t own;
	int err;

	if (memcmp(id, &none, sizeof(none)))
		return 0;
	err = sd_id128_get_machine_app_specific(MAXWELL_APP, &own);
	if (err < 0) {
		config_error(errors, "Node.id is not set, and there is no machine id to make one "
			     "of: %s", strerror(-err));
		return -1;
	}
	memcpy(id->byte, own.bytes, sizeof(id->byte));
	return 0;
}

/* What is worth a word, and no reason to stay away: either may come later. */
static void tell_what_is_missing(const struct daemon_config *config, const struct site_file *site)
{
	const char *hook = config->migrate.hook;
	char id[ID_TEXT_LEN];

	if (site && config_place(config, site) == SITE_NONE)
		log_warning("%s does not have this node, %s: it has no neighbours by place",
			    config->node.site_file, id_text(&config->gossip.self, id));
	if (hook && access(hook, X_OK))
		log_warning("the hook %s cannot be run: %s", hook, strerror(errno));
}

/**
 * daemon_load() - read the settings, and the site that they name
 * @options: where they are
 * @config: set
 * @site: set; NULL if they name none
 *
 * Return: 0, or another number with everything that is wrong in the log.
 */
int daemon_load(const struct daemon_options *options, struct daemon_config **config,
		struct site_file **site)
{
	struct config_errors *errors = calloc(1, sizeof(*errors));
	int err;

	*config = NULL;
	*site = NULL;
	if (!errors) {
		log_error("out of memory");
		return -1;
	}
	err = config_load_all(options->config, config, site, errors);
	if (!err && name_from_machine(&(*config)->gossip.self, errors))
		err = -1;
	if (!err)
		config_check_place(options->config, *config, *site, errors);
	if (errors->nr)
		err = -1;
	if (err) {
		tell_errors(errors);
		site_file_free(*site);
		config_free(*config);
		*config = NULL;
		*site = NULL;
	} else {
		tell_what_is_missing(*config, *site);
	}
	free(errors);
	return err;
}

static bool load_keys(const struct daemon_config *config, struct keys *keys,
		      struct keys_error *error)
{
	const struct keys_files files = {
		.node = config->keys.identity,
		.zone = config->keys.zone,
		.authority = config->keys.authority,
		.endorsement = config->keys.endorsement,
	};

	return keys_load(&files, &config->gossip.self, config->gossip.zone, keys, error);
}

/**
 * daemon_load_keys() - read all keys that the settings name
 * @config: the settings
 * @keys: set; to be wiped by keys_wipe()
 *
 * Return: 0, or a negative number with the reason in the log.
 */
int daemon_load_keys(const struct daemon_config *config, struct keys *keys)
{
	struct keys_error error = { "" };

	if (load_keys(config, keys, &error))
		return 0;
	log_error("%s", error.text);
	return -1;
}

/**
 * daemon_check() - what a start needs besides settings that are good: a name, keys, and that the
 *	core takes it all
 * @path: of the settings
 * @config: the settings; gets its name if it has none
 * @site: description of the site; may be NULL
 * @errors: all that is wrong is added
 */
void daemon_check(const char *path, struct daemon_config *config, const struct site_file *site,
		  struct config_errors *errors)
{
	struct gossip_config core_config;
	struct keys_error error = { "" };
	struct daemon d = { .incarnation = 1 };
	const char *why;

	if (name_from_machine(&config->gossip.self, errors))
		return;
	/* Only now it has the name by which the site may have it. */
	config_check_place(path, config, site, errors);
	if (!crypto_sodium_start()) {
		config_error(errors, "no random numbers");
		return;
	}
	if (load_keys(config, &d.keys, &error)) {
		daemon_core_config(&d, config, site, &d.keys.ring, &core_config);
		why = gossip_config_check(&core_config);
		crypto_sodium_wipe(&core_config.keys, sizeof(core_config.keys));
		if (why)
			config_error(errors, "%s: %s", path, why);
	} else {
		config_error(errors, "%s", error.text);
	}
	keys_wipe(&d.keys);
}

/**
 * daemon_note_keys() - remember which keys are in force
 * @d: the daemon
 * @ring: of the zone
 */
void daemon_note_keys(struct daemon *d, const struct seal_keyring *ring)
{
	memcpy(d->key_present, ring->present, sizeof(d->key_present));
	memcpy(d->key_id, ring->id, sizeof(d->key_id));
}

/**
 * daemon_core_config() - settings of the core
 * @d: the daemon: its keys, its incarnation
 * @config: the settings
 * @site: description of the site; may be NULL
 * @ring: keys of the zone
 * @out: set; points into @config and @site
 */
void daemon_core_config(const struct daemon *d, const struct daemon_config *config,
			const struct site_file *site, const struct seal_keyring *ring,
			struct gossip_config *out)
{
	*out = config->gossip;
	out->public_key = d->keys.public_key;
	out->authority = d->keys.authority;
	out->endorsement = d->keys.endorsement;
	out->incarnation = d->incarnation;
	out->site = site ? &site->site : NULL;
	out->keys = *ring;
	/* Once more: what config_keep_fixed() has put back does not follow by itself. */
	out->multicast = config->multicast.enabled;
}

static void tell_of_sensors(void *ctx, const char *text)
{
	(void)ctx;
	log_info("%s", text);
}

_Static_assert(CONFIG_TEXTS_MAX <= SENSORS_EXCLUDE_MAX && CONFIG_EXEC_MAX <= SENSORS_EXEC_MAX,
	       "what the settings can hold the sensors have to take");

static void add_commands(const struct config_sensors *from, struct sensors_config *out)
{
	size_t i;

	out->ipmi = (struct sensors_command){
		.command = from->ipmi,
		.interval_ms = from->command_interval_ms,
		.timeout_ms = from->command_timeout_ms,
	};
	for (i = 0; i < from->exec.nr && i < CONFIG_EXEC_MAX; i++)
		out->exec[i] = (struct sensors_command){
			.command = from->exec.text[i],
			.interval_ms = from->command_interval_ms,
			.timeout_ms = from->command_timeout_ms,
		};
	for (i = 0; i < from->exclude.nr && i < CONFIG_TEXTS_MAX; i++)
		out->exclude[i] = from->exclude.text[i];
}

/**
 * daemon_sensors_config() - settings of the sensors
 * @options: of the command line
 * @config: the settings
 * @out: set; points into the other two
 */
void daemon_sensors_config(const struct daemon_options *options,
			   const struct daemon_config *config, struct sensors_config *out)
{
	const struct config_sensors *from = &config->sensors;

	sensors_defaults(out);
	out->root = options->root ? options->root : from->root;
	out->interval_ms = from->interval_ms;
	out->rescan_s = from->rescan_ms / 1000;
	out->deadline_ms = from->deadline_ms;
	out->stale_s = from->stale_ms / 1e3;
	out->stuck_s = from->stuck_ms / 1e3;
	out->thermal = from->thermal;
	out->hwmon = from->hwmon;
	out->rapl = from->rapl;
	out->nvml = from->nvml;
	out->events = from->events;
	out->nvml_library = from->nvml_library;
	out->file = from->file;
	if (!isnan(from->limit_c))
		out->limit_c = from->limit_c;
	out->power_max_w = from->power_max_w;
	out->log = tell_of_sensors;
	add_commands(from, out);
}
