// SPDX-License-Identifier: GPL-2.0
/*
 * How far the trust goes, on evidence that is made by hand: what counts of who says little, and
 * that nothing whatsoever leads it astray.
 */
#include <float.h>

#include "server.h"

static const struct trust_params *const defaults = &trust_defaults;

/* To the bit: one is a copy of the other, or came about in the same way. */
static bool same_bytes(const void *a, const void *b, size_t len)
{
	return !memcmp(a, b, len);
}

/* A plain evidence of a node in a zone where all is well. */
static struct trust_evidence plain(void)
{
	return (struct trust_evidence) {
		.now_ns = NS_PER_S, .temp_c = 50, .margin_c = 40, .inlet_c = 22, .power_w = 200,
		.zone_inlet_c = 22, .zone_temp_c = 55,
	};
}

static void who_hides_his_power_counts_as_usual(void)
{
	struct trust_evidence e = plain();
	struct trust_node t = { 0 };
	int i;

	/* From the start: nothing but the air he takes in. */
	e.power_w = NAN;
	for (i = 0; i < 100; i++, e.now_ns += NS_PER_S)
		trust_judge(&t, defaults, &e);
	CHECK(!t.suspect && !t.model.known, "no power is no crime");
	CHECK(trust_margin_c(&t, &e) == 40, "%g", trust_margin_c(&t, &e));
	e.temp_c = 10;
	e.margin_c = 80;
	CHECK(trust_margin_c(&t, &e) == 80 - 9, "%g", trust_margin_c(&t, &e));
	for (i = 0; i < 100; i++, e.now_ns += NS_PER_S)
		trust_judge(&t, defaults, &e);
	CHECK(t.suspect, "colder than the air it takes in");
	/* Then he counts as the zone does. */
	CHECK(trust_margin_c(&t, &e) == 80 - 45, "%g", trust_margin_c(&t, &e));
	e.zone_temp_c = NAN;
	trust_judge(&t, defaults, &e);
	CHECK(trust_margin_c(&t, &e) == 80 - 9, "%g", trust_margin_c(&t, &e));

	/* Later on: he was at 50 degrees, and now says 30. */
	t = (struct trust_node) { 0 };
	e = plain();
	for (i = 0; i < 100; i++, e.now_ns += NS_PER_S)
		trust_judge(&t, defaults, &e);
	e.power_w = NAN;
	e.temp_c = 30;
	e.margin_c = 60;
	for (i = 0; i < 100; i++, e.now_ns += NS_PER_S)
		trust_judge(&t, defaults, &e);
	CHECK(fabs(trust_margin_c(&t, &e) - (40 + 3)) < 0.1, "%g", trust_margin_c(&t, &e));
	/* And no temperature. */
	e.temp_c = NAN;
	trust_judge(&t, defaults, &e);
	CHECK(trust_margin_c(&t, &e) < 44, "%g", trust_margin_c(&t, &e));
	e.power_w = 200;
	trust_judge(&t, defaults, &e);
	CHECK(trust_margin_c(&t, &e) < 44, "%g", trust_margin_c(&t, &e));
	e.margin_c = 7;
	CHECK(trust_margin_c(&t, &e) == 7, "%g", trust_margin_c(&t, &e));
	e.margin_c = NAN;
	CHECK(trust_margin_c(&t, &e) < 44, "%g", trust_margin_c(&t, &e));
}

static void a_margin_has_a_limit(void)
{
	struct trust_evidence e = plain();
	struct trust_node t = { 0 };

	CHECK(trust_weight(&t) == 1, "a fresh one");
	CHECK(trust_margin_c(&t, &e) == 40, "a fresh one");
	e.margin_c = 1000;
	trust_judge(&t, defaults, &e);
	CHECK(trust_margin_c(&t, &e) == 115 - 50, "%g", trust_margin_c(&t, &e));
	e.temp_c = NAN;
	e.margin_c = NAN;
	t = (struct trust_node) { 0 };
	CHECK(isnan(trust_margin_c(&t, &e)), "of nothing");
	trust_judge(&t, defaults, &e);
	CHECK(isnan(trust_margin_c(&t, &e)), "of nothing");
}

