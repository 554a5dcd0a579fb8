// SPDX-License-Identifier: GPL-2.0
/*
 * How soon bids by ring are taken up, and many rings that are never empty.
 *
 *	ringload latency COUNT TID		COUNT bids for a thread, one at a time, at random
 *						moments; prints how long each took, in permille of
 *						the tick, and which part was put into force
 *	ringload flood RINGS SECONDS TID...	bids for the threads in turn, in rings that are
 *						filled up again and again
 */
#include <stdio.h>
#include <string.h>

#include "ringdev.h"

/* Longer than any tick, and no whole number of them. */
#define PAUSE_MAX_US 9700

static uint64_t rng = 0x9e3779b97f4a7c15ULL;

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Returns when it has been taken up; gives up after a second. */
static uint64_t bid_ns(struct maxwell_ring *ring, uint64_t tid, uint32_t cents)
{
	uint64_t start, now;

	ring_push(ring, tid, cents);
	start = now_ns();
	do {
		now = now_ns();
		if (ring_tail(ring) == ring->head)
			return now - start;
	} while (now - start < NSEC_PER_SEC);
	errx(1, "a bid was not taken up within a second");
}

static void latency(uint32_t count, uint64_t tid)
{
	int fd = dev_open();
	struct maxwell_ring *ring = dev_ring(fd);
	/* The price page has a period of a tick, as long as that is not below 2 ms. */
	uint64_t tick_ns = dev_prices(fd)->period_ns, *sample = calloc(count, sizeof(*sample));
	uint32_t i;

	if (!sample || !count)
		errx(1, "no room for %u samples", count);
	for (i = 0; i < count; i++) {
		usleep(rng_next(&rng) % PAUSE_MAX_US);
		/* Another one each time, as a bid that changes nothing is no work. */
		sample[i] = bid_ns(ring, tid, 1 + i % 2 * 3) * 1000 / tick_ns;
	}
	qsort(sample, count, sizeof(*sample), compare);
	printf("{\"tick_ns\": %llu, \"count\": %u, \"taken\": %llu, ",
	       (unsigned long long)tick_ns, count, ring->taken);
	printf("\"p50\": %llu, \"p99\": %llu, \"max\": %llu}\n",
	       (unsigned long long)sample[count / 2],
	       (unsigned long long)sample[(uint64_t)count * 99 / 100],
	       (unsigned long long)sample[count - 1]);
}

static void flood(uint32_t nr, int seconds, char **tid, int nr_tids)
{
	struct maxwell_ring **ring = calloc(nr, sizeof(*ring));
	uint64_t taken = 0, refused = 0, end;
	uint32_t j;

	if (!ring)
		err(1, "calloc");
	for (j = 0; j < nr; j++)
		ring[j] = dev_ring(dev_open());
	printf("flooding %u rings\n", nr);
	fflush(stdout);
	end = now_ns() + seconds * NSEC_PER_SEC;
	while (now_ns() < end) {
		/* There is no more to do until the next tick. */
		usleep(500);
		for (j = 0; j < nr; j++)
			while (ring[j]->head - ring_tail(ring[j]) < MAXWELL_RING_ENTRIES) {
				uint64_t r = rng_next(&rng);

				ring_push(ring[j], strtoull(tid[r % nr_tids], NULL, 10),
					  1 + (uint32_t)(r >> 32) % 64);
			}
	}
	for (j = 0; j < nr; j++) {
		taken += ring[j]->taken;
		refused += ring[j]->refused;
	}
	printf("%llu taken, %llu refused\n", (unsigned long long)taken,
	       (unsigned long long)refused);
	free(ring);
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "latency"))
		latency((uint32_t)atoi(argv[2]), strtoull(argv[3], NULL, 10));
	else if (argc >= 5 && !strcmp(argv[1], "flood"))
		flood((uint32_t)atoi(argv[2]), atoi(argv[3]), argv + 4, argc - 4);
	else
		errx(2, "usage: ringload latency COUNT TID | flood RINGS SECONDS TID...");
	return 0;
}
