// SPDX-License-Identifier: GPL-2.0
/*
 * What the campaign of the plug-in for InfiniBand (ibsim/) and its readers have found, one by one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ib_scene.h"

static const uint8_t some[60];

/* A descriptor in its error state is always ready: who asks again would never wait. */
static void who_ends_without_a_word_is_let_go(void)
{
	struct ib_watch *watch;
	struct scene s;

	begin_up(&s, 1);
	watch = s.link->rail[0].watch;
	watch->readable(watch->ctx, true);
	CHECK(reaches(&s, 0, LINK_RAIL_BACKOFF), "goes on");
	CHECK(strstr(s.state.rail[0].why, "gone"), "%s", s.state.rail[0].why);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "is opened anew");
	watch = s.link->device[0].watch;
	watch->readable(watch->ctx, true);
	run(&s);
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_GONE);
	CHECK_EQ(fake.live[FAKE_CONTEXT], 0);
	ib_devices_scan(s.link);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "is found again");
	end(&s);
}

static void that_no_buffer_was_left_is_counted(void)
{
	struct scene s;
	int i;

	begin_up(&s, 1);
	for (i = 0; i < 511; i++)
		CHECK(fake_deliver(&fake.port[0], PEER, QPN, true, some, 60), "buffer %d", i);
	run(&s);
	CHECK_EQ(count(&s, 0, LINK_EMPTY), 0);
	/* More than are looked at in one go. */
	for (i = 0; i < 512; i++)
		CHECK(fake_deliver(&fake.port[0], PEER, QPN, true, some, 60), "buffer %d", i);
	CHECK(!fake_deliver(&fake.port[0], PEER, QPN, true, some, 60), "one more");
	run(&s);
	CHECK_EQ(s.received, 511 + 512);
	CHECK_EQ(count(&s, 0, LINK_EMPTY), 1);
	end(&s);
}

static void it_says_what_is_wrong(void)
{
	struct scene s;

	begin_up(&s, 1);
	/* Nothing but flushed buffers. */
	fake_break(&fake.port[0]);
	CHECK(reaches(&s, 0, LINK_RAIL_BACKOFF), "is not noticed");
	CHECK(strstr(s.state.rail[0].why, "queue pair"), "%s", s.state.rail[0].why);
	/* Nobody answers for so long. */
	fake.port[0].refuse = true;
	CHECK(reaches(&s, 0, LINK_RAIL_JOINING), "does not ask");
	s.link->rails.rail[0].due_ns = 0;
	ib_tell(s.link, 0, RAIL_INPUTS, 0);
	run(&s);
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_BACKOFF);
	CHECK(strstr(s.state.rail[0].why, "nobody answers"), "%s", s.state.rail[0].why);
	end(&s);
}

static void where_nothing_goes_another_rail_is_taken(void)
{
	struct scene s;

	begin_up(&s, 2);
	fake.port[0].hung = true;
	send_group(&s, false, 10);
	CHECK_EQ(fake.port[0].nr_sent, 1);
	/* It need not have gone yet. */
	send_group(&s, false, 10);
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_UP);
	s.link->rail[0].sent_ns -= 1100000000ULL;
	send_group(&s, false, 10);
	CHECK(s.state.rail[1].active, "goes on with what is stuck");
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_BACKOFF);
	CHECK(strstr(s.state.rail[0].why, "does not go"), "%s", s.state.rail[0].why);
	send_group(&s, false, 10);
	CHECK_EQ(fake.port[1].nr_sent, 1);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "is not opened anew");
	/* That nothing was sent for long is nothing. */
	s.link->rail[0].sent_ns -= 1100000000ULL;
	send_group(&s, true, 10);
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_UP);
	end(&s);
}

/* Of an answer that comes again the group's handle, which cannot be made just now, is no part. */
static void an_answer_that_comes_twice_changes_nothing(void)
{
	struct scene s;

	begin_up(&s, 1);
	fake_joined(&fake.port[0], 0);
	fake.fail = fake.calls + 1;
	run(&s);
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_UP);
	send_group(&s, false, 10);
	fake.fail = 0;
	send_group(&s, false, 10);
	CHECK(fake.port[0].nr_sent, "is up, and nothing goes");
	CHECK_EQ(count(&s, 0, LINK_JOINS), 1);
	end(&s);
}

static void send_badly(struct scene *s)
{
	int i;

	for (i = 0; i < 3; i++) {
		fake.fail = fake.calls + 1;
		gossipd_link.send(s->link, GOSSIP_MULTICAST, NULL, true, some, 10);
	}
	s->when_up = NULL;
}

/* It was done when the next thing was due, which may take half a minute. */
static void what_fails_while_it_is_told_is_done_at_once(void)
{
	struct scene s;

	CHECK_EQ(begin(&s, 2), 0);
	fake.port[1].refuse = true;
	s.when_up = send_badly;
	run(&s);
	CHECK_EQ(s.ups, 1);
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_BACKOFF);
	CHECK(!s.up && !s.state.up, "says that it is up, and is not");
	CHECK_EQ(fake.live[FAKE_QP], 1);
	end(&s);
}

