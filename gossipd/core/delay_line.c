// SPDX-License-Identifier: GPL-2.0
/*
 * A ring of what was set. Its period is doubled and halved only, as delays jitter; where it is not
 * known which of two numbers was in force, the higher one counts.
 */
#include <math.h>

#include "delay_line.h"
#include "smooth.h"

/**
 * delay_line_begin() - as if a number had been set for ever
 * @d: written
 * @value: the number; may be HUGE_VAL
 */
void delay_line_begin(struct delay_line *d, double value)
{
	unsigned int i;

	*d = (struct delay_line) { .newest = 0 };
	for (i = 0; i < DELAY_PIECES; i++)
		d->value[i] = value;
}

/**
 * delay_line_pass() - time goes by
 * @d: line
 * @dt_s: how much
 * @delay_s: that the line has to span from now on
 * @least_s: shortest time between two entries, above 0
 */
void delay_line_pass(struct delay_line *d, double dt_s, double delay_s, double least_s)
{
	double period_s = least_s, highest = 0;
	unsigned int i;

	d->gone_s += dt_s;
	while (period_s * (DELAY_PIECES - 2) < delay_s)
		period_s *= 2;
	if (period_s == d->period_s)
		return;
	/* What is in the ring is of other times now. */
	for (i = 0; i < DELAY_PIECES; i++)
		highest = fmax(highest, d->value[i]);
	for (i = 0; i < DELAY_PIECES; i++)
		d->value[i] = highest;
	d->period_s = period_s;
}

/**
 * delay_line_at() - what was set some time ago
 * @d: line
 * @ago_s: how long; what is outside of the line counts as its end
 */
double delay_line_at(const struct delay_line *d, double ago_s)
{
	double pieces = d->period_s > 0 && ago_s >= d->gone_s ?
			1 + (ago_s - d->gone_s) / d->period_s : 0;
	unsigned int back = (unsigned int)smooth_clamp(pieces, 0, DELAY_PIECES - 1);
	double value = d->value[(d->newest + DELAY_PIECES - back) % DELAY_PIECES];

	/* It was in force from its entry on, within its period: before that, the one before. */
	if (back + 1 < DELAY_PIECES)
		value = fmax(value,
			     d->value[(d->newest + DELAY_PIECES - back - 1) % DELAY_PIECES]);
	return value;
}

/**
 * delay_line_enter() - set a number
 * @d: line
 * @value: 0 to HUGE_VAL
 */
void delay_line_enter(struct delay_line *d, double value)
{
	double last = d->value[d->newest];
	unsigned int i;

	/* Within a period the highest counts: the load may have had it. */
	if (d->gone_s < d->period_s) {
		d->value[d->newest] = fmax(last, value);
		return;
	}
	/* After a stall the last one was in force all the while. */
	for (i = 0; i < DELAY_PIECES && d->gone_s >= d->period_s; i++) {
		d->newest = (d->newest + 1) % DELAY_PIECES;
		d->value[d->newest] = last;
		d->gone_s -= d->period_s;
	}
	d->gone_s = fmin(d->gone_s, d->period_s);
	d->value[d->newest] = value;
}
