// SPDX-License-Identifier: GPL-2.0
/*
 * Cache misses; see bench_misses.h. Of user space only, so that interrupts do not count.
 */
#include "bench_misses.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *metric;
	u32 type;
	u64 config;
} events[MISS_COUNTERS] = {
	{ "l1d_read_misses", PERF_TYPE_HW_CACHE,
	  PERF_COUNT_HW_CACHE_L1D | PERF_COUNT_HW_CACHE_OP_READ << 8 |
		  PERF_COUNT_HW_CACHE_RESULT_MISS << 16 },
	{ "cache_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
};

static const char *why_not(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case EOPNOTSUPP:
		return "no such counter on this machine, real or virtual";
	case EACCES:
	case EPERM:
		return "not allowed, see /proc/sys/kernel/perf_event_paranoid";
	case ENOSYS:
		return "the kernel is built without perf events";
	default:
		return "unexpected";
	}
}

/* Opens all MISS_COUNTERS from @counter on. */
void misses_open(struct miss_counter *counter)
{
	size_t i;

	for (i = 0; i < MISS_COUNTERS; i++) {
		struct perf_event_attr attr = {
			.type = events[i].type,
			.size = sizeof(attr),
			.config = events[i].config,
			.disabled = 1,
			.exclude_kernel = 1,
			.exclude_hv = 1,
		};

		counter[i].metric = events[i].metric;
		counter[i].fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0UL);
		if (counter[i].fd < 0)
			snprintf(counter[i].reason, sizeof(counter[i].reason),
				 "perf_event_open: %m: %s", why_not(errno));
	}
}

void misses_start(const struct miss_counter *counter)
{
	if (ioctl(counter->fd, PERF_EVENT_IOC_RESET, 0) ||
	    ioctl(counter->fd, PERF_EVENT_IOC_ENABLE, 0))
		perror("bench_matrix: counter");
}

u64 misses_stop(const struct miss_counter *counter)
{
	u64 count = 0;

	if (ioctl(counter->fd, PERF_EVENT_IOC_DISABLE, 0) ||
	    read(counter->fd, &count, sizeof(count)) != sizeof(count))
		perror("bench_matrix: counter");
	return count;
}
