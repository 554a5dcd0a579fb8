// SPDX-License-Identifier: GPL-2.0
/*
 * What happens later in a world, in its order.
 */
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define ROOM 4096

static struct {
	uint64_t at_ns, arg;
	enum ibsim_later what;
	uint32_t port;
} later[ROOM];

static uint32_t nr;

void ibsim_later_reset(void)
{
	nr = 0;
}

void ibsim_later(uint64_t in_ns, enum ibsim_later what, uint32_t port, uint64_t arg)
{
	uint64_t at_ns = ibsim_now_ns + in_ns;
	uint32_t i;

	if (nr == ROOM)
		abort();
	/* Those of the same time stay in their order. */
	for (i = nr++; i && later[i - 1].at_ns > at_ns; i--)
		later[i] = later[i - 1];
	later[i].at_ns = at_ns;
	later[i].what = what;
	later[i].port = port;
	later[i].arg = arg;
}

uint64_t ibsim_later_next_ns(void)
{
	return nr ? later[0].at_ns : UINT64_MAX;
}

/* The next one that is due. */
bool ibsim_later_take(enum ibsim_later *what, uint32_t *port, uint64_t *arg)
{
	if (!nr || later[0].at_ns > ibsim_now_ns)
		return false;
	*what = later[0].what;
	*port = later[0].port;
	*arg = later[0].arg;
	memmove(&later[0], &later[1], --nr * sizeof(later[0]));
	return true;
}
