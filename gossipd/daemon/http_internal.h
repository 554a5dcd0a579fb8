/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the server share; nobody else includes this.
 */
#ifndef GOSSIPD_HTTP_INTERNAL_H
#define GOSSIPD_HTTP_INTERNAL_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <stddef.h>

#include "http.h"
#include "http_stream.h"

#define HTTP_STREAM_PATH "/thermal/stream"

/**
 * struct http_client - what libwebsockets keeps for us with each connection
 * @next: of those that listen to the stream
 * @wsi: of this one, if it listens to the stream
 * @body: of the answer, behind LWS_PRE bytes; NULL: there is none
 * @len: bytes of it
 * @sent: of those
 * @last: no other request is wanted of it
 * @queue: what waits, if it listens to the stream
 */
struct http_client {
	struct http_client *next;
	struct lws *wsi;
	unsigned char *body;
	size_t len;
	size_t sent;
	bool last;
	struct stream_queue queue;
};

/**
 * struct http - the server
 * @context: libwebsockets', all of it
 * @settings: in force
 * @user: whose state it is
 * @counters: of clients
 * @streams: clients that listen to the stream
 * @timer: of the stream, in the end of what is closed
 * @bound: the Unix socket is ours
 */
struct http {
	struct lws_context *context;
	struct config_http settings;
	struct http_user user;
	struct http_counters counters;
	struct http_client *streams;
	uv_timer_t timer;
	bool bound;
};

/* http.c */
struct http *http_of(struct lws *wsi);
struct status_view http_view(struct http *http);

/* http_answer.c: nonzero ends the connection */
int http_request(struct lws *wsi, struct http_client *client);
int http_put_body(struct lws *wsi, struct http_client *client);
void http_forget_body(struct http_client *client);

/* http_listener.c: nonzero ends the connection */
bool http_may_listen(struct lws *wsi);
int http_join(struct lws *wsi, struct http_client *client);
void http_leave(struct lws *wsi, struct http_client *client);
int http_put_message(struct lws *wsi, struct http_client *client);
void http_tick(uv_timer_t *timer);

#endif /* GOSSIPD_HTTP_INTERNAL_H */
