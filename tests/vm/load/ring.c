// SPDX-License-Identifier: GPL-2.0
/*
 * A producer of bids by ring, honest or not. Prints the ring's counters at the end.
 *
 *	ring bid TID CENTS [MICROSECONDS]	one bid, and a wait until it is taken up
 *	ring garbage SECONDS			random entries and indexes, without a pause
 *	ring write-prices			tries to write to the price page; says what happened
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

static struct maxwell_ring *ring;
static struct maxwell_ring_bid *entry;
static uint64_t state = 0x9e3779b97f4a7c15ULL;

static void fatal(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t rng(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static void map_ring(int fd)
{
	char *map = mmap(NULL, MAXWELL_RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 MAXWELL_MAP_RING);

	if (map == MAP_FAILED)
		fatal("ring: mmap");
	ring = (struct maxwell_ring *)map;
	entry = (struct maxwell_ring_bid *)(map + MAXWELL_RING_ENTRIES_OFFSET);
}

static void report(void)
{
	volatile struct maxwell_ring *r = ring;

	printf("taken %llu refused %llu invalid %llu overrun %llu\n", r->taken, r->refused,
	       r->invalid, r->overrun);
}

/* Waits until the kernel has taken it up; ends the program after a second. */
static void bid(uint64_t tid, uint32_t cents, uint32_t us)
{
	uint32_t head = ring->head;
	int i;

	entry[head % MAXWELL_RING_ENTRIES] = (struct maxwell_ring_bid){ tid, cents, us };
	__atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
	for (i = 0; i < 1000; i++) {
		if (__atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) == head + 1)
			return;
		usleep(1000);
	}
	fprintf(stderr, "ring: not taken up within a second\n");
	exit(1);
}

static void garbage(int seconds)
{
	time_t end = time(NULL) + seconds;

	while (time(NULL) < end) {
		int i;

		for (i = 0; i < 64; i++) {
			volatile struct maxwell_ring_bid *e = &entry[rng() % MAXWELL_RING_ENTRIES];

			/* Every fourth names a thread that may well exist. */
			e->agent_id = i % 4 ? rng() : rng() % 400;
			e->bid_cents = (uint32_t)rng();
			e->resource_units = (uint32_t)rng();
		}
		__atomic_store_n(&ring->head, i % 2 ? (uint32_t)rng() : ring->head + 100,
				 __ATOMIC_RELEASE);
		__atomic_store_n(&ring->tail, (uint32_t)rng(), __ATOMIC_RELEASE);
	}
}

static void write_prices(int fd)
{
	void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, MAXWELL_MAP_PRICES);

	if (map != MAP_FAILED)
		puts("mapped for writing");
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, MAXWELL_MAP_PRICES);
	if (map == MAP_FAILED)
		fatal("ring: mmap of the prices");
	if (*(volatile uint32_t *)map != MAXWELL_PRICES_MAGIC)
		puts("no magic");
	puts(mprotect(map, 4096, PROT_READ | PROT_WRITE) ? "refused" : "made writable");
}

int main(int argc, char **argv)
{
	int fd = open(MAXWELL_DEVICE, O_RDWR);

	if (fd < 0)
		fatal(MAXWELL_DEVICE);
	if (argc == 2 && !strcmp(argv[1], "write-prices")) {
		write_prices(fd);
		return 0;
	}
	map_ring(fd);
	if (argc >= 4 && !strcmp(argv[1], "bid"))
		bid(strtoull(argv[2], NULL, 0), (uint32_t)atoi(argv[3]),
		    argc > 4 ? (uint32_t)atoi(argv[4]) : 0);
	else if (argc == 3 && !strcmp(argv[1], "garbage"))
		garbage(atoi(argv[2]));
	else
		return 2;
	report();
	return 0;
}
