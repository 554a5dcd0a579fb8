// SPDX-License-Identifier: GPL-2.0
/*
 * What the controller is told of the load: how much of it can run at all.
 */
#include "net.h"

#define BASE 100
#define CPUS 8

/* A node alone, at a temperature for a while. Returns the multiplier that its own heat comes to. */
static double price_at(double temp_c, double cpus, const struct control_demand *steps, size_t nr)
{
	struct net *net = net_new(1);
	double price;
	int i;

	net_start_all(net);
	gossip_cpus(net->node[0].g, net->now_ns, cpus);
	gossip_demand(net->node[0].g, net->now_ns, steps, nr, BASE);
	for (i = 0; i < 100; i++) {
		net_heat(net, 0, temp_c);
		net_run(net, NET_S / 10);
	}
	price = net->node[0].price.component[CONTROL_LOCAL];
	net_free(net);
	return price;
}

/* Many tasks, all at the same bid: nothing but the heat is a reason to turn them away. */
static void load_that_waits_is_no_heat(void)
{
	static const struct control_demand many[] = { { .price = BASE, .cpus = 200 } };
	static const double unknown[] = { 0, -1, NAN, INFINITY };
	size_t i;

	CHECK(price_at(50, CPUS, many, 1) == 1, "a cool node is dear");
	CHECK(price_at(94, CPUS, many, 1) > 1, "a hot node is cheap");
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		CHECK(price_at(50, unknown[i], many, 1) == 1, "a cool node is dear");
}

/* Half of the load has no CPU: to turn that away makes nothing cooler. */
static void what_runs_is_shed_and_not_what_waits(void)
{
	static const struct control_demand steps[] = {
		{ .price = BASE, .cpus = 2 * CPUS }, { .price = 4 * BASE, .cpus = CPUS },
	};
	double known = price_at(90, CPUS, steps, 2), unknown = price_at(90, NAN, steps, 2);

	CHECK(unknown > 1 && unknown < 4, "%g", unknown);
	CHECK(known >= 4, "%g leaves all CPUs at work", known);
}

/* Most CPUs are idle, and the node is hot all the same: what little runs has to go. */
static void of_a_light_load_what_runs_is_shed(void)
{
	static const struct control_demand steps[] = { { .price = 3 * BASE / 2, .cpus = 2 } };
	double known = price_at(90, CPUS, steps, 1), unknown = price_at(90, NAN, steps, 1);

	CHECK(unknown >= 1.5, "%g", unknown);
	CHECK(known >= 1.5, "%g", known);
}

const struct test_suite price_suite = {
	.name = "price",
	.cases = (const struct test_case[]) {
		{ "load_that_waits_is_no_heat", load_that_waits_is_no_heat },
		{ "what_runs_is_shed_and_not_what_waits", what_runs_is_shed_and_not_what_waits },
		{ "of_a_light_load_what_runs_is_shed", of_a_light_load_what_runs_is_shed },
		{ NULL, NULL },
	},
};
