// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl wallet list, show and grants, and how a wallet is named on the command line.
 */
#include <pwd.h>
#include <string.h>

#include "wallet.h"

/**
 * mc_wallet_which() - the wallet that a word means
 * @text: its id, if it is a number, or its name
 * @wallet: id or name is filled in
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_wallet_which(const char *text, struct mxw_wallet *wallet)
{
	if (mc_is_number(text)) {
		if (mc_parse_u32(text, "wallet", &wallet->id))
			return MC_USAGE;
		if (!wallet->id)
			return mc_error(MC_USAGE, "wallets are numbered from 1");
		MXW_SET(wallet, MAXWELL_A_WALLET_ID);
		return MC_OK;
	}
	if (!text[0] || strlen(text) > MAXWELL_WALLET_NAME_LEN)
		return mc_error(MC_USAGE, "'%s' names no wallet: a name has 1 to %d bytes", text,
				MAXWELL_WALLET_NAME_LEN);
	snprintf(wallet->name, sizeof(wallet->name), "%s", text);
	MXW_SET(wallet, MAXWELL_A_WALLET_NAME);
	return MC_OK;
}

/**
 * mc_is_number() - whether a word has nothing but digits
 * @text: the word
 *
 * Return: true if so; false for an empty one.
 */
bool mc_is_number(const char *text)
{
	return text[0] && text[strspn(text, "0123456789")] == '\0';
}

static const char *user_name(char *text, uint32_t uid)
{
	const struct passwd *user = getpwuid(uid);

	snprintf(text, MC_TEXT_LEN, user ? "%s" : "%.0s%u", user ? user->pw_name : "", uid);
	return text;
}

static const char *half_life(char *text, uint32_t ms)
{
	return ms ? mc_format_time(text, ms * MC_NS_PER_MS) : "never";
}

static void print_wallets(const void *items, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "ID", true },		{ "NAME", false },	{ "KIND", false },
		{ "OWNER", false },	{ "INCOME/s", true },	{ "CAP/ct", true },
		{ "HALF-LIFE", true },	{ "BALANCE/ct", true }, { "CHARGED/ct", true },
		{ "PACE", true },	{ "TASKS", true },
	};
	const struct mxw_wallet *wallets = items;
	char text[MC_TEXT_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		const struct mxw_wallet *w = &wallets[i];

		mc_cell(&table, "%u", w->id);
		mc_cell(&table, "%s", w->name);
		mc_cell(&table, "%s", mxw_name(mxw_wallet_kinds, w->kind));
		mc_cell(&table, "%s", user_name(text, w->uid));
		if (w->unlimited)
			mc_cell(&table, "unlimited");
		else
			mc_cell(&table, "%u", w->income);
		mc_cell_if(&table, !w->unlimited, "%s", mc_format_cents(text, w->cap_nanocents));
		mc_cell_if(&table, !w->unlimited, "%s", half_life(text, w->half_life_ms));
		mc_cell_if(&table, !w->unlimited, "%s",
			   mc_format_balance(text, w->balance_nanocents));
		mc_cell(&table, "%s", mc_format_cents(text, w->charged_nanocents));
		mc_cell(&table, "%s", mc_format_q16(text, w->pace));
		mc_cell(&table, "%u", w->nr_tasks);
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

/* The kernel sends the flag or nothing; in JSON it is always there. */
static void say_whether_unlimited(struct mxw_wallet *wallet)
{
	MXW_SET(wallet, MAXWELL_A_WALLET_UNLIMITED);
}

int cmd_wallet_list(int argc, char **argv)
{
	static const struct mc_listing listing = {
		"wallet-get", "wallets", &mxw_wallet_object, print_wallets,
	};
	int err = mc_ready_alone(argc, argv);
	struct mxw_wallet *wallets = NULL;
	size_t nr = 0, i;

	if (err)
		return err;
	err = mxw_wallet_list(mc.link, &wallets, &nr);
	for (i = 0; i < nr; i++)
		say_whether_unlimited(&wallets[i]);
	return mc_show_list(&listing, err, wallets, nr);
}

static void print_terms(const struct mxw_wallet *w)
{
	char text[MC_TEXT_LEN];

	if (w->unlimited) {
		printf("  income: unlimited\n");
		return;
	}
	printf("  income: %u cents/s\n", w->income);
	printf("  cap: %s cents\n", mc_format_cents(text, w->cap_nanocents));
	printf("  half-life: %s\n", half_life(text, w->half_life_ms));
	printf("  balance: %s cents\n", mc_format_balance(text, w->balance_nanocents));
}

static void print_wallet(const struct mxw_wallet *w)
{
	char text[MC_TEXT_LEN];

	printf("wallet: %u (%s)\n", w->id, w->name);
	printf("  kind: %s\n", mxw_name(mxw_wallet_kinds, w->kind));
	printf("  owner: %s\n", user_name(text, w->uid));
	print_terms(w);
	printf("  earned: %s cents\n", mc_format_cents(text, w->income_nanocents));
	printf("  funded: %s cents\n", mc_format_cents(text, w->grants_nanocents));
	printf("  charged: %s cents\n", mc_format_cents(text, w->charged_nanocents));
	printf("  evaporated: %s cents\n", mc_format_cents(text, w->evaporated_nanocents));
	printf("  pace: %s\n", mc_format_q16(text, w->pace));
	printf("  tasks: %u\n", w->nr_tasks);
}

static int parse_show(int argc, char **argv, struct mxw_wallet *which)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'P' },
		{ 0 },
	};
	int option;

	while ((option = mc_option(argc, argv, "", longs)) != -1)
		if (option != 'P' || mc_take_pid(optarg, which))
			return MC_USAGE;
	if (argc - optind > 1)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind + 1]);
	if (optind == argc)
		return MC_OK;
	if (which->present)
		return mc_error(MC_USAGE, "a wallet and --pid exclude each other");
	return mc_wallet_which(argv[optind], which);
}

