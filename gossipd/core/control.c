// SPDX-License-Identifier: GPL-2.0
/*
 * The controller: from a temperature to the share of the load to shed, from that to a price; the
 * safety filter and the price of the surroundings besides. Documentation/gossip-control.md says why
 * each part is there and what it does to which plant.
 */
#include <math.h>
#include <string.h>

#include "barrier.h"
#include "control.h"
#include "external.h"
#include "pid.h"
#include "shed.h"
#include "smooth.h"
#include "stability.h"

/* After a gap only so much time counts: nothing is to be made up for what nobody saw. */
#define STEP_MAX_S 1.0

/* Share of the critical gain that is used. */
#define GAIN_SHARE 0.5

/* The dead band is at least so many steps of the sensor wide. */
#define BAND_QUANTA 2.5

/* How slowly the price goes down when nothing has to be shed any more. */
#define FIRST_RELEASE_S 20.0

/* Load that may be there without bidding, as a share of the highest power. */
#define BEYOND_RATIO 0.15

/* How slowly what the safety filter has asked for is let go of. */
#define BARRIER_RELEASE_S 10.0

/* How long the highest age of a reading is remembered. */
#define AGE_MEMORY_S 30.0

/* How long a demand that has gone is expected back. */
#define DEMAND_MEMORY_S 3600.0

/* A change that counts for hunting, as a share: half a step of the scheduler's prices. */
#define SWING_SHARE 0.06

/* What may be a temperature, an age, a power. */
#define TEMP_MIN_C (-60.0)
#define TEMP_MAX_C 200.0
#define LIMIT_MIN_C 20.0
#define QUANTUM_MAX_C 10.0
#define AGE_MAX_S 3600.0
#define POWER_MAX_W 1e6
#define DELAY_MIN_S 0.01
#define DELAY_MAX_S 30.0

/**
 * struct price - a multiplier on its way
 * @value: 1 to the highest
 * @credit_s: time whose slew has not been used
 * @slope: change in a second
 */
struct price {
	double value;
	double credit_s;
	double slope;
};

/**
 * struct sane - the input, as far as it can be believed
 * @temp_c: NAN: not known
 * @limit_c: where the hardware throttles
 * @quantum_c: of the sensor
 * @age_s: of the reading
 * @power_w: NAN: not known
 * @power_max_w: above 0
 * @delay_s: of the actuation
 * @excess_c: what the temperature may be more than is read
 */
struct sane {
	double temp_c;
	double limit_c;
	double quantum_c;
	double age_s;
	double power_w;
	double power_max_w;
	double delay_s;
	double excess_c;
};

struct control {
	struct control_params p;
	uint64_t last_ns;
	struct smooth_trend temp;
	struct pid pid;
	struct pid_gains gains;
	struct barrier barrier;
	struct external external;
	struct smooth_swing swing;
	struct shed_memory demand;
	double capacity;
	double power_w;
	struct price local, around, gpu;
	double blind_s;
	double last_age_s;
	double last_temp_c;
	double age_high_s;
	double shed;
	double least;
	double wanted;
	double gains_for[3];
	double gpu_shed;
	bool gpu_known;
};

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

static double within(double value, double lo, double hi, double instead)
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

static struct sane sanitise(struct control *c, const struct control_input *in, double dt_s)
{
	struct sane s = {
		.temp_c = within(in->temp_c, TEMP_MIN_C, TEMP_MAX_C, NAN),
		.limit_c = within(in->limit_c, LIMIT_MIN_C, TEMP_MAX_C, c->p.limit_c),
		.quantum_c = within(in->quantum_c, 0, QUANTUM_MAX_C, 1),
		.age_s = smooth_clamp(in->age_s, 0, AGE_MAX_S),
		.power_w = within(in->power_w, 0, POWER_MAX_W, NAN),
		.power_max_w = within(in->power_max_w, 1, POWER_MAX_W, c->p.power_max_w),
		.delay_s = smooth_clamp(smooth_or(in->actuation_delay_s, c->p.actuation_delay_s),
					DELAY_MIN_S, DELAY_MAX_S),
	};

