// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes to structures and back, by the tables of objects.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <netlink/attr.h>

#include "internal.h"

/**
 * mxw_name() - text of an enumeration's value
 * @names: one of the mxw_*s[] arrays
 * @value: the value
 *
 * Return: the text; "unknown" for a value that is newer than this library.
 */
const char *mxw_name(const char *const *names, uint32_t value)
{
	uint32_t i;

	for (i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "unknown";
}

/**
 * mxw_value() - value of an enumeration's text
 * @names: one of the mxw_*s[] arrays
 * @name: the text, spelled out
 *
 * Return: the value, or -EINVAL if there is no such text.
 */
int mxw_value(const char *const *names, const char *name)
{
	int i;

	for (i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}

/* The kernel's "uint" and "sint" take 4 bytes where the value fits and 8 where it does not. */
static bool read_wide(const struct nlattr *attr, bool is_signed, uint64_t *out)
{
	int32_t narrow;

	switch (nla_len(attr)) {
	case sizeof(narrow):
		memcpy(&narrow, nla_data(attr), sizeof(narrow));
		*out = is_signed ? (uint64_t)(int64_t)narrow : (uint32_t)narrow;
		return true;
	case sizeof(*out):
		memcpy(out, nla_data(attr), sizeof(*out));
		return true;
	default:
		return false;
	}
}

static bool read_field(const struct mxw_field *field, const struct nlattr *attr, char *member)
{
	uint64_t wide;

	switch (field->type) {
	case MXW_U32:
	case MXW_S32:
		if (nla_len(attr) != sizeof(uint32_t))
			return false;
		memcpy(member, nla_data(attr), sizeof(uint32_t));
		return true;
	case MXW_UINT:
	case MXW_SINT:
		if (!read_wide(attr, field->type == MXW_SINT, &wide))
			return false;
		memcpy(member, &wide, sizeof(wide));
		return true;
	case MXW_STRING:
		if (!field->size)
			return false;
		nla_strlcpy(member, attr, field->size);
		return true;
	case MXW_FLAG:
		*(bool *)member = true;
		return true;
	}
	return false;
}

/**
 * mxw_decode() - fill a structure from attributes
 * @object: what it is
 * @attrs: attributes by number, up to the object's attr_max
 * @out: the structure; members without an attribute become zero
 */
void mxw_decode(const struct mxw_object *object, struct nlattr **attrs, void *out)
{
	uint64_t present = 0;
	size_t i;

	memset(out, 0, object->size);
	for (i = 0; i < object->nr_fields; i++) {
		const struct mxw_field *field = &object->fields[i];

		if (attrs[field->attr] &&
		    read_field(field, attrs[field->attr], (char *)out + field->offset))
			present |= 1ULL << field->attr;
	}
	/* Every structure begins with its "present" member. */
	memcpy(out, &present, sizeof(present));
}

/**
 * mxw_put() - append the fields that are present in a structure
 * @msg: the message
 * @object: what the structure is
 * @from: the structure
 *
 * Return: 0, or -EMSGSIZE.
 */
int mxw_put(struct nl_msg *msg, const struct mxw_object *object, const void *from)
{
	uint64_t present;
	size_t i;

	memcpy(&present, from, sizeof(present));
	for (i = 0; i < object->nr_fields; i++) {
		const struct mxw_field *field = &object->fields[i];
		const char *member = (const char *)from + field->offset;
		int err;

		if (!(present >> field->attr & 1))
			continue;
		if (field->type == MXW_STRING)
			err = nla_put_string(msg, field->attr, member);
		else if (field->type == MXW_FLAG)
			err = *(const bool *)member ? nla_put_flag(msg, field->attr) : 0;
		else if (field->type == MXW_U32 || field->type == MXW_S32)
			err = nla_put(msg, field->attr, sizeof(uint32_t), member);
		else
			err = nla_put(msg, field->attr, sizeof(uint64_t), member);
		if (err < 0)
			return -EMSGSIZE;
	}
	return 0;
}
