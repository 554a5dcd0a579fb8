// SPDX-License-Identifier: GPL-2.0
/*
 * The gain at which a loop begins to oscillate by itself.
 *
 * The loop is L(s) = K e^(-s delay) / ((1 + s lag1)(1 + s lag2)(1 + s lag3)). Its phase falls as
 * the frequency rises; where it crosses -180 degrees, a gain of 1 around the loop keeps an
 * oscillation up (Nyquist; any textbook, e.g. Astrom and Murray, Feedback Systems, section 10.2).
 * Instead of the library's atan(), whose last bits are not the same everywhere, a table.
 */
#include <math.h>

#include "smooth.h"
#include "stability.h"

#define PI 3.14159265358979312
#define DELAY_MAX_S 1e4
#define LAG_MAX_S 1e6
#define FREQUENCY_MAX 1e5

/* Bisections of the frequency: from 1e5 rad/s down to less than (1 / 1e12) rad/s. */
#define ROUNDS 60

#define ATAN_STEPS 32

/* atan() of 0/32 to 32/32; a test computes them anew. */
static const double atan_table[ATAN_STEPS + 1] = {
	0.00000000000000000, 0.03123983343026828, 0.06241880999595735, 0.09347678115858947,
	0.12435499454676144, 0.15499674192394097, 0.18534794999569476, 0.21535769969773805,
	0.24497866312686414, 0.27416745111965879, 0.30288486837497142, 0.33109607670413210,
	0.35877067027057225, 0.38588266939807375, 0.41241044159738732, 0.43833655985795783,
	0.46364760900080609, 0.48833395105640554, 0.51238946031073773, 0.53581123796046370,
	0.55859931534356244, 0.58075635356767041, 0.60228734613496415, 0.62319932993406590,
	0.64350110879328437, 0.66320299270609329, 0.68231655487474807, 0.70085440788445019,
	0.71882999962162453, 0.73625742898142810, 0.75315128096219441, 0.76952648040565830,
	0.78539816339744828,
};

/**
 * stability_atan() - arc tangent, to some 0.0001
 * @x: 0 or more
 */
double stability_atan(double x)
{
	double at = smooth_clamp(x > 1 ? 1 / x : x, 0, 1) * ATAN_STEPS, angle;
	int i = at < ATAN_STEPS ? (int)at : ATAN_STEPS - 1;

	angle = atan_table[i] + (at - i) * (atan_table[i + 1] - atan_table[i]);
	/* Of the reciprocal it is what is missing to a right angle. */
	return x > 1 ? PI / 2 - angle : angle;
}

/**
 * stability_critical_gain() - gain of the loop from which on it oscillates
 * @delay_s: from the price to its effect, seconds
 * @lag1_s: time constant, seconds; 0: none; likewise the others
 * @lag2_s: likewise
 * @lag3_s: likewise
 *
 * Return: the gain, above 1; %STABILITY_GAIN_MAX at most.
 */
double stability_critical_gain(double delay_s, double lag1_s, double lag2_s, double lag3_s)
{
	const double lag[] = {
		smooth_clamp(lag1_s, 0, LAG_MAX_S),
		smooth_clamp(lag2_s, 0, LAG_MAX_S),
		smooth_clamp(lag3_s, 0, LAG_MAX_S),
	};
	double delay = smooth_clamp(delay_s, 0, DELAY_MAX_S), lo = 0, hi = FREQUENCY_MAX;
	double gain = 1;
	unsigned int i, round;

	for (round = 0; round < ROUNDS; round++) {
		double frequency = (lo + hi) / 2, phase = frequency * delay;

		for (i = 0; i < 3; i++)
			phase += stability_atan(frequency * lag[i]);
		if (phase < PI)
			lo = frequency;
		else
			hi = frequency;
	}
	for (i = 0; i < 3; i++)
		gain *= sqrt(1 + lo * lag[i] * (lo * lag[i]));
	return smooth_clamp(gain, 1, STABILITY_GAIN_MAX);
}
