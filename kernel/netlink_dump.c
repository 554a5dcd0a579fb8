// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": the dumps, and the messages that they share with single
 * requests.
 *
 * A dump resumes by a stable key (record number, CPU, bucket), kept in the callback's context. May
 * sleep between messages; takes mx_cpu::lock of one CPU at a time for a copy.
 */
#include <linux/pid_namespace.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_gen.h"

/* Where a dump goes on. */
struct dump_ctx {
	u32 next;
	u32 sub;
};

static struct dump_ctx *dump_ctx(struct netlink_callback *cb)
{
	NL_ASSERT_CTX_FITS(struct dump_ctx);
	return (struct dump_ctx *)cb->ctx;
}

/* Where a task stands with the market; mx_cpu::lock held. */
static u32 task_state(const struct mx_cpu *mx, const struct mx_task *t)
{
	if (mx_task_on_cpu(t))
		return MAXWELL_TASK_STATE_RUNNING;
	if (!(READ_ONCE(t->task->scx.flags) & SCX_TASK_QUEUED))
		return MAXWELL_TASK_STATE_SLEEPING;
	/* In a book, or on a local queue of sched_ext while a higher class has the CPU. */
	if (!mx_clears(&mx->rq, t->node.book, t->node.bucket))
		return MAXWELL_TASK_STATE_PARKED;
	return MAXWELL_TASK_STATE_QUEUED;
}

/**
 * mx_task_report() - copy a record
 * @t: a record, perhaps not in use, or NULL
 * @p: task that it has to belong to; NULL for any
 * @report: written
 *
 * Context: process context; pids are those of the caller's namespace.
 *
 * Return: 0, or -ESRCH if it is not in use or another task's, or not visible to the caller.
 */
int mx_task_report(struct mx_task *t, const struct task_struct *p, struct mx_task_report *report)
{
	u64 now_ns = mx_now_ns();
	unsigned long flags;
	struct mx_cpu *mx;
	int ret = -ESRCH;

	if (!t)
		return ret;
	rcu_read_lock();
	local_irq_save(flags);
	mx = mx_task_lock(t);
	if (mx_task_owned(mx, t, p)) {
		mx_charge(mx, t);
		report->t = *t;
		report->bid = mx_task_bid(t);
		/* As wallet-get shows it: a wallet that was left alone has earned meanwhile. */
		mx_account_settle(t->wallet, now_ns);
		report->effective_bid = mx_task_effective_bid(t);
		report->wallet = t->wallet->id;
		report->source = mx_task_source(t);
		report->pid = task_pid_nr_ns(t->task, task_active_pid_ns(current));
		strscpy(report->comm, t->task->comm);
		report->wait_ns = t->wait_since_ns && now_ns > t->wait_since_ns ?
					  now_ns - t->wait_since_ns : 0;
		report->state = task_state(mx, t);
		/* 0 means invisible from the caller's pid namespace. */
		ret = report->pid ? 0 : -ESRCH;
	}
	raw_spin_unlock_irqrestore(&mx->lock, flags);
	rcu_read_unlock();
	return ret;
}

/**
 * mx_nl_fill_task() - put a bid-get reply into a message
 * @msg: message
 * @info: request
 * @report: what to tell
 */
