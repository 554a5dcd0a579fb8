// SPDX-License-Identifier: GPL-2.0
/*
 * The fuzzer's cgroups: some that wallets can be granted to, and one for the workers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define CGROUPS 3
#define WORKERS_CGROUP "/sys/fs/cgroup/fuzzers"

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (write(fd, text, strlen(text)) < 0)
		printf("no '%s' in %s: %s\n", text, path, strerrorname_np(errno));
	close(fd);
}

/*
 * cgroups_make() - make all of them
 *
 * Workers are in the fair class, which goes first: without a limit the load would be left with 5 %
 * of the CPUs.
 */
void cgroups_make(void)
{
	char path[64];
	struct stat st;
	int i;

	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
	if (mkdir(WORKERS_CGROUP, 0755) && errno != EEXIST)
		perror(WORKERS_CGROUP);
	write_file(WORKERS_CGROUP "/cpu.max", "150000 100000");
	pool_add(&shared->cgroups, 1);
	for (i = 0; i < CGROUPS; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/fuzz%d", i);
		if (mkdir(path, 0755) && errno != EEXIST)
			perror(path);
		if (!stat(path, &st))
			pool_add(&shared->cgroups, st.st_ino);
	}
}

/* cgroups_limit_me() - the caller is one of the workers */
void cgroups_limit_me(void)
{
	write_file(WORKERS_CGROUP "/cgroup.procs", "0");
}

void cgroups_remove(void)
{
	char path[64];
	int i;

	rmdir(WORKERS_CGROUP);
	for (i = 0; i < CGROUPS; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/fuzz%d", i);
		rmdir(path);
	}
}
