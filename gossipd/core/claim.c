// SPDX-License-Identifier: GPL-2.0
/*
 * What nodes say of each other's lives: claims, made and received, and what this node answers to
 * those of its own. What follows from them is in life.c.
 */
#include <string.h>

#include "internal.h"

#define ANSWER_GAP_NS SEC_NS
/* Answers in a second to all who are forgotten. */
#define TELLINGS_PER_S 20
/* Between two incarnations for the sake of beacons that somebody else has made. */
#define OUTDO_GAP_NS SEC_NS
/* Steps of the own incarnation that are larger than that, and the time between two of them. */
#define STEP_MAX 256
#define LEAP_GAP_NS SEC_NS
/* An incarnation that a clock can have given: ms since 1970, until 2109. */
#define CLOCK_MAX (1ULL << 42)
/* Signatures that are verified for one source in a second. */
#define WORK_PER_S 50
#define WORK_BURST 100

/**
 * claim_work() - whether there is still a verification to be had for a source
 * @g: this node
 * @from: who sent what is to be verified
 *
 * Return: false, which is counted, if it has had all of them for now.
 */
bool claim_work(struct gossip *g, struct member *from)
{
	if (bucket_take(&from->work, g->now_ns, WORK_PER_S, WORK_BURST, 1, 0))
		return true;
	g->counters[GOSSIP_DROP_RATE]++;
	return false;
}

/**
 * claim_make() - a claim of this node's, signed
 * @g: this node
 * @subject: of whom
 * @incarnation: at which the subject lives, or is accused
 * @verdict: what is claimed
 * @record: written
 */
void claim_make(struct gossip *g, const struct gw_id *subject, uint64_t incarnation,
		enum gw_verdict verdict, struct gw_record *record)
{
	memset(record, 0, sizeof(*record));
	record->type = GW_CLAIM;
	record->claim = (struct gw_claim){
		.verdict = verdict,
		.ttl = g->config.ttl,
		.subject = *subject,
		.incarnation = incarnation,
		.claimant = g->config.self,
		.claimant_incarnation = g->incarnation,
		.lamport = ++g->lamport,
	};
	seal_sign(g->env.crypto, record);
}

/**
 * claim_answer() - tell a node what it is accused of here
 * @g: this node
 * @m: it
 *
 * So that it can refute that; and who says so, as it may have just started and know nobody. Once a
 * second at most.
 */
void claim_answer(struct gossip *g, struct member *m)
{
	struct gw_record record;

	if (m->answered_ns && g->now_ns - m->answered_ns < ANSWER_GAP_NS)
		return;
	m->answered_ns = g->now_ns;
	out_begin(g);
	hello_fill(g, &record);
	out_add(g, &record);
	claim_make(g, &m->id, m->incarnation,
		   m->state == GOSSIP_DEAD ? GW_DEAD : GW_SUSPECT, &record);
	out_add(g, &record);
	out_to(g, m, false);
}

/**
 * claim_answer_gone() - tell a node that is forgotten here that it has to refute something
 * @g: this node
 * @gone: what is kept of it
 * @to: where its datagram came from, as it may be somewhere else by now
 *
 * Whoever has that played from there gets no more by it than one a second.
 */
void claim_answer_gone(struct gossip *g, struct gone *gone, const struct gossip_addr *to)
{
	struct gw_record record;

	if ((gone->told_ns && g->now_ns - gone->told_ns < ANSWER_GAP_NS) ||
	    !bucket_take(&g->tellings, g->now_ns, TELLINGS_PER_S, TELLINGS_PER_S, 1, 0))
		return;
	gone->told_ns = g->now_ns;
	out_begin(g);
	hello_fill(g, &record);
	out_add(g, &record);
	claim_make(g, &gone->id, gone->incarnation, GW_SUSPECT, &record);
	out_add(g, &record);
	out_at(g, to, false);
}

/*
 * The next incarnation above, kept on disk, and everybody told: those of a round at once, as the
 * group may take everything and give nothing.
 */
