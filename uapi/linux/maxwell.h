/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/maxwell.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: make regen */

#ifndef _UAPI_LINUX_MAXWELL_H
#define _UAPI_LINUX_MAXWELL_H

#define MAXWELL_FAMILY_NAME	"maxwell"
#define MAXWELL_FAMILY_VERSION	1

#define MAXWELL_MULTIPLIER_ONE	65536
#define MAXWELL_MULTIPLIER_MIN	4096
#define MAXWELL_CPULIST_LEN	1024

/**
 * enum maxwell_price_kind - Where a multiplier comes from. Kinds multiply.
 * @MAXWELL_PRICE_KIND_LOCAL: This node's own heat. Applies to both books.
 * @MAXWELL_PRICE_KIND_EXTERNAL: The neighbourhood's heat. Applies to both
 *   books.
 * @MAXWELL_PRICE_KIND_GPU: The GPUs' heat. Applies to the general book, not to
 *   feeders.
 */
enum maxwell_price_kind {
	MAXWELL_PRICE_KIND_LOCAL,
	MAXWELL_PRICE_KIND_EXTERNAL,
	MAXWELL_PRICE_KIND_GPU,
};

/**
 * enum maxwell_price_state - What a multiplier is doing now.
 * @MAXWELL_PRICE_STATE_IDLE: Never set, or reset; worth 1.0.
 * @MAXWELL_PRICE_STATE_HELD: As set, extrapolated by its slope.
 * @MAXWELL_PRICE_STATE_RAMPING: Its lease ran out; on its way to the safe
 *   multiplier.
 * @MAXWELL_PRICE_STATE_SAFE: Its lease ran out; at the safe multiplier, or
 *   above it.
 */
enum maxwell_price_state {
	MAXWELL_PRICE_STATE_IDLE,
	MAXWELL_PRICE_STATE_HELD,
	MAXWELL_PRICE_STATE_RAMPING,
	MAXWELL_PRICE_STATE_SAFE,
};

/**
 * enum maxwell_book - The order books that each CPU keeps.
 * @MAXWELL_BOOK_GENERAL: Everything that is not a feeder.
 * @MAXWELL_BOOK_FEEDER: Work that feeds a GPU; the gpu multiplier does not
 *   apply.
 */
enum maxwell_book {
	MAXWELL_BOOK_GENERAL,
	MAXWELL_BOOK_FEEDER,
};

/**
 * enum maxwell_bid_source - Where a task's bid comes from.
 * @MAXWELL_BID_SOURCE_DEFAULT: The default bid scaled by nice.
 * @MAXWELL_BID_SOURCE_EXPLICIT: Set by bid-set, or inherited over fork from
 *   such a task.
 * @MAXWELL_BID_SOURCE_KTHREAD: A kernel thread bound to one CPU; above every
 *   bid.
 */
enum maxwell_bid_source {
	MAXWELL_BID_SOURCE_DEFAULT,
	MAXWELL_BID_SOURCE_EXPLICIT,
	MAXWELL_BID_SOURCE_KTHREAD,
};

/**
 * enum maxwell_task_state - Where a task stands with the market.
 * @MAXWELL_TASK_STATE_SLEEPING: Not runnable.
 * @MAXWELL_TASK_STATE_QUEUED: Runnable, waiting, and its bid clears the
 *   reserve.
 * @MAXWELL_TASK_STATE_PARKED: Runnable, waiting, and its bid is below the
 *   reserve.
 * @MAXWELL_TASK_STATE_RUNNING: On a CPU.
 */
enum maxwell_task_state {
	MAXWELL_TASK_STATE_SLEEPING,
	MAXWELL_TASK_STATE_QUEUED,
	MAXWELL_TASK_STATE_PARKED,
	MAXWELL_TASK_STATE_RUNNING,
};

/**
 * enum maxwell_class_mode - Which tasks the class schedules.
 * @MAXWELL_CLASS_MODE_DETACHED: None; the class is not attached.
 * @MAXWELL_CLASS_MODE_PARTIAL: Tasks with policy SCHED_EXT.
 * @MAXWELL_CLASS_MODE_ALL: Every task of the normal policies.
 */
enum maxwell_class_mode {
	MAXWELL_CLASS_MODE_DETACHED,
	MAXWELL_CLASS_MODE_PARTIAL,
	MAXWELL_CLASS_MODE_ALL,
};

/**
 * enum maxwell_class_event - What happened to the class.
 * @MAXWELL_CLASS_EVENT_DETACHED: Detached on request.
 * @MAXWELL_CLASS_EVENT_EJECTED: Ended by the kernel; exit-kind, exit-reason
 *   and exit-msg say why.
 */
enum maxwell_class_event {
	MAXWELL_CLASS_EVENT_ATTACHED,
	MAXWELL_CLASS_EVENT_DETACHED,
	MAXWELL_CLASS_EVENT_EJECTED,
};

/**
 * enum maxwell_price_event - What happened to a multiplier.
 * @MAXWELL_PRICE_EVENT_LEASE_EXPIRED: The lease ran out; the ramp to the safe
 *   multiplier begins.
 * @MAXWELL_PRICE_EVENT_SAFE_REACHED: The ramp is over.
 */
enum maxwell_price_event {
	MAXWELL_PRICE_EVENT_SET,
	MAXWELL_PRICE_EVENT_LEASE_EXPIRED,
	MAXWELL_PRICE_EVENT_SAFE_REACHED,
};