/* Eight devices have room, and eight ports: the ninth may not take the room of one that is back. */
static void who_is_no_rail_takes_no_room(void)
{
	struct scene s;
	size_t i;

	CHECK_EQ(begin(&s, 9), 0);
	for (i = 0; i < RAILS_MAX; i++)
		CHECK(reaches(&s, i, LINK_RAIL_UP), "rail %zu", i);
	CHECK_EQ(s.state.nr_rails, RAILS_MAX);
	fake_async(&fake.port[5], IBV_EVENT_DEVICE_FATAL);
	fake.port[5].there = false;
	run(&s);
	ib_devices_scan(s.link);
	fake_plug(&fake.port[5]);
	ib_devices_scan(s.link);
	CHECK(reaches(&s, 5, LINK_RAIL_UP), "%s", s.state.rail[5].why);
	CHECK_EQ(fake.live[FAKE_CONTEXT], RAILS_MAX);
	end(&s);
}

/* A device that is put in again may have another name, and the old one is never seen again. */
static void new_names_take_the_places_of_those_that_are_gone(void)
{
	struct scene s;
	size_t i;

	CHECK_EQ(begin(&s, RAILS_MAX), 0);
	for (i = 0; i < RAILS_MAX; i++)
		CHECK(reaches(&s, i, LINK_RAIL_UP), "rail %zu", i);
	for (i = 0; i < 3; i++) {
		send_group(&s, true, 10);
		fake_async(&fake.port[2], IBV_EVENT_DEVICE_FATAL);
		fake.port[2].there = false;
		run(&s);
		ib_devices_scan(s.link);
		fake_plug(&fake.port[2]);
		fake.port[2].device.name[0]++;
		ib_devices_scan(s.link);
		CHECK(reaches(&s, 2, LINK_RAIL_UP), "%s", s.state.rail[2].why);
		CHECK_EQ(s.state.rail[2].name[0], fake.port[2].device.name[0]);
		CHECK_EQ(count(&s, 2, LINK_SENT), 0);
		CHECK_EQ(count(&s, 2, LINK_JOINS), 1);
	}
	CHECK_EQ(s.state.nr_rails, RAILS_MAX);
	end(&s);
}

/* Each buffer comes back, also of what did not go well. */
static void no_buffer_to_send_is_ever_lost(void)
{
	struct scene s;
	int i, k;

	begin_up(&s, 1);
	for (k = 0; k < 2; k++) {
		/* Not taken, and taken and not gone; three within a second would end the rail. */
		fake.fail = fake.calls + 1;
		send_group(&s, false, 10);
		CHECK_EQ(count(&s, 0, LINK_FAILED), 2 * k + 1);
		send_group(&s, false, 10);
		fake_complete(&fake.port[0], IBV_WC_RETRY_EXC_ERR);
		send_group(&s, false, 10);
		CHECK_EQ(count(&s, 0, LINK_FAILED), 2 * k + 2);
		s.link->rails.rail[0].errors = 0;
	}
	/* The last one is on its way in any case. */
	for (k = 0; k < 3; k++) {
		fake.port[0].nr_sent = 0;
		fake.port[0].mute = true;
		for (i = 0; i < 2 * IB_SENDS; i++)
			send_group(&s, false, 10);
		CHECK_EQ(fake.port[0].nr_sent, IB_SENDS - 1);
		fake.port[0].mute = false;
		send_group(&s, false, 10);
	}
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_UP);
	end(&s);
}

static enum fake_call failing;

static bool is_failing(enum fake_call call)
{
	return call == failing;
}

static void the_reason_is_that_of_the_call(void)
{
	static const enum fake_call calls[] = { FAKE_NOTIFY, FAKE_POST_RECV };
	struct scene s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		begin_loop(&s, 1);
		failing = calls[i];
		fake.fate = is_failing;
		CHECK_EQ(begin_link(&s, NULL), 0);
		CHECK(reaches(&s, 0, LINK_RAIL_BACKOFF), "open");
		CHECK(strstr(s.state.rail[0].why, strerror(EIO)), "%s", s.state.rail[0].why);
		end(&s);
	}
}

/* A reload gives back the settings that the daemon had at the start. */
static void settings_are_copied(void)
{
	struct scene s;

	begin_up(&s, 1);
	s.config = (struct config_infiniband){ .buffers = 64 };
	fake_async(&fake.port[0], IBV_EVENT_PORT_ERR);
	CHECK(reaches(&s, 0, LINK_RAIL_DOWN), "closed");
	fake_async(&fake.port[0], IBV_EVENT_PORT_ACTIVE);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "opened and joined again");
	CHECK_EQ(s.state.rail[0].buffers, 512);
	end(&s);
}

static const struct test_case cases[] = {
	{ "who_ends_without_a_word_is_let_go", who_ends_without_a_word_is_let_go },
	{ "that_no_buffer_was_left_is_counted", that_no_buffer_was_left_is_counted },
	{ "it_says_what_is_wrong", it_says_what_is_wrong },
	{ "where_nothing_goes_another_rail_is_taken", where_nothing_goes_another_rail_is_taken },
	{ "an_answer_that_comes_twice_changes_nothing",
	  an_answer_that_comes_twice_changes_nothing },
	{ "what_fails_while_it_is_told_is_done_at_once",
	  what_fails_while_it_is_told_is_done_at_once },
	{ "who_is_no_rail_takes_no_room", who_is_no_rail_takes_no_room },
	{ "new_names_take_the_places_of_those_that_are_gone",
	  new_names_take_the_places_of_those_that_are_gone },
	{ "no_buffer_to_send_is_ever_lost", no_buffer_to_send_is_ever_lost },
	{ "the_reason_is_that_of_the_call", the_reason_is_that_of_the_call },
	{ "settings_are_copied", settings_are_copied },
	{ 0 },
};

const struct test_suite ib_trouble_suite = { .name = "ib_trouble", .cases = cases };
