/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simple model of the order book to check the real one against: one array, kept sorted by
 * insertion, no bitmaps, no lists.
 */
#ifndef MAXWELL_TEST_RQ_MODEL_H
#define MAXWELL_TEST_RQ_MODEL_H

#include "runqueue.h"

#define MODEL_NODES 300

/**
 * struct rq_model - a runqueue, its nodes, and what ought to be in it
 * @rq: the subject
 * @node: all nodes, queued or not
 * @order: the queued ones, in order of insertion
 * @nr: length of @order
 */
struct rq_model {
	struct mx_runqueue rq;
	struct mx_node node[MODEL_NODES];
	struct mx_node *order[MODEL_NODES];
	u32 nr;
};

/* How bids are picked at random: few buckets make long FIFOs, many make sparse bitmaps. */
enum model_bids {
	MODEL_FEW_BUCKETS,
	MODEL_ALL_BUCKETS,
};

void model_init(struct rq_model *m);
void model_enqueue(struct rq_model *m, struct mx_node *node);
void model_dequeue(struct rq_model *m, struct mx_node *node);
void model_check(struct rq_model *m);
struct mx_node *model_best(const struct rq_model *m, bool any);
u64 model_oldest_since_ns(const struct rq_model *m);

u16 model_random_bucket(enum model_bids bids);
struct mx_node *model_random_node(struct rq_model *m, bool queued);
void model_enqueue_random(struct rq_model *m, enum model_bids bids, u64 since_ns);
void model_dequeue_any(struct rq_model *m, struct mx_node *node);

#endif /* MAXWELL_TEST_RQ_MODEL_H */
