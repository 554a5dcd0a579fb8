// SPDX-License-Identifier: GPL-2.0
/*
 * The price page: what a CPU costs, for whoever maps /dev/maxwell.
 *
 * An entry is written under its CPU's mx_cpu::lock, so there is one writer at a time: at the tick
 * of a CPU that runs a task of ours, when its reserve is worked out anew, and from a worker for
 * those that no tick keeps fresh. While nobody has the page mapped, only changes of prices are
 * written.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "maxwell.h"
#include "device.h"
#include "page.h"

/* The worker's period; header.period_ns promises a tenth of twice that. */
#define REFRESH_MS 10
#define CPUS_OFFSET L1_CACHE_ALIGN(sizeof(struct maxwell_prices))

/**
 * struct page_state - what has to be kept to write the entry of a CPU; under its mx_cpu::lock
 * @entry: as published last
 * @seq: of the published entry; readers can't touch it there, but neither do we read it back
 */
struct page_state {
	struct maxwell_cpu_prices entry;
	u32 seq;
};

atomic_t mx_page_users = ATOMIC_INIT(0);
static struct maxwell_prices *page;
static struct page_state *states;

static void refresh_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(refresh_work, refresh_fn);

static struct maxwell_cpu_prices *published(int cpu)
{
	return (void *)((char *)page + CPUS_OFFSET) + cpu * sizeof(struct maxwell_cpu_prices);
}

/**
 * mx_page_write() - bring the entry of a CPU up to date
 * @mx: CPU, locked
 * @now_ns: the time
 */
void mx_page_write(struct mx_cpu *mx, u64 now_ns)
{
	struct page_state *s = &states[mx->cpu];
	struct maxwell_cpu_prices *e = &s->entry;
	const struct mx_node *best;

	lockdep_assert_held(&mx->lock);

	best = mx->rq.nr_queued ? mx_rq_best(&mx->rq) : NULL;
	e->flags = (cpu_online(mx->cpu) ? MAXWELL_CPU_ONLINE : 0) |
		   (mx_cpu_idle(mx->cpu) ? MAXWELL_CPU_IDLE : 0);
	e->price = mx->curr ? mx->curr->price : 0;
	e->best_bid = best ? best->bid : 0;
	e->queued = mx->rq.nr_queued;
	/* Others wrote while the caller, who had looked at the clock, waited for the lock. */
	e->time_ns = max(e->time_ns, now_ns);
	mx_entry_write(published(mx->cpu), &s->seq, e);
}

/**
 * mx_page_prices() - publish new prices of a CPU
 * @mx: CPU, not locked; its reserves are what comes of @value, and stay
 * @value: multipliers in force, by enum maxwell_price_kind
 * @now_ns: the time
 *
 * Reserves are not read anew in mx_page_write(): at a tick between their change and this they would
 * be published beside the multipliers of before.
 */
void mx_page_prices(struct mx_cpu *mx, const u32 *value, u64 now_ns)
{
	struct maxwell_cpu_prices *e = &states[mx->cpu].entry;
	unsigned long flags;

	raw_spin_lock_irqsave(&mx->lock, flags);
	e->local = value[MAXWELL_PRICE_KIND_LOCAL];
	e->external = value[MAXWELL_PRICE_KIND_EXTERNAL];
	e->gpu = value[MAXWELL_PRICE_KIND_GPU];
	e->reserve_general = mx->reserve[MX_BOOK_GENERAL];
	e->reserve_feeder = mx->reserve[MX_BOOK_FEEDER];
	mx_page_write(mx, now_ns);
	raw_spin_unlock_irqrestore(&mx->lock, flags);
}

/* Moving average over 16 periods, as for the demand multiplier; begins with what is there. */
static u32 load_next(u32 load_q8, u32 queued, bool first)
{
	s32 off = (s32)(queued << 8) - (s32)load_q8;

	if (first)
		return queued << 8;
	/* Rounded away from 0, or the last sixteenths would never be made up. */
	return load_q8 + (off + (off > 0 ? 15 : -15)) / 16;
}

static void refresh(bool first)
{
	unsigned long flags;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct maxwell_cpu_prices *e = &states[cpu].entry;
		struct mx_cpu *mx = mx_cpu(cpu);

		raw_spin_lock_irqsave(&mx->lock, flags);
		e->load_q8 = load_next(e->load_q8, mx->rq.nr_queued, first);
		mx_page_write(mx, mx_now_ns());
		raw_spin_unlock_irqrestore(&mx->lock, flags);
	}
}

static void refresh_fn(struct work_struct *work)
{
	if (!atomic_read(&mx_page_users))
		return;
	refresh(false);
	queue_delayed_work(system_highpri_wq, &refresh_work, msecs_to_jiffies(REFRESH_MS));
}

static void use(void)
{
	if (atomic_inc_return(&mx_page_users) > 1)
		return;
	refresh(true);
	queue_delayed_work(system_highpri_wq, &refresh_work, msecs_to_jiffies(REFRESH_MS));
}

/* A mapping is copied by fork, or split. */
static void page_open(struct vm_area_struct *vma)
{
	atomic_inc(&mx_page_users);
}

static void page_close(struct vm_area_struct *vma)
{
	atomic_dec(&mx_page_users);
}

static const struct vm_operations_struct page_vm_ops = {
	.open = page_open,
	.close = page_close,
};

/**
 * mx_page_map() - map the price page for reading
 * @vma: mapping to be
 *
 * Return: 0 or a negative errno.
 */
int mx_page_map(struct vm_area_struct *vma)
{
	int ret;

	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE | VM_MAYEXEC);
	/* Refuses what is longer than the page. */
	ret = remap_vmalloc_range(vma, page, 0);
	if (ret)
		return ret;
	vma->vm_ops = &page_vm_ops;
	use();
	return 0;
}

/**
 * mx_page_init() - make the page
 *
 * Return: 0 or -ENOMEM; nothing is left behind then.
 */
int mx_page_init(void)
{
	size_t len = PAGE_ALIGN(CPUS_OFFSET + nr_cpu_ids * sizeof(struct maxwell_cpu_prices));

	page = vmalloc_user(len);
	states = kvcalloc(nr_cpu_ids, sizeof(*states), GFP_KERNEL);
	if (!page || !states) {
		mx_page_exit();
		return -ENOMEM;
	}
	page->magic = MAXWELL_PRICES_MAGIC;
	page->version = MAXWELL_PRICES_VERSION;
	page->total_bytes = len;
	page->nr_cpus = nr_cpu_ids;
	page->cpus_offset = CPUS_OFFSET;
	page->entry_bytes = sizeof(struct maxwell_cpu_prices);
	page->period_ns = max_t(u64, TICK_NSEC, 2 * REFRESH_MS * NSEC_PER_MSEC / 10);
	return 0;
}

/**
 * mx_page_exit() - free the page
 *
 * Context: nobody has it mapped, and nobody writes prices any more.
 */
void mx_page_exit(void)
{
	cancel_delayed_work_sync(&refresh_work);
	kvfree(states);
	vfree(page);
	states = NULL;
	page = NULL;
}
