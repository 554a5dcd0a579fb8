// SPDX-License-Identifier: GPL-2.0
/*
 * The operations that the market's bench times, bids by ring and looks at the price page, and what
 * is at the other end: the kernel's own consumer of the ring (ring.c) and writer of the page
 * (page.h), each in a thread of its own.
 */
#include "bench_market.h"
#include "bench_clock.h"
#include "maxwell_market.h"
#include "page.h"
#include "ring.h"

#include <stdio.h>

/* Entries that the kernel takes from a ring at once. */
#define TAKE_MAX 64
#define PAUSES 50
#define PAGE_BYTES 4096
/* Where the kernel puts it too: on a cache line of its own. */
#define ENTRY_OFFSET 64

static struct mxw_agent agent;
static char ring_bytes[MAXWELL_RING_BYTES] __attribute__((aligned(PAGE_BYTES)));
static char page_bytes[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

/* Each has cache lines of its own: what both look at, and what either thread counts. */
#define OWN_LINES __attribute__((aligned(64)))

static struct OWN_LINES {
	bool stop;
	bool storm;
} shared;
static struct OWN_LINES {
	u32 bids_written;
	u32 prices_torn;
	u32 prices_missed;
} ours;
static struct OWN_LINES {
	struct mx_ring ring;
	u32 bids_seen;
	u32 bids_lost;
} theirs;

static void rest(void)
{
	int i;

	for (i = 0; !shared.storm && i < PAUSES; i++)
		mxw_pause();
}

/* Every bid is one more than the one before. */
static void *consume(void *unused)
{
	struct mx_ring_order order;

	(void)unused;
	while (!READ_ONCE(shared.stop) || READ_ONCE(theirs.ring.header->head) != theirs.ring.tail) {
		u32 nr = mx_ring_begin(&theirs.ring, TAKE_MAX);
		bool any = nr;

		for (; nr; nr--) {
			if (!mx_ring_take(&theirs.ring, &order) ||
			    order.change.bid != theirs.bids_seen)
				theirs.bids_lost++;
			theirs.bids_seen = order.change.bid + 1;
			theirs.ring.taken++;
		}
		if (any)
			mx_ring_end(&theirs.ring);
		rest();
	}
	return NULL;
}

/* All members of an entry are the same number. */
static void *publish(void *unused)
{
	struct maxwell_cpu_prices *at = (void *)(page_bytes + ENTRY_OFFSET);
	u32 seq = at->seq, n = 0;

	(void)unused;
	while (!READ_ONCE(shared.stop)) {
		struct maxwell_cpu_prices entry = {
			.flags = n, .reserve_general = n, .reserve_feeder = n, .price = n,
			.best_bid = n, .queued = n, .load_q8 = n, .local = n, .external = n,
			.gpu = n, .time_ns = n, .reserved2 = n,
		};

		mx_entry_write(at, &seq, &entry);
		n++;
		rest();
	}
	return NULL;
}

/* Not timed: there is to be room, as there is in a ring that is used as it should be. */
static void wait_for_room(u32 bids)
{
	while (agent.head - READ_ONCE(agent.ring->tail) > MAXWELL_RING_ENTRIES - bids)
		mxw_pause();
}

/* Times @nr bids. */
static u32 time_bids(u32 nr)
{
	u64 start;
	u32 i, t;

	wait_for_room(nr);
	start = ticks_begin();
	for (i = 0; i < nr; i++)
		if (mxw_ring_bid(&agent, 0, MAXWELL_BID_GENERAL, ours.bids_written, 0) == 0)
			ours.bids_written++;
	t = (u32)(ticks_end() - start);
	return t;
}

static void check_price(const struct maxwell_cpu_prices *p, int err)
{
	if (err == -EAGAIN)
		ours.prices_missed++;
	else if (err || p->flags != p->reserve_general || p->flags != p->price ||
		 p->flags != p->queued || p->flags != p->gpu || p->flags != p->time_ns ||
		 p->flags != p->reserved2)
		ours.prices_torn++;
}

/* Times @nr looks, at most MARKET_BATCH. */
static u32 time_prices(u32 nr)
{
	struct maxwell_cpu_prices prices[MARKET_BATCH];
	int err[MARKET_BATCH];
	u64 start;
	u32 i, t;

	start = ticks_begin();
	for (i = 0; i < nr; i++)
		err[i] = mxw_price_read(&agent, 0, &prices[i]);
	t = (u32)(ticks_end() - start);
	for (i = 0; i < nr; i++)
		check_price(&prices[i], err[i]);
	return t;
}

const struct market_op market_ops[MARKET_OPS] = {
	{ "ring_bid", consume, time_bids },
	{ "price_read", publish, time_prices },
};

/**
 * market_open() - lay out the ring and the page, and let the library have them
 *
 * Return: false if the library refuses them.
 */
bool market_open(void)
{
	struct maxwell_prices *header = (void *)page_bytes;

	*header = (struct maxwell_prices){
		.magic = MAXWELL_PRICES_MAGIC,
		.version = MAXWELL_PRICES_VERSION,
		.total_bytes = PAGE_BYTES,
		.nr_cpus = 1,
		.cpus_offset = ENTRY_OFFSET,
		.entry_bytes = sizeof(struct maxwell_cpu_prices),
	};
	mx_ring_init(&theirs.ring, ring_bytes);
	return !mxw_agent_init(&agent, ring_bytes, page_bytes, sizeof(page_bytes));
}

/**
 * market_start() - before the other end is started
 * @storm: it is never to pause
 */
void market_start(bool storm)
{
	shared.storm = storm;
	shared.stop = false;
}

/**
 * market_stop() - have the other end finish what there is, and return
 */
void market_stop(void)
{
	shared.stop = true;
}

/**
 * market_was_right() - whether every bid arrived and every price was whole; prints the counts
 *
 * Return: true if so.
 */
bool market_was_right(void)
{
	printf("\nbids %u, lost %u; prices torn %u, given up %u\n\n", ours.bids_written,
	       theirs.bids_lost, ours.prices_torn, ours.prices_missed);
	return !theirs.bids_lost && theirs.bids_seen == ours.bids_written && !ours.prices_torn;
}
