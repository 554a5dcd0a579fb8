/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sensors on a loop, of a made-up tree, until something is so.
 */
#ifndef GOSSIP_TEST_SENSOR_RUN_H
#define GOSSIP_TEST_SENSOR_RUN_H

#include <errno.h>
#include <math.h>

#include "harness.h"
#include "sensor_internal.h"
#include "sensor_tree.h"

#define ZONE "sys/class/thermal/thermal_zone"

/* A run: until @until says so, or for @limit_ms. */
struct run {
	struct tree tree;
	struct sensors_config config;
	uv_loop_t loop;
	uv_timer_t limit;
	struct sensors *s;
	struct gossip_sample sample;
	unsigned int samples;
	bool (*until)(struct run *run);
	bool timed_out;
	unsigned int told;
	char text[256];
};

static inline void hear(void *ctx, const char *text)
{
	struct run *run = ctx;

	run->told++;
	snprintf(run->text, sizeof(run->text), "%s", text);
}

static inline void begin(struct run *run)
{
	*run = (struct run){ 0 };
	tree_create(&run->tree);
	sensors_defaults(&run->config);
	run->config.root = run->tree.root;
	run->config.interval_ms = 10;
	run->config.deadline_ms = 100;
	run->config.log = hear;
	run->config.log_ctx = run;
	CHECK(!uv_loop_init(&run->loop), "no loop");
}

static inline void take(void *ctx, uint64_t now_ns, const struct gossip_sample *sample)
{
	struct run *run = ctx;

	(void)now_ns;
	run->sample = *sample;
	run->samples++;
	if (run->until(run))
		uv_stop(&run->loop);
}

static inline void time_is_up(uv_timer_t *timer)
{
	struct run *run = timer->data;

	run->timed_out = true;
	uv_stop(timer->loop);
}

static inline void start(struct run *run)
{
	char error[SENSORS_ERROR_MAX];

	run->s = sensors_start(&run->loop, &run->config, take, run, error);
	CHECK(run->s && !error[0], "it does not start: %s", error);
	uv_timer_init(&run->loop, &run->limit);
	run->limit.data = run;
}

/* Return: whether it came to that in time. */
static inline bool run_until(struct run *run, bool (*until)(struct run *run), unsigned int limit_ms)
{
	run->until = until;
	run->timed_out = false;
	uv_timer_start(&run->limit, time_is_up, limit_ms, 0);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	return !run->timed_out;
}

/* Everything is closed, or the loop would not be. */
static inline void end(struct run *run)
{
	sensors_stop(run->s);
	uv_close((uv_handle_t *)&run->limit, NULL);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	tree_destroy(&run->tree);
	CHECK_EQ(uv_loop_close(&run->loop), 0);
}

static inline bool find(const struct run *run, const char *name, struct sensor_info *info)
{
	size_t i;

	for (i = 0; i < sensors_nr(run->s); i++) {
		sensors_get(run->s, i, info);
		if (!strcmp(info->name, name))
			return true;
	}
	return false;
}

static inline void zone(const struct run *run, unsigned int number, int temp_mc)
{
	char path[256];

	snprintf(path, sizeof(path), ZONE "%u/type", number);
	tree_put(&run->tree, path, "cpu\n");
	snprintf(path, sizeof(path), ZONE "%u/temp", number);
	tree_put(&run->tree, path, "%d\n", temp_mc);
}

static inline bool is_50(struct run *run)
{
	return run->sample.temp_c == 50;
}

static inline bool never(struct run *run)
{
	(void)run;
	return false;
}

#endif /* GOSSIP_TEST_SENSOR_RUN_H */
