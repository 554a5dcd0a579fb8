// SPDX-License-Identifier: GPL-2.0
/*
 * Price arithmetic, for all values that the interfaces let through: products and charges against
 * 128 bits, the prediction of a multiplier, its lease and ramp, the reserve and what goes into it.
 *
 * Times are below 2^62 ns, 146 years after boot.
 */
#include "proof.h"
#include "price.c"

#define TIME_MAX (1ULL << 62)
/* Upper ends of the tunables in tunables.h. */
#define RAMP_MAX_MS 60000U
#define SAFE_MIN_PERMILLE 1000U
#define SAFE_MAX_PERMILLE 1000000U

static struct mx_ramp any_ramp(void)
{
	return (struct mx_ramp){
		.horizon_ns = any_u32(0, RAMP_MAX_MS) * (u64)NSEC_PER_MSEC,
		.ramp_ns = any_u32(0, RAMP_MAX_MS) * (u64)NSEC_PER_MSEC,
		.safe = any_u32(MX_ONE, SAFE_MAX_PERMILLE / 1000 * MX_ONE),
	};
}

/* In whatever state; what mx_multiplier_set() was given is checked by netlink.c. */
static struct mx_multiplier any_multiplier(void)
{
	return (struct mx_multiplier){
		.base = any_u32(MX_MULTIPLIER_MIN, U32_MAX),
		.slope = nondet_s32(),
		.set_ns = any_u64(0, TIME_MAX),
		.lease_end_ns = any_u64(0, TIME_MAX),
		.lease_ms = nondet_u32(),
		.state = (u8)any_u32(MX_MULTIPLIER_IDLE, MX_MULTIPLIER_SAFE),
	};
}

/* A number of at most two significant bits, anywhere in a u32; more make too large a formula. */
static u32 any_u32_of_2_bits(u32 *shift)
{
	*shift = any_u32(0, 30);
	return any_u32(0, 3) << *shift;
}

/*
 * A product is exact or saturates.
 *
 * Bound: one factor is any, the other has two significant bits.
 *
 * class: short
 */
PROOF(product_saturates)
{
	u32 shift, a = nondet_u32(), b = any_u32_of_2_bits(&shift);
	u64 exact = ((u64)a * (b >> shift) << shift) >> 16;

	CLAIM(mx_mul_q16(a, b) == min(exact, (u64)U32_MAX), "exact or U32_MAX");
	REACHABLE(exact > U32_MAX, "saturates");
}

/*
 * A charge is exact or saturates.
 *
 * Bound: the time is any, the price has two significant bits.
 */
PROOF(charge_saturates)
{
	u32 shift, price = any_u32_of_2_bits(&shift);
	u64 runtime_ns = nondet_u64();
	__uint128_t exact = (__uint128_t)runtime_ns * (price >> shift) << shift;

	CLAIM(mx_cost(price, runtime_ns) == (exact > U64_MAX ? U64_MAX : (u64)exact),
	      "exact or U64_MAX");
	REACHABLE(exact > U64_MAX, "saturates");
}

/*
 * The lease that is asked for ends when it should, and a multiplier that says nothing is idle.
 *
 * class: short
 */
PROOF(lease_ends_in_time)
{
	u64 now_ns = any_u64(0, TIME_MAX);
	u32 value = nondet_u32(), lease_ms = nondet_u32();
	s32 slope = nondet_s32();
	struct mx_multiplier m;

	mx_multiplier_set(&m, value, slope, lease_ms, now_ns);
	CLAIM(!lease_ms == !m.lease_end_ns, "no lease, no end");
	CLAIM(!lease_ms || m.lease_end_ns >= now_ns + 1000000, "a millisecond or more");
	CLAIM((m.state == MX_MULTIPLIER_IDLE) == (value == MX_ONE && !slope && !lease_ms), "idle");
	CLAIM(m.state == MX_MULTIPLIER_IDLE || m.state == MX_MULTIPLIER_HELD, "or held");
}

/*
 * The prediction is in the range of a multiplier in every state, at every time, and nothing
 * overflows on the way.
 *
 * class: short
 */
