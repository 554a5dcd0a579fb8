// SPDX-License-Identifier: GPL-2.0
/*
 * When the kernel hears a price, what its demand curve means, and how often the log says a thing.
 */
#include <stdlib.h>
#include <string.h>

#include "feed_internal.h"
#include "harness.h"
#include "log.h"

#define MSEC UINT64_C(1000000)

static struct feed_line told_line(u32 multiplier, u64 at_ns)
{
	return (struct feed_line){
		.wanted = { .multiplier = multiplier }, .sent = { .multiplier = multiplier },
		.sent_ns = at_ns, .told = true, .used = true,
	};
}

static void nothing_to_tell_is_never_due(void)
{
	struct feed_line line = { .wanted = { .multiplier = CONTROL_ONE } };

	CHECK_EQ(feed_line_due_ns(&line, 5000, 10), FEED_NEVER);
	line.used = true;
	CHECK_EQ(feed_line_due_ns(&line, 5000, 10), 0);
}

static void a_rise_does_not_wait(void)
{
	struct feed_line line = told_line(CONTROL_ONE, 1000 * MSEC);

	line.wanted.multiplier = CONTROL_ONE + CONTROL_ONE / FEED_RISE_PART;
	CHECK_EQ(feed_line_due_ns(&line, 5000, 50), 1000 * MSEC + FEED_SPACING_NS);
	/* Unless it is next to nothing. */
	line.wanted.multiplier--;
	CHECK_EQ(feed_line_due_ns(&line, 5000, 50), 1050 * MSEC);
	/* Nor longer than anything else. */
	line.wanted.multiplier = 4 * CONTROL_ONE;
	CHECK_EQ(feed_line_due_ns(&line, 5000, 1), 1001 * MSEC);
}

static void what_falls_waits_and_what_stays_is_renewed(void)
{
	struct feed_line line = told_line(2 * CONTROL_ONE, 1000 * MSEC);

	CHECK_EQ(feed_line_due_ns(&line, 6000, 50), 3000 * MSEC);
	line.wanted.multiplier = CONTROL_ONE;
	CHECK_EQ(feed_line_due_ns(&line, 6000, 50), 1050 * MSEC);
	line.wanted = line.sent;
	line.wanted.slope = -1;
	CHECK_EQ(feed_line_due_ns(&line, 6000, 50), 1050 * MSEC);
	/* A lease that is shorter than the interval comes first. */
	CHECK_EQ(feed_line_due_ns(&line, 90, 50), 1030 * MSEC);
}

/* Whatever is wanted, two settings are never further apart than lets a lease run out. */
static void a_lease_never_runs_out(void)
{
	int i;

	for (i = 0; i < 20000; i++) {
		struct feed_line line = told_line(test_random_log(UINT32_MAX),
						  test_random_log(1ULL << 50));
		u32 lease_ms = test_random_range(100, 600000);
		u64 due_ns;

		line.wanted.multiplier = test_random_log(UINT32_MAX);
		line.wanted.slope = test_random();
		due_ns = feed_line_due_ns(&line, lease_ms, test_random_range(1, 10000));
		CHECK(due_ns > line.sent_ns, "at once, again and again");
		CHECK(due_ns - line.sent_ns <= lease_ms * MSEC / 3, "too late");
	}
}

static void failures_wait_longer_up_to_a_limit(void)
{
	unsigned int i;
	u64 before = 0, now;

	for (i = 1; i < 100; i++) {
		now = feed_retry_ns(i);
		CHECK(now >= before && now >= FEED_RETRY_MIN_NS && now <= FEED_RETRY_MAX_NS,
		      "%u", i);
		before = now;
	}
	CHECK_EQ(before, FEED_RETRY_MAX_NS);
	CHECK_EQ(feed_retry_ns(1), FEED_RETRY_MIN_NS);
	CHECK_EQ(feed_retry_ns(2), 2 * FEED_RETRY_MIN_NS);
}

static void set_cpus(struct config_cpus *cpus, unsigned int first, unsigned int last)
{
	for (; first <= last; first++)
		cpus->bit[first / 64] |= 1ULL << first % 64;
}

static void cpus_are_written_as_the_kernel_does(void)
{
	struct config_cpus cpus = { 0 };
	char text[1025];

	CHECK(feed_cpu_list(&cpus, text, sizeof(text)), "none");
	CHECK(!text[0], "%s", text);
	set_cpus(&cpus, 0, 3);
	set_cpus(&cpus, 8, 8);
	set_cpus(&cpus, 20, 21);
	set_cpus(&cpus, 62, 65);
	set_cpus(&cpus, CONFIG_CPUS_MAX - 1, CONFIG_CPUS_MAX - 1);
	CHECK(feed_cpu_list(&cpus, text, sizeof(text)), "some");
	CHECK(!strcmp(text, "0-3,8,20-21,62-65,8191"), "%s", text);
	CHECK(feed_cpu_list(&cpus, text, 23), "it fits");
	CHECK(!feed_cpu_list(&cpus, text, 22), "it does not fit: %s", text);
	CHECK(!text[0], "%s", text);
	CHECK(!feed_cpu_list(&cpus, text, 11), "cut in the middle of a range: %s", text);
}

