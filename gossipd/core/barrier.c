// SPDX-License-Identifier: GPL-2.0
/*
 * A control barrier function in discrete time, of relative degree 2 (Xiong et al., IEEE
 * Transactions on Cybernetics 53(5), 2023): between the cap and the temperature are the lag of the
 * power and that of the die. With the margin h = limit - T it demands of the next two steps
 *
 *	h[k+2] - (2 - g1 - g2) h[k+1] + (1 - g1)(1 - g2) h[k] >= 0
 *
 * so that a margin that is above 0 now stays so, and shrinks ever more slowly. The input is a
 * single number, in which the inequality is linear: there is no optimisation to be done.
 *
 * The plant is T' = (R P - (T - S)) / tau + d. The drift d is observed: it takes up all that the
 * model does not say, such as a sink that warms, a wrong R, a leak of heat from next door.
 *
 * A cap takes effect only after a delay. The inequality is therefore put to the state after the
 * delay, as it will be if the load takes all that the caps on their way let it have: not what it
 * draws now.
 *
 * A load need not do what a cap says: more may have come than is known of, or the price is not what
 * sheds so much. What is measured beyond the cap in force is taken to stay, and comes off the next.
 */
#include <math.h>

#include "barrier.h"
#include "smooth.h"

/* With a longer gap the observer begins anew. */
#define GAP_S 10.0

/* How slowly it is forgotten that a cap was not obeyed. */
#define BEYOND_FORGOTTEN_S 10.0

/* The drift is not believed beyond what this many times the whole power would do. */
#define DRIFT_POWERS 2.0

/* A drift that stays is the sink's, however far that goes from where it began. */
#define SINK_S 10.0

static void observer_begin(struct barrier *b, const struct barrier_model *m,
			   const struct barrier_input *in)
{
	/* Of the caps before, nothing is known at first. */
	if (!b->known) {
		delay_line_begin(&b->caps, HUGE_VAL);
		b->sink_c = in->temp_c - m->resistance_c_per_w *
			    smooth_or(in->power_w, in->power_max_w);
	}
	b->known = true;
	b->temp_c = in->temp_c;
	b->read_c = in->temp_c;
	b->power_w = smooth_or(in->power_w, in->power_max_w);
	b->drift_c_per_s = 0;
	b->beyond_w = 0;
	b->allowed_w = in->power_max_w;
}

/* The temperature that the model comes to in the end. */
static double rest_temp(const struct barrier *b, const struct barrier_model *m, double power_w)
{
	return b->sink_c + m->resistance_c_per_w * power_w +
	       m->time_constant_s * b->drift_c_per_s;
}

/* The temperature as the model has it after a time with a power that stays. */
static double model_temp(const struct barrier *b, const struct barrier_model *m, double temp_c,
			 double power_w, double dt_s)
{
	return smooth_towards(temp_c, rest_temp(b, m, power_w), dt_s, m->time_constant_s);
}

/* Temperature and power once a cap of now has its effect, if the load takes all it may. */
static double ahead_c(const struct barrier *b, const struct barrier_model *m,
		      const struct barrier_input *in, double *power_w)
{
	double piece_s = in->delay_s / DELAY_PIECES, temp_c = b->temp_c;
	double follow = smooth_share(piece_s, m->lag_s);
	double way = smooth_share(piece_s, m->time_constant_s);
	unsigned int i;

	*power_w = b->power_w;
	for (i = 0; i < DELAY_PIECES && piece_s > 0; i++) {
		double cap_w = delay_line_at(&b->caps, in->delay_s - piece_s * i) + b->beyond_w;
		double next_w;

		cap_w = fmin(cap_w, in->power_max_w);
		next_w = *power_w + (cap_w - *power_w) * follow;
		temp_c += (rest_temp(b, m, fmax(*power_w, next_w)) - temp_c) * way;
		*power_w = next_w;
	}
	return temp_c;
}

/* What is drawn beyond the cap in force, the lag of the power counted in; 0: it is obeyed. */
static void observe_obedience(struct barrier *b, const struct barrier_model *m,
			      const struct barrier_input *in)
{
	double cap_w = fmin(delay_line_at(&b->caps, in->delay_s), in->power_max_w), beyond_w;

	b->allowed_w = fmax(cap_w, smooth_towards(b->allowed_w, cap_w, in->dt_s, m->lag_s));
	if (!isfinite(in->power_w))
		return;
	beyond_w = smooth_clamp(in->power_w - b->allowed_w, 0, m->beyond_max_w);
	b->beyond_w = smooth_towards(b->beyond_w, beyond_w, in->dt_s, beyond_w > b->beyond_w ?
				     m->observer_s : BEYOND_FORGOTTEN_S);
}

