// SPDX-License-Identifier: GPL-2.0
/*
 * Options, the same way for every command, and the help text.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

#define SHORTS_LEN 64
#define LONGS_MAX 16

/* What every command takes. */
static const struct option common[] = {
	{ "json", no_argument, NULL, 'j' },	 { "pretty", no_argument, NULL, 'p' },
	{ "no-header", no_argument, NULL, 'H' }, { "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },	 { 0 },
};

/* getopt_long() takes "--js" for "--json", until there is a "--jsx" as well. */
static bool spelled_out(char **argv, const char *name)
{
	const char *word = argv[optind - 1];
	size_t len = strlen(name);

	if (optarg && optarg == word)
		word = argv[optind - 2];
	return !strncmp(word, "--", 2) && !strncmp(word + 2, name, len) &&
	       (word[2 + len] == '\0' || word[2 + len] == '=');
}

/* What is typed for a command: its words, with a blank behind each. */
static const char *words_of(const struct mc_command *command)
{
	static char words[48];

	snprintf(words, sizeof(words), "%s%s%s%s", command->noun, command->noun[0] ? " " : "",
		 command->verb ? command->verb : "", command->verb ? " " : "");
	return words;
}

static void option_error(char **argv, int option)
{
	if (optopt && isprint(optopt) && option == ':')
		mc_error(MC_USAGE, "option '%s' needs a value", argv[optind - 1]);
	else if (optopt && isprint(optopt) && strncmp(argv[optind - 1], "--", 2))
		mc_error(MC_USAGE, "there is no option '-%c' here; see maxctl %s-h", optopt,
			 words_of(mc.command));
	else
		mc_error(MC_USAGE, "there is no option '%s' here; see maxctl %s-h",
			 argv[optind - 1], words_of(mc.command));
}

/* The command's own options, then the common ones. */
static void merge_options(const struct option *own, struct option *all)
{
	size_t nr = 0;

	while (nr < LONGS_MAX && own[nr].name) {
		all[nr] = own[nr];
		nr++;
	}
	memcpy(all + nr, common, sizeof(common));
}

static void print_help(void)
{
	if (mc.command->summary)
		mc_print_usage(mc.command);
	else
		mc_print_commands(stdout);
	exit(mc_finish_output(MC_OK));
}

/**
 * mc_option() - next option of the running command
 * @argc: number of words
 * @argv: the words
 * @shorts: the command's own short options, as for getopt()
 * @longs: the command's long options
 *
 * The common options are dealt with here; -h ends the program.
 *
 * Return: an option of the command's own; -1 after the last; MC_OPTION_ERROR, with the error said.
 */
int mc_option(int argc, char **argv, const char *shorts, const struct option *longs)
{
	bool first = mc.command->flags & MC_OPTIONS_FIRST;
	struct option all_longs[LONGS_MAX + ARRAY_SIZE(common)];
	char all_shorts[SHORTS_LEN];
	int index, option;

	merge_options(longs, all_longs);
	snprintf(all_shorts, sizeof(all_shorts), "%s:jpHvh%s", first ? "+" : "", shorts);
	opterr = 0;
	for (;;) {
		index = -1;
		option = getopt_long(argc, argv, all_shorts, all_longs, &index);
		if (option == -1)
			return -1;
		if (option == '?' || option == ':') {
			option_error(argv, option);
			return MC_OPTION_ERROR;
		}
		if (index >= 0 && !spelled_out(argv, all_longs[index].name)) {
			mc_error(MC_USAGE, "option '%s' is cut short: write --%s",
				 argv[optind - (optarg == argv[optind - 1] ? 2 : 1)],
				 all_longs[index].name);
			return MC_OPTION_ERROR;
		}
		if (option == 'j')
			mc.json = true;
		else if (option == 'p')
			mc.pretty = true;
		else if (option == 'H')
			mc.no_header = true;
		else if (option == 'v')
			mc.verbose = true;
		else if (option == 'h')
			print_help();
		else
			return option;
	}
}

/**
 * mc_no_options() - the common options and a number of operands, nothing else
 * @argc: number of words
 * @argv: the words
 * @operands_min: fewest operands
 * @operands_max: most operands
 *
 * Return: MC_OK with optind at the first operand, or MC_USAGE with the error said.
 */
int mc_no_options(int argc, char **argv, int operands_min, int operands_max)
{
	static const struct option none[] = { { 0 } };

	if (mc_option(argc, argv, "", none) != -1)
		return MC_USAGE;
	if (argc - optind < operands_min)
		return mc_error(MC_USAGE, "something is missing: maxctl %s%s",
				words_of(mc.command), mc.command->usage);
	if (argc - optind > operands_max)
		return mc_error(MC_USAGE, "'%s' is one word too many",
				argv[optind + operands_max]);
	return MC_OK;
}

/**
 * mc_ready_alone() - mc_ready(), for a command that takes the common options and nothing else
 * @argc: number of words
 * @argv: the words
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_ready_alone(int argc, char **argv)
{
	int err = mc_no_options(argc, argv, 0, 0);

	return err ? err : mc_ready();
}

/**
 * mc_print_usage() - help on one command
 * @command: the command
 */
void mc_print_usage(const struct mc_command *command)
{
	const char *words = words_of(command);
	int length = strlen(words) - !command->usage[0];

	printf("Usage: maxctl %.*s%s\n%s.\n", length, words, command->usage, command->summary);
	if (command->details)
		printf("\n%s", command->details);
	printf("\nEvery command takes --json, --pretty, --no-header, --verbose and --help.\n");
}

/**
 * mc_print_commands() - list of all commands
 * @to: where to print it
 */
void mc_print_commands(FILE *to)
{
	const struct mc_command *command;

	fprintf(to, "Usage: maxctl [-j] [-p] [-H] [-v] [COMMAND] [ARGUMENT...]\n"
		    "       maxctl -h | -V\n\nCommands:\n");
	for (command = mc_commands; command->noun; command++)
		fprintf(to, "  %-14s %s\n", words_of(command), command->summary);
	fprintf(to, "\n\"maxctl COMMAND -h\" says more; maxctl(8) says all.\n");
}

/**
 * mc_print_verbs() - help on the commands that begin with one word
 * @noun: the word
 */
void mc_print_verbs(const char *noun)
{
	const struct mc_command *command;

	printf("Usage: maxctl %s COMMAND [ARGUMENT...]\n\nCommands:\n", noun);
	for (command = mc_commands; command->noun; command++)
		if (!strcmp(command->noun, noun))
			printf("  %-8s %s%s\n", command->verb, command->summary,
			       command->flags & MC_DEFAULT_VERB ? " (without a command as well)" :
								  "");
	printf("\n\"maxctl %s COMMAND -h\" says more.\n", noun);
}
