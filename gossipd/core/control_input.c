// SPDX-License-Identifier: GPL-2.0
/*
 * What of the controller's input can be believed.
 */
#include <math.h>

#include "control_internal.h"

/* What else may be a temperature, a limit, a step of a sensor, a power, a delay. */
#define TEMP_MIN_C (-60.0)
#define LIMIT_MIN_C 20.0
#define QUANTUM_MAX_C 10.0
#define POWER_MAX_W 1e6
#define DELAY_MIN_S 0.01
#define DELAY_MAX_S 30.0

/**
 * control_within() - a number that is in its range, or another one
 * @value: any number
 * @lo: least
 * @hi: most
 * @instead: for what is outside, or no number
 */
double control_within(double value, double lo, double hi, double instead)
{
	return value >= lo && value <= hi ? value : instead;
}

/* How much hotter the node may be than its sensors say. */
static double excess(const struct control *c, const struct control_input *in, double age_s)
{
	double excess_c = in->suspect ? c->p.suspect_c : 0;

	if (age_s > c->p.age_good_s)
		excess_c += (age_s - c->p.age_good_s) * c->p.age_drift_c_per_s;
	return fmin(excess_c, c->p.excess_max_c);
}

/**
 * control_sanitise() - the input, as far as it can be believed
 * @c: controller; remembers how long there has been no temperature
 * @in: input; any numbers
 * @dt_s: since the last step
 */
struct sane control_sanitise(struct control *c, const struct control_input *in, double dt_s)
{
	struct sane s = {
		.temp_c = control_within(in->temp_c, TEMP_MIN_C, CONTROL_TEMP_MAX_C, NAN),
		.limit_c = control_within(in->limit_c, LIMIT_MIN_C, CONTROL_TEMP_MAX_C,
					  c->p.limit_c),
		.quantum_c = control_within(in->quantum_c, 0, QUANTUM_MAX_C, 1),
		.age_s = smooth_clamp(in->age_s, 0, CONTROL_AGE_MAX_S),
		.power_w = control_within(in->power_w, 0, POWER_MAX_W, NAN),
		.power_max_w = control_within(in->power_max_w, 1, POWER_MAX_W, c->p.power_max_w),
	};

	s.delay_s = smooth_or(actuation_delay(&c->actuation), c->p.actuation_delay_s);
	s.delay_s = smooth_clamp(smooth_or(in->actuation_delay_s, s.delay_s), DELAY_MIN_S,
				 DELAY_MAX_S);
	if (s.power_w > s.power_max_w)
		s.power_max_w = s.power_w;
	if (isnan(s.temp_c)) {
		c->blind_s = fmin(c->blind_s + dt_s, CONTROL_AGE_MAX_S);
		s.age_s = c->last_age_s + c->blind_s;
	} else {
		c->blind_s = 0;
		c->last_age_s = s.age_s;
	}
	s.excess_c = excess(c, in, s.age_s);
	return s;
}

/**
 * control_has_curve() - whether there is a demand curve to go by
 * @in: input
 */
bool control_has_curve(const struct control_input *in)
{
	return in->base_price && shed_curve_usable(in->demand, in->nr_demand);
}

/**
 * control_capacity() - CPUs of the node, or as many as its load wants
 * @in: input with a curve
 */
double control_capacity(const struct control_input *in)
{
	if (in->cpus > 0 && isfinite(in->cpus))
		return in->cpus;
	return shed_load(in->demand, in->nr_demand, in->base_price);
}
