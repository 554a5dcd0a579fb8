// SPDX-License-Identifier: GPL-2.0
/*
 * The safety filter by itself: die, sink and a power that follows its cap, with a demand that jumps
 * at random and air that does as well. Without the filter the limit is passed by far, with it not;
 * also with a plant that is not the one in the model, as far as Documentation/gossip-control.md
 * says.
 */
#include <math.h>
#include <stdlib.h>

#include "barrier.h"
#include "chance.h"
#include "harness.h"

#define STEP_S 0.1
#define LIMIT_C 85.0
#define MAX_W 700.0

/* What is done to the plant or its sensor that the model does not know. */
struct error {
	double resistance;
	double capacity;
	double noise_c;
	double delay_s;
	double margin_c;
};

enum kind { FILTER, NO_FILTER, NO_POWER };

struct figures {
	double max_c;
	double mean_w;
};

static const struct barrier_model exact = {
	.resistance_c_per_w = 0.1, .time_constant_s = 1, .lag_s = 1, .alpha1_per_s = 1,
	.alpha2_per_s = 3.5, .observer_s = 0.5, .step_s = STEP_S,
};

/* Die of 10 J/K and 0.1 K/W on a sink of 300 J/K and 0.12 K/W to air of 25 to 45 °C. */
static struct figures run(const struct error *e, enum kind which, double seconds)
{
	double die_c = 45, sink_c = 45, air_c = 35, demand_w = 300, power_w = 100, cap_w;
	double caps[128] = { 0 }, r = 0.1 * e->resistance, c = 10 * e->capacity;
	unsigned int at = 0, back = (unsigned int)(e->delay_s / STEP_S + 0.5), i;
	int steps = (int)(seconds / STEP_S), step;
	struct figures f = { .max_c = die_c };
	struct barrier_model m = exact;
	struct barrier b = { 0 };

	m.margin_c = e->margin_c;
	for (i = 0; i < 128; i++)
		caps[i] = HUGE_VAL;
	for (step = 0; step < steps; step++) {
		struct barrier_input in = {
			.dt_s = STEP_S, .temp_c = die_c + e->noise_c * normal(), .limit_c = LIMIT_C,
			.power_w = which == NO_POWER ? NAN : power_w, .power_max_w = MAX_W,
			.delay_s = e->delay_s,
		};

		if (!test_random_below(100))
			demand_w = uniform(50, MAX_W);
		if (!test_random_below(300))
			air_c = uniform(25, 45);
		cap_w = which == NO_FILTER ? HUGE_VAL : barrier_step(&b, &m, &in);
		CHECK(cap_w >= 0 && !isnan(cap_w), "a cap of %g W", cap_w);
		if (which != NO_FILTER)
			barrier_obeyed(&b, cap_w);
		at = (at + 1) % 128;
		caps[at] = cap_w;
		cap_w = caps[(at + 128 - back) % 128];
		/* The power follows its cap with a lag of 1 s. */
		for (i = 0; i < 10; i++) {
			die_c += STEP_S / 10 * (power_w - (die_c - sink_c) / r) / c;
			sink_c += STEP_S / 10 / 300 *
				  ((die_c - sink_c) / r - (sink_c - air_c) / 0.12);
			power_w += (fmin(demand_w, cap_w) - power_w) * (1 - exp(-STEP_S / 10));
		}
		f.max_c = fmax(f.max_c, die_c);
		f.mean_w += power_w * STEP_S / seconds;
	}
	return f;
}

static struct figures worst(const struct error *e, enum kind which, int runs, const char *what)
{
	struct figures all = { 0 };
	int i;

	for (i = 0; i < runs; i++) {
		struct figures f = run(e, which, 300);

		all.max_c = fmax(all.max_c, f.max_c);
		all.mean_w += f.mean_w / runs;
	}
	if (getenv("V"))
		printf("    # %-34s max %7.3f °C, mean %5.1f W\n", what, all.max_c, all.mean_w);
	return all;
}

#define WORST(kind, runs, what, ...) worst(&(struct error) { __VA_ARGS__ }, kind, runs, what)

static void without_it_the_limit_is_passed(void)
{
	struct figures f = WORST(NO_FILTER, 20, "no filter", 1, 1, 0, 0, 0);

	CHECK(f.max_c > LIMIT_C + 30, "the scene is too easy: %g °C", f.max_c);
}

