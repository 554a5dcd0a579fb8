// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes of the gossip: each record and the header as the specification's vectors have them, and
 * a reader that whatever bytes cannot lead astray. Every buffer is as long as it has to be, so that
 * the sanitizers see a byte too many.
 */
#include <stdlib.h>

#include "harness.h"
#include "wire.h"

#define VECTORS "../../../Documentation/gossip-vectors.txt"
#define TEXT_MAX 1024
#define BEACON_BYTES 68

static const char *const type_names[GW_TYPES] = {
	[GW_BEACON] = "beacon", [GW_ZONE] = "zone",   [GW_CLAIM] = "claim", [GW_CRISIS] = "crisis",
	[GW_HELLO] = "hello",	[GW_PULL] = "pull",   [GW_PROBE] = "probe",
	[GW_ADDRESS] = "address",
};

static uint8_t random_type(void)
{
	return (uint8_t)test_random_range(GW_BEACON, GW_TYPES - 1);
}

/* A copy that ends where the memory ends. */
static uint8_t *exactly(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	CHECK(copy, "no memory");
	memcpy(copy, bytes, len);
	return copy;
}

static int get_exactly(const uint8_t *bytes, size_t len, struct gw_record *record)
{
	uint8_t *copy = exactly(bytes, len);
	int ret = gw_get(copy, len, record);

	free(copy);
	return ret;
}

/* --- vectors --- */

static void from_hex(const char *hex, uint8_t *out, size_t len)
{
	char two[3] = "";
	size_t i;

	CHECK_EQ(strlen(hex), 2 * len);
	for (i = 0; i < len; i++) {
		char *end;

		memcpy(two, hex + 2 * i, 2);
		out[i] = (uint8_t)strtoul(two, &end, 16);
		CHECK(!*end, "'%s' is not hexadecimal", two);
	}
}

static void set_integer(void *member, size_t size, uint64_t value)
{
	switch (size) {
	case 1:
		*(uint8_t *)member = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)member = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)member = (uint32_t)value;
		break;
	default:
		*(uint64_t *)member = value;
	}
}

static void set_field(struct gw_record *record, const char *name, const char *text)
{
	size_t nr, i;
	const struct gw_field *field = gw_fields(record->type, &nr);

	for (i = 0; i < nr; i++) {
		uint8_t *member = (uint8_t *)record + field[i].offset;
		uint64_t value;

		if (strcmp(field[i].name, name))
			continue;
		if (field[i].size > 8) {
			from_hex(text, member, field[i].size);
			return;
		}
		value = strtoull(text, NULL, 10);
		set_integer(member, field[i].size, value);
		return;
	}
	CHECK(false, "%s has no field '%s'", type_names[record->type], name);
}

static void set_header(struct gw_header *header, const char *name, const char *text)
{
	uint64_t value = strtoull(text, NULL, 10);

	if (!strcmp(name, "node"))
		from_hex(text, header->node.byte, sizeof(header->node.byte));
	else if (!strcmp(name, "key_id"))
		header->key_id = (uint8_t)value;
	else if (!strcmp(name, "zone"))
		header->zone = (uint16_t)value;
	else if (!strcmp(name, "incarnation"))
		header->incarnation = value;
	else if (!strcmp(name, "salt"))
		header->salt = value;
	else if (!strcmp(name, "counter"))
		header->counter = value;
	else
		CHECK(false, "a header has no field '%s'", name);
}

static uint8_t type_of(const char *name)
{
	unsigned int type;

	for (type = GW_BEACON; type < GW_TYPES; type++)
		if (!strcmp(type_names[type], name))
			return (uint8_t)type;
	CHECK(false, "no record is called '%s'", name);
	return 0;
}

/* What was put is what the vector has, and what is read from that is put the same. */
static void check_bytes(const struct gw_record *record, const struct gw_header *header,
			const char *hex)
{
	uint8_t want[GW_DATAGRAM_MAX], got[GW_DATAGRAM_MAX];
	size_t len = strlen(hex) / 2;
	struct gw_header h;
	struct gw_record r;

	from_hex(hex, want, len);
	if (header) {
		CHECK_EQ(gw_put_header(header, got, len), len);
		CHECK(!memcmp(got, want, len), "the header is not as specified");
		CHECK_EQ(gw_get_header(want, len, &h), len);
		CHECK_EQ(gw_put_header(&h, got, len), len);
	} else {
		CHECK_EQ(gw_put(record, got, len), len);
		CHECK(!memcmp(got, want, len), "type %u is not as specified", record->type);
		CHECK_EQ(get_exactly(want, len, &r), len);
		CHECK_EQ(r.type, record->type);
		CHECK_EQ(gw_put(&r, got, len), len);
	}
	CHECK(!memcmp(got, want, len), "what was read is not what was there");
}

