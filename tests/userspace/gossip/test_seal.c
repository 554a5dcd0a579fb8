// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing: keys and their rotation; what is refused, and that nothing changes then; the replay
 * window against a model that remembers every counter. Signatures are in test_seal_sign.c, the
 * specification's vectors in test_seal_vectors.c.
 */
#include "seal_scene.h"

/* --- keys --- */

static void no_two_keys_have_one_number(void)
{
	struct seal_keyring ring = { 0 }, before;
	uint8_t key[SEAL_KEY_BYTES] = { 1 }, zeros[SEAL_KEY_BYTES] = { 0 };

	CHECK_EQ(seal_rotate(&ring), SEAL_NO_KEY);
	set_key(&ring, SEAL_CURRENT, 0);
	before = ring;
	CHECK_EQ(seal_key_set(&ring, SEAL_NEXT, 0, key), SEAL_ID_TAKEN);
	CHECK_EQ(seal_key_set(&ring, SEAL_PREVIOUS, 0, key), SEAL_ID_TAKEN);
	CHECK_EQ(seal_rotate(&ring), SEAL_NO_KEY);
	CHECK(!memcmp(&ring, &before, sizeof(ring)), "refused, and yet changed");
	CHECK_EQ(seal_key_set(&ring, SEAL_CURRENT, 0, key), 0);
	CHECK(!memcmp(ring.key[SEAL_CURRENT], key, sizeof(key)), "the key is not replaced");
	CHECK_EQ(seal_key_set(&ring, SEAL_CURRENT, 0, NULL), 0);
	CHECK(!ring.present[SEAL_CURRENT], "a key stays");
	CHECK(!memcmp(ring.key[SEAL_CURRENT], zeros, sizeof(zeros)), "its bytes stay");
	/* Its number is free again. */
	CHECK_EQ(seal_key_set(&ring, SEAL_NEXT, 0, key), 0);
}

/* Whether one with that ring hears what the other one sends. */
static bool hears(struct scene *s, const struct seal_keyring *from, const struct seal_keyring *to)
{
	uint8_t records[4] = { 6, 1, 2, 3 }, *datagram;
	struct gw_header header;
	size_t total;
	int ret;

	s->ring = *from;
	datagram = sealed(s, records, sizeof(records), &total);
	ret = open_with(s, to, datagram, total, &header);
	free(datagram);
	if (ret >= 0)
		CHECK_EQ(header.key_id, from->id[SEAL_CURRENT]);
	else
		CHECK_EQ(ret, SEAL_NO_KEY);
	return ret == sizeof(records);
}

static void rotation_cuts_nobody_off(void)
{
	struct scene *s = new_scene();
	struct seal_keyring all[8] = { 0 };
	uint8_t zeros[SEAL_KEY_BYTES] = { 0 };
	int round, i, j, step, turned[8];

	for (i = 0; i < 8; i++)
		set_key(&all[i], SEAL_CURRENT, 250);
	for (round = 0; round < 10; round++) {
		/* A next key for all of them, then they rotate, in any order. */
		for (i = 0; i < 8; i++)
			set_key(&all[i], SEAL_NEXT, (uint8_t)(251 + round));
		memset(turned, 0, sizeof(turned));
		for (step = 0; step < 8; step++) {
			do
				i = test_random_below(8);
			while (turned[i]++);
			CHECK_EQ(seal_rotate(&all[i]), 0);
			CHECK(!all[i].present[SEAL_NEXT], "the next key stays");
			CHECK(!memcmp(all[i].key[SEAL_NEXT], zeros, sizeof(zeros)), "bytes stay");
			CHECK_EQ(all[i].id[SEAL_CURRENT], (uint8_t)(251 + round));
			CHECK_EQ(all[i].id[SEAL_PREVIOUS], (uint8_t)(250 + round));
			for (j = 0; j < 8; j++) {
				CHECK(hears(s, &all[i], &all[j]), "%d does not hear %d", j, i);
				CHECK(hears(s, &all[j], &all[i]), "%d does not hear %d", i, j);
			}
		}
	}
	free(s);
}

/* One that was apart: with the next key in time it misses a rotation and nothing else. */
static void one_rotation_may_be_missed(void)
{
	struct seal_keyring apart = { 0 }, others = { 0 }, without = { 0 };
	struct scene *s = new_scene();

	set_key(&apart, SEAL_CURRENT, 1);
	set_key(&apart, SEAL_NEXT, 2);
	set_key(&without, SEAL_CURRENT, 1);
	others = apart;
	CHECK_EQ(seal_rotate(&others), 0);
	set_key(&others, SEAL_NEXT, 3);
	CHECK(hears(s, &apart, &others) && hears(s, &others, &apart), "one rotation cuts off");
	/* Without the next key it is heard, but does not hear. */
	CHECK(hears(s, &without, &others) && !hears(s, &others, &without), "a key from nowhere");
	CHECK_EQ(seal_rotate(&others), 0);
	CHECK(!hears(s, &apart, &others) && !hears(s, &others, &apart), "keys never end");
	free(s);
}

