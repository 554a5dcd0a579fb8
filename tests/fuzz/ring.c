// SPDX-License-Identifier: GPL-2.0
/*
 * What the fuzzer does with the mappings of /dev/maxwell: rings full of right and hostile entries,
 * indexes that jump while the kernel reads them, and mappings that must not be.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

#include "device.h"

#define RING_PROT (PROT_READ | PROT_WRITE)

static _Atomic int scribbled = -1; /* the scribbler's file */

int scribbler_fd(void)
{
	return atomic_load(&scribbled);
}

static volatile struct maxwell_ring_bid *entry(struct maxwell_ring *ring, uint32_t at)
{
	char *entries = (char *)ring + MAXWELL_RING_ENTRIES_OFFSET;

	return (struct maxwell_ring_bid *)entries + at % MAXWELL_RING_ENTRIES;
}

static void fill(struct rng *r, struct dev_file *f, volatile struct maxwell_ring_bid *e)
{
	uint64_t tid = one_in(r, 6) ? 1 + below(r, 5000) : pool_pick(r, &shared->pids);

	if (!f->foreign && one_in(r, 6))
		tid = shared->canary[below(r, 2)];
	/* Who was handed a file of another user's may bid as that one might. */
	if (f->foreign && ((pid_t)tid == shared->canary[0] || (pid_t)tid == shared->canary[1]))
		tid = 0;
	if (!f->foreign && one_in(r, 8))
		tid = edge(r);
	if (one_in(r, 3))
		tid = (uint32_t)tid | (uint64_t)below(r, 16) << 32;
	e->agent_id = tid;
	e->bid_cents = one_in(r, 4) ? edge(r) : below(r, 3000);
	e->resource_units = one_in(r, 4) ? edge(r) : 0;
}

/**
 * ring_push() - some entries, and mostly a right head
 * @c: worker
 * @f: file that has its ring mapped
 */
void ring_push(struct ctx *c, struct dev_file *f)
{
	struct rng *r = &c->rng;
	uint32_t nr = below(r, one_in(r, 8) ? 300 : 40), head, i;

	remember(c, "ring push", &nr, sizeof(nr));
	head = f->ring->head;
	for (i = 0; i < nr; i++)
		fill(r, f, entry(f->ring, head + i));
	if (!f->foreign && one_in(r, 24)) {
		/* What is in the ring at that place is the kernel's to judge. */
		f->ring->tail = edge(r);
		nr = edge(r);
	}
	__atomic_store_n(&f->ring->head, head + nr, __ATOMIC_RELEASE);
	count(c, SUB_PUSH, OUT_OK);
	atomic_fetch_add(&c->w->messages, i);
}

/* How the kernel found the entries, by its own counters in the ring. */
void ring_account(struct ctx *c, const struct dev_file *f)
{
	uint64_t (*counts)[OUTCOMES] = &c->w->count[SUB_ENTRIES];

	if (f->foreign)
		return;
	(*counts)[OUT_TAKEN] += f->ring->taken;
	(*counts)[OUT_REFUSED] += f->ring->refused;
	(*counts)[OUT_INVALID] += f->ring->invalid;
	(*counts)[OUT_OVERRUN] += f->ring->overrun;
}

/* The counters go on for as long as the file is open; they are read at its end. */
void ring_unmap(struct ctx *c, struct dev_file *f)
{
	if (!f->ring)
		return;
	if (one_in(&c->rng, 2)) {
		munmap((char *)f->ring + 4096, 4096);
		munmap(f->ring, 4096);
	} else {
		munmap(f->ring, MAXWELL_RING_BYTES);
	}
	f->ring = NULL;
	count(c, SUB_MUNMAP, OUT_OK);
}

void ring_map(struct ctx *c, struct dev_file *f)
{
	void *map;

	remember(c, "mmap ring", &f->fd, sizeof(f->fd));
	map = mmap(NULL, MAXWELL_RING_BYTES, RING_PROT, MAP_SHARED, f->fd, MAXWELL_MAP_RING);
	count(c, SUB_MMAP_RING, dev_outcome(map == MAP_FAILED ? -1 : 0));
	if (map == MAP_FAILED)
		return;
	/* A second mapping takes the place of the first. */
	ring_unmap(c, f);
	f->ring = map;
}

void prices_map(struct ctx *c, struct dev_file *f)
{
	void *map;

	remember(c, "mmap prices", &f->fd, sizeof(f->fd));
	if (f->prices)
		munmap(f->prices, 4096);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, f->fd, MAXWELL_MAP_PRICES);
	count(c, SUB_MMAP_PRICES, dev_outcome(map == MAP_FAILED ? -1 : 0));
	f->prices = map == MAP_FAILED ? NULL : map;
}