static void vectors_agree(void)
{
	char line[TEXT_MAX], *name, *text;
	FILE *file = fopen(VECTORS, "r");
	struct gw_record record = { 0 };
	struct gw_header header = { 0 };
	bool in_header = false, here = true;
	int nr = 0;

	CHECK(file, "cannot open %s", VECTORS);
	while (fgets(line, sizeof(line), file)) {
		name = strtok(line, "\n ");
		text = strtok(NULL, "\n ");
		if (!name || name[0] == '#')
			continue;
		/* A word alone is a vector of another kind, for test_seal.c, but for a header. */
		if (!text)
			here = !strcmp(name, "header");
		else if (!strcmp(name, "record"))
			here = true;
		if (!here)
			continue;
		if (!strcmp(name, "header")) {
			in_header = true;
			continue;
		}
		CHECK(text, "%s of nothing", name);
		if (!strcmp(name, "record")) {
			memset(&record, 0, sizeof(record));
			record.type = type_of(text);
		} else if (!strcmp(name, "bytes")) {
			check_bytes(&record, in_header ? &header : NULL, text);
			nr++;
		} else if (in_header) {
			set_header(&header, name, text);
		} else {
			set_field(&record, name, text);
		}
	}
	fclose(file);
	/* One of each type, and the header. */
	CHECK_EQ(nr, GW_TYPES);
}

/* Of a bit that is not known nothing is made, and the record is as good as any. */
static void flags_of_later_versions_are_read(void)
{
	struct gw_record r = { .type = GW_BEACON }, got;
	uint8_t bytes[100];
	uint32_t flags;

	for (flags = 0; flags < 256; flags++) {
		r.beacon.flags = (uint8_t)flags;
		CHECK_EQ(gw_put(&r, bytes, sizeof(bytes)), 68);
		CHECK_EQ(bytes[2], flags);
		CHECK_EQ(gw_get(bytes, 68, &got), 68);
		CHECK_EQ(got.beacon.flags, flags);
	}
	CHECK_EQ(GW_FLAGS, 127);
}

/* --- any values, any bytes --- */

static int random_record(unsigned int type, uint8_t *out)
{
	static struct gw_record record;
	uint8_t *bytes = (uint8_t *)&record;
	size_t i;
	int size;

	/* Not all values are right: try until they are. */
	do {
		for (i = 0; i < sizeof(record); i++)
			bytes[i] = (uint8_t)(test_random_below(3) ? test_random() : 1);
		record.type = (uint8_t)type;
		if (type == GW_CLAIM)
			record.claim.verdict = (uint8_t)test_random_range(GW_ALIVE, GW_LEFT);
		if (type == GW_PROBE)
			record.probe.kind = (uint16_t)test_random_range(GW_PING, GW_NACK);
		if (type == GW_ADDRESS) {
			record.address.link = 0;
			record.address.len = test_random() & 1 ? GW_ADDRESS_IPV4 : GW_ADDRESS_IPV6;
		}
		size = gw_put(&record, out, GW_RECORDS_MAX);
	} while (size == GW_VALUE_WRONG);
	CHECK(size > 0, "type %u: %d", type, size);
	return size;
}

static void what_is_put_is_got(void)
{
	uint8_t bytes[GW_RECORDS_MAX], again[GW_RECORDS_MAX];
	struct gw_record record;
	int i, size;

	for (i = 0; i < 2000; i++) {
		size = random_record(random_type(), bytes);
		CHECK_EQ(get_exactly(bytes, size, &record), size);
		CHECK_EQ(gw_put(&record, again, size), size);
		CHECK(!memcmp(bytes, again, size), "type %u is not what it was", record.type);
		CHECK_EQ(gw_put(&record, again, size - 1), GW_SHORT);
	}
}

static void cut_short_is_refused(void)
{
	uint8_t bytes[GW_RECORDS_MAX];
	struct gw_record record;
	unsigned int type;
	int size, len;

	for (type = GW_BEACON; type < GW_TYPES; type++) {
		size = random_record(type, bytes);
		for (len = 1; len < size; len++)
			CHECK_EQ(get_exactly(bytes, len, &record), GW_SHORT);
		CHECK_EQ(get_exactly(bytes, 0, &record), 0);
		bytes[1]--;
		CHECK_EQ(get_exactly(bytes, size, &record), GW_SIZE_WRONG);
		bytes[1] = 0;
		CHECK_EQ(get_exactly(bytes, size, &record), GW_SIZE_WRONG);
	}
}

static void later_versions_are_read(void)
{
	uint8_t bytes[GW_RECORDS_MAX] = { 0 }, again[GW_RECORDS_MAX];
	struct gw_record record;
	unsigned int type;
	int size;

	for (type = GW_BEACON; type < GW_TYPES; type++) {
		size = random_record(type, bytes);
		bytes[1]++;
		CHECK_EQ(get_exactly(bytes, size + 4, &record), size + 4);
		bytes[1]--;
		CHECK_EQ(gw_put(&record, again, size), size);
		CHECK(!memcmp(bytes, again, size), "type %u reads differently", type);
	}
	/* A type that nobody knows yet. */
	bytes[0] = 200;
	bytes[1] = 3;
	CHECK_EQ(get_exactly(bytes, 40, &record), 12);
	CHECK_EQ(record.type, 200);
	CHECK_EQ(gw_put(&record, again, sizeof(again)), GW_FOREIGN);
}

