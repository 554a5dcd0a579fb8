// SPDX-License-Identifier: GPL-2.0
/*
 * Who is silent, who is dead, and above all who is not: nodes that are killed, stopped, starved,
 * cut off and started again. Who is suspected and what he says to that is in test_suspicion.c.
 */
#include "insider.h"

/* A detector that comes to verdicts within the time of a test. */
static struct net *quick(uint32_t nr)
{
	struct net *net = net_new(nr);
	uint32_t i;

	for (i = 0; i < nr; i++) {
		net->node[i].config.suspicion_mult = 4;
		net->node[i].config.suspicion_max_mult = 3;
	}
	return net;
}

static uint32_t dead_for(const struct net *net, uint32_t who)
{
	struct gossip_member m;
	uint32_t i, nr = 0;

	for (i = 0; i < net->nr; i++) {
		if (i != who && net->node[i].g && net_member(net, i, who, &m))
			nr += m.state == GOSSIP_DEAD;
	}
	return nr;
}

static void the_killed_are_silent_then_dead(void)
{
	struct net *net = quick(10);
	struct gossip_member m;
	struct gossip_zone z;
	double before;
	uint32_t i;

	net_start_all(net);
	net_live(net, 6, 50);
	before = net->node[3].price.external.multiplier;
	net_kill(net, 7);
	net_live(net, 4, 50);
	for (i = 0; i < 7; i++) {
		CHECK(net_member(net, i, 7, &m), "not known");
		CHECK(m.silent && m.state != GOSSIP_DEAD, "state %d", m.state);
		gossip_get_zone(net->node[i].g, 0, &z);
		CHECK(z.degraded, "node %u", i);
	}
	CHECK(net->node[3].price.external.multiplier > before, "silence costs nothing");
	net_live(net, 20, 50);
	CHECK_EQ(dead_for(net, 7), 9);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(!z.degraded, "the dead are not silent");
	CHECK_EQ(z.seen, 9);
	CHECK_EQ(z.expected, 10);
	net_live(net, 10, 50);
	CHECK_EQ(net_think(net, GOSSIP_SUSPECT), 0);
	net_free(net);
}

static void silence_takes_three_announced_intervals(void)
{
	struct net *net = net_new(3);
	struct gossip_member m;
	int i;

	net_start_all(net);
	net_live(net, 4, 50);
	/* 8 °C of margin: 50 ms between beacons, once it does not rise any more. */
	for (i = 0; i < 20; i++) {
		net_heat(net, 2, 87);
		net_run(net, NET_S);
	}
	CHECK(net_member(net, 0, 2, &m), "not known");
	CHECK_EQ(m.beacon.interval_ms, 50);
	net->node[2].paused_until_ns = net->now_ns + 10 * NET_S;
	net_run(net, 90 * NET_MS);
	CHECK(net_member(net, 0, 2, &m) && !m.silent, "too early");
	net_run(net, 70 * NET_MS);
	CHECK(net_member(net, 0, 2, &m) && m.silent, "too late");
	CHECK_EQ(m.state, GOSSIP_ALIVE);
	net_free(net);
}

/* Others who have never met a node, or forgotten it, say that they have no answer of it either. */
static void the_last_to_know_a_node_is_not_slow(void)
{
	struct insider s;
	struct net *net = insider_zone(&s, 6, 5, 0);
	struct gossip_self self;
	uint32_t i, worst = 0;

	net_step(net, &net->node[0]);
	for (i = 0; i < 25; i++) {
		net_live(net, 1, 50);
		gossip_get_self(net->node[0].g, &self);
		if (self.health > worst)
			worst = self.health;
	}
	CHECK(gossip_counters(net->node[0].g)[GOSSIP_PROBES_FAILED] > 1, "nothing to learn from");
	CHECK_EQ(worst, 0);
	net_free(net);
}

/* In a minute, of all by all; times that the price is of no worth to anybody. */
static uint32_t silences(double loss)
{
	struct net *net = net_new(16);
	uint32_t i, before = 0, after = 0;

	net_start_all(net);
	net_live(net, 5, 50);
	net->loss = loss;
	net_live(net, 10, 50);
	for (i = 0; i < net->nr; i++)
		before += net->node[i].events[GOSSIP_EV_SILENT];
	net_live(net, 60, 50);
	for (i = 0; i < net->nr; i++)
		after += net->node[i].events[GOSSIP_EV_SILENT];
	printf("# loss %.0f %%: %u silences begun and ended, %u questions\n", 100 * loss,
	       after - before, (unsigned int)net_count(net, GOSSIP_PULLS));
	net_free(net);
	return after - before;
}

/* Who is silent has been asked, and has not answered: loss alone makes few silent. */
static void loss_is_hardly_silence(void)
{
	/* One that begins and ends, with a seed in ten. */
	CHECK(silences(0.1) <= 4, "too many");
	CHECK(silences(0.3) < 80, "too many");
}

