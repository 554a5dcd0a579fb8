// SPDX-License-Identifier: GPL-2.0
/*
 * The kfuncs: one for each sched_ext callback of the BPF glue, mx_commit(), which ops.dispatch
 * needs as well, and mx_breach_get(), which tells why the class has to end. Their prototypes are
 * checked against the module's BTF when the glue is loaded; a change of one needs a new name.
 *
 * Only struct_ops programs of a sched_ext_ops whose names begin with "maxwell_" may call them.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>

#include "maxwell.h"

__bpf_kfunc_start_defs();

__bpf_kfunc s32 maxwell_init(bool all)
{
	return mx_class_begin(all);
}

__bpf_kfunc void maxwell_exit(struct maxwell_exit_info *info)
{
	mx_class_end(info);
}

__bpf_kfunc s32 maxwell_select_cpu(struct task_struct *p, s32 prev_cpu)
{
	return mx_select_cpu(p, prev_cpu);
}

__bpf_kfunc s32 maxwell_enqueue(struct task_struct *p, bool last)
{
	return mx_enqueue(p, last);
}

__bpf_kfunc void maxwell_dequeue(struct task_struct *p, bool dispatched, bool sleep)
{
	mx_dequeue(p, dispatched, sleep);
}

__bpf_kfunc struct task_struct *maxwell_dispatch(s32 cpu, bool server, u64 *slice_ns)
{
	/* The glue passes on what the core gave it; only the local CPU makes sense. */
	if (cpu != smp_processor_id())
		return NULL;
	return mx_dispatch(cpu, server, slice_ns);
}

__bpf_kfunc bool maxwell_commit(struct task_struct *p, s32 cpu)
{
	return cpu == smp_processor_id() && mx_commit(p, cpu);
}

__bpf_kfunc void maxwell_tick(struct task_struct *p)
{
	mx_tick(p);
}

__bpf_kfunc void maxwell_enable(struct task_struct *p)
{
	if (!mx_task_of(p))
		mx_task_enable(p);
	/*
	 * The core's watchdog goes by when a task last began to wait in the class, and dates the
	 * wait of one that has left while it waited back to that: anybody could end the class.
	 */
	p->scx.flags |= SCX_TASK_RESET_RUNNABLE_AT;
}

__bpf_kfunc void maxwell_disable(struct task_struct *p)
{
	mx_task_disable(p);
}

__bpf_kfunc void maxwell_set_weight(struct task_struct *p, u32 weight)
{
	mx_set_weight(p, weight);
}

__bpf_kfunc void maxwell_update_idle(s32 cpu, bool idle)
{
	if (cpu >= 0 && cpu < nr_cpu_ids && cpu_possible(cpu))
		mx_update_idle(cpu, idle);
}

__bpf_kfunc void maxwell_cpu_online(s32 cpu)
{
	mx_topology_refresh();
}

__bpf_kfunc void maxwell_dump_cpu(s32 cpu, struct maxwell_cpu_dump *dump)
{
	memset(dump, 0, sizeof(*dump));
	if (cpu >= 0 && cpu < nr_cpu_ids && cpu_possible(cpu))
		mx_dump_cpu(cpu, dump);
}

__bpf_kfunc void maxwell_dump_task(struct task_struct *p, struct maxwell_task_dump *dump)
{
	mx_dump_task(p, dump);
}

__bpf_kfunc void maxwell_breach(struct maxwell_breach *breach)
{
	mx_breach_get(breach);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(mx_kfunc_ids)
BTF_ID_FLAGS(func, maxwell_init, KF_SLEEPABLE)
BTF_ID_FLAGS(func, maxwell_exit, KF_SLEEPABLE)
BTF_ID_FLAGS(func, maxwell_select_cpu, KF_RCU)
BTF_ID_FLAGS(func, maxwell_enqueue, KF_RCU)
BTF_ID_FLAGS(func, maxwell_dequeue, KF_RCU)
BTF_ID_FLAGS(func, maxwell_dispatch, KF_RET_NULL | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, maxwell_commit, KF_RCU)
BTF_ID_FLAGS(func, maxwell_tick, KF_RCU)
BTF_ID_FLAGS(func, maxwell_enable, KF_RCU)
BTF_ID_FLAGS(func, maxwell_disable, KF_RCU)
BTF_ID_FLAGS(func, maxwell_set_weight, KF_RCU)
BTF_ID_FLAGS(func, maxwell_update_idle)
BTF_ID_FLAGS(func, maxwell_cpu_online, KF_SLEEPABLE)
BTF_ID_FLAGS(func, maxwell_dump_cpu)
BTF_ID_FLAGS(func, maxwell_dump_task, KF_RCU)
BTF_ID_FLAGS(func, maxwell_breach)
BTF_KFUNCS_END(mx_kfunc_ids)

/* Called by the verifier for each call of a kfunc; 0 allows it. */
static int kfunc_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	const struct bpf_struct_ops *ops = prog->aux->st_ops;

	if (!btf_id_set8_contains(&mx_kfunc_ids, kfunc_id))
		return 0;
	if (!ops || strcmp(ops->name, "sched_ext_ops"))
		return -EACCES;
	return strncmp(prog->aux->name, "maxwell_", 8) ? -EACCES : 0;
}

static const struct btf_kfunc_id_set mx_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &mx_kfunc_ids,
	.filter = kfunc_filter,
};

/**
 * mx_kfuncs_register() - offer the kfuncs to struct_ops programs
 *
 * There is no way back but unloading the module.
 */
int mx_kfuncs_register(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &mx_kfunc_set);
}
