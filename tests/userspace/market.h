/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated machine with wallets: CPUs that hold auctions, charge wallets and steal from each
 * other, as the module does, over the module's own policy files.
 */
#ifndef MAXWELL_TEST_MARKET_H
#define MAXWELL_TEST_MARKET_H

#include "policy.h"
#include "wallet.h"

#define MARKET_CPUS 4
#define MARKET_TASKS 256
#define MARKET_WALLETS 128

/**
 * struct market_task - a task that is always hungry, or sleeps between bursts
 * @node: its place in a queue
 * @wallet: who pays
 * @bid: cents per CPU-second, before pacing
 * @price: what it pays for its present run
 * @burst_ns: mean CPU time between two sleeps; 0 for always hungry
 * @sleep_ns: mean of its sleeps
 * @rng: of its bursts and sleeps
 * @left_ns: of the present burst
 * @wake_ns: when it wakes up; 0 if it does not sleep
 * @cpu: where it waits or runs
 * @ran_ns: CPU time so far
 * @paid: nanocents so far
 * @owed: of that, not yet taken from the wallet
 * @owed_ns: CPU time that this is for
 */
struct market_task {
	struct mx_node node;
	struct mx_wallet *wallet;
	u32 bid;
	u32 price;
	u64 burst_ns;
	u64 sleep_ns;
	u64 rng;
	u64 left_ns;
	u64 wake_ns;
	int cpu;
	u64 ran_ns;
	u64 paid;
	u64 owed;
	u64 owed_ns;
};

/**
 * struct market_cpu - one CPU
 * @rq: what waits for it
 * @curr: who runs
 * @rival: the same, as it stands in an auction
 * @survival: on the survival share
 * @survival_ns: start of the next turn
 * @quote: best waiting bids of two wallets here, for the prices of the other CPUs
 * @slice_end_ns: when the present slice ends
 * @tick_ns: the next tick
 * @idle_ns: time without a task
 */
struct market_cpu {
	struct mx_runqueue rq;
	struct market_task *curr;
	struct mx_rival rival;
	bool survival;
	u64 survival_ns;
	struct mx_quote quote;
	u64 slice_end_ns;
	u64 tick_ns;
	u64 idle_ns;
};

/**
 * struct market - the machine
 * @cpu: its CPUs
 * @task: its tasks
 * @wallet: its wallets
 * @terms: terms of the auction, the defaults of the module
 * @nr_cpus: how many
 * @nr_tasks: how many
 * @nr_wallets: how many
 * @reserve: cents per CPU-second, of both books
 * @tick_period_ns: time between two ticks of a CPU
 * @pacing_ns: the tunable pacing_ms
 * @now_ns: the time
 * @next_wake_ns: when the next task wakes up
 */
struct market {
	struct market_cpu cpu[MARKET_CPUS];
	struct market_task task[MARKET_TASKS];
	struct mx_wallet wallet[MARKET_WALLETS];
	struct mx_terms terms;
	u32 nr_cpus;
	u32 nr_tasks;
	u32 nr_wallets;
	u32 reserve;
	u64 tick_period_ns;
	u64 pacing_ns;
	u64 now_ns;
	u64 next_wake_ns;
};

void market_init(struct market *m, u32 nr_cpus, u32 reserve);
struct mx_wallet *market_wallet(struct market *m, u32 income, u32 half_life_ms);
struct market_task *market_task(struct market *m, struct mx_wallet *w, u32 bid);
void market_task_sleeps(struct market_task *t, u64 burst_ns, u64 sleep_ns, u64 seed);
void market_run(struct market *m, u64 duration_ns);
u64 market_ran_ns(const struct market *m, const struct mx_wallet *w);
u64 market_paid(const struct market *m, const struct mx_wallet *w);
bool market_balanced(const struct market *m);

#endif /* MAXWELL_TEST_MARKET_H */
