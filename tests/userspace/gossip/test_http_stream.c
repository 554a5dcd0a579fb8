// SPDX-License-Identifier: GPL-2.0
/*
 * The stream of states: its queue, who gets it, and what a slow listener is told.
 */
#include "http_scene.h"
#include "http_stream.h"

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

static const struct test_case cases[] = {
	{ "a_full_queue_drops_the_oldest", test_a_full_queue_drops_the_oldest },
	{ "the_stream_brings_states", test_the_stream_brings_states },
	{ "other_sites_pages_get_no_stream", test_other_sites_pages_get_no_stream },
	{ "a_slow_listener_is_told_what_it_missed", test_a_slow_listener_is_told_what_it_missed },
	{ 0 },
};

const struct test_suite http_stream_suite = { .name = "http_stream", .cases = cases };
