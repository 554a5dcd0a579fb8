// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that runs out; see scarce.h.
 */
#include <stdbool.h>
#include <stddef.h>

#include "scarce.h"

void *__real_calloc(size_t nr, size_t size);
void *__wrap_calloc(size_t nr, size_t size);
void __real_free(void *block);
void __wrap_free(void *block);

static _Thread_local bool on;
static _Thread_local uint32_t good_left;
static _Thread_local int64_t taken;

void *__wrap_calloc(size_t nr, size_t size)
{
	if (on && !good_left--)
		return NULL;
	taken += on;
	return __real_calloc(nr, size);
}

void __wrap_free(void *block)
{
	taken -= on && block;
	__real_free(block);
}

/**
 * scarce_begin() - let a call of calloc() of this thread fail
 * @good: calls that do not before that one, and all behind it do not either
 */
void scarce_begin(uint32_t good)
{
	on = true;
	good_left = good;
	taken = 0;
}

/**
 * scarce_end() - there is memory again
 *
 * Return: blocks that were taken since scarce_begin() and not given back.
 */
int64_t scarce_end(void)
{
	on = false;
	return taken;
}
