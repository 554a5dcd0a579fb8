/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the core know of each other. Who includes this is part of the state machine
 * behind gossip.h: struct gossip is all of its state, and every function below works on that.
 */
#ifndef GOSSIP_INTERNAL_H
#define GOSSIP_INTERNAL_H

#include "coupling.h"
#include "gone.h"
#include "gossip.h"
#include "member.h"
#include "robust.h"
#include "timers.h"
#include "trust.h"

/* Steps after which what a node does to itself is due. Behind them: two for each member. */
enum core_timer {
	TIMER_BEACON,		/* own beacon */
	TIMER_CRISIS,		/* repeat the own edge of a crisis */
	TIMER_RELAY,		/* pass crises of others on */
	TIMER_ROUND,		/* repair */
	TIMER_PROBE,		/* a stage of the probe that runs, or the next one */
	TIMER_NACK,		/* questions for others that have no answer */
	TIMER_CONTROL,		/* price */
	TIMER_HELLO,		/* own identity */
	TIMER_SPEAKER,		/* election, and summaries for other zones */
	TIMER_DEAD,		/* say something to who is thought dead */
	TIMER_CONTACT,		/* addresses that have not answered */
	TIMER_MIGRATE,		/* advice that waits for its release */
	TIMER_LINK,		/* who is heard by InfiniBand; only while that is up */
	TIMER_MEMBERS,
};

enum member_timer {
	MEMBER_HEAR,		/* three intervals are over */
	MEMBER_LIFE,		/* a suspicion, or the time of the dead in the table, is over */
	MEMBER_TIMERS,
};

#define CONTACTS_MAX 128
#define FOREIGN_MAX 64
#define QUEUE_MAX 64
#define RELAYS_MAX 32
#define ASKED_MAX 32
#define CHAIN_MAX 16
#define RECENT_MAX 64
#define NEIGHBOURS_MAX 64
#define PEERS_MAX 16
/* Degrees by which a margin has to be better before a band or a crisis ends. */
#define RELEASE_C 2.0
/* Above that nobody can refute any more. */
#define INCARNATION_MAX (UINT64_MAX / 2)
/* What others pass on does not raise a known incarnation by more; in ms it would be 34 years. */
#define INCARNATION_LEAP (1ULL << 40)
#define MS_NS 1000000ULL
#define SEC_NS 1000000000ULL

/**
 * struct packet - a datagram in the making
 * @bytes: header, records, tag
 * @len: of the records
 * @nr: of the records
 * @must: something is among them that has to arrive
 */
struct packet {
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t len;
	uint32_t nr;
	bool must;
};

/**
 * struct links - transports
 * @up: that are: bits 1 << enum gossip_link_id
 * @on_ib: all who say that they hear by InfiniBand are heard by it, and somebody is
 * @promoted: see struct gossip_self
 * @good_ns: since when it could be; 0: it could not
 * @udp_ns: when something went to all by UDP
 */
struct links {
	uint8_t up;
	bool on_ib;
	bool promoted;
	uint64_t good_ns;
	uint64_t udp_ns;
};

/**
 * struct queued - a record that goes along with whatever is sent, some times
 * @record: a claim
 * @left: times that it is still to go; 0 is an empty place
 * @sent: times that it has gone
 */
struct queued {
	struct gw_record record;
	uint32_t left;
	uint32_t sent;
};

/**
 * struct relay - somebody else's crisis to pass on
 * @crisis: with the hops that it has left
 * @due_ns: when; 0 is an empty place
 */
struct relay {
	struct gw_crisis crisis;
	uint64_t due_ns;
};

/**
 * struct asked - somebody wants to know after a node
 * @origin: who
 * @target: after whom
 * @number: of the question
 * @due_ns: when to say that there is no answer; 0 is an empty place
 */
struct asked {
	struct gw_id origin;
	struct gw_id target;
	uint32_t number;
	uint64_t due_ns;
};

/**
 * struct probe - the probe that runs
 * @stage: of it
 * @target: who is probed
 * @number: of the question
 * @sent_ns: when
 * @acked: it has answered
 * @asked: others that were asked
 * @nacks: of them said that they had no answer
 * @order: slots, shuffled
 * @nr: of them
 * @next: whose turn it is
 * @out_of_turn: the last one was not in that order
 */
