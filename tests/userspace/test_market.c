// SPDX-License-Identifier: GPL-2.0
/*
 * Shares follow money: wallets and auctions together, over simulated minutes.
 *
 * One wallet wins alone where its bids are a bucket above the other's, and both take turns where
 * they meet; the second price that either pays follows the lower of the two bids all the time. What
 * is left of the difference is that bids move while a slice lasts.
 */
#include "harness.h"
#include "market.h"

#include <math.h>
#include <stdlib.h>

#define SECOND 1000000000ULL
#define HALF_LIFE_MS 60000
#define RESERVE 10
#define BID 10000

static struct market m;

static struct mx_wallet *wallet_with(u32 income, u32 nr_tasks, u32 bid)
{
	struct mx_wallet *w = market_wallet(&m, income, HALF_LIFE_MS);

	while (nr_tasks--)
		market_task(&m, w, bid);
	return w;
}

/* CPU time of wallet @a as a multiple of @b's, over a minute, after 20 s to find the prices. */
static double ratio(const struct mx_wallet *a, const struct mx_wallet *b)
{
	u64 a_ns, b_ns;

	market_run(&m, 20 * SECOND);
	a_ns = market_ran_ns(&m, a);
	b_ns = market_ran_ns(&m, b);
	market_run(&m, 60 * SECOND);
	CHECK(market_balanced(&m), "the books are off");
	return (double)(market_ran_ns(&m, a) - a_ns) / (double)(market_ran_ns(&m, b) - b_ns);
}

/* Two wallets with incomes 3:1 and so many always hungry tasks. */
static void check_three_to_one(u32 cpus, u32 tasks_a, u32 tasks_b)
{
	struct mx_wallet *a, *b;
	double got;

	market_init(&m, cpus, RESERVE);
	a = wallet_with(300, tasks_a, BID);
	b = wallet_with(100, tasks_b, BID);
	got = ratio(a, b);
	CHECK(fabs(got - 3) <= 0.15, "%u CPUs, %u:%u tasks: %.3f:1", cpus, tasks_a, tasks_b, got);
}

