// SPDX-License-Identifier: GPL-2.0
/*
 * What outlives the daemon: a start is above all that went before, whatever became of the file; and
 * addresses, which are the same if their bytes are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "harness.h"
#include "state.h"

static char dir[64];

static void make_dir(void)
{
	strcpy(dir, "/tmp/gossip-state-XXXXXX");
	CHECK(mkdtemp(dir), "no directory");
}

static void path_of(const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", dir, name);
}

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	path_of(name, path);
	file = fopen(path, "we");
	CHECK(file, "%s", path);
	CHECK(fputs(text, file) >= 0, "%s", path);
	fclose(file);
}

static void remove_dir(void)
{
	static const char *const names[] = { STATE_FILE, STATE_FILE ".new", STATE_LOCK };
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		path_of(names[i], path);
		unlink(path);
	}
	CHECK_EQ(rmdir(dir), 0);
}

static u64 start_at(u64 wall_ms, enum state_source source)
{
	struct state state;
	uint64_t incarnation;

	CHECK_EQ(state_open(&state, dir), 0);
	CHECK_EQ(state_start(&state, wall_ms, &incarnation), 0);
	CHECK_EQ(state.source, source);
	state_close(&state);
	return incarnation;
}

static void each_start_is_above_the_one_before(void)
{
	u64 first, second;

	make_dir();
	first = start_at(1000000, STATE_FIRST);
	CHECK_EQ(first, 1000000);
	/* The clock stood still, was set back, went on. */
	second = start_at(1000000, STATE_KEPT);
	CHECK(second > first, "%llu", (unsigned long long)second);
	first = start_at(5, STATE_KEPT);
	CHECK(first > second, "%llu", (unsigned long long)first);
	CHECK_EQ(start_at(90000000, STATE_KEPT), 90000000);
	remove_dir();
}

static void refutations_do_not_catch_up(void)
{
	u64 incarnation, highest;
	struct state state;
	int i;

	make_dir();
	CHECK_EQ(state_open(&state, dir), 0);
	CHECK_EQ(state_start(&state, 7000, &incarnation), 0);
	highest = incarnation;
	for (i = 0; i < 200; i++) {
		highest += test_random_below(STATE_AHEAD / 4) + 1;
		CHECK_EQ(state_persist(&state, highest), 0);
		CHECK(state.reserved > highest, "at %d", i);
	}
	state_close(&state);
	CHECK(start_at(7000, STATE_KEPT) > highest, "the next start is not above");
	remove_dir();
}

/* The file is written once in a while only: the loop does not wait for a disk each time. */
static void most_refutations_write_nothing(void)
{
	u64 incarnation, reserved;
	struct state state;

	make_dir();
	CHECK_EQ(state_open(&state, dir), 0);
	CHECK_EQ(state_start(&state, 7000, &incarnation), 0);
	reserved = state.reserved;
	CHECK_EQ(state_persist(&state, incarnation + STATE_AHEAD / 2), 0);
	CHECK_EQ(state.reserved, reserved);
	CHECK_EQ(state_persist(&state, incarnation + STATE_AHEAD / 2 + 1), 0);
	CHECK(state.reserved > reserved, "nothing was written");
	state_close(&state);
	remove_dir();
}

static void a_file_that_makes_no_sense_is_said_to(void)
{
	static const char *const texts[] = {
		"", "\n", "12", "12\n", "12 0123456789abcdef\n", "-5 3\n", "x y\n",
		"99999999999999999999999 1\n",
	};
	char path[128], text[80];
	size_t i;
	FILE *file;

	make_dir();
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		write_file(STATE_FILE, texts[i]);
		CHECK_EQ(start_at(50000, STATE_CORRUPT), 50000);
	}
	/* A good one with something behind it, or cut short. */
	path_of(STATE_FILE, path);
	file = fopen(path, "re");
	CHECK(file && fgets(text, sizeof(text), file), "it was not written");
	fclose(file);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "x\n");
	write_file(STATE_FILE, text);
	CHECK_EQ(start_at(50000, STATE_CORRUPT), 50000);
	text[strlen(text) - 5] = '\0';
	write_file(STATE_FILE, text);
	CHECK_EQ(start_at(50000, STATE_CORRUPT), 50000);
	remove_dir();
}

/* The core takes no incarnation of 2^63 - 1 or more, and could not go on for long just below. */
static void a_number_that_is_too_high_makes_no_sense(void)
{
	struct state state;
	u64 incarnation;

	make_dir();
	CHECK_EQ(state_open(&state, dir), 0);
	CHECK_EQ(state_start(&state, 7000, &incarnation), 0);
	CHECK_EQ(state_persist(&state, UINT64_MAX / 2 - 1), 0);
	state_close(&state);
	CHECK_EQ(start_at(50000, STATE_CORRUPT), 50000);
	CHECK_EQ(state_open(&state, dir), 0);
	CHECK_EQ(state_persist(&state, STATE_MAX - STATE_AHEAD), 0);
	state_close(&state);
	CHECK_EQ(start_at(50000, STATE_KEPT), STATE_MAX + 1);
	remove_dir();
}

static void a_directory_is_for_one(void)
{
	struct state first, second;
	char path[128];

	make_dir();
	CHECK_EQ(state_open(&first, dir), 0);
	CHECK_EQ(state_open(&second, dir), -EBUSY);
	state_close(&first);
	CHECK_EQ(state_open(&second, dir), 0);
	state_close(&second);
	path_of("no/such", path);
	CHECK_EQ(state_open(&first, path), -ENOENT);
	path_of(STATE_LOCK, path);
	CHECK_EQ(state_open(&first, path), -ENOTDIR);
	remove_dir();
}

