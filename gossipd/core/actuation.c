// SPDX-License-Identifier: GPL-2.0
/*
 * The actuation delay: from a price to half of what it was to shed.
 *
 * In a closed loop price and power are related both ways: a price follows the heat that a power
 * makes, and a job that ends looks like a price that works at once. Only an edge counts therefore,
 * a price that rises within half a second so far that the load as it is has to shed a fifth of what
 * the node can draw; and only while the load wants to run as before. Of the last nine the median
 * counts, once there are five.
 */
#include <math.h>

#include "actuation.h"
#include "smooth.h"

#define NS_PER_S 1e9

/* A price that takes longer to rise is no edge. */
#define EDGE_NS UINT64_C(500000000)
/* Between two entries of what was. */
#define PAST_NS UINT64_C(80000000)
/* What an edge has to shed, as a share of the range of the power. */
#define EDGE_SHARE 0.2
/* Before it the price was still for so long: what falls is not what an earlier one has shed. */
#define STILL_NS UINT64_C(10000000000)
#define STILL_SHARE 0.05
/* A load that changes by more is another one, as a share of what it was. */
#define LOAD_SHARE 0.1
/* Longer than any delay that is taken. */
#define GIVE_UP_NS UINT64_C(30000000000)
#define EPISODES_MIN 5U
/* Of a lag's way half is gone after this share of its time constant: the logarithm of 2. */
#define HALF_WAY 0.693

static void remember(struct actuation *a, const struct actuation_input *in)
{
	double changed_w = in->stays_w(in->ctx, a->still_price) - in->stays_w(in->ctx, in->price);

	if (fabs(changed_w) > STILL_SHARE * in->range_w || !a->still_ns) {
		a->still_price = in->price;
		a->still_ns = in->now_ns;
	}
	if (in->now_ns - a->past_ns[a->newest] < PAST_NS)
		return;
	a->newest = (a->newest + 1) % ACTUATION_PAST;
	a->past_ns[a->newest] = in->now_ns;
	a->past_price[a->newest] = in->price;
	a->past_w[a->newest] = in->power_w;
	a->past_still_ns[a->newest] = a->still_ns;
}

/* Whether the price has risen so far, within the time of an edge, that much has to go. */
static void look_for_an_edge(struct actuation *a, const struct actuation_input *in)
{
	double now_w = in->stays_w(in->ctx, in->price);
	unsigned int i;

	for (i = 0; i < ACTUATION_PAST; i++) {
		unsigned int at = (a->newest + ACTUATION_PAST - i) % ACTUATION_PAST;

		if (!a->past_ns[at] || in->now_ns - a->past_ns[at] > EDGE_NS)
			return;
		if (a->past_ns[at] - a->past_still_ns[at] < STILL_NS ||
		    !isfinite(a->past_w[at]) || a->past_price[at] >= in->price ||
		    in->stays_w(in->ctx, a->past_price[at]) - now_w < EDGE_SHARE * in->range_w)
			continue;
		a->began_ns = a->past_ns[at];
		a->price = a->past_price[at];
		a->before_w = a->past_w[at];
		a->wanted_cpus = in->wanted_cpus;
		return;
	}
}

/* What was before the end of an episode is no beginning of the next one. */
static void end(struct actuation *a)
{
	unsigned int i;

	a->began_ns = 0;
	for (i = 0; i < ACTUATION_PAST; i++)
		a->past_ns[i] = 0;
}

static void watch(struct actuation *a, const struct actuation_input *in)
{
	double due_w = in->stays_w(in->ctx, a->price) - in->stays_w(in->ctx, in->price);
	double elapsed_s = (double)(in->now_ns - a->began_ns) / NS_PER_S;

	/* The price is back, the load is another, or it does not do what a price says. */
	if (due_w < EDGE_SHARE * in->range_w || in->now_ns - a->began_ns > GIVE_UP_NS ||
	    fabs(in->wanted_cpus - a->wanted_cpus) > LOAD_SHARE * a->wanted_cpus) {
		end(a);
		a->given_up++;
		return;
	}
	if (!(in->power_w <= a->before_w - due_w / 2))
		return;
	a->delay_s[a->nr++ % ACTUATION_EPISODES] =
		smooth_clamp(elapsed_s - HALF_WAY * in->lag_s, 0, HUGE_VAL);
	end(a);
}

/**
 * actuation_step() - take up a step
 * @a: state
 * @in: of it
 *
 * As good as the power is measured: a sensor that is read once a second makes a delay up to a
 * second longer, which is the safe side.
 */
void actuation_step(struct actuation *a, const struct actuation_input *in)
{
	if (a->began_ns)
		watch(a, in);
	else if (isfinite(in->power_w))
		look_for_an_edge(a, in);
	remember(a, in);
}

/* How many of them come before one, by length, and of equals by their order. */
static unsigned int rank(const struct actuation *a, unsigned int nr, unsigned int of)
{
	unsigned int below = 0, i;

	for (i = 0; i < nr; i++)
		below += a->delay_s[i] < a->delay_s[of] ||
			 (i < of && a->delay_s[i] == a->delay_s[of]);
	return below;
}

/**
 * actuation_delay() - what has been measured
 * @a: state
 *
 * Return: seconds, of the last episodes the median; NAN with fewer than five.
 */
double actuation_delay(const struct actuation *a)
{
	unsigned int nr = a->nr < ACTUATION_EPISODES ? a->nr : ACTUATION_EPISODES, i = 0;

	if (nr < EPISODES_MIN)
		return NAN;
	/* Of two in the middle the longer. */
	while (i + 1 < nr && rank(a, nr, i) != nr / 2)
		i++;
	return a->delay_s[i];
}
