// SPDX-License-Identifier: GPL-2.0
/*
 * From many sensors one sample. Temperatures are never averaged: the node is as hot as that sensor
 * which is nearest to where its own hardware throttles.
 */
#include <math.h>
#include <string.h>

#include "sensor_internal.h"

/* A sensor may miss two readings before it is old. */
#define MISSED_READINGS 3
/* What stands for a processor's limit if there is only a margin. */
#define LIMIT_OF_MARGIN_C 100
#define LIMIT_MIN_C 30
#define LIMIT_MAX_C 150

/* What is known of the power of the node. */
struct power {
	const struct sensor *node;
	double parts_w;
	double parts_max_w;
	bool has_cpu;
};

static double age_s(const struct sensor *sensor, uint64_t now_ns)
{
	if (!sensor->track.value_ns)
		return INFINITY;
	return now_ns > sensor->track.value_ns ?
	       (double)(now_ns - sensor->track.value_ns) / NS_PER_S : 0;
}

static bool is_fresh(const struct sensor *sensor, const struct sensor_fusion *how, uint64_t now_ns)
{
	double most_s = MISSED_READINGS * (double)sensor->interval_ms / 1000;

	if (most_s < how->stale_s)
		most_s = how->stale_s;
	return age_s(sensor, now_ns) <= most_s;
}

static double limit_of(const struct sensor *sensor, const struct sensor_fusion *how)
{
	double limit = sensor->value.limit;

	/* Of GPUs there is no limit that would do for all. */
	if (limit >= LIMIT_MIN_C && limit <= LIMIT_MAX_C)
		return limit;
	return sensor->value.place == SENSOR_CPU ? how->limit_c : NAN;
}

/* Degrees to where the hardware throttles; NAN if that is not known. */
static double margin_of(const struct sensor *sensor, const struct sensor_fusion *how)
{
	if (sensor->value.kind == SENSOR_MARGIN)
		return sensor->track.value;
	if (sensor->value.kind == SENSOR_TEMP)
		return limit_of(sensor, how) - sensor->track.value;
	return NAN;
}

/* A margin is better than none, of two the smaller; without any the hotter. */
static bool is_hotter(const struct sensor *sensor, const struct sensor *than,
		      const struct sensor_fusion *how)
{
	double margin = margin_of(sensor, how), other;

	if (!than)
		return true;
	other = margin_of(than, how);
	if (isnan(margin) != isnan(other))
		return isnan(other);
	return isnan(margin) ? sensor->track.value > than->track.value : margin < other;
}

static bool is_from(const struct sensor *sensor, const char *source)
{
	return !strcmp(sensor->source, source);
}

/*
 * Drives are nobody's business here, and boards only if something happens at a known temperature. A
 * controller's view of the processors, late and coarse, is for where there is none but that.
 */
static bool is_for_temperature(const struct sensor *sensor, const struct sensor_fusion *how,
			       bool direct)
{
	if (sensor->value.kind != SENSOR_TEMP && sensor->value.kind != SENSOR_MARGIN)
		return false;
	if (sensor->value.place == SENSOR_CPU)
		return !direct || !is_from(sensor, "ipmi");
	return sensor->value.place == SENSOR_BOARD && !isnan(margin_of(sensor, how));
}

/* A processor tells its temperature itself. */
static bool has_direct(const struct sensor *sensors, size_t nr, const struct sensor_fusion *how,
		       uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (sensors[i].value.place == SENSOR_CPU && !is_from(&sensors[i], "ipmi") &&
		    is_for_temperature(&sensors[i], how, false) &&
		    is_fresh(&sensors[i], how, now_ns))
			return true;
	}
	return false;
}

static void fuse_temperature(struct sensor *sensors, size_t nr, const struct sensor_fusion *how,
			     uint64_t now_ns, struct gossip_sample *sample)
{
	bool direct = has_direct(sensors, nr, how, now_ns);
	struct sensor *chosen = NULL, *old = NULL;
	size_t i;

	for (i = 0; i < nr; i++) {
		struct sensor *sensor = &sensors[i];
		double suspicion = sensor_track_suspicion(&sensor->track, how->stuck_s);
		struct sensor **best;

		if (!sensor->track.value_ns || !is_for_temperature(sensor, how, direct))
			continue;
		sensor->counted = is_fresh(sensor, how, now_ns);
		best = sensor->counted ? &chosen : &old;
		if (is_hotter(sensor, *best, how))
			*best = sensor;
		/* Boards have sensors that stand still for good reasons. */
		if (sensor->counted && sensor->value.place == SENSOR_CPU &&
		    !(suspicion <= sample->suspicion))
			sample->suspicion = suspicion;
	}
	if (!chosen)
		chosen = old;
	if (!chosen)
		return;
	chosen->counted = true;
	chosen->chosen = true;
	sample->age_s = age_s(chosen, now_ns);
	sample->quantum_c = sensor_track_quantum(&chosen->track);
	if (isnan(sample->suspicion))
		sample->suspicion = sensor_track_suspicion(&chosen->track, how->stuck_s);
	if (chosen->value.kind == SENSOR_TEMP) {
		sample->temp_c = chosen->track.value;
		sample->limit_c = limit_of(chosen, how);
		return;
	}
	sample->limit_c = isnan(how->limit_c) ? LIMIT_OF_MARGIN_C : how->limit_c;
	sample->temp_c = sample->limit_c - chosen->track.value;
}

