// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of the daemon, started one by one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon.h"
#include "log.h"

static void on_sample(void *ctx, uint64_t now_ns, const struct gossip_sample *sample)
{
	struct daemon *d = ctx;

	(void)now_ns;
	gossip_sample(d->core, uv_hrtime(), sample);
	daemon_step(d);
}

static void on_demand(void *ctx, const struct control_demand *steps, size_t nr, uint32_t base_price,
		      uint32_t cpus)
{
	struct daemon *d = ctx;

	gossip_cpus(d->core, uv_hrtime(), cpus);
	gossip_demand(d->core, uv_hrtime(), steps, nr, base_price);
	daemon_step(d);
}

/**
 * daemon_start_state() - claim the state directory; the incarnation is on the disk before
 *	anybody hears of it
 * @d: the daemon
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int daemon_start_state(struct daemon *d)
{
	const char *dir = d->config->node.state_dir;
	struct timespec wall;
	int err;

	err = state_open(&d->state, dir);
	if (err) {
		log_error("cannot use the state directory %s: %s", dir,
			  err == -EBUSY ? "another gossipd has it" : strerror(-err));
		return err;
	}
	clock_gettime(CLOCK_REALTIME, &wall);
	err = state_start(&d->state, wall.tv_sec * 1000 + wall.tv_nsec / 1000000, &d->incarnation);
	if (d->state.source == STATE_CORRUPT)
		log_warning("%s/" STATE_FILE " makes no sense: the incarnation is made of the time",
			    dir);
	else if (d->state.source == STATE_FIRST)
		log_info("there is no %s/" STATE_FILE ": the incarnation is made of the time", dir);
	if (err)
		log_error("cannot write to the state directory %s%s: %s", dir,
			  state_can_do_without(err) ?
			  ", goes on with what was kept and the time" : "", strerror(-err));
	return state_can_do_without(err) ? 0 : err;
}

/**
 * daemon_start_core() - make the core
 * @d: the daemon
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int daemon_start_core(struct daemon *d)
{
	struct gossip_config config;
	struct gossip_env env = daemon_env;
	const char *why;
	int err;

	d->misconfigured = true;
	err = daemon_load_keys(d->config, &d->keys);
	if (err)
		return err;
	d->crypto = crypto_sodium(d->keys.secret);
	env.ctx = d;
	env.crypto = &d->crypto;
	daemon_core_config(d, d->config, d->site, &d->keys.ring, &config);
	why = gossip_config_check(&config);
	if (!why) {
		d->core = gossip_create(&config, &env, uv_hrtime());
		d->misconfigured = false;
		if (!d->core)
			why = "out of memory";
	}
	daemon_note_keys(d, &config.keys);
	crypto_sodium_wipe(&config.keys, sizeof(config.keys));
	if (why)
		log_error("cannot start: %s", why);
	return why ? -EINVAL : 0;
}

/**
 * daemon_start_feed() - begin to feed the kernel, if it is to be
 * @d: the daemon
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int daemon_start_feed(struct daemon *d)
{
	const struct feed_user user = { .ctx = d, .demand = on_demand };
	int err = 0;

	if (d->config->feed.enabled)
		err = feed_open(&d->feed, &d->loop, &d->config->feed, &user);
	if (err)
		log_error("cannot start the feed: %s", uv_strerror(err));
	return err;
}

/**
 * daemon_start_sensors() - begin to read sensors
 * @d: the daemon
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int daemon_start_sensors(struct daemon *d)
{
	char error[SENSORS_ERROR_MAX] = "";
	struct sensors_config config;

	daemon_sensors_config(d->options, d->config, &config);
	d->sensors = sensors_start(&d->loop, &config, on_sample, d, error);
	if (d->sensors)
		return 0;
	log_error("cannot read sensors: %s", error);
	return -EINVAL;
}

/**
 * daemon_start_trace() - open the trace, if there is to be one
 * @d: the daemon
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int daemon_start_trace(struct daemon *d)
{
	int err;

	if (!d->options->trace)
		return 0;
	d->trace = fopen(d->options->trace, "ae");
	if (!d->trace) {
		err = -errno;
		log_error("cannot open %s: %s", d->options->trace, strerror(-err));
		return err;
	}
	setvbuf(d->trace, NULL, _IOLBF, 0);
	return 0;
}
