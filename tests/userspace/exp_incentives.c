// SPDX-License-Identifier: GPL-2.0
/*
 * What lying, splitting up and colluding bring under the module's own auction, wallets and prices.
 *
 * Usage: exp_incentives DIR	writes DIR/incentives.json and, as tables, DIR/incentives.md
 * SEED=N in the environment draws other random numbers; the default is always the same.
 */
#include "exp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static u64 seed_from_environment(void)
{
	const char *text = getenv("SEED");
	char *end;
	u64 seed;

	if (!text || !*text)
		return 1;
	errno = 0;
	seed = strtoull(text, &end, 0);
	if (errno || *end || *text == '-') {
		fprintf(stderr, "exp_incentives: SEED=%s is not a number from 0 to 2^64-1\n", text);
		exit(1);
	}
	return seed;
}

int main(int argc, char **argv)
{
	u64 seed = seed_from_environment();
	char path[4096];

	if (argc != 2) {
		fprintf(stderr, "usage: exp_incentives DIR\n");
		return 1;
	}
	snprintf(path, sizeof(path), "%s/incentives.md", argv[1]);
	exp_open(path, seed);
	exp_oneshot(seed);
	exp_repeated(seed);
	exp_budgets(seed);
	exp_sybil(seed);
	exp_ring(seed);
	snprintf(path, sizeof(path), "%s/incentives.json", argv[1]);
	return exp_close(path);
}
