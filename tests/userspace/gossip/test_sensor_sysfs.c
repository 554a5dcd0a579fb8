// SPDX-License-Identifier: GPL-2.0
/*
 * Thermal zones and hwmon on made-up trees: what is found, what it is called, what counts,
 * and that no tree whatsoever leads the readers astray.
 */
#include <errno.h>
#include <math.h>

#include "sensor_look.h"

#define ZONE "sys/class/thermal/thermal_zone"
#define HWMON "sys/class/hwmon/hwmon"

static void zone(const struct look *look, unsigned int number, const char *type, const char *temp)
{
	char path[256];

	snprintf(path, sizeof(path), ZONE "%u/type", number);
	tree_put(&look->tree, path, "%s\n", type);
	snprintf(path, sizeof(path), ZONE "%u/temp", number);
	tree_put(&look->tree, path, "%s\n", temp);
}

static void trip(const struct look *look, unsigned int number, unsigned int which, const char *type,
		 int temp_mc)
{
	char path[256];

	snprintf(path, sizeof(path), ZONE "%u/trip_point_%u_type", number, which);
	tree_put(&look->tree, path, "%s\n", type);
	snprintf(path, sizeof(path), ZONE "%u/trip_point_%u_temp", number, which);
	tree_put(&look->tree, path, "%d\n", temp_mc);
}

static void chip(const struct look *look, unsigned int number, const char *name, const char *device)
{
	char path[256], target[128];

	snprintf(path, sizeof(path), HWMON "%u/name", number);
	tree_put(&look->tree, path, "%s\n", name);
	snprintf(path, sizeof(path), HWMON "%u/device", number);
	snprintf(target, sizeof(target), "../../../devices/%s", device);
	if (*device)
		tree_link(&look->tree, path, target);
}

static void attribute(const struct look *look, unsigned int number, const char *file,
		      const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), HWMON "%u/%s", number, file);
	tree_put(&look->tree, path, "%s\n", text);
}

/* --- thermal zones --- */

static void a_zone_has_the_limit_of_its_trips(void)
{
	struct look look;

	begin(&look);
	zone(&look, 0, "acpitz", "41500");
	trip(&look, 0, 0, "critical", 110000);
	trip(&look, 0, 1, "active", 50000);
	trip(&look, 0, 2, "passive", 95000);
	trip(&look, 0, 3, "passive", 92000);
	zone(&look, 1, "cpu-thermal", "60000");
	trip(&look, 1, 0, "hot", 99000);
	trip(&look, 1, 1, "critical", 97000);
	/* Switched off. */
	trip(&look, 1, 2, "passive", -274000);
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.nr, 2);
	CHECK(near(get(&look, "thermal/thermal_zone0/acpitz")->limit, 92), "not the lowest trip");
	CHECK_EQ(get(&look, "thermal/thermal_zone0/acpitz")->place, SENSOR_BOARD);
	CHECK(near(get(&look, "thermal/thermal_zone1/cpu-thermal")->limit, 97), "a wrong trip");
	CHECK_EQ(get(&look, "thermal/thermal_zone1/cpu-thermal")->place, SENSOR_CPU);
	CHECK(near(look.sample.temp_c, 60) && near(look.sample.limit_c, 97), "%g of %g",
	      look.sample.temp_c, look.sample.limit_c);
	CHECK(get(&look, "thermal/thermal_zone1/cpu-thermal")->chosen, "it is not the nearest");
}

static void packages_have_the_limit_of_coretemp_and_come_before_it(void)
{
	struct look look;

	begin(&look);
	zone(&look, 0, "x86_pkg_temp", "71000");
	trip(&look, 0, 0, "passive", 45000);
	chip(&look, 3, "coretemp", "coretemp.0");
	attribute(&look, 3, "temp1_input", "70000");
	attribute(&look, 3, "temp1_crit", "100000");
	chip(&look, 4, "coretemp", "coretemp.1");
	attribute(&look, 4, "temp1_input", "69000");
	attribute(&look, 4, "temp1_crit", "98000");
	read_all(&look);
	CHECK_EQ(look.nr, 1);
	CHECK(near(look.sample.temp_c, 71) && near(look.sample.limit_c, 98), "%g of %g",
	      look.sample.temp_c, look.sample.limit_c);
	/* A zone that cannot be read is no reason to do without. */
	tree_remove(&look.tree, ZONE "0/temp");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK(near(look.sample.temp_c, 69), "it is %g", look.sample.temp_c);
	CHECK(get(&look, "hwmon/coretemp-coretemp.1/temp1")->chosen, "not by its margin");
}

