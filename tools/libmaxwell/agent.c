// SPDX-License-Identifier: GPL-2.0
/*
 * The market device: opening and mapping it, and what takes a system call.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maxwell_market.h"

/* Entries are read by whole members. */
#define ENTRY_ALIGN _Alignof(struct maxwell_cpu_prices)

/**
 * mxw_agent_init() - use a ring and a price page that are in memory already
 * @agent: the device
 * @ring: MAXWELL_RING_BYTES of a bid ring, on a cache line's boundary
 * @prices: the price page, on a cache line's boundary
 * @prices_bytes: how much of it is there
 *
 * For simulators and tests, which play the kernel's part themselves; what takes a system call fails
 * on such a device. Do not close it.
 *
 * Return: 0, or -EPROTO if the price page is not one that this library can read.
 */
int mxw_agent_init(struct mxw_agent *agent, void *ring, const void *prices, size_t prices_bytes)
{
	const struct maxwell_prices *page = prices;
	struct maxwell_ring *header = ring;
	size_t cpus_bytes;

	if (prices_bytes < sizeof(*page) || page->magic != MAXWELL_PRICES_MAGIC ||
	    page->version != MAXWELL_PRICES_VERSION)
		return -EPROTO;
	cpus_bytes = (size_t)page->nr_cpus * page->entry_bytes;
	if (page->entry_bytes < sizeof(struct maxwell_cpu_prices) ||
	    page->entry_bytes % ENTRY_ALIGN || page->cpus_offset % ENTRY_ALIGN ||
	    page->cpus_offset < sizeof(*page) || page->cpus_offset > prices_bytes ||
	    cpus_bytes > prices_bytes - page->cpus_offset)
		return -EPROTO;
	*agent = (struct mxw_agent){
		.ring = header,
		.entries = (void *)((char *)ring + MAXWELL_RING_ENTRIES_OFFSET),
		.head = header->head,
		.tail = header->tail,
		.cpus = (const char *)prices + page->cpus_offset,
		.nr_cpus = page->nr_cpus,
		.entry_bytes = page->entry_bytes,
		.prices = page,
		.fd = -1,
	};
	return 0;
}

/* The header says how much there is to map. */
static int map_prices(int fd, void **out, size_t *bytes)
{
	size_t page_bytes = sysconf(_SC_PAGESIZE);
	struct maxwell_prices *page;
	size_t total;

	page = mmap(NULL, page_bytes, PROT_READ, MAP_SHARED, fd, MAXWELL_MAP_PRICES);
	if (page == MAP_FAILED)
		return -errno;
	total = page->total_bytes;
	munmap(page, page_bytes);
	if (total < page_bytes)
		return -EPROTO;
	*out = mmap(NULL, total, PROT_READ, MAP_SHARED, fd, MAXWELL_MAP_PRICES);
	if (*out == MAP_FAILED)
		return -errno;
	*bytes = total;
	return 0;
}

static int map_ring(int fd, void **out)
{
	*out = mmap(NULL, MAXWELL_RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    MAXWELL_MAP_RING);
	if (*out == MAP_FAILED)
		return -errno;
	/* A child would be a second producer: it has to open the device itself. */
	if (madvise(*out, MAXWELL_RING_BYTES, MADV_DONTFORK)) {
		int err = -errno;

		munmap(*out, MAXWELL_RING_BYTES);
		return err;
	}
	return 0;
}

static int map_agent(struct mxw_agent *agent, int fd)
{
	size_t prices_bytes = 0;
	void *prices = NULL, *ring = NULL;
	int err;

	err = map_prices(fd, &prices, &prices_bytes);
	if (err)
		return err;
	err = map_ring(fd, &ring);
	if (err)
		goto unmap_prices;
	err = mxw_agent_init(agent, ring, prices, prices_bytes);
	if (err)
		goto unmap_ring;
	agent->fd = fd;
	return 0;

unmap_ring:
	munmap(ring, MAXWELL_RING_BYTES);
unmap_prices:
	munmap(prices, prices_bytes);
	return err;
}

/**
 * mxw_agent_open() - open the market device and map its ring and its prices
 * @out: the device; NULL on failure
 *
 * Bids for thread 0 are bids for the thread that calls this. The mapping of the ring does not
 * outlive a fork; a child opens the device again.
 *
 * Needs no privilege.
 *
 * Return: 0; -ENOENT if there is no device, since the module is not loaded; -EMFILE or -ENFILE if
 * the user has, or all users have, as many open as is allowed; -ENOMEM; -EPROTO if the module is of
 * another age than this library; or another errno of open(2), mmap(2) or madvise(2), negative.
 */
