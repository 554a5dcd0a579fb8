/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stage of test_gpu.c and test_gpu_lease.c: one GPU, a few claims, and the last step's outcome.
 */
#ifndef MAXWELL_TEST_GPU_SCENE_H
#define MAXWELL_TEST_GPU_SCENE_H

#include "gpuplane.h"
#include "harness.h"

#define MS 1000000ULL
#define T0 (1000 * MS)
#define RESERVE 10

static struct mx_gpuplane gpu;
static struct mx_claim claim[8];
static struct mx_gpu_step step;

static inline void start(void)
{
	mx_gpuplane_init(&gpu, T0);
	mx_gpuplane_tune(&gpu, RESERVE, 20, 5, 50);
	memset(claim, 0, sizeof(claim));
}

static inline void step_at(u64 now_ns)
{
	mx_gpuplane_step(&gpu, now_ns, &step);
}

static inline void ask(int i, u32 bid, u64 time_ms, u64 now_ns)
{
	mx_gpuplane_ask(&gpu, &claim[i], bid, 0, time_ms * MS, now_ns);
	step_at(now_ns);
}

static inline u64 end(int i, u64 now_ns)
{
	u64 cost_nanocents = mx_gpuplane_end(&gpu, &claim[i], now_ns);

	step_at(now_ns);
	return cost_nanocents;
}

static inline void check_holder(int i, u32 price, u64 until_ns)
{
	CHECK(gpu.holder == &claim[i], "held by %td", gpu.holder ? gpu.holder - claim : -1);
	CHECK_EQ(claim[i].state, MX_CLAIM_HELD);
	CHECK_EQ(gpu.price, price);
	CHECK_EQ(gpu.until_ns, until_ns);
}

#endif /* MAXWELL_TEST_GPU_SCENE_H */