/* --- hwmon --- */

static void chips_have_stable_names_and_their_own_limits(void)
{
	struct look look;
	const struct sensor_info *info;

	begin(&look);
	chip(&look, 7, "k10temp", "0000:00:18.3");
	attribute(&look, 7, "temp1_input", "66125");
	attribute(&look, 7, "temp1_label", "Tctl \"x\"");
	chip(&look, 2, "nvme", "nvme0");
	attribute(&look, 2, "temp1_input", "80000");
	attribute(&look, 2, "temp1_max", "81850");
	attribute(&look, 2, "temp1_crit", "84850");
	chip(&look, 5, "amdgpu", "0000:03:00.0");
	attribute(&look, 5, "temp2_input", "70000");
	attribute(&look, 5, "temp2_max", "80000");
	attribute(&look, 5, "temp2_crit", "105000");
	chip(&look, 6, "acpitz", "thermal_zone0");
	attribute(&look, 6, "temp1_input", "99000");
	chip(&look, 8, "nct6775", "");
	attribute(&look, 8, "temp1_input", "88000");
	attribute(&look, 8, "temp1_max", "90000");
	attribute(&look, 8, "temp_input", "1");
	attribute(&look, 8, "temp2_input_x", "1");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.nr, 4);
	info = get(&look, "hwmon/k10temp-0000:00:18.3/temp1 Tctl _x_");
	CHECK(near(info->value, 66.125) && isnan(info->limit), "%g of %g", info->value,
	      info->limit);
	info = get(&look, "hwmon/nvme-nvme0/temp1");
	CHECK(near(info->limit, 81.85) && !info->counted, "a drive has %g", info->limit);
	CHECK(near(look.sample.gpu_margin_c, 35), "the GPU's margin is %g",
	      look.sample.gpu_margin_c);
	/* The board is 2 degrees from its limit, the processor 24 from the one that is set. */
	CHECK(get(&look, "hwmon/nct6775-hwmon8/temp1")->chosen, "not the smallest margin");
	CHECK(near(look.sample.temp_c, 88) && near(look.sample.limit_c, 90), "%g of %g",
	      look.sample.temp_c, look.sample.limit_c);
}

static void fans_are_a_share_of_the_most(void)
{
	struct look look;

	begin(&look);
	chip(&look, 0, "nct6775", "nct6775.656");
	attribute(&look, 0, "fan1_input", "1200");
	attribute(&look, 0, "fan2_input", "1500");
	attribute(&look, 0, "fan2_max", "6000");
	attribute(&look, 0, "pwm1", "102");
	attribute(&look, 0, "pwm1_enable", "5");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.nr, 3);
	CHECK_EQ(get(&look, "hwmon/nct6775-nct6775.656/fan1")->kind, SENSOR_RPM);
	CHECK(near(get(&look, "hwmon/nct6775-nct6775.656/fan1")->value, 1200), "not the speed");
	CHECK(near(get(&look, "hwmon/nct6775-nct6775.656/fan2")->value, 0.25), "not a quarter");
	CHECK(near(look.sample.fan, 0.4), "the fastest is at %g", look.sample.fan);
	CHECK(isnan(look.sample.temp_c) && isnan(look.sample.age_s), "a temperature out of fans");
}