int mx_nl_fill_task(struct sk_buff *msg, const struct genl_info *info,
		    const struct mx_task_report *report)
{
	const struct mx_task *t = &report->t;
	void *hdr = genlmsg_iput(msg, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_BID_PID, report->pid) ||
	    nla_put_u32(msg, MAXWELL_A_BID_BID, report->bid) ||
	    nla_put_u32(msg, MAXWELL_A_BID_BOOK, t->book) ||
	    nla_put_u32(msg, MAXWELL_A_BID_SOURCE, report->source) ||
	    nla_put_u32(msg, MAXWELL_A_BID_STATE, report->state) ||
	    nla_put_u32(msg, MAXWELL_A_BID_CPU, t->cpu) ||
	    nla_put_string(msg, MAXWELL_A_BID_COMM, report->comm) ||
	    nla_put_uint(msg, MAXWELL_A_BID_RUNTIME_NS, t->runtime_ns) ||
	    nla_put_uint(msg, MAXWELL_A_BID_CHARGED_NANOCENTS, t->charged_nanocents) ||
	    nla_put_uint(msg, MAXWELL_A_BID_WAIT_MAX_NS, max(t->wait_max_ns, report->wait_ns)) ||
	    nla_put_uint(msg, MAXWELL_A_BID_WAIT_TOTAL_NS, t->wait_total_ns + report->wait_ns) ||
	    nla_put_uint(msg, MAXWELL_A_BID_NR_RUNS, t->nr_runs) ||
	    nla_put_uint(msg, MAXWELL_A_BID_NR_SURVIVAL, t->nr_survival) ||
	    nla_put_u32(msg, MAXWELL_A_BID_EFFECTIVE_BID, report->effective_bid) ||
	    nla_put_u32(msg, MAXWELL_A_BID_WALLET, report->wallet) ||
	    nla_put_u32(msg, MAXWELL_A_BID_WALLET_SOURCE, t->wallet_source) ||
	    (t->wait_since_ns && nla_put_uint(msg, MAXWELL_A_BID_WAIT_NS, report->wait_ns))) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int maxwell_nl_bid_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct dump_ctx *ctx = dump_ctx(cb);
	struct mx_task_report report;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	for (; !ret && ctx->next < mx_task_limit(); ctx->next++) {
		struct mx_task *t = mx_task_at(ctx->next);

		if (READ_ONCE(t->task) && !mx_task_report(t, NULL, &report))
			ret = mx_nl_fill_task(skb, info, &report);
		if (ret)
			break;
		cond_resched();
	}
	return ret;
}

/* What cpu-get tells of a CPU, copied under its lock. */
struct cpu_report {
	struct mx_counters count;
	u32 queued;
	u32 parked;
	u32 curr_pid;
	u32 curr_bid;
};

static void cpu_report(struct mx_cpu *mx, struct cpu_report *r)
{
	unsigned long flags;

	memset(r, 0, sizeof(*r));
	rcu_read_lock();
	raw_spin_lock_irqsave(&mx->lock, flags);
	if (mx->curr && mx_task_on_cpu(mx->curr)) {
		mx_charge(mx, mx->curr);
		r->curr_pid = task_pid_nr_ns(mx->curr->task, task_active_pid_ns(current));
		r->curr_bid = mx->curr_rival.bid;
	}
	r->count = mx->count;
	r->queued = mx->rq.nr_queued;
	r->parked = mx_rq_parked(&mx->rq);
	raw_spin_unlock_irqrestore(&mx->lock, flags);
	rcu_read_unlock();
}

/**
 * mx_nl_fill_cpu() - put a cpu-get reply or a cpu-ntf into a message
 * @msg: message
 * @info: request or notification
 * @cpu: a possible CPU
 */
int mx_nl_fill_cpu(struct sk_buff *msg, const struct genl_info *info, int cpu)
{
	struct mx_cpu *mx = mx_cpu(cpu);
	struct cpu_report r;
	void *hdr;

	cpu_report(mx, &r);
	hdr = genlmsg_iput(msg, info);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_CPU_CPU, cpu) ||
	    nla_put_u32(msg, MAXWELL_A_CPU_IDLE, mx_cpu_idle(cpu)) ||
	    (r.curr_pid && (nla_put_u32(msg, MAXWELL_A_CPU_CURR_PID, r.curr_pid) ||
			    nla_put_u32(msg, MAXWELL_A_CPU_CURR_BID, r.curr_bid))) ||
	    nla_put_u32(msg, MAXWELL_A_CPU_QUEUED, r.queued) ||
	    nla_put_u32(msg, MAXWELL_A_CPU_PARKED, r.parked) ||
	    nla_put_u32(msg, MAXWELL_A_CPU_RESERVE_GENERAL,
			READ_ONCE(mx->reserve[MX_BOOK_GENERAL])) ||
	    nla_put_u32(msg, MAXWELL_A_CPU_RESERVE_FEEDER,
			READ_ONCE(mx->reserve[MX_BOOK_FEEDER])) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_ENQUEUED, r.count.enqueued) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_DISPATCHED, r.count.dispatched) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_DEQUEUED, r.count.dequeued) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_STOLEN, r.count.stolen) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_STEAL_FAILED, r.count.steal_failed) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_PREEMPTED, r.count.preempted) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_SURVIVAL_RUNS, r.count.survival_runs) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_RUNTIME_NS, r.count.runtime_ns) ||
	    nla_put_uint(msg, MAXWELL_A_CPU_CHARGED_NANOCENTS, r.count.charged_nanocents)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int maxwell_nl_cpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct dump_ctx *ctx = dump_ctx(cb);
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	for (; !ret && ctx->next < nr_cpu_ids; ctx->next++) {
		if (!cpu_online(ctx->next))
			continue;
		ret = mx_nl_fill_cpu(skb, info, ctx->next);
		if (ret)
			break;
	}
	return ret;
}

