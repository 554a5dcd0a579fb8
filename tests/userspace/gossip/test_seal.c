// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing: the specification's vectors, which another implementation made; keys and their rotation;
 * what is refused, and that nothing changes then; the replay window against a model that remembers
 * every counter; signatures.
 */
#include <stdlib.h>

#include "crypto_sodium.h"
#include "harness.h"
#include "seal.h"

#define VECTORS "../../../Documentation/gossip-vectors.txt"
#define LINE_BYTES 2048
#define VALUE_BYTES 512
#define ZONE 7

/* --- a node and what it sends --- */

struct scene {
	uint8_t seed[CRYPTO_SEED_BYTES];
	uint8_t secret[SEAL_SECRET_BYTES];
	struct gw_key public_key;
	struct gossip_crypto crypto;
	struct seal_keyring ring;
	struct seal_sender sender;
};

static void fill(void *out, size_t len)
{
	uint8_t *bytes = out;

	while (len--)
		*bytes++ = (uint8_t)test_random();
}

static void set_key(struct seal_keyring *ring, enum seal_slot slot, uint8_t id)
{
	uint8_t key[SEAL_KEY_BYTES];

	/* The key of a number is the same for all who have it. */
	memset(key, id ^ 0x5a, sizeof(key));
	CHECK_EQ(seal_key_set(ring, slot, id, key), 0);
}

static struct scene *new_scene(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	CHECK(s && crypto_sodium_start(), "no memory or no randomness");
	fill(s->seed, sizeof(s->seed));
	crypto_sodium_expand(s->seed, s->secret, &s->public_key);
	s->crypto = crypto_sodium(s->secret);
	set_key(&s->ring, SEAL_CURRENT, 2);
	fill(&s->sender.node, sizeof(s->sender.node));
	s->sender.zone = ZONE;
	s->sender.incarnation = test_random_range(1, 1000);
	s->sender.salt = test_random();
	return s;
}

/* Records of that length in a buffer that has room for the datagram and not a byte more. */
static uint8_t *sealed(struct scene *s, const uint8_t *records, size_t len, size_t *total)
{
	uint8_t *datagram;

	*total = GW_HEADER_BYTES + len + GW_TAG_BYTES;
	datagram = malloc(*total);
	CHECK(datagram, "no memory");
	if (len)
		memcpy(datagram + GW_HEADER_BYTES, records, len);
	CHECK_EQ(seal_datagram(&s->crypto, &s->ring, &s->sender, datagram, len), *total);
	return datagram;
}

static int open_with(struct scene *s, const struct seal_keyring *ring, const uint8_t *datagram,
		     size_t len, struct gw_header *header)
{
	uint8_t *copy = malloc(len ? len : 1);
	int ret;

	CHECK(copy, "no memory");
	memcpy(copy, datagram, len);
	ret = seal_open(&s->crypto, ring, copy, len, header);
	free(copy);
	return ret;
}

/* --- vectors --- */

enum line {
	KEY, HEADER, RECORDS, NONCE, DATAGRAM,
	SEED, NODE, PUBLIC_KEY, VECTOR_ZONE, AUTHORITY, MESSAGE, ENDORSEMENT,
	UNSIGNED, SIGNATURE, LINES,
};

static const char *const line_names[LINES] = {
	"key", "header", "records", "nonce", "datagram", "seed", "node", "public_key", "zone",
	"authority", "message", "endorsement", "unsigned", "signature",
};

struct value {
	uint8_t byte[VALUE_BYTES];
	size_t len;
};

/* What the functions of cryptography were last given. */
static struct value told;

static void told_sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature)
{
	struct scene *s = ctx;

	memcpy(told.byte, bytes, len);
	told.len = len;
	s->crypto.sign(s->crypto.ctx, bytes, len, signature);
}

static void check_same(const char *what, const void *got, const struct value *want, size_t len)
{
	CHECK_EQ(len, want->len);
	CHECK(!memcmp(got, want->byte, len), "%s is not as specified", what);
}

static void check_sealed(const struct value *v)
{
	struct scene *s = new_scene();
	struct gw_header header, got;
	uint8_t *datagram;
	size_t total;

	CHECK_EQ(gw_get_header(v[HEADER].byte, v[HEADER].len, &header), GW_HEADER_BYTES);
	CHECK_EQ(v[KEY].len, SEAL_KEY_BYTES);
	CHECK_EQ(seal_key_set(&s->ring, SEAL_CURRENT, header.key_id, v[KEY].byte), 0);
	s->sender = (struct seal_sender) {
		.node = header.node, .zone = header.zone, .incarnation = header.incarnation,
		.salt = header.salt, .counter = header.counter - 1,
	};
	datagram = sealed(s, v[RECORDS].byte, v[RECORDS].len, &total);
	check_same("a datagram", datagram, &v[DATAGRAM], total);
	CHECK_EQ(s->sender.counter, header.counter);
	CHECK_EQ(seal_open(&s->crypto, &s->ring, datagram, total, &got), v[RECORDS].len);
	check_same("what was opened", datagram + GW_HEADER_BYTES, &v[RECORDS], v[RECORDS].len);
	CHECK_EQ(got.counter, header.counter);
	free(datagram);
	free(s);
}

