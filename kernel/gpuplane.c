// SPDX-License-Identifier: GPL-2.0
/*
 * The auction of one GPU. What differs from a CPU: a lease is not cut short by a better bid, as
 * work on a GPU cannot be taken off it; and its end has to be honoured by the holder, so there is a
 * time of grace before it is taken away.
 *
 * At the end of a lease whose holder asked for more time than one lease gives, an auction is held
 * with the holder as the rival of those who wait: it goes on, at a new price, only if it outbids
 * them all and nobody is owed a turn. Else the GPU is auctioned when the holder has left.
 *
 * A turn on the survival share is much longer than on a CPU, so a few hundred who wait, bidding
 * nothing, could take all of the time. So the market has as much time after each turn as that took,
 * if anybody can pay: many turns take half of the time at most, and waits get longer instead.
 */
#include "gpuplane.h"
#include "price.h"
#include "wallet.h"

/**
 * mx_gpuplane_init() - a free GPU; mx_gpuplane_tune() has to follow
 * @g: written
 * @now_ns: the time
 */
void mx_gpuplane_init(struct mx_gpuplane *g, u64 now_ns)
{
	memset(g, 0, sizeof(*g));
	mx_rq_init(&g->rq);
	g->busy_ns = now_ns;
}

/**
 * mx_gpuplane_tune() - put tunables into force
 * @g: plane
 * @reserve: tunable gpu_base_price_cents
 * @slice_ms: tunable gpu_slice_ms; far below the clamp of mx_terms_set()
 * @grace_ms: tunable gpu_grace_ms
 * @survival_permille: tunable survival_share_permille
 *
 * A lease that runs keeps its end and its price.
 */
void mx_gpuplane_tune(struct mx_gpuplane *g, u32 reserve, u32 slice_ms, u32 grace_ms,
		      u32 survival_permille)
{
	mx_terms_set(&g->terms, slice_ms * 1000, MX_GPU_TURN_MIN_US, MX_GPU_MAX_WAIT_MS,
		     survival_permille);
	g->grace_ns = (u64)grace_ms * NSEC_PER_MSEC;
	g->reserve = reserve;
	g->rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(reserve);
}

/* Bring the moving average up to date; to be called before the holder changes. */
static void update_busy(struct mx_gpuplane *g, u64 now_ns)
{
	u64 target_q32 = g->holder ? 1ULL << 32 : 0;
	u32 left_q32;

	if (now_ns <= g->busy_ns)
		return;
	left_q32 = mx_half_q32(now_ns - g->busy_ns, MX_GPU_BUSY_HALF_MS);
	g->busy_ns = now_ns;
	if (g->busy_q32 > target_q32)
		g->busy_q32 = mul_u64_u32_shr(g->busy_q32, left_q32, 32);
	else
		g->busy_q32 = target_q32 - mul_u64_u32_shr(target_q32 - g->busy_q32, left_q32, 32);
}

/**
 * mx_gpuplane_busy_q16() - share of time under lease
 * @g: plane
 * @now_ns: the time
 *
 * Return: moving average, Q16, at most 65536.
 */
u32 mx_gpuplane_busy_q16(struct mx_gpuplane *g, u64 now_ns)
{
	update_busy(g, now_ns);
	return (u32)(g->busy_q32 >> 16);
}

static void set_bid(struct mx_claim *c, u32 bid, u16 tag)
{
	c->node.bid = bid;
	c->node.tag = tag;
	c->node.bucket = mx_bucket(bid);
	c->node.book = MX_BOOK_GENERAL;
}

/**
 * mx_gpuplane_rebid() - change what a claim bids
 * @g: plane
 * @c: waiting or held; the price of a lease that runs stays
 * @bid: cents per GPU-second
 * @tag: see struct mx_node
 *
 * A wait goes on: it keeps its place in time, and goes to the tail of another bucket only.
 */
void mx_gpuplane_rebid(struct mx_gpuplane *g, struct mx_claim *c, u32 bid, u16 tag)
{
	bool moves = c->node.queued && (c->node.bucket != mx_bucket(bid) || c->node.tag != tag);

	if (moves)
		mx_rq_dequeue(&g->rq, &c->node);
	set_bid(c, bid, tag);
	if (moves)
		mx_rq_enqueue(&g->rq, &c->node);
}

