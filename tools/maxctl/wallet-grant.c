// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl wallet grant and revoke: who draws on a wallet.
 */
#include <errno.h>
#include <string.h>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "wallet.h"

#define PRESENT(attr) (1ULL << MAXWELL_A_WALLET_##attr)
#define TARGETS (PRESENT(TO_UID) | PRESENT(TO_PID) | PRESENT(TO_CGROUP))

/**
 * mc_take_pid() - take the thread that is to draw, or draws, on a wallet
 * @text: its id
 * @wallet: to_pid is filled in
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_take_pid(const char *text, struct mxw_wallet *wallet)
{
	if (mc_parse_pid(text, &wallet->to_pid))
		return MC_USAGE;
	MXW_SET(wallet, MAXWELL_A_WALLET_TO_PID);
	return MC_OK;
}

/* The id of a cgroup is the inode number of its directory. */
static int take_cgroup(const char *path, struct mxw_wallet *wallet)
{
	struct statfs fs;
	struct stat stat_of;

	if (stat(path, &stat_of) || statfs(path, &fs))
		return mc_error(MC_REFUSED, "cannot look at the cgroup '%s': %s", path,
				strerror(errno));
	if (fs.f_type != CGROUP2_SUPER_MAGIC || !S_ISDIR(stat_of.st_mode))
		return mc_error(MC_REFUSED, "'%s' is not the directory of a cgroup (v2)", path);
	wallet->to_cgroup = stat_of.st_ino;
	MXW_SET(wallet, MAXWELL_A_WALLET_TO_CGROUP);
	return MC_OK;
}

static int take_target(int option, struct mxw_wallet *wallet)
{
	if (option == MC_OPTION_ERROR)
		return MC_USAGE;
	if (wallet->present & TARGETS)
		return mc_error(MC_USAGE, "exactly one of --user, --pid and --cgroup is needed");
	if (option == 'P')
		return mc_take_pid(optarg, wallet);
	if (option == 'C')
		return take_cgroup(optarg, wallet);
	MXW_SET(wallet, MAXWELL_A_WALLET_TO_UID);
	return mc_parse_user(optarg, &wallet->to_uid);
}

static int change_grant(int argc, char **argv, int operands, struct mxw_wallet *wallet)
{
	static const struct option longs[] = {
		{ "user", required_argument, NULL, 'U' },
		{ "pid", required_argument, NULL, 'P' },
		{ "cgroup", required_argument, NULL, 'C' },
		{ 0 },
	};
	int option, err;

	while ((option = mc_option(argc, argv, "", longs)) != -1) {
		err = take_target(option, wallet);
		if (err)
			return err;
	}
	if (!(wallet->present & TARGETS))
		return mc_error(MC_USAGE, "exactly one of --user, --pid and --cgroup is needed");
	if (argc - optind < operands)
		return mc_error(MC_USAGE, "there is no wallet: maxctl wallet %s %s",
				mc.command->verb, mc.command->usage);
	if (argc - optind > operands)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind + operands]);
	if (operands && mc_wallet_which(argv[optind], wallet))
		return MC_USAGE;
	return mc_ready();
}

int cmd_wallet_grant(int argc, char **argv)
{
	struct mxw_wallet grant = { 0 };
	int err = change_grant(argc, argv, 1, &grant);

	return err ? err : mc_done("wallet-grant", mxw_wallet_grant(mc.link, &grant));
}

int cmd_wallet_revoke(int argc, char **argv)
{
	struct mxw_wallet grant = { 0 };
	int err = change_grant(argc, argv, 0, &grant);

	return err ? err : mc_done("wallet-revoke", mxw_wallet_revoke(mc.link, &grant));
}