static void rise_above(struct gossip *g, uint64_t incarnation, const struct gw_id *who)
{
	struct gw_record record;

	g->incarnation = incarnation + 1;
	g->env.persist(g->env.ctx, g->incarnation);
	g->counters[GOSSIP_REFUTED]++;
	core_event(g, GOSSIP_EV_REFUTE, who, true, 0);
	claim_make(g, &g->config.self, g->incarnation, GW_ALIVE, &record);
	out_queue(g, &record);
	core_timer_sooner(g, TIMER_BEACON, core_random_below(g, 10 * MS_NS));
	core_timer_sooner(g, TIMER_ROUND, core_random_below(g, 20 * MS_NS));
}

/* Whether nobody comes to that incarnation by living, from one that is known. */
static bool beyond(uint64_t known, uint64_t incarnation)
{
	return incarnation > CLOCK_MAX && core_leaps(known, incarnation);
}

static void refute(struct gossip *g, const struct gw_claim *c)
{
	/* A large step is for who has lost his incarnation: he does not need many of them. */
	if (c->incarnation - g->incarnation > STEP_MAX) {
		if (g->leapt_ns && g->now_ns - g->leapt_ns < LEAP_GAP_NS)
			return;
		g->leapt_ns = g->now_ns;
	}
	detect_health(g, 1);
	rise_above(g, c->incarnation, &c->claimant);
}

/**
 * claim_impostor() - a beacon in this node's name that it has not said
 * @g: this node
 * @from: who sent it
 * @b: it
 *
 * Of a life whose incarnation is lost, or made up. Nobody would listen to the real ones any more.
 * Once a second at most, and not to wherever: who makes them up can go on, but not shut the node
 * out.
 */
void claim_impostor(struct gossip *g, struct member *from, const struct gw_beacon *b)
{
	if (b->incarnation < g->incarnation ||
	    (b->incarnation == g->incarnation && b->seq <= g->beacon_seq))
		return;
	if (b->incarnation - g->incarnation > INCARNATION_LEAP ||
	    b->incarnation >= INCARNATION_MAX)
		return;
	if (g->outdone_ns && g->now_ns - g->outdone_ns < OUTDO_GAP_NS)
		return;
	g->outdone_ns = g->now_ns;
	rise_above(g, b->incarnation, &from->id);
}

/* Of a fixed number of claims about nodes that are not known, so that each is passed on once. */
static bool heard_before(struct gossip *g, const struct gw_claim *c)
{
	uint64_t digest = c->incarnation ^ (uint64_t)c->verdict << 56;
	uint32_t i;

	for (i = 0; i < sizeof(c->subject.byte); i++) {
		digest = (digest ^ c->subject.byte[i]) * 0x100000001b3ULL;
		digest = (digest ^ c->claimant.byte[i]) * 0x100000001b3ULL;
	}
	for (i = 0; i < RECENT_MAX; i++) {
		if (g->recent[i] == digest)
			return true;
	}
	g->recent[g->recent_next++ % RECENT_MAX] = digest;
	return false;
}

static bool genuine(struct gossip *g, struct member *from, const struct gw_claim *c)
{
	struct gw_record record;
	const struct member *claimant = members_find(&g->members, &c->claimant);

	if (!claimant || !claimant->has_hello) {
		g->counters[GOSSIP_DROP_SIGNATURE]++;
		return false;
	}
	if (!claim_work(g, from))
		return false;
	memset(&record, 0, sizeof(record));
	record.type = GW_CLAIM;
	record.claim = *c;
	if (seal_verify(g->env.crypto, &record, &claimant->hello.public_key))
		return true;
	g->counters[GOSSIP_DROP_SIGNATURE]++;
	return false;
}

/*
 * Whether an accusation of this node is to be answered. From the accuser himself, not only if his
 * signature is right: somebody may have told this node another key for his. To answer costs no more
 * than what anybody with a key of his own can have.
 */
