// SPDX-License-Identifier: GPL-2.0
/*
 * Whether what a node says of its heat can be. The model is one slope, learned, over power that
 * lags; the checks are cumulative sums of what it cannot account for. Documentation/gossip-trust.md
 * has what that finds, what it lets pass, and the figures.
 */
#include "trust.h"

#include <math.h>

#define NS_PER_S 1e9
/* The slowest that is heated, against the time constant: heat sinks and chassis against dies. */
#define SLOW 10
/* Part of what the power explains that fans and leakage change. */
#define MODEL_ERROR 0.1
/* Who is suspect teaches this much slower. */
#define SUSPECT_SLOWER 20
/* Of an inlet that nobody knows. */
#define INLET_NOMINAL_C 25.0
/* Outside of these nothing is said at all, °C and W. */
#define TEMP_MIN_C (-40.0)
#define TEMP_MAX_C 150.0
#define POWER_MAX_W 65535.0
/* No hardware throttles above this. */
#define LIMIT_MAX_C 115.0
/* Sums stop at this many times the alarm: so that they come back. */
#define SUM_MAX 2
/* No single score counts for more, standard deviations. */
#define SCORE_MAX 30.0

/*
 * For servers of which nothing is known. The time constant is that of a heat sink under forced air;
 * standard deviation, slack and alarm are from measured servers (Documentation/gossip-trust.md).
 */
const struct trust_params trust_defaults = {
	.thermal_resistance_c_per_w = 0,
	.time_constant_s = 30,
	.sd_c = 2,
	.slack_sd = 1.5,
	.alarm_sd = 5,
	.floor = 0.2,
	.recovery_per_s = 1.0 / 3600,
	.learn_s = 24 * 3600,
	.drift_c = 6,
	.inlet_spread_c = 8,
	.stuck_c = 5,
	.jump_c = 20,
};

/* What the model says of a power. */
struct implied {
	double lo_c, hi_c;
	double sd_c;
	double slope_least;
};

static double at_least(double a, double b)
{
	return a > b ? a : b;
}

static double at_most(double a, double b)
{
	return a < b ? a : b;
}

static double clamp(double value, double lo, double hi)
{
	return at_most(at_least(value, lo), hi);
}

static double in_range(double value, double lo, double hi)
{
	return value >= lo && value <= hi ? value : NAN;
}

static struct implied model_says(const struct trust_node *t, const struct trust_params *p)
{
	const struct trust_model *m = &t->model;
	double lo_w = at_most(at_most(t->power_w, t->power_filtered_w), t->power_slow_w);
	double hi_w = at_least(at_least(t->power_w, t->power_filtered_w), t->power_slow_w);
	double off_w = at_least(fabs(lo_w - m->mean_power_w), fabs(hi_w - m->mean_power_w));
	struct trust_slope slope = trust_model_slope(m, p);
	double off_c = off_w * slope.sd, error_c = MODEL_ERROR * slope.c_per_w * off_w;
	double base_c = t->inlet_c + m->mean_rise_c;

	return (struct implied) {
		.lo_c = base_c + slope.c_per_w * (lo_w - m->mean_power_w),
		.hi_c = base_c + slope.c_per_w * (hi_w - m->mean_power_w),
		.sd_c = sqrt(p->sd_c * p->sd_c + error_c * error_c + off_c * off_c),
		.slope_least = slope.least,
	};
}

/* --- the checks --- */

/*
 * Page's cumulative sum. What goes the other way takes off no more than the slack does: who is too
 * cold and too hot by turns is right on average, but not honest.
 */
static void add_up(double *sum, const struct trust_params *p, double score, double count)
{
	*sum += (clamp(score, 0, SCORE_MAX) - p->slack_sd) * count;
	*sum = clamp(*sum, 0, SUM_MAX * p->alarm_sd);
}

/* The inlet to judge by: its own, if the zone's bears it out. */
static double inlet_of(struct trust_node *t, const struct trust_params *p,
		       const struct trust_evidence *e, double count)
{
	double inlet_c = in_range(e->inlet_c, TEMP_MIN_C, TEMP_MAX_C);
	double zone_c = in_range(e->zone_inlet_c, TEMP_MIN_C, TEMP_MAX_C), off_c;

	if (isnan(zone_c))
		return isnan(inlet_c) ? t->inlet_c : inlet_c;
	if (isnan(inlet_c))
		return zone_c;
	off_c = inlet_c - zone_c;
	add_up(&t->cusum_inlet, p,
	       p->slack_sd + (fabs(off_c) - p->inlet_spread_c) / p->sd_c, count);
	return zone_c + clamp(off_c, -p->inlet_spread_c, p->inlet_spread_c);
}

