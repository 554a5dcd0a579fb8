/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptions of libmaxwell's structures, for programs that print or store them without knowing
 * every member, and texts of the enumerations. Included by libmaxwell.h.
 */
#ifndef MAXWELL_OBJECTS_H
#define MAXWELL_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a structure's member is kept, and thus how a field is read. */
enum mxw_type {
	MXW_U32,
	MXW_S32,
	MXW_UINT,
	MXW_SINT,
	MXW_STRING,
	MXW_FLAG,
};

/**
 * struct mxw_field - one attribute of an object, for decoding and for generic output
 * @attr: attribute number
 * @type: how the member is kept
 * @offset: where it is in the structure
 * @size: bytes of a text's array; 0 if the structure has no such member
 * @name: name in the netlink spec
 * @key: name with the unit in it, for JSON
 * @names: texts of an enumeration, NULL-terminated, or NULL
 * @fixed_point: the value is Q16.16
 */
struct mxw_field {
	unsigned int attr;
	enum mxw_type type;
	size_t offset;
	size_t size;
	const char *name;
	const char *key;
	const char *const *names;
	bool fixed_point;
};

/**
 * struct mxw_object - describes one of the structures of maxwell_types.h
 * @fields: its fields
 * @nr_fields: how many
 * @size: sizeof the structure
 * @attr_max: highest attribute number
 */
struct mxw_object {
	const struct mxw_field *fields;
	size_t nr_fields;
	size_t size;
	int attr_max;
};

extern const struct mxw_object mxw_class_object;
extern const struct mxw_object mxw_price_object;
extern const struct mxw_object mxw_bid_object;
extern const struct mxw_object mxw_cpu_object;
extern const struct mxw_object mxw_demand_object;
extern const struct mxw_object mxw_wallet_object;
extern const struct mxw_object mxw_gpu_object;

extern const char *const mxw_class_modes[];
extern const char *const mxw_class_events[];
extern const char *const mxw_price_kinds[];
extern const char *const mxw_price_states[];
extern const char *const mxw_price_events[];
extern const char *const mxw_books[];
extern const char *const mxw_bid_sources[];
extern const char *const mxw_task_states[];
extern const char *const mxw_wallet_kinds[];
extern const char *const mxw_wallet_sources[];
extern const char *const mxw_wallet_events[];

#ifdef __cplusplus
}
#endif

#endif /* MAXWELL_OBJECTS_H */
