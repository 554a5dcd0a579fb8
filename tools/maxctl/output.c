// SPDX-License-Identifier: GPL-2.0
/*
 * Errors and the end of a command, the same way for every command.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "maxctl.h"

static const char *code_name(int code)
{
	switch (code) {
	case MC_USAGE:
		return "usage";
	case MC_REFUSED:
		return "refused";
	case MC_INACTIVE:
		return "inactive";
	case MC_DENIED:
		return "denied";
	case MC_TIMEOUT:
		return "timeout";
	case MC_CANNOT_RUN:
		return "cannot-run";
	case MC_NOT_FOUND:
		return "not-found";
	default:
		return "other";
	}
}

/**
 * mc_note() - say something beside the output
 * @fmt: one line
 */
void mc_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * mc_json_error() - an error as JSON
 * @code: exit code
 * @msg: its text
 *
 * Return: the object.
 */
json_t *mc_json_error(int code, const char *msg)
{
	return json_pack("{s:s, s:i, s:s}", "code", code_name(code), "exit_status", code,
			 "message", msg);
}

static int print_error(int code, const char *text, json_t *error)
{
	json_t *root;

	mc_note("Error: %s", text);
	if (mc.json) {
		root = mc_json_new();
		json_object_set_new(root, "error", error);
		mc_json_print(root);
	} else {
		json_decref(error);
	}
	return code;
}

/**
 * mc_error() - end the command with an error
 * @code: exit code
 * @fmt: one sentence
 *
 * Return: @code.
 */
int mc_error(int code, const char *fmt, ...)
{
	char text[2048];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return print_error(code, text, mc_json_error(code, text));
}

/**
 * mc_error_code() - exit code for the library's last error
 * @m: the connection
 *
 * Return: the exit code.
 */
int mc_error_code(const struct mxw *m)
{
	const struct mxw_error *error = mxw_error(m);

	if (error->code == EPERM || error->code == EACCES)
		return MC_DENIED;
	return error->from_kernel || error->code != ENOENT ? MC_REFUSED : MC_INACTIVE;
}

/**
 * mc_error_text() - sentence for the library's last error
 * @m: the connection
 * @what: what it is about, or NULL
 * @text: room for the sentence
 * @size: of it
 */
void mc_error_text(const struct mxw *m, const char *what, char *text, size_t size)
{
	const struct mxw_error *error = mxw_error(m);

	snprintf(text, size, "%s%s%s%s%s%s", what ? what : "", what ? ": " : "", error->msg,
		 error->attr[0] ? " (attribute " : "", error->attr, error->attr[0] ? ")" : "");
}

/**
 * mc_kernel_error() - end the command with the library's last error
 * @m: the connection
 * @what: what it is about, or NULL
 *
 * Return: the exit code.
 */
int mc_kernel_error(const struct mxw *m, const char *what)
{
	const struct mxw_error *error = mxw_error(m);
	int code = mc_error_code(m);
	char text[512];
	json_t *json;

	mc_error_text(m, what, text, sizeof(text));
	json = mc_json_error(code, error->msg);
	json_object_set_new(json, "errno", json_integer(error->code));
	if (error->attr[0])
		json_object_set_new(json, "attribute", json_string(error->attr));
	return print_error(code, text, json);
}

/**
 * mc_done() - end a command that has nothing to show
 * @what: what it asked the kernel to do
 * @err: what the library returned
 *
 * Return: the exit code.
 */
int mc_done(const char *what, int err)
{
	if (err)
		return mc_kernel_error(mc.link, what);
	return mc.json ? mc_json_print(mc_json_new()) : MC_OK;
}

/**
 * mc_finish_output() - make sure that what was printed has arrived
 * @code: exit code so far
 *
 * Return: @code, or MC_REFUSED if it did not. A reader that went away is no error.
 */
int mc_finish_output(int code)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return code;
	mc_note("Error: cannot write the output: %s", strerror(errno ? errno : EIO));
	return code ? code : MC_REFUSED;
}
