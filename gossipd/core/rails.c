// SPDX-License-Identifier: GPL-2.0
/*
 * What to do with which rail, see rails.h.
 */
#include <string.h>

#include "rails.h"

#define MS_NS 1000000ULL
#define SEC_NS 1000000000ULL

/* An answer that does not come by then does not come. */
#define OPEN_NS (5 * SEC_NS)
#define JOIN_NS (10 * SEC_NS)
/* Between tries: doubled with each that fails, and drawn from its upper half. */
#define BACKOFF_MIN_NS (100 * MS_NS)
#define BACKOFF_MAX_NS (30 * SEC_NS)
/* Groups leak in some subnet managers, and a queue pair may be what is wrong. */
#define JOINS_MAX 4
/* A rail that has been up for so long has not failed before. */
#define STABLE_NS (10 * SEC_NS)
/* All nodes of a fabric hear of a new subnet manager at once: each joins again within that time. */
#define REJOIN_SPREAD_NS SEC_NS
/*
 * Others have heard something so often, and this one has not. Rails are looked at one after the
 * other, in any order: what comes by several of them, or in bursts, counts once within that time.
 */
#define DEAF_MISSED 5
#define DEAF_APART_NS (4 * MS_NS)
/* Back to a better rail when it has been well for so long. */
#define FAILBACK_NS (5 * SEC_NS)
/* Sends that fail within a second until the rail is opened anew; one is enough to avoid it. */
#define ERRORS_MAX 3
#define SICK_NS SEC_NS

const char *const rail_state_names[RAIL_STATES] = {
	[RAIL_GONE] = "gone",	    [RAIL_DOWN] = "down", [RAIL_OPENING] = "opening",
	[RAIL_JOINING] = "joining", [RAIL_UP] = "up",	  [RAIL_BACKOFF] = "backoff",
};

/* --- which one is sent on --- */

static bool well(const struct rail *rail)
{
	return rail->state == RAIL_UP && !rail->sick && !rail->deaf;
}

/* Deaf may mean that nobody sends there; what is sick has just failed. */
static int badness(const struct rail *rail)
{
	return rail->state != RAIL_UP ? 3 : rail->sick ? 2 : rail->deaf ? 1 : 0;
}

static int best(const struct rails *r)
{
	int i, found = -1, least = 3;

	for (i = 0; i < r->nr; i++) {
		if (badness(&r->rail[i]) < least) {
			least = badness(&r->rail[i]);
			found = i;
		}
	}
	return found;
}

/* The active one stays that as long as it is well, until a better one has been so for a while. */
static void choose(struct rails *r)
{
	int i;

	if (r->active >= 0 && well(&r->rail[r->active])) {
		for (i = 0; i < r->active; i++) {
			if (well(&r->rail[i]) && r->now_ns - r->rail[i].well_ns >= FAILBACK_NS) {
				r->active = i;
				return;
			}
		}
		return;
	}
	i = best(r);
	if (i == r->active)
		return;
	/* None of them is well: no reason to go from one to the other. */
	if (r->active >= 0 && i >= 0 &&
	    badness(&r->rail[i]) == badness(&r->rail[r->active]))
		return;
	if (r->active >= 0 && i >= 0)
		r->failovers++;
	r->active = i;
}

/* --- states --- */

static void enter(struct rails *r, struct rail *rail, enum rail_state state, uint64_t due_ns)
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

static void leave(struct rail *rail)
{
	if (!recall(rail, RAIL_DO_JOIN) && rail->joined)
		ask(rail, RAIL_DO_LEAVE);
	rail->joined = false;
}

static void shut(struct rail *rail)
{
	leave(rail);
	if (!recall(rail, RAIL_DO_OPEN) && rail->opened)
		ask(rail, RAIL_DO_CLOSE);
	rail->opened = false;
}

