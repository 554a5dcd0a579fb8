/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of nodes as text.
 */
#ifndef GOSSIPD_TEXT_H
#define GOSSIPD_TEXT_H

#include "wire.h"

/* A UUID with its hyphens, the terminating byte included. */
#define ID_TEXT_LEN 37

bool id_parse(const char *text, struct gw_id *id);
const char *id_text(const struct gw_id *id, char text[ID_TEXT_LEN]);

#endif /* GOSSIPD_TEXT_H */
