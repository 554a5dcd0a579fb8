// SPDX-License-Identifier: GPL-2.0
/*
 * Leases of GPUs through /dev/maxwell, step by step. Each step prints one line: the step, and how
 * it went, with the time in milliseconds, the same clock for all programs.
 *
 *	gpu STEP...
 *
 * ask:GPU:BID:MS[:TIMEOUT_MS]	ask and wait
 * try:GPU:BID:MS	ask and do not wait
 * status:GPU		how the file stands with the GPU
 * release:GPU		end the lease, or withdraw the request
 * poll:MS		wait for news, at most so long
 * sleep:MS		sleep
 * queue:GPU:COUNT	wait until so many requests wait for the GPU
 * touch:FILE		make a file
 * await:FILE		wait until there is a file
 * alarm:MS		a signal after so long
 * open			open the device once more; the steps that follow use that file
 * close		close the present file, and go back to the one before
 * fork:COUNT		a child, with the same files, does the next COUNT steps and ends; we go on
 *			behind them
 * join			wait until all children have ended
 * give:SOCKET		pass the present file on to whoever takes it, and keep it
 * take:SOCKET		take a file that is passed on; the steps that follow use that file
 * raw:GPU:BID:MS:FLAGS:RESERVED	ask, with whatever values
 * many:COUNT		open the device COUNT times more, print how many were let
 * crowd:COUNT:GPUS	ask for GPUS GPUs through each of COUNT more files, print how many were let
 *
 * A line is "STEP ok STATE PRICE LEFT_MS QUEUED BEST RESERVE" or "STEP ERRNO", both with " @ TIME"
 * at the end. LEFT_MS is what is left of the lease at TIME.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

#include "steps.h"

#define FILES_MAX 4096

static const char *const state_name[] = { "none", "waiting", "held", "expired" };

static int files[FILES_MAX];
static int nr_files;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int current_file(void)
{
	return files[nr_files - 1];
}

static bool use_file(int fd)
{
	if (fd < 0)
		return false;
	if (nr_files == FILES_MAX)
		errx(1, "too many files");
	files[nr_files++] = fd;
	return true;
}

static bool open_one(void)
{
	return use_file(open(MAXWELL_DEVICE, O_RDWR | O_CLOEXEC));
}

static void say_at(uint64_t time_ns, const char *step, const char *text)
{
	printf("%s %s @ %.3f\n", step, text, time_ns / 1e6);
	fflush(stdout);
}

static void say(const char *step, const char *text)
{
	say_at(now_ns(), step, text);
}

static void say_result(const char *step, int ret)
{
	say(step, ret ? strerrorname_np(errno) : "ok");
}

static double left_ms(uint64_t until_ns, uint64_t time_ns)
{
	return until_ns ? ((double)until_ns - time_ns) / 1e6 : 0;
}

static void ask(const char *step, struct maxwell_gpu_ask *ask)
{
	uint64_t time_ns;
	char text[128];

	if (ioctl(current_file(), MAXWELL_IOC_GPU_ASK, ask)) {
		say(step, strerrorname_np(errno));
		return;
	}
	time_ns = now_ns();
	snprintf(text, sizeof(text), "ok %s %u %.3f", state_name[ask->state], ask->price,
		 left_ms(ask->until_ns, time_ns));
	say_at(time_ns, step, text);
}

static void status(const char *step, unsigned int gpu)
{
	struct maxwell_gpu_status status = { .gpu = gpu };
	uint64_t time_ns;
	char text[128];

	if (ioctl(current_file(), MAXWELL_IOC_GPU_STATUS, &status)) {
		say(step, strerrorname_np(errno));
		return;
	}
	time_ns = now_ns();
	snprintf(text, sizeof(text), "ok %s %u %.3f %u %u %u", state_name[status.state],
		 status.price, left_ms(status.until_ns, time_ns), status.queued, status.best_bid,
		 status.reserve);
	say_at(time_ns, step, text);
}

static void poll_for(const char *step, int timeout_ms)
{
	struct pollfd pfd = { .fd = current_file(), .events = POLLIN };
	int nr = poll(&pfd, 1, timeout_ms);

	if (nr < 0)
		say(step, strerrorname_np(errno));
	else
		say(step, nr ? "news" : "nothing");
}

static void many(const char *step, int count)
{
	char text[64];
	int i;

	for (i = 0; i < count && open_one(); i++)
		;
	snprintf(text, sizeof(text), "%d %s", i, i < count ? strerrorname_np(errno) : "ok");
	say(step, text);
}

static void crowd(const char *step, int count, unsigned int gpus)
{
	int nr = 0, i;
	char text[64];

	for (i = 0; i < count; i++) {
		if (!open_one())
			break;
		for (unsigned int gpu = 0; gpu < gpus; gpu++) {
			struct maxwell_gpu_ask request = { .gpu = gpu, .bid_cents = 1,
							   .time_ms = 10,
							   .flags = MAXWELL_GPU_NONBLOCK };

			if (ioctl(current_file(), MAXWELL_IOC_GPU_ASK, &request))
				goto out;
			nr++;
		}
	}
out:
	snprintf(text, sizeof(text), "%d %s", nr, i < count ? strerrorname_np(errno) : "ok");
	say(step, text);
}

/* This takes no news from the file: what it polls for is still to come. */
static void wait_queued(unsigned int gpu, unsigned int count)
{
	struct maxwell_gpu_status now;
	int fd = open(MAXWELL_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, MAXWELL_DEVICE);
	do {
		sleep_ms(1);
		now = (struct maxwell_gpu_status){ .gpu = gpu };
		if (ioctl(fd, MAXWELL_IOC_GPU_STATUS, &now))
			err(1, "GPU %u", gpu);
	} while (now.queued != count);
	close(fd);
}

