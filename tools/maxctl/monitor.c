// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl monitor: one line for each notification.
 */
#include <errno.h>
#include <string.h>

#include "maxctl.h"

static const char *const groups[] = {
	MAXWELL_MCGRP_CLASS, MAXWELL_MCGRP_PRICE, MAXWELL_MCGRP_AUCTION,
	MAXWELL_MCGRP_WALLET,
};

struct monitor {
	uint32_t count;
	uint32_t seen;
	uint32_t drops;
	uint64_t timeout_ns;
	bool has_timeout;
};

static const char *event_name(const struct mxw_event *event)
{
	switch (event->cmd) {
	case MAXWELL_CMD_CLASS_NTF:
		return MAXWELL_MCGRP_CLASS;
	case MAXWELL_CMD_PRICE_NTF:
		return MAXWELL_MCGRP_PRICE;
	case MAXWELL_CMD_WALLET_NTF:
		return MAXWELL_MCGRP_WALLET;
	default:
		return MAXWELL_MCGRP_AUCTION;
	}
}

static json_t *event_json(const struct mxw_event *event)
{
	switch (event->cmd) {
	case MAXWELL_CMD_CLASS_NTF:
		return mc_json_object(&mxw_class_object, &event->class_state);
	case MAXWELL_CMD_PRICE_NTF:
		return mc_json_object(&mxw_price_object, &event->price);
	case MAXWELL_CMD_WALLET_NTF:
		return mc_json_object(&mxw_wallet_object, &event->wallet);
	default:
		return mc_json_object(&mxw_cpu_object, &event->cpu);
	}
}

static void print_json(const struct mxw_event *event)
{
	json_t *root = mc_json_new();
	char clock[64];

	json_object_set_new(root, "time",
			    json_string(mc_format_clock(clock, sizeof(clock), true)));
	json_object_set_new(root, "group", json_string(event_name(event)));
	json_object_set_new(root, "event", event_json(event));
	mc_json_print(root);
}

static void print_class(const struct mxw_class *class)
{
	printf("%s  mode %s", mxw_name(mxw_class_events, class->event),
	       mxw_name(mxw_class_modes, class->mode));
	if (class->event != MAXWELL_CLASS_EVENT_ATTACHED &&
	    MXW_HAS(class, MAXWELL_A_CLASS_EXIT_KIND))
		printf("  exit %u  %s%s%s", class->exit_kind, class->exit_reason,
		       class->exit_msg[0] ? ": " : "", class->exit_msg);
}

static void print_price(const struct mxw_price *price)
{
	char text[MC_TEXT_LEN];

	printf("%s  cpus %s  kind %s  multiplier %s", mxw_name(mxw_price_events, price->event),
	       price->cpus, mxw_name(mxw_price_kinds, price->kind),
	       mc_format_q16(text, price->multiplier));
	if (price->slope)
		printf("  slope %s/s", mc_format_q16(text, price->slope));
	if (price->lease_ms)
		printf("  lease %s", mc_format_time(text, price->lease_ms * MC_NS_PER_MS));
}

static void print_cpu(const struct mxw_cpu *cpu)
{
	printf("cpu %u", cpu->cpu);
	if (MXW_HAS(cpu, MAXWELL_A_CPU_CURR_PID))
		printf("  runs %u  bid %u", cpu->curr_pid, cpu->curr_bid);
	else
		printf("  %s", cpu->idle ? "idle" : "other");
	printf("  queued %u  parked %u  reserve %u/%u", cpu->queued, cpu->parked,
	       cpu->reserve_general, cpu->reserve_feeder);
}

static void print_wallet(const struct mxw_wallet *wallet)
{
	char text[MC_TEXT_LEN];

	printf("%s  wallet %u (%s)", mxw_name(mxw_wallet_events, wallet->event), wallet->id,
	       wallet->name);
	if (wallet->unlimited)
		printf("  unlimited");
	else
		printf("  income %u cents/s  balance %s cents", wallet->income,
		       mc_format_balance(text, wallet->balance_nanocents));
	printf("  pace %s  tasks %u", mc_format_q16(text, wallet->pace), wallet->nr_tasks);
}

