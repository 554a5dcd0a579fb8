/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the keys share; nobody else includes this.
 */
#ifndef GOSSIPD_KEYS_INTERNAL_H
#define GOSSIPD_KEYS_INTERNAL_H

#include "keys.h"

bool keys_fail(struct keys_error *error, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* GOSSIPD_KEYS_INTERNAL_H */
