// SPDX-License-Identifier: GPL-2.0
/*
 * The controller around two plants, with a load that answers late and sensors that are no better
 * than real ones: it settles below the limit and does not hunt, also with a plant other than it was
 * told. V=1 in the environment prints the figures of Documentation/gossip-control.md.
 */
#include <math.h>
#include <stdlib.h>

#include "chance.h"
#include "control.h"
#include "harness.h"
#include "plant.h"

#define STEP_S 0.1

/* A plant with a node's controller around it. */
struct scene {
	struct plant plant;
	struct plant_load load;
	struct plant_sensor sensor;
	struct control *control;
	struct control_input in;
	struct control_output out;
	struct control_demand steps[PLANT_BIDS];
	bool curve;
	bool power_known;
	double max_c, late_min_c, late_max_c, late_min_u, late_max_u, over_s, work_s, time_s;
	double late_from_s;
	unsigned int changes;
};

static void scene_init(struct scene *s, bool physics, double delay_s, double ambient_c,
		       const struct control_params *params)
{
	memset(s, 0, sizeof(*s));
	if (physics)
		plant_physics(&s->plant, ambient_c);
	else
		plant_seed(&s->plant, ambient_c);
	plant_load_init(&s->load, 8, physics ? 5 : 30, physics ? 45 : 200);
	s->load.delay_s = delay_s;
	s->sensor = (struct plant_sensor) { .quantum_c = 1, .noise_c = 0.3, .cache_s = 1,
					    .age_s = 1 };
	s->control = malloc(control_size());
	CHECK(s->control, "no memory");
	control_init(s->control, params, 0);
	s->in = (struct control_input) {
		.limit_c = 85, .quantum_c = 1, .power_w = NAN, .power_max_w = s->load.max_w,
		.inlet_c = ambient_c, .gpu_margin_c = NAN, .cooling_headroom = NAN,
		.supply_headroom = NAN, .seen = 1, .expected = 1, .demand = s->steps,
		.cpus = s->load.capacity, .base_price = s->load.base_price,
		.actuation_delay_s = delay_s,
	};
	s->curve = true;
	s->power_known = true;
	s->max_c = -HUGE_VAL;
	s->late_max_c = -HUGE_VAL;
	s->late_min_c = HUGE_VAL;
	s->late_min_u = HUGE_VAL;
	s->late_max_u = 0;
}

static void scene_step(struct scene *s, double dt_s)
{
	double power_w = plant_load_step(&s->load, s->out.total > 1 ? s->out.total : 1, dt_s);

	plant_step(&s->plant, power_w, dt_s);
	plant_sensor_step(&s->sensor, s->plant.temp_c[0], normal(), dt_s);
	s->time_s += dt_s;
	s->in.now_ns = (uint64_t)(s->time_s * 1e9);
	s->in.temp_c = s->sensor.temp_c;
	s->in.age_s = s->sensor.age_s;
	s->in.quantum_c = s->sensor.quantum_c;
	s->in.power_w = s->power_known ? power_w : NAN;
	s->in.nr_demand = s->curve ? plant_load_curve(&s->load, s->steps) : 0;
	control_step(s->control, &s->in, &s->out);

	s->max_c = fmax(s->max_c, s->plant.temp_c[0]);
	s->over_s += s->plant.temp_c[0] > 85 ? dt_s : 0;
	s->work_s += dt_s * (power_w - s->load.idle_w) / (s->load.max_w - s->load.idle_w);
	if (s->late_from_s > 0 && s->time_s > s->late_from_s) {
		s->late_min_c = fmin(s->late_min_c, s->plant.temp_c[0]);
		s->late_max_c = fmax(s->late_max_c, s->plant.temp_c[0]);
		s->late_min_u = fmin(s->late_min_u, s->out.total);
		s->late_max_u = fmax(s->late_max_u, s->out.total);
	}
}

static void scene_end(struct scene *s)
{
	free(s->control);
}

static void scene_run(struct scene *s, double until_s)
{
	while (s->time_s < until_s)
		scene_step(s, STEP_S);
}

static void print(const struct scene *s, const char *what)
{
	if (getenv("V"))
		printf("    # %-28s %4.1f s: max %6.2f, late %6.2f to %6.2f °C, "
		       "price %5.2f to %5.2f, work %.2f, hunting %.2f\n",
		       what, s->load.delay_s, s->max_c, s->late_min_c, s->late_max_c,
		       s->late_min_u, s->late_max_u, s->work_s / s->time_s, s->out.oscillation);
}

static const double delays_s[] = { 0.1, 0.5, 1, 2, 5, 10 };

#define NR_DELAYS (sizeof(delays_s) / sizeof(delays_s[0]))

/* What somebody would enter who knows the plant; the seed plant is the default. */
static struct control_params params_of(bool physics)
{
	struct control_params p = control_defaults;

	if (physics) {
		p.resistance_c_per_w = 0.3;
		p.die_s = 0.8;
		p.sink_s = 240;
	}
	return p;
}

