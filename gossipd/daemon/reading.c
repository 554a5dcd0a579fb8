// SPDX-License-Identifier: GPL-2.0
/*
 * Whether anybody knows how hot the node is. Samples come whether or not there is anything in them:
 * what counts is the age of the temperature.
 */
#include <math.h>

#include "daemon.h"
#include "json_state.h"
#include "log.h"

#define MSEC_PER_SEC 1e3
#define NSEC_PER_SEC 1e9
/* Half of the control's horizon would do; a sample comes ten times in a second. */
#define LOST_MS 10000
/* Of a slow sensor, as many readings may be missing as make it old. */
#define READINGS 3

/* How old a temperature may get with these sensors. */
static double patience_s(const struct config_sensors *sensors)
{
	uint64_t most_ms = LOST_MS, slow_ms = sensors->interval_ms;

	if ((sensors->ipmi || sensors->exec.nr) && sensors->command_interval_ms > slow_ms)
		slow_ms = sensors->command_interval_ms;
	if (READINGS * slow_ms > most_ms)
		most_ms = READINGS * slow_ms;
	if (sensors->stale_ms > most_ms)
		most_ms = sensors->stale_ms;
	return (double)most_ms / MSEC_PER_SEC;
}

/**
 * daemon_reading_age_s() - how old the node's temperature is
 * @d: which runs
 *
 * Return: seconds; INFINITY if there never was one.
 */
double daemon_reading_age_s(const struct daemon *d)
{
	struct gossip_self self;

	gossip_get_self(d->core, &self);
	return status_reading_age_s(&self, uv_hrtime());
}

/**
 * daemon_has_reading() - whether there is a temperature that is none of long ago
 * @d: which runs
 *
 * Return: false also as long as there never was one.
 */
bool daemon_has_reading(const struct daemon *d)
{
	return daemon_reading_age_s(d) <= patience_s(&d->config->sensors);
}

/**
 * daemon_watch_readings() - say so when nobody knows any more how hot the node is, and when
 *	somebody does again
 * @d: which runs; to be called now and then
 */
void daemon_watch_readings(struct daemon *d)
{
	double since_start_s = (double)(uv_hrtime() - d->started_ns) / NSEC_PER_SEC;
	bool blind = !daemon_has_reading(d);

	if (blind == d->blind || (blind && since_start_s <= patience_s(&d->config->sensors)))
		return;
	d->blind = blind;
	if (blind)
		log_warning("no sensor says how hot this node is, which makes it dearer: see gossipd --sensors");
	else
		log_info("there is a temperature again");
}
