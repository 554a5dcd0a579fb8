/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state over HTTP: on a Unix socket and on addresses of the loopback, by libwebsockets on the
 * daemon's loop. Read-only; nobody is asked who he is, the socket's mode and the address decide.
 *
 *	GET /thermal/state, /thermal/neighbors, /thermal/zones, /thermal/price_multiplier	JSON
 *	GET /healthz, /readyz		JSON; the latter has status 503 with the reason if not ready
 *	GET /metrics			Prometheus, text format 0.0.4
 *	WebSocket /thermal/stream	states, now and then, and events as they happen
 */
#ifndef GOSSIPD_HTTP_H
#define GOSSIPD_HTTP_H

#include <uv.h>

#include "config.h"
#include "json_state.h"

/**
 * struct http_user - whose state it is
 * @ctx: given to each
 * @view: fill in the view of now
 * @unready: NULL if the daemon is ready, or why it is not
 */
struct http_user {
	void *ctx;
	void (*view)(void *ctx, struct status_view *view);
	const char *(*unready)(void *ctx);
};

/**
 * struct http_counters - what became of clients
 * @clients: there are now
 * @streams: of them, that listen to the stream
 * @requests: answered
 * @refused: clients that were too many
 * @dropped: messages of the stream that were dropped, since a client was too slow
 */
struct http_counters {
	unsigned int clients;
	unsigned int streams;
	uint64_t requests;
	uint64_t refused;
	uint64_t dropped;
};

struct http;

int http_open(struct http **out, uv_loop_t *loop, const struct config_http *settings,
	      const struct http_user *user);
void http_configure(struct http *http, const struct config_http *settings);
void http_event(struct http *http, const struct gossip_event *event);
void http_get_counters(const struct http *http, struct http_counters *counters);
void http_close(struct http *http);

#endif /* GOSSIPD_HTTP_H */
