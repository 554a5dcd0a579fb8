// SPDX-License-Identifier: GPL-2.0
/*
 * Couplings by place, and what a made-up room shows of them: pairs that are coupled, pairs that
 * only share the room, and liars.
 */
#include <math.h>

#include "chance.h"
#include "coupling.h"
#include "harness.h"

#define NS_PER_S 1000000000ULL
#define DAY_S 86400.0

/* --- places --- */

static void places_have_their_levels(void)
{
	struct site_node nodes[] = {
		{ .chassis = 1, .rack = 1, .row = 1, .zone = 0 },
		{ .chassis = 1, .rack = 1, .row = 1, .zone = 0 },
		{ .chassis = 2, .rack = 1, .row = 1, .zone = 0 },
		{ .chassis = SITE_NONE, .rack = 2, .row = 1, .zone = 0 },
		{ .chassis = SITE_NONE, .rack = SITE_NONE, .row = SITE_NONE, .zone = 0 },
		{ .chassis = SITE_NONE, .rack = SITE_NONE, .row = SITE_NONE, .zone = 1 },
		{ .chassis = SITE_NONE, .rack = SITE_NONE, .row = SITE_NONE, .zone = 1 },
	};
	struct site_link link = { .from = 5, .to = 0, .coupling = 0.33 };
	struct site site = { .nodes = nodes, .nr_nodes = 7, .links = &link, .nr_links = 1 };
	uint32_t i, j;

	CHECK(coupling_prior(&site, 0, 1) == 1.0, "chassis");
	CHECK(coupling_prior(&site, 0, 2) == 0.8, "rack");
	CHECK(coupling_prior(&site, 0, 3) == 0.5, "row");
	CHECK(coupling_prior(&site, 0, 4) == 0.2, "zone");
	CHECK(coupling_prior(&site, 3, 4) == 0.2, "who has no chassis shares none");
	CHECK(coupling_prior(&site, 0, 5) == 0, "another zone");
	CHECK(coupling_prior(&site, 5, 6) == 0.2, "zone");
	for (i = 0; i < 7; i++)
		for (j = 0; j < 7; j++)
			if (i != 5 || j)
				CHECK(coupling_prior(&site, i, j) == coupling_prior(&site, j, i) ||
				      (j == 5 && !i), "%u and %u", i, j);
	/* In its direction alone. */
	CHECK(coupling_prior(&site, 5, 0) == 0.33, "a link");
	CHECK(coupling_prior(&site, 0, 0) == 0, "with itself");
	CHECK(coupling_prior(&site, 7, 0) == 0, "nobody");
	CHECK(coupling_prior(&site, 0, SITE_NONE) == 0, "nobody");
}

/* --- learning --- */

/* A pair in a room. */
struct room {
	double now_s;
	double gain;		/* of their temperature on our inlet */
	double common_c;	/* how far the air conditioning makes the room swing */
	double period_s;	/* and in what time */
	double lag_s;		/* until that gets to us, and not to the others */
	bool unseen;		/* the estimate of the room's temperature knows nothing of that */
	double noise_sd;	/* of each sensor */
	double load_c;		/* what their load does to their temperature */
	double swing_c;		/* how far that goes */
	double theirs_c;	/* above the room */
	double exhaust_c;	/* of theirs, as it gets here */
	double all_c, ours_c;	/* what the room does, and what of that is here */
};

static void room_step(struct room *r, double dt)
{
	if (!test_random_below(60))
		r->load_c = uniform(0, r->swing_c);
	r->theirs_c += (r->load_c - r->theirs_c) * dt / (20 + dt);
	r->exhaust_c += (r->gain * r->theirs_c - r->exhaust_c) * dt / (20 + dt);
	r->now_s += dt;
	if (r->period_s > 0)
		r->all_c = r->common_c * sin(2 * M_PI * r->now_s / r->period_s);
	r->ours_c += (r->all_c - r->ours_c) * dt / (r->lag_s + dt);
}

static double quantised(double c, double step)
{
	return step > 0 ? round(c / step) * step : c;
}

/* What they say is of the caller's making. */
static double learn_for(struct coupling_learned *l, struct room *r, double seconds, double quantum,
			double (*theirs)(const struct room *r))
{
	double end = r->now_s + seconds;

	while (r->now_s < end) {
		double inlet, room;

		room_step(r, uniform(0.1, 3));
		room = 22 + (r->unseen ? 0 : r->all_c) + r->noise_sd / 4 * normal();
		inlet = 22 + r->ours_c + r->exhaust_c + r->noise_sd * normal();
		coupling_learn(l, (uint64_t)(r->now_s * NS_PER_S), quantised(theirs(r), quantum),
			       quantised(inlet, quantum), room);
	}
	return coupling_estimate(l, COUPLING_ROW);
}