/* The plant is another one than the controller was told. */
static void distort(struct plant *p)
{
	int i;

	for (i = 0; i < p->nr; i++) {
		p->r_c_per_w[i] *= uniform(0.7, 1.3);
		p->c_j_per_c[i] *= uniform(0.7, 1.3);
	}
}

static const char *name_of(bool physics, bool curve)
{
	if (physics)
		return curve ? "small plant, curve" : "small plant, no curve";
	return curve ? "large plant, curve" : "large plant, no curve";
}

/* At the end all is quiet: the temperature within the dead band, the price within two buckets. */
static void check_quiet(const struct scene *s, const char *what)
{
	double delay_s = s->load.delay_s;

	print(s, what);
	/* Without a curve nobody knows what a price will do: it may go a bit too far. */
	CHECK(s->max_c < (s->curve ? 85 : 88), "%s, delay %g: %g °C", what, delay_s, s->max_c);
	/* Without a curve there are prices that change nothing, and the next one does. */
	CHECK(s->late_max_c - s->late_min_c < (s->curve ? 2.5 : 4),
	      "%s, delay %g: it goes from %g to %g °C", what, delay_s, s->late_min_c,
	      s->late_max_c);
	CHECK(!s->curve || s->late_max_u < 1.5 * s->late_min_u,
	      "%s, delay %g: the price goes from %g to %g",
	      what, delay_s, s->late_min_u, s->late_max_u);
}

static void settle_one(bool physics, double delay_s, bool curve)
{
	struct control_params p = params_of(physics);
	struct scene s;

	scene_init(&s, physics, delay_s, physics ? 55 : 40, &p);
	s.curve = curve;
	s.late_from_s = 1800;
	scene_run(&s, 2100);
	check_quiet(&s, name_of(physics, curve));
	/* There is work for all of the time: what is shed is what has to be. */
	CHECK(s.late_min_c > 85 - 8 - 3, "delay %g: it sheds too much: %g °C", delay_s,
	      s.late_min_c);
	scene_end(&s);
}

static void it_settles_below_the_limit(void)
{
	unsigned int i;

	for (i = 0; i < NR_DELAYS; i++) {
		settle_one(false, delays_s[i], true);
		settle_one(false, delays_s[i], false);
		settle_one(true, delays_s[i], true);
		settle_one(true, delays_s[i], false);
	}
}

/* What the load draws has to be reckoned by its price, which takes effect as late as it does. */
static void it_settles_without_a_power_meter(void)
{
	unsigned int i;

	for (i = 0; i < 2 * NR_DELAYS; i++) {
		bool physics = i & 1;
		struct control_params p = params_of(physics);
		struct scene s;

		scene_init(&s, physics, delays_s[i / 2], physics ? 50 : 35, &p);
		s.power_known = false;
		s.late_from_s = 1200;
		scene_run(&s, 1500);
		check_quiet(&s, name_of(physics, true));
		scene_end(&s);
	}
}

/* 30 % in each resistance and capacity, in the delay, in the power of the idle node. */
static void it_settles_with_another_plant(void)
{
	unsigned int i;

	for (i = 0; i < 4 * NR_DELAYS; i++) {
		bool physics = i / NR_DELAYS & 1, curve = i / NR_DELAYS & 2;
		struct control_params p = params_of(physics);
		struct scene s;

		scene_init(&s, physics, delays_s[i % NR_DELAYS], physics ? 50 : 35, &p);
		distort(&s.plant);
		s.curve = curve;
		s.power_known = test_random_below(2);
		s.in.actuation_delay_s *= uniform(0.7, 1.3);
		s.load.idle_w *= uniform(0.7, 1.3);
		s.late_from_s = 1200;
		scene_run(&s, 1500);
		check_quiet(&s, name_of(physics, curve));
		scene_end(&s);
	}
}

/* The neighbour has that margin for a while. */
static void next_door(struct scene *s, struct control_neighbour *n, double margin_c, double seconds)
{
	n->margin_c = margin_c;
	scene_run(s, s->time_s + seconds);
}

/* Crises next door are the edges; between them the loop measures itself, and then is as it was. */
static void find_out(double delay_s)
{
	struct control_neighbour hot = { .coupling = 0.8, .weight = 1, .trend_c_per_s = NAN };
	struct control_params p = params_of(false);
	struct scene s;
	int i;

	scene_init(&s, false, delay_s, 20, &p);
	s.in.actuation_delay_s = NAN;
	s.in.neighbours = &hot;
	s.in.nr_neighbours = 1;
	for (i = 0; i < 8; i++) {
		next_door(&s, &hot, 30, 60);
		next_door(&s, &hot, 2, 20);
	}
	CHECK(s.out.actuation_delay_s >= delay_s - 0.2 && s.out.actuation_delay_s < delay_s + 0.5,
	      "%g s are %g", delay_s, s.out.actuation_delay_s);
	/* It goes by it: a way of 7 of 63 takes its part of two delays. */
	next_door(&s, &hot, 30, 60);
	next_door(&s, &hot, 2, 0.15 * delay_s);
	CHECK(delay_s < 5 || s.out.external.multiplier < 7 * CONTROL_ONE, "too quick: %u",
	      s.out.external.multiplier);
	next_door(&s, &hot, 2, 0.15 * delay_s + 1);
	CHECK(s.out.external.multiplier > 7.9 * CONTROL_ONE, "too slow: %u",
	      s.out.external.multiplier);
	s.plant.ambient_c = 40;
	s.late_from_s = s.time_s + 1200;
	next_door(&s, &hot, 30, 1500);
	check_quiet(&s, "delay measured");
	scene_end(&s);
}