static void begin_open(struct rails *r, struct rail *rail)
{
	rail->serial++;
	/* From the asking on there may be something to give back. */
	rail->opened = true;
	ask(rail, RAIL_DO_OPEN);
	enter(r, rail, RAIL_OPENING, r->now_ns + OPEN_NS);
}

static void begin_join(struct rails *r, struct rail *rail)
{
	rail->serial++;
	rail->joined = true;
	ask(rail, RAIL_DO_JOIN);
	enter(r, rail, RAIL_JOINING, r->now_ns + JOIN_NS);
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

static void forgive(const struct rails *r, struct rail *rail)
{
	if (rail->state == RAIL_UP && r->now_ns - rail->since_ns >= STABLE_NS)
		rail->failures = 0;
}

/* Try again later: with the group, or with all of it. */
static void fail(struct rails *r, struct rail *rail, bool all, uint64_t random)
{
	forgive(r, rail);
	if (all || rail->failures % JOINS_MAX == JOINS_MAX - 1)
		shut(rail);
	else
		leave(rail);
	enter(r, rail, RAIL_BACKOFF, r->now_ns + backoff_ns(rail->failures, random));
	if (rail->failures < UINT32_MAX)
		rail->failures++;
}

static void again(struct rails *r, struct rail *rail)
{
	if (rail->opened)
		begin_join(r, rail);
	else
		begin_open(r, rail);
}

/* --- what happens --- */

static void port_up(struct rails *r, struct rail *rail)
{
	rail->port = true;
	if (rail->state != RAIL_GONE && rail->state != RAIL_DOWN)
		return;
	/* A port that flaps is not followed each time. */
	if (rail->failures)
		enter(r, rail, RAIL_BACKOFF, rail->due_ns);
	else
		begin_open(r, rail);
}

/* A rail that was not up for long has failed, or a port that flaps would cost a join each time. */
static void port_down(struct rails *r, struct rail *rail, enum rail_state state, uint64_t random)
{
	rail->port = false;
	if (rail->state == RAIL_GONE || rail->state == RAIL_DOWN) {
		rail->state = state;
		return;
	}
	/* What waits has not been tried, and waits on. */
	if (rail->state == RAIL_BACKOFF)
		shut(rail);
	else
		fail(r, rail, true, random);
	enter(r, rail, state, rail->due_ns);
}

static void joined(struct rails *r, struct rail *rail)
{
	enter(r, rail, RAIL_UP, RAILS_NEVER);
	rail->well_ns = r->now_ns;
	rail->ups++;
}

static void send_error(struct rails *r, struct rail *rail, uint64_t random)
{
	if (!rail->errors || r->now_ns - rail->error_ns > SICK_NS)
		rail->errors = 0;
	rail->error_ns = r->now_ns;
	if (++rail->errors >= ERRORS_MAX) {
		fail(r, rail, true, random);
		return;
	}
	rail->sick = true;
	rail->due_ns = r->now_ns + SICK_NS;
}

static void heard(struct rails *r, struct rail *rail)
{
	struct rail *other;
	int i;

	if (rail->deaf && !rail->sick)
		rail->well_ns = r->now_ns;
	rail->missed = 0;
	rail->deaf = false;
	for (i = 0; i < r->nr; i++) {
		other = &r->rail[i];
		if (other == rail || other->state != RAIL_UP ||
		    (other->missed && r->now_ns - other->missed_ns < DEAF_APART_NS))
			continue;
		other->missed_ns = r->now_ns;
		if (other->missed < DEAF_MISSED)
			other->missed++;
		other->deaf = other->missed == DEAF_MISSED;
	}
}

/* What only counts in one state, as it answers what was asked for there. */
static void answered(struct rails *r, struct rail *rail, const struct rail_event *event,
		     uint64_t random)
{
	bool opening = event->input == RAIL_IN_OPENED || event->input == RAIL_IN_OPEN_FAILED;

	if (rail->state != (opening ? RAIL_OPENING : RAIL_JOINING) ||
	    event->serial != rail->serial || rail->todo)
		return;
	switch (event->input) {
	case RAIL_IN_OPENED:
		begin_join(r, rail);
		break;
	case RAIL_IN_JOINED:
		joined(r, rail);
		break;
	default:
		fail(r, rail, opening, random);
		break;
	}
}

/* What only counts of a rail that is up, or is about to be. */
static void upset(struct rails *r, struct rail *rail, enum rail_input input, uint64_t random)
{
	switch (input) {
	case RAIL_IN_MULTICAST_ERROR:
		if (rail->state == RAIL_UP || rail->state == RAIL_JOINING)
			fail(r, rail, false, random);
		break;
	case RAIL_IN_SM_CHANGE:
	case RAIL_IN_REREGISTER:
		/* Until then it goes on: what the switches know they do not forget at once. */
		if (rail->state == RAIL_UP && rail->rejoin_ns == RAILS_NEVER)
			rail->rejoin_ns = r->now_ns + 1 + random % REJOIN_SPREAD_NS;
		break;
	case RAIL_IN_ADDR_CHANGE:
	case RAIL_IN_FATAL:
		if (rail->opened)
			fail(r, rail, true, random);
		break;
	case RAIL_IN_SEND_ERROR:
		if (rail->state == RAIL_UP)
			send_error(r, rail, random);
		break;
	default:
		if (rail->state == RAIL_UP)
			heard(r, rail);
		break;
	}
}

/* Time does not go backwards. */
static void set_now(struct rails *r, uint64_t now_ns)
{
	if (now_ns > r->now_ns)
		r->now_ns = now_ns;
}

/**
 * rails_init() - begin: no rail has a device yet
 * @r: written
 * @nr: how many rails there may be, %RAILS_MAX at most
 * @now_ns: time
 */
void rails_init(struct rails *r, uint8_t nr, uint64_t now_ns)
{
	int i;

	memset(r, 0, sizeof(*r));
	r->nr = nr < RAILS_MAX ? nr : RAILS_MAX;
	r->active = -1;
	r->now_ns = now_ns;
	for (i = 0; i < RAILS_MAX; i++) {
		r->rail[i].due_ns = RAILS_NEVER;
		r->rail[i].rejoin_ns = RAILS_NEVER;
	}
}

/**
 * rails_input() - something happened to a rail
 * @r: rails
 * @now_ns: time
 * @event: what; may come at any time and in any order, and what cannot be is not looked at
 * @random: 64 random bits, other ones each time
 *
 * Then rails_action() has to be asked until there is nothing to do.
 */
void rails_input(struct rails *r, uint64_t now_ns, const struct rail_event *event, uint64_t random)
{
	struct rail *rail;

	set_now(r, now_ns);
	if (event->rail >= r->nr)
		return;
	rail = &r->rail[event->rail];
	switch (event->input) {
	case RAIL_IN_PORT_UP:
		port_up(r, rail);
		break;
	case RAIL_IN_PORT_DOWN:
		port_down(r, rail, RAIL_DOWN, random);
		break;
	case RAIL_IN_REMOVED:
		port_down(r, rail, RAIL_GONE, random);
		break;
	case RAIL_IN_OPENED:
	case RAIL_IN_OPEN_FAILED:
	case RAIL_IN_JOINED:
	case RAIL_IN_JOIN_FAILED:
		answered(r, rail, event, random);
		break;
	case RAIL_IN_MULTICAST_ERROR:
	case RAIL_IN_SM_CHANGE:
	case RAIL_IN_REREGISTER:
	case RAIL_IN_ADDR_CHANGE:
	case RAIL_IN_FATAL:
	case RAIL_IN_SEND_ERROR:
	case RAIL_IN_HEARD:
		upset(r, rail, event->input, random);
		break;
	default:
		break;
	}
	choose(r);
}

/* splitmix64's increment and finaliser: several rails may be due at once. */
static uint64_t draw(uint64_t random, int rail)
{
	uint64_t z = random + (uint64_t)rail * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void due(struct rails *r, struct rail *rail, uint64_t random)
{
	switch (rail->state) {
	case RAIL_OPENING:
		fail(r, rail, true, random);
		break;
	case RAIL_JOINING:
		fail(r, rail, false, random);
		break;
	case RAIL_BACKOFF:
		again(r, rail);
		break;
	case RAIL_UP:
		rail->due_ns = RAILS_NEVER;
		rail->sick = false;
		rail->well_ns = r->now_ns;
		break;
	default:
		break;
	}
}

static void rejoin(struct rails *r, struct rail *rail)
{
	forgive(r, rail);
	leave(rail);
	begin_join(r, rail);
}

/**
 * rails_tick() - time has gone by
 * @r: rails
 * @now_ns: time
 * @random: 64 random bits, other ones each time
 */
void rails_tick(struct rails *r, uint64_t now_ns, uint64_t random)
{
	struct rail *rail;
	int i;

	set_now(r, now_ns);
	for (i = 0; i < r->nr; i++) {
		rail = &r->rail[i];
		if (rail->state == RAIL_GONE || rail->state == RAIL_DOWN)
			continue;
		if (rail->due_ns <= r->now_ns)
			due(r, rail, draw(random, i));
		else if (rail->rejoin_ns <= r->now_ns)
			rejoin(r, rail);
	}
	choose(r);
}

/**
 * rails_action() - the next thing to do
 * @r: rails
 * @action: written
 *
 * Return: whether there is one. Its answer may be given at once, by rails_input().
 */
bool rails_action(struct rails *r, struct rail_action *action)
{
	struct rail *rail;
	int i, what;

	for (i = 0; i < r->nr; i++) {
		rail = &r->rail[i];
		for (what = RAIL_DO_LEAVE; rail->todo && what < RAIL_DOS; what++) {
			if (!(rail->todo & 1U << what))
				continue;
			rail->todo &= ~(1U << what);
			*action = (struct rail_action){
				.what = what, .rail = (uint8_t)i, .serial = rail->serial,
			};
			return true;
		}
	}
	action->what = RAIL_DO_NOTHING;
	return false;
}

/**
 * rails_deadline() - when rails_tick() is to be called at the latest
 * @r: rails
 *
 * Return: time, after that of the last call; %RAILS_NEVER: something has to happen first.
 */
uint64_t rails_deadline(const struct rails *r)
{
	uint64_t first = RAILS_NEVER, back;
	const struct rail *rail;
	int i;

	for (i = 0; i < r->nr; i++) {
		rail = &r->rail[i];
		if (rail->state == RAIL_GONE || rail->state == RAIL_DOWN)
			continue;
		if (rail->due_ns < first)
			first = rail->due_ns;
		if (rail->rejoin_ns < first)
			first = rail->rejoin_ns;
		back = rail->well_ns + FAILBACK_NS;
		if (i < r->active && well(rail) && back < first)
			first = back;
	}
	/* A rail whose port came up again may have waited long enough already. */
	return first > r->now_ns ? first : r->now_ns + 1;
}

/**
 * rails_select() - which rails to send on
 * @r: rails
 * @urgent: it has to arrive
 *
 * Return: bits 1 << rail: all that are up if it is urgent, else the active one; 0: none is up.
 */
uint32_t rails_select(const struct rails *r, bool urgent)
{
	uint32_t mask = 0;
	int i;

	if (!urgent)
		return r->active >= 0 ? 1U << r->active : 0;
	for (i = 0; i < r->nr; i++) {
		if (r->rail[i].state == RAIL_UP)
			mask |= 1U << i;
	}
	return mask;
}

/**
 * rails_up() - whether the link is, that is one of its rails
 * @r: rails
 *
 * Return: whether it is.
 */
bool rails_up(const struct rails *r)
{
	return rails_select(r, true);
}
