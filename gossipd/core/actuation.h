/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How late a price has its effect on the power, measured where a price has shed much at once.
 */
#ifndef GOSSIP_ACTUATION_H
#define GOSSIP_ACTUATION_H

#include <stdbool.h>
#include <stdint.h>

/* Steps that are remembered, so that a price which takes a few of them counts as one edge. */
#define ACTUATION_PAST 8U
/* Of so many of the last episodes the median counts. */
#define ACTUATION_EPISODES 9U

/**
 * struct actuation_input - of a step; all finite but where it says otherwise
 * @now_ns: time, above 0; it never goes back
 * @power_w: measured; NAN: not known
 * @price: multiplier that the load sees
 * @wanted_cpus: load that there is, whatever the price
 * @stays_w: power that the load comes to which stays at a price, by the demand curve
 * @ctx: for @stays_w
 * @range_w: from an idle node to a full one, above 0
 * @lag_s: time constant of the power behind the load
 */
struct actuation_input {
	uint64_t now_ns;
	double power_w;
	double price;
	double wanted_cpus;
	double (*stays_w)(const void *ctx, double price);
	const void *ctx;
	double range_w;
	double lag_s;
};

/**
 * struct actuation - state; all zeros is a fresh one
 * @past_ns: times of the last steps, a ring
 * @past_price: their prices
 * @past_w: their power
 * @past_still_ns: since when the price had been still then
 * @newest: of the ring
 * @still_price: price that has hardly changed
 * @still_ns: since then
 * @began_ns: of the episode; 0: there is none
 * @price: at its beginning
 * @before_w: power then
 * @wanted_cpus: load then
 * @delay_s: of the last episodes, a ring
 * @nr: episodes that were measured
 * @given_up: that were not, as the load changed or nothing came of it
 */
struct actuation {
	uint64_t past_ns[ACTUATION_PAST];
	double past_price[ACTUATION_PAST];
	double past_w[ACTUATION_PAST];
	uint64_t past_still_ns[ACTUATION_PAST];
	unsigned int newest;
	double still_price;
	uint64_t still_ns;
	uint64_t began_ns;
	double price;
	double before_w;
	double wanted_cpus;
	double delay_s[ACTUATION_EPISODES];
	uint32_t nr;
	uint32_t given_up;
};

void actuation_step(struct actuation *a, const struct actuation_input *in);
double actuation_delay(const struct actuation *a);

#endif /* GOSSIP_ACTUATION_H */
