// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to rails, and what to do with which, see rails.h.
 */
#include <string.h>

#include "rails_internal.h"

#define MS_NS 1000000ULL

/* All nodes of a fabric hear of a new subnet manager at once: each joins again within that time. */
#define REJOIN_SPREAD_NS RAILS_SEC_NS
/*
 * Others have heard something so often, and this one has not. Rails are looked at one after the
 * other, in any order: what comes by several of them, or in bursts, counts once within that time.
 */
#define DEAF_MISSED 5
#define DEAF_APART_NS (4 * MS_NS)
/* Sends that fail within a second until the rail is opened anew; one is enough to avoid it. */
#define ERRORS_MAX 3
#define SICK_NS RAILS_SEC_NS

static void port_up(struct rails *r, struct rail *rail)
{
	rail->port = true;
	if (rail->state != RAIL_GONE && rail->state != RAIL_DOWN)
		return;
	/* A port that flaps is not followed each time. */
	if (rail->failures)
		rail_enter(r, rail, RAIL_BACKOFF, rail->due_ns);
	else
		rail_open(r, rail);
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
		rail_shut(rail);
	else
		rail_fail(r, rail, true, random);
	rail_enter(r, rail, state, rail->due_ns);
}

static void joined(struct rails *r, struct rail *rail)
{
	rail_enter(r, rail, RAIL_UP, RAILS_NEVER);
	rail->well_ns = r->now_ns;
	rail->ups++;
}

static void send_error(struct rails *r, struct rail *rail, uint64_t random)
{
	if (!rail->errors || r->now_ns - rail->error_ns > SICK_NS)
		rail->errors = 0;
	rail->error_ns = r->now_ns;
	if (++rail->errors >= ERRORS_MAX) {
		rail_fail(r, rail, true, random);
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
		rail_join(r, rail);
		break;
	case RAIL_IN_JOINED:
		joined(r, rail);
		break;
	default:
		rail_fail(r, rail, opening, random);
		break;
	}
}

/* What only counts of a rail that is up, or is about to be. */
static void upset(struct rails *r, struct rail *rail, enum rail_input input, uint64_t random)
{
	switch (input) {
	case RAIL_IN_MULTICAST_ERROR:
		if (rail->state == RAIL_UP || rail->state == RAIL_JOINING)
			rail_fail(r, rail, false, random);
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
			rail_fail(r, rail, true, random);
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
	rails_choose(r);
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
		rail_fail(r, rail, true, random);
		break;
	case RAIL_JOINING:
		rail_fail(r, rail, false, random);
		break;
	case RAIL_BACKOFF:
		rail_again(r, rail);
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
	rail_forgive(r, rail);
	rail_leave(rail);
	rail_join(r, rail);
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
	rails_choose(r);
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
		back = rail->well_ns + RAILS_FAILBACK_NS;
		if (i < r->active && rail_well(rail) && back < first)
			first = back;
	}
	/* A rail whose port came up again may have waited long enough already. */
	return first > r->now_ns ? first : r->now_ns + 1;
}
