/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sensors of a node: what the daemon asks for, and what it is told.
 *
 * Whatever may block (files of sysfs, a GPU's library) is read by a thread of its own, commands run
 * as child processes; the loop never waits. A sensor that hangs keeps its last value, of which the
 * age grows, and holds up no other.
 */
#ifndef SENSORS_H
#define SENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <uv.h>

#include "gossip.h"

#define SENSORS_MAX 512
#define SENSORS_EXEC_MAX 8
#define SENSORS_EXCLUDE_MAX 32
#define SENSORS_NAME_MAX 96
#define SENSORS_ERROR_MAX 160

/**
 * struct sensors_command - a command that is run again and again
 * @command: given to /bin/sh -c; NULL: none
 * @interval_ms: from one start to the next
 * @timeout_ms: after that it is killed with all that it started
 */
struct sensors_command {
	const char *command;
	uint32_t interval_ms;
	uint32_t timeout_ms;
};

/**
 * struct sensors_config - what to read; sensors_defaults() fills it in. It is copied
 * @root: directory that stands for /; below it is "sys". Symbolic links are followed wherever they
 *	lead: it is a tree for tests and for looking at another machine's, not a fence
 * @interval_ms: between two readings of what is quick; 10 to 60000
 * @rescan_s: between two searches for sensors that came or went
 * @deadline_ms: a reading that takes longer hangs
 * @stale_s: a temperature that is older counts only if there is no other
 * @stuck_s: a temperature that stands still for so long, while power does not, is suspect
 * @thermal: read /sys/class/thermal
 * @hwmon: read /sys/class/hwmon
 * @rapl: read /sys/class/powercap
 * @nvml: look for NVIDIA's library
 * @events: let the kernel's thermal events cause readings; only with @root "/"
 * @nvml_library: its name; NULL: libnvidia-ml.so.1
 * @ipmi: prints what `ipmitool sdr`, `ipmitool sensor` or `ipmi-sensors` do
 * @exec: plug-ins: print lines of key=value (Documentation/gossip-sensors.md)
 * @file: a file of such lines; NULL: none
 * @exclude: sensors that are not to be read, by patterns as of fnmatch(3) against their names
 * @limit_c: of a processor's sensor that has none of its own
 * @power_max_w: most that the node can draw; NAN: what the hardware says
 * @log: what people may want to know, each thing once; may be NULL
 * @log_ctx: given to @log
 */
struct sensors_config {
	const char *root;
	uint32_t interval_ms;
	uint32_t rescan_s;
	uint32_t deadline_ms;
	double stale_s;
	double stuck_s;
	bool thermal;
	bool hwmon;
	bool rapl;
	bool nvml;
	bool events;
	const char *nvml_library;
	struct sensors_command ipmi;
	struct sensors_command exec[SENSORS_EXEC_MAX];
	const char *file;
	const char *exclude[SENSORS_EXCLUDE_MAX];
	double limit_c;
	double power_max_w;
	void (*log)(void *ctx, const char *text);
	void *log_ctx;
};

/* What a sensor measures; the unit of its value. */
enum sensor_kind {
	SENSOR_TEMP,	/* degrees Celsius */
	SENSOR_INLET,	/* of the air that comes in, degrees Celsius */
	SENSOR_MARGIN,	/* degrees Celsius to where the hardware throttles */
	SENSOR_POWER,	/* of a part, watts */
	SENSOR_NODE_POWER,	/* of the node as a whole, watts */
	SENSOR_FAN,	/* 0 to 1 */
	SENSOR_RPM,	/* a fan of which the most is not known, for people */
	SENSOR_KINDS,
};

/* What it sits on. */
enum sensor_place {
	SENSOR_CPU,
	SENSOR_GPU,
	SENSOR_BOARD,
	SENSOR_OTHER,	/* drives, network cards: shown, but no business of a processor's price */
	SENSOR_PLACES,
};

/**
 * struct sensor_info - a sensor, for people and metrics
 * @name: SOURCE/DEVICE/CHANNEL; the same after a restart
 * @source: of @name
 * @kind: what it measures
 * @place: where
 * @value: last good one; NAN if there was none
 * @limit: where the hardware throttles, or the most; NAN if not known
 * @quantum: its step; NAN as long as none was seen
 * @age_s: of the value; INFINITY if there is none
 * @suspicion: 0 to 1
 * @stuck: it stands still though it should not
 * @counted: the sample may rest on it
 * @chosen: the sample's temperature is its
 * @error: errno of the last reading, negative; 0 if it was good; -ETIMEDOUT as long as it hangs
 */
struct sensor_info {
	char name[SENSORS_NAME_MAX];
	const char *source;
	enum sensor_kind kind;
	enum sensor_place place;
	double value;
	double limit;
	double quantum;
	double age_s;
	double suspicion;
	bool stuck;
	bool counted;
	bool chosen;
	int error;
};

struct sensors;

/* What is called on the loop at each new sample; @now_ns is of uv_hrtime(). */
typedef void (*sensors_sample_fn)(void *ctx, uint64_t now_ns, const struct gossip_sample *sample);

extern const char *const sensor_kind_names[SENSOR_KINDS];
extern const char *const sensor_place_names[SENSOR_PLACES];

void sensors_defaults(struct sensors_config *config);
const char *sensors_config_check(const struct sensors_config *config);

struct sensors *sensors_start(uv_loop_t *loop, const struct sensors_config *config,
			      sensors_sample_fn fn, void *ctx, char error[SENSORS_ERROR_MAX]);
void sensors_stop(struct sensors *s);
void sensors_wake(struct sensors *s);
size_t sensors_nr(const struct sensors *s);
void sensors_get(const struct sensors *s, size_t index, struct sensor_info *info);

int sensors_read_once(const struct sensors_config *config, uint32_t wait_ms,
		      struct gossip_sample *sample,
		      void (*each)(void *ctx, const struct sensor_info *info), void *ctx);
int sensors_print(FILE *out, const struct sensors_config *config, uint32_t wait_ms);

#endif /* SENSORS_H */
