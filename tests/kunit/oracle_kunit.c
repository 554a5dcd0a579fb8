// SPDX-License-Identifier: GPL-2.0
/*
 * The order book against an oracle that cannot be wrong: a plain array that is searched from end to
 * end. Random arrivals, departures, bids and reserves; after each step winner, oldest and counts
 * have to be the same, and the maps of the book to agree with its lists.
 */
#include "suites.h"

#define STEPS 20000

/* What the book should say, from a look at every node. */
struct verdict {
	const struct mx_node *best;
	const struct mx_node *oldest;
	u32 queued;
	u32 parked;
};

static bool beats(const struct mx_node *a, const struct mx_node *b)
{
	if (!b || a->bucket != b->bucket)
		return !b || a->bucket > b->bucket;
	if (a->book == b->book)
		return (s32)(a->seq - b->seq) < 0;
	return a->since_ns < b->since_ns;
}

static struct verdict search(const struct scene *s)
{
	struct verdict v = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(s->node); i++) {
		const struct mx_node *node = &s->node[i];

		if (!node->queued)
			continue;
		v.queued++;
		if (!v.oldest || node->since_ns < v.oldest->since_ns)
			v.oldest = node;
		if (!mx_clears(&s->rq, node->book, node->bucket))
			v.parked++;
		else if (beats(node, v.best))
			v.best = node;
	}
	return v;
}

/* Every list is a circle as long as its count says, and the maps show which have members. */
static void check_shape(struct kunit *test, const struct mx_book *book)
{
	int b;

	for (b = 0; b < MX_BUCKETS; b++) {
		const struct mx_node *tail = book->tail[b], *node = tail;
		u32 nr = 0;

		while (node && nr <= book->nr[b]) {
			node = node->next;
			nr++;
			if (node == tail)
				break;
		}
		KUNIT_ASSERT_EQ(test, nr, book->nr[b]);
		KUNIT_ASSERT_EQ(test, !!tail, !!(book->bitmap[b / 64] & BIT_ULL(b % 64)));
		KUNIT_ASSERT_EQ(test, !!book->bitmap[b / 64], !!(book->summary & BIT(b / 64)));
	}
}

static void check(struct kunit *test, struct scene *s)
{
	struct verdict v = search(s);
	struct mx_node *oldest = mx_rq_oldest(&s->rq);

	KUNIT_ASSERT_PTR_EQ(test, mx_rq_best(&s->rq), (struct mx_node *)v.best);
	KUNIT_ASSERT_EQ(test, s->rq.nr_queued, v.queued);
	KUNIT_ASSERT_EQ(test, mx_rq_parked(&s->rq), v.parked);
	KUNIT_ASSERT_EQ(test, !!oldest, !!v.oldest);
	/* Promised to one slot of the calendar. */
	if (oldest)
		KUNIT_ASSERT_LE(test, oldest->since_ns >> MX_SLOT_SHIFT,
				(v.oldest->since_ns >> MX_SLOT_SHIFT) + 1);
}

static void step(struct scene *s, struct rnd_state *rnd, u64 now_ns)
{
	struct mx_node *node = &s->node[prandom_u32_state(rnd) % ARRAY_SIZE(s->node)];
	u32 bid = prandom_u32_state(rnd) >> (prandom_u32_state(rnd) % 32);

	if (!(prandom_u32_state(rnd) % 16)) {
		s->rq.book[prandom_u32_state(rnd) % MX_BOOKS].reserve = mx_bucket(bid / 8);
	} else if (node->queued) {
		mx_rq_dequeue(&s->rq, node);
	} else {
		node->bid = bid;
		node->bucket = mx_bucket(bid);
		node->book = prandom_u32_state(rnd) % MX_BOOKS;
		/* Some come back with the arrival that they had elsewhere. */
		node->since_ns = now_ns - prandom_u32_state(rnd) % (200 * MS);
		mx_rq_enqueue(&s->rq, node);
	}
}

static void a_sorted_list_agrees(struct kunit *test)
{
	struct scene *s = scene_new(test);
	u64 now_ns = 10 * SECOND;
	struct rnd_state rnd;
	int i;

	suite_random(test, &rnd);
	for (i = 0; i < STEPS; i++) {
		now_ns += prandom_u32_state(&rnd) % MS;
		step(s, &rnd, now_ns);
		check(test, s);
		if (!(i % 64)) {
			check_shape(test, &s->rq.book[MX_BOOK_GENERAL]);
			check_shape(test, &s->rq.book[MX_BOOK_FEEDER]);
		}
	}
}

static void an_empty_book_is_as_new(struct kunit *test)
{
	struct scene *s = scene_new(test);
	struct rnd_state rnd;
	int i;

	suite_random(test, &rnd);
	for (i = 0; i < STEPS / 10; i++)
		step(s, &rnd, SECOND + i * MS);
	for (i = 0; i < ARRAY_SIZE(s->node); i++) {
		if (s->node[i].queued)
			mx_rq_dequeue(&s->rq, &s->node[i]);
	}
	for (i = 0; i < MX_BOOKS; i++) {
		KUNIT_EXPECT_EQ(test, s->rq.book[i].summary, 0);
		KUNIT_EXPECT_NULL(test, memchr_inv(s->rq.book[i].bitmap, 0,
						   sizeof(s->rq.book[i].bitmap)));
		KUNIT_EXPECT_NULL(test, memchr_inv(s->rq.book[i].tail, 0,
						   sizeof(s->rq.book[i].tail)));
	}
	KUNIT_EXPECT_EQ(test, s->rq.nr_queued, 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(s->rq.slot_map, 0, sizeof(s->rq.slot_map)));
	KUNIT_EXPECT_NULL(test, memchr_inv(s->rq.slot, 0, sizeof(s->rq.slot)));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(a_sorted_list_agrees),
	KUNIT_CASE(an_empty_book_is_as_new),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_oracle",
	.test_cases = cases,
};

kunit_test_suite(suite);
