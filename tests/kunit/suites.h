/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the KUnit suites share. They hold the policy files, compiled as they are in the module, to
 * their promises inside a kernel: with its arithmetic, its barriers, and under its sanitizers.
 */
#ifndef MAXWELL_SUITES_H
#define MAXWELL_SUITES_H

#include <kunit/test.h>
#include <linux/prandom.h>

#include "policy.h"

#define MS NSEC_PER_MSEC
#define SECOND ((u64)NSEC_PER_SEC)

/* Random numbers of one case: module parameter seed repeats them. */
void suite_random(struct kunit *test, struct rnd_state *rnd);

/**
 * struct scene - a runqueue and some tasks for it
 * @rq: runqueue
 * @node: tasks, not queued at first
 */
struct scene {
	struct mx_runqueue rq;
	struct mx_node node[64];
};

struct scene *scene_new(struct kunit *test);

/* Node @i of the scene queued with a bid, since a time. */
struct mx_node *scene_bid(struct scene *s, int i, u32 bid, u64 since_ns);

/* As scene_bid(), in a book and with the tag of a wallet. */
struct mx_node *scene_bid_as(struct scene *s, int i, u32 bid, u8 book, u16 tag);

#endif /* MAXWELL_SUITES_H */
