// SPDX-License-Identifier: GPL-2.0
/*
 * Who competes with whom: the best bid of another tag, against a search of the whole book, and the
 * quotes that CPUs give each other.
 */
#include "harness.h"
#include "policy.h"
#include "rq_model.h"

#define NOBODY ((struct mx_node *)1)

static struct rq_model model;

/* The FIFO of a bucket, from the model; returns its length. */
static u32 fifo(u8 book, int bucket, struct mx_node **list)
{
	u32 nr = 0, i;

	for (i = 0; i < model.nr; i++)
		if (model.order[i]->book == book && model.order[i]->bucket == bucket)
			list[nr++] = model.order[i];
	return nr;
}

/*
 * Who competes with @tag in one bucket. NOBODY if that must be seen, NULL if it may be. A long
 * bucket with none among the first few may answer with the one behind them.
 */
static struct mx_node *rival_in(struct mx_node **list, u32 nr, u16 tag, struct mx_node **perhaps)
{
	u32 i;

	for (i = 0; i < min(nr, (u32)MX_RIVAL_NODES); i++)
		if (list[i]->tag != tag)
			return list[i];
	if (nr <= MX_RIVAL_NODES)
		return NOBODY;
	*perhaps = list[MX_RIVAL_NODES];
	for (; i < nr; i++)
		if (list[i]->tag != tag)
			return *perhaps;
	return NULL;
}

/* Whether @found is right for a book, by what mx_rq_rival() says of itself. */
static bool is_rival(u8 book, u16 tag, const struct mx_node *found)
{
	struct mx_node *list[MODEL_NODES], *want, *perhaps = NULL;
	bool occupied[MX_BUCKETS] = { false };
	int bucket, looked_at = 0;
	u32 i, nr;

	for (i = 0; i < model.nr; i++)
		if (model.order[i]->book == book)
			occupied[model.order[i]->bucket] = true;
	for (bucket = MX_BUCKETS - 1; bucket >= model.rq.book[book].reserve; bucket--) {
		if (!occupied[bucket])
			continue;
		nr = fifo(book, bucket, list);
		if (looked_at++ == MX_RIVAL_BUCKETS)
			return found == list[0];
		want = rival_in(list, nr, tag, &perhaps);
		if (want == NOBODY)
			continue;
		if (want)
			return found == want;
		if (found == perhaps)
			return true;
	}
	return !found;
}

static void add(u32 i, u16 bucket, u8 book, u16 tag)
{
	struct mx_node *node = &model.node[i];

	node->bucket = bucket;
	node->bid = mx_bucket_floor(bucket);
	node->book = book;
	node->tag = tag;
	node->since_ns = 1000 + i;
	model_enqueue(&model, node);
}

static void random_step(u32 buckets, u32 tags, u8 book)
{
	u32 i = (u32)test_random_below(MODEL_NODES);

	/* A few of one tag come at once, as the tasks of a wallet do. */
	if (model.node[i].queued) {
		model_dequeue(&model, &model.node[i]);
	} else {
		u16 tag = (u16)test_random_below(tags);
		u16 bucket = (u16)(50 + test_random_below(buckets));

		for (; i < MODEL_NODES && !model.node[i].queued && test_random_below(4); i++)
			add(i, bucket, book, tag);
	}
	model.rq.book[book].reserve = (u16)(test_random_below(3) ? 0 : 45 + test_random_below(20));
}

static void rival_agrees_with_a_search(void)
{
	int round, i;

	for (round = 0; round < 60; round++) {
		u32 buckets = 1 + (u32)test_random_below(24), tags = 2 + (u32)test_random_below(3);
		u8 book = (u8)test_random_below(MX_BOOKS);

		model_init(&model);
		for (i = 0; i < 500; i++) {
			u16 tag = (u16)(1 + test_random_below(tags));

			random_step(buckets, tags, book);
			CHECK(is_rival(book, tag, mx_rq_rival(&model.rq, tag)),
			      "round %d, step %d, tag %u", round, i, tag);
		}
	}
}

static void rival_is_the_dearer_of_both_books(void)
{
	model_init(&model);
	CHECK(!mx_rq_rival(&model.rq, 1), "nobody waits");
	add(0, 60, MX_BOOK_GENERAL, 1);
	add(1, 50, MX_BOOK_GENERAL, 2);
	add(2, 55, MX_BOOK_FEEDER, 3);
	CHECK(mx_rq_rival(&model.rq, 1) == &model.node[2], "the feeder");
	CHECK(mx_rq_rival(&model.rq, 2) == &model.node[0], "the general one");
	CHECK(mx_rq_rival(&model.rq, 3) == &model.node[0], "the general one");
	model.rq.book[MX_BOOK_FEEDER].reserve = 56;
	CHECK(mx_rq_rival(&model.rq, 1) == &model.node[1], "who does not clear does not compete");
	model.rq.book[MX_BOOK_GENERAL].reserve = 51;
	CHECK(!mx_rq_rival(&model.rq, 1), "nobody else clears");
}

