// SPDX-License-Identifier: GPL-2.0
/*
 * The server: libwebsockets does the protocol, here is what is answered. One state is made for each
 * request; nothing a client sends gets any further than its path and its method.
 */
#include <errno.h>
#include <libwebsockets.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_keys.h"
#include "http.h"
#include "http_stream.h"
#include "metrics.h"

#define STREAM_PATH "/thermal/stream"
#define HEADER_BYTES_MAX 4096
#define PIECE_BYTES 16384
#define HOSTS_MAX (CONFIG_LISTEN_MAX + 1)
/* WebSocket pings; RFC 6455 leaves the time open. */
#define PING_S 30
#define HANGUP_S 75

/**
 * struct client - what libwebsockets keeps for us with each connection
 * @next: of those that listen to the stream
 * @wsi: of this one, if it listens to the stream
 * @body: of the answer, behind LWS_PRE bytes; NULL: there is none
 * @len: bytes of it
 * @sent: of those
 * @queue: what waits, if it listens to the stream
 */
struct client {
	struct client *next;
	struct lws *wsi;
	unsigned char *body;
	size_t len;
	size_t sent;
	struct stream_queue queue;
};

struct http {
	struct lws_context *context;
	struct config_http settings;
	struct http_user user;
	struct http_counters counters;
	struct client *streams;
	uv_timer_t timer;
	bool bound;
};

static struct http *http_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

static struct status_view view_of(struct http *http)
{
	struct status_view view = { .version = "" };

	http->user.view(http->user.ctx, &view);
	return view;
}

/* --- answers --- */

static char *ready_text(const struct status_view *view, struct http *http, unsigned int *status)
{
	const char *why = http->user.unready(http->user.ctx);

	(void)view;
	if (why)
		*status = HTTP_STATUS_SERVICE_UNAVAILABLE;
	return json_status(why ? "not ready" : "ok", why);
}

static const struct {
	const char *path;
	char *(*text)(const struct status_view *view);
} pages[] = {
	{ "/thermal/state", json_state },
	{ "/thermal/neighbors", json_neighbors },
	{ "/thermal/zones", json_zones },
	{ "/thermal/price_multiplier", json_price },
	{ "/metrics", metrics_text },
};

/* The answer to a path, and its status. */
static char *answer(struct http *http, const char *path, unsigned int *status)
{
	struct status_view view = view_of(http);
	size_t i;

	*status = HTTP_STATUS_OK;
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (!strcmp(pages[i].path, path))
			return pages[i].text(&view);
	}
	if (!strcmp(path, "/healthz"))
		return json_status("ok", NULL);
	if (!strcmp(path, "/readyz"))
		return ready_text(&view, http, status);
	if (!strcmp(path, STREAM_PATH)) {
		*status = 426;
		return json_status("error", "this is a WebSocket");
	}
	*status = HTTP_STATUS_NOT_FOUND;
	return json_status("error", "there is nothing of that name");
}

/* Headers of an answer whose body is ready. */
static int put_headers(struct lws *wsi, struct client *client, unsigned int status,
		       const char *type)
{
	unsigned char room[LWS_PRE + 1024], *start = room + LWS_PRE, *p = start;
	unsigned char *end = room + sizeof(room) - 1;
	const char *method = "GET, HEAD";

	if (lws_add_http_common_headers(wsi, status, type, client->len, &p, end))
		return 1;
	if (status == HTTP_STATUS_METHOD_NOT_ALLOWED &&
	    lws_add_http_header_by_name(wsi, (const unsigned char *)"allow:",
					(const unsigned char *)method, (int)strlen(method), &p,
					end))
		return 1;
	if (lws_add_http_header_by_name(wsi, (const unsigned char *)"cache-control:",
					(const unsigned char *)"no-store", 8, &p, end))
		return 1;
	return lws_finalize_write_http_header(wsi, start, &p, end);
}

static void forget_body(struct client *client)
{
	free(client->body);
	client->body = NULL;
	client->len = 0;
	client->sent = 0;
}

