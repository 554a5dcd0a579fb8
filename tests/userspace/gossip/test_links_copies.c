// SPDX-License-Identifier: GPL-2.0
/*
 * What comes by one transport and again by the other, or from elsewhere: copies move nobody who is
 * heard where he was.
 */
#include "links_scene.h"

static void copies_are_dropped_and_no_replays(void)
{
	struct net *net = zone_of(3, 2);
	uint64_t replays;

	net_live(net, 10, 50);
	CHECK(net_count(net, GOSSIP_DROP_COPY) > 10, "%llu copies",
	      (unsigned long long)net_count(net, GOSSIP_DROP_COPY));
	CHECK_EQ(net_count(net, GOSSIP_DROP_REPLAY), 0);
	/* What is played again counts as that, and moves nobody. */
	replays = net_count(net, GOSSIP_DROP_REPLAY);
	net_free(net);
	net = net_new(2);
	spy_on(net, 0);
	net_start_all(net);
	net_live(net, 5, 50);
	spy_replay(net, 1, 0);
	spy_replay(net, 1, spy.nr - 1);
	CHECK_EQ(net_count(net, GOSSIP_DROP_REPLAY), replays + 2);
	CHECK_EQ(net_count(net, GOSSIP_DROP_COPY), 0);
	net_free(net);
}

/* Only what all others get: what somebody has never got is new to him, from wherever it comes. */
static void spy_on_group(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
			 size_t len)
{
	if (route->dest == GOSSIP_MULTICAST)
		spy_send(ctx, route, bytes, len);
	else
		net_send(ctx, route, bytes, len);
}

/* All that node 0 has sent, once more to all others, from elsewhere and by another transport. */
static void play_again(struct net *net, uint8_t link)
{
	struct gossip_addr from = net_addr(99);
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t k, nr = spy.nr;
	uint32_t i;

	if (link == GOSSIP_LINK_IB) {
		from.link = link;
		from.len = 24;
		from.group = true;
	}
	/* Until all of that has come. */
	net_run(net, 5 * NET_MS);
	for (k = 0; k < nr; k++) {
		for (i = 1; i < net->nr; i++) {
			memcpy(bytes, spy.spied[k].bytes, spy.spied[k].len);
			gossip_receive(net->node[i].g, net->now_ns, &from, bytes,
				       spy.spied[k].len);
			net_step(net, &net->node[i]);
		}
	}
	spy.nr = 0;
}

static struct net *spied_zone(void)
{
	struct net *net = net_new(3);
	uint32_t i;

	net->node[0].env.send = spy_on_group;
	net_start_all(net);
	for (i = 0; i < net->nr; i++)
		net_ib(net, i, true);
	net_live(net, 15, 50);
	CHECK_EQ(promoted(net), 3);
	return net;
}

static void who_is_elsewhere_moves_nobody(void)
{
	struct gossip_addr right = net_addr(0);
	struct net *net = spied_zone();
	struct gossip_member m;
	uint32_t step;

	/* What came by InfiniBand, by UDP, where it is missed. */
	net->udp_dead = true;
	spy.nr = 0;
	for (step = 0; step < 3; step++) {
		net_run(net, NET_S);
		CHECK(spy.nr, "nothing to play");
		play_again(net, GOSSIP_LINK_UDP);
		CHECK(net_member(net, 1, 0, &m) && !memcmp(&m.addr, &right, sizeof(right)),
		      "moved");
	}
	net->udp_dead = false;
	net_live(net, 20, 50);
	/* What came by UDP, by InfiniBand, which is dead: nobody believes in that. */
	net->ib_dead = true;
	net_run(net, 5 * NET_S / 2);
	CHECK_EQ(promoted(net), 0);
	spy.nr = 0;
	for (step = 0; step < 20; step++) {
		net_run(net, NET_S / 10);
		play_again(net, GOSSIP_LINK_IB);
		CHECK(net_member(net, 1, 0, &m) && m.ib_addr.byte[1] == 0 && m.ib_addr.len == 24,
		      "moved");
		CHECK(!self_of(net, 1).on_ib && !promoted(net), "believed");
	}
	CHECK_EQ(silences(net), 0);
	net_free(net);
}

/*
 * Of a node nothing but copies come, from elsewhere: they are believed when nothing has come from
 * where it was for six seconds, of which there may have been two already.
 */
static void who_has_moved_is_found_by_copies_after_a_while(void)
{
	struct gossip_addr right = net_addr(0), other = net_addr(99);
	struct net *net = spied_zone();
	struct gossip_member m;
	uint32_t step;

	net->udp_dead = true;
	spy.nr = 0;
	for (step = 0; step < 7; step++) {
		net_run(net, NET_S / 2);
		play_again(net, GOSSIP_LINK_UDP);
		CHECK(net_member(net, 1, 0, &m) && !memcmp(&m.addr, &right, sizeof(right)),
		      "moved in step %u", step);
	}
	net_run(net, 2 * NET_S);
	spy.nr = 0;
	net_run(net, 3 * NET_S / 2);
	CHECK(spy.nr, "nothing to play");
	play_again(net, GOSSIP_LINK_UDP);
	CHECK(net_member(net, 1, 0, &m) && m.addr.len == other.len &&
	      !memcmp(m.addr.byte, other.byte, other.len), "is not found");
	net_free(net);
}

static const struct test_case cases[] = {
	{ "copies_are_dropped_and_no_replays", copies_are_dropped_and_no_replays },
	{ "who_is_elsewhere_moves_nobody", who_is_elsewhere_moves_nobody },
	{ "who_has_moved_is_found_by_copies_after_a_while",
	  who_has_moved_is_found_by_copies_after_a_while },
	{ 0 },
};

const struct test_suite links_copies_suite = { .name = "links_copies", .cases = cases };
