// SPDX-License-Identifier: GPL-2.0
/*
 * The attributes of every object, as tables: decoding, encoding, the naming of a refused attribute
 * and JSON output all follow from them.
 */
#include "fields.h"

const char *const mxw_class_modes[] = { "detached", "partial", "all", NULL };
const char *const mxw_class_events[] = { "attached", "detached", "ejected", NULL };
const char *const mxw_price_kinds[] = { "local", "external", "gpu", NULL };
const char *const mxw_price_states[] = { "idle", "held", "ramping", "safe", NULL };
const char *const mxw_price_events[] = { "set", "lease-expired", "safe-reached", NULL };
const char *const mxw_books[] = { "general", "feeder", NULL };
const char *const mxw_bid_sources[] = { "default", "explicit", "kthread", NULL };
const char *const mxw_task_states[] = { "sleeping", "queued", "parked", "running", NULL };

static const struct mxw_field class_fields[] = {
	FIELD_ENUM(class, mode, CLASS_MODE, "mode", mxw_class_modes),
	FIELD_TEXT(class, version, CLASS_VERSION, "version", "version", MXW_VERSION_LEN),
	FIELD(class, attach_count, CLASS_ATTACH_COUNT, UINT, "attach-count"),
	FIELD(class, uptime_ns, CLASS_UPTIME_NS, UINT, "uptime-ns"),
	FIELD(class, nr_tasks, CLASS_NR_TASKS, UINT, "nr-tasks"),
	FIELD(class, nr_cpus, CLASS_NR_CPUS, U32, "nr-cpus"),
	FIELD(class, exit_kind, CLASS_EXIT_KIND, U32, "exit-kind"),
	FIELD(class, exit_code, CLASS_EXIT_CODE, SINT, "exit-code"),
	FIELD_TEXT(class, exit_reason, CLASS_EXIT_REASON, "exit-reason", "exit_reason",
		   MXW_EXIT_REASON_LEN),
	FIELD_TEXT(class, exit_msg, CLASS_EXIT_MSG, "exit-msg", "exit_msg", MXW_EXIT_MSG_LEN),
	FIELD_ENUM(class, event, CLASS_EVENT, "event", mxw_class_events),
	FIELD(class, enqueued, CLASS_ENQUEUED, UINT, "enqueued"),
	FIELD(class, dispatched, CLASS_DISPATCHED, UINT, "dispatched"),
	FIELD(class, dequeued, CLASS_DEQUEUED, UINT, "dequeued"),
	FIELD(class, queued, CLASS_QUEUED, UINT, "queued"),
	FIELD(class, overflowed, CLASS_OVERFLOWED, UINT, "overflowed"),
	FIELD(class, charged_nanocents, CLASS_CHARGED_NANOCENTS, UINT, "charged-nanocents"),
};

OBJECT(class, CLASS);

static const struct mxw_field price_fields[] = {
	FIELD_TEXT(price, cpus, PRICE_CPUS, "cpus", "cpus", MXW_CPUS_LEN),
	FIELD(price, cpu, PRICE_CPU, U32, "cpu"),
	FIELD_ENUM(price, kind, PRICE_KIND, "kind", mxw_price_kinds),
	FIELD_Q16(price, multiplier, PRICE_MULTIPLIER, U32, "multiplier", "multiplier"),
	FIELD_Q16(price, slope, PRICE_SLOPE, S32, "slope", "slope_per_s"),
	FIELD(price, lease_ms, PRICE_LEASE_MS, U32, "lease-ms"),
	FIELD(price, lease_left_ms, PRICE_LEASE_LEFT_MS, U32, "lease-left-ms"),
	FIELD_Q16(price, value, PRICE_VALUE, U32, "value", "value"),
	FIELD_ENUM(price, state, PRICE_STATE, "state", mxw_price_states),
	FIELD_ENUM(price, event, PRICE_EVENT, "event", mxw_price_events),
};

OBJECT(price, PRICE);

