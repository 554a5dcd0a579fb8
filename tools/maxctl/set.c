// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl set and show: bids of running tasks.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "task.h"

/* Works on one task; adds what it found to the JSON array; returns an exit code. */
typedef int (*task_fn)(pid_t pid, const struct mc_change *change, json_t *array);

static int set_task(pid_t pid, const struct mc_change *change, json_t *array)
{
	json_t *json = json_pack("{s:i}", "pid", (int)pid);
	char text[512];
	int err;

	err = mc_apply_change(pid, change, text, sizeof(text));
	if (err) {
		mc_note("Error: %s", text);
		json_object_set_new(json, "error", mc_json_error(err, text));
	} else if (mc.verbose) {
		mc_note("task %d: done", pid);
	}
	json_array_append_new(array, json);
	return err;
}

static void print_wallet(const struct mxw_bid *bid)
{
	struct mxw_wallet wallet;

	/* It may be gone by now. */
	if (mxw_wallet_by_id(mc.link, bid->wallet, &wallet))
		printf("  wallet: %u", bid->wallet);
	else
		printf("  wallet: %u (%s)", bid->wallet, wallet.name);
	printf(", by %s\n", mxw_name(mxw_wallet_sources, bid->wallet_source));
}

static void print_account(const struct mxw_bid *bid)
{
	char text[MC_TEXT_LEN];

	printf("  bid: %u cents/s (%s)", bid->bid, mxw_name(mxw_bid_sources, bid->source));
	if (MXW_HAS(bid, MAXWELL_A_BID_EFFECTIVE_BID) && bid->effective_bid != bid->bid)
		printf(", counts for %u", bid->effective_bid);
	putchar('\n');
	if (MXW_HAS(bid, MAXWELL_A_BID_WALLET))
		print_wallet(bid);
	printf("  book: %s\n", mxw_name(mxw_books, bid->book));
	printf("  state: %s", mxw_name(mxw_task_states, bid->state));
	if (MXW_HAS(bid, MAXWELL_A_BID_CPU))
		printf(", CPU %u", bid->cpu);
	putchar('\n');
	printf("  runtime: %s\n", mc_format_time(text, bid->runtime_ns));
	printf("  charged: %s cents\n", mc_format_cents(text, bid->charged_nanocents));
	if (MXW_HAS(bid, MAXWELL_A_BID_WAIT_NS))
		printf("  waiting: %s\n", mc_format_time(text, bid->wait_ns));
	printf("  longest wait: %s\n", mc_format_time(text, bid->wait_max_ns));
	printf("  all waits: %s\n", mc_format_time(text, bid->wait_total_ns));
	printf("  runs: %llu, %llu on the survival share\n", (unsigned long long)bid->nr_runs,
	       (unsigned long long)bid->nr_survival);
}

static int show_missing(pid_t pid, int err, json_t *array)
{
	char text[128];

	snprintf(text, sizeof(text), "task %d: %s", pid, strerror(-err));
	mc_note("Error: %s", text);
	json_array_append_new(array, json_pack("{s:i, s:o}", "pid", (int)pid, "error",
					       mc_json_error(MC_REFUSED, text)));
	return MC_REFUSED;
}

static int show_task(pid_t pid, const struct mc_change *change, json_t *array)
{
	int policy = mc_policy(pid);
	struct mxw_bid bid;
	bool under_class;
	char comm[32];
	json_t *json;
	int err;

	(void)change;
	if (policy < 0)
		return show_missing(pid, policy, array);
	err = mxw_bid_get(mc.link, pid, &bid);
	/* The kernel could not tell, which says nothing about the task. */
	if (err == -ENOMEM || err == -ENOBUFS)
		return show_missing(pid, err, array);
	under_class = !err;
	if (!under_class && mc.verbose)
		mc_note("task %d: %s", pid, mxw_error(mc.link)->msg);
	if (!under_class)
		bid = (struct mxw_bid){ 0 };
	mc_comm(pid, comm, sizeof(comm));

	json = mc_json_object(&mxw_bid_object, &bid);
	json_object_set_new(json, "pid", json_integer(pid));
	json_object_set_new(json, "policy", json_string(mc_policy_name(policy)));
	json_object_set_new(json, "under_class", json_boolean(under_class));
	json_array_append_new(array, json);
	if (mc.json)
		return under_class ? MC_OK : MC_INACTIVE;

	printf("task: %d (%s)\n  policy: %s\n", pid, comm, mc_policy_name(policy));
	if (!under_class) {
		printf("  not under the class\n");
		return MC_INACTIVE;
	}
	print_account(&bid);
	return MC_OK;
}

