// SPDX-License-Identifier: GPL-2.0
/*
 * The actuation delay: found where a price has shed much at once, and not where something else has
 * made the power fall.
 */
#include <math.h>

#include "actuation.h"
#include "harness.h"

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define CPUS 8.0
#define LAG_S 0.3
#define HISTORY 1024

/* Half of the load bids less than 4 times the base price, the other half less than 16. */
struct scene {
	struct actuation a;
	uint64_t now_ns;
	double price, wanted, power_w, prices[HISTORY], delay_s;
	unsigned int at;
	bool deaf;
};

static double stays_w(const void *ctx, double price)
{
	const struct scene *s = ctx;
	double share = price < 4 ? 1 : price < 16 ? 0.5 : 0;

	return 40 + 160 * fmin(share * s->wanted / CPUS, 1);
}

static void begin(struct scene *s, double delay_s)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->now_ns = 1;
	s->price = 1;
	s->wanted = CPUS;
	s->power_w = 200;
	s->delay_s = delay_s;
	for (i = 0; i < HISTORY; i++)
		s->prices[i] = 1;
}

/* Steps of 0.1 s with a price; the power follows that of the delay ago, with its lag. */
static void go(struct scene *s, double price, double seconds)
{
	int i;

	for (i = 0; i < seconds * 10; i++) {
		unsigned int back = (unsigned int)(s->delay_s * 10 + 0.5);
		struct actuation_input in = {
			.price = price, .wanted_cpus = s->wanted, .stays_w = stays_w, .ctx = s,
			.range_w = 160, .lag_s = LAG_S,
		};

		s->now_ns += SECOND / 10;
		s->at = (s->at + 1) % HISTORY;
		s->prices[s->at] = price;
		if (s->deaf)
			back = HISTORY - 1;
		s->power_w += (stays_w(s, s->prices[(s->at + HISTORY - back) % HISTORY]) -
			       s->power_w) * (1 - exp(-0.1 / LAG_S));
		in.now_ns = s->now_ns;
		in.power_w = s->power_w;
		actuation_step(&s->a, &in);
	}
	s->price = price;
}

static void edges(struct scene *s, int nr)
{
	while (nr-- > 0) {
		go(s, 1, 25);
		/* In four steps, as the slew has it. */
		go(s, 2, 0.1);
		go(s, 3, 0.1);
		go(s, 8, 15);
	}
}

static void it_is_measured(void)
{
	static const double delays_s[] = { 0, 0.2, 0.5, 1, 2, 5, 9.5 };
	struct scene s;
	unsigned int i;

	for (i = 0; i < sizeof(delays_s) / sizeof(delays_s[0]); i++) {
		begin(&s, delays_s[i]);
		edges(&s, 4);
		CHECK(isnan(actuation_delay(&s.a)), "four are enough");
		edges(&s, 1);
		CHECK(actuation_delay(&s.a) >= delays_s[i] &&
		      actuation_delay(&s.a) < delays_s[i] + 0.25, "%g s are %g", delays_s[i],
		      actuation_delay(&s.a));
		CHECK_EQ(s.a.nr, 5);
		CHECK_EQ(s.a.given_up, 0);
	}
	/* A faster one: after five more it is the new one. */
	s.delay_s = 1;
	edges(&s, 4);
	CHECK(actuation_delay(&s.a) > 9, "with four of nine it is %g", actuation_delay(&s.a));
	edges(&s, 1);
	CHECK(actuation_delay(&s.a) < 1.5, "with five of nine it is %g", actuation_delay(&s.a));
}

static void a_job_that_ends_is_no_effect(void)
{
	struct scene s;
	int i;

	begin(&s, 5);
	for (i = 0; i < 10; i++) {
		s.wanted = CPUS;
		go(&s, 1, 25);
		go(&s, 8, 0.2);
		s.wanted = CPUS * 0.75;
		go(&s, 8, 15);
	}
	CHECK_EQ(s.a.nr, 0);
	CHECK_EQ(s.a.given_up, 10);
}

static void what_does_not_obey_is_given_up(void)
{
	struct scene s;

	begin(&s, 1);
	s.deaf = true;
	go(&s, 1, 25);
	go(&s, 8, 29);
	CHECK_EQ(s.a.given_up, 0);
	go(&s, 8, 2);
	CHECK_EQ(s.a.given_up, 1);
	/* The price goes back before anything has come of it. */
	go(&s, 1, 25);
	go(&s, 8, 1);
	go(&s, 1, 1);
	CHECK_EQ(s.a.given_up, 2);
	CHECK_EQ(s.a.nr, 0);
}

static void only_an_edge_after_a_quiet_time_counts(void)
{
	struct scene s;
	int i, tenths;

	begin(&s, 3);
	/* A ramp through all of the load in four seconds: what falls is of its beginning. */
	for (i = 0; i < 10; i++) {
		go(&s, 1, 12);
		go(&s, 3.9, 12);
		for (tenths = 39; tenths < 170; tenths += 3)
			go(&s, tenths / 10.0, 0.1);
		go(&s, 17, 5);
	}
	CHECK(isnan(actuation_delay(&s.a)) || actuation_delay(&s.a) >= 3, "%g",
	      actuation_delay(&s.a));
	begin(&s, 5);
	for (i = 0; i < 10; i++) {
		go(&s, 1, 12);
		go(&s, 4, 4);
		go(&s, 17, 8);
	}
	CHECK(actuation_delay(&s.a) >= 5, "two edges, one after the other: %g",
	      actuation_delay(&s.a));
}

const struct test_suite actuation_suite = {
	.name = "actuation",
	.cases = (const struct test_case[]) {
		{ "it_is_measured", it_is_measured },
		{ "a_job_that_ends_is_no_effect", a_job_that_ends_is_no_effect },
		{ "what_does_not_obey_is_given_up", what_does_not_obey_is_given_up },
		{ "only_an_edge_after_a_quiet_time_counts",
		  only_an_edge_after_a_quiet_time_counts },
		{ }
	},
};
