// SPDX-License-Identifier: GPL-2.0
/*
 * Times of probes and of crises.
 */
#include <stdlib.h>
#include <string.h>

#include "measure.h"

#define NSEC_PER_SEC 1e9
/* A price that rises later rises for something else. */
#define CRISIS_NS UINT64_C(1000000000)

struct measure_seen {
	struct gw_id id;
	uint64_t rtt_ns;
};

/**
 * measure_crisis() - another node has a crisis
 * @m: that measures
 * @now_ns: on the clock of the core
 * @external: multiplier until now
 */
void measure_crisis(struct measure *m, uint64_t now_ns, uint32_t external)
{
	m->crisis_ns = m->received_ns ? m->received_ns : now_ns;
	m->external = external;
}

/**
 * measure_price() - the kernel was told a price
 * @m: that measures
 * @now_ns: on the clock of the core
 * @external: its multiplier for the neighbourhood
 */
void measure_price(struct measure *m, uint64_t now_ns, uint32_t external)
{
	if (!m->crisis_ns)
		return;
	if (now_ns - m->crisis_ns > CRISIS_NS) {
		m->crisis_ns = 0;
	} else if (external > m->external) {
		histogram_add(&m->crisis, (double)(now_ns - m->crisis_ns) / NSEC_PER_SEC);
		m->crisis_ns = 0;
	}
}

static bool make_room(struct measure *m, size_t nr)
{
	struct measure_seen *seen;

	if (nr <= m->room)
		return true;
	seen = realloc(m->seen, nr * sizeof(*seen));
	if (!seen)
		return false;
	memset(seen + m->room, 0, (nr - m->room) * sizeof(*seen));
	m->seen = seen;
	m->room = nr;
	return true;
}

/**
 * measure_probes() - count round trips that are new
 * @m: that measures
 * @core: that probes; to be called as often as it does, or some are missed
 */
void measure_probes(struct measure *m, const struct gossip *core)
{
	size_t nr = gossip_nr_members(core), i;
	struct gossip_member member;

	if (!make_room(m, nr))
		return;
	for (i = 0; i < nr; i++) {
		struct measure_seen *seen = &m->seen[i];

		gossip_get_member(core, i, &member);
		if (member.rtt_ns && member.rtt_ns != seen->rtt_ns &&
		    !memcmp(&seen->id, &member.id, sizeof(member.id)))
			histogram_add(&m->probe_rtt, (double)member.rtt_ns / NSEC_PER_SEC);
		/* Members move up when one is forgotten: what was seen of this one is not known. */
		seen->id = member.id;
		seen->rtt_ns = member.rtt_ns;
	}
}

/**
 * measure_free() - give its memory back
 * @m: that measures
 */
void measure_free(struct measure *m)
{
	free(m->seen);
	*m = (struct measure){ .room = 0 };
}
