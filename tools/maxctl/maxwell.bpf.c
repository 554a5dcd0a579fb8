// SPDX-License-Identifier: GPL-2.0
/*
 * The glue between sched_ext and sched_maxwell.ko: each callback calls one kfunc of the module and
 * does what only a BPF program may, inserting tasks into queues of sched_ext. No policy here.
 *
 * Kernels lack this or that kfunc (builds of Debian's 7.2.12 have eleven to thirty that no program
 * can call, each build others), so the glue uses the oldest form of the few it needs. What is weak
 * here may be missing. Kicks come from the module.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "glue.h"

char _license[] SEC("license") = "GPL";

/* A steal that fails, the CPU's own book, one more steal. */
#define DISPATCH_TRIES 3

/* Set by the loader for --all; only passed on, the mode itself is a flag of the ops. */
const volatile bool all_tasks;

s32 maxwell_init(bool all) __ksym;
void maxwell_exit(struct maxwell_exit_info *info) __ksym;
s32 maxwell_select_cpu(struct task_struct *p, s32 prev_cpu) __ksym;
s32 maxwell_enqueue(struct task_struct *p, bool last) __ksym;
void maxwell_dequeue(struct task_struct *p, bool dispatched, bool sleep) __ksym;
struct task_struct *maxwell_dispatch(s32 cpu, bool server, u64 *slice_ns) __ksym;
bool maxwell_commit(struct task_struct *p, s32 cpu) __ksym;
void maxwell_tick(struct task_struct *p) __ksym;
void maxwell_enable(struct task_struct *p) __ksym;
void maxwell_disable(struct task_struct *p) __ksym;
void maxwell_set_weight(struct task_struct *p, u32 weight) __ksym;
void maxwell_update_idle(s32 cpu, bool idle) __ksym;
void maxwell_cpu_online(s32 cpu) __ksym;
void maxwell_dump_cpu(s32 cpu, struct maxwell_cpu_dump *dump) __ksym;
void maxwell_dump_task(struct task_struct *p, struct maxwell_task_dump *dump) __ksym;

void maxwell_breach(struct maxwell_breach *breach) __ksym;

void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym;
void __ksym scx_bpf_dispatch_cancel(void);
void scx_bpf_error_bstr(char *fmt, unsigned long long *data, u32 data_sz) __ksym __weak;
void scx_bpf_exit_bstr(s64 code, char *fmt, unsigned long long *data, u32 data_sz) __ksym __weak;
void scx_bpf_dump_bstr(char *fmt, unsigned long long *data, u32 data_sz) __ksym __weak;

/* The core's runqueues, for their deadline servers. */
extern const struct rq runqueues __ksym;

/* Too large for the stack; exit runs once. */
static struct maxwell_exit_info exit_info;

/* Formatted line of the debug dump; every argument is cast to u64. */
#define dump(fmt, args...)                                                                 \
	({                                                                                 \
		static char dump_fmt[] = fmt "\n";                                         \
		unsigned long long dump_args[] = { args };                                 \
		if (bpf_ksym_exists(scx_bpf_dump_bstr))                                    \
			scx_bpf_dump_bstr(dump_fmt, dump_args, sizeof(dump_args));         \
	})

/* The module has found an order book broken: end the class and say why. */
static __noinline void end_class(void)
{
	static char fmt[] = "the order book of CPU %llu is broken: %s";
	struct maxwell_breach breach;
	unsigned long long args[2];

	maxwell_breach(&breach);
	args[0] = breach.cpu;
	args[1] = (unsigned long)breach.text;
	/* Both end the class; how its end is called differs. */
	if (bpf_ksym_exists(scx_bpf_error_bstr))
		scx_bpf_error_bstr(fmt, args, sizeof(args));
	else if (bpf_ksym_exists(scx_bpf_exit_bstr))
		scx_bpf_exit_bstr(0, fmt, args, sizeof(args));
}

