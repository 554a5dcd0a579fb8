// SPDX-License-Identifier: GPL-2.0
/*
 * Names of nodes for people.
 */
#include <stdio.h>

#include "text.h"

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