/* --- what is refused --- */

static void any_bit_counts(void)
{
	struct scene *s = new_scene();
	struct seal_keyring other = { 0 };
	struct gw_header header, untouched;
	uint8_t records[40], *datagram;
	size_t total, i;
	int ret, bit;

	fill(records, sizeof(records));
	memset(&untouched, 0xa5, sizeof(untouched));
	datagram = sealed(s, records, sizeof(records), &total);
	for (i = 0; i < total; i++) {
		for (bit = 0; bit < 8; bit++) {
			datagram[i] ^= (uint8_t)(1 << bit);
			header = untouched;
			ret = open_with(s, &s->ring, datagram, total, &header);
			if (i < 2)
				CHECK_EQ(ret, GW_FOREIGN);
			else if (i == 36)
				CHECK_EQ(ret, SEAL_NO_KEY);
			/* Counter 1 without its bit is none. */
			else if (i == 43 && bit == 0)
				CHECK_EQ(ret, GW_VALUE_WRONG);
			else
				CHECK_EQ(ret, SEAL_FORGED);
			CHECK(header.counter == untouched.counter &&
			      header.salt == untouched.salt, "the header is written");
			datagram[i] ^= (uint8_t)(1 << bit);
		}
	}
	CHECK_EQ(open_with(s, &s->ring, datagram, total, &header), sizeof(records));
	/* The right number, and another key. */
	set_key(&other, SEAL_CURRENT, 3);
	other.id[SEAL_CURRENT] = 2;
	CHECK_EQ(open_with(s, &other, datagram, total, &header), SEAL_FORGED);
	free(datagram);
	free(s);
}

static void any_length_counts(void)
{
	uint8_t records[GW_RECORDS_MAX + 1], *datagram;
	struct scene *s = new_scene();
	struct gw_header header;
	struct seal_sender before;
	size_t total, len;

	fill(records, sizeof(records));
	datagram = sealed(s, records, GW_RECORDS_MAX, &total);
	CHECK_EQ(total, GW_DATAGRAM_MAX);
	for (len = 0; len < total; len++)
		CHECK_EQ(open_with(s, &s->ring, datagram, len, &header),
			 len < GW_HEADER_BYTES + GW_TAG_BYTES ? GW_SHORT : SEAL_FORGED);
	CHECK_EQ(open_with(s, &s->ring, datagram, total, &header), GW_RECORDS_MAX);
	free(datagram);

	before = s->sender;
	datagram = calloc(1, GW_DATAGRAM_MAX + 1);
	CHECK(datagram, "no memory");
	CHECK_EQ(seal_open(&s->crypto, &s->ring, datagram, GW_DATAGRAM_MAX + 1, &header),
		 SEAL_ROOM);
	CHECK_EQ(seal_datagram(&s->crypto, &s->ring, &s->sender, datagram, GW_RECORDS_MAX + 1),
		 SEAL_ROOM);
	s->ring.present[SEAL_CURRENT] = false;
	set_key(&s->ring, SEAL_NEXT, 9);
	CHECK_EQ(seal_datagram(&s->crypto, &s->ring, &s->sender, datagram, 4), SEAL_NO_KEY);
	CHECK(before.counter == s->sender.counter, "refused, and yet counted");
	free(datagram);
	free(s);
}

static void counters_come_once(void)
{
	uint8_t records[8] = { 0 }, *datagram;
	struct scene *s = new_scene();
	struct gw_header header;
	size_t total;
	uint64_t i;

	for (i = 1; i < 100; i++) {
		datagram = sealed(s, records, sizeof(records), &total);
		CHECK_EQ(open_with(s, &s->ring, datagram, total, &header), sizeof(records));
		CHECK_EQ(header.counter, i);
		CHECK(header.salt == s->sender.salt, "the salt changed");
		CHECK(header.incarnation == s->sender.incarnation, "the incarnation changed");
		CHECK_EQ(header.zone, ZONE);
		CHECK(!memcmp(&header.node, &s->sender.node, sizeof(header.node)), "another node");
		free(datagram);
	}
	s->sender.counter = GW_COUNTER_MAX - 1;
	datagram = sealed(s, records, sizeof(records), &total);
	CHECK_EQ(seal_datagram(&s->crypto, &s->ring, &s->sender, datagram, sizeof(records)),
		 SEAL_EXHAUSTED);
	CHECK_EQ(s->sender.counter, GW_COUNTER_MAX);
	free(datagram);
	free(s);
}

/* --- the window --- */

#define MODEL_COUNTERS 65536

