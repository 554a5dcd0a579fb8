// SPDX-License-Identifier: GPL-2.0
/*
 * An entry of the price page is read whole or not at all: every way in which some steps of writers
 * can fall between two steps of a reader. Each access to the entry is a step, which the hooks in
 * READ_ONCE() and WRITE_ONCE() count.
 *
 * That takes accesses for happening in the order of the source. That the barriers see to it is for
 * test_ring_race.c.
 */
#include "harness.h"

static void before_load(void);
static void after_store(void);

#undef READ_ONCE
#undef WRITE_ONCE
#undef smp_load_acquire
#define READ_ONCE(x) (before_load(), *(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v), after_store())
#define smp_load_acquire(p) (before_load(), __atomic_load_n(p, __ATOMIC_ACQUIRE))

#include "page.h"

/* Stores of a write and loads of a read, the count twice each. */
#define STEPS 15U
#define WRITES 3U

static struct maxwell_cpu_prices shared;
static u32 stores, loads, writer_seq;

/* The entry as it was after each store. */
static struct maxwell_cpu_prices after[WRITES * STEPS + 1];
/* Before this load of the reader the writer goes on, to where this many stores have been made. */
static u32 go_on_at, go_on_to;

static void before_load(void)
{
	if (++loads == go_on_at)
		shared = after[go_on_to];
}

static void after_store(void)
{
	if (++stores < ARRAY_SIZE(after))
		after[stores] = shared;
}

/* Entries whose parts all follow from one number, and no part of two of them is the same. */
static struct maxwell_cpu_prices whole(u32 i)
{
	return (struct maxwell_cpu_prices){
		/* What a caller leaves in the count is nobody's business. */
		.seq = 12345, .flags = i, .reserve_general = i + 1000, .reserve_feeder = i + 2000,
		.price = i + 3000, .best_bid = i + 4000, .queued = i + 5000, .load_q8 = i + 6000,
		.local = i + 7000, .external = i + 8000, .gpu = i + 9000, .reserved = i + 10000,
		.time_ns = (u64)i << 32 | ~i, .reserved2 = (u64)~i << 32 | i,
	};
}

static void write_entry(u32 i)
{
	struct maxwell_cpu_prices entry = whole(i);

	mx_entry_write(&shared, &writer_seq, &entry);
}

/* Entry 0 is there, the others are on record in after[]. */
static void start(void)
{
	u32 i;

	memset(&shared, 0, sizeof(shared));
	writer_seq = 0;
	go_on_at = 0;
	write_entry(0);
	after[0] = shared;
	stores = 0;
	for (i = 1; i <= WRITES; i++)
		write_entry(i);
	CHECK_EQ(stores, WRITES * STEPS);
}

static void check_whole(const struct maxwell_cpu_prices *entry, u32 i)
{
	struct maxwell_cpu_prices want = whole(i);

	/* The first is published with the count at 2. */
	want.seq = 2 * (i + 1);
	CHECK(!memcmp(&want, entry, sizeof(want)),
	      "flags %u, seq %u, reserved2 %llx, to be those of entry %u", entry->flags, entry->seq,
	      (unsigned long long)entry->reserved2, i);
}

static void what_is_written_is_read(void)
{
	struct maxwell_cpu_prices entry;
	u32 i;

	start();
	for (i = 0; i <= WRITES; i++) {
		shared = after[(size_t)i * STEPS];
		loads = 0;
		CHECK(mx_entry_read(&shared, &entry), "entry %u", i);
		CHECK_EQ(loads, STEPS);
		check_whole(&entry, i);
	}
}

static void the_count_wraps(void)
{
	struct maxwell_cpu_prices entry;

	start();
	writer_seq = U32_MAX - 1;
	write_entry(7);
	CHECK_EQ(writer_seq, 0);
	CHECK(mx_entry_read(&shared, &entry), "the count is 0");
	CHECK_EQ(entry.flags, 7);
}

static void half_a_write_is_never_seen(void)
{
	struct maxwell_cpu_prices entry;
	u32 i;

	start();
	for (i = 0; i < ARRAY_SIZE(after); i++) {
		bool done = i % STEPS == 0;

		shared = after[i];
		CHECK(mx_entry_read(&shared, &entry) == done, "after %u stores", i);
		if (done)
			check_whole(&entry, i / STEPS);
	}
}

static void writes_during_a_read_are_noticed(void)
{
	u32 from;

	start();
	for (from = 0; from < ARRAY_SIZE(after); from++) {
		for (go_on_to = from + 1; go_on_to < ARRAY_SIZE(after); go_on_to++) {
			/* What happened before the first load was not during the read. */
			for (go_on_at = 2; go_on_at <= STEPS; go_on_at++) {
				struct maxwell_cpu_prices entry;

				shared = after[from];
				loads = 0;
				CHECK(!mx_entry_read(&shared, &entry),
				      "from %u to %u stores before load %u", from, go_on_to,
				      go_on_at);
			}
		}
	}
}

static const struct test_case cases[] = {
	{ "what_is_written_is_read", what_is_written_is_read },
	{ "the_count_wraps", the_count_wraps },
	{ "half_a_write_is_never_seen", half_a_write_is_never_seen },
	{ "writes_during_a_read_are_noticed", writes_during_a_read_are_noticed },
	{ }
};

const struct test_suite page_suite = { "page", cases };
