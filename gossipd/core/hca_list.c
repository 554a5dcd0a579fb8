// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of ports of host channel adapters, see hca_list.h.
 */
#include <string.h>

#include "hca_list.h"

#define NUMBER_MAX 255

static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

/* ":NUMBER" if there is one; what follows, or NULL if it is none. */
static const char *number(const char *at, int least, int16_t *value)
{
	int sum = 0;

	*value = HCA_ANY;
	if (*at != ':')
		return at;
	at++;
	if (*at < '0' || *at > '9')
		return NULL;
	while (*at >= '0' && *at <= '9') {
		sum = 10 * sum + (*at++ - '0');
		if (sum > NUMBER_MAX)
			return NULL;
	}
	*value = (int16_t)sum;
	return sum < least ? NULL : at;
}

static const char *item(const char **text, struct hca_choice *choice)
{
	const char *at = *text;
	size_t len = 0;

	memset(choice, 0, sizeof(*choice));
	while (in_name(at[len]))
		len++;
	if (!len)
		return "a name of an adapter is missing, or has a character that none has";
	if (len >= sizeof(choice->name))
		return "a name of an adapter has 63 characters at most";
	memcpy(choice->name, at, len);
	at = number(at + len, 1, &choice->port);
	if (!at)
		return "a port is a number from 1 to 255";
	at = number(at, 0, &choice->rail);
	if (!at)
		return "a rail is a number from 0 to 255";
	at = number(at, 0, &choice->plane);
	if (!at)
		return "a plane is a number from 0 to 255";
	if (*at && *at != ',')
		return "an item is NAME[:PORT[:RAIL[:PLANE]]], and a comma is before the next one";
	*text = at;
	return NULL;
}

/**
 * hca_list_parse() - read a list
 * @text: as hca_list.h has it
 * @list: written; worth nothing after an error
 *
 * Return: NULL, or what is wrong.
 */
const char *hca_list_parse(const char *text, struct hca_list *list)
{
	const char *why;

	memset(list, 0, sizeof(*list));
	if (!*text)
		return NULL;
	if (*text == '^') {
		list->exclude = true;
		text++;
	}
	if (*text == '=') {
		list->exact = true;
		text++;
	}
	for (;;) {
		if (list->nr == HCA_LIST_MAX)
			return "a list has 32 items at most";
		why = item(&text, &list->choice[list->nr]);
		if (why)
			return why;
		if (list->exclude && list->choice[list->nr].rail != HCA_ANY)
			return "what is not taken is no rail";
		list->nr++;
		if (!*text)
			return NULL;
		text++;
	}
}

static bool matches(const struct hca_list *list, const struct hca_choice *c, const char *name,
		    int port)
{
	if (c->port != HCA_ANY && c->port != port)
		return false;
	return list->exact ? !strcmp(c->name, name) : !strncmp(c->name, name, strlen(c->name));
}

/**
 * hca_list_rank() - whether a port is taken, and how early it is preferred
 * @list: by hca_list_parse()
 * @name: of the adapter
 * @port: of it, from 1
 * @plane: written, if it is taken: of the fabric that it is in, or %HCA_ANY; may be NULL
 *
 * The first item that fits counts.
 *
 * Return: its rank, the lowest first, or -1 if it is not taken. Those of the same rank are
 * preferred by name and port.
 */
int hca_list_rank(const struct hca_list *list, const char *name, int port, int *plane)
{
	const struct hca_choice *c = NULL;
	int i;

	for (i = 0; i < list->nr && !c; i++) {
		if (matches(list, &list->choice[i], name, port))
			c = &list->choice[i];
	}
	if (list->nr && !c != list->exclude)
		return -1;
	if (plane)
		*plane = c ? c->plane : HCA_ANY;
	if (!c)
		return 0;
	return c->rail != HCA_ANY ? c->rail : i - 1;
}
