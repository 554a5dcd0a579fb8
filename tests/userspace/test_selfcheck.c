// SPDX-License-Identifier: GPL-2.0
/*
 * The order book looks after itself: broken in one way or another it closes, says why, seems empty,
 * follows none of its lists any more, and works again once it was opened anew.
 *
 * The sanitizers are half of the test: whoever goes on with a broken list ends the program.
 */
#include "harness.h"
#include "policy.h"
#include "rq_model.h"

#define MS 1000000ULL

static struct rq_model model;
static struct mx_terms terms;
static u64 survival_ns, clock_ns;

static void begin(void)
{
	model_init(&model);
	mx_terms_set(&terms, 3000, 500, 400, 100);
	clock_ns = 1000000 * MS;
	survival_ns = clock_ns;
}

static struct mx_node *bid(u32 i, u16 bucket, u8 book)
{
	struct mx_node *node = &model.node[i];

	node->bucket = bucket;
	node->bid = mx_bucket_floor(bucket);
	node->book = book;
	node->tag = 0;
	node->since_ns = clock_ns;
	mx_rq_enqueue(&model.rq, node);
	return node;
}

/* One auction, as the module holds it. Returns the winner, who has left, or NULL. */
static struct mx_node *auction(void)
{
	struct mx_pick pick;

	clock_ns += 3 * MS;
	mx_pick(&model.rq, NULL, &terms, &survival_ns, clock_ns, &pick);
	if (!pick.node)
		return NULL;
	mx_rq_dequeue(&model.rq, pick.node);
	return model.rq.breach ? NULL : pick.node;
}

/* Closed for that reason: nobody is found, nobody gets in, everybody gets out. */
static void closed(enum mx_breach why)
{
	struct mx_pick pick;
	u32 i;

	CHECK_EQ(model.rq.breach, why);
	CHECK(!mx_rq_best(&model.rq) && !mx_rq_top(&model.rq), "somebody is found");
	CHECK(!mx_rq_oldest(&model.rq) && !mx_rq_walk(&model.rq), "somebody is found");
	CHECK(!mx_rq_rival(&model.rq, 1), "somebody is found");
	CHECK(!mx_rq_verify(&model.rq), "it is sound");
	CHECK(!mx_survival_due(&model.rq, &terms, 0, clock_ns), "a turn is due");
	CHECK_EQ(mx_rq_parked(&model.rq), 0);
	mx_pick(&model.rq, NULL, &terms, &survival_ns, clock_ns, &pick);
	CHECK_EQ(pick.verdict, MX_IDLE);
	for (i = 0; i < MODEL_NODES; i++)
		if (model.node[i].queued)
			mx_rq_dequeue(&model.rq, &model.node[i]);
	CHECK(!bid(MODEL_NODES - 1, 7, MX_BOOK_GENERAL)->queued, "somebody got in");
	CHECK_EQ(model.rq.breach, why);
	CHECK_EQ(model.rq.nr_queued, 0);
}

/* Opened anew it is empty, keeps its reserves, and works. */
static void reopened(void)
{
	u32 i;

	mx_rq_reopen(&model.rq);
	CHECK_EQ(model.rq.breach, MX_SOUND);
	CHECK_EQ(model.rq.book[MX_BOOK_FEEDER].reserve, 3);
	model.rq.book[MX_BOOK_FEEDER].reserve = 0;
	memset(model.node, 0, sizeof(model.node));
	for (i = 0; i < 1000; i++) {
		clock_ns += test_random_below(MS);
		if (model.nr && test_random_below(2))
			model_dequeue(&model, model.order[test_random_below(model.nr)]);
		else if (model.nr < MODEL_NODES)
			model_enqueue_random(&model, MODEL_ALL_BUCKETS, clock_ns);
		if (!(i % 100))
			model_check(&model);
	}
}

static void broken(enum mx_breach why)
{
	model.rq.book[MX_BOOK_FEEDER].reserve = 3;
	closed(why);
	reopened();
}