static void meters_measure_the_node_and_chips_their_part(void)
{
	struct look look;

	begin(&look);
	chip(&look, 0, "power_meter", "ACPI000D:00");
	attribute(&look, 0, "power1_average", "345000000");
	attribute(&look, 0, "power1_cap_max", "800000000");
	chip(&look, 1, "amdgpu", "0000:03:00.0");
	attribute(&look, 1, "power1_average", "120000000");
	attribute(&look, 1, "power1_input", "130000000");
	attribute(&look, 1, "power2_label", "no channel");
	chip(&look, 2, "ina219", "1-0040");
	attribute(&look, 2, "power1_input", "5000000");
	read_all(&look);
	CHECK_EQ(look.nr, 3);
	CHECK(near(look.sample.power_w, 345) && near(look.sample.power_max_w, 800), "%g of %g",
	      look.sample.power_w, look.sample.power_max_w);
	CHECK(near(get(&look, "hwmon/amdgpu-0000:03:00.0/power1")->value, 130),
	      "the average where there is better");
	look.config.power_max_w = 700;
	read_all(&look);
	CHECK(near(look.sample.power_max_w, 700), "what was set is %g", look.sample.power_max_w);
	/* A GPU is not the node. */
	tree_remove(&look.tree, HWMON "0");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK(isnan(look.sample.power_w), "the GPU passes for the node: %g", look.sample.power_w);
}

/* --- trees that no kernel makes --- */

static void what_may_not_be_read_is_told_once(void)
{
	struct look look;

	begin(&look);
	domain(&look, "intel-rapl:0", "package-0", 262143328850, 1000);
	zone(&look, 0, "cpu", "50000");
	tree_remove(&look.tree, RAPL "0/energy_uj");
	/* To whom everything is readable, a loop of links is not. */
	tree_link(&look.tree, RAPL "0/energy_uj", "energy_uj");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.told, 1);
	CHECK(strstr(look.text, "rapl/intel-rapl:0/package-0: "), "it says '%s'", look.text);
	CHECK_EQ(get(&look, "rapl/intel-rapl:0/package-0")->error, -ELOOP);
	CHECK(near(look.sample.temp_c, 50) && isnan(look.sample.power_w), "the others suffer");
}

static void odd_files_are_refused(void)
{
	static const char *const bad[] = {
		"", "\n", "garbage", "12x", "0x20", " 12", "+5", "--5", "-", "1 2", "1.5",
		"99999999999999999999", "-99999999999999999999", "NaN",
	};
	struct tree tree;
	char full[TREE_PATH_MAX], text[64];
	int64_t number = 77;
	char *huge;
	size_t i;

	tree_create(&tree);
	tree_path(&tree, "file", full);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tree_put(&tree, "file", "%s", bad[i]);
		CHECK(sensor_read_number(full, &number) < 0, "'%s' is %lld", bad[i],
		      (long long)number);
	}
	CHECK_EQ(number, 77);
	tree_put(&tree, "file", "-40000\n");
	CHECK_EQ(sensor_read_number(full, &number), 0);
	CHECK_EQ(number, -40000);
	tree_bytes(&tree, "file", "1\0\n", 3);
	CHECK_EQ(sensor_read_number(full, &number), -EINVAL);
	huge = malloc(1 << 20);
	CHECK(huge, "no memory");
	memset(huge, '1', 1 << 20);
	tree_bytes(&tree, "file", huge, 1 << 20);
	free(huge);
	CHECK_EQ(sensor_read_number(full, &number), -EFBIG);
	/* To the byte: as much as there is room for, with what ends it. */
	tree_put(&tree, "file", "%063d", 5);
	CHECK_EQ(sensor_read_text(full, text, sizeof(text)), 63);
	tree_put(&tree, "file", "%064d", 5);
	CHECK_EQ(sensor_read_text(full, text, sizeof(text)), -EFBIG);
	CHECK_EQ(sensor_read_text(tree.root, text, sizeof(text)), -EISDIR);
	tree_remove(&tree, "file");
	CHECK_EQ(sensor_read_number(full, &number), -ENOENT);
	CHECK(!mkfifo(full, 0600), "no pipe");
	CHECK_EQ(sensor_read_number(full, &number), -EINVAL);
	CHECK_EQ(sensor_read_number("/dev/zero", &number), -EINVAL);
	tree_destroy(&tree);
}