enum {
	MAXWELL_A_CLASS_MODE = 1,
	MAXWELL_A_CLASS_VERSION,
	MAXWELL_A_CLASS_ATTACH_COUNT,
	MAXWELL_A_CLASS_UPTIME_NS,
	MAXWELL_A_CLASS_NR_TASKS,
	MAXWELL_A_CLASS_NR_CPUS,
	MAXWELL_A_CLASS_EXIT_KIND,
	MAXWELL_A_CLASS_EXIT_CODE,
	MAXWELL_A_CLASS_EXIT_REASON,
	MAXWELL_A_CLASS_EXIT_MSG,
	MAXWELL_A_CLASS_EVENT,
	MAXWELL_A_CLASS_ENQUEUED,
	MAXWELL_A_CLASS_DISPATCHED,
	MAXWELL_A_CLASS_DEQUEUED,
	MAXWELL_A_CLASS_QUEUED,
	MAXWELL_A_CLASS_OVERFLOWED,
	MAXWELL_A_CLASS_CHARGED_NANOCENTS,

	__MAXWELL_A_CLASS_MAX,
	MAXWELL_A_CLASS_MAX = (__MAXWELL_A_CLASS_MAX - 1)
};

enum {
	MAXWELL_A_PRICE_CPUS = 1,
	MAXWELL_A_PRICE_CPU,
	MAXWELL_A_PRICE_KIND,
	MAXWELL_A_PRICE_MULTIPLIER,
	MAXWELL_A_PRICE_SLOPE,
	MAXWELL_A_PRICE_LEASE_MS,
	MAXWELL_A_PRICE_LEASE_LEFT_MS,
	MAXWELL_A_PRICE_VALUE,
	MAXWELL_A_PRICE_STATE,
	MAXWELL_A_PRICE_EVENT,

	__MAXWELL_A_PRICE_MAX,
	MAXWELL_A_PRICE_MAX = (__MAXWELL_A_PRICE_MAX - 1)
};

enum {
	MAXWELL_A_BID_PID = 1,
	MAXWELL_A_BID_BID,
	MAXWELL_A_BID_USE_DEFAULT,
	MAXWELL_A_BID_BOOK,
	MAXWELL_A_BID_SOURCE,
	MAXWELL_A_BID_STATE,
	MAXWELL_A_BID_CPU,
	MAXWELL_A_BID_COMM,
	MAXWELL_A_BID_RUNTIME_NS,
	MAXWELL_A_BID_CHARGED_NANOCENTS,
	MAXWELL_A_BID_WAIT_NS,
	MAXWELL_A_BID_WAIT_MAX_NS,
	MAXWELL_A_BID_WAIT_TOTAL_NS,
	MAXWELL_A_BID_NR_RUNS,
	MAXWELL_A_BID_NR_SURVIVAL,

	__MAXWELL_A_BID_MAX,
	MAXWELL_A_BID_MAX = (__MAXWELL_A_BID_MAX - 1)
};

enum {
	MAXWELL_A_CPU_CPU = 1,
	MAXWELL_A_CPU_IDLE,
	MAXWELL_A_CPU_CURR_PID,
	MAXWELL_A_CPU_CURR_BID,
	MAXWELL_A_CPU_QUEUED,
	MAXWELL_A_CPU_PARKED,
	MAXWELL_A_CPU_RESERVE_GENERAL,
	MAXWELL_A_CPU_RESERVE_FEEDER,
	MAXWELL_A_CPU_ENQUEUED,
	MAXWELL_A_CPU_DISPATCHED,
	MAXWELL_A_CPU_DEQUEUED,
	MAXWELL_A_CPU_STOLEN,
	MAXWELL_A_CPU_STEAL_FAILED,
	MAXWELL_A_CPU_PREEMPTED,
	MAXWELL_A_CPU_SURVIVAL_RUNS,
	MAXWELL_A_CPU_RUNTIME_NS,
	MAXWELL_A_CPU_CHARGED_NANOCENTS,

	__MAXWELL_A_CPU_MAX,
	MAXWELL_A_CPU_MAX = (__MAXWELL_A_CPU_MAX - 1)
};

enum {
	MAXWELL_A_DEMAND_CPUS = 1,
	MAXWELL_A_DEMAND_BOOK,
	MAXWELL_A_DEMAND_BUCKET,
	MAXWELL_A_DEMAND_PRICE,
	MAXWELL_A_DEMAND_QUEUED,
	MAXWELL_A_DEMAND_RUNNING,

	__MAXWELL_A_DEMAND_MAX,
	MAXWELL_A_DEMAND_MAX = (__MAXWELL_A_DEMAND_MAX - 1)
};

enum {
	MAXWELL_CMD_CLASS_GET = 1,
	MAXWELL_CMD_CLASS_NTF,
	MAXWELL_CMD_PRICE_SET,
	MAXWELL_CMD_PRICE_GET,
	MAXWELL_CMD_PRICE_NTF,
	MAXWELL_CMD_BID_SET,
	MAXWELL_CMD_BID_GET,
	MAXWELL_CMD_CPU_GET,
	MAXWELL_CMD_CPU_NTF,
	MAXWELL_CMD_DEMAND_GET,

	__MAXWELL_CMD_MAX,
	MAXWELL_CMD_MAX = (__MAXWELL_CMD_MAX - 1)
};

#define MAXWELL_MCGRP_CLASS	"class"
#define MAXWELL_MCGRP_PRICE	"price"
#define MAXWELL_MCGRP_AUCTION	"auction"

#endif /* _UAPI_LINUX_MAXWELL_H */
