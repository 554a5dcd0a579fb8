// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU state: allocation, the kick, the timer, the shape of the machine.
 *
 * The kick and the timer run in hard interrupt context and take mx_cpu::lock of their own CPU only.
 */
#include <linux/cpu.h>
#include <linux/cpuhplock.h>
#include <linux/topology.h>

#include "maxwell.h"

struct mx_cpu __percpu *mx_cpus;
struct mx_terms mx_terms;

/**
 * mx_resched_here() - make the local CPU hold an auction soon
 * @mx: state of the local CPU
 *
 * The running task, if it is ours, loses the rest of its slice. Context: interrupts off.
 */
void mx_resched_here(struct mx_cpu *mx)
{
	struct mx_task *curr = READ_ONCE(mx->curr);

	/* The slice is for whoever holds the CPU's rq lock or, interrupts off, runs on it. */
	if (curr && READ_ONCE(curr->task) == current) {
		/* See mx_tick() on a CPU that comes or goes. */
		if (unlikely(!cpu_active(smp_processor_id())))
			return;
		WRITE_ONCE(current->scx.slice, 0);
	}
	set_need_resched_current();
}

/* The far end of mx_kick(): look whether the kick's reason still holds. */
static void kick_fn(void *info)
{
	struct mx_cpu *mx = info;
	bool yield = true;

	atomic_set(&mx->kicked, 0);
	raw_spin_lock(&mx->lock);
	if (mx->curr) {
		yield = mx_curr_must_yield(mx, mx_now_ns());
		mx->count.preempted += yield;
	}
	raw_spin_unlock(&mx->lock);
	if (yield)
		mx_resched_here(mx);
}

/**
 * mx_kick() - make a CPU look at its book again
 * @cpu: an online CPU
 *
 * Context: any; usable under a runqueue lock and with interrupts off.
 */
void mx_kick(int cpu)
{
	struct mx_cpu *mx = mx_cpu(cpu);

	if (!cpu_online(cpu) || atomic_xchg(&mx->kicked, 1))
		return;
	if (smp_call_function_single_async(cpu, &mx->csd))
		atomic_set(&mx->kicked, 0);
}

static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	struct mx_cpu *mx = container_of(timer, struct mx_cpu, timer);

	struct mx_task *curr = READ_ONCE(mx->curr);

	/*
	 * A CPU that went down has handed its timer to another one. A timer whose slice ended
	 * early, or that was to wake an idle CPU, is no business of who runs now: for him there
	 * is the tick.
	 */
	if (mx->cpu == smp_processor_id() && (!curr || curr == READ_ONCE(mx->timer_task)))
		mx_resched_here(mx);
	return HRTIMER_NORESTART;
}

/**
 * mx_timer_arm() - hold an auction on the local CPU after a while
 * @mx: state of the local CPU, locked
 * @t: record of the task whose slice it ends; NULL to wake an idle CPU
 * @delay_ns: when; replaces what was armed before
 *
 * Context: interrupts off; usable under the CPU's rq lock, as the core's own hrtick is.
 */
void mx_timer_arm(struct mx_cpu *mx, struct mx_task *t, u64 delay_ns)
{
	WRITE_ONCE(mx->timer_task, t);
	hrtimer_start(&mx->timer, ns_to_ktime(delay_ns), HRTIMER_MODE_REL_PINNED_HARD);
}

static unsigned int llc_id(int cpu)
{
#ifdef CONFIG_X86
	return per_cpu_llc_id(cpu);
#else
	return topology_physical_package_id(cpu);
#endif
}

/**
 * mx_topology_refresh() - find which online CPUs share a last-level cache
 *
 * Context: process context, before the class is attached and when a CPU came online. Readers may
 * see a mask half made: it only orders a search.
 */
void mx_topology_refresh(void)
{
	int cpu, other;

	for_each_online_cpu(cpu) {
		struct mx_cpu *mx = mx_cpu(cpu);

		for_each_online_cpu(other) {
			if (cpu_to_node(cpu) == cpu_to_node(other) && llc_id(cpu) == llc_id(other))
				cpumask_set_cpu(other, mx->llc);
			else
				cpumask_clear_cpu(other, mx->llc);
		}
	}
}

/**
 * mx_cpus_reset() - empty all books before the class is attached
 *
 * Nobody else uses them then. A broken book is opened again. Reserves and counters stay.
 */
void mx_cpus_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct mx_cpu *mx = mx_cpu(cpu);
		unsigned long flags;

		raw_spin_lock_irqsave(&mx->lock, flags);
		WARN_ON_ONCE(mx->rq.nr_queued);
		if (mx->rq.breach)
			mx_rq_reopen(&mx->rq);
		mx->top = -1;
		mx->curr = NULL;
		mx->running = -1;
		mx->survival_ns = 0;
		raw_spin_unlock_irqrestore(&mx->lock, flags);
		mx->steal_ns = 0;
		mx->refresh_ns = 0;
		memset(&mx->quote, 0, sizeof(mx->quote));
		memset(&mx->outside, 0, sizeof(mx->outside));
	}
}

/**
 * mx_cpus_alloc() - make the state of every possible CPU
 *
 * Return: 0 or -ENOMEM; nothing is left behind then.
 */
int mx_cpus_alloc(void)
{
	int cpu;

	mx_cpus = alloc_percpu(struct mx_cpu);
	if (!mx_cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct mx_cpu *mx = mx_cpu(cpu);
		int kind;

		raw_spin_lock_init(&mx->lock);
		mx_rq_init(&mx->rq);
		mx->cpu = cpu;
		mx->top = -1;
		mx->running = -1;
		atomic_set(&mx->kicked, 0);
		INIT_CSD(&mx->csd, kick_fn, mx);
		hrtimer_setup(&mx->timer, timer_fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		for (kind = 0; kind < MX_PRICE_KINDS; kind++)
			mx_multiplier_init(&mx->multiplier[kind]);
		if (!zalloc_cpumask_var(&mx->llc, GFP_KERNEL)) {
			mx_cpus_free();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * mx_cpus_free() - free what mx_cpus_alloc() made
 *
 * Context: the class is detached for good.
 */
void mx_cpus_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct mx_cpu *mx = mx_cpu(cpu);

		if (ACCESS_PRIVATE(&mx->timer, function))
			hrtimer_cancel(&mx->timer);
		free_cpumask_var(mx->llc);
	}
	/*
	 * A kick may still be on its way. A CPU runs calls that somebody waits for before the
	 * others that came with them, so only the second round is sure to find the kick done.
	 */
	kick_all_cpus_sync();
	kick_all_cpus_sync();
	free_percpu(mx_cpus);
	mx_cpus = NULL;
}
