// SPDX-License-Identifier: GPL-2.0
/*
 * The GPUs that there are: finding one, its timer, what tunables and deleted wallets do to all of
 * them, and copies for those who ask.
 *
 * May sleep; takes mx_gpu::lock, one at a time.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>

#include "maxwell.h"
#include "gpu.h"

static struct mx_gpu *gpus;

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
 * mx_gpu_nr() - the number of a GPU
 * @gpu: from mx_gpu_lock()
 */
u32 mx_gpu_nr(const struct mx_gpu *gpu)
{
	return gpu - gpus;
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
			mx_gpu_evict_all(gpu);
		mx_gpu_advance(gpu);
		mutex_unlock(&gpu->lock);
	}
}

/**
 * mx_gpus_redraw() - requests and leases look for their wallets anew
 * @a: those that draw on this wallet, which is being deleted
 */
void mx_gpus_redraw(const struct mx_account *a)
{
	u32 nr;

	for (nr = 0; nr < MAXWELL_GPUS_MAX; nr++) {
		struct mx_gpu *gpu = mx_gpu_lock(nr);

		mx_gpu_redraw(gpu, a);
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

/* The process that asked. When it is gone, its number may be that of another. */
static u32 holder_pid(const struct mx_gpu_claim *holder)
{
	if (!pid_has_task(holder->pid, PIDTYPE_TGID))
		return 0;
	return pid_nr_ns(holder->pid, task_active_pid_ns(current));
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
		struct mx_gpu_claim *holder = container_of(plane->holder, struct mx_gpu_claim, c);

		report->held = true;
		report->holder_pid = holder_pid(holder);
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
		INIT_LIST_HEAD(&gpu->claims);
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
