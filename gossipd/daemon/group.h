/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Membership in a multicast group. An interface that goes and comes back is another one to the
 * kernel, which forgets what was joined on the old one; so interfaces and addresses are
 * watched, and the group is joined again when one of them changes.
 */
#ifndef GOSSIPD_GROUP_H
#define GOSSIPD_GROUP_H

#include <stdbool.h>
#include <uv.h>

#include "config.h"

/**
 * struct group - a group and the socket that it is joined on
 * @fd: the socket
 * @addr: of the group
 * @interface: name; NULL: as the routes have it
 * @joined: the kernel has taken us in
 * @told: people know that it is not
 * @index: number of the interface that it was joined on; 0 if the routes said which
 */
struct group {
	int fd;
	union config_addr addr;
	const char *interface;
	bool joined;
	bool told;
	unsigned int index;
};

/* @changed: there was a change; otherwise it is only time to look again. */
typedef void (*group_changed_fn)(void *ctx, bool changed);

/**
 * struct group_watch - changes of interfaces and addresses
 * @poll: of the netlink socket
 * @settle: until a flurry of changes is over
 * @fd: the netlink socket; -1: there is none
 * @heard: a change since the last call
 * @changed: who wants to know
 * @ctx: given to it
 */
struct group_watch {
	uv_poll_t poll;
	uv_timer_t settle;
	int fd;
	bool heard;
	group_changed_fn changed;
	void *ctx;
};

void group_join(struct group *group, bool changed);
int group_watch_start(struct group_watch *watch, uv_loop_t *loop, group_changed_fn changed,
		      void *ctx);
size_t group_watch_handles(const struct group_watch *watch);
void group_watch_stop(struct group_watch *watch, uv_close_cb closed);

#endif /* GOSSIPD_GROUP_H */