/* How long it takes until the survival share makes a slice. */
static u64 first_turn_ns(const struct mx_terms *terms)
{
	return min(div_u64(terms->slice_ns * 1000, terms->survival_permille), terms->window_ns);
}

/**
 * mx_gpuplane_ask() - ask for time, or change what was asked for
 * @g: plane
 * @c: claim; if it has the lease, for time after the end of that
 * @bid: cents per GPU-second
 * @tag: see struct mx_node
 * @time_ns: for how long
 * @now_ns: the time
 *
 * mx_gpuplane_step() has to follow.
 */
void mx_gpuplane_ask(struct mx_gpuplane *g, struct mx_claim *c, u32 bid, u16 tag, u64 time_ns,
		     u64 now_ns)
{
	c->left_ns = time_ns;
	if (c->state == MX_CLAIM_WAITING || c->state == MX_CLAIM_HELD) {
		mx_gpuplane_rebid(g, c, bid, tag);
		return;
	}
	/* Nobody has waited, so nobody is owed a turn before the share of one has come together. */
	if (!g->rq.nr_queued)
		g->survival_ns = max(g->survival_ns, now_ns + first_turn_ns(&g->terms));
	set_bid(c, bid, tag);
	c->node.since_ns = now_ns;
	c->state = MX_CLAIM_WAITING;
	mx_rq_enqueue(&g->rq, &c->node);
}

/**
 * mx_gpuplane_settle() - charge the holder up to now
 * @g: plane that is held
 * @now_ns: the time
 *
 * Return: nanocents that the holder owes.
 */
u64 mx_gpuplane_settle(struct mx_gpuplane *g, u64 now_ns)
{
	u64 held_ns = now_ns > g->since_ns ? now_ns - g->since_ns : 0;
	u64 cost_nanocents = mx_cost(g->price, held_ns);

	g->since_ns += held_ns;
	g->leased_ns += held_ns;
	g->charged_nanocents += cost_nanocents;
	return cost_nanocents;
}

/* If the lease was a turn on the survival share, the market has as much time next. */
static void end_turn(struct mx_gpuplane *g, u64 now_ns)
{
	if (g->turn && now_ns > g->begun_ns)
		g->market_ns = now_ns + (now_ns - g->begun_ns);
	g->turn = false;
}

/* The lease ends. */
static u64 vacate(struct mx_gpuplane *g, u64 now_ns)
{
	u64 cost_nanocents = mx_gpuplane_settle(g, now_ns);

	update_busy(g, now_ns);
	end_turn(g, now_ns);
	g->holder = NULL;
	return cost_nanocents;
}

/**
 * mx_gpuplane_end() - withdraw a request or end a lease
 * @g: plane
 * @c: claim in any state; in MX_CLAIM_NONE afterwards
 * @now_ns: the time
 *
 * mx_gpuplane_step() has to follow.
 *
 * Return: nanocents that it owes.
 */
u64 mx_gpuplane_end(struct mx_gpuplane *g, struct mx_claim *c, u64 now_ns)
{
	u64 cost_nanocents = 0;

	if (c->state == MX_CLAIM_WAITING)
		mx_rq_dequeue(&g->rq, &c->node);
	else if (c->state == MX_CLAIM_HELD)
		cost_nanocents = vacate(g, now_ns);
	c->state = MX_CLAIM_NONE;
	return cost_nanocents;
}

/* @c, not queued, has won. */
static void begin_lease(struct mx_gpuplane *g, struct mx_claim *c, const struct mx_pick *pick,
			u64 now_ns)
{
	u64 slice_ns = min(pick->slice_ns, c->left_ns);

	c->left_ns -= slice_ns;
	g->turn = pick->verdict == MX_SURVIVAL;
	g->begun_ns = now_ns;
	g->since_ns = now_ns;
	g->until_ns = now_ns + slice_ns;
	g->price = mx_price(&g->rq, c->node.bid, g->reserve, c->node.tag);
	g->over = false;
	g->auctions++;
}

/* The auction while the market has its time: without turns. Returns false if nobody can pay. */
static bool pick_market(struct mx_gpuplane *g, const struct mx_rival *rival, u64 now_ns,
			struct mx_pick *pick)
{
	u64 never_ns = U64_MAX;

