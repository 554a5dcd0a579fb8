// SPDX-License-Identifier: GPL-2.0
/*
 * Chips of hwmon: temperatures, fans, power. What is read elsewhere and better is left out: chips
 * that only mirror a thermal zone, and coretemp if there are thermal zones of the packages.
 */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor_internal.h"

#define PWM_MAX 255.0

/* Chips by what they sit on; all others are the board's. */
static const struct {
	const char *chip;
	enum sensor_place place;
} places[] = {
	{ "coretemp", SENSOR_CPU },   { "k10temp", SENSOR_CPU },    { "zenpower", SENSOR_CPU },
	{ "fam15h_power", SENSOR_CPU }, { "cpu_thermal", SENSOR_CPU },
	{ "scpi_sensors", SENSOR_CPU },
	{ "amdgpu", SENSOR_GPU },     { "nouveau", SENSOR_GPU },    { "radeon", SENSOR_GPU },
	{ "i915", SENSOR_GPU },	      { "xe", SENSOR_GPU },	    { "nvme", SENSOR_OTHER },
	{ "drivetemp", SENSOR_OTHER }, { "iwlwifi_1", SENSOR_OTHER }, { "mlx5", SENSOR_OTHER },
	{ "bnxt_en", SENSOR_OTHER },  { "ixgbe", SENSOR_OTHER },    { "i40e", SENSOR_OTHER },
	{ "tg3", SENSOR_OTHER },      { "BAT0", SENSOR_OTHER },	    { "BAT1", SENSOR_OTHER },
};

/* One chip, while it is looked at. */
struct chip {
	struct sensor_scan *scan;
	char dir[SENSOR_PATH_MAX];
	char name[40];
	char device[40];
	enum sensor_place place;
};

static enum sensor_place place_of(const char *chip)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!strcmp(chip, places[i].chip))
			return places[i].place;
	}
	return SENSOR_BOARD;
}

/* The number in tempN_input and its kin; 0 if that is not what it is. */
static unsigned int channel_of(const char *file, const char *prefix, const char *suffix)
{
	char *end;
	unsigned long number;

	file += strlen(prefix);
	if (!isdigit((unsigned char)*file))
		return 0;
	number = strtoul(file, &end, 10);
	return strcmp(end, suffix) || number > 999 ? 0 : number;
}

static double limit_of(const struct chip *chip, unsigned int channel)
{
	char path[SENSOR_PATH_MAX];
	double crit_c = NAN, max_c = NAN;

	if (sensor_path(path, "%s/temp%u_crit", chip->dir, channel))
		crit_c = sensor_read_limit(path);
	if (sensor_path(path, "%s/temp%u_max", chip->dir, channel))
		max_c = sensor_read_limit(path);
	/* Processors throttle at the critical one; what lies below it is where fans run fast. */
	if (!isnan(crit_c) && chip->place != SENSOR_OTHER)
		return crit_c;
	return isnan(max_c) ? crit_c : max_c;
}

static struct sensor_probe *add(const struct chip *chip, const char *file, const char *what)
{
	struct sensor_probe *probe;
	char path[SENSOR_PATH_MAX], label[40] = "";

	if (!sensor_path(path, "%s/%s_label", chip->dir, what) ||
	    sensor_read_text(path, label, sizeof(label)) < 0)
		label[0] = '\0';
	sensor_clean(label);
	if (!sensor_path(path, "%s/%s", chip->dir, file))
		return NULL;
	probe = sensor_found(chip->scan);
	if (!probe)
		return NULL;
	snprintf(probe->name, sizeof(probe->name), "hwmon/%.24s-%.24s/%.12s%s%.24s", chip->name,
		 chip->device, what, label[0] ? " " : "", label);
	memcpy(probe->path, path, sizeof(path));
	probe->place = chip->place;
	return probe;
}

static void look_temp(void *ctx, const char *file)
{
	const struct chip *chip = ctx;
	unsigned int channel = channel_of(file, "temp", "_input");
	struct sensor_probe *probe;
	char what[16];

	if (!channel)
		return;
	snprintf(what, sizeof(what), "temp%u", channel);
	probe = add(chip, file, what);
	if (!probe)
		return;
	probe->kind = SENSOR_TEMP;
	probe->scale = 0.001;
	probe->limit = limit_of(chip, channel);
}

/* A fan's speed is a share: of its pulse width, else of the most that it can do. */
static void look_fan(void *ctx, const char *file)
{
	const struct chip *chip = ctx;
	unsigned int channel = channel_of(file, "fan", "_input");
	struct sensor_probe *probe;
	char what[16], path[SENSOR_PATH_MAX];
	int64_t max;

	if (!channel)
		return;
	snprintf(what, sizeof(what), "fan%u", channel);
	probe = add(chip, file, what);
	if (!probe)
		return;
	probe->kind = SENSOR_RPM;
	if (sensor_path(path, "%s/fan%u_max", chip->dir, channel) &&
	    !sensor_read_number(path, &max) && max > 0) {
		probe->kind = SENSOR_FAN;
		probe->scale = 1.0 / (double)max;
	}
}

static void look_pwm(void *ctx, const char *file)
{
	const struct chip *chip = ctx;
	unsigned int channel = channel_of(file, "pwm", "");
	struct sensor_probe *probe = channel ? add(chip, file, file) : NULL;

	if (!probe)
		return;
	probe->kind = SENSOR_FAN;
	probe->scale = 1 / PWM_MAX;
}

