/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the server share; nobody else includes this.
 */
#ifndef GOSSIPD_HTTP_INTERNAL_H
#define GOSSIPD_HTTP_INTERNAL_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "http.h"
#include "http_stream.h"

#define HTTP_STREAM_PATH "/thermal/stream"
#define HTTP_ADDR_TEXT 64

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
 * struct http_place - an address that is listened on
 * @addr: it
 * @name: as text, for people and for libwebsockets, which keeps it
 * @host: the same without the port
 * @waits: it is not there yet
 */
struct http_place {
	union config_addr addr;
	char name[HTTP_ADDR_TEXT];
	char host[HTTP_ADDR_TEXT];
	bool waits;
};

/**
 * struct http - the server
 * @context: libwebsockets', all of it
 * @settings: in force, without texts and addresses
 * @unix_path: of the Unix socket; NULL: there is none
 * @unix_host: what libwebsockets has of it
 * @unix_dev: of the socket that we made
 * @unix_ino: of it; 0: none was made
 * @places: addresses
 * @nr_places: how many
 * @retry_ns: when to look for those that are not there
 * @user: whose state it is
 * @counters: of clients
 * @streams: clients that listen to the stream
 * @timer: of the stream, in the end of what is closed
 */
struct http {
	struct lws_context *context;
	struct config_http settings;
	char *unix_path;
	struct lws_vhost *unix_host;
	dev_t unix_dev;
	ino_t unix_ino;
	struct http_place places[CONFIG_LISTEN_MAX];
	size_t nr_places;
	uint64_t retry_ns;
	struct http_user user;
	struct http_counters counters;
	struct http_client *streams;
	uv_timer_t timer;
};

/* http.c */
struct http *http_of(struct lws *wsi);
struct status_view http_view(struct http *http);
struct lws_context_creation_info http_creation(struct http *http);

/* http_bind.c */
int http_bind(struct http *http, const struct config_addrs *listen);
void http_bind_late(struct http *http);
void http_unbind(struct http *http);

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