PROOF(prediction_is_in_range)
{
	struct mx_multiplier m = any_multiplier();
	struct mx_ramp ramp = any_ramp();
	u64 now_ns = any_u64(0, TIME_MAX);
	u32 value = mx_multiplier_value(&m, &ramp, now_ns);

	CLAIM(value >= MX_MULTIPLIER_MIN, "not below the least");
	if (m.state == MX_MULTIPLIER_HELD && !m.slope)
		CLAIM(value == m.base, "held as it is without a slope");
	if (m.state == MX_MULTIPLIER_HELD && m.slope >= 0)
		CLAIM(value >= m.base, "a rising one does not fall");
	if (m.state == MX_MULTIPLIER_HELD && m.slope <= 0)
		CLAIM(value <= m.base, "a falling one does not rise");
	if (m.state == MX_MULTIPLIER_SAFE)
		CLAIM(value >= ramp.safe && value >= m.base, "safe is the dearer of both");
	if (m.state == MX_MULTIPLIER_RAMPING)
		CLAIM(value >= m.base, "losing the feed is never cheaper than having it");
	if (m.state == MX_MULTIPLIER_RAMPING && now_ns >= m.set_ns + ramp.ramp_ns)
		CLAIM(value == max(m.base, ramp.safe), "the ramp ends in time");
	REACHABLE(value == U32_MAX && m.base < U32_MAX, "rises to the end of the range");
	REACHABLE(value == MX_MULTIPLIER_MIN && m.base > MX_MULTIPLIER_MIN, "falls to the end");
}

/*
 * States follow each other as held, ramping, safe, and no step changes what a multiplier that does
 * not move is worth.
 *
 * class: short
 */
PROOF(states_go_one_way)
{
	struct mx_multiplier m = any_multiplier(), before = m;
	struct mx_ramp ramp = any_ramp();
	u64 now_ns = any_u64(0, TIME_MAX);
	bool stepped;

	ASSUME(!m.slope);
	stepped = mx_multiplier_step(&m, &ramp, now_ns);
	CLAIM(stepped == (m.state != before.state), "it says whether the state changed");
	CLAIM(!stepped || m.state == before.state + 1, "to the next state");
	CLAIM(!stepped || before.state != MX_MULTIPLIER_IDLE, "idle stays");
	CLAIM(m.base == before.base, "the base stays");
	if (before.state == MX_MULTIPLIER_HELD)
		CLAIM(stepped == (before.lease_end_ns && now_ns >= before.lease_end_ns),
		      "when the lease is over");
	REACHABLE(stepped && m.state == MX_MULTIPLIER_RAMPING, "a lease ends");
	REACHABLE(stepped && m.state == MX_MULTIPLIER_SAFE, "a ramp ends");
	REACHABLE(mx_multiplier_moving(&before, &ramp, now_ns), "it moves");
}

/*
 * A reserve is never 0, whatever the products come to, so that a bid of 0 never clears.
 *
 * class: short
 * cbmc: --no-standard-checks
 * nondet: scale_q16
 */
PROOF(reserve_is_never_zero)
{
	u32 reserve = mx_reserve(nondet_u32(), nondet_u32(), nondet_u32(), nondet_u32(),
				 nondet_u32());

	CLAIM(reserve >= 1, "at least a cent");
	REACHABLE(reserve == U32_MAX, "saturates");
}

/*
 * A price in Q16 stays one when it is multiplied, and the product is not cut off.
 *
 * Bound: the price is any, the multiplier has two significant bits.
 *
 * class: short
 */
PROOF(scaled_price_is_a_price)
{
	u64 most_q16 = (u64)U32_MAX << 16, scaled_q16;
	u32 shift;

	scaled_q16 = scale_q16(any_u64(0, most_q16), any_u32_of_2_bits(&shift));
	CLAIM(scaled_q16 <= most_q16, "a u32 in Q16");
	REACHABLE(scaled_q16 == most_q16, "saturates");
}

/*
 * Tables that get through have only values that are allowed, and they rise: a hotter GPU does not
 * make a CPU cheaper.
 *
 * class: short
 * cbmc: --unwind 17 --no-standard-checks
 * nondet: div_u64
 */
PROOF(coupling_tables_rise)
{
	u32 i = any_u32(0, MX_COUPLING_POINTS - 2), permille[MX_COUPLING_POINTS], k;
	struct mx_coupling c;

	for (k = 0; k < MX_COUPLING_POINTS; k++)
		permille[k] = nondet_u32();
	if (mx_coupling_set(&c, permille)) {
		CLAIM(permille[i] <= permille[i + 1], "it rises");
		CLAIM(permille[i] >= MX_COUPLING_MIN, "not below the least");
		CLAIM(permille[i + 1] <= MX_COUPLING_MAX, "not above the largest");
		CLAIM((u64)permille[i + 1] * MX_ONE / 1000 <= U32_MAX, "which is a multiplier");
	}
}

/*
 * What load adds: never less than without it, and no product overflows within the tunables.
 *
 * class: short
 */
PROOF(load_never_makes_cheaper)
{
	u32 gpu = nondet_u32(), demand;

	CLAIM(mx_gpu_load_q16(gpu, any_u32(0, 100000), any_u32(0, 65536)) >= gpu, "leases of GPUs");
	demand = mx_demand_q16(any_u32(0, 10000), nondet_u32());
	CLAIM(demand >= MX_ONE, "tasks that wait");
	REACHABLE(demand == U32_MAX, "saturates");
}
