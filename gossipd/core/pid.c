// SPDX-License-Identifier: GPL-2.0
/*
 * PI with a dead band, clamped integral and a start without a bump. The derivative is not here: the
 * error that it gets is of the predicted temperature, which is the same with a filter that fits.
 */
#include <math.h>

#include "pid.h"
#include "smooth.h"

/**
 * pid_dead_band() - an error, as far as it is outside of a band
 * @error_c: finite
 * @width_c: of the whole band, around 0
 *
 * Return: 0 inside; outside the distance from the band. No jump at its ends: a relay there would
 *	hunt at any gain.
 */
double pid_dead_band(double error_c, double width_c)
{
	double half = width_c / 2;

	if (error_c > half)
		return error_c - half;
	return error_c < -half ? error_c + half : 0;
}

/**
 * pid_step() - a step
 * @pid: state
 * @g: gains
 * @error_c: above 0: too hot
 * @dt_s: since the last step, 0 or more
 *
 * Return: share of the load to shed, 0 to the gains' max.
 */
double pid_step(struct pid *pid, const struct pid_gains *g, double error_c, double dt_s)
{
	double direct = g->gain_per_c * error_c, rate = direct / g->integral_s;

	if (error_c < 0)
		rate *= g->release_ratio;
	pid->held = smooth_clamp(pid->held + fmin(rate, 0) * dt_s,
				 smooth_clamp(-direct, 0, g->held), g->held);
	if (error_c > 0)
		pid->integral = fmax(pid->integral, pid->held);
	/* Not beyond what the output can be: there is nothing to unwind when the error turns. */
	if (rate < 0 || direct + pid->integral < g->max)
		pid->integral += rate * dt_s;
	pid->integral = smooth_clamp(pid->integral, 0, g->max);
	pid->output = smooth_clamp(direct + fmax(pid->integral, pid->held), 0, g->max);
	return pid->output;
}

/**
 * pid_start() - begin, or go on with other gains, at an output
 * @pid: state
 * @g: gains from now on
 * @error_c: as for pid_step()
 * @output: to go on from
 *
 * At an output of 0 nothing had to be shed: the integral is not wound up against an error below 0,
 * or the first degree of warmth of a cold node would be shed as if it were one too much.
 */
void pid_start(struct pid *pid, const struct pid_gains *g, double error_c, double output)
{
	double needed;

	pid->output = smooth_clamp(output, 0, g->max);
	needed = smooth_clamp(pid->output - g->gain_per_c * error_c, 0, g->max);
	pid->integral = pid->output > 0 ? needed : fmin(pid->integral, needed);
	pid->held = fmin(pid->held, needed);
}
