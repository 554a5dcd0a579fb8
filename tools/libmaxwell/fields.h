/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the tables of objects.c and objects_market.c are written down.
 */
#ifndef LIBMAXWELL_FIELDS_H
#define LIBMAXWELL_FIELDS_H

#include "internal.h"

/* A field: structure, member, attribute number, type, name in the spec, JSON key. */
#define FIELD_AS(st, member, number, kind, spec, json)                                             \
	{                                                                                          \
		.attr = MAXWELL_A_##number, .type = MXW_##kind,                                    \
		.offset = offsetof(struct mxw_##st, member), .name = spec, .key = json,            \
	}
#define FIELD(st, member, number, kind, spec) FIELD_AS(st, member, number, kind, spec, #member)
/* A text, in an array of so many bytes. */
#define FIELD_TEXT(st, member, number, spec, json, bytes)                                          \
	{                                                                                          \
		.attr = MAXWELL_A_##number, .type = MXW_STRING, .size = bytes,                     \
		.offset = offsetof(struct mxw_##st, member), .name = spec, .key = json,            \
	}
#define FIELD_ENUM(st, member, number, spec, texts)                                                \
	{                                                                                          \
		.attr = MAXWELL_A_##number, .type = MXW_U32, .names = texts,                       \
		.offset = offsetof(struct mxw_##st, member), .name = spec, .key = #member,         \
	}
#define FIELD_Q16(st, member, number, kind, spec, json)                                            \
	{                                                                                          \
		.attr = MAXWELL_A_##number, .type = MXW_##kind, .fixed_point = true,               \
		.offset = offsetof(struct mxw_##st, member), .name = spec, .key = json,            \
	}

#define OBJECT(st, name)                                                                           \
	const struct mxw_object mxw_##st##_object = {                                              \
		.fields = st##_fields,                                                             \
		.nr_fields = ARRAY_SIZE(st##_fields),                                              \
		.size = sizeof(struct mxw_##st),                                                   \
		.attr_max = MAXWELL_A_##name##_MAX,                                                \
	}

#endif /* LIBMAXWELL_FIELDS_H */
