/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmaxwell: the generic netlink family "maxwell" as C functions and structures.
 *
 * One struct mxw is one connection; it is not safe for use by two threads at once. A function that
 * can fail returns 0 or a negative errno, and mxw_error() then says why: for a refusal by the
 * kernel, its extended ACK, which libnl 3.7 does not decode.
 *
 * Attributes that the kernel did not send stay zero in a structure, and their bit in its "present"
 * member stays clear: see MXW_HAS().
 */
#ifndef LIBMAXWELL_H
#define LIBMAXWELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/maxwell.h>

/* Whether the kernel sent this attribute, an enumerator such as MAXWELL_A_BID_WAIT_NS. */
#define MXW_HAS(obj, attr) ((bool)(((obj)->present >> (attr)) & 1))

/* Sizes of the texts in the structures below, the terminating byte included. */
#define MXW_VERSION_LEN 64
#define MXW_EXIT_REASON_LEN 128
#define MXW_EXIT_MSG_LEN 1024
#define MXW_CPUS_LEN (MAXWELL_CPULIST_LEN + 1)
#define MXW_COMM_LEN 32

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

/**
 * struct mxw_event - a notification
 * @cmd: which member of the union holds: MAXWELL_CMD_CLASS_NTF, _PRICE_NTF or _CPU_NTF
 * @class: state of the class after the event
 * @price: the multiplier concerned
 * @cpu: a sample
 */
struct mxw_event {
	uint32_t cmd;
	union {
		struct mxw_class class;
		struct mxw_price price;
		struct mxw_cpu cpu;
	};
};

typedef void (*mxw_event_fn)(const struct mxw_event *event, void *arg);

/* How a structure's member is kept, and thus how a field is read. */
enum mxw_type {
	MXW_U32,
	MXW_S32,
	MXW_UINT,
	MXW_SINT,
	MXW_STRING,
	MXW_FLAG,
};

/**
 * struct mxw_field - one attribute of an object, for decoding and for generic output
 * @attr: attribute number
 * @type: how the member is kept
 * @offset: where it is in the structure
 * @size: bytes of a text's array; 0 if the structure has no such member
 * @name: name in the netlink spec
 * @key: name with the unit in it, for JSON
 * @names: texts of an enumeration, NULL-terminated, or NULL
 * @fixed_point: the value is Q16.16
 */
struct mxw_field {
	unsigned int attr;
	enum mxw_type type;
	size_t offset;
	size_t size;
	const char *name;
	const char *key;
	const char *const *names;
	bool fixed_point;
};

/**
 * struct mxw_object - describes one of the structures above
 * @fields: its fields
 * @nr_fields: how many
 * @size: sizeof the structure
 * @attr_max: highest attribute number
 */
struct mxw_object {
	const struct mxw_field *fields;
	size_t nr_fields;
	size_t size;
	int attr_max;
};

extern const struct mxw_object mxw_class_object;
extern const struct mxw_object mxw_price_object;
extern const struct mxw_object mxw_bid_object;
extern const struct mxw_object mxw_cpu_object;
extern const struct mxw_object mxw_demand_object;

extern const char *const mxw_class_modes[];
extern const char *const mxw_class_events[];
extern const char *const mxw_price_kinds[];
extern const char *const mxw_price_states[];
extern const char *const mxw_price_events[];
extern const char *const mxw_books[];
extern const char *const mxw_bid_sources[];
extern const char *const mxw_task_states[];

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

int mxw_subscribe(struct mxw *m, const char *group);
int mxw_wait_events(struct mxw *m, int timeout_ms, mxw_event_fn fn, void *arg);

#endif /* LIBMAXWELL_H */
