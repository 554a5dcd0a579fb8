// SPDX-License-Identifier: GPL-2.0
/*
 * Multipliers of all CPUs, and the worker that turns them into reserves.
 *
 * The pick path reads a reserve with one load. This file writes it: when a multiplier is set,
 * when a tunable changes, and every UPDATE_NS while a slope, a ramp or the demand moves it. A
 * lease that runs costs nothing until its end.
 *
 * Takes mx_price_mutex; may sleep.
 */
#include <linux/cpu.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "maxwell.h"
#include "coupling.h"
#include "device.h"
#include "gpu.h"

#define UPDATE_NS (10 * NSEC_PER_MSEC)
/* A work item cannot sleep longer than this in one go; it looks again then. */
#define DELAY_MAX_NS (3600 * NSEC_PER_SEC)

/* Lease events of one update, by kind: which CPUs' leases ran out, whose ramps ended. */
struct price_news {
	struct cpumask expired[MX_PRICE_KINDS];
	struct cpumask safe[MX_PRICE_KINDS];
	struct mx_multiplier sample[MX_PRICE_KINDS];
};

/* What the GPUs do to the prices of CPUs, read anew for each update. */
struct gpu_heat {
	struct mx_coupling coupling[MX_BOOKS];
	u32 gain_permille;
	u32 busy_q16;
};

static DEFINE_MUTEX(mx_price_mutex);
static struct gpu_heat gpu_heat;
static struct price_news *news;

static void update_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(update_work, update_fn);
static void sample_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(sample_work, sample_fn);

static void ramp_get(struct mx_ramp *ramp)
{
	ramp->horizon_ns = (u64)mx_tune(slope_horizon_ms) * NSEC_PER_MSEC;
	ramp->ramp_ns = (u64)mx_tune(safe_ramp_ms) * NSEC_PER_MSEC;
	ramp->safe = mx_safe_q16(mx_tune(safe_multiplier_permille));
}

static void gpu_heat_get(struct gpu_heat *heat)
{
	mx_couplings_get(heat->coupling);
	heat->gain_permille = mx_tune(gpu_busy_gain_permille);
	heat->busy_q16 = heat->gain_permille ? mx_gpus_busy_q16() : 0;
}

/* What a gpu multiplier does to the price of a book. */
static u32 gpu_coupled(u32 value, u8 book)
{
	return mx_coupling_q16(&gpu_heat.coupling[book],
			       mx_gpu_load_q16(value, gpu_heat.gain_permille, gpu_heat.busy_q16));
}

/* Put a reserve into force. Returns true if the bucket changed. */
static bool reserve_set(struct mx_cpu *mx, u8 book, u32 price)
{
	u16 bucket = mx_bucket(price);

	WRITE_ONCE(mx->reserve[book], price);
	if (mx->rq.book[book].reserve == bucket)
		return false;
	WRITE_ONCE(mx->rq.book[book].reserve, bucket);
	return true;
}

/* The demand multiplier of a CPU, from a moving average over 16 updates. */
static u32 demand(struct mx_cpu *mx, bool tick)
{
	u32 gain = mx_tune(demand_gain_permille);

	if (!gain) {
		mx->waiting_q8 = 0;
		return MX_ONE;
	}
	if (tick) {
		s32 off = (READ_ONCE(mx->rq.nr_queued) << 8) - mx->waiting_q8;

		/* Rounded away from 0, or the last sixteenths would never be made up. */
		mx->waiting_q8 += (off + (off > 0 ? 15 : -15)) / 16;
	}
	return mx_demand_q16(gain, mx->waiting_q8);
}

/* Bring one CPU up to date; returns when it wants to be looked at next. */
static u64 update_cpu(struct mx_cpu *mx, const struct mx_ramp *ramp, u64 now_ns, bool tick)
{
	u32 value[MX_PRICE_KINDS], load;
	u64 next_ns = U64_MAX;
	bool changed;
	int kind;

	for (kind = 0; kind < MX_PRICE_KINDS; kind++) {
		struct mx_multiplier *m = &mx->multiplier[kind];

		/* At most two steps: the lease runs out, and a ramp of no length ends. */
		while (mx_multiplier_step(m, ramp, now_ns)) {
			cpumask_set_cpu(mx->cpu, m->state == MX_MULTIPLIER_SAFE ?
						 &news->safe[kind] : &news->expired[kind]);
			/* The value at the lease's end, or the one that the ramp led to. */
			news->sample[kind] = *m;
			if (m->state == MX_MULTIPLIER_SAFE)
				news->sample[kind].base = mx_multiplier_value(m, ramp, now_ns);
		}
		value[kind] = mx_multiplier_value(m, ramp, now_ns);
		if (mx_multiplier_moving(m, ramp, now_ns))
			next_ns = min(next_ns, now_ns + UPDATE_NS);
		if (m->state == MX_MULTIPLIER_HELD && m->lease_end_ns)
			next_ns = min(next_ns, m->lease_end_ns);
	}
	load = demand(mx, tick);
	if (mx_tune(demand_gain_permille) || gpu_heat.gain_permille)
		next_ns = min(next_ns, now_ns + UPDATE_NS);

	changed = reserve_set(mx, MX_BOOK_FEEDER,
			      mx_reserve(mx_tune(base_price_cents),
					 value[MAXWELL_PRICE_KIND_LOCAL],
					 value[MAXWELL_PRICE_KIND_EXTERNAL],
					 gpu_coupled(value[MAXWELL_PRICE_KIND_GPU],
						     MX_BOOK_FEEDER), load));
	changed |= reserve_set(mx, MX_BOOK_GENERAL,
			       mx_reserve(mx_tune(base_price_cents),
					  value[MAXWELL_PRICE_KIND_LOCAL],
					  value[MAXWELL_PRICE_KIND_EXTERNAL],
					  gpu_coupled(value[MAXWELL_PRICE_KIND_GPU],
						      MX_BOOK_GENERAL), load));
	/* What readers of the page need is what the price was multiplied by. */
	value[MAXWELL_PRICE_KIND_GPU] = gpu_coupled(value[MAXWELL_PRICE_KIND_GPU], MX_BOOK_GENERAL);
	mx_page_prices(mx, value, now_ns);
	if (changed)
		mx_kick(mx->cpu);
	return next_ns;
}