/* By the defaults: nobody may take a node for dead that is stopped for half a minute. */
static void a_pause_of_30_s_is_no_death(void)
{
	struct net *net = net_new(16);

	net_start_all(net);
	net_live(net, 5, 50);
	net->node[3].paused_until_ns = net->now_ns + 30 * NET_S;
	net_run(net, 30 * NET_S + NET_MS);
	CHECK_EQ(dead_for(net, 3), 0);
	net_live(net, 10, 50);
	CHECK_EQ(net_think(net, GOSSIP_DEAD) + net_think(net, GOSSIP_SUSPECT), 0);
	CHECK_EQ(net_count(net, GOSSIP_DEATHS), 0);
	CHECK(gossip_counters(net->node[3].g)[GOSSIP_STALLS] > 0, "not noticed");
	CHECK(net->node[3].events[GOSSIP_EV_STALL], "not told");
	/* Who was stopped has not judged those whom it did not hear. */
	CHECK_EQ(gossip_counters(net->node[3].g)[GOSSIP_SUSPICIONS], 0);
	CHECK_EQ(net->node[3].events[GOSSIP_EV_SILENT], 0);
	net_free(net);
}

/* Lifeguard's case: a quarter of the nodes runs only now and then, for a minute. */
static void starved_nodes_kill_nobody(void)
{
	struct net *net = quick(24);
	uint64_t end;
	uint32_t i;

	for (i = 0; i < net->nr; i++) {
		net->node[i].config.suspicion_mult = 6;
		net->node[i].config.suspicion_max_mult = 6;
	}
	net->loss = 0.05;
	net_start_all(net);
	net_live(net, 5, 50);
	end = net->now_ns + 60 * NET_S;
	while (net->now_ns < end) {
		for (i = 0; i < net->nr; i += 4) {
			if (net->node[i].paused_until_ns > net->now_ns || net_unit(net) < 0.5)
				continue;
			net->node[i].paused_until_ns = net->now_ns +
				(uint64_t)(net_unit(net) * 4 * NET_S);
		}
		net_run(net, 100 * NET_MS);
	}
	CHECK_EQ(net_count(net, GOSSIP_DEATHS), 0);
	net_live(net, 20, 50);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), 24 * 23);
	printf("    # %llu probes, %llu failed, %llu suspicions, %llu refuted\n",
	       (unsigned long long)net_count(net, GOSSIP_PROBES),
	       (unsigned long long)net_count(net, GOSSIP_PROBES_FAILED),
	       (unsigned long long)net_count(net, GOSSIP_SUSPICIONS),
	       (unsigned long long)net_count(net, GOSSIP_REFUTED));
	net_free(net);
}

/* memberlist#311: who comes back with an old incarnation has to learn that he is dead. */
static void a_restart_with_an_old_incarnation_gets_in(void)
{
	struct net *net = quick(8);
	struct gossip_self self;
	struct gossip_member m;
	uint32_t i;

	for (i = 0; i < net->nr; i++)
		net->node[i].config.incarnation = 100;
	net_start_all(net);
	net_live(net, 4, 50);
	net_kill(net, 2);
	net_live(net, 30, 50);
	CHECK_EQ(dead_for(net, 2), 7);
	net->node[2].config.incarnation = 1;
	net_start(net, 2);
	net_live(net, 5, 50);
	gossip_get_self(net->node[2].g, &self);
	CHECK(self.incarnation > 100, "%llu", (unsigned long long)self.incarnation);
	CHECK_EQ(dead_for(net, 2), 0);
	CHECK(net_member(net, 0, 2, &m) && !m.silent, "not heard");
	net_free(net);
}

/* The same incarnation with other salt is a forgery to the others, until it is raised. */
static void a_restart_that_forgot_its_incarnation_gets_in(void)
{
	struct net *net = quick(5);
	struct gossip_member m;

	net_start_all(net);
	net_live(net, 4, 50);
	net_kill(net, 2);
	net_start(net, 2);
	net_live(net, 5, 50);
	CHECK(net->node[2].persisted > 1, "%llu", (unsigned long long)net->node[2].persisted);
	CHECK(net_member(net, 0, 2, &m), "not known");
	CHECK(m.state == GOSSIP_ALIVE && !m.silent && m.incarnation > 1, "state %d", m.state);
	net_free(net);
}

static void a_rack_comes_back_at_once(void)
{
	struct net *net = quick(16);
	uint32_t i;

	net_start_all(net);
	net_live(net, 5, 50);
	for (i = 0; i < 8; i++)
		net_kill(net, i);
	net_live(net, 30, 50);
	for (i = 0; i < 8; i++) {
		net->node[i].config.incarnation = net->node[i].persisted + 1;
		net_start(net, i);
	}
	net_live(net, 8, 50);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), 16 * 15);
	net_free(net);
}

