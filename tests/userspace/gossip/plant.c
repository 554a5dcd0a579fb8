// SPDX-License-Identifier: GPL-2.0
/*
 * Thermal ladders, a load, a sensor. See plant.h.
 *
 * The small one is HotSpot's default package (its template.config: 16 mm die of 0.15 mm, 20 um of
 * thermal interface, 30 mm copper spreader, 60 mm sink with 1.042 K/W to air at 45 °C); the large
 * one has four stages of 1, 30, 300 and 900 s: die, sink, air of the row, cooling of the room.
 */
#include <math.h>
#include <string.h>

#include "plant.h"

#define LEAKAGE_FROM_C 50.0

static void ladder(struct plant *p, int nr, const double *r, const double *c, double ambient_c)
{
	int i;

	memset(p, 0, sizeof(*p));
	p->nr = nr;
	p->ambient_c = ambient_c;
	p->throttle_c = HUGE_VAL;
	for (i = 0; i < nr; i++) {
		p->r_c_per_w[i] = r[i];
		p->c_j_per_c[i] = c[i];
		p->temp_c[i] = ambient_c;
	}
}

/* Four stages, each with its time constant if it stood alone; 60 K for 200 W. */
void plant_seed(struct plant *p, double ambient_c)
{
	static const double r[] = { 0.1, 0.1, 0.05, 0.05 };
	static const double c[] = { 1 / 0.1, 30 / 0.1, 300 / 0.05, 900 / 0.05 };

	ladder(p, 4, r, c, ambient_c);
	p->step_s = 0.05;
}

/* Die, spreader, sink: milliseconds, a second, minutes; 40 K for some 35 W. */
void plant_physics(struct plant *p, double ambient_c)
{
	static const double r[] = { 0.05, 0.25, 1.042 };
	static const double c[] = { 0.063, 3.2, 228 };

	ladder(p, 3, r, c, ambient_c);
	p->step_s = 0.0025;
}

/* All of the ladder as it is after a very long time at a power. */
void plant_settle(struct plant *p, double power_w)
{
	double temp_c = p->ambient_c;
	int i;

	for (i = p->nr - 1; i >= 0; i--) {
		temp_c += p->r_c_per_w[i] * power_w;
		p->temp_c[i] = temp_c;
	}
}

static void step(struct plant *p, double power_w, double dt_s)
{
	double flow_w = power_w;
	int i;

	if (p->temp_c[0] > LEAKAGE_FROM_C)
		flow_w *= 1 + p->leakage_per_c * (p->temp_c[0] - LEAKAGE_FROM_C);
	if (p->temp_c[0] > p->throttle_c) {
		p->throttled_s += dt_s;
		flow_w /= 2;
	}
	for (i = 0; i < p->nr; i++) {
		double next_c = i + 1 < p->nr ? p->temp_c[i + 1] : p->ambient_c;
		double out_w = (p->temp_c[i] - next_c) / p->r_c_per_w[i];

		p->temp_c[i] += dt_s * (flow_w - out_w) / p->c_j_per_c[i];
		flow_w = out_w;
	}
}

void plant_step(struct plant *p, double power_w, double dt_s)
{
	int steps = (int)ceil(dt_s / p->step_s - (1 / 1e9)), i;

	for (i = 0; i < steps; i++)
		step(p, power_w, dt_s / steps);
}

double plant_rise_c_per_w(const struct plant *p)
{
	double rise = 0;
	int i;

	for (i = 0; i < p->nr; i++)
		rise += p->r_c_per_w[i];
	return rise;
}

/* Bids from 10 cents on, with as much load at each; all of it fills the node 1.5 times. */
void plant_load_init(struct plant_load *l, double capacity, double idle_w, double max_w)
{
	double bid = 10;
	int i;

	memset(l, 0, sizeof(*l));
	l->capacity = capacity;
	l->idle_w = idle_w;
	l->max_w = max_w;
	l->base_price = 10;
	l->lag_s = 0.3;
	l->power_w = max_w;
	for (i = 0; i < PLANT_BIDS; i++) {
		l->bid[i] = (uint32_t)bid;
		l->cpus[i] = 1.5 * capacity / PLANT_BIDS;
		bid = fmax(bid * 1.06, bid + 1);
	}
	for (i = 0; i < PLANT_DELAY_STEPS; i++)
		l->price[i] = 1;
}

double plant_load_demand(const struct plant_load *l, double price)
{
	double cpus = 0;
	int i;

	for (i = 0; i < PLANT_BIDS; i++)
		if (l->bid[i] >= price)
			cpus += l->cpus[i];
	return cpus;
}

/* As the kernel tells it: load that bids so much or more. */
size_t plant_load_curve(const struct plant_load *l, struct control_demand *steps)
{
	double cpus = 0;
	int i;

	for (i = PLANT_BIDS - 1; i >= 0; i--) {
		cpus += l->cpus[i];
		steps[i] = (struct control_demand) { .price = l->bid[i], .cpus = cpus };
	}
	return PLANT_BIDS;
}

/* The power after a step with a price; it answers the price of @delay_s ago. */
double plant_load_step(struct plant_load *l, double multiplier, double dt_s)
{
	unsigned int back = (unsigned int)fmin(l->delay_s / dt_s + 0.5, PLANT_DELAY_STEPS - 1);
	double price, cpus, target_w;

	l->at = (l->at + 1) % PLANT_DELAY_STEPS;
	l->price[l->at] = multiplier;
	price = l->price[(l->at + PLANT_DELAY_STEPS - back) % PLANT_DELAY_STEPS] * l->base_price;
	cpus = fmin(plant_load_demand(l, price), l->capacity);
	target_w = l->idle_w + (l->max_w - l->idle_w) * cpus / l->capacity;
	l->power_w += (target_w - l->power_w) * (1 - exp(-dt_s / l->lag_s));
	return l->power_w;
}

void plant_sensor_step(struct plant_sensor *s, double temp_c, double normal, double dt_s)
{
	s->age_s += dt_s;
	if (s->age_s < s->cache_s)
		return;
	s->age_s = 0;
	s->temp_c = temp_c + s->noise_c * normal;
	if (s->quantum_c > 0)
		s->temp_c = floor(s->temp_c / s->quantum_c) * s->quantum_c;
}
