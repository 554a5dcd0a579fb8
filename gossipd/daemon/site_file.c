// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the site description by jansson. Tables say which members an object has; what they refer to
 * is looked up by name. Each error says where, by a JSON pointer (RFC 6901), and all are collected.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"
#include "site_file.h"

#define LINKS_MAX 65536
#define POINTER_LEN 64

enum kind {
	NAME,		/* a name of its own, into char[SITE_NAME_LEN] */
	ID,		/* UUID, into struct gw_id */
	ADDR,		/* address:port, into site_file.addr */
	NUMBER,		/* whole, from @min to @max, into an unsigned integer of @size */
	KILOWATTS,	/* above 0 and up to @max, into uint64_t as watts */
	SHARE,		/* 0 to 1, into a double */
	PLACE,		/* a name, that becomes a number by @map as it first comes */
	ZONE,		/* the number of a zone */
	REFERENCE,	/* the name of something that the list @map has */
};

/* What names are of; each has a map of its own from name to number. */
enum map { NODES, SUPPLIES, CHASSIS, RACKS, ROWS, LOOPS, MAPS };

struct member {
	const char *name;
	enum kind kind;
	bool needed;
	size_t offset;
	size_t size;
	double min, max;
	enum map map;
};

struct reader {
	const char *name;
	struct site_file *file;
	json_t *map[MAPS];
	struct config_errors *errors;
};

#define MEMBER(type, field, ...) \
	.offset = offsetof(struct type, field), \
	.size = sizeof(((struct type *)NULL)->field), __VA_ARGS__

static const struct member zone_members[] = {
	{ "number", NUMBER, true, MEMBER(site_zone, number, 0, 65535, 0) },
	{ "name", NAME, false, MEMBER(site_zone, name, 0, 0, 0) },
	{ "cooling_kw", KILOWATTS, false, MEMBER(site_zone, cooling_w, 0, 1e6, 0) },
	{ "water", PLACE, false, MEMBER(site_zone, water, 0, 0, LOOPS) },
	{ 0 },
};

static const struct member supply_members[] = {
	{ "name", NAME, true, MEMBER(site_supply, name, 0, 0, 0) },
	{ "limit_kw", KILOWATTS, true, MEMBER(site_supply, limit_w, 0, 1e6, 0) },
	{ "parent", REFERENCE, false, MEMBER(site_supply, parent, 0, 0, SUPPLIES) },
	{ 0 },
};

static const struct member node_members[] = {
	{ "id", ID, true, MEMBER(site_node, id, 0, 0, 0) },
	{ "name", NAME, true, MEMBER(site_node, name, 0, 0, 0) },
	{ "address", ADDR, false, 0, 0, 0, 0, 0 },
	{ "zone", ZONE, true, MEMBER(site_node, zone, 0, 65535, 0) },
	{ "row", PLACE, false, MEMBER(site_node, row, 0, 0, ROWS) },
	{ "rack", PLACE, false, MEMBER(site_node, rack, 0, 0, RACKS) },
	{ "chassis", PLACE, false, MEMBER(site_node, chassis, 0, 0, CHASSIS) },
	{ "supply", REFERENCE, false, MEMBER(site_node, supply, 0, 0, SUPPLIES) },
	{ "power_max_w", NUMBER, false, MEMBER(site_node, power_max_w, 1, 65534, 0) },
	{ 0 },
};

static const struct member link_members[] = {
	{ "from", REFERENCE, true, MEMBER(site_link, from, 0, 0, NODES) },
	{ "to", REFERENCE, true, MEMBER(site_link, to, 0, 0, NODES) },
	{ "coupling", SHARE, true, MEMBER(site_link, coupling, 0, 1, 0) },
	{ 0 },
};

