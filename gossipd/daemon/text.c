// SPDX-License-Identifier: GPL-2.0
/*
 * Names of nodes as text.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/**
 * id_parse() - the name of a node
 * @text: a UUID in its usual form
 * @id: it goes here
 *
 * Return: false if it is none, or all zeros, which stands for nobody.
 */
bool id_parse(const char *text, struct gw_id *id)
{
	static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	unsigned int nibble, any = 0;
	size_t i, digits = 0;

	memset(id, 0, sizeof(*id));
	if (strlen(text) != strlen(form))
		return false;
	for (i = 0; form[i]; i++) {
		if (form[i] == '-') {
			if (text[i] != '-')
				return false;
			continue;
		}
		if (!isxdigit((unsigned char)text[i]))
			return false;
		nibble = (unsigned int)(isdigit((unsigned char)text[i]) ? text[i] - '0' :
				tolower((unsigned char)text[i]) - 'a' + 10);
		id->byte[digits / 2] |= (uint8_t)(nibble << (digits % 2 ? 0 : 4));
		any |= nibble;
		digits++;
	}
	return any;
}

/**
 * id_text() - name of a node as a UUID
 * @id: name
 * @text: written to
 *
 * Return: @text.
 */
const char *id_text(const struct gw_id *id, char text[ID_TEXT_LEN])
{
	char *at = text;
	int i;

	for (i = 0; i < 16; i++)
		at += sprintf(at, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			      id->byte[i]);
	return text;
}
