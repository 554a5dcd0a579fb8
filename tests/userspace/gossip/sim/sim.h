/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A world for gossipd's core: some nodes with the shipped objects in them, a network that loses
 * and distorts, clocks that drift, processes that stand still, hosts that crash, rooms that get
 * hot, sensors that lie, an attacker - all drawn from a seed - and somebody who watches what
 * must hold.
 *
 * options.c draws what a world is like, queue.c keeps its events in order, net.c carries
 * datagrams, link.c has a second network, node.c runs the core, heat.c is the room, faults.c
 * breaks things, hostile.c forges, and watch.c and agree.c know what must not happen. campaign.c
 * runs many worlds.
 */
#ifndef SIM_H
#define SIM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gossip.h"
#include "options.h"
#include "random.h"

#define SIM_US 1000ULL
#define SIM_MS 1000000ULL
#define SIM_S 1000000000ULL
#define SIM_NODES_MAX 128
#define SIM_ZONES_MAX 4
/* Datagrams that the socket of a stopped process holds: 208 KiB, of some 800 bytes each. */
#define SIM_SOCKET_MAX 256
#define SIM_CAPTURES 64
#define SIM_TICK_NS (100 * SIM_MS)
#define SIM_DELAY_TICKS 32
#define SIM_DEMAND_STEPS 8
#define SIM_CPUS 32
#define SIM_HIST_PER_OCTAVE 16
#define SIM_HIST (24 * SIM_HIST_PER_OCTAVE)
#define SIM_TEXT 256
/* Turns of the price that are hunting if they come one after the other. */
#define SIM_TURNS 7
/* Readings of an old day. */
#define SIM_TELEMETRY 64

/* What was done to the world, counted. */
enum sim_fault {
	SIM_LOSS,
	SIM_DUPLICATE,
	SIM_REORDER,
	SIM_CORRUPT,
	SIM_TRUNCATE,
	SIM_MTU,
	SIM_CLOG,
	SIM_PARTITION,
	SIM_PARTITION_ONE_WAY,
	SIM_ISOLATE,
	SIM_MULTICAST_LOSS,
	SIM_GROUP_EMPTY,
	SIM_SELF_LOOP,
	SIM_DRIFT,
	SIM_JUMP,
	SIM_SUSPEND,
	SIM_PAUSE,
	SIM_SOCKET_FULL,
	SIM_CRASH,
	SIM_RESTART,
	SIM_RESTART_LOST,
	SIM_POWER_CYCLE,
	SIM_LEAVE,
	SIM_KEY_ROTATION,
	SIM_FORGED,
	SIM_REPLAYED,
	SIM_INSIDER,
	SIM_LIE_COLD,
	SIM_LIE_HOT,
	SIM_STUCK,
	SIM_NAN,
	SIM_LIE_POWER,
	SIM_SENSOR_DRIFT,
	SIM_SPIKE,
	SIM_SWAP,
	SIM_OLD_READINGS,
	SIM_COARSE,
	SIM_RELOAD,
	SIM_FAN_FAILURE,
	SIM_THROTTLE,
	SIM_IB_DOWN,
	SIM_IB_MUTE,
	SIM_IB_DEAF,
	SIM_IB_MANAGER,
	SIM_IB_SWALLOW,
	SIM_IB_LOSS,
	SIM_FAULTS,
};

extern const char *const sim_fault_names[SIM_FAULTS];

/* What must not happen. */
enum sim_rule {
	SIM_RULE_NONE,
	SIM_RULE_FALSE_DEATH,
	SIM_RULE_FORGED,
	SIM_RULE_REPLAYED,
	SIM_RULE_INCARNATION,
	SIM_RULE_SEQUENCE,
	SIM_RULE_BUDGET,
	SIM_RULE_SIZE,
	SIM_RULE_TABLES,
	SIM_RULE_MEMORY,
	SIM_RULE_PRICE_RANGE,
	SIM_RULE_PRICE_LEASE,
	SIM_RULE_PRICE_SLEW,
	SIM_RULE_BUSY,
	SIM_RULE_CRISIS,
	SIM_RULE_SILENCE,
	SIM_RULE_SILENCE_PRICE,
	SIM_RULE_FALSE_SILENCE,
	SIM_RULE_MEMBERSHIP,
	SIM_RULE_SPEAKER,
	SIM_RULE_TEMPERATURE,
	SIM_RULE_HUNTING,
	SIM_RULE_REPEAT,
	SIM_RULE_CRASHED,
	SIM_RULE_LINK,
	SIM_RULES,
};

extern const char *const sim_rule_names[SIM_RULES];

