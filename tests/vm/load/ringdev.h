/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/maxwell as the kernel offers it, without the library in between: programs that try what a
 * well-meaning one would not do use this.
 */
#ifndef RINGDEV_H
#define RINGDEV_H

#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

#define NSEC_PER_SEC 1000000000ULL

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* The state is not 0. */
static inline uint64_t rng_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

static inline int dev_open(void)
{
	int fd = open(MAXWELL_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, MAXWELL_DEVICE);
	return fd;
}

static inline struct maxwell_ring *dev_ring(int fd)
{
	void *map = mmap(NULL, MAXWELL_RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 MAXWELL_MAP_RING);

	if (map == MAP_FAILED)
		err(1, "mmap of a ring");
	return map;
}

static inline volatile struct maxwell_ring_bid *ring_entry(struct maxwell_ring *ring, uint32_t at)
{
	char *entries = (char *)ring + MAXWELL_RING_ENTRIES_OFFSET;

	return (struct maxwell_ring_bid *)entries + at % MAXWELL_RING_ENTRIES;
}

static inline uint32_t ring_tail(const struct maxwell_ring *ring)
{
	return __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
}

/* A bid for this many microseconds of CPU time, 0 for no limit. */
static inline void ring_push_for(struct maxwell_ring *ring, uint64_t agent_id, uint32_t bid_cents,
				 uint32_t us)
{
	volatile struct maxwell_ring_bid *e = ring_entry(ring, ring->head);

	e->agent_id = agent_id;
	e->bid_cents = bid_cents;
	e->resource_units = us;
	__atomic_store_n(&ring->head, ring->head + 1, __ATOMIC_RELEASE);
}

static inline void ring_push(struct maxwell_ring *ring, uint64_t agent_id, uint32_t bid_cents)
{
	ring_push_for(ring, agent_id, bid_cents, 0);
}

/* The whole price page. */
static inline const struct maxwell_prices *dev_prices(int fd)
{
	const struct maxwell_prices *page;
	uint32_t len;

	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, MAXWELL_MAP_PRICES);
	if (page == MAP_FAILED)
		err(1, "mmap of the prices");
	if (page->magic != MAXWELL_PRICES_MAGIC || page->version != MAXWELL_PRICES_VERSION)
		errx(1, "the price page has magic %x, version %u", page->magic, page->version);
	len = page->total_bytes;
	munmap((void *)page, 4096);
	page = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, MAXWELL_MAP_PRICES);
	if (page == MAP_FAILED)
		err(1, "mmap of %u bytes of prices", len);
	return page;
}

static inline const struct maxwell_cpu_prices *cpu_prices(const struct maxwell_prices *page,
							  uint32_t cpu)
{
	const char *cpus = (const char *)page + page->cpus_offset;

	return (const void *)(cpus + (size_t)cpu * page->entry_bytes);
}

#endif /* RINGDEV_H */
