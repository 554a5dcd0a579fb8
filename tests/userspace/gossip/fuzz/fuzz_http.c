// SPDX-License-Identifier: GPL-2.0
/*
 * A request as libwebsockets hands it over: whatever its path, its method and its headers are,
 * there is one answer, with the length that it says, and a page of another site gets no stream.
 * Here libwebsockets is this file. An input: method, and lengths and bytes of path, Connection,
 * Origin and Host.
 */
#include "fuzz.h"
#include "http_internal.h"

#define TEXTS 4
#define TEXT_MAX 300

enum text { URI, CONNECTION, ORIGIN, HOST };

static struct {
	int method;
	char text[TEXTS][TEXT_MAX];
	size_t len[TEXTS];
	struct http http;
	size_t declared;
	size_t written;
	unsigned int status;
	bool says_close;
	bool completed;
	bool killed;
	bool wants_write;
	bool partial;
} now;

static struct gossip *core;

/* --- libwebsockets, as far as it is called --- */

/*
 * In the library's place: the types are its own, the names are ours.
 * NOLINTBEGIN(readability-non-const-parameter,readability-inconsistent-declaration-parameter-name)
 */
struct lws_context *lws_get_context(const struct lws *wsi)
{
	return (struct lws_context *)wsi;
}

void *lws_context_user(struct lws_context *context)
{
	(void)context;
	return &now.http;
}

int lws_http_get_uri_and_method(struct lws *wsi, char **uri, int *len)
{
	(void)wsi;
	*uri = now.text[URI];
	*len = (int)now.len[URI];
	return now.method;
}

static int text_of(enum lws_token_indexes header)
{
	return header == WSI_TOKEN_CONNECTION ? CONNECTION : header == WSI_TOKEN_ORIGIN ? ORIGIN :
	       HOST;
}

int lws_hdr_total_length(struct lws *wsi, enum lws_token_indexes header)
{
	(void)wsi;
	return (int)now.len[text_of(header)];
}

int lws_hdr_copy(struct lws *wsi, char *to, int room, enum lws_token_indexes header)
{
	int which = text_of(header);

	(void)wsi;
	if (now.len[which] >= (size_t)room)
		return -1;
	memcpy(to, now.text[which], now.len[which]);
	to[now.len[which]] = '\0';
	return (int)now.len[which];
}

int lws_add_http_common_headers(struct lws *wsi, unsigned int status, const char *type,
				lws_filepos_t len, unsigned char **p, unsigned char *end)
{
	(void)wsi;
	must(type && *p < end);
	now.status = status;
	now.declared = len;
	return 0;
}

int lws_add_http_header_by_name(struct lws *wsi, const unsigned char *name,
				const unsigned char *value, int len, unsigned char **p,
				unsigned char *end)
{
	(void)wsi;
	must(*p < end && len == (int)strlen((const char *)value));
	now.says_close |= !strcmp((const char *)name, "connection:");
	return 0;
}

int lws_finalize_write_http_header(struct lws *wsi, unsigned char *start, unsigned char **p,
				   unsigned char *end)
{
	(void)wsi;
	must(*p >= start && *p < end);
	return 0;
}

int lws_write(struct lws *wsi, unsigned char *bytes, size_t len, enum lws_write_protocol how)
{
	(void)wsi;
	(void)how;
	must(len && bytes[0] && bytes[len - 1]);
	now.written += len;
	return (int)len;
}

/* Now and then the kernel has no room. */
int lws_partial_buffered(struct lws *wsi)
{
	(void)wsi;
	now.partial = !now.partial && now.len[HOST] % 2;
	return now.partial;
}

int lws_callback_on_writable(struct lws *wsi)
{
	(void)wsi;
	now.wants_write = true;
	return 0;
}

int lws_http_transaction_completed(struct lws *wsi)
{
	(void)wsi;
	must(!now.completed && !now.partial);
	now.completed = true;
	return 0;
}

void lws_set_timeout(struct lws *wsi, enum pending_timeout reason, int secs)
{
	(void)wsi;
	(void)reason;
	must(secs == LWS_TO_KILL_ASYNC && !now.partial);
	now.killed = true;
}
/* NOLINTEND(readability-non-const-parameter,readability-inconsistent-declaration-parameter-name) */

/* --- the server's rest --- */

struct http *http_of(struct lws *wsi)
{
	(void)wsi;
	return &now.http;
}

/* All of its addresses are there from the start. */
void http_bind_late(struct http *http)
{
	(void)http;
}

struct status_view http_view(struct http *http)
{
	(void)http;
	return (struct status_view){ .core = core, .version = "1", .now_ns = 2, .started_ns = 1 };
}

static const char *unready(void *ctx)
{
	(void)ctx;
	return NULL;
}

static uint64_t no_dice(void *ctx)
{
	(void)ctx;
	return 1;
}

static void no_persist(void *ctx, uint64_t incarnation)
{
	(void)ctx;
	(void)incarnation;
}

static void no_sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	memset(signature, 0, sizeof(*signature));
}

static void make_core(void)
{
	static const struct gossip_crypto crypto = { .sign = no_sign };
	static const struct gossip_env env = {
		.random = no_dice, .persist = no_persist, .crypto = &crypto,
	};
	struct gossip_config config;

	gossip_defaults(&config);
	config.self.byte[0] = 1;
	config.public_key.byte[0] = 1;
	config.incarnation = 1;
	config.keys.present[SEAL_CURRENT] = true;
	core = gossip_create(&config, &env, 1);
	must(core);
}

static void take_input(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	size_t i;

	memset(&now, 0, sizeof(now));
	now.http.user.unready = unready;
	now.method = fuzz_byte(&in) % 12;
	for (i = 0; i < TEXTS; i++) {
		size_t want = fuzz_byte(&in);

		now.len[i] = want < in.left ? want : in.left;
		fuzz_bytes(&in, now.text[i], now.len[i]);
	}
}

static void check_answer(int ended)
{
	bool head = now.method == LWSHUMETH_HEAD, get = now.method == LWSHUMETH_GET;

	must(now.http.counters.requests == 1);
	must(now.status == 200 || now.status == 404 || now.status == 405 || now.status == 426);
	must((now.status == 405) == (!head && !get));
	must(now.declared > 0 && now.written == (head ? 0 : now.declared));
	must(now.completed != now.killed && ended == now.killed);
	/* Who is told that it is the last answer gets no other. */
	must(now.says_close == now.killed);
	must(now.status != 405 || now.killed);
}

static void check_listener(struct lws *wsi)
{
	bool may = http_may_listen(wsi);
	size_t origin = now.len[ORIGIN], host = now.len[HOST];

	if (!may)
		return;
	must(now.method == LWSHUMETH_GET && now.len[URI] == strlen(HTTP_STREAM_PATH));
	must(!memcmp(now.text[URI], HTTP_STREAM_PATH, strlen(HTTP_STREAM_PATH)));
	/* A zero in it ends both. */
	if (origin && !memchr(now.text[ORIGIN], 0, origin) && !memchr(now.text[HOST], 0, host))
		must(origin >= host + 3 &&
		     !memcmp(now.text[ORIGIN] + origin - host, now.text[HOST], host));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lws *wsi = (struct lws *)&now;
	struct http_client client = { 0 };
	int ended, rounds = 0;

	if (!core)
		make_core();
	take_input(data, len);
	ended = http_request(wsi, &client);
	while (!ended && now.wants_write) {
		now.wants_write = false;
		ended = http_put_body(wsi, &client);
		must(++rounds < 1000);
	}
	check_answer(ended);
	must(!client.body);
	check_listener(wsi);
	return 0;
}
