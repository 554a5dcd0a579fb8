// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a command in which the Nth attempt to allocate something, or to copy from or to user space,
 * fails: see fail-nth in the kernel's Documentation/fault-injection. What counts as an attempt, the
 * stack filter of failslab, fail_page_alloc and fail_usercopy says.
 *
 *	failnth N COMMAND [ARG...]
 *
 * Ends with the status of the command, or 100 if it made fewer than N attempts. A command that a
 * signal ended is an error of its own, 101.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPARE 100
#define KILLED 101

static void run(const char *number, char **argv)
{
	int fd = open("/proc/self/fail-nth", O_WRONLY);

	if (fd < 0 || write(fd, number, strlen(number)) < 0)
		err(KILLED, "/proc/self/fail-nth");
	close(fd);
	execvp(argv[0], argv);
	err(KILLED, "%s", argv[0]);
}

/* What is left of the number, in a process that has ended but is not reaped yet. */
static long left(pid_t pid)
{
	char path[64], text[16] = {};
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		err(KILLED, "%s", path);
	close(fd);
	return strtol(text, NULL, 10);
}

int main(int argc, char **argv)
{
	siginfo_t info;
	pid_t pid;

	if (argc < 3 || atoi(argv[1]) < 1) {
		fputs("usage: failnth N COMMAND [ARG...], N from 1\n", stderr);
		return KILLED;
	}
	pid = fork();
	if (pid < 0)
		err(KILLED, "fork");
	if (!pid)
		run(argv[1], argv + 2);
	if (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0)
		err(KILLED, "waitid");
	if (left(pid) > 0)
		return SPARE;
	if (info.si_code != CLD_EXITED) {
		fprintf(stderr, "failnth: %s was ended by signal %d\n", argv[2], info.si_status);
		return KILLED;
	}
	return info.si_status;
}
