// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes of the core in one process: they find each other, hear of each other's heat, and stay
 * within their share of the network.
 */
#include "net.h"

static void nodes_find_each_other(void)
{
	struct net *net = net_new(16);
	struct gossip_member m;
	struct gossip_zone z;
	uint32_t i;

	net_start_all(net);
	net_live(net, 8, 50);
	for (i = 0; i < net->nr; i++) {
		CHECK_EQ(gossip_nr_members(net->node[i].g), 15);
		gossip_get_zone(net->node[i].g, 0, &z);
		CHECK_EQ(z.seen, 16);
		CHECK_EQ(z.expected, 16);
		CHECK(!z.degraded && !z.partitioned, "node %u", i);
		CHECK(fabs(z.temp_median_c - 50) < 0.11, "%g", z.temp_median_c);
		CHECK(fabs(z.power_w - 3200) < 1, "%g", z.power_w);
		CHECK(!memcmp(&z.speaker, &net->node[0].config.self, sizeof(z.speaker)),
		      "node %u hears %u", i, z.speaker.byte[15]);
	}
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), 16 * 15);
	CHECK_EQ(net_count(net, GOSSIP_SUSPICIONS), 0);
	CHECK(net_member(net, 3, 5, &m), "not known");
	CHECK(m.rtt_ns || !m.silent, "silent");
	CHECK_EQ(m.beacon.temp_dc, 500);
	net_free(net);
}

static uint64_t trace(uint64_t seed)
{
	struct net *net = net_new(12);
	uint64_t hash;
	uint32_t i;

	net->random = seed;
	for (i = 0; i < net->nr; i++)
		net->node[i].random = seed + i;
	net->loss = 0.2;
	net->twice = 0.1;
	net_start_all(net);
	net_live(net, 4, 60);
	net_heat(net, 3, 93);
	net_run(net, NET_S / 2);
	net_kill(net, 7);
	net_live(net, 4, 70);
	hash = net->hash;
	net_free(net);
	return hash;
}

static void same_seed_same_bytes(void)
{
	uint64_t seed = test_random(), first = trace(seed);

	printf("    # trace %016llx\n", (unsigned long long)first);
	CHECK(first == trace(seed), "another trace");
	CHECK(first != trace(seed + 1), "the trace does not depend on the seed");
}

/* 28 bytes of IP and UDP, and 14 of Ethernet, come to each datagram. */
#define OVERHEAD 42

static void idle_traffic_is_low(void)
{
	uint64_t before, bytes, datagrams;
	struct net *net = net_new(100);
	uint32_t i;

	net_start_all(net);
	net_live(net, 10, 50);
	before = net_count(net, GOSSIP_RX_DATAGRAMS) + net_count(net, GOSSIP_TX_DATAGRAMS) -
		 net_count(net, GOSSIP_DROP_SELF);
	memset(net->sent, 0, sizeof(net->sent));
	memset(net->received, 0, sizeof(net->received));
	net_live(net, 40, 50);
	datagrams = net_count(net, GOSSIP_RX_DATAGRAMS) + net_count(net, GOSSIP_TX_DATAGRAMS) -
		    net_count(net, GOSSIP_DROP_SELF) - before;
	for (i = 0, bytes = 0; i < net->nr; i++)
		bytes += net->sent[i] + net->received[i];
	printf("    # %.1f kB/s of payload a node, %.1f kB/s on the wire, %.0f datagrams/s\n",
	       (double)bytes / 40 / 100 / 1e3,
	       (double)(bytes + OVERHEAD * datagrams) / 40 / 100 / 1e3,
	       (double)datagrams / 40 / 100);
	CHECK(bytes + OVERHEAD * datagrams <= 25000ULL * 40 * 100, "%llu bytes",
	      (unsigned long long)bytes);
	CHECK(net->largest <= GW_DATAGRAM_MAX, "%llu", (unsigned long long)net->largest);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "nodes_find_each_other", nodes_find_each_other },
	{ "same_seed_same_bytes", same_seed_same_bytes },
	{ "idle_traffic_is_low", idle_traffic_is_low },
	{ NULL, NULL },
};

const struct test_suite gossip_suite = { "gossip", cases };
