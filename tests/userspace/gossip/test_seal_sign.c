// SPDX-License-Identifier: GPL-2.0
/*
 * Signatures: what they cover, and what has none.
 */
#include "seal_scene.h"

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

const struct test_suite seal_sign_suite = {
	.name = "seal_sign",
	.cases = (const struct test_case[]) {
		{ "signatures_cover_what_they_should", signatures_cover_what_they_should },
		{ "what_has_no_signature_has_none", what_has_no_signature_has_none },
		{ "signatures_are_of_one_record", signatures_are_of_one_record },
		{ }
	},
};
