// SPDX-License-Identifier: GPL-2.0
/*
 * The server in this process, on a Unix socket, asked in raw bytes by a thread; the text of the
 * metrics and of the JSON by readers that are strict; the queue of the stream.
 */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "config_keys.h"
#include "harness.h"
#include "http.h"
#include "http_stream.h"
#include "metrics.h"

#define ANSWER_MAX 65536

/* --- a core to look at --- */

static uint64_t env_random(void *ctx)
{
	(void)ctx;
	return test_random();
}

static void env_send(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
		     size_t len)
{
	(void)ctx;
	(void)route;
	(void)bytes;
	(void)len;
}

static void env_price(void *ctx, const struct control_output *price)
{
	(void)ctx;
	(void)price;
}

static void env_persist(void *ctx, uint64_t incarnation)
{
	(void)ctx;
	(void)incarnation;
}

static void no_seal(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
		    const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
		    uint8_t *bytes, size_t len)
{
	(void)ctx;
	(void)key;
	(void)nonce;
	(void)ad;
	(void)ad_len;
	memset(bytes + len, 0, GW_TAG_BYTES);
}

static void no_sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	memset(signature, 0, sizeof(*signature));
}

static const struct gossip_crypto crypto = { .seal = no_seal, .sign = no_sign };
static const struct gossip_env env = {
	.random = env_random, .send = env_send, .price = env_price, .persist = env_persist,
	.crypto = &crypto,
};

#define SECOND 1000000000ULL
#define START (100 * SECOND)

static struct gossip *make_core(void)
{
	struct gossip_config config;
	struct gossip_sample sample = {
		.temp_c = 71.5, .limit_c = 90, .quantum_c = 1, .age_s = 0.25, .inlet_c = NAN,
		.power_w = 250, .power_max_w = 400, .fan = 0.5, .gpu_margin_c = NAN,
	};
	struct gossip *core;

	gossip_defaults(&config);
	memset(config.self.byte, 0x11, sizeof(config.self.byte));
	config.public_key.byte[0] = 1;
	config.zone = 3;
	config.incarnation = 7;
	config.keys.present[SEAL_CURRENT] = true;
	core = gossip_create(&config, &env, START);
	CHECK(core, "no core");
	gossip_sample(core, START + SECOND, &sample);
	gossip_step(core, START + SECOND);
	return core;
}

static void one_sensor(void *ctx, size_t index, struct status_sensor *out)
{
	static char name[64];

	(void)ctx;
	/* As the daemon's: good until the next one is asked for. */
	snprintf(name, sizeof(name), "%s", index ? "a \"quoted\\\" one\n" : "hwmon/coretemp/temp1");
	*out = (struct status_sensor){
		.name = name, .source = index ? "file" : "hwmon", .up = !index,
		.kind = index ? "power" : "temperature", .value = index ? NAN : 71.5,
		.age_s = index ? INFINITY : 0.5,
	};
}

static const struct histogram rtt = { .count = { [3] = 2, [HISTOGRAM_BOUNDS] = 1 }, .sum_s = 1.5 };

static struct status_view make_view(const struct gossip *core)
{
	static const char *const names[] = { "received", "mtu" };
	static const uint64_t values[] = { 7, 1 };
	struct status_view view = {
		.core = core, .zone = 3, .version = "1.2.3", .now_ns = START + 3 * SECOND,
		.started_ns = START, .nr_sensors = 2, .sensor = one_sensor, .feed_updates = 5,
		.feed_on = true, .probe_rtt = &rtt, .udp = { names, values, 2 },
		.key_present = { [SEAL_CURRENT] = true }, .key_id = { 9, 17, 4 },
		.stream_dropped = 3,
	};

	memset(view.self.byte, 0x11, sizeof(view.self.byte));
	return view;
}

/* --- JSON --- */

/* Takes over @text. */
static json_t *load(char *text)
{
	json_error_t error;
	json_t *root = text ? json_loads(text, JSON_REJECT_DUPLICATES, &error) : NULL;

	CHECK(root, "%s: %s", text ? error.text : "none", text ? text : "");
	CHECK_EQ(json_integer_value(json_object_get(root, "schema")), STATUS_SCHEMA);
	free(text);
	return root;
}

static const json_t *at(const json_t *root, const char *a, const char *b)
{
	return json_object_get(json_object_get(root, a), b);
}

