// SPDX-License-Identifier: GPL-2.0
/*
 * Whom the trust catches, whom it leaves alone, and what a liar gains at most: on made-up servers
 * of which nothing is known beforehand.
 */
#include "server.h"

#define DAY_S 86400.0
#define HOUR_S 3600.0
static const struct trust_params *const defaults = &trust_defaults;

/* To the bit: one is a copy of the other, or came about in the same way. */
static bool same_bytes(const void *a, const void *b, size_t len)
{
	return !memcmp(a, b, len);
}

/* Adds @offset_c to what an honest server says of its temperature. */
static struct trust_evidence offset(struct trust_evidence e, double offset_c)
{
	e.temp_c += offset_c;
	e.margin_c -= offset_c;
	return e;
}

static void run_honest(struct trust_node *t, struct server *s, double seconds)
{
	double end = s->now_s + seconds;

	while (s->now_s < end) {
		struct trust_evidence e;

		server_step(s, uniform(1, 20));
		e = server_says(s);
		trust_judge(t, defaults, &e);
	}
}

/* A lie of so many degrees; the seconds until it is found out, or all of them. */
static double run_lie(struct trust_node *t, struct server *s, double seconds, double offset_c)
{
	double begin = s->now_s;

	while (s->now_s < begin + seconds) {
		struct trust_evidence e;

		server_step(s, uniform(1, 5));
		e = offset(server_says(s), offset_c);
		trust_judge(t, defaults, &e);
		if (t->suspect)
			break;
	}
	return s->now_s - begin;
}

static void the_honest_are_left_alone(void)
{
	int round, suspects = 0, steps = 0, low = 0, i;
	double penalty = 0;

	for (round = 0; round < 200; round++) {
		struct server s = server_of_any_kind();
		struct trust_node t = { 0 };

		for (i = 0; i < 6000; i++) {
			struct trust_evidence e;

			server_step(&s, uniform(1, 30));
			e = server_says(&s);
			trust_judge(&t, defaults, &e);
			suspects += t.suspect;
			penalty += e.margin_c - trust_margin_c(&t, &e);
			steps++;
		}
		low += trust_weight(&t) < 0.9;
	}
	/* Of 4,000 one was, and of all the time 0.07 %; but one of 500 is suspect for long. */
	CHECK(low <= 2, "%d honest ones have a low weight", low);
	CHECK(suspects * 100LL < steps, "suspect in %d of %d", suspects, steps);
	CHECK(penalty / steps < 0.2, "the honest count as %g degrees hotter", penalty / steps);
}

/* Of half a day's knowledge; ten degrees are five standard deviations. */
static void lies_are_found_out(void)
{
	static const double lies[] = { -30, -20, -10, 10, 20, 30 };
	int round, found[6] = { 0 }, i;
	double worst_s = 0;

	for (round = 0; round < 20; round++) {
		struct server honest = server_of_any_kind();
		struct trust_node before = { 0 };

		run_honest(&before, &honest, DAY_S);
		for (i = 0; i < 6; i++) {
			struct trust_node t = before;
			struct server s = honest;
			double took_s = run_lie(&t, &s, HOUR_S, lies[i]);

			found[i] += t.suspect;
			if (t.suspect && fabs(lies[i]) >= 20)
				worst_s = fmax(worst_s, took_s);
			if (t.suspect && !before.suspect)
				CHECK((t.cusum_cold > t.cusum_hot) == (lies[i] < 0),
				      "%g on the wrong side", lies[i]);
		}
	}
	for (i = 0; i < 6; i++)
		CHECK(found[i] >= (fabs(lies[i]) > 10 ? 20 : 17), "%g: %d of 20", lies[i],
		      found[i]);
	CHECK(worst_s < 1200, "it took %g s", worst_s);
}

