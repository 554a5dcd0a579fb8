/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The auction of a GPU beside a model that knows nothing of buckets, lists and bitmaps. Whatever is
 * done to it is checked: who may win, what it pays, that the money adds up.
 */
#ifndef MAXWELL_TEST_GPU_WORLD_H
#define MAXWELL_TEST_GPU_WORLD_H

#include "gpuplane.h"
#include "harness.h"

#define MS 1000000ULL
#define T0 (1000 * MS)
#define CLAIMS 64
#define CROWD 400

/**
 * struct peer - what the model knows of a claim
 * @c: the claim
 * @place: its rank in the FIFO of its bucket
 * @wait_max_ns: its longest wait so far
 * @asks_ns: for the test: when it asks again
 */
struct peer {
	struct mx_claim c;
	u64 place;
	u64 wait_max_ns;
	u64 asks_ns;
};

/**
 * struct world - a GPU, and the model's own account of it
 * @gpu: the subject
 * @peer: all claims
 * @nr: how many of them there are
 * @holder: who has the lease; as the next two, by the model
 * @since_ns: up to when it has paid
 * @price: what it pays
 * @places: as many have been given
 * @now_ns: the time
 * @next_ns: when the subject wants to be stepped
 * @charged_nanocents: what the leases have cost, by the model
 * @told_nanocents: and by the subject
 * @bids: bids of the winners, but for turns on the survival share
 * @best_bids: the best that waited at the same moments
 * @turns_ns: time given in turns
 * @leases_ns: time under lease
 * @grants: leases, renewals included
 */
struct world {
	struct mx_gpuplane gpu;
	struct peer peer[CROWD];
	struct peer *holder;
	u64 places;
	u64 now_ns;
	u64 since_ns;
	u32 price;
	u32 nr;
	u64 next_ns;
	u64 charged_nanocents;
	u64 told_nanocents;
	u64 bids, best_bids;
	u64 turns_ns, leases_ns;
	u64 grants;
};

extern struct world w;

void world_start(u32 nr, u32 reserve, u32 slice_ms, u32 grace_ms, u32 survival_permille);
void world_step(void);
void world_ask(struct peer *p, u32 bid, u64 time_ns);
void world_end(struct peer *p);
void world_rebid(struct peer *p, u32 bid);
void world_new_payer(void);

/* Waiting or holding. */
static inline bool world_pending(const struct peer *p)
{
	return p->c.state == MX_CLAIM_WAITING || p->c.state == MX_CLAIM_HELD;
}

#endif /* MAXWELL_TEST_GPU_WORLD_H */
