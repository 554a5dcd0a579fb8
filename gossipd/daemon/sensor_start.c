// SPDX-License-Identifier: GPL-2.0
/*
 * Settings, beginning and end of the sensors.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_loop.h"

#define NVML_LIBRARY "libnvidia-ml.so.1"

/**
 * sensors_defaults() - settings that do for a machine nobody has told anything about
 * @config: written
 */
void sensors_defaults(struct sensors_config *config)
{
	size_t i;

	*config = (struct sensors_config){
		.root = "/",
		.interval_ms = 100,
		.rescan_s = 30,
		.deadline_ms = 500,
		.stale_s = 5,
		.stuck_s = 60,
		.thermal = true,
		.hwmon = true,
		.rapl = true,
		.nvml = true,
		.events = true,
		.ipmi = { .interval_ms = 10000, .timeout_ms = 20000 },
		.limit_c = 90,
		.power_max_w = NAN,
	};
	for (i = 0; i < SENSORS_EXEC_MAX; i++)
		config->exec[i] = (struct sensors_command){
			.interval_ms = 10000, .timeout_ms = 5000,
		};
}

static bool is_in(uint32_t value, uint32_t least, uint32_t most)
{
	return value >= least && value <= most;
}

static bool is_command(const struct sensors_command *command)
{
	return !command->command || (is_in(command->interval_ms, 50, 3600000) &&
				     is_in(command->timeout_ms, 50, 600000));
}

static bool is_path(const char *path)
{
	return !path || (*path && strlen(path) < SENSOR_PATH_MAX);
}

/**
 * sensors_config_check() - whether settings can be
 * @config: whatever it says
 *
 * Return: NULL, or what is wrong.
 */
const char *sensors_config_check(const struct sensors_config *config)
{
	size_t i;

	if (!config->root || !is_path(config->root))
		return "the root of sensors is no path";
	if (!is_in(config->interval_ms, 10, 60000))
		return "the interval of sensors is not from 10 ms to 60 s";
	if (!is_in(config->rescan_s, 1, 86400))
		return "the time between searches for sensors is not from 1 s to a day";
	if (!is_in(config->deadline_ms, 10, 60000))
		return "the deadline of sensors is not from 10 ms to 60 s";
	if (!(config->stale_s > 0) || !isfinite(config->stale_s))
		return "the age at which a temperature is old is not above 0";
	if (!(config->stuck_s > 0) || !isfinite(config->stuck_s))
		return "the time after which a sensor is stuck is not above 0";
	if (!isnan(config->limit_c) && !(config->limit_c >= 30 && config->limit_c <= 150))
		return "the limit of temperature is not from 30 to 150 degrees";
	if (!isnan(config->power_max_w) &&
	    !(config->power_max_w > 0 && config->power_max_w <= 100000))
		return "the most that the node draws is not above 0 and up to 100 kW";
	if (!is_path(config->file))
		return "the file of sensors is no path";
	if (!is_command(&config->ipmi))
		return "the IPMI command's interval or timeout is below 50 ms or too long";
	for (i = 0; i < SENSORS_EXEC_MAX; i++) {
		if (!is_command(&config->exec[i]))
			return "a plug-in's interval or timeout is below 50 ms or too long";
	}
	return NULL;
}

/**
 * sensors_tell() - say something to whom it may concern
 * @s: of sensors_start()
 * @format: as of printf(3)
 */
void sensors_tell(const struct sensors *s, const char *format, ...)
{
	char text[256];
	va_list args;

	if (!s->config.log)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	s->config.log(s->config.log_ctx, text);
}

/* What stays after the start; paths and commands have copies of their own. */
static bool copy_config(struct sensors *s, const struct sensors_config *config)
{
	size_t i;

	s->config = *config;
	for (i = 0; i < SENSORS_EXCLUDE_MAX && config->exclude[i]; i++) {
		s->exclude[i] = strdup(config->exclude[i]);
		if (!s->exclude[i])
			return false;
	}
	s->table.exclude = (const char *const *)s->exclude;
	s->table.how = (struct sensor_fusion){
		.limit_c = config->limit_c, .power_max_w = config->power_max_w,
		.stale_s = config->stale_s, .stuck_s = config->stuck_s,
	};
	s->table.cpu_power_w = NAN;
	return true;
}

static bool create_scans(struct sensors *s, const struct sensors_config *config)
{
	bool here = !strcmp(config->root, "/");
	const struct {
		const struct sensor_driver *driver;
		bool on;
	} drivers[NR_DRIVERS] = {
		{ &sensor_thermal, config->thermal },
		{ &sensor_hwmon, config->hwmon },
		{ &sensor_rapl, config->rapl },
		/* This machine's GPUs are not those of another machine's tree. */
		{ &sensor_nvml, config->nvml && (here || config->nvml_library) },
	};
	size_t i;

	for (i = 0; i < NR_DRIVERS; i++) {
		if (!drivers[i].on)
			continue;
		s->scans[i] = sensor_scan_create(drivers[i].driver, here ? "" : config->root,
						 config->nvml_library ? config->nvml_library :
						 NVML_LIBRARY);
		if (!s->scans[i])
			return false;
	}
	return true;
}