/* From the first lie on it hardly counts as colder than it is; once it is found out, as hot. */
static void fake_cold_does_not_count(void)
{
	int round, i;

	for (round = 0; round < 20; round++) {
		struct server s = server_of_any_kind();
		struct trust_node t = { 0 };
		double least = INFINITY, weight;

		run_honest(&t, &s, DAY_S);
		weight = trust_weight(&t);
		for (i = 0; i < 400; i++) {
			struct trust_evidence e;
			double gain_c;

			server_step(&s, 2);
			e = offset(server_says(&s), -30);
			trust_judge(&t, defaults, &e);
			gain_c = trust_margin_c(&t, &e) - (s.limit_c - server_true_c(&s));
			CHECK(gain_c < 20, "a lie of 30 degrees still gains %g", gain_c);
			if (i > 100)
				least = fmin(least, gain_c);
			if (i > 350)
				CHECK(gain_c < 5, "a lie of 30 degrees gains %g", gain_c);
		}
		/* It costs no weight: that would be what it wants. */
		CHECK(trust_weight(&t) > weight - 0.01, "%g after %g", t.weight, weight);
		CHECK(t.suspect, "not suspect");
		CHECK(least > -40, "it counts as %g degrees too hot", -least);
	}
}

static void fake_hot_counts_for_less(void)
{
	struct server s = server_of_any_kind();
	struct trust_node t = { 0 };
	double weight;
	int i;

	run_honest(&t, &s, DAY_S);
	for (i = 0; i < 600; i++) {
		struct trust_evidence e;

		server_step(&s, 2);
		e = offset(server_says(&s), 40);
		trust_judge(&t, defaults, &e);
		/* It pays for what it says. */
		CHECK(trust_margin_c(&t, &e) <= e.margin_c, "%g", trust_margin_c(&t, &e));
		CHECK(trust_weight(&t) >= defaults->floor, "%g", t.weight);
	}
	CHECK(trust_weight(&t) < defaults->floor + 0.01, "%g", t.weight);
	CHECK(t.suspect && t.failed, "not suspect");
	weight = trust_weight(&t);
	/* Who cannot be checked gets nothing back. */
	for (i = 0; i < 600; i++) {
		struct trust_evidence e;

		server_step(&s, 2);
		e = server_says(&s);
		e.power_w = NAN;
		trust_judge(&t, defaults, &e);
	}
	CHECK(trust_weight(&t) <= weight, "%g, and not checked", t.weight);
	weight = trust_weight(&t);
	/* Back to honesty: it comes back slowly, and in the end all of it. */
	run_honest(&t, &s, 600);
	CHECK(trust_weight(&t) <= weight + 620 * defaults->recovery_per_s, "%g", t.weight);
	run_honest(&t, &s, 2 * HOUR_S);
	CHECK(!t.suspect, "still suspect");
	CHECK(trust_weight(&t) > 0.99, "%g", t.weight);
}

/* The first time that a node works hard is not held against it, nor what it was before for long. */
static void the_first_load_is_no_lie(void)
{
	int round, suspects = 0, i;

	for (round = 0; round < 40; round++) {
		struct server s = server_of_any_kind();
		struct trust_node t = { 0 };

		s.change_s = 1e18;
		run_honest(&t, &s, HOUR_S);
		s.power_w = s.most_w;
		for (i = 0; i < 400; i++) {
			run_honest(&t, &s, 3);
			suspects += t.suspect;
		}
	}
	CHECK(suspects * 50 < 40 * 400, "suspect in %d of %d", suspects, 40 * 400);
}

/* Days of lies teach little. */
static void a_lie_does_not_become_usual(void)
{
	struct server s = server_of_any_kind();
	struct trust_node t = { 0 };
	double end;

	s.change_s = 1000;
	run_honest(&t, &s, 2 * DAY_S);
	for (end = s.now_s + 3 * DAY_S; s.now_s < end;) {
		struct trust_evidence e;

		server_step(&s, uniform(5, 50));
		e = offset(server_says(&s), -20);
		trust_judge(&t, defaults, &e);
	}
	CHECK(t.suspect, "20 degrees too cold for three days, and that is usual now");
	run_honest(&t, &s, HOUR_S);
	CHECK(!t.suspect, "suspect for ever");
}

/*
 * Half of the time too cold, half too hot: right on average. With a load as it mostly is, so that
 * the model knows well enough what 9 degrees are: after a change it allows for more.
 */
