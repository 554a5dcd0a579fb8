/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Internals of sched_maxwell.ko: task records, per-CPU state, and what the files offer each other.
 *
 * Locks, outermost first:
 *
 *   mx_price_mutex        multipliers of all CPUs (pricing.c); process context
 *   mx_wallet_mutex       wallets and grants are made and changed (account_admin.c)
 *   mx_class_mutex        state of the class (class.c); process context
 *   mx_file::lock         a file's ring is made (device.c); process context, as the next two
 *   rings_mutex           whose rings there are (ring_file.c)
 *   poll_mutex            whether rings are polled, and which (ring_poll.c)
 *   rings_lock            raw: the list of rings as the timer goes through it
 *   mx_bid_ring::lock     raw: the kernel's end of one ring
 *   rq->lock              the core's; held around most sched_ext callbacks, never taken here
 *   mx_cpu::lock          raw: one order book, its counters, and the records that it owns
 *   map_lock              raw leaf: who draws on which wallet (account.c)
 *   mx_account::lock      raw leaf: the money of one wallet
 *   pool_lock             raw leaf: free and dormant records (task.c)
 *
 * The locks of rings are held while bids are put into force, and never taken under rq->lock. The
 * timer has rings_lock when it tries, but does not wait for, mx_bid_ring::lock; nobody else holds
 * both. mmap_lock is outside the mutexes of rings, and they are not held together with the mutexes
 * above them.
 *
 * Two mx_cpu::lock are never held together, nor is mx_cpu::lock held with pool_lock. Inside
 * mx_cpu::lock nothing is taken but the leaves and what hrtimer_start() takes. It is taken with
 * interrupts off, which the core has done already around the sched_ext callbacks.
 */
#ifndef MAXWELL_H
#define MAXWELL_H

#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <uapi/linux/maxwell.h>

#include "glue.h"
#include "policy.h"
#include "price.h"
#include "tunables.h"
#include "account.h"

#define MX_PRICE_KINDS 3

/* Each tunable by its name; read with READ_ONCE() through mx_tune(). */
struct mx_tunables {
#define MX_FIELD(name, dflt, lo, hi, unit, doc) u32 name;
	MAXWELL_TUNABLES(MX_FIELD)
#undef MX_FIELD
};

extern struct mx_tunables mx_tunables;

#define mx_tune(name) READ_ONCE(mx_tunables.name)

enum mx_task_state {
	MX_OFF,		/* not waiting in a book: asleep, or on a local queue of sched_ext */
	MX_QUEUED,	/* in the book of mx_task::cpu */
	MX_POPPED,	/* taken from the book, not yet out of our custody */
	MX_RUNNING,	/* given mx_task::cpu, and not known to have left it */
};

/**
 * struct mx_task - record of a task under the class
 * @node: its place in an order book
 * @cpu: whose mx_cpu::lock protects this record
 * @state: enum mx_task_state
 * @source: enum maxwell_bid_source, never KTHREAD: that is derived
 * @survival: the run that comes or goes on is on the survival share
 * @price: what it pays for what it runs, cents per CPU-second
 * @placed: select_cpu has claimed an idle CPU for the enqueue that follows
 * @book: enum mx_book_id that it bids in
 * @bid: explicit bid; valid if @source says so
 * @bid_end_ns: the explicit bid lapses when @runtime_ns gets there
 * @wallet: what it draws on; never NULL while the record is in use
 * @wallet_source: enum maxwell_wallet_source
 * @wallet_uid: user for whom the wallet was found
 * @wallet_epoch: grants for which it was found
 * @wallet_cgroup: cgroup for which it was found; compared only
 * @owed_nanocents: of what it was charged, not yet taken from the wallet
 * @owed_ns: run time that this is for
 * @weight: sched_ext's weight, 100 at nice 0
 * @index: place in the table of records
 * @task: whose record this is; NULL if it is free or dormant
 * @pid: identity of the task that a dormant record waits for, referenced
 * @wait_since_ns: start of the present wait; 0 if it does not wait
 * @exec_start_ns: sum_exec_runtime up to which it has been charged
 * @runtime_ns: CPU time under the class
 * @charged_nanocents: what that cost
 * @wait_total_ns: all waits together
 * @wait_max_ns: the longest
 * @nr_runs: times it was put on a CPU
 * @nr_survival: times that this was on the survival share
 * @link: in the free list or a dormant chain
 */
