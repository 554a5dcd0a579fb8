// SPDX-License-Identifier: GPL-2.0
/*
 * Price arithmetic. A multiplier is held and extrapolated while its lease runs; then it ramps
 * linearly to the safe value, or stays where it is if that is dearer: losing the feed is never
 * cheaper than having it.
 */
#include "price.h"

/**
 * mx_multiplier_init() - a multiplier that was never set, worth 1.0
 * @m: written
 */
void mx_multiplier_init(struct mx_multiplier *m)
{
	memset(m, 0, sizeof(*m));
	m->base = MX_ONE;
	m->state = MX_MULTIPLIER_IDLE;
}

/**
 * mx_multiplier_set() - set a multiplier
 * @m: multiplier
 * @value: Q16.16, at least MX_MULTIPLIER_MIN
 * @slope: Q16.16 per second
 * @lease_ms: how long the setting holds; 0 for no limit
 * @now_ns: the time
 *
 * Exactly 1.0 with neither slope nor lease is the same as never set.
 */
void mx_multiplier_set(struct mx_multiplier *m, u32 value, s32 slope, u32 lease_ms, u64 now_ns)
{
	m->base = value;
	m->slope = slope;
	m->set_ns = now_ns;
	m->lease_ms = lease_ms;
	m->lease_end_ns = lease_ms ? now_ns + (u64)lease_ms * NSEC_PER_MSEC : 0;
	m->state = value == MX_ONE && !slope && !lease_ms ? MX_MULTIPLIER_IDLE :
							    MX_MULTIPLIER_HELD;
}

/* @base moved by @slope over @elapsed_ns, kept within the range of a multiplier. */
static u32 extrapolate(u32 base, s32 slope, u64 elapsed_ns)
{
	/* Microseconds keep the product within 63 bits: 2^31 x 60 s is 2^57. */
	s64 delta = div_s64((s64)slope * (s64)div_u64(elapsed_ns, NSEC_PER_USEC), 1000000);

	return (u32)clamp((s64)base + delta, (s64)MX_MULTIPLIER_MIN, (s64)U32_MAX);
}

/**
 * mx_multiplier_value() - what a multiplier is worth
 * @m: multiplier
 * @ramp: behaviour from the tunables; @horizon_ns at most 60 s
 * @now_ns: the time
 *
 * Return: Q16.16, never below MX_MULTIPLIER_MIN.
 */
u32 mx_multiplier_value(const struct mx_multiplier *m, const struct mx_ramp *ramp, u64 now_ns)
{
	u64 elapsed_ns = now_ns > m->set_ns ? now_ns - m->set_ns : 0;
	u64 done_q28;

	switch (m->state) {
	case MX_MULTIPLIER_HELD:
		if (!m->slope)
			return m->base;
		return extrapolate(m->base, m->slope, min(elapsed_ns, ramp->horizon_ns));
	case MX_MULTIPLIER_RAMPING:
		if (m->base >= ramp->safe)
			return m->base;
		if (elapsed_ns >= ramp->ramp_ns)
			return ramp->safe;
		done_q28 = div_u64(div_u64(elapsed_ns, NSEC_PER_USEC) << 28,
				   (u32)div_u64(ramp->ramp_ns, NSEC_PER_USEC));
		return m->base + (u32)mul_u64_u32_shr(done_q28, ramp->safe - m->base, 28);
	case MX_MULTIPLIER_SAFE:
		return max(m->base, ramp->safe);
	default:
		return m->base;
	}
}

/**
 * mx_multiplier_step() - let a lease run out, or a ramp end
 * @m: multiplier
 * @ramp: behaviour from the tunables
 * @now_ns: the time
 *
 * Return: true if the state changed.
 */
bool mx_multiplier_step(struct mx_multiplier *m, const struct mx_ramp *ramp, u64 now_ns)
{
	if (m->state == MX_MULTIPLIER_HELD && m->lease_end_ns && now_ns >= m->lease_end_ns) {
		m->base = mx_multiplier_value(m, ramp, m->lease_end_ns);
		m->slope = 0;
		m->set_ns = m->lease_end_ns;
		m->state = MX_MULTIPLIER_RAMPING;
		return true;
	}
	if (m->state == MX_MULTIPLIER_RAMPING &&
	    (m->base >= ramp->safe || now_ns >= m->set_ns + ramp->ramp_ns)) {
		m->state = MX_MULTIPLIER_SAFE;
		return true;
	}
	return false;
}

/**
 * mx_multiplier_moving() - whether the value changes by itself just now
 * @m: multiplier
 * @ramp: behaviour from the tunables
 * @now_ns: the time
 *
 * A lease that merely runs does not count: it has an end known in advance.
 */
bool mx_multiplier_moving(const struct mx_multiplier *m, const struct mx_ramp *ramp, u64 now_ns)
{
	if (m->state == MX_MULTIPLIER_RAMPING)
		return true;
	return m->state == MX_MULTIPLIER_HELD && m->slope &&
	       now_ns <= m->set_ns + ramp->horizon_ns;
}

