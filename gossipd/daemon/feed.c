// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that talks to the kernel's module.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed.h"
#include "feed_internal.h"
#include "log.h"

#define BASE_PRICE_PATH "/sys/kernel/maxwell/base_price_cents"
#define NSEC_PER_MSEC UINT64_C(1000000)
/* One that is stuck in the kernel is left there: the process ends. */
#define STOP_NS UINT64_C(300000000)

static const uint32_t kinds[FEED_KINDS] = {
	MAXWELL_PRICE_KIND_LOCAL,
	MAXWELL_PRICE_KIND_EXTERNAL,
	MAXWELL_PRICE_KIND_GPU,
};

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
};

/* With the lock, as all that takes a status. */
static void failed(struct feed *feed, int err)
{
	const char *why = feed->mxw && mxw_error(feed->mxw)->msg[0] ? mxw_error(feed->mxw)->msg :
								       strerror(-err);
	size_t i;

	feed->status.on = false;
	feed->status.errors++;
	snprintf(feed->status.error, sizeof(feed->status.error), "%s", why);
	mxw_close(feed->mxw);
	feed->mxw = NULL;
	for (i = 0; i < FEED_KINDS; i++)
		feed->lines[i].told = false;
	feed->failures++;
	feed->retry_ns = uv_hrtime() + feed_retry_ns(feed->failures);
	uv_async_send(&feed->news);
}

static void succeeded(struct feed *feed)
{
	if (!feed->status.on)
		uv_async_send(&feed->news);
	feed->status.on = true;
	feed->status.error[0] = '\0';
	feed->failures = 0;
}

/* All that it takes to have one; without the lock. */
static int connected(struct feed *feed)
{
	return feed->mxw ? 0 : mxw_open(&feed->mxw);
}

static void fill_price(const struct feed *feed, size_t line, struct mxw_price *price)
{
	*price = (struct mxw_price){ .kind = kinds[line] };
	price->multiplier = feed->lines[line].wanted.multiplier;
	price->slope = feed->lines[line].wanted.slope;
	price->lease_ms = feed->settings.lease_ms;
	MXW_SET(price, MAXWELL_A_PRICE_KIND);
	MXW_SET(price, MAXWELL_A_PRICE_MULTIPLIER);
	MXW_SET(price, MAXWELL_A_PRICE_SLOPE);
	MXW_SET(price, MAXWELL_A_PRICE_LEASE_MS);
	if (feed->cpus[0]) {
		memcpy(price->cpus, feed->cpus, sizeof(price->cpus));
		MXW_SET(price, MAXWELL_A_PRICE_CPUS);
	}
}

/* Called and left with the lock, which is given up while the kernel works. */
static void send_price(struct feed *feed, size_t number)
{
	struct feed_line *line = &feed->lines[number];
	struct control_price sent = line->wanted;
	struct mxw_price price;
	uint64_t begin_ns, took_ns;
	int err;

	fill_price(feed, number, &price);
	uv_mutex_unlock(&feed->lock);
	begin_ns = uv_hrtime();
	err = connected(feed);
	if (!err)
		err = mxw_price_set(feed->mxw, &price);
	took_ns = uv_hrtime() - begin_ns;
	uv_mutex_lock(&feed->lock);
	if (err) {
		failed(feed, err);
		return;
	}
	line->sent = sent;
	line->sent_ns = begin_ns;
	line->told = true;
	feed->status.updates++;
	feed->status.price_last_ns = took_ns;
	if (took_ns > feed->status.price_max_ns)
		feed->status.price_max_ns = took_ns;
	succeeded(feed);
}

static uint32_t read_base_price(void)
{
	FILE *file = fopen(BASE_PRICE_PATH, "re");
	unsigned int price = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%u", &price) != 1)
		price = 0;
	fclose(file);
	return price;
}

static void read_demand(struct feed *feed)
{
	struct control_demand steps[FEED_STEPS_MAX];
	struct mxw_demand *buckets = NULL;
	char cpus[MXW_CPUS_LEN];
	uint64_t begin_ns = uv_hrtime(), took_ns;
	size_t nr_buckets = 0, nr = 0;
	uint32_t base = 0;
	long online = 0;
	int err;

	memcpy(cpus, feed->cpus, sizeof(cpus));
	uv_mutex_unlock(&feed->lock);
	err = connected(feed);
	if (!err)
		err = mxw_demand_list(feed->mxw, cpus[0] ? cpus : NULL, &buckets, &nr_buckets);
	if (!err) {
		nr = feed_demand_curve(buckets, nr_buckets, steps, FEED_STEPS_MAX);
		base = read_base_price();
		online = sysconf(_SC_NPROCESSORS_ONLN);
		free(buckets);
	}
	took_ns = uv_hrtime() - begin_ns;
	uv_mutex_lock(&feed->lock);
	feed->demand_ns = begin_ns;
	if (err) {
		failed(feed, err);
		return;
	}
	if (took_ns > feed->status.demand_max_ns)
		feed->status.demand_max_ns = took_ns;
	memcpy(feed->steps, steps, nr * sizeof(*steps));
	feed->nr_steps = nr;
	feed->base_price = base;
	feed->nr_cpus = online > 0 ? feed_nr_cpus(&feed->settings.cpus, (uint32_t)online) : 0;
	feed->demand_is_new = base > 0;
	uv_async_send(&feed->news);
}

/* When the next thing has to be done, and which: a line, or behind the last the demand curve. */
static uint64_t next_due_ns(const struct feed *feed, size_t *what)
{
	uint64_t due_ns = FEED_NEVER, line_ns;
	size_t i;

	*what = FEED_KINDS;
	for (i = 0; i < FEED_KINDS; i++) {
		line_ns = feed_line_due_ns(&feed->lines[i], feed->settings.lease_ms,
					   feed->settings.interval_ms);
		if (line_ns < due_ns) {
			due_ns = line_ns;
			*what = i;
		}
	}
	/* Whoever takes no prices has no demand either. */
	if (feed->status.on && feed->settings.demand_ms &&
	    feed->demand_ns + feed->settings.demand_ms * NSEC_PER_MSEC < due_ns) {
		due_ns = feed->demand_ns + feed->settings.demand_ms * NSEC_PER_MSEC;
		*what = FEED_KINDS;
	}
	return feed->failures && due_ns < feed->retry_ns ? feed->retry_ns : due_ns;
}

static void work(void *arg)
{
	struct feed *feed = arg;
	uint64_t now_ns, due_ns;
	size_t what;

	uv_mutex_lock(&feed->lock);
	while (!feed->stop) {
		now_ns = uv_hrtime();
		due_ns = next_due_ns(feed, &what);
		if (due_ns == FEED_NEVER)
			uv_cond_wait(&feed->wake, &feed->lock);
		else if (due_ns > now_ns)
			uv_cond_timedwait(&feed->wake, &feed->lock, due_ns - now_ns);
		else if (what < FEED_KINDS)
			send_price(feed, what);
		else
			read_demand(feed);
	}
	mxw_close(feed->mxw);
	feed->ended = true;
	uv_cond_broadcast(&feed->wake);
	uv_mutex_unlock(&feed->lock);
}

static void tell(struct feed *feed, const struct feed_status *status)
{
	if (feed->told && feed->told_on == status->on)
		return;
	feed->told = true;
	feed->told_on = status->on;
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
		err = uv_thread_create(&feed->thread, work, feed);
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
