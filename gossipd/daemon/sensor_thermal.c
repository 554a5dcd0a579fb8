// SPDX-License-Identifier: GPL-2.0
/*
 * Thermal zones of the kernel. Those of processor packages come first: they are read anew each
 * time, while hwmon's coretemp keeps a reading for a second.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "sensor_internal.h"

#define TRIPS_MAX 16

/* Types of zones that sit in a processor; all others are of the board. */
static const char *const cpu_types[] = {
	"x86_pkg_temp", "cpu", "CPU", "soc", "SoC", "TCPU", "B0D4", "cluster", "big", "little",
};

/* And those that have nothing to do with it. */
static const char *const other_types[] = {
	"iwlwifi", "nvme", "battery", "BAT", "mlx", "ath", "mt7",
};

static bool begins(const char *type, const char *const *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!strncmp(type, list[i], strlen(list[i])))
			return true;
	}
	return false;
}

static enum sensor_place place_of(const char *type)
{
	if (begins(type, cpu_types, sizeof(cpu_types) / sizeof(cpu_types[0])))
		return SENSOR_CPU;
	if (!strncmp(type, "gpu", 3))
		return SENSOR_GPU;
	if (begins(type, other_types, sizeof(other_types) / sizeof(other_types[0])))
		return SENSOR_OTHER;
	return SENSOR_BOARD;
}

/* Where the kernel throttles; else where it would shut the machine down. */
static double trip_limit(const char *dir)
{
	double passive_c = NAN, critical_c = NAN;
	unsigned int i;

	for (i = 0; i < TRIPS_MAX; i++) {
		char path[SENSOR_PATH_MAX], type[32];
		double *lowest, trip_c;

		if (!sensor_path(path, "%s/trip_point_%u_type", dir, i) ||
		    sensor_read_text(path, type, sizeof(type)) < 0)
			break;
		if (!strcmp(type, "passive"))
			lowest = &passive_c;
		else if (!strcmp(type, "hot") || !strcmp(type, "critical"))
			lowest = &critical_c;
		else
			continue;
		trip_c = sensor_path(path, "%s/trip_point_%u_temp", dir, i) ?
			 sensor_read_limit(path) : NAN;
		if (!isnan(trip_c) && !(trip_c >= *lowest))
			*lowest = trip_c;
	}
	return isnan(passive_c) ? critical_c : passive_c;
}

static void look(void *ctx, const char *name)
{
	struct sensor_scan *scan = ctx;
	struct sensor_probe *probe;
	char dir[SENSOR_PATH_MAX], path[SENSOR_PATH_MAX], type[64];

	if (!sensor_path(dir, "%s/sys/class/thermal/%s", scan->root, name) ||
	    !sensor_path(path, "%s/type", dir) || sensor_read_text(path, type, sizeof(type)) < 0 ||
	    !sensor_path(path, "%s/temp", dir))
		return;
	sensor_clean(type);
	probe = sensor_found(scan);
	if (!probe)
		return;
	snprintf(probe->name, sizeof(probe->name), "thermal/%.40s/%.40s", name, type);
	memcpy(probe->path, path, sizeof(path));
	probe->kind = SENSOR_TEMP;
	probe->place = place_of(type);
	probe->scale = 0.001;
	/* The trips of a package are alarms that anybody may set: its limit is coretemp's. */
	probe->limit = strcmp(type, "x86_pkg_temp") ? trip_limit(dir) :
		       sensor_package_limit(scan->root);
}

static void scan_zones(struct sensor_scan *scan)
{
	char dir[SENSOR_PATH_MAX];

	if (sensor_path(dir, "%s/sys/class/thermal", scan->root))
		sensor_list(dir, "thermal_zone", look, scan);
}

const struct sensor_driver sensor_thermal = {
	.name = "thermal",
	.values = 1,
	.scan = scan_zones,
	.read = sensor_read_scaled,
};
