// SPDX-License-Identifier: GPL-2.0
/*
 * Where the server listens: it takes no place from anybody, and leaves only what is its own.
 */
#include <errno.h>

#include "config_keys.h"
#include "http_scene.h"

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
	{ "what_is_no_socket_stays", test_what_is_no_socket_stays },
	{ "where_it_cannot_listen_it_says_so", test_where_it_cannot_listen_it_says_so },
	{ "at_the_end_it_takes_its_own_only", test_at_the_end_it_takes_its_own_only },
	{ 0 },
};

const struct test_suite http_bind_suite = { .name = "http_bind", .cases = cases };
