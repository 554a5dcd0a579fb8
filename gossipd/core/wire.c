// SPDX-License-Identifier: GPL-2.0
/*
 * The codec of wire format v1: it goes by the tables of fields below, which say in which order the
 * members of a structure stand on the wire. By hand are the header, and which values may not be.
 */
#include <endian.h>
#include <string.h>

#include "wire.h"

/* Type, and size in words. */
#define PREFIX_BYTES 2

#define FIELD(record, member) {							\
	.name = #member,							\
	.offset = offsetof(struct gw_record, record.member),			\
	.size = sizeof(((struct gw_record *)NULL)->record.member),		\
}

/* A crisis has them as well. */
#define BEACON_FIELDS(beacon)							\
	FIELD(beacon, flags), FIELD(beacon, ttl), FIELD(beacon, node),		\
	FIELD(beacon, incarnation), FIELD(beacon, seq), FIELD(beacon, lamport),	\
	FIELD(beacon, temp_dc), FIELD(beacon, margin_dc),			\
	FIELD(beacon, trend_cc_per_s), FIELD(beacon, inlet_dc),			\
	FIELD(beacon, power_w),							\
	FIELD(beacon, zone), FIELD(beacon, multiplier), FIELD(beacon, seen),	\
	FIELD(beacon, age_ms), FIELD(beacon, interval_ms),			\
	FIELD(beacon, fan_pct),							\
	FIELD(beacon, cooling_pct), FIELD(beacon, supply_pct),			\
	FIELD(beacon, suspicion_pct)

static const struct gw_field beacon_fields[] = {
	BEACON_FIELDS(beacon),
};

static const struct gw_field zone_fields[] = {
	FIELD(zone, flags), FIELD(zone, ttl), FIELD(zone, aggregator),
	FIELD(zone, incarnation), FIELD(zone, seq), FIELD(zone, lamport),
	FIELD(zone, power_w), FIELD(zone, temp_max_dc), FIELD(zone, margin_min_dc),
	FIELD(zone, margin_median_dc), FIELD(zone, zone), FIELD(zone, nodes),
	FIELD(zone, expected), FIELD(zone, multiplier_max), FIELD(zone, age_ms),
	FIELD(zone, cooling_pct), FIELD(zone, supply_pct), FIELD(zone, reserved),
};

static const struct gw_field claim_fields[] = {
	FIELD(claim, verdict), FIELD(claim, ttl), FIELD(claim, subject),
	FIELD(claim, incarnation), FIELD(claim, claimant),
	FIELD(claim, claimant_incarnation), FIELD(claim, lamport), FIELD(claim, signature),
};

static const struct gw_field crisis_fields[] = {
	BEACON_FIELDS(crisis.beacon), FIELD(crisis, signature),
};

static const struct gw_field hello_fields[] = {
	FIELD(hello, flags), FIELD(hello, ttl), FIELD(hello, node), FIELD(hello, incarnation),
	FIELD(hello, lamport), FIELD(hello, public_key), FIELD(hello, zone),
	FIELD(hello, reserved), FIELD(hello, endorsement), FIELD(hello, signature),
};

static const struct gw_field pull_fields[] = {
	FIELD(pull, limit), FIELD(pull, zone), FIELD(pull, reserved), FIELD(pull, node),
};

static const struct gw_field probe_fields[] = {
	FIELD(probe, kind), FIELD(probe, number), FIELD(probe, target), FIELD(probe, origin),
	FIELD(probe, incarnation),
};

static const struct gw_field address_fields[] = {
	FIELD(address, node), FIELD(address, link), FIELD(address, len), FIELD(address, byte),
};

#define LAYOUT(list) { .fields = (list), .nr = sizeof(list) / sizeof((list)[0]) }

/* By type. */
static const struct {
	const struct gw_field *fields;
	size_t nr;
} layouts[GW_TYPES] = {
	[GW_BEACON] = LAYOUT(beacon_fields),
	[GW_ZONE] = LAYOUT(zone_fields),
	[GW_CLAIM] = LAYOUT(claim_fields),
	[GW_CRISIS] = LAYOUT(crisis_fields),
	[GW_HELLO] = LAYOUT(hello_fields),
	[GW_PULL] = LAYOUT(pull_fields),
	[GW_PROBE] = LAYOUT(probe_fields),
	[GW_ADDRESS] = LAYOUT(address_fields),
};

