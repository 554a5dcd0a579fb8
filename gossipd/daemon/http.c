// SPDX-License-Identifier: GPL-2.0
/*
 * The server: libwebsockets does the protocol, here is where it listens and what it calls.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "http_internal.h"
#include "log.h"

#define HEADER_BYTES_MAX 4096
/* WebSocket pings; RFC 6455 leaves the time open. */
#define PING_S 30
#define HANGUP_S 75
/* Who comes by the Unix socket was let in by its mode: others cannot take all there is. */
#define UNIX_CLIENTS 4
/* For all that is no client. */
#define OTHER_FILES 64

/**
 * http_of() - the server of a connection
 * @wsi: which
 *
 * Return: it.
 */
struct http *http_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/**
 * http_view() - what there is to show now
 * @http: the server
 *
 * Return: good until the loop runs again.
 */
struct status_view http_view(struct http *http)
{
	struct status_view view = { .version = "" };

	http->user.view(http->user.ctx, &view);
	return view;
}

/* How many there may be when one more comes. */
static unsigned int clients_max(const struct http *http, struct lws *listener)
{
	if (http->nr_places && http->unix_host && lws_get_vhost(listener) == http->unix_host)
		return http->settings.clients_max + UNIX_CLIENTS;
	return http->settings.clients_max;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len)
{
	struct http_client *client = user;
	struct http *http;

	(void)in;
	(void)len;
	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		http = http_of(wsi);
		if (http->counters.clients < clients_max(http, wsi))
			return 0;
		http->counters.refused++;
		return 1;
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		http_of(wsi)->counters.clients++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		/* Of what listens as well, but only in the end. */
		http = http_of(wsi);
		http->counters.clients -= http->counters.clients ? 1 : 0;
		return 0;
	case LWS_CALLBACK_HTTP:
		return http_request(wsi, client);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return http_put_body(wsi, client);
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (client && !client->wsi)
			http_forget_body(client);
		return 0;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return !http_may_listen(wsi);
	case LWS_CALLBACK_ESTABLISHED:
		return http_join(wsi, client);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return http_put_message(wsi, client);
	case LWS_CALLBACK_CLOSED:
		http_leave(wsi, client);
		return 0;
	default:
		/* What clients send on is among it: nobody has asked for it. */
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = callback, .per_session_data_size = sizeof(struct http_client),
	  .rx_buffer_size = 256 },
	{ .name = NULL },
};

static const lws_retry_bo_t idle = {
	.secs_since_valid_ping = PING_S,
	.secs_since_valid_hangup = HANGUP_S,
};

/**
 * http_creation() - what libwebsockets is told of the whole, and of each address
 * @http: the server
 *
 * Return: to be added to.
 */
struct lws_context_creation_info http_creation(struct http *http)
{
	unsigned int timeout_s = (http->settings.timeout_ms + 999) / 1000;

	return (struct lws_context_creation_info){
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.user = http,
		.max_http_header_data = HEADER_BYTES_MAX,
		.max_http_header_pool = (unsigned short)(http->settings.clients_max +
							 UNIX_CLIENTS),
		.timeout_secs = timeout_s,
		.timeout_secs_ah_idle = timeout_s,
		.keepalive_timeout = (int)timeout_s,
		.retry_and_idle_policy = &idle,
	};
}

static void forget(struct http *http)
{
	free(http->unix_path);
	free(http);
}

static void timer_closed(uv_handle_t *handle)
{
	forget(handle->data);
}

/*
 * libwebsockets closes its handles by the loop and tells us of each. When all are closed it wants
 * to be asked once more; if one is not it only says so. It clears our pointer in the end.
 */
static void wait_for_the_end(uv_timer_t *timer)
{
	struct http *http = timer->data;

	lws_context_destroy(http->context);
	if (!http->context)
		uv_close((uv_handle_t *)timer, timer_closed);
}

/* Out of descriptors, libwebsockets would try to accept the next one again and again. */
static void limit_clients(struct http *http)
{
	uint32_t max = http->settings.clients_max;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= max + UNIX_CLIENTS + OTHER_FILES)
		return;
	max = 1;
	if (files.rlim_cur > UNIX_CLIENTS + OTHER_FILES + max)
		max = (uint32_t)files.rlim_cur - UNIX_CLIENTS - OTHER_FILES;
	log_warning("%u clients of HTTP at once in place of %u: there are %llu descriptors", max,
		    http->settings.clients_max, (unsigned long long)files.rlim_cur);
	http->settings.clients_max = max;
}

static int start_library(struct http *http, uv_loop_t *loop, const char *unix_path)
{
	struct lws_context_creation_info info = http_creation(http);
	void *loops[] = { loop };

	if (unix_path) {
		http->unix_path = strdup(unix_path);
		if (!http->unix_path)
			return -ENOMEM;
	}
	lws_set_log_level(0, NULL);
	info.foreign_loops = loops;
	info.pcontext = &http->context;
	http->context = lws_create_context(&info);
	return http->context ? 0 : -EIO;
}

/**
 * http_open - begin to serve
 * @out: server, for http_close(); left alone unless 0 is returned
 * @loop: that serves it
 * @settings: addresses and limits; copied
 * @user: whose state it is; copied
 *
 * An address of another interface than the loopback that is not there yet is no failure: that is
 * tried again.
 *
 * Return: 0, -EADDRINUSE and others if an address cannot be had, -EIO if libwebsockets does not
 * start: its part for libuv may be missing; the log has it then.
 */
int http_open(struct http **out, uv_loop_t *loop, const struct config_http *settings,
	      const struct http_user *user)
{
	struct http *http = calloc(1, sizeof(*http));
	int ret;

	if (!http)
		return -ENOMEM;
	http->settings = *settings;
	http->settings.unix_path = NULL;
	http->user = *user;
	limit_clients(http);
	ret = start_library(http, loop, settings->unix_path);
	if (ret) {
		log_error("cannot serve HTTP: %s", ret == -EIO ? "libwebsockets does not start" :
								 strerror(-ret));
		forget(http);
		return ret;
	}
	uv_timer_init(loop, &http->timer);
	http->timer.data = http;
	ret = http_bind(http, &settings->listen);
	if (ret) {
		http_close(http);
		return ret;
	}
	uv_timer_start(&http->timer, http_tick, settings->stream_ms, settings->stream_ms);
	*out = http;
	return 0;
}

/**
 * http_configure - take over what can change while it runs
 * @http: server
 * @settings: of these, queue_max for new clients, and stream_ms
 */
void http_configure(struct http *http, const struct config_http *settings)
{
	http->settings.queue_max = settings->queue_max;
	if (settings->stream_ms == http->settings.stream_ms)
		return;
	http->settings.stream_ms = settings->stream_ms;
	uv_timer_start(&http->timer, http_tick, settings->stream_ms, settings->stream_ms);
}

/**
 * http_get_counters - what became of clients
 * @http: server
 * @counters: they go here
 */
void http_get_counters(const struct http *http, struct http_counters *counters)
{
	*counters = http->counters;
}

/**
 * http_close - end to serve
 * @http: server; may be NULL; not to be used any more, though its memory goes only when the loop
 *	has run until its handles are closed
 */
void http_close(struct http *http)
{
	if (!http)
		return;
	http_unbind(http);
	lws_context_destroy(http->context);
	uv_timer_start(&http->timer, wait_for_the_end, 1, 1);
}
