// SPDX-License-Identifier: GPL-2.0
/*
 * COUNT processes under the class that sleep, the first bidding 1, the next 2, and so on, every
 * third in the feeder book; prints "ready" when all of them stand. With -c some more come and go
 * all the time. All end with their parent.
 *
 *	crowd [-c] COUNT
 */
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "genl.h"

#define SCHED_EXT_POLICY 7

static pid_t sleeper(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		genl_fatal("crowd: fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have died before that took effect. */
	while (getppid() == parent)
		pause();
	exit(0);
}

static void place_bid(struct genl *g, pid_t pid, uint32_t bid)
{
	struct sched_param param = { 0 };

	if (sched_setscheduler(pid, SCHED_EXT_POLICY, &param))
		genl_fatal("crowd: policy SCHED_EXT");
	errno = -genl_bid_set(g, pid, bid, bid % 3 ? MAXWELL_BOOK_GENERAL : MAXWELL_BOOK_FEEDER);
	if (errno) {
		fprintf(stderr, "crowd: bid-set: %s: %s\n", strerror(errno), g->text);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	bool churn = argc == 3 && !strcmp(argv[1], "-c");
	int count = argc > 1 ? atoi(argv[argc - 1]) : 0;
	struct genl g;
	int i;

	if (count < 1 || argc > 3 || (argc == 3 && !churn)) {
		fprintf(stderr, "usage: crowd [-c] COUNT\n");
		return 1;
	}
	genl_open(&g);
	for (i = 1; i <= count; i++)
		place_bid(&g, sleeper(), i);
	puts("ready");
	fflush(stdout);
	for (;;) {
		pid_t pid;

		if (!churn) {
			pause();
			continue;
		}
		pid = sleeper();
		place_bid(&g, pid, 1000000);
		usleep(2000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}
