// SPDX-License-Identifier: GPL-2.0
/*
 * Price buckets: for each of the 2^32 bids, without any bound or assumption.
 */
#include "proof.h"
#include "runqueue.h"

/*
 * Every bid falls into a bucket that bids may have, and so into the book's arrays. The bucket's
 * floor is not above the bid, the next bucket's is.
 *
 * class: short
 */
PROOF(bucket_is_in_range)
{
	u32 bid = nondet_u32();
	u16 bucket = mx_bucket(bid);

	CLAIM(bucket <= MX_BUCKET_BID_MAX, "no bid goes beyond the last bucket of bids");
	CLAIM(bucket < MX_BUCKET_KTHREAD, "no bid goes to where kernel threads stand");
	CLAIM(mx_bucket_floor(bucket) <= bid, "the floor is not above the bid");
	CLAIM(bucket == MX_BUCKET_BID_MAX || mx_bucket_floor((u16)(bucket + 1)) > bid,
	      "the next floor is above the bid");
	REACHABLE(bucket == 0, "the first bucket");
	REACHABLE(bucket == MX_BUCKET_BID_MAX, "the last bucket");
}

/*
 * Who bids more is never in a cheaper bucket, and two bids of one bucket are less than a
 * thirty-second apart.
 *
 * class: short
 */
PROOF(bucket_order_is_price_order)
{
	u32 less = nondet_u32(), more = nondet_u32();

	ASSUME(less <= more);
	CLAIM(mx_bucket(less) <= mx_bucket(more), "order is kept");
	if (mx_bucket(less) == mx_bucket(more)) {
		CLAIM((u64)more * 32 <= (u64)less * 33, "no wider than a step");
		REACHABLE(less < more, "two bids of one bucket");
	}
}

/*
 * The floor of every bucket that bids reach falls into this bucket, and buckets that no bid reaches
 * have the highest of all.
 *
 * class: short
 */
PROOF(bucket_floor_is_its_own)
{
	u16 bucket = nondet_u16();
	u32 floor = mx_bucket_floor(bucket);

	if (bucket <= MX_BUCKET_BID_MAX)
		CLAIM(mx_bucket(floor) == bucket, "a floor belongs to its bucket");
	else
		CLAIM(floor == U32_MAX, "no bid reaches it");
}
