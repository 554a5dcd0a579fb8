// SPDX-License-Identifier: GPL-2.0
/*
 * Power from the energy counters of RAPL: what was used between two readings, by the time between
 * them. Documentation/power/powercap/powercap.rst of the kernel. Counters may be root's only.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "sensor_internal.h"

/* The hardware counts every millisecond; over shorter times its steps would be taken for power. */
#define WINDOW_MIN_NS (5 * NS_PER_MS)
/* Longer ago than that nothing can be said of now, and the counter may have gone round twice. */
#define WINDOW_MAX_NS (60 * NS_PER_S)
#define POWER_MAX_W 20000

static bool domain_path(char path[SENSOR_PATH_MAX], const struct sensor_scan *scan,
			const char *name, const char *file)
{
	return sensor_path(path, "%s/sys/class/powercap/%s/%s", scan->root, name, file);
}

/* What the package may draw for long is the most that counts. */
static double most_of(const struct sensor_scan *scan, const char *name)
{
	static const char *const files[] = {
		"constraint_0_max_power_uw", "constraint_0_power_limit_uw",
	};
	char path[SENSOR_PATH_MAX];
	int64_t number;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (domain_path(path, scan, name, files[i]) &&
		    !sensor_read_number(path, &number) && number > 0 &&
		    number < POWER_MAX_W * 1000000LL)
			return (double)number / 1000000;
	}
	return NAN;
}

/*
 * The sum is of packages and memory. Cores and graphics are parts of a package, and a platform has
 * all of them in it.
 */
static void look(void *ctx, const char *name)
{
	struct sensor_scan *scan = ctx;
	char path[SENSOR_PATH_MAX], domain[40], file[SENSOR_PATH_MAX];
	struct sensor_probe *probe;
	bool platform, memory;
	int64_t range;

	if (!domain_path(path, scan, name, "name") ||
	    sensor_read_text(path, domain, sizeof(domain)) < 0)
		return;
	sensor_clean(domain);
	platform = !strcmp(domain, "psys");
	memory = !strcmp(domain, "dram");
	if (!memory && !platform && strncmp(domain, "package", strlen("package")))
		return;
	if (!domain_path(path, scan, name, "max_energy_range_uj") ||
	    sensor_read_number(path, &range) || range <= 0 ||
	    !domain_path(file, scan, name, "energy_uj"))
		return;
	probe = sensor_found(scan);
	if (!probe)
		return;
	snprintf(probe->name, sizeof(probe->name), "rapl/%.40s/%.32s", name, domain);
	memcpy(probe->path, file, sizeof(file));
	probe->kind = platform ? SENSOR_NODE_POWER : SENSOR_POWER;
	probe->place = memory || platform ? SENSOR_BOARD : SENSOR_CPU;
	probe->limit = most_of(scan, name);
	probe->energy.range_uj = range;
}

/* intel-rapl:0 and intel-rapl:0:2; intel-rapl-mmio:0 is another door to the same counter. */
static void scan_domains(struct sensor_scan *scan)
{
	char dir[SENSOR_PATH_MAX];

	if (sensor_path(dir, "%s/sys/class/powercap", scan->root))
		sensor_list(dir, "intel-rapl:", look, scan);
}

static int read_domain(struct sensor_probe *probe)
{
	struct sensor_energy *energy = &probe->energy, was = *energy;
	uint64_t now_ns = uv_hrtime(), used_uj;
	int64_t number;
	int ret = sensor_read_number(probe->path, &number);
	double power_w;

	if (!ret && number < 0)
		ret = -ERANGE;
	if (ret) {
		energy->at_ns = 0;
		return ret;
	}
	if (was.at_ns && now_ns - was.at_ns < WINDOW_MIN_NS)
		return -EAGAIN;
	energy->energy_uj = number;
	energy->at_ns = now_ns;
	if (!was.at_ns || now_ns - was.at_ns > WINDOW_MAX_NS)
		return -EAGAIN;
	used_uj = number - was.energy_uj;
	if (number < was.energy_uj) {
		/* Past its range a counter means nothing. */
		if (was.energy_uj > was.range_uj)
			return -ERANGE;
		used_uj += was.range_uj;
	}
	power_w = (double)used_uj * 1000 / (double)(now_ns - was.at_ns);
	if (power_w > POWER_MAX_W)
		return -ERANGE;
	probe->values[0].value = power_w;
	return 0;
}

const struct sensor_driver sensor_rapl = {
	.name = "rapl",
	.interval_ms = 50,
	.values = 1,
	.scan = scan_domains,
	.read = read_domain,
};