int cmd_wallet_show(int argc, char **argv)
{
	struct mxw_wallet which = { 0 };
	struct mxw_wallet wallet;
	json_t *root;
	int err;

	err = parse_show(argc, argv, &which);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	if (mxw_wallet_get(mc.link, &which, &wallet))
		return mc_kernel_error(mc.link, "wallet-get");
	if (!mc.json) {
		print_wallet(&wallet);
		return MC_OK;
	}
	say_whether_unlimited(&wallet);
	root = mc_json_new();
	json_object_set_new(root, "wallet", mc_json_object(&mxw_wallet_object, &wallet));
	return mc_json_print(root);
}

static void print_grants(const void *items, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "ID", true }, { "NAME", false }, { "USER", false }, { "CGROUP", true },
	};
	const struct mxw_wallet *grants = items;
	char text[MC_TEXT_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		const struct mxw_wallet *grant = &grants[i];

		mc_cell(&table, "%u", grant->id);
		mc_cell(&table, "%s", grant->name);
		mc_cell_if(&table, MXW_HAS(grant, MAXWELL_A_WALLET_TO_UID), "%s",
			   user_name(text, grant->to_uid));
		mc_cell_if(&table, MXW_HAS(grant, MAXWELL_A_WALLET_TO_CGROUP), "%llu",
			   (unsigned long long)grant->to_cgroup);
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

int cmd_wallet_grants(int argc, char **argv)
{
	static const struct mc_listing listing = {
		"grant-get", "grants", &mxw_wallet_object, print_grants,
	};
	int err = mc_ready_alone(argc, argv);
	struct mxw_wallet *grants = NULL;
	size_t nr = 0;

	if (err)
		return err;
	err = mxw_grant_list(mc.link, &grants, &nr);
	return mc_show_list(&listing, err, grants, nr);
}
