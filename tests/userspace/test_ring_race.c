// SPDX-License-Identifier: GPL-2.0
/*
 * The consumer of a bid ring and the readers of the price page, each against another thread that
 * does not wait for them: what test_ring.c and test_page.c cannot see, as processors and compilers
 * reorder. On a machine with one processor the threads only meet where they are preempted.
 */
#include "harness.h"
#include "page.h"
#include "ring.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define ENTRIES MAXWELL_RING_ENTRIES
/* Enough for the threads to meet in the middle of something, if they run at once. */
#define RACED_ENTRIES 100000U
#define RACED_READS 1000000U
/* And if not, for each of them to have had its turns. */
#define CHANGES_MIN 20U
#define PATIENCE_S 20

static union {
	struct maxwell_ring header;
	char room[MAXWELL_RING_BYTES];
	struct maxwell_ring_bid pages[2][ENTRIES];
} shared;

static struct maxwell_ring_bid *const entries = shared.pages[1];
static struct mx_ring ring;
/* No bool: as gcc checks the value of one, -fsanitize=bool, it forgets that it is volatile. */
static u32 stop;

/* An empty ring that has taken up @tail entries before. */
static void start(u32 tail)
{
	memset(&shared, 0, sizeof(shared));
	mx_ring_init(&ring, &shared);
	ring.tail = tail;
	shared.header.head = tail;
	shared.header.tail = tail;
	stop = 0;
}

/* Let the other side go on, but not at the cost of a switch each time. */
static void rest(void)
{
	static __thread u32 nr;

	if (nr++ % 128 == 0)
		usleep(50);
}

/* One that keeps to the rules, as fast as it can. */
static void *honest_producer(void *arg)
{
	u32 i;

	(void)arg;
	for (i = 0; i < RACED_ENTRIES && !READ_ONCE(stop); i++) {
		u32 head = shared.header.head;

		/* The kernel's looks at the entry come before it is written again. */
		while (head - smp_load_acquire(&shared.header.tail) == ENTRIES && !READ_ONCE(stop))
			rest();
		WRITE_ONCE(entries[head % ENTRIES].agent_id, i);
		WRITE_ONCE(entries[head % ENTRIES].bid_cents, ~i);
		WRITE_ONCE(entries[head % ENTRIES].resource_units, i ^ 0x5a5a5a5a);
		/* The entry first. */
		smp_store_release(&shared.header.head, head + 1);
	}
	return NULL;
}

static void nothing_is_lost_or_torn(void)
{
	u32 i, nr, seen = 0, wrong = 0;
	struct mx_ring_order order;
	pthread_t thread;

	start(U32_MAX - RACED_ENTRIES / 2);
	CHECK(!pthread_create(&thread, NULL, honest_producer, NULL), "no thread");
	/* Checks come after the thread's end: a failed one does not return. */
	while (seen < RACED_ENTRIES && !wrong) {
		nr = mx_ring_begin(&ring, 64);
		for (i = 0; i < nr; i++, seen++)
			wrong += !mx_ring_take(&ring, &order) || order.tid != seen ||
				 order.change.bid != ~seen ||
				 order.change.for_ns != (seen ^ 0x5a5a5a5a) * 1000ULL;
		if (nr)
			mx_ring_end(&ring);
		else
			rest();
		wrong += !!ring.overrun;
	}
	WRITE_ONCE(stop, 1);
	pthread_join(thread, NULL);
	CHECK(!wrong, "up to entry %u of %u", seen, RACED_ENTRIES);
	CHECK_EQ(ring.invalid, 0);
	CHECK_EQ(shared.header.tail, ring.tail);
}

/* One that writes whatever it likes wherever it can. */
static void *hostile_producer(void *arg)
{
	u64 rng = *(u64 *)arg;

	while (!READ_ONCE(stop)) {
		u64 r = rng_next(&rng);
		struct maxwell_ring_bid *e = &entries[r % ENTRIES];

		/* Garbage, or an entry that is right at one moment and wrong at the next. */
		WRITE_ONCE(e->bid_cents, (u32)(r >> 9));
		WRITE_ONCE(e->agent_id, r >> (r >> 10) % 61);
		if (r >> 20 & 1) {
			WRITE_ONCE(e->agent_id, MAXWELL_BID_DEFAULT | (u32)r);
			WRITE_ONCE(e->bid_cents, 0);
			WRITE_ONCE(e->resource_units, 0);
		}
		/* Mostly within the ring: an overrun ends a batch before it begins. */
		WRITE_ONCE(shared.header.head, READ_ONCE(shared.header.tail) +
						       (u32)(r >> 40) % (ENTRIES + 4));
		WRITE_ONCE(shared.header.overrun, r);
	}
	return NULL;
}

