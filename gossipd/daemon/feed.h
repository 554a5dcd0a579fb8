/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prices to the kernel's module, and its demand curve back, by libmaxwell. A request is a round
 * trip that is over in microseconds, but it takes locks that others may hold, so a thread of its
 * own does it: the loop only leaves the newest price there.
 *
 * A price that rises goes out at once, one that falls when some time has gone by since the last,
 * one that stays when a third of the lease is over. Without the module the daemon runs, says so
 * once, and asks again and again.
 */
#ifndef GOSSIPD_FEED_H
#define GOSSIPD_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "config.h"
#include "control.h"

/* Steps of the demand curve that are read; the kernel has 960 buckets in each of two books. */
#define FEED_STEPS_MAX 256

/**
 * struct feed_status - how the feed does
 * @on: the last price was taken by the kernel
 * @updates: prices that it took
 * @errors: that it did not
 * @price_max_ns: longest time that it took to hand a price over
 * @demand_max_ns: longest time that it took to read the demand curve
 * @error: why it does not take prices; empty if it does
 */
struct feed_status {
	bool on;
	uint64_t updates;
	uint64_t errors;
	uint64_t price_max_ns;
	uint64_t demand_max_ns;
	char error[256];
};

/**
 * struct feed_user - who wants the demand curve
 * @ctx: given to each
 * @demand: it was read: steps by rising price, the kernel's price at multiplier 1, and the CPUs
 *	that it is for
 */
struct feed_user {
	void *ctx;
	void (*demand)(void *ctx, const struct control_demand *steps, size_t nr,
		       uint32_t base_price, uint32_t cpus);
};

struct feed;

int feed_open(struct feed **out, uv_loop_t *loop, const struct config_feed *settings,
	      const struct feed_user *user);
void feed_configure(struct feed *feed, const struct config_feed *settings);
void feed_price(struct feed *feed, const struct control_output *price);
void feed_get_status(struct feed *feed, struct feed_status *status);
void feed_close(struct feed *feed);

#endif /* GOSSIPD_FEED_H */
