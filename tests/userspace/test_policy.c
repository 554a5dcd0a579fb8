// SPDX-License-Identifier: GPL-2.0
/*
 * The auction, scenario by scenario. The bound of the wait is tested over time in test_survival.c.
 */
#include "harness.h"
#include "policy.h"

#define MS 1000000ULL
#define T0 (1000 * MS)

static struct mx_runqueue rq;
static struct mx_node node[8];
static struct mx_terms terms;
static u64 survival_ns;

/* An empty runqueue with the defaults' terms, at a time when no turn is due. */
static void start(void)
{
	mx_rq_init(&rq);
	memset(node, 0, sizeof(node));
	mx_terms_set(&terms, 4000, 500, 1000, 50);
	survival_ns = T0 + 500 * MS;
}

static void queue(int i, u32 bid, u8 book, u64 since_ns)
{
	node[i].bid = bid;
	node[i].bucket = mx_bucket(bid);
	node[i].book = book;
	node[i].since_ns = since_ns;
	mx_rq_enqueue(&rq, &node[i]);
}

static struct mx_rival rival_of(u32 bid, u8 book)
{
	return (struct mx_rival){ .bid = bid, .bucket = mx_bucket(bid), .book = book };
}

static struct mx_pick auction(const struct mx_rival *rival, u64 now_ns)
{
	struct mx_pick pick;

	mx_pick(&rq, rival, &terms, &survival_ns, now_ns, &pick);
	return pick;
}

static void check_pick(struct mx_pick pick, enum mx_verdict verdict, const struct mx_node *winner)
{
	CHECK_EQ(pick.verdict, verdict);
	CHECK(pick.node == winner, "node %td won", pick.node ? pick.node - node : -1);
	CHECK(pick.slice_ns >= terms.slice_min_ns && pick.slice_ns <= terms.slice_ns,
	      "slice of %llu ns", (unsigned long long)pick.slice_ns);
}

static void empty_queue_idles(void)
{
	start();
	check_pick(auction(NULL, T0), MX_IDLE, NULL);
}

static void dearest_bid_wins(void)
{
	start();
	queue(0, 100, MX_BOOK_GENERAL, T0);
	queue(1, 300, MX_BOOK_GENERAL, T0 + 1);
	queue(2, 200, MX_BOOK_GENERAL, T0 + 2);
	check_pick(auction(NULL, T0 + 3), MX_MARKET, &node[1]);
	mx_rq_dequeue(&rq, &node[1]);
	check_pick(auction(NULL, T0 + 3), MX_MARKET, &node[2]);
}

static void same_bid_is_first_come_first_served(void)
{
	int i;

	start();
	for (i = 0; i < 5; i++)
		queue(i, 100, MX_BOOK_GENERAL, T0 + (u64)i);
	for (i = 0; i < 5; i++) {
		check_pick(auction(NULL, T0 + MS), MX_MARKET, &node[i]);
		mx_rq_dequeue(&rq, &node[i]);
	}
}

static void rival_keeps_the_cpu_only_if_it_outbids_all(void)
{
	struct mx_rival rival = rival_of(300, MX_BOOK_GENERAL);

	start();
	check_pick(auction(&rival, T0), MX_KEEP, NULL);
	queue(0, 200, MX_BOOK_GENERAL, T0);
	check_pick(auction(&rival, T0), MX_KEEP, NULL);
	queue(1, 400, MX_BOOK_GENERAL, T0);
	check_pick(auction(&rival, T0), MX_MARKET, &node[1]);
}

static void rival_goes_behind_its_equals(void)
{
	struct mx_rival rival = rival_of(300, MX_BOOK_GENERAL);

	start();
	queue(0, 300, MX_BOOK_GENERAL, T0);
	check_pick(auction(&rival, T0), MX_MARKET, &node[0]);
}

static void rival_below_the_reserve_stops(void)
{
	struct mx_rival rival = rival_of(300, MX_BOOK_GENERAL);

	start();
	rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(400);
	check_pick(auction(&rival, T0), MX_IDLE, NULL);
	queue(0, 500, MX_BOOK_GENERAL, T0);
	check_pick(auction(&rival, T0), MX_MARKET, &node[0]);
}

static void parked_tasks_leave_the_cpu_idle(void)
{
	start();
	rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(400);
	queue(0, 300, MX_BOOK_GENERAL, T0);
	queue(1, 200, MX_BOOK_GENERAL, T0);
	check_pick(auction(NULL, T0), MX_IDLE, NULL);
	CHECK_EQ(rq.nr_queued, 2);
	rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(300);
	check_pick(auction(NULL, T0), MX_MARKET, &node[0]);
}

static void parked_task_gets_its_turn(void)
{
	start();
	rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(400);
	queue(0, 1, MX_BOOK_GENERAL, T0);
	check_pick(auction(NULL, survival_ns - 1), MX_IDLE, NULL);
	check_pick(auction(NULL, survival_ns), MX_SURVIVAL, &node[0]);
	CHECK(survival_ns > T0 + 500 * MS, "the next turn is later");
}

