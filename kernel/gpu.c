// SPDX-License-Identifier: GPL-2.0
/*
 * The auctions of the GPUs: what drives them, what they cost whom, and what tunables do to them.
 *
 * An auction is held when somebody asks for a free GPU and when a lease ends, from 10 to 100 times
 * a second, so a mutex for each GPU will do. The hardware is not touched: whoever launches work on
 * a GPU keeps to the leases, or is told by somebody who can stop him.
 *
 * May sleep.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>

#include "maxwell.h"
#include "gpu.h"

/* How many bids are brought up to date with their wallets at each step. */
#define FRESH_BIDS 8

static_assert((int)MX_CLAIM_NONE == (int)MAXWELL_GPU_NONE);
static_assert((int)MX_CLAIM_WAITING == (int)MAXWELL_GPU_WAITING);
static_assert((int)MX_CLAIM_HELD == (int)MAXWELL_GPU_HELD);
static_assert((int)MX_CLAIM_EXPIRED == (int)MAXWELL_GPU_EXPIRED);

static struct mx_gpu *gpus;

static struct mx_gpu_claim *claim_of(struct mx_claim *c)
{
	return container_of(c, struct mx_gpu_claim, c);
}

static void pay(const struct mx_gpu_claim *claim, u64 cost_nanocents)
{
	if (cost_nanocents)
		mx_account_charge(claim->wallet, cost_nanocents);
}

/* What the bid behind a claim counts for now, and whose it is. */
static u32 bid_now(const struct mx_gpu_claim *claim, u16 *tag)
{
	struct mx_account *account = mx_account_by_id(claim->wallet);
	unsigned long flags;

	*tag = 0;
	if (!account)
		return 0;
	local_irq_save(flags);
	mx_account_settle(account, mx_now_ns());
	local_irq_restore(flags);
	*tag = READ_ONCE(account->w.tag);
	return mx_wallet_bid(READ_ONCE(account->w.factor), claim->bid);
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

/**
 * mx_gpu_advance() - let happen what is due on a GPU
 * @gpu: locked
 */
void mx_gpu_advance(struct mx_gpu *gpu)
{
	struct mx_gpu_step step;

	lockdep_assert_held(&gpu->lock);

	freshen_bids(gpu);
	mx_gpuplane_step(&gpu->plane, mx_now_ns(), &step);
	if (step.expired) {
		pay(claim_of(step.expired), step.cost_nanocents);
		mx_gpu_claim_over(claim_of(step.expired));
		mx_gpu_tell(claim_of(step.expired));
	}
	if (step.renewed) {
		pay(claim_of(step.renewed), step.cost_nanocents);
		mx_gpu_tell(claim_of(step.renewed));
	}
	if (step.granted)
		mx_gpu_tell(claim_of(step.granted));

	if (step.next_ns == U64_MAX)
		hrtimer_cancel(&gpu->timer);
	else
		hrtimer_start(&gpu->timer, ns_to_ktime(step.next_ns), HRTIMER_MODE_ABS);
}

static void work_fn(struct work_struct *work)
{
	struct mx_gpu *gpu = container_of(work, struct mx_gpu, work);

	mutex_lock(&gpu->lock);
	mx_gpu_advance(gpu);
	mutex_unlock(&gpu->lock);
}

static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	struct mx_gpu *gpu = container_of(timer, struct mx_gpu, timer);

	queue_work(system_highpri_wq, &gpu->work);
	return HRTIMER_NORESTART;
}

/**
 * mx_gpu_lock() - find and lock a GPU
 * @nr: number of it
 *
 * Return: NULL if there can't be one of that number; whether there is, is in mx_gpu::present.
 */
struct mx_gpu *mx_gpu_lock(u32 nr)
{
	if (nr >= MAXWELL_GPUS_MAX)
		return NULL;
	mutex_lock(&gpus[nr].lock);
	return &gpus[nr];
}

/**
 * mx_gpu_ask() - ask for a lease, change a request, or ask for more time than a lease gives
 * @gpu: locked and present
 * @claim: on this GPU
 * @bid: cents per GPU-second
 * @time_ns: for how long
 * @wallet: number of the wallet that pays from now on
 */
void mx_gpu_ask(struct mx_gpu *gpu, struct mx_gpu_claim *claim, u32 bid, u64 time_ns, u32 wallet)
{
	u64 now_ns = mx_now_ns();
	u16 tag;

	/* Who asks through a file that holds a lease need not be who has paid for it so far. */
	if (claim->c.state == MX_CLAIM_HELD && claim->wallet != wallet)
		pay(claim, mx_gpuplane_settle(&gpu->plane, now_ns));
	put_pid(claim->pid);
	claim->pid = get_pid(task_tgid(current));
	claim->wallet = wallet;
	claim->bid = bid;
	bid = bid_now(claim, &tag);
	mx_gpuplane_ask(&gpu->plane, &claim->c, bid, tag, time_ns, now_ns);
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
	mx_gpu_claim_over(claim);
	mx_gpu_advance(gpu);
}

