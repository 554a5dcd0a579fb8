// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl status and version: is the class at work, and if not, why not.
 */
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

#define NR_KINDS 3

/* The lowest and the highest over all CPUs. */
struct range {
	bool known;
	uint32_t min;
	uint32_t max;
};

/**
 * struct money - all wallets together
 * @nr: how many there are
 * @nr_unlimited: those that have no balance
 * @nr_in_debt: those with less than nothing
 * @balance_nanocents: sum of the balances
 */
struct money {
	size_t nr;
	size_t nr_unlimited;
	size_t nr_in_debt;
	int64_t balance_nanocents;
};

struct summary {
	struct range value[NR_KINDS];
	struct range general;
	struct range feeder;
	struct money money;
	char state[32];
	char owner[128];
	bool owned;
};

static void widen(struct range *range, uint32_t value)
{
	if (!range->known || value < range->min)
		range->min = value;
	if (!range->known || value > range->max)
		range->max = value;
	range->known = true;
}

static int summarise_prices(struct summary *summary)
{
	struct mxw_price *prices;
	struct mxw_cpu *cpus;
	size_t nr, i;

	if (mxw_price_list(mc.link, NULL, &prices, &nr))
		return mc_kernel_error(mc.link, "price-get");
	for (i = 0; i < nr; i++)
		if (prices[i].kind < NR_KINDS)
			widen(&summary->value[prices[i].kind], prices[i].value);
	free(prices);
	if (mxw_cpu_list(mc.link, &cpus, &nr))
		return mc_kernel_error(mc.link, "cpu-get");
	for (i = 0; i < nr; i++) {
		widen(&summary->general, cpus[i].reserve_general);
		widen(&summary->feeder, cpus[i].reserve_feeder);
	}
	free(cpus);
	return MC_OK;
}

static int summarise_wallets(struct money *money)
{
	struct mxw_wallet *wallets;
	size_t nr, i;

	if (mxw_wallet_list(mc.link, &wallets, &nr))
		return mc_kernel_error(mc.link, "wallet-get");
	for (i = 0; i < nr; i++) {
		money->nr_unlimited += wallets[i].unlimited;
		money->nr_in_debt += wallets[i].balance_nanocents < 0;
		/* A thousand of the largest balances would not fit: then it stays at the edge. */
		if (__builtin_add_overflow(money->balance_nanocents, wallets[i].balance_nanocents,
					   &money->balance_nanocents))
			money->balance_nanocents = wallets[i].balance_nanocents < 0 ? INT64_MIN :
										      INT64_MAX;
	}
	money->nr = nr;
	free(wallets);
	return MC_OK;
}

static json_t *json_money(const struct money *money)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "count", (json_int_t)money->nr, "unlimited",
			 (json_int_t)money->nr_unlimited, "in_debt", (json_int_t)money->nr_in_debt,
			 "balance_nanocents", (json_int_t)money->balance_nanocents);
}

static json_t *json_range(const struct range *range, double unit)
{
	if (unit == 1)
		return json_pack("{s:I, s:I}", "min", (json_int_t)range->min, "max",
				 (json_int_t)range->max);
	return json_pack("{s:f, s:f}", "min", range->min / unit, "max", range->max / unit);
}

static void print_json(const struct summary *summary)
{
	json_t *root = mc_json_new();
	json_t *multipliers = json_object();
	json_t *ext = json_pack("{s:s}", "state", summary->state);
	int i;

	json_object_set_new(root, "class", mc_json_object(&mxw_class_object, &mc.class));
	for (i = 0; i < NR_KINDS; i++)
		if (summary->value[i].known)
			json_object_set_new(multipliers, mxw_price_kinds[i],
					    json_range(&summary->value[i],
						       MAXWELL_MULTIPLIER_ONE));
	json_object_set_new(root, "multipliers", multipliers);
	if (summary->general.known) {
		json_object_set_new(root, "reserve_general_cents_per_s",
				    json_range(&summary->general, 1));
		json_object_set_new(root, "reserve_feeder_cents_per_s",
				    json_range(&summary->feeder, 1));
	}
	json_object_set_new(root, "wallets", json_money(&summary->money));
	if (summary->owned)
		json_object_set_new(ext, "ops", json_string(summary->owner));
	json_object_set_new(root, "sched_ext", ext);
	mc_json_print(root);
}