static void shares_follow_money_on_one_cpu(void)
{
	static const u32 tasks[][2] = {
		{ 1, 1 }, { 2, 2 }, { 1, 50 }, { 4, 50 }, { 50, 50 }, { 50, 1 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		check_three_to_one(1, tasks[i][0], tasks[i][1]);
}

/* A wallet needs two tasks to be on two CPUs at once. */
static void shares_follow_money_on_two_cpus(void)
{
	static const u32 tasks[][2] = { { 2, 2 }, { 4, 4 }, { 4, 50 }, { 50, 50 }, { 50, 4 } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		check_three_to_one(2, tasks[i][0], tasks[i][1]);
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Whatever incomes, bids, numbers of tasks: off by 2 % in the median. */
static void shares_follow_money_at_any_level(void)
{
	double off[25];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(off); i++) {
		u32 unit = (u32)test_random_range(50, 2000), nr = (u32)test_random_range(1, 4);
		u32 bid = unit * (u32)test_random_range(8, 100);
		struct mx_wallet *a, *b;

		market_init(&m, 1, RESERVE);
		a = wallet_with(nr * unit, (u32)test_random_range(1, 20), bid);
		b = wallet_with(unit, (u32)test_random_range(1, 20), bid);
		off[i] = fabs(ratio(a, b) / nr - 1);
		CHECK(off[i] < 0.05, "incomes %u:%u, bid %u: off by %.3f", nr * unit, unit, bid,
		      off[i]);
	}
	qsort(off, ARRAY_SIZE(off), sizeof(off[0]), compare_double);
	CHECK(off[ARRAY_SIZE(off) / 2] <= 0.02, "median %.3f", off[ARRAY_SIZE(off) / 2]);
}

/* A wallet with 50 tasks against one with a single task, with the same income. */
static void splitting_into_tasks_gains_nothing(void)
{
	struct mx_wallet *a, *b;
	double got;

	market_init(&m, 1, RESERVE);
	a = wallet_with(200, 50, BID);
	b = wallet_with(200, 1, BID);
	got = ratio(a, b);
	CHECK(fabs(got - 1) <= 0.05, "%.3f:1", got);
}

/* What @nr wallets with a part of @income each get of a CPU beside a whole one, in permille. */
static double parts_permille(u32 whole_income, u32 income, u32 nr)
{
	u64 whole_ns, total_ns = 60 * SECOND;
	struct mx_wallet *whole;
	u32 i;

	market_init(&m, 1, RESERVE);
	whole = wallet_with(whole_income, 4, BID);
	for (i = 0; i < nr; i++)
		wallet_with(income / nr, 1, BID);
	market_run(&m, 20 * SECOND);
	whole_ns = market_ran_ns(&m, whole);
	market_run(&m, total_ns);
	whole_ns = market_ran_ns(&m, whole) - whole_ns;
	CHECK(market_balanced(&m), "the books are off");
	return 1000 * (1 - (double)whole_ns / (double)total_ns);
}

/* The parts of an income get what the whole of it would, though most of it in turns if many. */
static void splitting_into_wallets_gains_nothing(void)
{
	static const u32 parts[] = { 1, 2, 10, 50 };
	double got;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		got = parts_permille(1000, 1000, parts[i]);
		CHECK(fabs(got - 500) < 12.5, "%u parts, 1:1: %.0f permille", parts[i], got);
		got = parts_permille(3000, 1000, parts[i]);
		/* 3.15:1 to 2.85:1 */
		CHECK(got > 241 && got < 259.7, "%u parts, 3:1: %.0f permille", parts[i], got);
	}
}

/* Somebody whose own bid is high pays what the others bid, not what he bids. */
static void rich_wallet_pays_the_second_price(void)
{
	struct mx_wallet *rich, *poor;
	double price;

	market_init(&m, 1, RESERVE);
	rich = wallet_with(0, 1, BID);
	poor = wallet_with(0, 3, 800);
	market_run(&m, 10 * SECOND);
	price = (double)market_paid(&m, rich) / (double)market_ran_ns(&m, rich);
	CHECK(fabs(price - 800) < 1, "%.1f", price);
	CHECK(market_ran_ns(&m, rich) >= 9 * SECOND, "all but the survival share");
	CHECK(market_ran_ns(&m, poor) >= SECOND / 4, "the survival share");
	CHECK(market_balanced(&m), "the books are off");
}

/* With many sleepers and wakers on all CPUs the sums still hold. */
static void books_balance_under_a_mixed_load(void)
{
	u32 i;

	market_init(&m, 4, RESERVE);
	for (i = 0; i < 40; i++) {
		u32 income = test_random_below(4) ? (u32)test_random_range(1, 1000) : 0;
		struct mx_wallet *w = market_wallet(&m, income, i % 2 ? HALF_LIFE_MS : 0);
		u32 nr = (u32)test_random_below(5);

		while (nr--) {
			struct market_task *t = market_task(&m, w, test_random_u32_log() >> 12);

			if (test_random_below(2))
				market_task_sleeps(t, test_random_below(SECOND / 10),
						   test_random_below(SECOND), test_random());
		}
	}
	for (i = 0; i < 30; i++) {
		market_run(&m, SECOND);
		CHECK(market_balanced(&m), "after %u s the books are off", i);
	}
}

static const struct test_case cases[] = {
	{ "shares_follow_money_on_one_cpu", shares_follow_money_on_one_cpu },
	{ "shares_follow_money_on_two_cpus", shares_follow_money_on_two_cpus },
	{ "shares_follow_money_at_any_level", shares_follow_money_at_any_level },
	{ "splitting_into_tasks_gains_nothing", splitting_into_tasks_gains_nothing },
	{ "splitting_into_wallets_gains_nothing", splitting_into_wallets_gains_nothing },
	{ "rich_wallet_pays_the_second_price", rich_wallet_pays_the_second_price },
	{ "books_balance_under_a_mixed_load", books_balance_under_a_mixed_load },
	{}
};

const struct test_suite market_suite = { "market", cases };
