// SPDX-License-Identifier: GPL-2.0
/*
 * The sensors on a loop: what hangs holds up itself only, what goes and comes is noticed, and at
 * the end nothing is left. The library for GPUs is a made-up one (fake_nvml.c). Commands are in
 * test_sensors_command.c.
 */
#include <dlfcn.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/thermal.h>

#include "fake_nvml.h"
#include "sensor_run.h"

/* --- what comes and goes --- */

static bool is_60(struct run *run)
{
	return run->sample.temp_c == 60;
}

static bool is_70(struct run *run)
{
	return run->sample.temp_c == 70;
}

static void what_comes_is_found_and_what_goes_is_missed(void)
{
	struct sensor_info info;
	struct run run;

	begin(&run);
	run.config.rescan_s = 1;
	run.config.stale_s = 0.05;
	zone(&run, 0, 50000);
	start(&run);
	CHECK(run_until(&run, is_50, 2000), "nothing comes");
	zone(&run, 1, 60000);
	CHECK(run_until(&run, is_60, 3000), "a new one is not found");
	tree_remove(&run.tree, ZONE "1");
	CHECK(run_until(&run, is_50, 2000), "it counts though it is gone");
	run_until(&run, never, 1500);
	CHECK(find(&run, "thermal/thermal_zone1/cpu", &info) && info.error == -ENODEV &&
	      info.age_s > 1, "it is not known to be gone");
	zone(&run, 1, 70000);
	CHECK(run_until(&run, is_70, 3000), "it does not come back");
	CHECK(find(&run, "thermal/thermal_zone1/cpu", &info) && !info.error && info.chosen,
	      "it is another one now");
	end(&run);
}

static void all_may_go_and_the_age_says_so(void)
{
	struct run run;

	begin(&run);
	run.config.file = "/nowhere/sensors";
	zone(&run, 0, 50000);
	start(&run);
	CHECK(run_until(&run, is_50, 2000), "nothing comes");
	tree_remove(&run.tree, ZONE "0");
	run.samples = 0;
	run_until(&run, never, 300);
	CHECK(is_50(&run) && run.sample.age_s > 0.2, "%g, %g s old", run.sample.temp_c,
	      run.sample.age_s);
	/* Thirty turns, if the machine had nothing else to do. */
	CHECK(run.samples >= 4, "there are but %u samples", run.samples);
	CHECK_EQ(run.told, 2);
	end(&run);
}

/* --- the file --- */

static void a_file_is_read_as_it_is_replaced(void)
{
	char path[TREE_PATH_MAX];
	struct sensor_info info;
	struct run run;

	begin(&run);
	tree_path(&run.tree, "sensors", path);
	run.config.file = path;
	run.config.stale_s = 10;
	tree_put(&run.tree, "sensors",
		 "temp_c=50\nlimit_c=85\npower_w=200\npower_max_w=400\ninlet_c=22\nfan=0.4\n"
		 "gpu_margin_c=31\n");
	start(&run);
	CHECK(run_until(&run, is_50, 2000), "nothing comes");
	CHECK(run.sample.limit_c == 85 && run.sample.power_w == 200 && run.sample.inlet_c == 22 &&
	      run.sample.power_max_w == 400 && run.sample.fan == 0.4 &&
	      run.sample.gpu_margin_c == 31, "not what is in it");
	tree_put(&run.tree, "sensors", "temp_c=60\nlimit_c=85\n");
	CHECK(run_until(&run, is_60, 2000), "the new one is not read");
	/* Half of one is none. */
	tree_put(&run.tree, "sensors", "temp_c=70\nlimit_c=8");
	CHECK(run_until(&run, is_70, 2000), "a limit that is none spoils it");
	tree_put(&run.tree, "sensors", "temp_c=50\nlimi");
	run_until(&run, never, 100);
	CHECK(is_70(&run), "half a file is read: %g", run.sample.temp_c);
	CHECK(find(&run, "file/temp", &info) && info.error == -EINVAL && info.suspicion > 0.1,
	      "it is not noticed");
	end(&run);
}

/* --- GPUs --- */

static struct fake_nvml *load_fake(char path[TREE_PATH_MAX], void **handle)
{
	ssize_t len = readlink("/proc/self/exe", path, TREE_PATH_MAX - 32);
	struct fake_nvml *fake;