static void values_have_their_ranges(void)
{
	struct gw_record record = { .type = GW_BEACON };
	uint8_t bytes[GW_RECORDS_MAX] = { 0 };

	CHECK_EQ(gw_size(GW_BEACON), BEACON_BYTES);
	record.beacon.fan_pct = 101;
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	record.beacon.fan_pct = GW_PCT_UNKNOWN;
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), BEACON_BYTES);
	record.beacon.suspicion_pct = GW_PCT_UNKNOWN;
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	bytes[BEACON_BYTES - 2] = 101;
	CHECK_EQ(gw_get(bytes, BEACON_BYTES, &record), GW_VALUE_WRONG);

	record = (struct gw_record) { .type = GW_CLAIM };
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	record.claim.verdict = GW_VERDICTS;
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	record = (struct gw_record) { .type = GW_PROBE, .probe.kind = GW_PROBE_KINDS };
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	record = (struct gw_record) { .type = GW_ADDRESS, .address.len = GW_ADDRESS_IPV4 };
	CHECK(gw_put(&record, bytes, sizeof(bytes)) > 0, "an address");
	record.address.link = 1;
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	record = (struct gw_record) { .type = GW_ADDRESS, .address.len = GW_ADDRESS_IPV6 + 1 };
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	record = (struct gw_record) { .type = GW_ZONE, .zone.supply_pct = 102 };
	CHECK_EQ(gw_put(&record, bytes, sizeof(bytes)), GW_VALUE_WRONG);
}

static void headers_are_looked_at(void)
{
	struct gw_header header = { .key_id = 255, .counter = GW_COUNTER_MAX }, got;
	uint8_t bytes[GW_HEADER_BYTES];
	int i;

	CHECK_EQ(gw_put_header(&header, bytes, sizeof(bytes) - 1), GW_SHORT);
	CHECK_EQ(gw_put_header(&header, bytes, sizeof(bytes)), GW_HEADER_BYTES);
	for (i = 0; i < GW_HEADER_BYTES; i++)
		CHECK_EQ(gw_get_header(bytes, i, &got), GW_SHORT);
	CHECK_EQ(gw_get_header(bytes, sizeof(bytes), &got), GW_HEADER_BYTES);
	CHECK_EQ(got.key_id, 255);
	CHECK_EQ(got.counter, GW_COUNTER_MAX);
	bytes[1]++;
	CHECK_EQ(gw_get_header(bytes, sizeof(bytes), &got), GW_FOREIGN);
	header.counter = 0;
	CHECK_EQ(gw_put_header(&header, bytes, sizeof(bytes)), GW_VALUE_WRONG);
	header.counter = GW_COUNTER_MAX + 1;
	CHECK_EQ(gw_put_header(&header, bytes, sizeof(bytes)), GW_VALUE_WRONG);
}

static void any_bytes_come_to_an_end(void)
{
	uint8_t bytes[GW_RECORDS_MAX] = { 0 };
	struct gw_record record;
	uint8_t *copy;
	size_t len, at, i;
	int round, ret, steps;

	for (round = 0; round < 3000; round++) {
		len = test_random_below(sizeof(bytes) + 1);
		for (i = 0; i < len; i++)
			bytes[i] = (uint8_t)test_random();
		/* Types and sizes that are right lead deeper. */
		for (at = 0; at + 4 <= len; at += 4 * (size_t)bytes[at + 1]) {
			if (!test_random_below(4))
				break;
			bytes[at] = random_type();
			bytes[at + 1] = (uint8_t)test_random_range(5, 52);
		}
		copy = exactly(bytes, len);
		for (at = 0, steps = 0; at <= len; at += ret, steps++) {
			ret = gw_get(copy + at, len - at, &record);
			if (ret <= 0)
				break;
		}
		CHECK(at <= len, "it read on behind the end");
		CHECK(steps <= GW_RECORDS_MAX / 4, "%d records", steps);
		free(copy);
	}
}

const struct test_suite wire_suite = {
	.name = "wire",
	.cases = (const struct test_case[]) {
		{ "vectors_agree", vectors_agree },
		{ "flags_of_later_versions_are_read", flags_of_later_versions_are_read },
		{ "what_is_put_is_got", what_is_put_is_got },
		{ "cut_short_is_refused", cut_short_is_refused },
		{ "later_versions_are_read", later_versions_are_read },
		{ "values_have_their_ranges", values_have_their_ranges },
		{ "headers_are_looked_at", headers_are_looked_at },
		{ "any_bytes_come_to_an_end", any_bytes_come_to_an_end },
		{ }
	},
};