/* The lists of a file, in the order in which they are read: names before who refers to them. */
static const struct list {
	const char *name;
	const struct member *members;
	size_t max;
	size_t size;
	size_t offset;
	size_t nr_offset;
	bool needed;
	enum map named;
} lists[] = {
	{ "zones", zone_members, SITE_ZONES_MAX, sizeof(struct site_zone),
	  offsetof(struct site, zones), offsetof(struct site, nr_zones), true, MAPS },
	{ "supplies", supply_members, SITE_SUPPLIES_MAX, sizeof(struct site_supply),
	  offsetof(struct site, supplies), offsetof(struct site, nr_supplies), false, SUPPLIES },
	{ "nodes", node_members, SITE_NODES_MAX, sizeof(struct site_node),
	  offsetof(struct site, nodes), offsetof(struct site, nr_nodes), true, NODES },
	{ "couplings", link_members, LINKS_MAX, sizeof(struct site_link),
	  offsetof(struct site, links), offsetof(struct site, nr_links), false, MAPS },
};

#define NR_LISTS (sizeof(lists) / sizeof(lists[0]))

static void complain(struct reader *r, const char *where, const char *what, const char *more)
{
	config_error(r->errors, "%s: %s: %s%s", r->name, where, what, more);
}

/* 1 to 63 of the letters that need no quoting anywhere. */
static bool name_right(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
	size_t len = strspn(name, letters);

	return len && len < SITE_NAME_LEN && !name[len] && !strchr("._:-", *name);
}

static uint32_t number_of(struct reader *r, enum map which, const char *name)
{
	json_t *found = json_object_get(r->map[which], name);

	return found ? (uint32_t)json_integer_value(found) : SITE_NONE;
}

static uint32_t place(struct reader *r, enum map which, const char *name)
{
	uint32_t number = number_of(r, which, name);

	if (number != SITE_NONE)
		return number;
	number = (uint32_t)json_object_size(r->map[which]);
	if (json_object_set_new(r->map[which], name, json_integer(number)))
		complain(r, "", "no memory", "");
	return number;
}

/* Both 7 and 7.0 are 7, as to JSON Schema. */
static bool whole(const json_t *value, const struct member *m, double *number)
{
	*number = json_number_value(value);
	return json_is_number(value) && *number == rint(*number) && *number >= m->min &&
	       *number <= m->max;
}

static void put(void *to, size_t size, double number)
{
	switch (size) {
	case 2:
		*(uint16_t *)to = (uint16_t)number;
		break;
	case 4:
		*(uint32_t *)to = (uint32_t)number;
		break;
	default:
		*(uint64_t *)to = (uint64_t)number;
	}
}

static const char *read_number(struct reader *r, const struct member *m, const json_t *value,
			       void *to)
{
	double number;

	switch (m->kind) {
	case NUMBER:
		if (!whole(value, m, &number))
			return m->max > 65534 ? "is not a whole number from 0 to 65535" :
			       "is not a whole number from 1 to 65534";
		put(to, m->size, number);
		return NULL;
	case ZONE:
		if (!whole(value, m, &number))
			return "is not the number of a zone, 0 to 65535";
		*(uint32_t *)to = site_find_zone(&r->file->site, (uint16_t)number);
		return *(uint32_t *)to == SITE_NONE ? "there is no zone of that number" : NULL;
	case KILOWATTS:
		number = json_number_value(value);
		/* Less than a watt would become none. */
		if (!json_is_number(value) || number < 0.001 || number > m->max)
			return "is not a number from 0.001 to 1000000";
		put(to, m->size, rint(number * 1000));
		return NULL;
	default:
		number = json_number_value(value);
		if (!json_is_number(value) || number < 0 || number > 1)
			return "is not a number from 0 to 1";
		*(double *)to = number;
		return NULL;
	}
}

/* Read @value to @to, a member of the object number @index of its list. */
static const char *read_value(struct reader *r, const struct member *m, const json_t *value,
			      void *to, size_t index)
{
	/* NULL if it is no string. */
	const char *text = json_string_value(value);

	switch (m->kind) {
	case NAME:
		if (!text || !name_right(text))
			return "is not a name: 1 to 63 of A-Z a-z 0-9 . _ : -, the first a letter "
			"or digit";
		/* That is at most SITE_NAME_LEN - 1 bytes. */
		memcpy(to, text, strlen(text) + 1);
		return NULL;
	case ID:
		return text && config_parse_id(text, to) ? NULL : "is not a UUID";
	case ADDR:
		return text && config_parse_addr(text, &r->file->addr[index]) ? NULL :
		       "is not address:port or [address]:port by numbers";
	case PLACE:
		if (!text || !name_right(text))
			return "is not a name: 1 to 63 of A-Z a-z 0-9 . _ : -, the first a letter "
			"or digit";
		*(uint32_t *)to = place(r, m->map, text);
		return NULL;
	case REFERENCE:
		if (!text || !name_right(text))
			return "is not a name";
		*(uint32_t *)to = number_of(r, m->map, text);
		if (*(uint32_t *)to != SITE_NONE)
			return NULL;
		return m->map == NODES ? "there is no node of that name" :
					   "there is no supply of that name";
	default:
		return read_number(r, m, value, to);
	}
}

