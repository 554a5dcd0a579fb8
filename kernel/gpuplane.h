/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The slow auction: leases of one GPU, in units of GPU milliseconds, over the same order book and
 * by the same rules as the auction of a CPU.
 *
 * Pure: see pure.h. The caller serialises access to a plane and its claims.
 */
#ifndef MAXWELL_GPUPLANE_H
#define MAXWELL_GPUPLANE_H

#include "policy.h"

/* Who asks has had a turn within 7/8 of the first; turns are no shorter than the second. */
#define MX_GPU_MAX_WAIT_MS 4000
#define MX_GPU_TURN_MIN_US 10000
/* The moving average of the time under lease forgets half in this time. */
#define MX_GPU_BUSY_HALF_MS 500

/* Mirrors enum maxwell_gpu_state of the uapi header; static_asserts in gpu.c hold them together. */
enum mx_claim_state {
	MX_CLAIM_NONE,
	MX_CLAIM_WAITING,
	MX_CLAIM_HELD,
	MX_CLAIM_EXPIRED,
};

/**
 * struct mx_claim - what somebody wants or has of a GPU
 * @node: its place in the order book; the bid in there counts, in cents per GPU-second
 * @left_ns: time asked for and not given yet
 * @state: enum mx_claim_state
 */
struct mx_claim {
	struct mx_node node;
	u64 left_ns;
	u8 state;
};

/**
 * struct mx_gpuplane - one GPU
 * @rq: the order book; claims stand in its general book
 * @terms: terms of the auction
 * @grace_ns: how long a lease may be overstayed
 * @holder: who has the lease; NULL if the GPU is free
 * @begun_ns: start of the lease, or of its last renewal
 * @since_ns: up to when the holder has been charged
 * @until_ns: end of the lease
 * @survival_ns: start of the next turn on the survival share
 * @market_ns: no turn before this if somebody can pay
 * @busy_ns: up to when @busy_q32 counts
 * @busy_q32: moving average of the share of time under lease, up to 2^32
 * @price: what the holder pays, cents per GPU-second
 * @reserve: reserve price, as @price
 * @turn: the lease is a turn on the survival share
 * @over: the lease is over and was not renewed: the holder has to leave
 * @auctions: auctions that had a winner
 * @leased_ns: time that was charged for
 * @overstayed: leases that were taken away
 * @charged_nanocents: all charges
 */
struct mx_gpuplane {
	struct mx_runqueue rq;
	struct mx_terms terms;
	u64 grace_ns;
	struct mx_claim *holder;
	u64 begun_ns;
	u64 since_ns;
	u64 until_ns;
	u64 survival_ns;
	u64 market_ns;
	u64 busy_ns;
	u64 busy_q32;
	u32 price;
	u32 reserve;
	bool turn;
	bool over;
	u64 auctions;
	u64 leased_ns;
	u64 overstayed;
	u64 charged_nanocents;
};

/**
 * struct mx_gpu_step - what happened in mx_gpuplane_step(); NULL where nothing did
 * @expired: its lease was taken away
 * @renewed: it goes on, on new terms
 * @granted: it has the GPU now
 * @cost_nanocents: what @expired or @renewed owes
 * @next_ns: when to step again if nothing else happens; U64_MAX for never
 */
struct mx_gpu_step {
	struct mx_claim *expired;
	struct mx_claim *renewed;
	struct mx_claim *granted;
	u64 cost_nanocents;
	u64 next_ns;
};

void mx_gpuplane_init(struct mx_gpuplane *g, u64 now_ns);
void mx_gpuplane_tune(struct mx_gpuplane *g, u32 reserve, u32 slice_ms, u32 grace_ms,
		      u32 survival_permille);
void mx_gpuplane_ask(struct mx_gpuplane *g, struct mx_claim *c, u32 bid, u16 tag, u64 time_ns,
		     u64 now_ns);
void mx_gpuplane_rebid(struct mx_gpuplane *g, struct mx_claim *c, u32 bid, u16 tag);
u64 mx_gpuplane_settle(struct mx_gpuplane *g, u64 now_ns);
u64 mx_gpuplane_end(struct mx_gpuplane *g, struct mx_claim *c, u64 now_ns);
void mx_gpuplane_step(struct mx_gpuplane *g, u64 now_ns, struct mx_gpu_step *step);
u32 mx_gpuplane_busy_q16(struct mx_gpuplane *g, u64 now_ns);

#endif /* MAXWELL_GPUPLANE_H */