	if (s.power_w > s.power_max_w)
		s.power_max_w = s.power_w;
	if (isnan(s.temp_c)) {
		c->blind_s = fmin(c->blind_s + dt_s, AGE_MAX_S);
		s.age_s = c->last_age_s + c->blind_s;
	} else {
		c->blind_s = 0;
		c->last_age_s = s.age_s;
	}
	s.excess_c = excess(c, in, s.age_s);
	return s;
}

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

static bool has_curve(const struct control_input *in)
{
	return in->base_price && shed_curve_usable(in->demand, in->nr_demand);
}

/* CPUs of the node, or as many as its load wants. */
static double capacity(const struct control_input *in)
{
	if (in->cpus > 0 && isfinite(in->cpus))
		return in->cpus;
	return shed_load(in->demand, in->nr_demand, in->base_price);
}

/* CPUs that the load fills: of what waits beyond that, nothing has to be shed. */
static double filled(const struct control_input *in)
{
	return fmin(capacity(in), shed_load(in->demand, in->nr_demand, in->base_price));
}

/*
 * For the safety filter: the multiplier that sheds a share of the load also if all that has been
 * there of late comes back at once. A price that is enough for who is there now would let them in
 * for as long as the actuation takes.
 */
static double safe_price_of(struct control *c, const struct control_input *in, double shed,
			    double dt_s)
{
	double max = c->p.max_multiplier;

	if (has_curve(in)) {
		shed_remember(&c->demand, in, max, smooth_share(dt_s, DEMAND_MEMORY_S));
		c->capacity = capacity(in);
	}
	if (c->demand.max != max)
		return shed_assumed(shed, max);
	return shed_remembered(&c->demand, (1 - shed) * c->capacity);
}

/* The multiplier that sheds a share of the load that is there. */
static double price_of(const struct control *c, const struct control_input *in, double shed)
{
	double max = c->p.max_multiplier, price;

	if (!has_curve(in))
		return shed_assumed(shed, max);
	price = shed_price(in->demand, in->nr_demand, (1 - shed) * filled(in)) / in->base_price;
	/* It may be enough for those who are there; who thinks of coming is told as well. */
	return smooth_clamp(price, fmin(1 + c->p.scarcity * shed, max), max);
}

/* Least time for the whole range upwards. */
static double rise_time(const struct control *c, double delay_s)
{
	return fmax(c->p.slew_s, 2 * delay_s);
}

/* Most that a price falls in a second. */
static double fall_per_s(const struct control *c, double delay_s)
{
	return (c->p.max_multiplier - 1) / fmax(c->p.release_s, rise_time(c, delay_s));
}

/* What the node's own controller wants to be shed, 0 to 1. */
static double want(struct control *c, const struct sane *s, double dt_s)
{
	const struct control_params *p = &c->p;
	double band_c = fmax(p->dead_band_c, BAND_QUANTA * s->quantum_c);
	double margin_c = fmax(p->target_margin_c,
			       p->barrier_margin_c + 2 * s->quantum_c + band_c / 2);
	double before = c->gains.gain_per_c, error_c, rise_s = rise_time(c, s->delay_s);
	bool first = !c->temp.known;

	if (!isnan(s->temp_c))
		c->last_temp_c = s->temp_c;
	else if (first)
		return 0;
	/* A reading that is gone stays what it was, and gets hotter by its age. */
	smooth_trend_step(&c->temp, c->last_temp_c, dt_s, p->filter_s, p->trend_s);
	tune(c, s);
	error_c = c->temp.value + s->excess_c - (s->limit_c - margin_c);
	/* Only a rise is looked at ahead of time, and less what half a step of the sensor makes. */
	error_c += fmin(p->horizon_s, p->trend_s) *
		   fmax(c->temp.slope - s->quantum_c / (2 * p->trend_s), 0);
	error_c = pid_dead_band(error_c, band_c);
	if (first || c->gains.gain_per_c != before)
		pid_start(&c->pid, &c->gains, error_c, c->pid.output);
	/* A sensor that is gone is no reason to release. */
	if (isnan(s->temp_c) && error_c < 0)
		error_c = 0;
	pid_step(&c->pid, &c->gains, error_c, fmin(dt_s, STEP_MAX_S));
	return smooth_slew(c->shed, c->pid.output, fmin(dt_s, STEP_MAX_S) / rise_s,
			   fmin(dt_s, STEP_MAX_S) / fmax(p->release_s, rise_s));
}