static void with_it_the_limit_is_kept(void)
{
	struct figures f;

	/* The sink warms by up to 2 K/s, which the observer only sees a while later. */
	f = WORST(FILTER, 20, "filter, no margin", 1, 1, 0, 0, 0);
	CHECK(f.max_c < LIMIT_C + 2, "%g °C", f.max_c);
	f = WORST(FILTER, 20, "margin 2 K", 1, 1, 0, 0, 2);
	CHECK(f.max_c < LIMIT_C, "%g °C", f.max_c);
	/* It takes no more than it has to: the plant is used up to the margin. */
	CHECK(f.max_c > LIMIT_C - 2, "it stays away from the limit: %g °C", f.max_c);
	CHECK(f.mean_w > 150, "it lets only %g W pass", f.mean_w);
	f = WORST(FILTER, 20, "noise of 0.5 K, margin 2 K", 1, 1, 0.5, 0, 2);
	CHECK(f.max_c < LIMIT_C, "%g °C with noise", f.max_c);
	f = WORST(NO_POWER, 20, "power not known, margin 2 K", 1, 1, 0, 0, 2);
	/* Nothing is claimed then, but it is better than nothing. */
	CHECK(f.max_c < LIMIT_C + 25, "%g °C without power", f.max_c);
}

/* Highest temperature with a load that takes @beyond_w more than it may; @known_w is counted on. */
static double disobeyed(double beyond_w, double known_w)
{
	double die_c = 60, power_w = 300, cap_w, max_c = 0;
	struct barrier_model m = exact;
	struct barrier b = { 0 };
	int i;

	m.margin_c = 2;
	m.beyond_max_w = known_w;
	for (i = 0; i < 600; i++) {
		struct barrier_input in = {
			.dt_s = STEP_S, .temp_c = die_c, .limit_c = LIMIT_C, .power_w = power_w,
			.power_max_w = MAX_W, .delay_s = STEP_S,
		};

		cap_w = barrier_step(&b, &m, &in);
		barrier_obeyed(&b, cap_w);
		cap_w = fmin(cap_w + beyond_w, MAX_W);
		power_w += (cap_w - power_w) * (1 - exp(-STEP_S));
		die_c += STEP_S * (power_w * 0.1 - (die_c - 30));
		max_c = fmax(max_c, die_c);
	}
	return max_c;
}

static void what_is_not_obeyed_is_made_up_for(void)
{
	double obeyed_c = disobeyed(0, 100), known_c = disobeyed(60, 100);
	double blind_c = disobeyed(60, 0);

	CHECK(obeyed_c < LIMIT_C && obeyed_c > LIMIT_C - 4, "%g °C when obeyed", obeyed_c);
	CHECK(known_c < LIMIT_C, "%g °C when passed by 60 W", known_c);
	CHECK(blind_c > known_c + 1, "the scene is too easy: %g °C, %g °C", blind_c, known_c);
}

/* The resistance is over-estimated, as it has to be; all else is wrong either way. */
static void a_wrong_model_is_survived(void)
{
	static const double delays_s[] = { 0, 0.1, 0.5, 1, 2 };
	unsigned int i;

	for (i = 0; i < sizeof(delays_s) / sizeof(delays_s[0]); i++) {
		double r = uniform(0.65, 1), c = uniform(0.77, 1.3), delay_s = delays_s[i];
		struct figures f;
		char what[64];

		snprintf(what, sizeof(what), "R x %.2f, C x %.2f, delay %.1f s", r, c, delay_s);
		/* In the meantime the sink warms: 2.3 K/s at most, and the longer the delay. */
		f = WORST(FILTER, 10, what, r, c, 0.3, delay_s, 3 + 2 * fmax(delay_s - 0.5, 0));
		CHECK(f.max_c < LIMIT_C, "%s: %g °C", what, f.max_c);
	}
}

/* How far it goes wrong beyond what is claimed: not all at once. */
static void beyond_the_claim_it_degrades_slowly(void)
{
	struct figures f;

	f = WORST(FILTER, 20, "model's R x 0.8, no margin", 1 / 0.8, 1, 0, 0, 0);
	CHECK(f.max_c < LIMIT_C + 5, "%g °C", f.max_c);
	f = WORST(FILTER, 20, "model's R x 0.6, no margin", 1 / 0.6, 1, 0, 0, 0);
	CHECK(f.max_c < LIMIT_C + 10, "%g °C", f.max_c);
	f = WORST(FILTER, 20, "model's R x 0.8, C x 0.7, no margin", 1 / 0.8, 1 / 0.7, 0, 0, 0);
	CHECK(f.max_c < LIMIT_C + 10, "%g °C", f.max_c);
}

static void gaps_begin_anew(void)
{
	struct barrier_input in = {
		.dt_s = STEP_S, .temp_c = NAN, .limit_c = LIMIT_C, .power_w = 100,
		.power_max_w = MAX_W, .delay_s = 1,
	};
	struct barrier b = { 0 };
	double cap_w;
	int i;

	CHECK(isinf(barrier_step(&b, &exact, &in)), "a cap without a temperature");
	in.temp_c = 84;
	for (i = 0; i < 50; i++)
		barrier_obeyed(&b, barrier_step(&b, &exact, &in));
	cap_w = barrier_step(&b, &exact, &in);
	CHECK(cap_w < MAX_W, "no cap a degree below the limit");
	/* Without a reading it goes on by the model; after a long gap too, with what it knows. */
	in.temp_c = NAN;
	CHECK(barrier_step(&b, &exact, &in) < MAX_W, "no cap without a reading");
	in.dt_s = 60;
	in.temp_c = 40;
	barrier_step(&b, &exact, &in);
	CHECK(fabs(b.temp_c - 40) < 0.001 && b.drift_c_per_s == 0, "it goes on from %g °C",
	      b.temp_c);
}