static void a_partition_prices_and_heals(void)
{
	struct net *net = quick(12);
	struct gossip_zone z;
	double whole, half;
	uint32_t i;

	net_start_all(net);
	net_live(net, 6, 50);
	whole = net->node[1].price.total;
	for (i = 6; i < 12; i++)
		net->node[i].group = 1;
	net_live(net, 30, 50);
	gossip_get_zone(net->node[1].g, 0, &z);
	CHECK_EQ(z.seen, 6);
	CHECK_EQ(z.expected, 12);
	CHECK(z.partitioned, "not noticed");
	half = net->node[1].price.total;
	CHECK(half > whole, "%g is no more than %g", half, whole);
	CHECK(net->node[1].last[GOSSIP_EV_PARTITION].on, "not told");
	for (i = 6; i < 12; i++)
		net->node[i].group = 0;
	net_live(net, 10, 50);
	CHECK_EQ(net_think(net, GOSSIP_ALIVE), 12 * 11);
	gossip_get_zone(net->node[1].g, 0, &z);
	CHECK_EQ(z.seen, 12);
	CHECK(!z.partitioned && !net->node[1].last[GOSSIP_EV_PARTITION].on, "not over");
	net_live(net, 120, 50);
	CHECK(net->node[1].price.total < half, "%g does not relax", net->node[1].price.total);
	net_free(net);
}

/*
 * One accuser, and others who could confirm it and do not: they may know better, but not for ever,
 * when nothing is heard of the node by any way.
 */
static void one_accuser_waits_for_the_longest(void)
{
	struct net *net = quick(5);
	struct gossip_member m;
	uint32_t i;

	for (i = 1; i < 5; i++)
		net->node[i].config.probe_interval_ms = 600000;
	net_start_all(net);
	net_live(net, 4, 50);
	net_kill(net, 4);
	/* 4 s would be the shortest, 8 s is the longest. */
	net_live(net, 8, 50);
	CHECK(net_member(net, 0, 4, &m), "not known");
	CHECK_EQ(m.state, GOSSIP_SUSPECT);
	CHECK_EQ(dead_for(net, 4), 0);
	net_live(net, 12, 50);
	CHECK(net_member(net, 0, 4, &m), "not known");
	CHECK_EQ(m.state, GOSSIP_DEAD);
	net_free(net);
}

/* With that loss on all links others still get an answer. */
static void who_reaches_others_is_not_dead(void)
{
	struct net *net = quick(8);

	net_start_all(net);
	net->loss = 0.3;
	net_live(net, 60, 50);
	CHECK_EQ(net_count(net, GOSSIP_DEATHS), 0);
	net_free(net);
}

static void time_may_jump(void)
{
	struct net *net = net_new(6);
	struct gossip *g;
	uint64_t due;

	net_start_all(net);
	net_live(net, 4, 50);
	g = net->node[0].g;
	/* Back by an hour and more than there is: the node lives on from there. */
	due = gossip_step(g, 5);
	CHECK(due > 5 && due <= 5 + NET_S, "due at %llu", (unsigned long long)due);
	due = gossip_step(g, due);
	CHECK(due <= 5 + 2 * NET_S, "due at %llu", (unsigned long long)due);
	/* Forward by a day: nobody is to blame. */
	due = gossip_step(g, 86400 * NET_S);
	CHECK(due > 86400 * NET_S && due < 86401 * NET_S, "due at %llu", (unsigned long long)due);
	CHECK(gossip_counters(g)[GOSSIP_STALLS] > 0, "not noticed");
	CHECK_EQ(gossip_counters(g)[GOSSIP_SUSPICIONS], 0);
	CHECK_EQ(net->node[0].events[GOSSIP_EV_SILENT], 0);
	net->node[0].g = NULL;
	gossip_destroy(g);
	net_free(net);
}

static void who_leaves_is_not_missed(void)
{
	struct net *net = net_new(6);
	struct gossip_member m;
	struct gossip_zone z;

	net_start_all(net);
	net_live(net, 6, 50);
	gossip_leave(net->node[4].g, net->now_ns);
	CHECK(gossip_step(net->node[4].g, net->now_ns) == GOSSIP_NEVER, "it goes on");
	net_kill(net, 4);
	net_live(net, 6, 50);
	CHECK(net_member(net, 0, 4, &m), "not known");
	CHECK_EQ(m.state, GOSSIP_LEFT);
	gossip_get_zone(net->node[0].g, 0, &z);
	CHECK(!z.degraded && !z.partitioned, "missed");
	CHECK_EQ(z.expected, 5);
	net_live(net, 70, 50);
	CHECK(!net_member(net, 0, 4, &m), "never forgotten");
	net_free(net);
}

