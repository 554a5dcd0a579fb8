// SPDX-License-Identifier: GPL-2.0
/*
 * Bugs on purpose: /sys/kernel/debug/maxwell/fault, for root. Not part of a normal build, see
 * fault.h.
 *
 *	lose PID	the task does not get into the book the next time that it is queued
 *	mark CPU	a bucket above all bids is marked as occupied
 *	place CPU	the dearest task that waits stands in a bucket that is not its own
 *	unmark CPU	the bucket of the dearest task that waits loses its mark
 *	count CPU	one task more is counted than waits in the bucket of the dearest
 *	total CPU	one task more is counted than waits in all
 *	slot CPU	the arrival slot of the longest wait is lost
 *	gpu-mark GPU	and so on: the same in the order book of a GPU
 *
 * Takes mx_cpu::lock of one CPU, or mx_gpu::lock of one GPU.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/uaccess.h>

#include "maxwell.h"
#include "fault.h"
#include "gpu.h"

static struct dentry *fault_dir;
/* Who gets lost next; 0 for nobody. */
static pid_t lose_pid;

static int fault_mark(struct mx_runqueue *rq)
{
	struct mx_book *book = &rq->book[MX_BOOK_GENERAL];
	unsigned int bucket = MX_BUCKET_KTHREAD - 1;

	book->bitmap[bucket / 64] |= BIT_ULL(bucket % 64);
	book->summary |= 1U << (bucket / 64);
	return 0;
}

static int fault_place(struct mx_runqueue *rq)
{
	struct mx_node *top = mx_rq_top(rq);

	if (!top)
		return -ESRCH;
	top->bucket++;
	return 0;
}

static int fault_unmark(struct mx_runqueue *rq)
{
	const struct mx_node *top = mx_rq_top(rq);

	if (!top)
		return -ESRCH;
	rq->book[top->book].bitmap[top->bucket / 64] &= ~BIT_ULL(top->bucket % 64);
	return 0;
}

static int fault_count(struct mx_runqueue *rq)
{
	const struct mx_node *top = mx_rq_top(rq);

	if (!top)
		return -ESRCH;
	rq->book[top->book].nr[top->bucket]++;
	return 0;
}

static int fault_total(struct mx_runqueue *rq)
{
	rq->nr_queued++;
	return 0;
}

static int fault_slot(struct mx_runqueue *rq)
{
	const struct mx_node *oldest = mx_rq_oldest(rq);

	if (!oldest)
		return -ESRCH;
	rq->slot[oldest->slot] = NULL;
	return 0;
}

static const struct {
	const char *name;
	int (*make)(struct mx_runqueue *rq);
} faults[] = {
	{ "mark", fault_mark },
	{ "place", fault_place },
	{ "unmark", fault_unmark },
	{ "count", fault_count },
	{ "total", fault_total },
	{ "slot", fault_slot },
};

/**
 * mx_fault_loses() - whether a task is to be lost on its way into the book
 * @t: record in use
 */
bool mx_fault_loses(const struct mx_task *t)
{
	pid_t pid = READ_ONCE(lose_pid);

	return unlikely(pid) && t->task->pid == pid && try_cmpxchg(&lose_pid, &pid, 0);
}

static int break_cpu(int (*make)(struct mx_runqueue *rq), unsigned int cpu)
{
	unsigned long flags;
	struct mx_cpu *mx;
	int ret;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return -ENXIO;
	mx = mx_cpu(cpu);
	raw_spin_lock_irqsave(&mx->lock, flags);
	ret = make(&mx->rq);
	raw_spin_unlock_irqrestore(&mx->lock, flags);
	return ret;
}

static int break_gpu(int (*make)(struct mx_runqueue *rq), unsigned int nr)
{
	struct mx_gpu *gpu;
	int ret;

	gpu = mx_gpu_lock(nr);
	if (!gpu)
		return -ENXIO;
	ret = make(&gpu->plane.rq);
	mutex_unlock(&gpu->lock);
	return ret;
}

static int make_fault(const char *name, int number)
{
	bool gpu = strstarts(name, "gpu-");
	int i, ret;

	if (gpu)
		name += 4;
	for (i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(name, faults[i].name))
			break;
	if (i == ARRAY_SIZE(faults))
		return -EINVAL;
	ret = gpu ? break_gpu(faults[i].make, number) : break_cpu(faults[i].make, number);
	if (!ret)
		pr_notice("fault on purpose: %s of %s %d\n", name, gpu ? "GPU" : "CPU", number);
	return ret;
}

static ssize_t fault_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char line[32] = {}, name[16];
	int number, ret = 0;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, len))
		return -EFAULT;
	if (sscanf(line, "%15s %d", name, &number) != 2)
		return -EINVAL;
	if (strcmp(name, "lose"))
		ret = make_fault(name, number);
	else
		WRITE_ONCE(lose_pid, number);
	return ret ?: len;
}

/* What is armed: "0" once the task is lost. */
static ssize_t fault_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	char line[16];
	int n = scnprintf(line, sizeof(line), "%d\n", READ_ONCE(lose_pid));

	return simple_read_from_buffer(to, len, pos, line, n);
}

static const struct file_operations fault_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = fault_read,
	.write = fault_write,
};

/**
 * mx_fault_init() - make the file
 */
void mx_fault_init(void)
{
	pr_warn("built with faults on purpose: not for use\n");
	fault_dir = debugfs_create_dir("maxwell", NULL);
	debugfs_create_file("fault", 0600, fault_dir, NULL, &fault_fops);
}

/**
 * mx_fault_exit() - remove it; waits for writes under way
 */
void mx_fault_exit(void)
{
	debugfs_remove(fault_dir);
}