struct probe {
	enum { PROBE_IDLE, PROBE_DIRECT, PROBE_INDIRECT } stage;
	struct gw_id target;
	uint32_t number;
	uint64_t sent_ns;
	bool acked;
	uint32_t asked;
	uint32_t nacks;
	uint32_t *order;
	uint32_t nr;
	uint32_t next;
	bool out_of_turn;
};

/**
 * struct foreign - another zone
 * @record: its last summary
 * @heard_ns: when that was made
 * @answered_ns: when its summary was last answered
 * @passes: of its summaries that are passed on
 */
struct foreign {
	struct gw_zone record;
	uint64_t heard_ns;
	uint64_t answered_ns;
	struct bucket passes;
};

/**
 * struct contact - an address that somebody gave
 * @addr: the address
 */
struct contact {
	struct gossip_addr addr;
};

/**
 * struct aggregate - the own zone in figures; NAN is "not known"
 * @seen: nodes that are heard of, this one among them
 * @expected: nodes that there should be
 * @silent: nodes that are silent
 * @crises: nodes in a crisis
 * @say_degraded: nodes that say that somebody is silent
 * @temp_max_c: hottest
 * @temp_median_c: robust
 * @inlet_c: robust
 * @margin_min_c: of those that are believed
 * @margin_median_c: robust
 * @power_w: of all
 * @cooling: headroom
 * @supply: headroom of the tightest limit
 * @multiplier_max: dearest
 */
struct aggregate {
	uint32_t seen;
	uint32_t expected;
	uint32_t silent;
	uint32_t crises;
	uint32_t say_degraded;
	double temp_max_c;
	double temp_median_c;
	double inlet_c;
	double margin_min_c;
	double margin_median_c;
	double power_w;
	double cooling;
	double supply;
	double multiplier_max;
};

/**
 * struct near - a neighbour among others
 * @dearness: how much it may raise the price here
 * @slot: of the neighbour
 */
struct near {
	double dearness;
	uint32_t slot;
};

/* What a node of the own zone counts as that is not gone. */
#define NEAR_SEEN 1
#define NEAR_SILENT 2
#define NEAR_CRISIS 4
#define NEAR_SAYS_DEGRADED 8

/**
 * struct tally - other nodes of the own zone, counted
 * @seen: heard of
 * @silent: silent
 * @crises: in a crisis, and heard of
 * @say_degraded: say that somebody is silent
 */
struct tally {
	uint32_t seen;
	uint32_t silent;
	uint32_t crises;
	uint32_t say_degraded;
};

/* Figures of which the middle is taken: temperature, inlet, margin. */
#define ZONE_MEDIANS 3

struct gossip {
	struct gossip_config config;
	struct gossip_env env;
	uint64_t now_ns;
	/* Added to the caller's time: that went backwards by so much. */
	uint64_t offset_ns;
	uint64_t start_ns;
	/* Time in which nobody listened. */
	uint64_t deaf_ns;
	/* When time for reading was last given, and @deaf_ns with that. */
	uint64_t grace_ns;
	uint64_t grace_deaf_ns;
	/* What is read before @stale_until_ns may have waited for @stale_ns. */
	uint64_t stale_ns;
	uint64_t stale_until_ns;
	struct timers timers;
	struct members members;
	/* Those that were in it, so that nobody plays their datagrams again. */
	struct gone_table gone;
	struct bucket tellings;
	uint64_t counters[GOSSIP_COUNTERS];

	struct seal_sender sender;
	uint64_t incarnation;
	uint64_t outdone_ns;
	/* When it was raised by a large step for the last time. */
	uint64_t leapt_ns;
	uint64_t lamport;
	uint64_t beacon_seq;
	uint64_t zone_seq;
	uint32_t health;
	bool left;
	uint32_t site;

	struct gossip_sample sample;
	uint64_t sample_ns;
	bool sampled;
	bool crisis;
	int band;
	uint32_t interval_ms;
	uint32_t rotation;
	struct gw_crisis edge;
	uint32_t edge_left;
	struct links links;

	/* Of others that are asked where a node is. */
	struct bucket locates;
	struct bucket budget;
	struct bucket strangers;
	struct bucket asks;
	uint64_t key_told_ns;
	struct packet packet;
	uint8_t wire[GW_DATAGRAM_MAX];
	struct queued queue[QUEUE_MAX];
	struct relay relays[RELAYS_MAX];
	uint64_t storm_since_ns;
	uint32_t storm_count;
	uint64_t storm_until_ns;
	struct asked asked[ASKED_MAX];
	struct probe probe;
	uint64_t recent[RECENT_MAX];
	uint32_t recent_next;
	uint64_t hello_ns;
	uint32_t hellos;
	struct contact contacts[CONTACTS_MAX];
	uint32_t nr_contacts;
	uint32_t next_contact;

