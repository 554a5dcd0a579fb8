// SPDX-License-Identifier: GPL-2.0
/*
 * Changing what a task bids: the options for it, and one task at a time.
 */
#include <errno.h>
#include <string.h>

#include <linux/sched.h>

#include "task.h"

#ifndef SCHED_EXT
#define SCHED_EXT 7
#endif

#define PRESENT(attr) (1ULL << MAXWELL_A_BID_##attr)

static int set_book(struct mc_change *change, uint32_t book)
{
	if (MXW_HAS(&change->bid, MAXWELL_A_BID_BOOK) && change->bid.book != book)
		return mc_error(MC_USAGE, "--feeder and --general exclude each other");
	change->bid.present |= PRESENT(BOOK);
	change->bid.book = book;
	return MC_OK;
}

/**
 * mc_bid_option() - take an option about a bid
 * @option: what mc_option() returned
 * @change: what it changes
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_bid_option(int option, struct mc_change *change)
{
	switch (option) {
	case 'b':
		change->bid.present |= PRESENT(BID);
		return mc_parse_u32(optarg, "bid", &change->bid.bid);
	case MC_OPTION_DEFAULT:
		change->bid.present |= PRESENT(USE_DEFAULT);
		change->bid.use_default = true;
		return MC_OK;
	case MC_OPTION_FEEDER:
		return set_book(change, MAXWELL_BOOK_FEEDER);
	case MC_OPTION_GENERAL:
		return set_book(change, MAXWELL_BOOK_GENERAL);
	default:
		return MC_USAGE;
	}
}

/**
 * mc_check_change() - whether the options fit together
 * @change: what they say
 *
 * Return: MC_OK, or MC_USAGE with the error said.
 */
int mc_check_change(const struct mc_change *change)
{
	if ((change->bid.present & PRESENT(BID)) && change->bid.use_default)
		return mc_error(MC_USAGE, "--bid and --default exclude each other");
	if (change->leave && change->bid.present)
		return mc_error(MC_USAGE, "--fair leaves the class: it goes with no other option");
	return MC_OK;
}

static bool is_normal(int policy)
{
	return policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

static int system_error(int err, char *text, size_t size, const char *what, pid_t pid)
{
	snprintf(text, size, "cannot %s of task %d: %s", what, pid, strerror(-err));
	return err == -EPERM || err == -EACCES ? MC_DENIED : MC_REFUSED;
}

/**
 * mc_apply_change() - change one task, all or nothing
 * @pid: its thread id
 * @change: what to change
 * @text: room for the error
 * @size: of it
 *
 * Return: MC_OK, or an exit code with the error in @text.
 */
int mc_apply_change(pid_t pid, const struct mc_change *change, char *text, size_t size)
{
	int policy = mc_policy(pid);
	int wanted = change->leave ? SCHED_NORMAL : SCHED_EXT;
	struct mxw_bid bid = change->bid;
	char what[32];
	int err;

	if (policy < 0)
		return system_error(policy, text, size, "read the policy", pid);
	/* With --all the normal policies are under the class as they are. */
	if (change->leave ? policy != SCHED_EXT :
	    mc.class.mode == MAXWELL_CLASS_MODE_ALL && is_normal(policy))
		wanted = policy;
	if (policy != wanted) {
		err = mc_set_policy(pid, wanted);
		if (err)
			return system_error(err, text, size, "change the policy", pid);
	}
	if (!bid.present)
		return MC_OK;

	bid.present |= PRESENT(PID);
	bid.pid = pid;
	if (!mxw_bid_set(mc.link, &bid))
		return MC_OK;
	snprintf(what, sizeof(what), "task %d", pid);
	mc_error_text(mc.link, what, text, size);
	/* A task that was real-time is not made so again: that may need rights that we lack. */
	if (policy != wanted && is_normal(policy))
		mc_set_policy(pid, policy);
	return mc_error_code(mc.link);
}
