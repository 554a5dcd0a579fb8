/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A daemon for the tests of the plug-in for InfiniBand: what it is told, and until when it waits.
 */
#ifndef GOSSIP_TEST_IB_SCENE_H
#define GOSSIP_TEST_IB_SCENE_H

#include <stdio.h>
#include <string.h>

#include "fake_verbs.h"
#include "harness.h"
#include "ib.h"

#define WAIT_MS 8000
#define PEER 0x0a5800c8
#define QPN 0x123456

extern const struct link_ops gossipd_link;

/* A daemon. */
struct scene {
	uv_loop_t loop;
	struct config_infiniband config;
	struct link *link;
	struct link_state state;
	bool up;
	unsigned int ups;
	unsigned int downs;
	unsigned int lines;
	char line[256];
	unsigned int received;
	unsigned int in_one_go;
	unsigned int most_in_one_go;
	struct gossip_addr from;
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t len;
	/* Called when the transport comes up. */
	void (*when_up)(struct scene *s);
};

static inline void on_receive(void *ctx, const struct gossip_addr *from, uint8_t *bytes, size_t len)
{
	struct scene *s = ctx;

	s->received++;
	if (++s->in_one_go > s->most_in_one_go)
		s->most_in_one_go = s->in_one_go;
	s->from = *from;
	s->len = len;
	memcpy(s->bytes, bytes, len);
}

static inline void on_drained(void *ctx)
{
	((struct scene *)ctx)->in_one_go = 0;
}

static inline void on_changed(void *ctx, bool up)
{
	struct scene *s = ctx;

	CHECK(s->up != up, "only changes are told");
	s->up = up;
	s->ups += up;
	s->downs += !up;
	if (up && s->when_up)
		s->when_up(s);
}

static inline void on_log(void *ctx, enum link_log level, const char *text)
{
	struct scene *s = ctx;

	CHECK(*text, "a line has something in it");
	if (level == LINK_LOG_DEBUG)
		return;
	s->lines++;
	snprintf(s->line, sizeof(s->line), "%s", text);
}

static inline uint64_t on_random(void *ctx)
{
	(void)ctx;
	return test_random();
}

static inline void begin_loop(struct scene *s, size_t ports)
{
	memset(s, 0, sizeof(*s));
	fake_reset(ports);
	uv_loop_init(&s->loop);
}

static inline int begin_link(struct scene *s, const char *hca)
{
	const struct link_user user = {
		.ctx = s, .receive = on_receive, .drained = on_drained, .changed = on_changed,
		.log = on_log, .random = on_random,
	};

	s->config.hca = (char *)hca;
	s->config.buffers = 512;
	s->config.group4.in.sin_family = AF_INET;
	s->config.group4.in.sin_addr.s_addr = htonl(0xefc00007);
	return gossipd_link.open(&s->link, &s->loop, &s->config, &user);
}

static inline int begin(struct scene *s, size_t ports)
{
	begin_loop(s, ports);
	return begin_link(s, NULL);
}

static inline void run(struct scene *s)
{
	int i;

	for (i = 0; i < 20; i++)
		uv_run(&s->loop, UV_RUN_NOWAIT);
	gossipd_link.get_state(s->link, &s->state);
}

/* Until a rail is in a state. */
static inline bool reaches(struct scene *s, size_t rail, enum link_rail_state state)
{
	uint64_t until_ns = uv_hrtime() + WAIT_MS * 1000000ULL;

	do {
		run(s);
		if (s->state.nr_rails > rail && s->state.rail[rail].state == state)
			return true;
		uv_sleep(1);
	} while (uv_hrtime() < until_ns);
	return false;
}

static inline void end(struct scene *s)
{
	if (s->link)
		gossipd_link.close(s->link);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	CHECK_EQ(uv_loop_close(&s->loop), 0);
	CHECK_EQ(fake_live(), 0);
	CHECK(!fake.wrong, "%s", fake.wrong);
}

static inline void begin_up(struct scene *s, size_t ports)
{
	size_t i;

	CHECK_EQ(begin(s, ports), 0);
	for (i = 0; i < ports; i++)
		CHECK(reaches(s, i, LINK_RAIL_UP), "rail %zu", i);
	CHECK(s->up && s->ups == 1, "told once");
}

static inline uint64_t count(const struct scene *s, size_t rail, enum link_counter counter)
{
	return s->state.rail[rail].counters[counter];
}

static inline void send_group(struct scene *s, bool urgent, size_t len)
{
	static uint8_t bytes[4096];

	memset(bytes, 0x5a, sizeof(bytes));
	gossipd_link.send(s->link, GOSSIP_MULTICAST, NULL, urgent, bytes, len);
	run(s);
}

#endif /* GOSSIP_TEST_IB_SCENE_H */