static void on_event(const struct mxw_event *event, void *arg)
{
	struct monitor *monitor = arg;
	char clock[32];

	if (monitor->count && monitor->seen >= monitor->count)
		return;
	monitor->seen++;
	if (mc.json) {
		print_json(event);
	} else {
		printf("%s  %s  ", mc_format_clock(clock, sizeof(clock), false),
		       event_name(event));
		if (event->cmd == MAXWELL_CMD_CLASS_NTF)
			print_class(&event->class_state);
		else if (event->cmd == MAXWELL_CMD_PRICE_NTF)
			print_price(&event->price);
		else if (event->cmd == MAXWELL_CMD_WALLET_NTF)
			print_wallet(&event->wallet);
		else
			print_cpu(&event->cpu);
		putchar('\n');
	}
	fflush(stdout);
}

static void report_drop(struct monitor *monitor)
{
	json_t *root;

	monitor->drops++;
	mc_note("Events were dropped: they were not read in time.");
	if (!mc.json)
		return;
	root = mc_json_new();
	json_object_set_new(root, "group", json_string("drop"));
	json_object_set_new(root, "drops", json_integer(monitor->drops));
	mc_json_print(root);
}

static int loop(struct monitor *monitor)
{
	uint64_t end_ns = mc_now_ns() + monitor->timeout_ns;
	int wait_ms = -1;
	int got;

	while (!mc_interrupted() && (!monitor->count || monitor->seen < monitor->count)) {
		if (monitor->has_timeout) {
			uint64_t now_ns = mc_now_ns();

			if (now_ns >= end_ns)
				return monitor->count ? MC_TIMEOUT : MC_OK;
			wait_ms = (end_ns - now_ns) / MC_NS_PER_MS + 1;
		}
		got = mxw_wait_events(mc.link, wait_ms, on_event, monitor);
		if (got == -ENOBUFS)
			report_drop(monitor);
		else if (got < 0)
			return mc_kernel_error(mc.link, "monitor");
	}
	return MC_OK;
}

static int parse_options(int argc, char **argv, struct monitor *monitor)
{
	static const struct option longs[] = {
		{ "count", required_argument, NULL, 'n' },
		{ "timeout", required_argument, NULL, 't' },
		{ 0 },
	};
	int err = MC_OK;
	int option;

	while (!err && (option = mc_option(argc, argv, "n:t:", longs)) != -1) {
		if (option == 'n') {
			err = mc_parse_u32(optarg, "count", &monitor->count);
		} else if (option == 't') {
			err = mc_parse_time(optarg, "timeout", &monitor->timeout_ns);
			monitor->has_timeout = true;
			/* poll() counts in an int; longer than its 24 days is for ever. */
			if (monitor->timeout_ns > INT32_MAX * MC_NS_PER_MS)
				monitor->has_timeout = false;
		} else {
			err = MC_USAGE;
		}
	}
	return err;
}

static bool is_group(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (!strcmp(groups[i], word))
			return true;
	return false;
}

/* Without a name: those where events are rare. */
static int subscribe(int argc, char **argv)
{
	const char *const *names = (const char *const *)argv + optind;
	size_t nr = argc - optind;
	size_t i;

	if (!nr) {
		names = groups;
		nr = 2;
	}
	for (i = 0; i < nr; i++)
		if (mxw_subscribe(mc.link, names[i]))
			return mc_kernel_error(mc.link, "monitor");
	return MC_OK;
}

int cmd_monitor(int argc, char **argv)
{
	struct monitor monitor = { 0 };
	int i, err;

	err = parse_options(argc, argv, &monitor);
	for (i = optind; !err && i < argc; i++)
		if (!is_group(argv[i]))
			err = mc_error(MC_USAGE, "group '%s' is not class, price, auction or wallet",
				       argv[i]);
	if (!err)
		err = mc_ready();
	if (!err)
		err = subscribe(argc, argv);
	if (err)
		return err;
	mc_catch_signals();
	return loop(&monitor);
}
