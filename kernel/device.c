// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/maxwell: open files and what they map. The interface is in uapi/linux/maxwell_dev.h.
 *
 * The rights that a file carries are those of who opened it, at that time, whoever uses it later.
 * An open file holds the module.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <uapi/linux/maxwell_dev.h>

#include "maxwell.h"
#include "device.h"
#include "gpu.h"

/**
 * struct mx_file - an open file
 * @opener: whom it may bid for
 * @lock: for making @ring; taken in mmap(2), outside poll_mutex
 * @ring: NULL until it is mapped for the first time
 * @gpu: its requests and leases
 */
struct mx_file {
	struct mx_opener opener;
	struct mutex lock; /* @ring */
	struct mx_bid_ring *ring;
	struct mx_gpu_file *gpu;
};

static int device_open(struct inode *inode, struct file *file)
{
	struct mx_file *f = kzalloc_obj(*f, GFP_KERNEL_ACCOUNT);
	int ret;

	if (!f)
		return -ENOMEM;
	ret = mx_gpu_open(&f->gpu);
	if (ret) {
		kfree(f);
		return ret;
	}
	mutex_init(&f->lock);
	f->opener.pid_ns = get_pid_ns(task_active_pid_ns(current));
	f->opener.thread = get_task_pid(current, PIDTYPE_PID);
	f->opener.group = get_task_pid(current, PIDTYPE_TGID);
	f->opener.euid = file->f_cred->euid;
	f->opener.nice = ns_capable_noaudit(&init_user_ns, CAP_SYS_NICE);
	file->private_data = f;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct mx_file *f = file->private_data;

	mx_gpu_release(f->gpu);
	if (f->ring)
		mx_bid_ring_free(f->ring);
	put_pid(f->opener.group);
	put_pid(f->opener.thread);
	put_pid_ns(f->opener.pid_ns);
	mutex_destroy(&f->lock);
	kfree(f);
	return 0;
}

/* The file's ring, made if there is none. */
static struct mx_bid_ring *ring_of(struct mx_file *f)
{
	struct mx_bid_ring *ring;

	mutex_lock(&f->lock);
	ring = f->ring;
	if (!ring) {
		ring = mx_bid_ring_new(&f->opener);
		if (!IS_ERR(ring))
			/* Flushing does not take the lock. */
			smp_store_release(&f->ring, ring);
	}
	mutex_unlock(&f->lock);
	return ring;
}

static int map_ring(struct mx_file *f, struct vm_area_struct *vma)
{
	struct mx_bid_ring *ring;

	if (vma->vm_end - vma->vm_start != PAGE_ALIGN((size_t)MAXWELL_RING_BYTES))
		return -EINVAL;
	/* What is written to a private copy reaches nobody. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	ring = ring_of(f);
	return IS_ERR(ring) ? PTR_ERR(ring) : mx_bid_ring_map(ring, vma);
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	switch ((u64)vma->vm_pgoff << PAGE_SHIFT) {
	case MAXWELL_MAP_PRICES:
		return mx_page_map(vma);
	case MAXWELL_MAP_RING:
		return map_ring(file->private_data, vma);
	default:
		return -EINVAL;
	}
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct mx_file *f = file->private_data;
	struct mx_bid_ring *ring;

	switch (cmd) {
	case MAXWELL_IOC_RING_FLUSH:
		/* Pairs with the release in ring_of(). */
		ring = smp_load_acquire(&f->ring);
		if (!ring)
			return -ENXIO;
		mx_bid_ring_flush(ring);
		return 0;
	default:
		return mx_gpu_ioctl(f->gpu, cmd, arg);
	}
}

static __poll_t device_poll(struct file *file, poll_table *wait)
{
	struct mx_file *f = file->private_data;

	return mx_gpu_poll(f->gpu, file, wait);
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.mmap = device_mmap,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = device_poll,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "maxwell",
	.fops = &device_fops,
	.mode = 0666,
};

/**
 * mx_device_register() - let user space open the device
 *
 * Return: 0 or a negative errno.
 */
int mx_device_register(void)
{
	mx_ring_poll_init();
	return misc_register(&device);
}

/**
 * mx_device_unregister() - take the device away
 *
 * Context: the module is going, so no file is open.
 */
void mx_device_unregister(void)
{
	misc_deregister(&device);
}