static void window_is_as_a_model_that_forgets_nothing(void)
{
	static bool seen[MODEL_COUNTERS];
	struct seal_window window = { 0 }, before;
	struct gw_header h = { .incarnation = 5, .salt = 77 };
	uint64_t base = test_random_range(1, GW_COUNTER_MAX - MODEL_COUNTERS), highest = 0;
	int i, taken = 0;
	bool fresh;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < 30000; i++) {
		uint64_t at = highest + (test_random_below(200) ? test_random_below(4)
							       : test_random_below(1100));
		uint64_t back = test_random_below(3) ? test_random_below(4)
						     : test_random_below(2UL * SEAL_WINDOW);

		at = at > back ? at - back : 0;
		if (at >= MODEL_COUNTERS)
			break;
		h.counter = base + at;
		fresh = at > highest || !taken || (highest - at < SEAL_WINDOW && !seen[at]);
		CHECK_EQ(seal_fresh(&window, &h), fresh);
		/* Not all that is fresh is authentic. */
		if (!test_random_below(5))
			continue;
		before = window;
		seal_accept(&window, &h);
		CHECK(fresh || !memcmp(&before, &window, sizeof(window)), "a replay changed it");
		CHECK(!seal_fresh(&window, &h), "twice");
		if (fresh) {
			seen[at] = true;
			highest = at > highest ? at : highest;
			taken++;
		}
	}
	CHECK(taken > 1000, "only %d were taken", taken);
}

static void window_has_its_edges(void)
{
	struct gw_header h = { .incarnation = 0, .salt = 1, .counter = 5000 };
	struct seal_window window = { 0 };
	uint64_t jump;

	/* Incarnation and salt may be anything at first. */
	CHECK(seal_fresh(&window, &h), "the first one");
	seal_accept(&window, &h);
	h.counter = 5000 - SEAL_WINDOW;
	CHECK(!seal_fresh(&window, &h), "behind the window");
	h.counter++;
	CHECK(seal_fresh(&window, &h), "the last one in the window");
	seal_accept(&window, &h);
	/* One further, and where that one stood stands another one that nobody has seen. */
	for (jump = SEAL_WINDOW - 1; jump <= SEAL_WINDOW + 1; jump++) {
		uint64_t old = window.highest;

		h.counter = old + jump;
		seal_accept(&window, &h);
		CHECK(!seal_fresh(&window, &h), "seen");
		h.counter = old;
		CHECK(!seal_fresh(&window, &h), "seen, or behind");
		for (h.counter = old + 1; h.counter < old + jump; h.counter++)
			CHECK_EQ(seal_fresh(&window, &h), jump - (h.counter - old) < SEAL_WINDOW);
	}
	h.counter = GW_COUNTER_MAX;
	seal_accept(&window, &h);
	CHECK(!seal_fresh(&window, &h), "the last one of all");
}

static void a_restart_begins_anew(void)
{
	struct gw_header old = { .incarnation = 7, .salt = 1, .counter = 900 }, h = old;
	struct seal_window window = { 0 }, before;

	seal_accept(&window, &old);
	h.counter = 901;
	before = window;
	h.salt = 2;
	CHECK(!seal_fresh(&window, &h), "another salt");
	seal_accept(&window, &h);
	h.salt = 1;
	h.incarnation = 6;
	CHECK(!seal_fresh(&window, &h), "a lower incarnation");
	seal_accept(&window, &h);
	CHECK(!memcmp(&window, &before, sizeof(window)), "refused, and yet changed");
	/* A restart: all begins with 1. */
	h = (struct gw_header) { .incarnation = 8, .salt = 2, .counter = 1 };
	CHECK(seal_fresh(&window, &h), "a restart");
	seal_accept(&window, &h);
	CHECK(!seal_fresh(&window, &h) && !seal_fresh(&window, &old), "a replay");
	h.counter = 901;
	CHECK(seal_fresh(&window, &h), "nothing of the old window holds");
	/* One that is far on when it is first heard: what was seen before is another's. */
	h = (struct gw_header) { .incarnation = 9, .salt = 3, .counter = 1000 };
	seal_accept(&window, &h);
	h = (struct gw_header) { .incarnation = 10, .salt = 4, .counter = 1001 };
	seal_accept(&window, &h);
	h.counter = 1000;
	CHECK(seal_fresh(&window, &h), "seen of another incarnation");
	/* What the node said of itself in answer to others: it goes on counting. */
	h = (struct gw_header) { .incarnation = 11, .salt = 4, .counter = 1003 };
	seal_accept(&window, &h);
	h.counter = 1002;
	CHECK(seal_fresh(&window, &h), "overtaken on the way");
	h.incarnation = 10;
	CHECK(!seal_fresh(&window, &h), "the incarnation before");
}

const struct test_suite seal_suite = {
	.name = "seal",
	.cases = (const struct test_case[]) {
		{ "no_two_keys_have_one_number", no_two_keys_have_one_number },
		{ "rotation_cuts_nobody_off", rotation_cuts_nobody_off },
		{ "one_rotation_may_be_missed", one_rotation_may_be_missed },
		{ "any_bit_counts", any_bit_counts },
		{ "any_length_counts", any_length_counts },
		{ "counters_come_once", counters_come_once },
		{ "window_is_as_a_model_that_forgets_nothing",
		  window_is_as_a_model_that_forgets_nothing },
		{ "window_has_its_edges", window_has_its_edges },
		{ "a_restart_begins_anew", a_restart_begins_anew },
		{ }
	},
};
