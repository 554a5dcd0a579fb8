/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a world is like. See options.c.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum sim_partition {
	SIM_WHOLE,
	SIM_SPLIT,		/* each node on a side by chance */
	SIM_ISOLATED,		/* one node against all others */
};

/* What a world is like: chances in thousandths, by sim_options_draw(). */
struct sim_options {
	uint32_t nodes, zones, rack_nodes, chassis_nodes;
	bool multicast, sodium, calm, authority;
	uint64_t safety_ns;
	uint64_t delay_min_ns, delay_mean_ns;
	uint32_t loss, multicast_loss, duplicate, corrupt, truncate, clog;
	uint32_t lossy_nodes, lossy_egress;
	uint32_t mtu_links, mtu;
	bool self_loop, group_empty;
	enum sim_partition partition;
	bool one_way, long_partition;
	uint64_t partition_every_ns, partition_mean_ns;
	uint32_t drift_ppm;
	bool jumps, suspends;
	uint32_t starved, suspicion_mult;
	uint64_t pause_max_ns;
	uint64_t crash_every_ns, restart_mean_ns;
	uint32_t lose_state;
	bool power_cycle, leaves, rotation, attacker, insider;
	uint32_t liars, coarse;
	bool subtle, reloads;
	double load, cooling;
	uint64_t actuation_ns, migration_ns, fan_every_ns;
	/* The second link, see link.c. */
	bool ib, ib_clean, ib_cut;
	uint32_t ib_without, ib_loss;
	uint64_t ib_every_ns, ib_mean_ns;
};

void sim_options_draw(struct sim_options *o, uint64_t seed, bool small, bool sodium, bool ib);
void sim_options_print(const struct sim_options *o);

#endif /* SIM_OPTIONS_H */