/* However many tasks of its own stand before the others, a wallet sees and pays the others' bid. */
static void own_tasks_do_not_count(void)
{
	u32 i;

	model_init(&model);
	for (i = 0; i < 200; i++)
		add(i, (u16)(100 + i % (MX_RIVAL_BUCKETS - 1)), MX_BOOK_GENERAL, 1);
	add(i, 40, MX_BOOK_GENERAL, 2);
	CHECK(mx_rq_rival(&model.rq, 1) == &model.node[200], "the other wallet");
	CHECK_EQ(mx_price(&model.rq, U32_MAX, 5, 1), mx_bucket_floor(40));
	CHECK_EQ(mx_price(&model.rq, U32_MAX, 5, 2), mx_bucket_floor(100 + MX_RIVAL_BUCKETS - 2));
	/* Without a wallet's tag each is on its own. */
	CHECK_EQ(mx_price(&model.rq, U32_MAX, 5, 0), mx_bucket_floor(100 + MX_RIVAL_BUCKETS - 2));
	CHECK_EQ(mx_price(&model.rq, 7, 5, 1), 7);
}

/* Many own bids, each in its own bucket, do not hide the others and bring the reserve price. */
static void nobody_hides_the_others_behind_many_buckets(void)
{
	u32 i;

	model_init(&model);
	for (i = 0; i < 3 * MX_RIVAL_BUCKETS; i++)
		add(i, (u16)(100 + i), MX_BOOK_GENERAL, 1);
	add(i, 99, MX_BOOK_GENERAL, 2);
	CHECK(mx_price(&model.rq, U32_MAX, 5, 1) >= mx_bucket_floor(99), "paid %u",
	      mx_price(&model.rq, U32_MAX, 5, 1));
}

/* Somebody who joined a bucket for a moment leaves no trace once those who saw him are gone. */
static void visitor_is_forgotten(void)
{
	u32 i;

	model_init(&model);
	for (i = 0; i < 30; i++)
		add(i, 100, MX_BOOK_GENERAL, 1);
	add(100, 40, MX_BOOK_GENERAL, 2);
	CHECK(mx_rq_rival(&model.rq, 1) == &model.node[100], "before the visit");
	add(50, 100, MX_BOOK_GENERAL, 3);
	for (i = 0; i < 30; i++) {
		CHECK_EQ(mx_rq_rival(&model.rq, 1)->bid, mx_bucket_floor(100));
		model_dequeue(&model, &model.node[i]);
		add(i, 100, MX_BOOK_GENERAL, 1);
	}
	model_dequeue(&model, &model.node[50]);
	for (i = 0; i < 30; i++) {
		model_dequeue(&model, &model.node[i]);
		add(i, 100, MX_BOOK_GENERAL, 1);
	}
	CHECK(mx_rq_rival(&model.rq, 1) == &model.node[100], "after a turn of the bucket");
}

/* The numbers that tell old from new wrap; a bucket that was never empty has to survive it. */
static void tags_survive_the_wrap_of_the_counter(void)
{
	u32 i, round;

	model_init(&model);
	for (i = 0; i < 30; i++)
		add(i, 100, MX_BOOK_GENERAL, 1);
	add(100, 40, MX_BOOK_GENERAL, 2);
	for (round = 0; round < 40; round++) {
		model.rq.seq += 1U << 29;
		for (i = 0; i < 30; i++) {
			model_dequeue(&model, &model.node[i]);
			add(i, 100, MX_BOOK_GENERAL, 1);
			CHECK(mx_rq_rival(&model.rq, 1) == &model.node[100], "round %u", round);
		}
	}
}

/* The best bid of a quote for each tag is the best of all that were added with another tag. */
static void quote_knows_the_best_rival_of_each_tag(void)
{
	int round;
	u32 i, nr;

	for (round = 0; round < 100000; round++) {
		struct mx_quote quote = {};
		u32 bid[8], best;
		u16 tag[8], t;

		nr = (u32)test_random_below(9);
		for (i = 0; i < nr; i++) {
			bid[i] = (u32)test_random_below(6);
			tag[i] = (u16)test_random_below(4);
			mx_quote_add(&quote, bid[i], tag[i]);
		}
		for (t = 1; t < 5; t++) {
			for (i = 0, best = 0; i < nr; i++)
				if (tag[i] != t)
					best = max(best, bid[i]);
			CHECK(mx_quote_for(&quote, t) == best, "%u for tag %u, not %u",
			      mx_quote_for(&quote, t), t, best);
		}
	}
}

