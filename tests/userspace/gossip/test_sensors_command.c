// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that are asked for sensors: they end in time, hold up nobody, and leave nothing behind.
 */
#include <signal.h>

#include "sensor_run.h"

static bool has_inlet(struct run *run)
{
	return !isnan(run->sample.inlet_c);
}

static bool is_told(struct run *run)
{
	return run->told;
}

static void plug_ins_and_controllers_are_asked(void)
{
	struct sensor_info info;
	struct run run;

	begin(&run);
	run.config.exec[3] = (struct sensors_command){
		"printf 'inlet_c=23\\npower_w=321\\n'", 100, 5000,
	};
	run.config.ipmi = (struct sensors_command){
		"cat data/sensors/ipmi/lichtmandce03.sdr.txt; sleep 0.2; exit 1", 100, 5000,
	};
	start(&run);
	CHECK(run_until(&run, has_inlet, 5000), "nothing comes");
	CHECK(run.sample.inlet_c == 23 && run.sample.power_w == 321, "%g, %g", run.sample.inlet_c,
	      run.sample.power_w);
	CHECK(find(&run, "exec3/inlet", &info), "it has another name");
	CHECK(run_until(&run, is_told, 5000), "it is not told that it failed");
	run_until(&run, never, 50);
	CHECK(find(&run, "ipmi/CPU 1 Temp", &info) && info.value == 30 && info.chosen,
	      "the controller is not heard");
	end(&run);
}

/* What a command is that does not do what it should, and what is said of it. */
static const struct {
	const char *command;
	const char *said;
	int error;
} bad_commands[] = {
	{ "sleep 1000", "exec0: Connection timed out", ETIMEDOUT },
	/* Its children do not outlive it. */
	{ "sleep 1000 & sleep 1001 & wait", "exec0: Connection timed out", ETIMEDOUT },
	{ "trap '' TERM INT HUP; while :; do sleep 1; done", "exec0: Connection timed out",
	  ETIMEDOUT },
	{ "/nowhere/command", "exec0: No such file", ENOENT },
	{ "echo inlet_c=20; exit 3", "exec0: Input/output error", EIO },
	{ "kill -9 $$", "exec0: Input/output error", EIO },
	{ "yes inlet_c=20", "exec0: File too large", EFBIG },
	{ "printf 'inlet_c=20\\0\\n'", "exec0: Invalid argument", EINVAL },
	{ "echo", "exec0: No data", ENODATA },
	{ "echo nonsense", "exec0: Invalid argument", EINVAL },
};

static void bad_commands_hold_up_nobody(void)
{
	size_t i;

	for (i = 0; i < sizeof(bad_commands) / sizeof(bad_commands[0]); i++) {
		struct run run;

		begin(&run);
		run.config.exec[0] = (struct sensors_command){
			bad_commands[i].command, 50,
			bad_commands[i].error == ETIMEDOUT ? 300 : 20000,
		};
		/* On a busy machine a zone may be late, which is not what is told here. */
		run.config.deadline_ms = 10000;
		zone(&run, 0, 50000);
		start(&run);
		CHECK(run_until(&run, is_told, 20000), "nobody says of '%s'",
		      bad_commands[i].command);
		CHECK(!strncmp(run.text, bad_commands[i].said, strlen(bad_commands[i].said)),
		      "of '%s' it is said: %s", bad_commands[i].command, run.text);
		CHECK(is_50(&run) || run_until(&run, is_50, 5000), "the zone waits for '%s'",
		      bad_commands[i].command);
		/* In the middle of another one; and it is said once. */
		run_until(&run, never, 120);
		CHECK_EQ(run.told, 1);
		end(&run);
	}
}

static void one_that_left_its_group_does_not_hold_the_pipe(void)
{
	struct run run;

	begin(&run);
	run.config.exec[0] = (struct sensors_command){
		"setsid sh -c 'sleep 3' & sleep 0.2; echo inlet_c=20", 3600000, 600,
	};
	start(&run);
	CHECK(run_until(&run, is_told, 2000), "its time is not up");
	CHECK(strstr(run.text, "timed out"), "it is said: %s", run.text);
	end(&run);
}

static void a_command_that_hangs_is_killed_at_the_end(void)
{
	char path[TREE_PATH_MAX];
	struct run run;
	int i, pid = 0;
	FILE *file;

	begin(&run);
	tree_path(&run.tree, "pid", path);
	run.config.exec[0] = (struct sensors_command){ NULL, 3600000, 60000 };
	tree_put(&run.tree, "script", "echo $$ > %s.part; mv %s.part %s; exec sleep 1000\n", path,
		 path, path);
	tree_path(&run.tree, "script", path);
	CHECK(strlen(path) < sizeof(run.text), "a long path");
	snprintf(run.text, sizeof(run.text), "exec sh %.200s", path);
	run.config.exec[0].command = run.text;
	start(&run);
	tree_path(&run.tree, "pid", path);
	for (i = 0; i < 200 && access(path, R_OK); i++)
		run_until(&run, never, 10);
	file = fopen(path, "r");
	CHECK(file && fscanf(file, "%d", &pid) == 1 && pid > 1, "it does not run");
	fclose(file);
	CHECK(!kill(pid, 0), "it does not run");
	end(&run);
	/* Not even a zombie. */
	CHECK(kill(pid, 0) && errno == ESRCH, "%d lives on", pid);
}

static const struct test_case cases[] = {
	{ "plug_ins_and_controllers_are_asked", plug_ins_and_controllers_are_asked },
	{ "bad_commands_hold_up_nobody", bad_commands_hold_up_nobody },
	{ "one_that_left_its_group_does_not_hold_the_pipe",
	  one_that_left_its_group_does_not_hold_the_pipe },
	{ "a_command_that_hangs_is_killed_at_the_end", a_command_that_hangs_is_killed_at_the_end },
	{ 0 },
};

const struct test_suite sensors_command_suite = { .name = "sensors_command", .cases = cases };
