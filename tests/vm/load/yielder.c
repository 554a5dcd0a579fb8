// SPDX-License-Identifier: GPL-2.0
/*
 * Gives up the CPU as often as it gets it, until it is killed.
 */
#include <sched.h>

int main(void)
{
	for (;;)
		sched_yield();
}
