// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of the failure detector: each node asks one other after the other, all of them once
 * before any comes again (SWIM, section 4.3), directly and then by way of others, who say so if
 * they have no answer either (Lifeguard's nack, section IV.A). Whatever else comes from a node is
 * an answer too.
 */
#include "internal.h"

/* When an intermediary says that it has no answer: 4/5 of the timeout. */
#define NACK_PART 5
/* Of who was accused by a lower incarnation: without a word of its own for so long. */
#define DOUBT_NS (3 * SEC_NS)

static uint64_t interval_ns(const struct gossip *g)
{
	return g->config.probe_interval_ms * MS_NS * (g->health + 1);
}

static uint64_t timeout_ns(const struct gossip *g)
{
	return g->config.probe_timeout_ms * MS_NS * (g->health + 1);
}

static void send_probe(struct gossip *g, struct member *to, enum gw_probe_kind kind,
		       uint32_t number, const struct gw_id *target, const struct gw_id *origin)
{
	struct gw_record record = { .type = GW_PROBE }, claim;

	record.probe = (struct gw_probe){
		.kind = kind, .number = number, .target = *target, .origin = *origin,
		.incarnation = g->incarnation,
	};
	out_begin(g);
	out_add(g, &record);
	/* The accused is to hear of it at once. */
	if (kind == GW_PING && to->state != GOSSIP_ALIVE) {
		claim_make(g, &to->id, to->incarnation,
			   to->state == GOSSIP_DEAD ? GW_DEAD : GW_SUSPECT, &claim);
		out_add(g, &claim);
	}
	out_piggyback(g);
	out_to(g, to, false);
}

static void shuffle(struct gossip *g)
{
	struct probe *p = &g->probe;
	uint32_t i, k, slot;

	p->nr = 0;
	p->next = 0;
	for (i = 0; i < g->members.nr; i++) {
		if (core_peer(g, members_at(&g->members, i)))
			p->order[p->nr++] = g->members.order[i];
	}
	for (i = p->nr; i > 1; i--) {
		k = (uint32_t)core_random_below(g, i);
		slot = p->order[k];
		p->order[k] = p->order[i - 1];
		p->order[i - 1] = slot;
	}
}

/*
 * Who alone has heard of a node's last incarnation is told of its end by none that counts: others
 * accuse it by an earlier one. And who has missed that a node left is told so by nobody, as soon as
 * they have forgotten it. Until its turn comes a zone of a thousand takes as many seconds.
 */
static struct member *doubted(struct gossip *g)
{
	struct member *m, *chosen = NULL;
	uint32_t i, nr = 0;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (!m->doubted || !core_peer(g, m) || m->state != GOSSIP_ALIVE ||
		    g->now_ns - m->direct_ns < DOUBT_NS)
			continue;
		if (!core_random_below(g, ++nr))
			chosen = m;
	}
	return chosen;
}

static struct member *next_target(struct gossip *g)
{
	struct probe *p = &g->probe;
	struct member *m = NULL;
	uint32_t round;

	/* Anybody can accuse: each second turn remains for the others. */
	if (!p->out_of_turn)
		m = doubted(g);
	p->out_of_turn = m;
	if (m)
		return m;
	for (round = 0; round < 2; round++) {
		while (p->next < p->nr) {
			m = &g->members.slot[p->order[p->next++]];
			if (m->used && core_peer(g, m))
				return m;
		}
		shuffle(g);
	}
	return NULL;
}

static void begin(struct gossip *g)
{
	struct probe *p = &g->probe;
	struct member *m = next_target(g);

	if (!m) {
		core_timer_in(g, TIMER_PROBE, core_jitter(g, interval_ns(g)));
		return;
	}
	m->doubted = false;
	p->stage = PROBE_DIRECT;
	p->target = m->id;
	p->number++;
	p->sent_ns = g->now_ns;
	p->acked = false;
	p->asked = 0;
	p->nacks = 0;
	g->counters[GOSSIP_PROBES]++;
	core_timer_in(g, TIMER_PROBE, timeout_ns(g));
	send_probe(g, m, GW_PING, p->number, &m->id, &g->config.self);
}

