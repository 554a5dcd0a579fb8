// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that do not go, and that they are counted. What comes of those that do is tested with
 * daemons, net/test_net.py.
 */
#include <arpa/inet.h>
#include <string.h>

#include "harness.h"
#include "log.h"
#include "udp.h"

static void on_receive(void *ctx, const struct gossip_addr *from, uint8_t *bytes, size_t len)
{
	(void)ctx;
	(void)from;
	memset(bytes, 0, len);
}

static void on_drained(void *ctx)
{
	(void)ctx;
}

static void what_goes_to_no_group_is_counted(void)
{
	static const struct udp_user user = { .receive = on_receive, .drained = on_drained };
	static const uint8_t bytes[10];
	static const struct gossip_addr nowhere;
	static struct daemon_config config;
	uint64_t counters[UDP_COUNTERS];
	struct udp *udp;
	uv_loop_t loop;

	log_setup(CONFIG_LOG_ERROR, CONFIG_LOG_STDERR, 0);
	config.node.listen.nr = 1;
	config.node.listen.addr[0].in.sin_family = AF_INET;
	config.node.listen.addr[0].in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	config.multicast.enabled = true;
	config.multicast.interface = "none-such";
	config.multicast.group4.in.sin_family = AF_INET;
	config.multicast.group4.in.sin_addr.s_addr = htonl(0xefc00007);
	uv_loop_init(&loop);
	CHECK_EQ(udp_open(&udp, &loop, &config, &user), 0);
	CHECK(!udp_joined(udp), "an interface that is not there");
	udp_send(udp, GOSSIP_MULTICAST, &nowhere, bytes, sizeof(bytes));
	udp_get_counters(udp, counters);
	CHECK_EQ(counters[UDP_NO_ROUTE], 1);
	CHECK_EQ(counters[UDP_SENT], 0);
	udp_close(udp);
	uv_run(&loop, UV_RUN_DEFAULT);
	CHECK_EQ(uv_loop_close(&loop), 0);
}

static const struct test_case cases[] = {
	{ "what_goes_to_no_group_is_counted", what_goes_to_no_group_is_counted },
	{ 0 },
};

const struct test_suite udp_suite = { .name = "udp", .cases = cases };
