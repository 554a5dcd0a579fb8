/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing and reading an entry of the price page (uapi/linux/maxwell_dev.h) so that nobody sees
 * half of a change. Pure: see pure.h.
 */
#ifndef MAXWELL_PAGE_H
#define MAXWELL_PAGE_H

#include <uapi/linux/maxwell_dev.h>

#include "pure.h"

static_assert(sizeof(struct maxwell_cpu_prices) == 64, "an entry is a cache line");

/**
 * mx_entry_write() - publish an entry
 * @shared: entry that readers look at; there is one writer at a time
 * @seq: the writer's own count, which readers cannot reach
 * @entry: what to publish; its @seq does not count
 */
static inline void mx_entry_write(struct maxwell_cpu_prices *shared, u32 *seq,
				  const struct maxwell_cpu_prices *entry)
{
	WRITE_ONCE(shared->seq, ++*seq);
	/* No part of the new before the odd count. */
	smp_wmb();
	WRITE_ONCE(shared->flags, entry->flags);
	WRITE_ONCE(shared->reserve_general, entry->reserve_general);
	WRITE_ONCE(shared->reserve_feeder, entry->reserve_feeder);
	WRITE_ONCE(shared->price, entry->price);
	WRITE_ONCE(shared->best_bid, entry->best_bid);
	WRITE_ONCE(shared->queued, entry->queued);
	WRITE_ONCE(shared->load_q8, entry->load_q8);
	WRITE_ONCE(shared->local, entry->local);
	WRITE_ONCE(shared->external, entry->external);
	WRITE_ONCE(shared->gpu, entry->gpu);
	WRITE_ONCE(shared->reserved, entry->reserved);
	WRITE_ONCE(shared->time_ns, entry->time_ns);
	WRITE_ONCE(shared->reserved2, entry->reserved2);
	/* Nor the even one before all of it. */
	smp_wmb();
	WRITE_ONCE(shared->seq, ++*seq);
}

/**
 * mx_entry_read() - read an entry
 * @shared: entry
 * @entry: written
 *
 * Return: false if a writer was at work; try again.
 */
static inline bool mx_entry_read(const struct maxwell_cpu_prices *shared,
				 struct maxwell_cpu_prices *entry)
{
	/* Before everything else. */
	u32 seq = smp_load_acquire(&shared->seq);

	if (seq & 1)
		return false;
	entry->seq = seq;
	entry->flags = READ_ONCE(shared->flags);
	entry->reserve_general = READ_ONCE(shared->reserve_general);
	entry->reserve_feeder = READ_ONCE(shared->reserve_feeder);
	entry->price = READ_ONCE(shared->price);
	entry->best_bid = READ_ONCE(shared->best_bid);
	entry->queued = READ_ONCE(shared->queued);
	entry->load_q8 = READ_ONCE(shared->load_q8);
	entry->local = READ_ONCE(shared->local);
	entry->external = READ_ONCE(shared->external);
	entry->gpu = READ_ONCE(shared->gpu);
	entry->reserved = READ_ONCE(shared->reserved);
	entry->time_ns = READ_ONCE(shared->time_ns);
	entry->reserved2 = READ_ONCE(shared->reserved2);
	/* The count again after everything else. */
	smp_rmb();
	return READ_ONCE(shared->seq) == seq;
}

#endif /* MAXWELL_PAGE_H */
