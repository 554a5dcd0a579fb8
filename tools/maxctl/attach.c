// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl attach and detach.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "loader.h"

#define WAIT_NS (3 * MC_NS_PER_S)
#define POLL_US 20000

/* The kernel frees BPF programs, and lets go of the module, after a grace period. */
#define RELEASE_NS (3 * MC_NS_PER_S)

static int print_mode(const char *note)
{
	json_t *root;

	if (!mc.json) {
		printf("%s%s\n", mxw_name(mxw_class_modes, mc.class.mode), note);
		return MC_OK;
	}
	root = mc_json_new();
	json_object_set_new(root, "mode",
			    json_string(mxw_name(mxw_class_modes, mc.class.mode)));
	return mc_json_print(root);
}

static int already_attached(bool all)
{
	uint32_t wanted = all ? MAXWELL_CLASS_MODE_ALL : MAXWELL_CLASS_MODE_PARTIAL;

	if (mc.class.mode == wanted)
		return print_mode(", it was already");
	return mc_error(MC_REFUSED, "the class is attached in mode %s, not %s: maxctl detach first",
			mxw_name(mxw_class_modes, mc.class.mode),
			mxw_name(mxw_class_modes, wanted));
}

/* An end of the class that is under way is waited for. */
static int check_sched_ext(uint64_t timeout_ns)
{
	uint64_t end_ns = mc_now_ns() + timeout_ns;
	char state[32], owner[128];

	do {
		mc_sched_ext_state(state, sizeof(state));
		if (!state[0])
			return mc_error(MC_REFUSED,
					"the kernel has no sched_ext (CONFIG_SCHED_CLASS_EXT)");
		if (!strcmp(state, "disabled"))
			return MC_OK;
		if (!strcmp(state, "enabled"))
			break;
		usleep(POLL_US);
	} while (mc_now_ns() < end_ns);
	if (!mc_sched_ext_owner(owner, sizeof(owner)))
		snprintf(owner, sizeof(owner), "unknown");
	return mc_error(MC_REFUSED, "another scheduler is attached: '%s' (sched_ext is %s)", owner,
			state);
}

static int parse_options(int argc, char **argv, const char *shorts, const struct option *longs,
			 bool *all, uint64_t *timeout_ns)
{
	int err = MC_OK;
	int option;

	while (!err && (option = mc_option(argc, argv, shorts, longs)) != -1) {
		if (option == 'a' && all)
			*all = true;
		else if (option == 'w')
			err = mc_parse_time(optarg, "wait", timeout_ns);
		else
			err = MC_USAGE;
	}
	if (!err && optind < argc)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind]);
	return err;
}

/* So that rmmod right after us does not find the module busy. */
static void wait_for_release(void)
{
	uint64_t end_ns = mc_now_ns() + RELEASE_NS;
	char text[16];

	while (!mc_read_text("/sys/module/" MC_MODULE "/refcnt", text, sizeof(text)) &&
	       strcmp(text, "0") && mc_now_ns() < end_ns)
		usleep(POLL_US);
}

/* libbpf's own words about missing rights lead astray. */
static int check_rights(void)
{
	if (mc_has_capability(CAP_SYS_ADMIN) && mc_has_capability(CAP_BPF) &&
	    mc_has_capability(CAP_PERFMON))
		return MC_OK;
	return mc_error(MC_DENIED,
			"attaching needs root (CAP_SYS_ADMIN, CAP_BPF and CAP_PERFMON)");
}

int cmd_attach(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "wait", required_argument, NULL, 'w' },
		{ 0 },
	};
	uint64_t timeout_ns = WAIT_NS;
	bool all = false;
	int err;

	err = parse_options(argc, argv, "aw:", longs, &all, &timeout_ns);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	if (mc.class.mode != MAXWELL_CLASS_MODE_DETACHED)
		return already_attached(all);
	err = check_rights();
	if (!err)
		err = check_sched_ext(timeout_ns);
	if (!err)
		err = mc_prepare_pin();
	/* What the kernel ended leaves its pin behind. */
	if (!err)
		err = mc_remove_pin();
	if (err)
		return err;
	err = mc_attach(all, timeout_ns);
	if (err) {
		wait_for_release();
		return err;
	}
	return print_mode("");
}

int cmd_detach(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "wait", required_argument, NULL, 'w' },
		{ 0 },
	};
	uint64_t timeout_ns = WAIT_NS;
	bool attached;
	int err, pin;

	err = parse_options(argc, argv, "w:", longs, NULL, &timeout_ns);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	attached = mc.class.mode != MAXWELL_CLASS_MODE_DETACHED;
	pin = mc_find_pin();
	if (pin == -EACCES)
		return mc_error(MC_DENIED, "detaching needs root");
	if (pin && attached)
		return mc_error(MC_REFUSED,
				"the class is attached, but not by maxctl: there is no %s",
				mc_pin_path());
	if (pin)
		return mc_error(MC_INACTIVE, "the class is not attached");
	err = mc_detach();
	if (!err)
		err = mc_wait_class(false, timeout_ns);
	if (err)
		return err;
	wait_for_release();
	return print_mode(attached ? "" : ", it was already; its pin is removed");
}
