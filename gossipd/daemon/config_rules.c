// SPDX-License-Identifier: GPL-2.0
/*
 * What has to hold between keys, each of which is good by itself.
 */
#include <string.h>

#include "config_keys.h"
#include "hca_list.h"

/* An error at a key: with the line if the file has the key. */
static void fail(const struct config_source *source, const char *section, const char *name,
		 const char *why)
{
	size_t i;

	for (i = 0; i < config_nr_keys(); i++) {
		struct config_key key = config_key(i);

		if (strcmp(key.section, section) || strcmp(key.name, name) || !source->line[i])
			continue;
		config_error(source->errors, "%s:%u: %s.%s: %s", source->name, source->line[i],
			     section, name, why);
		return;
	}
	config_error(source->errors, "%s: %s.%s: %s", source->name, section, name, why);
}

static void check_gossip(const struct gossip_config *g, const struct config_source *source)
{
	if (g->interval_warning_ms < g->interval_critical_ms)
		fail(source, "Gossip", "interval_warning", "is less than interval_critical");
	if (g->interval_normal_ms < g->interval_warning_ms)
		fail(source, "Gossip", "interval_normal", "is less than interval_warning");
	if (g->interval_cool_ms < g->interval_normal_ms)
		fail(source, "Gossip", "interval_cool", "is less than interval_normal");
	if (g->margin_warning_c <= g->margin_critical_c)
		fail(source, "Gossip", "margin_warning", "is not more than margin_critical");
	if (g->margin_normal_c <= g->margin_warning_c)
		fail(source, "Gossip", "margin_normal", "is not more than margin_warning");
	if (g->probe_timeout_ms >= g->probe_interval_ms)
		fail(source, "Gossip", "probe_timeout", "is not less than probe_interval");
	if (g->expected > g->members_max)
		fail(source, "Node", "expected", "is more than members_max");
}

static void check_keys(const struct config_keys *k, const struct config_source *source)
{
	if (k->endorsement && !k->authority)
		fail(source, "Keys", "endorsement", "means nothing without authority");
	if (k->authority && !k->endorsement)
		fail(source, "Keys", "authority",
		     "others would not take this node's key: endorsement is missing");
}

static void check_addresses(const struct daemon_config *c, const struct config_source *source)
{
	size_t i;

	for (i = 0; i < c->node.listen.nr; i++) {
		if (config_is_group(&c->node.listen.addr[i]))
			fail(source, "Node", "listen", "is a group: it is [Multicast] that has "
			"groups");
	}
	for (i = 0; i < c->peers.nr; i++) {
		if (config_is_group(&c->peers.addr[i]))
			fail(source, "Peers", "address", "is a group, not a node");
	}
	if (c->multicast.enabled && !c->multicast.group4.sa.sa_family &&
	    !c->multicast.group6.sa.sa_family)
		fail(source, "Multicast", "enabled", "without a group: group4 and group6 are none");
	for (i = 0; i < c->http.listen.nr; i++) {
		if (!config_is_loopback(&c->http.listen.addr[i]) && !c->http.remote)
			fail(source, "Http", "listen",
			     "others than this machine could ask: that takes remote=yes as well");
	}
	if (c->http.enabled && !c->http.unix_path && !c->http.listen.nr)
		fail(source, "Http", "enabled", "without a socket: unix and listen are none");
}

static void check_infiniband(const struct config_infiniband *c, const struct config_source *source)
{
	struct hca_list list;
	const char *why = hca_list_parse(c->hca ? c->hca : "", &list);

	if (why)
		fail(source, "InfiniBand", "hca", why);
	if (c->enable != CONFIG_INFINIBAND_NO && !c->group4.sa.sa_family &&
	    !c->group6.sa.sa_family)
		fail(source, "InfiniBand", "enable", "without a group: group4 and group6 are none");
}

/* A type of DNS-SD: "_", at most 15 letters, digits and hyphens inside, "._udp". */
static bool is_service_type(const char *text)
{
	size_t len = *text == '_' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;

	return len && len <= 15 && text[1] != '-' && text[len] != '-' &&
	       !strcmp(text + 1 + len, "._udp");
}

/**
 * config_check_rules - look for settings that contradict each other
 * @config: settings
 * @source: file that they are from
 */
void config_check_rules(const struct daemon_config *config, const struct config_source *source)
{
	const char *why;

	check_gossip(&config->gossip, source);
	check_keys(&config->keys, source);
	check_addresses(config, source);
	check_infiniband(&config->infiniband, source);
	if (!is_service_type(config->mdns.type))
		fail(source, "Mdns", "type", "is not of the form _name._udp");
	if (config->sensors.stale_ms < 2 * config->sensors.interval_ms)
		fail(source, "Sensors", "stale", "is less than two intervals");
	if (config->sensors.command_timeout_ms > config->sensors.command_interval_ms)
		fail(source, "Sensors", "command_timeout", "is more than command_interval");
	why = control_params_check(config->control);
	if (why)
		config_error(source->errors, "%s: Control: %s", source->name, why);
	if (config->feed.lease_ms < 3 * config->feed.interval_ms)
		fail(source, "Feed", "lease", "is less than three intervals: it would run out");
}
