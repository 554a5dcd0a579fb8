// SPDX-License-Identifier: GPL-2.0
/*
 * A line through what a node usually is: Bayesian regression of the temperature's rise over the
 * inlet on the power, around means that follow slowly. The means take up what drifts (inlets that
 * nobody measures, dust, seasons), so that the slope is of changes within about a day.
 */
#include "trust_model.h"

#include <math.h>

#include "trust.h"

/* Slopes that there can be, °C/W: of a server of eight GPUs, and of a box of 15 W. */
#define RESISTANCE_MIN 0.005
#define RESISTANCE_MAX 1.5
/* How far the slope may be from the first guess, either way. */
#define GUESS_FACTOR 5
/* What a first guess takes at least as the rise over the inlet, and as drawn. */
#define RISE_MIN_C 2.0
#define POWER_MIN_W 5.0
/* How much hotter than power explains a node may usually be. */
#define RISE_MOST_C 40.0
/* The slope is remembered this much longer than the usual temperature. */
#define SLOPE_MEMORY 20

static double clamp(double value, double lo, double hi)
{
	if (value < lo)
		return lo;
	return value > hi ? hi : value;
}

/* Rises that hardware can have, whatever it is. */
static double rise_possible(const struct trust_params *p, double rise_c, double power_w)
{
	double least = RESISTANCE_MIN, most = RESISTANCE_MAX;

	if (p->thermal_resistance_c_per_w > 0) {
		least = p->thermal_resistance_c_per_w;
		most = least;
	}
	return clamp(rise_c, TRUST_RISE_LEAST_C + least * power_w, RISE_MOST_C + most * power_w);
}

/**
 * trust_model_start() - a first guess
 * @m: model, all zeros
 * @p: tunables
 * @rise_c: temperature over the inlet
 * @power_w: drawn
 *
 * All of the rise is taken to be in proportion to the power. The true slope is less if the node
 * draws much before it warms the sensor, and rarely more.
 */
void trust_model_start(struct trust_model *m, const struct trust_params *p, double rise_c,
		       double power_w)
{
	double w = power_w > POWER_MIN_W ? power_w : POWER_MIN_W;

	m->resistance = clamp((rise_c > RISE_MIN_C ? rise_c : RISE_MIN_C) / w, RESISTANCE_MIN,
			      RESISTANCE_MAX);
	m->mean_power_w = power_w;
	m->mean_rise_c = rise_possible(p, rise_c, power_w);
	m->known = true;
}

/**
 * trust_model_slope() - temperature over power
 * @m: model
 * @p: tunables
 *
 * The guess counts as one that may be off by all of itself; each time constant in which the power
 * was away from its mean says more (Bishop, Pattern Recognition and Machine Learning, 3.3).
 *
 * Return: slope, within a factor of 5 of the first guess, and how far off it may be.
 */
struct trust_slope trust_model_slope(const struct trust_model *m, const struct trust_params *p)
{
	double prior = 1 / (m->resistance * m->resistance);
	double lo = m->resistance / GUESS_FACTOR, hi = m->resistance * GUESS_FACTOR;
	double noise = p->sd_c * p->sd_c, info, slope, sd;

	if (p->thermal_resistance_c_per_w > 0) {
		slope = p->thermal_resistance_c_per_w;
		return (struct trust_slope) { .c_per_w = slope, .sd = 0, .least = slope };
	}
	info = prior + m->info_power / noise;
	slope = clamp((m->resistance * prior + m->info_both / noise) / info, lo, hi);
	sd = sqrt(1 / info);
	return (struct trust_slope) {
		.c_per_w = slope,
		.sd = sd,
		.least = clamp(slope - 2 * sd, lo, hi),
	};
}

static void hold_to_anchor(struct trust_model *m, const struct trust_params *p)
{
	double at_c;

	if (!m->anchored) {
		if (m->learned_s < p->learn_s)
			return;
		m->anchored = true;
		m->anchor_power_w = m->mean_power_w;
		m->anchor_rise_c = m->mean_rise_c;
	}
	at_c = m->anchor_rise_c +
	       trust_model_slope(m, p).c_per_w * (m->mean_power_w - m->anchor_power_w);
	m->mean_rise_c = clamp(m->mean_rise_c, at_c - p->drift_c, at_c + p->drift_c);
}

/**
 * trust_model_learn() - take note of a reading that was not found wrong
 * @m: model that has been started
 * @p: tunables
 * @rise_c: temperature over the inlet
 * @power_w: drawn, as the temperature follows it
 * @dt_s: time that it stands for
 */
void trust_model_learn(struct trust_model *m, const struct trust_params *p, double rise_c,
		       double power_w, double dt_s)
{
	double dev_w = power_w - m->mean_power_w, dev_c = rise_c - m->mean_rise_c;
	double memory_s = clamp(m->learned_s, p->time_constant_s, p->learn_s);
	double keep = 1 - clamp(dt_s / (SLOPE_MEMORY * p->learn_s), 0, 1);
	double count = clamp(dt_s / p->time_constant_s, 0, 1);
	double part = dt_s / (memory_s + dt_s);

	m->info_power = keep * m->info_power + count * dev_w * dev_w;
	m->info_both = keep * m->info_both + count * dev_w * dev_c;
	m->mean_power_w += part * dev_w;
	m->mean_rise_c = rise_possible(p, m->mean_rise_c + part * dev_c, m->mean_power_w);
	m->learned_s += dt_s;
	hold_to_anchor(m, p);
}
