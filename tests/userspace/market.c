// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated machine; see market.h. CPUs take turns, the one that is behind first. Wallets are
 * treated as the module does: charged each millisecond of run time, waiting bids brought up to date
 * at ticks and before a win.
 */
#include "market.h"
#include "common.h"

#include <math.h>

#define MARKET_START_NS BIT_ULL(42)
/* How many waiting bids a tick brings up to date, and how many winners an auction tries. */
#define REFRESH_NODES 16
#define WINNER_TRIES 4
/* Wallets are charged when this much run time has come together. */
#define CHARGE_NS NSEC_PER_MSEC

void market_init(struct market *m, u32 nr_cpus, u32 reserve)
{
	u32 i;

	memset(m, 0, sizeof(*m));
	mx_terms_set(&m->terms, 4000, 500, 1000, 50);
	m->nr_cpus = nr_cpus;
	m->reserve = reserve;
	m->tick_period_ns = 4 * NSEC_PER_MSEC;
	m->pacing_ns = 8ULL * NSEC_PER_SEC;
	m->now_ns = MARKET_START_NS;
	m->next_wake_ns = U64_MAX;
	for (i = 0; i < nr_cpus; i++) {
		mx_rq_init(&m->cpu[i].rq);
		m->cpu[i].rq.book[MX_BOOK_GENERAL].reserve = mx_bucket(reserve);
		m->cpu[i].rq.book[MX_BOOK_FEEDER].reserve = mx_bucket(reserve);
		m->cpu[i].tick_ns = m->now_ns + m->tick_period_ns * (i + 1) / nr_cpus;
		m->cpu[i].slice_end_ns = m->now_ns;
	}
}

/* A wallet of the module's default terms; without an income an unlimited one. */
struct mx_wallet *market_wallet(struct market *m, u32 income, u32 half_life_ms)
{
	struct mx_wallet_terms terms = {
		.income = income, .half_life_ms = half_life_ms,
		.cap_nanocents = income * 10ULL * NSEC_PER_SEC, .unlimited = !income,
	};
	struct mx_wallet *w = &m->wallet[m->nr_wallets++];

	assert(m->nr_wallets <= MARKET_WALLETS);
	mx_wallet_init(w, (u16)m->nr_wallets, &terms, m->pacing_ns, m->now_ns);
	return w;
}

static void enqueue(struct market *m, struct market_task *t, u64 since_ns)
{
	t->node.bid = mx_wallet_bid(t->wallet->factor, t->bid);
	t->node.bucket = mx_bucket(t->node.bid);
	t->node.tag = t->wallet->tag;
	t->node.since_ns = since_ns;
	mx_rq_enqueue(&m->cpu[t->cpu].rq, &t->node);
}

/* A task that is always hungry. */
struct market_task *market_task(struct market *m, struct mx_wallet *w, u32 bid)
{
	struct market_task *t = &m->task[m->nr_tasks++];

	assert(m->nr_tasks <= MARKET_TASKS);
	t->wallet = w;
	t->bid = bid;
	t->cpu = (int)(m->nr_tasks % m->nr_cpus);
	enqueue(m, t, m->now_ns);
	return t;
}

/* Exponentially distributed, at least a microsecond. */
static u64 draw_ns(u64 *rng, u64 mean_ns)
{
	double uniform = ((double)(rng_next(rng) >> 11) + 1) / 0x1p53;

	return (u64)NSEC_PER_USEC + (u64)(-log(uniform) * (double)mean_ns);
}

/* Let a task sleep between bursts of work, with numbers of its own, whatever the others do. */
void market_task_sleeps(struct market_task *t, u64 burst_ns, u64 sleep_ns, u64 seed)
{
	t->burst_ns = burst_ns;
	t->sleep_ns = sleep_ns;
	t->rng = seed;
	t->left_ns = draw_ns(&t->rng, burst_ns);
}

static struct market_task *task_of(struct mx_node *node)
{
	return (struct market_task *)((char *)node - offsetof(struct market_task, node));
}

