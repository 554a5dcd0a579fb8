/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Price arithmetic: what a multiplier is worth at a time, and what reserve follows from it.
 *
 * Pure: see pure.h. Multipliers are Q16.16; every product saturates at U32_MAX.
 */
#ifndef MAXWELL_PRICE_H
#define MAXWELL_PRICE_H

#include "pure.h"

#define MX_ONE 65536U
#define MX_MULTIPLIER_MIN 4096U

/*
 * Mirrors enum maxwell_price_state in the uapi header; a static_assert in netlink.c holds them
 * together.
 */
enum mx_multiplier_state {
	MX_MULTIPLIER_IDLE,
	MX_MULTIPLIER_HELD,
	MX_MULTIPLIER_RAMPING,
	MX_MULTIPLIER_SAFE,
};

/**
 * struct mx_multiplier - one price multiplier of one CPU
 * @base: as set, Q16.16; at a lease's end, what it was worth then
 * @slope: change in Q16.16 per second
 * @set_ns: when it was set; in the ramp, when that began
 * @lease_end_ns: when the lease runs out; 0 for none
 * @lease_ms: the lease that was asked for
 * @state: enum mx_multiplier_state
 */
struct mx_multiplier {
	u32 base;
	s32 slope;
	u64 set_ns;
	u64 lease_end_ns;
	u32 lease_ms;
	u8 state;
};

/**
 * struct mx_ramp - how multipliers behave between and after settings, from the tunables
 * @horizon_ns: how far a slope is extrapolated
 * @ramp_ns: duration of the ramp to the safe multiplier
 * @safe: the safe multiplier, Q16.16
 */
struct mx_ramp {
	u64 horizon_ns;
	u64 ramp_ns;
	u32 safe;
};

/* Gpu multipliers at which a coupling table says what the CPU price does: 1, 2, 4, ... 2^15. */
#define MX_COUPLING_POINTS 16
/* Permille; what is below would be MX_MULTIPLIER_MIN anyway. */
#define MX_COUPLING_MIN 63U
#define MX_COUPLING_MAX 65535000U

/**
 * struct mx_coupling - what the GPUs' heat does to the CPU price of a book
 * @point: multiplier of the price at the gpu multiplier 2^i, Q16.16
 */
struct mx_coupling {
	u32 point[MX_COUPLING_POINTS];
};

/**
 * mx_mul_q16() - product of a price or multiplier with a multiplier, saturating
 * @a: any u32
 * @multiplier: Q16.16
 */
static inline u32 mx_mul_q16(u32 a, u32 multiplier)
{
	u64 product = ((u64)a * multiplier) >> 16;

	return product > U32_MAX ? U32_MAX : (u32)product;
}

void mx_multiplier_init(struct mx_multiplier *m);
void mx_multiplier_set(struct mx_multiplier *m, u32 value, s32 slope, u32 lease_ms, u64 now_ns);
u32 mx_multiplier_value(const struct mx_multiplier *m, const struct mx_ramp *ramp, u64 now_ns);
bool mx_multiplier_step(struct mx_multiplier *m, const struct mx_ramp *ramp, u64 now_ns);
bool mx_multiplier_moving(const struct mx_multiplier *m, const struct mx_ramp *ramp, u64 now_ns);
u32 mx_safe_q16(u32 permille);
u32 mx_reserve(u32 base_price, u32 local, u32 external, u32 gpu, u32 demand);
bool mx_coupling_set(struct mx_coupling *c, const u32 *permille);
u32 mx_coupling_q16(const struct mx_coupling *c, u32 gpu);
u32 mx_gpu_load_q16(u32 gpu, u32 gain_permille, u32 busy_q16);
u32 mx_demand_q16(u32 gain_permille, u32 waiting_q8);
u64 mx_cost(u32 price, u64 runtime_ns);

#endif /* MAXWELL_PRICE_H */
