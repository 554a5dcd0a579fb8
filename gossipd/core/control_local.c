// SPDX-License-Identifier: GPL-2.0
/*
 * The price of the node's own heat: from the temperature to the share of the load to shed, from
 * that to a price, and at least what the safety filter asks for.
 */
#include <math.h>

#include "control_internal.h"
#include "stability.h"

/* Share of the critical gain that is used. */
#define GAIN_SHARE 0.5

/* The dead band is at least so many steps of the sensor wide. */
#define BAND_QUANTA 2.5

/* How slowly the price goes down when nothing has to be shed any more. */
#define FIRST_RELEASE_S 20.0

/*
 * What is shed of a load that nothing is known of begins early: what the price will do is not known
 * either, and the first few may do nothing.
 */
#define HELD 0.5

/* Who waits for a CPU is priced out from so much below the target on, or if so much is shed. */
#define CROWD_SPAN_C 10.0
#define CROWD_SHARE 0.02

/* How slowly what the safety filter has asked for is let go of. */
#define BARRIER_RELEASE_S 10.0

/*
 * The gain is half of what the measured delay stands, for the die alone with its part of the rise,
 * and for die and sink with all of it. The prediction by the trend counts as gain.
 */
static void tune(struct control *c, const struct sane *s)
{
	const struct control_params *p = &c->p;
	double delay_s = s->delay_s + p->lag_s + c->age_high_s;
	double lead = 1 + fmin(p->horizon_s, p->trend_s) / p->trend_s;
	double die_c = p->resistance_c_per_w * s->power_max_w;
	double rise_c = fmax(p->full_rise_c, die_c);
	double die, all;

	/* Delays jitter; the gain need not. */
	if (fabs(delay_s - c->gains_for[0]) <= 0.05 * delay_s &&
	    s->power_max_w == c->gains_for[1] && s->delay_s <= c->gains_for[2])
		return;
	c->gains_for[0] = delay_s;
	c->gains_for[1] = s->power_max_w;
	c->gains_for[2] = s->delay_s * 1.05;
	die = stability_critical_gain(delay_s, p->die_s, p->filter_s, 0) / die_c;
	all = stability_critical_gain(delay_s, p->die_s, p->filter_s, p->sink_s) / rise_c;
	c->gains = (struct pid_gains) {
		.gain_per_c = fmin(p->gain_per_c, GAIN_SHARE / lead * fmin(die, all)),
		.integral_s = fmax(p->integral_s, 4 * (delay_s + p->die_s + p->filter_s)),
		.release_ratio = p->release_ratio,
		.max = 1,
	};
}

/* CPUs that the load fills: of what waits beyond that, nothing has to be shed. */
static double filled(const struct control_input *in)
{
	return fmin(control_capacity(in), shed_load(in->demand, in->nr_demand, in->base_price));
}

/* The multiplier that sheds a share of the load that is there. */
static double price_of(const struct control *c, const struct control_input *in, double shed)
{
	double max = c->p.max_multiplier, price;

	if (!control_has_curve(in))
		return shed_assumed(shed, max);
	price = shed_price(in->demand, in->nr_demand, (1 - shed) * filled(in)) / in->base_price;
	/* Who only waits heats nothing, and on a cool node is welcome to. */
	price = 1 + (price - 1) * smooth_clamp(shed / CROWD_SHARE, c->near, 1);
	/* It may be enough for those who are there; who thinks of coming is told as well. */
	return smooth_clamp(price, fmin(1 + c->p.scarcity * shed, max), max);
}