	CHECK(len > 0, "no path");
	path[len] = '\0';
	len = strrchr(path, '/') - path;
	snprintf(path + len, (size_t)(TREE_PATH_MAX - len), "/fake-nvml.so");
	*handle = dlopen(path, RTLD_NOW);
	CHECK(*handle, "%s", dlerror());
	fake = dlsym(*handle, "fake_nvml");
	CHECK(fake, "%s", dlerror());
	fake->broken = 0;
	atomic_store(&fake->hang, 0);
	atomic_store(&fake->lost, 0);
	atomic_store(&fake->gpus, 2);
	atomic_store(&fake->temp_c[0], 70);
	atomic_store(&fake->temp_c[1], 65);
	atomic_store(&fake->margin_c, 12);
	return fake;
}

static bool has_gpu_margin(struct run *run)
{
	return !isnan(run->sample.gpu_margin_c);
}

static bool has_margin_of_the_second(struct run *run)
{
	return run->sample.gpu_margin_c == 22;
}

static void a_gpu_says_its_margin_itself(void)
{
	char path[TREE_PATH_MAX];
	struct sensor_info info;
	struct fake_nvml *fake;
	struct run run;
	void *handle;

	begin(&run);
	fake = load_fake(path, &handle);
	run.config.nvml_library = path;
	start(&run);
	CHECK(run_until(&run, has_gpu_margin, 2000), "no GPU");
	CHECK_EQ(run.sample.gpu_margin_c, 12);
	CHECK(run.sample.fan == 0.45 && isnan(run.sample.temp_c), "what else it says");
	CHECK(find(&run, "nvml/gpu0/power", &info) && info.value == 123.456 && info.limit == 300,
	      "its power is %g", info.value);
	CHECK(find(&run, "nvml/gpu0/temp", &info) && info.value == 70 && isnan(info.limit),
	      "its temperature is %g", info.value);
	/* The other one knows but where it slows down. */
	CHECK(find(&run, "nvml/gpu1/temp", &info) && info.limit == 87, "its limit");
	CHECK(!find(&run, "nvml/gpu1/margin", &info) && !find(&run, "nvml/gpu1/power", &info),
	      "more than it says");
	atomic_store(&fake->margin_c, 40);
	CHECK(run_until(&run, has_margin_of_the_second, 2000), "not the smallest");
	atomic_store(&fake->lost, 1);
	run_until(&run, never, 600);
	CHECK(find(&run, "nvml/gpu0/temp", &info) && info.error == -EIO, "it is lost, and says %d",
	      info.error);
	CHECK_EQ(atomic_load(&fake->inits), 1);
	end(&run);
	CHECK_EQ(atomic_load(&fake->inits), 0);
	dlclose(handle);
}

/* What comes for sure, but when depends on what else the machine does. */
#define SURE_MS 30000

static void hear_of_the_first(void *ctx, const char *text)
{
	if (strstr(text, "nvml/gpu0"))
		hear(ctx, text);
}

static bool first_times_out(struct run *run)
{
	struct sensor_info info;

	return find(run, "nvml/gpu0/temp", &info) && info.error == -ETIMEDOUT;
}

static bool first_is_64(struct run *run)
{
	struct sensor_info info;

	return find(run, "nvml/gpu0/temp", &info) && !info.error && info.value == 64;
}

static bool second_is_63(struct run *run)
{
	struct sensor_info info;

	return find(run, "nvml/gpu1/temp", &info) && !info.error && info.value == 63;
}

static bool five_samples(struct run *run)
{
	return run->samples >= 5;
}

