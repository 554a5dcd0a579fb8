// SPDX-License-Identifier: GPL-2.0
/*
 * File descriptors of libraries in the daemon's loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "ib.h"

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct ib_watch *watch = poll->data;

	(void)events;
	/* After an error libuv has stopped: the device went away, and said nothing else. */
	watch->readable(watch->ctx, status < 0);
}

/**
 * ib_watch_start() - have the loop look at a descriptor
 * @link: whose
 * @fd: descriptor; does not block from now on
 * @readable: called when there is something to read; @ended: and for the last time
 * @ctx: given to it
 *
 * Return: the watch, NULL if there is no memory or it is no such descriptor.
 */
struct ib_watch *ib_watch_start(struct link *link, int fd,
				void (*readable)(void *ctx, bool ended), void *ctx)
{
	int flags = fcntl(fd, F_GETFL);
	struct ib_watch *watch;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return NULL;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return NULL;
	watch->link = link;
	watch->readable = readable;
	watch->ctx = ctx;
	watch->poll.data = watch;
	if (uv_poll_init(link->loop, &watch->poll, fd)) {
		free(watch);
		return NULL;
	}
	link->live++;
	uv_poll_start(&watch->poll, UV_READABLE, on_readable);
	return watch;
}

static void on_closed(uv_handle_t *handle)
{
	struct ib_watch *watch = handle->data;
	struct link *link = watch->link;

	free(watch);
	ib_gone(link);
}

/**
 * ib_watch_stop() - look no more; the descriptor may be closed after that
 * @watch: may be NULL
 */
void ib_watch_stop(struct ib_watch *watch)
{
	if (watch)
		uv_close((uv_handle_t *)&watch->poll, on_closed);
}

/**
 * ib_gone() - the loop has let go of something
 * @link: whose; is no more after the last when it is closing
 */
void ib_gone(struct link *link)
{
	if (--link->live || !link->closing)
		return;
	/* After the last id, which a thread may have had. */
	if (link->channel)
		rdma_destroy_event_channel(link->channel);
	free(link);
}