static void test_json_has_values_with_their_age(void)
{
	struct gossip *core = make_core();
	struct status_view view = make_view(core);
	json_t *root = load(json_state(&view));
	const json_t *temp = at(root, "measured", "temperature_c");
	const json_t *inlet = at(root, "measured", "inlet_c");

	CHECK(json_number_value(json_object_get(temp, "value")) == 71.5, "no temperature");
	/* 0.25 s old when it came, 2 s ago. */
	CHECK(fabs(json_number_value(json_object_get(temp, "age_s")) - 2.25) < 0.000001, "age");
	CHECK(json_is_null(json_object_get(inlet, "value")), "made up");
	CHECK(json_number_value(at(root, "price", "multiplier")) >= 1, "no price");
	CHECK_EQ(json_object_size(at(root, "price", "causes")), CONTROL_CAUSES);
	CHECK(!strcmp(json_string_value(json_object_get(root, "node")),
		      "11111111-1111-1111-1111-111111111111"), "no name");
	CHECK_EQ(json_array_size(json_object_get(root, "sensors")), 2);
	CHECK_EQ(json_integer_value(json_object_get(root, "incarnation")), 7);
	json_decref(root);
	gossip_destroy(core);
}

static void test_json_of_all_documents_is_json(void)
{
	struct gossip_event event = { .kind = GOSSIP_EV_MEMBER, .state = GOSSIP_DEAD, .on = true,
				      .value = NAN };
	struct gossip *core = make_core();
	struct status_view view = make_view(core);
	json_t *root = load(json_price(&view));

	CHECK(json_number_value(json_object_get(root, "local")) >= 1, "no price");
	CHECK(json_is_true(json_object_get(root, "feed")), "no feed");
	json_decref(root);
	root = load(json_neighbors(&view));
	CHECK_EQ(json_array_size(json_object_get(root, "neighbors")), gossip_nr_members(core));
	json_decref(root);
	root = load(json_zones(&view));
	CHECK_EQ(json_array_size(json_object_get(root, "zones")), gossip_nr_zones(core));
	json_decref(root);
	root = load(json_event(&view, &event));
	CHECK(!strcmp(json_string_value(json_object_get(root, "event")), "member"), "kind");
	CHECK(!strcmp(json_string_value(json_object_get(root, "state")), "dead"), "state");
	CHECK(json_is_null(json_object_get(root, "value")), "NAN is no number");
	CHECK(json_is_null(json_object_get(root, "subject")), "nobody has no name");
	json_decref(root);
	json_decref(load(json_status("ok", NULL)));
	gossip_destroy(core);
}

/* --- metrics --- */

/* The length of the name in a line name{label="value"} number, 0 if it is no such line. */
static size_t metric_line(const char *line)
{
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_0123456789");
	const char *p = line + name;
	char *end;

	if (!name || isdigit((unsigned char)*line))
		return 0;
	if (*p == '{') {
		p += 1 + strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_");
		if (strncmp(p, "=\"", 2))
			return 0;
		for (p += 2; *p && *p != '"'; p++) {
			if (*p != '\\')
				continue;
			p++;
			if (!strchr("\\\"n", *p))
				return 0;
		}
		if (strncmp(p, "\"}", 2))
			return 0;
		p += 2;
	}
	if (*p++ != ' ')
		return 0;
	strtod(p, &end);
	return end > p && !*end ? name : 0;
}

/* Whether a line is of a histogram's family: name_bucket, name_sum or name_count. */
static bool part_of(const char *line, size_t len, const char *name)
{
	const char *const parts[] = { "_bucket", "_sum", "_count" };
	size_t i, head = strlen(name);

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (len == head + strlen(parts[i]) &&
		    !strncmp(line + head, parts[i], strlen(parts[i])))
			return true;
	}
	return false;
}