/* With a resistance that somebody knows there is no first lie to be taught. */
static void a_configured_resistance_is_kept_to(void)
{
	struct trust_params p = trust_defaults;
	struct trust_evidence e = plain();
	struct trust_node t = { 0 };
	int i;

	p.thermal_resistance_c_per_w = 0.2;
	/* 62 degrees and up to 40 more for what else there is; no less. */
	e.temp_c = 40;
	for (i = 0; i < 300; i++, e.now_ns += NS_PER_S)
		trust_judge(&t, &p, &e);
	CHECK(t.suspect && t.cusum_cold >= p.alarm_sd, "22 degrees too cold");
	CHECK(trust_margin_c(&t, &e) < 40 - 18, "%g", trust_margin_c(&t, &e));
	t = (struct trust_node) { 0 };
	e.temp_c = 64;
	for (i = 0; i < 300; i++, e.now_ns += NS_PER_S)
		trust_judge(&t, &p, &e);
	CHECK(!t.suspect, "as it should be");
	/* Without, the first lie is believed: that is what it is good for. */
	t = (struct trust_node) { 0 };
	e.temp_c = 40;
	for (i = 0; i < 300; i++, e.now_ns += NS_PER_S)
		trust_judge(&t, defaults, &e);
	CHECK(!t.suspect, "taught");
}

/* Whatever comes, in whatever order of time: within bounds, and twice the same. */
static double any_value(void)
{
	static const double wild[] = {
		NAN, INFINITY, -INFINITY, DBL_MAX, -DBL_MAX, 0, -0.0, DBL_MIN,
	};

	return test_random_below(3) ? uniform(-60, 200) : wild[test_random_below(8)];
}

static void nothing_makes_it_lose_its_mind(void)
{
	int round, i;

	for (round = 0; round < 100; round++) {
		struct trust_node t = { 0 }, twin = { 0 };
		struct trust_evidence e = { 0 };

		for (i = 0; i < 300; i++) {
			e.now_ns = test_random_below(4) ? e.now_ns + test_random_log(1ULL << 50) :
				   test_random_log(UINT64_MAX);
			e.temp_c = any_value();
			e.margin_c = any_value();
			e.inlet_c = any_value();
			e.power_w = 3 * any_value();
			e.zone_inlet_c = any_value();
			e.zone_temp_c = any_value();
			e.frozen = !test_random_below(9);
			trust_judge(&t, defaults, &e);
			trust_judge(&twin, defaults, &e);
			CHECK(t.weight >= defaults->floor && t.weight <= 1, "%g", t.weight);
			CHECK(t.cusum_cold >= 0 && t.cusum_cold <= 2 * defaults->alarm_sd, "%g",
			      t.cusum_cold);
			CHECK(t.cusum_hot >= 0 && t.cusum_hot <= 2 * defaults->alarm_sd, "%g",
			      t.cusum_hot);
			CHECK(isfinite(t.model.mean_rise_c), "model");
			CHECK(isfinite(t.model.info_both), "model");
			CHECK(isfinite(t.model.mean_power_w) && isfinite(t.inlet_c), "model");
			if (isfinite(e.margin_c))
				CHECK(trust_margin_c(&t, &e) <= e.margin_c, "%g", e.margin_c);
		}
		CHECK(same_bytes(&t, &twin, sizeof(t)), "not the same twice");
	}
}

static const struct test_case cases[] = {
	{ "who_hides_his_power_counts_as_usual", who_hides_his_power_counts_as_usual },
	{ "a_margin_has_a_limit", a_margin_has_a_limit },
	{ "a_configured_resistance_is_kept_to", a_configured_resistance_is_kept_to },
	{ "nothing_makes_it_lose_its_mind", nothing_makes_it_lose_its_mind },
	{ }
};

const struct test_suite trust_bounds_suite = { "trust_bounds", cases };
