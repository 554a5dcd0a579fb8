// SPDX-License-Identifier: GPL-2.0
/*
 * Who is not heard any more. Silence is a matter of three intervals, and only raises the price;
 * that a node is dead takes others who say so, and half a minute at least (life.c). Before it is
 * silent it is asked for its beacon, a few times, as some may just have got lost on the way.
 *
 * Time in which this node did not listen counts for nobody's silence: the clock of each verdict is
 * the time since then less the time in which this node was deaf.
 */
#include "internal.h"

#define MISSED_SILENT 3
#define MISSED_UNSEEN 5
/* In quarters of an interval: after two and a quarter, two and a half, two and three quarters. */
#define ASK_FIRST 9
#define ASKS 3
/* Enough for whom it matters; in a network that carries nothing it would only be more of it. */
#define ASKS_PER_S 32
#define UNSEEN_MIN_NS (3 * SEC_NS)
#define LOST_MIN_NS (3 * SEC_NS)
/* Who is of another zone, and so is not probed, when he has not been seen for so long. */
#define FORGET_NS (60 * SEC_NS)
/* For who is not probed no interval counts for more, as others can have said it. */
#define PROMISE_NS (30 * SEC_NS)
/* How often who judges has asked himself, in the second half of a suspicion. */
#define LAST_ASKS 3
#define HEALTH_MAX 7
/* What stands for all that is older: gossip-wire.md. */
#define AGE_MAX_MS 65534

static uint64_t interval_ns(const struct gossip *g, const struct member *m)
{
	if (!m->has_beacon || !m->beacon.interval_ms)
		return g->config.interval_cool_ms * MS_NS;
	return m->beacon.interval_ms * MS_NS;
}

/* When a time without a word of that length is over, if nothing comes in between. */
static uint64_t over(const struct gossip *g, const struct member *m, uint64_t length_ns)
{
	return m->heard_ns + length_ns + (g->deaf_ns - m->deaf_ns);
}

/**
 * detect_lost() - whether a node may have lost its incarnation
 * @g: this node
 * @m: it
 *
 * So that nothing of it is taken any more. Of one that was heard itself lately, what comes with
 * another incarnation is old, or somebody plays it.
 *
 * Return: whether it may.
 */
bool detect_lost(const struct gossip *g, const struct member *m)
{
	uint64_t length = MISSED_SILENT * interval_ns(g, m);

	return g->now_ns - m->direct_ns >= (length > LOST_MIN_NS ? length : LOST_MIN_NS);
}

/* When the next question is due, or else silence. */
static uint64_t quiet_after(const struct gossip *g, const struct member *m)
{
	if (m->asks < ASKS)
		return (ASK_FIRST + m->asks) * interval_ns(g, m) / 4;
	return MISSED_SILENT * interval_ns(g, m);
}

static uint64_t unseen_after(const struct gossip *g, const struct member *m)
{
	uint64_t length = MISSED_UNSEEN * interval_ns(g, m);

	return length > UNSEEN_MIN_NS ? length : UNSEEN_MIN_NS;
}

/*
 * When a node that cannot be probed is forgotten; UINT64_MAX for those that can. By hearsay alone
 * nobody lives for longer than a suspicion takes. Who is known to be gone stays so for a while.
 */
static uint64_t forget_at(const struct gossip *g, const struct member *m)
{
	uint64_t length = unseen_after(g, m), longest = life_longest(g);

	if (m->state == GOSSIP_DEAD || m->state == GOSSIP_LEFT)
		return UINT64_MAX;
	if (length > PROMISE_NS)
		length = PROMISE_NS;
	if (!core_reach(g, m))
		return over(g, m, length > longest ? length : longest);
	return m->zone == g->config.zone ? UINT64_MAX : over(g, m, length + FORGET_NS);
}

static void set_hear(struct gossip *g, const struct member *m, uint64_t when_ns)
{
	timers_set(&g->timers, core_timer_of(g, m, MEMBER_HEAR),
		   when_ns > g->now_ns ? when_ns : g->now_ns + 1);
}

/**
 * detect_unheard() - whether nothing new has come of a node for a while
 * @g: this node
 * @m: it
 * @length_ns: how long
 *
 * By any way: what counts is when a beacon was measured.
 *
 * Return: whether it is so.
 */
bool detect_unheard(const struct gossip *g, const struct member *m, uint64_t length_ns)
{
	return g->now_ns >= over(g, m, length_ns);
}

/**
 * detect_old() - whether a node of which there is no newer beacon would be silent
 * @g: this node
 * @b: the newest one
 *
 * Return: whether it would.
 */
bool detect_old(const struct gossip *g, const struct gw_beacon *b)
{
	uint64_t interval = b->interval_ms ? b->interval_ms : g->config.interval_cool_ms;

	/* Older than can be said is older than any. */
	return b->age_ms >= AGE_MAX_MS || b->age_ms >= MISSED_SILENT * interval;
}

static bool lives(const struct member *m)
{
	return m->state == GOSSIP_ALIVE || m->state == GOSSIP_SUSPECT;
}

/**
 * detect_watch() - see when to look next at what follows from a time without a word
 * @g: this node
 * @m: of whom
 *
 * Also after a change of state. What is due already, and has not been done yet, still is: a claim
 * may come in between.
 */
void detect_watch(struct gossip *g, const struct member *m)
{
	uint64_t next = forget_at(g, m), due = UINT64_MAX;

	if (!m->silent && lives(m))
		due = over(g, m, quiet_after(g, m));
	else if (!m->unseen)
		due = over(g, m, unseen_after(g, m));
	if (due < next)
		next = due;
	if (next != UINT64_MAX)
		set_hear(g, m, next);
}

