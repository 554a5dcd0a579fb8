// SPDX-License-Identifier: GPL-2.0
/*
 * An example of an agent: work that knows what it is worth, reads prices and bids for itself
 * without system calls. Start it under the class:
 *
 *	maxctl run --wallet purse -- agent --value 500 --work 5 --seconds 60
 *
 * The winner of a CPU pays what it displaces, never more than its own bid. So the best bid is the
 * truth, what the work is worth, whatever the others do. Only when the work is not worth its price
 * is there something to decide: with the reserve above its value it bids nothing, and if others are
 * ready to pay more than that, the least that clears the reserve, which takes a CPU that nobody
 * else wants. Either way it lives on the survival share until the price has fallen again.
 */
/* For sched_getcpu(). */
#define _GNU_SOURCE 1

#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "maxwell_market.h"

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL

/* We were not running if the clock jumped by so much: more than an interrupt takes. */
#define GAP_NS 200000

/* Bids in a bucket, up to a 32nd apart, count as the least of them. */
#define BUCKETS_AN_OCTAVE 32

struct options {
	uint32_t value_cents;
	uint64_t work_ns;
	uint64_t run_ns;
};

/**
 * struct worker - what we know of ourselves
 * @agent: the market
 * @options: what we were told
 * @start_ns: when we began
 * @turn_ns: since when we have been running without a break
 * @bid: what we bid now
 */
struct worker {
	struct mxw_agent *agent;
	struct options options;
	uint64_t start_ns;
	uint64_t turn_ns;
	uint32_t bid;
};

/* From the vDSO: no system call. */
static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The work: so much time on a CPU. Breaks do not count, and are noticed. */
static void work(struct worker *w)
{
	uint64_t last_ns = now_ns();
	uint64_t done_ns = 0;

	while (done_ns < w->options.work_ns) {
		uint64_t ns = now_ns();

		if (ns - last_ns > GAP_NS)
			w->turn_ns = ns;
		else
			done_ns += ns - last_ns;
		last_ns = ns;
	}
}

static uint32_t least_that_clears(const struct maxwell_cpu_prices *prices, uint32_t value)
{
	uint32_t bid = prices->reserve_general + prices->reserve_general / BUCKETS_AN_OCTAVE + 1;

	return bid < value ? bid : value;
}

/**
 * decide() - what to bid at these prices
 * @w: ourselves
 * @prices: prices of the CPU we are on
 * @why: written: the reason, in a word
 *
 * An entry that was written before our turn began shows the market with us in it: its best bid may
 * be our own. Only the reserve, and a price above all that we ever bid, are sure to be others'.
 *
 * Return: the bid.
 */
static uint32_t decide(const struct worker *w, const struct maxwell_cpu_prices *prices,
		       const char **why)
{
	uint32_t value = w->options.value_cents;
	bool of_our_turn = prices->time_ns > w->turn_ns;

	if (prices->reserve_general > value) {
		*why = "reserve above value";
		return 0;
	}
	if (prices->price > value || (of_our_turn && prices->best_bid > value)) {
		*why = "outbid";
		return least_that_clears(prices, value);
	}
	if (of_our_turn || !w->bid) {
		*why = "worth it";
		return value;
	}
	return w->bid;
}

/* Reads the price, decides, bids. Returns false if nothing could be read or written. */
static bool look(struct worker *w)
{
	uint64_t ms = (now_ns() - w->start_ns) / NS_PER_MS;
	struct maxwell_cpu_prices prices;
	const char *why = "";
	int cpu = sched_getcpu();
	uint32_t bid;

	if (cpu < 0 || mxw_price_read(w->agent, cpu, &prices))
		return false;
	bid = decide(w, &prices, &why);
	if (bid == w->bid)
		return true;
	/* A full ring is empty again after the next tick: we come back. */
	if (mxw_ring_bid(w->agent, 0, 0, bid, 0))
		return false;
	printf("%llu.%03llu s  cpu %d  reserve %u  price %u  best %u  bid %u -> %u  %s\n",
	       (unsigned long long)ms / 1000, (unsigned long long)ms % 1000, cpu,
	       prices.reserve_general, prices.price, prices.best_bid, w->bid, bid, why);
	w->bid = bid;
	return true;
}

/* The first bid is taken up at once, to see whether bids of ours are taken at all. */
static bool enter_market(struct worker *w)
{
	struct mxw_ring_counters counters;

	w->bid = w->options.value_cents;
	if (mxw_ring_bid(w->agent, 0, 0, w->bid, 0) || mxw_ring_flush(w->agent)) {
		perror("agent: cannot bid");
		return false;
	}
	mxw_ring_counters(w->agent, &counters);
	if (!counters.taken)
		fprintf(stderr, "agent: the bid was refused: start it by 'maxctl run -- agent'\n");
	return counters.taken;
}

static void run(struct worker *w)
{
	uint64_t pieces = 0, misses = 0;
	struct mxw_ring_counters counters;

	w->start_ns = now_ns();
	w->turn_ns = w->start_ns;
	while (now_ns() - w->start_ns < w->options.run_ns) {
		work(w);
		pieces++;
		if (!look(w))
			misses++;
	}
	mxw_ring_counters(w->agent, &counters);
	printf("done  pieces %llu  misses %llu  bids taken %llu  refused %llu\n",
	       (unsigned long long)pieces, (unsigned long long)misses,
	       (unsigned long long)counters.taken, (unsigned long long)counters.refused);
}

static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *out && *out <= max;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "value", required_argument, NULL, 'v' },
		{ "work", required_argument, NULL, 'w' },
		{ "seconds", required_argument, NULL, 's' },
		{ 0 },
	};
	uint64_t value = 500, work_ms = 5, seconds = 10;
	bool good = true;
	int option;

	while (good && (option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		good = (option == 'v' && parse_number(optarg, UINT32_MAX, &value)) ||
		       (option == 'w' && parse_number(optarg, 10000, &work_ms)) ||
		       (option == 's' && parse_number(optarg, 1000000, &seconds));
	if (!good || optind < argc) {
		fprintf(stderr, "usage: agent [--value CENTS] [--work MS] [--seconds S]\n"
			"  --value    what a CPU-second is worth to it, 1 to 4294967295, by default 500\n"
			"  --work     CPU time between two looks at the price, 1 to 10000, 5\n"
			"  --seconds  when to end, 1 to 1000000, 10\n");
		return false;
	}
	*options = (struct options){
		.value_cents = value,
		.work_ns = work_ms * NS_PER_MS,
		.run_ns = seconds * NS_PER_S,
	};
	return true;
}

int main(int argc, char **argv)
{
	struct worker w = { 0 };
	bool good;
	int err;

	if (!parse_options(argc, argv, &w.options))
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	err = mxw_agent_open(&w.agent);
	if (err) {
		fprintf(stderr, "agent: cannot use " MAXWELL_DEVICE ": %s%s\n", strerror(-err),
			err == -ENOENT ? ": is the module sched_maxwell loaded?" : "");
		return 1;
	}
	good = enter_market(&w);
	if (good)
		run(&w);
	mxw_agent_close(w.agent);
	return good ? 0 : 1;
}
