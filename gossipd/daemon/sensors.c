// SPDX-License-Identifier: GPL-2.0
/*
 * The sensors of a node, on the daemon's loop: a timer says what is to be read, a pool of threads
 * and child processes read it, and when all that was asked has come there is a sample. If something
 * does not come there is one without it at the next turn of the timer.
 */
#include <errno.h>
#include <string.h>

#include "sensor_loop.h"

/* How long a slow sensor holds up the others. */
#define PATIENCE_NS (50 * NS_PER_MS)
/* What may not be read is tried again now and then: rights may be given. */
#define FORBIDDEN_NS (10 * NS_PER_S)
/* Least time between two searches, and between two readings that somebody asked for. */
#define SEARCH_MIN_NS NS_PER_S
#define WAKE_MIN_NS (10 * NS_PER_MS)
/* Without an error for so long, a sensor is well again: the next error is worth a word. */
#define WELL_NS (5 * NS_PER_S)

static void emit(struct sensors *s, uint64_t now_ns)
{
	struct gossip_sample sample;

	sensor_table_sample(&s->table, now_ns, &sample);
	if (s->table.full && !s->told_full) {
		s->told_full = true;
		sensors_tell(s, "more than %d sensors: the rest is not read", SENSORS_MAX);
	}
	s->sampled = true;
	s->fn(s->ctx, now_ns, &sample);
}

/* --- what is read --- */

static void ask(struct sensors *s, struct sensor_probe *probe, uint64_t now_ns)
{
	probe->asked_ns = now_ns;
	probe->due_ns = now_ns + probe->interval_ms * NS_PER_MS;
	probe->busy = true;
	probe->late = false;
	s->waiting++;
	pool_submit(s->pool, &probe->job);
}

/* Takes @probe, or frees it if there is one, or too many, or it is not wanted. */
static void add_probe(struct sensors *s, struct sensor_probe *probe)
{
	size_t i;

	for (i = 0; i < s->nr_probes; i++) {
		struct sensor_probe *old = s->probes[i];

		if (strcmp(old->name, probe->name) || old->driver != probe->driver)
			continue;
		/* Its limit may be another one now; while it is read it is not ours. */
		if (!old->busy)
			old->limit = probe->limit;
		old->found = true;
		probe->job.drop(&probe->job);
		return;
	}
	if (s->nr_probes == SENSORS_MAX || !sensor_table_wants(&s->table, probe->name)) {
		s->table.full |= s->nr_probes == SENSORS_MAX;
		probe->job.drop(&probe->job);
		return;
	}
	probe->found = true;
	probe->interval_ms = s->config.interval_ms;
	if (probe->interval_ms < probe->driver->interval_ms)
		probe->interval_ms = probe->driver->interval_ms;
	s->probes[s->nr_probes++] = probe;
}

static void drop_probe(struct sensors *s, size_t index)
{
	struct sensor_probe *probe = s->probes[index];

	sensor_table_forget(&s->table, probe);
	probe->job.drop(&probe->job);
	s->probes[index] = s->probes[--s->nr_probes];
}

/* Those of a driver that a search has not found are gone; one that is being read, after that. */
static void drop_lost(struct sensors *s, const struct sensor_driver *driver)
{
	size_t i = 0;

	while (i < s->nr_probes) {
		const struct sensor_probe *probe = s->probes[i];

		if (probe->driver != driver || probe->found || probe->busy)
			i++;
		else
			drop_probe(s, i);
	}
}

static void searched(struct sensors *s, struct sensor_scan *scan, uint64_t now_ns)
{
	size_t i;

	scan->busy = false;
	scan->due_ns = now_ns + s->config.rescan_s * NS_PER_S;
	s->table.full |= scan->full;
	for (i = 0; i < s->nr_probes; i++)
		s->probes[i]->found &= s->probes[i]->driver != scan->driver;
	for (i = 0; i < scan->nr; i++)
		add_probe(s, scan->found[i]);
	scan->nr = 0;
	drop_lost(s, scan->driver);
	/* What is new is read at once. */
	for (i = 0; i < s->nr_probes; i++) {
		if (!s->probes[i]->due_ns)
			ask(s, s->probes[i], now_ns);
	}
}

/* A sensor that has gone is looked for soon: others may have come with that. */
static void search_soon(struct sensors *s, const struct sensor_driver *driver, uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < NR_DRIVERS; i++) {
		struct sensor_scan *scan = s->scans[i];

		if (scan && (!driver || scan->driver == driver) &&
		    scan->due_ns > now_ns + SEARCH_MIN_NS)
			scan->due_ns = now_ns + SEARCH_MIN_NS;
	}
}

/* There was no error this time. */
static void recovered(struct sensors *s, const char *name, int *told, uint64_t failed_ns,
		      uint64_t now_ns)
{
	if (!*told || now_ns - failed_ns < WELL_NS)
		return;
	*told = 0;
	sensors_tell(s, "%s: can be read again", name);
}

static void was_read(struct sensors *s, struct sensor_probe *probe, uint64_t now_ns)
{
	int error = probe->error;

	probe->busy = false;
	if (!probe->late)
		s->waiting--;
	probe->late = false;
	if (!error) {
		sensor_table_values(&s->table, probe, probe->driver->name, probe->interval_ms,
				    probe->values, probe->nr, probe->read_ns);
		recovered(s, probe->name, &probe->told, probe->failed_ns, now_ns);
		return;
	}
	probe->failed_ns = now_ns;
	sensor_table_error(&s->table, probe, NULL, error);
	if (error == -EACCES || error == -EPERM || error == -EOPNOTSUPP)
		probe->due_ns = now_ns + FORBIDDEN_NS;
	if (error == -ENOENT || error == -ENODEV || error == -ENXIO)
		search_soon(s, probe->driver, now_ns);
	if (error != -EAGAIN && error != probe->told) {
		probe->told = error;
		sensors_tell(s, "%s: %s", probe->name, strerror(-error));
	}
}