	struct foreign foreign[FOREIGN_MAX];
	uint32_t nr_foreign;
	struct bucket passes;
	bool speaker;
	struct gw_id speaks;
	uint64_t candidate_ns;
	bool was_slow;
	uint64_t summary_ns;

	uint32_t chain[CHAIN_MAX];
	uint32_t nr_chain;
	uint32_t expected_max;
	uint32_t site_expected;
	bool partitioned;
	struct aggregate zone;
	/* When its figures were last put together. */
	uint64_t figured_ns;
	/* For each of the medians as many as there may be nodes. */
	double *scratch;
	/* All nodes, the dearest first, and what the controller is told of them. */
	struct near *near;
	struct control_neighbour *neighbours;
	uint32_t nr_near;
	struct tally tally;
	struct control *control;
	struct control_output price;
	bool priced;
	uint64_t priced_ns;
	bool urgent;
	struct control_demand demand[64];
	size_t nr_demand;
	uint32_t base_price;
	double cpus;
	struct gw_id advice;
	uint64_t advised_ns;
	uint64_t looked_ns;
};

/* --- gossip.c --- */
void core_enter(struct gossip *g, uint64_t now_ns);

/* --- core.c --- */
uint64_t core_random(struct gossip *g);
uint64_t core_random_below(struct gossip *g, uint64_t below);
double core_random_unit(struct gossip *g);
uint64_t core_jitter(struct gossip *g, uint64_t ns);
void core_event(struct gossip *g, enum gossip_event_kind kind, const struct gw_id *node, bool on,
		double value);
void core_timer_in(struct gossip *g, uint32_t timer, uint64_t in_ns);
void core_timer_sooner(struct gossip *g, uint32_t timer, uint64_t in_ns);
void core_hear_lamport(struct gossip *g, uint64_t lamport);
struct member *core_meet(struct gossip *g, const struct gw_id *id, uint16_t zone, bool hearsay);
bool core_authority(const struct gossip *g);
bool core_proven(const struct gossip *g, const struct member *m);
void core_remove(struct gossip *g, struct member *m);
uint32_t core_timer_of(const struct gossip *g, const struct member *m, enum member_timer kind);
bool core_peer(const struct gossip *g, const struct member *m);
bool core_leaps(uint64_t known, uint64_t incarnation);
bool id_equal(const struct gw_id *a, const struct gw_id *b);
bool id_zero(const struct gw_id *id);
int id_compare(const struct gw_id *a, const struct gw_id *b);

/* --- out.c: datagrams --- */
void out_begin(struct gossip *g);
bool out_add(struct gossip *g, const struct gw_record *record);
void out_piggyback(struct gossip *g);
void out_queue(struct gossip *g, const struct gw_record *record);
bool out_group(struct gossip *g, bool urgent);
bool out_at(struct gossip *g, const struct gossip_addr *to, bool urgent);
bool out_to(struct gossip *g, struct member *m, bool urgent);
bool out_one(struct gossip *g, struct member *m, const struct gw_record *record, bool urgent);

/* --- links.c: transports --- */
void links_heard(struct gossip *g, struct member *m, const struct gw_header *h,
		 const struct gossip_addr *from);
bool links_copy(struct gossip *g, struct member *m, const struct gw_header *h,
		const struct gossip_addr *from);
void links_said(struct gossip *g, const struct member *m);
void links_look(struct gossip *g);
void links_due(struct gossip *g);
bool links_group(const struct gossip *g);
void links_route_all(struct gossip *g, bool must, struct gossip_route *route);
bool links_route_to(const struct gossip *g, const struct member *m, bool must,
		    struct gossip_route *route);

/* Whether something can be sent to a node. */
static inline bool core_reach(const struct gossip *g, const struct member *m)
{
	return m->addr.len || (m->ib_addr.len && (g->links.up & 1 << GOSSIP_LINK_IB));
}

/* --- beacon.c: the own state --- */
void beacon_fill(struct gossip *g, struct gw_beacon *b);
void beacon_of(const struct gossip *g, const struct member *m, struct gw_beacon *b);
void beacon_send(struct gossip *g);
void beacon_due(struct gossip *g);
void beacon_urgency(struct gossip *g);
uint32_t beacon_interval(const struct gossip *g);

