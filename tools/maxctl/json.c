// SPDX-License-Identifier: GPL-2.0
/*
 * JSON from the library's structures, and lists of them as JSON or as a table.
 */
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

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
 * mc_show_list() - end a command that shows a list
 * @listing: what list
 * @err: what the library returned
 * @items: the list; released here
 * @nr: its length
 *
 * Return: the exit code.
 */
int mc_show_list(const struct mc_listing *listing, int err, void *items, size_t nr)
{
	json_t *root;

	if (err)
		return mc_kernel_error(mc.link, listing->request);
	if (mc.json) {
		root = mc_json_new();
		json_object_set_new(root, listing->key, mc_json_array(listing->object, items, nr));
		mc_json_print(root);
	} else {
		listing->print(items, nr);
	}
	free(items);
	return MC_OK;
}
