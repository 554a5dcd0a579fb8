/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sensors on their loop: what the files that start, run and list them share.
 */
#ifndef SENSOR_LOOP_H
#define SENSOR_LOOP_H

#include "sensor_internal.h"

#define NR_DRIVERS 4
#define NR_COMMANDS (1 + SENSORS_EXEC_MAX)

/* A command, and whose values its are. */
struct source {
	struct sensors *s;
	struct sensor_command *command;
	char name[16];
	uint32_t interval_ms;
	bool ipmi;
	bool ran;
	int told;
	uint64_t failed_ns;
};

/**
 * struct sensors - the sensors of a node
 * @loop: the daemon's
 * @config: of its strings nothing is used after the start
 * @exclude: patterns, copied
 * @fn: is told each sample
 * @ctx: given to @fn
 * @timer: asks for readings
 * @async: readings have come
 * @open: handles that are not closed
 * @pool: reads what may block
 * @scans: by driver
 * @probes: what is read by the pool
 * @nr_probes: how many
 * @sources: commands
 * @events: of the kernel; NULL: there is polling only
 * @table: what all that says
 * @waiting: readings that were asked for and are not late
 * @sampled: there was a sample since the last turn
 * @woken_ns: when a reading was last asked for from outside
 * @told_full: it was told that there is no room
 * @told_threads: that all threads wait
 */
struct sensors {
	uv_loop_t *loop;
	struct sensors_config config;
	char *exclude[SENSORS_EXCLUDE_MAX];
	sensors_sample_fn fn;
	void *ctx;
	uv_timer_t timer;
	uv_async_t async;
	unsigned int open;
	struct pool *pool;
	struct sensor_scan *scans[NR_DRIVERS];
	struct sensor_probe *probes[SENSORS_MAX];
	size_t nr_probes;
	struct source sources[NR_COMMANDS];
	struct sensor_events *events;
	struct sensor_table table;
	unsigned int waiting;
	bool sampled;
	uint64_t woken_ns;
	bool told_full;
	bool told_threads;
};

void sensors_woken(uv_async_t *async);
void sensors_ticked(uv_timer_t *timer);
void sensors_kernel_event(void *ctx, bool search);
void sensors_source_done(void *ctx, int error, char *text);
void sensors_tell(const struct sensors *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* SENSOR_LOOP_H */
