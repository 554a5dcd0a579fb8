// SPDX-License-Identifier: GPL-2.0
/*
 * The auction of a GPU over random runs, against a model that knows nothing of buckets, lists and
 * bitmaps: who may win, what it pays, that the money adds up, that nobody waits for ever.
 */
#include "gpuplane.h"
#include "harness.h"

#define MS 1000000ULL
#define T0 (1000 * MS)
#define CLAIMS 64
#define SLOT_NS (1ULL << MX_SLOT_SHIFT)

/* What the model knows of a claim; @place is its rank in the FIFO of its bucket. */
struct peer {
	struct mx_claim c;
	u64 place;
	u64 wait_max_ns;
	u64 asks_ns;
};

/* The model's own account of the lease that runs. */
struct world {
	struct mx_gpuplane gpu;
	struct peer peer[CLAIMS];
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

static struct world w;

static void start(u32 nr, u32 reserve, u32 slice_ms, u32 grace_ms, u32 survival_permille)
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
		u8 bucket = mx_bucket(p->c.node.bid);

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

static void run_step(void)
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

static void ask(struct peer *p, u32 bid, u64 time_ns)
{
	bool waits = p->c.state == MX_CLAIM_WAITING;

	if (!waits || mx_bucket(bid) != p->c.node.bucket)
		p->place = ++w.places;
	mx_gpuplane_ask(&w.gpu, &p->c, bid, 0, time_ns, w.now_ns);
	run_step();
}

static void end(struct peer *p)
{
	bool held = p->c.state == MX_CLAIM_HELD;
	u64 cost_nanocents = mx_gpuplane_end(&w.gpu, &p->c, w.now_ns);

	CHECK(held || !cost_nanocents, "%llu nanocents for nothing",
	      (unsigned long long)cost_nanocents);
	if (held) {
		settle(cost_nanocents);
		w.holder = NULL;
	}
	run_step();
}

static u32 random_bid(void)
{
	return min(test_random_u32_log(), 100000000U);
}

static void random_op(void)
{
	struct peer *p = &w.peer[test_random_below(w.nr)];

	switch (test_random_below(8)) {
	case 0 ... 2:
		ask(p, random_bid(), test_random_range(1, 200) * MS);
		break;
	case 3:
		end(p);
		break;
	case 4:
		w.now_ns += test_random_below(20 * MS);
		run_step();
		break;
	case 5:
		if (w.holder)
			end(w.holder);
		break;
	default:
		if (w.next_ns != U64_MAX)
			w.now_ns = w.next_ns + (test_random_below(4) ? 0 : test_random_below(MS));
		run_step();
	}
}

static void any_run_is_by_the_rules(void)
{
	int run, i;

	for (run = 0; run < 200; run++) {
		start((u32)test_random_range(1, CLAIMS), (u32)test_random_range(1, 1000),
		      (u32)test_random_range(10, 100), (u32)test_random_below(50),
		      (u32)test_random_range(1, 500));
		for (i = 0; i < 5000; i++)
			random_op();
		for (i = 0; i < w.nr; i++)
			end(&w.peer[i]);
		CHECK(!w.gpu.holder && !w.gpu.rq.nr_queued, "somebody is left");
		CHECK_EQ(w.gpu.leased_ns, w.leases_ns);
		CHECK_EQ(w.gpu.auctions, w.grants);
	}
}

/*
 * Peers that ask again, after a pause, whenever they have had the GPU; peer 0 is rich and never
 * leaves by itself. Some overstay.
 */
static void busy_life(u64 duration_ns, u64 pause_ns, bool rude)
{
	u64 end_ns = w.now_ns + duration_ns;
	u32 i;

	ask(&w.peer[0], 10000000, 10000 * MS);
	while (w.now_ns < end_ns) {
		struct peer *holder = w.holder;
		bool stays;

		for (i = 1; i < w.nr; i++) {
			struct peer *p = &w.peer[i];

			if (p->c.state == MX_CLAIM_WAITING || p->c.state == MX_CLAIM_HELD ||
			    w.now_ns < p->asks_ns)
				continue;
			ask(p, 1 + random_bid() % 100000, test_random_range(1, 100) * MS);
		}
		w.now_ns = w.next_ns;
		holder = w.holder;
		stays = rude && test_random_below(2);
		run_step();
		if (w.gpu.over && !stays && w.holder && w.holder == holder)
			end(holder);
		if (holder && holder != w.holder)
			holder->asks_ns = w.now_ns + test_random_below(pause_ns + 1);
		if (w.peer[0].c.state == MX_CLAIM_HELD && w.peer[0].c.left_ns < 1000 * MS)
			ask(&w.peer[0], 10000000, 10000 * MS);
		else if (w.peer[0].c.state != MX_CLAIM_HELD &&
			 w.peer[0].c.state != MX_CLAIM_WAITING)
			ask(&w.peer[0], 10000000, 10000 * MS);
	}
}

static void nobody_waits_for_ever(void)
{
	u32 i;

	start(CLAIMS, 10, 20, 5, 50);
	busy_life(120000 * MS, 50 * MS, true);
	for (i = 0; i < CLAIMS; i++) {
		struct peer *p = &w.peer[i];
		u64 now_wait_ns = p->c.state == MX_CLAIM_WAITING ?
					  w.now_ns - p->c.node.since_ns : 0;

		CHECK(max(p->wait_max_ns, now_wait_ns) <= MX_GPU_MAX_WAIT_MS * MS,
		      "%u waited %llu ms", i, (unsigned long long)(p->wait_max_ns / MS));
	}
}

static void survival_share_is_kept(void)
{
	u64 begin_ns = T0;

	/* Two poor ones: their turns fit into the share, and the bound asks for no more. */
	start(3, 1000000, 20, 5, 50);
	busy_life(60000 * MS, 0, false);
	CHECK(w.turns_ns * 1000 <= (w.now_ns - begin_ns) * 55 &&
	      w.turns_ns * 1000 >= (w.now_ns - begin_ns) * 40, "%llu of %llu ms",
	      (unsigned long long)(w.turns_ns / MS),
	      (unsigned long long)((w.now_ns - begin_ns) / MS));
}

static void buckets_cost_little_efficiency(void)
{
	u64 i;

	start(CLAIMS, 10, 20, 5, 1);
	for (i = 0; i < 20000; i++) {
		struct peer *p = &w.peer[test_random_below(w.nr)];

		if (p->c.state != MX_CLAIM_WAITING && p->c.state != MX_CLAIM_HELD)
			ask(p, 1 + (u32)test_random_below(10000), 20 * MS);
		if (w.holder && test_random_below(2)) {
			w.now_ns = w.gpu.until_ns;
			end(w.holder);
		}
	}
	CHECK(w.bids * 100 >= w.best_bids * 95, "%llu of %llu", (unsigned long long)w.bids,
	      (unsigned long long)w.best_bids);
}

static const struct test_case cases[] = {
	{ "any_run_is_by_the_rules", any_run_is_by_the_rules },
	{ "nobody_waits_for_ever", nobody_waits_for_ever },
	{ "survival_share_is_kept", survival_share_is_kept },
	{ "buckets_cost_little_efficiency", buckets_cost_little_efficiency },
	{}
};

const struct test_suite gpu_random_suite = { "gpu_random", cases };