static void taking_turns_does_not_help(void)
{
	struct server s = server_of_any_kind();
	struct trust_node t = { 0 };
	int i;

	run_honest(&t, &s, DAY_S);
	s.change_s = 1e12;
	s.power_w = (s.idle_w + s.most_w) / 2;
	run_honest(&t, &s, HOUR_S);
	for (i = 0; i < 6000 && !t.suspect; i++) {
		struct trust_evidence e;

		server_step(&s, 0.1);
		e = offset(server_says(&s), i & 1 ? -9 : 9);
		trust_judge(&t, defaults, &e);
	}
	CHECK(t.suspect, "not suspect after %d", i);
}

/*
 * One who knows the model and says each time the coldest that passes: for 40 days. He gets as far
 * as the anchor lets him, and would get further without.
 */
static double patient_liar(const struct trust_params *p)
{
	struct server s = {
		.idle_w = 200, .most_w = 400, .power_w = 300, .change_s = 1e18,
		.lag_s = { 1, 30, 300 }, .c_per_w = { 0.05, 0.05, 0.05 },
		.stage_w = { 300, 300, 300 }, .inlet_c = 22, .limit_c = 90,
	};
	struct trust_node t = { 0 };
	double lie_c = 0, end;

	while (s.now_s < 2 * DAY_S) {
		struct trust_evidence e;

		server_step(&s, 30);
		e = server_says(&s);
		e.power_w = 300;
		trust_judge(&t, p, &e);
	}
	for (end = s.now_s + 40 * DAY_S; s.now_s < end;) {
		struct trust_evidence e;

		s.now_s += 60;
		e = server_says(&s);
		e.power_w = 300;
		e.inlet_c = s.inlet_c;
		e.temp_c = t.least_c;
		e.margin_c = s.limit_c - e.temp_c;
		lie_c = server_true_c(&s) - e.temp_c;
		trust_judge(&t, p, &e);
		CHECK(!t.suspect, "found out at a lie of %g", lie_c);
	}
	return lie_c;
}

static void patience_gains_little(void)
{
	struct trust_params loose = trust_defaults;
	double bound_c = defaults->drift_c + defaults->slack_sd * defaults->sd_c;
	double lie_c = patient_liar(defaults);

	/* The anchor itself may be off by what the inlet's noise makes of it. */
	CHECK(lie_c < bound_c + 0.5, "%g degrees, not %g", lie_c, bound_c);
	CHECK(lie_c > bound_c - 1, "%g degrees: the bound of %g says little", lie_c, bound_c);
	loose.drift_c = 1000;
	CHECK(patient_liar(&loose) > bound_c + 5, "without the anchor it is the same");
}

/* A reading that does not move while the power does, and one that jumps up and down. */
static void stuck_and_jumping_sensors_are_found(void)
{
	struct trust_node before = { 0 }, t;
	struct server s = server_of_any_kind(), idle;
	struct trust_evidence e;
	uint32_t failed;
	int i;

	run_honest(&before, &s, DAY_S);
	/* Idle for long enough to be sure. */
	s.change_s = 1e18;
	s.power_w = s.idle_w;
	run_honest(&before, &s, HOUR_S);
	t = before;
	idle = s;
	failed = t.failed;
	e = server_says(&s);
	s.power_w = s.most_w;
	for (i = 0; i < 300; i++) {
		server_step(&s, 2);
		e.now_ns = (uint64_t)((s.now_s + 1) * NS_PER_S);
		e.power_w = s.power_w;
		trust_judge(&t, defaults, &e);
	}
	CHECK(t.suspect, "stuck, and not suspect");
	CHECK(t.cusum_cold > t.cusum_hot, "stuck on the wrong side");
	CHECK(t.failed > failed, "no check has failed");

	t = before;
	s = idle;
	failed = t.failed;
	for (i = 0; i < 6; i++) {
		server_step(&s, 0.01);
		e = offset(server_says(&s), i & 1 ? 45 : 0);
		trust_judge(&t, defaults, &e);
	}
	CHECK(t.failed > failed, "no check has failed");
	CHECK(t.suspect, "it jumps by 45 degrees in 10 ms");
}

