// SPDX-License-Identifier: GPL-2.0
/*
 * Stealing by price: a CPU takes the best bid that waits elsewhere, if it beats what it has.
 *
 * The search is bounded three ways: a few victims (tunable steal_victims), near ones first, and a
 * few tasks of the one chosen. It reads the victims' mx_cpu::top without their locks, as a hint,
 * and takes the lock of one victim, no other lock held but the thief's rq lock.
 */
#include <linux/topology.h>

#include "maxwell.h"

/* Tasks looked at in the victim's book: those ahead may be bound to it. */
#define STEAL_TASKS_MAX 8

struct search {
	struct mx_cpu *thief;
	int top;
	int victim;
};

/*
 * Look at some CPUs of @mask that are not in @inner, from where the last search of this
 * neighbourhood ended.
 */
static void look(struct search *s, enum mx_near near, const struct cpumask *mask,
		 const struct cpumask *inner)
{
	unsigned int start = s->thief->steal_cursor[near];
	u32 left = mx_tune(steal_victims);
	int cpu, top;

	if (s->victim >= 0)
		return;
	for_each_cpu_wrap(cpu, mask, start) {
		if (cpumask_test_cpu(cpu, inner))
			continue;
		if (!left--)
			break;
		s->thief->steal_cursor[near] = cpu + 1;
		top = READ_ONCE(mx_cpu(cpu)->top);
		if (top > s->top) {
			s->top = top;
			s->victim = cpu;
		}
	}
}

/* Whether @t would run on @thief; the lock of @t's CPU is held. */
static bool fits(const struct mx_task *t, struct mx_cpu *thief, int above)
{
	const struct task_struct *p = t->task;
	u16 bucket = t->node.bucket;

	/* Its wallet may have emptied since it was queued. */
	if (static_branch_unlikely(&mx_wallets_limited))
		bucket = min(bucket, mx_task_bucket(t, mx_task_effective_bid(t)));
	return bucket > above && bucket <= MX_BUCKET_BID_MAX &&
	       mx_clears(&thief->rq, t->node.book, bucket) &&
	       cpumask_test_cpu(thief->cpu, p->cpus_ptr) && !p->migration_disabled;
}

/* The dearest task of @book that @thief may run; @victim's lock held. */
static struct mx_task *choose(struct mx_cpu *victim, struct mx_cpu *thief, int above)
{
	struct mx_node *node = mx_rq_top(&victim->rq);
	struct mx_task *t;
	int i;

	for (i = 0; node && i < STEAL_TASKS_MAX; i++, node = mx_rq_next(&victim->rq, node)) {
		t = container_of(node, struct mx_task, node);
		if (fits(t, thief, above))
			return t;
	}
	return NULL;
}

/**
 * mx_steal() - take the best bid of another CPU
 * @thief: the local CPU, not locked
 * @above: it has to beat this bucket; -1 for any
 *
 * Return: a task whose record is in state POPPED and still belongs to the other CPU; NULL if none
 * was found.
 */
struct task_struct *mx_steal(struct mx_cpu *thief, int above)
{
	struct search s = {
		.thief = thief,
		.top = above,
		.victim = -1,
	};
	const struct cpumask *core = topology_sibling_cpumask(thief->cpu);
	const struct cpumask *node = cpumask_of_node(cpu_to_node(thief->cpu));
	struct task_struct *p = NULL;
	struct mx_cpu *victim;
	struct mx_task *t;

	/* A CPU on its way down may still hold auctions, but the core would move nothing to it. */
	if (!cpu_active(thief->cpu))
		return NULL;
	look(&s, MX_NEAR_CORE, core, cpumask_of(thief->cpu));
	look(&s, MX_NEAR_LLC, thief->llc, core);
	look(&s, MX_NEAR_NODE, node, thief->llc);
	look(&s, MX_NEAR_MACHINE, cpu_online_mask, node);
	if (s.victim < 0)
		return NULL;

	victim = mx_cpu(s.victim);
	raw_spin_lock(&victim->lock);
	t = choose(victim, thief, above);
	if (t) {
		mx_book_del(victim, t);
		t->state = MX_POPPED;
		t->survival = false;
		if (static_branch_unlikely(&mx_wallets_limited))
			mx_task_stand(t);
		p = t->task;
	}
	raw_spin_unlock(&victim->lock);

	if (p) {
		raw_spin_lock(&thief->lock);
		thief->count.stolen++;
		raw_spin_unlock(&thief->lock);
	}
	return p;
}
