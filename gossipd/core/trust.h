/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a node is believed. Three checks: its temperature against its power, what it claims
 * against what its neighbours' inlets say, and readings that never change or jump. Failing them
 * costs weight, which comes back slowly and never goes below a floor. Who claims to be cold is
 * taken at the hottest that any check allows; who claims to be hot pays his own price, and counts
 * for less with others.
 */
#ifndef GOSSIP_TRUST_H
#define GOSSIP_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "trust_model.h"

/* How much colder than the air that it takes in a node may be: sensors have their errors. */
#define TRUST_RISE_LEAST_C (-3.0)

/**
 * struct trust_params - tunables
 * @thermal_resistance_c_per_w: from inlet to sensor; 0: learn it of each node, within bounds
 * @time_constant_s: of the step from power to temperature; also how long a residual has to last to
 *	count once
 * @sd_c: standard deviation of an honest residual
 * @slack_sd: residual that is let pass, in standard deviations
 * @alarm_sd: the cumulative sum that raises the alarm, in standard deviations
 * @floor: least weight, above 0
 * @recovery_per_s: weight that comes back in a second of passed checks
 * @learn_s: how fast the usual temperature of a node is followed, and how long until it is its
 *	anchor
 * @drift_c: how far it may go from the anchor
 * @inlet_spread_c: how far an honest inlet may be from that of the zone
 * @stuck_c: change that should have been seen, and a reading that has not moved is stuck
 * @jump_c: change between two readings that only power can explain
 */
struct trust_params {
	double thermal_resistance_c_per_w;
	double time_constant_s;
	double sd_c;
	double slack_sd;
	double alarm_sd;
	double floor;
	double recovery_per_s;
	double learn_s;
	double drift_c;
	double inlet_spread_c;
	double stuck_c;
	double jump_c;
};

/**
 * struct trust_evidence - what there is to check a beacon by; NAN is "not known"
 * @now_ns: time
 * @temp_c: as it claims
 * @margin_c: as it claims
 * @inlet_c: as it claims
 * @power_w: as it claims
 * @zone_inlet_c: robust estimate of the zone's inlets
 * @zone_temp_c: robust estimate of the zone's temperatures
 * @frozen: fewer than half of the nodes are seen: nobody is judged now
 */
struct trust_evidence {
	uint64_t now_ns;
	double temp_c;
	double margin_c;
	double inlet_c;
	double power_w;
	double zone_inlet_c;
	double zone_temp_c;
	bool frozen;
};

/**
 * struct trust_node - what is held against a node; all zeros is a fresh one
 * @weight: how far it is believed when it says that it is hot
 * @cusum_cold: cumulative sum of what it is colder than it should be, standard deviations
 * @cusum_hot: likewise hotter
 * @cusum_inlet: likewise of its inlet against the zone's
 * @power_w: last
 * @power_filtered_w: as the temperature follows it
 * @power_slow_w: as the slowest of what is heated follows it
 * @inlet_c: that it is judged by
 * @implied_c: the hottest that power and inlet account for
 * @least_c: the coldest that they account for, as far as is known
 * @limit_c: where it throttles, by its last temperature and margin
 * @temp_c: last
 * @still_power_w: @power_filtered_w when the temperature last changed
 * @last_ns: when it was last judged
 * @model: of its temperature
 * @failed: checks, all in all
 * @known: there has been a beacon
 * @suspect: what it says contradicts itself or its neighbours
 */
struct trust_node {
	double weight;
	double cusum_cold, cusum_hot, cusum_inlet;
	double power_w, power_filtered_w, power_slow_w;
	double inlet_c;
	double implied_c, least_c;
	double limit_c;
	double temp_c;
	double still_power_w;
	uint64_t last_ns;
	struct trust_model model;
	uint32_t failed;
	bool known;
	bool suspect;
};

extern const struct trust_params trust_defaults;

void trust_judge(struct trust_node *t, const struct trust_params *p,
		 const struct trust_evidence *e);
double trust_weight(const struct trust_node *t);
double trust_margin_c(const struct trust_node *t, const struct trust_evidence *e);

#endif /* GOSSIP_TRUST_H */
