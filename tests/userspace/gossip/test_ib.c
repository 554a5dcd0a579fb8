// SPDX-License-Identifier: GPL-2.0
/*
 * The plug-in for InfiniBand, on a machine that is made up: what it sends and receives, and what it
 * does when ports, groups, devices and calls fail.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ib_scene.h"

/* --- datagrams --- */

static void test_what_is_sent_goes_to_the_group(void)
{
	struct scene s;

	begin_up(&s, 1);
	send_group(&s, false, 100);
	CHECK_EQ(fake.port[0].nr_sent, 1);
	CHECK_EQ(fake.port[0].sent_len, 100);
	CHECK_EQ(fake.port[0].sent[99], 0x5a);
	CHECK_EQ(fake.port[0].sent_qpn, 0xffffff);
	CHECK_EQ(fake.port[0].sent_qkey, FAKE_QKEY);
	CHECK_EQ(count(&s, 0, LINK_SENT), 1);
	CHECK_EQ(count(&s, 0, LINK_SENT_BYTES), 100);
	send_group(&s, false, GW_DATAGRAM_MAX + 1);
	CHECK_EQ(fake.port[0].nr_sent, 1);
	CHECK_EQ(count(&s, 0, LINK_MTU), 1);
	end(&s);
}

static void test_what_is_not_gone_takes_room(void)
{
	struct scene s;
	int i;

	begin_up(&s, 1);
	/* One that the hardware does not take has its room back at once. */
	fake.fail = fake.calls + 1;
	send_group(&s, false, 10);
	CHECK_EQ(count(&s, 0, LINK_FAILED), 1);
	fake.port[0].mute = true;
	for (i = 0; i < IB_SENDS + 3; i++)
		send_group(&s, false, 10);
	CHECK_EQ(fake.port[0].nr_sent, IB_SENDS);
	CHECK_EQ(count(&s, 0, LINK_BUSY), 3);
	fake_complete(&fake.port[0], IBV_WC_SUCCESS);
	send_group(&s, false, 10);
	CHECK_EQ(fake.port[0].nr_sent, IB_SENDS + 1);
	CHECK_EQ(count(&s, 0, LINK_FAILED), 1);
	end(&s);
}

static void test_what_comes_is_handed_over(void)
{
	static const uint8_t bytes[GW_DATAGRAM_MAX + 100] = { 1, 2, 3 };
	struct scene s;

	begin_up(&s, 1);
	CHECK(fake_deliver(&fake.port[0], PEER, QPN, true, bytes, 60), "there is a buffer");
	run(&s);
	CHECK_EQ(s.received, 1);
	CHECK_EQ(s.len, 60);
	CHECK_EQ(s.bytes[2], 3);
	CHECK_EQ(s.from.link, GOSSIP_LINK_IB);
	CHECK(s.from.group, "it came by the group");
	CHECK_EQ(s.from.len, IB_ADDR_BYTES);
	CHECK(!memcmp(s.from.byte, fake_gid(PEER).raw, 16), "its GID");
	CHECK(!memcmp(s.from.byte + IB_ADDR_QPN, "\x12\x34\x56", 3), "its queue pair");
	/* Our own, one that is longer than any, and one that is nothing. */
	fake_deliver(&fake.port[0], 0x0a580001, fake.port[0].qp->qp_num, true, bytes, 60);
	fake_deliver(&fake.port[0], PEER, QPN, true, bytes, sizeof(bytes));
	fake_deliver(&fake.port[0], PEER, QPN, true, bytes, 0);
	/* Who only has the same number is not us. */
	fake_deliver(&fake.port[0], PEER, fake.port[0].qp->qp_num, false, bytes, 60);
	run(&s);
	CHECK_EQ(s.received, 2);
	CHECK(!s.from.group, "to this node alone");
	CHECK_EQ(count(&s, 0, LINK_OWN), 1);
	CHECK_EQ(count(&s, 0, LINK_TOO_LONG), 1);
	CHECK_EQ(count(&s, 0, LINK_TOO_SHORT), 1);
	CHECK_EQ(fake.port[0].last - fake.port[0].first, 512);
	end(&s);
}

static void test_a_flood_leaves_others_their_turn(void)
{
	static const uint8_t bytes[60];
	struct scene s;
	int i;

	begin_up(&s, 1);
	for (i = 0; i < 512; i++)
		CHECK(fake_deliver(&fake.port[0], PEER, QPN, true, bytes, 60), "buffer %d", i);
	CHECK(!fake_deliver(&fake.port[0], PEER, QPN, true, bytes, 60), "no buffer is left");
	run(&s);
	CHECK_EQ(s.received, 512);
	CHECK_EQ(s.most_in_one_go, IB_GO);
	CHECK_EQ(fake.port[0].last - fake.port[0].first, 512);
	end(&s);
}

