// SPDX-License-Identifier: GPL-2.0
/*
 * Those who listen to the stream.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_internal.h"

static void push(struct http *http, struct http_client *client, struct stream_message *message)
{
	http->counters.dropped += stream_push(&client->queue, message);
	lws_callback_on_writable(client->wsi);
}

/* Takes over @text. */
static void broadcast(struct http *http, char *text)
{
	struct stream_message *message = text ? stream_message(text) : NULL;
	struct http_client *client;

	free(text);
	if (!message)
		return;
	for (client = http->streams; client; client = client->next)
		push(http, client, message);
	stream_release(message);
}

/**
 * http_tick() - what the listeners get when nothing special happens
 * @timer: of the server
 */
void http_tick(uv_timer_t *timer)
{
	struct http *http = timer->data;
	struct status_view view;

	http_bind_late(http);
	if (!http->streams)
		return;
	view = http_view(http);
	broadcast(http, json_state(&view));
}

/**
 * http_join() - one more listens
 * @wsi: by which
 * @client: who
 *
 * Return: nonzero to end the connection.
 */
int http_join(struct lws *wsi, struct http_client *client)
{
	struct http *http = http_of(wsi);
	struct status_view view = http_view(http);
	struct stream_message *message;
	char *text;

	*client = (struct http_client){ .wsi = wsi };
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

/**
 * http_leave() - one fewer listens
 * @wsi: by which
 * @client: who
 */
void http_leave(struct lws *wsi, struct http_client *client)
{
	struct http *http = http_of(wsi);
	struct http_client **at;

	for (at = &http->streams; *at; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			http->counters.streams--;
			stream_clear(&client->queue);
			return;
		}
	}
}

/**
 * http_put_message() - the next message; before it, if some were dropped, how many
 * @wsi: by which
 * @client: to whom
 *
 * Return: nonzero to end the connection.
 */
int http_put_message(struct lws *wsi, struct http_client *client)
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

/**
 * http_may_listen() - whether a request for a WebSocket may be
 * @wsi: by which
 *
 * Return: only that path, and no page of another site that a browser here shows.
 */
bool http_may_listen(struct lws *wsi)
{
	char origin[128] = "", host[128] = "", *uri = NULL;
	const char *site;
	int len = 0;

	if (lws_http_get_uri_and_method(wsi, &uri, &len) != LWSHUMETH_GET ||
	    (size_t)len != strlen(HTTP_STREAM_PATH) ||
	    memcmp(uri, HTTP_STREAM_PATH, strlen(HTTP_STREAM_PATH)))
		return false;
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN))
		return true;
	if (lws_hdr_copy(wsi, origin, sizeof(origin), WSI_TOKEN_ORIGIN) < 0 ||
	    lws_hdr_copy(wsi, host, sizeof(host), WSI_TOKEN_HOST) < 0)
		return false;
	site = strstr(origin, "://");
	return site && !strcmp(site + 3, host);
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
	view = http_view(http);
	broadcast(http, json_event(&view, event));
}