static void a_mark_without_a_task(void)
{
	begin();
	bid(0, 40, MX_BOOK_GENERAL);
	model.rq.book[MX_BOOK_GENERAL].bitmap[5] |= 1;
	model.rq.book[MX_BOOK_GENERAL].summary |= 1 << 5;
	CHECK(!mx_rq_best(&model.rq), "the empty bucket wins");
	auction();
	broken(MX_BREACH_MARK);

	/* A word that is marked, but has no mark in it. */
	begin();
	bid(0, 40, MX_BOOK_FEEDER);
	model.rq.book[MX_BOOK_FEEDER].summary |= 1 << 5;
	auction();
	broken(MX_BREACH_MARK);
	begin();
	model.rq.book[MX_BOOK_FEEDER].summary |= 1;
	model.rq.nr_queued = 1;
	auction();
	broken(MX_BREACH_MARK);
}

static void a_task_in_a_bucket_not_its_own(void)
{
	begin();
	bid(0, 40, MX_BOOK_GENERAL)->bucket = 41;
	CHECK(!mx_rq_top(&model.rq), "it is found where it does not belong");
	auction();
	broken(MX_BREACH_PLACE);

	/* In both books the same bucket: neither may be taken on trust. */
	begin();
	bid(0, 40, MX_BOOK_GENERAL);
	bid(1, 40, MX_BOOK_FEEDER)->bucket = 700;
	auction();
	broken(MX_BREACH_PLACE);

	/* One that forgot everything while it stood there. */
	begin();
	bid(0, 40, MX_BOOK_GENERAL)->next = NULL;
	auction();
	broken(MX_BREACH_PLACE);
}

static void counts_that_do_not_add_up(void)
{
	struct mx_node *node;

	begin();
	bid(0, 40, MX_BOOK_GENERAL);
	model.rq.book[MX_BOOK_GENERAL].nr[40]++;
	CHECK(!auction(), "a winner");
	broken(MX_BREACH_COUNT);

	begin();
	bid(0, 40, MX_BOOK_GENERAL);
	bid(1, 40, MX_BOOK_GENERAL);
	model.rq.book[MX_BOOK_GENERAL].nr[40]--;
	CHECK(!auction(), "a winner");
	broken(MX_BREACH_COUNT);

	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	model.rq.nr_queued++;
	CHECK(auction() == node, "no winner");
	CHECK(!auction(), "a second one");
	broken(MX_BREACH_COUNT);

	/* The same seen by a look for the longest wait. */
	begin();
	model.rq.nr_queued++;
	CHECK(!mx_survival_due(&model.rq, &terms, clock_ns + MS, clock_ns), "somebody waits");
	broken(MX_BREACH_SLOT);

	begin();
	bid(0, 40, MX_BOOK_FEEDER);
	model.rq.nr_queued--;
	CHECK(!bid(1, 50, MX_BOOK_GENERAL)->queued, "taken in");
	broken(MX_BREACH_COUNT);
}

static void tasks_that_are_not_where_they_were_put(void)
{
	struct mx_node *node;

	/* Lost on the way in, and another one there or not. */
	begin();
	mx_rq_dequeue(&model.rq, &model.node[0]);
	broken(MX_BREACH_ASTRAY);
	begin();
	bid(1, 40, MX_BOOK_GENERAL);
	mx_rq_dequeue(&model.rq, &model.node[0]);
	broken(MX_BREACH_ASTRAY);

	/* It was there before: everything about it fits, but that it has left. */
	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	bid(1, 40, MX_BOOK_GENERAL);
	mx_rq_dequeue(&model.rq, node);
	CHECK_EQ(model.rq.breach, MX_SOUND);
	mx_rq_dequeue(&model.rq, node);
	broken(MX_BREACH_ASTRAY);

	/* In a bucket that does not know of it. */
	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	node->bucket = 41;
	mx_rq_dequeue(&model.rq, node);
	CHECK(!node->queued, "still queued");
	broken(MX_BREACH_ASTRAY);
	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	model.rq.book[MX_BOOK_GENERAL].bitmap[0] = 0;
	mx_rq_dequeue(&model.rq, node);
	broken(MX_BREACH_ASTRAY);
	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	model.rq.book[MX_BOOK_GENERAL].tail[40] = NULL;
	mx_rq_dequeue(&model.rq, node);
	broken(MX_BREACH_ASTRAY);
	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	model.rq.slot[node->slot] = NULL;
	mx_rq_dequeue(&model.rq, node);
	broken(MX_BREACH_ASTRAY);
}