/*
 * Move a price towards a target. The whole range upwards takes two actuation delays or more, also
 * with the credit that has been saved up. @least is the safety filter's, which has the last word.
 */
static void move(const struct control *c, struct price *price, double target, double least,
		 double dt_s, double delay_s)
{
	double up = (c->p.max_multiplier - 1) / (rise_time(c, delay_s) + c->p.slew_burst_s);
	double down = fall_per_s(c, delay_s), before = price->value;
	double step_s = fmin(dt_s, STEP_MAX_S);

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

/* Power that may be drawn when a share of the load is shed. */
static double power_at(const struct control *c, const struct sane *s, double shed)
{
	double idle_w = c->p.idle_ratio * s->power_max_w;

	return shed > 0 ? idle_w + (1 - shed) * (s->power_max_w - idle_w) : HUGE_VAL;
}

/* Share of the load that has to go for a cap. */
static double shed_for(const struct control *c, const struct sane *s, double cap_w)
{
	double idle_w = c->p.idle_ratio * s->power_max_w;

	if (cap_w >= s->power_max_w)
		return 0;
	return smooth_clamp(1 - (cap_w - idle_w) / (s->power_max_w - idle_w), 0, 1);
}

/*
 * Power that nobody measures, by the load that the demand curve says stays. It falls with a new
 * price at once and rises as late as the load does: less power than there is only lets the sink
 * look hotter.
 */
static double power_now(struct control *c, const struct control_input *in, const struct sane *s,
			double dt_s)
{
	double idle_w = c->p.idle_ratio * s->power_max_w, price, share, power_w;

	if (!isnan(s->power_w) || !has_curve(in))
		return s->power_w;
	price = c->local.value * c->around.value * in->base_price;
	share = shed_load(in->demand, in->nr_demand, price) / fmax(capacity(in), (1 / 1e9));
	power_w = idle_w + (s->power_max_w - idle_w) * fmin(share, 1);
	if (power_w > c->power_w)
		power_w = smooth_towards(c->power_w, power_w, dt_s, s->delay_s + c->p.lag_s);
	c->power_w = power_w;
	return power_w;
}

static double barrier_cap(struct control *c, const struct control_input *in, const struct sane *s,
			  double dt_s)
{
	const struct control_params *p = &c->p;
	const struct barrier_model model = {
		.resistance_c_per_w = p->resistance_c_per_w * p->barrier_resistance_ratio,
		.time_constant_s = p->die_s,
		.lag_s = p->lag_s,
		.alpha1_per_s = p->barrier_alpha1_per_s,
		.alpha2_per_s = p->barrier_alpha2_per_s,
		.observer_s = p->barrier_observer_s,
		.step_s = p->barrier_step_s,
		.margin_c = p->barrier_margin_c + s->quantum_c,
		/* Without a curve it is the price that is wrong, not the load: that would hunt. */
		.beyond_max_w = has_curve(in) ? BEYOND_RATIO * s->power_max_w : 0,
	};
	const struct barrier_input input = {
		.dt_s = dt_s,
		.temp_c = s->temp_c,
		.limit_c = s->limit_c,
		.excess_c = s->excess_c,
		.power_w = power_now(c, in, s, dt_s),
		.power_max_w = s->power_max_w,
		.delay_s = s->delay_s + fmin(smooth_clamp(in->age_s, 0, AGE_MAX_S), p->age_good_s),
	};

	return barrier_step(&c->barrier, &model, &input);
}

/* The node's own price; the external one is at least @around. */
static void step_local(struct control *c, const struct control_input *in, const struct sane *s,
		       double dt_s, double around, struct control_output *out)
{
	double max = c->p.max_multiplier, wanted, least, barrier_shed, need;

	c->shed = want(c, s, dt_s);
	wanted = price_of(c, in, c->shed);
	/* At once, all that bids less than the first price would come back, and the heat with it. */
	if (!(c->shed > 0))
		wanted = fmax(wanted, smooth_towards(c->wanted, wanted, fmin(dt_s, STEP_MAX_S),
						     FIRST_RELEASE_S));
	c->wanted = wanted;
	out->component[CONTROL_LOCAL] = wanted;
	out->component[CONTROL_SENSOR] = c->temp.known ?
		1 + (c->p.blind_multiplier - 1) * s->excess_c / c->p.excess_max_c :
		c->p.blind_multiplier;
	wanted = fmin(wanted * out->component[CONTROL_SENSOR], max);

	out->power_cap_w = barrier_cap(c, in, s, dt_s);
	barrier_shed = shed_for(c, s, out->power_cap_w);
	least = safe_price_of(c, in, barrier_shed, dt_s);
	if (!(barrier_shed > 0))
		least = 1;
	/*
	 * The cheapest load comes and goes as one. To let it in as soon as it is gone, and the
	 * filter so content, would send it back and forth.
	 */
	c->least = fmax(least, smooth_towards(c->least, least, fmin(dt_s, STEP_MAX_S),
					      BARRIER_RELEASE_S));
	least = smooth_clamp(c->least / around, 1, max);
	out->barrier = least > wanted;
	out->component[CONTROL_BARRIER] = out->barrier ? least / wanted : 1;

	move(c, &c->local, wanted, least, dt_s, s->delay_s);
	/* What is not good is no reason to let the price fall while nobody looks. */
	if (s->excess_c > 0 || isnan(s->temp_c))
		c->local.slope = fmax(c->local.slope, 0);
	/* The load can take what the price lets it; the own controller may have cut it further. */
	need = safe_price_of(c, in, c->shed, 0);
	barrier_obeyed(&c->barrier, power_at(c, s, c->local.value >= need ?
					     fmax(c->shed, barrier_shed) : barrier_shed));
}

static void step_gpu(struct control *c, const struct control_input *in, const struct sane *s,
		     double dt_s)
{
	double margin_c = within(in->gpu_margin_c, -TEMP_MAX_C, TEMP_MAX_C, NAN);

	if (!isnan(margin_c)) {
		double shed = 1 - smooth_clamp(margin_c, 0, c->p.gpu_span_c) / c->p.gpu_span_c;

		c->gpu_shed = c->gpu_known ?
			smooth_towards(c->gpu_shed, shed, dt_s, c->p.filter_s) : shed;
		c->gpu_known = true;
	}
	move(c, &c->gpu, shed_assumed(c->gpu_shed, c->p.max_multiplier), 1, dt_s, s->delay_s);
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
		target = smooth_towards(c->around.value, goal, fmin(dt_s, STEP_MAX_S),
					c->p.external_release_s);
	move(c, &c->around, target, 1, dt_s, s->delay_s);
	if (goal < c->around.value)
		c->around.slope = fmax((goal - c->around.value) / c->p.external_release_s,
				       -fall_per_s(c, s->delay_s));
}

static struct control_price fixed(const struct price *price, double max)
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

	c->last_ns = in->now_ns;
	memset(out, 0, sizeof(*out));
	s = sanitise(c, in, dt_s);
	/* What is too old lowers no gain: it would be cheaper for that. */
	c->age_high_s = fmax(s.age_s <= c->p.age_good_s ? s.age_s : 0,
			     smooth_towards(c->age_high_s, 0, dt_s, AGE_MEMORY_S));

	step_external(c, in, &s, dt_s, out);
	step_local(c, in, &s, dt_s, fmax(c->around.value + fmin(c->around.slope, 0), 1), out);
	step_gpu(c, in, &s, dt_s);
	cut(out->component, own, sizeof(own) / sizeof(own[0]), max);
	cut(out->component, around, sizeof(around) / sizeof(around[0]), max);

	out->local = fixed(&c->local, max);
	out->external = fixed(&c->around, max);
	out->gpu = fixed(&c->gpu, max);
	out->total = c->local.value * c->around.value;
	ahead_s = fmin(c->p.horizon_s, c->p.trend_s);
	out->trend_c_per_s = c->temp.known ? c->temp.slope : NAN;
	out->predicted_c = c->temp.known ? c->temp.value + ahead_s * c->temp.slope : NAN;
	smooth_swing_add(&c->swing, in->now_ns, out->total, SWING_SHARE * c->swing.last + 0.001);
	out->oscillation = smooth_swing_share(&c->swing);
}
