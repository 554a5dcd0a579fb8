// SPDX-License-Identifier: GPL-2.0
/*
 * Errors and JSON, the same way for every command.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
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
 * mc_json_new() - the top object of an answer
 *
 * Return: the object.
 */
json_t *mc_json_new(void)
{
	return json_pack("{s:s}", "schema", "maxwell/1");
}

/* A name may hold any byte; what is not UTF-8 becomes question marks. */
static json_t *json_text(const char *text)
{
	json_t *json = json_string(text);
	char ascii[MXW_EXIT_MSG_LEN];
	char *c;

	if (json)
		return json;
	snprintf(ascii, sizeof(ascii), "%s", text);
	for (c = ascii; *c; c++)
		if (*c & 0x80)
			*c = '?';
	return json_string(ascii);
}

static json_t *json_field(const struct mxw_field *field, const char *member)
{
	uint32_t u32;
	int64_t wide;

	if (field->type == MXW_STRING)
		return json_text(member);
	if (field->type == MXW_FLAG)
		return json_boolean(*(const bool *)member);
	if (field->type == MXW_UINT || field->type == MXW_SINT) {
		memcpy(&wide, member, sizeof(wide));
		return json_integer(wide);
	}
	memcpy(&u32, member, sizeof(u32));
	wide = field->type == MXW_S32 ? (int64_t)(int32_t)u32 : u32;
	if (field->names)
		return json_string(mxw_name(field->names, u32));
	/* Q16.16 is exact as a double. */
	if (field->fixed_point)
		return json_real((double)wide / MAXWELL_MULTIPLIER_ONE);
	return json_integer(wide);
}

/**
 * mc_json_object() - one of the library's structures as JSON
 * @object: what it is
 * @from: the structure; what is not present in it is absent
 *
 * Return: the object.
 */
json_t *mc_json_object(const struct mxw_object *object, const void *from)
{
	json_t *json = json_object();
	uint64_t present;
	size_t i;

	memcpy(&present, from, sizeof(present));
	for (i = 0; i < object->nr_fields; i++) {
		const struct mxw_field *field = &object->fields[i];

		if (present >> field->attr & 1)
			json_object_set_new(json, field->key,
					    json_field(field, (const char *)from + field->offset));
	}
	return json;
}

/**
 * mc_json_array() - an array of the library's structures as JSON
 * @object: what they are
 * @items: the array
 * @nr: how many there are
 *
 * Return: the array.
 */
json_t *mc_json_array(const struct mxw_object *object, const void *items, size_t nr)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < nr; i++)
		json_array_append_new(array, mc_json_object(object, (const char *)items +
								    i * object->size));
	return array;
}

/**
 * mc_json_print() - print an answer, on one line unless --pretty
 * @root: the answer; released here
 *
 * Return: MC_OK.
 */
int mc_json_print(json_t *root)
{
	json_dumpf(root, stdout, mc.pretty ? JSON_INDENT(2) : JSON_COMPACT);
	putchar('\n');
	json_decref(root);
	return MC_OK;
}

/**
 * mc_json_print_list() - print an answer that is a list of the library's structures
 * @key: name of the list
 * @object: what they are
 * @items: the array
 * @nr: how many there are
 *
 * Return: MC_OK.
 */
int mc_json_print_list(const char *key, const struct mxw_object *object, const void *items,
		       size_t nr)
{
	json_t *root = mc_json_new();

	json_object_set_new(root, key, mc_json_array(object, items, nr));
	return mc_json_print(root);
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