/* The temperature that is taken after 5 s at a power, the reading of 60 °C and 300 W gone. */
static double without_reading_c(double power_w, double *cap_w)
{
	struct barrier b = { 0 };
	struct barrier_input in = {
		.dt_s = STEP_S, .temp_c = 60, .limit_c = LIMIT_C, .power_w = 300,
		.power_max_w = MAX_W,
	};
	int i;

	for (i = 0; i < 300; i++)
		barrier_obeyed(&b, barrier_step(&b, &exact, &in));
	in.temp_c = NAN;
	in.power_w = power_w;
	for (i = 0; i < 50; i++) {
		*cap_w = barrier_step(&b, &exact, &in);
		barrier_obeyed(&b, *cap_w);
	}
	return b.temp_c;
}

/* What is lost stays what it was, and gets hotter by the model alone. */
static void a_lost_reading_only_gets_hotter(void)
{
	double warm_w, cap_w, temp_c;

	temp_c = without_reading_c(300, &warm_w);
	CHECK(fabs(temp_c - 60) < 0.1, "at the same power it goes from 60 to %g °C", temp_c);
	/* By 0.1 K/W to 90 °C, with a time constant of a second. */
	temp_c = without_reading_c(600, &cap_w);
	CHECK(temp_c > 89 && temp_c < 91, "with 300 W more it goes from 60 to %g °C", temp_c);
	CHECK(cap_w < 550, "at %g °C it lets %g W pass", temp_c, cap_w);
	temp_c = without_reading_c(0, &cap_w);
	CHECK(temp_c > 59.5, "without power it goes from 60 to %g °C", temp_c);
	CHECK(cap_w <= warm_w, "for that it lets %g W pass, not %g", cap_w, warm_w);
}

/* However far the sink has come from where it was at the start, the cap is the right one. */
static void a_sink_that_warms_is_followed(void)
{
	struct barrier b = { 0 };
	struct barrier_input in = {
		.dt_s = STEP_S, .temp_c = 20, .limit_c = LIMIT_C, .power_w = 200,
		.power_max_w = 220,
	};
	double cap_w = HUGE_VAL;

	/* By 0.05 K a second: in the end 64 K, of which all of the power would make 21. */
	while (in.temp_c < 84.9) {
		cap_w = barrier_step(&b, &exact, &in);
		barrier_obeyed(&b, cap_w);
		in.temp_c += 0.05 * STEP_S;
	}
	/* At 0.1 K/W there is room for another 10 W. */
	CHECK(cap_w < 220 && cap_w > 160, "near the limit at 200 W: %g W", cap_w);
}

/* What is hotter, or may be, never gets more power; what is on its way counts. */
static void hotter_gets_less(void)
{
	int i, j;

	for (i = 0; i < 300; i++) {
		double delay_s = uniform(0, 12), temp_c = uniform(40, 95);
		double power_w = uniform(0, MAX_W), last_w = HUGE_VAL;

		for (j = 0; j < 4; j++) {
			struct barrier_input in = {
				.dt_s = STEP_S, .temp_c = temp_c + j, .limit_c = LIMIT_C,
				.excess_c = j > 2 ? 3 : 0, .power_w = power_w,
				.power_max_w = MAX_W, .delay_s = delay_s,
			};
			struct barrier b = { 0 };
			double cap_w = barrier_step(&b, &exact, &in);

			CHECK(cap_w <= last_w, "%g °C gets %g W, a degree less %g W", in.temp_c,
			      cap_w, last_w);
			last_w = cap_w;
		}
	}
}

const struct test_suite barrier_suite = {
	.name = "barrier",
	.cases = (const struct test_case[]) {
		{ "without_it_the_limit_is_passed", without_it_the_limit_is_passed },
		{ "with_it_the_limit_is_kept", with_it_the_limit_is_kept },
		{ "what_is_not_obeyed_is_made_up_for", what_is_not_obeyed_is_made_up_for },
		{ "a_wrong_model_is_survived", a_wrong_model_is_survived },
		{ "beyond_the_claim_it_degrades_slowly", beyond_the_claim_it_degrades_slowly },
		{ "gaps_begin_anew", gaps_begin_anew },
		{ "a_lost_reading_only_gets_hotter", a_lost_reading_only_gets_hotter },
		{ "a_sink_that_warms_is_followed", a_sink_that_warms_is_followed },
		{ "hotter_gets_less", hotter_gets_less },
		{ }
	},
};
