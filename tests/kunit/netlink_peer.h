/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Both sides of the netlink family for its suite: a client with a socket of its own, and in place
 * of the market a backend that only writes down what reaches it.
 */
#ifndef MAXWELL_NETLINK_PEER_H
#define MAXWELL_NETLINK_PEER_H

#include <kunit/test.h>
#include <net/genetlink.h>

#include "maxwell.h"
#include "bid.h"
#include "netlink.h"
#include "netlink_gen.h"

/**
 * struct backend - what reached the market
 * @calls: how often anything did
 * @cmd: the command, for those whose handlers are not under test
 * @kind: of the price that was set, as the next ones
 * @value: multiplier
 * @slope: Q16.16 per second
 * @lease_ms: lease
 * @cpus: the CPUs that it was set for
 * @task: whose bid was changed
 * @change: how
 */
struct backend {
	int calls;
	int cmd;
	u32 kind;
	u32 value;
	s32 slope;
	u32 lease_ms;
	struct cpumask cpus;
	struct task_struct *task;
	struct mx_bid_change change;
};

extern struct backend backend;

/* The client of a test: opened before it, closed after it. */
int client_open(struct kunit *test);
void client_close(struct kunit *test);

/* Start a request; attributes follow with nla_put_*(). */
struct sk_buff *client_ask(struct kunit *test, u8 cmd);
struct sk_buff *client_ask_dump(struct kunit *test, u8 cmd);

/* Send it, and expect that it reaches the market. */
void client_accepted(struct kunit *test);

/* Send it, expect a refusal with @error that says @text, and that nothing comes of it. */
void client_refused(struct kunit *test, int error, const char *text);

#endif /* MAXWELL_NETLINK_PEER_H */