static void a_hostile_producer_gets_bounded_batches_of_valid_orders(void)
{
	u64 wrong = 0, valid = 0, seed = test_random();
	struct mx_ring_order order;
	time_t end = time(NULL) + PATIENCE_S;
	u32 j, nr, tail;
	pthread_t thread;

	start(0);
	CHECK(!pthread_create(&thread, NULL, hostile_producer, &seed), "no thread");
	while ((valid < RACED_ENTRIES || ring.invalid < CHANGES_MIN) && !wrong &&
	       time(NULL) < end) {
		tail = ring.tail;
		nr = mx_ring_begin(&ring, 64);
		wrong += nr > 64;
		for (j = 0; j < nr; j++) {
			if (!mx_ring_take(&ring, &order))
				continue;
			valid++;
			wrong += order.change.kind != MX_BID_EXPLICIT &&
				 order.change.kind != MX_BID_DEFAULT;
			wrong += order.change.kind == MX_BID_DEFAULT &&
				 (order.change.bid || order.change.for_ns);
			wrong += order.change.book > MX_BOOK_SAME;
		}
		wrong += nr && ring.tail != tail + nr;
		if (nr)
			mx_ring_end(&ring);
		else
			rest();
	}
	WRITE_ONCE(stop, 1);
	pthread_join(thread, NULL);
	CHECK(!wrong, "%llu of %llu orders", (unsigned long long)wrong, (unsigned long long)valid);
	CHECK(valid >= RACED_ENTRIES && ring.invalid >= CHANGES_MIN,
	      "%llu valid, %llu invalid within %d s", (unsigned long long)valid,
	      (unsigned long long)ring.invalid, PATIENCE_S);
}

/* Entries whose parts all follow from one number. */
static struct maxwell_cpu_prices whole(u32 i)
{
	return (struct maxwell_cpu_prices){
		.flags = i, .reserve_general = i + 1, .reserve_feeder = i + 2, .price = i + 3,
		.best_bid = i + 4, .queued = i + 5, .load_q8 = i + 6, .local = i + 7,
		.external = i + 8, .gpu = i + 9, .reserved = i + 10, .time_ns = i + 11ULL,
		.reserved2 = i + 12ULL,
	};
}

/* Across two cache lines: one is mostly handed over from processor to processor as a whole. */
static struct {
	u64 pad[4];
	struct maxwell_cpu_prices entry;
} prices __attribute__((__aligned__(64)));

static void *price_writer(void *arg)
{
	u32 i, seq = 0;
	u64 rng = 1;

	(void)arg;
	for (i = 0; !READ_ONCE(stop); i++) {
		struct maxwell_cpu_prices entry = whole(i);
		u64 pause = rng_next(&rng) % 32;

		mx_entry_write(&prices.entry, &seq, &entry);
		/* It rests now and then, as between two ticks, or nobody would ever get to read. */
		while (pause--)
			__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void prices_are_never_torn(void)
{
	u32 reads = 0, changes = 0, torn = 0, last = U32_MAX;
	struct maxwell_cpu_prices entry, want;
	time_t end = time(NULL) + PATIENCE_S;
	pthread_t thread;

	memset(&prices.entry, 0, sizeof(prices.entry));
	stop = 0;
	CHECK(!pthread_create(&thread, NULL, price_writer, NULL), "no thread");
	while ((reads < RACED_READS || changes < CHANGES_MIN) && time(NULL) < end) {
		if (!mx_entry_read(&prices.entry, &entry) || !entry.seq)
			continue;
		reads++;
		changes += entry.flags != last;
		last = entry.flags;
		want = whole(entry.flags);
		want.seq = entry.seq;
		torn += !!memcmp(&want, &entry, sizeof(want));
		torn += entry.seq != 2 * (entry.flags + 1);
	}
	WRITE_ONCE(stop, 1);
	pthread_join(thread, NULL);
	CHECK(!torn, "%u of %u reads, %u changes", torn, reads, changes);
	CHECK(reads >= RACED_READS && changes >= CHANGES_MIN, "%u reads, %u changes within %d s",
	      reads, changes, PATIENCE_S);
}

static const struct test_case cases[] = {
	{ "nothing_is_lost_or_torn", nothing_is_lost_or_torn },
	{ "a_hostile_producer_gets_bounded_batches_of_valid_orders",
	  a_hostile_producer_gets_bounded_batches_of_valid_orders },
	{ "prices_are_never_torn", prices_are_never_torn },
	{ }
};

const struct test_suite ring_race_suite = { "ring_race", cases };