static const char *member_name(size_t index, const void *members)
{
	return ((const struct member *)members)[index].name;
}

static const char *list_name(size_t index, const void *ctx)
{
	(void)ctx;
	return index < NR_LISTS ? lists[index].name : index == NR_LISTS ? "schema" : NULL;
}

/* Complain of members that nobody knows. */
static void unknown(struct reader *r, const char *where, json_t *object,
		    const char *(*name)(size_t index, const void *ctx), const void *ctx)
{
	const char *key, *near, *known;
	json_t *value;
	size_t i;

	json_object_foreach(object, key, value) {
		for (i = 0; (known = name(i, ctx)) && strcmp(known, key); )
			i++;
		if (known)
			continue;
		near = config_nearest(key, name, ctx);
		config_error(r->errors, "%s: %s/%.40s: there is no such member%s%s%s", r->name,
			     where, key, near ? ": is " : "", near ? near : "",
			     near ? " meant?" : "");
	}
}

static void read_object(struct reader *r, const struct list *list, json_t *object, char *to,
			size_t index)
{
	const struct member *m;
	const char *wrong;
	char where[POINTER_LEN];
	json_t *value;

	snprintf(where, sizeof(where), "/%s/%zu", list->name, index);
	if (!json_is_object(object)) {
		complain(r, where, "is not an object", "");
		return;
	}
	unknown(r, where, object, member_name, list->members);
	for (m = list->members; m->name; m++) {
		value = json_object_get(object, m->name);
		snprintf(where, sizeof(where), "/%s/%zu/%s", list->name, index, m->name);
		if (!value) {
			if (m->needed)
				complain(r, where, "is missing", "");
			/* Places, and what feeds: none. */
			else if (m->kind == PLACE || m->kind == REFERENCE)
				*(uint32_t *)(to + m->offset) = SITE_NONE;
			continue;
		}
		wrong = read_value(r, m, value, to + m->offset, index);
		if (wrong)
			complain(r, where, wrong, "");
	}
}

/* Names of a list before its objects: a supply may come before what feeds it. */
static void read_names(struct reader *r, const struct list *list, json_t *array)
{
	const char *name;
	char where[POINTER_LEN];
	json_t *object;
	size_t i;

	json_array_foreach(array, i, object) {
		name = json_string_value(json_object_get(object, "name"));
		if (!name || !name_right(name))
			continue;
		if (json_object_get(r->map[list->named], name)) {
			snprintf(where, sizeof(where), "/%s/%zu/name", list->name, i);
			complain(r, where, "is the name of another one: ", name);
		} else if (json_object_set_new(r->map[list->named], name,
					       json_integer((json_int_t)i))) {
			complain(r, "", "no memory", "");
		}
	}
}

/* Return: false if there is no memory */
static bool read_list(struct reader *r, const struct list *list, json_t *root)
{
	json_t *array = json_object_get(root, list->name), *object;
	char *site = (char *)&r->file->site, *base;
	size_t i, nr = json_array_size(array);
	char where[POINTER_LEN];

	snprintf(where, sizeof(where), "/%s", list->name);
	if (!array && !list->needed)
		return true;
	if (!json_is_array(array) || nr > list->max || (list->needed && !nr)) {
		config_error(r->errors, "%s: %s: is not an array of %d to %zu objects", r->name,
			     where, list->needed ? 1 : 0, list->max);
		return true;
	}
	if (!nr)
		return true;
	base = calloc(nr, list->size);
	if (!base)
		return false;
	*(void **)(site + list->offset) = base;
	*(size_t *)(site + list->nr_offset) = nr;
	if (list->named == NODES) {
		r->file->addr = calloc(nr, sizeof(*r->file->addr));
		if (!r->file->addr)
			return false;
	}
	if (list->named != MAPS)
		read_names(r, list, array);
	json_array_foreach(array, i, object)
		read_object(r, list, object, base + i * list->size, i);
	return true;
}