static const struct mxw_field bid_fields[] = {
	FIELD(bid, pid, BID_PID, U32, "pid"),
	FIELD_AS(bid, bid, BID_BID, U32, "bid", "bid_cents_per_s"),
	FIELD(bid, use_default, BID_USE_DEFAULT, FLAG, "use-default"),
	FIELD_ENUM(bid, book, BID_BOOK, "book", mxw_books),
	FIELD_ENUM(bid, source, BID_SOURCE, "source", mxw_bid_sources),
	FIELD_ENUM(bid, state, BID_STATE, "state", mxw_task_states),
	FIELD(bid, cpu, BID_CPU, U32, "cpu"),
	FIELD_TEXT(bid, comm, BID_COMM, "comm", "comm", MXW_COMM_LEN),
	FIELD(bid, runtime_ns, BID_RUNTIME_NS, UINT, "runtime-ns"),
	FIELD(bid, charged_nanocents, BID_CHARGED_NANOCENTS, UINT, "charged-nanocents"),
	FIELD(bid, wait_ns, BID_WAIT_NS, UINT, "wait-ns"),
	FIELD(bid, wait_max_ns, BID_WAIT_MAX_NS, UINT, "wait-max-ns"),
	FIELD(bid, wait_total_ns, BID_WAIT_TOTAL_NS, UINT, "wait-total-ns"),
	FIELD(bid, nr_runs, BID_NR_RUNS, UINT, "nr-runs"),
	FIELD(bid, nr_survival, BID_NR_SURVIVAL, UINT, "nr-survival"),
	FIELD_AS(bid, effective_bid, BID_EFFECTIVE_BID, U32, "effective-bid",
		 "effective_bid_cents_per_s"),
	FIELD(bid, wallet, BID_WALLET, U32, "wallet"),
	FIELD_ENUM(bid, wallet_source, BID_WALLET_SOURCE, "wallet-source", mxw_wallet_sources),
};

OBJECT(bid, BID);

static const struct mxw_field cpu_fields[] = {
	FIELD(cpu, cpu, CPU_CPU, U32, "cpu"),
	FIELD(cpu, idle, CPU_IDLE, U32, "idle"),
	FIELD(cpu, curr_pid, CPU_CURR_PID, U32, "curr-pid"),
	FIELD_AS(cpu, curr_bid, CPU_CURR_BID, U32, "curr-bid", "curr_bid_cents_per_s"),
	FIELD(cpu, queued, CPU_QUEUED, U32, "queued"),
	FIELD(cpu, parked, CPU_PARKED, U32, "parked"),
	FIELD_AS(cpu, reserve_general, CPU_RESERVE_GENERAL, U32, "reserve-general",
		 "reserve_general_cents_per_s"),
	FIELD_AS(cpu, reserve_feeder, CPU_RESERVE_FEEDER, U32, "reserve-feeder",
		 "reserve_feeder_cents_per_s"),
	FIELD(cpu, enqueued, CPU_ENQUEUED, UINT, "enqueued"),
	FIELD(cpu, dispatched, CPU_DISPATCHED, UINT, "dispatched"),
	FIELD(cpu, dequeued, CPU_DEQUEUED, UINT, "dequeued"),
	FIELD(cpu, stolen, CPU_STOLEN, UINT, "stolen"),
	FIELD(cpu, steal_failed, CPU_STEAL_FAILED, UINT, "steal-failed"),
	FIELD(cpu, preempted, CPU_PREEMPTED, UINT, "preempted"),
	FIELD(cpu, survival_runs, CPU_SURVIVAL_RUNS, UINT, "survival-runs"),
	FIELD(cpu, runtime_ns, CPU_RUNTIME_NS, UINT, "runtime-ns"),
	FIELD(cpu, charged_nanocents, CPU_CHARGED_NANOCENTS, UINT, "charged-nanocents"),
};

OBJECT(cpu, CPU);

static const struct mxw_field demand_fields[] = {
	/* In requests only: named for refusals, kept nowhere. */
	{ .attr = MAXWELL_A_DEMAND_CPUS, .type = MXW_STRING, .name = "cpus", .key = "cpus" },
	FIELD_ENUM(demand, book, DEMAND_BOOK, "book", mxw_books),
	FIELD(demand, bucket, DEMAND_BUCKET, U32, "bucket"),
	FIELD_AS(demand, price, DEMAND_PRICE, U32, "price", "price_cents_per_s"),
	FIELD(demand, queued, DEMAND_QUEUED, U32, "queued"),
	FIELD(demand, running, DEMAND_RUNNING, U32, "running"),
};

OBJECT(demand, DEMAND);
