/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What there is to be controlled: a ladder of thermal resistances and capacities from the die to
 * the room, a load that answers prices late, and a sensor that rounds, is noisy and caches.
 * Deterministic; random numbers are the caller's.
 */
#ifndef GOSSIP_PLANT_H
#define GOSSIP_PLANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"

#define PLANT_STAGES_MAX 4
#define PLANT_BIDS 64
#define PLANT_DELAY_STEPS 4096

/**
 * struct plant - ladder: each stage's heat flows through its resistance to the next, the last one's
 *	to the ambient
 * @nr: stages; the first one is the die
 * @r_c_per_w: resistances
 * @c_j_per_c: capacities
 * @temp_c: of the stages
 * @ambient_c: of what takes the heat in the end
 * @leakage_per_c: share of the power that is drawn more per °C above 50 °C
 * @throttle_c: from here on the hardware halves its power
 * @throttled_s: how long it has done so
 * @step_s: of the integration
 */
struct plant {
	int nr;
	double r_c_per_w[PLANT_STAGES_MAX];
	double c_j_per_c[PLANT_STAGES_MAX];
	double temp_c[PLANT_STAGES_MAX];
	double ambient_c;
	double leakage_per_c;
	double throttle_c;
	double throttled_s;
	double step_s;
};

/**
 * struct plant_load - demand that answers prices
 * @bid: cents per CPU-second, rising
 * @cpus: that want to run at each bid
 * @capacity: CPUs of the node
 * @base_price: at multiplier 1
 * @idle_w: drawn without load
 * @max_w: drawn at capacity
 * @delay_s: from a price to the load's answer
 * @lag_s: of the power behind the load
 * @power_w: now
 * @price: of the last while, a ring
 * @at: newest of @price
 */
struct plant_load {
	uint32_t bid[PLANT_BIDS];
	double cpus[PLANT_BIDS];
	double capacity;
	uint32_t base_price;
	double idle_w;
	double max_w;
	double delay_s;
	double lag_s;
	double power_w;
	double price[PLANT_DELAY_STEPS];
	unsigned int at;
};

/**
 * struct plant_sensor - what is read of a temperature
 * @quantum_c: it is rounded down to multiples of this
 * @noise_c: standard deviation, before it is rounded
 * @cache_s: a reading lasts so long
 * @temp_c: reading
 * @age_s: of it
 */
struct plant_sensor {
	double quantum_c;
	double noise_c;
	double cache_s;
	double temp_c;
	double age_s;
};

void plant_seed(struct plant *p, double ambient_c);
void plant_physics(struct plant *p, double ambient_c);
void plant_settle(struct plant *p, double power_w);
void plant_step(struct plant *p, double power_w, double dt_s);
double plant_rise_c_per_w(const struct plant *p);

void plant_load_init(struct plant_load *l, double capacity, double idle_w, double max_w);
double plant_load_demand(const struct plant_load *l, double price);
size_t plant_load_curve(const struct plant_load *l, struct control_demand *steps);
double plant_load_step(struct plant_load *l, double multiplier, double dt_s);

void plant_sensor_step(struct plant_sensor *s, double temp_c, double normal, double dt_s);

#endif /* GOSSIP_PLANT_H */
