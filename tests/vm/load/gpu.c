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
 * touch:FILE		make a file
 * await:FILE		wait until there is a file
 * alarm:MS		a signal after so long
 * open			open the device once more; the steps that follow use that file
 * close		close the present file, and go back to the one before
 * raw:GPU:BID:MS:FLAGS:RESERVED	ask, with whatever values
 * many:COUNT		open the device COUNT times more, print how many were let
 * crowd:COUNT:GPUS	ask for GPUS GPUs through each of COUNT more files, print how many were let
 *
 * A line is "STEP ok STATE PRICE LEFT_MS QUEUED BEST RESERVE" or "STEP ERRNO", both with " @ TIME"
 * at the end.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

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

static bool open_one(void)
{
	int fd = open(MAXWELL_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (nr_files == FILES_MAX)
		errx(1, "too many files");
	files[nr_files++] = fd;
	return true;
}

static void say(const char *step, const char *text)
{
	printf("%s %s @ %.3f\n", step, text, now_ns() / 1e6);
	fflush(stdout);
}

static void say_result(const char *step, int ret)
{
	say(step, ret ? strerrorname_np(errno) : "ok");
}

static double left_ms(uint64_t until_ns)
{
	return until_ns ? ((double)until_ns - now_ns()) / 1e6 : 0;
}

static void ask(const char *step, struct maxwell_gpu_ask *ask)
{
	char text[128];

	if (ioctl(current_file(), MAXWELL_IOC_GPU_ASK, ask)) {
		say(step, strerrorname_np(errno));
		return;
	}
	snprintf(text, sizeof(text), "ok %s %u %.3f", state_name[ask->state], ask->price,
		 left_ms(ask->until_ns));
	say(step, text);
}

static void status(const char *step, unsigned int gpu)
{
	struct maxwell_gpu_status status = { .gpu = gpu };
	char text[128];

	if (ioctl(current_file(), MAXWELL_IOC_GPU_STATUS, &status)) {
		say(step, strerrorname_np(errno));
		return;
	}
	snprintf(text, sizeof(text), "ok %s %u %.3f %u %u %u", state_name[status.state],
		 status.price, left_ms(status.until_ns), status.queued, status.best_bid,
		 status.reserve);
	say(step, text);
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

static void on_alarm(int signo)
{
	(void)signo;
}

static void set_alarm(long delay_ms)
{
	struct itimerval timer = { .it_value = { delay_ms / 1000, delay_ms % 1000 * 1000 } };
	/* Without SA_RESTART. */
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
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

static void touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0666);

	if (fd < 0)
		err(1, "%s", path);
	close(fd);
}

static void sleep_ms(long duration_ms)
{
	usleep(duration_ms * 1000);
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
	} else if (!strcmp(name, "open")) {
		say_result(step, !open_one());
	} else if (!strcmp(name, "close") && nr_files > 1) {
		say_result(step, close(files[--nr_files]));
	} else if (!run_numbers(step, name, n, nr)) {
		errx(1, "what is '%s'?", step);
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
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