/*
 * Parts that nothing else has in it: what RAPL counts, GPUs, what a plug-in calls a part. A chip on
 * the board may measure anything, and the processor's own, if RAPL counts, the same again.
 */
static bool is_part(const struct sensor *sensor, bool rapl)
{
	if (sensor->value.kind != SENSOR_POWER || sensor->value.place == SENSOR_OTHER)
		return false;
	if (!is_from(sensor, "hwmon"))
		return true;
	return sensor->value.place == SENSOR_GPU || (sensor->value.place == SENSOR_CPU && !rapl);
}

static void add_power(struct power *power, struct sensor *sensor, bool rapl)
{
	if (sensor->value.kind == SENSOR_NODE_POWER) {
		if (!power->node || sensor->interval_ms < power->node->interval_ms)
			power->node = sensor;
	} else if (is_part(sensor, rapl)) {
		sensor->counted = true;
		power->parts_w += sensor->track.value;
		power->parts_max_w += sensor->value.limit;
		power->has_cpu |= sensor->value.place == SENSOR_CPU;
	}
}

/* The whole node if anybody measures it, the quicker the better; else its parts. */
static void fuse_power(struct sensor *sensors, size_t nr, const struct sensor_fusion *how,
		       uint64_t now_ns, struct gossip_sample *sample)
{
	struct power power = { 0 };
	bool rapl = false;
	size_t i;

	for (i = 0; i < nr; i++)
		rapl |= sensors[i].value.kind == SENSOR_POWER && is_from(&sensors[i], "rapl") &&
			is_fresh(&sensors[i], how, now_ns);
	for (i = 0; i < nr; i++) {
		if (is_fresh(&sensors[i], how, now_ns))
			add_power(&power, &sensors[i], rapl);
	}
	for (i = 0; i < nr; i++) {
		if (sensors[i].value.kind == SENSOR_POWER && power.node)
			sensors[i].counted = false;
		if (sensors[i].value.kind == SENSOR_NODE_POWER)
			sensors[i].counted = &sensors[i] == power.node;
	}
	if (power.node) {
		sample->power_w = power.node->track.value;
		sample->power_max_w = power.node->value.limit;
	} else if (power.has_cpu) {
		/* GPUs alone would pass for a node that is all but idle. */
		sample->power_w = power.parts_w;
		sample->power_max_w = power.parts_max_w;
	}
	if (!isnan(how->power_max_w))
		sample->power_max_w = how->power_max_w;
}

static void fuse_rest(struct sensor *sensor, const struct sensor_fusion *how,
		      struct gossip_sample *sample)
{
	double *extreme = NULL, value = sensor->track.value;

	if (sensor->value.kind == SENSOR_INLET)
		extreme = &sample->inlet_c;
	else if (sensor->value.kind == SENSOR_FAN && sensor->value.place != SENSOR_OTHER)
		extreme = &sample->fan;
	if (extreme) {
		sensor->counted = true;
		if (!(value <= *extreme))
			*extreme = value;
	}
	if (sensor->value.place != SENSOR_GPU)
		return;
	value = margin_of(sensor, how);
	if (isnan(value))
		return;
	sensor->counted = true;
	if (!(value >= sample->gpu_margin_c))
		sample->gpu_margin_c = value;
}

/**
 * sensor_fuse() - one sample of all sensors
 * @sensors: the table; @counted and @chosen of each are written
 * @nr: how many
 * @how: settings
 * @now_ns: ages are up to then
 * @sample: written; what is not known is NAN
 *
 * What is older than @how->stale_s and than three of its readings does not count; but the
 * temperature, if none is fresh, is the last that was known, and its age says so.
 */
void sensor_fuse(struct sensor *sensors, size_t nr, const struct sensor_fusion *how,
		 uint64_t now_ns, struct gossip_sample *sample)
{
	size_t i;

	*sample = (struct gossip_sample){
		.temp_c = NAN, .limit_c = NAN, .quantum_c = NAN, .age_s = NAN, .suspicion = NAN,
		.inlet_c = NAN, .power_w = NAN, .power_max_w = NAN, .fan = NAN,
		.gpu_margin_c = NAN,
	};
	for (i = 0; i < nr; i++) {
		sensors[i].counted = false;
		sensors[i].chosen = false;
	}
	fuse_temperature(sensors, nr, how, now_ns, sample);
	fuse_power(sensors, nr, how, now_ns, sample);
	for (i = 0; i < nr; i++) {
		if (is_fresh(&sensors[i], how, now_ns))
			fuse_rest(&sensors[i], how, sample);
	}
}
