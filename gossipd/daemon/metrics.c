// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the metrics: base units, counters end in _total, ratios are 0 to 1 or factors.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric_text.h"
#include "metrics.h"

static void print_self(FILE *out, const struct status_view *view)
{
	struct gossip_self self;
	double old_s;

	gossip_get_self(view->core, &self);
	old_s = status_reading_age_s(&self, view->now_ns);
	metric_gauge(out, "node_temperature_celsius", "Hottest sensor.", self.sample.temp_c);
	metric_gauge(out, "thermal_margin_celsius", "From the hottest sensor to where it throttles.",
		     self.sample.limit_c - self.sample.temp_c);
	metric_gauge(out, "inlet_temperature_celsius", "Air that the node takes in.",
		     self.sample.inlet_c);
	metric_family(out, "power_watts", "gauge", "Power drawn.");
	metric_sample(out, "power_watts", "domain", "node", self.sample.power_w);
	metric_gauge(out, "fan_speed_ratio", "Speed of the fastest fan.", self.sample.fan);
	/* An alert for what is old has to see what never was. */
	metric_gauge(out, "sample_age_seconds",
		     "Age of the temperature; if there never was one, since the start.",
		     isinf(old_s) ? status_age_s(view, view->started_ns) : old_s);
	metric_gauge(out, "sensor_suspicion_ratio", "How far readings contradict each other.",
		     self.sample.suspicion);
	metric_gauge(out, "health_score", "Lifeguard's score; 0 is healthy.", self.health);
	metric_gauge(out, "crisis", "Whether the margin is that of a crisis.", self.crisis);
	metric_gauge(out, "speaker", "Whether the node speaks for its zone.", self.speaker);
	metric_gauge(out, "beacon_interval_seconds", "Between beacons at present.",
		     self.interval_ms / 1e3);
	metric_gauge(out, "budget_bytes", "What is in the token bucket.", self.budget_bytes);
}

static void print_price(FILE *out, const struct status_view *view)
{
	struct gossip_self self;
	size_t i;

	gossip_get_self(view->core, &self);
	metric_family(out, "price_multiplier_ratio", "gauge", "Multipliers as the kernel is told.");
	metric_sample(out, "price_multiplier_ratio", "kind", "local",
		      (double)self.price.local.multiplier / CONTROL_ONE);
	metric_sample(out, "price_multiplier_ratio", "kind", "external",
		      (double)self.price.external.multiplier / CONTROL_ONE);
	metric_sample(out, "price_multiplier_ratio", "kind", "gpu",
		      (double)self.price.gpu.multiplier / CONTROL_ONE);
	metric_gauge(out, "price_total_ratio", "Local and external multiplier as one.",
		     self.price.total);
	metric_family(out, "price_component_ratio", "gauge", "What raised the price, as a factor each.");
	for (i = 0; i < CONTROL_CAUSES; i++)
		metric_sample(out, "price_component_ratio", "cause", status_cause_names[i],
			      self.price.component[i]);
	metric_gauge(out, "barrier_active", "Whether the safety filter binds.", self.price.barrier);
	metric_gauge(out, "power_cap_watts", "Power that the safety filter allows.",
		     self.price.power_cap_w);
	metric_gauge(out, "oscillation_ratio", "Changes of the price that went against the one before.",
		     self.price.oscillation);
	metric_gauge(out, "actuation_delay_seconds", "From a price to its effect, as measured.",
		     self.price.actuation_delay_s);
}

static void print_members(FILE *out, const struct status_view *view)
{
	double states[GOSSIP_STATES] = { 0 }, silent = 0, suspect = 0;
	struct gossip_member member;
	size_t i;

	for (i = 0; i < gossip_nr_members(view->core); i++) {
		gossip_get_member(view->core, i, &member);
		if (member.state < GOSSIP_STATES)
			states[member.state]++;
		silent += member.silent;
		suspect += member.suspect;
	}
	metric_family(out, "members", "gauge", "Nodes, by what is thought of them.");
	for (i = 0; i < GOSSIP_STATES; i++)
		metric_sample(out, "members", "state", gossip_state_names[i], states[i]);
	metric_gauge(out, "members_silent", "Nodes of which beacons are missing.", silent);
	metric_gauge(out, "members_suspect_sensors", "Nodes whose readings contradict each other.",
		     suspect);
}