static void check_source(const uint8_t *grh, uint32_t flags, bool ethernet, bool good, bool group,
			 const char *gid)
{
	const struct ibv_wc wc = { .src_qp = QPN, .slid = 0x0102, .wc_flags = flags };
	struct gossip_addr from;

	CHECK_EQ(ib_source(grh, &wc, ethernet, &from), good);
	if (!good)
		return;
	CHECK_EQ(from.group, group);
	CHECK(!memcmp(from.byte, gid, 16), "GID");
	CHECK_EQ(from.byte[IB_ADDR_LID + 1], ethernet ? 0 : 2);
}

static void test_sources_are_read_from_headers(void)
{
	uint8_t grh[IB_GRH_BYTES] = { 0 };

	/* NOLINTBEGIN(bugprone-not-null-terminated-result): bytes, and no text */
	/* IPv4 of 10.0.0.1 to 239.0.0.1, behind nothing, and behind what looks like IPv6. */
	memcpy(grh + 20, "\x45\0\0\0\0\0\0\0\x40\x11\0\0\x0a\0\0\1\xef\0\0\1", 20);
	check_source(grh, 0, true, true, true, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1");
	grh[36] = 10;
	check_source(grh, 0, true, true, false, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1");
	grh[0] = 0x60;
	memcpy(grh + 8, "\xfe\x80\0\0\0\0\0\0\0\0\0\0", 12);
	/* NOLINTEND(bugprone-not-null-terminated-result) */
	check_source(grh, 0, true, true, false,
		     "\xfe\x80\0\0\0\0\0\0\0\0\0\0\x45\0\0\0");
	/* The checksum of that header, made right: it is IPv4. */
	grh[30] = 0x66;
	grh[31] = 0xec;
	check_source(grh, 0, true, true, false, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1");
	memset(grh, 0, sizeof(grh));
	check_source(grh, 0, true, false, false, NULL);
	check_source(grh, IBV_WC_GRH, false, false, false, NULL);
	/* InfiniBand within a subnet need not have one. */
	check_source(grh, 0, false, true, false, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	grh[0] = 0x60;
	grh[8] = 0xfe;
	grh[24] = 0xff;
	check_source(grh, IBV_WC_GRH, false, true, true, "\xfe\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
}

/* --- what fails --- */

static void test_a_port_goes_and_comes_back(void)
{
	struct scene s;

	begin_up(&s, 1);
	fake.port[0].active = false;
	fake_async(&fake.port[0], IBV_EVENT_PORT_ERR);
	CHECK(reaches(&s, 0, LINK_RAIL_DOWN), "is down");
	CHECK(!s.up && s.downs == 1, "told");
	CHECK_EQ(fake.live[FAKE_QP], 0);
	CHECK_EQ(fake.live[FAKE_MR], 0);
	send_group(&s, true, 10);
	CHECK_EQ(s.state.no_rail, 1);
	fake.port[0].active = true;
	fake_async(&fake.port[0], IBV_EVENT_PORT_ACTIVE);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "is up again");
	CHECK_EQ(s.ups, 2);
	CHECK_EQ(count(&s, 0, LINK_JOINS), 2);
	CHECK_EQ(count(&s, 0, LINK_LOSSES), 1);
	end(&s);
}

static void test_another_rail_takes_over_at_once(void)
{
	struct scene s;

	begin_up(&s, 2);
	send_group(&s, false, 10);
	CHECK_EQ(fake.port[0].nr_sent, 1);
	CHECK_EQ(fake.port[1].nr_sent, 0);
	send_group(&s, true, 10);
	CHECK_EQ(fake.port[0].nr_sent, 2);
	CHECK_EQ(fake.port[1].nr_sent, 1);
	fake_async(&fake.port[0], IBV_EVENT_PORT_ERR);
	run(&s);
	send_group(&s, false, 10);
	CHECK_EQ(fake.port[0].nr_sent, 2);
	CHECK_EQ(fake.port[1].nr_sent, 2);
	CHECK_EQ(s.state.failovers, 1);
	CHECK(s.up && !s.downs, "one of them is enough");
	/* What the other says is our own as well. */
	fake_deliver(&fake.port[1], 0x0a590001, fake.port[1].qp->qp_num, true,
		     (const uint8_t *)"x", 1);
	run(&s);
	CHECK_EQ(s.received, 0);
	CHECK_EQ(count(&s, 1, LINK_OWN), 1);
	end(&s);
}

static void test_a_send_that_fails_is_told_during_the_call(void)
{
	struct scene s;
	int i;

	begin_up(&s, 2);
	for (i = 0; i < 3; i++) {
		fake.fail = fake.calls + 1;
		gossipd_link.send(s.link, GOSSIP_MULTICAST, NULL, true, (const uint8_t *)"x", 1);
	}
	/* Nothing is closed before the loop has its turn. */
	CHECK_EQ(fake.live[FAKE_QP], 2);
	run(&s);
	CHECK_EQ(count(&s, 0, LINK_FAILED), 3);
	CHECK_EQ(fake.live[FAKE_QP], 1);
	CHECK_EQ(fake.port[1].nr_sent, 3);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "opened anew");
	end(&s);
}

static void test_a_group_that_is_lost_is_joined_again(void)
{
	struct scene s;

	begin_up(&s, 1);
	fake_cm_event(&fake.port[0], RDMA_CM_EVENT_MULTICAST_ERROR, -ENETRESET);
	CHECK(reaches(&s, 0, LINK_RAIL_BACKOFF), "waits");
	CHECK(!s.up && fake.live[FAKE_AH] == 0 && fake.live[FAKE_JOIN] == 0, "has left");
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "is there again");
	/* A new subnet manager: again within a second. */
	fake_async(&fake.port[0], IBV_EVENT_SM_CHANGE);
	while (s.state.rail[0].counters[LINK_JOINS] < 3)
		CHECK(reaches(&s, 0, LINK_RAIL_UP), "stays up, or nearly");
	CHECK_EQ(fake.live[FAKE_JOIN], 1);
	end(&s);
}

static void test_answers_to_earlier_joins_do_not_count(void)
{
	struct scene s;
	void *earlier;

	CHECK_EQ(begin(&s, 1), 0);
	fake.port[0].refuse = true;
	CHECK(reaches(&s, 0, LINK_RAIL_JOINING), "asked");
	earlier = fake.port[0].joined;
	fake_joined(&fake.port[0], -EACCES);
	CHECK(reaches(&s, 0, LINK_RAIL_BACKOFF), "refused");
	CHECK(strstr(s.state.rail[0].why, "refused"), "%s", s.state.rail[0].why);
	CHECK_EQ(count(&s, 0, LINK_REFUSED), 1);
	CHECK(reaches(&s, 0, LINK_RAIL_JOINING), "asked again");
	CHECK(earlier != fake.port[0].joined, "under another mark");
	fake.port[0].joined = earlier;
	fake_joined(&fake.port[0], 0);
	run(&s);
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_JOINING);
	CHECK_EQ(fake.live[FAKE_AH], 0);
	end(&s);
}

static void test_a_device_is_pulled_out_and_put_in(void)
{
	struct scene s;

	begin_up(&s, 1);
	fake_cm_event(&fake.port[0], RDMA_CM_EVENT_DEVICE_REMOVAL, 0);
	CHECK(reaches(&s, 0, LINK_RAIL_GONE), "is gone");
	CHECK_EQ(fake.live[FAKE_ID], 0);
	/* Who removes it waits for that. */
	CHECK_EQ(fake.live[FAKE_CONTEXT], 0);
	CHECK(fake_let_go(&fake.port[0]), "the library as well");
	CHECK_EQ(ib_devices_scan(s.link), 0);
	CHECK_EQ(fake.live[FAKE_CONTEXT], 0);
	fake_plug(&fake.port[0]);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "is found by itself");
	CHECK(!fake_let_go(&fake.port[0]), "the library has another one");
	CHECK_EQ(s.state.nr_rails, 1);
	fake_async(&fake.port[0], IBV_EVENT_DEVICE_FATAL);
	CHECK(reaches(&s, 0, LINK_RAIL_GONE), "has failed");
	CHECK_EQ(fake_live(), 1);
	end(&s);
}