/* A request has come: nonzero ends the connection. */
static int request(struct lws *wsi, struct client *client)
{
	struct http *http = http_of(wsi);
	unsigned int status = HTTP_STATUS_METHOD_NOT_ALLOWED;
	const char *type = "application/json";
	bool head, may;
	char *uri = NULL, *text, path[64] = "";
	int len = 0, method = lws_http_get_uri_and_method(wsi, &uri, &len);

	head = method == LWSHUMETH_HEAD;
	may = head || method == LWSHUMETH_GET;
	if (uri && len > 0 && (size_t)len < sizeof(path))
		memcpy(path, uri, (size_t)len);
	text = may ? answer(http, path, &status) : json_status("error", "only GET and HEAD");
	if (status == HTTP_STATUS_OK && !strcmp(path, "/metrics"))
		type = "text/plain; version=0.0.4; charset=utf-8";
	http->counters.requests++;
	forget_body(client);
	if (!text)
		return 1;
	client->len = strlen(text);
	client->body = malloc(LWS_PRE + client->len);
	if (client->body)
		memcpy(client->body + LWS_PRE, text, client->len);
	free(text);
	if (!client->body || put_headers(wsi, client, status, type))
		return 1;
	/* What comes behind a request that may not be is not read. */
	if (!may)
		lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT,
				(int)(http->settings.timeout_ms / 1000));
	if (head) {
		forget_body(client);
		return lws_http_transaction_completed(wsi);
	}
	lws_callback_on_writable(wsi);
	return 0;
}

static int put_body(struct lws *wsi, struct client *client)
{
	size_t left = client->len - client->sent;
	size_t piece = left < PIECE_BYTES ? left : PIECE_BYTES;
	bool last = piece == left;

	if (!client->body)
		return 0;
	/* It uses the bytes in front: those have been sent. */
	if (lws_write(wsi, client->body + LWS_PRE + client->sent, piece,
		      last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < (int)piece)
		return 1;
	client->sent += piece;
	if (!last) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	forget_body(client);
	return lws_http_transaction_completed(wsi);
}

/* --- the stream --- */

static void push(struct http *http, struct client *client, struct stream_message *message)
{
	http->counters.dropped += stream_push(&client->queue, message);
	lws_callback_on_writable(client->wsi);
}

/* Takes over @text. */
static void broadcast(struct http *http, char *text)
{
	struct stream_message *message = text ? stream_message(text) : NULL;
	struct client *client;

	free(text);
	if (!message)
		return;
	for (client = http->streams; client; client = client->next)
		push(http, client, message);
	stream_release(message);
}

static void tick(uv_timer_t *timer)
{
	struct http *http = timer->data;
	struct status_view view;

	if (!http->streams)
		return;
	view = view_of(http);
	broadcast(http, json_state(&view));
}

static int join(struct lws *wsi, struct client *client)
{
	struct http *http = http_of(wsi);
	struct status_view view = view_of(http);
	struct stream_message *message;
	char *text;

	*client = (struct client){ .wsi = wsi };
	if (stream_init(&client->queue, http->settings.queue_max))
		return 1;
	client->next = http->streams;
	http->streams = client;
	http->counters.streams++;
	/* The first one at once. */
	text = json_state(&view);
	message = text ? stream_message(text) : NULL;
	free(text);
	if (message)
		push(http, client, message);
	stream_release(message);
	return 0;
}

static void leave(struct lws *wsi, struct client *client)
{
	struct http *http = http_of(wsi);
	struct client **at;

	for (at = &http->streams; *at; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			http->counters.streams--;
			stream_clear(&client->queue);
			return;
		}
	}
}

/* The next message; before it, if some were dropped, how many. */
static int put_message(struct lws *wsi, struct client *client)
{
	struct stream_message *message;
	char text[80];
	int sent;

	if (client->queue.dropped) {
		snprintf(text, sizeof(text), "{\"schema\":%d,\"event\":\"dropped\",\"value\":%llu}",
			 STATUS_SCHEMA, (unsigned long long)client->queue.dropped);
		message = stream_message(text);
		client->queue.dropped = 0;
	} else {
		message = stream_pop(&client->queue);
	}
	if (!message)
		return 0;
	sent = lws_write(wsi, message->bytes + LWS_PRE, message->len, LWS_WRITE_TEXT);
	if (client->queue.nr)
		lws_callback_on_writable(wsi);
	sent = sent < (int)message->len;
	stream_release(message);
	return sent;
}

/* Only that path, and no page of another site that a browser here shows. */
static bool may_upgrade(struct lws *wsi)
{
	char origin[128] = "", host[128] = "", *uri = NULL;
	const char *site;
	int len = 0;

	if (lws_http_get_uri_and_method(wsi, &uri, &len) != LWSHUMETH_GET ||
	    (size_t)len != strlen(STREAM_PATH) || memcmp(uri, STREAM_PATH, strlen(STREAM_PATH)))
		return false;
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN))
		return true;
	if (lws_hdr_copy(wsi, origin, sizeof(origin), WSI_TOKEN_ORIGIN) < 0 ||
	    lws_hdr_copy(wsi, host, sizeof(host), WSI_TOKEN_HOST) < 0)
		return false;
	site = strstr(origin, "://");
	return site && !strcmp(site + 3, host);
}

