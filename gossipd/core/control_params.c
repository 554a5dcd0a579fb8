// SPDX-License-Identifier: GPL-2.0
/*
 * The controller's tunables: one table that the defaults, the check, the daemon's configuration and
 * the documentation go by.
 */
#include <string.h>

#include "control.h"

#define TUNABLE(member, units, lo, hi, preset, text) {				\
	.name = #member, .unit = (units), .min = (lo), .max = (hi), .def = (preset),	\
	.offset = offsetof(struct control_params, member), .doc = (text),	\
}

const struct control_tunable control_tunables[] = {
	TUNABLE(limit_c, "°C", 40, 150, 85,
		"where the hardware throttles, if the sensor does not say"),
	TUNABLE(power_max_w, "W", 1, 100000, 200,
		"most that the node draws, if nothing says so"),
	TUNABLE(idle_ratio, "", 0, 0.9, 0.2,
		"share of the highest power that is drawn without load; rather too high"),
	TUNABLE(resistance_c_per_w, "°C/W", 0.001, 20, 0.1,
		"from power to sensor, of the step that takes die_s"),
	TUNABLE(full_rise_c, "°C", 5, 500, 60,
		"from inlet to sensor, in the end, at the highest power"),
	TUNABLE(die_s, "s", 0.01, 30, 1,
		"time constant of the die"),
	TUNABLE(sink_s, "s", 0, 600, 30,
		"time constant of what it is mounted on"),
	TUNABLE(lag_s, "s", 0, 30, 0.5,
		"time constant of the power behind the load"),
	TUNABLE(actuation_delay_s, "s", 0.01, 30, 2,
		"from a price to its effect, until it has been measured"),
	TUNABLE(max_multiplier, "", 1.1, 1024, 64,
		"highest multiplier, of each kind"),
	TUNABLE(target_margin_c, "°C", 2, 40, 8,
		"margin to the limit that the controller aims at"),
	TUNABLE(dead_band_c, "°C", 0.2, 20, 2,
		"width of the band in which it does nothing; never below 2.5 quanta"),
	TUNABLE(gain_per_c, "1/°C", 0.001, 0.5, 0.05,
		"share of the load to shed per degree too much; lowered for stability"),
	TUNABLE(integral_s, "s", 1, 600, 15,
		"time in which a lasting error counts twice; raised for stability"),
	TUNABLE(release_ratio, "", 0.01, 1, 0.25,
		"rate of the integral on the way down, against that up"),
	TUNABLE(filter_s, "s", 0.05, 30, 1,
		"time constant of the temperature filter"),
	TUNABLE(trend_s, "s", 0.1, 60, 2,
		"time constant of the trend"),
	TUNABLE(horizon_s, "s", 0, 60, 2,
		"how far ahead the trend is believed; at most trend_s"),
	TUNABLE(scarcity, "", 0, 1, 0.25,
		"what a hot node adds to a price that the demand curve says is enough"),
	TUNABLE(slew_s, "s", 0.1, 600, 1,
		"least time for the whole range upwards; never below two actuation delays"),
	TUNABLE(slew_burst_s, "s", 0, 1, 0.1,
		"so much of the slew can be saved up, for an edge that must show at once"),
	TUNABLE(release_s, "s", 1, 3600, 20,
		"least time for the whole range downwards; never below slew_s"),
	TUNABLE(barrier_margin_c, "°C", 2, 30, 2,
		"margin of the safety filter, to which the quantum is added"),
	TUNABLE(barrier_alpha1_per_s, "1/s", 0.01, 20, 1,
		"how fast the margin may shrink"),
	TUNABLE(barrier_alpha2_per_s, "1/s", 0.01, 20, 3.5,
		"how fast that may change"),
	TUNABLE(barrier_observer_s, "s", 0.05, 10, 0.5,
		"time over which the model is corrected; a second for a sensor of 1 °C"),
	TUNABLE(barrier_step_s, "s", 0.01, 1, 0.1,
		"time between two steps, as the safety filter plans"),
	TUNABLE(barrier_resistance_ratio, "", 1, 3, 1.2,
		"resistance_c_per_w is taken as this many times as high"),
	TUNABLE(age_good_s, "s", 0.1, 60, 2.5,
		"a reading older than this is old"),
	TUNABLE(age_drift_c_per_s, "°C/s", 0.01, 10, 0.5,
		"what is added to a temperature per second that it is too old"),
	TUNABLE(suspect_c, "°C", 0, 40, 5,
		"what is added to a temperature that other readings contradict"),
	TUNABLE(excess_max_c, "°C", 1, 100, 25,
		"most that is added"),
	TUNABLE(blind_multiplier, "", 1, 64, 4,
		"multiplier of a node that has no temperature"),
	TUNABLE(neighbour_span_c, "°C", 1, 60, 20,
		"a neighbour with a smaller margin counts"),
	TUNABLE(neighbour_floor_c, "°C", 0.1, 20, 1,
		"a smaller margin counts as this"),
	TUNABLE(neighbour_horizon_s, "s", 0, 60, 3,
		"how far ahead a neighbour's trend is believed"),
	TUNABLE(neighbour_max, "", 1, 64, 8,
		"most that one neighbour can raise the price by"),
	TUNABLE(silence_gain, "", 0, 8, 0.5,
		"what a silent neighbour adds, times coupling"),
	TUNABLE(degraded_multiplier, "", 1, 8, 1.1,
		"while somebody of the zone is silent"),
	TUNABLE(cooling_start, "", 0, 1, 0.3,
		"headroom of the cooling below which it costs"),
	TUNABLE(cooling_max, "", 1, 64, 8,
		"multiplier when none is left"),
	TUNABLE(supply_start, "", 0, 1, 0.2,
		"headroom of the supply below which it costs"),
	TUNABLE(supply_max, "", 1, 64, 8,
		"multiplier when none is left"),
	TUNABLE(partition_gain, "", 0, 16, 1,
		"what is added when no other node is seen; in proportion"),
	TUNABLE(partition_tolerance, "", 0, 0.5, 0.02,
		"share of nodes that may be missing"),
	TUNABLE(partition_release_s, "s", 1, 3600, 30,
		"time constant of the way back after healing"),
	TUNABLE(external_release_s, "s", 0.1, 600, 3,
		"time constant of the external price's way down"),
	TUNABLE(gpu_span_c, "°C", 1, 60, 15,
		"a GPU with a smaller margin makes other work dearer"),
};

