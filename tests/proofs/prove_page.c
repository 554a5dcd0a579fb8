// SPDX-License-Identifier: GPL-2.0
/*
 * The price page: a writer and a reader that run at the same time. CBMC takes each access to shared
 * memory as a step and tries all interleavings of the two.
 */
#include "proof.h"

/* CBMC's own fences, by what they keep in order; an acquire load keeps loads behind it. */
#undef smp_rmb
#undef smp_wmb
#undef smp_load_acquire
#undef READ_ONCE
#undef WRITE_ONCE
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, v) ((x) = (v))
#define smp_rmb() __CPROVER_fence("RRfence", "RWfence")
#define smp_wmb() __CPROVER_fence("WWfence")
#define smp_load_acquire(p) (*(p))

#include "page.h"

static struct maxwell_cpu_prices shared;

static struct maxwell_cpu_prices whole(u32 i)
{
	return (struct maxwell_cpu_prices){
		.flags = i, .reserve_general = i, .reserve_feeder = i, .price = i, .best_bid = i,
		.queued = i, .load_q8 = i, .local = i, .external = i, .gpu = i, .reserved = i,
		.time_ns = i, .reserved2 = i,
	};
}

static bool is_whole(const struct maxwell_cpu_prices *e, u32 i)
{
	return e->flags == i && e->reserve_general == i && e->reserve_feeder == i &&
	       e->price == i && e->best_bid == i && e->queued == i && e->load_q8 == i &&
	       e->local == i && e->external == i && e->gpu == i && e->reserved == i &&
	       e->time_ns == i && e->reserved2 == i;
}

static void write_once(void)
{
	struct maxwell_cpu_prices entry = whole(1);
	u32 seq = 0;

	mx_entry_write(&shared, &seq, &entry);
}

/*
 * Who reads while an entry is written sees the one before or the one after, or that it has to try
 * again.
 *
 * Bound: one write, one read. Stores may be delayed past other stores and loads (PSO), which is
 * what the writer's barriers are for; that loads stay in order is for the litmus tests.
 *
 * class: short
 * cbmc: --mm pso --unwind 2 --no-standard-checks
 */
PROOF(reader_sees_the_whole_entry)
{
	struct maxwell_cpu_prices entry;
	bool read;

__CPROVER_ASYNC_1:
	write_once();

	read = mx_entry_read(&shared, &entry);
	CLAIM(!read || (entry.seq == 0 && is_whole(&entry, 0)) ||
	      (entry.seq == 2 && is_whole(&entry, 1)), "one entry, whole");
	REACHABLE(read && entry.seq == 0, "the one before");
	REACHABLE(read && entry.seq == 2, "the one after");
	REACHABLE(!read, "another try");
}