/* A disk that takes nothing: the start says so, and has a number all the same. */
static void what_cannot_be_written_is_said(void)
{
	struct state state;
	char path[128];
	u64 incarnation = 0;

	make_dir();
	CHECK_EQ(state_open(&state, dir), 0);
	path_of(STATE_FILE ".new", path);
	CHECK_EQ(symlink("/dev/full", path), 0);
	CHECK_EQ(state_start(&state, 3000, &incarnation), -ELOOP);
	CHECK_EQ(incarnation, 3000);
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(mkdir(path, 0700), 0);
	CHECK_EQ(state_persist(&state, incarnation), -EISDIR);
	CHECK_EQ(rmdir(path), 0);
	CHECK_EQ(state_persist(&state, incarnation), 0);
	state_close(&state);
	remove_dir();
}

static void addresses_come_back(void)
{
	static const char *const texts4[] = { "192.0.2.7", "0.0.0.0", "239.192.0.7" };
	static const char *const texts6[] = { "::1", "2001:db8::7", "ff15::4d58:7" };
	union config_addr sock, back;
	struct gossip_addr addr;
	char text[ADDR_TEXT_LEN], want[ADDR_TEXT_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts4); i++) {
		memset(&sock, 0xa5, sizeof(sock));
		sock.in.sin_family = AF_INET;
		sock.in.sin_port = htons(7460 + i);
		inet_pton(AF_INET, texts4[i], &sock.in.sin_addr);
		CHECK(addr_from_sock(&sock.sa, &addr), "%s", texts4[i]);
		CHECK_EQ(addr_to_sock(&addr, &back), sizeof(back.in));
		CHECK_EQ(back.in.sin_addr.s_addr, sock.in.sin_addr.s_addr);
		snprintf(want, sizeof(want), "%s:%zu", texts4[i], 7460 + i);
		CHECK(!strcmp(addr_text(&addr, text), want), "%s", text);
	}
	for (i = 0; i < ARRAY_SIZE(texts6); i++) {
		memset(&sock, 0, sizeof(sock));
		sock.in6.sin6_family = AF_INET6;
		sock.in6.sin6_port = htons(7460 + i);
		sock.in6.sin6_flowinfo = test_random();
		sock.in6.sin6_scope_id = test_random();
		inet_pton(AF_INET6, texts6[i], &sock.in6.sin6_addr);
		CHECK(addr_from_sock(&sock.sa, &addr), "%s", texts6[i]);
		CHECK_EQ(addr_to_sock(&addr, &back), sizeof(back.in6));
		CHECK_EQ(back.in6.sin6_scope_id, 0);
		snprintf(want, sizeof(want), "[%s]:%zu", texts6[i], 7460 + i);
		CHECK(!strcmp(addr_text(&addr, text), want), "%s", text);
	}
}

static void the_same_address_has_the_same_bytes(void)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(1) };
	struct gossip_addr one, other;

	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	in6.sin6_flowinfo = 1;
	in6.sin6_scope_id = 1;
	CHECK(addr_from_sock((struct sockaddr *)&in6, &one), "link-local");
	in6.sin6_flowinfo = 2;
	CHECK(addr_from_sock((struct sockaddr *)&in6, &other), "link-local");
	CHECK(!memcmp(&one, &other, sizeof(one)), "the flow counts");
	in6.sin6_scope_id = 2;
	CHECK(addr_from_sock((struct sockaddr *)&in6, &other), "link-local");
	CHECK(memcmp(&one, &other, sizeof(one)), "the interface does not count");
}

static void what_is_no_address_is_none(void)
{
	struct sockaddr local = { .sa_family = AF_UNIX };
	struct gossip_addr addr;
	union config_addr sock = { .in = { .sin_family = AF_INET } };
	char text[ADDR_TEXT_LEN];

	CHECK(!addr_from_sock(&local, &addr), "a Unix socket");
	CHECK(addr_from_sock(&sock.sa, &addr), "IPv4");
	addr.len--;
	CHECK_EQ(addr_to_sock(&addr, &sock), 0);
	addr.len = 255;
	CHECK_EQ(addr_to_sock(&addr, &sock), 0);
	addr.len = sizeof(sock.in6);
	CHECK_EQ(addr_to_sock(&addr, &sock), 0);
	addr.len = sizeof(sock.in);
	addr.link = 1;
	CHECK(!strcmp(addr_text(&addr, text), "none"), "%s", text);
}

const struct test_suite daemon_state_suite = {
	.name = "daemon_state",
	.cases = (const struct test_case[]) {
		{ "each_start_is_above_the_one_before", each_start_is_above_the_one_before },
		{ "refutations_do_not_catch_up", refutations_do_not_catch_up },
		{ "most_refutations_write_nothing", most_refutations_write_nothing },
		{ "a_file_that_makes_no_sense_is_said_to", a_file_that_makes_no_sense_is_said_to },
		{ "a_number_that_is_too_high_makes_no_sense",
		  a_number_that_is_too_high_makes_no_sense },
		{ "a_directory_is_for_one", a_directory_is_for_one },
		{ "what_cannot_be_written_is_said", what_cannot_be_written_is_said },
		{ "addresses_come_back", addresses_come_back },
		{ "the_same_address_has_the_same_bytes", the_same_address_has_the_same_bytes },
		{ "what_is_no_address_is_none", what_is_no_address_is_none },
		{ }
	},
};