/* Bring all CPUs up to date, tell of leases, and plan the next update. */
static void update_all(bool tick)
{
	u64 now_ns = mx_now_ns(), next_ns = U64_MAX;
	struct mx_ramp ramp;
	int cpu, kind;

	lockdep_assert_held(&mx_price_mutex);

	memset(news, 0, sizeof(*news));
	ramp_get(&ramp);
	gpu_heat_get(&gpu_heat);
	cpus_read_lock();
	for_each_possible_cpu(cpu)
		next_ns = min(next_ns, update_cpu(mx_cpu(cpu), &ramp, now_ns, tick));
	cpus_read_unlock();

	for (kind = 0; kind < MX_PRICE_KINDS; kind++) {
		if (!cpumask_empty(&news->expired[kind]))
			mx_notify_price(&news->expired[kind], kind,
					MAXWELL_PRICE_EVENT_LEASE_EXPIRED, &news->sample[kind]);
		if (!cpumask_empty(&news->safe[kind]))
			mx_notify_price(&news->safe[kind], kind, MAXWELL_PRICE_EVENT_SAFE_REACHED,
					&news->sample[kind]);
	}
	if (next_ns == U64_MAX)
		return;
	next_ns = min(next_ns > now_ns ? next_ns - now_ns : 0, (u64)DELAY_MAX_NS);
	mod_delayed_work(system_highpri_wq, &update_work, nsecs_to_jiffies(next_ns) + 1);
}

static void update_fn(struct work_struct *work)
{
	mutex_lock(&mx_price_mutex);
	update_all(true);
	mutex_unlock(&mx_price_mutex);
}

/**
 * mx_pricing_update() - work all prices out anew
 */
void mx_pricing_update(void)
{
	mutex_lock(&mx_price_mutex);
	update_all(false);
	mutex_unlock(&mx_price_mutex);
}

/**
 * mx_pricing_refresh() - put changed tunables into force
 */
void mx_pricing_refresh(void)
{
	mx_terms_set(&mx_terms, mx_tune(slice_us), mx_tune(slice_min_us), mx_tune(max_wait_ms),
		     mx_tune(survival_share_permille));
	mx_gpus_refresh();
	mx_pricing_update();
	mod_delayed_work(system_highpri_wq, &sample_work, 0);
}

/**
 * mx_price_set() - set a multiplier on some CPUs
 * @cpus: which
 * @kind: enum maxwell_price_kind
 * @value: Q16.16, at least MAXWELL_MULTIPLIER_MIN
 * @slope: Q16.16 per second
 * @lease_ms: 0 for no end
 *
 * All CPUs change before anybody else can set or read a multiplier.
 */
void mx_price_set(const struct cpumask *cpus, u32 kind, u32 value, s32 slope, u32 lease_ms)
{
	u64 now_ns = mx_now_ns();
	int cpu;

	mutex_lock(&mx_price_mutex);
	for_each_cpu(cpu, cpus)
		mx_multiplier_set(&mx_cpu(cpu)->multiplier[kind], value, slope, lease_ms, now_ns);
	if (!cpumask_empty(cpus))
		mx_notify_price(cpus, kind, MAXWELL_PRICE_EVENT_SET,
				&mx_cpu(cpumask_first(cpus))->multiplier[kind]);
	update_all(false);
	mutex_unlock(&mx_price_mutex);
}

/**
 * mx_price_get() - read a multiplier
 * @cpu: a possible CPU
 * @kind: enum maxwell_price_kind
 * @m: the multiplier as it was set
 * @value: what it is worth now, Q16.16
 * @lease_left_ns: what is left of its lease, 0 without one
 */
void mx_price_get(int cpu, u32 kind, struct mx_multiplier *m, u32 *value, u64 *lease_left_ns)
{
	u64 now_ns = mx_now_ns();
	struct mx_ramp ramp;

	ramp_get(&ramp);
	mutex_lock(&mx_price_mutex);
	*m = mx_cpu(cpu)->multiplier[kind];
	mutex_unlock(&mx_price_mutex);
	*value = mx_multiplier_value(m, &ramp, now_ns);
	*lease_left_ns = m->state == MX_MULTIPLIER_HELD && m->lease_end_ns > now_ns ?
				 m->lease_end_ns - now_ns : 0;
}

static void sample_fn(struct work_struct *work)
{
	u32 period_ms = mx_tune(sample_ms);

	if (!period_ms)
		return;
	if (mx_samples_wanted())
		mx_notify_samples();
	mod_delayed_work(system_highpri_wq, &sample_work, msecs_to_jiffies(period_ms));
}

/**
 * mx_pricing_init() - put the default tunables into force
 *
 * Return: 0 or -ENOMEM.
 */
int mx_pricing_init(void)
{
	news = kvzalloc_obj(*news);
	if (!news)
		return -ENOMEM;
	mx_pricing_refresh();
	return 0;
}

/**
 * mx_pricing_exit() - stop the workers
 */
void mx_pricing_exit(void)
{
	cancel_delayed_work_sync(&update_work);
	cancel_delayed_work_sync(&sample_work);
	kvfree(news);
}