static void it_finds_out_how_late_it_is(void)
{
	unsigned int i;

	for (i = 0; i < NR_DELAYS - 1; i++)
		find_out(delays_s[i]);
}

static void surges(bool physics, double delay_s, bool curve, const char *what)
{
	struct control_params p = params_of(physics);
	double demand[PLANT_BIDS], next_s = 5, ambient_c;
	struct scene s;
	int i;

	scene_init(&s, physics, delay_s, physics ? 50 : 35, &p);
	s.curve = curve;
	/* The highest demand comes first: the filter goes by what it has seen. */
	for (i = 0; i < PLANT_BIDS; i++)
		demand[i] = s.load.cpus[i] *= 2;
	ambient_c = s.plant.ambient_c;
	plant_settle(&s.plant, s.load.max_w * 0.3);
	s.late_from_s = 60;
	while (s.time_s < 1200) {
		if (s.time_s >= next_s) {
			double factor = test_random_below(3) ? uniform(0, 1) : 0;

			for (i = 0; i < PLANT_BIDS; i++)
				s.load.cpus[i] = demand[i] * factor;
			s.plant.ambient_c = ambient_c + uniform(-5, 5);
			next_s = s.time_s + uniform(5, 60);
		}
		scene_step(&s, STEP_S);
	}
	print(&s, what);
	CHECK(s.max_c < 85, "%s, delay %g: %g °C", what, delay_s, s.max_c);
	scene_end(&s);
}

/* Load that comes and goes at once, up to three times the node, and air that changes by 10 K. */
static void surges_stay_below_the_limit(void)
{
	unsigned int i;

	for (i = 0; i < NR_DELAYS; i++) {
		surges(false, delays_s[i % NR_DELAYS], true, "large plant, surges");
		surges(true, delays_s[i % NR_DELAYS], true, "small plant, surges");
	}
}

/* The daemon does not run for 30 s while all of the load comes back. */
static void a_stall_is_survived(void)
{
	struct control_params p = params_of(false);
	unsigned int i, j;

	for (i = 0; i < NR_DELAYS; i++) {
		struct scene s;
		double before;

		scene_init(&s, false, delays_s[i], 35, &p);
		scene_run(&s, 600);
		before = s.out.total;
		for (j = 0; j < 30 / STEP_S; j++) {
			plant_load_step(&s.load, s.out.total, STEP_S);
			plant_step(&s.plant, s.load.power_w, STEP_S);
		}
		s.time_s += 30;
		s.late_from_s = s.time_s;
		scene_step(&s, STEP_S);
		CHECK(s.out.total < 1.5 * before && s.out.total > before / 1.5,
		      "delay %g: from %g to %g", delays_s[i], before, s.out.total);
		scene_run(&s, s.time_s + 300);
		check_quiet(&s, "stall of 30 s");
		scene_end(&s);
	}
}

/* The sensor goes away in the middle of a hot phase, and comes back. */
static void a_lost_sensor_is_survived(void)
{
	struct control_params p = params_of(false);
	struct scene s;
	double lowest = HUGE_VAL, before;

	scene_init(&s, false, 1, 35, &p);
	scene_run(&s, 600);
	before = s.out.total;
	s.sensor.cache_s = HUGE_VAL;
	s.sensor.temp_c = NAN;
	while (s.time_s < 900) {
		scene_step(&s, STEP_S);
		lowest = fmin(lowest, s.out.total);
	}
	CHECK(lowest >= before * 0.999, "without a sensor it costs %g, before %g", lowest, before);
	CHECK(s.out.total > 2 * before, "after 5 minutes without it costs %g", s.out.total);
	s.sensor.cache_s = 1;
	s.late_from_s = 1500;
	scene_run(&s, 1800);
	check_quiet(&s, "sensor back");
	scene_end(&s);
}

const struct test_suite control_loop_suite = {
	.name = "control_loop",
	.cases = (const struct test_case[]) {
		{ "it_settles_below_the_limit", it_settles_below_the_limit },
		{ "it_settles_without_a_power_meter", it_settles_without_a_power_meter },
		{ "it_settles_with_another_plant", it_settles_with_another_plant },
		{ "it_finds_out_how_late_it_is", it_finds_out_how_late_it_is },
		{ "surges_stay_below_the_limit", surges_stay_below_the_limit },
		{ "a_stall_is_survived", a_stall_is_survived },
		{ "a_lost_sensor_is_survived", a_lost_sensor_is_survived },
		{ }
	},
};
