/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the service manager is told: that the daemon is ready, how it is, and, by the loop alone,
 * that the loop goes round. Without a service manager nothing happens.
 */
#ifndef GOSSIPD_NOTIFY_H
#define GOSSIPD_NOTIFY_H

#include <uv.h>

/**
 * struct notify - the service manager
 * @timer: of the watchdog
 */
struct notify {
	uv_timer_t timer;
};

void notify_start(struct notify *notify, uv_loop_t *loop);
void notify_ready(void);
void notify_reloading(uint64_t now_ns);
void notify_stopping(void);
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
void notify_stop(struct notify *notify);

#endif /* GOSSIPD_NOTIFY_H */
