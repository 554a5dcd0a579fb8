/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the commands of libmaxwell take and return. Included by libmaxwell.h.
 *
 * A member holds if its bit in "present" is set. Enumerations, MAXWELL_* limits and the numbers of
 * the bits are in linux/maxwell.h. Users, processes and cgroups are as the caller's namespaces have
 * them. Sums of money and counters are since the module was loaded, or the thing was made.
 */
#ifndef MAXWELL_TYPES_H
#define MAXWELL_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/maxwell.h>

/* Sizes of the texts below, the terminating byte included. */
#define MXW_VERSION_LEN 64
#define MXW_EXIT_REASON_LEN 128
#define MXW_EXIT_MSG_LEN 1024
#define MXW_CPUS_LEN (MAXWELL_CPULIST_LEN + 1)
#define MXW_COMM_LEN 32
#define MXW_WALLET_NAME_LEN (MAXWELL_WALLET_NAME_LEN + 1)

/**
 * struct mxw_class - the class as a whole, and the sums of all books
 * @present: which of the others hold, see MXW_HAS() and MXW_SET()
 * @mode: which tasks it schedules, enum maxwell_class_mode
 * @version: of the module
 * @attach_count: attachments since the module was loaded
 * @uptime_ns: since the attachment; absent while detached
 * @nr_tasks: tasks that the class holds a record of
 * @nr_cpus: CPUs online
 * @exit_kind: how the class ended last, in sched_ext's numbers; absent before the first time
 * @exit_code: sched_ext's code of that
 * @exit_reason: sched_ext's words for @exit_kind
 * @exit_msg: sched_ext's message
 * @event: in notifications: enum maxwell_class_event
 * @enqueued: tasks taken into the books
 * @dispatched: tasks that left them to run
 * @dequeued: tasks that left them otherwise
 * @queued: tasks in the books now; at rest @enqueued = @dispatched + @dequeued + @queued
 * @overflowed: enqueues past the market, since no record was free
 * @charged_nanocents: what all tasks were charged since the module was loaded
 */
struct mxw_class {
	uint64_t present;
	uint32_t mode;
	char version[MXW_VERSION_LEN];
	uint64_t attach_count;
	uint64_t uptime_ns;
	uint64_t nr_tasks;
	uint32_t nr_cpus;
	uint32_t exit_kind;
	int64_t exit_code;
	char exit_reason[MXW_EXIT_REASON_LEN];
	char exit_msg[MXW_EXIT_MSG_LEN];
	uint32_t event;
	uint64_t enqueued;
	uint64_t dispatched;
	uint64_t dequeued;
	uint64_t queued;
	uint64_t overflowed;
	uint64_t charged_nanocents;
};

/**
 * struct mxw_price - one multiplier
 * @present: which of the others hold, see MXW_HAS() and MXW_SET()
 * @cpus: CPU list such as "0-3,8", in settings and notifications; absent in a setting: all CPUs
 * @cpu: the CPU, in lists
 * @kind: enum maxwell_price_kind
 * @multiplier: as it was set, Q16.16: MAXWELL_MULTIPLIER_MIN (1/16) to 2^32 - 1 (just under
 *	65536)
 * @slope: change of it, Q16.16 per second; 0 if absent in a setting
 * @lease_ms: how long it holds, up to 86400000; 0 or absent for good
 * @lease_left_ms: what is left of that; absent without a lease
 * @value: what it is worth now, Q16.16
 * @state: enum maxwell_price_state
 * @event: in notifications: enum maxwell_price_event
 */
struct mxw_price {
	uint64_t present;
	char cpus[MXW_CPUS_LEN];
	uint32_t cpu;
	uint32_t kind;
	uint32_t multiplier;
	int32_t slope;
	uint32_t lease_ms;
	uint32_t lease_left_ms;
	uint32_t value;
	uint32_t state;
	uint32_t event;
};

