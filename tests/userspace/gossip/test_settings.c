// SPDX-License-Identifier: GPL-2.0
/*
 * Settings that the core refuses, at the start and while it runs.
 */
#include "net.h"

static void bad_settings_are_refused(void)
{
	struct net *net = net_new(1);
	struct gossip_config *c = &net->node[0].config, good = *c;
	struct gossip *g;

	CHECK(!gossip_config_check(c), "%s", gossip_config_check(c));
	g = gossip_create(c, &net->node[0].env, 0);
	CHECK(g, "refused");
#define REFUSED(change) do {								\
	*c = good;									\
	change;										\
	CHECK(gossip_config_check(c), "%s is taken", #change);				\
	CHECK(!gossip_create(c, &net->node[0].env, 0), "%s is created", #change);	\
	CHECK(gossip_reconfigure(g, c, 0), "%s is taken over", #change);		\
} while (0)
	REFUSED(c->self = (struct gw_id){ { 0 } });
	REFUSED(c->incarnation = 0);
	REFUSED(c->incarnation = UINT64_MAX / 2);
	REFUSED(c->keys.present[SEAL_CURRENT] = false);
	REFUSED(c->interval_critical_ms = 0);
	REFUSED(c->interval_critical_ms = 51);
	REFUSED(c->interval_warning_ms = 201);
	REFUSED(c->interval_normal_ms = 1001);
	REFUSED(c->interval_cool_ms = 10001);
	REFUSED(c->margin_critical_c = 0);
	REFUSED(c->margin_critical_c = NAN);
	REFUSED(c->margin_critical_c = 11);
	REFUSED(c->margin_warning_c = 21);
	REFUSED(c->margin_normal_c = 201);
	REFUSED(c->probe_interval_ms = 9);
	REFUSED(c->probe_interval_ms = 600001);
	REFUSED(c->probe_timeout_ms = 0);
	REFUSED(c->probe_timeout_ms = 1000);
	REFUSED(c->indirect = 17);
	REFUSED(c->suspicion_mult = 0);
	REFUSED(c->suspicion_mult = 1001);
	REFUSED(c->suspicion_max_mult = 0);
	REFUSED(c->suspicion_max_mult = 101);
	REFUSED(c->confirmations = 9);
	REFUSED(c->members_max = 1);
	REFUSED(c->members_max = 4097);
	REFUSED(c->expected = NET_NODES + 1);
	REFUSED(c->fanout = 17);
	REFUSED(c->budget_bytes_per_s = 1231);
	REFUSED(c->burst_bytes = 4927);
	REFUSED(c->source_rate_per_s = 9);
	REFUSED(c->migrate_ratio = 0.9);
	REFUSED(c->migrate_ratio = INFINITY);
	REFUSED(c->migrate_price = 0.9);
	REFUSED(c->migrate_price = INFINITY);
#undef REFUSED
	*c = good;
	c->zone = 2;
	CHECK(gossip_reconfigure(g, c, 0), "another zone");
	*c = good;
	c->members_max = 5;
	CHECK(gossip_reconfigure(g, c, 0), "another room");
	*c = good;
	c->public_key.byte[0]++;
	CHECK(gossip_reconfigure(g, c, 0), "another key");
	*c = good;
	c->self.byte[0]++;
	CHECK(gossip_reconfigure(g, c, 0), "another name");
	*c = good;
	CHECK(!gossip_reconfigure(g, c, 0), "%s", gossip_reconfigure(g, c, 0));
	gossip_destroy(g);
	gossip_destroy(NULL);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "bad_settings_are_refused", bad_settings_are_refused },
	{ NULL, NULL },
};

const struct test_suite settings_suite = { "settings", cases };
