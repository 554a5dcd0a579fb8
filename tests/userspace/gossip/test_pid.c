// SPDX-License-Identifier: GPL-2.0
/*
 * The controller's parts: smoothing that does not depend on the length of a step, the critical gain
 * against the mathematical library, PI without wind-up.
 */
#include <math.h>

#include "chance.h"
#include "harness.h"
#include "pid.h"
#include "smooth.h"
#include "stability.h"

#define SECOND 1000000000ULL

static void functions_are_the_librarys(void)
{
	double x;
	int i;

	for (i = 0; i < 3000; i++) {
		x = i / 100.0;
		CHECK(fabs(smooth_decay(x) / exp(-x) - 1) < (x < 10 ? 0.00001 : 0.003),
		      "e^-%g is %g", x, smooth_decay(x));
	}
	CHECK(smooth_decay(-1) == 1 && smooth_decay(NAN) == 1, "growth");
	CHECK(smooth_decay(1e300) >= 0 && smooth_decay(1e300) < (1 / 1e9), "never gone");
	for (i = 0; i < 1400; i++) {
		x = pow(1.01, i);
		CHECK(fabs(smooth_log(x) - log(x)) < 0.000001, "ln %g is %g", x, smooth_log(x));
	}
	for (i = 0; i < 30000; i++) {
		x = i / 300.0;
		CHECK(fabs(stability_atan(x) - atan(x)) < 0.0002, "atan %g is %g", x,
		      stability_atan(x));
	}
}

/* The phase crossover with the library's functions. */
static double critical_gain(double delay_s, const double *lag)
{
	double lo = 0, hi = 1e5, w;
	int i;

	for (i = 0; i < 200; i++) {
		w = (lo + hi) / 2;
		if (w * delay_s + atan(w * lag[0]) + atan(w * lag[1]) + atan(w * lag[2]) < acos(-1))
			lo = w;
		else
			hi = w;
	}
	return hypot(1, lo * lag[0]) * hypot(1, lo * lag[1]) * hypot(1, lo * lag[2]);
}

