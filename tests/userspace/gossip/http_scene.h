/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The server in this process, and a client in a thread of its own.
 */
#ifndef GOSSIP_TEST_HTTP_SCENE_H
#define GOSSIP_TEST_HTTP_SCENE_H

#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "http.h"
#include "status_scene.h"

#define ANSWER_MAX 65536

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

static inline void give_view(void *ctx, struct status_view *view)
{
	*view = make_view(((struct scene *)ctx)->core);
}

static inline const char *give_unready(void *ctx)
{
	return ((struct scene *)ctx)->unready;
}

static inline void end(uv_async_t *async)
{
	struct scene *scene = async->data;

	http_get_counters(scene->http, &scene->counters);
	http_close(scene->http);
	uv_close((uv_handle_t *)async, NULL);
}

static inline struct scene *new_scene(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	CHECK(scene, "no memory");
	return scene;
}

static inline void *run_client(void *arg)
{
	struct scene *scene = arg;

	scene->run(scene);
	uv_async_send(&scene->done);
	return NULL;
}

/* Serve while @run, in a thread of its own, asks. */
static inline void play(struct scene *scene, void (*run)(struct scene *scene))
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

static inline int dial(struct scene *scene)
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
static inline void hear(struct scene *scene, int fd, const char *until)
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

#endif /* GOSSIP_TEST_HTTP_SCENE_H */