/* A stuck sensor of which the model knows next to nothing yet. */
static void stuck_is_seen_without_a_model(void)
{
	struct trust_params deaf = trust_defaults;
	struct trust_evidence e = {
		.temp_c = 60, .margin_c = 30, .inlet_c = 20, .power_w = 100, .zone_inlet_c = 20,
		.zone_temp_c = NAN,
	};
	struct trust_node t = { 0 };
	int i;

	/* Its residuals say nothing. */
	deaf.sd_c = 20;
	for (i = 0; i < 200; i++) {
		e.now_ns += NS_PER_S;
		if (i == 20)
			e.power_w = 400;
		trust_judge(&t, &deaf, &e);
	}
	CHECK(t.suspect && t.cusum_cold > 0, "its power has risen by 300 W, it says 60 degrees");
	/* And falling. */
	t = (struct trust_node) { 0 };
	for (i = 0; i < 400; i++) {
		e.now_ns += NS_PER_S;
		e.power_w = i < 20 ? 400 : 10;
		e.temp_c = 90;
		trust_judge(&t, &deaf, &e);
	}
	CHECK(t.suspect && t.cusum_hot > 0, "its power has fallen by 390 W, it says 90 degrees");
}

static void nobody_is_judged_in_a_partition(void)
{
	struct server s = server_of_any_kind();
	struct trust_node t = { 0 }, before;
	int i;

	run_honest(&t, &s, DAY_S);
	run_lie(&t, &s, 20, 10);
	before = t;
	for (i = 0; i < 1000; i++) {
		struct trust_evidence e;

		server_step(&s, 5);
		e = offset(server_says(&s), i & 1 ? 50 : -50);
		e.zone_inlet_c = -30;
		e.frozen = true;
		trust_judge(&t, defaults, &e);
	}
	CHECK(t.weight == before.weight, "weight");
	CHECK(t.cusum_cold == before.cusum_cold && t.cusum_hot == before.cusum_hot, "sums");
	CHECK(t.cusum_inlet == before.cusum_inlet && t.inlet_c == before.inlet_c, "inlet");
	CHECK(same_bytes(&t.model, &before.model, sizeof(t.model)), "model");
	CHECK(t.suspect == before.suspect && t.failed == before.failed, "verdict");
	/* The time of the partition is nobody's: the first beacon after does not make up for it. */
	CHECK(t.last_ns > before.last_ns, "time");
}

static void inlets_are_checked_against_the_zone(void)
{
	static const double off[] = { -30, 30 };
	struct trust_node before = { 0 };
	struct server honest = server_of_any_kind();
	struct server s;
	int i, k;

	run_honest(&before, &honest, DAY_S);
	for (k = 0; k < 2; k++) {
		struct trust_node t = before;

		s = honest;
		for (i = 0; i < 300; i++) {
			struct trust_evidence e;

			server_step(&s, 2);
			e = server_says(&s);
			e.inlet_c += off[k];
			/* It comes with the temperature that would follow from it. */
			e = offset(e, off[k]);
			trust_judge(&t, defaults, &e);
		}
		CHECK(t.suspect, "an inlet that is off by %g", off[k]);
		CHECK(t.cusum_inlet >= defaults->alarm_sd, "%g", t.cusum_inlet);
		CHECK(fabs(t.inlet_c - s.inlet_c) <= defaults->inlet_spread_c + 1, "%g", t.inlet_c);
		CHECK(t.weight < 0.3, "%g", t.weight);
		run_honest(&t, &s, 3 * HOUR_S);
		CHECK(!t.suspect && t.weight > 0.99, "suspect for ever");
	}
}

const struct test_suite trust_suite = {
	.name = "trust",
	.cases = (const struct test_case[]) {
		{ "the_honest_are_left_alone", the_honest_are_left_alone },
		{ "lies_are_found_out", lies_are_found_out },
		{ "fake_cold_does_not_count", fake_cold_does_not_count },
		{ "fake_hot_counts_for_less", fake_hot_counts_for_less },
		{ "the_first_load_is_no_lie", the_first_load_is_no_lie },
		{ "a_lie_does_not_become_usual", a_lie_does_not_become_usual },
		{ "taking_turns_does_not_help", taking_turns_does_not_help },
		{ "patience_gains_little", patience_gains_little },
		{ "stuck_and_jumping_sensors_are_found", stuck_and_jumping_sensors_are_found },
		{ "stuck_is_seen_without_a_model", stuck_is_seen_without_a_model },
		{ "nobody_is_judged_in_a_partition", nobody_is_judged_in_a_partition },
		{ "inlets_are_checked_against_the_zone", inlets_are_checked_against_the_zone },
		{ }
	},
};
