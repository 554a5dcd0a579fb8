// SPDX-License-Identifier: GPL-2.0
/*
 * Values of keys: from text, and freed, each by the type that the table gives.
 */
#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"
#include "text.h"

#define TEXT_BYTES_MAX 63
#define LISTED_BYTES_MAX 160

/**
 * config_member - where the value of a key is
 * @config: settings
 * @key: which
 *
 * Return: pointer to the member
 */
void *config_member(const struct daemon_config *config, const struct config_key *key)
{
	/* Who has a configuration that may not be written does not write through this. */
	char *base = key->control ? (char *)config->control : (char *)config;

	return base + key->offset;
}

/**
 * config_listed - whether a key may come more than once
 * @key: which
 *
 * Return: whether it may
 */
bool config_listed(const struct config_key *key)
{
	return key->type == CONFIG_ADDRS || key->type == CONFIG_TEXTS;
}

static bool set_bool(void *member, const char *text)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i], text)) {
			*(bool *)member = i % 2;
			return true;
		}
	}
	return false;
}

static bool set_whole(void *member, const struct config_key *key, const char *text)
{
	double value, whole;

	if (!config_parse_number(text, key->unit, &value))
		return false;
	/* 1.1 kB is 1100 B but for rounding. */
	whole = rint(value);
	if (fabs(value - whole) > 0.000001 || whole < key->min || whole > key->max)
		return false;
	switch (key->size) {
	case 1:
		*(uint8_t *)member = (uint8_t)whole;
		break;
	case 2:
		*(uint16_t *)member = (uint16_t)whole;
		break;
	default:
		*(uint32_t *)member = (uint32_t)whole;
	}
	return true;
}

static bool set_real(void *member, const struct config_key *key, const char *text)
{
	double value;

	if (!config_parse_number(text, key->unit, &value) || value < key->min || value > key->max)
		return false;
	*(double *)member = value;
	return true;
}

static bool set_choice(void *member, const struct config_key *key, const char *text)
{
	int i;

	for (i = 0; key->names[i]; i++) {
		if (!strcmp(key->names[i], text)) {
			*(int *)member = i;
			return true;
		}
	}
	return false;
}

static bool set_text(char **member, const struct config_key *key, const char *text)
{
	size_t max = key->max ? (size_t)key->max : TEXT_BYTES_MAX;

	if (key->type == CONFIG_ABSOLUTE) {
		max = key->max ? (size_t)key->max : SIZE_MAX;
		if (*text != '/')
			return false;
	}
	if (strlen(text) > max || (key->type == CONFIG_TEXT && !config_is_utf8(text)))
		return false;
	free(*member);
	*member = strdup(text);
	return *member;
}

static bool add_addr(struct config_addrs *addrs, const struct config_key *key, const char *text)
{
	if (addrs->nr >= (size_t)key->max || !config_parse_addr(text, &addrs->addr[addrs->nr]))
		return false;
	addrs->nr++;
	return true;
}

static bool add_text(struct config_texts *texts, const struct config_key *key, const char *text)
{
	if (texts->nr >= (size_t)key->max || strlen(text) > LISTED_BYTES_MAX)
		return false;
	texts->text[texts->nr] = strdup(text);
	if (!texts->text[texts->nr])
		return false;
	texts->nr++;
	return true;
}

static bool set_group(union config_addr *addr, const struct config_key *key, const char *text)
{
	union config_addr group;
	int family = key->type == CONFIG_GROUP4 ? AF_INET : AF_INET6;

	if (!config_parse_host(text, &group) || group.sa.sa_family != family ||
	    !config_is_group(&group))
		return false;
	*addr = group;
	return true;
}

/**
 * config_has_none - whether "none" is a value of a key
 * @key: which
 *
 * Return: whether it is
 */
bool config_has_none(const struct config_key *key)
{
	return !key->needed && key->type != CONFIG_BOOL && key->type != CONFIG_WHOLE &&
	       key->type != CONFIG_CHOICE;
}

/* What a key is before it is given, or when it is given as none. */
static void set_none(struct daemon_config *config, const struct config_key *key)
{
	void *member = config_member(config, key);

	config_free_value(config, key);
	memset(member, 0, key->size);
	if (key->type == CONFIG_REAL)
		*(double *)member = NAN;
}

/**
 * config_set_value - set a key, or add to it if it is a list
 * @config: settings
 * @key: which
 * @text: value; "none" where there need not be one, NULL likewise
 *
 * Return: false if it is no such value; the whole structure is worth nothing then
 */
bool config_set_value(struct daemon_config *config, const struct config_key *key, const char *text)
{
	void *member = config_member(config, key);

	if (!text || (config_has_none(key) && !strcmp(text, "none"))) {
		set_none(config, key);
		return true;
	}
	switch (key->type) {
	case CONFIG_BOOL:
		return set_bool(member, text);
	case CONFIG_WHOLE:
		return set_whole(member, key, text);
	case CONFIG_REAL:
		return set_real(member, key, text);
	case CONFIG_CHOICE:
		return set_choice(member, key, text);
	case CONFIG_TEXT:
	case CONFIG_ABSOLUTE:
		return set_text(member, key, text);
	case CONFIG_ID:
		return id_parse(text, member);
	case CONFIG_GROUP4:
	case CONFIG_GROUP6:
		return set_group(member, key, text);
	case CONFIG_ADDRS:
		return add_addr(member, key, text);
	case CONFIG_TEXTS:
		return add_text(member, key, text);
	case CONFIG_SET:
		return config_parse_cpus(text, member);
	}
	return false;
}

/**
 * config_free_value - give back the memory of a value
 * @config: settings; the value is not to be used any more
 * @key: which
 */
void config_free_value(struct daemon_config *config, const struct config_key *key)
{
	void *member = config_member(config, key);
	struct config_texts *texts = member;
	size_t i;

	if (key->type == CONFIG_TEXT || key->type == CONFIG_ABSOLUTE) {
		free(*(char **)member);
	} else if (key->type == CONFIG_TEXTS) {
		for (i = 0; i < texts->nr; i++)
			free(texts->text[i]);
	}
}
