/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Smoothing for steps of any length: a low-pass, a trend, a limit on the rate of change, and how
 * much a series goes back and forth. Two steps of half the time do what one of the whole does, so
 * that it does not matter how often the controller is called.
 */
#ifndef GOSSIP_SMOOTH_H
#define GOSSIP_SMOOTH_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct smooth_trend - a low-passed value and its slope
 * @value: low-passed
 * @slope: change in a second, low-passed once more
 * @known: there has been a value
 */
struct smooth_trend {
	double value;
	double slope;
	bool known;
};

/* Seconds over which smooth_swing counts. */
#define SMOOTH_SWING_S 60U

/**
 * struct smooth_swing - how much a series goes back and forth
 * @moves: changes by second, a ring
 * @turns: those of them that went against the change before
 * @second: of the newest entry
 * @last: value at the last change
 * @direction: of the last change, 1 or -1; 0: none yet
 */
struct smooth_swing {
	uint16_t moves[SMOOTH_SWING_S];
	uint16_t turns[SMOOTH_SWING_S];
	uint64_t second;
	double last;
	int direction;
};

double smooth_clamp(double value, double lo, double hi);
double smooth_or(double value, double instead);
double smooth_decay(double ratio);
double smooth_log(double value);
double smooth_share(double dt_s, double time_s);
double smooth_towards(double from, double to, double dt_s, double time_s);
void smooth_trend_step(struct smooth_trend *t, double value, double dt_s, double value_s,
		       double slope_s);
double smooth_slew(double from, double to, double up, double down);
void smooth_swing_add(struct smooth_swing *s, uint64_t now_ns, double value, double least);
double smooth_swing_share(const struct smooth_swing *s);

#endif /* GOSSIP_SMOOTH_H */