int mxw_agent_open(struct mxw_agent **out)
{
	struct mxw_agent *agent;
	int err, fd;

	*out = NULL;
	fd = open(MAXWELL_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	agent = aligned_alloc(_Alignof(struct mxw_agent), sizeof(*agent));
	err = agent ? map_agent(agent, fd) : -ENOMEM;
	if (err) {
		free(agent);
		close(fd);
		return err;
	}
	*out = agent;
	return 0;
}

/**
 * mxw_agent_close() - close the device
 * @agent: the device, or NULL
 *
 * Bids that were not taken up yet are lost, those in force stay; GPUs are released, requests for
 * them withdrawn. Nobody may be using the device.
 */
void mxw_agent_close(struct mxw_agent *agent)
{
	if (!agent)
		return;
	munmap(agent->ring, MAXWELL_RING_BYTES);
	munmap((void *)agent->prices, agent->prices->total_bytes);
	close(agent->fd);
	free(agent);
}

/**
 * mxw_agent_fd() - file descriptor of the device
 * @agent: the device
 *
 * For any thread. For poll(2): it is readable when a request or lease of a GPU has changed and no
 * call has said so yet: won, renewed, or lost.
 *
 * Return: the descriptor; it belongs to @agent.
 */
int mxw_agent_fd(const struct mxw_agent *agent)
{
	return agent->fd;
}

/**
 * mxw_ring_flush() - have the kernel take up the ring now instead of at the next tick
 * @agent: the device
 *
 * For any thread.
 *
 * Return: 0, or -EBADF for a device that is not open, see mxw_agent_init().
 */
int mxw_ring_flush(struct mxw_agent *agent)
{
	return ioctl(agent->fd, MAXWELL_IOC_RING_FLUSH) < 0 ? -errno : 0;
}

/**
 * mxw_ring_counters() - what became of the bids
 * @agent: the device
 * @out: the counters, since the device was opened; each is right by itself
 *
 * For the thread that bids.
 */
void mxw_ring_counters(const struct mxw_agent *agent, struct mxw_ring_counters *out)
{
	const volatile struct maxwell_ring *ring = agent->ring;

	out->pending = agent->head - ring->tail;
	out->taken = ring->taken;
	out->refused = ring->refused;
	out->invalid = ring->invalid;
	out->overrun = ring->overrun;
}

/**
 * mxw_gpu_ask() - ask for a lease of a GPU, or change a request that waits
 * @agent: the device
 * @ask: see struct maxwell_gpu_ask; state, until_ns and price are written
 *
 * Waits for the lease unless MAXWELL_GPU_NONBLOCK is set, any number of threads each for a GPU of
 * its own.
 *
 * Return: 0; or negative: -ETIMEDOUT after timeout_ms or -EINTR by a signal, the request being
 * withdrawn; -ECANCELED if another thread withdrew it; -ENODEV if there is no such GPU, or no
 * longer; -EDQUOT if the user has as many requests as he may; -EINVAL for values that make no
 * sense; -EBADF.
 */
int mxw_gpu_ask(struct mxw_agent *agent, struct maxwell_gpu_ask *ask)
{
	return ioctl(agent->fd, MAXWELL_IOC_GPU_ASK, ask) < 0 ? -errno : 0;
}

/**
 * mxw_gpu_status() - how we stand with a GPU
 * @agent: the device
 * @gpu: its number
 * @out: the answer
 *
 * For any thread. What poll(2) reported about this GPU counts as told.
 *
 * Return: 0, -ENODEV if there is no such GPU, or -EBADF.
 */
int mxw_gpu_status(struct mxw_agent *agent, uint32_t gpu, struct maxwell_gpu_status *out)
{
	*out = (struct maxwell_gpu_status){ .gpu = gpu };
	return ioctl(agent->fd, MAXWELL_IOC_GPU_STATUS, out) < 0 ? -errno : 0;
}

/**
 * mxw_gpu_release() - give a lease back, or withdraw a request
 * @agent: the device
 * @gpu: number of the GPU
 *
 * For any thread.
 *
 * Return: 0; -ETIME if the lease had been taken away; -ENOENT if there was neither a lease nor a
 * request; -ENODEV if there is no such GPU; or -EBADF.
 */
int mxw_gpu_release(struct mxw_agent *agent, uint32_t gpu)
{
	__u32 number = gpu;

	return ioctl(agent->fd, MAXWELL_IOC_GPU_RELEASE, &number) < 0 ? -errno : 0;
}
