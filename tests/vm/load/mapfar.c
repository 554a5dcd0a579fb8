// SPDX-License-Identifier: GPL-2.0
/*
 * Opens /dev/maxwell and maps the price page or a ring where nothing else is near, so that the
 * kernel needs page tables of its own for it.
 *
 *	mapfar prices | ring | open
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

/* A terabyte from the start: no program, library or stack is there. */
#define FAR ((void *)(1UL << 40))

static void map(int fd, size_t len, int prot, off_t at)
{
	if (mmap(FAR, len, prot, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, at) == MAP_FAILED)
		err(1, "mmap");
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";
	int fd;

	if (strcmp(what, "prices") && strcmp(what, "ring") && strcmp(what, "open")) {
		fputs("usage: mapfar prices | ring | open\n", stderr);
		return 2;
	}
	fd = open("/dev/maxwell", O_RDWR);
	if (fd < 0)
		err(1, "/dev/maxwell");
	if (!strcmp(what, "prices"))
		map(fd, getpagesize(), PROT_READ, MAXWELL_MAP_PRICES);
	else if (!strcmp(what, "ring"))
		map(fd, MAXWELL_RING_BYTES, PROT_READ | PROT_WRITE, MAXWELL_MAP_RING);
	return 0;
}
