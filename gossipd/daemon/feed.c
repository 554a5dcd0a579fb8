// SPDX-License-Identifier: GPL-2.0
/*
 * The loop's side of the feed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "feed_thread.h"
#include "log.h"

/* One that is stuck in the kernel is left there: the process ends. */
#define STOP_NS UINT64_C(300000000)

static void tell(struct feed *feed, const struct feed_status *status)
{
	if (feed->told && feed->told_on == status->on && !strcmp(feed->told_why, status->error))
		return;
	feed->told = true;
	feed->told_on = status->on;
	snprintf(feed->told_why, sizeof(feed->told_why), "%s", status->error);
	if (status->on)
		log_info("the kernel takes our prices");
	else
		log_warning("the kernel takes no prices, going on without: %s", status->error);
}

static void on_news(uv_async_t *news)
{
	struct feed *feed = news->data;
	struct control_demand steps[FEED_STEPS_MAX];
	struct feed_status status;
	uint32_t base_price, cpus;
	bool is_new;
	size_t nr;

	uv_mutex_lock(&feed->lock);
	status = feed->status;
	is_new = feed->demand_is_new;
	feed->demand_is_new = false;
	nr = feed->nr_steps;
	base_price = feed->base_price;
	cpus = feed->nr_cpus;
	memcpy(steps, feed->steps, nr * sizeof(*steps));
	uv_mutex_unlock(&feed->lock);
	tell(feed, &status);
	if (is_new)
		feed->user.demand(feed->user.ctx, steps, nr, base_price, cpus);
}

/**
 * feed_configure() - other settings, from the next price on
 * @feed: an open one
 * @settings: copied
 */
void feed_configure(struct feed *feed, const struct config_feed *settings)
{
	size_t i;

	uv_mutex_lock(&feed->lock);
	feed->settings = *settings;
	if (!feed_cpu_list(&settings->cpus, feed->cpus, sizeof(feed->cpus)))
		log_warning("the list of CPUs of the feed is too long: all CPUs get the price");
	for (i = 0; i < FEED_KINDS; i++)
		feed->lines[i].told = false;
	uv_cond_signal(&feed->wake);
	uv_mutex_unlock(&feed->lock);
}

/**
 * feed_price() - a price for the kernel; returns at once
 * @feed: an open one
 * @price: copied; one that did not go out yet is forgotten
 */
void feed_price(struct feed *feed, const struct control_output *price)
{
	uv_mutex_lock(&feed->lock);
	feed->lines[0].wanted = price->local;
	feed->lines[1].wanted = price->external;
	feed->lines[2].wanted = price->gpu;
	feed->lines[0].used = true;
	feed->lines[1].used = true;
	/* Where no GPU ever was hot nobody has to hear that none is. */
	if (price->gpu.multiplier != CONTROL_ONE)
		feed->lines[2].used = true;
	uv_cond_signal(&feed->wake);
	uv_mutex_unlock(&feed->lock);
}

/**
 * feed_get_status() - how the feed does
 * @feed: an open one
 * @status: set
 */
void feed_get_status(struct feed *feed, struct feed_status *status)
{
	uv_mutex_lock(&feed->lock);
	*status = feed->status;
	uv_mutex_unlock(&feed->lock);
}

/**
 * feed_open() - begin to feed
 * @out: set
 * @loop: on which @user is called
 * @settings: copied
 * @user: copied
 *
 * Return: 0, or a negative errno.
 */
int feed_open(struct feed **out, uv_loop_t *loop, const struct config_feed *settings,
	      const struct feed_user *user)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	int err;

	if (!feed)
		return -ENOMEM;
	feed->user = *user;
	feed->news.data = feed;
	uv_mutex_init(&feed->lock);
	uv_cond_init(&feed->wake);
	feed_configure(feed, settings);
	err = uv_async_init(loop, &feed->news, on_news);
	if (!err) {
		err = uv_thread_create(&feed->thread, feed_work, feed);
		if (!err) {
			*out = feed;
			return 0;
		}
		/* The handle is the loop's now, and goes down with the process. */
		uv_close((uv_handle_t *)&feed->news, NULL);
		return err;
	}
	free(feed);
	return err;
}

static void closed(uv_handle_t *handle)
{
	free(handle->data);
}

/**
 * feed_close() - feed no more; the kernel goes its safe way when the lease is over
 * @feed: an open one; its memory is given back when the loop has run again
 */
void feed_close(struct feed *feed)
{
	uint64_t end_ns = uv_hrtime() + STOP_NS;
	bool ended;

	uv_mutex_lock(&feed->lock);
	feed->stop = true;
	uv_cond_broadcast(&feed->wake);
	while (!feed->ended && uv_hrtime() < end_ns)
		uv_cond_timedwait(&feed->wake, &feed->lock, end_ns - uv_hrtime());
	ended = feed->ended;
	uv_mutex_unlock(&feed->lock);
	if (ended)
		uv_thread_join(&feed->thread);
	uv_close((uv_handle_t *)&feed->news, ended ? closed : NULL);
}
