// SPDX-License-Identifier: GPL-2.0
/*
 * What counters and states of transports are called, for people and machines.
 */
#include "link.h"

const char *const link_counter_names[LINK_COUNTERS] = {
	[LINK_RECEIVED] = "received",
	[LINK_RECEIVED_BYTES] = "received-bytes",
	[LINK_SENT] = "sent",
	[LINK_SENT_BYTES] = "sent-bytes",
	[LINK_OWN] = "own",
	[LINK_TOO_SHORT] = "too-short",
	[LINK_TOO_LONG] = "too-long",
	[LINK_EMPTY] = "empty",
	[LINK_BAD] = "bad",
	[LINK_MTU] = "mtu",
	[LINK_BUSY] = "busy",
	[LINK_NO_HANDLE] = "no-handle",
	[LINK_FAILED] = "failed",
	[LINK_HANDLES] = "handles",
	[LINK_JOINS] = "joins",
	[LINK_LOSSES] = "losses",
	[LINK_REFUSED] = "refused",
};

const char *const link_rail_state_names[LINK_RAIL_STATES] = {
	[LINK_RAIL_GONE] = "gone",
	[LINK_RAIL_DOWN] = "down",
	[LINK_RAIL_OPENING] = "opening",
	[LINK_RAIL_JOINING] = "joining",
	[LINK_RAIL_UP] = "up",
	[LINK_RAIL_BACKOFF] = "backoff",
};
