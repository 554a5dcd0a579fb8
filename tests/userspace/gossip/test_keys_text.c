// SPDX-License-Identifier: GPL-2.0
/*
 * Keys as text: what is read, what is refused and that nothing changes then, and what is printed.
 */
#include <stdlib.h>

#include "harness.h"
#include "key_samples.h"
#include "keys.h"

static char *memdup(const char *text, size_t len)
{
	char *copy = malloc(len);
	size_t i;

	CHECK(copy, "no memory");
	for (i = 0; i < len; i++)
		copy[i] = text[i];
	return copy;
}

static bool ring_of(const char *text, struct seal_keyring *ring)
{
	struct keys_error error;
	size_t len = strlen(text);
	/* Not a byte more than there is, and no 0 at the end. */
	char *copy = len ? memdup(text, len) : NULL;
	bool ok = keys_parse_ring(copy, len, ring, &error);

	free(copy);
	return ok;
}

static void rings_are_read(void)
{
	struct seal_keyring ring;
	uint8_t want[SEAL_KEY_BYTES];

	CHECK(ring_of("current 0 " ONES, &ring), "no newline at the end");
	CHECK(!ring.present[SEAL_PREVIOUS] && !ring.present[SEAL_NEXT], "keys from nowhere");
	CHECK_EQ(ring.id[SEAL_CURRENT], 0);
	CHECK(ring_of("# keys\n\n  next\t255 " THREES " \r\ncurrent 254 " TWOS "\n"
		      "previous 1 " ONES "\n#current 3 " TWOS, &ring), "three keys");
	memset(want, 1, sizeof(want));
	CHECK(ring.present[SEAL_PREVIOUS] && ring.id[SEAL_PREVIOUS] == 1 &&
	      !memcmp(ring.key[SEAL_PREVIOUS], want, sizeof(want)), "previous");
	memset(want, 2, sizeof(want));
	CHECK(ring.present[SEAL_CURRENT] && ring.id[SEAL_CURRENT] == 254 &&
	      !memcmp(ring.key[SEAL_CURRENT], want, sizeof(want)), "current");
	memset(want, 3, sizeof(want));
	CHECK(ring.present[SEAL_NEXT] && ring.id[SEAL_NEXT] == 255 &&
	      !memcmp(ring.key[SEAL_NEXT], want, sizeof(want)), "next");
}

static void wrong_rings_are_refused(void)
{
	static const char *const wrong[] = {
		"", "\n", "# current 1 " ONES, "next 1 " ONES, "previous 1 " ONES,
		"current", "current 1", "current " ONES, "1 " ONES, "current 1 " ONES " more",
		"Current 1 " ONES, "currents 1 " ONES, "curr 1 " ONES, "current -1 " ONES,
		"current 256 " ONES, "current 1000 " ONES, "current 0x1 " ONES, "current 1. " ONES,
		"current 1 " ONES "\ncurrent 2 " TWOS, "current 1 " ONES "\nnext 1 " TWOS,
		"current 1 " ZEROS, "current 1 AQEB", "current 1 " ONES "=",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ*=",
		"current 1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB", "current\v1 " ONES,
	};
	struct seal_keyring ring;
	uint8_t before[sizeof(ring)];
	size_t i;

	memset(&ring, 0x77, sizeof(ring));
	memcpy(before, &ring, sizeof(ring));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK(!ring_of(wrong[i], &ring), "taken: '%s'", wrong[i]);
		CHECK(!memcmp(&ring, before, sizeof(ring)), "refused, and yet changed");
	}
}

static void what_is_printed_is_read(void)
{
	char text[KEYS_FILE_BYTES];
	struct seal_keyring ring = { 0 }, got;
	uint8_t key[SEAL_KEY_BYTES];
	size_t len;
	int i, j;

	CHECK_EQ(keys_print_ring(&ring, text), 0);
	CHECK_EQ(text[0], '\0');
	for (i = 0; i < 200; i++) {
		memset(&ring, 0, sizeof(ring));
		for (j = 0; j < SEAL_SLOTS; j++) {
			if (j != SEAL_CURRENT && test_random_below(2))
				continue;
			memset(key, test_random_range(1, 255), sizeof(key));
			CHECK_EQ(seal_key_set(&ring, j, (uint8_t)(j * 80UL + test_random_below(50)),
					      key), 0);
		}
		len = keys_print_ring(&ring, text);
		CHECK_EQ(strlen(text), len);
		CHECK(ring_of(text, &got), "not read: %s", text);
		CHECK(!memcmp(&ring, &got, sizeof(ring)), "not what it was: %s", text);
	}
}

static void names_of_nodes_are_uuids(void)
{
	static const char *const wrong[] = {
		"", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
		"0123456789abcdef0123456789abcdeg", "01234567-89ab-cdef-0123-456789abcde",
		"0123456-789ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-45678-9abcde",
		"01234567-89ab-cdef-0123-4567-89abcdef", "01234567 89ab cdef 0123 456789abcdef",
	};
	struct gw_id id, other;
	size_t i;

	CHECK(keys_parse_node("0123456789abcdef0123456789ABCDEF", &id), "without hyphens");
	CHECK(keys_parse_node(NODE, &other) && !memcmp(&id, &other, sizeof(id)), "with hyphens");
	CHECK_EQ(id.byte[0], 0x01);
	CHECK_EQ(id.byte[15], 0xef);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!keys_parse_node(wrong[i], &id), "taken: '%s'", wrong[i]);
	CHECK(!memcmp(&id, &other, sizeof(id)), "refused, and yet changed");
}

static const struct test_case cases[] = {
	{ "rings_are_read", rings_are_read },
	{ "wrong_rings_are_refused", wrong_rings_are_refused },
	{ "what_is_printed_is_read", what_is_printed_is_read },
	{ "names_of_nodes_are_uuids", names_of_nodes_are_uuids },
	{ }
};

const struct test_suite keys_text_suite = { "keys_text", cases };