static double honest(const struct room *r)
{
	return 40 + r->all_c + r->theirs_c + r->noise_sd * normal();
}

static void heat_that_follows_is_coupling(void)
{
	int round;

	for (round = 0; round < 6; round++) {
		struct room r = {
			.gain = 0.2, .common_c = 1, .period_s = 900, .noise_sd = 0.1, .swing_c = 30,
		};
		struct coupling_learned l = { 0 };
		double got = learn_for(&l, &r, DAY_S, 0, honest);

		CHECK(got > COUPLING_ROW + 0.05, "it is %g after %u steps", got, l.samples);
	}
}

/* With sensors of whole degrees, and with better ones. */
static void heat_that_does_not_follow_is_none(void)
{
	int round;

	for (round = 0; round < 6; round++) {
		struct room r = {
			.common_c = 1, .period_s = 900, .noise_sd = 0.3, .swing_c = 30,
		};
		struct coupling_learned l = { 0 };
		double got = learn_for(&l, &r, DAY_S, round & 1 ? 1 : 0, honest);

		CHECK(got < COUPLING_ZONE + 0.05, "it is %g after %u steps", got, l.samples);
	}
}

/* The room swings by many degrees, and takes both along: all of what they have in common. */
static void the_room_is_no_coupling(void)
{
	int round;

	for (round = 0; round < 6; round++) {
		struct room r = {
			.common_c = 6, .period_s = uniform(200, 2000), .lag_s = round * 10,
			.noise_sd = 0.1, .swing_c = 5,
		};
		struct coupling_learned l = { 0 };
		double got = learn_for(&l, &r, DAY_S, 0, honest);

		CHECK(l.samples > 500, "%u steps", l.samples);
		CHECK(got < COUPLING_ZONE + 0.05, "it is %g after %u steps", got, l.samples);
		/* Who does not know about the room takes it for coupling. */
		r.unseen = true;
		l = (struct coupling_learned) { 0 };
		got = learn_for(&l, &r, DAY_S, 0, honest);
		CHECK(got > COUPLING_ROW, "it is %g after %u steps", got, l.samples);
	}
}

/* A liar who repeats what he has heard of the inlet shows less than who heats it. */
static void who_repeats_shows_nothing(void)
{
	struct room r = { .gain = 0, .noise_sd = 0.02, .swing_c = 10 };
	struct coupling_learned l = { 0 };
	double end = DAY_S;

	while (r.now_s < end) {
		double inlet = 22 + uniform(0, 8);

		/* Some other node's load, which comes and goes from one step to the next. */
		room_step(&r, 10);
		coupling_learn(&l, (uint64_t)(r.now_s * NS_PER_S), inlet, inlet,
			       22 + 0.1 * normal());
	}
	CHECK(l.samples > 500, "%u steps", l.samples);
	CHECK(coupling_estimate(&l, COUPLING_ROW) < COUPLING_ROW, "it is %g",
	      coupling_estimate(&l, COUPLING_ROW));
}

/* Whatever is said, of whomever: a level up or down at most. */
static void nobody_goes_further_than_a_level(void)
{
	static const double levels[] = { 0, 0.2, 0.5, 0.8, 1 };
	static const double wild[] = { NAN, INFINITY, -INFINITY, 1e308, -1e308, 0, -40, 150 };
	int round, i, p;

	for (round = 0; round < 200; round++) {
		struct coupling_learned l = { 0 };
		uint64_t now = 0;

		for (i = 0; i < 400; i++) {
			double x = test_random_below(4) ? uniform(-50, 150) :
				   wild[test_random_below(8)];

			now += test_random_below(20 * NS_PER_S);
			if (!test_random_below(30))
				now -= test_random_below(now + 1);
			/* What he wants: what he said before is what comes. */
			coupling_learn(&l, now, x, round & 1 ? x : l.wave_c + uniform(-1, 1),
				       test_random_below(9) ? 22 : wild[test_random_below(8)]);
		}
		for (p = 0; p < 5; p++) {
			double got = coupling_estimate(&l, levels[p]);

			CHECK(got >= levels[p ? p - 1 : 0] && got <= levels[p < 4 ? p + 1 : 4],
			      "%g of %g", got, levels[p]);
			got = coupling_estimate(&l, 0.6);
			CHECK(got >= 0.5 && got <= 0.8, "%g of 0.6", got);
		}
	}
}