static void look_power(void *ctx, const char *file)
{
	const struct chip *chip = ctx;
	unsigned int channel = channel_of(file, "power", "_input");
	struct sensor_probe *probe;
	char what[16], path[SENSOR_PATH_MAX];
	int64_t number;

	/* Of two that say the same the one without delay. */
	if (!channel) {
		channel = channel_of(file, "power", "_average");
		if (sensor_path(path, "%s/power%u_input", chip->dir, channel) &&
		    !sensor_read_number(path, &number))
			return;
	}
	if (!channel)
		return;
	snprintf(what, sizeof(what), "power%u", channel);
	probe = add(chip, file, what);
	if (!probe)
		return;
	/* What ACPI's meter reads is what the whole machine draws. */
	probe->kind = strcmp(chip->name, "power_meter") ? SENSOR_POWER : SENSOR_NODE_POWER;
	probe->scale = 0.000001;
	if (sensor_path(path, "%s/power%u_cap_max", chip->dir, channel) &&
	    !sensor_read_number(path, &number) && number > 0)
		probe->limit = (double)number * probe->scale;
}

/* The device of a chip stays the same over restarts; the chip's own number does not. */
static void name_device(struct chip *chip, const char *hwmon)
{
	char path[SENSOR_PATH_MAX], target[PATH_MAX];
	const char *base = hwmon;
	ssize_t len = -1;

	if (sensor_path(path, "%s/device", chip->dir))
		len = readlink(path, target, sizeof(target) - 1);
	if (len > 0) {
		target[len] = '\0';
		base = strrchr(target, '/');
		base = base ? base + 1 : target;
	}
	snprintf(chip->device, sizeof(chip->device), "%.30s", base);
	sensor_clean(chip->device);
}

/* What is to be known of the processors; @scan: NULL if nothing but that is looked for. */
struct packages {
	struct sensor_scan *scan;
	const char *root;
	double lowest_c;
	bool zones;
};

static void look_chip(void *ctx, const char *hwmon)
{
	const struct packages *packages = ctx;
	struct chip chip = { .scan = packages->scan };
	char path[SENSOR_PATH_MAX];

	if (!sensor_path(chip.dir, "%s/sys/class/hwmon/%s", chip.scan->root, hwmon) ||
	    !sensor_path(path, "%s/name", chip.dir) ||
	    sensor_read_text(path, chip.name, sizeof(chip.name)) < 0)
		return;
	sensor_clean(chip.name);
	name_device(&chip, hwmon);
	if (!strncmp(chip.device, "thermal_zone", strlen("thermal_zone")))
		return;
	if (!strcmp(chip.name, "coretemp") && packages->zones)
		return;
	chip.place = place_of(chip.name);
	sensor_list(chip.dir, "temp", look_temp, &chip);
	sensor_list(chip.dir, "fan", look_fan, &chip);
	sensor_list(chip.dir, "pwm", look_pwm, &chip);
	sensor_list(chip.dir, "power", look_power, &chip);
}

static void look_zone(void *ctx, const char *zone)
{
	struct packages *packages = ctx;
	char path[SENSOR_PATH_MAX], type[64];
	int64_t number;

	if (!sensor_path(path, "%s/sys/class/thermal/%s/type", packages->root, zone) ||
	    sensor_read_text(path, type, sizeof(type)) < 0 || strcmp(type, "x86_pkg_temp"))
		return;
	/* It has to work as well. */
	if (sensor_path(path, "%s/sys/class/thermal/%s/temp", packages->root, zone) &&
	    !sensor_read_number(path, &number))
		packages->zones = true;
}

static void scan_chips(struct sensor_scan *scan)
{
	struct packages packages = { .scan = scan, .root = scan->root };
	char dir[SENSOR_PATH_MAX];

	if (sensor_path(dir, "%s/sys/class/thermal", scan->root))
		sensor_list(dir, "thermal_zone", look_zone, &packages);
	if (sensor_path(dir, "%s/sys/class/hwmon", scan->root))
		sensor_list(dir, "hwmon", look_chip, &packages);
}

static void look_package(void *ctx, const char *hwmon)
{
	struct packages *packages = ctx;
	char path[SENSOR_PATH_MAX], name[40];
	double crit_c;

	if (!sensor_path(path, "%s/sys/class/hwmon/%s/name", packages->root, hwmon) ||
	    sensor_read_text(path, name, sizeof(name)) < 0 || strcmp(name, "coretemp") ||
	    !sensor_path(path, "%s/sys/class/hwmon/%s/temp1_crit", packages->root, hwmon))
		return;
	crit_c = sensor_read_limit(path);
	if (!isnan(crit_c) && !(crit_c >= packages->lowest_c))
		packages->lowest_c = crit_c;
}

/**
 * sensor_package_limit() - where the processors throttle
 * @root: as in struct sensors_config
 *
 * Return: the lowest that coretemp knows, as zones do not say of which package they are; NAN if it
 * knows none.
 */
double sensor_package_limit(const char *root)
{
	struct packages packages = { .root = root, .lowest_c = NAN };
	char dir[SENSOR_PATH_MAX];

	if (sensor_path(dir, "%s/sys/class/hwmon", root))
		sensor_list(dir, "hwmon", look_package, &packages);
	return packages.lowest_c;
}

/* coretemp keeps a reading for a second, other chips are behind slow buses. */
const struct sensor_driver sensor_hwmon = {
	.name = "hwmon",
	.interval_ms = 1000,
	.values = 1,
	.scan = scan_chips,
	.read = sensor_read_scaled,
};