static void follow_power(struct trust_node *t, const struct trust_params *p, double power_w,
			 double dt_s)
{
	if (isnan(power_w))
		return;
	t->power_w = power_w;
	t->power_filtered_w += (power_w - t->power_filtered_w) * dt_s / (p->time_constant_s + dt_s);
	t->power_slow_w += (power_w - t->power_slow_w) * dt_s / (SLOW * p->time_constant_s + dt_s);
}

/* A reading that should have moved and has not, or has and should not. */
static void check_moves(struct trust_node *t, const struct trust_params *p, double temp_c,
			const struct implied *i, double dt_s, double count)
{
	double change_c = temp_c - t->temp_c;
	double due_c = i->slope_least * (t->power_filtered_w - t->still_power_w);

	if (fabs(change_c) > 0) {
		t->still_power_w = t->power_filtered_w;
	} else if (fabs(due_c) > p->stuck_c) {
		add_up(due_c > 0 ? &t->cusum_cold : &t->cusum_hot, p, SCORE_MAX, count);
		t->failed++;
	}
	if (fabs(change_c) > p->jump_c && dt_s < p->time_constant_s &&
	    (temp_c > i->hi_c + p->jump_c || temp_c < i->lo_c - p->jump_c)) {
		double *sum = change_c > 0 ? &t->cusum_hot : &t->cusum_cold;

		*sum = at_most(*sum + p->alarm_sd / 2, SUM_MAX * p->alarm_sd);
		t->failed++;
	}
}

static void check_residual(struct trust_node *t, const struct trust_params *p, double temp_c,
			   const struct implied *i, double count)
{
	double cold = (i->lo_c - temp_c) / i->sd_c, hot = (temp_c - i->hi_c) / i->sd_c;

	add_up(&t->cusum_cold, p, cold, count);
	add_up(&t->cusum_hot, p, hot, count);
	if (cold > p->slack_sd + p->alarm_sd || hot > p->slack_sd + p->alarm_sd)
		t->failed++;
}

static void weigh(struct trust_node *t, const struct trust_params *p, bool checked, double dt_s)
{
	bool hot = t->cusum_hot >= p->alarm_sd || t->cusum_inlet >= p->alarm_sd;
	bool alarm = hot || t->cusum_cold >= p->alarm_sd;
	bool calm = t->cusum_hot < p->alarm_sd / 2 && t->cusum_cold < p->alarm_sd / 2 &&
		    t->cusum_inlet < p->alarm_sd / 2;
	double count_s = at_most(dt_s, p->time_constant_s);

	if (alarm)
		t->suspect = true;
	else if (calm && checked)
		t->suspect = false;
	if (hot)
		t->weight -= (t->weight - p->floor) * dt_s / (p->time_constant_s + dt_s);
	else if (checked && !t->suspect)
		t->weight += p->recovery_per_s * count_s;
	t->weight = clamp(t->weight, p->floor, 1);
}

static void start(struct trust_node *t, const struct trust_evidence *e, double power_w)
{
	*t = (struct trust_node) {
		.weight = 1,
		.power_w = isnan(power_w) ? 0 : power_w,
		.inlet_c = INLET_NOMINAL_C,
		.implied_c = NAN,
		.least_c = NAN,
		.limit_c = NAN,
		.temp_c = NAN,
		.last_ns = e->now_ns,
		.known = true,
	};
	t->power_filtered_w = t->power_w;
	t->power_slow_w = t->power_w;
	t->still_power_w = t->power_w;
}

/* By its power; a first reading is right by itself, as far as hardware can be so. */
static void check_by_power(struct trust_node *t, const struct trust_params *p, double temp_c,
			   double power_w, double dt_s, double count)
{
	struct implied i;

	if (!t->model.known) {
		t->power_w = power_w;
		t->power_filtered_w = power_w;
		t->power_slow_w = power_w;
		t->still_power_w = power_w;
		t->temp_c = temp_c;
		trust_model_start(&t->model, p, temp_c - t->inlet_c, power_w);
	}
	i = model_says(t, p);
	t->implied_c = i.hi_c;
	t->least_c = i.lo_c - p->slack_sd * i.sd_c;
	if (isnan(temp_c))
		return;
	check_moves(t, p, temp_c, &i, dt_s, count);
	check_residual(t, p, temp_c, &i, count);
	t->temp_c = temp_c;
}

