// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the site description by jansson. Tables say which members an object has; what they refer to
 * is looked up by name. Each error says where, by a JSON pointer (RFC 6901), and all are collected.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"
#include "site_internal.h"

#define LINKS_MAX 65536

#define MEMBER(type, field, ...) \
	.offset = offsetof(struct type, field), \
	.size = sizeof(((struct type *)NULL)->field), __VA_ARGS__

static const struct site_member zone_members[] = {
	{ "number", NUMBER, true, MEMBER(site_zone, number, 0, 65535, 0) },
	{ "name", NAME, false, MEMBER(site_zone, name, 0, 0, 0) },
	{ "cooling_kw", KILOWATTS, false, MEMBER(site_zone, cooling_w, 0, 1e6, 0) },
	{ "water", PLACE, false, MEMBER(site_zone, water, 0, 0, LOOPS) },
	{ 0 },
};

static const struct site_member supply_members[] = {
	{ "name", NAME, true, MEMBER(site_supply, name, 0, 0, 0) },
	{ "limit_kw", KILOWATTS, true, MEMBER(site_supply, limit_w, 0, 1e6, 0) },
	{ "parent", REFERENCE, false, MEMBER(site_supply, parent, 0, 0, SUPPLIES) },
	{ 0 },
};

static const struct site_member node_members[] = {
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

static const struct site_member link_members[] = {
	{ "from", REFERENCE, true, MEMBER(site_link, from, 0, 0, NODES) },
	{ "to", REFERENCE, true, MEMBER(site_link, to, 0, 0, NODES) },
	{ "coupling", SHARE, true, MEMBER(site_link, coupling, 0, 1, 0) },
	{ 0 },
};

/* The lists of a file, in the order in which they are read: names before who refers to them. */
static const struct list {
	const char *name;
	const struct site_member *members;
	size_t max;
	size_t size;
	size_t offset;
	size_t nr_offset;
	bool needed;
	enum site_map named;
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

static const char *member_name(size_t index, const void *members)
{
	return ((const struct site_member *)members)[index].name;
}

static const char *list_name(size_t index, const void *ctx)
{
	(void)ctx;
	return index < NR_LISTS ? lists[index].name : index == NR_LISTS ? "schema" : NULL;
}

/* Complain of members that nobody knows. */
static void unknown(struct site_reader *r, const char *where, json_t *object,
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

static void read_object(struct site_reader *r, const struct list *list, json_t *object, char *to,
			size_t index)
{
	const struct site_member *m;
	const char *wrong;
	char where[SITE_POINTER_LEN];
	json_t *value;

	snprintf(where, sizeof(where), "/%s/%zu", list->name, index);
	if (!json_is_object(object)) {
		site_complain(r, where, "is not an object", "");
		return;
	}
	unknown(r, where, object, member_name, list->members);
	for (m = list->members; m->name; m++) {
		value = json_object_get(object, m->name);
		snprintf(where, sizeof(where), "/%s/%zu/%s", list->name, index, m->name);
		if (!value) {
			if (m->needed)
				site_complain(r, where, "is missing", "");
			/* Places, and what feeds: none. */
			else if (m->kind == PLACE || m->kind == REFERENCE)
				*(uint32_t *)(to + m->offset) = SITE_NONE;
			continue;
		}
		wrong = site_read_value(r, m, value, to + m->offset, index);
		if (wrong)
			site_complain(r, where, wrong, "");
	}
}

/* Names of a list before its objects: a supply may come before what feeds it. */
static void read_names(struct site_reader *r, const struct list *list, json_t *array)
{
	const char *name;
	char where[SITE_POINTER_LEN];
	json_t *object;
	size_t i;

	json_array_foreach(array, i, object) {
		name = json_string_value(json_object_get(object, "name"));
		if (!name || !site_name_right(name))
			continue;
		if (json_object_get(r->map[list->named], name)) {
			snprintf(where, sizeof(where), "/%s/%zu/name", list->name, i);
			site_complain(r, where, "is the name of another one: ", name);
		} else if (json_object_set_new(r->map[list->named], name,
					       json_integer((json_int_t)i))) {
			site_complain(r, "", "no memory", "");
		}
	}
}

/* Return: false if there is no memory */
static bool read_list(struct site_reader *r, const struct list *list, json_t *root)
{
	json_t *array = json_object_get(root, list->name), *object;
	char *site = (char *)&r->file->site, *base;
	size_t i, nr = json_array_size(array);
	char where[SITE_POINTER_LEN];

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

static void check_site(struct site_reader *r)
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

static int read_root(struct site_reader *r, json_t *root)
{
	const json_t *schema = json_object_get(root, "schema");
	size_t before = r->errors->nr + r->errors->dropped, i;

	if (!json_is_object(root)) {
		site_complain(r, "/", "is not an object", "");
		return -EINVAL;
	}
	unknown(r, "", root, list_name, NULL);
	if (!json_is_number(schema) || json_number_value(schema) != 1)
		site_complain(r, "/schema", "is not 1, the only one there is", "");
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
	struct site_reader r = { .name = name, .errors = errors };
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
