/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work that may block, off the loop. One thread does one job after the other; if a job takes long,
 * another thread takes the rest over, up to a bound, so that a slow sensor holds up itself only.
 */
#ifndef SENSOR_POOL_H
#define SENSOR_POOL_H

#include <stdbool.h>
#include <stdint.h>

/* Threads at most: one that works, the others wait for slow sensors. */
#define POOL_THREADS_MAX 17

enum pool_state {
	POOL_IDLE,	/* the loop's */
	POOL_QUEUED,	/* the pool's */
	POOL_RUNNING,
	POOL_DONE,	/* until it is collected */
};

/**
 * struct pool_job - a job; part of a larger structure, of which it has to be the first member
 * @run: does it, on a thread of the pool
 * @drop: frees it; called on whichever thread lets go of it last
 * @next: of the queue that it is in
 * @state: enum pool_state
 * @began_ns: when it began to run
 */
struct pool_job {
	void (*run)(struct pool_job *job);
	void (*drop)(struct pool_job *job);
	struct pool_job *next;
	enum pool_state state;
	uint64_t began_ns;
};

struct pool;

struct pool *pool_create(void (*wake)(void *ctx), void *ctx);
void pool_destroy(struct pool *pool);
void pool_submit(struct pool *pool, struct pool_job *job);
struct pool_job *pool_collect(struct pool *pool);
bool pool_check(struct pool *pool, uint64_t now_ns, uint64_t patience_ns);

#endif /* SENSOR_POOL_H */
