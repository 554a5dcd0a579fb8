/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changing what a task bids: shared by run and set.
 */
#ifndef MAXCTL_TASK_H
#define MAXCTL_TASK_H

#include "maxctl.h"

/* Options without a letter. */
#define MC_OPTION_DEFAULT 256
#define MC_OPTION_FEEDER 257
#define MC_OPTION_GENERAL 258
#define MC_OPTION_FAIR 259

/**
 * struct mc_change - what is to change about a task
 * @bid: bid and book to set, those that are present
 * @leave: go back to the fair class instead
 */
struct mc_change {
	struct mxw_bid bid;
	bool leave;
};

int mc_bid_option(int option, struct mc_change *change);
int mc_check_change(const struct mc_change *change);
int mc_apply_change(pid_t pid, const struct mc_change *change, char *text, size_t size);

#endif /* MAXCTL_TASK_H */
