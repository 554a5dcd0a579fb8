// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that talks to the kernel's module, with a module that is made up.
 */
#include <errno.h>
#include <string.h>

#include "feed.h"
#include "harness.h"
#include "libmaxwell.h"
#include "log.h"

#define LONG_MS 600000
#define SHORT_MS 500000
#define WAIT_MS 5000

/* What the module was told. */
static struct {
	uv_mutex_t lock;
	struct feed *feed;
	/* Settings that come while the first request is on its way. */
	const struct config_feed *change;
	uint32_t lease_ms;
	uint32_t requests;
	bool refuses;
} module;

static struct mxw_error error = { .msg = "made up" };

/* --- the library --- */

int mxw_open(struct mxw **out)
{
	*out = (struct mxw *)&module;
	return 0;
}

void mxw_close(struct mxw *m)
{
	(void)m;
}

const struct mxw_error *mxw_error(const struct mxw *m)
{
	(void)m;
	return &error;
}

int mxw_price_set(struct mxw *m, const struct mxw_price *price)
{
	const struct config_feed *change;
	bool refuses;

	(void)m;
	if (price->kind != MAXWELL_PRICE_KIND_LOCAL)
		return 0;
	uv_mutex_lock(&module.lock);
	module.lease_ms = price->lease_ms;
	module.requests++;
	change = module.change;
	module.change = NULL;
	refuses = module.refuses;
	uv_mutex_unlock(&module.lock);
	if (change)
		feed_configure(module.feed, change);
	return refuses ? -EPERM : 0;
}

int mxw_demand_list(struct mxw *m, const char *cpus, struct mxw_demand **out, size_t *nr)
{
	(void)m;
	(void)cpus;
	*out = NULL;
	*nr = 0;
	return -ENODEV;
}

/* --- the loop's side --- */

static void on_demand(void *ctx, const struct control_demand *steps, size_t nr, uint32_t base_price,
		      uint32_t cpus)
{
	(void)ctx;
	(void)steps;
	(void)nr;
	(void)base_price;
	(void)cpus;
}

static void begin(uv_loop_t *loop, const struct config_feed *settings,
		  const struct config_feed *change)
{
	static const struct feed_user user = { .demand = on_demand };
	struct control_output price = { .local = { .multiplier = 2 * CONTROL_ONE } };

	memset(&module, 0, sizeof(module));
	uv_mutex_init(&module.lock);
	module.change = change;
	log_setup(CONFIG_LOG_ERROR, CONFIG_LOG_STDERR, 0);
	uv_loop_init(loop);
	CHECK_EQ(feed_open(&module.feed, loop, settings, &user), 0);
	price.external.multiplier = CONTROL_ONE;
	price.gpu.multiplier = CONTROL_ONE;
	feed_price(module.feed, &price);
}

static void end(uv_loop_t *loop)
{
	feed_close(module.feed);
	uv_run(loop, UV_RUN_DEFAULT);
	CHECK_EQ(uv_loop_close(loop), 0);
	uv_mutex_destroy(&module.lock);
}

/* Whether it comes to that lease, by as many requests. */
static bool is_told(uint32_t lease_ms, uint32_t requests)
{
	uint64_t until_ns = uv_hrtime() + WAIT_MS * UINT64_C(1000000);
	bool told;

	do {
		uv_sleep(1);
		uv_mutex_lock(&module.lock);
		told = module.lease_ms == lease_ms && module.requests >= requests;
		uv_mutex_unlock(&module.lock);
	} while (!told && uv_hrtime() < until_ns);
	return told;
}

static void settings_that_change_during_a_request_are_told(void)
{
	static const struct config_feed settings = { .lease_ms = LONG_MS, .interval_ms = 1 };
	static const struct config_feed change = { .lease_ms = SHORT_MS, .interval_ms = 1 };
	uv_loop_t loop;

	begin(&loop, &settings, &change);
	/* And not when the old lease has to be renewed, which is minutes later. */
	CHECK(is_told(SHORT_MS, 2), "lease %u", module.lease_ms);
	end(&loop);
}

static void what_was_refused_is_told_again(void)
{
	static const struct config_feed settings = { .lease_ms = LONG_MS, .interval_ms = 1 };
	struct feed_status status;
	uv_loop_t loop;

	begin(&loop, &settings, NULL);
	CHECK(is_told(LONG_MS, 1), "not told");
	feed_get_status(module.feed, &status);
	CHECK(status.on && status.updates && !status.error[0], "taken");
	uv_mutex_lock(&module.lock);
	module.refuses = true;
	module.requests = 0;
	uv_mutex_unlock(&module.lock);
	feed_configure(module.feed, &settings);
	CHECK(is_told(LONG_MS, 2), "not again");
	feed_get_status(module.feed, &status);
	CHECK(!status.on && status.errors && !strcmp(status.error, "made up"), "refused");
	end(&loop);
}

static const struct test_case cases[] = {
	{ "settings_that_change_during_a_request_are_told",
	  settings_that_change_during_a_request_are_told },
	{ "what_was_refused_is_told_again", what_was_refused_is_told_again },
	{ 0 },
};

const struct test_suite feed_thread_suite = { .name = "feed_thread", .cases = cases };
