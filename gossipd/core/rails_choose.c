// SPDX-License-Identifier: GPL-2.0
/*
 * Which rail is sent on, see rails.h.
 */
#include "rails_internal.h"

/**
 * rail_well() - whether there is nothing against sending on a rail
 * @rail: the rail
 */
bool rail_well(const struct rail *rail)
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

/**
 * rails_choose() - look which rail is to be the active one
 * @r: rails
 *
 * The active one stays that as long as it is well, until a better one has been so for a while.
 */
void rails_choose(struct rails *r)
{
	const struct rail *rail;
	int i;

	if (r->active >= 0 && rail_well(&r->rail[r->active])) {
		for (i = 0; i < r->active; i++) {
			rail = &r->rail[i];
			if (rail_well(rail) && r->now_ns - rail->well_ns >= RAILS_FAILBACK_NS) {
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
