// SPDX-License-Identifier: GPL-2.0
/*
 * RAPL on made-up trees: which domains count, and what becomes of counters.
 */
#include <errno.h>
#include <math.h>

#include "sensor_look.h"

/* A probe as a search finds it, read by hand: the counters are written in between. */
static struct sensor_probe *find_domain(const struct look *look, const char *name)
{
	struct sensor_scan *scan = sensor_scan_create(&sensor_rapl, look->tree.root, "");
	struct sensor_probe *found = NULL;
	size_t i;

	scan->job.run(&scan->job);
	for (i = 0; i < scan->nr; i++) {
		if (!strcmp(scan->found[i]->name, name))
			found = scan->found[i];
		else
			scan->found[i]->job.drop(&scan->found[i]->job);
	}
	CHECK(found, "no %s among %zu", name, scan->nr);
	scan->nr = 0;
	scan->job.drop(&scan->job);
	return found;
}

static void packages_and_memory_are_summed_and_nothing_twice(void)
{
	struct look look;
	size_t i;

	begin(&look);
	domain(&look, "intel-rapl:0", "package-0", 262143328850, 1000);
	domain(&look, "intel-rapl:0:0", "core", 262143328850, 1000);
	domain(&look, "intel-rapl:0:1", "uncore", 262143328850, 1000);
	domain(&look, "intel-rapl:0:2", "dram", 65712999613, 1000);
	domain(&look, "intel-rapl:1", "package-1", 262143328850, 1000);
	domain(&look, "intel-rapl-mmio:0", "package-0", 262143328850, 1000);
	tree_put(&look.tree, RAPL "0/constraint_0_max_power_uw", "205000000\n");
	tree_put(&look.tree, RAPL "0:2/constraint_0_max_power_uw", "0\n");
	tree_put(&look.tree, RAPL "0:2/constraint_0_power_limit_uw", "40000000\n");
	tree_put(&look.tree, RAPL "1/constraint_0_max_power_uw", "205000000\n");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.nr, 3);
	for (i = 0; i < look.nr; i++)
		CHECK(look.found[i].counted && near(look.found[i].value, 0), "%s is %g",
		      look.found[i].name, look.found[i].value);
	CHECK(near(look.sample.power_w, 0) && near(look.sample.power_max_w, 450), "%g of %g",
	      look.sample.power_w, look.sample.power_max_w);
}

static void counters_go_round(void)
{
	const uint64_t range_uj = 262143328850;
	struct sensor_probe *probe;
	struct look look;
	uint64_t was_ns;
	double joules;

	begin(&look);
	domain(&look, "intel-rapl:0", "package-0", range_uj, range_uj - 400000);
	probe = find_domain(&look, "rapl/intel-rapl:0/package-0");
	probe->job.run(&probe->job);
	CHECK_EQ(probe->error, -EAGAIN);
	was_ns = probe->energy.at_ns;
	/* At once again: there is nothing to say yet, and nothing is forgotten. */
	probe->job.run(&probe->job);
	CHECK(probe->error == -EAGAIN && probe->energy.at_ns == was_ns, "too soon, and it counts");
	usleep(30000);
	domain(&look, "intel-rapl:0", "package-0", range_uj, 600000);
	probe->job.run(&probe->job);
	CHECK_EQ(probe->error, 0);
	joules = probe->values[0].value * (double)(probe->energy.at_ns - was_ns) / 1000000000;
	CHECK(fabs(joules - 1) < 0.000000001, "round the end there are %g J", joules);

	/* A counter beyond its range means nothing; nor does one that jumps. */
	usleep(10000);
	domain(&look, "intel-rapl:0", "package-0", range_uj, range_uj + 5);
	probe->job.run(&probe->job);
	CHECK_EQ(probe->error, -ERANGE);
	usleep(10000);
	domain(&look, "intel-rapl:0", "package-0", range_uj, 700000);
	probe->job.run(&probe->job);
	CHECK_EQ(probe->error, -ERANGE);
	usleep(10000);
	tree_put(&look.tree, RAPL "0/energy_uj", "-3\n");
	probe->job.run(&probe->job);
	CHECK_EQ(probe->error, -ERANGE);
	CHECK_EQ(probe->energy.at_ns, 0);
	probe->job.drop(&probe->job);
	tree_destroy(&look.tree);
}

static void after_a_long_pause_a_counter_starts_anew(void)
{
	struct sensor_probe *probe;
	struct look look;

	begin(&look);
	domain(&look, "intel-rapl:0", "psys", 262143328850, 1000);
	probe = find_domain(&look, "rapl/intel-rapl:0/psys");
	CHECK_EQ(probe->kind, SENSOR_NODE_POWER);
	probe->job.run(&probe->job);
	/* A machine that slept: the clock went on for more than a minute. */
	CHECK(probe->energy.at_ns > 70 * NS_PER_S || uv_hrtime() < 71 * NS_PER_S, "no time");
	probe->energy.at_ns -= 61 * NS_PER_S;
	domain(&look, "intel-rapl:0", "psys", 262143328850, 5000);
	probe->job.run(&probe->job);
	CHECK_EQ(probe->error, -EAGAIN);
	probe->job.drop(&probe->job);
	tree_destroy(&look.tree);
}

static void domains_without_a_range_or_a_counter_are_left_out(void)
{
	struct look look;

	begin(&look);
	domain(&look, "intel-rapl:0", "package-0", 0, 1000);
	domain(&look, "intel-rapl:1", "package-1", 262143328850, 1000);
	tree_remove(&look.tree, RAPL "1/max_energy_range_uj");
	tree_put(&look.tree, RAPL "2/max_energy_range_uj", "12\n");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.nr, 0);
}

static const struct test_case cases[] = {
	{ "packages_and_memory_are_summed_and_nothing_twice",
	  packages_and_memory_are_summed_and_nothing_twice },
	{ "counters_go_round", counters_go_round },
	{ "after_a_long_pause_a_counter_starts_anew", after_a_long_pause_a_counter_starts_anew },
	{ "domains_without_a_range_or_a_counter_are_left_out",
	  domains_without_a_range_or_a_counter_are_left_out },
	{ }
};

const struct test_suite sensor_rapl_suite = { "sensor_rapl", cases };
