/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The core of gossipd: membership, failure detection, dissemination, aggregation and pricing of
 * one node, as a state machine. It has no I/O, no clock, no threads and no randomness of its own:
 * what happens comes in by the functions below with the time at which it did, what is to be done
 * goes out by struct gossip_env. The daemon, the tests and the simulator drive the same objects.
 *
 * Same configuration, same calls, same random numbers: same actions, byte for byte. All memory is
 * taken at the start; no call allocates, none loops longer than its tables are.
 */
#ifndef GOSSIP_H
#define GOSSIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"
#include "seal.h"
#include "site.h"
#include "wire.h"

#define GOSSIP_NEVER UINT64_MAX
#define GOSSIP_ADDR_BYTES 28

/* Transports. */
enum gossip_link_id {
	GOSSIP_LINK_UDP,
	GOSSIP_LINK_IB,		/* InfiniBand's unreliable datagrams */
	GOSSIP_LINKS,
};

/**
 * struct gossip_addr - where a datagram comes from or goes to; to the core only bytes to compare
 * @link: enum gossip_link_id
 * @len: bytes used; 0 is none
 * @byte: of UDP, the address and the port as gossip-wire.md has them, 6 or 18 bytes; whatever else
 *	the transport has
 * @group: of where one comes from: it came by the zone's group; UDP need not say so
 */
struct gossip_addr {
	uint8_t link;
	uint8_t len;
	uint8_t byte[GOSSIP_ADDR_BYTES];
	bool group;
};

/* Where a datagram goes. */
enum gossip_dest {
	GOSSIP_UNICAST,		/* to the addresses */
	GOSSIP_MULTICAST,	/* to the group of this node's zone, the addresses say nothing */
};

/**
 * struct gossip_route - which way a datagram goes: the same bytes over each of the links, and who
 * gets them twice drops the second
 * @dest: where
 * @links: bits 1 << enum gossip_link_id; one at least
 * @urgent: a link that has several rails sends on all of them
 * @to: of a unicast, by link: where; only those of @links count
 */
struct gossip_route {
	enum gossip_dest dest;
	uint8_t links;
	bool urgent;
	struct gossip_addr to[GOSSIP_LINKS];
};

/* What people and hooks may want to know of. */
enum gossip_event_kind {
	GOSSIP_EV_MEMBER,	/* a node changed its state */
	GOSSIP_EV_SILENT,	/* a node is silent, or is heard again */
	GOSSIP_EV_CRISIS,	/* a crisis began or ended, here or there */
	GOSSIP_EV_SPEAKER,	/* this node speaks for its zone, or no longer */
	GOSSIP_EV_PARTITION,	/* fewer nodes are seen than there should be, or enough again */
	GOSSIP_EV_SUSPECT,	/* a node's readings contradict each other, or no longer */
	GOSSIP_EV_MIGRATE,	/* it would pay to move work there */
	GOSSIP_EV_STALL,	/* time went on without a call */
	GOSSIP_EV_KEY,		/* a datagram came under a key that is not known */
	GOSSIP_EV_REFUTE,	/* somebody had said that this node is dead */
};

#define GOSSIP_EVENTS (GOSSIP_EV_REFUTE + 1)

enum gossip_state {
	GOSSIP_ALIVE,
	GOSSIP_SUSPECT,
	GOSSIP_DEAD,
	GOSSIP_LEFT,
	GOSSIP_STATES,
};

/**
 * struct gossip_event - something happened
 * @kind: what
 * @node: to whom
 * @state: of a member, enum gossip_state
 * @on: it began; false: it ended
 * @value: by kind: the price ratio of a migration, the seconds of a stall, the share that is seen
 */
struct gossip_event {
	enum gossip_event_kind kind;
	struct gw_id node;
	enum gossip_state state;
	bool on;
	double value;
};

/**
 * struct gossip_env - what the core does to the world
 * @ctx: given to each
 * @random: 64 random bits
 * @send: send a datagram now; it may get lost. @route is only there during the call
 * @price: a new price for the kernel; called at each change, and often enough for its lease
 * @event: something happened; may be NULL
 * @persist: keep this incarnation over a restart; the next start has to be above it
 * @crypto: cryptography
 */
struct gossip_env {
	void *ctx;
	uint64_t (*random)(void *ctx);
	void (*send)(void *ctx, const struct gossip_route *route, const uint8_t *bytes, size_t len);
	void (*price)(void *ctx, const struct control_output *price);
	void (*event)(void *ctx, const struct gossip_event *event);
	void (*persist)(void *ctx, uint64_t incarnation);
	const struct gossip_crypto *crypto;
};

