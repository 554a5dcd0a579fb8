// SPDX-License-Identifier: GPL-2.0
/*
 * Lines for people on standard error.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

/* sd-daemon(3): priorities of syslog in front of a line. */
static const char *const prefixes[CONFIG_LOG_LEVELS] = {
	[CONFIG_LOG_ERROR] = "<3>",
	[CONFIG_LOG_WARNING] = "<4>",
	[CONFIG_LOG_INFO] = "<6>",
	[CONFIG_LOG_DEBUG] = "<7>",
};

static struct {
	enum config_log_level level;
	bool journal;
	uint64_t lost;
	struct log_limit limit;
} state = {
	.level = CONFIG_LOG_INFO,
};

/* systemd says which stream it gave us; whoever redirects standard error changes that. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st))
		return false;
	if (sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) != 2)
		return false;
	return device == (uintmax_t)st.st_dev && inode == (uintmax_t)st.st_ino;
}

/**
 * log_setup() - say what is to be said, and how
 * @level: the least important that is
 * @target: who reads it
 * @burst_per_s: lines of a kind in a second; 0: no limit
 */
void log_setup(enum config_log_level level, enum config_log_target target, uint32_t burst_per_s)
{
	state.level = level;
	state.journal = target == CONFIG_LOG_JOURNAL ||
			(target == CONFIG_LOG_AUTO && is_journal());
	state.limit.burst_per_s = burst_per_s;
}

/**
 * log_lost() - lines that nobody took, as the pipe behind standard error was full
 *
 * Return: how many, since the start.
 */
uint64_t log_lost(void)
{
	return state.lost;
}

static struct log_kind *find_kind(struct log_limit *limit, const char *format)
{
	struct log_kind *oldest = &limit->kinds[0];
	size_t i;

	for (i = 0; i < LOG_KINDS; i++) {
		struct log_kind *kind = &limit->kinds[i];

		if (kind->format == format)
			return kind;
		if (kind->since_ns < oldest->since_ns)
			oldest = kind;
	}
	*oldest = (struct log_kind){ .format = format };
	return oldest;
}

/**
 * log_allowed() - whether a line may be said now, which counts it
 * @limit: the limit
 * @format: kind of the line
 * @now_ns: time, never back
 * @held: lines of the kind that were held back since the last that was said; set if this one is
 *
 * Return: true if it may.
 */
bool log_allowed(struct log_limit *limit, const char *format, uint64_t now_ns, uint32_t *held)
{
	struct log_kind *kind = find_kind(limit, format);

	if (now_ns - kind->since_ns >= NSEC_PER_SEC) {
		kind->since_ns = now_ns;
		kind->said = 0;
	}
	if (limit->burst_per_s && kind->said >= limit->burst_per_s) {
		kind->held++;
		return false;
	}
	kind->said++;
	*held = kind->held;
	kind->held = 0;
	return true;
}

/* A pipe that can be written to takes a line whole, so this never waits for its reader. */
static void write_line(const char *line, size_t len)
{
	struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (poll(&fd, 1, 0) != 1 || !(fd.revents & POLLOUT) ||
	    write(STDERR_FILENO, line, len) != (ssize_t)len)
		state.lost++;
}

/* The format is the kind of the line for the limit. */
__attribute__((format(printf, 2, 0)))
static void log_line(enum config_log_level level, const char *format, va_list args)
{
	char line[LOG_LINE_LEN];
	struct timespec now;
	uint32_t held = 0;
	size_t len;
	int end;

	if (level > state.level)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!log_allowed(&state.limit, format, now.tv_sec * NSEC_PER_SEC + now.tv_nsec, &held))
		return;
	len = snprintf(line, sizeof(line), "%s", state.journal ? prefixes[level] : "gossipd: ");
	/* Room for what is said of those that were held back. */
	end = vsnprintf(line + len, sizeof(line) - len - 64, format, args);
	if (end < 0)
		return;
	len = strlen(line);
	if (held)
		len += snprintf(line + len, sizeof(line) - len, " (%u more like this before)",
				held);
	line[len++] = '\n';
	write_line(line, len);
}

/**
 * log_error() - say that something does not work
 * @format: as of printf(3), without a newline
 */
void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(CONFIG_LOG_ERROR, format, args);
	va_end(args);
}

/**
 * log_warning() - say that something works less well than it should
 * @format: as of printf(3), without a newline
 */
void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(CONFIG_LOG_WARNING, format, args);
	va_end(args);
}

/**
 * log_info() - say what somebody may want to know of
 * @format: as of printf(3), without a newline
 */
void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(CONFIG_LOG_INFO, format, args);
	va_end(args);
}

/**
 * log_debug() - say what only a developer wants to know
 * @format: as of printf(3), without a newline
 */
void log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(CONFIG_LOG_DEBUG, format, args);
	va_end(args);
}
