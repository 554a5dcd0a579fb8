// SPDX-License-Identifier: GPL-2.0
/*
 * The model of the order book, and the comparison of everything that can be seen of the real one
 * with it; see rq_model.h.
 */
#include "rq_model.h"
#include "harness.h"

void model_init(struct rq_model *m)
{
	memset(m, 0, sizeof(*m));
	mx_rq_init(&m->rq);
}

void model_enqueue(struct rq_model *m, struct mx_node *node)
{
	mx_rq_enqueue(&m->rq, node);
	m->order[m->nr++] = node;
}

void model_dequeue(struct rq_model *m, struct mx_node *node)
{
	u32 i;

	mx_rq_dequeue(&m->rq, node);
	for (i = 0; m->order[i] != node; i++)
		;
	memmove(&m->order[i], &m->order[i + 1], (m->nr - i - 1) * sizeof(m->order[0]));
	m->nr--;
}

static bool clears(const struct rq_model *m, const struct mx_node *node)
{
	return node->bucket >= m->rq.book[node->book].reserve;
}

/* The first of the dearest bucket of one book. */
static struct mx_node *best_of_book(const struct rq_model *m, u8 book, bool any)
{
	struct mx_node *best = NULL;
	u32 i;

	for (i = 0; i < m->nr; i++) {
		struct mx_node *node = m->order[i];

		if (node->book == book && (any || clears(m, node)) &&
		    (!best || node->bucket > best->bucket))
			best = node;
	}
	return best;
}

/* The winner; with @any also one that does not clear its reserve. */
struct mx_node *model_best(const struct rq_model *m, bool any)
{
	struct mx_node *g = best_of_book(m, MX_BOOK_GENERAL, any);
	struct mx_node *f = best_of_book(m, MX_BOOK_FEEDER, any);

	if (!g || !f)
		return g ? g : f;
	if (g->bucket != f->bucket)
		return g->bucket > f->bucket ? g : f;
	return f->since_ns < g->since_ns ? f : g;
}

u64 model_oldest_since_ns(const struct rq_model *m)
{
	u64 oldest_ns = U64_MAX;
	u32 i;

	for (i = 0; i < m->nr; i++)
		oldest_ns = min(oldest_ns, m->order[i]->since_ns);
	return oldest_ns;
}

/* Walk one book from its dearest node to the end: dearest bucket first, FIFO inside. */
static void check_order(const struct rq_model *m, u8 book)
{
	const struct mx_node *node = best_of_book(m, book, true);
	u32 i, in_book = 0, walked = 0;
	int bucket;

	for (i = 0; i < m->nr; i++)
		in_book += m->order[i]->book == book;
	for (bucket = MX_BUCKETS - 1; bucket >= 0; bucket--) {
		if (!m->rq.book[book].tail[bucket])
			continue;
		for (i = 0; i < m->nr; i++) {
			if (m->order[i]->book != book || m->order[i]->bucket != bucket)
				continue;
			CHECK(node == m->order[i], "book %u, bucket %d, place %u", book, bucket,
			      walked);
			node = mx_rq_next(&m->rq, node);
			walked++;
		}
	}
	CHECK_EQ(walked, in_book);
	CHECK(!node, "book %u: more nodes than were queued", book);
}

/* Bitmap, summary, counts and lists of one book tell the same story. */
static void check_book(const struct rq_model *m, u8 id)
{
	const struct mx_book *book = &m->rq.book[id];
	u32 count[MX_BUCKETS] = { 0 };
	u32 i;

	for (i = 0; i < m->nr; i++)
		count[m->order[i]->bucket] += m->order[i]->book == id;
	for (i = 0; i < MX_BUCKETS; i++) {
		bool bit = book->bitmap[i / 64] >> (i % 64) & 1;

		CHECK(bit == (count[i] > 0), "book %u, bucket %u", id, i);
		CHECK(!!book->tail[i] == (count[i] > 0), "book %u, bucket %u", id, i);
		CHECK_EQ(book->nr[i], count[i]);
	}
	for (i = 0; i < MX_BUCKET_WORDS; i++)
		CHECK((book->summary >> i & 1) == !!book->bitmap[i], "book %u, word %u", id, i);
	CHECK_EQ(book->summary >> MX_BUCKET_WORDS, 0);
	check_order(m, id);
}

/* Every queued node is in exactly one slot, and slot_map knows the occupied ones. */
static void check_slots(const struct rq_model *m)
{
	u32 i, found = 0;

	for (i = 0; i < MX_SLOTS; i++) {
		const struct mx_node *last = m->rq.slot[i], *node = last, *prev = NULL;
		bool bit = m->rq.slot_map[i / 64] >> (i % 64) & 1;

		CHECK(bit == !!last, "slot %u", i);
		if (!last)
			continue;
		do {
			node = node->slot_next;
			CHECK(node->queued, "slot %u holds a node that is not queued", i);
			CHECK_EQ(node->slot, i);
			CHECK(node->slot_prev == prev, "slot %u", i);
			prev = node;
			found++;
		} while (node != last && found <= m->nr);
	}
	CHECK_EQ(found, m->nr);
}

/* Compare everything that can be seen of the runqueue with the model. */
void model_check(struct rq_model *m)
{
	u32 parked = 0, i;
	const struct mx_node *oldest;

	for (i = 0; i < m->nr; i++)
		parked += !clears(m, m->order[i]);
	CHECK_EQ(m->rq.nr_queued, m->nr);
	CHECK_EQ(mx_rq_parked(&m->rq), parked);
	check_book(m, MX_BOOK_GENERAL);
	check_book(m, MX_BOOK_FEEDER);
	check_slots(m);
	CHECK(mx_rq_best(&m->rq) == model_best(m, false), "%u queued", m->nr);
	CHECK(mx_rq_top(&m->rq) == model_best(m, true), "%u queued", m->nr);
	oldest = mx_rq_oldest(&m->rq);
	CHECK(!!oldest == (m->nr > 0), "%u queued", m->nr);
}

u16 model_random_bucket(enum model_bids bids)
{
	if (bids == MODEL_FEW_BUCKETS)
		return (u16)(60 + test_random_below(8));
	if (!test_random_below(20))
		return MX_BUCKET_KTHREAD;
	return mx_bucket(test_random_u32_log());
}

/* Any node that is queued, or any that is not; NULL if there is none. */
struct mx_node *model_random_node(struct rq_model *m, bool queued)
{
	u32 start = (u32)test_random_below(MODEL_NODES), i;

	for (i = 0; i < MODEL_NODES; i++) {
		struct mx_node *node = &m->node[(start + i) % MODEL_NODES];

		if (node->queued == queued)
			return node;
	}
	return NULL;
}

/* Nothing happens if all are queued. */
void model_enqueue_random(struct rq_model *m, enum model_bids bids, u64 since_ns)
{
	struct mx_node *node = model_random_node(m, false);

	if (!node)
		return;
	node->bucket = model_random_bucket(bids);
	node->bid = mx_bucket_floor(node->bucket);
	node->book = (u8)test_random_below(MX_BOOKS);
	node->since_ns = since_ns;
	model_enqueue(m, node);
}

/* @node may be NULL. */
void model_dequeue_any(struct rq_model *m, struct mx_node *node)
{
	if (node)
		model_dequeue(m, node);
}