/**
 * struct gossip_config - settings of a node; gossip_defaults() fills in those that have a default
 * @self: name of the node
 * @public_key: its own
 * @authority: who endorses public keys; all zeros: any key is taken, and kept from then on
 * @endorsement: of @public_key, by the authority
 * @zone: of cooling
 * @incarnation: above all of earlier starts
 * @site: may be NULL; has to stay as it is as long as the core
 * @keys: of the zone
 * @members_max: nodes that it can hold, itself among them; 2 to 4096
 * @expected: nodes of the zone; 0: as many as the site has there, or the most that were ever seen
 * @interval_critical_ms: between beacons with a margin below @margin_critical_c
 * @interval_warning_ms: likewise, below @margin_warning_c
 * @interval_normal_ms: likewise, below @margin_normal_c
 * @interval_cool_ms: above that
 * @margin_critical_c: where a crisis begins
 * @margin_warning_c: see @interval_warning_ms
 * @margin_normal_c: see @interval_normal_ms
 * @fanout: peers that a round of repair goes to
 * @ttl: hops of a record
 * @probe_interval_ms: of the failure detector
 * @probe_timeout_ms: until others are asked to probe
 * @indirect: how many others
 * @suspicion_mult: as in Lifeguard
 * @suspicion_max_mult: as in Lifeguard
 * @confirmations: independent accusers that a death takes, if there are as many
 * @budget_bytes_per_s: most that the node sends on each link
 * @burst_bytes: of the token bucket
 * @source_rate_per_s: datagrams that are taken from one source
 * @multicast: the zone has a group; false: unicast to coupled neighbours instead
 * @migrate_ratio: tell about migration if a neighbour is cheaper by this factor
 * @migrate_price: and the price here is at least this factor
 * @control: tunables of the controller; NULL: the defaults
 */
struct gossip_config {
	struct gw_id self;
	struct gw_key public_key;
	struct gw_key authority;
	struct gw_sig endorsement;
	uint16_t zone;
	uint64_t incarnation;
	const struct site *site;
	struct seal_keyring keys;
	uint32_t members_max;
	uint32_t expected;
	uint32_t interval_critical_ms;
	uint32_t interval_warning_ms;
	uint32_t interval_normal_ms;
	uint32_t interval_cool_ms;
	double margin_critical_c;
	double margin_warning_c;
	double margin_normal_c;
	uint32_t fanout;
	uint8_t ttl;
	uint32_t probe_interval_ms;
	uint32_t probe_timeout_ms;
	uint32_t indirect;
	uint32_t suspicion_mult;
	uint32_t suspicion_max_mult;
	uint32_t confirmations;
	uint32_t budget_bytes_per_s;
	uint32_t burst_bytes;
	uint32_t source_rate_per_s;
	bool multicast;
	double migrate_ratio;
	double migrate_price;
	const struct control_params *control;
};

/**
 * struct gossip_sample - what the node's own sensors say; NAN is "not known"
 * @temp_c: hottest sensor
 * @limit_c: where the hardware throttles
 * @quantum_c: step of that sensor
 * @age_s: of the reading
 * @suspicion: how far the readings contradict each other, 0 to 1
 * @inlet_c: air that it takes in
 * @power_w: drawn
 * @power_max_w: most that it can draw
 * @fan: speed of the fastest fan, 0 to 1
 * @gpu_margin_c: of the hottest GPU
 */
struct gossip_sample {
	double temp_c;
	double limit_c;
	double quantum_c;
	double age_s;
	double suspicion;
	double inlet_c;
	double power_w;
	double power_max_w;
	double fan;
	double gpu_margin_c;
};

/* What became of the datagrams and records that came, and what went. */
enum gossip_counter {
	GOSSIP_RX_DATAGRAMS,
	GOSSIP_RX_BYTES,
	GOSSIP_RX_RECORDS,
	GOSSIP_TX_DATAGRAMS,
	GOSSIP_TX_BYTES,
	GOSSIP_TX_RECORDS,
	GOSSIP_DROP_DECODE,	/* no datagram of ours, or a record that cannot be */
	GOSSIP_DROP_KEY,	/* sealed with a key that is not known */
	GOSSIP_DROP_MAC,	/* not sealed with that key */
	GOSSIP_DROP_REPLAY,
	GOSSIP_DROP_COPY,	/* came before by another transport, or another rail */
	GOSSIP_DROP_RATE,	/* too many from one source */
	GOSSIP_DROP_SELF,	/* own multicast, come back */
	GOSSIP_DROP_STALE,	/* records: nothing new in them */
	GOSSIP_DROP_SIGNATURE,	/* records: not signed by whom they say */
	GOSSIP_DROP_ZONE,	/* of a zone that is not this node's business */
	GOSSIP_DROP_FULL,	/* nodes, zones, addresses and crises that there was no room for */
	GOSSIP_DROP_BUDGET,	/* not sent, for the token bucket */
	GOSSIP_FLAPS,		/* nodes that were dead or suspect and live */
	GOSSIP_REFUTED,		/* own suspicions and deaths that were refuted */
	GOSSIP_SUSPICIONS,	/* raised by this node */
	GOSSIP_DEATHS,		/* verdicts */
	GOSSIP_PROBES,
	GOSSIP_PROBES_FAILED,
	GOSSIP_PULLS,
	GOSSIP_STALLS,
	GOSSIP_COUNTERS,
};

