// SPDX-License-Identifier: GPL-2.0
/*
 * The controller: the node's own price, that of its surroundings and that of its GPUs.
 * Documentation/gossip-control.md says why each part is there and what it does to which plant.
 */
#include <math.h>
#include <string.h>

#include "control_internal.h"

/* How long the highest age of a reading is remembered. */
#define AGE_MEMORY_S 30.0

/* A change that counts for hunting, as a share: half a step of the scheduler's prices. */
#define SWING_SHARE 0.06

/**
 * control_size() - memory that a controller takes
 *
 * Return: bytes.
 */
size_t control_size(void)
{
	return sizeof(struct control);
}

/**
 * control_init() - a fresh controller
 * @c: control_size() bytes, aligned for a double
 * @params: tunables; NULL: the defaults
 * @now_ns: time
 */
void control_init(struct control *c, const struct control_params *params, uint64_t now_ns)
{
	memset(c, 0, sizeof(*c));
	c->p = params ? *params : control_defaults;
	c->last_ns = now_ns;
	c->gone_ns = 1;
	c->local.value = 1;
	c->around.value = 1;
	c->gpu.value = 1;
	c->least = 1;
	c->wanted = 1;
}

/**
 * control_retune() - other tunables from now on; prices do not jump, but for a lower highest one
 * @c: controller
 * @params: tunables that control_params_check() has let pass
 */
void control_retune(struct control *c, const struct control_params *params)
{
	c->p = *params;
	c->gains_for[0] = 0;
	c->local.value = fmin(c->local.value, params->max_multiplier);
	c->around.value = fmin(c->around.value, params->max_multiplier);
	c->gpu.value = fmin(c->gpu.value, params->max_multiplier);
}

static void step_gpu(struct control *c, const struct control_input *in, const struct sane *s,
		     double dt_s)
{
	double margin_c = control_within(in->gpu_margin_c, -CONTROL_TEMP_MAX_C,
					 CONTROL_TEMP_MAX_C, NAN);

	if (!isnan(margin_c)) {
		double shed = 1 - smooth_clamp(margin_c, 0, c->p.gpu_span_c) / c->p.gpu_span_c;

		c->gpu_shed = c->gpu_known ?
			smooth_towards(c->gpu_shed, shed, dt_s, c->p.filter_s) : shed;
		c->gpu_known = true;
	}
	control_move(c, &c->gpu, shed_assumed(c->gpu_shed, c->p.max_multiplier), 1, dt_s,
		     s->delay_s);
	/* A GPU that was there and says nothing keeps its price. */
	if (isnan(margin_c))
		c->gpu.slope = fmax(c->gpu.slope, 0);
}

static void step_external(struct control *c, const struct control_input *in, const struct sane *s,
			  double dt_s, struct control_output *out)
{
	double target = 1, goal;
	unsigned int i;

	external_step(&c->external, &c->p, in, dt_s, out->component);
	for (i = CONTROL_NEIGHBOURS; i <= CONTROL_PARTITION; i++)
		target *= out->component[i];
	goal = fmin(target, c->p.max_multiplier);
	/* Up at once, as far as the slew lets it; down with damping. */
	target = goal;
	if (goal < c->around.value)
		target = smooth_towards(c->around.value, goal, fmin(dt_s, CONTROL_STEP_MAX_S),
					c->p.external_release_s);
	control_move(c, &c->around, target, 1, dt_s, s->delay_s);
	if (goal < c->around.value)
		c->around.slope = fmax((goal - c->around.value) / c->p.external_release_s,
				       -control_fall_per_s(c, s->delay_s));
}

/* What actuation.c asks for the power at a price. */
struct load {
	const struct control_params *p;
	const struct control_input *in;
	const struct sane *s;
};

static double load_power(const void *ctx, double multiplier)
{
	const struct load *load = ctx;

	return guard_load_power(load->p, load->in, load->s, multiplier);
}

static void step_actuation(struct control *c, const struct control_input *in, const struct sane *s)
{
	const struct load load = { &c->p, in, s };
	struct actuation_input step = {
		.now_ns = c->gone_ns, .power_w = s->power_w,
		.price = c->local.value * c->around.value, .stays_w = load_power, .ctx = &load,
		.range_w = (1 - c->p.idle_ratio) * s->power_max_w, .lag_s = c->p.lag_s,
	};

	if (!control_has_curve(in))
		return;
	step.wanted_cpus = shed_load(in->demand, in->nr_demand, in->base_price);
	actuation_step(&c->actuation, &step);
}

/* Cut factors so that the product of a range of causes stays below the highest multiplier. */
static void cut(double *component, const enum control_cause *cause, size_t nr, double max)
{
	double product = 1;
	size_t i;

	for (i = 0; i < nr; i++) {
		component[cause[i]] = smooth_clamp(component[cause[i]], 1, max / product);
		product *= component[cause[i]];
	}
}

/**
 * control_step() - a step
 * @c: controller
 * @in: what is known; any numbers at all
 * @out: written: prices, all of them finite and within their ranges
 *
 * To be called at least once a second, and at once when something has happened. A time that goes
 * back counts as no time.
 */
void control_step(struct control *c, const struct control_input *in, struct control_output *out)
{
	static const enum control_cause own[] = { CONTROL_LOCAL, CONTROL_SENSOR, CONTROL_BARRIER };
	static const enum control_cause around[] = {
		CONTROL_NEIGHBOURS, CONTROL_COOLING, CONTROL_SUPPLY, CONTROL_SILENCE,
		CONTROL_PARTITION,
	};
	double dt_s = in->now_ns > c->last_ns ? (double)(in->now_ns - c->last_ns) / 1e9 : 0;
	double max = c->p.max_multiplier, ahead_s;
	struct sane s;
	bool ages;

	c->gone_ns += in->now_ns > c->last_ns ? in->now_ns - c->last_ns : 0;
	c->last_ns = in->now_ns;
	memset(out, 0, sizeof(*out));
	s = control_sanitise(c, in, dt_s);
	/* What is too old, or gone, lowers no gain: it would be cheaper for that. */
	ages = !isnan(s.temp_c) && s.age_s <= c->p.age_good_s;
	c->age_high_s = fmax(ages ? s.age_s : 0,
			     smooth_towards(c->age_high_s, 0, dt_s, AGE_MEMORY_S));

	step_external(c, in, &s, dt_s, out);
	control_local(c, in, &s, dt_s, fmax(c->around.value + fmin(c->around.slope, 0), 1), out);
	step_gpu(c, in, &s, dt_s);
	step_actuation(c, in, &s);
	cut(out->component, own, sizeof(own) / sizeof(own[0]), max);
	cut(out->component, around, sizeof(around) / sizeof(around[0]), max);

	out->local = control_fixed(&c->local, max);
	out->external = control_fixed(&c->around, max);
	out->gpu = control_fixed(&c->gpu, max);
	out->total = c->local.value * c->around.value;
	out->actuation_delay_s = actuation_delay(&c->actuation);
	ahead_s = fmin(c->p.horizon_s, c->p.trend_s);
	out->trend_c_per_s = c->temp.known ? c->temp.slope : NAN;
	out->predicted_c = c->temp.known ? c->temp.value + ahead_s * c->temp.slope : NAN;
	smooth_swing_add(&c->swing, in->now_ns, out->total, SWING_SHARE * c->swing.last + 0.001);
	out->oscillation = smooth_swing_share(&c->swing);
}