static void a_longest_wait_that_is_lost(void)
{
	struct mx_node *node;

	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	model.rq.slot[node->slot] = NULL;
	auction();
	broken(MX_BREACH_SLOT);

	/* Who does not wait any more stands there. */
	begin();
	bid(0, 40, MX_BOOK_GENERAL)->queued = false;
	auction();
	broken(MX_BREACH_SLOT);
	begin();
	bid(0, 40, MX_BOOK_GENERAL)->slot_next = NULL;
	auction();
	broken(MX_BREACH_SLOT);

	/* A mark in the calendar only holds up the walk, which starts over. */
	begin();
	node = bid(0, 40, MX_BOOK_GENERAL);
	model.rq.slot_map[(node->slot + 1) % MX_SLOTS / 64] |= BIT_ULL((node->slot + 1) % 64);
	CHECK(mx_rq_walk(&model.rq) == node && !model.rq.walk, "the walk goes on");
	CHECK(mx_rq_walk(&model.rq) == node, "it does not start over");
}

/* A rival is looked for under the lock of somebody who cannot close the book: NULL has to do. */
static void a_search_for_rivals_finds_nobody(void)
{
	u32 i;

	begin();
	model.rq.book[MX_BOOK_GENERAL].bitmap[0] = 1 << 9;
	model.rq.book[MX_BOOK_GENERAL].summary = 1;
	CHECK(!mx_rq_rival(&model.rq, 1), "somebody in an empty bucket");

	begin();
	for (i = 0; i < MX_RIVAL_BUCKETS + 1; i++)
		bid(i, 100 - i, MX_BOOK_GENERAL)->tag = 1;
	for (i = 0; i < MX_RIVAL_BUCKETS + 1; i++)
		model.node[i].other = model.node[i].seq - 1;
	model.node[MX_RIVAL_BUCKETS].bucket = 3;
	CHECK(!mx_rq_rival(&model.rq, 1), "somebody who stands elsewhere");
	CHECK(!mx_rq_next(&model.rq, &model.node[MX_RIVAL_BUCKETS - 1]), "the same");
}

/* Flip something at random in a book in use: it may take a while, but nothing else goes wrong. */
static void break_something(struct mx_node *node)
{
	struct mx_book *book = &model.rq.book[test_random_below(MX_BOOKS)];
	u16 bucket = (u16)test_random_below(MX_BUCKETS);

	switch (test_random_below(6)) {
	case 0:
		book->bitmap[bucket / 64] ^= BIT_ULL(bucket % 64);
		break;
	case 1:
		book->summary ^= 1U << test_random_below(MX_BUCKET_WORDS);
		break;
	case 2:
		node->bucket = bucket;
		break;
	case 3:
		book->nr[node->bucket] += test_random_below(2) ? 1 : -1;
		break;
	case 4:
		model.rq.nr_queued += test_random_below(2) ? 1 : -1;
		break;
	default:
		model.rq.slot[test_random_below(MX_SLOTS)] = NULL;
	}
}

static void random_damage_is_contained(void)
{
	u32 round, i, noticed = 0;

	for (round = 0; round < 300; round++) {
		begin();
		for (i = 0; i < 40; i++)
			model_enqueue_random(&model, MODEL_FEW_BUCKETS, clock_ns + i * MS);
		break_something(model.order[test_random_below(model.nr)]);
		for (i = 0; i < 400 && !model.rq.breach; i++) {
			struct mx_node *node = &model.node[test_random_below(40)];

			auction();
			mx_rq_walk(&model.rq);
			if (node->queued && test_random_below(2))
				mx_rq_dequeue(&model.rq, node);
			else if (!node->queued && i < 200)
				bid(node - model.node, test_random_below(MX_BUCKETS), 0);
		}
		noticed += !!model.rq.breach;
	}
	/* Some damage heals: a mark comes back with the next task, a lost slot was empty. */
	CHECK(noticed > 150, "%u of 300 noticed", noticed);
}

static const struct test_case cases[] = {
	{ "a_mark_without_a_task", a_mark_without_a_task },
	{ "a_task_in_a_bucket_not_its_own", a_task_in_a_bucket_not_its_own },
	{ "counts_that_do_not_add_up", counts_that_do_not_add_up },
	{ "tasks_that_are_not_where_they_were_put", tasks_that_are_not_where_they_were_put },
	{ "a_longest_wait_that_is_lost", a_longest_wait_that_is_lost },
	{ "a_search_for_rivals_finds_nobody", a_search_for_rivals_finds_nobody },
	{ "random_damage_is_contained", random_damage_is_contained },
	{}
};

const struct test_suite selfcheck_suite = { "selfcheck", cases };
