// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's state for people: a line for the service manager, and all of it to the log.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "addr.h"
#include "daemon.h"
#include "log.h"
#include "text.h"

#define MEMBER_FORMAT " margin %.1f coupling %.2f weight %.2f heard %.3f s ago"

static size_t count(const struct daemon *d, enum gossip_state state)
{
	struct gossip_member member;
	size_t nr = 0, i;

	for (i = 0; i < gossip_nr_members(d->core); i++) {
		gossip_get_member(d->core, i, &member);
		nr += member.state == state;
	}
	return nr;
}

/**
 * daemon_status() - tell the service manager how it goes, in a line
 * @d: which runs
 */
void daemon_status(struct daemon *d)
{
	char heat[48] = "no reading yet";
	struct gossip_self self;

	gossip_get_self(d->core, &self);
	if (daemon_has_reading(d))
		snprintf(heat, sizeof(heat), "%.1f of %.1f degrees", self.sample.temp_c,
			 self.sample.limit_c);
	else if (isfinite(daemon_reading_age_s(d)))
		snprintf(heat, sizeof(heat), "no reading for %.0f s", daemon_reading_age_s(d));
	notify_status("%zu nodes live, %zu suspect, %zu dead; price %.2f; %s%s%s",
		      count(d, GOSSIP_ALIVE), count(d, GOSSIP_SUSPECT), count(d, GOSSIP_DEAD),
		      self.price.total, heat, self.crisis ? "; crisis" : "",
		      d->refused ? "; the last reload failed, see the log" : "");
}

static void dump_members(const struct daemon *d, uint64_t now_ns)
{
	struct gossip_member member;
	char who[DAEMON_WHO_LEN], addr[ADDR_TEXT_LEN];
	size_t i;

	for (i = 0; i < gossip_nr_members(d->core); i++) {
		gossip_get_member(d->core, i, &member);
		log_info("dump: node %s at %s %s%s%s incarnation %" PRIu64 MEMBER_FORMAT,
			 daemon_who(d, &member.id, who), addr_text(&member.addr, addr),
			 gossip_state_names[member.state], member.silent ? " silent" : "",
			 member.suspect ? " suspect" : "", member.incarnation, member.margin_c,
			 member.coupling, member.weight,
			 member.heard_ns ? (now_ns - member.heard_ns) / 1e9 : NAN);
	}
}

static void dump_zones(const struct daemon *d)
{
	struct gossip_zone zone;
	char id[ID_TEXT_LEN];
	size_t i;

	for (i = 0; i < gossip_nr_zones(d->core); i++) {
		gossip_get_zone(d->core, i, &zone);
		log_info("dump: zone %u speaker %s seen %u of %u%s%s hottest %.1f margin %.1f cooling %.2f supply %.2f",
			 zone.number, id_text(&zone.speaker, id), zone.seen, zone.expected,
			 zone.degraded ? " degraded" : "", zone.partitioned ? " partitioned" : "",
			 zone.temp_max_c, zone.margin_min_c, zone.cooling_headroom,
			 zone.supply_headroom);
	}
}

static void dump_mdns(struct daemon *d)
{
	struct mdns_status status;
	size_t i;

	if (!d->mdns)
		return;
	mdns_get_status(d->mdns, &status);
	log_info("dump: mdns %s %s hints %zu", status.state.up ? "up" : "down", status.state.why,
		 status.hints);
	for (i = 0; i < MDNS_COUNTERS; i++) {
		if (status.counters[i])
			log_info("dump: counter mdns-%s %" PRIu64, mdns_counter_names[i],
				 status.counters[i]);
	}
}

static void dump_rail(const struct link_rail *rail)
{
	size_t i;

	log_info("dump: rail %s %s%s%s %s %s", rail->name, link_rail_state_names[rail->state],
		 rail->active ? " active" : "", rail->deaf ? " deaf" : "", rail->address,
		 rail->why);
	for (i = 0; i < LINK_COUNTERS; i++) {
		if (rail->counters[i])
			log_info("dump: rail %s %s %" PRIu64, rail->name, link_counter_names[i],
				 rail->counters[i]);
	}
}

static void dump_link(struct daemon *d)
{
	struct link_state state;
	size_t i;

	if (!daemon_link_state(d, &state))
		return;
	log_info("dump: infiniband %s group %s failovers %" PRIu64 " no rail %" PRIu64,
		 state.up ? "up" : "down", state.group, state.failovers, state.no_rail);
	for (i = 0; i < state.nr_rails; i++)
		dump_rail(&state.rail[i]);
}

static void dump_hook(const struct hook *hook)
{
	if (hook->runs || hook->failures)
		log_info("dump: hook runs %" PRIu64 " skipped %" PRIu64 " failures %" PRIu64,
			 hook->runs, hook->skipped, hook->failures);
}

static void dump_counters(struct daemon *d)
{
	const uint64_t *counters = gossip_counters(d->core);
	uint64_t datagrams[UDP_COUNTERS];
	struct feed_status feed;
	size_t i;

	for (i = 0; i < GOSSIP_COUNTERS; i++) {
		if (counters[i])
			log_info("dump: counter %s %" PRIu64, gossip_counter_names[i], counters[i]);
	}
	udp_get_counters(d->udp, datagrams);
	for (i = 0; i < UDP_COUNTERS; i++) {
		if (datagrams[i])
			log_info("dump: udp %s %" PRIu64, udp_counter_names[i], datagrams[i]);
	}
	if (!d->feed)
		return;
	feed_get_status(d->feed, &feed);
	log_info("dump: feed %s updates %" PRIu64 " errors %" PRIu64 " took at most %.1f us %s",
		 feed.on ? "on" : "off", feed.updates, feed.errors, feed.price_max_ns / 1e3,
		 feed.error);
}

/**
 * daemon_dump() - write everything to the log, past its limit
 * @d: which runs
 */
void daemon_dump(struct daemon *d)
{
	const struct config_log *log = &d->config->log;
	uint64_t now_ns = uv_hrtime();
	struct gossip_self self;
	char id[ID_TEXT_LEN];

	log_setup(CONFIG_LOG_INFO, log->target, 0);
	gossip_get_self(d->core, &self);
	log_info("dump: self %s incarnation %" PRIu64 " health %u%s%s interval %u ms temperature %.1f"
		 " of %.1f power %.1f price %.3f local %.3f external %.3f gpu %.3f late %.3f ms",
		 id_text(&d->config->gossip.self, id), self.incarnation, self.health,
		 self.crisis ? " crisis" : "", self.speaker ? " speaker" : "", self.interval_ms,
		 self.sample.temp_c, self.sample.limit_c, self.sample.power_w, self.price.total,
		 (double)self.price.local.multiplier / CONTROL_ONE,
		 (double)self.price.external.multiplier / CONTROL_ONE,
		 (double)self.price.gpu.multiplier / CONTROL_ONE, d->delay_max_ns / 1e6);
	dump_members(d, now_ns);
	dump_zones(d);
	dump_counters(d);
	dump_link(d);
	dump_mdns(d);
	dump_hook(&d->hook);
	if (log_lost())
		log_info("dump: lines that nobody took %" PRIu64, log_lost());
	log_info("dump: end");
	log_setup(log->level, log->target, log->burst_per_s);
}
