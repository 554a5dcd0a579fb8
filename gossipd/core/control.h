/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From temperatures to prices: a controller for the node's own heat, the price of its
 * neighbourhood, and a safety filter that has the last word. It knows nothing of how the
 * neighbours' states got here.
 *
 * Deterministic: doubles, and of the mathematical library sqrt() alone, so that every compiler and
 * level of optimisation does the same (-ffp-contract=off).
 */
#ifndef GOSSIP_CONTROL_H
#define GOSSIP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Q16.16 */
#define CONTROL_ONE 65536U

/* What raised the price, as a factor each; for people who want to know why. */
enum control_cause {
	CONTROL_LOCAL,		/* the node's own controller */
	CONTROL_NEIGHBOURS,	/* heat next door, by coupling */
	CONTROL_COOLING,	/* little left of the zone's cooling */
	CONTROL_SUPPLY,		/* little left of the power supply */
	CONTROL_SILENCE,	/* somebody of the zone is silent */
	CONTROL_PARTITION,	/* fewer nodes are seen than there should be */
	CONTROL_BARRIER,	/* the safety filter */
	CONTROL_SENSOR,		/* the node's own sensors are old, stuck or contradict each other */
	CONTROL_CAUSES,
};

/**
 * struct control_neighbour - a coupled node
 * @coupling: 0 to 1
 * @weight: how far it is believed, 0 to 1
 * @margin_c: to where it throttles, as trust_margin_c() has it
 * @trend_c_per_s: of its temperature
 * @silent: three intervals without a beacon
 */
struct control_neighbour {
	double coupling;
	double weight;
	double margin_c;
	double trend_c_per_s;
	bool silent;
};

/**
 * struct control_demand - a step of the demand curve: load that bids this much or more
 * @price: cents per CPU-second
 * @cpus: CPUs that those would fill
 */
struct control_demand {
	uint32_t price;
	double cpus;
};

/**
 * struct control_input - all that a step goes by; NAN is "not known"
 * @now_ns: time
 * @temp_c: hottest sensor
 * @limit_c: where the hardware throttles
 * @quantum_c: step of the sensor
 * @age_s: of the reading
 * @suspect: the readings contradict each other
 * @power_w: drawn
 * @power_max_w: most that the node can draw
 * @inlet_c: air that it takes in
 * @gpu_margin_c: of the hottest GPU
 * @neighbours: coupled nodes, at most 64 of them, dearest first
 * @nr_neighbours: how many
 * @cooling_headroom: of the zone, 0 to 1
 * @supply_headroom: of the tightest limit, 0 to 1
 * @seen: nodes of the zone that are heard of
 * @expected: that there should be
 * @degraded: somebody of the zone is silent, or another one says so
 * @demand: steps, by rising price
 * @nr_demand: how many
 * @cpus: CPUs of the node; 0 or NAN: not known, as many as the load wants at multiplier 1
 * @base_price: the kernel's price at multiplier 1, cents per CPU-second
 * @actuation_delay_s: from a price to its effect on the power; NAN: as the controller measures it
 */
struct control_input {
	uint64_t now_ns;
	double temp_c;
	double limit_c;
	double quantum_c;
	double age_s;
	bool suspect;
	double power_w;
	double power_max_w;
	double inlet_c;
	double gpu_margin_c;
	const struct control_neighbour *neighbours;
	size_t nr_neighbours;
	double cooling_headroom;
	double supply_headroom;
	uint32_t seen;
	uint32_t expected;
	bool degraded;
	const struct control_demand *demand;
	size_t nr_demand;
	double cpus;
	uint32_t base_price;
	double actuation_delay_s;
};

/**
 * struct control_price - a multiplier and where it is going
 * @multiplier: Q16.16, %CONTROL_ONE or more
 * @slope: change in a second, Q16.16
 */
struct control_price {
	uint32_t multiplier;
	int32_t slope;
};

/**
 * struct control_output - what a step comes to
 *
 * The components are what the prices are going to: their product is what @total becomes once the
 * slew limit lets it. Each has been cut so that local and external stay within the highest
 * multiplier.
 *
 * @local: price of the node's own heat
 * @external: of that around it
 * @gpu: of its GPUs' heat, for what does not feed them
 * @total: of local and external, as one factor
 * @component: factor by enum control_cause, 1 and more
 * @trend_c_per_s: filtered, of the own temperature
 * @predicted_c: temperature at the horizon
 * @power_cap_w: what the safety filter allows to be drawn; INFINITY if it does not bind
 * @barrier: it binds
 * @oscillation: share of the last minute's changes of the price that went against the one before
 * @actuation_delay_s: as measured; NAN: not yet
 */
struct control_output {
	struct control_price local;
	struct control_price external;
	struct control_price gpu;
	double total;
	double component[CONTROL_CAUSES];
	double trend_c_per_s;
	double predicted_c;
	double power_cap_w;
	bool barrier;
	double oscillation;
	double actuation_delay_s;
};

/*
 * Tunables. What each does, its unit, range and default stand in control_tunables[], by which the
 * daemon's configuration sets them; all are doubles for that.
 */
struct control_params {
	/* What there is to be controlled. */
	double limit_c;
	double power_max_w;
	double idle_ratio;
	double resistance_c_per_w;
	double full_rise_c;
	double die_s;
	double sink_s;
	double lag_s;
	double actuation_delay_s;
	/* The node's own controller. */
	double max_multiplier;
	double target_margin_c;
	double dead_band_c;
	double gain_per_c;
	double integral_s;
	double release_ratio;
	double filter_s;
	double trend_s;
	double horizon_s;
	double scarcity;
	/* How fast prices may change. */
	double slew_s;
	double slew_burst_s;
	double release_s;
	/* The safety filter. */
	double barrier_margin_c;
	double barrier_alpha1_per_s;
	double barrier_alpha2_per_s;
	double barrier_observer_s;
	double barrier_step_s;
	double barrier_resistance_ratio;
	/* Sensors that are not what they should be. */
	double age_good_s;
	double age_drift_c_per_s;
	double suspect_c;
	double excess_max_c;
	double blind_multiplier;
	/* What is around the node. */
	double neighbour_span_c;
	double neighbour_floor_c;
	double neighbour_horizon_s;
	double neighbour_max;
	double silence_gain;
	double degraded_multiplier;
	double cooling_start;
	double cooling_max;
	double supply_start;
	double supply_max;
	double partition_gain;
	double partition_tolerance;
	double partition_release_s;
	double external_release_s;
	double gpu_span_c;
};

/**
 * struct control_tunable - a member of struct control_params
 * @name: of the member, and in the daemon's configuration
 * @unit: for people; "" for a bare number
 * @min: least
 * @max: most
 * @def: default
 * @offset: of the double in struct control_params
 * @doc: what it does, one line
 */
struct control_tunable {
	const char *name;
	const char *unit;
	double min;
	double max;
	double def;
	size_t offset;
	const char *doc;
};

extern const struct control_tunable control_tunables[];
extern const size_t control_nr_tunables;

struct control;

extern const struct control_params control_defaults;

const char *control_params_check(const struct control_params *params);
size_t control_size(void);
void control_init(struct control *c, const struct control_params *params, uint64_t now_ns);
void control_retune(struct control *c, const struct control_params *params);
void control_step(struct control *c, const struct control_input *in, struct control_output *out);

#endif /* GOSSIP_CONTROL_H */
