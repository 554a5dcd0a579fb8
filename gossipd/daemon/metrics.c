// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the metrics: base units, counters end in _total, ratios are 0 to 1 or factors.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP gossipd_%s %s\n# TYPE gossipd_%s %s\n", name, help, name, type);
}

/* What is not known is left out: there is no sample then. */
static void sample(FILE *out, const char *name, const char *label, const char *value, double number)
{
	if (isnan(number))
		return;
	fprintf(out, "gossipd_%s", name);
	if (label) {
		fprintf(out, "{%s=\"", label);
		for (; *value; value++) {
			if (*value == '\n') {
				fputs("\\n", out);
				continue;
			}
			if (*value == '"' || *value == '\\')
				fputc('\\', out);
			fputc(*value, out);
		}
		fputs("\"}", out);
	}
	if (isinf(number))
		fprintf(out, " %sInf\n", number > 0 ? "+" : "-");
	else
		fprintf(out, " %.17g\n", number);
}

static void gauge(FILE *out, const char *name, const char *help, double number)
{
	family(out, name, "gauge", help);
	sample(out, name, NULL, NULL, number);
}

static void counter(FILE *out, const char *name, const char *help, uint64_t number)
{
	family(out, name, "counter", help);
	sample(out, name, NULL, NULL, (double)number);
}

static double age_s(const struct status_view *view, uint64_t then_ns)
{
	if (!then_ns)
		return NAN;
	return then_ns < view->now_ns ? (double)(view->now_ns - then_ns) / 1e9 : 0;
}

static void print_self(FILE *out, const struct status_view *view)
{
	struct gossip_self self;

	gossip_get_self(view->core, &self);
	gauge(out, "node_temperature_celsius", "Hottest sensor.", self.sample.temp_c);
	gauge(out, "thermal_margin_celsius", "From the hottest sensor to where it throttles.",
	      self.sample.limit_c - self.sample.temp_c);
	gauge(out, "inlet_temperature_celsius", "Air that the node takes in.", self.sample.inlet_c);
	family(out, "power_watts", "gauge", "Power drawn.");
	sample(out, "power_watts", "domain", "node", self.sample.power_w);
	gauge(out, "fan_speed_ratio", "Speed of the fastest fan.", self.sample.fan);
	gauge(out, "sample_age_seconds", "Since the sensors were last read.",
	      age_s(view, self.sample_ns));
	gauge(out, "sensor_suspicion_ratio", "How far readings contradict each other.",
	      self.sample.suspicion);
	gauge(out, "health_score", "Lifeguard's score; 0 is healthy.", self.health);
	gauge(out, "crisis", "Whether the margin is that of a crisis.", self.crisis);
	gauge(out, "speaker", "Whether the node speaks for its zone.", self.speaker);
	gauge(out, "beacon_interval_seconds", "Between beacons at present.",
	      self.interval_ms / 1e3);
	gauge(out, "budget_bytes", "What is in the token bucket.", self.budget_bytes);
}

