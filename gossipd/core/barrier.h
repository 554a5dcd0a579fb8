/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The safety filter: how much power may be drawn so that the temperature stays below the limit,
 * whatever else has been decided.
 */
#ifndef GOSSIP_BARRIER_H
#define GOSSIP_BARRIER_H

#include <stdbool.h>

#include "delay_line.h"

/**
 * struct barrier_model - what is assumed of the plant; all finite and above 0
 * @resistance_c_per_w: from the power to the sensor above what changes slowly; rather too high
 * @time_constant_s: of that step
 * @lag_s: of the power behind the cap; may be 0
 * @alpha1_per_s: how fast the margin may shrink, of itself in a second
 * @alpha2_per_s: how fast that may change
 * @observer_s: time over which the model is corrected by what is measured
 * @step_s: time between two caps, at least
 * @margin_c: that is kept to the limit
 * @beyond_max_w: most that a cap is taken to be passed by; may be 0
 */
struct barrier_model {
	double resistance_c_per_w;
	double time_constant_s;
	double lag_s;
	double alpha1_per_s;
	double alpha2_per_s;
	double observer_s;
	double step_s;
	double margin_c;
	double beyond_max_w;
};

/**
 * struct barrier_input - of a step; all finite but where it says otherwise
 * @dt_s: since the last one, 0 or more
 * @temp_c: measured; NAN: not known
 * @limit_c: where the hardware throttles
 * @excess_c: hotter than measured it may be by this much
 * @power_w: drawn; NAN: not known, and then the limit is only kept if the load takes all it may
 * @power_max_w: most that can be drawn, above 0
 * @delay_s: from a cap to its effect, with the age of the reading, 0 or more
 */
struct barrier_input {
	double dt_s;
	double temp_c;
	double limit_c;
	double excess_c;
	double power_w;
	double power_max_w;
	double delay_s;
};

/**
 * struct barrier - state; all zeros is a fresh one
 * @temp_c: as observed
 * @read_c: last one that was measured
 * @power_w: now, measured or by the model
 * @drift_c_per_s: what the model does not explain: the disturbance
 * @beyond_w: what is drawn beyond the caps
 * @allowed_w: the cap in force, as the power follows it
 * @sink_c: temperature that the heat goes to; slowly takes up a drift that stays
 * @caps: those of the last while, 0 to HUGE_VAL
 * @known: there has been a temperature
 */
struct barrier {
	double temp_c;
	double read_c;
	double power_w;
	double drift_c_per_s;
	double beyond_w;
	double allowed_w;
	double sink_c;
	struct delay_line caps;
	bool known;
};

double barrier_step(struct barrier *b, const struct barrier_model *m,
		    const struct barrier_input *in);
void barrier_obeyed(struct barrier *b, double cap_w);

#endif /* GOSSIP_BARRIER_H */
