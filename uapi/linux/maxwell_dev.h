/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * /dev/maxwell: bids and prices without system calls, and leases of GPUs.
 *
 * An open file offers two mappings, the price page and a bid ring of its own, and ioctls for GPUs.
 * Everything is in native byte order; the file is not for passing to another machine.
 */
#ifndef _UAPI_LINUX_MAXWELL_DEV_H
#define _UAPI_LINUX_MAXWELL_DEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define MAXWELL_DEVICE "/dev/maxwell"

/* Offsets for mmap(2). */
#define MAXWELL_MAP_PRICES 0x0ULL
#define MAXWELL_MAP_RING 0x10000000ULL

/*
 * The price page: read-only, shared, as long as its header says (map the header first). Entries of
 * CPUs are at @cpus_offset, one each @entry_bytes.
 */
#define MAXWELL_PRICES_MAGIC 0x4d78506fU
#define MAXWELL_PRICES_VERSION 1U

/**
 * struct maxwell_prices - header of the price page
 * @magic: MAXWELL_PRICES_MAGIC
 * @version: MAXWELL_PRICES_VERSION; entries may get longer without a change of it
 * @total_bytes: length of the mapping, a whole number of pages
 * @nr_cpus: entries; CPU numbers are below this
 * @cpus_offset: of the first entry from the start of the page
 * @entry_bytes: distance of two entries
 * @period_ns: entries of busy CPUs are at most about this old, those of others at most ten times
 */
struct maxwell_prices {
	__u32 magic;
	__u32 version;
	__u32 total_bytes;
	__u32 nr_cpus;
	__u32 cpus_offset;
	__u32 entry_bytes;
	__u64 period_ns;
};

#define MAXWELL_CPU_ONLINE (1U << 0)
#define MAXWELL_CPU_IDLE (1U << 1)

/**
 * struct maxwell_cpu_prices - entry of a CPU
 * @seq: odd while the entry is written. Read it, with acquire order, the rest, a read barrier, and
 *	@seq again: if it was even and is the same, the rest belongs together.
 * @flags: MAXWELL_CPU_*
 * @reserve_general: reserve price of the general book, cents per CPU-second; both reserves are
 *	those that follow from the multipliers in the same entry
 * @reserve_feeder: that of the feeder book
 * @price: clearing price: what the task that runs under the class pays; 0 if none does
 * @best_bid: dearest bid that waits and clears its reserve; 0 if none does
 * @queued: tasks that wait, parked ones included
 * @load_q8: moving average of the tasks that wait, Q24.8
 * @local: multiplier in force, Q16.16
 * @external: as @local
 * @gpu: as @local; what the reserve of the general book is multiplied by: the gpu multiplier, what
 *	leases of GPUs add to it (gpu_busy_gain_permille) and the table gpu_coupling_general
 *	counted in
 * @reserved: 0
 * @time_ns: CLOCK_MONOTONIC when the entry was written; never goes back
 * @reserved2: 0
 */
struct maxwell_cpu_prices {
	__u32 seq;
	__u32 flags;
	__u32 reserve_general;
	__u32 reserve_feeder;
	__u32 price;
	__u32 best_bid;
	__u32 queued;
	__u32 load_q8;
	__u32 local;
	__u32 external;
	__u32 gpu;
	__u32 reserved;
	__u64 time_ns;
	__u64 reserved2;
};

/* The bid ring: one page of header, one of entries. */
#define MAXWELL_RING_ENTRIES 256U
#define MAXWELL_RING_BYTES 8192U
#define MAXWELL_RING_ENTRIES_OFFSET 4096U

/* In the upper half of agent_id. GENERAL together with FEEDER is invalid, as is any other bit. */
#define MAXWELL_BID_GENERAL (1ULL << 32) /* bid in the general book from now on */
#define MAXWELL_BID_FEEDER (1ULL << 33) /* in the feeder book */
/* The default bid again, in either book; bid_cents and resource_units have to be 0. */
#define MAXWELL_BID_DEFAULT (1ULL << 34)

/**
 * struct maxwell_ring_bid - entry of the ring
 * @agent_id: thread id in the pid namespace of who opened the device, 0 for that thread itself;
 *	and MAXWELL_BID_*
 * @bid_cents: bid in cents per CPU-second
 * @resource_units: for how many microseconds of CPU time the bid holds, then the default holds
 *	again; 0 for until it is changed
 *
 * A thread of another user, or one that is not under the class, is left alone and counted.
 */
struct maxwell_ring_bid {
	__u64 agent_id;
	__u32 bid_cents;
	__u32 resource_units;
};

/**
 * struct maxwell_ring - first page of the ring
 * @head: written by the producer, with release order, after the entries before it: number of
 *	entries ever written, modulo 2^32; entry i is at i % MAXWELL_RING_ENTRIES
 * @pad: unused; keeps what the kernel writes off the producer's cache line
 * @tail: written by the kernel: number of entries taken up. The kernel never reads it back.
 * @pad2: unused
 * @taken: bids put into force
 * @refused: bids of threads that do not exist, are not under the class, or not the opener's to bid
 *	for
 * @invalid: entries with bits or values that mean nothing
 * @overrun: times that @head was more than a ring ahead: all of it was dropped
 *
 * The producer must not write while @head - @tail is MAXWELL_RING_ENTRIES. What it writes is taken
 * up at the next tick, or at MAXWELL_IOC_RING_FLUSH. A tick has room for some 130 entries of all
 * rings together, which take turns; what is left over waits for the next one.
 */
struct maxwell_ring {
	__u32 head;
	__u32 pad[15];
	__u32 tail;
	__u32 pad2;
	__u64 taken;
	__u64 refused;
	__u64 invalid;
	__u64 overrun;
};

