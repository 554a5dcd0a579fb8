// SPDX-License-Identifier: GPL-2.0
/*
 * Couplings by place, and what the temperatures say to that.
 *
 * Learning is a partial correlation: of what the neighbour's temperature did, and what the inlet
 * here did after that, with both cleared of what the room did. It can move a
 * coupling by a level at most, so neither chance nor a liar makes a stranger into a chassis mate.
 */
#include "coupling.h"

#include <math.h>

#define NS_PER_S 1e9
/* Changes are taken over this long: heat takes seconds to get next door, and sensors have steps. */
#define STEP_S 10.0
/* A gap longer than this has no change that means anything. */
#define GAP_S 60.0
/* What of an earlier change still works on: heat sinks and air follow over tens of seconds. */
#define LASTING 0.7
/* A change that is less than what a sensor rounds away shows nothing. */
#define EXCITED_C 1.0
/* No step counts for more. */
#define CHANGE_MAX_C 20.0
/* Steps over which the past fades; with STEP_S some 3 hours of steps in which anything changed. */
#define MEMORY 1024
/* Steps after which what was learned counts as much as the place. */
#define HALF_BELIEF 64
/* Below this there is nothing to correlate, °C². */
#define VARIANCE_MIN 0.0001

/* By place, and nothing in between: from level to level. */
static const double levels[] = {
	0, COUPLING_ZONE, COUPLING_ROW, COUPLING_RACK, COUPLING_CHASSIS,
};

#define NR_LEVELS (sizeof(levels) / sizeof(levels[0]))

static bool same(uint32_t a, uint32_t b)
{
	return a == b && a != SITE_NONE;
}

static double clamp(double value, double lo, double hi)
{
	if (value < lo)
		return lo;
	return value > hi ? hi : value;
}

/**
 * coupling_prior() - how far one node's heat is that of another, by where they stand
 * @site: site that site_check() found right
 * @from: index of the node that heats
 * @to: index of the node that is heated
 *
 * A link of the site says it better than the places, and holds in its direction alone. The levels
 * are those of the thermal coupling graph of the source document, 1.1.
 *
 * Return: 0 to 1; of a node with itself 0, as that is none, and 0 for nodes that are not there.
 */
double coupling_prior(const struct site *site, uint32_t from, uint32_t to)
{
	const struct site_node *a, *b;
	size_t i;

	if (from >= site->nr_nodes || to >= site->nr_nodes || from == to)
		return 0;
	for (i = 0; i < site->nr_links; i++)
		if (site->links[i].from == from && site->links[i].to == to)
			return site->links[i].coupling;
	a = &site->nodes[from];
	b = &site->nodes[to];
	if (same(a->chassis, b->chassis))
		return COUPLING_CHASSIS;
	if (same(a->rack, b->rack))
		return COUPLING_RACK;
	if (same(a->row, b->row))
		return COUPLING_ROW;
	return a->zone == b->zone ? COUPLING_ZONE : 0;
}

static void restart(struct coupling_learned *l, uint64_t now_ns, double theirs_c, double ours_c,
		    double room_c)
{
	l->last_ns = now_ns;
	l->last_theirs_c = theirs_c;
	l->last_ours_c = ours_c;
	l->last_room_c = room_c;
	l->known = true;
}

/* Running means, variances and covariances (Welford's update), that forget. */
static void count(struct coupling_learned *l, double theirs, double ours, double room)
{
	double weight, dt, d_o, dr;

	if (l->samples < MEMORY)
		l->samples++;
	weight = 1.0 / l->samples;
	dt = theirs - l->mean_theirs;
	d_o = ours - l->mean_ours;
	dr = room - l->mean_room;
	l->mean_theirs += weight * dt;
	l->mean_ours += weight * d_o;
	l->mean_room += weight * dr;
	l->var_theirs = (1 - weight) * (l->var_theirs + weight * dt * dt);
	l->var_ours = (1 - weight) * (l->var_ours + weight * d_o * d_o);
	l->var_room = (1 - weight) * (l->var_room + weight * dr * dr);
	l->covar = (1 - weight) * (l->covar + weight * dt * d_o);
	l->covar_theirs_room = (1 - weight) * (l->covar_theirs_room + weight * dt * dr);
	l->covar_ours_room = (1 - weight) * (l->covar_ours_room + weight * d_o * dr);
}

