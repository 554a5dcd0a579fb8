// SPDX-License-Identifier: GPL-2.0
/*
 * Bucket arithmetic: order, bounds and width, at every boundary and over millions of bids.
 */
#include "harness.h"
#include "runqueue.h"

static void check_bid(u32 bid)
{
	u16 bucket = mx_bucket(bid);

	CHECK(bucket <= MX_BUCKET_BID_MAX, "bid %u", bid);
	CHECK(mx_bucket_floor(bucket) <= bid, "bid %u", bid);
	if (bucket < MX_BUCKET_BID_MAX)
		CHECK(bid < mx_bucket_floor((u16)(bucket + 1)), "bid %u", bid);
}

static void boundaries_are_exact(void)
{
	unsigned int bucket;

	CHECK_EQ(mx_bucket(0), 0);
	CHECK_EQ(mx_bucket(U32_MAX), MX_BUCKET_BID_MAX);
	for (bucket = 1; bucket <= MX_BUCKET_BID_MAX; bucket++) {
		u32 floor = mx_bucket_floor((u16)bucket);

		CHECK_EQ(mx_bucket(floor), bucket);
		CHECK_EQ(mx_bucket(floor - 1), bucket - 1);
		check_bid(floor);
		check_bid(floor - 1);
	}
}

static void buckets_are_narrow(void)
{
	unsigned int bucket;

	for (bucket = 0; bucket < 64; bucket++)
		CHECK_EQ(mx_bucket_floor((u16)bucket), bucket);
	/* Width over floor is at most 1/32; the last bucket ends at 2^32. */
	for (bucket = 32; bucket <= MX_BUCKET_BID_MAX; bucket++) {
		u64 floor = mx_bucket_floor((u16)bucket);
		u64 end = bucket < MX_BUCKET_BID_MAX ? mx_bucket_floor((u16)(bucket + 1)) :
						       1ULL << 32;

		CHECK(end > floor && (end - floor) * 32 <= floor, "bucket %u", bucket);
	}
}

static void buckets_above_every_bid_have_no_floor(void)
{
	unsigned int bucket;

	for (bucket = MX_BUCKET_BID_MAX + 1; bucket < MX_BUCKETS; bucket++)
		CHECK_EQ(mx_bucket_floor((u16)bucket), U32_MAX);
}

static void order_is_kept_for_every_bid_below_2_to_the_22(void)
{
	u16 last = 0;
	u32 bid;

	for (bid = 0; bid < 1U << 22; bid++) {
		u16 bucket = mx_bucket(bid);

		CHECK(bucket == last || bucket == last + 1, "bid %u", bid);
		check_bid(bid);
		last = bucket;
	}
}

static void order_is_kept_over_the_whole_range(void)
{
	u16 last = 0;
	u64 bid;

	/* An odd stride visits all residues of the powers of two. */
	for (bid = 0; bid <= U32_MAX; bid += 1021) {
		u16 bucket = mx_bucket((u32)bid);

		CHECK(bucket >= last, "bid %llu", (unsigned long long)bid);
		check_bid((u32)bid);
		last = bucket;
	}
}

static void order_is_kept_for_random_pairs(void)
{
	int i;

	for (i = 0; i < 1000000; i++) {
		u32 a = test_random_u32_log();
		u32 b = test_random_u32_log();

		CHECK(a > b || mx_bucket(a) <= mx_bucket(b), "bids %u and %u", a, b);
	}
}

static const struct test_case cases[] = {
	{ "boundaries_are_exact", boundaries_are_exact },
	{ "buckets_are_narrow", buckets_are_narrow },
	{ "buckets_above_every_bid_have_no_floor", buckets_above_every_bid_have_no_floor },
	{ "order_is_kept_for_every_bid_below_2_to_the_22",
	  order_is_kept_for_every_bid_below_2_to_the_22 },
	{ "order_is_kept_over_the_whole_range", order_is_kept_over_the_whole_range },
	{ "order_is_kept_for_random_pairs", order_is_kept_for_random_pairs },
	{}
};

const struct test_suite bucket_suite = { "bucket", cases };
