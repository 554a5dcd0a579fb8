// SPDX-License-Identifier: GPL-2.0
/*
 * What is announced by mDNS: which of it is used, how much of it is kept, and that a node without
 * Avahi's library does without it. What needs the library is tested with daemons, net/test_mdns.py.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "config.h"
#include "harness.h"
#include "log.h"
#include "mdns.h"

#define ID "7d2b1c4e-90f3-4a56-8e21-5f0a3c9b7d10"
#define ZONE 3

static const struct gw_id self = { { 0x11 } };

static union config_addr addr4(const char *text, uint16_t port)
{
	union config_addr addr = { .in = { .sin_family = AF_INET, .sin_port = htons(port) } };

	CHECK_EQ(inet_pton(AF_INET, text, &addr.in.sin_addr), 1);
	return addr;
}

static union config_addr addr6(const char *text, uint16_t port, uint32_t scope)
{
	union config_addr addr = { .in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port),
					    .sin6_scope_id = scope } };

	CHECK_EQ(inet_pton(AF_INET6, text, &addr.in6.sin6_addr), 1);
	return addr;
}

static enum mdns_counter judge(const char *const *txt, size_t nr, const union config_addr *addr)
{
	struct mdns_string strings[32];
	size_t i;

	for (i = 0; i < nr; i++)
		strings[i] = (struct mdns_string){ (const uint8_t *)txt[i], strlen(txt[i]) };
	return mdns_judge(&self, ZONE, strings, nr, addr);
}

/* Up to 4 strings. */
struct text_case {
	const char *txt[4];
	enum mdns_counter what;
};

