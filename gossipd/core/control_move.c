// SPDX-License-Identifier: GPL-2.0
/*
 * How fast a price may change, and how it is written.
 */
#include <math.h>

#include "control_internal.h"

/**
 * control_rise_time() - least time for the whole range upwards
 * @c: controller
 * @delay_s: of the actuation
 *
 * Return: seconds.
 */
double control_rise_time(const struct control *c, double delay_s)
{
	return fmax(c->p.slew_s, 2 * delay_s);
}

/**
 * control_fall_per_s() - most that a price falls in a second
 * @c: controller
 * @delay_s: of the actuation
 */
double control_fall_per_s(const struct control *c, double delay_s)
{
	return (c->p.max_multiplier - 1) / fmax(c->p.release_s, control_rise_time(c, delay_s));
}

/**
 * control_move() - move a price towards a target
 * @c: controller
 * @price: to move
 * @target: where it is to go
 * @least: the safety filter's, which has the last word
 * @dt_s: since the last step
 * @delay_s: of the actuation
 *
 * The whole range upwards takes two actuation delays or more, also with the credit that has been
 * saved up.
 */
void control_move(const struct control *c, struct price *price, double target, double least,
		  double dt_s, double delay_s)
{
	double up = (c->p.max_multiplier - 1) / (control_rise_time(c, delay_s) + c->p.slew_burst_s);
	double down = control_fall_per_s(c, delay_s), before = price->value;
	double step_s = fmin(dt_s, CONTROL_STEP_MAX_S);

	price->credit_s = fmin(price->credit_s, c->p.slew_burst_s) + step_s;
	price->value = smooth_slew(before, fmax(target, least), up * price->credit_s,
				   down * step_s);
	price->value = smooth_clamp(fmax(price->value, least), 1, c->p.max_multiplier);
	if (price->value > before)
		price->credit_s = fmax(price->credit_s - (price->value - before) / up, 0);
	price->slope = smooth_clamp((fmax(target, least) - price->value) / c->p.filter_s,
				    -down, up);
	/* Between two steps the kernel is not to go below what the safety filter asks for. */
	if (price->value <= least)
		price->slope = fmax(price->slope, 0);
}

/**
 * control_fixed() - a price in fixed point
 * @price: the price
 * @max: highest multiplier
 */
struct control_price control_fixed(const struct price *price, double max)
{
	struct control_price fixed = {
		.multiplier = (uint32_t)(price->value * CONTROL_ONE + 0.5),
	};
	double slope = smooth_clamp(price->slope, -max, max) * CONTROL_ONE;

	if (price->value >= max)
		slope = fmin(slope, 0);
	if (price->value <= 1)
		slope = fmax(slope, 0);
	fixed.slope = (int32_t)slope;
	return fixed;
}