static void the_critical_gain_is_right(void)
{
	/* Seconds of delay and lags, and the gain as it is known from elsewhere, to two digits. */
	static const double known[][5] = {
		{ 0.02, 1, 0, 0, 79 }, { 0.1, 1, 0, 0, 16.4 }, { 1, 1, 0, 0, 2.26 },
		{ 5, 1, 0, 0, 1.13 }, { 10, 1, 0, 0, 1.04 }, { 1, 1, 1, 0, 2.71 },
		{ 1, 1, 30, 0, 35 }, { 2, 1, 30, 0, 19 }, { 10, 1, 30, 0, 5 },
		{ 1, 5, 1, 0, 7.1 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		double gain = stability_critical_gain(known[i][0], known[i][1], known[i][2],
						      known[i][3]);

		CHECK(fabs(gain / known[i][4] - 1) < 0.02, "%g s: %g, not %g", known[i][0], gain,
		      known[i][4]);
	}
	for (i = 0; i < 500; i++) {
		double delay_s = uniform(0.01, 30);
		const double lag[] = {
			uniform(0.01, 30), uniform(0, 600), test_random_below(2) ? 1 : 0,
		};
		double gain = stability_critical_gain(delay_s, lag[0], lag[1], lag[2]);

		CHECK(fabs(gain / critical_gain(delay_s, lag) - 1) < 0.01, "%g, not %g", gain,
		      critical_gain(delay_s, lag));
	}
	CHECK(stability_critical_gain(0, 1, 0, 0) > 1e4, "a lag alone oscillates");
	CHECK(stability_critical_gain(NAN, NAN, NAN, NAN) >= 1, "no number");
}

static void the_length_of_a_step_does_not_matter(void)
{
	struct smooth_trend whole = { 0 }, parts = { 0 };
	double value = 20, t = 0, dt_s;
	int i;

	/* A step of the input: after a second 63 %, however it is cut. */
	while (t < 1) {
		dt_s = fmin(uniform(0.001, 0.1), 1 - t);
		t += dt_s;
		value = smooth_towards(value, 30, dt_s, 1);
	}
	CHECK(fabs(value - (30 - 10 * exp(-1))) < 0.000001, "%g", value);
	/* Noise of the sensor at 100 Hz is damped: alpha of 0.3 would leave 40 % of it. */
	smooth_trend_step(&whole, 50, 0.01, 1, 2);
	for (i = 0; i < 10000; i++) {
		smooth_trend_step(&whole, 50 + (i & 1 ? 1 : -1), 0.01, 1, 2);
		CHECK(fabs(whole.value - 50) < 0.02, "noise gets through: %g", whole.value);
		CHECK(fabs(whole.slope) < 0.05, "noise is a trend of %g", whole.slope);
	}
	/* A ramp is a trend of its slope. */
	for (i = 0; i < 3000; i++)
		smooth_trend_step(&parts, 0.5 * i * 0.01, 0.01, 1, 2);
	CHECK(fabs(parts.slope - 0.5) < 0.01, "a ramp of 0.5 is one of %g", parts.slope);
	value = parts.value;
	smooth_trend_step(&parts, 1000, 0, 1, 2);
	CHECK(parts.value == value, "something happens in no time");
	CHECK(smooth_share(1, 0) == 1 && smooth_share(0, 1) == 0, "the ends of a low-pass");
	CHECK(smooth_slew(1, 9, 2, 3) == 3 && smooth_slew(9, 1, 2, 3) == 6 &&
	      smooth_slew(5, 6, 2, 3) == 6, "slew");
}

static void hunting_is_seen(void)
{
	struct smooth_swing s = { 0 };
	uint64_t now_ns = 0;
	int i;

	for (i = 0; i < 600; i++)
		smooth_swing_add(&s, now_ns += SECOND / 10, 1 + i * 0.1, 0.05);
	CHECK(smooth_swing_share(&s) == 0, "a climb is hunting: %g", smooth_swing_share(&s));
	for (i = 0; i < 600; i++)
		smooth_swing_add(&s, now_ns += SECOND / 10, 1 + (i / 10 & 1), 0.05);
	CHECK(smooth_swing_share(&s) > 0.95, "back and forth: %g", smooth_swing_share(&s));
	smooth_swing_add(&s, 0, 1.5, 0.05);
	CHECK(smooth_swing_share(&s) > 0.9, "a clock that goes back wipes it out");
	for (i = 0; i < 700; i++)
		smooth_swing_add(&s, now_ns += SECOND / 10, 1.5 + (i & 1) * 0.01, 0.05);
	CHECK(smooth_swing_share(&s) == 0, "small changes count");
	for (i = 0; i < 70; i++)
		smooth_swing_add(&s, now_ns, 1 + (i & 1), 0.05);
	smooth_swing_add(&s, UINT64_MAX, 1, 0.05);
	CHECK(smooth_swing_share(&s) == 0, "it is remembered for ever");
}

static const struct pid_gains gains = {
	.gain_per_c = 0.05, .integral_s = 10, .release_ratio = 0.25, .max = 1,
};

static void it_does_not_wind_up(void)
{
	struct pid pid = { 0 };
	int i;

	for (i = 0; i < 10000; i++)
		pid_step(&pid, &gains, 10, 0.1);
	CHECK(pid.output == 1, "after a long heat %g", pid.output);
	/* As soon as it is cool, it releases. */
	pid_step(&pid, &gains, -1, 0.1);
	CHECK(pid.output < 0.5 && pid.output > 0.2, "%g", pid.output);
	for (i = 0; i < 10000; i++)
		pid_step(&pid, &gains, -10, 0.1);
	CHECK(pid.output == 0 && pid.integral == 0, "after a long cold %g", pid.output);
	pid_step(&pid, &gains, 1, 0.1);
	CHECK(pid.output >= 0.05, "wound up downwards: %g", pid.output);
}

static void it_adds_up(void)
{
	struct pid up = { 0 }, down = { .integral = 0.5 };
	int i;

	/* After the integral's time an error has done twice what it did at first. */
	for (i = 0; i < 100; i++)
		pid_step(&up, &gains, 4, 0.1);
	CHECK(fabs(up.output - 0.4) < (1 / 1e9), "%g, not 0.4", up.output);
	for (i = 0; i < 100; i++)
		pid_step(&down, &gains, -4, 0.1);
	CHECK(fabs(down.integral - 0.45) < (1 / 1e9), "released to %g", down.integral);
	/* Other gains, same output. */
	up.output = 0.3;
	pid_start(&up, &(struct pid_gains) { 0.02, 50, 0.25, 1, 0 }, 3, 0.3);
	CHECK(fabs(up.integral - 0.24) < (1 / 1e9), "a bump: %g", up.integral);
	pid_start(&up, &gains, 30, 0.3);
	CHECK(up.integral == 0, "an integral of %g", up.integral);
}

/* What was far from too hot may become warm, as quickly as it will. */
static void a_cold_start_is_not_wound_up(void)
{
	struct pid pid = { 0 };
	struct pid_gains held = gains;
	int tenths;

	pid_start(&pid, &gains, -30, 0);
	for (tenths = -300; tenths < 0; tenths += 3) {
		pid_step(&pid, &gains, tenths / 10.0, 0.1);
		CHECK(pid.output == 0, "it sheds %g at %d", pid.output, tenths / 10);
	}
	/* With some of it held it begins early, but not at once. */
	held.held = 0.3;
	pid = (struct pid) { 0 };
	pid_start(&pid, &held, -30, 0);
	for (tenths = -300; tenths < -60; tenths += 3) {
		pid_step(&pid, &held, tenths / 10.0, 0.1);
		CHECK(pid.output < (1 / 1e9), "it sheds %g at %d", pid.output, tenths / 10);
	}
	for (; tenths < 0; tenths += 3)
		pid_step(&pid, &held, tenths / 10.0, 0.1);
	CHECK(pid.output > 0.2, "it has begun with %g", pid.output);
	/* Kept ready no more: it is as if nothing had been. */
	pid_step(&pid, &gains, -1, 0.1);
	CHECK(pid.output == 0 && pid.integral == 0, "of what was held %g is left", pid.output);
	/* Other gains while nothing is shed do not take away what the integral has. */
	pid = (struct pid) { .integral = 0.2 };
	pid_start(&pid, &gains, -30, 0);
	CHECK(pid.integral == 0.2, "left is %g", pid.integral);
	pid_start(&pid, &gains, -1, 0);
	CHECK(fabs(pid.integral - 0.05) < (1 / 1e9), "a bump: %g", pid.integral);
}

static void the_dead_band_has_no_step(void)
{
	double last = pid_dead_band(-5, 2);
	int i;

	for (i = -500; i < 500; i++) {
		double error = i / 100.0, out = pid_dead_band(error, 2);

		CHECK(fabs(out - last) < 0.011, "a step at %g", error);
		CHECK(fabs(error) > 1 ? fabs(fabs(error) - fabs(out) - 1) < (1 / 1e9) : out == 0,
		      "%g is %g", error, out);
		last = out;
	}
}

const struct test_suite pid_suite = {
	.name = "pid",
	.cases = (const struct test_case[]) {
		{ "functions_are_the_librarys", functions_are_the_librarys },
		{ "the_critical_gain_is_right", the_critical_gain_is_right },
		{ "the_length_of_a_step_does_not_matter", the_length_of_a_step_does_not_matter },
		{ "hunting_is_seen", hunting_is_seen },
		{ "it_does_not_wind_up", it_does_not_wind_up },
		{ "it_adds_up", it_adds_up },
		{ "a_cold_start_is_not_wound_up", a_cold_start_is_not_wound_up },
		{ "the_dead_band_has_no_step", the_dead_band_has_no_step },
		{ }
	},
};
