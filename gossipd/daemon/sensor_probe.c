// SPDX-License-Identifier: GPL-2.0
/*
 * Probes and searches as jobs of the pool.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_internal.h"

static void drop_probe(struct pool_job *job)
{
	struct sensor_probe *probe = (struct sensor_probe *)job;

	if (probe->driver->release)
		probe->driver->release(probe);
	free(probe->values);
	free(probe);
}

/* Drivers with one value have but to put it in. */
static void read_probe(struct pool_job *job)
{
	struct sensor_probe *probe = (struct sensor_probe *)job;

	probe->nr = 0;
	if (probe->max == 1) {
		probe->nr = 1;
		probe->values[0] = (struct sensor_value){
			.kind = probe->kind, .place = probe->place, .value = NAN,
			.limit = probe->limit,
		};
		memcpy(probe->values[0].name, probe->name, sizeof(probe->name));
	}
	probe->error = probe->driver->read(probe);
	if (probe->error)
		probe->nr = 0;
	probe->read_ns = uv_hrtime();
}

/**
 * sensor_probe_create() - a probe without a name
 * @driver: of which
 *
 * Return: NULL without memory.
 */
struct sensor_probe *sensor_probe_create(const struct sensor_driver *driver)
{
	struct sensor_probe *probe = calloc(1, sizeof(*probe));

	if (!probe)
		return NULL;
	probe->values = calloc(driver->values, sizeof(*probe->values));
	if (!probe->values) {
		free(probe);
		return NULL;
	}
	probe->job = (struct pool_job){ .run = read_probe, .drop = drop_probe };
	probe->driver = driver;
	probe->max = driver->values;
	probe->scale = 1;
	probe->limit = NAN;
	return probe;
}

/**
 * sensor_found() - a search has found one
 * @scan: the search
 *
 * Return: an empty probe, to be filled in; NULL without memory, or if there are too many.
 */
struct sensor_probe *sensor_found(struct sensor_scan *scan)
{
	struct sensor_probe *probe;

	if (scan->nr == SENSOR_FOUND_MAX) {
		scan->full = true;
		return NULL;
	}
	probe = sensor_probe_create(scan->driver);
	if (probe)
		scan->found[scan->nr++] = probe;
	return probe;
}

static void drop_scan(struct pool_job *job)
{
	struct sensor_scan *scan = (struct sensor_scan *)job;
	size_t i;

	for (i = 0; i < scan->nr; i++)
		drop_probe(&scan->found[i]->job);
	free(scan->root);
	free(scan->library);
	free(scan);
}

static void run_scan(struct pool_job *job)
{
	struct sensor_scan *scan = (struct sensor_scan *)job;

	scan->full = false;
	scan->driver->scan(scan);
}

/**
 * sensor_scan_create() - a search
 * @driver: what for
 * @root: in front of /sys
 * @library: of NVML
 *
 * Return: NULL without memory.
 */
struct sensor_scan *sensor_scan_create(const struct sensor_driver *driver, const char *root,
				       const char *library)
{
	struct sensor_scan *scan = calloc(1, sizeof(*scan));

	if (!scan)
		return NULL;
	scan->job = (struct pool_job){ .run = run_scan, .drop = drop_scan };
	scan->driver = driver;
	scan->root = strdup(root);
	scan->library = strdup(library);
	if (!scan->root || !scan->library) {
		drop_scan(&scan->job);
		/* cppcheck-suppress memleak ; the job is the first in it */
		return NULL;
	}
	return scan;
}