static void ask_others(struct gossip *g, struct member *target)
{
	struct probe *p = &g->probe;
	struct member *peers[PEERS_MAX];
	uint32_t more = g->config.indirect < PEERS_MAX, i, nr;

	/* One more, as the target may be among them. */
	nr = spread_choose(g, peers, g->config.indirect + more, true);
	p->stage = PROBE_INDIRECT;
	for (i = 0; i < nr && p->asked < g->config.indirect; i++) {
		if (peers[i] == target)
			continue;
		p->asked++;
		send_probe(g, peers[i], GW_PING_FOR_ME, p->number, &p->target, &g->config.self);
	}
	send_probe(g, target, GW_PING, p->number, &p->target, &g->config.self);
}

/* Nothing has come: is it the other one, or this one? Lifeguard, section IV.A. */
static void failed(struct gossip *g, struct member *m)
{
	struct probe *p = &g->probe;
	int missed = (int)p->asked - (int)p->nacks;

	g->counters[GOSSIP_PROBES_FAILED]++;
	if (!p->asked)
		missed = 1;
	detect_health(g, missed > 0 ? missed : 0);
	life_suspect(g, m);
}

/**
 * probe_due() - the next thing of a probe is due
 * @g: this node
 *
 * Who was asked has had its time: others are asked for it, or it is suspect, or the next one is
 * asked.
 */
void probe_due(struct gossip *g)
{
	struct probe *p = &g->probe;
	struct member *m = members_find(&g->members, &p->target);
	uint64_t rest = interval_ns(g) - timeout_ns(g);
	bool heard = m && (p->acked || m->direct_ns > p->sent_ns);

	if (p->stage == PROBE_IDLE) {
		begin(g);
		return;
	}
	if (heard && m->state == GOSSIP_ALIVE)
		detect_health(g, -1);
	if (!m || heard || p->stage == PROBE_INDIRECT) {
		if (m && !heard && core_peer(g, m))
			failed(g, m);
		rest = p->stage == PROBE_DIRECT ? rest : 1;
		p->stage = PROBE_IDLE;
	} else {
		ask_others(g, m);
	}
	core_timer_in(g, TIMER_PROBE, core_jitter(g, rest));
}

/**
 * probe_forget() - forget what is being asked
 * @g: this node
 *
 * It was asked by somebody who did not listen then.
 */
void probe_forget(struct gossip *g)
{
	g->probe.stage = PROBE_IDLE;
	core_timer_in(g, TIMER_PROBE, core_jitter(g, interval_ns(g)));
}

/* --- for others --- */

/* After all that were due. */
static void next_nack(struct gossip *g)
{
	uint64_t first = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < ASKED_MAX; i++) {
		if (g->asked[i].due_ns && g->asked[i].due_ns < first)
			first = g->asked[i].due_ns;
	}
	if (first == UINT64_MAX)
		timers_cancel(&g->timers, TIMER_NACK);
	else
		core_timer_in(g, TIMER_NACK, first - g->now_ns);
}

/**
 * probe_nacks_due() - tell those for whom this node asks that it has no answer yet
 * @g: this node
 */
void probe_nacks_due(struct gossip *g)
{
	struct member *origin;
	struct asked *a;
	uint32_t i;

	for (i = 0; i < ASKED_MAX; i++) {
		a = &g->asked[i];
		if (!a->due_ns || a->due_ns > g->now_ns)
			continue;
		a->due_ns = 0;
		origin = members_find(&g->members, &a->origin);
		if (origin)
			send_probe(g, origin, GW_NACK, a->number, &a->target, &a->origin);
	}
	next_nack(g);
}

