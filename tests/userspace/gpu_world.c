// SPDX-License-Identifier: GPL-2.0
/*
 * The model beside the auction of a GPU.
 */
#include "gpu_world.h"

#define SLOT_NS (1ULL << MX_SLOT_SHIFT)

struct world w;

/**
 * world_start() - a new GPU that nobody wants
 * @nr: claims
 * @reserve: as the next ones, see mx_gpuplane_tune()
 * @slice_ms: tunable
 * @grace_ms: tunable
 * @survival_permille: tunable
 */
void world_start(u32 nr, u32 reserve, u32 slice_ms, u32 grace_ms, u32 survival_permille)
{
	memset(&w, 0, sizeof(w));
	w.nr = nr;
	w.now_ns = T0;
	w.next_ns = U64_MAX;
	mx_gpuplane_init(&w.gpu, T0);
	mx_gpuplane_tune(&w.gpu, reserve, slice_ms, grace_ms, survival_permille);
}

static bool clears(u32 bid)
{
	return mx_bucket(bid) >= mx_bucket(w.gpu.reserve);
}

/* The best bid that waits and clears, by the rules: dearest bucket, then first come. */
static struct peer *best(void)
{
	struct peer *found = NULL;
	u32 i;

	for (i = 0; i < w.nr; i++) {
		struct peer *p = &w.peer[i];
		u16 bucket = mx_bucket(p->c.node.bid);

		if (p->c.state != MX_CLAIM_WAITING || !clears(p->c.node.bid))
			continue;
		if (!found || bucket > found->c.node.bucket ||
		    (bucket == found->c.node.bucket && p->place < found->place))
			found = p;
	}
	return found;
}

static u64 oldest_ns(void)
{
	u64 since_ns = U64_MAX;
	u32 i;

	for (i = 0; i < w.nr; i++) {
		if (w.peer[i].c.state == MX_CLAIM_WAITING)
			since_ns = min(since_ns, w.peer[i].c.node.since_ns);
	}
	return since_ns;
}

static void begin(struct peer *p)
{
	const struct peer *second = best();
	u32 bid = p->c.node.bid;

	w.holder = p;
	w.since_ns = w.now_ns;
	w.price = min(bid, max(w.gpu.reserve, second ? second->c.node.bid : 0));
	CHECK_EQ(w.gpu.price, w.price);
	CHECK(w.gpu.until_ns > w.now_ns && w.gpu.until_ns - w.now_ns <= w.gpu.terms.slice_ns,
	      "lease of %llu ns", (unsigned long long)(w.gpu.until_ns - w.now_ns));
	w.grants++;
}

/* The lease has been settled up to now, @told being what the plane asks for it. */
static void settle(u64 told_nanocents)
{
	w.charged_nanocents += (w.now_ns - w.since_ns) * w.price;
	w.told_nanocents += told_nanocents;
	w.leases_ns += w.now_ns - w.since_ns;
	w.since_ns = w.now_ns;
	CHECK_EQ(w.told_nanocents, w.charged_nanocents);
	CHECK_EQ(w.gpu.charged_nanocents, w.charged_nanocents);
}

/* @p has been given the GPU; @top was the best that waited, @oldest_ns the oldest wait. */
static void check_grant(struct peer *p, const struct peer *top, u64 since_ns)
{
	u64 wait_ns = w.now_ns - p->c.node.since_ns;

	CHECK(!w.holder, "two holders");
	if (p == top) {
		w.bids += p->c.node.bid;
	} else {
		/* On the survival share; the calendar is exact to a slot. */
		CHECK(p->c.node.since_ns < since_ns + SLOT_NS, "neither dearest nor oldest");
		w.turns_ns += w.gpu.until_ns - w.now_ns;
	}
	p->wait_max_ns = max(p->wait_max_ns, wait_ns);
}

static u64 dearest(void)
{
	u64 bid = 0;
	u32 i;

	for (i = 0; i < w.nr; i++) {
		if (w.peer[i].c.state == MX_CLAIM_WAITING)
			bid = max(bid, (u64)w.peer[i].c.node.bid);
	}
	return bid;
}

/**
 * world_step() - let happen what is due, and judge it
 */
void world_step(void)
{
	struct peer *top = best(), *granted;
	u64 since_ns = oldest_ns(), top_bid = dearest();
	struct mx_gpu_step step;

	mx_gpuplane_step(&w.gpu, w.now_ns, &step);
	if (step.expired) {
		CHECK((struct peer *)step.expired == w.holder, "expired without a lease");
		settle(step.cost_nanocents);
		w.holder = NULL;
	}
	if (step.renewed) {
		CHECK((struct peer *)step.renewed == w.holder, "renewed without a lease");
		CHECK(!top || step.renewed->node.bucket > top->c.node.bucket, "outbid but renewed");
		settle(step.cost_nanocents);
		begin(w.holder);
	}
	granted = (struct peer *)step.granted;
	if (granted) {
		check_grant(granted, top, since_ns);
		if (granted == top)
			w.best_bids += top_bid;
		begin(granted);
	}
	CHECK((struct peer *)w.gpu.holder == w.holder, "the holder is another");
	CHECK(w.holder || !best(), "idle, but somebody waits who could pay");
	CHECK(step.next_ns > w.now_ns, "the next step is in the past");
	CHECK(!(w.gpu.holder || w.gpu.rq.nr_queued) == (step.next_ns == U64_MAX), "forgotten");
	w.next_ns = step.next_ns;
}

/**
 * world_ask() - ask for a lease, or for more
 * @p: who
 * @bid: what it bids
 * @time_ns: for how long
 */
void world_ask(struct peer *p, u32 bid, u64 time_ns)
{
	bool waits = p->c.state == MX_CLAIM_WAITING;

	if (!waits || mx_bucket(bid) != p->c.node.bucket)
		p->place = ++w.places;
	mx_gpuplane_ask(&w.gpu, &p->c, bid, 0, time_ns, w.now_ns);
	world_step();
}

/**
 * world_end() - withdraw or release
 * @p: who, in any state
 */
void world_end(struct peer *p)
{
	bool held = p->c.state == MX_CLAIM_HELD;
	u64 cost_nanocents = mx_gpuplane_end(&w.gpu, &p->c, w.now_ns);

	CHECK(held || !cost_nanocents, "%llu nanocents for nothing",
	      (unsigned long long)cost_nanocents);
	if (held) {
		settle(cost_nanocents);
		w.holder = NULL;
	}
	world_step();
}

/**
 * world_rebid() - the wallet behind a bid has changed
 * @p: who, waiting or holding
 * @bid: what the bid counts for now
 */
void world_rebid(struct peer *p, u32 bid)
{
	if (mx_bucket(bid) != p->c.node.bucket)
		p->place = ++w.places;
	mx_gpuplane_rebid(&w.gpu, &p->c, bid, 0);
	world_step();
}

/**
 * world_new_payer() - somebody else pays for the lease that runs
 */
void world_new_payer(void)
{
	if (w.holder)
		settle(mx_gpuplane_settle(&w.gpu, w.now_ns));
}