/* The GPU is gone: leases expire, requests are withdrawn. */
static void evict_all(struct mx_gpu *gpu)
{
	struct mx_gpuplane *plane = &gpu->plane;

	while (plane->holder || plane->rq.nr_queued) {
		struct mx_claim *c = plane->holder;
		bool held = c;

		if (!c)
			c = container_of(mx_rq_top(&plane->rq), struct mx_claim, node);
		pay(claim_of(c), mx_gpuplane_end(plane, c, mx_now_ns()));
		if (held)
			c->state = MX_CLAIM_EXPIRED;
		mx_gpu_claim_over(claim_of(c));
		mx_gpu_tell(claim_of(c));
		cond_resched();
	}
}

/**
 * mx_gpus_refresh() - put changed tunables into force
 */
void mx_gpus_refresh(void)
{
	u32 nr;

	for (nr = 0; nr < MAXWELL_GPUS_MAX; nr++) {
		struct mx_gpu *gpu = mx_gpu_lock(nr);

		mx_gpuplane_tune(&gpu->plane, mx_tune(gpu_base_price_cents),
				 mx_tune(gpu_slice_ms), mx_tune(gpu_grace_ms),
				 mx_tune(survival_share_permille));
		gpu->present = nr < mx_tune(gpu_count);
		if (!gpu->present)
			evict_all(gpu);
		mx_gpu_advance(gpu);
		mutex_unlock(&gpu->lock);
	}
}

/**
 * mx_gpus_busy_q16() - how busy the GPUs are
 *
 * Return: share of the time of all GPUs that is under lease, moving average, Q16; 0 without a GPU.
 */
u32 mx_gpus_busy_q16(void)
{
	u32 sum = 0, count = 0, nr;

	for (nr = 0; nr < MAXWELL_GPUS_MAX; nr++) {
		struct mx_gpu *gpu = mx_gpu_lock(nr);

		if (gpu->present) {
			sum += mx_gpuplane_busy_q16(&gpu->plane, mx_now_ns());
			count++;
		}
		mutex_unlock(&gpu->lock);
	}
	return count ? sum / count : 0;
}

/**
 * mx_gpu_report() - copy what there is to tell of a GPU
 * @nr: number of it
 * @report: written
 *
 * Return: 0, or -ENODEV if there is none of that number.
 */
int mx_gpu_report(u32 nr, struct mx_gpu_report *report)
{
	struct mx_gpu *gpu = mx_gpu_lock(nr);
	struct mx_gpuplane *plane;
	struct mx_node *top;
	u64 now_ns;

	if (!gpu)
		return -ENODEV;
	if (!gpu->present) {
		mutex_unlock(&gpu->lock);
		return -ENODEV;
	}
	plane = &gpu->plane;
	now_ns = mx_now_ns();
	memset(report, 0, sizeof(*report));
	if (plane->holder) {
		/* Up to now; what is charged shows in the wallet when the lease ends. */
		u64 held_ns = now_ns > plane->since_ns ? now_ns - plane->since_ns : 0;

		report->held = true;
		report->holder_pid = pid_nr_ns(claim_of(plane->holder)->pid,
					       task_active_pid_ns(current));
		report->price = plane->price;
		report->left_ns = plane->until_ns > now_ns ? plane->until_ns - now_ns : 0;
		report->leased_ns = held_ns;
	}
	top = plane->rq.nr_queued ? mx_rq_top(&plane->rq) : NULL;
	report->reserve = plane->reserve;
	report->queued = plane->rq.nr_queued;
	report->best_bid = top ? top->bid : 0;
	report->busy_permille = (mx_gpuplane_busy_q16(plane, now_ns) * 1000) >> 16;
	report->auctions = plane->auctions;
	report->leased_ns += plane->leased_ns;
	report->overstayed = plane->overstayed;
	report->abandoned = gpu->abandoned;
	report->charged_nanocents = plane->charged_nanocents;
	mutex_unlock(&gpu->lock);
	return 0;
}

/**
 * mx_gpus_init() - make the GPUs' auctions
 *
 * Return: 0 or -ENOMEM.
 */
int mx_gpus_init(void)
{
	u32 nr;

	gpus = kvzalloc_objs(*gpus, MAXWELL_GPUS_MAX);
	if (!gpus)
		return -ENOMEM;
	for (nr = 0; nr < MAXWELL_GPUS_MAX; nr++) {
		struct mx_gpu *gpu = &gpus[nr];

		mutex_init(&gpu->lock);
		mx_gpuplane_init(&gpu->plane, mx_now_ns());
		hrtimer_setup(&gpu->timer, timer_fn, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
		INIT_WORK(&gpu->work, work_fn);
	}
	mx_gpus_refresh();
	return 0;
}

/**
 * mx_gpus_exit() - the end of it; no file is open any more, so nothing is asked for or held
 */
void mx_gpus_exit(void)
{
	u32 nr;

	for (nr = 0; nr < MAXWELL_GPUS_MAX; nr++) {
		hrtimer_cancel(&gpus[nr].timer);
		cancel_work_sync(&gpus[nr].work);
	}
	kvfree(gpus);
}