static void the_dead_are_forgotten(void)
{
	struct net *net = quick(4);
	struct gossip_member m;

	net_start_all(net);
	net_live(net, 4, 50);
	net_kill(net, 3);
	net_live(net, 60, 50);
	CHECK(net_member(net, 0, 3, &m) && m.state == GOSSIP_DEAD, "not dead");
	net_live(net, 620, 50);
	CHECK(!net_member(net, 0, 3, &m), "still there");
	net_free(net);
}

/* A node that is called late, but called, has to find out that another one is gone. */
static void the_starved_see_who_is_silent(void)
{
	struct net *net = net_new(3);
	struct gossip_member m;
	int i;

	net_start_all(net);
	net_live(net, 6, 50);
	net_kill(net, 1);
	for (i = 0; i < 230; i++) {
		net->node[0].paused_until_ns = net->now_ns + 250 * NET_MS;
		net_run(net, 260 * NET_MS);
	}
	CHECK(net_member(net, 2, 1, &m) && m.silent, "node 2");
	CHECK(net_member(net, 0, 1, &m) && m.silent, "not silent after 60 s");
	net_free(net);
}

/* However late it is called each time: some time later. */
static void the_nearly_stopped_see_who_is_silent(void)
{
	struct net *net = net_new(3);
	struct gossip_member m;
	int i;

	net_start_all(net);
	net_live(net, 6, 50);
	net_kill(net, 1);
	for (i = 0; i < 250; i++) {
		net->node[0].paused_until_ns = net->now_ns + 990 * NET_MS;
		net_run(net, NET_S);
		CHECK(net_member(net, 0, 2, &m) && !m.silent, "silent after %d s", i);
	}
	CHECK(net_member(net, 0, 1, &m) && m.silent, "not silent after 250 s");
	net_free(net);
}

/* gossip-trust.md: weight comes back in about an hour of passed checks, and not in silence. */
static void who_leaves_takes_his_record_along(void)
{
	struct net *net = net_new(6);
	struct gossip_sample lie = net_reading(50);
	struct gossip_member m;
	uint32_t i;

	net_start_all(net);
	net_live(net, 120, 50);
	lie.temp_c = 85;
	for (i = 0; i < 400; i++) {
		net_heat_all(net, 50);
		gossip_sample(net->node[1].g, net->now_ns, &lie);
		net_step(net, &net->node[1]);
		net_run(net, NET_S);
	}
	CHECK(net_member(net, 0, 1, &m) && m.weight < 0.3, "weight %g", m.weight);
	gossip_leave(net->node[1].g, net->now_ns);
	net_kill(net, 1);
	net_live(net, 65, 50);
	net->node[1].config.incarnation = 50;
	net_start(net, 1);
	for (i = 0; i < 5; i++) {
		net_heat_all(net, 50);
		gossip_sample(net->node[1].g, net->now_ns, &lie);
		net_step(net, &net->node[1]);
		net_run(net, NET_S);
	}
	CHECK(net_member(net, 0, 1, &m), "not known");
	CHECK(m.weight < 0.5, "weight %g", m.weight);
	net_free(net);
}

static const struct test_case cases[] = {
	{ "the_killed_are_silent_then_dead", the_killed_are_silent_then_dead },
	{ "silence_takes_three_announced_intervals", silence_takes_three_announced_intervals },
	{ "the_last_to_know_a_node_is_not_slow", the_last_to_know_a_node_is_not_slow },
	{ "loss_is_hardly_silence", loss_is_hardly_silence },
	{ "a_pause_of_30_s_is_no_death", a_pause_of_30_s_is_no_death },
	{ "starved_nodes_kill_nobody", starved_nodes_kill_nobody },
	{ "a_restart_with_an_old_incarnation_gets_in", a_restart_with_an_old_incarnation_gets_in },
	{ "a_restart_that_forgot_its_incarnation_gets_in",
	  a_restart_that_forgot_its_incarnation_gets_in },
	{ "a_rack_comes_back_at_once", a_rack_comes_back_at_once },
	{ "a_partition_prices_and_heals", a_partition_prices_and_heals },
	{ "one_accuser_waits_for_the_longest", one_accuser_waits_for_the_longest },
	{ "who_reaches_others_is_not_dead", who_reaches_others_is_not_dead },
	{ "time_may_jump", time_may_jump },
	{ "who_leaves_is_not_missed", who_leaves_is_not_missed },
	{ "the_dead_are_forgotten", the_dead_are_forgotten },
	{ "the_starved_see_who_is_silent", the_starved_see_who_is_silent },
	{ "the_nearly_stopped_see_who_is_silent", the_nearly_stopped_see_who_is_silent },
	{ "who_leaves_takes_his_record_along", who_leaves_takes_his_record_along },
	{ 0 },
};

const struct test_suite detect_suite = { .name = "detect", .cases = cases };