/* Nobody is told that these are removed: they are in no use. */
static void test_what_is_no_rail_is_let_go_as_well(void)
{
	struct scene s;
	struct stat st;
	int fd;

	begin_loop(&s, 2);
	CHECK_EQ(begin_link(&s, "=m1"), 0);
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "the other one");
	CHECK_EQ(s.state.nr_rails, 1);
	ib_devices_scan(s.link);
	CHECK(!fake_let_go(&fake.port[0]), "it is there");
	fake.port[0].there = false;
	ib_devices_scan(s.link);
	CHECK(fake_let_go(&fake.port[0]), "it is not");
	CHECK(!fake_let_go(&fake.port[1]), "this one is");
	/* One that the library has closed by itself: the number is another file's. */
	CHECK(reaches(&s, 0, LINK_RAIL_UP), "well");
	fake_async(&fake.port[1], IBV_EVENT_PORT_ERR);
	CHECK(reaches(&s, 0, LINK_RAIL_DOWN), "closed");
	fd = fake.port[1].cm->context.cmd_fd;
	CHECK_EQ(dup2(fake.port[1].cm->context.async_fd, fd), fd);
	fake.port[1].there = false;
	ib_devices_scan(s.link);
	CHECK(!fstat(fd, &st) && !S_ISCHR(st.st_mode), "is left alone");
	CHECK_EQ(s.state.rail[0].state, LINK_RAIL_DOWN);
	end(&s);
}

