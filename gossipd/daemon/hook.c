// SPDX-License-Identifier: GPL-2.0
/*
 * Running the program of [Migrate].
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hook.h"
#include "log.h"

#define NSEC_PER_MSEC UINT64_C(1000000)
#define VARIABLES 8
#define VARIABLE_LEN 160

/**
 * hook_init() - nothing runs
 * @hook: to be used
 * @loop: the loop
 */
void hook_init(struct hook *hook, uv_loop_t *loop)
{
	*hook = (struct hook){ .loop = loop };
	uv_timer_init(loop, &hook->timeout);
	hook->timeout.data = hook;
}

static void closed(uv_handle_t *handle)
{
	struct hook *hook = handle->data;

	hook->running = false;
}

static void on_exit_of(uv_process_t *process, int64_t status, int by_signal)
{
	struct hook *hook = process->data;

	uv_timer_stop(&hook->timeout);
	if (status || by_signal)
		hook->failures++;
	if (hook->killed)
		log_warning("the hook took too long and was killed");
	else if (by_signal)
		log_warning("the hook was ended by signal %d", by_signal);
	else if (status)
		log_warning("the hook ended with status %" PRId64, status);
	uv_close((uv_handle_t *)process, closed);
}

/* With all that it started: it leads a group of its own. */
static void kill_all(const struct hook *hook)
{
	if (hook->process.pid > 0)
		kill(-hook->process.pid, SIGKILL);
}

static void on_timeout(uv_timer_t *timer)
{
	struct hook *hook = timer->data;

	hook->killed = true;
	kill_all(hook);
}

static int spawn(struct hook *hook, const struct config_migrate *settings, char **args, char **env)
{
	uv_stdio_container_t stdio[3] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO },
		{ .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO },
	};
	uv_process_options_t options = {
		.file = settings->hook,
		.args = args,
		.env = env,
		.exit_cb = on_exit_of,
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = 3,
	};

	hook->process.data = hook;
	return uv_spawn(hook->loop, &hook->process, &options);
}

/**
 * hook_run() - run the program, unless it runs or did a moment ago
 * @hook: initialised
 * @settings: [Migrate]
 * @target: what it is told
 */
void hook_run(struct hook *hook, const struct config_migrate *settings,
	      const struct hook_target *target)
{
	char text[VARIABLES][VARIABLE_LEN], ratio[32];
	char *env[VARIABLES + 1] = { NULL };
	uint64_t now_ns = uv_hrtime();
	char *args[] = { settings->hook, "migrate", (char *)target->node, ratio, NULL };
	size_t nr = 0, i;
	int err;

	if (!settings->hook)
		return;
	if (hook->running || (hook->started && now_ns - hook->started_ns <
					       settings->interval_ms * NSEC_PER_MSEC)) {
		hook->skipped++;
		return;
	}
	snprintf(ratio, sizeof(ratio), "%.3f", target->ratio);
	snprintf(text[nr++], VARIABLE_LEN, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin");
	snprintf(text[nr++], VARIABLE_LEN, "GOSSIPD_EVENT=migrate");
	snprintf(text[nr++], VARIABLE_LEN, "GOSSIPD_NODE=%s", target->node);
	snprintf(text[nr++], VARIABLE_LEN, "GOSSIPD_NAME=%s", target->name);
	snprintf(text[nr++], VARIABLE_LEN, "GOSSIPD_ADDRESS=%s", target->address);
	snprintf(text[nr++], VARIABLE_LEN, "GOSSIPD_RATIO=%s", ratio);
	snprintf(text[nr++], VARIABLE_LEN, "GOSSIPD_PRICE=%.3f", target->price);
	for (i = 0; i < nr; i++)
		env[i] = text[i];
	hook->started = true;
	hook->started_ns = now_ns;
	hook->killed = false;
	err = spawn(hook, settings, args, env);
	if (err) {
		hook->failures++;
		/* The handle is in use all the same. */
		hook->running = true;
		uv_close((uv_handle_t *)&hook->process, closed);
		log_warning("cannot run the hook %s: %s", settings->hook, uv_strerror(err));
		return;
	}
	hook->running = true;
	hook->runs++;
	uv_timer_start(&hook->timeout, on_timeout, settings->timeout_ms, 0);
}

/**
 * hook_stop() - end it all; the loop has to run again
 * @hook: initialised
 */
void hook_stop(struct hook *hook)
{
	if (hook->running && !uv_is_closing((uv_handle_t *)&hook->process)) {
		kill_all(hook);
		uv_close((uv_handle_t *)&hook->process, closed);
	}
	uv_timer_stop(&hook->timeout);
	uv_close((uv_handle_t *)&hook->timeout, NULL);
}
