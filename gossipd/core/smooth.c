// SPDX-License-Identifier: GPL-2.0
/*
 * Low-pass, trend, slew limit, and a measure of hunting. See smooth.h.
 */
#include <math.h>
#include <string.h>

#include "smooth.h"

#define NS_PER_S 1000000000ULL

/* Below this many changes in a minute nothing is hunting. */
#define SWING_MOVES_MIN 4U

/**
 * smooth_clamp() - @value within bounds
 * @value: NAN gives @lo
 * @lo: least
 * @hi: most, @lo or more
 */
double smooth_clamp(double value, double lo, double hi)
{
	if (!(value > lo))
		return lo;
	return value < hi ? value : hi;
}

/**
 * smooth_or() - a number, or another one in place of what is none
 * @value: NAN or infinite: not known
 * @instead: what to take then
 */
double smooth_or(double value, double instead)
{
	return isfinite(value) ? value : instead;
}

/**
 * smooth_decay() - e to the power of -@ratio, by arithmetic alone
 * @ratio: 0 or more; NAN and below count as 0
 *
 * The Padé approximant [2/2] of e^-x at a 64th of the ratio, squared six times: its relative error
 * is below 0.00001 for ratios up to 10, and the value goes to 0 beyond.
 *
 * Return: 0 to 1.
 */
double smooth_decay(double ratio)
{
	double x = smooth_clamp(ratio, 0, 700) / 64;
	double even = 1 + x * x / 12, decay = (even - x / 2) / (even + x / 2);
	int i;

	for (i = 0; i < 6; i++)
		decay *= decay;
	return decay;
}

/**
 * smooth_log() - natural logarithm, by arithmetic and square roots
 * @value: 1 to 1e9; what is outside counts as the nearest of them
 *
 * The 1024th root is close to 1, where two terms of the series of artanh((r - 1) / (r + 1)) do.
 */
double smooth_log(double value)
{
	double root = smooth_clamp(value, 1, 1e9), z;
	int i;

	for (i = 0; i < 10; i++)
		root = sqrt(root);
	z = (root - 1) / (root + 1);
	return 2048 * z * (1 + z * z / 3);
}

/**
 * smooth_share() - how much of the way a low-pass goes in a step
 * @dt_s: length of the step
 * @time_s: time constant; 0: all of it at once
 *
 * Return: 0 to 1.
 */
double smooth_share(double dt_s, double time_s)
{
	if (!(time_s > 0))
		return 1;
	return 1 - smooth_decay(dt_s / time_s);
}

/**
 * smooth_towards() - a step of a low-pass
 * @from: its value
 * @to: its input
 * @dt_s: length of the step
 * @time_s: time constant
 */
double smooth_towards(double from, double to, double dt_s, double time_s)
{
	return from + (to - from) * smooth_share(dt_s, time_s);
}

/**
 * smooth_trend_step() - take up a value
 * @t: all zeros is a fresh one
 * @value: finite
 * @dt_s: since the last one
 * @value_s: time constant of the value
 * @slope_s: of the slope
 */
void smooth_trend_step(struct smooth_trend *t, double value, double dt_s, double value_s,
		       double slope_s)
{
	double before = t->value;

	if (!t->known) {
		*t = (struct smooth_trend) { .value = value, .known = true };
		return;
	}
	if (!(dt_s > 0))
		return;
	t->value = smooth_towards(t->value, value, dt_s, value_s);
	t->slope = smooth_towards(t->slope, (t->value - before) / dt_s, dt_s, slope_s);
}

/**
 * smooth_slew() - go towards a value, but not too far
 * @from: value
 * @to: where to go
 * @up: most to go up
 * @down: most to go down
 */
double smooth_slew(double from, double to, double up, double down)
{
	return smooth_clamp(to, from - down, from + up);
}

/**
 * smooth_swing_add() - take up a value of the series
 * @s: all zeros is a fresh one, at value 0
 * @now_ns: time; one that goes back counts as the last one
 * @value: finite
 * @least: smaller changes are none; above 0
 */
void smooth_swing_add(struct smooth_swing *s, uint64_t now_ns, double value, double least)
{
	uint64_t second = now_ns / NS_PER_S;
	int direction;

	if (second > s->second + SMOOTH_SWING_S)
		s->second = second - SMOOTH_SWING_S;
	while (s->second < second) {
		s->second++;
		s->moves[s->second % SMOOTH_SWING_S] = 0;
		s->turns[s->second % SMOOTH_SWING_S] = 0;
	}
	if (fabs(value - s->last) < least)
		return;
	direction = value > s->last ? 1 : -1;
	if (s->moves[s->second % SMOOTH_SWING_S] < UINT16_MAX) {
		s->moves[s->second % SMOOTH_SWING_S]++;
		if (s->direction == -direction)
			s->turns[s->second % SMOOTH_SWING_S]++;
	}
	s->direction = direction;
	s->last = value;
}

/**
 * smooth_swing_share() - share of the last minute's changes that went against the one before
 * @s: the series
 *
 * Return: 0 to 1; 0 with fewer than a handful of changes.
 */
double smooth_swing_share(const struct smooth_swing *s)
{
	uint32_t moves = 0, turns = 0;
	unsigned int i;

	for (i = 0; i < SMOOTH_SWING_S; i++) {
		moves += s->moves[i];
		turns += s->turns[i];
	}
	return moves < SWING_MOVES_MIN ? 0 : (double)turns / moves;
}