static bool heeded(struct gossip *g, struct member *from, const struct gw_claim *c)
{
	if (id_equal(&from->id, &c->claimant))
		return claim_work(g, from);
	return genuine(g, from, c);
}

static void pass_on(struct gossip *g, const struct gw_claim *c)
{
	struct gw_record record;

	if (!c->ttl)
		return;
	memset(&record, 0, sizeof(record));
	record.type = GW_CLAIM;
	record.claim = *c;
	record.claim.ttl--;
	out_queue(g, &record);
}

/* Whether a claim says more of a node than is known; cheap, before a signature is looked at. */
static bool news(const struct member *m, const struct gw_claim *c)
{
	uint32_t i;

	switch (c->verdict) {
	case GW_ALIVE:
		/* The datagram that it came in says as much, but not to who does not hear it. */
		return c->incarnation >= m->incarnation && c->incarnation > m->refuted;
	case GW_LEFT:
		return c->incarnation >= m->incarnation && m->state != GOSSIP_LEFT;
	default:
		if (c->incarnation < m->incarnation || m->state == GOSSIP_LEFT ||
		    (m->state == GOSSIP_DEAD && c->incarnation == m->incarnation))
			return false;
	}
	for (i = 0; i < m->nr_accusers && c->incarnation == m->incarnation; i++) {
		if (id_equal(&m->accusers[i], &c->claimant))
			return false;
	}
	return true;
}

static void apply(struct gossip *g, struct member *m, const struct gw_claim *c)
{
	life_alive(g, m, c->incarnation);
	if (c->verdict == GW_LEFT)
		life_left(g, m);
	else if (c->verdict != GW_ALIVE && m->state != GOSSIP_DEAD)
		life_accused(g, m, &c->claimant);
}

/**
 * claim_receive() - somebody says something of a node's life
 * @g: this node
 * @from: who sent it, not always who says it
 * @c: what he says; nothing of it is checked yet
 */
void claim_receive(struct gossip *g, struct member *from, const struct gw_claim *c)
{
	bool own = id_equal(&c->subject, &c->claimant);
	struct member *m = members_find(&g->members, &c->subject);
	struct gw_claim known;

	core_hear_lamport(g, c->lamport);
	if (c->incarnation >= INCARNATION_MAX || id_equal(&c->claimant, &g->config.self))
		return;
	/* Of one's own life everybody speaks for himself, and nobody accuses himself. */
	if (own != (c->verdict == GW_ALIVE || c->verdict == GW_LEFT)) {
		g->counters[GOSSIP_DROP_SIGNATURE]++;
		return;
	}
	if (id_equal(&c->subject, &g->config.self)) {
		if (beyond(g->incarnation, c->incarnation))
			g->counters[GOSSIP_DROP_STALE]++;
		else if (c->incarnation >= g->incarnation && heeded(g, from, c))
			refute(g, c);
		return;
	}
	if (!m) {
		if (!heard_before(g, c) && genuine(g, from, c))
			pass_on(g, c);
		return;
	}
	/*
	 * Whether a node lives is for its own zone to say: what it answers there hardly comes here,
	 * and who is not heard here is forgotten in any case.
	 */
	if (!own && m->zone != g->config.zone) {
		g->counters[GOSSIP_DROP_ZONE]++;
		return;
	}
	/* Somebody may have believed what was made up of it, but accuses it rightly. */
	known = *c;
	if (!own && beyond(m->incarnation, c->incarnation))
		known.incarnation = m->incarnation;
	if (c->verdict == GW_ALIVE && c->incarnation <= m->incarnation && m == from &&
	    m->state != GOSSIP_ALIVE)
		claim_answer(g, m);
	if (!news(m, &known)) {
		g->counters[GOSSIP_DROP_STALE]++;
		m->doubted |= !own && known.incarnation < m->incarnation;
		return;
	}
	if (!genuine(g, from, c))
		return;
	if (c->verdict == GW_ALIVE)
		m->refuted = c->incarnation;
	pass_on(g, c);
	apply(g, m, &known);
}
