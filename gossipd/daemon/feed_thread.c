// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that talks to the kernel's module.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed_thread.h"

#define BASE_PRICE_PATH "/sys/kernel/maxwell/base_price_cents"
#define NSEC_PER_MSEC UINT64_C(1000000)

static const uint32_t kinds[FEED_KINDS] = {
	MAXWELL_PRICE_KIND_LOCAL,
	MAXWELL_PRICE_KIND_EXTERNAL,
	MAXWELL_PRICE_KIND_GPU,
};

/* With the lock. Who has stopped does not wait for us for ever: the loop may be gone since. */
static void tell(struct feed *feed)
{
	if (!feed->stop)
		uv_async_send(&feed->news);
}

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
	tell(feed);
}

static void succeeded(struct feed *feed)
{
	if (!feed->status.on)
		tell(feed);
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
	uint64_t begin_ns = uv_hrtime(), took_ns;
	struct mxw_price price;
	int err;

	fill_price(feed, number, &price);
	line->sent = line->wanted;
	line->sent_ns = begin_ns;
	/* Not later: settings that change meanwhile are to be told as well. */
	line->told = true;
	uv_mutex_unlock(&feed->lock);
	err = connected(feed);
	if (!err)
		err = mxw_price_set(feed->mxw, &price);
	took_ns = uv_hrtime() - begin_ns;
	uv_mutex_lock(&feed->lock);
	if (err) {
		failed(feed, err);
		return;
	}
	feed->status.updates++;
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
	tell(feed);
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

/**
 * feed_work() - the thread
 * @arg: the feed; it ends when that is stopped
 */
void feed_work(void *arg)
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