/**
 * detect_heard() - a beacon of a node has come, by whatever way
 * @g: this node
 * @m: whose
 * @age_ns: of it when it came
 *
 * What others have kept for a while is no word of the node's from now: who is gone would live on
 * for as long as they tell each other of him.
 */
void detect_heard(struct gossip *g, struct member *m, uint64_t age_ns)
{
	uint64_t at = g->now_ns > age_ns ? g->now_ns - age_ns : 0;

	if (!age_ns || at > m->heard_ns) {
		m->heard_ns = at;
		m->deaf_ns = g->deaf_ns;
	}
	if (g->now_ns >= over(g, m, unseen_after(g, m)))
		return;
	m->unseen = false;
	if (m->silent && g->now_ns < over(g, m, MISSED_SILENT * interval_ns(g, m))) {
		m->silent = false;
		near_settle(g, m);
		core_event(g, GOSSIP_EV_SILENT, &m->id, false, 0);
		price_soon(g, false);
	}
	near_count(g, m);
	m->asks = 0;
	detect_watch(g, m);
}

/* Nothing has come of it for a while: it is asked, as long as it is not silent. */
static void ask(struct gossip *g, struct member *m)
{
	if (m->asks == ASKS || m->silent || !detect_unheard(g, m, quiet_after(g, m)))
		return;
	m->asks++;
	if (!lives(m) || m->zone != g->config.zone ||
	    !bucket_take(&g->asks, g->now_ns, ASKS_PER_S, ASKS_PER_S, 1, 0))
		return;
	/* Of whom others have said one word, and nothing more, they are asked where he is. */
	if (core_reach(g, m))
		spread_ask(g, m);
	else
		spread_seek(g, m);
}

static void fall_silent(struct gossip *g, struct member *m)
{
	m->silent = true;
	near_count(g, m);
	near_settle(g, m);
	core_event(g, GOSSIP_EV_SILENT, &m->id, true, 0);
	price_soon(g, m->coupling > 0);
	if (g->urgent)
		price_step(g);
}

/**
 * detect_hear_due() - nothing has come of a node for so long that something follows
 * @g: this node
 * @m: it; may be forgotten by this
 */
void detect_hear_due(struct gossip *g, struct member *m)
{
	if (g->now_ns >= forget_at(g, m)) {
		core_remove(g, m);
		return;
	}
	ask(g, m);
	if (!m->silent && lives(m) && detect_unheard(g, m, MISSED_SILENT * interval_ns(g, m)))
		fall_silent(g, m);
	if (!m->unseen && detect_unheard(g, m, unseen_after(g, m))) {
		m->unseen = true;
		/* It may be gone, and this node the last one that does not know. */
		m->doubted = true;
		near_count(g, m);
		price_soon(g, false);
	}
	detect_watch(g, m);
}

/*
 * When a suspect that this node does not hear is asked next, or else judged. The last part of its
 * time is for that: its refutation has gone from one to the next, and may not have come this far.
 */
static uint64_t asked_after(const struct member *m, uint64_t timeout_ns)
{
	return timeout_ns / 2 / LAST_ASKS * (LAST_ASKS + m->last_asks);
}

static void suspect_due(struct gossip *g, struct member *m)
{
	uint64_t since = m->state_ns + (g->deaf_ns - m->state_deaf_ns);
	uint64_t timeout_ns = life_timeout(g, m);
	bool now = false;

	if (g->now_ns >= since + timeout_ns) {
		life_verdict(g, m);
		return;
	}
	/* More accusers make the time shorter: what is left out by that is not made up for. */
	while (m->last_asks < LAST_ASKS && g->now_ns >= since + asked_after(m, timeout_ns)) {
		m->last_asks++;
		now = true;
	}
	if (now && m->direct_ns <= m->state_ns)
		probe_accused(g, m);
	timers_set(&g->timers, core_timer_of(g, m, MEMBER_LIFE), since +
		   (m->last_asks < LAST_ASKS ? asked_after(m, timeout_ns) : timeout_ns));
}

/**
 * detect_life_due() - something of a suspicion is due, or a dead one is to be forgotten
 * @g: this node
 * @m: it; may be forgotten by this
 */
void detect_life_due(struct gossip *g, struct member *m)
{
	if (m->state == GOSSIP_DEAD || m->state == GOSSIP_LEFT)
		core_remove(g, m);
	else if (m->state == GOSSIP_SUSPECT)
		suspect_due(g, m);
}

/**
 * detect_health() - Lifeguard's local health has changed
 * @g: this node
 * @change: above 0: it is worse
 *
 * A node that is slow itself gives others more time.
 */
void detect_health(struct gossip *g, int change)
{
	int health = (int)g->health + change;

	g->health = health < 0 ? 0 : health > HEALTH_MAX ? HEALTH_MAX : health;
}

/**
 * detect_stalled() - nobody has listened for a while
 * @g: this node
 * @gap_ns: how long
 *
 * What was being asked is forgotten, and nobody is to blame.
 */
void detect_stalled(struct gossip *g, uint64_t gap_ns)
{
	g->counters[GOSSIP_STALLS]++;
	detect_health(g, 2);
	probe_forget(g);
	core_event(g, GOSSIP_EV_STALL, &g->config.self, true, (double)gap_ns / 1e9);
}