static void quote_tells_what_may_run_elsewhere(void)
{
	struct mx_quote quote;

	model_init(&model);
	mx_quote_make(&model.rq, &quote);
	CHECK_EQ(quote.bid[0], 0);
	add(0, 60, MX_BOOK_GENERAL, 1);
	add(1, 58, MX_BOOK_GENERAL, 1);
	add(2, 50, MX_BOOK_FEEDER, 2);
	mx_quote_make(&model.rq, &quote);
	CHECK_EQ(mx_quote_for(&quote, 1), mx_bucket_floor(50));
	CHECK_EQ(mx_quote_for(&quote, 2), mx_bucket_floor(60));
	CHECK_EQ(mx_quote_for(&quote, 3), mx_bucket_floor(60));
	model.node[0].bound = true;
	mx_quote_make(&model.rq, &quote);
	CHECK_EQ(mx_quote_for(&quote, 2), 0);
	CHECK_EQ(mx_quote_for(&quote, 3), mx_bucket_floor(50));
	model.node[0].bound = false;
	/* One that is bound is no rival elsewhere either, however dear. */
	model.node[2].bound = true;
	mx_quote_make(&model.rq, &quote);
	CHECK_EQ(mx_quote_for(&quote, 1), 0);
	CHECK_EQ(mx_quote_for(&quote, 2), mx_bucket_floor(60));
	model.node[2].bound = false;
	model.rq.book[MX_BOOK_GENERAL].reserve = 61;
	mx_quote_make(&model.rq, &quote);
	CHECK_EQ(mx_quote_for(&quote, 1), mx_bucket_floor(50));
	add(3, MX_BUCKET_KTHREAD, MX_BOOK_GENERAL, 0);
	mx_quote_make(&model.rq, &quote);
	CHECK_EQ(quote.bid[0], 0);
}

/* A turn costs the second best bid of different wallets: of those that wait and the others. */
static void turn_costs_what_the_market_would(void)
{
	struct mx_quote others = {};

	model_init(&model);
	mx_quote_add(&others, mx_bucket_floor(30), 1);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), 10);
	add(0, 30, MX_BOOK_GENERAL, 1);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), 10);
	add(1, 60, MX_BOOK_GENERAL, 2);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), mx_bucket_floor(30));
	add(2, 58, MX_BOOK_GENERAL, 2);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), mx_bucket_floor(30));
	/* Tasks that cannot leave the CPU compete for it like others. */
	add(3, 50, MX_BOOK_FEEDER, 3);
	model.node[3].bound = true;
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), mx_bucket_floor(50));
	CHECK_EQ(mx_turn_price(&model.rq, &others, mx_bucket_floor(55)), mx_bucket_floor(55));
	/* Two that are unlimited compete with each other. */
	mx_quote_add(&others, mx_bucket_floor(70), 0);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), mx_bucket_floor(60));
	mx_quote_add(&others, mx_bucket_floor(65), 0);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), mx_bucket_floor(65));
}

/* However many tasks a wallet has in a bucket, the one behind them counts at least about right. */
static void crowd_does_not_hide_the_price_of_a_turn(void)
{
	struct mx_quote others = {};
	int i;

	model_init(&model);
	mx_quote_add(&others, mx_bucket_floor(40), 1);
	for (i = 0; i < 50; i++)
		add(i, 40, MX_BOOK_GENERAL, 1);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), 10);
	add(50, 40, MX_BOOK_GENERAL, 2);
	CHECK_EQ(mx_turn_price(&model.rq, &others, 10), mx_bucket_floor(40));
}

static const struct test_case cases[] = {
	{ "rival_agrees_with_a_search", rival_agrees_with_a_search },
	{ "rival_is_the_dearer_of_both_books", rival_is_the_dearer_of_both_books },
	{ "own_tasks_do_not_count", own_tasks_do_not_count },
	{ "nobody_hides_the_others_behind_many_buckets",
	  nobody_hides_the_others_behind_many_buckets },
	{ "visitor_is_forgotten", visitor_is_forgotten },
	{ "tags_survive_the_wrap_of_the_counter", tags_survive_the_wrap_of_the_counter },
	{ "quote_knows_the_best_rival_of_each_tag", quote_knows_the_best_rival_of_each_tag },
	{ "quote_tells_what_may_run_elsewhere", quote_tells_what_may_run_elsewhere },
	{ "turn_costs_what_the_market_would", turn_costs_what_the_market_would },
	{ "crowd_does_not_hide_the_price_of_a_turn", crowd_does_not_hide_the_price_of_a_turn },
	{}
};

const struct test_suite rival_suite = { "rival", cases };
