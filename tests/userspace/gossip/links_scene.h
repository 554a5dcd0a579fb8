/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Zones with InfiniBand, and which transport they are on.
 */
#ifndef GOSSIP_TEST_LINKS_SCENE_H
#define GOSSIP_TEST_LINKS_SCENE_H

#include "insider.h"

#define NODES 6

static inline struct gossip_self self_of(const struct net *net, uint32_t i)
{
	struct gossip_self self;

	gossip_get_self(net->node[i].g, &self);
	return self;
}

static inline uint32_t promoted(const struct net *net)
{
	uint32_t i, nr = 0;

	for (i = 0; i < net->nr; i++)
		nr += net->node[i].g && self_of(net, i).promoted;
	return nr;
}

static inline uint64_t silences(const struct net *net)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < net->nr; i++)
		sum += net->node[i].events[GOSSIP_EV_SILENT];
	return sum;
}

/* Nodes from 0 to @ib - 1 have InfiniBand. */
static inline struct net *zone_of(uint32_t nr, uint32_t ib)
{
	struct net *net = net_new(nr);
	uint32_t i;

	net_start_all(net);
	net_live(net, 5, 50);
	for (i = 0; i < ib; i++)
		net_ib(net, i, true);
	return net;
}

static inline struct net *promoted_zone(void)
{
	struct net *net = zone_of(NODES, NODES);

	net_live(net, 10, 50);
	CHECK_EQ(promoted(net), NODES);
	CHECK_EQ(silences(net), 0);
	return net;
}

#endif /* GOSSIP_TEST_LINKS_SCENE_H */