/**
 * mx_safe_q16() - the tunable safe_multiplier_permille as a multiplier
 * @permille: 1000 to 1000000
 */
u32 mx_safe_q16(u32 permille)
{
	return (u32)div_u64((u64)permille * MX_ONE, 1000);
}

/* Both @price_q16 and the result are at most U32_MAX in Q16. */
static u64 scale_q16(u64 price_q16, u32 multiplier)
{
	return min(mul_u64_u32_shr(price_q16, multiplier, 16), (u64)U32_MAX << 16);
}

/**
 * mx_reserve() - reserve price of a book
 * @base_price: cents per CPU-second
 * @local: Q16.16, as the next ones
 * @external: the neighbourhood's heat
 * @gpu: what the GPUs' heat does to this book, see mx_coupling_q16()
 * @demand: see mx_demand_q16()
 *
 * Fractions of a cent are kept until the end, or a small multiplier would swallow a large one.
 *
 * Return: cents per CPU-second, at least 1, so that a bid of 0 never clears.
 */
u32 mx_reserve(u32 base_price, u32 local, u32 external, u32 gpu, u32 demand)
{
	u64 price_q16 = (u64)base_price << 16;

	price_q16 = scale_q16(price_q16, demand);
	price_q16 = scale_q16(price_q16, local);
	price_q16 = scale_q16(price_q16, external);
	price_q16 = scale_q16(price_q16, gpu);
	return max((u32)(price_q16 >> 16), 1U);
}

/**
 * mx_coupling_set() - make a coupling table
 * @c: written if the values are good
 * @permille: MX_COUPLING_POINTS values from MX_COUPLING_MIN to MX_COUPLING_MAX, none below the one
 *	before: a hotter GPU never makes a CPU cheaper
 *
 * Return: false if they are not like that.
 */
bool mx_coupling_set(struct mx_coupling *c, const u32 *permille)
{
	u32 least = MX_COUPLING_MIN;
	int i;

	for (i = 0; i < MX_COUPLING_POINTS; i++) {
		if (permille[i] < least || permille[i] > MX_COUPLING_MAX)
			return false;
		least = permille[i];
	}
	for (i = 0; i < MX_COUPLING_POINTS; i++)
		c->point[i] = (u32)div_u64((u64)permille[i] * MX_ONE, 1000);
	return true;
}

/**
 * mx_coupling_q16() - what a gpu multiplier makes of a CPU price
 * @c: table of the book
 * @gpu: Q16.16
 *
 * Linear between two points, and outside of them as between the two that are nearest. So a table
 * 1000, 2000, 4000, ... returns @gpu itself, and one of 1000 throughout returns 1.0, to the bit.
 *
 * Return: Q16.16, not below MX_MULTIPLIER_MIN.
 */
u32 mx_coupling_q16(const struct mx_coupling *c, u32 gpu)
{
	int i = clamp(fls(gpu) - 17, 0, MX_COUPLING_POINTS - 2);
	u64 at = (u64)MX_ONE << i, value = c->point[i];
	u32 rise = c->point[i + 1] - c->point[i];

	if (gpu >= at)
		value += mul_u64_u32_shr(gpu - at, rise, 16 + i);
	else
		value -= min(value, mul_u64_u32_shr(at - gpu, rise, 16 + i));
	return (u32)clamp(value, (u64)MX_MULTIPLIER_MIN, (u64)U32_MAX);
}

/**
 * mx_gpu_load_q16() - the gpu multiplier with the leases of the GPUs counted in
 * @gpu: multiplier as it was set, Q16.16
 * @gain_permille: tunable gpu_busy_gain_permille, at most 100000
 * @busy_q16: share of time that the GPUs are under lease, Q16, at most 65536
 *
 * Return: Q16.16, @gpu or more, saturating.
 */
u32 mx_gpu_load_q16(u32 gpu, u32 gain_permille, u32 busy_q16)
{
	u64 extra = div_u64((u64)gain_permille * busy_q16, 1000);

	return (u32)min((u64)gpu + extra, (u64)U32_MAX);
}

/**
 * mx_demand_q16() - multiplier that queued load makes
 * @gain_permille: tunable demand_gain_permille, at most 10000
 * @waiting_q8: moving average of the waiting tasks, Q24.8
 *
 * Return: Q16.16, 1.0 or more.
 */
u32 mx_demand_q16(u32 gain_permille, u32 waiting_q8)
{
	u64 extra = div_u64((u64)gain_permille * waiting_q8 * (MX_ONE >> 8), 1000);

	return (u32)min((u64)MX_ONE + extra, (u64)U32_MAX);
}

/**
 * mx_cost() - cost of CPU time, exact
 * @price: cents per CPU-second
 * @runtime_ns: CPU time
 *
 * A cent per second is a nanocent per nanosecond, so nothing is rounded.
 *
 * Return: nanocents, saturating.
 */
u64 mx_cost(u32 price, u64 runtime_ns)
{
	u64 charge;

	return __builtin_mul_overflow((u64)price, runtime_ns, &charge) ? U64_MAX : charge;
}
