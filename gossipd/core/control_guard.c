// SPDX-License-Identifier: GPL-2.0
/*
 * From the power that the safety filter lets be drawn to the price that sees to it.
 */
#include <math.h>

#include "control_internal.h"

/* How long a demand that has gone is expected back. */
#define DEMAND_MEMORY_S 3600.0

/* A coarse sensor says the same for a while, then another thing: not to be followed at once. */
#define OBSERVER_S_PER_C 1.0
#define OBSERVER_MAX_S 2.0

/* Power beyond a cap that is counted on, as a share of the highest: load that bids nothing. */
#define BEYOND_RATIO 0.15

/**
 * guard_remember() - take up what wants to run, for guard_price()
 * @c: controller; remembers the demand
 * @in: input
 * @dt_s: since the last call
 */
void guard_remember(struct control *c, const struct control_input *in, double dt_s)
{
	if (!control_has_curve(in))
		return;
	shed_remember(&c->demand, in, c->p.max_multiplier, smooth_share(dt_s, DEMAND_MEMORY_S));
	c->capacity = control_capacity(in);
}

/**
 * guard_price() - multiplier that sheds a share of the load, also if more comes back
 * @c: controller
 * @shed: share to shed, 0 to 1
 *
 * All that has been there of late may come back at once. A price that is enough for who is there
 * now would let them in for as long as the actuation takes.
 */
double guard_price(const struct control *c, double shed)
{
	double max = c->p.max_multiplier;

	if (c->demand.max != max)
		return shed_assumed(shed, max);
	return shed_remembered(&c->demand, (1 - shed) * c->capacity);
}

/**
 * guard_power() - power that may be drawn when a share of the load is shed
 * @c: controller
 * @s: input
 * @shed: 0 to 1
 *
 * Return: W; HUGE_VAL if nothing is shed.
 */
double guard_power(const struct control *c, const struct sane *s, double shed)
{
	double idle_w = c->p.idle_ratio * s->power_max_w;

	return shed > 0 ? idle_w + (1 - shed) * (s->power_max_w - idle_w) : HUGE_VAL;
}

/**
 * guard_shed() - share of the load that has to go for a cap
 * @c: controller
 * @s: input
 * @cap_w: the cap
 *
 * Return: 0 to 1.
 */
double guard_shed(const struct control *c, const struct sane *s, double cap_w)
{
	double idle_w = c->p.idle_ratio * s->power_max_w;

	if (cap_w >= s->power_max_w)
		return 0;
	return smooth_clamp(1 - (cap_w - idle_w) / (s->power_max_w - idle_w), 0, 1);
}

/**
 * guard_load_power() - power of the load that the demand curve says stays at a price
 * @p: tunables
 * @in: input with a curve
 * @s: what of it can be believed
 * @multiplier: the price
 *
 * Return: W.
 */
double guard_load_power(const struct control_params *p, const struct control_input *in,
			const struct sane *s, double multiplier)
{
	double idle_w = p->idle_ratio * s->power_max_w;
	double stays = shed_load(in->demand, in->nr_demand, multiplier * in->base_price);
	double share = stays / fmax(control_capacity(in), (1 / 1e9));

	return idle_w + (s->power_max_w - idle_w) * fmin(share, 1);
}

/*
 * Power that nobody measures, by the load that the demand curve says stays at a price. A price
 * takes effect as late as the actuation: a guess that falls at once, while the temperature does
 * not, is taken for a sink that gets hot, and the cap falls with each guess, down to nothing.
 */
static double power_now(struct control *c, const struct control_input *in, const struct sane *s,
			double dt_s)
{
	double power_w;

	if (!isnan(s->power_w) || !control_has_curve(in)) {
		c->power_w = 0;
		return s->power_w;
	}
	power_w = guard_load_power(&c->p, in, s, c->local.value * c->around.value);
	if (!(c->power_w > 0)) {
		delay_line_begin(&c->guesses, power_w);
		c->power_w = power_w;
	}
	delay_line_pass(&c->guesses, dt_s, s->delay_s, c->p.barrier_step_s / 8);
	delay_line_enter(&c->guesses, power_w);
	c->power_w = smooth_towards(c->power_w, delay_line_at(&c->guesses, s->delay_s), dt_s,
				    c->p.lag_s);
	return c->power_w;
}

/**
 * guard_cap() - what the safety filter lets be drawn
 * @c: controller
 * @in: input
 * @s: what of it can be believed
 * @dt_s: since the last step
 *
 * Return: W; HUGE_VAL: any power.
 */
double guard_cap(struct control *c, const struct control_input *in, const struct sane *s,
		 double dt_s)
{
	const struct control_params *p = &c->p;
	const struct barrier_model model = {
		.resistance_c_per_w = p->resistance_c_per_w * p->barrier_resistance_ratio,
		.time_constant_s = p->die_s,
		.lag_s = p->lag_s,
		.alpha1_per_s = p->barrier_alpha1_per_s,
		.alpha2_per_s = p->barrier_alpha2_per_s,
		.observer_s = fmax(p->barrier_observer_s,
				   fmin(OBSERVER_S_PER_C * s->quantum_c, OBSERVER_MAX_S)),
		.step_s = p->barrier_step_s,
		.margin_c = p->barrier_margin_c + s->quantum_c,
		/* Without a curve it is the price that is wrong, not the load: that would hunt. */
		.beyond_max_w = control_has_curve(in) ? BEYOND_RATIO * s->power_max_w : 0,
	};
	const struct barrier_input input = {
		.dt_s = dt_s,
		.temp_c = s->temp_c,
		.limit_c = s->limit_c,
		.excess_c = s->excess_c,
		.power_w = power_now(c, in, s, dt_s),
		.power_max_w = s->power_max_w,
		.delay_s = s->delay_s +
			   fmin(smooth_clamp(in->age_s, 0, CONTROL_AGE_MAX_S), p->age_good_s),
	};

	return barrier_step(&c->barrier, &model, &input);
}