static void print_prices(const struct summary *summary)
{
	char min[MC_TEXT_LEN], max[MC_TEXT_LEN];
	int i;

	printf("  multiplier");
	for (i = 0; i < NR_KINDS; i++) {
		const struct range *range = &summary->value[i];

		if (!range->known)
			continue;
		printf("  %s %s", mxw_price_kinds[i], mc_format_q16(min, range->min));
		if (range->max != range->min)
			printf("..%s", mc_format_q16(max, range->max));
	}
	if (summary->general.known)
		printf("\n  reserve     general %u..%u  feeder %u..%u cents/s",
		       summary->general.min, summary->general.max, summary->feeder.min,
		       summary->feeder.max);
	putchar('\n');
}

static void print_text(const struct summary *summary)
{
	const struct mxw_class *class = &mc.class;
	char text[MC_TEXT_LEN];

	printf(MC_MODULE " %s  %s  %u CPUs", class->version,
	       mxw_name(mxw_class_modes, class->mode), class->nr_cpus);
	if (MXW_HAS(class, MAXWELL_A_CLASS_UPTIME_NS))
		printf("  uptime %s", mc_format_time(text, class->uptime_ns));
	printf("\n  tasks       %llu known, %llu queued\n", (unsigned long long)class->nr_tasks,
	       (unsigned long long)class->queued);
	printf("  books       enqueued %llu  dispatched %llu  dequeued %llu  overflowed %llu\n",
	       (unsigned long long)class->enqueued, (unsigned long long)class->dispatched,
	       (unsigned long long)class->dequeued, (unsigned long long)class->overflowed);
	printf("  charged     %s cents\n", mc_format_cents(text, class->charged_nanocents));
	printf("  wallets     %zu, %zu unlimited, %zu in debt  balance %s cents\n",
	       summary->money.nr, summary->money.nr_unlimited, summary->money.nr_in_debt,
	       mc_format_balance(text, summary->money.balance_nanocents));
	print_prices(summary);
	printf("  sched_ext   %s%s%s%s\n", summary->state[0] ? summary->state : "not available",
	       summary->owned ? " (" : "", summary->owner, summary->owned ? ")" : "");
	printf("  attached    %llu times\n", (unsigned long long)class->attach_count);
	if (MXW_HAS(class, MAXWELL_A_CLASS_EXIT_KIND))
		printf("  last exit   %s (kind %u, code %lld)%s%s\n", class->exit_reason,
		       class->exit_kind, (long long)class->exit_code,
		       class->exit_msg[0] ? ": " : "", class->exit_msg);
}

int cmd_status(int argc, char **argv)
{
	struct summary summary = { 0 };
	int err = mc_ready_alone(argc, argv);

	if (!err)
		err = summarise_prices(&summary);
	if (!err)
		err = summarise_wallets(&summary.money);
	if (err)
		return err;
	mc_sched_ext_state(summary.state, sizeof(summary.state));
	summary.owned = mc_sched_ext_owner(summary.owner, sizeof(summary.owner));
	if (mc.json)
		print_json(&summary);
	else
		print_text(&summary);
	return mc.class.mode == MAXWELL_CLASS_MODE_DETACHED ? MC_INACTIVE : MC_OK;
}

int cmd_version(int argc, char **argv)
{
	char module[MXW_VERSION_LEN];
	json_t *root;
	int err;

	err = mc_no_options(argc, argv, 0, 0);
	if (err)
		return err;
	mc_read_text("/sys/kernel/maxwell/version", module, sizeof(module));
	if (!mc.json) {
		printf("maxctl %s [" MC_MODULE ": %s, netlink family version %d]\n",
		       MAXWELL_VERSION, module[0] ? module : "not loaded", MAXWELL_FAMILY_VERSION);
		return MC_OK;
	}
	root = mc_json_new();
	json_object_set_new(root, "maxctl", json_string(MAXWELL_VERSION));
	if (module[0])
		json_object_set_new(root, MC_MODULE, json_string(module));
	json_object_set_new(root, "family_version", json_integer(MAXWELL_FAMILY_VERSION));
	return mc_json_print(root);
}
