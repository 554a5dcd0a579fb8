// SPDX-License-Identifier: GPL-2.0
/*
 * The command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "log.h"

/* What to do instead of being a daemon. */
enum mode {
	MODE_RUN,
	MODE_CHECK,
	MODE_DUMP_CONFIG,
	MODE_EXAMPLE,
	MODE_SENSORS,
};

enum {
	OPTION_CHECK = 256,
	OPTION_DUMP_CONFIG,
	OPTION_EXAMPLE,
	OPTION_SENSORS,
	OPTION_ROOT,
	OPTION_TRACE,
	OPTION_LOSE,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "dump-config", no_argument, NULL, OPTION_DUMP_CONFIG },
	{ "example-config", no_argument, NULL, OPTION_EXAMPLE },
	{ "sensors", no_argument, NULL, OPTION_SENSORS },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "trace", required_argument, NULL, OPTION_TRACE },
	{ "lose-permille", required_argument, NULL, OPTION_LOSE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	"usage: gossipd [options]\n"
	"       gossipd COMMAND [argument...]\n"
	"Thermal gossip: tells other nodes how hot this one is, and the kernel what that costs.\n"
	"\n"
	"  -c, --config FILE   settings, " CONFIG_PATH " by default\n"
	"      --root DIR      read sensors below DIR in place of /\n"
	"  -h, --help          print this\n"
	"  -V, --version       print the version\n"
	"in place of running:\n"
	"      --check         check the settings and the site file that they name\n"
	"      --dump-config   print the settings in force, defaults included\n"
	"      --example-config  print a file of settings with all keys explained\n"
	"      --sensors       print what the sensors say\n"
	"for tests:\n"
	"      --trace FILE    append a line for each change, with the monotonic time in ns\n"
	"      --lose-permille N  throw N of 1000 received datagrams away\n"
	"commands, of which each without arguments says how it is used: genkey, pubkey and others\n"
	"that make keys; see gossipd(8).\n";

/* Whole and in range, or nothing. */
static bool parse_permille(const char *text, unsigned int *out)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > 1000)
		return false;
	*out = value;
	return true;
}

static int complain(const char *what, const char *which)
{
	fprintf(stderr, "gossipd: %s '%s'; see gossipd --help\n", what, which);
	return DAEMON_USAGE;
}

static int print_sensors(const struct daemon_options *opts)
{
	struct daemon_config *config;
	struct sensors_config sensors;
	struct site_file *site;
	int err;

	if (daemon_load(opts, &config, &site))
		return DAEMON_NOT_CONFIGURED;
	daemon_sensors_config(opts, config, &sensors);
	err = sensors_print(stdout, &sensors, SENSORS_WAIT_MS);
	site_file_free(site);
	config_free(config);
	return err ? DAEMON_FAILED : DAEMON_ENDED;
}

static int dump_config(const struct daemon_options *opts)
{
	struct daemon_config *config;
	struct site_file *site;

	if (daemon_load(opts, &config, &site))
		return DAEMON_NOT_CONFIGURED;
	config_dump(config, stdout);
	site_file_free(site);
	config_free(config);
	return DAEMON_ENDED;
}

static int run(enum mode mode, const struct daemon_options *opts)
{
	switch (mode) {
	case MODE_CHECK:
		return config_check_main(opts->config, stdout, daemon_check) ?
			DAEMON_NOT_CONFIGURED : DAEMON_ENDED;
	case MODE_DUMP_CONFIG:
		return dump_config(opts);
	case MODE_EXAMPLE:
		config_print_example(stdout);
		return DAEMON_ENDED;
	case MODE_SENSORS:
		return print_sensors(opts);
	default:
		return daemon_run(opts);
	}
}

/* Sets @mode and @opts; an exit status, or -1 to go on. */
static int parse(int argc, char **argv, enum mode *mode, struct daemon_options *opts)
{
	int option;

	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			opts->config = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return DAEMON_ENDED;
		case 'V':
			puts("gossipd " MAXWELL_VERSION);
			return DAEMON_ENDED;
		case OPTION_CHECK:
			*mode = MODE_CHECK;
			break;
		case OPTION_DUMP_CONFIG:
			*mode = MODE_DUMP_CONFIG;
			break;
		case OPTION_EXAMPLE:
			*mode = MODE_EXAMPLE;
			break;
		case OPTION_SENSORS:
			*mode = MODE_SENSORS;
			break;
		case OPTION_ROOT:
			opts->root = optarg;
			break;
		case OPTION_TRACE:
			opts->trace = optarg;
			break;
		case OPTION_LOSE:
			if (!parse_permille(optarg, &opts->lose_permille))
				return complain("no number from 0 to 1000:", optarg);
			break;
		default:
			/* getopt has said what is wrong. */
			return DAEMON_USAGE;
		}
	}
	if (optind < argc)
		return complain("too many arguments:", argv[optind]);
	return -1;
}

int main(int argc, char **argv)
{
	struct daemon_options opts = { .config = CONFIG_PATH };
	enum mode mode = MODE_RUN;
	int status;

	log_setup(CONFIG_LOG_INFO, CONFIG_LOG_AUTO, 0);
	if (argc > 1 && argv[1][0] != '-') {
		if (!crypto_sodium_start())
			return DAEMON_FAILED;
		return key_command(argc - 1, argv + 1, stdin, stdout, stderr);
	}
	status = parse(argc, argv, &mode, &opts);
	if (status < 0)
		status = run(mode, &opts);
	if (!status && (fflush(stdout) || ferror(stdout))) {
		log_error("cannot write: %s", strerror(errno));
		return DAEMON_FAILED;
	}
	return status;
}