/*
 * Who does not say what he draws is hardly checked: no colder than the air he takes in, and counts
 * as no colder than he usually is. If that shows him wrong, he counts as the zone does.
 */
static void check_without_power(struct trust_node *t, const struct trust_params *p,
				const struct trust_evidence *e, double temp_c, double count)
{
	t->least_c = t->inlet_c + TRUST_RISE_LEAST_C;
	if (t->model.known)
		t->least_c += at_least(t->model.mean_rise_c - p->slack_sd * p->sd_c -
				       TRUST_RISE_LEAST_C, 0);
	t->implied_c = at_least(in_range(e->zone_temp_c, TEMP_MIN_C, TEMP_MAX_C), t->least_c);
	if (isnan(temp_c))
		return;
	add_up(&t->cusum_cold, p, (t->inlet_c + TRUST_RISE_LEAST_C - temp_c) / p->sd_c, count);
	t->temp_c = temp_c;
}

/**
 * trust_judge() - judge a node by a beacon
 * @t: what is held against it
 * @p: tunables
 * @e: what it says, and what there is to check that by
 *
 * Nothing is learned and nobody is judged while @e->frozen. Time that goes back counts as none.
 */
void trust_judge(struct trust_node *t, const struct trust_params *p,
		 const struct trust_evidence *e)
{
	double temp_c = in_range(e->temp_c, TEMP_MIN_C, TEMP_MAX_C);
	double power_w = in_range(e->power_w, 0, POWER_MAX_W);
	bool checked = !isnan(temp_c) && !isnan(power_w);
	double dt_s, count;

	if (!t->known)
		start(t, e, power_w);
	dt_s = e->now_ns > t->last_ns ? (double)(e->now_ns - t->last_ns) / NS_PER_S : 0;
	if (e->now_ns > t->last_ns)
		t->last_ns = e->now_ns;
	count = at_most(dt_s / p->time_constant_s, 1);
	follow_power(t, p, power_w, dt_s);
	if (e->frozen)
		return;
	t->inlet_c = inlet_of(t, p, e, count);
	if (!isnan(temp_c) && isfinite(e->margin_c))
		t->limit_c = at_most(temp_c + e->margin_c, LIMIT_MAX_C);
	if (checked || (t->model.known && !isnan(power_w)))
		check_by_power(t, p, temp_c, power_w, dt_s, count);
	else
		check_without_power(t, p, e, temp_c, count);
	weigh(t, p, checked, dt_s);
	if (checked)
		trust_model_learn(&t->model, p, temp_c - t->inlet_c, t->power_filtered_w,
				  t->suspect ? dt_s / SUSPECT_SLOWER : dt_s);
}

/**
 * trust_weight() - how far a node is believed when it says that it is hot
 * @t: what is held against it
 *
 * Saying that it is cold costs no weight: that would make a node that hides its heat count for
 * less. It is trust_margin_c() that does not believe it.
 *
 * Return: from the floor to 1; 1 of a fresh one.
 */
double trust_weight(const struct trust_node *t)
{
	return t->known ? t->weight : 1;
}

/**
 * trust_margin_c() - margin as it counts with others
 * @t: what is held against it
 * @e: what it says
 *
 * Never more than it claims. A node counts as no colder than its power and inlet account for, less
 * what an honest residual may be; if it was caught at being too cold, as the hottest that they do.
 *
 * Return: °C; NAN if it claims none and none can be made out.
 */
double trust_margin_c(const struct trust_node *t, const struct trust_evidence *e)
{
	double least_c = t->known ? t->least_c : NAN;
	double temp_c = in_range(e->temp_c, TEMP_MIN_C, TEMP_MAX_C);
	double margin_c = isfinite(e->margin_c) ? e->margin_c : NAN;

	if (t->suspect && t->cusum_cold > t->cusum_hot)
		least_c = t->implied_c;
	if (isnan(temp_c) || isnan(margin_c)) {
		double other_c = t->known ? t->limit_c - least_c : NAN;

		return isnan(margin_c) || other_c < margin_c ? other_c : margin_c;
	}
	if (least_c > temp_c)
		margin_c -= least_c - temp_c;
	return at_most(margin_c, LIMIT_MAX_C - at_least(temp_c, isnan(least_c) ? temp_c : least_c));
}