static void test_metrics_keep_to_the_text_format(void)
{
	struct gossip *core = make_core();
	struct status_view view = make_view(core);
	char *text = metrics_text(&view), *line, *rest = text;
	char seen[128][64], name[64] = "", type[16] = "", last[128] = "";
	size_t families = 0, samples = 0, i;

	CHECK(text && text[strlen(text) - 1] == '\n', "the last line does not end");
	CHECK(strstr(text, "\ngossipd_node_temperature_celsius 71.5\n"), "no temperature");
	CHECK(strstr(text, "\ngossipd_thermal_margin_celsius 18.5\n"), "no margin");
	CHECK(strstr(text, "\ngossipd_build_info{version=\"1.2.3\"} 1\n"), "no version");
	CHECK(strstr(text, "sensor=\"a \\\"quoted\\\\\\\" one\\n\"} +Inf\n"), "not quoted");
	CHECK(!strstr(text, "nan"), "what is not known");
	CHECK(strstr(text, "\ngossipd_drops_total{reason=\"mac\"} 0\n"), "no drops");
	CHECK(strstr(text, "\ngossipd_netlink_updates_total 5\n"), "no feed");
	CHECK(strstr(text, "\ngossipd_temperature_celsius{sensor=\"hwmon/coretemp/temp1\"} 71.5\n"),
	      "not the first sensor's name");
	CHECK(strstr(text, "\ngossipd_up{source=\"hwmon\"} 1\ngossipd_up{source=\"file\"} 0\n"),
	      "no sources");
	CHECK(strstr(text, "\ngossipd_key_id{slot=\"current\"} 17\n"), "no key");
	CHECK(!strstr(text, "slot=\"previous\"") && !strstr(text, "slot=\"next\""), "keys made up");
	CHECK(strstr(text, "\ngossipd_udp_datagrams_total{result=\"mtu\"} 1\n"), "no datagrams");
	CHECK(strstr(text, "\ngossipd_stream_dropped_total 3\n"), "no stream");
	CHECK(strstr(text, "\ngossipd_probe_rtt_seconds_bucket{le=\"0.0005\"} 0\n"
		     "gossipd_probe_rtt_seconds_bucket{le=\"0.001\"} 2\n"), "no buckets");
	CHECK(strstr(text, "\ngossipd_probe_rtt_seconds_bucket{le=\"0.5\"} 2\n"
		     "gossipd_probe_rtt_seconds_bucket{le=\"+Inf\"} 3\n"
		     "gossipd_probe_rtt_seconds_sum 1.5\ngossipd_probe_rtt_seconds_count 3\n"),
	      "buckets do not add up");
	CHECK(strstr(text, "\ngossipd_crisis_latency_seconds_count 0\n"), "nothing is not 0");
	while ((line = strsep(&rest, "\n")) && *line) {
		size_t len;

		if (!strncmp(line, "# HELP ", 7))
			continue;
		if (*line == '#') {
			int got = sscanf(line, "# TYPE %63s %15s", name, type);

			CHECK_EQ(got, 2);
			for (i = 0; i < families; i++)
				CHECK(strcmp(seen[i], name), "%s twice", name);
			CHECK(families < 128, "too many");
			memcpy(seen[families++], name, sizeof(name));
			CHECK(!strncmp(name, "gossipd_", 8), "%s", name);
			len = strlen(name);
			CHECK_EQ(!strcmp(type, "counter"), len > 6 &&
				 !strcmp(name + len - 6, "_total"));
			continue;
		}
		len = metric_line(line);
		CHECK(len, "'%s' is no sample", line);
		CHECK(!strncmp(line, name, strlen(name)), "%s in %s", line, name);
		CHECK(len == strlen(name) ||
		      (!strcmp(type, "histogram") && part_of(line, len, name)), "%s in %s", line,
		      name);
		CHECK(!*last || strncmp(line, last, strlen(last)), "%s twice", line);
		snprintf(last, sizeof(last), "%.*s", (int)(strrchr(line, ' ') - line + 1), line);
		samples++;
	}
	CHECK(families > 40 && samples > 60, "%zu families, %zu samples", families, samples);
	free(text);
	gossip_destroy(core);
}

/* --- the queue --- */

static void test_a_full_queue_drops_the_oldest(void)
{
	struct stream_queue queue;
	struct stream_message *message[5], *got;
	size_t i;

	CHECK(!stream_init(&queue, 3), "no memory");
	CHECK(!stream_pop(&queue), "something from nothing");
	for (i = 0; i < 5; i++) {
		message[i] = stream_message("x");
		CHECK_EQ(stream_push(&queue, message[i]), i >= 3);
		CHECK_EQ(message[i]->refs, 2);
	}
	CHECK_EQ(queue.dropped, 2);
	CHECK_EQ(message[0]->refs, 1);
	for (i = 2; i < 4; i++) {
		got = stream_pop(&queue);
		CHECK(got == message[i], "not in order");
		stream_release(got);
	}
	stream_clear(&queue);
	for (i = 0; i < 5; i++) {
		CHECK_EQ(message[i]->refs, 1);
		stream_release(message[i]);
	}
}

/* --- the server --- */

struct scene {
	uv_loop_t loop;
	uv_async_t done;
	struct http *http;
	struct gossip *core;
	struct config_http settings;
	char dir[32];
	const char *unready;
	void (*run)(struct scene *scene);
	char answer[ANSWER_MAX];
	size_t len;
	struct http_counters counters;
};

static void give_view(void *ctx, struct status_view *view)
{
	*view = make_view(((struct scene *)ctx)->core);
}

static const char *give_unready(void *ctx)
{
	return ((struct scene *)ctx)->unready;
}

