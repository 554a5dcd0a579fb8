/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the sensors are to each other.
 *
 * A probe is what is read at one go: a file of sysfs, a GPU, a command. It gives values, each of
 * which belongs to a sensor by its name. A driver knows how to find probes and how to read them, on
 * a thread; what a value means, and what becomes of all of them, is judged on the loop.
 */
#ifndef SENSOR_INTERNAL_H
#define SENSOR_INTERNAL_H

#include "sensor_pool.h"
#include "sensors.h"

#define SENSOR_PATH_MAX 384
#define SENSOR_VALUES_MAX 192
#define SENSOR_FOUND_MAX 256
#define SENSOR_TEXT_MAX 65536UL

#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

/**
 * struct sensor_value - one value of a reading
 * @name: of the sensor
 * @kind: what it measures
 * @place: where
 * @value: in the unit of @kind; NAN: there is no reading
 * @limit: where the hardware throttles, or the most; NAN if not known
 */
struct sensor_value {
	char name[SENSORS_NAME_MAX];
	enum sensor_kind kind;
	enum sensor_place place;
	double value;
	double limit;
};

struct nvml;
struct sensor_driver;

/* Of a RAPL domain, from one reading to the next. */
struct sensor_energy {
	uint64_t range_uj;
	uint64_t energy_uj;
	uint64_t at_ns;
};

/* Of a GPU. */
struct sensor_gpu {
	struct nvml *lib;
	unsigned int index;
	void *device;
};

/**
 * struct sensor_probe - what is read at one go
 * @job: reads it
 * @driver: how
 * @name: of its sensor; of a probe with several values their names' beginning
 * @path: file, or command
 * @kind: of its sensor
 * @place: of its sensor
 * @scale: what the file's number is multiplied with
 * @limit: of its sensor
 * @energy: of RAPL
 * @gpu: of NVML
 * @error: of the last reading, negative errno, or 0
 * @nr: values
 * @max: room for values
 * @values: of the last reading
 * @read_ns: when that was
 * @interval_ms: from one reading to the next; the loop's, as all below
 * @due_ns: when it is to be read
 * @asked_ns: when it was last given to the pool
 * @busy: the pool has it
 * @late: it has had it for too long
 * @found: the last search found it
 * @told: the error that was last told, and is not known to be over
 * @failed_ns: when there was an error last
 */
struct sensor_probe {
	struct pool_job job;
	const struct sensor_driver *driver;
	char name[SENSORS_NAME_MAX];
	char path[SENSOR_PATH_MAX];
	enum sensor_kind kind;
	enum sensor_place place;
	double scale;
	double limit;
	union {
		struct sensor_energy energy;
		struct sensor_gpu gpu;
	};

	int error;
	size_t nr;
	size_t max;
	struct sensor_value *values;
	uint64_t read_ns;

	uint32_t interval_ms;
	uint64_t due_ns;
	uint64_t asked_ns;
	bool busy;
	bool late;
	bool found;
	int told;
	uint64_t failed_ns;
};

/**
 * struct sensor_scan - a search for probes
 * @job: searches
 * @driver: what for
 * @root: as in the configuration
 * @library: of NVML
 * @nr: probes that were found; they belong to whoever takes them
 * @found: the probes
 * @full: there are more
 * @due_ns: when to search again; the loop's, as @busy
 * @busy: the pool has it
 */
struct sensor_scan {
	struct pool_job job;
	const struct sensor_driver *driver;
	char *root;
	char *library;
	size_t nr;
	struct sensor_probe *found[SENSOR_FOUND_MAX];
	bool full;
	uint64_t due_ns;
	bool busy;
};

/**
 * struct sensor_driver - a kind of source
 * @name: the first part of its sensors' names
 * @interval_ms: it makes no sense to read it more often
 * @values: most values of a probe
 * @scan: finds the probes, on a thread; NULL: there is nothing to search for
 * @read: reads a probe, on a thread. Return: 0, or a negative errno
 * @release: what a probe has beside its memory; may be NULL
 */
struct sensor_driver {
	const char *name;
	uint32_t interval_ms;
	size_t values;
	void (*scan)(struct sensor_scan *scan);
	int (*read)(struct sensor_probe *probe);
	void (*release)(struct sensor_probe *probe);
};

extern const struct sensor_driver sensor_thermal;
extern const struct sensor_driver sensor_hwmon;
extern const struct sensor_driver sensor_rapl;
extern const struct sensor_driver sensor_nvml;
extern const struct sensor_driver sensor_file;

struct sensor_probe *sensor_probe_create(const struct sensor_driver *driver);
struct sensor_probe *sensor_found(struct sensor_scan *scan);
struct sensor_scan *sensor_scan_create(const struct sensor_driver *driver, const char *root,
				       const char *library);

