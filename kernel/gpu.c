// SPDX-License-Identifier: GPL-2.0
/*
 * The auction of a GPU: what drives it, what it costs whom, and how requests and leases end.
 *
 * An auction is held when somebody asks for a free GPU and when a lease ends, from 10 to 100 times
 * a second, so a mutex for each GPU will do. The hardware is not touched: whoever launches work on
 * a GPU keeps to the leases, or is told by somebody who can stop him.
 *
 * May sleep.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/pid.h>
#include <linux/sched/task.h>

#include "maxwell.h"
#include "gpu.h"

/* How many bids are brought up to date with their wallets at each step. */
#define FRESH_BIDS 8
/* While a GPU is free and nobody who waits can pay for it, wallets are looked at so often. */
#define FRESH_NS (100 * NSEC_PER_MSEC)

static_assert((int)MX_CLAIM_NONE == (int)MAXWELL_GPU_NONE);
static_assert((int)MX_CLAIM_WAITING == (int)MAXWELL_GPU_WAITING);
static_assert((int)MX_CLAIM_HELD == (int)MAXWELL_GPU_HELD);
static_assert((int)MX_CLAIM_EXPIRED == (int)MAXWELL_GPU_EXPIRED);

static struct mx_gpu_claim *claim_of(struct mx_claim *c)
{
	return container_of(c, struct mx_gpu_claim, c);
}

static void pay(const struct mx_gpu_claim *claim, u64 cost_nanocents)
{
	if (cost_nanocents)
		mx_account_charge(claim->account, cost_nanocents);
}

/* What the bid behind a claim counts for now, and whose it is. */
static u32 bid_now(const struct mx_gpu_claim *claim, u16 *tag)
{
	struct mx_account *account = claim->account;
	unsigned long flags;

	local_irq_save(flags);
	mx_account_settle(account, mx_now_ns());
	local_irq_restore(flags);
	*tag = READ_ONCE(account->w.tag);
	return mx_wallet_bid(READ_ONCE(account->w.factor), claim->bid);
}

/* Something is asked for that was not; who pays is set next. */
static void claim_begins(struct mx_gpu *gpu, struct mx_gpu_claim *claim)
{
	claim->file->user->claims[mx_gpu_claim_nr(claim)]++;
	list_add_tail(&claim->link, &gpu->claims);
}

/* Nothing is asked for or held any more, and all is paid. */
static void claim_over(struct mx_gpu_claim *claim)
{
	claim->file->user->claims[mx_gpu_claim_nr(claim)]--;
	list_del(&claim->link);
	put_pid(claim->pid);
	claim->pid = NULL;
	mx_account_unhold(claim->account);
	claim->account = NULL;
}

/* From now on @account pays, which is held for the claim. Who has paid so far pays up to now. */
static void bill(struct mx_gpu *gpu, struct mx_gpu_claim *claim, struct mx_account *account)
{
	if (claim->c.state == MX_CLAIM_HELD && claim->account != account)
		pay(claim, mx_gpuplane_settle(&gpu->plane, mx_now_ns()));
	if (claim->account)
		mx_account_unhold(claim->account);
	claim->account = account;
}

static void freshen(struct mx_gpu *gpu, struct mx_claim *c)
{
	u16 tag;
	u32 bid = bid_now(claim_of(c), &tag);

	mx_gpuplane_rebid(&gpu->plane, c, bid, tag);
}

static void freshen_node(struct mx_gpu *gpu, struct mx_node *node)
{
	freshen(gpu, container_of(node, struct mx_claim, node));
}

/*
 * Wallets empty and fill while claims wait. Each step looks at some of those that wait, in turn,
 * and at the best, so that nobody wins with a bid that is not backed any more; a bounded number, or
 * many poor ones at the top would hold everybody up.
 */
static void freshen_bids(struct mx_gpu *gpu)
{
	struct mx_runqueue *rq = &gpu->plane.rq;
	struct mx_node *node;
	u32 before;
	int i;

	if (gpu->plane.holder)
		freshen(gpu, gpu->plane.holder);
	for (i = 0; i < FRESH_BIDS; i++) {
		node = mx_rq_walk(rq);
		if (!node)
			return;
		freshen_node(gpu, node);
	}
	for (i = 0; i < FRESH_BIDS; i++) {
		node = mx_rq_best(rq);
		if (!node)
			return;
		before = node->bid;
		freshen_node(gpu, node);
		if (node->bid == before)
			return;
	}
}

/*
 * The order book has closed because it is broken (enum mx_breach). Unlike a CPU's it can be made
 * anew at once: the requests are listed elsewhere as well. Inside a bucket they keep the order in
 * which they were listed.
 */
static void mend(struct mx_gpu *gpu)
{
	struct mx_runqueue *rq = &gpu->plane.rq;
	struct mx_gpu_claim *claim;

	pr_err_ratelimited("the order book of GPU %u was broken, and is made anew: %s\n",
			   mx_gpu_nr(gpu), mx_breach_text(rq->breach));
	mx_rq_reopen(rq);
	list_for_each_entry(claim, &gpu->claims, link) {
		claim->c.node.queued = false;
		if (claim->c.state == MX_CLAIM_WAITING)
			mx_rq_enqueue(rq, &claim->c.node);
	}
}