static int fill_price(struct sk_buff *msg, const struct genl_info *info, int cpu, u32 kind)
{
	struct mx_multiplier m;
	u64 lease_left_ns;
	u32 value;
	void *hdr;

	mx_price_get(cpu, kind, &m, &value, &lease_left_ns);
	hdr = genlmsg_iput(msg, info);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_PRICE_CPU, cpu) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_KIND, kind) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_MULTIPLIER, m.base) ||
	    nla_put_s32(msg, MAXWELL_A_PRICE_SLOPE, m.slope) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_LEASE_MS, m.lease_ms) ||
	    (lease_left_ns && nla_put_u32(msg, MAXWELL_A_PRICE_LEASE_LEFT_MS,
					  div_u64(lease_left_ns, NSEC_PER_MSEC))) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_VALUE, value) ||
	    nla_put_u32(msg, MAXWELL_A_PRICE_STATE, m.state)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int maxwell_nl_price_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct dump_ctx *ctx = dump_ctx(cb);
	cpumask_var_t cpus;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	if (!alloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	ret = mx_nl_cpus(info->attrs[MAXWELL_A_PRICE_CPUS], cpu_online_mask, cpus, info->extack);
	for (; !ret && ctx->next < nr_cpu_ids; ctx->next++, ctx->sub = 0) {
		if (!cpumask_test_cpu(ctx->next, cpus))
			continue;
		for (; !ret && ctx->sub < MX_PRICE_KINDS; ctx->sub += !ret)
			ret = fill_price(skb, info, ctx->next, ctx->sub);
		if (ret)
			break;
	}
	free_cpumask_var(cpus);
	return ret;
}

/* Waiting and running tasks of one bucket, summed over @cpus. */
static void demand_of(const struct cpumask *cpus, u32 book, u32 bucket, u32 *queued, u32 *running)
{
	int cpu;

	*queued = 0;
	*running = 0;
	for_each_cpu(cpu, cpus) {
		struct mx_cpu *mx = mx_cpu(cpu);
		unsigned long flags;

		/* Most are empty; what changes at this moment may be missed anyway. */
		if (!READ_ONCE(mx->rq.book[book].nr[bucket]) &&
		    READ_ONCE(mx->running) != (s16)bucket)
			continue;
		raw_spin_lock_irqsave(&mx->lock, flags);
		*queued += mx->rq.book[book].nr[bucket];
		/* Runnable is enough: it may wait for a higher class to leave the CPU. */
		*running += mx->curr && (READ_ONCE(mx->curr->task->scx.flags) & SCX_TASK_QUEUED) &&
			    mx->curr_rival.book == book &&
			    mx->curr_rival.bucket == bucket;
		raw_spin_unlock_irqrestore(&mx->lock, flags);
	}
}

static int fill_demand(struct sk_buff *msg, const struct genl_info *info, u32 book, u32 bucket,
		       u32 queued, u32 running)
{
	void *hdr = genlmsg_iput(msg, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_DEMAND_BOOK, book) ||
	    nla_put_u32(msg, MAXWELL_A_DEMAND_BUCKET, bucket) ||
	    nla_put_u32(msg, MAXWELL_A_DEMAND_PRICE, mx_bucket_floor(bucket)) ||
	    nla_put_u32(msg, MAXWELL_A_DEMAND_QUEUED, queued) ||
	    nla_put_u32(msg, MAXWELL_A_DEMAND_RUNNING, running)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int maxwell_nl_demand_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct dump_ctx *ctx = dump_ctx(cb);
	u32 queued, running;
	cpumask_var_t cpus;
	int ret;

	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	if (ret)
		return ret;
	if (!alloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	ret = mx_nl_cpus(info->attrs[MAXWELL_A_DEMAND_CPUS], cpu_online_mask, cpus, info->extack);
	for (; !ret && ctx->next < MX_BOOKS * MX_BUCKETS; ctx->next++) {
		u32 book = ctx->next / MX_BUCKETS;
		u32 bucket = MX_BUCKETS - 1 - ctx->next % MX_BUCKETS;

		demand_of(cpus, book, bucket, &queued, &running);
		if (queued || running)
			ret = fill_demand(skb, info, book, bucket, queued, running);
		if (ret)
			break;
		cond_resched();
	}
	free_cpumask_var(cpus);
	return ret;
}