static void test_devices_may_come_late(void)
{
	static const enum config_infiniband_enable ways[] = {
		CONFIG_INFINIBAND_AUTO, CONFIG_INFINIBAND_YES,
	};
	struct scene s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		begin_loop(&s, 0);
		fake.no_driver = true;
		s.config.enable = ways[i];
		CHECK_EQ(begin_link(&s, NULL), 0);
		CHECK_EQ(s.lines, 1);
		CHECK(strstr(s.line, "no device yet"), "%s", s.line);
		run(&s);
		CHECK_EQ(s.state.nr_rails, 0);
		/* It is looked for, which takes nothing: not one call of the libraries. */
		CHECK_EQ(ib_look(s.link), -ENODEV);
		CHECK_EQ(fake.looks, 2);
		CHECK_EQ(fake.calls, 0);
		/* The driver, but no device. */
		fake.no_driver = false;
		CHECK_EQ(ib_look(s.link), -ENODEV);
		CHECK_EQ(fake_live(), 0);
		fake_plug(&fake.port[1]);
		CHECK_EQ(s.lines, 1);
		CHECK(reaches(&s, 0, LINK_RAIL_UP), "by itself");
		CHECK_EQ(strcmp(s.state.rail[0].name, "m1:1"), 0);
		/* That it is there, and that it has joined. */
		CHECK_EQ(s.lines, 3);
		ib_look(s.link);
		run(&s);
		CHECK_EQ(s.lines, 3);
		end(&s);
	}
}

static void test_every_call_may_fail(void)
{
	uint32_t calls, fail;
	struct scene s;

	begin_up(&s, 1);
	calls = fake.calls;
	end(&s);
	CHECK(calls > 40, "buffers alone take 32 calls");
	for (fail = 1; fail <= calls; fail++) {
		begin_loop(&s, 1);
		fake.fail = fail;
		CHECK_EQ(begin_link(&s, NULL), 0);
		/* What has failed is tried again; here the next look is not waited for. */
		ib_look(s.link);
		CHECK(reaches(&s, 0, LINK_RAIL_UP), "call %u", fail);
		end(&s);
	}
}

/* --- nodes, and what they take --- */

static void send_node(struct scene *s, uint32_t host)
{
	struct gossip_addr to = { .link = GOSSIP_LINK_IB, .len = IB_ADDR_BYTES };

	memcpy(to.byte, fake_gid(host).raw, 16);
	to.byte[IB_ADDR_QPN] = 0x12;
	gossipd_link.send(s->link, GOSSIP_UNICAST, &to, false, (const uint8_t *)"x", 1);
}

static void wait_handles(struct scene *s, uint64_t nr)
{
	uint64_t until_ns = uv_hrtime() + WAIT_MS * 1000000ULL;

	do
		run(s);
	while (count(s, 0, LINK_HANDLES) < nr && uv_hrtime() < until_ns);
	CHECK_EQ(count(s, 0, LINK_HANDLES), nr);
}