struct mx_task {
	struct mx_node node;
	int cpu;
	u8 state;
	u8 source;
	bool survival;
	bool placed;
	u8 book;
	u32 bid;
	u32 price;
	u32 weight;
	u32 index;
	struct task_struct *task;
	struct mx_account *wallet;
	u64 owed_nanocents;
	u64 owed_ns;
	u64 bid_end_ns;
	u8 wallet_source;
	u32 wallet_epoch;
	kuid_t wallet_uid;
	const void *wallet_cgroup;
	struct pid *pid;
	u64 wait_since_ns;
	u64 exec_start_ns;
	u64 runtime_ns;
	u64 charged_nanocents;
	u64 wait_total_ns;
	u64 wait_max_ns;
	u64 nr_runs;
	u64 nr_survival;
	struct mx_task *link;
};

/* Counters of a CPU, in the order in which netlink and the dump print them. */
struct mx_counters {
	u64 enqueued;
	u64 dispatched;
	u64 dequeued;
	u64 stolen;
	u64 steal_failed;
	u64 preempted;
	u64 survival_runs;
	u64 overflowed;
	u64 runtime_ns;
	u64 charged_nanocents;
};

/* Neighbourhoods of a CPU, each without those before it. */
enum mx_near {
	MX_NEAR_CORE,
	MX_NEAR_LLC,
	MX_NEAR_NODE,
	MX_NEAR_MACHINE,
	MX_NEARS,
};

/**
 * struct mx_cpu - everything that Maxwell knows of a CPU
 * @lock: protects what follows up to @count, and the records that point here
 * @rq: the order book
 * @curr: record of the task that was given the CPU last; NULL if it is known to have left it. It
 *	may wait for a task of a higher class to get out of the way, or sleep while such a task runs
 * @curr_rival: bid, bucket and book of @curr
 * @survival_ns: start of the next turn on the survival share
 * @auction_ns: when the last auction was held
 * @count: counters
 * @quote: what waits here, for the prices of other CPUs; read without the lock
 * @outside: what waits on other CPUs, as of the last tick
 * @refresh_ns: no look at bids that wait before this
 * @top: dearest bucket that waits here, -1 for none; read without the lock as a hint
 * @running: bucket that runs here, -1 for none; read without the lock as a hint
 * @cpu: number of the CPU
 * @kicked: a kick is on its way; keeps them from piling up
 * @steal_ns: no search for a better bid elsewhere before this; only this CPU touches it
 * @steal_cursor: where the last search of each neighbourhood ended; only this CPU touches it
 * @timer: ends short slices, and wakes an idle CPU for the survival share
 * @timer_task: record of the task whose slice @timer ends; NULL if it is to wake an idle CPU
 * @csd: the kick
 * @llc: CPUs that share the last-level cache
 * @reserve: reserve price of each book, cents per CPU-second; written under mx_price_mutex
 * @multiplier: by enum maxwell_price_kind; mx_price_mutex
 * @waiting_q8: moving average of the waiting tasks, Q24.8; mx_price_mutex
 */
struct mx_cpu {
	raw_spinlock_t lock;
	struct mx_task *curr;
	struct mx_rival curr_rival;
	u64 survival_ns;
	u64 auction_ns;
	struct mx_counters count;
	struct mx_runqueue rq;
	struct mx_quote quote;
	struct mx_quote outside;
	u64 refresh_ns;

	s16 top ____cacheline_aligned;
	s16 running;
	int cpu;
	atomic_t kicked;
	u64 steal_ns;
	unsigned int steal_cursor[MX_NEARS];
	struct hrtimer timer;
	struct mx_task *timer_task;
	call_single_data_t csd;
	cpumask_var_t llc;
	u32 reserve[MX_BOOKS];
	struct mx_multiplier multiplier[MX_PRICE_KINDS];
	u32 waiting_q8;
};

extern struct mx_cpu __percpu *mx_cpus;

static inline struct mx_cpu *mx_cpu(int cpu)
{
	return per_cpu_ptr(mx_cpus, cpu);
}

/* The tunables that the auction needs, derived once for each change of them. */
extern struct mx_terms mx_terms;

/* cpu.c */
int mx_cpus_alloc(void);
void mx_cpus_free(void);
void mx_cpus_reset(void);
void mx_kick(int cpu);
void mx_resched_here(struct mx_cpu *mx);
void mx_timer_arm(struct mx_cpu *mx, struct mx_task *t, u64 delay_ns);
void mx_topology_refresh(void);

