// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast groups, joined and joined again.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "addr.h"
#include "group.h"
#include "log.h"

/* An interface that comes up does so in a dozen messages. */
#define SETTLE_MS 100
/* Messages in one go, so that timers and sockets get their turn in a flood. */
#define READS_MAX 64
/* Routes may come later still, without a word that we get. */
#define RETRY_MS 5000

static int change(const struct group *group, unsigned int index, bool join)
{
	struct group_req req = { .gr_interface = index };
	int level = group->addr.sa.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;

	memcpy(&req.gr_group, &group->addr, sizeof(group->addr));
	return setsockopt(group->fd, level, join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &req,
			  sizeof(req)) ? -errno : 0;
}

/* Whether a membership that there was still is one. */
static bool still_joined(const struct group *group, unsigned int index, bool changed)
{
	if (!group->joined)
		return false;
	/* The kernel keeps it while an interface is down. Which the routes chose it won't say. */
	return group->interface ? index == group->index : !changed;
}

/**
 * group_join() - be a member, on the interface that has the name now
 * @group: which; @joined says how it went
 * @changed: interfaces or addresses are other ones than at the last call
 */
void group_join(struct group *group, bool changed)
{
	const char *where = group->interface ? group->interface : "the routes' interface";
	unsigned int index = group->interface ? if_nametoindex(group->interface) : 0;
	char text[ADDR_TEXT_LEN];
	bool was = group->joined;
	int err = -ENODEV;

	if (still_joined(group, index, changed))
		return;
	if (was)
		change(group, group->index, false);
	if (index || !group->interface)
		err = change(group, index, true);
	group->joined = !err;
	group->index = index;
	addr_sock_text(&group->addr, text);
	if (err && !group->told)
		log_warning("cannot join multicast group %s on %s, will try again: %s", text, where,
			    strerror(-err));
	else if (!err && !was)
		log_info("joined multicast group %s on %s", text, where);
	group->told = err;
}

static void settled(uv_timer_t *timer)
{
	struct group_watch *watch = timer->data;

	watch->changed(watch->ctx, watch->heard);
	watch->heard = false;
}

static void on_netlink(uv_poll_t *poll, int status, int events)
{
	struct group_watch *watch = poll->data;
	char buffer[8192];
	int left = READS_MAX;
	ssize_t len;

	(void)events;
	/* What it says does not matter, nor does what was lost (ENOBUFS): we look for ourselves. */
	do
		len = recv(watch->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	while ((len > 0 || (len < 0 && errno == ENOBUFS)) && --left);
	/* An error, as of messages that were lost, has made libuv stop. */
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, on_netlink);
	/* From the first message on: where changes have no end it would never be over. */
	if (!watch->heard)
		uv_timer_start(&watch->settle, settled, SETTLE_MS, RETRY_MS);
	watch->heard = true;
}

/**
 * group_watch_start() - look for changes of interfaces and addresses
 * @watch: to be used
 * @loop: the loop
 * @changed: called soon after a change, and every few seconds
 * @ctx: given to it
 *
 * Return: 0, or a negative errno; there is only no watch then.
 */
int group_watch_start(struct group_watch *watch, uv_loop_t *loop, group_changed_fn changed,
		      void *ctx)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int err;

	watch->changed = changed;
	watch->ctx = ctx;
	watch->settle.data = watch;
	watch->poll.data = watch;
	uv_timer_init(loop, &watch->settle);
	uv_timer_start(&watch->settle, settled, RETRY_MS, RETRY_MS);
	watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (watch->fd < 0)
		return -errno;
	if (bind(watch->fd, (struct sockaddr *)&addr, sizeof(addr)))
		err = -errno;
	else
		err = uv_poll_init(loop, &watch->poll, watch->fd);
	if (!err) {
		uv_poll_start(&watch->poll, UV_READABLE, on_netlink);
		return 0;
	}
	close(watch->fd);
	watch->fd = -1;
	return err;
}

/**
 * group_watch_handles() - handles of the loop that group_watch_stop() will close
 * @watch: that was started, with or without success
 *
 * Return: how many.
 */
size_t group_watch_handles(const struct group_watch *watch)
{
	return watch->fd < 0 ? 1 : 2;
}

/**
 * group_watch_stop() - look no more
 * @watch: that was started, with or without success
 * @closed: called for each handle; its data is the context then
 */
void group_watch_stop(struct group_watch *watch, uv_close_cb closed)
{
	uv_timer_stop(&watch->settle);
	watch->settle.data = watch->ctx;
	uv_close((uv_handle_t *)&watch->settle, closed);
	if (watch->fd < 0)
		return;
	uv_poll_stop(&watch->poll);
	watch->poll.data = watch->ctx;
	uv_close((uv_handle_t *)&watch->poll, closed);
	close(watch->fd);
	watch->fd = -1;
}