static void test_a_thousand_nodes_take_no_more_than_one(void)
{
	static const uint8_t bytes[60];
	uint64_t memory;
	struct scene s;
	uint32_t i;

	begin_up(&s, 1);
	memory = s.state.rail[0].memory_bytes;
	/* 40 bytes of header, and the longest of the port, in whole cache lines. */
	CHECK_EQ(memory, 512 * 4160 + IB_SENDS * GW_DATAGRAM_MAX);
	for (i = 0; i < 1023; i++) {
		CHECK(fake_deliver(&fake.port[0], PEER + i, QPN + i, true, bytes, 60), "%u", i);
		run(&s);
		send_node(&s, PEER + i);
		wait_handles(&s, i + 1);
		send_node(&s, PEER + i);
		CHECK_EQ(fake.port[0].nr_sent, i + 1);
		CHECK_EQ(fake.port[0].sent_qpn, 0x120000);
	}
	CHECK_EQ(s.received, 1023);
	CHECK_EQ(count(&s, 0, LINK_NO_HANDLE), 1023);
	CHECK_EQ(fake.made[FAKE_QP], 1);
	CHECK_EQ(fake.made[FAKE_MR], 1);
	CHECK_EQ(fake.made[FAKE_CQ], 2);
	CHECK_EQ(s.state.rail[0].memory_bytes, memory);
	/* And that of the group. */
	CHECK_EQ(fake.live[FAKE_AH], IB_HANDLES + 1);
	printf("    # one queue pair, %llu kB registered, %zu kB of state, %d handles\n",
	       (unsigned long long)memory / 1000, sizeof(struct link) / 1000, fake.most[FAKE_AH]);
	end(&s);
}

static void test_a_rail_may_go_while_a_thread_is_busy(void)
{
	struct scene s;

	begin_up(&s, 1);
	fake.slow = true;
	send_node(&s, PEER);
	send_node(&s, PEER + 1);
	run(&s);
	fake_async(&fake.port[0], IBV_EVENT_PORT_ERR);
	CHECK(reaches(&s, 0, LINK_RAIL_DOWN), "is down");
	CHECK_EQ(fake.live[FAKE_QP], 0);
	CHECK_EQ(fake.live[FAKE_PD], 1);
	CHECK_EQ(fake.live[FAKE_ID], 1);
	gossipd_link.close(s.link);
	s.link = NULL;
	sem_post(&fake.go);
	end(&s);
}

/* --- settings --- */

static void test_only_what_is_wanted_is_used(void)
{
	struct scene s;

	begin_loop(&s, 3);
	CHECK_EQ(begin_link(&s, "=m2,m0:1"), 0);
	CHECK(reaches(&s, 1, LINK_RAIL_UP), "the second");
	CHECK_EQ(s.state.nr_rails, 2);
	CHECK_EQ(strcmp(s.state.rail[0].name, "m2:1"), 0);
	CHECK(s.state.rail[0].active, "the first of the list");
	end(&s);
	begin_up(&s, 3);
	CHECK_EQ(strcmp(s.state.rail[0].name, "m0:1"), 0);
	CHECK_EQ(strcmp(s.state.group, "239.192.0.7"), 0);
	CHECK_EQ(strcmp(s.state.rail[2].address, "10.90.0.1"), 0);
	end(&s);
}

static const struct test_case cases[] = {
	{ "what_is_sent_goes_to_the_group", test_what_is_sent_goes_to_the_group },
	{ "what_is_not_gone_takes_room", test_what_is_not_gone_takes_room },
	{ "what_comes_is_handed_over", test_what_comes_is_handed_over },
	{ "a_flood_leaves_others_their_turn", test_a_flood_leaves_others_their_turn },
	{ "sources_are_read_from_headers", test_sources_are_read_from_headers },
	{ "a_port_goes_and_comes_back", test_a_port_goes_and_comes_back },
	{ "another_rail_takes_over_at_once", test_another_rail_takes_over_at_once },
	{ "a_send_that_fails_is_told_during_the_call",
	  test_a_send_that_fails_is_told_during_the_call },
	{ "a_group_that_is_lost_is_joined_again", test_a_group_that_is_lost_is_joined_again },
	{ "answers_to_earlier_joins_do_not_count", test_answers_to_earlier_joins_do_not_count },
	{ "a_device_is_pulled_out_and_put_in", test_a_device_is_pulled_out_and_put_in },
	{ "what_is_no_rail_is_let_go_as_well", test_what_is_no_rail_is_let_go_as_well },
	{ "devices_may_come_late", test_devices_may_come_late },
	{ "every_call_may_fail", test_every_call_may_fail },
	{ "a_thousand_nodes_take_no_more_than_one", test_a_thousand_nodes_take_no_more_than_one },
	{ "a_rail_may_go_while_a_thread_is_busy", test_a_rail_may_go_while_a_thread_is_busy },
	{ "only_what_is_wanted_is_used", test_only_what_is_wanted_is_used },
	{ 0 },
};

const struct test_suite ib_suite = { .name = "ib", .cases = cases };