static void end(uv_async_t *async)
{
	struct scene *scene = async->data;

	http_get_counters(scene->http, &scene->counters);
	http_close(scene->http);
	uv_close((uv_handle_t *)async, NULL);
}

static struct scene *new_scene(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	CHECK(scene, "no memory");
	return scene;
}

static void *run_client(void *arg)
{
	struct scene *scene = arg;

	scene->run(scene);
	uv_async_send(&scene->done);
	return NULL;
}

/* Serve while @run, in a thread of its own, asks. */
static void play(struct scene *scene, void (*run)(struct scene *scene))
{
	const struct http_user user = { .ctx = scene, .view = give_view, .unready = give_unready };
	static char path[64];
	pthread_t thread;

	strcpy(scene->dir, "/tmp/test-http-XXXXXX");
	CHECK(mkdtemp(scene->dir), "no directory");
	snprintf(path, sizeof(path), "%s/sock", scene->dir);
	scene->settings.unix_path = path;
	if (!scene->settings.clients_max)
		scene->settings.clients_max = 8;
	if (!scene->settings.queue_max)
		scene->settings.queue_max = 4;
	if (!scene->settings.timeout_ms)
		scene->settings.timeout_ms = 2000;
	if (!scene->settings.stream_ms)
		scene->settings.stream_ms = 20;
	scene->core = make_core();
	scene->run = run;
	uv_loop_init(&scene->loop);
	uv_async_init(&scene->loop, &scene->done, end);
	scene->done.data = scene;
	/* What it was given may go: settings are read again while it runs. */
	scene->settings.unix_path = strdup(path);
	CHECK_EQ(http_open(&scene->http, &scene->loop, &scene->settings, &user), 0);
	memset(scene->settings.unix_path, 'x', strlen(path));
	free(scene->settings.unix_path);
	scene->settings.unix_path = path;
	CHECK(!pthread_create(&thread, NULL, run_client, scene), "no thread");
	uv_run(&scene->loop, UV_RUN_DEFAULT);
	pthread_join(thread, NULL);
	CHECK_EQ(uv_loop_close(&scene->loop), 0);
	gossip_destroy(scene->core);
	CHECK(access(path, F_OK), "the socket is left");
	rmdir(scene->dir);
}

static int dial(struct scene *scene)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 30 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", scene->settings.unix_path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Read until the server ends, or @until is there. */
static void hear(struct scene *scene, int fd, const char *until)
{
	ssize_t got;

	while (scene->len < ANSWER_MAX - 1) {
		got = recv(fd, scene->answer + scene->len, ANSWER_MAX - 1 - scene->len, 0);
		if (got <= 0)
			break;
		scene->len += (size_t)got;
		scene->answer[scene->len] = '\0';
		if (until && memmem(scene->answer, scene->len, until, strlen(until)))
			break;
	}
}

static void ask(struct scene *scene, const char *text)
{
	int fd = dial(scene);

	scene->len = 0;
	scene->answer[0] = '\0';
	if (fd < 0)
		return;
	send(fd, text, strlen(text), MSG_NOSIGNAL);
	hear(scene, fd, NULL);
	close(fd);
}

struct exchange {
	const char *method;
	const char *path;
	const char *status;
	const char *has;
	bool body;
};

static const struct exchange exchanges[] = {
	{ "GET", "/thermal/state", "200", "\"temperature_c\"", true },
	{ "GET", "/thermal/neighbors", "200", "\"neighbors\"", true },
	{ "GET", "/thermal/zones", "200", "\"zones\"", true },
	{ "GET", "/thermal/price_multiplier", "200", "\"multiplier\"", true },
	{ "GET", "/thermal/state?pretty=1", "200", "\"temperature_c\"", true },
	{ "GET", "/metrics", "200", "gossipd_build_info", true },
	{ "GET", "/healthz", "200", "\"ok\"", true },
	{ "GET", "/readyz", "503", "no sample yet", true },
	{ "GET", "/", "404", "\"error\"", true },
	{ "GET", "/thermal/state/", "404", "\"error\"", true },
	{ "GET", "/thermal/../etc/passwd", "404", "\"error\"", true },
	{ "GET", "/thermal/stream", "426", "WebSocket", true },
	{ "HEAD", "/thermal/state", "200", "content-length: ", false },
	{ "HEAD", "/nothing", "404", "content-length: ", false },
	{ "POST", "/thermal/state", "405", "allow: GET, HEAD", true },
	{ "DELETE", "/thermal/state", "405", "allow: GET, HEAD", true },
	{ "PUT", "/thermal/state", "405", "allow: GET, HEAD", true },
};

