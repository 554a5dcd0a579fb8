// SPDX-License-Identifier: GPL-2.0
/*
 * What librdmacm holds open. It opens a device when an address of it is bound for the first time,
 * and keeps it until it looks for devices again and there is another one. A driver that cannot take
 * a device away from who has it open (rxe) has whoever removes it wait for that, where no signal
 * ends it. So the library is left with descriptors of /dev/null, which it closes as it would have
 * closed those of the device; if that comes back it is another one to the library.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "ib.h"

static struct ib_held *place_for(struct link *link, const char *name)
{
	struct ib_held *held, *place = NULL;
	size_t i;

	for (i = 0; i < IB_HELD_MAX; i++) {
		held = &link->held[i];
		if (!strcmp(held->name, name))
			return held;
		if (!*held->name && !place)
			place = held;
	}
	return place;
}

/**
 * ib_held_note() - remember what the library has open
 * @link: whose
 * @verbs: the library's own, of an id that was bound
 */
void ib_held_note(struct link *link, const struct ibv_context *verbs)
{
	const char *name = ibv_get_device_name(verbs->device);
	struct ib_held *held = place_for(link, name);
	struct stat st;

	if (!held || fstat(verbs->cmd_fd, &st))
		return;
	strncpy(held->name, name, sizeof(held->name) - 1);
	held->cmd_fd = verbs->cmd_fd;
	held->async_fd = verbs->async_fd;
	held->inode = st.st_ino;
	held->number = st.st_rdev;
}

/* By then the library may have closed it by itself, and the number be another file's. */
static bool still_open(const struct ib_held *held)
{
	struct stat st;

	return !fstat(held->cmd_fd, &st) && st.st_ino == held->inode && st.st_rdev == held->number;
}

static void let_go(struct ib_held *held)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	if (still_open(held)) {
		dup3(null, held->async_fd, O_CLOEXEC);
		dup3(null, held->cmd_fd, O_CLOEXEC);
	}
	close(null);
	memset(held, 0, sizeof(*held));
}

/**
 * ib_held_let_go() - have the library let go of a device
 * @link: whose
 * @name: of the device, which is being removed, with its rails closed
 */
void ib_held_let_go(struct link *link, const char *name)
{
	size_t i;

	for (i = 0; i < IB_HELD_MAX; i++) {
		if (*link->held[i].name && !strcmp(link->held[i].name, name))
			let_go(&link->held[i]);
	}
}

static bool is_used(const struct link *link, const char *name)
{
	size_t i;

	for (i = 0; i < RAILS_MAX; i++) {
		if (link->rail[i].id && !strcmp(link->rail[i].device, name))
			return true;
	}
	return false;
}

/* The kernel takes it from here first of all. */
static bool is_there(const struct ib_held *held)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major(held->number),
		 minor(held->number));
	return !faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) || errno != ENOENT;
}

/**
 * ib_held_check() - have the library let go of what is no longer there
 * @link: whose
 *
 * That a device is being removed is told to ids, but what is no rail now has none.
 */
void ib_held_check(struct link *link)
{
	size_t i;

	for (i = 0; i < IB_HELD_MAX; i++) {
		struct ib_held *held = &link->held[i];

		if (*held->name && !is_used(link, held->name) && !is_there(held))
			let_go(held);
	}
}
