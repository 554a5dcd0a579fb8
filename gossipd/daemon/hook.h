/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program that is run when it would pay to move work away. It is told where to and does what
 * it wants: the daemon moves nothing, and waits for nobody. One at a time, not too often, not too
 * long.
 *
 * In its environment: GOSSIPD_EVENT=migrate, GOSSIPD_NODE (UUID), GOSSIPD_NAME (as in the site
 * file, or empty), GOSSIPD_ADDRESS, GOSSIPD_RATIO (how much cheaper it is there), GOSSIPD_PRICE
 * (multiplier here); and as arguments "migrate", the node, and the ratio.
 */
#ifndef GOSSIPD_HOOK_H
#define GOSSIPD_HOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "config.h"

/**
 * struct hook_target - where work had better go
 * @node: UUID
 * @name: for people, or ""
 * @address: of the node's gossip
 * @ratio: price here over price there
 * @price: multiplier here
 */
struct hook_target {
	const char *node;
	const char *name;
	const char *address;
	double ratio;
	double price;
};

/**
 * struct hook - the program, and the run that is on
 * @loop: the loop
 * @process: of the run
 * @timeout: of the run
 * @running: there is one
 * @killed: it took too long
 * @started: there was one before
 * @started_ns: when it began
 * @runs: since the start
 * @skipped: times that it was wanted and one was on, or had been a moment ago
 * @failures: runs that did not begin, ended by a signal, or with a status other than 0
 */
struct hook {
	uv_loop_t *loop;
	uv_process_t process;
	uv_timer_t timeout;
	bool running;
	bool killed;
	bool started;
	uint64_t started_ns;
	uint64_t runs;
	uint64_t skipped;
	uint64_t failures;
};

void hook_init(struct hook *hook, uv_loop_t *loop);
void hook_run(struct hook *hook, const struct config_migrate *settings,
	      const struct hook_target *target);
void hook_stop(struct hook *hook);

#endif /* GOSSIPD_HOOK_H */
