// SPDX-License-Identifier: GPL-2.0
/*
 * Burns CPU until it is killed: the load that bids compete with.
 */
#include <stdint.h>

int main(void)
{
	volatile uint64_t turns = 0;

	for (;;)
		turns++;
}