static void a_gpu_that_hangs_holds_up_itself_only(void)
{
	char path[TREE_PATH_MAX];
	struct sensor_info info;
	struct fake_nvml *fake;
	struct run run;
	uint64_t since_ns;
	void *handle;
	int i;

	begin(&run);
	run.config.log = hear_of_the_first;
	fake = load_fake(path, &handle);
	run.config.nvml_library = path;
	zone(&run, 0, 50000);
	start(&run);
	CHECK(run_until(&run, has_gpu_margin, SURE_MS), "no GPU");
	atomic_store(&fake->hang, 1);
	CHECK(run_until(&run, first_times_out, SURE_MS), "nobody notices");
	since_ns = uv_hrtime();
	zone(&run, 0, 60000);
	CHECK(run_until(&run, is_60, SURE_MS), "a zone waits for a GPU");
	atomic_store(&fake->temp_c[1], 63);
	CHECK(run_until(&run, second_is_63, SURE_MS), "a GPU waits for another");
	run.samples = 0;
	CHECK(run_until(&run, five_samples, SURE_MS), "there are but %u samples", run.samples);
	CHECK(first_times_out(&run) && find(&run, "nvml/gpu0/temp", &info) &&
	      info.age_s >= (uv_hrtime() - since_ns) / 1e9 - 0.01, "it is %g s old", info.age_s);
	CHECK(run.told == 1, "it is said: %s", run.text);
	/* It comes back. */
	atomic_store(&fake->temp_c[0], 64);
	atomic_store(&fake->hang, 0);
	CHECK(run_until(&run, first_is_64, SURE_MS), "it does not come back");

	/* The end does not wait for one that hangs; what it has is freed when it comes back. */
	atomic_store(&fake->hang, 1);
	CHECK(run_until(&run, first_times_out, SURE_MS), "nobody notices the second time");
	end(&run);
	CHECK_EQ(atomic_load(&fake->inits), 1);
	atomic_store(&fake->hang, 0);
	for (i = 0; i < SURE_MS && atomic_load(&fake->inits); i++)
		usleep(1000);
	CHECK_EQ(atomic_load(&fake->inits), 0);
	dlclose(handle);
}

static void a_library_may_be_missing_or_broken(void)
{
	char path[TREE_PATH_MAX];
	struct fake_nvml *fake;
	struct run run;
	void *handle;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		begin(&run);
		fake = load_fake(path, &handle);
		fake->broken = i == 1 ? 9 : 0;
		/* A library, but not that one. */
		run.config.nvml_library = i == 2 ? "libuv.so.1" : i ? path : "/nowhere/lib.so";
		zone(&run, 0, 50000);
		start(&run);
		CHECK(run_until(&run, is_50, 2000), "nothing comes");
		CHECK_EQ(sensors_nr(run.s), 1);
		end(&run);
		atomic_store(&fake->inits, 0);
		dlclose(handle);
	}
}

/* --- settings --- */

static void settings_that_cannot_be_are_refused(void)
{
	struct sensors_config good, bad;
	char error[SENSORS_ERROR_MAX];
	struct gossip_sample sample;
	uv_loop_t loop;
	unsigned int i;

	sensors_defaults(&good);
	CHECK(!sensors_config_check(&good), "%s", sensors_config_check(&good));
	good.limit_c = NAN;
	good.power_max_w = 500;
	CHECK(!sensors_config_check(&good), "%s", sensors_config_check(&good));
	for (i = 0; i < 17; i++) {
		bad = good;
		switch (i) {
		case 0:
			bad.root = NULL;
			break;
		case 1:
			bad.root = "";
			break;
		case 2:
			bad.interval_ms = 9;
			break;
		case 3:
			bad.interval_ms = 60001;
			break;
		case 4:
			bad.rescan_s = 0;
			break;
		case 5:
			bad.deadline_ms = 0;
			break;
		case 6:
			bad.stale_s = NAN;
			break;
		case 7:
			bad.stale_s = INFINITY;
			break;
		case 8:
			bad.stuck_s = 0;
			break;
		case 9:
			bad.limit_c = 29;
			break;
		case 10:
			bad.limit_c = 151;
			break;
		case 11:
			bad.power_max_w = 0;
			break;
		case 12:
			bad.power_max_w = INFINITY;
			break;
		case 13:
			bad.file = "";
			break;
		case 14:
			bad.ipmi = (struct sensors_command){ "true", 49, 1000 };
			break;
		case 15:
			bad.exec[SENSORS_EXEC_MAX - 1] =
				(struct sensors_command){ "true", 1000, 0 };
			break;
		default:
			bad.exec[0] = (struct sensors_command){ "true", 3600001, 1000 };
		}
		CHECK(sensors_config_check(&bad), "setting %u is taken", i);
		CHECK_EQ(sensors_read_once(&bad, 10, &sample, NULL, NULL), -EINVAL);
	}
	CHECK(!uv_loop_init(&loop), "no loop");
	CHECK(!sensors_start(&loop, &bad, NULL, NULL, error), "it starts");
	CHECK(strstr(error, "plug-in"), "it says %s", error);
	CHECK_EQ(uv_loop_close(&loop), 0);
	sensors_stop(NULL);
}

/* --- events of the kernel --- */

