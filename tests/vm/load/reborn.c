// SPDX-License-Identifier: GPL-2.0
/*
 * Takes over the pid of a process that has died: a child with exactly that pid, of policy SCHED_EXT
 * and asleep. Ends when the child has got so far; needs root.
 *
 *	reborn PID
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched.h>

#define SCHED_EXT_POLICY 7

int main(int argc, char **argv)
{
	struct sched_param param = { 0 };
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid_size = 1 };
	pid_t wanted = argc == 2 ? atoi(argv[1]) : 0;
	int ready[2];
	long pid;
	char byte;

	args.set_tid = (uintptr_t)&wanted;
	if (wanted < 1 || pipe(ready)) {
		fprintf(stderr, "usage: reborn PID\n");
		return 1;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0) {
		perror("reborn: clone3");
		return 1;
	}
	if (!pid) {
		if (sched_setscheduler(0, SCHED_EXT_POLICY, &param)) {
			perror("reborn: policy SCHED_EXT");
			_exit(1);
		}
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	/* Ends with the other end of the pipe, which the child closes, in one way or the other. */
	close(ready[1]);
	while (read(ready[0], &byte, 1) > 0)
		;
	return sched_getscheduler(pid) != SCHED_EXT_POLICY;
}