/* A thread that ends between being listed and being worked on is no error. */
static int each_thread(pid_t pid, task_fn fn, const struct mc_change *change, json_t *array)
{
	int result = MC_OK;
	pid_t *tids;
	size_t nr, i;
	int err;

	err = mc_threads(pid, &tids, &nr);
	if (err)
		return show_missing(pid, err, array);
	for (i = 0; i < nr; i++) {
		if (mc_policy(tids[i]) == -ESRCH)
			continue;
		err = fn(tids[i], change, array);
		if (err && !result)
			result = err;
	}
	free(tids);
	return result;
}

static int each_task(int argc, char **argv, bool threads, task_fn fn,
		     const struct mc_change *change)
{
	json_t *array = json_array();
	int result = MC_OK;
	uint32_t pid;
	json_t *root;
	int i, err;

	for (i = optind; i < argc; i++) {
		err = mc_parse_pid(argv[i], &pid);
		if (err) {
			json_decref(array);
			return err;
		}
	}
	for (i = optind; i < argc; i++) {
		pid = strtoul(argv[i], NULL, 10);
		if (threads)
			err = each_thread(pid, fn, change, array);
		else
			err = fn(pid, change, array);
		if (err && !result)
			result = err;
	}
	if (!mc.json) {
		json_decref(array);
		return result;
	}
	root = mc_json_new();
	json_object_set_new(root, "tasks", array);
	mc_json_print(root);
	return result;
}

int cmd_set(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "bid", required_argument, NULL, 'b' },
		{ "default", no_argument, NULL, MC_OPTION_DEFAULT },
		{ "feeder", no_argument, NULL, MC_OPTION_FEEDER },
		{ "general", no_argument, NULL, MC_OPTION_GENERAL },
		{ "fair", no_argument, NULL, MC_OPTION_FAIR },
		{ "all-threads", no_argument, NULL, 'a' },
		{ 0 },
	};
	struct mc_change change = { 0 };
	bool threads = false;
	int option, err;

	while ((option = mc_option(argc, argv, "ab:", longs)) != -1) {
		err = MC_OK;
		if (option == 'a')
			threads = true;
		else if (option == MC_OPTION_FAIR)
			change.leave = true;
		else
			err = mc_bid_option(option, &change);
		if (err)
			return err;
	}
	if (optind == argc)
		return mc_error(MC_USAGE, "there is no PID: maxctl set %s", mc.command->usage);
	err = mc_check_change(&change);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	if (change.leave && mc.class.mode == MAXWELL_CLASS_MODE_ALL)
		mc_note("The class is attached with --all: it schedules every normal task.");
	return each_task(argc, argv, threads, set_task, &change);
}

int cmd_show(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "all-threads", no_argument, NULL, 'a' },
		{ 0 },
	};
	bool threads = false;
	int option, err;

	while ((option = mc_option(argc, argv, "a", longs)) != -1) {
		if (option != 'a')
			return MC_USAGE;
		threads = true;
	}
	if (optind == argc)
		return mc_error(MC_USAGE, "there is no PID: maxctl show %s", mc.command->usage);
	err = mc_ready();
	if (err)
		return err;
	return each_task(argc, argv, threads, show_task, NULL);
}