const size_t control_nr_tunables = sizeof(control_tunables) / sizeof(control_tunables[0]);

_Static_assert(sizeof(control_tunables) / sizeof(control_tunables[0]) ==
	       sizeof(struct control_params) / sizeof(double), "a tunable is not in the table");

/* As in the table; a test compares them. */
const struct control_params control_defaults = {
	.limit_c = 85,
	.power_max_w = 200,
	.idle_ratio = 0.2,
	.resistance_c_per_w = 0.1,
	.full_rise_c = 60,
	.die_s = 1,
	.sink_s = 30,
	.lag_s = 0.5,
	.actuation_delay_s = 2,
	.max_multiplier = 64,
	.target_margin_c = 8,
	.dead_band_c = 2,
	.gain_per_c = 0.05,
	.integral_s = 15,
	.release_ratio = 0.25,
	.filter_s = 1,
	.trend_s = 2,
	.horizon_s = 2,
	.scarcity = 0.25,
	.slew_s = 1,
	.slew_burst_s = 0.1,
	.release_s = 20,
	.barrier_margin_c = 2,
	.barrier_alpha1_per_s = 1,
	.barrier_alpha2_per_s = 3.5,
	.barrier_observer_s = 0.5,
	.barrier_step_s = 0.1,
	.barrier_resistance_ratio = 1.2,
	.age_good_s = 2.5,
	.age_drift_c_per_s = 0.5,
	.suspect_c = 5,
	.excess_max_c = 25,
	.blind_multiplier = 4,
	.neighbour_span_c = 20,
	.neighbour_floor_c = 1,
	.neighbour_horizon_s = 3,
	.neighbour_max = 8,
	.silence_gain = 0.5,
	.degraded_multiplier = 1.1,
	.cooling_start = 0.3,
	.cooling_max = 8,
	.supply_start = 0.2,
	.supply_max = 8,
	.partition_gain = 1,
	.partition_tolerance = 0.02,
	.partition_release_s = 30,
	.external_release_s = 3,
	.gpu_span_c = 15,
};

static double get(const struct control_params *params, const struct control_tunable *t)
{
	double value;

	memcpy(&value, (const char *)params + t->offset, sizeof(value));
	return value;
}

/**
 * control_params_check() - whether tunables make sense
 * @params: tunables
 *
 * Return: NULL, or the name of the first that is out of its range, or what does not go together.
 */
const char *control_params_check(const struct control_params *params)
{
	size_t i;

	for (i = 0; i < control_nr_tunables; i++) {
		const struct control_tunable *t = &control_tunables[i];
		double value = get(params, t);

		/* NAN is in no range. */
		if (!(value >= t->min && value <= t->max))
			return t->name;
	}
	if (params->neighbour_floor_c > params->neighbour_span_c)
		return "neighbour_floor_c is above neighbour_span_c";
	return NULL;
}