/* One who knows how it works gets to the next level, and is kept there. */
static void a_liar_gets_to_the_next_level(void)
{
	struct coupling_learned l = { 0 };
	double ours = 22;
	int i;

	for (i = 1; i < 3000; i++) {
		ours += l.wave_c / 20;
		coupling_learn(&l, i * 11ULL * NS_PER_S, 40 + (i * 7919 % 20), ours, 22);
	}
	CHECK(coupling_estimate(&l, 0) == COUPLING_ZONE, "%g", coupling_estimate(&l, 0));
	CHECK(coupling_estimate(&l, COUPLING_ROW) > COUPLING_ROW, "%g",
	      coupling_estimate(&l, COUPLING_ROW));
}

static void nothing_learned_is_the_place(void)
{
	struct coupling_learned l = { 0 };
	int i;

	CHECK(coupling_estimate(&l, 0.5) == 0.5, "fresh");
	CHECK(coupling_estimate(&l, NAN) == 0, "no prior");
	CHECK(coupling_estimate(&l, -1) == 0, "no prior");
	CHECK(coupling_estimate(&l, 7) == 1, "a prior that cannot be");
	/* A neighbour that does nothing shows nothing, nor one who is heard every two minutes. */
	for (i = 1; i < 2000; i++)
		coupling_learn(&l, i * 10ULL * NS_PER_S, 40 + 0.4 * (i & 1), 22 + (i & 1), 22);
	CHECK(coupling_estimate(&l, 0.5) == 0.5, "a quiet neighbour");
	CHECK_EQ(l.samples, 0);
	l = (struct coupling_learned) { 0 };
	for (i = 1; i < 2000; i++)
		coupling_learn(&l, i * 120ULL * NS_PER_S, 40 + 20 * (i & 1), 22 + (i & 1), 22);
	CHECK_EQ(l.samples, 0);
	/* What does not move at all is not heated. */
	l = (struct coupling_learned) { 0 };
	for (i = 1; i < 2000; i++)
		coupling_learn(&l, i * 10ULL * NS_PER_S, 40 + (i * 7919 % 20), 22, 22);
	CHECK(coupling_estimate(&l, 0.5) < 0.25, "%g", coupling_estimate(&l, 0.5));
}

/* A gap, or a value that is none, leaves no change to count. */
static void gaps_begin_anew(void)
{
	struct coupling_learned l = { 0 };

	coupling_learn(&l, 10 * NS_PER_S, 40, 22, 22);
	coupling_learn(&l, 20 * NS_PER_S, 60, 22, 22);
	CHECK(l.wave_c == 20, "%g", l.wave_c);
	coupling_learn(&l, 20 * NS_PER_S, 90, 30, 22);
	coupling_learn(&l, 5 * NS_PER_S, 90, 30, 22);
	coupling_learn(&l, 25 * NS_PER_S, 90, 30, 22);
	CHECK_EQ(l.samples, 0);
	coupling_learn(&l, 30 * NS_PER_S, 60, 23, 22);
	CHECK_EQ(l.samples, 1);
	coupling_learn(&l, 200 * NS_PER_S, 80, 30, 22);
	CHECK(l.wave_c == 0, "%g", l.wave_c);
	coupling_learn(&l, 210 * NS_PER_S, 90, 30, 22);
	CHECK(l.wave_c == 10, "%g", l.wave_c);
	coupling_learn(&l, 220 * NS_PER_S, 90, NAN, 22);
	coupling_learn(&l, 230 * NS_PER_S, 20, 30, 22);
	CHECK(l.wave_c == 0, "%g", l.wave_c);
	CHECK_EQ(l.samples, 1);
	/* One wild value counts for 20 degrees. */
	coupling_learn(&l, 240 * NS_PER_S, 1e300, 30, 22);
	CHECK(l.wave_c == 20, "%g", l.wave_c);
}

const struct test_suite coupling_suite = {
	.name = "coupling",
	.cases = (const struct test_case[]) {
		{ "places_have_their_levels", places_have_their_levels },
		{ "heat_that_follows_is_coupling", heat_that_follows_is_coupling },
		{ "heat_that_does_not_follow_is_none", heat_that_does_not_follow_is_none },
		{ "the_room_is_no_coupling", the_room_is_no_coupling },
		{ "who_repeats_shows_nothing", who_repeats_shows_nothing },
		{ "nobody_goes_further_than_a_level", nobody_goes_further_than_a_level },
		{ "a_liar_gets_to_the_next_level", a_liar_gets_to_the_next_level },
		{ "nothing_learned_is_the_place", nothing_learned_is_the_place },
		{ "gaps_begin_anew", gaps_begin_anew },
		{ }
	},
};
