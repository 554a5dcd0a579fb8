// SPDX-License-Identifier: GPL-2.0
/*
 * The test module: its parameter, and the scenes that the suites play on.
 */
#include <linux/module.h>
#include <linux/random.h>

#include "suites.h"

static ulong seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of the random cases, 0 for one of its own; each case prints it");

void suite_random(struct kunit *test, struct rnd_state *rnd)
{
	if (!seed)
		seed = get_random_u32() | 1;
	kunit_info(test, "seed=%lu repeats this\n", seed);
	prandom_seed_state(rnd, seed);
}

struct scene *scene_new(struct kunit *test)
{
	struct scene *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	mx_rq_init(&s->rq);
	return s;
}

struct mx_node *scene_bid(struct scene *s, int i, u32 bid, u64 since_ns)
{
	struct mx_node *node = &s->node[i];

	node->bid = bid;
	node->bucket = mx_bucket(bid);
	node->since_ns = since_ns;
	mx_rq_enqueue(&s->rq, node);
	return node;
}

struct mx_node *scene_bid_as(struct scene *s, int i, u32 bid, u8 book, u16 tag)
{
	s->node[i].book = book;
	s->node[i].tag = tag;
	return scene_bid(s, i, bid, i * NSEC_PER_USEC);
}

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of Maxwell's policy files and netlink family");
