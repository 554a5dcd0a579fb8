/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests and benches share: the kernel's names for common things, and random numbers.
 */
#ifndef MAXWELL_TEST_COMMON_H
#define MAXWELL_TEST_COMMON_H

#include "pure.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* splitmix64: small, fast, and the same everywhere. */
static inline u64 rng_next(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

#endif /* MAXWELL_TEST_COMMON_H */