extern const char *const gossip_counter_names[GOSSIP_COUNTERS];
extern const char *const gossip_state_names[GOSSIP_STATES];
extern const char *const gossip_event_names[GOSSIP_EVENTS];

/**
 * struct gossip_member - a node as this one sees it
 * @id: name
 * @addr: where it is, by UDP
 * @ib_addr: where it is, by InfiniBand
 * @ib_heard_ns: when something of it came by InfiniBand's group; 0 if never
 * @state: enum gossip_state
 * @silent: three intervals without a beacon
 * @incarnation: its own
 * @beacon: its last one
 * @heard_ns: when that came; 0 if never
 * @coupling: 0 to 1
 * @weight: how far it is believed, 0 to 1
 * @margin_c: as it counts here, NAN if not known
 * @suspect: its readings contradict each other
 * @rtt_ns: of the last probe; 0 if there was none
 */
struct gossip_member {
	struct gw_id id;
	struct gossip_addr addr;
	struct gossip_addr ib_addr;
	uint64_t ib_heard_ns;
	enum gossip_state state;
	bool silent;
	uint64_t incarnation;
	struct gw_beacon beacon;
	uint64_t heard_ns;
	double coupling;
	double weight;
	double margin_c;
	bool suspect;
	uint64_t rtt_ns;
};

/**
 * struct gossip_zone - a zone as this node sees it
 * @number: which
 * @speaker: who speaks for it; all zeros if that is not known
 * @seen: nodes that are heard of
 * @expected: nodes that there should be
 * @degraded: somebody is silent
 * @partitioned: fewer are seen than should be
 * @temp_max_c: NAN if not known, as those that follow
 * @temp_median_c: robust
 * @inlet_c: robust
 * @margin_min_c: of those that are believed
 * @power_w: of all
 * @cooling_headroom: 0 to 1
 * @supply_headroom: 0 to 1
 * @multiplier_max: dearest price
 * @heard_ns: when the last summary came; of the own zone: now
 */
struct gossip_zone {
	uint16_t number;
	struct gw_id speaker;
	uint32_t seen;
	uint32_t expected;
	bool degraded;
	bool partitioned;
	double temp_max_c;
	double temp_median_c;
	double inlet_c;
	double margin_min_c;
	double power_w;
	double cooling_headroom;
	double supply_headroom;
	double multiplier_max;
	uint64_t heard_ns;
};

/**
 * struct gossip_self - the node itself
 * @incarnation: its own
 * @lamport: logical time
 * @health: Lifeguard's score, 0 is healthy
 * @crisis: the margin is below that of a crisis
 * @speaker: it speaks for its zone
 * @sample: last
 * @sample_ns: when that came
 * @price: last
 * @interval_ms: between beacons at present
 * @budget_bytes: what is in the token bucket
 * @links: that are up: bits 1 << enum gossip_link_id
 * @on_ib: it hears by InfiniBand all who say that they do
 * @promoted: its beacons go by InfiniBand alone, but for one by UDP now and then
 */
struct gossip_self {
	uint64_t incarnation;
	uint64_t lamport;
	uint32_t health;
	bool crisis;
	bool speaker;
	struct gossip_sample sample;
	uint64_t sample_ns;
	struct control_output price;
	uint32_t interval_ms;
	double budget_bytes;
	uint8_t links;
	bool on_ib;
	bool promoted;
};

struct gossip;

void gossip_defaults(struct gossip_config *config);
const char *gossip_config_check(const struct gossip_config *config);

struct gossip *gossip_create(const struct gossip_config *config, const struct gossip_env *env,
			     uint64_t now_ns);
void gossip_destroy(struct gossip *g);
const char *gossip_reconfigure(struct gossip *g, const struct gossip_config *config,
			       uint64_t now_ns);

uint64_t gossip_step(struct gossip *g, uint64_t now_ns);
void gossip_receive(struct gossip *g, uint64_t now_ns, const struct gossip_addr *from,
		    uint8_t *bytes, size_t len);
void gossip_sample(struct gossip *g, uint64_t now_ns, const struct gossip_sample *sample);
void gossip_demand(struct gossip *g, uint64_t now_ns, const struct control_demand *steps, size_t nr,
		   uint32_t base_price);
void gossip_cpus(struct gossip *g, uint64_t now_ns, double cpus);
void gossip_contact(struct gossip *g, uint64_t now_ns, const struct gossip_addr *addr);
void gossip_link(struct gossip *g, uint64_t now_ns, enum gossip_link_id link, bool up);
void gossip_leave(struct gossip *g, uint64_t now_ns);

void gossip_get_self(const struct gossip *g, struct gossip_self *self);
size_t gossip_nr_members(const struct gossip *g);
void gossip_get_member(const struct gossip *g, size_t index, struct gossip_member *member);
size_t gossip_nr_zones(const struct gossip *g);
void gossip_get_zone(const struct gossip *g, size_t index, struct gossip_zone *zone);
const uint64_t *gossip_counters(const struct gossip *g);

#endif /* GOSSIP_H */