static void longest_wait_gets_the_turn_not_the_dearest(void)
{
	struct mx_rival hog = rival_of(100000, MX_BOOK_GENERAL);

	start();
	queue(0, 5, MX_BOOK_GENERAL, T0 + 1);
	queue(1, 1, MX_BOOK_GENERAL, T0 + 2);
	queue(2, 900, MX_BOOK_GENERAL, T0 + 3);
	check_pick(auction(&hog, survival_ns), MX_SURVIVAL, &node[0]);
	mx_rq_dequeue(&rq, &node[0]);
	check_pick(auction(&hog, T0 + 2 + terms.window_ns), MX_SURVIVAL, &node[1]);
}

static void turn_comes_early_rather_than_past_the_window(void)
{
	struct mx_rival hog = rival_of(100000, MX_BOOK_GENERAL);

	start();
	survival_ns = T0 + 100000 * MS;
	queue(0, 1, MX_BOOK_GENERAL, T0);
	check_pick(auction(&hog, T0 + 874 * MS), MX_KEEP, NULL);
	check_pick(auction(&hog, T0 + 875 * MS), MX_SURVIVAL, &node[0]);
}

static void late_wait_is_due_whatever_the_schedule(void)
{
	u64 late_ns = T0 + 875 * MS;

	start();
	CHECK(!mx_survival_due(&rq, &terms, T0, late_ns), "nobody waits");
	queue(0, 1, MX_BOOK_GENERAL, T0);
	CHECK(!mx_survival_due(&rq, &terms, U64_MAX, late_ns - 1), "not yet");
	CHECK(mx_survival_due(&rq, &terms, U64_MAX, late_ns), "the wait is as long as the window");
	CHECK(mx_survival_due(&rq, &terms, T0 + 1, T0 + 1), "the schedule says so");
	CHECK(!mx_survival_due(&rq, &terms, U64_MAX, T0 - 1), "a clock that is behind");
}

static void bid_of_zero_runs_on_the_survival_share(void)
{
	start();
	rq.book[MX_BOOK_GENERAL].reserve = 1;
	queue(0, 0, MX_BOOK_GENERAL, T0);
	check_pick(auction(NULL, T0), MX_IDLE, NULL);
	check_pick(auction(NULL, survival_ns), MX_SURVIVAL, &node[0]);
}

static void kernel_threads_run_first(void)
{
	struct mx_rival hog = rival_of(U32_MAX, MX_BOOK_GENERAL);

	start();
	queue(0, 1, MX_BOOK_GENERAL, T0);
	queue(1, 1000, MX_BOOK_GENERAL, T0 + 1);
	node[2].bucket = MX_BUCKET_KTHREAD;
	node[2].since_ns = T0 + 2;
	mx_rq_enqueue(&rq, &node[2]);
	rq.book[MX_BOOK_GENERAL].reserve = MX_BUCKET_BID_MAX;
	check_pick(auction(&hog, T0 + 3), MX_MARKET, &node[2]);
	/* Even when a turn is due, but not for ever. */
	CHECK(survival_ns < T0 + 874 * MS, "a turn is due before the wait is overdue");
	check_pick(auction(&hog, T0 + 874 * MS), MX_MARKET, &node[2]);
	check_pick(auction(&hog, T0 + 875 * MS), MX_SURVIVAL, &node[0]);
}

static void hot_gpu_parks_the_general_book_alone(void)
{
	start();
	rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(5000);
	rq.book[MX_BOOK_FEEDER].reserve = mx_bucket(100);
	queue(0, 1000, MX_BOOK_GENERAL, T0);
	queue(1, 200, MX_BOOK_FEEDER, T0 + 1);
	check_pick(auction(NULL, T0 + 2), MX_MARKET, &node[1]);
	mx_rq_dequeue(&rq, &node[1]);
	check_pick(auction(NULL, T0 + 2), MX_IDLE, NULL);
}

static void market_slice_ends_where_the_next_turn_begins(void)
{
	start();
	queue(0, 1, MX_BOOK_GENERAL, T0);
	queue(1, 1000, MX_BOOK_GENERAL, T0 + 1);
	survival_ns = T0 + 2 * MS;
	CHECK_EQ(auction(NULL, T0 + 1).slice_ns, 2 * MS - 1);
	CHECK_EQ(auction(NULL, T0 + 2 * MS - 1).slice_ns, terms.slice_min_ns);
	survival_ns = T0 + 100 * MS;
	CHECK_EQ(auction(NULL, T0 + 1).slice_ns, terms.slice_ns);
}