static void print_price(FILE *out, const struct status_view *view)
{
	struct gossip_self self;
	size_t i;

	gossip_get_self(view->core, &self);
	family(out, "price_multiplier_ratio", "gauge", "Multipliers as the kernel is told.");
	sample(out, "price_multiplier_ratio", "kind", "local",
	       (double)self.price.local.multiplier / CONTROL_ONE);
	sample(out, "price_multiplier_ratio", "kind", "external",
	       (double)self.price.external.multiplier / CONTROL_ONE);
	sample(out, "price_multiplier_ratio", "kind", "gpu",
	       (double)self.price.gpu.multiplier / CONTROL_ONE);
	gauge(out, "price_total_ratio", "Local and external multiplier as one.", self.price.total);
	family(out, "price_component_ratio", "gauge", "What raised the price, as a factor each.");
	for (i = 0; i < CONTROL_CAUSES; i++)
		sample(out, "price_component_ratio", "cause", status_cause_names[i],
		       self.price.component[i]);
	gauge(out, "barrier_active", "Whether the safety filter binds.", self.price.barrier);
	gauge(out, "power_cap_watts", "Power that the safety filter allows.",
	      self.price.power_cap_w);
	gauge(out, "oscillation_ratio", "Changes of the price that went against the one before.",
	      self.price.oscillation);
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
	family(out, "members", "gauge", "Nodes, by what is thought of them.");
	for (i = 0; i < GOSSIP_STATES; i++)
		sample(out, "members", "state", gossip_state_names[i], states[i]);
	gauge(out, "members_silent", "Nodes of which beacons are missing.", silent);
	gauge(out, "members_suspect_sensors", "Nodes whose readings contradict each other.",
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
	family(out, "zone_headroom_ratio", "gauge", "What is left in the node's own zone.");
	sample(out, "zone_headroom_ratio", "of", "cooling", zone.cooling_headroom);
	sample(out, "zone_headroom_ratio", "of", "supply", zone.supply_headroom);
	gauge(out, "zone_nodes_seen", "Nodes of the zone that are heard of.", zone.seen);
	gauge(out, "zone_nodes_expected", "Nodes that the zone should have.", zone.expected);
	gauge(out, "zone_degraded", "Whether somebody of the zone is silent.", zone.degraded);
	gauge(out, "zone_partitioned", "Whether fewer nodes are seen than should be.",
	      zone.partitioned);
	gauge(out, "zone_margin_min_celsius", "Least margin in the zone.", zone.margin_min_c);
	gauge(out, "zone_power_watts", "Power drawn in the zone.", zone.power_w);
	gauge(out, "zones", "Zones that are known.", (double)nr);
}

static void print_traffic(FILE *out, const uint64_t *c)
{
	static const char drop[] = "drop_";
	size_t i;

	family(out, "packets_total", "counter", "Datagrams.");
	sample(out, "packets_total", "dir", "rx", (double)c[GOSSIP_RX_DATAGRAMS]);
	sample(out, "packets_total", "dir", "tx", (double)c[GOSSIP_TX_DATAGRAMS]);
	family(out, "packet_bytes_total", "counter", "Bytes in datagrams.");
	sample(out, "packet_bytes_total", "dir", "rx", (double)c[GOSSIP_RX_BYTES]);
	sample(out, "packet_bytes_total", "dir", "tx", (double)c[GOSSIP_TX_BYTES]);
	family(out, "records_total", "counter", "Records in datagrams.");
	sample(out, "records_total", "dir", "rx", (double)c[GOSSIP_RX_RECORDS]);
	sample(out, "records_total", "dir", "tx", (double)c[GOSSIP_TX_RECORDS]);
	family(out, "drops_total", "counter", "Datagrams and records that were dropped.");
	for (i = 0; i < GOSSIP_COUNTERS; i++) {
		if (!strncmp(gossip_counter_names[i], drop, strlen(drop)))
			sample(out, "drops_total", "reason",
			       gossip_counter_names[i] + strlen(drop), (double)c[i]);
	}
	counter(out, "member_flaps_total", "Nodes that were suspect or dead and live.",
		c[GOSSIP_FLAPS]);
	counter(out, "refuted_total", "Accusations of this node that it refuted.",
		c[GOSSIP_REFUTED]);
	counter(out, "suspicions_total", "Accusations by this node.", c[GOSSIP_SUSPICIONS]);
	counter(out, "deaths_total", "Verdicts of death.", c[GOSSIP_DEATHS]);
	counter(out, "probes_total", "Probes sent.", c[GOSSIP_PROBES]);
	counter(out, "probes_failed_total", "Probes without an answer.", c[GOSSIP_PROBES_FAILED]);
	counter(out, "pulls_total", "Requests for what others know.", c[GOSSIP_PULLS]);
	counter(out, "stalls_total", "Times that the daemon stood still.", c[GOSSIP_STALLS]);
}

static void print_sensors(FILE *out, const struct status_view *view)
{
	size_t nr = view->sensor ? view->nr_sensors : 0, i;
	struct status_sensor s[STATUS_SENSORS_MAX] = { 0 };

	if (nr > STATUS_SENSORS_MAX)
		nr = STATUS_SENSORS_MAX;
	for (i = 0; i < nr; i++)
		view->sensor(view->ctx, i, &s[i]);
	family(out, "temperature_celsius", "gauge", "Temperature by sensor.");
	for (i = 0; i < nr; i++) {
		if (s[i].name && s[i].kind && !strcmp(s[i].kind, "temperature"))
			sample(out, "temperature_celsius", "sensor", s[i].name, s[i].value);
	}
	family(out, "sensor_age_seconds", "gauge", "Age of the reading by sensor.");
	for (i = 0; i < nr; i++) {
		if (s[i].name)
			sample(out, "sensor_age_seconds", "sensor", s[i].name, s[i].age_s);
	}
	family(out, "sensor_suspect", "gauge", "How far a sensor is suspect, by sensor.");
	for (i = 0; i < nr; i++) {
		if (s[i].name)
			sample(out, "sensor_suspect", "sensor", s[i].name, s[i].suspicion);
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
	family(out, "build_info", "gauge", "Version of the daemon.");
	sample(out, "build_info", "version", view->version, 1);
	gauge(out, "uptime_seconds", "Since the start.", age_s(view, view->started_ns));
	print_self(out, view);
	print_price(out, view);
	print_members(out, view);
	print_zone(out, view);
	print_traffic(out, gossip_counters(view->core));
	print_sensors(out, view);
	gauge(out, "feed_up", "Whether the kernel took the last price.", view->feed_on);
	counter(out, "netlink_updates_total", "Prices that the kernel took.", view->feed_updates);
	counter(out, "netlink_errors_total", "Prices that the kernel did not take.",
		view->feed_errors);
	gauge(out, "loop_delay_seconds", "Most that a step came late.", view->loop_delay_s);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