static void print_zone(FILE *out, const struct status_view *view)
{
	struct gossip_zone zone;
	size_t i, nr = gossip_nr_zones(view->core);

	for (i = 0; i < nr; i++) {
		gossip_get_zone(view->core, i, &zone);
		if (zone.number == view->zone)
			break;
	}
	/* Without a sample each: their number does not depend on what is known. */
	if (i == nr)
		zone = (struct gossip_zone){ .cooling_headroom = NAN, .supply_headroom = NAN,
					     .margin_min_c = NAN, .power_w = NAN };
	metric_family(out, "zone_headroom_ratio", "gauge", "What is left in the node's own zone.");
	metric_sample(out, "zone_headroom_ratio", "of", "cooling", zone.cooling_headroom);
	metric_sample(out, "zone_headroom_ratio", "of", "supply", zone.supply_headroom);
	metric_gauge(out, "zone_nodes_seen", "Nodes of the zone that are heard of.", zone.seen);
	metric_gauge(out, "zone_nodes_expected", "Nodes that the zone should have.", zone.expected);
	metric_gauge(out, "zone_degraded", "Whether somebody of the zone is silent.",
		     zone.degraded);
	metric_gauge(out, "zone_partitioned", "Whether fewer nodes are seen than should be.",
		     zone.partitioned);
	metric_gauge(out, "zone_margin_min_celsius", "Least margin in the zone.",
		     zone.margin_min_c);
	metric_gauge(out, "zone_power_watts", "Power drawn in the zone.", zone.power_w);
	metric_gauge(out, "zones", "Zones that are known.", (double)nr);
}

static void print_traffic(FILE *out, const uint64_t *c)
{
	static const char drop[] = "drop_";
	size_t i;

	metric_family(out, "packets_total", "counter", "Datagrams.");
	metric_sample(out, "packets_total", "dir", "rx", (double)c[GOSSIP_RX_DATAGRAMS]);
	metric_sample(out, "packets_total", "dir", "tx", (double)c[GOSSIP_TX_DATAGRAMS]);
	metric_family(out, "packet_bytes_total", "counter", "Bytes in datagrams.");
	metric_sample(out, "packet_bytes_total", "dir", "rx", (double)c[GOSSIP_RX_BYTES]);
	metric_sample(out, "packet_bytes_total", "dir", "tx", (double)c[GOSSIP_TX_BYTES]);
	metric_family(out, "records_total", "counter", "Records in datagrams.");
	metric_sample(out, "records_total", "dir", "rx", (double)c[GOSSIP_RX_RECORDS]);
	metric_sample(out, "records_total", "dir", "tx", (double)c[GOSSIP_TX_RECORDS]);
	metric_family(out, "drops_total", "counter", "Datagrams and records that were dropped.");
	for (i = 0; i < GOSSIP_COUNTERS; i++) {
		if (!strncmp(gossip_counter_names[i], drop, strlen(drop)))
			metric_sample(out, "drops_total", "reason",
				      gossip_counter_names[i] + strlen(drop), (double)c[i]);
	}
	metric_counter(out, "member_flaps_total", "Nodes that were suspect or dead and live.",
		       c[GOSSIP_FLAPS]);
	metric_counter(out, "refuted_total", "Accusations of this node that it refuted.",
		       c[GOSSIP_REFUTED]);
	metric_counter(out, "suspicions_total", "Accusations by this node.", c[GOSSIP_SUSPICIONS]);
	metric_counter(out, "deaths_total", "Verdicts of death.", c[GOSSIP_DEATHS]);
	metric_counter(out, "probes_total", "Probes sent.", c[GOSSIP_PROBES]);
	metric_counter(out, "probes_failed_total", "Probes without an answer.",
		       c[GOSSIP_PROBES_FAILED]);
	metric_counter(out, "pulls_total", "Requests for what others know.", c[GOSSIP_PULLS]);
	metric_counter(out, "stalls_total", "Times that the daemon stood still.", c[GOSSIP_STALLS]);
}

/* Of a sensor, as its name is good only until the next one is asked for. */
struct shown {
	char name[128];
	struct status_sensor sensor;
};

/* Each source once, whatever number of sensors it has. */
static void print_sources(FILE *out, const struct shown *s, size_t nr)
{
	size_t i, j;
	bool up;

	metric_family(out, "up", "gauge", "Whether a source of readings gives any.");
	for (i = 0; i < nr; i++) {
		const char *source = s[i].sensor.source;

		for (j = 0; j < i && source && strcmp(s[j].sensor.source ? s[j].sensor.source : "",
						      source); j++)
			;
		if (!source || j < i)
			continue;
		for (up = false; j < nr; j++)
			up |= s[j].sensor.up && s[j].sensor.source &&
			      !strcmp(s[j].sensor.source, source);
		metric_sample(out, "up", "source", source, up);
	}
}

