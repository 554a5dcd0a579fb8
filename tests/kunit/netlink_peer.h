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

/**
 * struct client - who sends requests
 * @sock: generic netlink
 * @request: the one in the making
 * @why: what the kernel said to the last refusal
 */
struct client {
	struct socket *sock;
	struct sk_buff *request;
	char why[128];
};

int client_open(struct client *c);
void client_close(struct client *c);

/* Start a request; attributes follow with nla_put_*(c->request, ...). */
void client_begin(struct kunit *test, struct client *c, u8 cmd, u16 flags);

/* Send it; returns the errno of the kernel's answer. */
int client_send(struct kunit *test, struct client *c);

#endif /* MAXWELL_NETLINK_PEER_H */
