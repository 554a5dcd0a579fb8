/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmaxwell: the generic netlink family "maxwell" as C functions and structures.
 *
 * One struct mxw is one connection; it is not safe for use by two threads at once. A function that
 * can fail returns 0 or a negative errno, and mxw_error() then says why: for a refusal by the
 * kernel, its extended ACK, which libnl 3.7 does not decode.
 *
 * Attributes that the kernel did not send stay zero in a structure, and their bit in its "present"
 * member stays clear: see MXW_HAS(). In requests the bits say what is sent: see MXW_SET().
 *
 * Bids and prices without system calls are in maxwell_market.h.
 */
#ifndef LIBMAXWELL_H
#define LIBMAXWELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/maxwell.h>

#include "maxwell_objects.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the kernel sent this attribute, an enumerator such as MAXWELL_A_BID_WAIT_NS. */
#define MXW_HAS(obj, attr) ((bool)(((obj)->present >> (attr)) & 1))
/* Marks a member of a request as filled in; what is not marked is not sent. */
#define MXW_SET(obj, attr) ((void)((obj)->present |= UINT64_C(1) << (attr)))

/* Sizes of the texts in the structures below, the terminating byte included. */
#define MXW_VERSION_LEN 64
#define MXW_EXIT_REASON_LEN 128
#define MXW_EXIT_MSG_LEN 1024
#define MXW_CPUS_LEN (MAXWELL_CPULIST_LEN + 1)
#define MXW_COMM_LEN 32
#define MXW_WALLET_NAME_LEN (MAXWELL_WALLET_NAME_LEN + 1)

struct mxw;

/**
 * struct mxw_error - why the last call failed
 * @code: positive errno
 * @from_kernel: the kernel refused the request; otherwise it did not get there
 * @msg: one sentence
 * @attr: name of the attribute at fault, as in the netlink spec; empty if unknown
 */
struct mxw_error {
	int code;
	bool from_kernel;
	char msg[256];
	char attr[32];
};

/* State of the class and the sums of all books; units are those of the netlink spec. */
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

/* One multiplier, of one CPU (@cpu) in a list, of several (@cpus) in a setting or an event. */
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

/* Bid and account of one task. */
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

/* State and counters of one CPU. */
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

/* One price bucket of the demand curve. */
struct mxw_demand {
	uint64_t present;
	uint32_t book;
	uint32_t bucket;
	uint32_t price;
	uint32_t queued;
	uint32_t running;
};

/* A wallet: its account, a request about it, or who draws on it (@to_uid, @to_pid, @to_cgroup). */
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

/* State of one GPU's auction. */
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

/**
 * struct mxw_event - a notification
 * @cmd: which member of the union holds: MAXWELL_CMD_CLASS_NTF, _PRICE_NTF, _CPU_NTF or _WALLET_NTF
 * @class_state: state of the class after the event
 * @price: the multiplier concerned
 * @cpu: a sample
 * @wallet: the wallet after the event
 */
struct mxw_event {
	uint32_t cmd;
	union {
		struct mxw_class class_state;
		struct mxw_price price;
		struct mxw_cpu cpu;
		struct mxw_wallet wallet;
	};
};

typedef void (*mxw_event_fn)(const struct mxw_event *event, void *arg);

const char *mxw_name(const char *const *names, uint32_t value);
int mxw_value(const char *const *names, const char *name);

int mxw_open(struct mxw **out);
void mxw_close(struct mxw *m);
const struct mxw_error *mxw_error(const struct mxw *m);
bool mxw_inconsistent(const struct mxw *m);

int mxw_class_get(struct mxw *m, struct mxw_class *out);
int mxw_price_set(struct mxw *m, const struct mxw_price *price);
int mxw_price_list(struct mxw *m, const char *cpus, struct mxw_price **out, size_t *nr);
int mxw_bid_set(struct mxw *m, const struct mxw_bid *bid);
int mxw_bid_get(struct mxw *m, uint32_t pid, struct mxw_bid *out);
int mxw_bid_list(struct mxw *m, struct mxw_bid **out, size_t *nr);
int mxw_cpu_list(struct mxw *m, struct mxw_cpu **out, size_t *nr);
int mxw_demand_list(struct mxw *m, const char *cpus, struct mxw_demand **out, size_t *nr);

int mxw_wallet_new(struct mxw *m, const struct mxw_wallet *terms, uint32_t *id);
int mxw_wallet_set(struct mxw *m, const struct mxw_wallet *terms);
int mxw_wallet_del(struct mxw *m, const struct mxw_wallet *which);
int mxw_wallet_fund(struct mxw *m, const struct mxw_wallet *which);
int mxw_wallet_grant(struct mxw *m, const struct mxw_wallet *grant);
int mxw_wallet_revoke(struct mxw *m, const struct mxw_wallet *grant);
int mxw_wallet_give(struct mxw *m, const char *name, uint32_t pid);
int mxw_wallet_get(struct mxw *m, const struct mxw_wallet *which, struct mxw_wallet *out);
int mxw_wallet_by_id(struct mxw *m, uint32_t id, struct mxw_wallet *out);
int mxw_wallet_by_name(struct mxw *m, const char *name, struct mxw_wallet *out);
int mxw_wallet_by_pid(struct mxw *m, uint32_t pid, struct mxw_wallet *out);
int mxw_wallet_list(struct mxw *m, struct mxw_wallet **out, size_t *nr);
int mxw_grant_list(struct mxw *m, struct mxw_wallet **out, size_t *nr);
int mxw_gpu_list(struct mxw *m, struct mxw_gpu **out, size_t *nr);

int mxw_subscribe(struct mxw *m, const char *group);
int mxw_wait_events(struct mxw *m, int timeout_ms, mxw_event_fn fn, void *arg);

#ifdef __cplusplus
}
#endif

#endif /* LIBMAXWELL_H */