/* A step of numbers. Returns false if there is none of that name. */
static bool run_numbers(const char *step, const char *name, const unsigned int *n, int nr)
{
	struct maxwell_gpu_ask request = { .gpu = n[0], .bid_cents = n[1], .time_ms = n[2] };

	if (!strcmp(name, "ask") && nr >= 3) {
		request.timeout_ms = nr > 3 ? n[3] : 0;
		ask(step, &request);
	} else if (!strcmp(name, "try") && nr == 3) {
		request.flags = MAXWELL_GPU_NONBLOCK;
		ask(step, &request);
	} else if (!strcmp(name, "raw") && nr == 5) {
		request.flags = n[3];
		request.reserved = n[4];
		ask(step, &request);
	} else if (!strcmp(name, "status") && nr == 1) {
		status(step, n[0]);
	} else if (!strcmp(name, "release") && nr == 1) {
		say_result(step, ioctl(current_file(), MAXWELL_IOC_GPU_RELEASE, n));
	} else if (!strcmp(name, "queue") && nr == 2) {
		wait_queued(n[0], n[1]);
	} else if (!strcmp(name, "poll") && nr == 1) {
		poll_for(step, n[0]);
	} else if (!strcmp(name, "sleep") && nr == 1) {
		sleep_ms(n[0]);
	} else if (!strcmp(name, "alarm") && nr == 1) {
		set_alarm(n[0]);
	} else if (!strcmp(name, "many") && nr == 1) {
		many(step, n[0]);
	} else if (!strcmp(name, "crowd") && nr == 2) {
		crowd(step, n[0], n[1]);
	} else {
		return false;
	}
	return true;
}

static void run(char *step)
{
	char name[16] = "", rest[256] = "";
	unsigned int n[6] = {};
	int nr;

	if (sscanf(step, "%15[^:]:%255s", name, rest) < 1)
		errx(1, "an empty step");
	nr = sscanf(rest, "%u:%u:%u:%u:%u:%u", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]);
	if (!strcmp(name, "touch")) {
		touch(rest);
	} else if (!strcmp(name, "await")) {
		while (access(rest, F_OK))
			sleep_ms(1);
	} else if (!strcmp(name, "give")) {
		passfd_give(rest, current_file());
	} else if (!strcmp(name, "take")) {
		use_file(passfd_take(rest));
	} else if (!strcmp(name, "join")) {
		while (wait(NULL) > 0)
			;
	} else if (!strcmp(name, "open")) {
		say_result(step, !open_one());
	} else if (!strcmp(name, "close") && nr_files > 1) {
		say_result(step, close(files[--nr_files]));
	} else if (!run_numbers(step, name, n, nr)) {
		errx(1, "what is '%s'?", step);
	}
}

/* NOLINTNEXTLINE(misc-no-recursion): a process forks once for each 'fork:' among its steps */
static void run_all(char **step, char **end)
{
	int count;

	for (; step < end; step++) {
		if (sscanf(*step, "fork:%d", &count) != 1) {
			run(*step);
			continue;
		}
		if (count < 1 || count >= end - step)
			errx(1, "%s: not so many steps follow", *step);
		if (!fork()) {
			run_all(step + 1, step + 1 + count);
			exit(0);
		}
		step += count;
	}
}

int main(int argc, char **argv)
{
	struct rlimit limit;

	/* As many files as we are let. */
	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (!open_one())
		err(1, MAXWELL_DEVICE);
	run_all(argv + 1, argv + argc);
	return 0;
}