/* Bugs on purpose, see canary.c. */
enum sim_canary {
	SIM_CANARY_NONE,
	SIM_CANARY_REPLAY,	/* the replay window takes everything */
	SIM_CANARY_TAG,		/* the tag is not looked at */
	SIM_CANARY_REFUTE,	/* nobody refutes, or answers who is about to judge */
	SIM_CANARY_COLD,	/* readings are 15 degrees too low */
	SIM_CANARY_DICE,	/* a random number depends on the process */
	SIM_CANARY_LINK,	/* who has InfiniBand sends by nothing else */
	SIM_CANARY_HUNT,	/* nothing holds the price back on its way up and down */
	SIM_CANARIES,
};

extern const char *const sim_canary_names[SIM_CANARIES];

/**
 * struct sim_packet - a datagram that is under way, or that an attacker has kept
 * @next: of those that are free
 * @refs: holders
 * @from: node that sent it
 * @forged: nobody may take it
 * @insider: from the node that has gone bad
 * @len: bytes
 * @sent_ns: when it was made
 * @taken: by nodes, in this life of theirs
 * @bytes: of it
 */
struct sim_packet {
	struct sim_packet *next;
	uint32_t refs, from;
	bool forged, insider;
	uint32_t len;
	uint64_t sent_ns;
	uint64_t taken[SIM_NODES_MAX / 64];
	uint8_t bytes[GW_DATAGRAM_MAX];
};

enum sim_event_kind {
	SIM_EV_DELIVER,
	SIM_EV_TIMER,
	SIM_EV_SAMPLE,
	SIM_EV_TICK,
	SIM_EV_SCAN,
	SIM_EV_PAUSE,
	SIM_EV_RESUME,
	SIM_EV_START,
	SIM_EV_CRASH,
	SIM_EV_PARTITION,
	SIM_EV_JOIN,
	SIM_EV_ROTATE,
	SIM_EV_RELOAD,
	SIM_EV_ATTACK,
	SIM_EV_INSIDER,
	SIM_EV_FAN,
	SIM_EV_FAN_MENDED,
	SIM_EV_RANDOM_CRASH,
	SIM_EV_POWER_CYCLE,
	SIM_EV_JUMP,
	SIM_EV_SUSPEND,
	SIM_EV_GROUP,
	SIM_EV_CRISIS_DUE,
	SIM_EV_MOVE,
	SIM_EV_HEAL,
	SIM_EV_IB_TELL,
	SIM_EV_IB_FAULT,
	SIM_EV_IB_MENDED,
	SIM_EV_KINDS,
};

/* Bits of what the network does to one delivery. */
#define SIM_DAMAGE_FLIP 1
#define SIM_DAMAGE_CUT 2
#define SIM_DAMAGE_SPOOF 4
/* How it came: by InfiniBand, and by the group of that. */
#define SIM_BY_IB 8
#define SIM_BY_IB_GROUP 16

/**
 * struct sim_event - something is due
 * @at: when
 * @packet: of a delivery
 * @kind: enum sim_event_kind
 * @damage: of a delivery
 * @node: whose
 * @arg: by kind
 */
struct sim_event {
	uint64_t at;
	struct sim_packet *packet;
	uint16_t kind, damage;
	uint32_t node;
	uint64_t arg;
};

/* In the heap are the times alone, and where the event is; of those at one time the order. */
struct sim_due {
	uint64_t at;
	uint32_t order, event;
};

/* The events behind the @nr that are due are free: @due says which. */
struct sim_queue {
	struct sim_due *due;
	struct sim_event *events;
	uint32_t nr, room, order;
};

/* What a stopped process will find in its socket. */
struct sim_waiting {
	struct sim_packet *packet;
	uint32_t from;
	uint16_t damage;
	uint64_t arg;
};

/* A node's heat, a ladder of three: die, sink, air of the chassis; R in K/W, C in J/K. */
struct sim_heat {
	double die_c, sink_c, air_c, inlet_c;
	double power_w, idle_w, max_w, fan;
	double demand, allowed, moved_in;
	double multiplier[SIM_DELAY_TICKS];
	double r_die, r_sink, r_air, c_die, c_sink, c_air;
	double limit_c;
	bool throttled, fan_broken;
	double peak_c;
	double bids[SIM_DEMAND_STEPS];
};

/* What the sensors said at first, for a liar that says it again. */
struct sim_telemetry {
	double temp_c[SIM_TELEMETRY], power_w[SIM_TELEMETRY];
	uint32_t nr, at;
};

/* The last crisis of a node, and who has heard of it. */
struct sim_crisis {
	uint64_t began_ns, number;
	bool on;
	uint64_t heard[SIM_NODES_MAX / 64];
	uint64_t believed[SIM_NODES_MAX / 64];
	uint64_t priced[SIM_NODES_MAX / 64];
};

/* What was last seen of a member, by another node. */
struct sim_seen {
	uint64_t incarnation, seq, beacon_incarnation;
	bool itself;
};

