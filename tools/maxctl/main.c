// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl: the command for the Maxwell scheduling class. This file finds the command that was asked
 * for and runs it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maxctl.h"

struct mc_env mc;

/* Without this a socket could become "stdout" when maxctl is started with it closed. */
static void open_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static bool noun_has_verbs(const char *noun)
{
	const struct mc_command *command;

	for (command = mc_commands; command->noun; command++)
		if (command->verb && !strcmp(command->noun, noun))
			return true;
	return false;
}

static bool is_help(const char *word)
{
	return word && (!strcmp(word, "-h") || !strcmp(word, "--help"));
}

/* A noun with a default verb may go without it, and straight on with options. */
static bool is_verb_left_out(const struct mc_command *command, const char *verb)
{
	return command->flags & MC_DEFAULT_VERB && (!verb || (verb[0] == '-' && !is_help(verb)));
}

static const struct mc_command *find_command(const char *noun, const char *verb)
{
	const struct mc_command *command;

	for (command = mc_commands; command->noun; command++) {
		if (strcmp(command->noun, noun))
			continue;
		if (!command->verb || (verb && !strcmp(command->verb, verb)) ||
		    is_verb_left_out(command, verb))
			return command;
	}
	return NULL;
}

static void list_verbs(const char *noun, char *text, size_t size)
{
	const struct mc_command *command;
	size_t used = 0;

	text[0] = '\0';
	for (command = mc_commands; command->noun; command++)
		if (!strcmp(command->noun, noun) && used < size)
			used += snprintf(text + used, size - used, "%s%s", used ? ", " : "",
					 command->verb);
}

static int unknown_command(const char *noun, const char *verb)
{
	char verbs[128];

	if (!noun_has_verbs(noun)) {
		mc_error(MC_USAGE, "there is no command '%s'; the commands are those below", noun);
		mc_print_commands(stderr);
		return MC_USAGE;
	}
	list_verbs(noun, verbs, sizeof(verbs));
	if (verb)
		return mc_error(MC_USAGE, "'%s' has no command '%s', but: %s", noun, verb, verbs);
	return mc_error(MC_USAGE, "'%s' needs a second word: %s", noun, verbs);
}

static int run_command(int argc, char **argv)
{
	const char *noun = argc > 0 ? argv[0] : "status";
	const char *verb = argc > 1 ? argv[1] : NULL;
	char *status_words[2] = { "status" };
	int skip;

	mc.command = find_command(noun, verb);
	if (!mc.command && noun_has_verbs(noun) && is_help(verb)) {
		mc_print_verbs(noun);
		return MC_OK;
	}
	if (!mc.command)
		return unknown_command(noun, verb);
	/* The command's words are parsed from their beginning. */
	optind = 0;
	if (!argc)
		return mc.command->fn(1, status_words);
	skip = mc.command->verb && !is_verb_left_out(mc.command, verb) ? 1 : 0;
	return mc.command->fn(argc - skip, argv + skip);
}

int cmd_help(int argc, char **argv)
{
	const char *noun, *verb;

	if (mc_no_options(argc, argv, 0, 2) != MC_OK)
		return MC_USAGE;
	if (optind == argc) {
		mc_print_commands(stdout);
		return MC_OK;
	}
	noun = argv[optind];
	verb = optind + 1 < argc ? argv[optind + 1] : NULL;
	if (!verb && noun_has_verbs(noun)) {
		mc_print_verbs(noun);
		return MC_OK;
	}
	if (!find_command(noun, verb))
		return unknown_command(noun, verb);
	mc_print_usage(find_command(noun, verb));
	return MC_OK;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	static const struct mc_command top = { .noun = "", .flags = MC_OPTIONS_FIRST };
	char *version_words[2] = { "version" };
	int option;

	open_standard_files();
	/* A reader that went away shows as a write error, and ends us without a word. */
	signal(SIGPIPE, SIG_IGN);

	mc.command = &top;
	while ((option = mc_option(argc, argv, "V", longs)) != -1) {
		if (option != 'V')
			return mc_finish_output(MC_USAGE);
		optind = 0;
		mc.command = find_command("version", NULL);
		return mc_finish_output(cmd_version(1, version_words));
	}
	return mc_finish_output(run_command(argc - optind, argv + optind));
}
