/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One simulated CPU that runs the auction over a set of tasks, to test what holds over time.
 */
#ifndef MAXWELL_TEST_SIM_H
#define MAXWELL_TEST_SIM_H

#include "policy.h"

#define SIM_TASKS 1600
#define SIM_NEVER U64_MAX

/**
 * struct sim_task - a task that runs in bursts and sleeps between them
 * @node: its place in the queue
 * @burst_ns: CPU time from a wakeup to the next sleep; SIM_NEVER to never sleep
 * @sleep_ns: SIM_NEVER to end after one burst
 * @left_ns: of the present burst
 * @wake_ns: when it wakes up; SIM_NEVER while it does not sleep
 * @ran_ns: CPU time so far
 */
struct sim_task {
	struct mx_node node;
	u64 burst_ns;
	u64 sleep_ns;
	u64 left_ns;
	u64 wake_ns;
	u64 ran_ns;
};

/**
 * struct sim - the CPU
 * @rq: what waits for it
 * @terms: terms of the auction
 * @task: the tasks
 * @nr_tasks: how many
 * @curr: the one that runs
 * @curr_survival: whether on the survival share
 * @survival_ns: start of the next turn
 * @now_ns: the time
 * @wait_max_ns: longest wait so far
 * @survival_ran_ns: CPU time given on the survival share
 * @idle_ns: time without a task
 * @nr_turns: turns on the survival share
 */
struct sim {
	struct mx_runqueue rq;
	struct mx_terms terms;
	struct sim_task task[SIM_TASKS];
	u32 nr_tasks;
	struct sim_task *curr;
	bool curr_survival;
	u64 survival_ns;
	u64 now_ns;
	u64 wait_max_ns;
	u64 survival_ran_ns;
	u64 idle_ns;
	u64 nr_turns;
};

void sim_init(struct sim *s, const struct mx_terms *terms);
struct sim_task *sim_add(struct sim *s, u32 bid, u64 burst_ns, u64 sleep_ns, u64 wake_ns);
void sim_run(struct sim *s, u64 duration_ns);

#endif /* MAXWELL_TEST_SIM_H */
