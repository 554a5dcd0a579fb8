/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's state as JSON. Every document has "schema", which changes when a member gets another
 * meaning or goes; members may be added. A measured value is an object: "value", null if it is not
 * known, and "age_s", null if there never was one.
 */
#ifndef GOSSIPD_JSON_STATE_H
#define GOSSIPD_JSON_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gossip.h"
#include "histogram.h"
#include "link.h"
#include "seal.h"
#include "site.h"

#define STATUS_SCHEMA 1
/* Sensors that are shown. */
#define STATUS_SENSORS_MAX 64

/**
 * struct status_sensor - a sensor of the node
 * @name: of the daemon's own, good until the next one is asked for
 * @source: where it comes from; stays
 * @kind: what it measures: "temperature", "margin", "inlet", "power", "fan"
 * @value: in degrees Celsius, watts, 0 to 1; NAN if not known
 * @age_s: of the value; INFINITY if there is none
 * @suspicion: 0 to 1
 * @up: the last reading was good
 */
struct status_sensor {
	const char *name;
	const char *source;
	const char *kind;
	double value;
	double age_s;
	double suspicion;
	bool up;
};

/**
 * struct status_counts - counters with names
 * @name: of each
 * @value: of each
 * @nr: how many
 */
struct status_counts {
	const char *const *name;
	const uint64_t *value;
	size_t nr;
};

/**
 * struct status_view - all that can be shown, at one moment
 * @core: of the daemon
 * @site: for names; may be NULL
 * @self: name in the gossip
 * @name: name for people; may be NULL
 * @zone: of the node
 * @version: of the daemon
 * @now_ns: on the clock of the core
 * @started_ns: likewise
 * @loop_delay_s: most that a step came late
 * @feed_on: the kernel took the last price
 * @feed_trouble: why it does not; NULL or empty: nobody knows
 * @feed_updates: prices that it took
 * @feed_errors: prices that it did not
 * @probe_rtt: round trips of probes; may be NULL
 * @crisis: from neighbours' crises to prices; may be NULL
 * @key_present: keys of the zone, by enum seal_slot
 * @key_id: their numbers
 * @udp: what became of datagrams
 * @udp_up: a group of the zone is joined, or there is to be none
 * @ib: the transport beside UDP; NULL: there is none
 * @mdns: what became of announcements
 * @mdns_up: the node is announced
 * @http_requests: answered
 * @http_refused: clients that were too many
 * @streams: clients that listen to the stream
 * @stream_dropped: messages that they were too slow for
 * @nr_sensors: how many @sensor knows
 * @sensor: tells of one; may be NULL
 * @ctx: given to @sensor
 */
struct status_view {
	const struct gossip *core;
	const struct site *site;
	struct gw_id self;
	const char *name;
	uint16_t zone;
	const char *version;
	uint64_t now_ns;
	uint64_t started_ns;
	double loop_delay_s;
	bool feed_on;
	const char *feed_trouble;
	uint64_t feed_updates;
	uint64_t feed_errors;
	const struct histogram *probe_rtt;
	const struct histogram *crisis;
	bool key_present[SEAL_SLOTS];
	uint8_t key_id[SEAL_SLOTS];
	struct status_counts udp;
	bool udp_up;
	const struct link_state *ib;
	struct status_counts mdns;
	bool mdns_up;
	uint64_t http_requests;
	uint64_t http_refused;
	unsigned int streams;
	uint64_t stream_dropped;
	size_t nr_sensors;
	void (*sensor)(void *ctx, size_t index, struct status_sensor *out);
	void *ctx;
};

struct json_t;

extern const char *const status_cause_names[CONTROL_CAUSES];

double status_reading_age_s(const struct gossip_self *self, uint64_t now_ns);
double status_age_s(const struct status_view *view, uint64_t then_ns);

struct json_t *json_links(const struct status_view *view);
char *json_state(const struct status_view *view);
char *json_neighbors(const struct status_view *view);
char *json_zones(const struct status_view *view);
char *json_price(const struct status_view *view);
char *json_event(const struct status_view *view, const struct gossip_event *event);
char *json_status(const char *status, const char *reason);

#endif /* GOSSIPD_JSON_STATE_H */
