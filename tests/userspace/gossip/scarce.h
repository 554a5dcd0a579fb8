/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that runs out: one call of calloc() fails, of those that the program of tests makes
 * itself. The linker sends those here, and those of free().
 */
#ifndef GOSSIP_TEST_SCARCE_H
#define GOSSIP_TEST_SCARCE_H

#include <stdint.h>

void scarce_begin(uint32_t good);
int64_t scarce_end(void);

#endif /* GOSSIP_TEST_SCARCE_H */
