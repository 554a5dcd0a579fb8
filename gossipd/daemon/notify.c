// SPDX-License-Identifier: GPL-2.0
/*
 * sd_notify(3) and the watchdog.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "notify.h"

#define USEC_PER_MSEC 1000
#define NSEC_PER_USEC 1000

static void feed_watchdog(uv_timer_t *timer)
{
	(void)timer;
	sd_notify(0, "WATCHDOG=1");
}

/**
 * notify_start() - feed the watchdog, if there is one, by a timer of the loop
 * @notify: to be used
 * @loop: whose life the watchdog is to see
 */
void notify_start(struct notify *notify, uv_loop_t *loop)
{
	uint64_t period_us = 0;
	uint64_t half_ms;

	uv_timer_init(loop, &notify->timer);
	if (sd_watchdog_enabled(0, &period_us) <= 0)
		return;
	half_ms = period_us / 2 / USEC_PER_MSEC;
	uv_timer_start(&notify->timer, feed_watchdog, 0, half_ms ? half_ms : 1);
}

/**
 * notify_ready() - the daemon does its work, from the start or after a reload
 */
void notify_ready(void)
{
	sd_notify(0, "READY=1");
}

/**
 * notify_reloading() - settings are being read again
 * @now_ns: CLOCK_MONOTONIC
 */
void notify_reloading(uint64_t now_ns)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, now_ns / NSEC_PER_USEC);
}

/**
 * notify_stopping() - the daemon ends
 */
void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

/**
 * notify_status() - how the daemon is, in a line
 * @format: as of printf(3)
 */
void notify_status(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sd_notifyf(0, "STATUS=%s", text);
}

/**
 * notify_stop() - no longer feed the watchdog
 * @notify: that was started
 */
void notify_stop(struct notify *notify)
{
	uv_timer_stop(&notify->timer);
	uv_close((uv_handle_t *)&notify->timer, NULL);
}