static void late_turns_are_short(void)
{
	start();
	mx_terms_set(&terms, 100000, 500, 1000, 500);
	queue(0, 0, MX_BOOK_GENERAL, T0);
	CHECK_EQ(auction(NULL, survival_ns).slice_ns, terms.slice_ns);
	CHECK_EQ(auction(NULL, T0 + terms.window_ns).slice_ns, terms.slice_min_ns);
	/* First come, first served is late as well. */
	start();
	mx_terms_set(&terms, 100000, 500, 1000, 500);
	queue(0, 10, MX_BOOK_GENERAL, T0);
	survival_ns = T0 + 10000 * MS;
	rq.paced_nr = 2;
	CHECK_EQ(auction(NULL, T0 + 1).slice_ns, terms.slice_ns);
	CHECK_EQ(auction(NULL, T0 + terms.window_ns).slice_ns, terms.slice_min_ns);
}

static void better_bucket_preempts(void)
{
	CHECK(mx_outbids(11, 10, false), "a better bucket");
	CHECK(!mx_outbids(10, 10, false), "an equal one");
	CHECK(!mx_outbids(9, 10, false), "a worse one");
	CHECK(!mx_outbids(MX_BUCKET_BID_MAX, 0, true), "a survival turn is left in peace");
	CHECK(mx_outbids(MX_BUCKET_KTHREAD, 0, true), "but not by a kernel thread");
	CHECK(!mx_outbids(MX_BUCKET_KTHREAD, MX_BUCKET_KTHREAD, true), "kernel threads are equals");
}

static void winner_pays_the_second_price(void)
{
	start();
	CHECK_EQ(mx_price(&rq, 500, 10, 0), 10);
	queue(0, 300, MX_BOOK_GENERAL, T0);
	CHECK_EQ(mx_price(&rq, 500, 10, 0), 300);
	CHECK_EQ(mx_price(&rq, 500, 400, 0), 400);
	CHECK_EQ(mx_price(&rq, 200, 10, 0), 200);
	CHECK_EQ(mx_price(&rq, 0, 10, 0), 0);
	node[1].bucket = MX_BUCKET_KTHREAD;
	node[1].bid = U32_MAX;
	mx_rq_enqueue(&rq, &node[1]);
	CHECK_EQ(mx_price(&rq, 500, 10, 0), 10);
}

static void terms_follow_the_tunables(void)
{
	mx_terms_set(&terms, 4000, 500, 1000, 50);
	CHECK_EQ(terms.slice_ns, 4 * MS);
	CHECK_EQ(terms.slice_min_ns, MS / 2);
	CHECK_EQ(terms.window_ns, 875 * MS);
	CHECK_EQ(terms.survival_permille, 50);
	mx_terms_set(&terms, 100, 20000, 1000, 50);
	CHECK_EQ(terms.slice_ns, MS / 10);
	CHECK_EQ(terms.slice_min_ns, MS / 10);
	mx_terms_set(&terms, 100000, 50, 4000, 500);
	CHECK_EQ(terms.slice_ns, 100 * MS);
	CHECK_EQ(terms.window_ns, 3500 * MS);
	/* A long slice would break a short bound. */
	mx_terms_set(&terms, 100000, 20000, 64, 500);
	CHECK_EQ(terms.slice_ns, 7 * MS);
	CHECK_EQ(terms.slice_min_ns, 7 * MS);
}

static const struct test_case cases[] = {
	{ "empty_queue_idles", empty_queue_idles },
	{ "dearest_bid_wins", dearest_bid_wins },
	{ "same_bid_is_first_come_first_served", same_bid_is_first_come_first_served },
	{ "rival_keeps_the_cpu_only_if_it_outbids_all",
	  rival_keeps_the_cpu_only_if_it_outbids_all },
	{ "rival_goes_behind_its_equals", rival_goes_behind_its_equals },
	{ "rival_below_the_reserve_stops", rival_below_the_reserve_stops },
	{ "parked_tasks_leave_the_cpu_idle", parked_tasks_leave_the_cpu_idle },
	{ "parked_task_gets_its_turn", parked_task_gets_its_turn },
	{ "longest_wait_gets_the_turn_not_the_dearest",
	  longest_wait_gets_the_turn_not_the_dearest },
	{ "turn_comes_early_rather_than_past_the_window",
	  turn_comes_early_rather_than_past_the_window },
	{ "late_wait_is_due_whatever_the_schedule", late_wait_is_due_whatever_the_schedule },
	{ "bid_of_zero_runs_on_the_survival_share", bid_of_zero_runs_on_the_survival_share },
	{ "kernel_threads_run_first", kernel_threads_run_first },
	{ "hot_gpu_parks_the_general_book_alone", hot_gpu_parks_the_general_book_alone },
	{ "market_slice_ends_where_the_next_turn_begins",
	  market_slice_ends_where_the_next_turn_begins },
	{ "late_turns_are_short", late_turns_are_short },
	{ "better_bucket_preempts", better_bucket_preempts },
	{ "winner_pays_the_second_price", winner_pays_the_second_price },
	{ "terms_follow_the_tunables", terms_follow_the_tunables },
	{}
};

const struct test_suite policy_suite = { "policy", cases };