	/* As if all who wait were known to be owed nothing for long. */
	g->rq.paced_nr = g->rq.nr_queued;
	mx_pick(&g->rq, rival, &g->terms, &never_ns, now_ns, pick);
	g->rq.paced_nr = 0;
	pick->slice_ns = clamp(g->market_ns - now_ns, g->terms.slice_min_ns, pick->slice_ns);
	return pick->verdict != MX_IDLE;
}

static void pick_next(struct mx_gpuplane *g, const struct mx_rival *rival, u64 now_ns,
		      struct mx_pick *pick)
{
	if (now_ns < g->market_ns && pick_market(g, rival, now_ns, pick))
		return;
	/* Leases are few and long: no short way out that leaves an overdue wait for later. */
	if (mx_survival_due(&g->rq, &g->terms, g->survival_ns, now_ns))
		g->rq.paced_nr = 0;
	mx_pick(&g->rq, rival, &g->terms, &g->survival_ns, now_ns, pick);
}

/* Hold the auction for what the holder still wants. */
static bool renew(struct mx_gpuplane *g, u64 now_ns, struct mx_gpu_step *step)
{
	struct mx_claim *c = g->holder;
	struct mx_rival rival = { .bid = c->node.bid, .bucket = c->node.bucket,
				  .book = c->node.book };
	u64 survival_ns = g->survival_ns, pace_ns = g->rq.pace_ns;
	u32 paced_nr = g->rq.paced_nr;
	struct mx_pick pick;

	if (!c->left_ns)
		return false;
	pick_next(g, &rival, now_ns, &pick);
	if (pick.verdict != MX_KEEP) {
		/* Who won is asked again when the GPU is free; the turn is not given yet. */
		g->survival_ns = survival_ns;
		g->rq.pace_ns = pace_ns;
		g->rq.paced_nr = paced_nr;
		return false;
	}
	step->cost_nanocents = mx_gpuplane_settle(g, now_ns);
	step->renewed = c;
	end_turn(g, now_ns);
	begin_lease(g, c, &pick, now_ns);
	return true;
}

/* The lease has come to its end. */
static void finish_lease(struct mx_gpuplane *g, u64 now_ns, struct mx_gpu_step *step)
{
	struct mx_claim *c = g->holder;

	if (!g->over && renew(g, now_ns, step))
		return;
	g->over = true;
	if (now_ns < g->until_ns + g->grace_ns)
		return;
	step->cost_nanocents = vacate(g, now_ns);
	step->expired = c;
	c->state = MX_CLAIM_EXPIRED;
	g->overstayed++;
}

/* Give a free GPU away. */
static void auction(struct mx_gpuplane *g, u64 now_ns, struct mx_gpu_step *step)
{
	struct mx_pick pick;
	struct mx_claim *c;

	pick_next(g, NULL, now_ns, &pick);
	if (!pick.node)
		return;
	/* The node is the first member; pure.h has no container_of(). */
	static_assert(offsetof(struct mx_claim, node) == 0, "the claim is where its node is");
	c = (struct mx_claim *)pick.node;
	mx_rq_dequeue(&g->rq, &c->node);
	update_busy(g, now_ns);
	begin_lease(g, c, &pick, now_ns);
	g->holder = c;
	c->state = MX_CLAIM_HELD;
	step->granted = c;
}

/* When something happens by itself. */
static u64 next_ns(struct mx_gpuplane *g)
{
	const struct mx_node *oldest;

	if (g->holder)
		return g->over ? g->until_ns + g->grace_ns : g->until_ns;
	oldest = mx_rq_oldest(&g->rq);
	if (!oldest)
		return U64_MAX;
	return min(g->survival_ns, oldest->since_ns + g->terms.window_ns);
}

/**
 * mx_gpuplane_step() - let happen what is due
 * @g: plane
 * @now_ns: the time
 * @step: written
 *
 * To be called at @step->next_ns and whenever something was asked for or ended. A fixed number of
 * steps, whatever waits.
 */
void mx_gpuplane_step(struct mx_gpuplane *g, u64 now_ns, struct mx_gpu_step *step)
{
	memset(step, 0, sizeof(*step));
	if (g->holder && now_ns >= g->until_ns)
		finish_lease(g, now_ns, step);
	if (!g->holder)
		auction(g, now_ns, step);
	step->next_ns = next_ns(g);
}
