// SPDX-License-Identifier: GPL-2.0
/*
 * What librdmacm, made up, holds open: see fake_verbs.h. One context of a device is that of all its
 * ids; it is kept when the last of them goes, until there is another device and an id for that.
 * Its descriptors are real ones, for what the plug-in does to them (gossipd/ib/hold.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_verbs.h"

/* Numbers of the kernel's files of devices. */
#define MAJOR 231U
#define MINOR 192U

int fake_access(const char *path, int mode);
int fake_faccessat(int dir, const char *path, int mode, int flags);
int fake_fstat(int fd, struct stat *st);

static struct fake_context *held;

static void let_end(struct fake_context *one)
{
	struct fake_context **at = &held;

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	close(one->context.cmd_fd);
	close(one->context.async_fd);
	free(one);
}

static void open_held(struct fake_port *of)
{
	struct fake_context *one = fake_context_new(of);
	struct stat st;

	one->context.async_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	one->context.cmd_fd = memfd_create("device", MFD_CLOEXEC);
	if (fstat(one->context.cmd_fd, &st))
		abort();
	one->inode = st.st_ino;
	one->next = held;
	held = one;
	of->cm = one;
}

/* That of a device, for one more id; NULL: it is open, and cannot be asked anything. */
struct ibv_context *fake_hold(struct fake_port *of)
{
	if (of->cm && fake_dead(&of->cm->context)) {
		if (!of->cm->users)
			let_end(of->cm);
		of->cm = NULL;
	}
	if (!of->cm)
		open_held(of);
	if (fake_let_go(of))
		return NULL;
	of->cm->users++;
	return &of->cm->context;
}

/* An id has ended. */
void fake_unhold(struct ibv_context *context)
{
	struct fake_context *one = (struct fake_context *)context;

	if (!one || --one->users)
		return;
	if (one != one->port->cm)
		let_end(one);
}

/* A machine begins: with nothing that is open. */
void fake_hold_reset(void)
{
	while (held)
		let_end(held);
}

static bool is_null(int fd)
{
	struct stat null, st;

	return !stat("/dev/null", &null) && !fstat(fd, &st) && st.st_rdev == null.st_rdev;
}

bool fake_is_let_go(const struct ibv_context *context)
{
	return is_null(context->cmd_fd) && is_null(context->async_fd);
}

/* Whether librdmacm's context is of the device no longer. */
bool fake_let_go(const struct fake_port *port)
{
	return port->of->cm && fake_is_let_go(&port->of->cm->context);
}

/* --- the system, as the plug-in has it --- */

int fake_access(const char *path, int mode)
{
	(void)path;
	(void)mode;
	fake.looks++;
	errno = ENOENT;
	return fake.no_driver ? -1 : 0;
}

/* Those of librdmacm's descriptors that are of devices have their numbers. */
int fake_fstat(int fd, struct stat *st)
{
	const struct fake_context *one;

	if (fstat(fd, st))
		return -1;
	for (one = held; one; one = one->next) {
		if (one->context.cmd_fd == fd && one->inode == st->st_ino)
			st->st_rdev = makedev(MAJOR, MINOR + (one->port - fake.port));
	}
	return 0;
}

/* Of a device's number. */
int fake_faccessat(int dir, const char *path, int mode, int flags)
{
	char want[64];
	size_t i;

	(void)dir;
	(void)mode;
	(void)flags;
	for (i = 0; i < FAKE_PORTS; i++) {
		if (!fake.port[i].there || fake.port[i].of != &fake.port[i])
			continue;
		snprintf(want, sizeof(want), "/sys/dev/char/%u:%zu", MAJOR, MINOR + i);
		if (!strcmp(path, want))
			return 0;
	}
	errno = ENOENT;
	return -1;
}