/* --- libwebsockets --- */

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len)
{
	struct client *client = user;
	struct http *http;

	(void)in;
	(void)len;
	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		http = http_of(wsi);
		if (http->counters.clients < http->settings.clients_max)
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
		return request(wsi, client);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return put_body(wsi, client);
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (client && !client->wsi)
			forget_body(client);
		return 0;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return !may_upgrade(wsi);
	case LWS_CALLBACK_ESTABLISHED:
		return join(wsi, client);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return put_message(wsi, client);
	case LWS_CALLBACK_CLOSED:
		leave(wsi, client);
		return 0;
	default:
		/* What clients send on is among it: nobody has asked for it. */
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ .name = "http", .callback = callback, .per_session_data_size = sizeof(struct client),
	  .rx_buffer_size = 256 },
	{ .name = NULL },
};

static const lws_retry_bo_t idle = {
	.secs_since_valid_ping = PING_S,
	.secs_since_valid_hangup = HANGUP_S,
};

static struct lws_context_creation_info creation(struct http *http)
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
		.max_http_header_pool = (unsigned short)http->settings.clients_max,
		.timeout_secs = timeout_s,
		.timeout_secs_ah_idle = timeout_s,
		.keepalive_timeout = (int)timeout_s,
		.retry_and_idle_policy = &idle,
	};
}

/* What a crash has left there would be in the way; what is no socket is not ours. */
static int open_unix(struct http *http)
{
	struct lws_context_creation_info info = creation(http);
	struct stat st;

	if (!lstat(http->settings.unix_path, &st)) {
		if (!S_ISSOCK(st.st_mode))
			return -EEXIST;
		unlink(http->settings.unix_path);
	}
	info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
	info.iface = http->settings.unix_path;
	info.vhost_name = "unix";
	info.port = 0;
	if (!lws_create_vhost(http->context, &info))
		return -EADDRNOTAVAIL;
	http->bound = true;
	return chmod(http->settings.unix_path, 0660) ? -errno : 0;
}

static int open_addr(struct http *http, const union config_addr *addr)
{
	struct lws_context_creation_info info = creation(http);
	union config_addr host = *addr;
	char name[64], iface[64];

	config_format_addr(addr, name, sizeof(name));
	host.in.sin_port = 0;
	config_format_addr(&host, iface, sizeof(iface));
	info.iface = iface;
	info.vhost_name = name;
	info.port = ntohs(addr->in.sin_port);
	if (addr->sa.sa_family == AF_INET)
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	else
		info.options |= LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY |
				LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE;
	/* Or it would try again and again, and say it is well. */
	info.options |= LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
	return lws_create_vhost(http->context, &info) ? 0 : -EADDRINUSE;
}

static void timer_closed(uv_handle_t *handle)
{
	free(handle->data);
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

/**
 * http_open - begin to serve
 * @out: server, for http_close(); left alone unless 0 is returned
 * @loop: that serves it
 * @settings: addresses and limits; copied, but texts must stay
 * @user: whose state it is; copied
 *
 * Return: 0, -EADDRINUSE and others if an address cannot be had, -EIO if libwebsockets does not
 * start: its part for libuv may be missing
 */
int http_open(struct http **out, uv_loop_t *loop, const struct config_http *settings,
	      const struct http_user *user)
{
	struct http *http = calloc(1, sizeof(*http));
	struct lws_context_creation_info info;
	void *loops[] = { loop };
	int ret = 0;
	size_t i;

	if (!http)
		return -ENOMEM;
	lws_set_log_level(0, NULL);
	http->settings = *settings;
	http->user = *user;
	info = creation(http);
	info.foreign_loops = loops;
	info.pcontext = &http->context;
	http->context = lws_create_context(&info);
	if (!http->context) {
		free(http);
		return -EIO;
	}
	uv_timer_init(loop, &http->timer);
	http->timer.data = http;
	if (settings->unix_path)
		ret = open_unix(http);
	for (i = 0; !ret && i < settings->listen.nr; i++)
		ret = open_addr(http, &settings->listen.addr[i]);
	if (ret) {
		http_close(http);
		return ret;
	}
	uv_timer_start(&http->timer, tick, settings->stream_ms, settings->stream_ms);
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
	uv_timer_start(&http->timer, tick, settings->stream_ms, settings->stream_ms);
}

/**
 * http_event - tell those who listen to the stream that something happened
 * @http: server; may be NULL
 * @event: what
 */
void http_event(struct http *http, const struct gossip_event *event)
{
	struct status_view view;

	if (!http || !http->streams)
		return;
	view = view_of(http);
	broadcast(http, json_event(&view, event));
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
	lws_context_destroy(http->context);
	if (http->bound)
		unlink(http->settings.unix_path);
	uv_timer_start(&http->timer, wait_for_the_end, 1, 1);
}