/*
 * GPU leases. Times are in GPU milliseconds, bids in cents per GPU-second.
 *
 * An open file has one request or one lease for each GPU, whoever uses the file: a child, a thread,
 * or a process that it was passed to. It ends with the last copy of the file. Whoever asks through
 * it pays from then on.
 *
 * poll(2) says POLLIN when the state of a request or lease has changed and no call through the file
 * has said so: it was granted, was renewed at a new price, has expired, or went away with its GPU.
 * ASK, STATUS and RELEASE of that GPU, also when they fail with ENODEV, take the news.
 *
 * Every call fails with ENODEV if there is no such GPU (tunable gpu_count), with EFAULT if its
 * argument cannot be read or written.
 */
#define MAXWELL_GPUS_MAX 16U
#define MAXWELL_GPU_TIME_MAX_MS 10000U

#define MAXWELL_GPU_NONBLOCK (1U << 0) /* do not wait: poll(2) says when the state has changed */

enum maxwell_gpu_state {
	MAXWELL_GPU_NONE,	/* neither a request nor a lease */
	MAXWELL_GPU_WAITING,	/* the request stands in the book */
	MAXWELL_GPU_HELD,	/* the GPU is ours: until @until_ns, and then for the grace */
	MAXWELL_GPU_EXPIRED,	/* the lease was taken away; until the next ASK or RELEASE */
};

/**
 * struct maxwell_gpu_ask - argument of MAXWELL_IOC_GPU_ASK
 * @gpu: number of the GPU
 * @bid_cents: cents per GPU-second
 * @time_ms: for how long, 1 to MAXWELL_GPU_TIME_MAX_MS
 * @flags: MAXWELL_GPU_*
 * @timeout_ms: how long to wait at most, 0 for ever; of no effect with MAXWELL_GPU_NONBLOCK
 * @state: written: MAXWELL_GPU_HELD, or MAXWELL_GPU_WAITING with MAXWELL_GPU_NONBLOCK; or
 *	MAXWELL_GPU_EXPIRED if the lease was granted and was over before the caller ran
 * @until_ns: written: end of the lease, CLOCK_MONOTONIC; 0 without one
 * @price: written: what the lease costs, cents per GPU-second; 0 without one
 * @reserved: 0
 *
 * Asks for a lease and waits for it. If a request of the file waits already, changes its bid and
 * time; it keeps its place in time.
 *
 * A lease is at most gpu_slice_ms long. At its end, what is left of @time_ms is auctioned with the
 * holder as one of the bidders, and the lease is renewed, at a new price, if he outbids all; STATUS
 * has the new end. While the file holds a lease, ASK does not wait: the bid counts from its end,
 * @time_ms is what is wanted after it, instead of what was left, and what is written is the lease
 * as it is. In the grace after its end it releases the lease, and asks anew behind those that wait.
 *
 * Errors, besides those of every call; unless it says otherwise what there was before is as before:
 *
 * * EINVAL: @time_ms, @flags or @reserved are not as above
 * * EDQUOT: the user who opened the file has 64 requests and leases of the GPU
 * * ETIMEDOUT: not granted within @timeout_ms; the request is withdrawn
 * * EINTR: a signal came; the request is withdrawn
 * * ECANCELED: somebody else withdrew the request through the same file
 * * ENODEV: the GPU went away meanwhile; the request is gone
 * * EFAULT: if the argument can be read but not written, the lease or request stands
 */
struct maxwell_gpu_ask {
	__u32 gpu;
	__u32 bid_cents;
	__u32 time_ms;
	__u32 flags;
	__u32 timeout_ms;
	__u32 state;
	__u64 until_ns;
	__u32 price;
	__u32 reserved;
};

/**
 * struct maxwell_gpu_status - argument of MAXWELL_IOC_GPU_STATUS: how this file stands with a GPU
 * @gpu: number of the GPU; set by the caller
 * @state: enum maxwell_gpu_state
 * @until_ns: end of the lease held, CLOCK_MONOTONIC; in the grace it lies in the past. 0 without
 *	one
 * @price: what it costs, cents per GPU-second; 0 without one
 * @reserve: reserve price of the GPU
 * @best_bid: dearest bid that waits, as far as its wallet is good for it, 0 for none
 * @queued: requests that wait
 *
 * After its GPU has gone away, a file whose lease expired by that is still told so, not ENODEV.
 */
struct maxwell_gpu_status {
	__u32 gpu;
	__u32 state;
	__u64 until_ns;
	__u32 price;
	__u32 reserve;
	__u32 best_bid;
	__u32 queued;
};

/*
 * MAXWELL_IOC_GPU_RELEASE: gives a lease back, or withdraws a request. Its argument is the number
 * of the GPU. ETIME: the lease had been taken away, before or after its GPU went; said once, then
 * it is ENOENT: there is neither a request nor a lease.
 */
#define MAXWELL_IOC_MAGIC 0xb9
#define MAXWELL_IOC_RING_FLUSH _IO(MAXWELL_IOC_MAGIC, 0)
#define MAXWELL_IOC_GPU_ASK _IOWR(MAXWELL_IOC_MAGIC, 1, struct maxwell_gpu_ask)
#define MAXWELL_IOC_GPU_STATUS _IOWR(MAXWELL_IOC_MAGIC, 2, struct maxwell_gpu_status)
#define MAXWELL_IOC_GPU_RELEASE _IOW(MAXWELL_IOC_MAGIC, 3, __u32) /* number of the GPU */

#endif /* _UAPI_LINUX_MAXWELL_DEV_H */
