// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl wallet new, set, fund and delete.
 */

#include "wallet.h"

#define PRESENT(attr) (1ULL << MAXWELL_A_WALLET_##attr)
#define TERMS                                                                                      \
	(PRESENT(UNLIMITED) | PRESENT(INCOME) | PRESENT(CAP_NANOCENTS) | PRESENT(HALF_LIFE_MS))

static int take_half_life(const char *text, struct mxw_wallet *wallet)
{
	uint64_t ns;

	if (mc_parse_time(text, "half-life", &ns))
		return MC_USAGE;
	if (ns && ns < MC_NS_PER_MS)
		return mc_error(MC_USAGE, "half-life '%s' is shorter than 1ms; 0 is for never",
				text);
	if (ns / MC_NS_PER_MS > UINT32_MAX)
		return mc_error(MC_USAGE, "half-life '%s' is longer than 49 days", text);
	wallet->half_life_ms = ns / MC_NS_PER_MS;
	MXW_SET(wallet, MAXWELL_A_WALLET_HALF_LIFE_MS);
	return MC_OK;
}

static int take_option(int option, struct mxw_wallet *wallet)
{
	switch (option) {
	case 'o':
		MXW_SET(wallet, MAXWELL_A_WALLET_UID);
		return mc_parse_user(optarg, &wallet->uid);
	case 'i':
		MXW_SET(wallet, MAXWELL_A_WALLET_INCOME);
		return mc_parse_number(optarg, "income", 0, MAXWELL_WALLET_INCOME_MAX,
				       &wallet->income);
	case 'c':
		MXW_SET(wallet, MAXWELL_A_WALLET_CAP_NANOCENTS);
		return mc_parse_cents(optarg, "cap", &wallet->cap_nanocents);
	case 'l':
		return take_half_life(optarg, wallet);
	case 'u':
		MXW_SET(wallet, MAXWELL_A_WALLET_UNLIMITED);
		wallet->unlimited = true;
		return MC_OK;
	default:
		return MC_USAGE;
	}
}

/* The terms among the options, and the one operand. */
static int parse_terms(int argc, char **argv, const struct option *longs, struct mxw_wallet *wallet)
{
	int option, err;

	while ((option = mc_option(argc, argv, "i:c:", longs)) != -1) {
		err = take_option(option, wallet);
		if (err)
			return err;
	}
	if (optind == argc)
		return mc_error(MC_USAGE, "there is no wallet: maxctl wallet %s %s",
				mc.command->verb, mc.command->usage);
	if (optind + 1 < argc)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind + 1]);
	if (wallet->unlimited && (wallet->present & TERMS) != PRESENT(UNLIMITED))
		return mc_error(MC_USAGE,
				"--unlimited excludes --income, --cap and --half-life");
	return MC_OK;
}

int cmd_wallet_new(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "owner", required_argument, NULL, 'o' },
		{ "income", required_argument, NULL, 'i' },
		{ "cap", required_argument, NULL, 'c' },
		{ "half-life", required_argument, NULL, 'l' },
		{ "unlimited", no_argument, NULL, 'u' },
		{ 0 },
	};
	struct mxw_wallet wallet = { 0 };
	json_t *root;
	int err;

	err = parse_terms(argc, argv, longs, &wallet);
	if (!err && mc_is_number(argv[optind]))
		err = mc_error(MC_USAGE, "the name '%s' would be taken for a wallet's id",
			       argv[optind]);
	if (!err)
		err = mc_wallet_which(argv[optind], &wallet);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	if (mxw_wallet_new(mc.link, &wallet, &wallet.id))
		return mc_kernel_error(mc.link, "wallet-new");
	if (!mc.json) {
		printf("%u\n", wallet.id);
		return MC_OK;
	}
	wallet.present = PRESENT(ID) | PRESENT(NAME);
	root = mc_json_new();
	json_object_set_new(root, "wallet", mc_json_object(&mxw_wallet_object, &wallet));
	return mc_json_print(root);
}

int cmd_wallet_set(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "income", required_argument, NULL, 'i' },
		{ "cap", required_argument, NULL, 'c' },
		{ "half-life", required_argument, NULL, 'l' },
		{ "unlimited", no_argument, NULL, 'u' },
		{ 0 },
	};
	struct mxw_wallet wallet = { 0 };
	int err;

	err = parse_terms(argc, argv, longs, &wallet);
	if (!err && !wallet.present)
		err = mc_error(MC_USAGE, "nothing to set: maxctl wallet set %s",
			       mc.command->usage);
	if (!err)
		err = mc_wallet_which(argv[optind], &wallet);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	return mc_done("wallet-set", mxw_wallet_set(mc.link, &wallet));
}

int cmd_wallet_fund(int argc, char **argv)
{
	struct mxw_wallet wallet = { 0 };
	int err;

	err = mc_no_options(argc, argv, 2, 2);
	if (!err)
		err = mc_wallet_which(argv[optind], &wallet);
	if (!err)
		err = mc_parse_cents(argv[optind + 1], "amount", &wallet.amount_nanocents);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	MXW_SET(&wallet, MAXWELL_A_WALLET_AMOUNT_NANOCENTS);
	return mc_done("wallet-fund", mxw_wallet_fund(mc.link, &wallet));
}

int cmd_wallet_delete(int argc, char **argv)
{
	struct mxw_wallet wallet = { 0 };
	int err;

	err = mc_no_options(argc, argv, 1, 1);
	if (!err)
		err = mc_wallet_which(argv[optind], &wallet);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	return mc_done("wallet-del", mxw_wallet_del(mc.link, &wallet));
}
