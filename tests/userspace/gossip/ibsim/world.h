/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plug-in for InfiniBand in worlds that are made up: the libraries by fake_verbs.h, libuv by a
 * loop with a clock of its own. Faults come when the seed says so, and after each step of the loop
 * what always has to hold is looked at.
 */
#ifndef IBSIM_WORLD_H
#define IBSIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "../sim/random.h"
#include "fake_verbs.h"
#include "ib.h"

#define IBSIM_US UINT64_C(1000)
#define IBSIM_MS UINT64_C(1000000)
#define IBSIM_S UINT64_C(1000000000)
#define IBSIM_TEXT 256
/* So many openings of a rail are too many within 10 s. */
#define IBSIM_OPENINGS 16

/* What goes wrong in a world. */
enum ibsim_fault {
	IBSIM_PORT_DOWN, IBSIM_PORT_UP, IBSIM_PORT_SILENT, IBSIM_REMOVED, IBSIM_RETURNED,
	IBSIM_RENAMED, IBSIM_NO_DEVICE, IBSIM_PLUGGED, IBSIM_REFUSED, IBSIM_LOST,
	IBSIM_LATE, IBSIM_STALE, IBSIM_TWICE, IBSIM_GROUP_LOST, IBSIM_SM_CHANGE,
	IBSIM_SEND_FAILS, IBSIM_SENT_BADLY, IBSIM_MUTE, IBSIM_HUNG, IBSIM_BROKEN,
	IBSIM_FLOOD, IBSIM_NO_BUFFER, IBSIM_BAD, IBSIM_ADDRESS, IBSIM_NO_ADDRESS,
	IBSIM_ODD_EVENT, IBSIM_CALL_FAILS, IBSIM_NO_MEMORY, IBSIM_PAUSE, IBSIM_SHORT,
	IBSIM_LONG, IBSIM_OWN, IBSIM_FORGED, IBSIM_SLOW_HANDLE, IBSIM_NO_HANDLE,
	IBSIM_REENTRY, IBSIM_CLOSED_EARLY, IBSIM_FAULTS,
};

/* What has to hold. */
enum ibsim_rule {
	IBSIM_HOLDS, IBSIM_LEAK, IBSIM_BUFFERS, IBSIM_SLOTS, IBSIM_SENDS, IBSIM_URGENT,
	IBSIM_COUNTERS, IBSIM_HEALING, IBSIM_BUSY, IBSIM_TROUBLE, IBSIM_TOLD, IBSIM_LIBRARY,
	IBSIM_BOUNDS, IBSIM_HELD, IBSIM_AFTER_CLOSE, IBSIM_CRASHED, IBSIM_REPEAT, IBSIM_RULES,
};

/* Bugs on purpose, see canary.c. */
enum ibsim_canary {
	IBSIM_NO_CANARY, IBSIM_CANARY_LEAK, IBSIM_CANARY_HANDLES, IBSIM_CANARY_BUFFER,
	IBSIM_CANARY_ONE_RAIL, IBSIM_CANARY_ALL_RAILS, IBSIM_CANARY_SPIN, IBSIM_CANARY_MUM,
	IBSIM_CANARY_STUCK, IBSIM_CANARY_DEAF, IBSIM_CANARY_HOLD, IBSIM_CANARY_DICE,
	IBSIM_CANARIES,
};

extern const char *const ibsim_fault_names[IBSIM_FAULTS];
extern const char *const ibsim_rule_names[IBSIM_RULES];
extern const char *const ibsim_canary_names[IBSIM_CANARIES];
extern enum ibsim_canary ibsim_canary;

/**
 * struct ibsim_result - what came of a world
 * @seed: of it
 * @hash: of all that happened
 * @faults: how many of each kind
 * @calls: of the libraries
 * @sent: datagrams
 * @received: datagrams
 * @ups: times that a rail came up
 * @ns: that went by
 * @healed_ns: from the last fault until all was up again
 * @broken: enum ibsim_rule
 * @broken_ns: when
 * @text: how
 */
struct ibsim_result {
	uint64_t seed, hash;
	uint64_t faults[IBSIM_FAULTS];
	uint64_t calls, sent, received, ups, ns, healed_ns;
	enum ibsim_rule broken;
	uint64_t broken_ns;
	char text[IBSIM_TEXT];
};

/**
 * struct ibsim_options - what a world is like
 * @ports: in it
 * @two: per mille of devices with two ports
 * @ethernet: RoCE
 * @buffers: as configured
 * @send_only: as configured
 * @storm_ns: until it heals
 * @every_ns: between two faults
 * @send_every_ns: between two sends
 * @kinds: bits of faults that may happen
 * @call_fails: per mille of calls in bad times
 * @close_ns: closed then, whatever goes on; 0: when it has healed
 */