SEC("struct_ops/maxwell_select_cpu")
s32 BPF_PROG(maxwell_op_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	return maxwell_select_cpu(p, prev_cpu);
}

SEC("struct_ops/maxwell_enqueue")
int BPF_PROG(maxwell_op_enqueue, struct task_struct *p, u64 enq_flags)
{
	int ret = maxwell_enqueue(p, enq_flags & SCX_ENQ_LAST);

	/* Without a record the task is served outside the market, but served. */
	if (ret)
		scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, SCX_SLICE_DFL, enq_flags);
	if (ret == MAXWELL_ENQUEUE_BROKEN)
		end_class();
	return 0;
}

SEC("struct_ops/maxwell_dequeue")
int BPF_PROG(maxwell_op_dequeue, struct task_struct *p, u64 deq_flags)
{
	maxwell_dequeue(p, !deq_flags, deq_flags & SCX_DEQ_SLEEP);
	return 0;
}

/*
 * Whether it may be the CPU's deadline server that asks for a task, on behalf of sched_ext: it does
 * while it is among the runnable deadline entities, as these come before all other classes. It
 * leaves them when its time is used up, which may be found just before we are asked; unless put off
 * (deferred) it counts as running then.
 */
static bool server_asks(void)
{
	const struct rq *rq = bpf_this_cpu_ptr(&runqueues);

	return BPF_CORE_READ_BITFIELD(rq, ext_server.dl_server_active) &&
	       (!BPF_CORE_READ_BITFIELD(rq, ext_server.dl_throttled) ||
		BPF_CORE_READ_BITFIELD(rq, ext_server.dl_defer_running));
}

SEC("struct_ops/maxwell_dispatch")
int BPF_PROG(maxwell_op_dispatch, s32 cpu, struct task_struct *prev)
{
	bool server = server_asks();
	struct task_struct *p;
	u64 slice_ns = 0;
	int i;

	/*
	 * The core does not ask again after a cancellation, and the next auction may find a winner.
	 */
	for (i = 0; i < DISPATCH_TRIES; i++) {
		p = maxwell_dispatch(cpu, server, &slice_ns);
		if (!p) {
			if (slice_ns == MAXWELL_BROKEN)
				end_class();
			break;
		}
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, slice_ns, 0);
		if (maxwell_commit(p, cpu))
			break;
		scx_bpf_dispatch_cancel();
	}
	return 0;
}

SEC("struct_ops/maxwell_tick")
int BPF_PROG(maxwell_op_tick, struct task_struct *p)
{
	maxwell_tick(p);
	return 0;
}

SEC("struct_ops/maxwell_enable")
int BPF_PROG(maxwell_op_enable, struct task_struct *p)
{
	maxwell_enable(p);
	return 0;
}

SEC("struct_ops/maxwell_disable")
int BPF_PROG(maxwell_op_disable, struct task_struct *p)
{
	maxwell_disable(p);
	return 0;
}

SEC("struct_ops/maxwell_set_weight")
int BPF_PROG(maxwell_op_set_weight, struct task_struct *p, u32 weight)
{
	maxwell_set_weight(p, weight);
	return 0;
}

SEC("struct_ops/maxwell_update_idle")
int BPF_PROG(maxwell_op_update_idle, s32 cpu, bool idle)
{
	maxwell_update_idle(cpu, idle);
	return 0;
}

SEC("struct_ops.s/maxwell_cpu_online")
int BPF_PROG(maxwell_op_cpu_online, s32 cpu)
{
	maxwell_cpu_online(cpu);
	return 0;
}

/* Present so that a CPU may go without ending the class; the core moves its tasks to us again. */
SEC("struct_ops.s/maxwell_cpu_offline")
int BPF_PROG(maxwell_op_cpu_offline, s32 cpu)
{
	return 0;
}

