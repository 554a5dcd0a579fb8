// SPDX-License-Identifier: GPL-2.0
/*
 * A producer of bids by ring, honest or not. Prints the ring's counters at the end.
 *
 *	ring bid TID CENTS [MICROSECONDS]	one bid, and a wait until it is taken up
 *	ring garbage SECONDS			random entries and indexes, without a pause
 *	ring write-prices			tries to write to the price page; says what happened
 */
#include <stdio.h>
#include <string.h>

#include "ringdev.h"

static struct maxwell_ring *ring;
static uint64_t state = 0x9e3779b97f4a7c15ULL;

static uint64_t rng(void)
{
	return rng_next(&state);
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

	ring_push_for(ring, tid, cents, us);
	for (i = 0; i < 1000; i++) {
		if (ring_tail(ring) == head + 1)
			return;
		usleep(1000);
	}
	fprintf(stderr, "ring: not taken up within a second\n");
	exit(1);
}

static void garbage(int seconds)
{
	uint64_t end = now_ns() + seconds * NSEC_PER_SEC, r;
	int i;

	while (now_ns() < end) {
		for (i = 0; i < 64; i++) {
			volatile struct maxwell_ring_bid *e = ring_entry(ring, (uint32_t)rng());

			/* Every fourth names a thread that may well exist. */
			e->agent_id = i % 4 ? rng() : rng() % 400;
			e->bid_cents = (uint32_t)rng();
			e->resource_units = (uint32_t)rng();
		}
		r = rng();
		/* Anywhere, or a little ahead: after an overrun no entry is looked at. */
		__atomic_store_n(&ring->head,
				 r % 8 ? ring_tail(ring) + (uint32_t)(r >> 32) % 260 :
					 (uint32_t)(r >> 32),
				 __ATOMIC_RELEASE);
		/* Misleads nobody but ourselves, until the kernel writes it again. */
		if (r % 1024 == 1)
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
		err(1, "mmap of the prices");
	if (*(volatile uint32_t *)map != MAXWELL_PRICES_MAGIC)
		puts("no magic");
	puts(mprotect(map, 4096, PROT_READ | PROT_WRITE) ? "refused" : "made writable");
}

int main(int argc, char **argv)
{
	int fd = dev_open();

	if (argc == 2 && !strcmp(argv[1], "write-prices")) {
		write_prices(fd);
		return 0;
	}
	ring = dev_ring(fd);
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
