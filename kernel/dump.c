// SPDX-License-Identifier: GPL-2.0
/*
 * Books and records for sched_ext's debug dump, which is printed when the class is ejected and by
 * SysRq-D. Takes mx_cpu::lock of one CPU.
 */
#include "maxwell.h"

/**
 * mx_dump_cpu() - the book of a CPU
 * @cpu: a possible CPU
 * @dump: written; zeroed by the caller
 */
void mx_dump_cpu(int cpu, struct maxwell_cpu_dump *dump)
{
	struct mx_cpu *mx = mx_cpu(cpu);
	const struct mx_node *node;
	unsigned long flags;
	u64 now_ns = mx_now_ns();

	raw_spin_lock_irqsave(&mx->lock, flags);
	dump->nr_queued = mx->rq.nr_queued;
	dump->nr_parked = mx_rq_parked(&mx->rq);
	dump->reserve_general = mx->reserve[MX_BOOK_GENERAL];
	dump->reserve_feeder = mx->reserve[MX_BOOK_FEEDER];
	if (mx->curr) {
		dump->curr_pid = mx->curr->task->pid;
		dump->curr_bid = mx->curr_rival.bid;
	}
	node = mx_rq_oldest(&mx->rq);
	if (node && now_ns > node->since_ns)
		dump->oldest_wait_ms = div_u64(now_ns - node->since_ns, NSEC_PER_MSEC);
	for (node = mx_rq_top(&mx->rq); node && dump->nr_bids < MAXWELL_DUMP_BIDS;
	     node = mx_rq_next(&mx->rq, node)) {
		dump->bid_pid[dump->nr_bids] = container_of(node, struct mx_task, node)->task->pid;
		dump->bid[dump->nr_bids++] = node->bid;
	}
	dump->enqueued = mx->count.enqueued;
	dump->dispatched = mx->count.dispatched;
	dump->dequeued = mx->count.dequeued;
	raw_spin_unlock_irqrestore(&mx->lock, flags);
}

/**
 * mx_dump_task() - the record of a task
 * @p: task
 * @dump: written
 */
void mx_dump_task(struct task_struct *p, struct maxwell_task_dump *dump)
{
	struct mx_task *t = mx_task_of(p);
	u64 now_ns = mx_now_ns();
	unsigned long flags;
	struct mx_cpu *mx;

	memset(dump, 0, sizeof(*dump));
	if (!t)
		return;
	local_irq_save(flags);
	mx = mx_task_lock(t);
	if (t->task == p) {
		dump->known = 1;
		dump->state = t->state;
		dump->cpu = t->cpu;
		dump->bid = mx_task_effective_bid(t);
		dump->bucket = mx_task_bucket(t, dump->bid);
		dump->book = t->book;
		if (t->wait_since_ns && now_ns > t->wait_since_ns)
			dump->wait_ms = div_u64(now_ns - t->wait_since_ns, NSEC_PER_MSEC);
		dump->survival = t->survival;
	}
	raw_spin_unlock_irqrestore(&mx->lock, flags);
}
