/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wire format v1 of the thermal gossip: a datagram is a header in the clear and records that are
 * sealed together. Here is what the bytes look like; who may have written them is another file's
 * business. Documentation/gossip-wire.md is the specification.
 *
 * Pure: no I/O, no clock, no allocation.
 */
#ifndef GOSSIP_WIRE_H
#define GOSSIP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_MAGIC 0x4d
#define GW_VERSION 1
/* Of a datagram: what an IPv6 path carries in any case, less the headers of IPv6 and UDP. */
#define GW_DATAGRAM_MAX 1232
#define GW_HEADER_BYTES 44
/* The number of the key shares a word with the counter. */
#define GW_COUNTER_BITS 56
#define GW_COUNTER_MAX ((1ULL << GW_COUNTER_BITS) - 1)
/* Behind the records: the authentication tag. */
#define GW_TAG_BYTES 16
#define GW_RECORDS_MAX (GW_DATAGRAM_MAX - GW_HEADER_BYTES - GW_TAG_BYTES)

/* Name of a node: a UUID */
struct gw_id {
	uint8_t byte[16];
};

/* An Ed25519 public key */
struct gw_key {
	uint8_t byte[32];
};

/* An Ed25519 signature */
struct gw_sig {
	uint8_t byte[64];
};

/* Values that stand for "not known". */
#define GW_S16_UNKNOWN INT16_MIN
#define GW_U16_UNKNOWN UINT16_MAX
#define GW_PCT_UNKNOWN UINT8_MAX

/* Bits of @flags of a beacon, a zone and a hello. */
enum gw_flag {
	GW_IN_CRISIS = 1 << 0,		/* the margin is below that of a crisis */
	GW_DEGRADED = 1 << 1,		/* somebody of the zone is silent */
	GW_PARTITIONED = 1 << 2,	/* fewer nodes are seen than there should be */
	GW_SENSOR_SUSPECT = 1 << 3,	/* the readings contradict each other */
	GW_SPEAKER = 1 << 4,		/* speaks for its zone */
	GW_LEAVING = 1 << 5,		/* is about to end, on purpose */
	GW_ON_IB = 1 << 6,		/* hears by InfiniBand all who say that they do */
	GW_FLAGS = (1 << 7) - 1,
};

/* @verdict of a claim. */
enum gw_verdict {
	GW_ALIVE = 1,
	GW_SUSPECT,
	GW_DEAD,
	GW_LEFT,
	GW_VERDICTS,
};

/* @kind of a probe. */
enum gw_probe_kind {
	GW_PING = 1,
	GW_ACK,
	GW_PING_FOR_ME,	/* ask @target, and tell @origin */
	GW_NACK,	/* asked it, and have no answer yet */
	GW_PROBE_KINDS,
};

enum gw_type {
	GW_BEACON = 1,
	GW_ZONE,
	GW_CLAIM,
	GW_CRISIS,
	GW_HELLO,
	GW_PULL,
	GW_PROBE,
	GW_ADDRESS,
	GW_TYPES,
};

/**
 * struct gw_beacon - the state of a node, by itself or passed on
 * @flags: enum gw_flag
 * @ttl: hops left
 * @node: whose state
 * @incarnation: of the node
 * @seq: of the node's beacons in this incarnation
 * @lamport: logical time of the node
 * @temp_dc: hottest sensor, tenths of a degree Celsius
 * @margin_dc: to where its hardware throttles, tenths of a degree; below 0 beyond that
 * @trend_cc_per_s: of the temperature, hundredths of a degree in a second
 * @inlet_dc: air that it takes in, tenths of a degree Celsius
 * @power_w: drawn
 * @zone: of cooling
 * @multiplier: price, hundredths
 * @seen: nodes of the zone that it has heard of lately, itself among them
 * @age_ms: since this was measured, by the clocks of those who passed it on
 * @interval_ms: until the node's next beacon; after three of them without one it is silent
 * @fan_pct: speed of the fastest fan
 * @cooling_pct: what is left of the zone's cooling
 * @supply_pct: what is left of the tightest limit of the power supply
 * @suspicion_pct: how far its readings contradict each other
 */
struct gw_beacon {
	uint8_t flags;
	uint8_t ttl;
	struct gw_id node;
	uint64_t incarnation;
	uint64_t seq;
	uint64_t lamport;
	int16_t temp_dc;
	int16_t margin_dc;
	int16_t trend_cc_per_s;
	int16_t inlet_dc;
	uint16_t power_w;
	uint16_t zone;
	uint16_t multiplier;
	uint16_t seen;
	uint16_t age_ms;
	uint16_t interval_ms;
	uint8_t fan_pct;
	uint8_t cooling_pct;
	uint8_t supply_pct;
	uint8_t suspicion_pct;
};

/**
 * struct gw_zone - a zone in brief, by its aggregator
 * @flags: as in a beacon
 * @ttl: as in a beacon
 * @aggregator: who says so
 * @incarnation: of the aggregator
 * @seq: of its zone records in this incarnation
 * @lamport: its logical time
 * @power_w: of all nodes together
 * @temp_max_dc: of the hottest node
 * @margin_min_dc: of the node that is closest to throttling
 * @margin_median_dc: of the nodes
 * @zone: which
 * @nodes: that live
 * @expected: nodes that there should be
 * @multiplier_max: dearest price of a node, hundredths
 * @age_ms: as in a beacon
 * @cooling_pct: as in a beacon
 * @supply_pct: as in a beacon
 * @reserved: 0; not looked at
 */
