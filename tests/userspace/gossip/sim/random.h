/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The simulator's only source of chance: splitmix64 (Steele, Lea, Flood 2014). All draws of a
 * world come from one state, in the order of its events, so that a seed says everything.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* The finaliser: also a hash of a word. */
static inline uint64_t sim_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline uint64_t sim_random(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15ULL;
	return sim_mix(*state);
}

/* From 0 to @below - 1; the slight bias does not matter here. */
static inline uint64_t sim_below(uint64_t *state, uint64_t below)
{
	return below ? sim_random(state) % below : 0;
}

static inline uint64_t sim_range(uint64_t *state, uint64_t lo, uint64_t hi)
{
	return lo + sim_below(state, hi - lo + 1);
}

/* True in @per_mille of 1000 cases. */
static inline bool sim_chance(uint64_t *state, uint32_t per_mille)
{
	return per_mille && sim_below(state, 1000) < per_mille;
}

/* 0 to 1 */
static inline double sim_unit(uint64_t *state)
{
	return (double)(sim_random(state) >> 11) * (1.0 / 9007199254740992.0);
}

static inline double sim_between(uint64_t *state, double lo, double hi)
{
	return lo + (hi - lo) * sim_unit(state);
}

/*
 * Exponentially distributed, nearly: the binary exponent of a uniform number is exact, the
 * logarithm of its fraction a parabola (within 1 %). No log(), whose last bit is the library's
 * business.
 */
static inline uint64_t sim_exponential(uint64_t *state, uint64_t mean)
{
	uint64_t bits = sim_random(state) | 1;
	int zeros = __builtin_clzll(bits);
	double fraction = (double)((bits << zeros) << 1) * (1.0 / 18446744073709551616.0);
	double log2 = fraction + 0.34 * fraction * (1.0 - fraction);

	return (uint64_t)((double)mean * 0.69314718056 * ((double)zeros + 1.0 - log2));
}

#endif /* SIM_RANDOM_H */
