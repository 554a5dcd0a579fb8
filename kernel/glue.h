/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module and the BPF glue (tools/maxctl/maxwell.bpf.c) hand each other beside scalars.
 * Both sides compile it; fixed-size fields only.
 */
#ifndef MAXWELL_GLUE_H
#define MAXWELL_GLUE_H

#define MAXWELL_EXIT_REASON_LEN 128
#define MAXWELL_EXIT_MSG_LEN 512
#define MAXWELL_DUMP_BIDS 4
#define MAXWELL_BREACH_LEN 64

/* A slice of this length says that the order book is broken: see struct maxwell_breach. */
#define MAXWELL_BROKEN (~0ULL)
/* And so says this in place of 0 or an error. */
#define MAXWELL_ENQUEUE_BROKEN 1

/**
 * struct maxwell_breach - what is wrong with an order book
 * @cpu: whose it is
 * @text: terminated
 */
struct maxwell_breach {
	u32 cpu;
	char text[MAXWELL_BREACH_LEN];
};

/**
 * struct maxwell_exit_info - why the class ended, from sched_ext's scx_exit_info
 * @code: exit code
 * @kind: enum scx_exit_kind
 * @on_request: true if user space detached it
 * @reason: text, terminated
 * @msg: text, terminated
 */
struct maxwell_exit_info {
	s64 code;
	u32 kind;
	u32 on_request;
	char reason[MAXWELL_EXIT_REASON_LEN];
	char msg[MAXWELL_EXIT_MSG_LEN];
};

/**
 * struct maxwell_cpu_dump - the book of a CPU for sched_ext's debug dump
 * @nr_queued: waiting tasks
 * @nr_parked: of these, below the reserve
 * @reserve_general: cents per CPU-second
 * @reserve_feeder: cents per CPU-second
 * @curr_pid: running task of ours, 0 for none
 * @curr_bid: its bid
 * @oldest_wait_ms: longest present wait
 * @nr_bids: entries used in @bid_pid and @bid
 * @bid_pid: who waits, dearest first
 * @bid: what they bid
 * @enqueued: counter, as the next two
 * @dispatched: counter
 * @dequeued: counter
 */
struct maxwell_cpu_dump {
	u32 nr_queued;
	u32 nr_parked;
	u32 reserve_general;
	u32 reserve_feeder;
	u32 curr_pid;
	u32 curr_bid;
	u32 oldest_wait_ms;
	u32 nr_bids;
	u32 bid_pid[MAXWELL_DUMP_BIDS];
	u32 bid[MAXWELL_DUMP_BIDS];
	u64 enqueued;
	u64 dispatched;
	u64 dequeued;
};

/**
 * struct maxwell_task_dump - the record of a task for sched_ext's debug dump
 * @known: 0 if the task has no record; nothing else is set then
 * @state: 0 off, 1 queued, 2 popped, 3 running
 * @cpu: whose book it belongs to
 * @bid: cents per CPU-second
 * @bucket: its price bucket
 * @book: 0 general, 1 feeder
 * @wait_ms: present wait
 * @survival: its run is on the survival share
 */
struct maxwell_task_dump {
	u32 known;
	u32 state;
	u32 cpu;
	u32 bid;
	u32 bucket;
	u32 book;
	u32 wait_ms;
	u32 survival;
};

#endif /* MAXWELL_GLUE_H */
