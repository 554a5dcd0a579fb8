/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Temperature over power, as one node has shown it: what it usually is, and a slope. Learned within
 * bounds, because the one who teaches it may be the liar.
 */
#ifndef GOSSIP_TRUST_MODEL_H
#define GOSSIP_TRUST_MODEL_H

#include <stdbool.h>

struct trust_params;

/**
 * struct trust_model - temperature over power, as a node has shown it
 * @resistance: first guess at the slope, °C/W
 * @mean_power_w: of late
 * @mean_rise_c: of the temperature over the inlet, at the same time
 * @info_power: sum of squares of the power's deviations, fading
 * @info_both: sum of products of both deviations, fading
 * @learned_s: time that it has learned
 * @anchor_power_w: @mean_power_w when it had learned for long enough
 * @anchor_rise_c: @mean_rise_c then
 * @known: there has been a first reading
 * @anchored: there is an anchor
 */
struct trust_model {
	double resistance;
	double mean_power_w, mean_rise_c;
	double info_power, info_both;
	double learned_s;
	double anchor_power_w, anchor_rise_c;
	bool known;
	bool anchored;
};

/**
 * struct trust_slope - what is known of the slope
 * @c_per_w: best guess
 * @sd: how far off that may be; 0 if it is configured
 * @least: no less than this
 */
struct trust_slope {
	double c_per_w;
	double sd;
	double least;
};

void trust_model_start(struct trust_model *m, const struct trust_params *p, double rise_c,
		       double power_w);
struct trust_slope trust_model_slope(const struct trust_model *m, const struct trust_params *p);
void trust_model_learn(struct trust_model *m, const struct trust_params *p, double rise_c,
		       double power_w, double dt_s);

#endif /* GOSSIP_TRUST_MODEL_H */
