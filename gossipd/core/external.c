// SPDX-License-Identifier: GPL-2.0
/*
 * The external price, a factor for each cause. All of them are continuous, rise as things get
 * worse, and have a highest value, so that nobody's beacons can drive the price anywhere.
 */
#include <math.h>

#include "external.h"
#include "smooth.h"

/* A neighbour whose coupling is no number is somewhere in the zone. */
#define COUPLING_UNKNOWN 0.2

/* What a neighbour adds that does not say how hot it is, times coupling. */
#define MARGIN_UNKNOWN 0.25

/* Time constants of what gets better: a headroom, and somebody who was silent. */
#define HEADROOM_S 30.0
#define SILENCE_S 10.0

/* Margins and trends beyond are no temperatures. */
#define MARGIN_MAX_C 500.0
#define TREND_MAX_C_PER_S 50.0

static double coupling_of(const struct control_neighbour *n)
{
	return smooth_clamp(smooth_or(n->coupling, COUPLING_UNKNOWN), 0, 1);
}

/*
 * What the heat of a neighbour, of which the numbers may be any, adds to the price: the source
 * document's coupling / margin, from the margin that counts on: span / margin - 1. It is 0 at the
 * span, continuous, and has a highest value at the floor instead of a pole at 0. A margin that
 * shrinks counts as what it will be at the horizon. From 0 to the tunable neighbour_max less 1.
 */
static double heat_of(const struct control_params *p, const struct control_neighbour *n)
{
	double weight = smooth_clamp(smooth_or(n->weight, 1), 0, 1) * coupling_of(n);
	double trend = smooth_clamp(n->trend_c_per_s, 0, TREND_MAX_C_PER_S);
	double adds = MARGIN_UNKNOWN;

	if (fabs(n->margin_c) <= MARGIN_MAX_C) {
		double margin = n->margin_c - p->neighbour_horizon_s * trend;

		margin = smooth_clamp(margin, p->neighbour_floor_c, p->neighbour_span_c);
		adds = p->neighbour_span_c / margin - 1;
	}
	adds *= weight;
	return adds < p->neighbour_max - 1 ? adds : p->neighbour_max - 1;
}

/*
 * Price of something of which a share is left, NAN for none: 1 from the share @start on, @max when
 * nothing is left, start / headroom in between.
 */
static double scarce(double headroom, double start, double max)
{
	double left = smooth_clamp(headroom, 0, 1);

	if (left >= start)
		return 1;
	return left * max > start ? start / left : max;
}

/*
 * A headroom that is no longer known stays what it was. One that grows is believed little by
 * little: it grows because the price has gone up, for many nodes at once, and would be gone again
 * with it.
 */
static double headroom_of(double headroom, double last, double dt_s)
{
	double now = isfinite(headroom) ? smooth_clamp(headroom, 0, 1) : last;

	return now > last ? smooth_towards(last, now, dt_s, HEADROOM_S) : now;
}

/* In proportion to who is missing; a healed partition is forgiven little by little. */
static void partition_step(struct external *x, const struct control_params *p,
			   const struct control_input *in, double dt_s)
{
	double missing = 0;

	if (in->seen < in->expected)
		missing = 1 - (double)in->seen / in->expected;
	missing = smooth_clamp(missing - p->partition_tolerance, 0, 1);
	if (missing < x->missing)
		missing = smooth_towards(x->missing, missing, dt_s, p->partition_release_s);
	x->missing = missing;
}

/**
 * external_step() - factors of all causes that are around the node
 * @x: state; all zeros is a fresh one
 * @p: tunables
 * @in: input of the step
 * @dt_s: since the last one
 * @component: written: by enum control_cause, 1 to the tunable max_multiplier
 */
void external_step(struct external *x, const struct control_params *p,
		   const struct control_input *in, double dt_s, double *component)
{
	double heat = 1, silence = in->degraded ? p->degraded_multiplier : 1;
	size_t i, nr = in->neighbours ? in->nr_neighbours : 0;

	if (!x->begun)
		*x = (struct external) {
			.cooling = 1, .supply = 1, .silence = 1, .begun = true,
		};
	x->cooling = headroom_of(in->cooling_headroom, x->cooling, dt_s);
	x->supply = headroom_of(in->supply_headroom, x->supply, dt_s);
	partition_step(x, p, in, dt_s);
	for (i = 0; i < nr && i < EXTERNAL_NEIGHBOURS_MAX; i++) {
		heat += heat_of(p, &in->neighbours[i]);
		/* Whatever it was believed: nobody can say now how hot it is. */
		if (in->neighbours[i].silent)
			silence += p->silence_gain * coupling_of(&in->neighbours[i]);
	}
	/* Who is on the edge of being silent is not to make the price go back and forth. */
	silence = fmin(silence, p->max_multiplier);
	x->silence = fmax(silence, smooth_towards(x->silence, silence, dt_s, SILENCE_S));
	component[CONTROL_NEIGHBOURS] = fmin(heat, p->max_multiplier);
	component[CONTROL_COOLING] = scarce(x->cooling, p->cooling_start, p->cooling_max);
	component[CONTROL_SUPPLY] = scarce(x->supply, p->supply_start, p->supply_max);
	component[CONTROL_SILENCE] = fmin(x->silence, p->max_multiplier);
	component[CONTROL_PARTITION] = 1 + p->partition_gain * x->missing;
}