#define NR_EXCHANGES (sizeof(exchanges) / sizeof(exchanges[0]))
static char *answers[NR_EXCHANGES];

static void ask_all(struct scene *scene)
{
	char text[256];
	size_t i;

	for (i = 0; i < NR_EXCHANGES; i++) {
		snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: x\r\n%sConnection: "
		"close\r\n\r\n",
			 exchanges[i].method, exchanges[i].path,
			 *exchanges[i].method == 'P' ? "Content-Length: 0\r\n" : "");
		ask(scene, text);
		answers[i] = strdup(scene->answer);
	}
}

static void test_requests_get_what_they_should(void)
{
	struct scene *scene = new_scene();
	size_t i;

	scene->unready = "no sample yet";
	play(scene, ask_all);
	for (i = 0; i < NR_EXCHANGES; i++) {
		const struct exchange *e = &exchanges[i];
		const char *body = strstr(answers[i], "\r\n\r\n");

		CHECK(!strncmp(answers[i], "HTTP/1.", 7) && !strncmp(answers[i] + 9, e->status, 3),
		      "%s %s: %.200s", e->method, e->path, answers[i]);
		CHECK(strstr(answers[i], e->has), "%s %s: %s", e->method, e->path, answers[i]);
		CHECK(body && !body[4] == !e->body, "%s %s: %s", e->method, e->path, answers[i]);
		if (body && body[4] == '{')
			json_decref(load(strdup(body + 4)));
		free(answers[i]);
	}
	CHECK_EQ(scene->counters.requests, NR_EXCHANGES);
	CHECK_EQ(scene->counters.clients, 0);
	free(scene);
}

/* --- whether a connection lasts --- */

struct farewell {
	const char *request;
	const char *status;
	bool says_so;
};

/* After each of them the server ends the connection, and not when its patience does. */
static const struct farewell farewells[] = {
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200", true },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: CLOSE\r\n\r\n", "200", true },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: more, close\r\n\r\n", "200", true },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close , more\r\n\r\n", "200", true },
	{ "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200", true },
	{ "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404", true },
	{ "GET /thermal/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "426", true },
	{ "HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200", true },
	{ "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc", "405", true },
	{ "GET /healthz HTTP/1.0\r\n\r\n", "200", false },
	{ "GET /healthz HTTP/1.0\r\nConnection: close\r\n\r\n", "200", true },
	{ "HEAD /healthz HTTP/1.0\r\nHost: x\r\n\r\n", "200", false },
};

/* So long that who waits for its end is told apart on a busy machine too. */
#define PATIENCE_MS 60000

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void ask_and_go(struct scene *scene)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(farewells); i++) {
		double begin_s = now_s();

		ask(scene, farewells[i].request);
		/* Far below its patience, as the machine may have more to do than this. */
		CHECK(now_s() - begin_s < PATIENCE_MS / 2e3, "%s: it took %.1f s",
		      farewells[i].request, now_s() - begin_s);
		CHECK(!strncmp(scene->answer + 9, farewells[i].status, 3), "%s: %s",
		      farewells[i].request, scene->answer);
		CHECK_EQ(!!strstr(scene->answer, "\r\nconnection: close\r\n"),
			 farewells[i].says_so);
	}
}

static void test_who_wants_to_go_is_let_go(void)
{
	struct scene *scene = new_scene();

	scene->settings.timeout_ms = PATIENCE_MS;
	play(scene, ask_and_go);
	CHECK_EQ(scene->counters.requests, ARRAY_SIZE(farewells));
	CHECK_EQ(scene->counters.clients, 0);
	free(scene);
}

#define STAY "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

static void ask_again(struct scene *scene)
{
	int fd = dial(scene), i;

	CHECK(fd >= 0, "no connection");
	for (i = 0; i < 3; i++) {
		scene->len = 0;
		send(fd, STAY, strlen(STAY), MSG_NOSIGNAL);
		hear(scene, fd, "}");
		CHECK(!strncmp(scene->answer + 9, "200", 3), "%d: %s", i, scene->answer);
		CHECK(!strstr(scene->answer, "connection: close"), "%s", scene->answer);
	}
	close(fd);
	usleep(50000);
}

static void test_who_wants_to_stay_may(void)
{
	struct scene *scene = new_scene();

	play(scene, ask_again);
	CHECK_EQ(scene->counters.requests, 3);
	free(scene);
}