static void events_of_trips_are_a_reason_to_read(void)
{
	struct {
		struct nlmsghdr header;
		struct genlmsghdr genl;
	} message = { .header = { .nlmsg_len = sizeof(message), .nlmsg_type = 30 } };
	static const struct {
		uint8_t cmd;
		enum sensor_event kind;
	} events[] = {
		{ THERMAL_GENL_EVENT_UNSPEC, SENSOR_EVENT_READ },
		{ THERMAL_GENL_EVENT_TZ_TRIP_UP, SENSOR_EVENT_READ },
		{ THERMAL_GENL_EVENT_TZ_TRIP_DOWN, SENSOR_EVENT_READ },
		{ THERMAL_GENL_EVENT_TZ_CREATE, SENSOR_EVENT_SEARCH },
		{ THERMAL_GENL_EVENT_TZ_DELETE, SENSOR_EVENT_SEARCH },
		{ THERMAL_GENL_EVENT_TZ_TRIP_CHANGE, SENSOR_EVENT_SEARCH },
		{ THERMAL_GENL_EVENT_CDEV_STATE_UPDATE, SENSOR_EVENT_NONE },
		{ 255, SENSOR_EVENT_NONE },
	};
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		message.genl.cmd = events[i].cmd;
		CHECK_EQ(sensor_events_kind(&message, sizeof(message)), events[i].kind);
	}
	message.genl.cmd = THERMAL_GENL_EVENT_TZ_CREATE;
	CHECK_EQ(sensor_events_kind(&message, sizeof(message) - 1), SENSOR_EVENT_NONE);
	message.header.nlmsg_len = sizeof(message) + 1;
	CHECK_EQ(sensor_events_kind(&message, sizeof(message)), SENSOR_EVENT_NONE);
	message.header.nlmsg_len = sizeof(message) - 1;
	CHECK_EQ(sensor_events_kind(&message, sizeof(message)), SENSOR_EVENT_NONE);
	message.header.nlmsg_len = sizeof(message);
	message.header.nlmsg_type = NLMSG_ERROR;
	CHECK_EQ(sensor_events_kind(&message, sizeof(message)), SENSOR_EVENT_NONE);
}

static void somebody_may_ask_at_any_time(void)
{
	struct run run;

	begin(&run);
	run.config.interval_ms = 60000;
	zone(&run, 0, 50000);
	start(&run);
	CHECK(run_until(&run, is_50, 2000), "nothing comes");
	zone(&run, 0, 60000);
	usleep(20000);
	sensors_wake(run.s);
	CHECK(run_until(&run, is_60, 2000), "it waits for its time");
	zone(&run, 0, 70000);
	usleep(20000);
	sensors_wake(run.s);
	sensors_wake(run.s);
	CHECK(run_until(&run, is_70, 2000), "it waits for its time");
	end(&run);
}

/* Of this machine, whatever it has: there is a loop, and there are samples. */
static void this_machine_is_looked_at(void)
{
	struct gossip_sample sample;
	struct sensors_config config;
	char *text = NULL;
	size_t len;
	FILE *out;

	sensors_defaults(&config);
	out = open_memstream(&text, &len);
	CHECK_EQ(sensors_print(out, &config, 1500), 0);
	fclose(out);
	CHECK(!strncmp(text, "SENSOR ", 7) && strstr(text, "\ntemp_c="), "it prints %s", text);
	free(text);
	CHECK_EQ(sensors_read_once(&config, 1500, &sample, NULL, NULL), 0);
}

static const struct test_case cases[] = {
	{ "what_comes_is_found_and_what_goes_is_missed",
	  what_comes_is_found_and_what_goes_is_missed },
	{ "all_may_go_and_the_age_says_so", all_may_go_and_the_age_says_so },
	{ "a_file_is_read_as_it_is_replaced", a_file_is_read_as_it_is_replaced },
	{ "a_gpu_says_its_margin_itself", a_gpu_says_its_margin_itself },
	{ "a_gpu_that_hangs_holds_up_itself_only", a_gpu_that_hangs_holds_up_itself_only },
	{ "a_library_may_be_missing_or_broken", a_library_may_be_missing_or_broken },
	{ "settings_that_cannot_be_are_refused", settings_that_cannot_be_are_refused },
	{ "events_of_trips_are_a_reason_to_read", events_of_trips_are_a_reason_to_read },
	{ "somebody_may_ask_at_any_time", somebody_may_ask_at_any_time },
	{ "this_machine_is_looked_at", this_machine_is_looked_at },
	{ 0 },
};

const struct test_suite sensors_suite = { .name = "sensors", .cases = cases };