static void check_site(struct reader *r)
{
	static const char *const part[SITE_PARTS] = {
		[SITE_NODE] = "nodes", [SITE_ZONE] = "zones", [SITE_SUPPLY] = "supplies",
		[SITE_LINK] = "couplings",
	};
	struct site_fault fault;

	if (site_check(&r->file->site, &fault))
		return;
	if (fault.other == SITE_NONE)
		config_error(r->errors, "%s: /%s/%u: %s", r->name, part[fault.part], fault.index,
			     fault.reason);
	else
		config_error(r->errors, "%s: /%s/%u: %s: see /%s/%u", r->name, part[fault.part],
			     fault.index, fault.reason, part[fault.part], fault.other);
}

static int read_root(struct reader *r, json_t *root)
{
	const json_t *schema = json_object_get(root, "schema");
	size_t before = r->errors->nr + r->errors->dropped, i;

	if (!json_is_object(root)) {
		complain(r, "/", "is not an object", "");
		return -EINVAL;
	}
	unknown(r, "", root, list_name, NULL);
	if (!json_is_number(schema) || json_number_value(schema) != 1)
		complain(r, "/schema", "is not 1, the only one there is", "");
	for (i = 0; i < NR_LISTS; i++) {
		if (!read_list(r, &lists[i], root))
			return -ENOMEM;
	}
	if (r->errors->nr + r->errors->dropped == before)
		check_site(r);
	return r->errors->nr + r->errors->dropped == before ? 0 : -EINVAL;
}

/**
 * site_file_parse - a site from text
 * @name: what errors call it
 * @text: JSON; need not end with a zero
 * @len: bytes of it
 * @out: site, to be given back with site_file_free(); left alone unless 0 is returned
 * @errors: what is wrong with the text is added to them
 *
 * Return: 0, -EINVAL if something is wrong, -ENOMEM
 */
int site_file_parse(const char *name, const char *text, size_t len, struct site_file **out,
		    struct config_errors *errors)
{
	struct reader r = { .name = name, .errors = errors };
	json_error_t error;
	json_t *root;
	int ret = 0;
	size_t i;

	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		config_error(errors, "%s:%d:%d: %s", name, error.line, error.column, error.text);
		return -EINVAL;
	}
	r.file = calloc(1, sizeof(*r.file));
	for (i = 0; i < MAPS; i++) {
		r.map[i] = json_object();
		if (!r.map[i])
			ret = -ENOMEM;
	}
	if (!r.file)
		ret = -ENOMEM;
	if (!ret)
		ret = read_root(&r, root);
	for (i = 0; i < MAPS; i++)
		json_decref(r.map[i]);
	json_decref(root);
	if (ret)
		site_file_free(r.file);
	else
		*out = r.file;
	return ret;
}

/**
 * site_file_load - a site from a file
 * @path: of the file, at most %SITE_FILE_BYTES_MAX long
 * @out: site, to be given back with site_file_free(); left alone unless 0 is returned
 * @errors: what is wrong is added to them
 *
 * Return: 0, -EINVAL if something in the file is wrong, another negative error if it cannot be read
 */
int site_file_load(const char *path, struct site_file **out, struct config_errors *errors)
{
	size_t len;
	char *text;
	int ret;

	ret = config_read_file(path, SITE_FILE_BYTES_MAX, &text, &len, errors);
	if (ret)
		return ret;
	ret = site_file_parse(path, text, len, out, errors);
	free(text);
	return ret;
}

/**
 * site_file_free - give a site back
 * @file: may be NULL
 */
void site_file_free(struct site_file *file)
{
	if (!file)
		return;
	free(file->site.nodes);
	free(file->site.zones);
	free(file->site.supplies);
	free(file->site.links);
	free(file->addr);
	free(file);
}
