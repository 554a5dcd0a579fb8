/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The feed, as its thread and the loop's side of it share it; nobody else includes this.
 */
#ifndef GOSSIPD_FEED_THREAD_H
#define GOSSIPD_FEED_THREAD_H

#include "feed.h"
#include "feed_internal.h"

/*
 * What the loop and the thread share is under the lock; the connection, its failures and the times
 * are the thread's alone.
 */
struct feed {
	struct feed_user user;
	uv_thread_t thread;
	uv_mutex_t lock;
	uv_cond_t wake;
	uv_async_t news;

	struct config_feed settings;
	struct feed_line lines[FEED_KINDS];
	struct feed_status status;
	struct control_demand steps[FEED_STEPS_MAX];
	size_t nr_steps;
	uint32_t base_price;
	uint32_t nr_cpus;
	bool demand_is_new;
	bool stop;
	bool ended;

	char cpus[MXW_CPUS_LEN];

	struct mxw *mxw;
	unsigned int failures;
	uint64_t retry_ns;
	uint64_t demand_ns;

	/* The loop's: what people were told. */
	bool told;
	bool told_on;
	char told_why[sizeof(((struct feed_status *)NULL)->error)];
};

void feed_work(void *arg);

#endif /* GOSSIPD_FEED_THREAD_H */