static void ask_together(struct scene *scene)
{
	const char *body, *len;

	ask(scene, "GET /thermal/state HTTP/1.1\r\nHost: x\r\n\r\n" STAY STAY);
	CHECK(!strncmp(scene->answer + 9, "200", 3), "%s", scene->answer);
	len = strstr(scene->answer, "content-length: ");
	body = strstr(scene->answer, "\r\n\r\n");
	CHECK(len && body, "%s", scene->answer);
	CHECK(strlen(body + 4) >= strtoul(len + 16, NULL, 10), "cut short: %s", scene->answer);
}

/* Not all of them need be answered, but no answer is half of one. */
static void test_of_requests_that_come_together_the_first_is_answered(void)
{
	struct scene *scene = new_scene();

	play(scene, ask_together);
	free(scene);
}

static void ask_badly(struct scene *scene)
{
	char *text = malloc(20000);
	size_t i, j;

	CHECK(text, "no memory");
	ask(scene, "\r\n\r\n");
	ask(scene, "GET\r\n\r\n");
	ask(scene, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
	/* Headers beyond the limit. */
	i = (size_t)sprintf(text, "GET /thermal/state HTTP/1.1\r\nHost: x\r\nX-Long: ");
	memset(text + i, 'a', 10000);
	memcpy(text + i + 10000, "\r\n\r\n", 5);
	ask(scene, text);
	CHECK(strncmp(scene->answer + 8, " 200", 4), "headers without end are taken");
	for (i = 0; i < 50; i++) {
		size_t len = test_random_range(1, 300);

		for (j = 0; j < len; j++)
			text[j] = (char)test_random_range(1, 255);
		memcpy(text + len, "\r\n\r\n", 5);
		ask(scene, text);
	}
	free(text);
	ask(scene, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

static void test_bad_requests_do_no_harm(void)
{
	struct scene *scene = new_scene();

	play(scene, ask_badly);
	CHECK(!strncmp(scene->answer + 8, " 200", 4), "%s", scene->answer);
	free(scene);
}

static void come_in_crowds(struct scene *scene)
{
	int fds[6];
	size_t i;
	char byte;

	for (i = 0; i < 6; i++) {
		fds[i] = dial(scene);
		usleep(20000);
	}
	/* Of those that were too many the server has closed its end. */
	for (i = 4; i < 6; i++) {
		if (recv(fds[i], &byte, 1, 0) <= 0)
			scene->len++;
	}
	for (i = 0; i < 6; i++)
		close(fds[i]);
	usleep(50000);
}

static void test_clients_are_limited(void)
{
	struct scene *scene = new_scene();

	scene->settings.clients_max = 4;
	play(scene, come_in_crowds);
	CHECK_EQ(scene->len, 2);
	CHECK_EQ(scene->counters.refused, 2);
	CHECK_EQ(scene->counters.clients, 0);
	free(scene);
}

static int dial_address(const struct scene *scene)
{
	struct timeval patience = { .tv_sec = 30 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	CHECK(fd >= 0 && !connect(fd, &scene->settings.listen.addr[0].sa,
				  sizeof(struct sockaddr_in)), "no connection");
	return fd;
}

/* Who is refused hears the end before an answer. */
static void crowd_the_address(struct scene *scene)
{
	int fds[4], more, i;
	char byte;

	for (i = 0; i < 4; i++) {
		fds[i] = dial_address(scene);
		send(fds[i], STAY, strlen(STAY), MSG_NOSIGNAL);
		CHECK_EQ(recv(fds[i], &byte, 1, 0), 1);
	}
	more = dial_address(scene);
	send(more, STAY, strlen(STAY), MSG_NOSIGNAL);
	CHECK(recv(more, &byte, 1, 0) <= 0, "more than there may be");
	close(more);
	ask(scene, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	for (i = 0; i < 4; i++)
		close(fds[i]);
	usleep(50000);
}

static void test_the_loopback_leaves_room_for_the_unix_socket(void)
{
	struct scene *scene = new_scene();
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		abort();
	CHECK(!bind(fd, (struct sockaddr *)&in, len), "no port");
	CHECK(!getsockname(fd, (struct sockaddr *)&in, &len), "no port");
	close(fd);
	scene->settings.listen.addr[0].in = in;
	scene->settings.listen.nr = 1;
	scene->settings.clients_max = 4;
	scene->settings.timeout_ms = PATIENCE_MS;
	play(scene, crowd_the_address);
	CHECK(!strncmp(scene->answer + 8, " 200", 4), "the Unix socket: %s", scene->answer);
	CHECK_EQ(scene->counters.refused, 1);
	free(scene);
}

static void test_there_are_no_more_clients_than_descriptors(void)
{
	struct scene *scene = new_scene();
	struct rlimit files, few;

	CHECK(!getrlimit(RLIMIT_NOFILE, &files), "no limit");
	few = (struct rlimit){ .rlim_cur = 72, .rlim_max = files.rlim_max };
	CHECK(!setrlimit(RLIMIT_NOFILE, &few), "no other limit");
	scene->settings.clients_max = 64;
	play(scene, come_in_crowds);
	setrlimit(RLIMIT_NOFILE, &files);
	/* 72 less 4 for the Unix socket and 64 for all else. */
	CHECK_EQ(scene->len, 2);
	CHECK_EQ(scene->counters.refused, 2);
	free(scene);
}

#define UPGRADE(path, more) "GET " path " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" more "\r\n"

static int upgrade(struct scene *scene, const char *text)
{
	int fd = dial(scene);

	scene->len = 0;
	scene->answer[0] = '\0';
	if (fd < 0)
		return -1;
	send(fd, text, strlen(text), MSG_NOSIGNAL);
	hear(scene, fd, "\r\n\r\n");
	return fd;
}

static void listen_to_it(struct scene *scene)
{
	int fd = upgrade(scene, UPGRADE("/thermal/stream", ""));

	if (fd < 0)
		return;
	/* Two at least: the first at once, the next by the clock. */
	while (scene->len < 6000)
		hear(scene, fd, "\"schema\"");
	close(fd);
	usleep(50000);
}

static void test_the_stream_brings_states(void)
{
	struct scene *scene = new_scene();
	size_t nr = 0;
	char *p;

	play(scene, listen_to_it);
	CHECK(!strncmp(scene->answer, "HTTP/1.1 101", 12), "%.100s", scene->answer);
	/* As RFC 6455 has it for this key. */
	CHECK(strstr(scene->answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "not the right answer");
	for (p = scene->answer; p < scene->answer + scene->len; p++)
		nr += !strncmp(p, "{\"schema\":1", 11);
	CHECK(nr >= 2, "%zu states", nr);
	CHECK_EQ(scene->counters.streams, 0);
	free(scene);
}

static void listen_elsewhere(struct scene *scene)
{
	close(upgrade(scene, UPGRADE("/thermal/state", "")));
	if (!strncmp(scene->answer, "HTTP/1.1 101", 12))
		return;
	close(upgrade(scene, UPGRADE("/thermal/stream", "Origin: http://evil.example\r\n")));
	if (!strncmp(scene->answer, "HTTP/1.1 101", 12))
		return;
	close(upgrade(scene, UPGRADE("/thermal/stream", "Origin: http://x\r\n")));
	scene->unready = "tried all";
}

static void test_other_sites_pages_get_no_stream(void)
{
	struct scene *scene = new_scene();

	play(scene, listen_elsewhere);
	CHECK(scene->unready, "one got it");
	CHECK(!strncmp(scene->answer, "HTTP/1.1 101", 12), "its own is refused");
	free(scene);
}

#define DROPPED "{\"schema\":1,\"event\":\"dropped\""

static void listen_slowly(struct scene *scene)
{
	int fd = dial(scene), little = 4096, i;

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	send(fd, UPGRADE("/thermal/stream", ""), strlen(UPGRADE("/thermal/stream", "")), 0);
	sleep(1);
	/* The socket's own memory comes first. */
	for (i = 0; i < 100 && !memmem(scene->answer, scene->len, DROPPED, strlen(DROPPED)); i++) {
		scene->len = 0;
		hear(scene, fd, DROPPED);
	}
	close(fd);
}

static void test_a_slow_listener_is_told_what_it_missed(void)
{
	struct scene *scene = new_scene();

	scene->settings.stream_ms = 1;
	scene->settings.queue_max = 2;
	play(scene, listen_slowly);
	CHECK(scene->counters.dropped > 10, "%llu", (unsigned long long)scene->counters.dropped);
	CHECK(memmem(scene->answer, scene->len, DROPPED, strlen(DROPPED)), "it is not told");
	free(scene);
}

/* Opened and closed; the error that it comes to. */
static int open_at(const char *path, const char *addr, void (*meanwhile)(const char *path))
{
	struct scene *scene = new_scene();
	struct http_user user = { .ctx = scene, .view = give_view, .unready = give_unready };
	struct http *http = NULL;
	int ret;

	scene->settings = (struct config_http){ .unix_path = (char *)path, .clients_max = 2,
						.queue_max = 2, .timeout_ms = 1000,
						.stream_ms = 1000 };
	if (addr) {
		CHECK(config_parse_addr(addr, &scene->settings.listen.addr[0]), "%s", addr);
		scene->settings.listen.nr = 1;
	}
	uv_loop_init(&scene->loop);
	ret = http_open(&http, &scene->loop, &scene->settings, &user);
	CHECK_EQ(!http, !!ret);
	if (meanwhile)
		meanwhile(path);
	http_close(http);
	uv_run(&scene->loop, UV_RUN_DEFAULT);
	CHECK_EQ(uv_loop_close(&scene->loop), 0);
	free(scene);
	return ret;
}

static void test_what_is_no_socket_stays(void)
{
	char path[] = "/tmp/test-http-XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0, "no file");
	close(fd);
	CHECK_EQ(open_at(path, NULL, NULL), -EEXIST);
	CHECK(!unlink(path), "the file has gone");
}

/* A server that is not ours, or what it left behind. */
static int be_there(int family, const struct sockaddr *at, socklen_t len)
{
	int fd = socket(family, SOCK_STREAM, 0);

	CHECK(fd >= 0 && !bind(fd, at, len) && !listen(fd, 1), "cannot listen");
	return fd;
}

static void test_where_it_cannot_listen_it_says_so(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	char text[32];
	int fd;

	CHECK_EQ(open_at("/nowhere/http.sock", NULL, NULL), -ENOENT);
	CHECK_EQ(open_at("/proc/http.sock", NULL, NULL), -ENOENT);
	snprintf(un.sun_path, sizeof(un.sun_path), "/tmp/test-http-%d", (int)getpid());
	fd = be_there(AF_UNIX, (struct sockaddr *)&un, sizeof(un));
	CHECK_EQ(open_at(un.sun_path, NULL, NULL), -EADDRINUSE);
	CHECK(!access(un.sun_path, F_OK), "another one's socket is gone");
	close(fd);
	/* Nobody is behind it any more. */
	CHECK_EQ(open_at(un.sun_path, NULL, NULL), 0);
	CHECK(access(un.sun_path, F_OK), "the socket is left");
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = be_there(AF_INET, (struct sockaddr *)&in, sizeof(in));
	CHECK(!getsockname(fd, (struct sockaddr *)&in, &len), "no name");
	snprintf(text, sizeof(text), "127.0.0.1:%d", ntohs(in.sin_port));
	CHECK_EQ(open_at(NULL, text, NULL), -EADDRINUSE);
	close(fd);
	CHECK_EQ(open_at(NULL, text, NULL), 0);
	/* For documentation (RFC 5737), so no machine has it; it may be there later. */
	CHECK_EQ(open_at(NULL, "192.0.2.1:7462", NULL), 0);
}

static void take_over(const char *path)
{
	FILE *file;

	CHECK(!unlink(path), "there is no socket");
	file = fopen(path, "we");
	CHECK(file, "no file");
	fclose(file);
}

static void test_at_the_end_it_takes_its_own_only(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/test-http-%d", (int)getpid());
	CHECK_EQ(open_at(path, NULL, take_over), 0);
	CHECK(!unlink(path), "what is another one's has gone");
}

static const struct test_case cases[] = {
	{ "json_has_values_with_their_age", test_json_has_values_with_their_age },
	{ "json_of_all_documents_is_json", test_json_of_all_documents_is_json },
	{ "metrics_keep_to_the_text_format", test_metrics_keep_to_the_text_format },
	{ "a_full_queue_drops_the_oldest", test_a_full_queue_drops_the_oldest },
	{ "requests_get_what_they_should", test_requests_get_what_they_should },
	{ "who_wants_to_go_is_let_go", test_who_wants_to_go_is_let_go },
	{ "who_wants_to_stay_may", test_who_wants_to_stay_may },
	{ "of_requests_that_come_together_the_first_is_answered",
	  test_of_requests_that_come_together_the_first_is_answered },
	{ "bad_requests_do_no_harm", test_bad_requests_do_no_harm },
	{ "clients_are_limited", test_clients_are_limited },
	{ "the_loopback_leaves_room_for_the_unix_socket",
	  test_the_loopback_leaves_room_for_the_unix_socket },
	{ "there_are_no_more_clients_than_descriptors",
	  test_there_are_no_more_clients_than_descriptors },
	{ "the_stream_brings_states", test_the_stream_brings_states },
	{ "other_sites_pages_get_no_stream", test_other_sites_pages_get_no_stream },
	{ "a_slow_listener_is_told_what_it_missed", test_a_slow_listener_is_told_what_it_missed },
	{ "what_is_no_socket_stays", test_what_is_no_socket_stays },
	{ "where_it_cannot_listen_it_says_so", test_where_it_cannot_listen_it_says_so },
	{ "at_the_end_it_takes_its_own_only", test_at_the_end_it_takes_its_own_only },
	{ 0 },
};

const struct test_suite http_suite = { .name = "http", .cases = cases };
