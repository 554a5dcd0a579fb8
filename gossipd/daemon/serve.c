// SPDX-License-Identifier: GPL-2.0
/*
 * What the HTTP server shows of the daemon.
 */
#include <errno.h>
#include <linux/close_range.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "json_state.h"

#define NSEC_PER_SEC 1e9

static void show_sensor(void *ctx, size_t index, struct status_sensor *out)
{
	/* A name stays until the next sensor is asked for. */
	static struct sensor_info info;
	struct daemon *d = ctx;

	sensors_get(d->sensors, index, &info);
	out->name = info.name;
	out->source = info.source;
	out->up = !info.error;
	out->kind = sensor_kind_names[info.kind];
	out->value = info.value;
	out->age_s = info.age_s;
	out->suspicion = info.suspicion;
}

/* What is outside of the core. */
static void show_outside(struct daemon *d, struct status_view *view)
{
	/* They stay as long as the answer: there is one at a time. */
	static uint64_t udp[UDP_COUNTERS];
	static struct link_state ib;
	static struct mdns_status mdns;
	struct http_counters http;

	udp_get_counters(d->udp, udp);
	view->udp = (struct status_counts){ udp_counter_names, udp, UDP_COUNTERS };
	view->udp_up = udp_joined(d->udp);
	if (daemon_link_state(d, &ib))
		view->ib = &ib;
	if (d->mdns) {
		mdns_get_status(d->mdns, &mdns);
		view->mdns_up = mdns.state.up;
		view->mdns = (struct status_counts){ mdns_counter_names, mdns.counters,
						     MDNS_COUNTERS };
	}
	if (!d->http)
		return;
	http_get_counters(d->http, &http);
	view->http_requests = http.requests;
	view->http_refused = http.refused;
	view->streams = http.streams;
	view->stream_dropped = http.dropped;
}

static void show(void *ctx, struct status_view *view)
{
	/* It stays as long as the answer. */
	static char name[DAEMON_NAME_LEN];
	static struct feed_status feed;
	struct daemon *d = ctx;

	daemon_own_name(d, name);
	feed = (struct feed_status){ .error = "it is turned off in the settings" };
	if (d->feed)
		feed_get_status(d->feed, &feed);
	*view = (struct status_view){
		.core = d->core,
		.site = d->site ? &d->site->site : NULL,
		.self = d->config->gossip.self,
		.name = name,
		.zone = d->config->gossip.zone,
		.version = MAXWELL_VERSION,
		.now_ns = uv_hrtime(),
		.started_ns = d->started_ns,
		.loop_delay_s = d->delay_max_ns / NSEC_PER_SEC,
		.feed_on = feed.on,
		.feed_trouble = feed.error,
		.feed_updates = feed.updates,
		.feed_errors = feed.errors,
		.nr_sensors = sensors_nr(d->sensors),
		.sensor = show_sensor,
		.probe_rtt = &d->measure.probe_rtt,
		.crisis = &d->measure.crisis,
		.ctx = d,
	};
	memcpy(view->key_present, d->key_present, sizeof(view->key_present));
	memcpy(view->key_id, d->key_id, sizeof(view->key_id));
	show_outside(d, view);
}

static const char *unready(void *ctx)
{
	struct daemon *d = ctx;

	if (d->stopping)
		return "it is about to end";
	if (!daemon_has_reading(d))
		return "no sensor has said anything lately";
	if (!udp_joined(d->udp))
		return "no multicast group is joined";
	return NULL;
}

/**
 * daemon_serve() - begin to show the state
 * @d: with everything else in place
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int daemon_serve(struct daemon *d)
{
	const struct http_user user = { .ctx = d, .view = show, .unready = unready };
	int err;

	if (!d->config->http.enabled)
		return 0;
	err = http_open(&d->http, &d->loop, &d->config->http, &user);
	/* Not all that libwebsockets opens is closed for the programs that we run. */
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	/* Who has it may end, and what is out of memory may get some; no path comes by waiting. */
	d->misconfigured = err && err != -EADDRINUSE && err != -ENOMEM && err != -EIO;
	return err;
}
