// SPDX-License-Identifier: GPL-2.0
/*
 * Requests and their answers. One state is made for each; nothing a client sends gets any further
 * than its path, its method, and whether it comes again.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_internal.h"
#include "metrics.h"

#define PIECE_BYTES 16384

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
	struct status_view view = http_view(http);
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
	if (!strcmp(path, HTTP_STREAM_PATH)) {
		*status = 426;
		return json_status("error", "this is a WebSocket");
	}
	*status = HTTP_STATUS_NOT_FOUND;
	return json_status("error", "there is nothing of that name");
}

/* Whether "close" is among what the client says of the connection. */
static bool wants_close(struct lws *wsi)
{
	char text[128] = "", *rest = text, *word;

	if (lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_CONNECTION) < 0)
		return lws_hdr_total_length(wsi, WSI_TOKEN_CONNECTION) > 0;
	while ((word = strsep(&rest, ", \t"))) {
		if (!strcasecmp(word, "close"))
			return true;
	}
	return false;
}

/* Headers of an answer whose body is ready. */
static int put_headers(struct lws *wsi, struct http_client *client, unsigned int status,
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
	if (client->last &&
	    lws_add_http_header_by_name(wsi, (const unsigned char *)"connection:",
					(const unsigned char *)"close", 5, &p, end))
		return 1;
	if (lws_add_http_header_by_name(wsi, (const unsigned char *)"cache-control:",
					(const unsigned char *)"no-store", 8, &p, end))
		return 1;
	return lws_finalize_write_http_header(wsi, start, &p, end);
}

/**
 * http_forget_body() - the answer is done with
 * @client: whose
 */
void http_forget_body(struct http_client *client)
{
	free(client->body);
	client->body = NULL;
	client->len = 0;
	client->sent = 0;
}

/*
 * The end of an answer, all of which the kernel has by now. libwebsockets does not always end a
 * connection when a callback asks for that, but waits for its time to be over, and of what the
 * client says of the connection it understands one word alone: it is told in a way that it does not
 * forget.
 */
static int completed(struct lws *wsi, const struct http_client *client)
{
	if (!client->last && !lws_http_transaction_completed(wsi))
		return 0;
	lws_set_timeout(wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
	return 1;
}

/**
 * http_request() - answer a request that has come
 * @wsi: by which
 * @client: of whom
 *
 * Return: nonzero to end the connection.
 */
int http_request(struct lws *wsi, struct http_client *client)
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
	/* What comes behind a request that may not be is not read. */
	client->last = !may || wants_close(wsi);
	http_forget_body(client);
	if (!text)
		return 1;
	client->len = strlen(text);
	client->body = malloc(LWS_PRE + client->len);
	if (client->body)
		memcpy(client->body + LWS_PRE, text, client->len);
	free(text);
	if (!client->body || put_headers(wsi, client, status, type))
		return 1;
	if (head) {
		http_forget_body(client);
		return completed(wsi, client);
	}
	/* Not later: libwebsockets ends a connection on which the next request comes meanwhile. */
	return http_put_body(wsi, client);
}

/**
 * http_put_body() - the next piece of the answer
 * @wsi: by which
 * @client: to whom
 *
 * Return: nonzero to end the connection.
 */
int http_put_body(struct lws *wsi, struct http_client *client)
{
	size_t left = client->len - client->sent;
	size_t piece = left < PIECE_BYTES ? left : PIECE_BYTES;

	if (!client->body)
		return 0;
	/* It uses the bytes in front: those have been sent. */
	if (left && lws_write(wsi, client->body + LWS_PRE + client->sent, piece,
			      piece == left ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < (int)piece)
		return 1;
	client->sent += piece;
	/* At once if the kernel has it all: who has read it may ask again before anything else. */
	if (piece < left || lws_partial_buffered(wsi)) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	http_forget_body(client);
	return completed(wsi, client);
}
