// SPDX-License-Identifier: GPL-2.0
/*
 * The specification's vectors, which another implementation made.
 */
#include "seal_scene.h"

#define VECTORS "../../../Documentation/gossip-vectors.txt"
#define LINE_BYTES 2048
#define VALUE_BYTES 512

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

const struct test_suite seal_vectors_suite = {
	.name = "seal_vectors",
	.cases = (const struct test_case[]) {
		{ "vectors_agree", vectors_agree },
		{ }
	},
};
