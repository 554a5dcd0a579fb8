// SPDX-License-Identifier: GPL-2.0
/*
 * "fuzz limits": what the module counts for a user is what the user has. Afterwards a user who has
 * nothing open must be able to have as many files, rings, and requests for a GPU as ever, and not
 * one more: one too few were leaked, one too many were lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

#include "fuzz.h"

#define FILES_ALLOWED 1024
#define RINGS_ALLOWED 64
#define CLAIMS_ALLOWED 64

static int wrong;

static void expect(const char *what, int nr, int allowed, int error, int wanted)
{
	bool ok = nr == allowed && error == wanted;

	printf("%s  %s: %d, then %s\n", ok ? "ok  " : "FAIL", what, nr, strerrorname_np(error));
	if (!ok)
		printf("FAIL  should be %d, then %s\n", allowed, strerrorname_np(wanted));
	wrong |= !ok;
}

static bool claim(int fd)
{
	struct maxwell_gpu_ask ask = {
		.bid_cents = 1000000, .time_ms = 10000, .flags = MAXWELL_GPU_NONBLOCK,
	};

	return !ioctl(fd, MAXWELL_IOC_GPU_ASK, &ask);
}

int limits_main(void)
{
	struct rlimit limit = { FILES_ALLOWED + 100, FILES_ALLOWED + 100 };
	static int fds[FILES_ALLOWED + 1];
	int nr, i;

	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		perror("fuzz: setrlimit");
		return 1;
	}
	become(NOBODY);
	for (nr = 0; nr <= FILES_ALLOWED; nr++) {
		fds[nr] = open(MAXWELL_DEVICE, O_RDWR);
		if (fds[nr] < 0)
			break;
	}
	expect("files", nr, FILES_ALLOWED, errno, EMFILE);
	for (i = 0; i < nr; i++)
		if (mmap(NULL, MAXWELL_RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i],
			 MAXWELL_MAP_RING) == MAP_FAILED)
			break;
	expect("rings", i, RINGS_ALLOWED, errno, EMFILE);
	for (i = 0; i < nr; i++)
		if (!claim(fds[i]))
			break;
	expect("requests for a GPU", i, CLAIMS_ALLOWED, errno, EDQUOT);
	return wrong;
}