/* A mapping with anything wrong: if it is made all the same, at least not of more than there is. */
void map_wrong(struct ctx *c, struct dev_file *f)
{
	struct rng *r = &c->rng;
	int prot = below(r, 8), flags = one_in(r, 4) ? MAP_PRIVATE : MAP_SHARED;
	uint64_t offset = one_in(r, 2) ? MAXWELL_MAP_RING : MAXWELL_MAP_PRICES;
	size_t len = one_in(r, 2) ? MAXWELL_RING_BYTES : 4096 * (1 + below(r, 64));
	uint64_t words[4];
	void *map;

	if (one_in(r, 3))
		offset += 4096 * (one_in(r, 2) ? below(r, 8) : edge(r) >> 12);
	if (one_in(r, 8))
		len = edge(r) >> 8;
	words[0] = prot;
	words[1] = flags;
	words[2] = offset;
	words[3] = len;
	remember(c, "mmap", words, sizeof(words));
	map = mmap(NULL, len, prot, flags, f->fd, offset);
	count(c, SUB_MMAP_WRONG, dev_outcome(map == MAP_FAILED ? -1 : 0));
	if (map == MAP_FAILED)
		return;
	if (offset == MAXWELL_MAP_PRICES && prot & PROT_WRITE)
		violation("the price page can be mapped for writing");
	if (offset != MAXWELL_MAP_PRICES && offset != MAXWELL_MAP_RING)
		violation("offset %#llx can be mapped", (unsigned long long)offset);
	if (offset == MAXWELL_MAP_RING && len > MAXWELL_RING_BYTES)
		violation("%zu bytes of a ring can be mapped", len);
	munmap(map, len);
}

void map_change(struct ctx *c, struct dev_file *f)
{
	static const int advice[] = { MADV_DONTNEED, MADV_REMOVE, MADV_WILLNEED, MADV_DOFORK,
				      MADV_DONTFORK, MADV_HUGEPAGE, MADV_MERGEABLE, MADV_DODUMP,
				      MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_WRITE, MADV_FREE };
	struct rng *r = &c->rng;
	void *map = one_in(r, 2) && f->prices ? f->prices : f->ring;
	int ret, which;

	if (!map)
		return;
	remember(c, "change of a mapping", NULL, 0);
	switch (below(r, 3)) {
	case 0:
		if (f->prices) {
			ret = mprotect(f->prices, 4096, RING_PROT);
			count(c, SUB_MPROTECT, dev_outcome(ret));
			if (!ret)
				violation("the price page can be made writable");
		}
		break;
	case 1:
		/* Moved, it would be lost; longer it must not get. */
		ret = mremap(map, 4096, 4096 * (2 + below(r, 8)), 0) == MAP_FAILED ? -1 : 0;
		count(c, SUB_MREMAP, dev_outcome(ret));
		if (!ret)
			violation("a mapping can be extended");
		break;
	default:
		which = advice[below(r, sizeof(advice) / sizeof(advice[0]))];
		count(c, SUB_MADVISE, dev_outcome(madvise(map, 4096, which)));
		/* There may be nothing left there to read. */
		if (map == f->ring)
			ring_unmap(c, f);
	}
}

/* Writes over a ring as the kernel reads it, in a thread of its own. */
static void *scribble(void *arg)
{
	struct ctx *c = arg;
	struct dev_file f = { .fd = -1 };
	struct rng r;
	uint32_t n, i;

	rng_seed(&r, shared->seed, c->w - shared->worker, UINT64_MAX - 1);
	while (!atomic_load(&shared->stop)) {
		f.fd = open(MAXWELL_DEVICE, O_RDWR | O_CLOEXEC);
		f.ring = mmap(NULL, MAXWELL_RING_BYTES, RING_PROT, MAP_SHARED, f.fd,
			      MAXWELL_MAP_RING);
		if (f.ring == MAP_FAILED)
			f.ring = NULL;
		atomic_store(&scribbled, f.fd);
		for (n = 0; f.ring && n < 2000 && !atomic_load(&shared->stop); n++) {
			for (i = below(&r, 64); i; i--)
				((volatile uint64_t *)f.ring)[below(&r, 1024)] = edge(&r);
			for (i = below(&r, 64); i; i--)
				fill(&r, &f, entry(f.ring, rnd(&r)));
			f.ring->head = one_in(&r, 8) ? edge(&r) : f.ring->tail + below(&r, 300);
			do {
				usleep(1000);
			} while (c->w->privileged && atomic_load(&shared->hold));
		}
		/* The file may be flushed at this moment. */
		atomic_store(&scribbled, -1);
		if (f.fd >= 0)
			close(f.fd);
		if (f.ring)
			munmap(f.ring, MAXWELL_RING_BYTES);
		usleep(20000);
	}
	return NULL;
}

void scribbler_start(struct ctx *c)
{
	sigset_t all, before;
	pthread_t thread;

	/* The timer's signal is the worker's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, scribble, c))
		violation("no thread for scribbling");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}