SEC("struct_ops/maxwell_dump_cpu")
int BPF_PROG(maxwell_op_dump_cpu, struct scx_dump_ctx *dctx, s32 cpu, bool idle)
{
	const struct rq *rq = bpf_per_cpu_ptr(&runqueues, cpu);
	struct maxwell_cpu_dump d;
	u32 i;

	maxwell_dump_cpu(cpu, &d);
	if (idle && !d.nr_queued)
		return 0;
	dump("maxwell: queued=%llu parked=%llu reserve=%llu/%llu curr=%llu bid=%llu oldest=%llums",
	     d.nr_queued, d.nr_parked, d.reserve_general, d.reserve_feeder, d.curr_pid, d.curr_bid,
	     d.oldest_wait_ms);
	dump("maxwell: enqueued=%llu dispatched=%llu dequeued=%llu", d.enqueued, d.dispatched,
	     d.dequeued);
	if (rq)
		dump("maxwell: server active=%llu throttled=%llu running=%llu",
		     BPF_CORE_READ_BITFIELD(rq, ext_server.dl_server_active),
		     BPF_CORE_READ_BITFIELD(rq, ext_server.dl_throttled),
		     BPF_CORE_READ_BITFIELD(rq, ext_server.dl_defer_running));
	for (i = 0; i < MAXWELL_DUMP_BIDS; i++)
		if (i < d.nr_bids)
			dump("maxwell: waits pid=%llu bid=%llu", d.bid_pid[i], d.bid[i]);
	return 0;
}

SEC("struct_ops/maxwell_dump_task")
int BPF_PROG(maxwell_op_dump_task, struct scx_dump_ctx *dctx, struct task_struct *p)
{
	struct maxwell_task_dump d;

	maxwell_dump_task(p, &d);
	if (d.known)
		dump("maxwell: state=%llu cpu=%llu bid=%llu bucket=%llu book=%llu wait=%llums survival=%llu",
		     d.state, d.cpu, d.bid, d.bucket, d.book, d.wait_ms, d.survival);
	return 0;
}

SEC("struct_ops.s/maxwell_init")
s32 BPF_PROG(maxwell_op_init)
{
	return maxwell_init(all_tasks);
}

SEC("struct_ops.s/maxwell_exit")
int BPF_PROG(maxwell_op_exit, struct scx_exit_info *ei)
{
	exit_info.kind = ei->kind;
	exit_info.code = ei->exit_code;
	exit_info.on_request = ei->kind == SCX_EXIT_UNREG;
	bpf_probe_read_kernel_str(exit_info.reason, sizeof(exit_info.reason), ei->reason);
	bpf_probe_read_kernel_str(exit_info.msg, sizeof(exit_info.msg), ei->msg);
	maxwell_exit(&exit_info);
	return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops maxwell_ops = {
	.select_cpu = (void *)maxwell_op_select_cpu,
	.enqueue = (void *)maxwell_op_enqueue,
	.dequeue = (void *)maxwell_op_dequeue,
	.dispatch = (void *)maxwell_op_dispatch,
	.tick = (void *)maxwell_op_tick,
	.enable = (void *)maxwell_op_enable,
	.disable = (void *)maxwell_op_disable,
	.set_weight = (void *)maxwell_op_set_weight,
	.update_idle = (void *)maxwell_op_update_idle,
	.cpu_online = (void *)maxwell_op_cpu_online,
	.cpu_offline = (void *)maxwell_op_cpu_offline,
	.dump_cpu = (void *)maxwell_op_dump_cpu,
	.dump_task = (void *)maxwell_op_dump_task,
	.init = (void *)maxwell_op_init,
	.exit = (void *)maxwell_op_exit,
	/*
	 * ENQ_LAST: a CPU whose only task cannot pay goes idle instead of heating. The other two:
	 * tasks that cannot migrate, or are exiting, pay like everybody else.
	 */
	.flags = SCX_OPS_SWITCH_PARTIAL | SCX_OPS_ENQ_LAST | SCX_OPS_ENQ_MIGRATION_DISABLED |
		 SCX_OPS_ENQ_EXITING,
	.timeout_ms = 20000,
	.name = "maxwell",
};