struct sim_world;

struct sim_node {
	struct sim_world *world;
	uint32_t index, zone;
	struct gw_id id;
	struct gw_key public_key;
	struct gw_sig endorsement;
	uint8_t secret[SEAL_SECRET_BYTES];
	struct gossip_crypto crypto;
	struct gossip_env env;
	struct gossip_config config;
	struct gossip *core;

	bool running, paused, starved, insider, gone, leaving, inside;
	uint64_t persisted, highest_incarnation, life_incarnation;
	uint64_t started_ns, stopped_ns, paused_ns, resumed_ns;
	uint64_t rng;

	int64_t ppm;
	uint64_t clock_base_ns, boot_ns;
	uint64_t timer_ns;
	uint64_t steps_same_ns, last_step_ns;

	struct sim_waiting waiting[SIM_SOCKET_MAX];
	uint32_t nr_waiting;

	enum sim_fault lie;
	bool lying, coarse, reloaded;
	double stuck_c, drifted_c, coarse_c;
	uint64_t coarse_ns;
	struct sim_telemetry telemetry;
	struct sim_heat heat;
	struct sim_crisis crisis;
	/* Has InfiniBand; its port is up; the core knows; all that goes, or comes, is lost. */
	bool ib, ib_port, ib_up, ib_mute, ib_deaf;

	struct control_output price;
	uint64_t priced_ns, sampled_ns;
	/* For the slew: by its own clock; 0: no price in this life yet. */
	uint64_t slewed_ns;
	uint32_t turns;
	uint64_t turn_ns[SIM_TURNS];
	double turn_from;
	int turn_sign;
	bool hunts;

	double bucket;
	uint64_t bucket_ns;
	uint64_t bytes, datagrams, mark_bytes, mark_ns;
	uint64_t actions;
	uint64_t dark_since_ns, dark_until_ns, held_ns, jumped_ns;
	uint32_t key_step;
	uint64_t deaths[SIM_NODES_MAX / 64];
	uint32_t nr_deaths;
	struct sim_seen *seen;
};

struct sim_stats {
	uint64_t faults[SIM_FAULTS];
	uint32_t near[SIM_HIST], reserve[SIM_HIST], whole[SIM_HIST];
	/* Neighbours of a crisis whose price needed no rise. */
	uint64_t dear_already;
	uint64_t deaths_false_long, deaths_true, crises;
	uint64_t events, deliveries, sim_ns;
	double idle_bytes;
	uint32_t idle_nodes;
	double peak_over_c;
	uint64_t throttle_ticks;
	uint64_t converged_ns, suspicions, refuted;
	uint64_t ib_worlds, ib_promoted, ib_deliveries;
};

/* From one node to another: until when it is clogged, and the latest arrival so far. */
struct sim_way {
	uint64_t clog_ns, last_ns;
};

struct sim_world {
	uint64_t seed, rng, now_ns, end_ns, until_ns, hash;
	struct sim_options opt;
	struct sim_queue queue;
	struct sim_node nodes[SIM_NODES_MAX];
	struct site site;
	uint64_t secret;
	struct gw_key authority;
	uint8_t authority_secret[SEAL_SECRET_BYTES];

	bool healed, split, one_way_now, group_empty, ib_dead;
	/* Of InfiniBand: worlds without it draw nothing for it. */
	uint64_t ib_rng;
	/* Of sensors and reloads, likewise. */
	uint64_t sensor_rng;
	uint8_t side[SIM_NODES_MAX];
	uint64_t split_since_ns, split_ended_ns;
	/* By sender and receiver. */
	struct sim_way ways[SIM_NODES_MAX][SIM_NODES_MAX];
	double row_c[SIM_ZONES_MAX], cooling_w[SIM_ZONES_MAX];
	struct sim_packet *captured[SIM_CAPTURES];
	struct sim_packet *free_packets;
	uint32_t insider;
	uint64_t converged_ns, apart_ns;
	char apart[SIM_TEXT];

	enum sim_canary canary;
	enum sim_rule broken;
	uint64_t broken_ns;
	uint32_t broken_node;
	char broken_text[SIM_TEXT];
	int verbose;
	struct sim_stats stats;
};

/* queue.c */
void sim_queue_push(struct sim_queue *q, const struct sim_event *event);
bool sim_queue_pop(struct sim_queue *q, struct sim_event *event);
void sim_queue_free(struct sim_queue *q);

/* world.c */
struct sim_world *sim_world_create(uint64_t seed, const struct sim_options *opt,
				   enum sim_canary canary, int verbose);
void sim_world_run(struct sim_world *w);
void sim_world_destroy(struct sim_world *w);
void sim_at(struct sim_world *w, uint64_t at, enum sim_event_kind kind, uint32_t node,
	    uint64_t arg);