static const struct text_case texts[] = {
	{ { "v=1", "zone=3", "id=" ID }, MDNS_FOUND },
	{ { "id=" ID, "zone=3", "v=1", "more=x" }, MDNS_FOUND },
	/* RFC 6763: case does not matter in keys, and the first one of two counts. */
	{ { "V=1", "Zone=3", "ID=" ID }, MDNS_FOUND },
	{ { "v=1", "zone=3", "zone=4", "id=" ID }, MDNS_FOUND },
	{ { "v=1", "zone=4", "zone=3", "id=" ID }, MDNS_FOREIGN },
	{ { "v=1", "zone=0", "id=" ID }, MDNS_FOREIGN },
	{ { "v=1", "zone=65535", "id=" ID }, MDNS_FOREIGN },
	{ { "v=1", "zone=3", "id=11000000-0000-0000-0000-000000000000" }, MDNS_OWN },
	{ { "v=1", "zone=9", "id=11000000-0000-0000-0000-000000000000" }, MDNS_OWN },
	{ { "v=1", "zone=65536", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zone=65539", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zone=4294967299", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zone=-3", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zone= 3", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zone=", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zone", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zonex=3", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "id=" ID }, MDNS_RUBBISH },
	{ { "v=1", "zone=3" }, MDNS_RUBBISH },
	{ { "v=1", "zone=3", "id=" ID "0" }, MDNS_RUBBISH },
	{ { "v=1", "zone=3", "id=none" }, MDNS_RUBBISH },
	{ { "v=2", "zone=3", "id=" ID }, MDNS_RUBBISH },
	{ { "v=", "zone=3", "id=" ID }, MDNS_RUBBISH },
	{ { "zone=3", "id=" ID }, MDNS_RUBBISH },
	{ { "" }, MDNS_RUBBISH },
};

static void test_texts_are_judged(void)
{
	const union config_addr addr = addr4("192.0.2.7", 7460);
	size_t i, nr;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		for (nr = 0; nr < 4 && texts[i].txt[nr]; nr++)
			;
		CHECK(judge(texts[i].txt, nr, &addr) == texts[i].what, "case %zu: %s", i,
		      mdns_counter_names[judge(texts[i].txt, nr, &addr)]);
	}
	CHECK_EQ(judge(NULL, 0, &addr), MDNS_RUBBISH);
}

static void test_a_zero_in_a_value_is_rubbish(void)
{
	const struct mdns_string txt[] = {
		{ (const uint8_t *)"v=1", 3 }, { (const uint8_t *)"zone=3\0", 7 },
		{ (const uint8_t *)"id=" ID, 39 },
	};
	const union config_addr addr = addr4("192.0.2.7", 7460);

	CHECK_EQ(mdns_judge(&self, ZONE, txt, 3, &addr), MDNS_RUBBISH);
}

static void test_only_some_strings_are_looked_at(void)
{
	const char *txt[MDNS_TXT_MAX + 3] = { 0 };
	const union config_addr addr = addr4("192.0.2.7", 7460);
	size_t i;

	for (i = 0; i < MDNS_TXT_MAX - 2; i++)
		txt[i] = "pad=x";
	txt[i++] = "v=1";
	txt[i++] = "zone=3";
	txt[i++] = "id=" ID;
	CHECK_EQ(judge(txt, i, &addr), MDNS_RUBBISH);
	CHECK_EQ(judge(txt + 1, i - 1, &addr), MDNS_FOUND);
}

static void test_addresses_that_no_host_has_are_rubbish(void)
{
	static const char *const good[] = { "v=1", "zone=3", ("id=" ID) };
	const union config_addr bad[] = {
		addr4("0.0.0.0", 1), addr4("0.1.2.3", 1), addr4("127.0.0.1", 1),
		addr4("127.9.9.9", 1), addr4("224.0.0.251", 1), addr4("239.192.0.3", 1),
		addr4("255.255.255.255", 1), addr4("192.0.2.7", 0), addr6("::", 1, 0),
		addr6("::1", 1, 0), addr6("ff02::fb", 1, 0), addr6("::ffff:192.0.2.7", 1, 0),
		addr6("fe80::1", 1, 0), addr6("2001:db8::7", 0, 0), { .sa = { .sa_family = 0 } },
	};
	const union config_addr fine[] = {
		addr4("10.0.0.1", 7460), addr4("223.255.255.254", 1), addr6("2001:db8::7", 7460, 0),
		addr6("fe80::1", 7460, 2),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(judge(good, 3, &bad[i]) == MDNS_RUBBISH, "bad address %zu", i);
	for (i = 0; i < ARRAY_SIZE(fine); i++)
		CHECK(judge(good, 3, &fine[i]) == MDNS_FOUND, "good address %zu", i);
}

static void test_any_bytes_are_judged(void)
{
	const union config_addr addr = addr4("192.0.2.7", 7460);
	uint8_t bytes[8][300];
	struct mdns_string txt[8];
	size_t round, i, j;

	for (round = 0; round < 2000; round++) {
		for (i = 0; i < 8; i++) {
			txt[i] = (struct mdns_string){ bytes[i], test_random_below(300) };
			for (j = 0; j < txt[i].len; j++)
				bytes[i][j] = (uint8_t)"v=1zone3id\0-f"[test_random_below(13)];
		}
		CHECK(mdns_judge(&self, ZONE, txt, test_random_below(9), &addr) != MDNS_OWN,
		      "made up");
	}
}

/* --- the queue --- */

static struct mdns_change found(unsigned int number)
{
	struct mdns_change change = { .service = { .interface = 2 } };
	const union config_addr addr = addr4("10.1.2.3", (uint16_t)(number + 1));

	snprintf(change.service.name, MDNS_NAME_LEN, "node %u", number);
	CHECK(addr_from_sock(&addr.sa, &change.addr), "no address");
	return change;
}

static void test_a_full_queue_drops_and_counts(void)
{
	struct mdns_change change = found(0), got;
	uint64_t counters[MDNS_COUNTERS];
	struct mdns_queue queue;
	unsigned int i;

	mdns_queue_init(&queue);
	CHECK(!mdns_queue_take(&queue, &got), "something from nothing");
	/* Round the circle as well. */
	for (i = 0; i < 5; i++) {
		CHECK(mdns_queue_put(&queue, &change), "no room");
		CHECK(mdns_queue_take(&queue, &got), "lost");
	}
	for (i = 0; i < MDNS_QUEUE_MAX + 7; i++) {
		change = found(i);
		CHECK_EQ(mdns_queue_put(&queue, &change), i < MDNS_QUEUE_MAX);
	}
	mdns_queue_counters(&queue, counters);
	CHECK_EQ(counters[MDNS_FOUND], MDNS_QUEUE_MAX + 5);
	CHECK_EQ(counters[MDNS_DROPPED], 7);
	for (i = 0; i < MDNS_QUEUE_MAX; i++) {
		CHECK(mdns_queue_take(&queue, &got), "lost");
		change = found(i);
		CHECK(!got.gone && !strcmp(got.service.name, change.service.name),
		      "not in order: %s", got.service.name);
	}
	CHECK(!mdns_queue_take(&queue, &got), "more than went in");
	mdns_queue_destroy(&queue);
}

static void test_the_same_news_are_no_news(void)
{
	char longest[300];
	struct mdns_queue queue;
	struct mdns_state state;

	mdns_queue_init(&queue);
	mdns_queue_state(&queue, &state);
	CHECK(!state.news && !state.up, "news of nothing");
	mdns_queue_tell(&queue, false, "");
	mdns_queue_tell(&queue, false, "");
	mdns_queue_tell(&queue, true, "node");
	mdns_queue_tell(&queue, true, "node");
	mdns_queue_state(&queue, &state);
	CHECK_EQ(state.news, 2);
	CHECK(state.up && !strcmp(state.why, "node"), "%s", state.why);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	mdns_queue_tell(&queue, true, longest);
	mdns_queue_tell(&queue, true, longest);
	mdns_queue_state(&queue, &state);
	CHECK_EQ(state.news, 3);
	CHECK_EQ(strlen(state.why), MDNS_WHY_LEN - 1);
	mdns_queue_destroy(&queue);
}

/* --- the table --- */

static void test_hints_come_and_go(void)
{
	struct mdns_hints hints = { .nr = 0 };
	struct mdns_change a = found(0), b = found(1), other = found(0);
	bool displaced;

	CHECK(!mdns_hints_next(&hints), "somewhere from nowhere");
	CHECK(mdns_hints_apply(&hints, &a, 0, &displaced) && !displaced, "not new");
	CHECK(!mdns_hints_apply(&hints, &a, 0, &displaced), "new again");
	CHECK(mdns_hints_apply(&hints, &b, 0, &displaced), "not new");
	/* On another interface it is another one. */
	other.service.interface = 3;
	CHECK(mdns_hints_apply(&hints, &other, 0, &displaced), "not new");
	CHECK_EQ(hints.nr, 3);
	/* Elsewhere now. */
	a.addr = found(9).addr;
	CHECK(mdns_hints_apply(&hints, &a, 0, &displaced), "not new");
	CHECK_EQ(hints.nr, 3);
	a.gone = true;
	CHECK(!mdns_hints_apply(&hints, &a, 0, &displaced), "gone is new");
	CHECK(!mdns_hints_apply(&hints, &a, 0, &displaced), "gone is new");
	CHECK_EQ(hints.nr, 2);
	CHECK(mdns_hints_next(&hints) != mdns_hints_next(&hints), "not by turns");
	b.gone = true;
	other.gone = true;
	mdns_hints_apply(&hints, &b, 0, &displaced);
	CHECK(!memcmp(mdns_hints_next(&hints), &other.addr, sizeof(other.addr)), "the wrong one");
	mdns_hints_apply(&hints, &other, 0, &displaced);
	CHECK(!mdns_hints_next(&hints), "somewhere from nowhere");
}

static void test_a_flood_leaves_room_for_others(void)
{
	struct mdns_hints hints = { .nr = 0 };
	unsigned int i, nr_displaced = 0, kept = 0;
	struct mdns_change change;
	bool displaced;

	for (i = 0; i < 1000; i++) {
		change = found(i);
		CHECK(mdns_hints_apply(&hints, &change, test_random(), &displaced), "not new");
		nr_displaced += displaced;
		CHECK(hints.nr <= MDNS_HINTS_MAX, "%zu", hints.nr);
	}
	CHECK_EQ(nr_displaced, 1000 - MDNS_HINTS_MAX);
	/* All are asked in one round, and who came first was not kept for coming first. */
	for (i = 0; i < MDNS_HINTS_MAX; i++)
		kept += ntohs(*(const uint16_t *)(mdns_hints_next(&hints)->byte + 4)) <= 64;
	CHECK(kept < 8, "%u of the first ones", kept);
}

/* --- without the library --- */

static void no_hint(void *ctx)
{
	(void)ctx;
	CHECK(false, "a hint without Avahi");
}

static void test_without_the_library_it_says_so(void)
{
	const struct mdns_user user = { .hint = no_hint };
	const struct mdns_settings settings = {
		.library = "libavahi-none.so.9", .type = "_maxwell-gossip._udp", .name = "node",
		.port = 7460,
	};
	/* There, but without what is needed of it. */
	const struct mdns_settings other = {
		.library = "libuv.so.1", .type = "_maxwell-gossip._udp", .name = "node",
	};
	struct mdns *mdns = NULL;
	uv_loop_t loop;

	uv_loop_init(&loop);
	log_setup(CONFIG_LOG_ERROR, CONFIG_LOG_STDERR, 0);
	CHECK_EQ(mdns_open(&mdns, &loop, &settings, &user), -ENOSYS);
	CHECK_EQ(mdns_open(&mdns, &loop, &other, &user), -ENOSYS);
	CHECK(!mdns, "it is there all the same");
	mdns_close(mdns, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	CHECK_EQ(uv_loop_close(&loop), 0);
}

static const struct test_case cases[] = {
	{ "texts_are_judged", test_texts_are_judged },
	{ "a_zero_in_a_value_is_rubbish", test_a_zero_in_a_value_is_rubbish },
	{ "only_some_strings_are_looked_at", test_only_some_strings_are_looked_at },
	{ "addresses_that_no_host_has_are_rubbish", test_addresses_that_no_host_has_are_rubbish },
	{ "any_bytes_are_judged", test_any_bytes_are_judged },
	{ "a_full_queue_drops_and_counts", test_a_full_queue_drops_and_counts },
	{ "the_same_news_are_no_news", test_the_same_news_are_no_news },
	{ "hints_come_and_go", test_hints_come_and_go },
	{ "a_flood_leaves_room_for_others", test_a_flood_leaves_room_for_others },
	{ "without_the_library_it_says_so", test_without_the_library_it_says_so },
	{ 0 },
};

const struct test_suite mdns_suite = { .name = "mdns", .cases = cases };
