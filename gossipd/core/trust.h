/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a node is believed. Three checks: its temperature against its power, what it claims against
 * what its neighbours' inlets say, and readings that never change or jump. Failing them costs weight,
 * which comes back slowly and never goes below a floor. Who claims to be cold is taken at the hottest
 * that any check allows; who claims to be hot pays his own price, and counts for less with others.
 */
#ifndef GOSSIP_TRUST_H
#define GOSSIP_TRUST_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct trust_params - tunables
 * @thermal_resistance_c_per_w: from inlet to sensor
 * @time_constant_s: of the step from power to temperature
 * @sd_c: standard deviation of an honest residual
 * @alarm_sd: the cumulative sum that raises the alarm, in standard deviations
 * @floor: least weight, above 0
 * @recovery_per_s: weight that comes back in a second without a failed check
 */
struct trust_params {
	double thermal_resistance_c_per_w;
	double time_constant_s;
	double sd_c;
	double alarm_sd;
	double floor;
	double recovery_per_s;
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
 */
struct trust_node {
	double weight;
	double cusum_cold, cusum_hot;
	double power_filtered_w;
	double implied_c;
	uint64_t last_ns;
	uint32_t failed;
	bool known;
	bool suspect;
};

extern const struct trust_params trust_defaults;

void trust_judge(struct trust_node *t, const struct trust_params *p, const struct trust_evidence *e);
double trust_weight(const struct trust_node *t);
double trust_margin_c(const struct trust_node *t, const struct trust_evidence *e);

#endif /* GOSSIP_TRUST_H */
