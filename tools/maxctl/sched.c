// SPDX-License-Identifier: GPL-2.0
/*
 * Scheduling policies and threads of tasks. Older C libraries have no wrapper for the two system
 * calls.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched.h>
#include <linux/sched/types.h>

#include "maxctl.h"

#ifndef SCHED_EXT
#define SCHED_EXT 7
#endif

static const char *const policy_names[] = {
	[SCHED_NORMAL] = "SCHED_OTHER",	    [SCHED_FIFO] = "SCHED_FIFO",
	[SCHED_RR] = "SCHED_RR",	    [SCHED_BATCH] = "SCHED_BATCH",
	[SCHED_IDLE] = "SCHED_IDLE",	    [SCHED_DEADLINE] = "SCHED_DEADLINE",
	[SCHED_EXT] = "SCHED_EXT",
};

/**
 * mc_policy_name() - name of a policy
 * @policy: the policy
 *
 * Return: the name that chrt(1) prints.
 */
const char *mc_policy_name(int policy)
{
	if (policy < 0 || policy >= (int)ARRAY_SIZE(policy_names) || !policy_names[policy])
		return "unknown";
	return policy_names[policy];
}

static int get_attr(pid_t pid, struct sched_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	return syscall(SYS_sched_getattr, pid, attr, sizeof(*attr), 0) ? -errno : 0;
}

/**
 * mc_policy() - policy of a thread
 * @pid: its id; 0 is the caller
 *
 * Return: the policy, or a negative errno.
 */
int mc_policy(pid_t pid)
{
	struct sched_attr attr;
	int err = get_attr(pid, &attr);

	return err ? err : (int)attr.sched_policy;
}

/**
 * mc_set_policy() - change the policy of a thread to a normal one
 * @pid: its id; 0 is the caller
 * @policy: the policy
 *
 * Nice and reset-on-fork stay as they are.
 *
 * Return: 0 or a negative errno.
 */
int mc_set_policy(pid_t pid, int policy)
{
	struct sched_attr now;
	int err = get_attr(pid, &now);
	struct sched_attr wanted = {
		.size = SCHED_ATTR_SIZE_VER0,
		.sched_policy = policy,
		.sched_nice = now.sched_nice,
		.sched_flags = now.sched_flags & SCHED_FLAG_RESET_ON_FORK,
	};

	if (err)
		return err;
	return syscall(SYS_sched_setattr, pid, &wanted, 0) ? -errno : 0;
}

static int compare_tids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a;
	pid_t y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

/**
 * mc_threads() - the threads of a process
 * @pid: the process
 * @tids: array of their ids in rising order; the caller frees it
 * @nr: how many there are
 *
 * Return: 0 or a negative errno.
 */
int mc_threads(pid_t pid, pid_t **tids, size_t *nr)
{
	size_t capacity = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	*tids = NULL;
	*nr = 0;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? -ESRCH : -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (*nr == capacity) {
			capacity = capacity ? 2 * capacity : 16;
			*tids = reallocarray(*tids, capacity, sizeof(**tids));
			if (!*tids)
				abort();
		}
		(*tids)[(*nr)++] = atoi(entry->d_name);
	}
	closedir(dir);
	if (!*nr)
		return -ESRCH;
	qsort(*tids, *nr, sizeof(**tids), compare_tids);
	return 0;
}

/**
 * mc_comm() - name of a thread
 * @pid: its id
 * @text: room for it; becomes "?" if the thread is gone
 * @size: of it
 */
void mc_comm(pid_t pid, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (mc_read_text(path, text, size))
		snprintf(text, size, "?");
}