static void take_results(struct sensors *s)
{
	struct pool_job *job = pool_collect(s->pool), *next;
	uint64_t now_ns = uv_hrtime();
	bool any = job;

	for (; job; job = next) {
		struct sensor_scan *scan = NULL;
		struct sensor_probe *probe;
		size_t i;

		next = job->next;
		for (i = 0; i < NR_DRIVERS && !scan; i++) {
			if (s->scans[i] && job == &s->scans[i]->job)
				scan = s->scans[i];
		}
		if (scan) {
			searched(s, scan, now_ns);
			continue;
		}
		probe = (struct sensor_probe *)job;
		was_read(s, probe, now_ns);
		if (!probe->found)
			drop_lost(s, probe->driver);
	}
	if (any && !s->waiting)
		emit(s, now_ns);
}

/**
 * sensors_woken() - readings have come
 * @async: of the sensors
 */
void sensors_woken(uv_async_t *async)
{
	take_results(async->data);
}

/* --- commands --- */

/**
 * sensors_source_done() - a command has ended
 * @ctx: its source
 * @error: 0, or a negative errno
 * @text: what it printed
 */
void sensors_source_done(void *ctx, int error, char *text)
{
	struct sensor_value values[SENSOR_VALUES_MAX];
	struct source *source = ctx;
	struct sensors *s = source->s;
	uint64_t now_ns = uv_hrtime();
	size_t nr = 0, bad = 0;

	/* ipmitool says that it failed if one sensor of many has; but half of a list is none. */
	if (source->ipmi && (!error || error == -EIO))
		nr = sensor_parse_ipmi(text, source->name, values, SENSOR_VALUES_MAX);
	else if (!error)
		nr = sensor_parse_text(text, source->name, values, SENSOR_VALUES_MAX, &bad);
	if (!error && bad)
		error = -EINVAL;
	if (!error && !nr)
		error = -ENODATA;
	source->ran = true;
	sensor_table_values(&s->table, NULL, source->name, source->interval_ms, values, nr, now_ns);
	if (!nr)
		sensor_table_error(&s->table, NULL, source->name, error);
	if (error)
		source->failed_ns = now_ns;
	else
		recovered(s, source->name, &source->told, source->failed_ns, now_ns);
	if (error && error != source->told) {
		source->told = error;
		sensors_tell(s, "%s: %s (%zu values, %zu lines that are none)", source->name,
			     strerror(-error), nr, bad);
	}
	if (!s->waiting)
		emit(s, now_ns);
}

/* --- time --- */

static void check_late(struct sensors *s, struct sensor_probe *probe, uint64_t now_ns)
{
	if (!probe->busy || probe->late ||
	    now_ns - probe->asked_ns <= s->config.deadline_ms * NS_PER_MS)
		return;
	probe->late = true;
	probe->failed_ns = now_ns;
	s->waiting--;
	sensor_table_error(&s->table, probe, NULL, -ETIMEDOUT);
	if (probe->told != -ETIMEDOUT) {
		probe->told = -ETIMEDOUT;
		sensors_tell(s, "%s: hangs", probe->name);
	}
}

static void turn(struct sensors *s)
{
	uint64_t now_ns = uv_hrtime();
	size_t i;

	for (i = 0; i < NR_DRIVERS; i++) {
		struct sensor_scan *scan = s->scans[i];

		if (scan && !scan->busy && scan->due_ns <= now_ns) {
			scan->busy = true;
			pool_submit(s->pool, &scan->job);
		}
	}
	for (i = 0; i < s->nr_probes; i++) {
		check_late(s, s->probes[i], now_ns);
		if (!s->probes[i]->busy && s->probes[i]->due_ns <= now_ns)
			ask(s, s->probes[i], now_ns);
	}
	if (!pool_check(s->pool, now_ns, PATIENCE_NS) && !s->told_threads) {
		s->told_threads = true;
		sensors_tell(s, "%d sensors hang: the others wait for them", POOL_THREADS_MAX);
	}
}

/**
 * sensors_ticked() - it is time to look what is due
 * @timer: of the sensors
 */
void sensors_ticked(uv_timer_t *timer)
{
	struct sensors *s = timer->data;

	if (!s->sampled)
		emit(s, uv_hrtime());
	s->sampled = false;
	turn(s);
}

/**
 * sensors_wake() - read now what is quick; something is said to have happened
 * @s: of sensors_start()
 */
void sensors_wake(struct sensors *s)
{
	uint64_t now_ns = uv_hrtime();
	size_t i;

	if (now_ns - s->woken_ns < WAKE_MIN_NS)
		return;
	s->woken_ns = now_ns;
	for (i = 0; i < s->nr_probes; i++) {
		if (!s->probes[i]->driver->interval_ms)
			s->probes[i]->due_ns = now_ns;
	}
	turn(s);
}

/**
 * sensors_kernel_event() - the kernel says that something happened
 * @ctx: the sensors
 * @search: zones came, went, or have other limits
 */
void sensors_kernel_event(void *ctx, bool search)
{
	struct sensors *s = ctx;

	if (search)
		search_soon(s, NULL, uv_hrtime());
	sensors_wake(s);
}