struct ibsim_options {
	uint32_t ports, two;
	bool ethernet;
	uint32_t buffers;
	bool send_only;
	uint64_t storm_ns, every_ns, send_every_ns;
	uint64_t kinds;
	uint32_t call_fails;
	uint64_t close_ns;
};

/**
 * struct ibsim_world - all of it
 * @seed: of it
 * @rng: state of the dice
 * @opt: options
 * @loop: the daemon's
 * @config: likewise
 * @link: the plug-in; NULL: closed, or not open yet
 * @closed: it was, and may not call any more
 * @verbose: tell what happens
 * @result: what comes of it
 * @storm: faults may happen
 * @bad_until_ns: calls fail until then
 * @healed_ns: the storm was over
 * @received: datagrams by rail
 * @received_bytes: likewise
 * @up: as it was told
 * @inside: calls of the daemon's in the daemon's calls
 * @empty_at: of a port: the rail's counter before a datagram found no buffer
 * @starved: queue pair at which that was, and has not been looked at yet
 * @gone_ns: when a device was taken away, by its first port; 0: it is there, or was looked at
 * @name: of a rail, as seen last
 * @ups: of a rail: times that it has come up, as seen
 * @serial: of the last opening
 * @opened_ns: times of the last openings
 * @nr_opened: of them
 * @known: addresses that were heard
 * @nr_known: of them
 */
struct ibsim_world {
	uint64_t seed, rng;
	struct ibsim_options opt;
	uv_loop_t loop;
	struct config_infiniband config;
	struct link *link;
	bool closed;
	bool verbose;
	struct ibsim_result *result;
	bool storm;
	uint64_t bad_until_ns;
	uint64_t healed_ns;
	uint64_t received[RAILS_MAX], received_bytes[RAILS_MAX];
	bool up;
	uint32_t inside;
	uint64_t empty_at[FAKE_PORTS];
	uint32_t starved[FAKE_PORTS];
	uint64_t gone_ns[FAKE_PORTS];
	char name[RAILS_MAX][LINK_NAME_LEN];
	uint64_t ups[RAILS_MAX];
	uint32_t serial[RAILS_MAX];
	uint64_t opened_ns[RAILS_MAX][IBSIM_OPENINGS];
	uint32_t nr_opened[RAILS_MAX];
	struct gossip_addr known[16];
	uint32_t nr_known;
};

extern struct ibsim_world *ibsim;

/* What happens later, see faults.c. */
enum ibsim_later {
	IBSIM_DO_STORM, IBSIM_DO_TRAFFIC, IBSIM_DO_ANSWER, IBSIM_DO_UP, IBSIM_DO_UNLIST,
	IBSIM_DO_RETURN, IBSIM_DO_FATAL, IBSIM_DO_REMOVAL, IBSIM_DO_UNMUTE, IBSIM_DO_ADDRESS,
	IBSIM_DO_WORK, IBSIM_DO_DONE,
};

/* loop.c */
extern uint64_t ibsim_now_ns;
void ibsim_loop_reset(uint64_t now_ns);
bool ibsim_loop_once(void);
uint64_t ibsim_loop_next_ns(void);
int ibsim_loop_live(void);
void ibsim_work(uint32_t which, bool done);
int64_t ibsim_heap(void);

/* later.c */
void ibsim_later_reset(void);
void ibsim_later(uint64_t in_ns, enum ibsim_later what, uint32_t port, uint64_t arg);
uint64_t ibsim_later_next_ns(void);
bool ibsim_later_take(enum ibsim_later *what, uint32_t *port, uint64_t *arg);

/* faults.c */
bool ibsim_fate(enum fake_call call);
void ibsim_joining(struct fake_port *port);
void ibsim_do(enum ibsim_later what, uint32_t which, uint64_t arg);
void ibsim_heal(void);
void ibsim_fault(enum ibsim_fault fault);
bool ibsim_may(enum ibsim_fault fault);

/* traffic.c */
void ibsim_traffic(void);
void ibsim_deliver(uint32_t which);
void ibsim_send(bool reentry);
struct link_user ibsim_user(void);

/* rules.c */
void ibsim_break(enum ibsim_rule rule, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void ibsim_look(bool quiet);
void ibsim_look_closed(void);
void ibsim_look_healed(void);
struct fake_port *ibsim_port_of(const struct ib_rail *rail);
bool ibsim_no_port(const struct fake_port *port);

/* world.c */
uint64_t ibsim_draw(void);
uint64_t ibsim_below(uint64_t below);
bool ibsim_chance(uint32_t per_mille);
void ibsim_trace(uint64_t what, uint64_t value);
void ibsim_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ibsim_run(uint64_t seed, bool verbose, struct ibsim_result *result);

#endif /* IBSIM_WORLD_H */
