// SPDX-License-Identifier: GPL-2.0
/*
 * Leases of GPUs as a process sees them, through an open file of /dev/maxwell: one request or lease
 * for each file and GPU. A file's end is the end of all that it asked for or held.
 *
 * May sleep; takes mx_gpu::lock of one GPU at a time, and user_mutex.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "maxwell.h"
#include "gpu.h"

/**
 * mx_gpu_open() - make the part of an open file that is about GPUs
 * @gf: written
 *
 * Return: 0, -ENOMEM, or -EMFILE if the user has MX_GPU_FILES_PER_USER of them.
 */
int mx_gpu_open(struct mx_gpu_file **gf)
{
	struct mx_gpu_user *user = mx_gpu_user_get();
	struct mx_gpu_file *file;
	u32 nr;

	if (IS_ERR(user))
		return PTR_ERR(user);
	file = kzalloc_obj(*file, GFP_KERNEL_ACCOUNT);
	if (!file) {
		mx_gpu_user_put(user);
		return -ENOMEM;
	}
	file->user = user;
	init_waitqueue_head(&file->wait);
	for (nr = 0; nr < MAXWELL_GPUS_MAX; nr++)
		file->claim[nr].file = file;
	*gf = file;
	return 0;
}

/**
 * mx_gpu_tell() - a claim has changed, and not because its file said so
 * @claim: its GPU is locked
 */
void mx_gpu_tell(struct mx_gpu_claim *claim)
{
	struct mx_gpu_file *gf = claim->file;

	set_bit(mx_gpu_claim_nr(claim), &gf->news);
	wake_up(&gf->wait);
}

/**
 * mx_gpu_release() - the file is closed
 * @gf: the file's; freed
 */
void mx_gpu_release(struct mx_gpu_file *gf)
{
	u32 nr;

	for (nr = 0; nr < MAXWELL_GPUS_MAX; nr++) {
		struct mx_gpu *gpu = mx_gpu_lock(nr);

		if (mx_gpu_pending(&gf->claim[nr])) {
			gpu->abandoned++;
			mx_gpu_end(gpu, &gf->claim[nr]);
		}
		mutex_unlock(&gpu->lock);
	}
	mx_gpu_user_put(gf->user);
	kfree(gf);
}

/* Lock a GPU for a file: one that is there, or was when the file asked for it. */
static struct mx_gpu *lock_for(struct mx_gpu_file *gf, u32 nr)
{
	struct mx_gpu *gpu = mx_gpu_lock(nr);

	if (!gpu)
		return ERR_PTR(-ENODEV);
	if (gpu->present || gf->claim[nr].c.state != MX_CLAIM_NONE)
		return gpu;
	clear_bit(nr, &gf->news);
	mutex_unlock(&gpu->lock);
	return ERR_PTR(-ENODEV);
}

/* Put the request into the book; returns without waiting. */
static long begin_ask(struct mx_gpu_file *gf, const struct maxwell_gpu_ask *ask)
{
	struct mx_gpu_claim *claim;
	struct mx_gpu *gpu = lock_for(gf, ask->gpu);
	long ret = 0;

	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	claim = &gf->claim[ask->gpu];
	if (!gpu->present) {
		clear_bit(ask->gpu, &gf->news);
		ret = -ENODEV;
		goto out;
	}
	/* At the end of a lease: it may go on all the same, if that is just due. */
	if (claim->c.state == MX_CLAIM_HELD && mx_now_ns() >= gpu->plane.until_ns)
		mx_gpu_advance(gpu);
	/* What comes after the end is a new request, behind those that wait. */
	if (claim->c.state == MX_CLAIM_HELD && gpu->plane.over)
		mx_gpu_end(gpu, claim);
	if (!mx_gpu_pending(claim) && gf->user->claims[ask->gpu] >= MX_GPU_CLAIMS_PER_USER) {
		ret = -EDQUOT;
		goto out;
	}
	mx_gpu_ask(gpu, claim, ask->bid_cents, (u64)ask->time_ms * NSEC_PER_MSEC);
out:
	mutex_unlock(&gpu->lock);
	return ret;
}

/* Wait while the request waits. Returns 0, -ETIMEDOUT or -EINTR. */
static long wait_for_grant(struct mx_gpu_file *gf, const struct maxwell_gpu_ask *ask)
{
	struct mx_gpu_claim *claim = &gf->claim[ask->gpu];
	long timeout = ask->timeout_ms ? msecs_to_jiffies(ask->timeout_ms) : MAX_SCHEDULE_TIMEOUT;
	long left = wait_event_interruptible_timeout(gf->wait,
						     READ_ONCE(claim->c.state) != MX_CLAIM_WAITING,
						     timeout);

	if (left > 0)
		return 0;
	return left ? -EINTR : -ETIMEDOUT;
}