/* --- crisis.c --- */
void crisis_edge(struct gossip *g);
void crisis_repeat(struct gossip *g);
void crisis_relay(struct gossip *g);
void crisis_receive(struct gossip *g, struct member *from, const struct gw_crisis *c);

/* --- spread.c: from others to others --- */
uint32_t spread_choose(struct gossip *g, struct member **peers, uint32_t nr, bool alive);
void spread_round(struct gossip *g);
void spread_pull(struct gossip *g);
void spread_ask(struct gossip *g, struct member *m);
void spread_seek(struct gossip *g, struct member *m);
void spread_address(struct gossip *g, struct member *from, const struct gw_address *a);
void spread_answer(struct gossip *g, struct member *from, const struct gw_pull *pull);
struct member *spread_beacon(struct gossip *g, struct member *from, const struct gw_beacon *b);

/* --- detect.c --- */
void detect_heard(struct gossip *g, struct member *m, uint64_t age_ns);
bool detect_old(const struct gossip *g, const struct gw_beacon *b);
bool detect_lost(const struct gossip *g, const struct member *m);
bool detect_unheard(const struct gossip *g, const struct member *m, uint64_t length_ns);
void detect_watch(struct gossip *g, const struct member *m);
void detect_hear_due(struct gossip *g, struct member *m);
void detect_life_due(struct gossip *g, struct member *m);
void detect_stalled(struct gossip *g, uint64_t gap_ns);
void detect_health(struct gossip *g, int change);

/* --- probe.c --- */
void probe_due(struct gossip *g);
void probe_nacks_due(struct gossip *g);
void probe_receive(struct gossip *g, struct member *from, const struct gw_probe *p);
void probe_forget(struct gossip *g);
void probe_accused(struct gossip *g, struct member *m);
void probe_dead(struct gossip *g);

/* --- life.c: who lives --- */
void life_suspect(struct gossip *g, struct member *m);
void life_accused(struct gossip *g, struct member *m, const struct gw_id *accuser);
void life_verdict(struct gossip *g, struct member *m);
uint64_t life_timeout(const struct gossip *g, const struct member *m);
uint64_t life_longest(const struct gossip *g);
void life_heard(struct gossip *g, struct member *m);
void life_alive(struct gossip *g, struct member *m, uint64_t incarnation);
void life_left(struct gossip *g, struct member *m);

/* --- claim.c: what nodes say of that --- */
void claim_make(struct gossip *g, const struct gw_id *subject, uint64_t incarnation,
		enum gw_verdict verdict, struct gw_record *record);
void claim_receive(struct gossip *g, struct member *from, const struct gw_claim *c);
void claim_answer(struct gossip *g, struct member *m);
void claim_answer_gone(struct gossip *g, struct gone *gone, const struct gossip_addr *to);
void claim_impostor(struct gossip *g, struct member *from, const struct gw_beacon *b);
bool claim_work(struct gossip *g, struct member *from);

/* --- hello.c --- */
void hello_due(struct gossip *g);
void hello_receive(struct gossip *g, struct member *from, const struct gw_hello *h);
void hello_contacts(struct gossip *g);
void hello_try(struct gossip *g, const struct gossip_addr *addr);
void hello_fill(struct gossip *g, struct gw_record *record);

/* --- speaker.c --- */
void speaker_due(struct gossip *g);
void speaker_urgent(struct gossip *g);
void speaker_receive(struct gossip *g, struct member *from, const struct gw_zone *z);
void speaker_introduce(struct gossip *g, struct member *to);

/* --- zone.c --- */
void zone_place(struct gossip *g, struct member *m);
void zone_init(struct gossip *g);
void zone_aggregate(struct gossip *g);
void zone_refresh(struct gossip *g, bool now);
void zone_judge(struct gossip *g, struct member *m);

/* --- near.c --- */
void near_add(struct gossip *g, struct member *m);
void near_remove(struct gossip *g, struct member *m);
void near_settle(struct gossip *g, struct member *m);
size_t near_nr(const struct gossip *g);
void near_count(struct gossip *g, struct member *m);

/* --- price.c --- */
void price_step(struct gossip *g);
void price_soon(struct gossip *g, bool now);

/* --- migrate.c --- */
void migrate_consider(struct gossip *g);
void migrate_release(struct gossip *g);

#endif /* GOSSIP_INTERNAL_H */
