// SPDX-License-Identifier: GPL-2.0
/*
 * The sensors by their names: what readings bring goes in here, a sample comes out. A sensor that
 * is gone stays for a while, so that the node has not become cool by losing it.
 */
#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "sensor_internal.h"

/* What is not heard of for so long, and for so many of its readings, is forgotten. */
#define FORGET_S 60
#define FORGET_READINGS 10
/* Time constant of the power that temperatures are held against. */
#define POWER_SMOOTH_S 5

/**
 * sensor_table_wants() - whether a sensor is to be read
 * @table: of all
 * @name: of the sensor
 *
 * Return: false if a pattern leaves it out.
 */
bool sensor_table_wants(const struct sensor_table *table, const char *name)
{
	size_t i;

	for (i = 0; i < SENSORS_EXCLUDE_MAX && table->exclude && table->exclude[i]; i++) {
		if (!fnmatch(table->exclude[i], name, 0))
			return false;
	}
	return true;
}

static struct sensor *find(struct sensor_table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->nr; i++) {
		if (!strcmp(table->sensors[i].value.name, name))
			return &table->sensors[i];
	}
	return NULL;
}

static struct sensor *find_or_add(struct sensor_table *table, const char *name)
{
	struct sensor *sensor = find(table, name);

	if (sensor)
		return sensor;
	if (table->nr == SENSORS_MAX) {
		table->full = true;
		return NULL;
	}
	sensor = &table->sensors[table->nr++];
	*sensor = (struct sensor){ 0 };
	sensor_track_init(&sensor->track);
	return sensor;
}

/*
 * What a temperature is to be held against: a GPU's own power, as that comes with it; the
 * processors'. A board takes minutes to follow, and some of its sensors never move.
 */
static double power_of(const struct sensor_table *table, const struct sensor_value *value,
		       const struct sensor_value *values, size_t nr)
{
	size_t i;

	if (value->kind != SENSOR_TEMP && value->kind != SENSOR_MARGIN)
		return NAN;
	if (value->place == SENSOR_CPU)
		return table->cpu_power_w;
	for (i = 0; i < nr && value->place == SENSOR_GPU; i++) {
		if (values[i].kind == SENSOR_POWER && values[i].place == SENSOR_GPU)
			return values[i].value;
	}
	return NAN;
}

/**
 * sensor_table_values() - a reading
 * @table: of all
 * @probe: where it comes from; NULL: a command
 * @source: name of that; has to stay
 * @interval_ms: from one to the next
 * @values: of the reading
 * @nr: how many
 * @now_ns: when it was read
 */
void sensor_table_values(struct sensor_table *table, const struct sensor_probe *probe,
			 const char *source, uint32_t interval_ms,
			 const struct sensor_value *values, size_t nr, uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		struct sensor *sensor;

		if (!sensor_table_wants(table, values[i].name))
			continue;
		sensor = find_or_add(table, values[i].name);
		if (!sensor)
			continue;
		sensor->value = values[i];
		sensor->source = source;
		sensor->probe = probe;
		sensor->interval_ms = interval_ms;
		sensor->seen_ns = now_ns;
		sensor_track_value(&sensor->track, values[i].kind, values[i].value, now_ns,
				   power_of(table, &values[i], values, nr), table->how.stuck_s);
	}
}

/**
 * sensor_table_error() - a reading that was none
 * @table: of all
 * @probe: where it should have come from; NULL: all of @source
 * @source: a command's name, if @probe is NULL
 * @error: negative errno
 */
void sensor_table_error(struct sensor_table *table, const struct sensor_probe *probe,
			const char *source, int error)
{
	size_t i;

	for (i = 0; i < table->nr; i++) {
		struct sensor *sensor = &table->sensors[i];

		if (probe ? sensor->probe == probe : sensor->source == source)
			sensor_track_error(&sensor->track, error);
	}
}

/**
 * sensor_table_forget() - a probe is no more
 * @table: of all
 * @probe: its sensors stay until they are too old
 */
void sensor_table_forget(struct sensor_table *table, const struct sensor_probe *probe)
{
	size_t i;

	for (i = 0; i < table->nr; i++) {
		if (table->sensors[i].probe != probe)
			continue;
		table->sensors[i].probe = NULL;
		sensor_track_error(&table->sensors[i].track, -ENODEV);
	}
}

static void forget_old(struct sensor_table *table, uint64_t now_ns)
{
	size_t i = 0;

	while (i < table->nr) {
		const struct sensor *sensor = &table->sensors[i];
		uint64_t most_ns = FORGET_READINGS * NS_PER_MS * sensor->interval_ms;

		if (most_ns < FORGET_S * NS_PER_S)
			most_ns = FORGET_S * NS_PER_S;
		/* The only temperature there was is kept, with its age. */
		if (sensor->probe || sensor->chosen || now_ns < sensor->seen_ns ||
		    now_ns - sensor->seen_ns <= most_ns)
			i++;
		else
			table->sensors[i] = table->sensors[--table->nr];
	}
}

/*
 * What the processors draw: what RAPL says of them, or a plug-in, else the whole node, if there is
 * no GPU that might be what draws it.
 */
static double cpu_power(const struct sensor_table *table, double node_w)
{
	double sum_w = 0;
	bool any = false, gpu = false;
	size_t i;

	for (i = 0; i < table->nr; i++) {
		const struct sensor *sensor = &table->sensors[i];

		gpu |= sensor->value.place == SENSOR_GPU;
		if (sensor->value.kind != SENSOR_POWER || sensor->value.place != SENSOR_CPU ||
		    !strcmp(sensor->source, "hwmon") || sensor->track.error ||
		    !sensor->track.value_ns)
			continue;
		sum_w += sensor->track.value;
		any = true;
	}
	if (any)
		return sum_w;
	return gpu ? NAN : node_w;
}

static void smooth_power(struct sensor_table *table, double power_w, uint64_t now_ns)
{
	double weight = (double)(now_ns - table->power_ns) / (POWER_SMOOTH_S * (double)NS_PER_S);

	if (weight > 1 || !table->power_ns || isnan(table->cpu_power_w))
		weight = 1;
	if (isnan(power_w) || weight >= 1)
		table->cpu_power_w = power_w;
	else
		table->cpu_power_w += weight * (power_w - table->cpu_power_w);
	table->power_ns = now_ns;
}

/**
 * sensor_table_sample() - what all sensors say together
 * @table: of all; those that are gone for long are forgotten
 * @now_ns: not before the last reading
 * @sample: written
 */
void sensor_table_sample(struct sensor_table *table, uint64_t now_ns,
			 struct gossip_sample *sample)
{
	sensor_fuse(table->sensors, table->nr, &table->how, now_ns, sample);
	smooth_power(table, cpu_power(table, sample->power_w), now_ns);
	forget_old(table, now_ns);
}