/**
 * gw_fields() - the fields of a record in the order in which they stand on the wire
 * @type: enum gw_type, or any other value
 * @nr: written: how many
 *
 * Return: NULL for a type that is not known.
 */
const struct gw_field *gw_fields(uint8_t type, size_t *nr)
{
	*nr = type < GW_TYPES ? layouts[type].nr : 0;
	return type < GW_TYPES ? layouts[type].fields : NULL;
}

/**
 * gw_size() - size of a record on the wire
 * @type: enum gw_type, or any other value
 *
 * Return: bytes, a multiple of 4; 0 for a type that is not known.
 */
size_t gw_size(uint8_t type)
{
	size_t nr, i, size = PREFIX_BYTES;
	const struct gw_field *field = gw_fields(type, &nr);

	for (i = 0; i < nr; i++)
		size += field[i].size;
	return nr ? size : 0;
}

/* --- one field --- */

static uint64_t load(const void *member, size_t size)
{
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	switch (size) {
	case 1:
		return *(const uint8_t *)member;
	case 2:
		memcpy(&v16, member, size);
		return v16;
	case 4:
		memcpy(&v32, member, size);
		return v32;
	default:
		memcpy(&v64, member, sizeof(v64));
		return v64;
	}
}

static void store(void *member, size_t size, uint64_t value)
{
	uint8_t v8 = (uint8_t)value;
	uint16_t v16 = (uint16_t)value;
	uint32_t v32 = (uint32_t)value;

	switch (size) {
	case 1:
		memcpy(member, &v8, size);
		break;
	case 2:
		memcpy(member, &v16, size);
		break;
	case 4:
		memcpy(member, &v32, size);
		break;
	default:
		memcpy(member, &value, sizeof(value));
	}
}

static uint8_t *put_int(uint8_t *out, size_t size, uint64_t value)
{
	uint16_t v16 = htobe16((uint16_t)value);
	uint32_t v32 = htobe32((uint32_t)value);
	uint64_t v64 = htobe64(value);

	switch (size) {
	case 1:
		*out = (uint8_t)value;
		break;
	case 2:
		memcpy(out, &v16, sizeof(v16));
		break;
	case 4:
		memcpy(out, &v32, sizeof(v32));
		break;
	default:
		memcpy(out, &v64, sizeof(v64));
	}
	return out + size;
}

static uint64_t get_int(const uint8_t **in, size_t size)
{
	uint64_t value = load(*in, size);

	*in += size;
	switch (size) {
	case 1:
		return value;
	case 2:
		return be16toh((uint16_t)value);
	case 4:
		return be32toh((uint32_t)value);
	default:
		return be64toh(value);
	}
}

/* --- header --- */

/**
 * gw_put_header() - write the header of a datagram
 * @header: header
 * @out: where to
 * @room: bytes there
 *
 * Return: %GW_HEADER_BYTES, %GW_SHORT, or %GW_VALUE_WRONG for a counter that is out of its range.
 */
int gw_put_header(const struct gw_header *header, uint8_t *out, size_t room)
{
	if (room < GW_HEADER_BYTES)
		return GW_SHORT;
	if (!header->counter || header->counter > GW_COUNTER_MAX)
		return GW_VALUE_WRONG;
	out = put_int(out, 1, GW_MAGIC);
	out = put_int(out, 1, GW_VERSION);
	out = put_int(out, 2, header->zone);
	memcpy(out, header->node.byte, sizeof(header->node.byte));
	out += sizeof(header->node.byte);
	out = put_int(out, 8, header->incarnation);
	out = put_int(out, 8, header->salt);
	put_int(out, 8, (uint64_t)header->key_id << GW_COUNTER_BITS | header->counter);
	return GW_HEADER_BYTES;
}

/**
 * gw_get_header() - read the header of a datagram
 * @in: the datagram
 * @len: its length
 * @header: written if all is well
 *
 * Return: %GW_HEADER_BYTES or an enum gw_error.
 */