/* How it went; a request that still waits after @ret, an error, is withdrawn. */
static long end_ask(struct mx_gpu_file *gf, struct maxwell_gpu_ask *ask, long ret)
{
	struct mx_gpu_claim *claim = &gf->claim[ask->gpu];
	struct mx_gpu *gpu = mx_gpu_lock(ask->gpu);

	clear_bit(ask->gpu, &gf->news);
	if (ret && claim->c.state == MX_CLAIM_WAITING) {
		/* Killed: the file is about to be closed. */
		gpu->abandoned += fatal_signal_pending(current);
		mx_gpu_end(gpu, claim);
	} else if (claim->c.state == MX_CLAIM_NONE) {
		/* Withdrawn by another thread, or with the GPU. */
		ret = gpu->present ? -ECANCELED : -ENODEV;
	} else {
		ret = 0;
	}
	ask->state = claim->c.state;
	ask->until_ns = claim->c.state == MX_CLAIM_HELD ? gpu->plane.until_ns : 0;
	ask->price = claim->c.state == MX_CLAIM_HELD ? gpu->plane.price : 0;
	mutex_unlock(&gpu->lock);
	return ret;
}

static long ioctl_ask(struct mx_gpu_file *gf, struct maxwell_gpu_ask __user *arg)
{
	struct maxwell_gpu_ask ask;
	long ret;

	if (copy_from_user(&ask, arg, sizeof(ask)))
		return -EFAULT;
	if (ask.flags & ~MAXWELL_GPU_NONBLOCK || ask.reserved || !ask.time_ms ||
	    ask.time_ms > MAXWELL_GPU_TIME_MAX_MS)
		return -EINVAL;
	ret = begin_ask(gf, &ask);
	if (ret)
		return ret;
	if (!(ask.flags & MAXWELL_GPU_NONBLOCK))
		ret = wait_for_grant(gf, &ask);
	ret = end_ask(gf, &ask, ret);
	if (!ret && copy_to_user(arg, &ask, sizeof(ask)))
		return -EFAULT;
	return ret;
}

static long ioctl_status(struct mx_gpu_file *gf, struct maxwell_gpu_status __user *arg)
{
	struct maxwell_gpu_status status = {};
	struct mx_gpuplane *plane;
	struct mx_gpu_claim *claim;
	const struct mx_node *top;
	struct mx_gpu *gpu;

	if (get_user(status.gpu, &arg->gpu))
		return -EFAULT;
	gpu = lock_for(gf, status.gpu);
	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	plane = &gpu->plane;
	claim = &gf->claim[status.gpu];
	clear_bit(status.gpu, &gf->news);
	status.state = claim->c.state;
	if (claim->c.state == MX_CLAIM_HELD) {
		status.until_ns = plane->until_ns;
		status.price = plane->price;
	}
	status.reserve = plane->reserve;
	status.queued = plane->rq.nr_queued;
	top = plane->rq.nr_queued ? mx_rq_top(&plane->rq) : NULL;
	if (top)
		status.best_bid = top->bid;
	mutex_unlock(&gpu->lock);
	return copy_to_user(arg, &status, sizeof(status)) ? -EFAULT : 0;
}

static long ioctl_release(struct mx_gpu_file *gf, const u32 __user *arg)
{
	struct mx_gpu_claim *claim;
	struct mx_gpu *gpu;
	long ret = 0;
	u32 nr;

	if (get_user(nr, arg))
		return -EFAULT;
	gpu = lock_for(gf, nr);
	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	claim = &gf->claim[nr];
	clear_bit(nr, &gf->news);
	if (mx_gpu_pending(claim)) {
		mx_gpu_end(gpu, claim);
	} else {
		ret = claim->c.state == MX_CLAIM_EXPIRED ? -ETIME : -ENOENT;
		claim->c.state = MX_CLAIM_NONE;
	}
	mutex_unlock(&gpu->lock);
	return ret;
}

/**
 * mx_gpu_ioctl() - MAXWELL_IOC_GPU_*
 * @gf: the file's
 * @cmd: which
 * @arg: its argument
 *
 * Return: 0 or a negative errno; -ENOTTY for other commands.
 */
long mx_gpu_ioctl(struct mx_gpu_file *gf, unsigned int cmd, unsigned long arg)
{
	void __user *user_arg = (void __user *)arg;

	switch (cmd) {
	case MAXWELL_IOC_GPU_ASK:
		return ioctl_ask(gf, user_arg);
	case MAXWELL_IOC_GPU_STATUS:
		return ioctl_status(gf, user_arg);
	case MAXWELL_IOC_GPU_RELEASE:
		return ioctl_release(gf, user_arg);
	default:
		return -ENOTTY;
	}
}

/**
 * mx_gpu_poll() - readable while a claim has changed since the file was told
 * @gf: the file's
 * @file: the file
 * @wait: as for any poll
 */
__poll_t mx_gpu_poll(struct mx_gpu_file *gf, struct file *file, poll_table *wait)
{
	poll_wait(file, &gf->wait, wait);
	return READ_ONCE(gf->news) ? EPOLLIN | EPOLLRDNORM : 0;
}
