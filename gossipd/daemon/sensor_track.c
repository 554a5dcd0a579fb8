// SPDX-License-Identifier: GPL-2.0
/*
 * What one sensor has said so far, and how far it is to be believed. Nothing here excludes a
 * sensor: one that is stuck at hot still counts, as that is the safe side.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_internal.h"

/* Every new reading is a tenth of what is thought of a sensor. */
#define BAD_WEIGHT 0.1
/* A die does not cool faster: it takes three readings to believe that it did. */
#define FALL_MAX_C 20
#define FALL_READINGS 3
#define FALL_WITHIN_NS (10 * NS_PER_S)
/* The least that a watt heats a processor, K/W: with water on it 0.1, with air 0.2 and more. */
#define HEAT_MIN_C_PER_W 0.1
#define STILL_MIN_W 30
/* From so many steps on their greatest common divisor is that of the sensor. */
#define STEPS_ENOUGH 4
#define STEP_COARSE_MC 1000

/* What can be, by kind. 127 and 128 degrees is what 8 bits say when there is nothing to say. */
static const struct {
	double least;
	double most;
} ranges[SENSOR_KINDS] = {
	[SENSOR_TEMP] = { -40, 126.9 },
	[SENSOR_INLET] = { -40, 100 },
	[SENSOR_MARGIN] = { -60, 200 },
	[SENSOR_POWER] = { 0, 20000 },
	[SENSOR_NODE_POWER] = { 0, 100000 },
	[SENSOR_FAN] = { 0, 2 },
	[SENSOR_RPM] = { 0, 200000 },
};

/**
 * sensor_track_init() - a sensor that has said nothing yet
 * @track: written
 */
void sensor_track_init(struct sensor_track *track)
{
	*track = (struct sensor_track){ .value = NAN, .changed_power_w = NAN, .error = -EAGAIN };
}

/**
 * sensor_track_error() - a reading that was none
 * @track: of the sensor
 * @error: negative errno; -EAGAIN says nothing against the sensor
 */
void sensor_track_error(struct sensor_track *track, int error)
{
	track->error = error;
	if (error != -EAGAIN)
		track->bad += BAD_WEIGHT * (1 - track->bad);
}

/* How much hotter, colder or nearer to its limit a value says it is than the one before. */
static double cooling(const struct sensor_track *track, enum sensor_kind kind, double value)
{
	if (kind == SENSOR_TEMP)
		return track->value - value;
	return kind == SENSOR_MARGIN ? value - track->value : 0;
}

/* A fall that cannot be. Heat, however sudden, is always believed. */
static bool is_pending(struct sensor_track *track, enum sensor_kind kind, double value,
		       uint64_t now_ns)
{
	if (!track->value_ns || cooling(track, kind, value) <= FALL_MAX_C ||
	    now_ns - track->value_ns > FALL_WITHIN_NS) {
		track->nr_pending = 0;
		return false;
	}
	return ++track->nr_pending < FALL_READINGS;
}

static void count_step(struct sensor_track *track, double step)
{
	int64_t a = llround(fabs(step) * 1000), b = track->step_mc;

	if (!a)
		return;
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	track->step_mc = a;
	track->nr_steps++;
}

/* The power that has to come or go before a sensor with steps like these has to move. */
static double still_power_w(const struct sensor_track *track)
{
	double quantum = sensor_track_quantum(track);
	double needed_w = (2 * (isnan(quantum) ? 1 : quantum) + 1) / HEAT_MIN_C_PER_W;

	return needed_w < STILL_MIN_W ? STILL_MIN_W : needed_w;
}

/**
 * sensor_track_value() - a reading
 * @track: of the sensor
 * @kind: what it measures
 * @value: whatever it says
 * @now_ns: when it was read; does not go back
 * @power_w: drawn by what the sensor sits on, smoothed; NAN if not known: then it is never stuck
 * @stuck_s: how long it may stand still while power has changed
 */
void sensor_track_value(struct sensor_track *track, enum sensor_kind kind, double value,
			uint64_t now_ns, double power_w, double stuck_s)
{
	double since_s;

	if (!(value >= ranges[kind].least && value <= ranges[kind].most)) {
		sensor_track_error(track, isnan(value) ? -ENODATA : -ERANGE);
		return;
	}
	if (kind == SENSOR_FAN && value > 1)
		value = 1;
	if (is_pending(track, kind, value, now_ns)) {
		sensor_track_error(track, -ESTALE);
		return;
	}
	since_s = track->value_ns ? (double)(now_ns - track->value_ns) / NS_PER_S : 0;
	if (!track->value_ns || value != track->value) {
		if (track->value_ns)
			count_step(track, value - track->value);
		track->changed_power_w = power_w;
		track->still_s = 0;
	} else if (isnan(track->changed_power_w)) {
		track->changed_power_w = power_w;
	} else if (fabs(power_w - track->changed_power_w) >= still_power_w(track)) {
		track->still_s += since_s;
	}
	track->stuck = track->still_s >= stuck_s;
	track->value = value;
	track->value_ns = now_ns;
	track->error = 0;
	track->bad *= 1 - BAD_WEIGHT;
	track->nr_pending = 0;
}

/**
 * sensor_track_quantum() - the step of a sensor
 * @track: of the sensor
 *
 * Return: greatest common divisor of the steps that were seen, not below 0.001, and as long as they
 * are few not above 1; NAN if there was none.
 */
double sensor_track_quantum(const struct sensor_track *track)
{
	if (!track->nr_steps)
		return NAN;
	if (track->nr_steps < STEPS_ENOUGH && track->step_mc > STEP_COARSE_MC)
		return STEP_COARSE_MC / 1000.0;
	return (double)track->step_mc / 1000;
}

/**
 * sensor_track_suspicion() - how far a sensor is not to be believed
 * @track: of the sensor
 * @stuck_s: as for sensor_track_value()
 *
 * Return: 0 to 1: the worst of: readings that are none, standing still for longer than half of
 * @stuck_s, a fall that cannot be.
 */
double sensor_track_suspicion(const struct sensor_track *track, double stuck_s)
{
	double worst = track->bad, still = 2 * track->still_s / stuck_s - 1;

	if (still > worst)
		worst = still > 1 ? 1 : still;
	if (track->nr_pending && worst < 0.5)
		worst = 0.5;
	return worst;
}