int gw_get_header(const uint8_t *in, size_t len, struct gw_header *header)
{
	struct gw_header h;
	uint64_t word;

	if (len < GW_HEADER_BYTES)
		return GW_SHORT;
	if (in[0] != GW_MAGIC || in[1] != GW_VERSION)
		return GW_FOREIGN;
	in += 2;
	h.zone = (uint16_t)get_int(&in, 2);
	memcpy(h.node.byte, in, sizeof(h.node.byte));
	in += sizeof(h.node.byte);
	h.incarnation = get_int(&in, 8);
	h.salt = get_int(&in, 8);
	word = get_int(&in, 8);
	h.key_id = (uint8_t)(word >> GW_COUNTER_BITS);
	h.counter = word & GW_COUNTER_MAX;
	if (!h.counter)
		return GW_VALUE_WRONG;
	*header = h;
	return GW_HEADER_BYTES;
}

/* --- records --- */

static bool pct_right(uint8_t pct)
{
	return pct <= 100 || pct == GW_PCT_UNKNOWN;
}

static bool beacon_right(const struct gw_beacon *b)
{
	return pct_right(b->fan_pct) && pct_right(b->cooling_pct) && pct_right(b->supply_pct) &&
	       b->suspicion_pct <= 100;
}

/* Whether every field has a value that it may have. */
static bool values_right(const struct gw_record *r)
{
	switch (r->type) {
	case GW_BEACON:
		return beacon_right(&r->beacon);
	case GW_CRISIS:
		return beacon_right(&r->crisis.beacon);
	case GW_ZONE:
		return pct_right(r->zone.cooling_pct) && pct_right(r->zone.supply_pct);
	case GW_CLAIM:
		return r->claim.verdict >= GW_ALIVE && r->claim.verdict < GW_VERDICTS;
	case GW_PROBE:
		return r->probe.kind >= GW_PING && r->probe.kind < GW_PROBE_KINDS;
	case GW_ADDRESS:
		return !r->address.link && (r->address.len == GW_ADDRESS_IPV4 ||
					    r->address.len == GW_ADDRESS_IPV6);
	default:
		return true;
	}
}

/**
 * gw_put() - write a record
 * @record: of a known type
 * @out: where to
 * @room: bytes there
 *
 * Return: its size, or an enum gw_error; nothing is written then.
 */
int gw_put(const struct gw_record *record, uint8_t *out, size_t room)
{
	size_t size = gw_size(record->type), nr, i;
	const struct gw_field *field = gw_fields(record->type, &nr);

	if (!size)
		return GW_FOREIGN;
	if (room < size)
		return GW_SHORT;
	if (!values_right(record))
		return GW_VALUE_WRONG;
	out = put_int(out, 1, record->type);
	out = put_int(out, 1, size / 4);
	for (i = 0; i < nr; i++) {
		const uint8_t *member = (const uint8_t *)record + field[i].offset;

		if (field[i].size <= 8) {
			out = put_int(out, field[i].size, load(member, field[i].size));
		} else {
			memcpy(out, member, field[i].size);
			out += field[i].size;
		}
	}
	return (int)size;
}

/**
 * gw_get() - read a record
 * @in: records
 * @len: bytes there
 * @record: written if all is well; of a type that is not known, @type alone
 *
 * What a later version has put behind the fields that are known here is passed over, as are records
 * of types that it has added.
 *
 * Return: bytes to go on behind, 0 at the end, or an enum gw_error: then nothing that follows can
 * be read either.
 */
int gw_get(const uint8_t *in, size_t len, struct gw_record *record)
{
	struct gw_record r = { 0 };
	const struct gw_field *field;
	size_t size, nr, i;

	if (!len)
		return 0;
	if (len < 4)
		return GW_SHORT;
	r.type = in[0];
	size = 4 * (size_t)in[1];
	if (!size || size < gw_size(r.type))
		return GW_SIZE_WRONG;
	if (size > len)
		return GW_SHORT;
	in += PREFIX_BYTES;
	field = gw_fields(r.type, &nr);
	for (i = 0; i < nr; i++) {
		uint8_t *member = (uint8_t *)&r + field[i].offset;

		if (field[i].size <= 8) {
			store(member, field[i].size, get_int(&in, field[i].size));
		} else {
			memcpy(member, in, field[i].size);
			in += field[i].size;
		}
	}
	if (!values_right(&r))
		return GW_VALUE_WRONG;
	*record = r;
	return (int)size;
}
