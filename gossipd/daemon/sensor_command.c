// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that print readings: controllers that take seconds to answer, plug-ins. They run beside
 * the loop, one of each at a time, and are killed with all that they started when their time is up.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sensor_internal.h"

#define END_WAIT_MS 500
/* The timers; a run has two more. */
#define OPEN_AT_REST 2

/**
 * struct sensor_command - one command
 * @config: copied
 * @done: called with what it printed, or with an error, or both
 * @ctx: given to @done
 * @loop: where it runs
 * @timer: starts it
 * @limit: its time is up
 * @process: at most one
 * @pipe: what it prints
 * @alive: it has not ended
 * @stopping: it is the last
 * @open: handles that are not closed
 * @error: what went wrong
 * @text: what it printed
 * @len: how much of that
 * @chunk: where libuv reads to
 */
struct sensor_command {
	struct sensors_command config;
	void (*done)(void *ctx, int error, char *text);
	void *ctx;
	uv_loop_t *loop;
	uv_timer_t timer;
	uv_timer_t limit;
	uv_process_t process;
	uv_pipe_t pipe;
	bool alive;
	bool stopping;
	unsigned int open;
	int error;
	char *text;
	size_t len;
	char chunk[4096];
};

static void release(struct sensor_command *command)
{
	free((char *)command->config.command);
	free(command->text);
	free(command);
}

/* The last handle of a run makes the result; the last of all frees. */
static void closed(uv_handle_t *handle)
{
	struct sensor_command *command = handle->data;

	command->open--;
	if (command->stopping) {
		if (!command->open)
			release(command);
		return;
	}
	if (command->open > OPEN_AT_REST)
		return;
	uv_timer_stop(&command->limit);
	command->text[command->len] = '\0';
	if (strlen(command->text) != command->len)
		command->error = -EINVAL;
	command->done(command->ctx, command->error, command->text);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, closed);
}

/* It leads a group of its own; who leaves that is no longer ours. */
static void kill_all(const struct sensor_command *command)
{
	if (command->process.pid > 0)
		kill(-command->process.pid, SIGKILL);
}

static void fail(struct sensor_command *command, int error)
{
	if (!command->error)
		command->error = error;
	if (command->alive)
		kill_all(command);
	close_handle((uv_handle_t *)&command->pipe);
}

static void ended(uv_process_t *process, int64_t status, int signal)
{
	struct sensor_command *command = process->data;

	command->alive = false;
	if (!command->error && (status || signal))
		command->error = status == 127 ? -ENOENT : -EIO;
	/* What it left behind would keep the pipe open. */
	kill_all(command);
	close_handle((uv_handle_t *)process);
}

static void give_chunk(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct sensor_command *command = handle->data;

	(void)suggested;
	*buf = uv_buf_init(command->chunk, sizeof(command->chunk));
}

static void printed(uv_stream_t *stream, ssize_t nr, const uv_buf_t *buf)
{
	struct sensor_command *command = stream->data;

	if (nr < 0) {
		close_handle((uv_handle_t *)stream);
		return;
	}
	if (command->len + nr >= SENSOR_TEXT_MAX) {
		fail(command, -EFBIG);
		return;
	}
	memcpy(command->text + command->len, buf->base, nr);
	command->len += nr;
}

static void time_is_up(uv_timer_t *timer)
{
	struct sensor_command *command = timer->data;

	fail(command, -ETIMEDOUT);
}

static bool is_running(const struct sensor_command *command)
{
	return command->open > OPEN_AT_REST;
}

static void start(uv_timer_t *timer)
{
	struct sensor_command *command = timer->data;
	char *const args[] = { "/bin/sh", "-c", (char *)command->config.command, NULL };
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_IGNORE },
		/* NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): flags */
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
		  .data.stream = (uv_stream_t *)&command->pipe },
		{ .flags = UV_IGNORE },
	};
	const uv_process_options_t options = {
		.exit_cb = ended, .file = args[0], .args = (char **)args,
		.flags = UV_PROCESS_DETACHED, .stdio = stdio, .stdio_count = 3,
	};
	int ret;

	if (is_running(command))
		return;
	command->error = 0;
	command->len = 0;
	memset(&command->process, 0, sizeof(command->process));
	uv_pipe_init(command->loop, &command->pipe, 0);
	command->pipe.data = command;
	command->process.data = command;
	command->open += 2;
	ret = uv_spawn(command->loop, &command->process, &options);
	command->alive = !ret;
	if (ret) {
		command->error = ret;
		close_handle((uv_handle_t *)&command->process);
		close_handle((uv_handle_t *)&command->pipe);
		return;
	}
	uv_timer_start(&command->limit, time_is_up, command->config.timeout_ms, 0);
	ret = uv_read_start((uv_stream_t *)&command->pipe, give_chunk, printed);
	if (ret)
		fail(command, ret);
}

/**
 * sensor_command_start() - run a command again and again, the first time at once
 * @loop: where
 * @config: is copied
 * @done: called on the loop when it has ended, with 0 or a negative errno and what it printed,
 *	which is its to change: up to SENSOR_TEXT_MAX bytes
 * @ctx: given to @done
 *
 * Return: NULL without memory.
 */
struct sensor_command *sensor_command_start(uv_loop_t *loop, const struct sensors_command *config,
					    void (*done)(void *ctx, int error, char *text),
					    void *ctx)
{
	struct sensor_command *command = calloc(1, sizeof(*command));

	if (!command)
		return NULL;
	command->config = *config;
	command->config.command = strdup(config->command);
	command->text = malloc(SENSOR_TEXT_MAX);
	if (!command->config.command || !command->text) {
		release(command);
		return NULL;
	}
	command->done = done;
	command->ctx = ctx;
	command->loop = loop;
	uv_timer_init(loop, &command->timer);
	uv_timer_init(loop, &command->limit);
	command->timer.data = command;
	command->limit.data = command;
	command->open = OPEN_AT_REST;
	uv_timer_start(&command->timer, start, 0, config->interval_ms);
	return command;
}

/* libuv reaps nobody whose handle is closed. One that the kernel holds becomes a zombie. */
static void end_now(const struct sensor_command *command)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	unsigned int i;

	kill_all(command);
	for (i = 0; i < END_WAIT_MS && !waitpid(command->process.pid, NULL, WNOHANG); i++)
		nanosleep(&nap, NULL);
}

/**
 * sensor_command_stop() - never again
 * @command: frees itself as the loop goes on; @done is not called any more
 */
void sensor_command_stop(struct sensor_command *command)
{
	bool running = is_running(command);

	command->stopping = true;
	if (running) {
		if (command->alive)
			end_now(command);
		close_handle((uv_handle_t *)&command->process);
		close_handle((uv_handle_t *)&command->pipe);
	}
	close_handle((uv_handle_t *)&command->timer);
	close_handle((uv_handle_t *)&command->limit);
}
