/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rails of a link: ports of host channel adapters, each of which is opened, joins the zone's
 * group, and may fail in any way at any time. This is the logic of it: what to do next with which
 * rail, and which of them to send on. It has no I/O, no clock, no randomness and takes no memory:
 * who drives it tells what happened, does what rails_action() says, and calls rails_tick() when
 * rails_deadline() has come.
 *
 *	GONE -- port_down --> DOWN -- port_up --> OPENING -- opened --> JOINING -- joined --> UP
 *
 * Whatever fails leads to BACKOFF, and from there to OPENING again, or to JOINING if only the group
 * was lost. A port that goes down leads to DOWN, a device that is removed to GONE.
 */
#ifndef GOSSIP_RAILS_H
#define GOSSIP_RAILS_H

#include <stdbool.h>
#include <stdint.h>

#define RAILS_MAX 8
#define RAILS_NEVER UINT64_MAX

enum rail_state {
	RAIL_GONE,		/* no such device */
	RAIL_DOWN,		/* closed: its port is not active */
	RAIL_OPENING,		/* was asked to open */
	RAIL_JOINING,		/* open, was asked to join */
	RAIL_UP,		/* is in the group, can be sent on */
	RAIL_BACKOFF,		/* waits before it is tried again */
	RAIL_STATES,
};

/* What happens to a rail. Those marked with * answer an action and bear its serial. */
enum rail_input {
	RAIL_IN_PORT_UP,	/* there is a device, and its port is active */
	RAIL_IN_PORT_DOWN,	/* there is a device, and its port is not */
	RAIL_IN_REMOVED,	/* there is no device any more */
	RAIL_IN_OPENED,		/* * */
	RAIL_IN_OPEN_FAILED,	/* * */
	RAIL_IN_JOINED,		/* * */
	RAIL_IN_JOIN_FAILED,	/* * */
	RAIL_IN_MULTICAST_ERROR, /* the group was lost */
	RAIL_IN_SM_CHANGE,	/* another subnet manager, which may not know of the group */
	RAIL_IN_REREGISTER,	/* the subnet manager asks to join again */
	RAIL_IN_ADDR_CHANGE,	/* its address is another one */
	RAIL_IN_FATAL,		/* the device or the queue pair is in its error state */
	RAIL_IN_SEND_ERROR,	/* a send failed, or ended with an error */
	RAIL_IN_HEARD,		/* somebody else's multicast came in */
	RAIL_INPUTS,
};

/* What to do with a rail; all of it is asked for once. */
enum rail_do {
	RAIL_DO_NOTHING,
	RAIL_DO_LEAVE,		/* leave the group, even if joining it failed; not answered */
	RAIL_DO_CLOSE,		/* give all of it back, even if opening it failed; not answered */
	RAIL_DO_OPEN,		/* answered by opened or open_failed */
	RAIL_DO_JOIN,		/* answered by joined or join_failed */
	RAIL_DOS,
};

/**
 * struct rail_event - something happened
 * @input: what
 * @rail: to which, from 0
 * @serial: of the action that this answers; what answers an earlier one is not looked at
 */
struct rail_event {
	enum rail_input input;
	uint8_t rail;
	uint32_t serial;
};

/**
 * struct rail_action - something is to be done
 * @what: what
 * @rail: with which
 * @serial: to give back with the answer
 */
struct rail_action {
	enum rail_do what;
	uint8_t rail;
	uint32_t serial;
};

/**
 * struct rail - one of them
 * @state: enum rail_state
 * @port: its port is active
 * @opened: has been opened, and not been closed since
 * @joined: has joined, and not left since
 * @sick: sends on it failed; is only used if there is no other
 * @deaf: others hear what it does not; likewise
 * @due_ns: when a state is over that waits for something; %RAILS_NEVER: does not wait
 * @rejoin_ns: when to join again though it is up; %RAILS_NEVER: not
 * @since_ns: when it came into its state
 * @well_ns: since when it is up, and neither sick nor deaf
 * @missed: times that others have heard something since it has
 * @missed_ns: the last of them
 * @failures: one after the other, until it has been up for some time
 * @errors: sends that failed since it is up, or since one second without
 * @error_ns: when the last of them did
 * @serial: of the last open or join
 * @todo: bits 1 << enum rail_do
 * @ups: times that it has come up
 */
struct rail {
	enum rail_state state;
	bool port;
	bool opened;
	bool joined;
	bool sick;
	bool deaf;
	uint64_t due_ns;
	uint64_t rejoin_ns;
	uint64_t since_ns;
	uint64_t well_ns;
	uint32_t missed;
	uint64_t missed_ns;
	uint32_t failures;
	uint32_t errors;
	uint64_t error_ns;
	uint32_t serial;
	uint8_t todo;
	uint64_t ups;
};

/**
 * struct rails - all of a link, in the order in which they are preferred
 * @rail: they
 * @nr: how many
 * @active: the one that is sent on when nothing is urgent; -1: none is up
 * @now_ns: of the last call
 * @failovers: times that another one became the active one, as it was no longer well
 */
struct rails {
	struct rail rail[RAILS_MAX];
	uint8_t nr;
	int active;
	uint64_t now_ns;
	uint64_t failovers;
};

extern const char *const rail_state_names[RAIL_STATES];

void rails_init(struct rails *r, uint8_t nr, uint64_t now_ns);
void rails_input(struct rails *r, uint64_t now_ns, const struct rail_event *event, uint64_t random);
void rails_tick(struct rails *r, uint64_t now_ns, uint64_t random);
bool rails_action(struct rails *r, struct rail_action *action);
uint64_t rails_deadline(const struct rails *r);
uint32_t rails_select(const struct rails *r, bool urgent);
bool rails_up(const struct rails *r);

#endif /* GOSSIP_RAILS_H */