static void demand_adds_up_from_above(void)
{
	const struct mxw_demand buckets[] = {
		{ .price = 100, .queued = 1, .running = 1 }, { .price = 10, .queued = 3 },
		{ .price = 50 }, { .price = 1000, .running = 2 }, { .price = 10, .queued = 4 },
	};
	struct control_demand steps[4];

	CHECK_EQ(feed_demand_curve(buckets, ARRAY_SIZE(buckets), steps, 4), 3);
	CHECK_EQ(steps[0].price, 10);
	CHECK_EQ(steps[0].cpus, 11);
	CHECK_EQ(steps[1].price, 100);
	CHECK_EQ(steps[1].cpus, 4);
	CHECK_EQ(steps[2].price, 1000);
	CHECK_EQ(steps[2].cpus, 2);
	CHECK_EQ(feed_demand_curve(buckets, 0, steps, 4), 0);
	/* Of a longer one the cheapest is always there. */
	CHECK_EQ(feed_demand_curve(buckets, ARRAY_SIZE(buckets), steps, 2), 2);
	CHECK_EQ(steps[0].cpus, 11);
	CHECK_EQ(steps[1].price, 1000);
	CHECK_EQ(feed_demand_curve(buckets, ARRAY_SIZE(buckets), steps, 1), 1);
}

static void cpus_are_those_of_the_set(void)
{
	struct config_cpus cpus = { .bit = { 0 } };

	CHECK_EQ(feed_nr_cpus(&cpus, 12), 12);
	cpus.bit[0] = 0xf0;
	CHECK_EQ(feed_nr_cpus(&cpus, 12), 4);
	cpus.bit[1] = 1ULL << 63;
	CHECK_EQ(feed_nr_cpus(&cpus, 12), 5);
	/* Of a set that is larger than the machine no more than that can be at work. */
	CHECK_EQ(feed_nr_cpus(&cpus, 3), 3);
	CHECK_EQ(feed_nr_cpus(&cpus, 0), 0);
}

static void any_curve_is_one(void)
{
	struct mxw_demand buckets[300];
	struct control_demand steps[64];
	size_t nr, i, out;
	int round;
	double all;

	for (round = 0; round < 200; round++) {
		nr = test_random_below(ARRAY_SIZE(buckets) + 1);
		all = 0;
		memset(buckets, 0, sizeof(buckets));
		for (i = 0; i < nr; i++) {
			buckets[i].price = test_random_log(1000000);
			buckets[i].queued = test_random_below(3);
			all += buckets[i].queued;
		}
		out = feed_demand_curve(buckets, nr, steps, ARRAY_SIZE(steps));
		CHECK(out <= ARRAY_SIZE(steps), "%zu", out);
		CHECK(!out == !all, "%zu steps", out);
		for (i = 1; i < out; i++) {
			CHECK(steps[i].price > steps[i - 1].price, "price %zu", i);
			CHECK(steps[i].cpus < steps[i - 1].cpus, "cpus %zu", i);
		}
		CHECK(!out || steps[0].cpus == all, "the cheapest step is not all of it");
	}
}

static void a_line_again_and_again_is_held_back(void)
{
	static struct log_limit limit;
	static const char one[] = "one", other[] = "other";
	u64 now = 10000 * MSEC;
	u32 held = 99;
	int i;

	limit = (struct log_limit){ .burst_per_s = 3 };
	for (i = 0; i < 3; i++)
		CHECK(log_allowed(&limit, one, now, &held), "%d", i);
	CHECK_EQ(held, 0);
	for (i = 0; i < 5; i++)
		CHECK(!log_allowed(&limit, one, now + i, &held), "%d", i);
	CHECK(log_allowed(&limit, other, now, &held), "another kind");
	CHECK_EQ(held, 0);
	CHECK(!log_allowed(&limit, one, now + 999 * MSEC, &held), "too early");
	CHECK(log_allowed(&limit, one, now + 1000 * MSEC, &held), "a second later");
	CHECK_EQ(held, 6);
	limit.burst_per_s = 0;
	for (i = 0; i < 100; i++)
		CHECK(log_allowed(&limit, one, now + 1000 * MSEC, &held), "no limit");
}

static void more_kinds_than_there_is_room_for(void)
{
	static char formats[LOG_KINDS + 20][2];
	static struct log_limit limit;
	u32 held;
	size_t i;

	limit = (struct log_limit){ .burst_per_s = 1 };
	for (i = 0; i < ARRAY_SIZE(formats); i++)
		CHECK(log_allowed(&limit, formats[i], 1000 * MSEC * (i + 1), &held), "%zu", i);
	/* The latest are still known. */
	CHECK(!log_allowed(&limit, formats[i - 1], 1000 * MSEC * i, &held), "forgotten");
}

const struct test_suite daemon_feed_suite = {
	.name = "daemon_feed",
	.cases = (const struct test_case[]) {
		{ "nothing_to_tell_is_never_due", nothing_to_tell_is_never_due },
		{ "a_rise_does_not_wait", a_rise_does_not_wait },
		{ "what_falls_waits_and_what_stays_is_renewed",
		  what_falls_waits_and_what_stays_is_renewed },
		{ "a_lease_never_runs_out", a_lease_never_runs_out },
		{ "failures_wait_longer_up_to_a_limit", failures_wait_longer_up_to_a_limit },
		{ "cpus_are_written_as_the_kernel_does", cpus_are_written_as_the_kernel_does },
		{ "demand_adds_up_from_above", demand_adds_up_from_above },
		{ "cpus_are_those_of_the_set", cpus_are_those_of_the_set },
		{ "any_curve_is_one", any_curve_is_one },
		{ "a_line_again_and_again_is_held_back", a_line_again_and_again_is_held_back },
		{ "more_kinds_than_there_is_room_for", more_kinds_than_there_is_room_for },
		{ }
	},
};
