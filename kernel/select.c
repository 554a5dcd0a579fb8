// SPDX-License-Identifier: GPL-2.0
/*
 * Where a waking task goes: an idle CPU that it can afford, near first, cheap first; else where it
 * would win at once; else where it was.
 *
 * Idle CPUs are tracked here (ops.update_idle), in one mask that is claimed bit by bit. No locks.
 */
#include <linux/topology.h>

#include "maxwell.h"

/* Candidates looked at in each neighbourhood. */
#define SELECT_CPUS_MAX 8

static cpumask_var_t idle_mask;

/**
 * mx_idle_init() - make the idle mask, empty
 */
int mx_idle_init(void)
{
	return zalloc_cpumask_var(&idle_mask, GFP_KERNEL) ? 0 : -ENOMEM;
}

/**
 * mx_idle_exit() - free the idle mask
 */
void mx_idle_exit(void)
{
	free_cpumask_var(idle_mask);
}

/**
 * mx_idle_reset() - forget which CPUs are idle, before the class is attached
 */
void mx_idle_reset(void)
{
	cpumask_clear(idle_mask);
}

/**
 * mx_update_idle() - ops.update_idle
 * @cpu: CPU that becomes idle or busy; its rq lock is held
 * @idle: which
 */
void mx_update_idle(int cpu, bool idle)
{
	if (idle == cpumask_test_cpu(cpu, idle_mask))
		return;
	if (idle)
		cpumask_set_cpu(cpu, idle_mask);
	else
		cpumask_clear_cpu(cpu, idle_mask);
	/* Who goes idle looks for work after this: pairs with the barrier in wake_someone(). */
	smp_mb__after_atomic();
}

/**
 * mx_cpu_idle() - whether a CPU is idle, as a hint
 * @cpu: a possible CPU
 */
bool mx_cpu_idle(int cpu)
{
	return cpumask_test_cpu(cpu, idle_mask);
}

static bool affords(const struct mx_task *t, u16 bucket, int cpu)
{
	return mx_clears(&mx_cpu(cpu)->rq, t->book, bucket);
}

static bool whole_core_idle(int cpu)
{
	return cpumask_subset(topology_sibling_cpumask(cpu), idle_mask);
}

/*
 * The best idle CPU of @mask for @t, or -1: one whose whole core is idle before one whose sibling
 * is busy, then the cheapest.
 */
static int cheapest_idle(const struct task_struct *p, const struct mx_task *t, u16 bucket,
			 const struct cpumask *mask, int near)
{
	u32 best_price = U32_MAX;
	bool best_core = false;
	int cpu, best = -1;
	int left = SELECT_CPUS_MAX;

	for_each_cpu_wrap(cpu, idle_mask, near) {
		u32 price;
		bool core;

		if (!cpumask_test_cpu(cpu, mask) || !cpumask_test_cpu(cpu, p->cpus_ptr))
			continue;
		if (!left--)
			break;
		if (!cpu_active(cpu) || !affords(t, bucket, cpu))
			continue;
		core = whole_core_idle(cpu);
		price = READ_ONCE(mx_cpu(cpu)->reserve[t->book]);
		if (best >= 0 && (core < best_core || (core == best_core && price >= best_price)))
			continue;
		best = cpu;
		best_core = core;
		best_price = price;
	}
	return best;
}

/**
 * mx_idle_for() - an idle CPU that could run a task
 * @p: task, kept from going away by the caller
 * @t: its record
 * @near: CPU to look around first
 *
 * Return: a CPU, or -1. Nothing is claimed.
 */
int mx_idle_for(const struct task_struct *p, const struct mx_task *t, int near)
{
	u16 bucket;
	int cpu;

	if (cpumask_empty(idle_mask))
		return -1;
	bucket = mx_task_bucket(t, mx_task_effective_bid(t));
	cpu = cheapest_idle(p, t, bucket, mx_cpu(near)->llc, near);
	if (cpu < 0)
		cpu = cheapest_idle(p, t, bucket, cpumask_of_node(cpu_to_node(near)), near);
	if (cpu < 0)
		cpu = cheapest_idle(p, t, bucket, cpu_online_mask, near);
	return cpu;
}

/* A CPU near @prev_cpu where @bucket would preempt at once, the cheapest; else @prev_cpu. */
static int outbid(const struct task_struct *p, const struct mx_task *t, u16 bucket, int prev_cpu)
{
	const struct mx_cpu *prev = mx_cpu(prev_cpu);
	u32 best_price = U32_MAX;
	int cpu, best = prev_cpu;
	int left = SELECT_CPUS_MAX;

	if (READ_ONCE(prev->running) < bucket && READ_ONCE(prev->top) < bucket &&
	    affords(t, bucket, prev_cpu))
		return prev_cpu;
	for_each_cpu_wrap(cpu, prev->llc, prev_cpu + 1) {
		const struct mx_cpu *mx = mx_cpu(cpu);
		u32 price;

		if (!left--)
			break;
		if (!cpumask_test_cpu(cpu, p->cpus_ptr) || !cpu_active(cpu) ||
		    !affords(t, bucket, cpu) || READ_ONCE(mx->top) >= bucket ||
		    READ_ONCE(mx->running) >= bucket)
			continue;
		price = READ_ONCE(mx->reserve[t->book]);
		if (price < best_price) {
			best = cpu;
			best_price = price;
		}
	}
	return best;
}

/**
 * mx_select_cpu() - ops.select_cpu
 * @p: waking task; its pi_lock is held
 * @prev_cpu: where it ran last
 *
 * Return: a CPU. If that is idle it has been claimed and wakes up by itself.
 */
int mx_select_cpu(struct task_struct *p, int prev_cpu)
{
	struct mx_task *t = mx_task_of(p);
	u16 bucket;
	int cpu;

	if (!t)
		return prev_cpu;
	bucket = mx_task_bucket(t, mx_task_effective_bid(t));
	/* Of idle CPUs that cost the same, @prev_cpu comes first. */
	cpu = mx_idle_for(p, t, prev_cpu);
	if (cpu < 0)
		return outbid(p, t, bucket, prev_cpu);
	if (cpumask_test_and_clear_cpu(cpu, idle_mask))
		WRITE_ONCE(t->placed, true);
	return cpu;
}