static void check_signed(const struct value *v)
{
	struct scene *s = new_scene();
	struct gossip_crypto listening = s->crypto;
	uint8_t bytes[VALUE_BYTES];
	struct gw_record record;
	struct gw_key key;
	struct value want;

	/* A record with no signature in it yet. */
	memcpy(bytes, v[UNSIGNED].byte, v[UNSIGNED].len);
	memset(bytes + v[UNSIGNED].len, 0, sizeof(struct gw_sig));
	CHECK_EQ(gw_get(bytes, v[UNSIGNED].len + sizeof(struct gw_sig), &record),
		 v[UNSIGNED].len + sizeof(struct gw_sig));
	crypto_sodium_expand(v[SEED].byte, s->secret, &key);
	check_same("a public key", &key, &v[PUBLIC_KEY], sizeof(key));
	listening.ctx = s;
	listening.sign = told_sign;
	CHECK(!seal_verify(&s->crypto, &record, &key), "type %u needs no signature", record.type);
	CHECK(seal_sign(&listening, &record), "type %u is not signed", record.type);
	check_same("what is signed", told.byte, &v[MESSAGE], told.len);
	CHECK(seal_verify(&s->crypto, &record, &key), "type %u: own signature", record.type);
	/* On the wire it is where the specification says. */
	memcpy(want.byte, v[UNSIGNED].byte, v[UNSIGNED].len);
	memcpy(want.byte + v[UNSIGNED].len, v[SIGNATURE].byte, v[SIGNATURE].len);
	want.len = v[UNSIGNED].len + v[SIGNATURE].len;
	check_same("a signed record", bytes, &want, gw_put(&record, bytes, sizeof(bytes)));
	free(s);
}

static void check_endorsed(const struct value *v)
{
	struct gw_hello hello = { .zone = (uint16_t)(v[VECTOR_ZONE].byte[0] << 8 |
						     v[VECTOR_ZONE].byte[1]) };
	struct scene *s = new_scene();
	uint8_t message[SEAL_ENDORSED_BYTES];
	struct gw_key authority;

	memcpy(&hello.node, v[NODE].byte, sizeof(hello.node));
	memcpy(&hello.public_key, v[PUBLIC_KEY].byte, sizeof(hello.public_key));
	crypto_sodium_expand(v[SEED].byte, s->secret, &authority);
	check_same("an authority", &authority, &v[AUTHORITY], sizeof(authority));
	seal_endorsed_bytes(&hello.node, &hello.public_key, hello.zone, message);
	check_same("what is endorsed", message, &v[MESSAGE], sizeof(message));
	s->crypto.sign(s->crypto.ctx, message, sizeof(message), &hello.endorsement);
	check_same("an endorsement", &hello.endorsement, &v[ENDORSEMENT],
		   sizeof(hello.endorsement));
	CHECK(seal_endorsed(&s->crypto, &hello, &authority), "not endorsed");
	hello.zone++;
	CHECK(!seal_endorsed(&s->crypto, &hello, &authority), "endorsed for another zone");
	hello.zone--;
	hello.zone += 256;
	CHECK(!seal_endorsed(&s->crypto, &hello, &authority), "endorsed for another zone");
	hello.zone -= 256;
	hello.public_key.byte[31] ^= 1;
	CHECK(!seal_endorsed(&s->crypto, &hello, &authority), "another key is endorsed");
	hello.public_key.byte[31] ^= 1;
	hello.node.byte[0] ^= 1;
	CHECK(!seal_endorsed(&s->crypto, &hello, &authority), "another node is endorsed");
	free(s);
}

static void read_value(struct value *value, const char *hex)
{
	char two[3] = "", *end;

	for (value->len = 0; hex[0] && hex[1]; hex += 2) {
		CHECK(value->len < sizeof(value->byte), "a vector is too long");
		memcpy(two, hex, 2);
		value->byte[value->len++] = (uint8_t)strtoul(two, &end, 16);
		CHECK(!*end, "'%s' is not hexadecimal", two);
	}
}