static bool create_file(struct sensors *s, const char *path)
{
	struct sensor_probe *probe;

	if (!path)
		return true;
	probe = sensor_probe_create(&sensor_file);
	if (!probe)
		return false;
	snprintf(probe->name, sizeof(probe->name), "file");
	snprintf(probe->path, sizeof(probe->path), "%s", path);
	probe->interval_ms = s->config.interval_ms;
	probe->found = true;
	s->probes[s->nr_probes++] = probe;
	return true;
}

static bool start_source(struct sensors *s, struct source *source,
			 const struct sensors_command *command)
{
	if (!command->command)
		return true;
	source->s = s;
	source->interval_ms = command->interval_ms;
	source->command = sensor_command_start(s->loop, command, sensors_source_done, source);
	return source->command;
}

static bool start_sources(struct sensors *s, const struct sensors_config *config)
{
	size_t i;

	snprintf(s->sources[0].name, sizeof(s->sources[0].name), "ipmi");
	s->sources[0].ipmi = true;
	if (!start_source(s, &s->sources[0], &config->ipmi))
		return false;
	for (i = 0; i < SENSORS_EXEC_MAX; i++) {
		struct source *source = &s->sources[1 + i];

		snprintf(source->name, sizeof(source->name), "exec%zu", i);
		if (!start_source(s, source, &config->exec[i]))
			return false;
	}
	return true;
}

static void start_events(struct sensors *s)
{
	const char *why;

	s->events = sensor_events_start(s->loop, sensors_kernel_event, s, &why);
	if (!s->events)
		sensors_tell(s, "sensors are polled: %s", why);
}

static void wake(void *ctx)
{
	struct sensors *s = ctx;

	uv_async_send(&s->async);
}

static void release(struct sensors *s)
{
	size_t i;

	for (i = 0; i < SENSORS_EXCLUDE_MAX; i++)
		free(s->exclude[i]);
	free(s);
}

static void closed(uv_handle_t *handle)
{
	struct sensors *s = handle->data;

	if (!--s->open)
		release(s);
}

/**
 * sensors_start() - begin to read
 * @loop: what @fn is called on
 * @config: what to read
 * @fn: is told each sample: about every @config->interval_ms, and never from within this call
 * @ctx: given to @fn
 * @error: written if it did not work
 *
 * Sensors that are missing, or may not be read, are no error: there are samples without them.
 *
 * Return: NULL if the settings cannot be, or without memory, handles, threads.
 */
struct sensors *sensors_start(uv_loop_t *loop, const struct sensors_config *config,
			      sensors_sample_fn fn, void *ctx, char error[SENSORS_ERROR_MAX])
{
	const char *wrong = sensors_config_check(config);
	struct sensors *s = wrong ? NULL : calloc(1, sizeof(*s));

	snprintf(error, SENSORS_ERROR_MAX, "%s", wrong ? wrong : "no memory for sensors");
	if (!s)
		return NULL;
	s->loop = loop;
	s->fn = fn;
	s->ctx = ctx;
	if (!copy_config(s, config) || uv_async_init(loop, &s->async, sensors_woken)) {
		release(s);
		return NULL;
	}
	uv_timer_init(loop, &s->timer);
	s->async.data = s;
	s->timer.data = s;
	s->open = 2;
	s->pool = pool_create(wake, s);
	if (!s->pool || !create_scans(s, config) || !create_file(s, config->file) ||
	    !start_sources(s, config)) {
		sensors_stop(s);
		return NULL;
	}
	if (config->events && !strcmp(config->root, "/"))
		start_events(s);
	/* The first turn has nothing to show yet. */
	s->sampled = true;
	uv_timer_start(&s->timer, sensors_ticked, 0, config->interval_ms);
	error[0] = '\0';
	return s;
}

static void stop_jobs(struct sensors *s)
{
	size_t i;

	/* What the pool has it drops itself. */
	for (i = 0; i < s->nr_probes; i++) {
		if (!s->probes[i]->busy)
			s->probes[i]->job.drop(&s->probes[i]->job);
	}
	for (i = 0; i < NR_DRIVERS; i++) {
		if (s->scans[i] && !s->scans[i]->busy)
			s->scans[i]->job.drop(&s->scans[i]->job);
	}
	if (s->pool)
		pool_destroy(s->pool);
}

/**
 * sensors_stop() - read no more
 * @s: frees itself as the loop goes on; @fn is not called any more. NULL: nothing is done
 */
void sensors_stop(struct sensors *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < NR_COMMANDS; i++) {
		if (s->sources[i].command)
			sensor_command_stop(s->sources[i].command);
	}
	sensor_events_stop(s->events);
	stop_jobs(s);
	uv_close((uv_handle_t *)&s->timer, closed);
	uv_close((uv_handle_t *)&s->async, closed);
}
