// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of the core: what they are if nobody says anything, and what they may not be.
 */
#include <math.h>
#include <string.h>

#include "gossip.h"
#include "internal.h"

/**
 * gossip_defaults() - fill in what has a default
 * @config: written; all else in it is zeros
 *
 * The intervals and the fanout keep a zone of 100 idle nodes below 25 kB/s for each; the
 * suspicion is longer than a node that is stopped for 30 s takes to come back, since nothing
 * urgent hangs on a death: who is silent raises the price at once.
 */
void gossip_defaults(struct gossip_config *config)
{
	memset(config, 0, sizeof(*config));
	config->members_max = 1024;
	config->interval_critical_ms = 10;
	config->interval_warning_ms = 50;
	config->interval_normal_ms = 200;
	config->interval_cool_ms = 1000;
	config->margin_critical_c = 5;
	config->margin_warning_c = 10;
	config->margin_normal_c = 20;
	config->fanout = 3;
	config->ttl = 3;
	config->probe_interval_ms = 1000;
	config->probe_timeout_ms = 500;
	config->indirect = 3;
	config->suspicion_mult = 35;
	config->suspicion_max_mult = 2;
	config->confirmations = 3;
	/* 1 % of 1 Gbit/s */
	config->budget_bytes_per_s = 1250000;
	config->burst_bytes = 65536;
	config->source_rate_per_s = 1000;
	config->multicast = true;
	config->migrate_ratio = 1.25;
	config->migrate_price = 1.5;
}

static const char *intervals_check(const struct gossip_config *c)
{
	if (!c->interval_critical_ms || c->interval_critical_ms > c->interval_warning_ms ||
	    c->interval_warning_ms > c->interval_normal_ms ||
	    c->interval_normal_ms > c->interval_cool_ms)
		return "intervals have to rise from critical to cool, from 1 ms on";
	if (c->interval_cool_ms > 10000)
		return "the interval of a cool node may be 10000 ms at most";
	if (!(c->margin_critical_c > 0) || !(c->margin_critical_c <= c->margin_warning_c) ||
	    !(c->margin_warning_c <= c->margin_normal_c) || !(c->margin_normal_c <= 200))
		return "margins have to rise from critical to normal, from above 0 to 200";
	return NULL;
}

static const char *detector_check(const struct gossip_config *c)
{
	if (c->probe_interval_ms < 10 || c->probe_interval_ms > 600000)
		return "the interval of probes has to be 10 ms to 600000 ms";
	if (!c->probe_timeout_ms || c->probe_timeout_ms >= c->probe_interval_ms)
		return "the timeout of a probe has to be above 0 and below the interval of probes";
	if (c->indirect > PEERS_MAX)
		return "at most 16 others can be asked to probe";
	if (!c->suspicion_mult || c->suspicion_mult > 1000)
		return "the multiplier of suspicion has to be 1 to 1000";
	if (!c->suspicion_max_mult || c->suspicion_max_mult > 100)
		return "the multiplier of the longest suspicion has to be 1 to 100";
	if (c->confirmations > ACCUSERS_MAX)
		return "at most 8 confirmations can be asked for";
	return NULL;
}

static const char *limits_check(const struct gossip_config *c)
{
	if (c->members_max < 2 || c->members_max > 4096)
		return "the table has to have room for 2 to 4096 nodes";
	if (c->expected > c->members_max)
		return "more nodes are expected than the table has room for";
	if (c->fanout > PEERS_MAX)
		return "the fanout may be 16 at most";
	if (c->budget_bytes_per_s < GW_DATAGRAM_MAX)
		return "the budget has to be enough for a datagram a second: 1232 bytes";
	if (c->burst_bytes < 4 * GW_DATAGRAM_MAX)
		return "the burst has to be enough for four datagrams: 4928 bytes";
	if (c->source_rate_per_s < 10)
		return "of one source, at least 10 datagrams a second have to be taken";
	if (!(c->migrate_ratio >= 1) || !isfinite(c->migrate_ratio))
		return "the ratio of prices for a migration has to be 1 or more";
	if (!(c->migrate_price >= 1) || !isfinite(c->migrate_price))
		return "the price from which on work may migrate has to be 1 or more";
	return NULL;
}

/**
 * gossip_config_check() - whether a node can run with these settings
 * @config: settings
 *
 * Return: NULL, or what is wrong.
 */
const char *gossip_config_check(const struct gossip_config *config)
{
	const char *why = intervals_check(config);

	if (id_zero(&config->self))
		return "the node has no name";
	if (!config->incarnation || config->incarnation >= INCARNATION_MAX)
		return "the incarnation has to be above 0 and below 2^63 - 1";
	if (!config->keys.present[SEAL_CURRENT])
		return "the zone has no current key";
	if (!why)
		why = detector_check(config);
	if (!why)
		why = limits_check(config);
	if (!why && config->control)
		why = control_params_check(config->control);
	return why;
}