/**
 * struct mxw_bid - bid and account of one task, or a change of it
 * @present: which of the others hold, see MXW_HAS() and MXW_SET()
 * @pid: thread id, 1 or more; absent in a request: the calling thread
 * @bid: cents per CPU-second, any number; 0 clears no reserve and lives on the survival share
 * @use_default: in requests: bid the default, scaled by nice, again; excludes @bid
 * @book: enum maxwell_book
 * @source: where the bid comes from, enum maxwell_bid_source
 * @state: enum maxwell_task_state
 * @cpu: where it is queued or ran last
 * @comm: name of the thread
 * @runtime_ns: CPU time under the class
 * @charged_nanocents: what it was charged
 * @wait_ns: length of the present wait; absent unless it waits
 * @wait_max_ns: longest wait so far
 * @wait_total_ns: all waits together
 * @nr_runs: times that it was put on a CPU
 * @nr_survival: times of those on the survival share
 * @effective_bid: what @bid counts for after pacing, cents per CPU-second; 0 while the wallet is
 *	in debt
 * @wallet: number of the wallet it draws on
 * @wallet_source: why that one, enum maxwell_wallet_source
 */
struct mxw_bid {
	uint64_t present;
	uint32_t pid;
	uint32_t bid;
	bool use_default;
	uint32_t book;
	uint32_t source;
	uint32_t state;
	uint32_t cpu;
	char comm[MXW_COMM_LEN];
	uint64_t runtime_ns;
	uint64_t charged_nanocents;
	uint64_t wait_ns;
	uint64_t wait_max_ns;
	uint64_t wait_total_ns;
	uint64_t nr_runs;
	uint64_t nr_survival;
	uint32_t effective_bid;
	uint32_t wallet;
	uint32_t wallet_source;
};

/**
 * struct mxw_cpu - books and counters of one CPU
 * @present: which of the others hold, see MXW_HAS() and MXW_SET()
 * @cpu: its number
 * @idle: 1 if it is idle, else 0
 * @curr_pid: thread that runs under the class; absent if none does
 * @curr_bid: bid of that thread, cents per CPU-second; absent likewise
 * @queued: tasks that wait, in both books
 * @parked: those of them whose bid is below the reserve
 * @reserve_general: reserve price of the general book, cents per CPU-second
 * @reserve_feeder: that of the feeder book
 * @enqueued: as in struct mxw_class, as the next two
 * @dispatched: likewise
 * @dequeued: likewise
 * @stolen: tasks it took from another CPU's book
 * @steal_failed: tasks taken out for it and given back
 * @preempted: running tasks cut short for a better bid or a higher reserve
 * @survival_runs: tasks that it ran on the survival share
 * @runtime_ns: CPU time of tasks under the class
 * @charged_nanocents: what they were charged for it
 */
struct mxw_cpu {
	uint64_t present;
	uint32_t cpu;
	uint32_t idle;
	uint32_t curr_pid;
	uint32_t curr_bid;
	uint32_t queued;
	uint32_t parked;
	uint32_t reserve_general;
	uint32_t reserve_feeder;
	uint64_t enqueued;
	uint64_t dispatched;
	uint64_t dequeued;
	uint64_t stolen;
	uint64_t steal_failed;
	uint64_t preempted;
	uint64_t survival_runs;
	uint64_t runtime_ns;
	uint64_t charged_nanocents;
};

/**
 * struct mxw_demand - one price bucket of the demand curve
 * @present: which of the others hold, see MXW_HAS() and MXW_SET()
 * @book: enum maxwell_book
 * @bucket: index of the bucket, 0 to 959; the dearest is the highest
 * @price: least bid that falls into it, cents per CPU-second
 * @queued: tasks of the bucket that wait
 * @running: tasks of the bucket on a CPU
 */
struct mxw_demand {
	uint64_t present;
	uint32_t book;
	uint32_t bucket;
	uint32_t price;
	uint32_t queued;
	uint32_t running;
};