/* task.c */
int mx_tasks_init(void);
void mx_tasks_exit(void);
void mx_tasks_sweep(void);
u32 mx_task_count(void);
struct mx_task *mx_task_enable(struct task_struct *p);
void mx_task_disable(struct task_struct *p);
void mx_task_rebid(struct mx_task *t, u8 source, u32 bid, u8 book, u64 for_ns);
void mx_task_requeue(struct mx_task *t);
void mx_tasks_forget(const struct mx_account *a);

/* task_wallet.c */
void mx_tasks_pay(const struct mx_account *a);
void mx_tasks_redraw(const struct mx_account *a);
void mx_tasks_reprice(const struct mx_account *a);
bool mx_task_redraw(struct task_struct *p, struct mx_account *a);

/* book.c: with mx_cpu::lock held */
void mx_book_add(struct mx_cpu *mx, struct mx_task *t, u64 now_ns);
void mx_book_del(struct mx_cpu *mx, struct mx_task *t);
void mx_charge(struct mx_cpu *mx, struct mx_task *t);
void mx_begin_run(struct mx_cpu *mx, struct mx_task *t, u64 now_ns);
void mx_end_run(struct mx_cpu *mx);
void mx_reprice_curr(struct mx_cpu *mx);
bool mx_curr_must_yield(struct mx_cpu *mx, u64 now_ns);
bool mx_book_fresh(struct mx_cpu *mx, struct mx_task *t, u64 now_ns);
void mx_book_refresh(struct mx_cpu *mx, u64 now_ns);

/* auction.c */
void mx_arm_idle(struct mx_cpu *mx, u64 now_ns);
struct task_struct *mx_dispatch(int cpu, bool server, u64 *slice_ns);
bool mx_commit(struct task_struct *p, int cpu);

/* sched.c */
int mx_enqueue(struct task_struct *p, bool last);
void mx_dequeue(struct task_struct *p, bool dispatched, bool sleep);
void mx_tick(struct task_struct *p);
void mx_set_weight(struct task_struct *p, u32 weight);

/* breach.c */
const char *mx_breach_text(u8 why);
void mx_breach_get(struct maxwell_breach *breach);

/* dump.c */
void mx_dump_cpu(int cpu, struct maxwell_cpu_dump *dump);
void mx_dump_task(struct task_struct *p, struct maxwell_task_dump *dump);

/* select.c */
int mx_idle_init(void);
void mx_idle_exit(void);
int mx_select_cpu(struct task_struct *p, int prev_cpu);
void mx_update_idle(int cpu, bool idle);
void mx_idle_reset(void);
bool mx_cpu_idle(int cpu);
int mx_idle_for(const struct task_struct *p, const struct mx_task *t, int near);

/* steal.c */
struct task_struct *mx_steal(struct mx_cpu *thief, int above);

/* pricing.c */
int mx_pricing_init(void);
void mx_pricing_exit(void);
void mx_pricing_refresh(void);
void mx_price_set(const struct cpumask *cpus, u32 kind, u32 value, s32 slope, u32 lease_ms);
void mx_price_get(int cpu, u32 kind, struct mx_multiplier *m, u32 *value, u64 *lease_left_ns);

/* class.c */

/**
 * struct mx_class - state of the class
 * @mode: enum maxwell_class_mode
 * @attach_count: attachments since the module was loaded
 * @attach_ns: when it was attached
 * @has_exit: the fields that follow are valid
 * @exit: how it ended last
 */
struct mx_class {
	u32 mode;
	u64 attach_count;
	u64 attach_ns;
	bool has_exit;
	struct maxwell_exit_info exit;
};

void mx_class_get(struct mx_class *out);
int mx_class_begin(bool all);
void mx_class_end(const struct maxwell_exit_info *info);

/* kfuncs.c, netlink*.c, sysfs.c */
int mx_kfuncs_register(void);
int mx_netlink_register(void);
void mx_netlink_unregister(void);
void mx_notify_class(u32 event);
void mx_notify_price(const struct cpumask *cpus, u32 kind, u32 event,
		     const struct mx_multiplier *m);
void mx_notify_wallet(u32 id, u32 event);
void mx_notify_wallet_report(const struct mx_account_report *report, u32 event);
void mx_notify_samples(void);
bool mx_samples_wanted(void);
int mx_sysfs_register(void);
void mx_sysfs_unregister(void);

/**
 * mx_now_ns() - the clock of waits, slices, turns and leases
 *
 * CLOCK_MONOTONIC, the same on all CPUs but for a correction under way: who subtracts looks out for
 * a time that lies a little ahead.
 */
static inline u64 mx_now_ns(void)
{
	return ktime_get_mono_fast_ns();
}

#include "task.h"

#endif /* MAXWELL_H */