/* sensor_sysfs.c: small files */
int sensor_read_text(const char *path, char *text, size_t size);
int sensor_read_number(const char *path, int64_t *number);
int sensor_read_scaled(struct sensor_probe *probe);
double sensor_read_limit(const char *path);
bool sensor_path(char path[SENSOR_PATH_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sensor_list(const char *dir, const char *prefix, void (*each)(void *ctx, const char *name),
		 void *ctx);
void sensor_clean(char *text);
double sensor_package_limit(const char *root);

/* sensor_text.c, sensor_ipmi.c: parsers; they take anything */
size_t sensor_parse_text(char *text, const char *prefix, struct sensor_value *values, size_t max,
			 size_t *bad);
size_t sensor_parse_ipmi(char *text, const char *prefix, struct sensor_value *values, size_t max);

/**
 * struct sensor_track - what one sensor has said so far
 * @value: last good one
 * @value_ns: when that was read; 0: never
 * @changed_power_w: what the node drew when it last changed
 * @still_s: for how long it stood still though power had changed
 * @nr_pending: readings in a row that fell too steeply to be believed
 * @bad: share of readings that were none, smoothed
 * @step_mc: greatest common divisor of all steps, in thousandths
 * @nr_steps: that were seen
 * @stuck: it stands still though power has changed
 * @error: of the last reading
 */
struct sensor_track {
	double value;
	uint64_t value_ns;
	double changed_power_w;
	double still_s;
	unsigned int nr_pending;
	double bad;
	int64_t step_mc;
	unsigned int nr_steps;
	bool stuck;
	int error;
};

void sensor_track_init(struct sensor_track *track);
void sensor_track_value(struct sensor_track *track, enum sensor_kind kind, double value,
			uint64_t now_ns, double power_w, double stuck_s);
void sensor_track_error(struct sensor_track *track, int error);
double sensor_track_quantum(const struct sensor_track *track);
double sensor_track_suspicion(const struct sensor_track *track, double stuck_s);

/**
 * struct sensor - one of the table
 * @value: the last, with its name
 * @track: what it said so far
 * @source: of the name
 * @probe: where it comes from; NULL: a command, or it is gone
 * @interval_ms: from one reading to the next
 * @seen_ns: when it was last heard of, with a value or without
 * @counted: the sample may rest on it
 * @chosen: the sample's temperature is its
 */
struct sensor {
	struct sensor_value value;
	struct sensor_track track;
	const char *source;
	const struct sensor_probe *probe;
	uint32_t interval_ms;
	uint64_t seen_ns;
	bool counted;
	bool chosen;
};

/**
 * struct sensor_fusion - how the sensors become one sample
 * @limit_c: of a processor's sensor that has none; NAN: such a sensor has no margin
 * @power_max_w: overrides what the hardware says; NAN: it does not
 * @stale_s: what is older counts only if there is no other
 * @stuck_s: as in struct sensors_config
 */
struct sensor_fusion {
	double limit_c;
	double power_max_w;
	double stale_s;
	double stuck_s;
};

void sensor_fuse(struct sensor *sensors, size_t nr, const struct sensor_fusion *how,
		 uint64_t now_ns, struct gossip_sample *sample);

/**
 * struct sensor_table - all sensors
 * @nr: of them
 * @sensors: the sensors
 * @how: settings
 * @exclude: patterns of those that are not wanted, up to the first NULL
 * @cpu_power_w: what the processors draw, smoothed; NAN if not known
 * @power_ns: when that was last worked out
 * @full: there was no room for one
 */
struct sensor_table {
	size_t nr;
	struct sensor sensors[SENSORS_MAX];
	struct sensor_fusion how;
	const char *const *exclude;
	double cpu_power_w;
	uint64_t power_ns;
	bool full;
};

bool sensor_table_wants(const struct sensor_table *table, const char *name);
void sensor_table_values(struct sensor_table *table, const struct sensor_probe *probe,
			 const char *source, uint32_t interval_ms,
			 const struct sensor_value *values, size_t nr, uint64_t now_ns);
void sensor_table_error(struct sensor_table *table, const struct sensor_probe *probe,
			const char *source, int error);
void sensor_table_forget(struct sensor_table *table, const struct sensor_probe *probe);
void sensor_table_sample(struct sensor_table *table, uint64_t now_ns,
			 struct gossip_sample *sample);

/* sensor_command.c: child processes */
struct sensor_command;

struct sensor_command *sensor_command_start(uv_loop_t *loop, const struct sensors_command *config,
					    void (*done)(void *ctx, int error, char *text),
					    void *ctx);
void sensor_command_stop(struct sensor_command *command);

/* sensor_events.c: the kernel's thermal events, and what they ask for */
struct sensor_events;

enum sensor_event {
	SENSOR_EVENT_NONE,
	SENSOR_EVENT_READ,
	SENSOR_EVENT_SEARCH,	/* and to read */
};

struct sensor_events *sensor_events_start(uv_loop_t *loop, void (*event)(void *ctx, bool search),
					  void *ctx, const char **why);
void sensor_events_stop(struct sensor_events *events);
enum sensor_event sensor_events_kind(const void *message, size_t len);

#endif /* SENSOR_INTERNAL_H */