/* One step of the auction, after which its order book is sound. */
static void step_auction(struct mx_gpu *gpu, struct mx_gpu_step *step)
{
	struct mx_runqueue *rq = &gpu->plane.rq;

	freshen_bids(gpu);
	if (unlikely(rq->breach))
		mend(gpu);
	mx_gpuplane_step(&gpu->plane, mx_now_ns(), step);
	if (likely(!rq->breach))
		return;
	/* Nobody was found in a book that just closed; whoever won before that, has won. */
	mend(gpu);
	step->next_ns = mx_now_ns();
}

/**
 * mx_gpu_advance() - let happen what is due on a GPU
 * @gpu: locked
 */
void mx_gpu_advance(struct mx_gpu *gpu)
{
	const struct mx_gpuplane *plane = &gpu->plane;
	struct mx_gpu_step step;

	lockdep_assert_held(&gpu->lock);

	step_auction(gpu, &step);
	if (step.expired) {
		pay(claim_of(step.expired), step.cost_nanocents);
		claim_over(claim_of(step.expired));
		mx_gpu_tell(claim_of(step.expired));
	}
	if (step.renewed) {
		pay(claim_of(step.renewed), step.cost_nanocents);
		mx_gpu_tell(claim_of(step.renewed));
	}
	if (step.granted)
		mx_gpu_tell(claim_of(step.granted));

	if (!plane->holder && plane->rq.nr_queued)
		step.next_ns = min(step.next_ns, mx_now_ns() + FRESH_NS);
	if (step.next_ns == U64_MAX)
		hrtimer_cancel(&gpu->timer);
	else
		hrtimer_start(&gpu->timer, ns_to_ktime(step.next_ns), HRTIMER_MODE_ABS);
}

/**
 * mx_gpu_ask() - ask for a lease, change a request, or ask for more time than a lease gives
 * @gpu: locked and present
 * @claim: on this GPU
 * @bid: cents per GPU-second
 * @time_ns: for how long
 *
 * The wallet of the caller pays from now on: who asks through a file that holds a lease need not be
 * who has paid for it so far.
 */
void mx_gpu_ask(struct mx_gpu *gpu, struct mx_gpu_claim *claim, u32 bid, u64 time_ns)
{
	u16 tag;

	if (!mx_gpu_pending(claim))
		claim_begins(gpu, claim);
	bill(gpu, claim, mx_account_hold(current));
	put_pid(claim->pid);
	claim->pid = get_pid(task_tgid(current));
	claim->bid = bid;
	bid = bid_now(claim, &tag);
	mx_gpuplane_ask(&gpu->plane, &claim->c, bid, tag, time_ns, mx_now_ns());
	mx_gpu_advance(gpu);
}

/**
 * mx_gpu_end() - withdraw a request or end a lease
 * @gpu: locked
 * @claim: waiting or held on this GPU
 */
void mx_gpu_end(struct mx_gpu *gpu, struct mx_gpu_claim *claim)
{
	pay(claim, mx_gpuplane_end(&gpu->plane, &claim->c, mx_now_ns()));
	claim_over(claim);
	/* Whoever else waits through the same file has to know. */
	wake_up(&claim->file->wait);
	mx_gpu_advance(gpu);
}

/* A lease expires before its time, or a request is withdrawn, and not because its file said so. */
static void evict(struct mx_gpu *gpu, struct mx_gpu_claim *claim)
{
	bool held = claim->c.state == MX_CLAIM_HELD;

	pay(claim, mx_gpuplane_end(&gpu->plane, &claim->c, mx_now_ns()));
	if (held)
		claim->c.state = MX_CLAIM_EXPIRED;
	claim_over(claim);
	mx_gpu_tell(claim);
}

/**
 * mx_gpu_evict_all() - the GPU is gone: leases expire, requests are withdrawn
 * @gpu: locked
 */
void mx_gpu_evict_all(struct mx_gpu *gpu)
{
	struct mx_gpu_claim *claim, *next;

	list_for_each_entry_safe(claim, next, &gpu->claims, link) {
		evict(gpu, claim);
		cond_resched();
	}
}

/* Find another wallet to pay for a claim: what the process that asked draws on now. */
static void redraw(struct mx_gpu *gpu, struct mx_gpu_claim *claim)
{
	struct task_struct *p = get_pid_task(claim->pid, PIDTYPE_TGID);

	if (!p) {
		/* The file was passed on, and who asked is gone. Nobody is left to pay. */
		evict(gpu, claim);
		return;
	}
	bill(gpu, claim, mx_account_hold(p));
	put_task_struct(p);
	freshen(gpu, &claim->c);
}

/**
 * mx_gpu_redraw() - requests and leases look for their wallets anew
 * @gpu: locked
 * @a: those that draw on this wallet, which is being deleted
 */
void mx_gpu_redraw(struct mx_gpu *gpu, const struct mx_account *a)
{
	struct mx_gpu_claim *claim, *next;
	bool found = false;

	list_for_each_entry_safe(claim, next, &gpu->claims, link) {
		if (claim->account != a)
			continue;
		redraw(gpu, claim);
		found = true;
		cond_resched();
	}
	if (found)
		mx_gpu_advance(gpu);
}