/* What the node's own controller wants to be shed, 0 to 1. */
static double want(struct control *c, const struct control_input *in, const struct sane *s,
		   double dt_s)
{
	const struct control_params *p = &c->p;
	double band_c = fmax(p->dead_band_c, BAND_QUANTA * s->quantum_c);
	double margin_c = fmax(p->target_margin_c,
			       p->barrier_margin_c + 2 * s->quantum_c + band_c / 2);
	double before = c->gains.gain_per_c, error_c, rise_s = control_rise_time(c, s->delay_s);
	bool first = !c->temp.known;

	if (!isnan(s->temp_c))
		c->last_temp_c = s->temp_c;
	else if (first)
		return 0;
	/* A reading that is gone stays what it was, and gets hotter by its age. */
	smooth_trend_step(&c->temp, c->last_temp_c, dt_s, p->filter_s, p->trend_s);
	tune(c, s);
	error_c = c->temp.value + s->excess_c - (s->limit_c - margin_c);
	c->near = smooth_clamp(1 + error_c / CROWD_SPAN_C, 0, 1);
	/* Only a rise is looked at ahead of time, and less what half a step of the sensor makes. */
	error_c += fmin(p->horizon_s, p->trend_s) *
		   fmax(c->temp.slope - s->quantum_c / (2 * p->trend_s), 0);
	error_c = pid_dead_band(error_c, band_c);
	if (first || c->gains.gain_per_c != before)
		pid_start(&c->pid, &c->gains, error_c, c->pid.output);
	/* A sensor that is gone is no reason to release. */
	if (isnan(s->temp_c) && error_c < 0)
		error_c = 0;
	c->gains.held = control_has_curve(in) ? 0 : HELD;
	pid_step(&c->pid, &c->gains, error_c, fmin(dt_s, CONTROL_STEP_MAX_S));
	return smooth_slew(c->shed, c->pid.output, fmin(dt_s, CONTROL_STEP_MAX_S) / rise_s,
			   isnan(s->temp_c) ? 0 : fmin(dt_s, CONTROL_STEP_MAX_S) /
						  fmax(p->release_s, rise_s));
}

/**
 * control_local() - a step of the node's own price
 * @c: controller
 * @in: input
 * @s: what of it can be believed
 * @dt_s: since the last step
 * @around: least that the external price is
 * @out: written: its causes, and what the safety filter says
 */
void control_local(struct control *c, const struct control_input *in, const struct sane *s,
		   double dt_s, double around, struct control_output *out)
{
	double max = c->p.max_multiplier, wanted, least, barrier_shed, need;
	double step_s = fmin(dt_s, CONTROL_STEP_MAX_S);

	c->shed = want(c, in, s, dt_s);
	wanted = price_of(c, in, c->shed);
	/*
	 * At once, all that bids less than the first price would be back, and its heat too; with
	 * more load than CPUs, all of one bid at a time.
	 */
	if (!(c->shed > CROWD_SHARE))
		wanted = fmax(wanted, smooth_towards(c->wanted, wanted, step_s, FIRST_RELEASE_S));
	c->wanted = wanted;
	out->component[CONTROL_LOCAL] = wanted;
	out->component[CONTROL_SENSOR] = c->temp.known ?
		1 + (c->p.blind_multiplier - 1) * s->excess_c / c->p.excess_max_c :
		c->p.blind_multiplier;
	wanted = fmin(wanted * out->component[CONTROL_SENSOR], max);

	out->power_cap_w = guard_cap(c, in, s, dt_s);
	barrier_shed = guard_shed(c, s, out->power_cap_w);
	guard_remember(c, in, dt_s);
	least = guard_price(c, barrier_shed);
	if (!(barrier_shed > 0))
		least = 1;
	/*
	 * The cheapest load comes and goes as one. To let it in as soon as it is gone, and the
	 * filter so content, would send it back and forth. While there is no temperature nothing is
	 * let go of: the own controller then sheds more, which the filter would count on.
	 */
	c->least = fmax(least, isnan(s->temp_c) ? c->least :
			smooth_towards(c->least, least, step_s, BARRIER_RELEASE_S));
	least = smooth_clamp(c->least / around, 1, max);
	out->barrier = least > wanted;
	out->component[CONTROL_BARRIER] = out->barrier ? least / wanted : 1;

	control_move(c, &c->local, wanted, least, dt_s, s->delay_s);
	/* What is not good is no reason to let the price fall while nobody looks. */
	if (s->excess_c > 0 || isnan(s->temp_c))
		c->local.slope = fmax(c->local.slope, 0);
	/* The load can take what the price lets it; the own controller may have cut it further. */
	need = guard_price(c, c->shed);
	barrier_obeyed(&c->barrier, guard_power(c, s, c->local.value >= need ?
						fmax(c->shed, barrier_shed) : barrier_shed));
}
