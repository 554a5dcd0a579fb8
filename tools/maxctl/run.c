// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl run: become a task of the class, bid, and turn into the command. The exit status is the
 * command's because there is nobody left in between.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "task.h"
#include "wallet.h"

static int parse_options(int argc, char **argv, struct mc_change *change, struct mxw_wallet *wallet)
{
	static const struct option longs[] = {
		{ "bid", required_argument, NULL, 'b' },
		{ "default", no_argument, NULL, MC_OPTION_DEFAULT },
		{ "feeder", no_argument, NULL, MC_OPTION_FEEDER },
		{ "general", no_argument, NULL, MC_OPTION_GENERAL },
		{ "wallet", required_argument, NULL, 'W' },
		{ 0 },
	};
	int option;

	while ((option = mc_option(argc, argv, "b:", longs)) != -1) {
		int err = option == 'W' ? mc_wallet_which(optarg, wallet) :
					  mc_bid_option(option, change);

		if (err)
			return err;
	}
	if (optind == argc)
		return mc_error(MC_USAGE, "there is no command to run: maxctl run %s",
				mc.command->usage);
	return mc_check_change(change);
}

int cmd_run(int argc, char **argv)
{
	struct mxw_wallet wallet = { .to_pid = getpid() };
	struct mc_change change = { 0 };
	char text[512];
	int err;

	err = parse_options(argc, argv, &change, &wallet);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	err = mc_apply_change(getpid(), &change, text, sizeof(text));
	if (err)
		return mc_error(err, "%s", text);
	if (wallet.present) {
		MXW_SET(&wallet, MAXWELL_A_WALLET_TO_PID);
		if (mxw_wallet_grant(mc.link, &wallet))
			return mc_kernel_error(mc.link, "wallet-grant");
	}

	mxw_close(mc.link);
	mc.link = NULL;
	/* We ignore it; the command shall not. */
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[optind], argv + optind);
	return mc_error(errno == ENOENT ? MC_NOT_FOUND : MC_CANNOT_RUN, "cannot run '%s': %s",
			argv[optind], strerror(errno));
}