static void vectors_agree(void)
{
	static const struct {
		const char *name;
		enum line last;
		void (*check)(const struct value *values);
	} kinds[] = {
		{ "sealed", DATAGRAM, check_sealed },
		{ "endorsed", ENDORSEMENT, check_endorsed },
		{ "signed", SIGNATURE, check_signed },
	};
	int kind = -1, nr[3] = { 0 }, i;
	struct value *values = calloc(LINES, sizeof(*values));
	FILE *file = fopen(VECTORS, "r");
	char line[LINE_BYTES], *name, *text;

	CHECK(file && values, "cannot open %s", VECTORS);
	while (fgets(line, sizeof(line), file)) {
		name = strtok(line, "\n ");
		text = strtok(NULL, "\n ");
		if (!name)
			continue;
		for (i = 0; i < 3 && !text; i++)
			if (!strcmp(name, kinds[i].name))
				kind = i;
		for (i = 0; i < LINES && kind >= 0; i++) {
			if (strcmp(name, line_names[i]))
				continue;
			read_value(&values[i], text ? text : "");
			if (kinds[kind].last == (enum line)i) {
				kinds[kind].check(values);
				nr[kind]++;
			}
		}
	}
	fclose(file);
	free(values);
	CHECK_EQ(nr[0], 4);
	CHECK_EQ(nr[1], 1);
	CHECK_EQ(nr[2], 3);
}

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

/* --- signatures --- */

static void random_signed(struct scene *s, uint8_t type, struct gw_record *record)
{
	fill(record, sizeof(*record));
	record->type = type;
	if (type == GW_CLAIM)
		record->claim.verdict = GW_DEAD;
	if (type == GW_CRISIS) {
		record->crisis.beacon.fan_pct = 20;
		record->crisis.beacon.cooling_pct = 30;
		record->crisis.beacon.supply_pct = GW_PCT_UNKNOWN;
		record->crisis.beacon.suspicion_pct = 0;
	}
	CHECK(seal_sign(&s->crypto, record), "type %u cannot be signed", type);
	CHECK(seal_verify(&s->crypto, record, &s->public_key), "type %u: own signature", type);
}

/* Each byte of each field: those that change on the way are the only ones that do not count. */
static void signatures_cover_what_they_should(void)
{
	static const uint8_t types[] = { GW_CLAIM, GW_CRISIS, GW_HELLO };
	struct scene *s = new_scene();
	struct gw_record record;
	size_t t, nr, i, j;

	for (t = 0; t < sizeof(types); t++) {
		const struct gw_field *field = gw_fields(types[t], &nr);

		random_signed(s, types[t], &record);
		for (i = 0; i < nr; i++) {
			uint8_t *member = (uint8_t *)&record + field[i].offset;
			bool open = !strcmp(field[i].name, "ttl") ||
				    (!strcmp(field[i].name, "age_ms") && types[t] == GW_CRISIS);

			for (j = 0; j < field[i].size; j++) {
				member[j] ^= 4;
				CHECK(seal_verify(&s->crypto, &record, &s->public_key) == open,
				      "type %u, %s, byte %zu", types[t], field[i].name, j);
				member[j] ^= 4;
			}
		}
		s->public_key.byte[3] ^= 1;
		CHECK(!seal_verify(&s->crypto, &record, &s->public_key), "another key");
		s->public_key.byte[3] ^= 1;
	}
	free(s);
}

static void what_has_no_signature_has_none(void)
{
	static const uint8_t types[] = { GW_BEACON, GW_ZONE, GW_PULL, GW_PROBE, 0, 99 };
	struct scene *s = new_scene();
	struct gw_record record = { 0 };
	size_t i;

	for (i = 0; i < sizeof(types); i++) {
		record.type = types[i];
		CHECK(!seal_sign(&s->crypto, &record), "type %u is signed", types[i]);
		CHECK(!seal_verify(&s->crypto, &record, &s->public_key), "type %u", types[i]);
	}
	/* Nor one that could not be sent. */
	record = (struct gw_record) { .type = GW_CLAIM, .claim.verdict = GW_VERDICTS };
	CHECK(!seal_sign(&s->crypto, &record), "no verdict");
	CHECK(!seal_verify(&s->crypto, &record, &s->public_key), "no verdict");
	free(s);
}

/* What a record of one type signs, none of another type or of another node may. */
static void signatures_are_of_one_record(void)
{
	struct scene *s = new_scene(), *other = new_scene();
	struct gw_record claim, hello;

	random_signed(s, GW_CLAIM, &claim);
	random_signed(s, GW_HELLO, &hello);
	hello.hello.signature = claim.claim.signature;
	CHECK(!seal_verify(&s->crypto, &hello, &s->public_key), "a claim's signature");
	hello.hello.endorsement = claim.claim.signature;
	CHECK(!seal_endorsed(&s->crypto, &hello.hello, &s->public_key), "a claim's signature");
	CHECK(!seal_verify(&s->crypto, &claim, &other->public_key), "another node's");
	free(other);
	free(s);
}

const struct test_suite seal_suite = {
	.name = "seal",
	.cases = (const struct test_case[]) {
		{ "vectors_agree", vectors_agree },
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
		{ "signatures_cover_what_they_should", signatures_cover_what_they_should },
		{ "what_has_no_signature_has_none", what_has_no_signature_has_none },
		{ "signatures_are_of_one_record", signatures_are_of_one_record },
		{ }
	},
};
