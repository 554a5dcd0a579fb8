/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What came of the worlds, one and all.
 */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "sim.h"

/**
 * struct sim_result - what came of one world
 * @seed: its seed
 * @hash: of all that its nodes did
 * @nodes: it had
 * @broken: first rule that was, or %SIM_RULE_NONE
 * @broken_ns: when
 * @broken_node: by whom; UINT32_MAX: by nobody in particular
 * @text: how
 * @stats: counts
 */
struct sim_result {
	uint64_t seed, hash;
	uint32_t nodes;
	enum sim_rule broken;
	uint64_t broken_ns;
	uint32_t broken_node;
	char text[SIM_TEXT];
	struct sim_stats stats;
};

/**
 * struct sim_report - what came of all
 * @seeds: worlds
 * @violations: worlds in which a rule was broken
 * @by_rule: the same, by the rule
 * @nodes: in all worlds
 * @canary: worlds until each bug on purpose was found; 0: it was not
 * @sought: which of them were looked for
 * @sum: counts of all worlds
 * @converged_max_ns: longest time from healing until all agreed
 * @wall_s: time that it took
 */
struct sim_report {
	uint64_t seeds, violations, by_rule[SIM_RULES], nodes, canary[SIM_CANARIES];
	bool sought[SIM_CANARIES];
	struct sim_stats sum;
	uint64_t converged_max_ns;
	double wall_s;
};

void sim_report_add(struct sim_report *report, const struct sim_result *r);
void sim_report_print(const struct sim_report *report);
bool sim_report_write(const struct sim_report *report, const char *path);

#endif /* SIM_REPORT_H */
