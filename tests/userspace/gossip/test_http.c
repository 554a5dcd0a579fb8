// SPDX-License-Identifier: GPL-2.0
/*
 * The server in this process, on a Unix socket, asked in raw bytes by a thread: what is answered,
 * how long a connection lasts, and how many there may be.
 */
#include <sys/resource.h>

#include "http_scene.h"

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

/* --- how many there may be --- */

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

static const struct test_case cases[] = {
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
	{ 0 },
};

const struct test_suite http_suite = { .name = "http", .cases = cases };
