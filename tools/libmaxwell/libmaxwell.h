/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmaxwell: the generic netlink family "maxwell" as C functions and structures.
 *
 * One struct mxw is one connection, for one thread at a time. Connections do not know of each
 * other; texts and descriptions are constants, for all threads.
 *
 * A function that can fail returns 0 or a negative errno, and mxw_error() then says why: for a
 * refusal by the kernel, its extended ACK, which libnl 3.7 does not decode. Besides what is said at
 * each function there is, from here: -ENOMEM; -EMSGSIZE for a request that does not fit; -EIO when
 * netlink fails; -EBADMSG for an answer that makes no sense. From the kernel: -ERANGE for a number
 * out of range, -EINVAL for what is missing or does not go together, -ENOMEM, and -EOPNOTSUPP for a
 * command that it does not know or a caller in another network namespace than the initial one.
 *
 * Attributes that the kernel did not send stay zero in a structure, and their bit in its "present"
 * member stays clear: see MXW_HAS(). In requests the bits say what is sent: see MXW_SET(). Units
 * and ranges are in maxwell_types.h.
 *
 * A list is an array that the caller gives back by free(); an empty one may be NULL. After a
 * failure there is none, and the pointer is as it was.
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
#include "maxwell_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the kernel sent this attribute, an enumerator such as MAXWELL_A_BID_WAIT_NS. */
#define MXW_HAS(obj, attr) ((bool)(((obj)->present >> (attr)) & 1))
/* Marks a member of a request as filled in; what is not marked is not sent. */
#define MXW_SET(obj, attr) ((void)((obj)->present |= UINT64_C(1) << (attr)))

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