static void print_sensors(FILE *out, const struct status_view *view)
{
	size_t nr = view->sensor ? view->nr_sensors : 0, i;
	struct shown *s;

	if (nr > STATUS_SENSORS_MAX)
		nr = STATUS_SENSORS_MAX;
	s = calloc(STATUS_SENSORS_MAX, sizeof(*s));
	if (!s)
		return;
	for (i = 0; i < nr; i++) {
		view->sensor(view->ctx, i, &s[i].sensor);
		snprintf(s[i].name, sizeof(s[i].name), "%s",
			 s[i].sensor.name ? s[i].sensor.name : "");
	}
	print_sources(out, s, nr);
	metric_family(out, "temperature_celsius", "gauge", "Temperature by sensor.");
	for (i = 0; i < nr; i++) {
		if (s[i].name[0] && s[i].sensor.kind && !strcmp(s[i].sensor.kind, "temperature"))
			metric_sample(out, "temperature_celsius", "sensor", s[i].name,
				      s[i].sensor.value);
	}
	metric_family(out, "sensor_age_seconds", "gauge", "Age of the reading by sensor.");
	for (i = 0; i < nr; i++) {
		if (s[i].name[0])
			metric_sample(out, "sensor_age_seconds", "sensor", s[i].name,
				      s[i].sensor.age_s);
	}
	metric_family(out, "sensor_suspect", "gauge", "How far a sensor is suspect, by sensor.");
	for (i = 0; i < nr; i++) {
		if (s[i].name[0])
			metric_sample(out, "sensor_suspect", "sensor", s[i].name,
				      s[i].sensor.suspicion);
	}
	free(s);
}

static void print_counts(FILE *out, const char *name, const char *help,
			 const struct status_counts *counts)
{
	size_t i;

	metric_family(out, name, "counter", help);
	for (i = 0; i < counts->nr; i++)
		metric_sample(out, name, "result", counts->name[i], (double)counts->value[i]);
}

/* What becomes of datagrams below the core, of announcements, and of who asks. */
static void print_outside(FILE *out, const struct status_view *view)
{
	print_counts(out, "udp_datagrams_total", "Datagrams, by what the sockets did with them.",
		     &view->udp);
	metric_links(out, view);
	metric_gauge(out, "mdns_up", "Whether the node is announced by mDNS.", view->mdns_up);
	print_counts(out, "mdns_announcements_total", "Of others, by what they were good for.",
		     &view->mdns);
	metric_counter(out, "http_requests_total", "Requests that were answered.",
		       view->http_requests);
	metric_counter(out, "http_refused_total", "Clients that were too many.",
		       view->http_refused);
	metric_gauge(out, "stream_clients", "Who listens to the stream.", view->streams);
	metric_counter(out, "stream_dropped_total", "Messages that were dropped for slow listeners.",
		       view->stream_dropped);
}

/* The numbers are on the wire in the clear. */
static void print_keys(FILE *out, const struct status_view *view)
{
	char number[16];
	size_t i;

	/* A number of a key is a name: no sum of them says anything. */
	metric_family(out, "key_id_info", "gauge", "Number of each of the zone's keys, as a label.");
	for (i = 0; i < SEAL_SLOTS; i++) {
		if (!view->key_present[i])
			continue;
		snprintf(number, sizeof(number), "%u", view->key_id[i]);
		metric_sample_of(out, "key_id_info", "slot", seal_slot_names[i],
				 "key_id", number, 1);
	}
}

/**
 * metrics_text - all metrics
 * @view: of now
 *
 * Return: text for free(), NULL if there is no memory
 */
char *metrics_text(const struct status_view *view)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	metric_family(out, "build_info", "gauge", "Version of the daemon.");
	metric_sample(out, "build_info", "version", view->version, 1);
	metric_gauge(out, "uptime_seconds", "Since the start.",
		     status_age_s(view, view->started_ns));
	print_self(out, view);
	print_price(out, view);
	print_members(out, view);
	print_zone(out, view);
	print_traffic(out, gossip_counters(view->core));
	metric_histogram(out, "probe_rtt_seconds", "Round trips of probes.", view->probe_rtt);
	metric_histogram(out, "crisis_latency_seconds",
			 "From the datagram with a neighbour's crisis to the price for it.",
			 view->crisis);
	print_sensors(out, view);
	print_outside(out, view);
	print_keys(out, view);
	metric_gauge(out, "feed_up", "Whether the kernel took the last price.", view->feed_on);
	metric_counter(out, "netlink_updates_total", "Prices that the kernel took.",
		       view->feed_updates);
	metric_counter(out, "netlink_errors_total", "Prices that the kernel did not take.",
		       view->feed_errors);
	metric_gauge(out, "loop_delay_seconds", "Most that a step came late.", view->loop_delay_s);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