static void ask(struct gossip *g, struct member *from, const struct gw_probe *p)
{
	struct member *target = members_find(&g->members, &p->target);
	uint64_t wait = g->config.probe_timeout_ms * MS_NS;
	uint32_t i;

	if (!id_equal(&from->id, &p->origin))
		return;
	/* To know nothing of it is no answer either, and says that the asker is not slow. */
	if (!target || !core_reach(g, target)) {
		send_probe(g, from, GW_NACK, p->number, &p->target, &p->origin);
		return;
	}
	for (i = 0; i < ASKED_MAX && g->asked[i].due_ns; i++)
		;
	if (i == ASKED_MAX) {
		g->counters[GOSSIP_DROP_RATE]++;
		return;
	}
	wait -= wait / NACK_PART;
	g->asked[i] = (struct asked){
		.origin = p->origin, .target = p->target, .number = p->number,
		.due_ns = g->now_ns + wait,
	};
	core_timer_sooner(g, TIMER_NACK, wait);
	send_probe(g, target, GW_PING, p->number, &p->target, &p->origin);
}

static void take_ack(struct gossip *g, const struct gw_probe *p, struct member *from)
{
	struct member *m;
	uint32_t i;

	if (id_equal(&p->origin, &g->config.self)) {
		if (g->probe.stage == PROBE_IDLE || p->number != g->probe.number ||
		    !id_equal(&p->target, &g->probe.target))
			return;
		if (g->probe.stage == PROBE_DIRECT && id_equal(&from->id, &p->target))
			from->rtt_ns = g->now_ns - g->probe.sent_ns;
		g->probe.acked = true;
		return;
	}
	for (i = 0; i < ASKED_MAX; i++) {
		if (g->asked[i].due_ns && g->asked[i].number == p->number &&
		    id_equal(&g->asked[i].origin, &p->origin) &&
		    id_equal(&g->asked[i].target, &p->target))
			break;
	}
	if (i == ASKED_MAX || !id_equal(&from->id, &p->target))
		return;
	g->asked[i].due_ns = 0;
	m = members_find(&g->members, &p->origin);
	if (m)
		send_probe(g, m, GW_ACK, p->number, &p->target, &p->origin);
}

/**
 * probe_receive() - somebody asks, or answers
 * @g: this node
 * @from: who sent it
 * @p: what it says
 */
void probe_receive(struct gossip *g, struct member *from, const struct gw_probe *p)
{
	switch (p->kind) {
	case GW_PING:
		if (id_equal(&p->target, &g->config.self))
			send_probe(g, from, GW_ACK, p->number, &p->target, &p->origin);
		break;
	case GW_ACK:
		take_ack(g, p, from);
		break;
	case GW_PING_FOR_ME:
		ask(g, from, p);
		break;
	case GW_NACK:
		if (g->probe.stage == PROBE_INDIRECT && p->number == g->probe.number &&
		    id_equal(&p->origin, &g->config.self) && g->probe.nacks < g->probe.asked)
			g->probe.nacks++;
		break;
	default:
		break;
	}
}

/**
 * probe_accused() - ask a node outside of all turns
 * @g: this node
 * @m: it
 *
 * With that it is told what it is accused of: whatever it answers is enough. The number is that of
 * the probe that may be under way, which is of somebody else.
 */
void probe_accused(struct gossip *g, struct member *m)
{
	if (core_reach(g, m))
		send_probe(g, m, GW_PING, g->probe.number, &m->id, &g->config.self);
}

/**
 * probe_dead() - say something to one of the dead now and then
 * @g: this node
 *
 * It may be behind a partition that has healed.
 */
void probe_dead(struct gossip *g)
{
	struct member *m, *chosen = NULL;
	uint32_t i, nr = 0;

	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (m->state != GOSSIP_DEAD || !core_reach(g, m))
			continue;
		if (!core_random_below(g, ++nr))
			chosen = m;
	}
	if (chosen)
		probe_accused(g, chosen);
	core_timer_in(g, TIMER_DEAD, core_jitter(g, 30 * SEC_NS));
}
