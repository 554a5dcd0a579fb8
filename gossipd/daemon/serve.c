// SPDX-License-Identifier: GPL-2.0
/*
 * What the HTTP server shows of the daemon.
 */
#include "daemon.h"
#include "json_state.h"
#include "log.h"

#define NSEC_PER_SEC 1e9
/* Half of the control's horizon would do; a sample comes ten times in a second. */
#define SAMPLE_NS UINT64_C(10000000000)

static void show_sensor(void *ctx, size_t index, struct status_sensor *out)
{
	/* Names stay as long as the answer that is made of them: nobody asks for two at a time. */
	static struct sensor_info info;
	struct daemon *d = ctx;

	sensors_get(d->sensors, index, &info);
	out->name = info.name;
	out->kind = sensor_kind_names[info.kind];
	out->value = info.value;
	out->age_s = info.age_s;
	out->suspicion = info.suspicion;
}

static void show(void *ctx, struct status_view *view)
{
	struct feed_status feed = { 0 };
	struct daemon *d = ctx;

	if (d->feed)
		feed_get_status(d->feed, &feed);
	*view = (struct status_view){
		.core = d->core,
		.site = d->site ? &d->site->site : NULL,
		.self = d->config->gossip.self,
		.name = d->config->node.name,
		.zone = d->config->gossip.zone,
		.version = MAXWELL_VERSION,
		.now_ns = uv_hrtime(),
		.started_ns = d->started_ns,
		.loop_delay_s = d->delay_max_ns / NSEC_PER_SEC,
		.feed_on = feed.on,
		.feed_updates = feed.updates,
		.feed_errors = feed.errors,
		.nr_sensors = sensors_nr(d->sensors),
		.sensor = show_sensor,
		.ctx = d,
	};
}

static const char *unready(void *ctx)
{
	struct daemon *d = ctx;
	struct gossip_self self;

	gossip_get_self(d->core, &self);
	if (d->stopping)
		return "it is about to end";
	if (!self.sample_ns || uv_hrtime() - self.sample_ns > SAMPLE_NS)
		return "no sensor has said anything lately";
	if (!udp_joined(d->udp))
		return "the multicast group is not joined";
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
	if (err)
		log_error("cannot serve HTTP: %s", uv_strerror(err));
	return err;
}