/**
 * coupling_learn() - take note of temperatures
 * @l: what is known of this pair
 * @now_ns: time
 * @theirs_c: temperature of the node that heats
 * @ours_c: inlet of the node that is heated
 * @room_c: robust estimate of the inlets of the zone: what is common to all
 *
 * As often as one likes, and as irregularly: a change is taken over 10 s or a little more. What
 * isn't finite, or comes after a gap of a minute, begins anew. Only what the neighbour did before
 * counts: who repeats what he has heard of this inlet shows nothing.
 */
void coupling_learn(struct coupling_learned *l, uint64_t now_ns, double theirs_c, double ours_c,
		    double room_c)
{
	double theirs, ours, room, wave;

	if (!isfinite(theirs_c) || !isfinite(ours_c) || !isfinite(room_c)) {
		l->known = false;
		return;
	}
	if (!l->known) {
		l->wave_c = 0;
		restart(l, now_ns, theirs_c, ours_c, room_c);
		return;
	}
	if (now_ns <= l->last_ns || (double)(now_ns - l->last_ns) < STEP_S * NS_PER_S)
		return;
	if ((double)(now_ns - l->last_ns) > GAP_S * NS_PER_S) {
		l->wave_c = 0;
		restart(l, now_ns, theirs_c, ours_c, room_c);
		return;
	}
	theirs = clamp(theirs_c - l->last_theirs_c, -CHANGE_MAX_C, CHANGE_MAX_C);
	ours = clamp(ours_c - l->last_ours_c, -CHANGE_MAX_C, CHANGE_MAX_C);
	room = clamp(room_c - l->last_room_c, -CHANGE_MAX_C, CHANGE_MAX_C);
	restart(l, now_ns, theirs_c, ours_c, room_c);
	/* Of before this step; this one's change may be an answer to ours. */
	wave = l->wave_c;
	l->wave_c = LASTING * wave + theirs - room;
	if (fabs(wave) >= EXCITED_C)
		count(l, wave, ours, room);
}

/* Without what the room explains of both (first-order partial correlation). */
static double partial(const struct coupling_learned *l)
{
	double theirs = l->var_theirs, ours = l->var_ours, both = l->covar;

	if (l->var_room > VARIANCE_MIN) {
		theirs -= l->covar_theirs_room * l->covar_theirs_room / l->var_room;
		ours -= l->covar_ours_room * l->covar_ours_room / l->var_room;
		both -= l->covar_theirs_room * l->covar_ours_room / l->var_room;
	}
	if (theirs < VARIANCE_MIN || ours < VARIANCE_MIN)
		return 0;
	return both / sqrt(theirs * ours);
}

/**
 * coupling_estimate() - how far one node's heat is that of another, by all that is known
 * @l: what is known of this pair
 * @prior: by place
 *
 * Return: 0 to 1, between the levels next to @prior; @prior if nothing was learned.
 */
double coupling_estimate(const struct coupling_learned *l, double prior)
{
	double lo = 0, hi = 1, belief, estimate;
	size_t i;

	if (!(prior >= 0))
		return 0;
	prior = clamp(prior, 0, 1);
	for (i = 0; i < NR_LEVELS; i++)
		if (levels[i] < prior)
			lo = levels[i];
	for (i = NR_LEVELS; i-- > 0;)
		if (levels[i] > prior)
			hi = levels[i];
	belief = (double)l->samples / (l->samples + HALF_BELIEF);
	estimate = (1 - belief) * prior + belief * clamp(partial(l), 0, 1);
	return clamp(estimate, lo, hi);
}