/**
 * struct mxw_wallet - a wallet, a request about one, or who draws on it
 * @present: which of the others hold, see MXW_HAS() and MXW_SET()
 * @id: its number, 1 or more; of a deleted wallet it may come again
 * @name: unique: 1 to MAXWELL_WALLET_NAME_LEN letters, digits, ".", "_" and "-"; "uid:N" for
 *	default wallets
 * @kind: enum maxwell_wallet_kind
 * @uid: owner, who may put threads of his own on it
 * @unlimited: it pays for everything and has no balance; excludes the next three
 * @income: cents per second, 0 to MAXWELL_WALLET_INCOME_MAX
 * @cap_nanocents: income stops while there is so much in it, 0 to MAXWELL_WALLET_CAP_MAX
 * @half_life_ms: in which half of an idle balance evaporates; 0 for never
 * @amount_nanocents: in mxw_wallet_fund(): what is put in, 1 to MAXWELL_WALLET_CAP_MAX
 * @to_uid: the tasks of this user draw on it
 * @to_pid: this thread does, and what it forks from then on
 * @to_cgroup: the tasks in the cgroup (v2) with this id, the inode number of its directory, and
 *	below it do
 * @balance_nanocents: what is in it; negative in debt, absent if unlimited
 * @income_nanocents: all income so far; of an unlimited wallet as much as the charges
 * @grants_nanocents: all that was put in
 * @charged_nanocents: all that its tasks were charged
 * @evaporated_nanocents: all that evaporated; @income_nanocents + @grants_nanocents =
 *	@balance_nanocents + @charged_nanocents + this, modulo 2^64
 * @pace: fraction of their bids that its tasks bid now, Q16.16: 0 in debt, 65536 if unlimited
 * @nr_tasks: tasks under the class that draw on it
 * @event: in notifications: enum maxwell_wallet_event
 */
struct mxw_wallet {
	uint64_t present;
	uint32_t id;
	char name[MXW_WALLET_NAME_LEN];
	uint32_t kind;
	uint32_t uid;
	bool unlimited;
	uint32_t income;
	uint64_t cap_nanocents;
	uint32_t half_life_ms;
	uint64_t amount_nanocents;
	uint32_t to_uid;
	uint32_t to_pid;
	uint64_t to_cgroup;
	int64_t balance_nanocents;
	uint64_t income_nanocents;
	uint64_t grants_nanocents;
	uint64_t charged_nanocents;
	uint64_t evaporated_nanocents;
	uint32_t pace;
	uint32_t nr_tasks;
	uint32_t event;
};

/**
 * struct mxw_gpu - state of one GPU's auction
 * @present: which of the others hold, see MXW_HAS() and MXW_SET()
 * @gpu: its number
 * @holder_pid: process that holds the lease; absent if none does, as the next two
 * @price: what the lease costs, cents per GPU-second
 * @lease_left_ms: what is left of it; 0 if it is overstayed
 * @reserve: reserve price, cents per GPU-second
 * @queued: requests that wait
 * @best_bid: dearest of them, cents per GPU-second; absent if none waits
 * @busy_permille: share of the time under lease, moving average
 * @auctions: auctions that had a winner
 * @leased_ns: time under lease so far
 * @overstayed: leases taken away because their time was over
 * @abandoned: requests and leases whose process closed the device or ended
 * @charged_nanocents: what all leases cost
 */
struct mxw_gpu {
	uint64_t present;
	uint32_t gpu;
	uint32_t holder_pid;
	uint32_t price;
	uint32_t lease_left_ms;
	uint32_t reserve;
	uint32_t queued;
	uint32_t best_bid;
	uint32_t busy_permille;
	uint64_t auctions;
	uint64_t leased_ns;
	uint64_t overstayed;
	uint64_t abandoned;
	uint64_t charged_nanocents;
};

#endif /* MAXWELL_TYPES_H */