void sim_hash(struct sim_world *w, uint64_t word);
void sim_hash_bytes(struct sim_world *w, const uint8_t *bytes, size_t len);
__attribute__((format(printf, 3, 4)))
void sim_log(struct sim_world *w, const struct sim_node *n, const char *format, ...);
__attribute__((format(printf, 4, 5)))
void sim_broken(struct sim_world *w, enum sim_rule rule, const struct sim_node *n,
		const char *format, ...);
struct sim_node *sim_node_by_id(struct sim_world *w, const struct gw_id *id);

/* site.c */
bool sim_site_create(struct sim_world *w);
void sim_site_destroy(struct sim_world *w);

/* net.c */
void sim_address(struct gossip_addr *addr, uint32_t node);
struct sim_packet *sim_packet_get(struct sim_world *w, const uint8_t *bytes, size_t len);
void sim_packet_put(struct sim_world *w, struct sim_packet *p);
void sim_net_send(struct sim_node *from, const struct gossip_route *route, const uint8_t *bytes,
		  size_t len, bool insider);
uint32_t sim_net_node_at(const struct sim_world *w, const struct gossip_addr *addr);
void sim_net_later(struct sim_world *w, struct sim_packet *p, uint32_t to, uint32_t as,
		   uint64_t at, uint16_t damage);
void sim_net_inject(struct sim_world *w, struct sim_packet *p, uint32_t to, uint32_t as);
void sim_net_deliver(struct sim_world *w, const struct sim_event *event);
bool sim_net_cut(const struct sim_world *w, uint32_t from, uint32_t to);

/* link.c */
void sim_link_plan(struct sim_world *w);
void sim_link_start(struct sim_node *n);
void sim_link_event(struct sim_world *w, const struct sim_event *e);
void sim_link_heal(struct sim_world *w);
void sim_link_send(struct sim_node *from, const struct gossip_route *route, struct sim_packet *p);
void sim_link_silent(struct sim_node *n, const struct sim_node *of);
void sim_link_end(struct sim_world *w);

/* crypto.c */
void sim_crypto_init(struct sim_node *n);
void sim_crypto_endorse(struct sim_node *n);
uint64_t sim_hash_run(uint64_t h, const uint8_t *bytes, size_t len);

/* node.c */
void sim_node_start(struct sim_node *n, bool lost);
void sim_node_stop(struct sim_node *n);
void sim_node_pause(struct sim_node *n);
void sim_node_resume(struct sim_node *n);
void sim_node_timer(struct sim_node *n, uint64_t due);
void sim_node_sample(struct sim_node *n);
void sim_node_packet(struct sim_node *n, const struct sim_waiting *what);
void sim_node_configure(struct sim_node *n);
void sim_node_link(struct sim_node *n, bool up);
uint64_t sim_local(const struct sim_node *n, uint64_t now_ns);
void sim_node_after(struct sim_node *n);

/* sensor.c */
void sim_sensor_plan(struct sim_world *w);
void sim_sensor_read(struct sim_node *n, struct gossip_sample *sample);

/* heat.c */
void sim_heat_init(struct sim_world *w);
void sim_heat_tick(struct sim_world *w);
void sim_heat_demand(const struct sim_node *n, struct control_demand *steps);
void sim_heat_move(struct sim_world *w, uint32_t from, uint32_t to);

/* faults.c */
void sim_faults_plan(struct sim_world *w);
void sim_faults_event(struct sim_world *w, const struct sim_event *event);
void sim_faults_heal(struct sim_world *w);

/* hostile.c */
void sim_hostile_capture(struct sim_world *w, struct sim_packet *p);
void sim_hostile_attack(struct sim_world *w);
void sim_hostile_insider(struct sim_world *w);

/* watch.c */
void sim_watch_send(struct sim_node *n, size_t len);
void sim_watch_price(struct sim_node *n, const struct control_output *price);
void sim_watch_event(struct sim_node *n, const struct gossip_event *event);
void sim_watch_deaths(struct sim_node *n);
void sim_watch_dark(struct sim_node *n, bool dark);
void sim_watch_crisis_due(struct sim_world *w, uint32_t node, uint64_t number);
double sim_coupling(const struct sim_world *w, uint32_t from, uint32_t to);

/* agree.c */
void sim_agree_scan(struct sim_world *w);
void sim_agree_end(struct sim_world *w);
uint64_t sim_patience_ns(const struct sim_world *w);
uint64_t sim_death_bound_ns(const struct sim_world *w);

/* canary.c */
extern enum sim_canary sim_canary;
extern const struct sim_node *sim_inside;
extern uint64_t sim_allocations;
const struct control_params *sim_canary_control(void);

#endif /* SIM_H */
