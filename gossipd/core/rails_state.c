// SPDX-License-Identifier: GPL-2.0
/*
 * The states of a rail and the ways between them, see rails.h.
 */
#include "rails_internal.h"

#define MS_NS 1000000ULL

/* An answer that does not come by then does not come. */
#define OPEN_NS (5 * RAILS_SEC_NS)
#define JOIN_NS (10 * RAILS_SEC_NS)
/* Between tries: doubled with each that fails, and drawn from its upper half. */
#define BACKOFF_MIN_NS (100 * MS_NS)
#define BACKOFF_MAX_NS (30 * RAILS_SEC_NS)
/* Groups leak in some subnet managers, and a queue pair may be what is wrong. */
#define JOINS_MAX 4
/* A rail that has been up for so long has not failed before. */
#define STABLE_NS (10 * RAILS_SEC_NS)

const char *const rail_state_names[RAIL_STATES] = {
	[RAIL_GONE] = "gone",	    [RAIL_DOWN] = "down", [RAIL_OPENING] = "opening",
	[RAIL_JOINING] = "joining", [RAIL_UP] = "up",	  [RAIL_BACKOFF] = "backoff",
};

/**
 * rail_enter() - a rail is in another state from now on
 * @r: rails
 * @rail: one of them
 * @state: the state
 * @due_ns: when something is to be done about it; %RAILS_NEVER: not by itself
 */
void rail_enter(struct rails *r, struct rail *rail, enum rail_state state, uint64_t due_ns)
{
	rail->state = state;
	rail->since_ns = r->now_ns;
	rail->due_ns = due_ns;
	rail->rejoin_ns = RAILS_NEVER;
	rail->sick = false;
	rail->deaf = false;
	rail->missed = 0;
	rail->errors = 0;
}

static void ask(struct rail *rail, enum rail_do what)
{
	rail->todo |= 1U << what;
}

/* Take back what was asked for and has not been begun; whether there was such. */
static bool recall(struct rail *rail, enum rail_do what)
{
	bool was = rail->todo & 1U << what;

	rail->todo &= ~(1U << what);
	return was;
}

/**
 * rail_leave() - leave the group, or do not join it
 * @rail: the rail
 */
void rail_leave(struct rail *rail)
{
	if (!recall(rail, RAIL_DO_JOIN) && rail->joined)
		ask(rail, RAIL_DO_LEAVE);
	rail->joined = false;
}

/**
 * rail_shut() - leave the group and close the rail, or do not open it
 * @rail: the rail
 */
void rail_shut(struct rail *rail)
{
	rail_leave(rail);
	if (!recall(rail, RAIL_DO_OPEN) && rail->opened)
		ask(rail, RAIL_DO_CLOSE);
	rail->opened = false;
}

/**
 * rail_open() - begin to open a rail
 * @r: rails
 * @rail: one of them
 */
void rail_open(struct rails *r, struct rail *rail)
{
	rail->serial++;
	/* From the asking on there may be something to give back. */
	rail->opened = true;
	ask(rail, RAIL_DO_OPEN);
	rail_enter(r, rail, RAIL_OPENING, r->now_ns + OPEN_NS);
}

/**
 * rail_join() - begin to join the group
 * @r: rails
 * @rail: one of them
 */
void rail_join(struct rails *r, struct rail *rail)
{
	rail->serial++;
	rail->joined = true;
	ask(rail, RAIL_DO_JOIN);
	rail_enter(r, rail, RAIL_JOINING, r->now_ns + JOIN_NS);
}

static uint64_t backoff_ns(uint32_t failures, uint64_t random)
{
	uint64_t ns = BACKOFF_MIN_NS;

	while (failures-- && ns < BACKOFF_MAX_NS)
		ns *= 2;
	if (ns > BACKOFF_MAX_NS)
		ns = BACKOFF_MAX_NS;
	return ns / 2 + random % (ns / 2 + 1);
}

/**
 * rail_forgive() - a rail that has been up for long enough has not failed before
 * @r: rails
 * @rail: one of them
 */
void rail_forgive(const struct rails *r, struct rail *rail)
{
	if (rail->state == RAIL_UP && r->now_ns - rail->since_ns >= STABLE_NS)
		rail->failures = 0;
}

/**
 * rail_fail() - try again later: with the group, or with all of it
 * @r: rails
 * @rail: one of them
 * @all: open it anew as well
 * @random: 64 random bits
 */
void rail_fail(struct rails *r, struct rail *rail, bool all, uint64_t random)
{
	rail_forgive(r, rail);
	if (all || rail->failures % JOINS_MAX == JOINS_MAX - 1)
		rail_shut(rail);
	else
		rail_leave(rail);
	rail_enter(r, rail, RAIL_BACKOFF, r->now_ns + backoff_ns(rail->failures, random));
	if (rail->failures < UINT32_MAX)
		rail->failures++;
}

/**
 * rail_again() - try again now
 * @r: rails
 * @rail: one of them
 */
void rail_again(struct rails *r, struct rail *rail)
{
	if (rail->opened)
		rail_join(r, rail);
	else
		rail_open(r, rail);
}
