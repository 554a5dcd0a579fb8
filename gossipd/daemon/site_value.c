// SPDX-License-Identifier: GPL-2.0
/*
 * Values of the site description, each as its member wants it.
 */
#include <math.h>
#include <string.h>

#include "config_keys.h"
#include "site_internal.h"
#include "text.h"

/**
 * site_complain() - something is wrong
 * @r: the file
 * @where: in it
 * @what: is wrong
 * @more: behind it
 */
void site_complain(struct site_reader *r, const char *where, const char *what, const char *more)
{
	config_error(r->errors, "%s: %s: %s%s", r->name, where, what, more);
}

/**
 * site_name_right() - whether something may be a name
 * @name: it
 *
 * Return: whether it is 1 to 63 of the letters that need no quoting anywhere.
 */
bool site_name_right(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
	size_t len = strspn(name, letters);

	return len && len < SITE_NAME_LEN && !name[len] && !strchr("._:-", *name);
}

static uint32_t number_of(struct site_reader *r, enum site_map which, const char *name)
{
	json_t *found = json_object_get(r->map[which], name);

	return found ? (uint32_t)json_integer_value(found) : SITE_NONE;
}

static uint32_t place(struct site_reader *r, enum site_map which, const char *name)
{
	uint32_t number = number_of(r, which, name);

	if (number != SITE_NONE)
		return number;
	number = (uint32_t)json_object_size(r->map[which]);
	if (json_object_set_new(r->map[which], name, json_integer(number)))
		site_complain(r, "", "no memory", "");
	return number;
}

/* Both 7 and 7.0 are 7, as to JSON Schema. */
static bool whole(const json_t *value, const struct site_member *m, double *number)
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

static const char *read_number(struct site_reader *r, const struct site_member *m,
			       const json_t *value, void *to)
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

/**
 * site_read_value() - a value of a member
 * @r: the file
 * @m: which member
 * @value: of it
 * @to: where it goes
 * @index: of the object in its list
 *
 * Return: NULL, or what is wrong.
 */
const char *site_read_value(struct site_reader *r, const struct site_member *m,
			    const json_t *value, void *to, size_t index)
{
	/* NULL if it is no string. */
	const char *text = json_string_value(value);

	switch (m->kind) {
	case NAME:
		if (!text || !site_name_right(text))
			return "is not a name: 1 to 63 of A-Z a-z 0-9 . _ : -, the first a letter "
			"or digit";
		/* That is at most SITE_NAME_LEN - 1 bytes. */
		memcpy(to, text, strlen(text) + 1);
		return NULL;
	case ID:
		return text && id_parse(text, to) ? NULL : "is not a UUID";
	case ADDR:
		return text && config_parse_addr(text, &r->file->addr[index]) ? NULL :
		       "is not address:port or [address]:port by numbers";
	case PLACE:
		if (!text || !site_name_right(text))
			return "is not a name: 1 to 63 of A-Z a-z 0-9 . _ : -, the first a letter "
			"or digit";
		*(uint32_t *)to = place(r, m->map, text);
		return NULL;
	case REFERENCE:
		if (!text || !site_name_right(text))
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