/* Bring a waiting bid up to date; returns whether it moved. */
static bool rebid(struct market *m, struct market_task *t)
{
	u32 bid = mx_wallet_bid(t->wallet->factor, t->bid);

	if (bid == t->node.bid)
		return false;
	mx_rq_dequeue(&m->cpu[t->cpu].rq, &t->node);
	enqueue(m, t, t->node.since_ns);
	return true;
}

/* What waits on the other CPUs. */
static struct mx_quote outside(const struct market *m, const struct market_cpu *c)
{
	struct mx_quote sum = {};
	u32 i;

	for (i = 0; i < m->nr_cpus; i++) {
		if (&m->cpu[i] == c)
			continue;
		mx_quote_add(&sum, m->cpu[i].quote.bid[0], m->cpu[i].quote.tag[0]);
		mx_quote_add(&sum, m->cpu[i].quote.bid[1], m->cpu[i].quote.tag[1]);
	}
	return sum;
}

static u32 price(const struct market *m, const struct market_cpu *c, const struct market_task *t,
		 u32 bid)
{
	struct mx_quote others;
	u32 price;

	price = mx_price(&c->rq, bid, m->reserve, t->wallet->tag);
	if (!t->wallet->tag)
		return price;
	others = outside(m, c);
	return min(bid, max(price, mx_quote_for(&others, t->wallet->tag)));
}

/* What a turn on the survival share costs; it bids, and pays, nothing in debt. */
static u32 turn_price(const struct market *m, const struct market_cpu *c,
		      const struct market_task *t, u32 bid)
{
	struct mx_quote others = outside(m, c);

	if (!t->wallet->factor)
		return 0;
	mx_quote_add(&others, bid, t->wallet->tag);
	return min(t->bid, mx_turn_price(&c->rq, &others, m->reserve));
}

static void take_price(struct market *m, struct market_cpu *c)
{
	struct market_task *t = c->curr;
	u32 bid = mx_wallet_bid(t->wallet->factor, t->bid);

	c->rival = (struct mx_rival){ bid, mx_bucket(bid), t->node.book };
	t->price = c->survival && t->wallet->tag ? turn_price(m, c, t, bid) :
						   price(m, c, t, bid);
}

static void charge(struct market *m, struct market_task *t, u64 ran_ns)
{
	t->ran_ns += ran_ns;
	t->paid += (u64)t->price * ran_ns;
	t->owed += (u64)t->price * ran_ns;
	t->owed_ns += ran_ns;
	if (t->owed_ns < (u64)CHARGE_NS)
		return;
	mx_wallet_charge(t->wallet, t->owed, m->now_ns);
	t->owed = 0;
	t->owed_ns = 0;
}

static void tick(struct market *m, struct market_cpu *c)
{
	u32 left = min(c->rq.nr_queued, (u32)REFRESH_NODES);
	struct mx_node *best;

	c->tick_ns += m->tick_period_ns;
	while (left--) {
		struct market_task *t = task_of(mx_rq_walk(&c->rq));

		mx_wallet_settle(t->wallet, m->now_ns);
		rebid(m, t);
	}
	mx_quote_make(&c->rq, &c->quote);
	if (!c->curr)
		return;
	best = mx_rq_best(&c->rq);
	if (c->survival)
		return;
	if ((best && mx_outbids(best->bucket, c->rival.bucket, false)) ||
	    !mx_clears(&c->rq, c->rival.book, c->rival.bucket) ||
	    mx_survival_due(&c->rq, &m->terms, c->survival_ns, m->now_ns))
		c->slice_end_ns = m->now_ns;
}

/* Take the best bid that waits elsewhere, if it beats what is here. */
static void steal(struct market *m, struct market_cpu *c)
{
	struct mx_node *here = mx_rq_top(&c->rq), *best = NULL;
	int above = c->curr ? c->rival.bucket : -1;
	u32 i;

	if (here)
		above = max(above, (int)here->bucket);
	for (i = 0; i < m->nr_cpus; i++) {
		struct mx_node *top = mx_rq_best(&m->cpu[i].rq);

		if (&m->cpu[i] != c && top && (int)top->bucket > above) {
			above = top->bucket;
			best = top;
		}
	}
	if (!best || !mx_clears(&c->rq, best->book, best->bucket))
		return;
	mx_rq_dequeue(&m->cpu[task_of(best)->cpu].rq, best);
	task_of(best)->cpu = (int)(c - m->cpu);
	mx_rq_enqueue(&c->rq, best);
}

