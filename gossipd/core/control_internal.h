/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the controller share: control.c puts them together, control_input.c decides
 * what of the input can be believed, control_move.c how fast a price may change, control_local.c
 * has the node's own price, and control_guard.c puts the safety filter's power into a price.
 */
#ifndef GOSSIP_CONTROL_INTERNAL_H
#define GOSSIP_CONTROL_INTERNAL_H

#include "actuation.h"
#include "barrier.h"
#include "control.h"
#include "external.h"
#include "pid.h"
#include "shed.h"
#include "smooth.h"

/* After a gap only so much time counts: nothing is to be made up for what nobody saw. */
#define CONTROL_STEP_MAX_S 1.0

/* What may be a temperature, and the age of one. */
#define CONTROL_TEMP_MAX_C 200.0
#define CONTROL_AGE_MAX_S 3600.0

/**
 * struct price - a multiplier on its way
 * @value: 1 to the highest
 * @credit_s: time whose slew has not been used
 * @slope: change in a second
 */
struct price {
	double value;
	double credit_s;
	double slope;
};

/**
 * struct sane - the input, as far as it can be believed
 * @temp_c: NAN: not known
 * @limit_c: where the hardware throttles
 * @quantum_c: of the sensor
 * @age_s: of the reading
 * @power_w: NAN: not known
 * @power_max_w: above 0
 * @delay_s: of the actuation
 * @excess_c: what the temperature may be more than is read
 */
struct sane {
	double temp_c;
	double limit_c;
	double quantum_c;
	double age_s;
	double power_w;
	double power_max_w;
	double delay_s;
	double excess_c;
};

/**
 * struct control - a controller
 * @p: tunables
 * @last_ns: time of the last step
 * @gone_ns: time that has gone by since the start, which never goes back; above 0
 * @temp: temperature, filtered, and its trend
 * @pid: what wants load to be shed
 * @gains: of @pid
 * @barrier: the safety filter
 * @external: what is remembered of the surroundings
 * @swing: how often the price turns
 * @demand: what has wanted to run of late
 * @capacity: CPUs, for the safety filter
 * @power_w: as guessed, if nobody measures it; 0: not yet
 * @guesses: of the power, from which @power_w comes when they have taken effect
 * @actuation: how late a price has its effect, as measured
 * @local: the own price on its way
 * @around: the external one
 * @gpu: that of the GPUs' heat
 * @blind_s: since there was a temperature
 * @last_age_s: of the last temperature when it was read
 * @last_temp_c: the last one
 * @age_high_s: highest age of late
 * @shed: share of the load to shed
 * @near: how near the target is, 0 to 1
 * @least: price that the safety filter asks for, falling slowly
 * @wanted: price that @shed comes to, falling slowly when nothing has to be shed
 * @gains_for: delay, power and highest delay that @gains are for
 * @gpu_shed: share of the load to shed for the GPUs
 * @gpu_known: there has been a GPU
 */
struct control {
	struct control_params p;
	uint64_t last_ns;
	uint64_t gone_ns;
	struct smooth_trend temp;
	struct pid pid;
	struct pid_gains gains;
	struct barrier barrier;
	struct external external;
	struct smooth_swing swing;
	struct shed_memory demand;
	double capacity;
	double power_w;
	struct delay_line guesses;
	struct actuation actuation;
	struct price local, around, gpu;
	double blind_s;
	double last_age_s;
	double last_temp_c;
	double age_high_s;
	double shed;
	double near;
	double least;
	double wanted;
	double gains_for[3];
	double gpu_shed;
	bool gpu_known;
};

/* control_input.c */
double control_within(double value, double lo, double hi, double instead);
struct sane control_sanitise(struct control *c, const struct control_input *in, double dt_s);
bool control_has_curve(const struct control_input *in);
double control_capacity(const struct control_input *in);

/* control_move.c */
double control_rise_time(const struct control *c, double delay_s);
double control_fall_per_s(const struct control *c, double delay_s);
void control_move(const struct control *c, struct price *price, double target, double least,
		  double dt_s, double delay_s);
struct control_price control_fixed(const struct price *price, double max);

/* control_guard.c */
double guard_power(const struct control *c, const struct sane *s, double shed);
double guard_load_power(const struct control_params *p, const struct control_input *in,
			const struct sane *s, double multiplier);
double guard_shed(const struct control *c, const struct sane *s, double cap_w);
void guard_remember(struct control *c, const struct control_input *in, double dt_s);
double guard_price(const struct control *c, double shed);
double guard_cap(struct control *c, const struct control_input *in, const struct sane *s,
		 double dt_s);

/* control_local.c */
void control_local(struct control *c, const struct control_input *in, const struct sane *s,
		   double dt_s, double around, struct control_output *out);

#endif /* GOSSIP_CONTROL_INTERNAL_H */
