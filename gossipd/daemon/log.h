/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the daemon says to whom runs it: lines on standard error, each with the priority that the
 * journal reads where the journal is who listens. A line that comes again and again is held back,
 * and counted, and nothing that is said ever stops the loop.
 */
#ifndef GOSSIPD_LOG_H
#define GOSSIPD_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

/* Kinds of lines that are told apart; a kind is its format. */
#define LOG_KINDS 64
#define LOG_LINE_LEN 1024

/**
 * struct log_kind - how often a line of this kind was said lately
 * @format: what makes it a kind; NULL: no kind
 * @since_ns: beginning of the second that is counted
 * @said: lines in it
 * @held: lines held back since one was said
 */
struct log_kind {
	const char *format;
	uint64_t since_ns;
	uint32_t said;
	uint32_t held;
};

/**
 * struct log_limit - rate limit over all kinds
 * @kinds: each
 * @burst_per_s: lines of a kind in a second; 0: no limit
 */
struct log_limit {
	struct log_kind kinds[LOG_KINDS];
	uint32_t burst_per_s;
};

bool log_allowed(struct log_limit *limit, const char *format, uint64_t now_ns, uint32_t *held);

void log_setup(enum config_log_level level, enum config_log_target target, uint32_t burst_per_s);
uint64_t log_lost(void);
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* GOSSIPD_LOG_H */