/* A filter of fading memory: both poles at the observer's time, whatever the length of the step. */
static void observe(struct barrier *b, const struct barrier_model *m,
		    const struct barrier_input *in)
{
	double fade = smooth_decay(in->dt_s / m->observer_s), error_c;
	double most = DRIFT_POWERS * m->resistance_c_per_w * in->power_max_w / m->time_constant_s;
	double cap_w = fmin(delay_line_at(&b->caps, in->delay_s), in->power_max_w);
	double before_w = b->power_w, stays;

	/* Not known: as much as it may be. A load that is idle then passes for a cold sink. */
	if (isfinite(in->power_w))
		b->power_w = in->power_w;
	else
		b->power_w = smooth_towards(b->power_w, cap_w, in->dt_s, m->lag_s);
	observe_obedience(b, m, in);
	b->temp_c = model_temp(b, m, b->temp_c, (before_w + b->power_w) / 2, in->dt_s);
	/* One that is gone stays what it was; that it got hotter by the model is believed. */
	if (isfinite(in->temp_c))
		b->read_c = in->temp_c;
	else if (b->temp_c > b->read_c)
		return;
	error_c = b->read_c - b->temp_c;
	b->temp_c += (1 - fade * fade) * error_c;
	b->drift_c_per_s += (1 - fade) * (1 - fade) * error_c / in->dt_s;
	b->drift_c_per_s = smooth_clamp(b->drift_c_per_s, -most, most);
	stays = b->drift_c_per_s * smooth_share(in->dt_s, SINK_S);
	b->drift_c_per_s -= stays;
	b->sink_c += m->time_constant_s * stays;
}

/* The highest cap that the inequality lets pass, from the state at which it has its effect. */
static double highest_cap(const struct barrier *b, const struct barrier_model *m,
			  const struct barrier_input *in, double temp_c, double power_w)
{
	double step_s = fmax(m->step_s, smooth_clamp(in->dt_s, 0, 1));
	double keep1 = smooth_decay(m->alpha1_per_s * step_s);
	double keep2 = smooth_decay(m->alpha2_per_s * step_s);
	double limit_c = in->limit_c - m->margin_c;
	/* The observer takes its time over noise, but not over more than the margin is for. */
	double excess_c = in->excess_c + smooth_clamp(in->temp_c - b->temp_c - m->margin_c, 0,
						      HUGE_VAL);
	double now_c = temp_c + excess_c;
	double next_c = model_temp(b, m, temp_c, power_w, step_s) + excess_c;
	double then_c = (keep1 + keep2) * next_c - keep1 * keep2 * now_c +
			(1 - keep1) * (1 - keep2) * limit_c;
	double way = smooth_share(step_s, m->time_constant_s);
	double rest_c = next_c + (then_c - next_c) / way - excess_c;
	double next_w = (rest_c - b->sink_c - m->time_constant_s * b->drift_c_per_s) /
			m->resistance_c_per_w;
	double beta = smooth_share(step_s, m->lag_s);

	return (next_w - (1 - beta) * power_w) / beta;
}

/**
 * barrier_step() - how much power may be drawn from now on
 * @b: state
 * @m: model
 * @in: of the step
 *
 * Return: W, 0 to the highest power; HUGE_VAL if any power will do, or if there has never been a
 *	temperature.
 */
double barrier_step(struct barrier *b, const struct barrier_model *m,
		    const struct barrier_input *in)
{
	double temp_c, power_w, cap_w;

	if (!b->known || in->dt_s > GAP_S) {
		if (!isfinite(in->temp_c))
			return HUGE_VAL;
		observer_begin(b, m, in);
	} else if (in->dt_s > 0) {
		observe(b, m, in);
	}
	delay_line_pass(&b->caps, in->dt_s, in->delay_s, m->step_s / 8);
	temp_c = ahead_c(b, m, in, &power_w);
	cap_w = highest_cap(b, m, in, temp_c, power_w);
	if (cap_w >= in->power_max_w)
		return HUGE_VAL;
	return smooth_clamp(cap_w - b->beyond_w, 0, in->power_max_w);
}

/**
 * barrier_obeyed() - say what the cap really is that has been set
 * @b: state
 * @cap_w: that of barrier_step() or less; HUGE_VAL: none
 */
void barrier_obeyed(struct barrier *b, double cap_w)
{
	delay_line_enter(&b->caps, cap_w);
}