static void auction(struct market *m, struct market_cpu *c)
{
	struct mx_pick pick;
	int tries = WINNER_TRIES;

	steal(m, c);
	if (c->curr)
		take_price(m, c);
	do {
		mx_pick(&c->rq, c->curr ? &c->rival : NULL, &m->terms, &c->survival_ns, m->now_ns,
			&pick);
	} while (pick.verdict == MX_MARKET && --tries && rebid(m, task_of(pick.node)));
	if (pick.node)
		mx_rq_dequeue(&c->rq, pick.node);
	if (c->curr && pick.verdict != MX_KEEP) {
		enqueue(m, c->curr, m->now_ns);
		c->curr = NULL;
	}
	c->survival = pick.verdict == MX_SURVIVAL;
	if (pick.node)
		c->curr = task_of(pick.node);
	c->slice_end_ns = m->now_ns + pick.slice_ns;
	if (c->curr)
		take_price(m, c);
	else
		c->slice_end_ns = c->tick_ns;
}

/* Queue a task that has woken up; a better bid preempts at once. */
static void wake_one(struct market *m, struct market_task *t)
{
	struct market_cpu *c = &m->cpu[t->cpu];

	t->wake_ns = 0;
	t->left_ns = draw_ns(&t->rng, t->burst_ns);
	enqueue(m, t, m->now_ns);
	if (!c->curr || mx_outbids(t->node.bucket, c->rival.bucket, c->survival))
		c->slice_end_ns = m->now_ns;
}

/* Wake up whose time has come, and find out when the next one does. */
static void wake(struct market *m)
{
	u32 i;

	if (m->next_wake_ns > m->now_ns)
		return;
	m->next_wake_ns = U64_MAX;
	for (i = 0; i < m->nr_tasks; i++) {
		struct market_task *t = &m->task[i];

		if (!t->wake_ns)
			continue;
		if (t->wake_ns <= m->now_ns)
			wake_one(m, t);
		else
			m->next_wake_ns = min(m->next_wake_ns, t->wake_ns);
	}
}

/* The next event anywhere: end of a slice or a burst, a tick, a wakeup. */
static u64 next_event_ns(const struct market *m)
{
	u64 next_ns = m->next_wake_ns;
	u32 i;

	for (i = 0; i < m->nr_cpus; i++) {
		const struct market_cpu *c = &m->cpu[i];

		next_ns = min(next_ns, min(c->slice_end_ns, c->tick_ns));
		if (c->curr && c->curr->burst_ns)
			next_ns = min(next_ns, m->now_ns + c->curr->left_ns);
	}
	return next_ns;
}

/* Account for what ran, and put to sleep who has done his burst. */
static void ran(struct market *m, struct market_cpu *c, u64 ran_ns)
{
	struct market_task *t = c->curr;

	if (!t) {
		c->idle_ns += ran_ns;
		return;
	}
	charge(m, t, ran_ns);
	if (!t->burst_ns)
		return;
	t->left_ns -= ran_ns;
	if (t->left_ns)
		return;
	t->wake_ns = m->now_ns + draw_ns(&t->rng, t->sleep_ns);
	m->next_wake_ns = min(m->next_wake_ns, t->wake_ns);
	c->curr = NULL;
	c->slice_end_ns = m->now_ns;
}

static void step(struct market *m)
{
	u64 next_ns = next_event_ns(m), ran_ns = next_ns - m->now_ns;
	u32 i;

	m->now_ns = next_ns;
	for (i = 0; i < m->nr_cpus; i++)
		ran(m, &m->cpu[i], ran_ns);
	wake(m);
	for (i = 0; i < m->nr_cpus; i++) {
		struct market_cpu *c = &m->cpu[i];

		if (c->tick_ns <= m->now_ns)
			tick(m, c);
		if (c->slice_end_ns <= m->now_ns)
			auction(m, c);
	}
}

void market_run(struct market *m, u64 duration_ns)
{
	u64 end_ns = m->now_ns + duration_ns;

	while (m->now_ns < end_ns)
		step(m);
}