struct gw_zone {
	uint8_t flags;
	uint8_t ttl;
	struct gw_id aggregator;
	uint64_t incarnation;
	uint64_t seq;
	uint64_t lamport;
	uint32_t power_w;
	int16_t temp_max_dc;
	int16_t margin_min_dc;
	int16_t margin_median_dc;
	uint16_t zone;
	uint16_t nodes;
	uint16_t expected;
	uint16_t multiplier_max;
	uint16_t age_ms;
	uint8_t cooling_pct;
	uint8_t supply_pct;
	uint16_t reserved;
};

/**
 * struct gw_claim - what one node says of another one's life
 * @verdict: enum gw_verdict
 * @ttl: hops left
 * @subject: whose life
 * @incarnation: of the subject
 * @claimant: who says so
 * @claimant_incarnation: of the claimant
 * @lamport: logical time of the claimant
 * @signature: of the claimant, over all before it but @ttl
 */
struct gw_claim {
	uint8_t verdict;
	uint8_t ttl;
	struct gw_id subject;
	uint64_t incarnation;
	struct gw_id claimant;
	uint64_t claimant_incarnation;
	uint64_t lamport;
	struct gw_sig signature;
};

/**
 * struct gw_crisis - a beacon at the edge of a crisis
 * @beacon: as by itself
 * @signature: of its node, over all before it but @ttl and @age_ms, which change on the way
 */
struct gw_crisis {
	struct gw_beacon beacon;
	struct gw_sig signature;
};

/**
 * struct gw_hello - who a node is, for who does not know it
 * @flags: as in a beacon
 * @ttl: hops left
 * @node: name
 * @incarnation: of the node
 * @lamport: its logical time
 * @public_key: its own
 * @zone: of cooling
 * @reserved: 0; not looked at
 * @endorsement: of the site's authority, over @node, @public_key and @zone
 * @signature: of the node, over all before it but @ttl
 */
struct gw_hello {
	uint8_t flags;
	uint8_t ttl;
	struct gw_id node;
	uint64_t incarnation;
	uint64_t lamport;
	struct gw_key public_key;
	uint16_t zone;
	uint16_t reserved;
	struct gw_sig endorsement;
	struct gw_sig signature;
};

/**
 * struct gw_pull - a request for what is known
 * @limit: records at most
 * @zone: of all nodes there, if @node is all zeros
 * @reserved: 0; not looked at
 * @node: of this one
 */
struct gw_pull {
	uint16_t limit;
	uint16_t zone;
	uint16_t reserved;
	struct gw_id node;
};

/**
 * struct gw_probe - whether a node is there, and the answers to that
 * @kind: enum gw_probe_kind
 * @number: of the question, by @origin
 * @target: who is asked after
 * @origin: who wants to know
 * @incarnation: of who sends
 */
struct gw_probe {
	uint16_t kind;
	uint32_t number;
	struct gw_id target;
	struct gw_id origin;
	uint64_t incarnation;
};

#define GW_ADDRESS_BYTES 28
/* An IPv4 address, or one of IPv6, and the port; both in network byte order. */
#define GW_ADDRESS_IPV4 6
#define GW_ADDRESS_IPV6 18

/**
 * struct gw_address - where a node can be reached, as seen by who answers a pull
 * @node: name
 * @link: 0 is UDP; others are not passed on
 * @len: bytes used: %GW_ADDRESS_IPV4 or %GW_ADDRESS_IPV6
 * @byte: the address; zeros behind it
 */
struct gw_address {
	struct gw_id node;
	uint8_t link;
	uint8_t len;
	uint8_t byte[GW_ADDRESS_BYTES];
};

/**
 * struct gw_record - a record of any type
 * @type: enum gw_type
 * @beacon: by @type, as those that follow
 * @zone: the same
 * @claim: the same
 * @crisis: the same
 * @hello: the same
 * @pull: the same
 * @probe: the same
 * @address: the same
 */
struct gw_record {
	uint8_t type;
	union {
		struct gw_beacon beacon;
		struct gw_zone zone;
		struct gw_claim claim;
		struct gw_crisis crisis;
		struct gw_hello hello;
		struct gw_pull pull;
		struct gw_probe probe;
		struct gw_address address;
	};
};

/**
 * struct gw_field - a field of a record, as it stands on the wire
 * @name: as in the structure
 * @offset: in struct gw_record
 * @size: bytes; up to 8 it is an integer in network byte order, else bytes as they are
 */
struct gw_field {
	const char *name;
	uint16_t offset;
	uint16_t size;
};

/**
 * struct gw_header - what is in the clear in front of the records
 * @key_id: which key of the zone has sealed them
 * @zone: the zone that the key is of
 * @node: who sends
 * @incarnation: of the sender; higher after each start
 * @salt: random since the start of the sender, so that no nonce comes twice under a key
 * @counter: of the sender's datagrams since its start, from 1 to %GW_COUNTER_MAX
 */
struct gw_header {
	uint8_t key_id;
	uint16_t zone;
	struct gw_id node;
	uint64_t incarnation;
	uint64_t salt;
	uint64_t counter;
};

/* Why bytes are no header or no record; negative. */
enum gw_error {
	GW_SHORT = -1,		/* fewer bytes than it takes, or than it says */
	GW_FOREIGN = -2,	/* another protocol, or another version */
	GW_SIZE_WRONG = -3,	/* not a size that such a record can have */
	GW_VALUE_WRONG = -4,	/* a field has a value that none may have */
};

size_t gw_size(uint8_t type);
const struct gw_field *gw_fields(uint8_t type, size_t *nr);
int gw_put_header(const struct gw_header *header, uint8_t *out, size_t room);
int gw_get_header(const uint8_t *in, size_t len, struct gw_header *header);
int gw_put(const struct gw_record *record, uint8_t *out, size_t room);
int gw_get(const uint8_t *in, size_t len, struct gw_record *record);

#endif /* GOSSIP_WIRE_H */
