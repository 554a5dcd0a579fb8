/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmaxwell, the market: bids and prices without system calls, and leases of GPUs, over
 * /dev/maxwell. Documentation/agents.md is the guide, linux/maxwell_dev.h the layout of what is
 * shared with the kernel.
 *
 * One struct mxw_agent is one open file with a bid ring of its own. Bidding, and counting what
 * became of bids, is for one thread at a time; any number of threads may read prices, flush and use
 * GPUs.
 */
#ifndef MAXWELL_MARKET_H
#define MAXWELL_MARKET_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/maxwell_dev.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A writer is done after some 20 ns, unless it was interrupted in the middle. */
#define MXW_PRICE_TRIES 64

/**
 * struct mxw_agent - an open market device
 * @ring: header of the bid ring
 * @entries: its entries
 * @head: entries written so far; ours, so that the shared one is only ever written
 * @tail: entries that the kernel had taken up when we last looked
 * @cpus: entries of the price page
 * @nr_cpus: how many there are
 * @entry_bytes: distance of two of them
 * @prices: the price page
 * @fd: the open file; -1 for one over memory of the caller's
 *
 * Laid open for the inline functions below, for nothing else. What bidding writes and what readers
 * of prices read are on cache lines of their own.
 */
struct mxw_agent {
	struct maxwell_ring *ring;
	struct maxwell_ring_bid *entries;
	uint32_t head;
	uint32_t tail;
	const char *cpus __attribute__((aligned(64)));
	uint32_t nr_cpus;
	uint32_t entry_bytes;
	const struct maxwell_prices *prices;
	int fd;
};

/**
 * struct mxw_ring_counters - what became of the bids in a ring
 * @pending: written, but not taken up yet
 * @taken: put into force
 * @refused: of threads that are not under the class, or not ours to bid for
 * @invalid: made no sense
 * @overrun: times that the whole ring was dropped because its head was more than a ring ahead
 */
struct mxw_ring_counters {
	uint32_t pending;
	uint64_t taken;
	uint64_t refused;
	uint64_t invalid;
	uint64_t overrun;
};

int mxw_agent_open(struct mxw_agent **out);
int mxw_agent_init(struct mxw_agent *agent, void *ring, const void *prices, size_t prices_bytes);
void mxw_agent_close(struct mxw_agent *agent);
int mxw_agent_fd(const struct mxw_agent *agent);
int mxw_ring_flush(struct mxw_agent *agent);
void mxw_ring_counters(const struct mxw_agent *agent, struct mxw_ring_counters *out);
int mxw_gpu_ask(struct mxw_agent *agent, struct maxwell_gpu_ask *ask);
int mxw_gpu_status(struct mxw_agent *agent, uint32_t gpu, struct maxwell_gpu_status *out);
int mxw_gpu_release(struct mxw_agent *agent, uint32_t gpu);

/**
 * mxw_ring_bid() - bid for a thread, by a few stores
 * @agent: the device
 * @tid: thread id, 0 for the thread that opened the device
 * @flags: MAXWELL_BID_*, or 0 to stay in the book
 * @bid_cents: bid in cents per CPU-second; 0 clears no reserve
 * @hold_us: for how many microseconds of CPU time it holds, the default then; 0 until it is changed
 *
 * It is in force at the next tick, or after mxw_ring_flush(). Whether the kernel took it,
 * mxw_ring_counters() tells.
 *
 * Return: 0, or -EAGAIN if the ring is full.
 */
static inline int mxw_ring_bid(struct mxw_agent *agent, uint32_t tid, uint64_t flags,
			       uint32_t bid_cents, uint32_t hold_us)
{
	struct maxwell_ring_bid *entry = &agent->entries[agent->head % MAXWELL_RING_ENTRIES];

	if (__builtin_expect(agent->head - agent->tail >= MAXWELL_RING_ENTRIES, 0)) {
		/* Acquire: the kernel has read an entry before it gives it back. */
		agent->tail = __atomic_load_n(&agent->ring->tail, __ATOMIC_ACQUIRE);
		if (agent->head - agent->tail >= MAXWELL_RING_ENTRIES)
			return -EAGAIN;
	}
	entry->agent_id = tid | flags;
	entry->bid_cents = bid_cents;
	entry->resource_units = hold_us;
	agent->head++;
	__atomic_store_n(&agent->ring->head, agent->head, __ATOMIC_RELEASE);
	return 0;
}

/**
 * mxw_pause() - tell the CPU that this is a loop which waits
 */
static inline void mxw_pause(void)
{
#if defined(__SSE2__)
	__builtin_ia32_pause();
#elif defined(__ARM_ARCH)
	__asm__ volatile("yield" ::: "memory");
#endif
}

/**
 * mxw_price_read() - prices of a CPU, all of one moment, by a few loads
 * @agent: the device
 * @cpu: number of the CPU
 * @out: its prices
 *
 * For any thread. Compare time_ns with CLOCK_MONOTONIC where it matters how old they are, and flags
 * with MAXWELL_CPU_ONLINE.
 *
 * Return: 0; -EINVAL if there is no such CPU; -EAGAIN if the kernel was writing each time that we
 * looked, which leaves @out without meaning.
 */
static inline int mxw_price_read(const struct mxw_agent *agent, uint32_t cpu,
				 struct maxwell_cpu_prices *out)
{
	const struct maxwell_cpu_prices *entry;
	const void *at;
	uint32_t seq;
	int tries;

	if (cpu >= agent->nr_cpus)
		return -EINVAL;
	at = agent->cpus + (size_t)cpu * agent->entry_bytes;
	entry = (const struct maxwell_cpu_prices *)at;
	for (tries = 0; tries < MXW_PRICE_TRIES; tries++) {
		seq = __atomic_load_n(&entry->seq, __ATOMIC_ACQUIRE);
		if (__builtin_expect(!(seq & 1), 1)) {
			/* May be torn: the fence and the second look find out. */
			memcpy(out, entry, sizeof(*out));
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			if (__atomic_load_n(&entry->seq, __ATOMIC_RELAXED) == seq)
				return 0;
		}
		mxw_pause();
	}
	return -EAGAIN;
}

#ifdef __cplusplus
}
#endif

#endif /* MAXWELL_MARKET_H */
