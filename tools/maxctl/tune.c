// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl tune: the tunables in /sys/kernel/maxwell, with their ranges and defaults.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maxctl.h"
#include "tunables.h"

#define TUNABLE_DIR "/sys/kernel/maxwell/"

struct tunable {
	const char *name;
	uint32_t standard;
	uint32_t min;
	uint32_t max;
	const char *unit;
	const char *doc;
};

#define TUNABLE(name, standard, min, max, unit, doc) { #name, standard, min, max, unit, doc },
static const struct tunable tunables[] = { MAXWELL_TUNABLES(TUNABLE) };

#undef TUNABLE

static const struct tunable *find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tunables); i++)
		if (!strcmp(tunables[i].name, name))
			return &tunables[i];
	mc_error(MC_USAGE, "there is no tunable '%s'; maxctl tune list names them all", name);
	return NULL;
}

static int file_error(const struct tunable *tunable, int err)
{
	if (err == -ENOENT && !mc_module_loaded())
		return mc_error(MC_INACTIVE, "the module " MC_MODULE
				" is not loaded: modprobe " MC_MODULE);
	return mc_error(err == -EPERM || err == -EACCES ? MC_DENIED : MC_REFUSED, "%s%s: %s",
			TUNABLE_DIR, tunable->name, strerror(-err));
}

static int read_value(const struct tunable *tunable, uint32_t *value)
{
	char path[128], text[32];
	int err;

	snprintf(path, sizeof(path), TUNABLE_DIR "%s", tunable->name);
	err = mc_read_text(path, text, sizeof(text));
	if (err)
		return file_error(tunable, err);
	*value = strtoul(text, NULL, 10);
	return MC_OK;
}

/* The text goes to the kernel as it is: it is the one to judge it. */
static int write_text(const struct tunable *tunable, const char *text)
{
	char path[128];
	int err = 0;
	int fd;

	snprintf(path, sizeof(path), TUNABLE_DIR "%s", tunable->name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return file_error(tunable, -errno);
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	if (err == -EINVAL || err == -ERANGE)
		return mc_error(MC_REFUSED, "%s: '%s' is refused: allowed are %u to %u (%s)",
				tunable->name, text, tunable->min, tunable->max, tunable->unit);
	return err ? file_error(tunable, err) : MC_OK;
}

static void add_json(json_t *array, const struct tunable *tunable, uint32_t value)
{
	json_array_append_new(array,
			      json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:s}", "name",
					tunable->name, "value", (json_int_t)value, "default",
					(json_int_t)tunable->standard, "min",
					(json_int_t)tunable->min, "max",
					(json_int_t)tunable->max, "unit", tunable->unit, "doc",
					tunable->doc));
}

static void add_row(struct mc_table *table, const struct tunable *tunable, uint32_t value)
{
	mc_cell(table, "%s", tunable->name);
	mc_cell(table, "%u", value);
	mc_cell(table, "%u", tunable->standard);
	mc_cell(table, "%u", tunable->min);
	mc_cell(table, "%u", tunable->max);
	mc_cell(table, "%s", tunable->unit);
}

/* All tunables, only those that differ from their default, or only one. */
static int print_tunables(bool changed_only, const struct tunable *only)
{
	static const struct mc_column columns[] = {
		{ "NAME", false }, { "VALUE", true }, { "DEFAULT", true },
		{ "MIN", true },   { "MAX", true },   { "UNIT", false },
	};
	json_t *array = json_array();
	struct mc_table table;
	int err = MC_OK;
	json_t *root;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; !err && i < ARRAY_SIZE(tunables); i++) {
		const struct tunable *tunable = &tunables[i];
		uint32_t value = 0;

		if (only && tunable != only)
			continue;
		err = read_value(tunable, &value);
		if (err || (changed_only && value == tunable->standard))
			continue;
		add_json(array, tunable, value);
		add_row(&table, tunable, value);
	}
	if (!err && mc.json) {
		root = mc_json_new();
		json_object_set(root, "tunables", array);
		mc_json_print(root);
	} else if (!err) {
		mc_table_print(&table, 0);
	}
	json_decref(array);
	mc_table_free(&table);
	return err;
}

int cmd_tune_list(int argc, char **argv)
{
	int err = mc_no_options(argc, argv, 0, 0);

	return err ? err : print_tunables(false, NULL);
}

int cmd_tune_diff(int argc, char **argv)
{
	int err = mc_no_options(argc, argv, 0, 0);

	return err ? err : print_tunables(true, NULL);
}

int cmd_tune_get(int argc, char **argv)
{
	const struct tunable *tunable;
	uint32_t value = 0;
	int err;

	err = mc_no_options(argc, argv, 1, 1);
	if (err)
		return err;
	tunable = find(argv[optind]);
	if (!tunable)
		return MC_USAGE;
	if (mc.json)
		return print_tunables(false, tunable);
	err = read_value(tunable, &value);
	if (!err)
		printf("%u\n", value);
	return err;
}

int cmd_tune_set(int argc, char **argv)
{
	const struct tunable *tunable;
	int err;

	err = mc_no_options(argc, argv, 2, 2);
	if (err)
		return err;
	tunable = find(argv[optind]);
	if (!tunable)
		return MC_USAGE;
	err = write_text(tunable, argv[optind + 1]);
	if (!err && mc.json)
		return print_tunables(false, tunable);
	return err;
}

static int reset_one(const struct tunable *tunable)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", tunable->standard);
	return write_text(tunable, text);
}

int cmd_tune_reset(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ 0 },
	};
	const struct tunable *tunable = NULL;
	bool all = false;
	int err = MC_OK;
	int option;
	size_t i;

	while ((option = mc_option(argc, argv, "a", longs)) != -1) {
		if (option != 'a')
			return MC_USAGE;
		all = true;
	}
	if (argc - optind != !all)
		return mc_error(MC_USAGE, "needed is either one name or --all");
	if (!all) {
		tunable = find(argv[optind]);
		if (!tunable)
			return MC_USAGE;
	}
	for (i = 0; !err && i < ARRAY_SIZE(tunables); i++)
		if (all || tunable == &tunables[i])
			err = reset_one(&tunables[i]);
	if (!err && mc.json)
		return print_tunables(false, tunable);
	return err;
}
