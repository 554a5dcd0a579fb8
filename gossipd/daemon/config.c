// SPDX-License-Identifier: GPL-2.0
/*
 * The settings as a whole: defaults, files, comparison.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"

/**
 * config_derive - what follows from other keys: groups from the number of the zone, their ports
 * @config: settings
 * @line: that each key stands in; those that stand somewhere stay
 */
void config_derive(struct daemon_config *config, const unsigned int *line)
{
	struct config_multicast *m = &config->multicast;
	unsigned int zone = config->gossip.zone;
	char text[32];
	size_t i;

	for (i = 0; i < config_nr_keys(); i++) {
		struct config_key key = config_key(i);

		if (line[i])
			continue;
		if (key.type == CONFIG_GROUP4)
			snprintf(text, sizeof(text), "239.192.%u.%u", zone >> 8, zone & 0xff);
		else if (key.type == CONFIG_GROUP6)
			snprintf(text, sizeof(text), "ff15::4d58:%x", zone);
		else
			continue;
		config_set_value(config, &key, text);
	}
	m->group4.in.sin_port = m->group4.sa.sa_family ? htons(m->port) : 0;
	m->group6.in6.sin6_port = m->group6.sa.sa_family ? htons(m->port) : 0;
	config->gossip.multicast = m->enabled;
	config->gossip.control = config->control;
}

/**
 * config_create - settings with their defaults
 *
 * Return: for config_free(), NULL if there is no memory
 */
struct daemon_config *config_create(void)
{
	struct daemon_config *config = calloc(1, sizeof(*config));
	size_t i;

	if (!config)
		return NULL;
	config->control = malloc(sizeof(*config->control));
	if (!config->control) {
		free(config);
		return NULL;
	}
	*config->control = control_defaults;
	for (i = 0; i < config_nr_keys(); i++) {
		struct config_key key = config_key(i);

		if (key.control)
			continue;
		config_set_value(config, &key, NULL);
		if (key.initial && !config_set_value(config, &key, key.initial)) {
			config_free(config);
			return NULL;
		}
	}
	return config;
}

/**
 * config_load - settings from a file
 * @path: of the file, at most %CONFIG_FILE_BYTES_MAX long
 * @out: settings, to be given back with config_free(); left alone unless 0 is returned
 * @errors: what is wrong is added to them
 *
 * Return: 0, -EINVAL if something in the file is wrong, another negative error if it cannot be read
 */
int config_load(const char *path, struct daemon_config **out, struct config_errors *errors)
{
	size_t len;
	char *text;
	int ret;

	ret = config_read_file(path, CONFIG_FILE_BYTES_MAX, &text, &len, errors);
	if (ret)
		return ret;
	ret = config_parse(path, text, len, out, errors);
	free(text);
	return ret;
}

/**
 * config_defaults - settings of an empty file
 * @out: settings, to be given back with config_free(); left alone unless 0 is returned
 *
 * Return: 0 or -ENOMEM
 */
int config_defaults(struct daemon_config **out)
{
	struct config_errors errors = { 0 };

	return config_parse("defaults", "", 0, out, &errors);
}

/**
 * config_free - give settings back
 * @config: may be NULL
 */
void config_free(struct daemon_config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config_nr_keys(); i++) {
		struct config_key key = config_key(i);

		config_free_value(config, &key);
	}
	free(config->control);
	free(config);
}

/**
 * config_diff - what two settings differ in
 * @was: one
 * @is: the other
 * @changes: keys go here
 * @room: changes at most
 *
 * Return: keys that differ, of which no more than @room are in @changes
 */
size_t config_diff(const struct daemon_config *was, const struct daemon_config *is,
		   struct config_change *changes, size_t room)
{
	size_t i, nr = 0;

	for (i = 0; i < config_nr_keys(); i++) {
		struct config_key key = config_key(i);

		if (config_same_value(was, is, &key))
			continue;
		if (nr < room)
			changes[nr] = (struct config_change){
				.section = key.section, .name = key.name, .restart = !key.live,
			};
		nr++;
	}
	return nr;
}

/**
 * config_keep_fixed - have what takes effect only after a restart stay as it is
 * @was: settings in force; gets in exchange what was not taken over
 * @is: what is to take their place
 */
void config_keep_fixed(struct daemon_config *was, struct daemon_config *is)
{
	union {
		struct config_addrs addrs;
		struct config_texts texts;
		struct config_cpus cpus;
	} other;
	size_t i;

	for (i = 0; i < config_nr_keys(); i++) {
		struct config_key key = config_key(i);

		if (key.live || key.size > sizeof(other))
			continue;
		memcpy(&other, config_member(was, &key), key.size);
		memcpy(config_member(was, &key), config_member(is, &key), key.size);
		memcpy(config_member(is, &key), &other, key.size);
	}
}