static void odd_trees_are_survived(void)
{
	struct look look;

	begin(&look);
	zone(&look, 0, "cpu-a", "garbage");
	zone(&look, 1, "cpu-b", "-5000");
	zone(&look, 2, "cpu-c", "127000");
	zone(&look, 3, "cpu-d", "-274000");
	tree_directory(&look.tree, ZONE "4/temp");
	tree_put(&look.tree, ZONE "4/type", "cpu-e\n");
	tree_directory(&look.tree, ZONE "5/type");
	tree_put(&look.tree, ZONE "6", "a file\n");
	tree_link(&look.tree, ZONE "7", "thermal_zone7");
	zone(&look, 8, "cpu-\033[31m\x80", "48000");
	tree_put(&look.tree, "sys/class/hwmon", "a file\n");
	tree_directory(&look.tree, RAPL "0/name");
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.nr, 6);
	CHECK_EQ(get(&look, "thermal/thermal_zone0/cpu-a")->error, -EINVAL);
	CHECK(near(get(&look, "thermal/thermal_zone1/cpu-b")->value, -5), "cold is no error");
	CHECK_EQ(get(&look, "thermal/thermal_zone2/cpu-c")->error, -ERANGE);
	CHECK(isnan(get(&look, "thermal/thermal_zone2/cpu-c")->value), "127 degrees");
	CHECK_EQ(get(&look, "thermal/thermal_zone3/cpu-d")->error, -ERANGE);
	CHECK_EQ(get(&look, "thermal/thermal_zone4/cpu-e")->error, -EISDIR);
	CHECK(near(get(&look, "thermal/thermal_zone8/cpu-_[31m_")->value, 48), "its name");
	CHECK(near(look.sample.temp_c, 48), "the hottest that can be is %g", look.sample.temp_c);
}

static void there_may_be_no_tree_at_all(void)
{
	struct look look;
	char path[SENSOR_PATH_MAX], longest[SENSOR_PATH_MAX];

	begin(&look);
	tree_destroy(&look.tree);
	read_all(&look);
	CHECK_EQ(look.nr, 0);
	CHECK(isnan(look.sample.temp_c) && isnan(look.sample.power_w), "something of nothing");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK(sensor_path(path, "%s", longest), "it fits");
	CHECK(!sensor_path(path, "/%s", longest) && !*path, "it does not");
	look.config.root = longest;
	read_all(&look);
	CHECK_EQ(look.nr, 0);
}

static void sensors_are_left_out_and_bounded(void)
{
	struct look look;
	char type[16];
	unsigned int i;

	begin(&look);
	zone(&look, 0, "cpu", "50000");
	zone(&look, 1, "cpu", "60000");
	zone(&look, 2, "cpu", "70000");
	look.config.exclude[0] = "hwmon/*";
	look.config.exclude[1] = "thermal/thermal_zone[12]/*";
	read_all(&look);
	CHECK_EQ(look.nr, 1);
	CHECK(near(look.sample.temp_c, 50), "it counts what is left out");
	look.config.exclude[0] = NULL;
	read_all(&look);
	CHECK_EQ(look.nr, 3);
	for (i = 0; i < SENSOR_FOUND_MAX + 9; i++) {
		snprintf(type, sizeof(type), "cpu-%u", i);
		zone(&look, i, type, "50000");
	}
	look.told = 0;
	read_all(&look);
	tree_destroy(&look.tree);
	CHECK_EQ(look.nr, FOUND_MAX);
	CHECK_EQ(look.told, 1);
	CHECK(strstr(look.text, "sensors"), "it says '%s'", look.text);
}

static const struct test_case cases[] = {
	{ "a_zone_has_the_limit_of_its_trips", a_zone_has_the_limit_of_its_trips },
	{ "packages_have_the_limit_of_coretemp_and_come_before_it",
	  packages_have_the_limit_of_coretemp_and_come_before_it },
	{ "chips_have_stable_names_and_their_own_limits",
	  chips_have_stable_names_and_their_own_limits },
	{ "fans_are_a_share_of_the_most", fans_are_a_share_of_the_most },
	{ "meters_measure_the_node_and_chips_their_part",
	  meters_measure_the_node_and_chips_their_part },
	{ "what_may_not_be_read_is_told_once", what_may_not_be_read_is_told_once },
	{ "odd_files_are_refused", odd_files_are_refused },
	{ "odd_trees_are_survived", odd_trees_are_survived },
	{ "there_may_be_no_tree_at_all", there_may_be_no_tree_at_all },
	{ "sensors_are_left_out_and_bounded", sensors_are_left_out_and_bounded },
	{ }
};

const struct test_suite sensor_sysfs_suite = { "sensor_sysfs", cases };
