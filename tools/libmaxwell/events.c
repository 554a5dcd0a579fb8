// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: joining the family's multicast groups and reading what they carry.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/msg.h>

#include "internal.h"

/* Samples of many CPUs come in a burst. */
#define EVENT_BUFFER_BYTES (1024 * 1024)

struct listener {
	mxw_event_fn fn;
	void *arg;
	int nr;
};

/**
 * mxw_subscribe() - join a multicast group
 * @m: the connection; from here on it is for mxw_wait_events() only
 * @group: "class", "price", "auction" or "wallet"
 *
 * Needs no privilege. Several groups can be joined, one after another.
 *
 * Return: 0, or a negative errno with mxw_error() set: -ENOENT for no such group.
 */
int mxw_subscribe(struct mxw *m, const char *group)
{
	int id = genl_ctrl_resolve_grp(m->sock, MAXWELL_FAMILY_NAME, group);
	int err;

	if (id < 0)
		return mxw_fail(m, -ENOENT, "the kernel has no group '%s'", group);
	err = nl_socket_add_membership(m->sock, id);
	if (err < 0)
		return mxw_fail(m, -EIO, "cannot join the group '%s': %s", group,
				nl_geterror(err));
	nl_socket_set_nonblocking(m->sock);
	/* A smaller buffer than wished for only means that drops come sooner. */
	nl_socket_set_buffer_size(m->sock, EVENT_BUFFER_BYTES, 0);
	return 0;
}

static const struct mxw_object *event_object(uint32_t cmd)
{
	switch (cmd) {
	case MAXWELL_CMD_CLASS_NTF:
		return &mxw_class_object;
	case MAXWELL_CMD_PRICE_NTF:
		return &mxw_price_object;
	case MAXWELL_CMD_CPU_NTF:
		return &mxw_cpu_object;
	case MAXWELL_CMD_WALLET_NTF:
		return &mxw_wallet_object;
	default:
		return NULL;
	}
}

static int on_event(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct listener *listener = arg;
	const struct mxw_object *object;
	struct mxw_event event;
	struct nlattr *attrs[64];

	if (!genlmsg_valid_hdr(hdr, 0))
		return NL_SKIP;
	event.cmd = genlmsg_hdr(hdr)->cmd;
	object = event_object(event.cmd);
	if (!object || object->attr_max >= (int)ARRAY_SIZE(attrs) ||
	    genlmsg_parse(hdr, 0, attrs, object->attr_max, NULL) < 0)
		return NL_SKIP;
	/* All members of the union start at the same place. */
	mxw_decode(object, attrs, &event.class_state);
	listener->fn(&event, listener->arg);
	listener->nr++;
	return NL_OK;
}

/* Notifications answer nothing, so they have no sequence number to check. */
static int on_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

/**
 * mxw_wait_events() - wait for notifications and hand them out
 * @m: a connection that has subscribed
 * @timeout_ms: how long to wait for the first one; negative for ever
 * @fn: called for each, by the calling thread; what it is given holds until it returns
 * @arg: for @fn
 *
 * Return: how many there were; 0 after the timeout or a signal; -ENOBUFS if the kernel dropped
 * some because they were not read in time; another negative errno with mxw_error() set.
 */
int mxw_wait_events(struct mxw *m, int timeout_ms, mxw_event_fn fn, void *arg)
{
	struct pollfd pollfd = { .fd = nl_socket_get_fd(m->sock), .events = POLLIN };
	struct listener listener = { .fn = fn, .arg = arg };
	struct nl_cb *cb;
	int err;

	err = poll(&pollfd, 1, timeout_ms);
	if (err < 0 && errno != EINTR)
		return mxw_fail(m, -errno, "cannot wait for events: %s", strerror(errno));
	if (err <= 0)
		return 0;

	cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!cb)
		return mxw_fail(m, -ENOMEM, "out of memory");
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, NULL);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_event, &listener);
	err = nl_recvmsgs(m->sock, cb);
	nl_cb_put(cb);
	/* libnl folds ENOBUFS into "out of memory". */
	if (err == -NLE_NOMEM)
		return mxw_fail(m, -ENOBUFS, "events were dropped: they were not read in time");
	if (err < 0 && err != -NLE_AGAIN)
		return mxw_fail(m, -EIO, "cannot read events: %s", nl_geterror(err));
	return listener.nr;
}
